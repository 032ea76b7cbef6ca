"""The days on which invented bouts of pain ended, as a picture."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from appraise.figures.drawing import MAGNESIUM, Picture, styled

_LAST = 41  # days shown


@styled
def days_of_relief(bouts: pd.DataFrame) -> Picture:
    """Draw how many people's pain was gone on which day.

    Parameters
    ----------
    bouts : DataFrame
        With a column `day`, a whole number from 1.

    Examples
    --------
    >>> days_of_relief(pd.DataFrame({"day": [2, 9, 10, 11]})).alt
    'Histogram of 4 invented bouts of pain without any effect: mean 8 days, most between 4 and 11.'
    """
    days = bouts["day"]
    fig = Figure(figsize=(8, 2.8))
    ax = fig.add_subplot()
    ax.hist(days, bins=range(1, _LAST + 1), color=MAGNESIUM, edgecolor="white", align="left")
    ax.set_xlabel("day on which the pain was gone")
    ax.set_ylabel("invented people")
    alt = (
        f"Histogram of {len(days)} invented bouts of pain without any effect: mean {days.mean():.0f} days, "
        f"most between {days.quantile(0.1):.0f} and {days.quantile(0.9):.0f}."
    )
    return Picture(fig, alt)
