"""Claims first, worlds second: a claim's values are drawn, then its label, then the world in which it has that label.

So no value, and no word, gives its label away: the same sentence is right in one world and wrong in another. A draw
that cannot be simulated, that lies near a rounding edge, or whose claims are undecided, is made again from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from appraise.cases.labels import SUBJECTS, Claim, LabelError, label
from appraise.cases.patients import NoFit, Ratings, change, change_with_count, rate
from appraise.cases.stats import NearEdge, chi_square, compare_means, mean, print_p, round_figure, sd, t_quantile
from appraise.cases.stream import Stream
from appraise.cases.tasks import p_range
from appraise.cases.wordings import Names, Topic
from appraise.cases.worlds import Arm, Comparator, Outcome, Style, World

COMPARATORS: tuple[Comparator, ...] = ("sham", "nothing", "usual")
_STYLES: tuple[Style, ...] = ("full", "full", "arms", "bare", "within")
_ATTEMPTS = 400
_ALIKE = 3.2
"""The largest chi-square of two counts that are alike: p is then above 0.07, as for a mean that does not differ."""


@dataclass(frozen=True)
class Drawn:
    """A world, and a claim on each subject that its abstract decides."""

    world: World
    claims: dict[str, Claim]


class DrawError(RuntimeError):
    """No world was found after many attempts; the topic's ranges are too narrow."""


def draw(stream: Stream, topic: Topic, names: Names) -> Drawn:
    """A world on a topic with its claims, from the stream alone. Raises DrawError where a topic allows none."""
    for attempt in range(_ATTEMPTS):
        try:
            return _Draw(stream.child(attempt), topic, names).draw()
        except (NoFit, NearEdge, LabelError):
            continue
    raise DrawError(f"{topic.id}: no world in {_ATTEMPTS} attempts; expected wider ranges in topics.yml")


@dataclass(frozen=True)
class _Sizes:
    randomised: tuple[int, int]
    left: tuple[int, int]

    @property
    def analysed(self) -> tuple[int, int]:
        return self.randomised[0] - self.left[0], self.randomised[1] - self.left[1]


@dataclass(frozen=True)
class _Rating:
    treated: Ratings
    control: Ratings
    difference: float
    se: float
    p: float


