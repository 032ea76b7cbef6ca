"""Do printed summary figures fit together? Tests from means and SDs, and what a printed p value would need.

Every result here holds *if* its assumptions do: which groups were compared, by which test, and how many were analysed.
A figure that does not fit points at an assumption or at the printing; it does not say which, nor why.

Figures are given as printed, in a string, or as numbers. A string such as "7.50" keeps its zeros, and says how far
rounding may stretch: from 7.495 to 7.505. A number is taken as exact. Means and SDs share one unit, that of the scale.
scipy is imported when a function needs it, so that importing this module stays quick.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Literal, NamedTuple

from appraise.errors import ConsistencyError

Figure = str | float | Decimal
Rounding = Literal["either", "half_up", "half_down", "half_even"]
R_LIMIT = 0.99  # the correlations looked at run from minus this to plus this
_FIGURE = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)")
_P = re.compile(r"(?:p\s*)?(<=|>=|[<>=≤≥])?\s*([0-9.]+)", re.IGNORECASE)


class Printed(NamedTuple):
    """A figure, and the ends of the interval that rounding could have brought to it (equal for a number)."""

    value: Decimal
    low: Decimal
    high: Decimal


class TTest(NamedTuple):
    """A t statistic (first mean minus second), its degrees of freedom, and the two-sided p value."""

    statistic: float
    df: float
    pvalue: float


class Range(NamedTuple):
    """The ends of an interval."""

    low: float
    high: float


class SemReading(NamedTuple):
    """A bracket read as a standard error: the SD it would mean, the largest the scale allows, and if it fits."""

    sd: float
    sd_largest: float
    possible: bool


class CiReading(NamedTuple):
    """What a confidence interval implies: its midpoint, standard error, p, and if the estimate is in the middle."""

    midpoint: float
    se: float
    pvalue: float
    centred: bool


def printed(figure: Figure, name: str = "figure") -> Printed:
    """A figure as printed, with the interval that rounds to it. Raises ConsistencyError for what is no figure.

    >>> printed("7.5")
    Printed(value=Decimal('7.5'), low=Decimal('7.45'), high=Decimal('7.55'))
    >>> printed(7.5).low
    Decimal('7.5')
    """
    if isinstance(figure, str):
        text = figure.strip().replace("−", "-")
        if not _FIGURE.fullmatch(text):
            raise ConsistencyError(f'{name}: {figure!r} is not one printed figure; expected one such as "7.5"')
        value = Decimal(text)
        half = Decimal(5).scaleb(-_decimals(value) - 1)
        return Printed(value, value - half, value + half)
    if isinstance(figure, bool) or not isinstance(figure, Real | Decimal):
        raise ConsistencyError(f'{name}: {figure!r} is no figure; expected a number, or a string such as "7.5"')
    # repr gives the shortest decimal that the float stands for, so 0.1 stays 0.1
    value = figure if isinstance(figure, Decimal) else Decimal(repr(float(figure)))
    if not value.is_finite():
        raise ConsistencyError(f"{name}: {figure!r} is no figure; expected a finite number")
    return Printed(value, value, value)


def sd_change(sd1: Figure, sd2: Figure, r: float) -> float:
    """The SD of the change within persons, from the SDs before and after and their correlation r (−1 to 1).

    Source: the variance of a difference; Cochrane Handbook, chapter 6, on imputing SDs for changes from baseline.

    >>> round(sd_change("2.2", "1.8", r=0.5), 2)
    2.03
    """
    if not -1 <= r <= 1:
        raise ConsistencyError(f"r: {r!r} is no correlation; expected a number from -1 to 1")
    return _sd_change(_sd(sd1, "sd1").value, _sd(sd2, "sd2").value, r)


def sd_change_largest(sd1: Figure, sd2: Figure) -> float:
    """The largest SD of the change that two SDs allow, as printed: their sum, reached at a correlation of −1.

    >>> sd_change_largest("2.2", "1.8")
    4.0
    """
    return float(_sd(sd1, "sd1").value + _sd(sd2, "sd2").value)


def t_unpaired(
    mean1: Figure, sd1: Figure, n1: int, mean2: Figure, sd2: Figure, n2: int, equal_var: bool = True
) -> TTest:
    """Student's t test of two separate groups from their summary figures, or Welch's with `equal_var=False`.

    Strings count at their printed value. Where both SDs are 0 the p is 0, or NaN if the means are equal too.
    Raises ConsistencyError for a figure it cannot read, a negative SD, or a group of fewer than two.
    Source: `scipy.stats.ttest_ind_from_stats`; degrees of freedom after Student, or Welch and Satterthwaite.

    >>> t = t_unpaired("7.5", "2.2", 40, "4.7", "1.8", 40)
    >>> round(t.statistic, 2), t.df, f"{t.pvalue:.1e}"
    (6.23, 78.0, '2.2e-08')
    """
    from scipy import stats

    m1, m2 = float(printed(mean1, "mean1").value), float(printed(mean2, "mean2").value)
    s1, s2 = float(_sd(sd1, "sd1").value), float(_sd(sd2, "sd2").value)
    n1, n2 = _count(n1, "n1", least=2), _count(n2, "n2", least=2)
    test = stats.ttest_ind_from_stats(m1, s1, n1, m2, s2, n2, equal_var=equal_var)
    if equal_var:
        df = float(n1 + n2 - 2)
    else:
        v1, v2 = s1**2 / n1, s2**2 / n2
        df = (v1 + v2) ** 2 / (v1**2 / (n1 - 1) + v2**2 / (n2 - 1)) if v1 + v2 else math.nan
    return TTest(float(test.statistic), df, float(test.pvalue))


def t_paired(mean1: Figure, sd1: Figure, mean2: Figure, sd2: Figure, n: int, r: float) -> TTest:
    """The paired t test of n persons measured twice, from summary figures and an assumed correlation r (−1 to 1).

    Strings count at their printed value. Where the change has no spread the p is 0, or NaN if there is no change.
    Raises ConsistencyError for a figure it cannot read, a negative SD, an r beyond ±1, or fewer than two persons.
    Source: the one-sample t test of the changes, with the SD of `sd_change`.

    >>> t = t_paired("7.5", "2.2", "4.7", "1.8", n=40, r=0)
    >>> round(t.statistic, 2), t.df, f"{t.pvalue:.1e}"
    (6.23, 39.0, '2.5e-07')
    """
    change = float(printed(mean1, "mean1").value - printed(mean2, "mean2").value)
    return _t_of_change(change, sd_change(sd1, sd2, r), _count(n, "n", least=2))


def largest_p(mean1: Figure, sd1: Figure, mean2: Figure, sd2: Figure, n: int) -> float:
    """The largest p that a paired t test could give for these figures, r from −0.99 to 0.99, rounding at its worst.

    The p grows as the change shrinks and as its SD grows; the SD grows as r falls and as the two SDs grow. So the
    largest p lies at r = −0.99 with every rounded figure at the end that hurts. 1.0 where rounding lets the means meet.
    NaN where the figures allow no change and no spread. Raises as `t_paired` does.

    >>> f'{largest_p("7.5", "2.2", "4.7", "1.8", n=40):.1e}'
    '1.6e-04'
    """
    first, second = printed(mean1, "mean1"), printed(mean2, "mean2")
    smallest = max(Decimal(0), first.low - second.high, second.low - first.high)
    spread = _sd_change(_sd(sd1, "sd1").high, _sd(sd2, "sd2").high, -R_LIMIT)
    return _t_of_change(float(smallest), spread, _count(n, "n", least=2)).pvalue


def p_interval(p: Figure) -> Range:
    """The values a printed p stands for: "0.034" by its rounding, "< 0.001" or "> 0.05" as a bound, a number as it is.

    >>> p_interval("< 0.001")
    Range(low=0.0, high=0.001)
    >>> p_interval("P = .034")
    Range(low=0.0335, high=0.0345)
    """
    sign, figure = _p(p)
    value = float(figure.value)
    if sign in ("<", "≤"):
        return Range(0.0, value)
    if sign in (">", "≥"):
        return Range(value, 1.0)
    return Range(max(0.0, float(figure.low)), min(1.0, float(figure.high)))


def p_agrees(p: Figure, computed: float) -> bool:
    """Whether a computed p could have been printed so. "< 0.001" holds below that, not at it; NaN agrees with nothing.

    >>> p_agrees("< 0.001", 1.6e-4), p_agrees("0.034", 1.6e-4)
    (True, False)
    """
    sign, figure = _p(p)
    low, high = p_interval(p)
    at_bound = sign in ("<", ">") and computed == float(figure.value)
    return low <= computed <= high and not at_bound


def sd_needed(p: Figure, mean1: Figure, mean2: Figure, n: int) -> float:
    """The SD of the change with which a paired t test of n persons gives this p, figures at their printed value.

    Compare it with `sd_change_largest`. A p of 0 needs an SD of 0; a p of 1 no finite one. Raises ConsistencyError
    where p is a bound such as "< 0.001" (give 0.001: the SD found is then the largest), or where the means are equal.
    Source: the one-sample t test, solved for the SD.

    >>> round(sd_needed("0.034", "7.5", "4.7", n=40), 2)
    8.06
    """
    change = abs(float(printed(mean1, "mean1").value - printed(mean2, "mean2").value))
    if not change:
        raise ConsistencyError("mean1 and mean2 are equal: with any SD the p is 1; expected two different means")
    n = _count(n, "n", least=2)
    t = _t_for(_one_p(p), n - 1)
    return change * math.sqrt(n) / t if t else math.inf


def control_mean_needed(
    p: Figure,
    mean: Figure,
    sd: Figure,
    n: int,
    sd_control: Figure | None = None,
    n_control: int | None = None,
    better: Literal["lower", "higher"] = "lower",
) -> float:
    """The control mean with which Student's test between the arms gives this p: the between-arm reading of a p.

    The control arm has the same SD and n unless others are given. `better` says which way the scale runs: with "lower",
    as for pain, the mean found lies above that of the treated arm, with "higher", as for movement, below.
    Raises ConsistencyError as `sd_needed` does. Source: the unpaired t test with pooled SD, solved for a mean.

    >>> round(control_mean_needed("0.034", "4.7", "1.8", 40), 1)
    5.6
    """
    if better not in ("lower", "higher"):
        raise ConsistencyError(f'better: {better!r} is not known; expected "lower" or "higher"')
    s1 = float(_sd(sd, "sd").value)
    s2 = s1 if sd_control is None else float(_sd(sd_control, "sd_control").value)
    n1 = _count(n, "n", least=2)
    n2 = n1 if n_control is None else _count(n_control, "n_control", least=2)
    df = n1 + n2 - 2
    pooled = math.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df)
    if not pooled:
        raise ConsistencyError(
            "sd: no arm has any spread, so no mean gives a p between 0 and 1; expected an SD above 0"
        )
    gap = _t_for(_one_p(p), df) * pooled * math.sqrt(1 / n1 + 1 / n2)
    return float(printed(mean, "mean").value) + (gap if better == "lower" else -gap)


def sem_reading(bracket: Figure, mean: Figure, n: int, low: float, high: float) -> SemReading:
    """What a bracketed figure would mean if it were a standard error of the mean, on a scale from `low` to `high`.

    The SD would be bracket × √n. On a bounded scale no SD can exceed that of persons who all sit at the two ends, and
    `possible` compares the two with rounding at its kindest. Raises ConsistencyError for a mean off the scale.
    Source: the largest variance on a bounded scale, Bhatia and Davis, Am Math Mon 2000;107:353, with n − 1 below.

    >>> reading = sem_reading("2.2", "7.5", n=40, low=0, high=10)
    >>> round(reading.sd, 1), round(reading.sd_largest, 1), reading.possible
    (13.9, 4.4, False)
    """
    n = _count(n, "n", least=2)
    sem, centre = _sd(bracket, "bracket"), printed(mean, "mean")
    bottom, top = printed(low, "low").value, printed(high, "high").value
    if not bottom <= centre.value <= top:
        raise ConsistencyError(f"mean: {mean!r} lies off the scale; expected a figure from {low} to {high}")

    def largest(at: Decimal) -> float:
        return math.sqrt(float((at - bottom) * (top - at)) * n / (n - 1))

    # the bound is highest in the middle of the scale: take the mean that rounding lets come nearest to it
    kindest = min(max((bottom + top) / 2, centre.low), centre.high)
    fits = float(max(sem.low, Decimal(0))) * math.sqrt(n) <= largest(kindest)
    return SemReading(float(sem.value) * math.sqrt(n), largest(centre.value), fits)


def ci_p(estimate: Figure, low: Figure, high: Figure, level: float = 0.95) -> CiReading:
    """The p and the midpoint that a confidence interval implies, for an estimate on an additive scale (a difference).

    `centred` says whether the estimate can be the midpoint, all three rounded. Ratios have intervals that are centred
    only after taking logs. An interval without width gives p 0, or NaN for an estimate of 0.
    Raises ConsistencyError where the ends are the wrong way round.
    Source: Altman DG, Bland JM. How to obtain the P value from a confidence interval. BMJ 2011;343:d2304.

    >>> reading = ci_p("-0.59", "-1.13", "-0.05")
    >>> round(reading.midpoint, 2), round(reading.pvalue, 3), reading.centred
    (-0.59, 0.032, True)
    """
    from scipy import stats

    point, lower, upper = printed(estimate, "estimate"), printed(low, "low"), printed(high, "high")
    if lower.value > upper.value:
        raise ConsistencyError(f"low: {low!r} is above high: {high!r}; expected the lower end first")
    if not 0 < level < 1:
        raise ConsistencyError(f"level: {level!r} is no level; expected a number between 0 and 1, such as 0.95")
    se = float(upper.value - lower.value) / 2 / float(stats.norm.isf((1 - level) / 2))
    z = _over(abs(float(point.value)), se)
    centred = point.low <= (lower.high + upper.high) / 2 and point.high >= (lower.low + upper.low) / 2
    return CiReading(float(lower.value + upper.value) / 2, se, 2 * float(stats.norm.sf(z)), centred)


def grim(mean: Figure, n: int, items: int = 1, rounding: Rounding = "either") -> bool:
    """GRIM: can n persons' whole-number scores have this mean? `items` is how many such scores make one person's mean.

    Give the mean as printed, in a string; a number is taken as exact. `rounding` says what happens to a half: "half_up"
    (away from zero), "half_down" (towards zero), "half_even" (to the even digit), or "either" of these.
    Passing shows that the mean is possible, not that it is right. With n × items at 10 or more, no mean of one decimal
    can fail. Raises ConsistencyError for a figure it cannot read.
    Source: Brown NJL, Heathers JAJ. The GRIM test. Soc Psychol Personal Sci 2017;8:363-369.

    >>> grim("7.5", n=40), grim("7.51", n=40), grim("7.52", n=25)
    (True, False, True)
    """
    return len(_totals(mean, _count(n, "n"), _count(items, "items"), rounding)) > 0


def grimmer(mean: Figure, sd: Figure, n: int, items: int = 1, rounding: Rounding = "either") -> bool:
    """GRIMMER: can n persons' whole-number scores have this mean together with this SD (n − 1 in its denominator)?

    Looks for a sum of scores that gives the mean, and for a sum of their squares that gives the SD, is no smaller than
    that sum allows, and is odd or even with it. These conditions are necessary, so False means impossible; with very
    few persons True may still be. The SD is given as printed, in a string: as a number it would hardly ever be exact.
    Other arguments are those of `grim`. Raises ConsistencyError, also for n = 1, which has no SD.
    Source: Anaya J. The GRIMMER test. PeerJ Preprints 2016, e2400v1; the analytic form is Allard's (2018).

    >>> grimmer("7.5", "2.2", n=40), grimmer("3.0", "0.5", n=3)
    (True, False)
    """
    if not isinstance(sd, str):
        raise ConsistencyError(f'sd: {sd!r} is not as printed; expected a string such as "2.2"')
    return any(True for _ in _pairs(mean, sd, n, items, rounding))


def _pairs(mean: Figure, sd: str, n: int, items: int, rounding: Rounding) -> Iterator[tuple[int, int]]:
    """The sums and sums of squares of the persons' totals that give the mean and the SD."""
    n, items = _count(n, "n", least=2), _count(items, "items")
    low, low_in, high, high_in = _ends(_sd(sd, "sd"), rounding)
    if low < 0:
        low, low_in = Fraction(0), True
    for total in _totals(mean, n, items, rounding):
        around = Fraction(total * total, n)
        ends = ((low * items) ** 2 * (n - 1) + around, low_in, (high * items) ** 2 * (n - 1) + around, high_in)
        each, more = divmod(total, n)
        least = (n - more) * each**2 + more * (each + 1) ** 2  # all persons as alike as the total lets them be
        for squares in _whole(*ends):
            # a whole number and its square are both odd or both even, hence so are the two sums
            if squares >= least and (squares - total) % 2 == 0:
                yield total, squares


