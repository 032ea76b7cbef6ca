"""What the printed figures of an abstract let one work out: intervals, p values, differences, percentages.

Every function takes figures as printed, in strings such as "-1.13", or as numbers, and says in its result what was
worked out. A result holds if its inputs are what they are taken for: that is for the reader of the abstract to decide.
scipy and statsmodels are imported when a function needs them. Raised is `WorkbenchError`, in one sentence.

Means with SDs and whether whole-number scores can have a mean stand in `appraise.consistency` (`t_unpaired`, `grim`).
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from appraise.errors import WorkbenchError

Figure = str | float
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)")
_P = re.compile(r"(?:p\s*)?(<=|>=|[<>=≤≥])?\s*(\d?\.?\d+)", re.IGNORECASE)


class Estimate(NamedTuple):
    """A value with its interval and two-sided p, at a level of confidence."""

    value: float
    low: float
    high: float
    p: float
    level: float = 0.95


class PFromInterval(NamedTuple):
    """The p behind an interval: its z, whether the interval holds "no difference", and whether the estimate is in the
    middle (on the log scale for ratios) as far as rounding lets one see."""

    p: float
    z: float
    holds_no_difference: bool
    is_centred: bool


class Interval(NamedTuple):
    """The ends of an interval, and whether it came from a bound on p: then the true one is narrower or wider."""

    low: float
    high: float
    from_bound: str


class Proportion(NamedTuple):
    """A number out of a total as a percentage, with a Wilson interval, in percent."""

    percent: float
    low: float
    high: float


class TwoProportions(NamedTuple):
    """Two groups' percentages, their difference in percentage points with Newcombe's interval, and their ratio."""

    first: float
    second: float
    difference: float
    low: float
    high: float
    ratio: float
    ratio_low: float
    ratio_high: float


class Analysed(NamedTuple):
    """How many of those randomised are missing from the analysis, and their percentage."""

    missing: int
    percent: float


def p_from_interval(
    estimate: Figure, low: Figure, high: Figure, level: Figure = 0.95, ratio: bool = False
) -> PFromInterval:
    """The two-sided p that an interval implies; `ratio` for odds, risk and hazard ratios, whose scale is the logarithm.

    `level` is 0.95, or 95 as printed. Raises WorkbenchError for ends in the wrong order, and for a ratio of 0 or less.
    Source: Altman DG, Bland JM. How to obtain the P value from a confidence interval. BMJ 2011;343:d2304. The normal
    distribution is used where the paper approximates it.

    >>> r = p_from_interval("0.81", "0.70", "0.94", ratio=True)
    >>> round(r.z, 1), round(r.p, 3), r.holds_no_difference, r.is_centred
    (-2.8, 0.005, False, True)
    """
    from scipy import stats

    point, lower, upper = _number(estimate, "estimate"), _number(low, "low"), _number(high, "high")
    if lower >= upper:
        raise WorkbenchError(f"low: {low} is not below high: {high}; expected the lower end first")
    slack = [_half_step(x) for x in (estimate, low, high)]
    if ratio:
        if min(point, lower) <= 0:
            raise WorkbenchError(f"{min(point, lower)} is no ratio; expected figures above 0, or a difference")
        slack = [s / x for s, x in zip(slack, (point, lower, upper))]
        point, lower, upper = math.log(point), math.log(lower), math.log(upper)
    se = (upper - lower) / (2 * _z_for(level))
    z = point / se
    centred = abs(point - (lower + upper) / 2) <= slack[0] + (slack[1] + slack[2]) / 2 + 1e-12
    return PFromInterval(2 * float(stats.norm.sf(abs(z))), z, lower <= 0 <= upper, centred)


def interval_from_p(estimate: Figure, p: Figure, level: Figure = 0.95, ratio: bool = False) -> Interval:
    """The interval that a two-sided p implies for an estimate; `ratio` for ratios, whose scale is the logarithm.

    From a bound such as "< 0.001" comes the widest interval that p allows, from "> 0.05" the narrowest; `from_bound`
    keeps the sign. Raises WorkbenchError for a p not between 0 and 1, and where the estimate is "no difference".
    Source: Altman DG, Bland JM. How to obtain the confidence interval from a P value. BMJ 2011;343:d2090. The normal
    distribution is used where the paper approximates it.

    >>> r = interval_from_p("0.81", "0.005", ratio=True)
    >>> round(r.low, 2), round(r.high, 2), r.from_bound
    (0.7, 0.94, '')
    """
    from scipy import stats

    point = _number(estimate, "estimate")
    if ratio:
        if point <= 0:
            raise WorkbenchError(f"{estimate} is no ratio; expected a figure above 0, or a difference")
        point = math.log(point)
    sign, value = _p(p)
    if point == 0:
        raise WorkbenchError("the estimate is no difference at all, and then a p says nothing of the interval")
    z = float(stats.norm.isf(value / 2))
    if z <= 0:
        raise WorkbenchError(f"p: {p} is 1, and no interval can be worked out from it")
    half = abs(point) / z * _z_for(level)
    ends = (point - half, point + half)
    low, high = (math.exp(ends[0]), math.exp(ends[1])) if ratio else ends
    return Interval(low, high, sign)


def percent(count: Figure, total: Figure) -> Proportion:
    """A number out of a total as a percentage, with its 95 % interval by Wilson's method (statsmodels).

    >>> p = percent("14", "106")
    >>> round(p.percent, 1), round(p.low, 1), round(p.high, 1)
    (13.2, 8.0, 21.0)
    """
    from statsmodels.stats.proportion import proportion_confint

    k, n = _counts(count, total, "")
    low, high = proportion_confint(k, n, method="wilson")
    return Proportion(100 * k / n, 100 * float(low), 100 * float(high))


def difference_of_counts(count1: Figure, total1: Figure, count2: Figure, total2: Figure) -> TwoProportions:
    """The difference between two arms in percentage points (first minus second) with its 95 % interval, and the ratio.

    Source: Newcombe RG. Interval estimation for the difference between independent proportions. Stat Med
    1998;17:873-890, method 10, by statsmodels; the ratio's interval is on the log scale, NaN where a count is 0.

    >>> d = difference_of_counts(117, 195, 89, 193)
    >>> round(d.difference, 1), round(d.low, 1), round(d.high, 1), round(d.ratio, 2)
    (13.9, 4.0, 23.4, 1.3)
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    k1, n1 = _counts(count1, total1, "1")
    k2, n2 = _counts(count2, total2, "2")
    low, high = confint_proportions_2indep(k1, n1, k2, n2, method="newcomb", compare="diff")
    ratio = ratio_low = ratio_high = math.nan
    if k1 and k2:
        ratio = (k1 / n1) / (k2 / n2)
        ratio_low, ratio_high = confint_proportions_2indep(k1, n1, k2, n2, method="log", compare="ratio")
    first, second = 100 * k1 / n1, 100 * k2 / n2
    return TwoProportions(
        first, second, first - second, 100 * float(low), 100 * float(high), ratio, float(ratio_low), float(ratio_high)
    )


