"""Lesson 09: a learner's codes of the statements beside the course's, and how far the two agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from appraise.methods.agreement import agreement, from_table
from appraise.sources.statements import statements


def codes_beside(fidelity: Mapping[str, Any], spin: Mapping[str, Any]) -> pd.DataFrame:
    """The learner's codes, the course's, and its reason, for each statement that has a label of each list.

    Parameters
    ----------
    fidelity, spin : mapping of statement to label

    Returns
    -------
    DataFrame
        A row a statement, in the course's order; empty where no statement has two labels.

    Examples
    --------
    >>> list(codes_beside({"links-score": "changed"}, {"links-score": "none"}).index)
    ['links-score']
    >>> len(codes_beside({"links-score": ...}, {"links-score": "none"}))
    0
    """
    course = statements()
    asked = course[course["asked"]]
    yours = pd.DataFrame({"your fidelity": fidelity, "your spin": spin}, index=asked.index)
    other = asked[["fidelity_set", "spin_set"]].map(_in_words).set_axis(["course: fidelity", "course: spin"], axis=1)
    labels = {"your fidelity": set(course["fidelity"]), "your spin": set(course["spin"])}
    is_done = yours.apply(lambda column: _lower(column).isin(labels[str(column.name)])).all(axis=1)
    return yours.join(other).join(asked["reason"])[is_done]


def agreement_with_course(fidelity: Mapping[str, Any], spin: Mapping[str, Any]) -> pd.DataFrame:
    """Percent agreement and kappa of the learner with the course, a row a code that has labels.

    Examples
    --------
    >>> same = {"links-score": "changed", "walsh-pain": "same"}
    >>> agreement_with_course(same, {}).loc["fidelity", ["statements", "percent"]].tolist()
    [2.0, 100.0]
    """
    course = statements()
    rows = {}
    for code, answers in (("fidelity", fidelity), ("spin", spin)):
        answer = _lower(pd.Series(dict(answers), dtype=object))
        answer = answer[answer.isin(set(course[code])) & answer.index.isin(course.index)]
        if len(answer):
            result = agreement(course.loc[answer.index, code], answer)
            rows[code] = {"statements": result.n, "percent": round(result.percent), "kappa": round(result.kappa, 2)}
    return pd.DataFrame(rows, index=["statements", "percent", "kappa"]).T


def two_pairs() -> pd.DataFrame:
    """Two invented pairs of coders, a hundred statements each: both pairs agree on ninety, with other margins.

    >>> two_pairs()["percent"].tolist()
    [90.0, 90.0]
    """
    result = [from_table([[45, 5], [5, 45]]), from_table([[0, 5], [5, 90]])]
    return pd.DataFrame(
        {
            "percent": [one.percent for one in result],
            "kappa": [round(one.kappa, 2) for one in result],
            "“spin”, by the first coder": [f"{100 * one.margins.to_numpy()[0, 0]:.0f} of 100" for one in result],
            "“spin”, by the second coder": [f"{100 * one.margins.to_numpy()[0, 1]:.0f} of 100" for one in result],
        },
        index=["first pair", "second pair"],
    )


def _lower(labels: pd.Series) -> pd.Series:
    return labels.astype(str).str.lower().str.strip()


def _in_words(labels: Mapping[str, float]) -> str:
    return ", ".join(label if weight == 1 else f"{label} (half)" for label, weight in labels.items())