def _totals(mean: Figure, n: int, items: int, rounding: Rounding) -> range:
    """The sums of all scores whose mean would be printed so."""
    low, low_in, high, high_in = _ends(printed(mean, "mean"), rounding)
    return _whole(low * n * items, low_in, high * n * items, high_in)


def _ends(figure: Printed, rounding: Rounding) -> tuple[Fraction, bool, Fraction, bool]:
    """The interval that rounds to a figure, each end with whether it belongs to it."""
    if rounding not in ("either", "half_up", "half_down", "half_even"):
        raise ConsistencyError(
            f'rounding: {rounding!r} is not known; expected "either", "half_up", "half_down" or "half_even"'
        )
    low, high = Fraction(figure.low), Fraction(figure.high)
    if low == high or rounding == "either":
        return low, True, high, True
    if rounding == "half_even":
        even = figure.value.as_tuple().digits[-1] % 2 == 0
        return low, even, high, even
    up = rounding == "half_up"
    if figure.value == 0:  # a half leaves zero on both sides, or comes to it from both
        return low, not up, high, not up
    near_low = figure.value > 0  # the end nearer to zero is the one that "half_up" brings in
    return low, near_low == up, high, near_low != up


def _whole(low: Fraction, low_in: bool, high: Fraction, high_in: bool) -> range:
    """The whole numbers in an interval."""
    start, stop = math.ceil(low), math.floor(high)
    return range(start + (start == low and not low_in), stop + 1 - (stop == high and not high_in))