class _Draw:
    """One attempt. Each method draws the claims on one part of the trial, and the facts that decide them."""

    def __init__(self, stream: Stream, topic: Topic, names: Names) -> None:
        self.stream, self.topic, self.names = stream, topic, names
        self.claims: dict[str, Claim] = {}

    def claim(self, subject: str, **values: int | str) -> bool:
        """Note a claim; returns whether it is to be faithful."""
        self.claims[subject] = Claim(subject, values)
        return self.stream.happens(1, 2)

    def draw(self) -> Drawn:
        stream, topic = self.stream, self.topic
        style = stream.choose(_STYLES)
        sizes = self._sizes()
        total = sum(sizes.randomised)
        weeks, follow_up, count_week = self._weeks()
        differs = self._differs()
        threshold, measure_mean, step = self._most_reached()
        is_alike = threshold is not None and differs == "rating"
        counts = self._counts(sizes, is_most_needed=threshold is not None, is_alike=is_alike)
        measured = self._measured(sizes, counts, threshold, measure_mean, step, is_wanted=_side(differs == "measure"))
        rating = self._rating(sizes, is_wanted=_side(differs == "rating"))
        comparator = stream.choose(COMPARATORS)
        is_same = self.claim("comparator", comparator=comparator)
        if not is_same:
            comparator = stream.choose([c for c in COMPARATORS if c != comparator])
        arms = [
            self._arm(i, sizes, ratings, measure, counts[i])
            for i, (ratings, measure) in enumerate(zip((rating.treated, rating.control), measured, strict=True))
        ]
        p, does_fit = self._printed_p(rating, arms[0], arms[1], style)
        t = t_quantile(sum(sizes.analysed) - 2)
        world = World(
            topic=topic.id,
            style=style,
            comparator=comparator,
            is_narrow=not self.claim("people"),
            treated=arms[0],
            control=arms[1],
            weeks=weeks,
            follow_up=follow_up,
            count_week=count_week,
            minutes=self._minutes(),
            differs=differs,
            difference=round_figure(rating.difference, 1),
            low=round_figure(rating.difference - t * rating.se, 1),
            high=round_figure(rating.difference + t * rating.se, 1),
            rating_p=p,
            measure_p=print_p(compare_means(*measured)[2]),
            does_p_fit=does_fit,
            count_threshold=threshold,
            age=self._detail("age", stream.between(*topic.ages)),
            women=self._detail("women", stream.between(round(0.4 * total), round(0.65 * total))),
            sites=self._detail("sites", stream.between(3, 9)),
            funder=self._funder(),
            is_registered=self.claim("register"),
            are_assessors_blind=self.claim("assessors"),
            are_participants_unaware=stream.happens(1, 2) if comparator == "sham" else None,
            allocation=stream.choose(("concealed", "open", None)),
            earlier_trials=self._earlier(),
            is_mechanism_measured=self.claim("mechanism"),
            is_advised=self.claim("advice"),
            harms=self._harms(),
            extra=self._extra(),
            do_sexes_differ=self._reports("sexes"),
            person=f"{stream.choose(self.names.first)}|{stream.choose(self.names.last)}",
            town=stream.choose(self.names.town),
            institute=stream.choose(self.names.institute),
        )
        if (world.low[0] != "−" and float(world.low) > 0) != (differs == "rating"):
            raise NoFit("the printed interval ends at 0, which says nothing clear")
        self._claim_figures(world)
        for claim in self.claims.values():
            label(world, claim)
        return Drawn(world, {subject: self.claims[subject] for subject in SUBJECTS if subject in self.claims})

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _sizes(self) -> _Sizes:
        stream = self.stream
        number = stream.between(60, 99)
        is_start = self.claim("took_part", number=number)
        if stream.happens(1, 2):
            left = [1, 2]
        else:
            total = stream.between(18, 24)
            fewer = stream.between(4, total // 2 - 2)
            left = [fewer, total - fewer]
        left = stream.shuffled(left)
        is_own = self.claim("left_early", number=left[0])
        if not is_own:
            left.reverse()
        total = number if is_start else number + sum(left)
        share = sum(left) / total
        if 0.05 < share < 0.2:
            raise NoFit("neither few nor many left")
        more = stream.shuffled([total // 2, total - total // 2])
        return _Sizes((more[0], more[1]), (left[0], left[1]))

    def _detail(self, subject: str, number: int) -> int | None:
        return number if self.claim(subject, number=number) else None

    def _funder(self) -> str | None:
        funder = self.stream.choose(self.names.funder)
        return funder if self.claim("funding", funder=funder) else None

    def _earlier(self) -> int:
        number = self.stream.between(2, 4)
        return number if self.claim("earlier", number=number) else 0

    # ── time and use ────────────────────────────────────────────────────────────────────────────────────────────────

    def _weeks(self) -> tuple[int, int, int]:
        stream = self.stream
        number = stream.between(7, 12)
        if self.claim("duration", number=number):
            weeks, follow_up = number, number + stream.between(2, 6)
        else:
            weeks, follow_up = number - stream.between(2, 4), number
        week = stream.choose((weeks, follow_up))
        if self.claim("count_time", number=week):
            return weeks, follow_up, week
        return weeks, follow_up, follow_up if week == weeks else weeks

    def _minutes(self) -> int:
        choices = (10, 15, 20, 25, 30, 40)
        number = self.stream.choose(choices)
        if self.claim("minutes", number=number):
            return number
        return self.stream.choose([other for other in choices if other != number])

    # ── outcomes ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _differs(self) -> Outcome:
        outcome: Outcome = self.stream.choose(("rating", "measure"))
        other: Outcome = "measure" if outcome == "rating" else "rating"
        self.claims["concludes"], self.claims["stays_open"] = Claim("concludes"), Claim("stays_open")
        return outcome if self.claim("which_outcome", outcome=outcome) else other

    def _most_reached(self) -> tuple[int | None, int, int]:
        """The threshold of the count where there is one, the treated arm's mean fall, and the step to the other arm."""
        stream = self.stream
        number = stream.between(*self.topic.measure.fall)
        step = stream.between(2, max(3, number // 2))
        return (number if self.claim("most_reached", number=number) else None), number, step

    def _counts(self, sizes: _Sizes, is_most_needed: bool, is_alike: bool) -> tuple[int, int]:
        """How many people of each arm were counted, so that the claim on the share is an absolute or a relative one.

        Where people are counted on the measure, and the measure does not differ, their counts are alike too: they
        would contradict its p otherwise.
        """
        stream = self.stream
        number = stream.between(12, 19) if is_alike else stream.between(20, 45)
        is_absolute = self.claim("share", number=number)
        n1, n2 = sizes.analysed
        lowest = 0.55 if is_most_needed else 0.35
        pairs = []
        for k1 in range(round(lowest * n1), round(0.85 * n1) + 1):
            for k2 in range(round(0.2 * n2), round(0.75 * n2) + 1):
                p1, p2 = _percent(k1, n1), _percent(k2, n2)
                points, ratio = p1 - p2, round(100 * (p1 - p2) / p2)
                exact = 100 * (k1 / n1 - k2 / n2), 100 * (k1 * n2 / (k2 * n1) - 1)
                value, true = (points, exact[0]) if is_absolute else (ratio, exact[1])
                if is_alike and chi_square((k1, n1), (k2, n2)) > _ALIKE:
                    continue
                if value == number and abs(true - number) < 0.5 and abs(points - ratio) >= 5:
                    pairs.append((k1, k2))
        if not pairs:
            raise NoFit("no counts with this share")
        return stream.choose(pairs)

    def _measured(
        self,
        sizes: _Sizes,
        counts: tuple[int, int],
        threshold: int | None,
        average: int,
        step: int,
        is_wanted: Callable[[float], bool],
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Both arms' falls of the measure with the p that is wanted, and the counts where people are counted on it."""
        n1, n2 = sizes.analysed
        limit, stream = self.topic.measure.limit, self.stream
        for _ in range(12):
            t = stream.between(215, 420) / 100 if is_wanted(0.01) else stream.between(50, 165) / 100
            width = max(1.5, step / t / (1 / n1 + 1 / n2) ** 0.5)
            if threshold is None:
                arms = (change(stream, n1, average, width, limit), change(stream, n2, average - step, width, limit))
            else:
                width = stream.between(15, 70) / 100 * average
                skew = stream.between(60, 180) / 100
                first = change_with_count(stream, n1, counts[0], threshold, (width * skew, width), limit)
                second = change_with_count(stream, n2, counts[1], threshold, (width, width * skew), limit)
                arms = (first, second)
            means = round(float(mean(arms[0]))), round(float(mean(arms[1])))
            is_text = means[0] > means[1] >= 1 and (threshold is None or means[0] != threshold)
            if is_text and is_wanted(compare_means(*arms)[2]):
                return arms
        raise NoFit("no falls with the p that is wanted")

    def _rating(self, sizes: _Sizes, is_wanted: Callable[[float], bool]) -> _Rating:
        """Both arms' ratings, so that the claims on difference and final rating are right, or another figure's."""
        stream, clear = self.stream, is_wanted(0.01)
        number = stream.between(14, 22) if clear else stream.between(8, 13)
        if self.claim("difference", number=_tenths(number)):
            other = stream.between(4, 12)
            treated, control = number + other, other
        else:
            treated, control = number, stream.between(3, 6 if clear else number - 4)
        final = stream.between(30, 48)
        apart = stream.choose((-3, -2, -1, 1, 2, 3))
        if self.claim("final_rating", number=_tenths(final)):
            before = final + treated, final + treated + apart
        else:
            before = final + control + apart, final + control
        n1, n2 = sizes.analysed
        for _ in range(12):
            t = stream.between(225, 400) / 100 if clear else stream.between(60, 165) / 100
            spread = (treated - control) / 10 / t / (1 / n1 + 1 / n2) ** 0.5
            if not 0.8 <= spread <= 3.2:
                continue
            first = rate(stream, n1, before[0] / 10, treated / 10, spread)
            second = rate(stream, n2, before[1] / 10, control / 10, spread)
            difference, se, p = compare_means(first.falls, second.falls)
            if is_wanted(p):
                return _Rating(first, second, difference, se, p)
        raise NoFit("no ratings with the p that is wanted")

    def _arm(self, i: int, sizes: _Sizes, ratings: Ratings, measured: tuple[int, ...], count: int) -> Arm:
        before, after = mean(ratings.before), mean(ratings.after)
        arm = Arm(
            randomised=sizes.randomised[i],
            analysed=sizes.analysed[i],
            before=round_figure(before, 1),
            after=round_figure(after, 1),
            fall=round_figure(before - after, 1),
            fall_sd=round_figure(sd(ratings.falls), 1),
            measure_fall=round_figure(mean(measured), 0),
            count=count,
        )
        if round(10 * (float(arm.before) - float(arm.after))) != round(10 * float(arm.fall)):
            raise NoFit("the printed means do not give the printed fall")
        return arm

    def _printed_p(self, rating: _Rating, treated: Arm, control: Arm, style: Style) -> tuple[str, bool]:
        """The p of the rating as printed, and whether it fits the other figures; some abstracts print one that cannot.

        A p that cannot fit stays on its side of 0.05, so that the abstract's words still follow from what it prints.
        """
        if round(10 * rating.difference) != round(10 * (float(treated.fall) - float(control.fall))):
            raise NoFit("the printed falls do not give the printed difference")
        right = print_p(rating.p)
        if style not in ("full", "arms") or self.stream.happens(3, 5):
            return right, True
        low, high = p_range(treated, control, rating.difference, rating.se, style)
        choices = (
            (0.002, 0.004, 0.008, 0.014, 0.021, 0.034, 0.042) if rating.p < 0.05 else (0.08, 0.14, 0.27, 0.44, 0.68)
        )
        far = [p for p in choices if p > 2 * high or p < low / 2]
        return (print_p(self.stream.choose(far)), False) if far else (right, True)

    # ── what the abstract may be silent on ──────────────────────────────────────────────────────────────────────────

    def _reports(self, subject: str) -> bool | None:
        """Whether the abstract reports some of a thing, reports none, or is silent."""
        self.claim(subject)
        return self.stream.choose((False, False, False, True, True, True, None, None, None, None))

    def _harms(self) -> tuple[int, int] | None:
        reports = self._reports("harms")
        some = self.stream.between(4, 9), self.stream.between(1, 3)
        return None if reports is None else some if reports else (0, 0)

    def _extra(self) -> int | None:
        reports = self._reports("extra")
        some = self.stream.between(2, 9)
        return None if reports is None else some if reports else 0

    def _claim_figures(self, world: World) -> None:
        """The claims whose values are computed from the patients, and those that this style of abstract leaves out."""
        outcome = self.stream.choose(("rating", "measure"))
        is_own = self.stream.happens(1, 2)
        p = world.rating_p if (outcome == "rating") == is_own else world.measure_p
        if world.style in ("full", "arms"):
            self.claims["p_value"] = Claim("p_value", {"outcome": outcome, "p": p})
        if world.style not in ("full", "bare"):
            del self.claims["difference"]
        if world.style == "within":
            del self.claims["final_rating"]


def _side(is_clear: bool) -> Callable[[float], bool]:
    """Whether a p lies well on one side of 0.05."""
    return (lambda p: p < 0.045) if is_clear else (lambda p: p > 0.07)


def _percent(count: int, of: int) -> int:
    return (200 * count + of) // (2 * of)


def _tenths(number: int) -> str:
    return f"{number // 10}.{number % 10}"
