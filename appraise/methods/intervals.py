"""Intervals of lesson 06: of a mean change when its SD is not printed, and of a share by two named methods."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from appraise.methods.consistency import sd_change

NORMAL_95 = 1.96  # standard errors on each side of a mean that hold 95 in 100


def interval_of_change(
    mean1: float,
    sd1: float,
    mean2: float,
    sd2: float,
    n: int,
    correlations: Iterable[float] = (0, 0.5, 0.9),
    mark: float | None = None,
) -> pd.DataFrame:
    """The 95 % interval of the mean change in one group, for several guesses at the correlation of before and after.

    Parameters
    ----------
    mean1, sd1, mean2, sd2 : float
        Means and SDs before and after, in points.
    n : int
        People who were measured twice.
    correlations : iterable of float
        Guesses at r, from -1 to 1.
    mark : float, optional
        A fall in points. With it the table has the share of people who reach it, if changes follow a bell curve.

    Returns
    -------
    DataFrame
        One row a correlation: SD of the change, its standard error, the interval's ends; the share in percent.

    Raises
    ------
    ValueError
        Where there are fewer than two people.

    Examples
    --------
    >>> interval_of_change(7.5, 2.2, 4.7, 1.8, 40).loc[0.5, ["low", "high"]].to_list()
    [-3.43, -2.17]
    """
    from scipy.stats import norm

    if n < 2:
        raise ValueError(f"expected at least two people, found {n}")
    change = mean2 - mean1
    rows = {}
    for r in correlations:
        sd = sd_change(sd1, sd2, r)
        error = sd / n**0.5
        rows[r] = {
            "SD of the change": sd,
            "SE": error,
            "low": change - NORMAL_95 * error,
            "high": change + NORMAL_95 * error,
        }
        if mark is not None:
            rows[r]["share that reaches the mark, %"] = 100 * float(norm.cdf((-mark - change) / sd))
    return pd.DataFrame(rows).T.rename_axis("r").round(2)


def interval_of_share(count: int, sizes: Iterable[int]) -> pd.DataFrame:
    """The 95 % interval of a share in percent, exact and by Wilson's method, for several denominators.

    Parameters
    ----------
    count : int
        People who had it.
    sizes : iterable of int
        Denominators: people among whom they were counted.

    Examples
    --------
    >>> interval_of_share(4, [40]).loc[("of 40", "exact")].to_list()
    [10.0, 2.8, 23.7]
    """
    from scipy.stats import binomtest

    rows = {}
    for n in sizes:
        for method in ("exact", "wilson"):
            ends = binomtest(count, n).proportion_ci(confidence_level=0.95, method=method)
            rows[f"of {n}", method] = [100 * count / n, 100 * ends.low, 100 * ends.high]
    columns = ["share, %", "lower end, %", "upper end, %"]
    return (
        pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        .set_index(pd.MultiIndex.from_tuples(rows, names=[f"{count} people", "method"]))
        .round(1)
    )