def _decimals(value: Decimal) -> int:
    return -int(value.as_tuple().exponent)


def _sd(figure: Figure, name: str) -> Printed:
    read = printed(figure, name)
    if read.value < 0:
        raise ConsistencyError(f"{name}: {figure!r} is negative; expected 0 or more")
    return read


def _count(n: object, name: str, least: int = 1) -> int:
    if isinstance(n, Real) and not isinstance(n, bool) and float(n).is_integer() and float(n) >= least:
        return int(float(n))
    why = ", since one person has no spread" if least == 2 else ""
    raise ConsistencyError(f"{name}: {n!r} does not serve; expected a whole number of at least {least}{why}")


def _p(p: Figure) -> tuple[str, Printed]:
    """A printed p: its sign (<, ≤, >, ≥, or "" where it is a value) and its figure."""
    sign = ""
    figure: Figure = p
    if isinstance(p, str):
        match = _P.fullmatch(p.strip())
        if not match or not _FIGURE.fullmatch(match[2]):
            raise ConsistencyError(f'p: {p!r} is no p value; expected one such as "0.034" or "< 0.001"')
        sign, figure = {None: "", "=": "", "<=": "≤", ">=": "≥"}.get(match[1], match[1]), match[2]
    read = printed(figure, "p")
    if not 0 <= read.value <= 1:
        raise ConsistencyError(f"p: {p!r} is no p value; expected a figure from 0 to 1")
    return sign, read


def _one_p(p: Figure) -> float:
    sign, figure = _p(p)
    if sign:
        raise ConsistencyError(
            f"p: {p!r} is a bound; expected one value: give {figure.value} and read the result as a limit"
        )
    return float(figure.value)


def _t_for(p: float, df: int) -> float:
    """The t that has this two-sided p."""
    from scipy import stats

    return float(stats.t.isf(p / 2, df))


def _sd_change(sd1: Decimal, sd2: Decimal, r: float) -> float:
    s1, s2 = float(sd1), float(sd2)
    # written so that equal SDs with r = 1 give exactly 0
    return math.sqrt((s1 - s2) ** 2 + 2 * (1 - r) * s1 * s2)


def _over(difference: float, spread: float) -> float:
    """A difference in units of its spread: infinite where there is no spread, NaN where there is neither."""
    if spread:
        return difference / spread
    return math.copysign(math.inf, difference) if difference else math.nan


def _t_of_change(change: float, spread: float, n: int) -> TTest:
    from scipy import stats

    statistic = _over(change * math.sqrt(n), spread)
    return TTest(statistic, float(n - 1), 2 * float(stats.t.sf(abs(statistic), n - 1)))
