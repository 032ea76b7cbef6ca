"""Invented bouts of back pain in which a remedy does nothing, for lesson 10."""

from __future__ import annotations

import numpy as np
import pandas as pd

_PEOPLE, _SEED = 1000, 10
_TYPICAL, _SPREAD = 7.6, 0.67  # median in days; standard deviation of the logarithm


def bouts_without_effect() -> pd.DataFrame:
    """A thousand invented people, each with the day on which the pain was gone by itself.

    The days follow a log-normal distribution, rounded up, with a mean of about ten days; a remedy has no part in them.

    >>> bouts = bouts_without_effect()
    >>> len(bouts), round(bouts["day"].mean())
    (1000, 10)
    """
    days = np.random.default_rng(_SEED).lognormal(np.log(_TYPICAL), _SPREAD, _PEOPLE)
    return pd.DataFrame({"person": range(1, _PEOPLE + 1), "day": np.ceil(days).astype(int)})


def people_by_day(bouts: pd.DataFrame, last: int = 6) -> pd.DataFrame:
    """How many people's pain was gone on each of the first days, and how many later.

    >>> people_by_day(bouts_without_effect())["people"].sum()
    np.int64(1000)
    """
    counts = {f"day {day}": int((bouts["day"] == day).sum()) for day in range(1, last + 1)}
    counts["later"] = int((bouts["day"] > last).sum())
    return pd.DataFrame({"people": counts})
