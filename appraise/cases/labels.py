"""Claims and their labels. The label follows from the world and the claim alone; no wording carries one.

Source of the two steps and the eight kinds: the course's own design. Each reading below says when one is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from appraise.cases.worlds import World

Step = Literal["fits", "does not fit", "cannot tell"]
Kind = Literal[
    "people",
    "comparison",
    "outcome or time",
    "figure",
    "change taken for a difference",
    "silence taken for a finding",
    "too strong or too weak",
    "added",
]
Label = Literal[
    "faithful",
    "unknown",
    "silence as finding",
    "reported but denied",
    "people widened",
    "comparison changed",
    "outcome swapped",
    "time moved",
    "arms swapped",
    "change for difference",
    "part for whole",
    "mean as persons",
    "relative for absolute",
    "one study as several",
    "mechanism as finding",
    "advice added",
    "stronger",
    "weaker",
    "figure changed",
]
STEPS: tuple[Step, ...] = get_args(Step)
KINDS: tuple[Kind, ...] = get_args(Kind)
LABELS: tuple[Label, ...] = get_args(Label)
FAULTS: tuple[Label, ...] = LABELS[2:]
MARKS: tuple[str, ...] = (*STEPS, *(f"does not fit: {kind}" for kind in KINDS))
"""The answers on a sentence as one word: a step, or the step and the kind."""

KINDS_OF: Mapping[Label, tuple[Kind, ...]] = MappingProxyType(
    {
        "silence as finding": ("silence taken for a finding",),
        "reported but denied": ("figure", "too strong or too weak"),
        "people widened": ("people", "too strong or too weak"),
        "comparison changed": ("comparison",),
        "outcome swapped": ("outcome or time", "figure"),
        "time moved": ("outcome or time", "figure"),
        "arms swapped": ("comparison", "figure", "people"),
        "change for difference": ("change taken for a difference", "figure", "comparison"),
        "part for whole": ("people", "figure"),
        "mean as persons": ("figure", "people", "too strong or too weak", "change taken for a difference"),
        "relative for absolute": ("figure",),
        "one study as several": ("added", "too strong or too weak"),
        "mechanism as finding": ("added", "too strong or too weak"),
        "advice added": ("added", "too strong or too weak"),
        "stronger": ("too strong or too weak",),
        "weaker": ("too strong or too weak",),
        "figure changed": ("figure",),
    }
)
"""The kind of each fault, and after it those that can be defended; each earns the point."""


class LabelError(ValueError):
    """A claim that the world leaves undecided: it is neither faithful nor a known fault, or it is two things."""


@dataclass(frozen=True)
class Claim:
    """A subject, and the values that a sentence on it prints."""

    subject: str
    values: Mapping[str, int | str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int | str:
        return self.values[name]


def step_of(label: Label) -> Step:
    """The first step of an answer: what a label says about the sentence as a whole.

    >>> step_of("time moved")
    'does not fit'
    """
    return "fits" if label == "faithful" else "cannot tell" if label == "unknown" else "does not fit"


def label(world: World, claim: Claim) -> Label:
    """The one label of a claim in a world. Raises LabelError where there is none, or more than one."""
    if claim.subject not in _READINGS:
        raise LabelError(f"subject {claim.subject!r} is not known; expected one of {', '.join(SUBJECTS)}")
    labels = list(dict.fromkeys(_READINGS[claim.subject](world, claim)))
    if len(labels) != 1:
        what = " and ".join(labels) if labels else "neither faithful nor a known fault"
        raise LabelError(f"{claim.subject}: {what}; expected one label, and none beside it")
    return labels[0]


_Reading = Callable[[World, Claim], Iterator[Label]]


def _one_of(claimed: object, right: object, **others: object) -> Iterator[Label]:
    """Faithful where the value is the right one; a fault for each other meaning that it has; else a changed figure."""
    names = {name.replace("_", " "): value for name, value in others.items()}
    if claimed == right:
        yield "faithful"
    for name in LABELS:
        if name in names and claimed == names[name]:
            yield name
    if claimed != right and claimed not in names.values():
        yield "figure changed"


def _took_part(world: World, claim: Claim) -> Iterator[Label]:
    yield from _one_of(claim["number"], world.randomised, part_for_whole=world.analysed)


def _left_early(world: World, claim: Claim) -> Iterator[Label]:
    yield from _one_of(claim["number"], world.treated.left, arms_swapped=world.control.left)


def _people(world: World, claim: Claim) -> Iterator[Label]:
    yield "people widened" if world.is_narrow else "faithful"


def _detail(name: str, value: str) -> _Reading:
    def read(world: World, claim: Claim) -> Iterator[Label]:
        printed = getattr(world, name)
        if printed is None:
            yield "unknown"
        else:
            yield from _one_of(claim[value], printed)

    return read


def _flag(name: str, present: Label, absent: Label) -> _Reading:
    def read(world: World, claim: Claim) -> Iterator[Label]:
        yield present if getattr(world, name) else absent

    return read


def _comparator(world: World, claim: Claim) -> Iterator[Label]:
    yield "faithful" if claim["comparator"] == world.comparator else "comparison changed"


def _minutes(world: World, claim: Claim) -> Iterator[Label]:
    yield from _one_of(claim["number"], world.minutes)


def _duration(world: World, claim: Claim) -> Iterator[Label]:
    yield from _one_of(claim["number"], world.weeks, time_moved=world.follow_up)


def _count_time(world: World, claim: Claim) -> Iterator[Label]:
    other = world.follow_up if world.count_week == world.weeks else world.weeks
    yield from _one_of(claim["number"], world.count_week, time_moved=other)


def _difference(world: World, claim: Claim) -> Iterator[Label]:
    if not world.can_subtract or world.style == "arms":
        raise LabelError("difference: this abstract prints a change for each arm, or one arm alone")
    yield from _one_of(
        claim["number"], world.difference, change_for_difference=world.treated.fall, arms_swapped=world.control.fall
    )


def _final_rating(world: World, claim: Claim) -> Iterator[Label]:
    if not world.can_subtract:
        raise LabelError("final_rating: the abstract prints one arm alone")
    yield from _one_of(claim["number"], world.treated.after, arms_swapped=world.control.after)


def _most_reached(world: World, claim: Claim) -> Iterator[Label]:
    is_counted = world.count_threshold == claim["number"]
    if is_counted and 2 * world.treated.count > world.treated.analysed:
        yield "faithful"
    if world.treated.measure_fall == str(claim["number"]):
        yield "mean as persons"


def _which_outcome(world: World, claim: Claim) -> Iterator[Label]:
    yield "faithful" if claim["outcome"] == world.differs else "outcome swapped"


def _p_value(world: World, claim: Claim) -> Iterator[Label]:
    right, other = world.rating_p, world.measure_p
    if claim["outcome"] == "measure":
        right, other = other, right
    yield from _one_of(claim["p"], right, outcome_swapped=other)


def _concludes(world: World, claim: Claim) -> Iterator[Label]:
    yield "faithful" if world.differs == "rating" else "stronger"


def _stays_open(world: World, claim: Claim) -> Iterator[Label]:
    yield "faithful" if world.differs == "measure" else "weaker"


def _earlier(world: World, claim: Claim) -> Iterator[Label]:
    if world.earlier_trials:
        yield from _one_of(claim["number"], world.earlier_trials)
    else:
        yield "one study as several"


def _none_of(name: str, none: object) -> _Reading:
    def read(world: World, claim: Claim) -> Iterator[Label]:
        printed = getattr(world, name)
        yield "silence as finding" if printed is None else "faithful" if printed == none else "reported but denied"

    return read


def _share(world: World, claim: Claim) -> Iterator[Label]:
    yield from _one_of(claim["number"], world.points, relative_for_absolute=world.ratio_percent)


_READINGS: dict[str, _Reading] = {
    "people": _people,
    "took_part": _took_part,
    "age": _detail("age", "number"),
    "women": _detail("women", "number"),
    "sites": _detail("sites", "number"),
    "earlier": _earlier,
    "comparator": _comparator,
    "minutes": _minutes,
    "duration": _duration,
    "assessors": _flag("are_assessors_blind", "faithful", "unknown"),
    "register": _flag("is_registered", "faithful", "unknown"),
    "funding": _detail("funder", "funder"),
    "left_early": _left_early,
    "which_outcome": _which_outcome,
    "difference": _difference,
    "final_rating": _final_rating,
    "p_value": _p_value,
    "most_reached": _most_reached,
    "share": _share,
    "count_time": _count_time,
    "mechanism": _flag("is_mechanism_measured", "faithful", "mechanism as finding"),
    "harms": _none_of("harms", (0, 0)),
    "extra": _none_of("extra", 0),
    "sexes": _none_of("do_sexes_differ", False),
    "concludes": _concludes,
    "stays_open": _stays_open,
    "advice": _flag("is_advised", "faithful", "advice added"),
}
SUBJECTS = tuple(_READINGS)
"""The subjects, in the order in which a text would take them up."""

FIXED_BY_ONE_FACT = frozenset(
    [
        "people",
        "age",
        "women",
        "sites",
        "earlier",
        "comparator",
        "minutes",
        "assessors",
        "register",
        "funding",
        "mechanism",
        "harms",
        "extra",
        "sexes",
        "which_outcome",
        "concludes",
        "stays_open",
        "advice",
    ]
)
"""Subjects whose label a single sentence of the abstract settles; a program that looks it up is right on these."""
