"""What is asked beside the marks: three figures, the difference, the p, bias, the fair headline.

Each key follows from the world. What an abstract does not print is a right answer of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from appraise.cases.labels import Claim, Label
from appraise.cases.rendering import comparator_words, render_headline
from appraise.cases.stats import t_quantile, t_two_sided
from appraise.cases.stream import Stream
from appraise.cases.wordings import Topic, Voice
from appraise.cases.worlds import Arm, Comparator, Style, World

Fate = Literal["same", "calculated", "of something else", "nowhere"]
PFit = Literal["can fit", "cannot fit", "not enough is printed"]
Concern = Literal["speaks for low risk", "gives reason for concern", "does not say"]
FATES: tuple[Fate, ...] = get_args(Fate)
P_FITS: tuple[PFit, ...] = get_args(PFit)
CONCERNS: tuple[Concern, ...] = get_args(Concern)
BIAS_QUESTIONS = {
    "allocation": "Could those who recruited foresee the group of the next person?",
    "rating": "Could knowing their group have coloured what the participants rated?",
    "missing": "Could those who left have changed the result?",
}
FIGURE_SUBJECTS = frozenset(
    [
        "took_part",
        "minutes",
        "duration",
        "left_early",
        "difference",
        "final_rating",
        "p_value",
        "share",
        "count_time",
        "most_reached",
    ]
)


@dataclass(frozen=True)
class DifferenceKey:
    """The difference in the rating, treatment against comparison, and its interval; None where it cannot be had."""

    difference: str | None
    interval: tuple[str, str] | None
    tolerance: float
    """How far, in points, an interval that was worked out from rounded figures may lie from the key."""


@dataclass(frozen=True)
class HeadlineKey:
    """Four headlines, the place of the fair one among them, and what is wrong with each."""

    headlines: tuple[str, ...]
    fair: int
    wrong: tuple[tuple[str, ...], ...]


def p_range(treated: Arm, control: Arm, difference: float, se: float, style: Style) -> tuple[float, float]:
    """The smallest and largest p that the printed figures allow, each figure stretched as far as rounding goes.

    With style "full" the interval and the difference are printed; with "arms" each arm's mean fall and its SD.
    """
    df = treated.analysed + control.analysed - 2
    if style == "full":
        half, centre = round(difference, 1), t_quantile(df)
        low, high = round(difference - centre * se, 1), round(difference + centre * se, 1)
        widths = ((high - low - 0.1) / 2 / centre, (high - low + 0.1) / 2 / centre)
        ends = (half - 0.05, half + 0.05)
    else:
        d = float(treated.fall) - float(control.fall)
        ends = (d - 0.1, d + 0.1)
        widths = (_pooled(treated, control, -0.05), _pooled(treated, control, 0.05))
    small = 0.0 if ends[0] <= 0 <= ends[1] else min(abs(ends[0]), abs(ends[1]))
    large = max(abs(ends[0]), abs(ends[1]))
    return t_two_sided(large / widths[0], df), t_two_sided(small / widths[1], df)


def _pooled(treated: Arm, control: Arm, stretch: float) -> float:
    n1, n2 = treated.analysed, control.analysed
    s1, s2 = float(treated.fall_sd) + stretch, float(control.fall_sd) + stretch
    pooled = ((n1 - 1) * s1 * s1 + (n2 - 1) * s2 * s2) / (n1 + n2 - 2)
    return float((pooled * (1 / n1 + 1 / n2)) ** 0.5)


def fate_of(world: World, claim: Claim, label: Label) -> Fate:
    """What became of a sentence's figure on its way from the abstract.

    A figure of something else is in the abstract, or follows from it, and belongs to another group, time or question.
    """
    if label == "faithful":
        is_derived = claim.subject == "share" or (claim.subject == "difference" and not world.prints_difference)
        return "calculated" if is_derived else "same"
    return "nowhere" if label == "figure changed" else "of something else"


def difference_key(world: World) -> DifferenceKey:
    """The difference with its interval, as far as the abstract lets one have them."""
    if world.style == "within":
        return DifferenceKey(None, None, 0.0)
    interval = (world.low, world.high) if world.style in ("full", "arms") else None
    return DifferenceKey(world.difference, interval, 0.05 if world.style == "full" else 0.25)


def p_key(world: World) -> PFit:
    """Whether the p that is printed for the rating can go with the other printed figures."""
    if world.style not in ("full", "arms"):
        return "not enough is printed"
    return "can fit" if world.does_p_fit else "cannot fit"


def p_reason(world: World) -> str:
    """Why the printed p can go with the other printed figures, cannot, or leaves it open."""
    if world.style not in ("full", "arms"):
        return "Neither an interval nor SDs are printed, so no standard error can be worked out."
    df = world.analysed - 2
    width = (_read(world.high) - _read(world.low)) / 2
    se = width / t_quantile(df) if world.style == "full" else _pooled(world.treated, world.control, 0.0)
    low, high = p_range(world.treated, world.control, _read(world.difference), se, world.style)
    return f"With rounding allowed for, the figures beside it go with {_span(low, high)}; {world.rating_p} is printed."


def _read(figure: str) -> float:
    return float(figure.replace("−", "-"))


def _span(low: float, high: float) -> str:
    """The values that p may have, in words."""
    if high < 0.001:
        return "a p below 0.001"
    return f"a p of at most {high:.2g}" if low < 0.001 else f"a p from {low:.2g} to {high:.2g}"


def bias_key(world: World) -> dict[str, Concern]:
    """What the abstract lets one say on three sources of bias (RoB 2, domains 1, 4 and 3).

    Ratings are the patients' own: whoever knows the own group may rate by it, and evaluators kept unaware do not
    change that.
    """
    allocation: dict[str | None, Concern] = {
        "concealed": "speaks for low risk",
        "open": "gives reason for concern",
        None: "does not say",
    }
    few = (world.randomised - world.analysed) / world.randomised <= 0.05
    return {
        "allocation": allocation[world.allocation],
        "rating": "speaks for low risk" if world.are_participants_unaware else "gives reason for concern",
        "missing": "speaks for low risk" if few else "gives reason for concern",
    }


def headline_key(world: World, topic: Topic, voice: Voice, stream: Stream) -> HeadlineKey:
    """Four headlines that differ in outcome, comparison and people: the half fraction of 2 × 2 × 2.

    Each part is right in two of the four, so that what most headlines say is no hint at the fair one.
    """
    outcomes = (topic.rating, topic.measure.name)
    if world.differs == "measure":
        outcomes = (outcomes[1], outcomes[0])
    others: list[Comparator] = [c for c in ("sham", "nothing", "usual") if c != world.comparator]
    comparators = tuple(comparator_words(c, topic) for c in (world.comparator, stream.choose(others)))
    people = (topic.narrow, topic.wide) if world.is_narrow else (topic.wide, topic.narrow)
    half = stream.shuffled([(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)])
    variants = [{"outcome": outcomes[a], "comparator": comparators[b], "who": people[c]} for a, b, c in half]
    wrong = tuple(
        tuple(name for name, is_wrong in zip(("outcome", "comparison", "people"), row, strict=True) if is_wrong)
        for row in half
    )
    return HeadlineKey(render_headline(topic, voice, stream, variants), half.index((0, 0, 0)), wrong)
