"""Tables of lesson 08: the abstract's figures as printed, and what a recomputation makes of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from appraise.methods.consistency import (
    control_mean_needed,
    largest_p,
    sd_change_largest,
    sd_needed,
    t_paired,
    t_unpaired,
)
from appraise.sources.tables import numbers

FIGURES = ["mean baseline", "sd baseline", "mean 6 months", "sd 6 months", "p"]


def printed_figures() -> pd.DataFrame:
    """The abstract's figures of the magnesium arm as text, so that their decimals stay; one row an outcome.

    >>> printed_figures().loc["pain"].to_list()
    ['7.5', '2.2', '4.7', '1.8', '0.034']
    """
    abstract = numbers().query("source == 'painscience' and passage == 'abstract' and arm == 'magnesium'")
    what = (abstract["statistic"] + " " + abstract["time_point"]).replace("p 6 months", "p")
    table = abstract.assign(what=what).pivot(index="outcome", columns="what", values="printed")
    return table.loc[list(abstract["outcome"].unique()), FIGURES].rename_axis(columns=None)


def recompute(printed: pd.DataFrame, n: int) -> pd.DataFrame:
    """For each outcome the largest p of a paired t-test over all correlations, and the p of an unpaired one.

    Parameters
    ----------
    printed : DataFrame
        From `printed_figures`.
    n : int
        People analysed.

    Examples
    --------
    >>> recompute(printed_figures(), 40).loc["pain", "largest p, any r"] < "0.034"
    True
    """
    rows = {}
    for outcome, (mean1, sd1, mean2, sd2, p) in _texts(printed).items():
        rows[outcome] = {
            "printed p": p,
            "largest p, any r": f"{largest_p(mean1, sd1, mean2, sd2, n):.6f}",
            "unpaired p": f"{t_unpaired(mean1, sd1, n, mean2, sd2, n).pvalue:.9f}",
        }
    return pd.DataFrame(rows).T


def spread_of_change(printed: pd.DataFrame, n: int) -> pd.DataFrame:
    """For each outcome the SD of the change that the printed p would need, and the largest that the printed SDs allow.

    Parameters
    ----------
    printed : DataFrame
        From `printed_figures`.
    n : int
        People analysed.

    Examples
    --------
    >>> bool((spread_of_change(printed_figures(), 40)["needed"] > 4).all())
    True
    """
    rows = {
        outcome: {"needed": sd_needed(p, mean1, mean2, n), "largest that the SDs allow": sd_change_largest(sd1, sd2)}
        for outcome, (mean1, sd1, mean2, sd2, p) in _texts(printed).items()
    }
    return pd.DataFrame(rows).T.round(2)


def control_means(printed: pd.DataFrame, n: int) -> pd.DataFrame:
    """The control mean at six months with which each printed p would fit a comparison of the arms.

    Parameters
    ----------
    printed : DataFrame
        From `printed_figures`; for pain a lower mean is better, for the movements a higher one.
    n : int
        People analysed in each arm, with the same SD.

    Examples
    --------
    >>> float(control_means(printed_figures(), 40).loc["pain", "control mean needed"])
    5.57
    """
    rows = {}
    for outcome, (_, _, mean2, sd2, p) in _texts(printed).items():
        needed = control_mean_needed(p, mean2, sd2, n, better="lower" if outcome == "pain" else "higher")
        rows[outcome] = {"magnesium mean, printed": float(mean2), "control mean needed": needed}
    return pd.DataFrame(rows).T.round(2)


def p_by_people(
    row: pd.Series[str], sizes: Sequence[int] = (40, 20, 12, 9, 6, 5), correlations: Sequence[float] = (-0.9, 0, 0.5)
) -> pd.DataFrame:
    """The p of a paired t-test for fewer and fewer people, in words where it is below 0.0001.

    Parameters
    ----------
    row : Series
        One outcome of `printed_figures`.
    sizes : sequence of int
        People analysed.
    correlations : sequence of float
        Guesses at r, from -1 to 1.

    Examples
    --------
    >>> p_by_people(printed_figures().loc["pain"]).loc[40].to_list()
    ['below 0.0001', 'below 0.0001', 'below 0.0001']
    """
    mean1, sd1, mean2, sd2 = map(str, row.iloc[:4])
    table = {f"r = {r}": [t_paired(mean1, sd1, mean2, sd2, k, r).pvalue for k in sizes] for r in correlations}
    frame = pd.DataFrame(table, index=pd.Index(sizes, name="n analysed"))
    return frame.map(lambda p: "below 0.0001" if p < 0.0001 else f"{p:.4f}")


def _texts(printed: pd.DataFrame) -> dict[str, list[str]]:
    """The figures of each outcome as text, in the order of the columns."""
    return {str(outcome): [str(figure) for figure in row] for outcome, row in zip(printed.index, printed.to_numpy())}
