"""Invented trials of one question, and their pooled result, for the forest plots of lesson 11."""

from __future__ import annotations

import numpy as np
import pandas as pd

_SD = 2.0  # of every invented outcome, in both arms, in points
_Z = 1.96
_PUBLISHED = {"Alder": (160, -0.1), "Birch": (100, -0.5), "Cedar": (80, -0.9), "Elm": (60, -1.2), "Fir": (40, -1.6)}
_DRAWER = {"Hazel": (60, 0.3), "Larch": (40, 0.6)}


def invented_trials(drawer: bool = False) -> pd.DataFrame:
    """Invented trials of two equal arms: participants, difference of means in points, and its 95 % interval.

    Parameters
    ----------
    drawer : bool
        With the two that lay in a drawer.

    Examples
    --------
    >>> len(invented_trials()), len(invented_trials(drawer=True))
    (5, 7)
    """
    known = _PUBLISHED | (_DRAWER if drawer else {})
    trials = pd.DataFrame(known.values(), columns=["n", "estimate"]).assign(trial=list(known))
    trials["se"] = 2 * _SD / np.sqrt(trials["n"])
    return _with_interval(trials)


def pooled(trials: pd.DataFrame) -> float:
    """The pooled difference, in points: each trial weighs one over its squared standard error.

    >>> round(pooled(pd.DataFrame({"estimate": [0.0, 3.0], "se": [1.0, 2.0]})), 2)
    0.6
    """
    weight = 1 / trials["se"] ** 2
    return float((weight * trials["estimate"]).sum() / weight.sum())


def with_pooled(trials: pd.DataFrame) -> pd.DataFrame:
    """Trials, and in a last row their pooled result: for `appraise.figures.forest`.

    >>> with_pooled(invented_trials())["trial"].iloc[-1]
    'all together'
    """
    se = float((1 / trials["se"] ** 2).sum()) ** -0.5
    row = pd.DataFrame([{"trial": "all together", "estimate": round(pooled(trials), 2), "se": se}])
    return pd.concat([trials.assign(pooled=False), _with_interval(row).assign(pooled=True)], ignore_index=True)


def _with_interval(trials: pd.DataFrame) -> pd.DataFrame:
    reach = _Z * trials["se"]
    low, high = (trials["estimate"] - reach).round(2), (trials["estimate"] + reach).round(2)
    return trials.assign(low=low, high=high)