def difference_of_changes(
    change1: Figure, low1: Figure, high1: Figure, change2: Figure, low2: Figure, high2: Figure, level: Figure = 0.95
) -> Estimate:
    """The difference between two arms' changes (first minus second) from each arm's own interval, with interval and p.

    Holds for separate groups of people: the squares of the standard errors add up. The normal distribution stands in
    for Student's, so that with small groups the true interval is a little wider.
    Source: Altman DG, Bland JM. Interaction revisited: the difference between two estimates. BMJ 2003;326:219.

    >>> d = difference_of_changes("2.3", "1.7", "2.9", "1.9", "1.3", "2.5")
    >>> round(d.value, 1), round(d.low, 2), round(d.high, 2), round(d.p, 2)
    (0.4, -0.45, 1.25, 0.36)
    """
    from scipy import stats

    z = _z_for(level)
    errors = []
    for low, high, which in ((low1, high1, "first"), (low2, high2, "second")):
        width = _number(high, "high") - _number(low, "low")
        if width <= 0:
            raise WorkbenchError(f"the {which} interval runs from {low} to {high}; expected the lower end first")
        errors.append(width / (2 * z))
    value = _number(change1, "first change") - _number(change2, "second change")
    se = math.hypot(*errors)
    return Estimate(value, value - z * se, value + z * se, 2 * float(stats.norm.sf(abs(value) / se)), _level(level))


