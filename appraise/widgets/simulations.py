"""What the widgets compute: seeded simulations and exact results, without anything that draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVEL = 0.05  # the usual mark for "significant", two-sided


def power_within(change: float, n: int) -> float:
    """Chance that a t-test within one group of n finds a mean change of `change` SDs (SD of the change) at 0.05.

    >>> round(power_within(0.0, 40), 3), round(power_within(0.3176, 40), 2)
    (0.05, 0.5)
    """
    from statsmodels.stats.power import TTestPower

    return float(TTestPower().power(change, n, LEVEL))


def exactly_one(power: float) -> float:
    """Chance that exactly one of two identical groups is significant: 2π(1−π), one half at most.

    Source: Bland and Altman, Trials 2011;12:264.

    >>> exactly_one(0.5), round(exactly_one(0.05), 3)
    (0.5, 0.095)
    """
    return 2 * power * (1 - power)


class TwoGroups(NamedTuple):
    """Repetitions of a two-arm trial: p within each arm, and p between the arms; arrays of one length."""

    treated: Floats
    control: Floats
    between: Floats

    @property
    def in_exactly_one(self) -> float:
        """Share of repetitions that are significant within exactly one arm."""
        return float(np.mean((self.treated < LEVEL) != (self.control < LEVEL)))

    @property
    def between_arms(self) -> float:
        """Share of repetitions in which the arms differ significantly."""
        return float(np.mean(self.between < LEVEL))


def changes(common: float, effect: float, sd: float, n: int, trials: int = 1, seed: int = 1) -> tuple[Floats, Floats]:
    """Changes of n persons in each of two arms, `trials` times: arrays of shape (trials, n), treated and control.

    Everyone improves by `common` on average, the treated by `effect` more; `sd` is the SD of the change, in one arm.
    """
    rng = np.random.default_rng(seed)
    return rng.normal(common + effect, sd, (trials, n)), rng.normal(common, sd, (trials, n))


def repeat_two_groups(common: float, effect: float, sd: float, n: int, trials: int = 1000, seed: int = 1) -> TwoGroups:
    """The tests within and between the arms, in many repetitions of the trial of `changes`.

    >>> many = repeat_two_groups(common=0.32, effect=0, sd=1, n=40)
    >>> 0.45 < many.in_exactly_one < 0.55, many.between_arms < 0.08
    (True, True)
    """
    from scipy import stats

    treated, control = changes(common, effect, sd, n, trials, seed)
    return TwoGroups(
        stats.ttest_1samp(treated, 0, axis=1).pvalue,
        stats.ttest_1samp(control, 0, axis=1).pvalue,
        stats.ttest_ind(treated, control, axis=1).pvalue,
    )


def compare_improvements(people: int = 40, trials: int = 2000) -> pd.DataFrame:
    """Trials of two groups that get the same, for five sizes of the improvement that everyone has, in SDs.

    Parameters
    ----------
    people : int
        People in each group.
    trials : int
        Trials simulated for each improvement.

    Returns
    -------
    DataFrame
        One row an improvement: the chance that one group is significant, and three shares of all trials, from 0 to 1.

    Examples
    --------
    >>> compare_improvements(trials=50).index.to_list()
    [0.0, 0.2, 0.32, 0.5, 0.8]
    """
    rows = {}
    for improvement in (0.0, 0.2, 0.32, 0.5, 0.8):
        many = repeat_two_groups(common=improvement, effect=0, sd=1, n=people, trials=trials)
        power = power_within(improvement, people)
        rows[improvement] = {
            "chance that one group is significant (π)": power,
            "exactly one, seen": many.in_exactly_one,
            "exactly one, by 2π(1 − π)": exactly_one(power),
            "groups differ, seen": many.between_arms,
        }
    return pd.DataFrame(rows).T.rename_axis("improvement in all (SDs)").round(3)


def shuffle_piles(first: Sequence[float], second: Sequence[float], shuffles: int = 2000, seed: int = 5) -> Floats:
    """Differences of means when the values of two groups are shuffled like cards and dealt anew into two piles.

    Parameters
    ----------
    first, second : sequence of float
        The values of the two groups; the piles keep their sizes.
    shuffles : int
        How often the cards are dealt.
    seed : int
        The seed of chance.

    Examples
    --------
    >>> dealt = shuffle_piles([4, 2, 5, 3], [1, 3, 0, 2], shuffles=100)
    >>> len(dealt), bool(abs(dealt).max() <= 2.5)
    (100, True)
    """
    rng = np.random.default_rng(seed)
    cards = np.array([*first, *second], dtype=float)
    dealt = rng.permuted(np.tile(cards, (shuffles, 1)), axis=1)
    means: Floats = dealt[:, : len(first)].mean(axis=1) - dealt[:, len(first) :].mean(axis=1)
    return means


def enrol(sees_the_next: bool, people: int = 2000, seed: int = 7) -> dict[str, float]:
    """Mean pain at the start of an invented trial, by arm, before anybody is treated.

    Chance has made the order of the arms. A doctor who can foresee the next arm sends people with strong pain away
    when it is the treatment.

    Parameters
    ----------
    sees_the_next : bool
        Whether the doctor can foresee the next arm.
    people : int
        People in both arms together.
    seed : int
        The seed of chance.

    Examples
    --------
    >>> hidden, seen = enrol(False), enrol(True)
    >>> round(hidden["treatment"] - hidden["control"], 1), round(seen["treatment"] - seen["control"], 1)
    (-0.1, -0.7)
    """
    rng = np.random.default_rng(seed)
    pain: dict[str, list[float]] = {"treatment": [], "control": []}
    for arm in rng.permutation(["treatment", "control"] * (people // 2)):
        arrives = rng.normal(6.5, 1.5)
        while sees_the_next and arm == "treatment" and arrives > 7.5:
            arrives = rng.normal(6.5, 1.5)
        pain[arm].append(arrives)
    return {arm: float(np.mean(scores)) for arm, scores in pain.items()}


def leave_trial() -> pd.DataFrame:
    """Five ways to lose people from an invented trial whose two groups of forty have the same forty pain scores.

    Returns
    -------
    DataFrame
        One row a scenario: people asked and their mean, by group, and the difference of the means in points.

    Examples
    --------
    >>> leave_trial()["difference"].iloc[[0, 3, 4]].round(1).to_list()
    [0.0, -0.8, 0.0]
    """
    scores = np.sort(np.random.default_rng(3).normal(5.5, 2, 40).clip(0, 10).round(1))

    def leave_by_chance(n: int, seed: int) -> Floats:
        return np.random.default_rng(seed).permutation(scores)[n:]

    scenarios = {
        "A: everybody stays": (scores, scores),
        "B: four leave each group, by the toss of a coin": (leave_by_chance(4, 3), leave_by_chance(4, 9)),
        "C: twelve leave each group, by the toss of a coin": (leave_by_chance(12, 7), leave_by_chance(12, 8)),
        "D: the eight with most pain leave the treatment group": (scores[:-8], scores),
        "E: the eight with most pain leave each group": (scores[:-8], scores[:-8]),
    }
    rows = [[len(t), len(c), t.mean(), c.mean(), t.mean() - c.mean()] for t, c in scenarios.values()]
    columns = ["asked, treatment", "asked, control", "mean, treatment", "mean, control", "difference"]
    return pd.DataFrame(rows, index=list(scenarios), columns=columns).round(2)


def hospital_means(sizes: Sequence[int] = (10, 40, 160), groups: int = 1000, seed: int = 6) -> pd.DataFrame:
    """Means of many groups drawn from a hospital of ten thousand invented people who rate their pain from 0 to 10.

    Parameters
    ----------
    sizes : sequence of int
        People in a group.
    groups : int
        Groups drawn for each size.
    seed : int
        The seed of chance.

    Returns
    -------
    DataFrame
        One row a size: the smallest and the largest mean, and the SD of the means, in points.

    Examples
    --------
    >>> hospital_means(groups=50).index.to_list()
    [10, 40, 160]
    """
    rng = np.random.default_rng(seed)
    hospital = np.clip(np.round(rng.normal(5, 2, 10_000)), 0, 10)
    rows = {}
    for n in sizes:
        means = [float(rng.choice(hospital, n).mean()) for _ in range(groups)]
        rows[n] = {"smallest mean": min(means), "largest mean": max(means), "SD of the means": float(np.std(means))}
    return pd.DataFrame(rows).T.rename_axis("n").round(2)


def measure_twice(mean: float, sd: float, error: float, people: int = 2000, seed: int = 1) -> tuple[Floats, Floats]:
    """Two measurements of people whose true pain does not change: true values N(mean, sd), each read with `error`."""
    rng = np.random.default_rng(seed)
    true = rng.normal(mean, sd, people)
    return true + rng.normal(0, error, people), true + rng.normal(0, error, people)


def expected_regression(mean: float, sd: float, error: float, mark: float) -> tuple[float, float]:
    """Mean of the first and of the second measurement of those whose first is at or above `mark`, untreated.

    Source: the mean of a truncated normal; the second keeps sd²/(sd² + error²) of the excess.

    >>> first, second = expected_regression(mean=5, sd=2, error=1.5, mark=6)
    >>> round(first, 1), round(second, 1)
    (7.7, 6.7)
    """
    from scipy import stats

    spread = (sd**2 + error**2) ** 0.5
    excess = spread * float(stats.norm.pdf((mark - mean) / spread) / stats.norm.sf((mark - mean) / spread))
    return mean + excess, mean + excess * sd**2 / spread**2


def sample_means(mean: float, sd: float, n: int, samples: int = 1000, seed: int = 1) -> Floats:
    """Means of `samples` samples of n persons from a normal population.

    >>> round(float(sample_means(5, 2, 100).std()), 1)
    0.2
    """
    return cast(Floats, np.random.default_rng(seed).normal(mean, sd, (samples, n)).mean(axis=1))


class Precision(NamedTuple):
    """What a trial of two equal arms can tell, in SDs: `half_width` of the 95 % interval, and what is `detectable`."""

    half_width: float
    detectable: float


def two_arm_precision(n: int, power: float = 0.8) -> Precision:
    """Half the width of the 95 % interval of a difference of means, and the difference found with `power`, n an arm.

    Both in SDs of one arm, for a t-test at 0.05; the interval takes the SD as known to be the same in both.

    >>> p = two_arm_precision(40)
    >>> round(p.half_width, 2), round(p.detectable, 2)
    (0.45, 0.63)
    """
    from scipy import stats
    from statsmodels.stats.power import TTestIndPower

    mark = float(stats.t.isf(LEVEL / 2, 2 * n - 2))
    return Precision(mark * (2 / n) ** 0.5, float(TTestIndPower().solve_power(nobs1=n, alpha=LEVEL, power=power)))


def made_pairs(
    mean1: float,
    sd1: float,
    mean2: float,
    sd2: float,
    r: float,
    n: int = 40,
    seed: int = 1,
    scale: tuple[float, float] | None = None,
) -> tuple[Floats, Floats]:
    """Made values before and after for n persons, with exactly these means, SDs and correlation r (−1 < r < 1).

    With a `scale`, its lowest and highest value, no value lies outside it, at whatever r. Raises ValueError where no
    such values were found.

    >>> before, after = made_pairs(7.5, 2.2, 4.7, 1.8, r=0.5, scale=(0, 10))
    >>> round(float((after - before).std(ddof=1)), 2)
    2.03
    >>> bool(min(before.min(), after.min()) >= 0), bool(max(before.max(), after.max()) <= 10)
    (True, True)
    """
    chance = np.random.default_rng(seed)
    low, high = scale or (-np.inf, np.inf)
    middle = (mean1 - low) / (high - low) if scale else 0.5
    weight = middle * (1 - middle) / (sd1 / (high - low)) ** 2 - 1 if scale else 1.0  # of a beta with this mean and SD
    if not (0 < middle < 1 and weight > 0):
        raise ValueError(f"a mean of {mean1:g} with an SD of {sd1:g} does not fit on a scale from {low:g} to {high:g}")
    for _ in range(1000):
        if scale:
            first = _standardised(chance.beta(middle * weight, (1 - middle) * weight, n))
            second = chance.uniform(-1, 1, n)
        else:
            first, second = chance.normal(size=(2, n))
            first = _standardised(first)
        second = second - second.mean()
        second = _standardised(second - first * (first @ second) / (first @ first))  # no correlation with the first
        before = mean1 + sd1 * first
        far = np.hypot(first, second)  # the farthest that r can carry a person from the second mean, in SDs
        up = np.where(second > 0, far, np.abs(first))
        down = np.where(second < 0, far, np.abs(first))
        after_high, after_low = mean2 + sd2 * up, mean2 - sd2 * down
        if min(before.min(), after_low.min()) >= low and max(before.max(), after_high.max()) <= high:
            return before, mean2 + sd2 * (r * first + (1 - r**2) ** 0.5 * second)
    raise ValueError(f"no pairs with these means and SDs were found on a scale from {low:g} to {high:g}")


def _standardised(values: Floats) -> Floats:
    return cast(Floats, (values - values.mean()) / values.std(ddof=1))
