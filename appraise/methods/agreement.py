"""How far two raters agree: percent, Cohen's kappa with its interval, and the margins needed to read either.

Kappa is for two raters. A figure for several raters is another statistic and cannot be compared with it.
statsmodels and pandas are imported when a function needs them.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import Literal, NamedTuple

import pandas as pd

from appraise.errors import AgreementError

Weights = Literal["linear", "quadratic"]


class Agreement(NamedTuple):
    """Two raters' agreement.

    n: ratings compared. percent: same label, 0 to 100. kappa: at most 1, with `low` and `high` its 95 % interval; NaN
    where it is undefined. margins: a row a label, a column a rater, each cell a share of n. note: why kappa or its
    interval is missing, or "".
    """

    n: int
    percent: float
    kappa: float
    low: float
    high: float
    margins: pd.DataFrame
    note: str


def crosstab(
    rater1: Iterable[Hashable], rater2: Iterable[Hashable], labels: Sequence[Hashable] | None = None
) -> pd.DataFrame:
    """Counts of the pairs of labels, rater 1 in rows and rater 2 in columns; ratings are paired by position.

    `labels` gives the order, and labels that nobody used; without it they stand as they first appear.
    Raises AgreementError for unequal lengths, no ratings, a missing rating, or a label that `labels` does not hold.

    >>> crosstab(["same", "lost", "same"], ["same", "lost", "lost"]).to_numpy().tolist()
    [[1, 1], [0, 1]]
    """
    import pandas as pd

    first, second = list(rater1), list(rater2)
    if len(first) != len(second):
        raise AgreementError(f"rater1 has {len(first)} ratings and rater2 {len(second)}; expected as many")
    if not first:
        raise AgreementError("there are no ratings; expected at least one from each rater")
    order = list(dict.fromkeys([*first, *second] if labels is None else labels))
    one, two = pd.Series(first, name="rater1", dtype=object), pd.Series(second, name="rater2", dtype=object)
    for column in (one, two):
        for place, (rating, missing) in enumerate(zip(column, column.isna(), strict=True)):
            if missing:
                raise AgreementError(f"{column.name} has no rating at position {place}; expected a label")
            if rating not in order:
                raise AgreementError(f"{column.name} has {rating!r} at position {place}; expected one of {order}")
    return pd.crosstab(one, two).reindex(index=order, columns=order, fill_value=0)


def agreement(
    rater1: Iterable[Hashable],
    rater2: Iterable[Hashable],
    labels: Sequence[Hashable] | None = None,
    weights: Weights | None = None,
) -> Agreement:
    """Percent agreement, Cohen's kappa and margins of two raters, from their labels in the same order.

    `weights` counts near misses on ordered labels, and needs `labels` in their order. Raises AgreementError.
    Source: as `from_table`.

    >>> result = agreement(["same", "lost", "same", "same"], ["same", "lost", "lost", "same"])
    >>> result.percent, round(result.kappa, 2)
    (75.0, 0.5)
    """
    if weights is not None and labels is None:
        raise AgreementError("weights need the order of the labels; expected labels=[…] from least to most")
    return from_table(crosstab(rater1, rater2, labels), weights)


def from_table(table: pd.DataFrame | Sequence[Sequence[int]], weights: Weights | None = None) -> Agreement:
    """Percent agreement, Cohen's kappa and margins from a square table of counts, rater 1 in rows, rater 2 in columns.

    Percent always counts equal labels only. Kappa is undefined, NaN with a note, where chance alone would agree every
    time: both raters used one and the same label. The interval is large-sample, kept within −1 and 1, and rough for few
    ratings; where it has no width, as after full agreement, its ends are NaN with a note.
    Raises AgreementError for a table that is not square, empty or negative.
    Source: Cohen J. Educ Psychol Meas 1960;20:37-46, weighted: Psychol Bull 1968;70:213-220; both through
    `statsmodels.stats.inter_rater.cohens_kappa`, with the large-sample variance.

    >>> balanced, lopsided = from_table([[45, 5], [5, 45]]), from_table([[90, 5], [5, 0]])
    >>> balanced.percent, lopsided.percent
    (90.0, 90.0)
    >>> round(balanced.kappa, 2), round(lopsided.kappa, 2)
    (0.8, -0.05)
    """
    import numpy as np
    import pandas as pd

    if weights not in (None, "linear", "quadratic"):
        raise AgreementError(f'weights: {weights!r} is not known; expected None, "linear" or "quadratic"')
    frame = pd.DataFrame(table)
    counts = frame.to_numpy()
    if counts.shape[0] != counts.shape[1] or not counts.size:
        raise AgreementError(f"the table has {counts.shape[0]} rows and {counts.shape[1]} columns; expected as many")
    if not np.issubdtype(counts.dtype, np.number) or not np.isfinite(counts).all() or (counts < 0).any():
        raise AgreementError("the table holds something else than counts; expected numbers of 0 or more")
    if isinstance(table, pd.DataFrame) and list(frame.index) != list(frame.columns):
        raise AgreementError("rows and columns have other labels or another order; expected the same for both raters")
    n = int(counts.sum())
    if not n:
        raise AgreementError("the table is empty; expected at least one rating")
    margins = pd.DataFrame({"rater1": counts.sum(axis=1) / n, "rater2": counts.sum(axis=0) / n}, index=frame.index)
    percent = 100 * float(counts.trace()) / n
    if (margins == 1).all(axis=1).any():
        note = "both raters used one label only: kappa is undefined, since chance alone would agree every time"
        return Agreement(n, percent, math.nan, math.nan, math.nan, margins, note)

    from statsmodels.stats.inter_rater import cohens_kappa

    with np.errstate(divide="ignore", invalid="ignore"):  # its z value, unused here, can be 0 by 0
        result = cohens_kappa(counts, wt=weights)
    kappa = float(result.kappa)
    if not result.var_kappa > 1e-12:  # an exact 0 can come out a hair beside it
        note = "the large-sample interval has no width for such ratings, which does not make kappa certain"
        return Agreement(n, percent, kappa, math.nan, math.nan, margins, note)
    return Agreement(
        n, percent, kappa, max(-1.0, float(result.kappa_low)), min(1.0, float(result.kappa_upp)), margins, ""
    )