def difference_of_means(
    mean1: Figure, sd1: Figure, n1: Figure, mean2: Figure, sd2: Figure, n2: Figure, level: Figure = 0.95
) -> Estimate:
    """The difference between two arms' means (first minus second) with interval and p, by Welch's t test (scipy).

    Source: Welch BL. Biometrika 1947;34:28-35; degrees of freedom after Welch and Satterthwaite.

    >>> d = difference_of_means("58.4", "17.2", 98, "53.9", "18.1", 100)
    >>> round(d.value, 1), round(d.low, 1), round(d.high, 1), round(d.p, 2)
    (4.5, -0.4, 9.4, 0.07)
    """
    from scipy import stats

    m1, m2 = _number(mean1, "mean1"), _number(mean2, "mean2")
    s1, s2 = _number(sd1, "sd1"), _number(sd2, "sd2")
    k1, k2 = _whole(n1, "n1", least=2), _whole(n2, "n2", least=2)
    if min(s1, s2) <= 0:
        raise WorkbenchError(f"{min(s1, s2):g} is no SD to work with; expected a figure above 0")
    v1, v2 = s1**2 / k1, s2**2 / k2
    df = (v1 + v2) ** 2 / (v1**2 / (k1 - 1) + v2**2 / (k2 - 1))
    se = math.sqrt(v1 + v2)
    half = float(stats.t.isf((1 - _level(level)) / 2, df)) * se
    value = m1 - m2
    return Estimate(value, value - half, value + half, 2 * float(stats.t.sf(abs(value) / se, df)), _level(level))


def analysed(randomised: Figure, in_analysis: Figure) -> Analysed:
    """How many of those randomised are not in the analysis.

    >>> a = analysed("212", "198")
    >>> a.missing, round(a.percent, 1)
    (14, 6.6)
    """
    total, kept = _whole(randomised, "randomised", least=1), _whole(in_analysis, "analysed")
    if kept > total:
        raise WorkbenchError(f"{kept} analysed is more than {total} randomised; expected at most as many")
    return Analysed(total - kept, 100 * (total - kept) / total)


# reading what was typed


def _number(figure: Figure, name: str) -> float:
    if isinstance(figure, bool) or not isinstance(figure, str | int | float):
        raise WorkbenchError(f"{name}: {figure!r} is no figure; expected one such as 7.5")
    text = str(figure).strip().replace("−", "-").replace("–", "-").replace("·", ".").replace("\u00a0", "")
    if re.fullmatch(r"[+-]?\d{1,3}(?:[, \u2009\u202f]\d{3})+(?:\.\d+)?", text):
        text = re.sub("[, \u2009\u202f]", "", text)
    elif re.fullmatch(r"[+-]?\d+,\d+", text):
        text = text.replace(",", ".")
    if isinstance(figure, str) and not _NUMBER.fullmatch(text):
        raise WorkbenchError(f"{name}: {figure.strip()[:40]!r} is not one figure; expected one such as 7.5")
    value = float(text)
    if not math.isfinite(value):
        raise WorkbenchError(f"{name}: {figure} is no figure; expected a finite one")
    return value


def _half_step(figure: Figure) -> float:
    """Half of the last printed decimal; 0 for a number that is not a string."""
    if not isinstance(figure, str):
        return 0.0
    tail = re.split(r"[.,·]", figure.strip())
    return 0.5 * 10.0 ** -(len(tail[1]) if len(tail) > 1 else 0)


def _whole(figure: Figure, name: str, least: int = 0) -> int:
    value = _number(figure, name)
    if value != int(value) or value < least:
        raise WorkbenchError(f"{name}: {figure} does not serve; expected a whole number of at least {least}")
    return int(value)


def _counts(count: Figure, total: Figure, which: str) -> tuple[int, int]:
    k, n = _whole(count, f"count{which}"), _whole(total, f"total{which}", least=1)
    if k > n:
        raise WorkbenchError(f"{k} of {n} cannot be; expected a count of at most its total")
    return k, n


def _level(level: Figure) -> float:
    value = _number(str(level).strip().removesuffix("%"), "level")
    value = value / 100 if value > 1 else value
    if not 0.5 <= value < 1:
        raise WorkbenchError(f"level: {level} is no level of confidence; expected one such as 95")
    return value


def _z_for(level: Figure) -> float:
    from scipy import stats

    return float(stats.norm.isf((1 - _level(level)) / 2))


def _p(p: Figure) -> tuple[str, float]:
    text = str(p).strip().replace("·", ".").replace(",", ".")
    match = _P.fullmatch(text)
    value = _number(match[2], "p") if match else -1.0
    if not match or not 0 < value <= 1:
        raise WorkbenchError(f"p: {p!r} is no p value; expected one such as 0.034 or < 0.001")
    return {None: "", "=": "", "<=": "<", "≤": "<", ">=": ">", "≥": ">"}.get(match[1], match[1] or ""), value
