"""Judging a plot: its data, whatever the kind of mark, and words that must stand in its axis labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from appraise.errors import AnswerFormatError
from appraise.exercises.exercise import Exercise, Status, Verdict
from appraise.exercises.serialize import Json, describe_type
from appraise.exercises.values import normalize, read_number
from appraise.exercises.wording import praise, what_is_asked


def judge_plot(ex: Exercise, answer: Json) -> Verdict:
    """A plot: its data (whatever the kind of mark), and words that must stand in its axis labels."""
    name = ex.name
    if not (isinstance(answer, dict) and "axes" in answer):
        raise AnswerFormatError(f"`{name}` is {describe_type(answer)}. {what_is_asked(ex)}")
    drawn, reference = answer["axes"], ex.expected["axes"]
    tolerance = ex.tolerance_of("")
    shares: dict[str, float] = {}
    faults: list[str] = []
    if not drawn["marks"]:
        return Verdict(0.0, Status.NO_ANSWER, f"`{name}` has no points, lines or bars yet.")
    shares["data"] = float(_same_points(reference, drawn, tolerance))
    if not shares["data"]:
        faults.append("The points, lines or bars do not show the figures asked for.")
    for axis, patterns in ex.labels.items():
        text = drawn[f"{axis}label"] if axis in {"x", "y"} else drawn["title"]
        what = f"label of the {axis} axis" if axis in {"x", "y"} else "title"
        ok = all(re.search(p, text, re.I) for p in patterns)
        shares[what] = float(ok)
        if not ok:
            faults.append(
                f"The {what} is empty."
                if not text.strip()
                else f"The {what} does not say what is measured, with its unit."
            )
    for m in ex.misconceptions:
        if not shares["data"] and _same_points(m.answer["axes"], drawn, tolerance):
            share = sum(shares.values()) / len(shares)
            return Verdict(share, Status.PARTLY if share else Status.WRONG, m.remark, m.id)
    wrong = tuple(n for n, s in shares.items() if s < 1)
    share = sum(shares.values()) / len(shares)
    if not wrong:
        return Verdict(1.0, Status.RIGHT, praise(ex))
    if not shares["data"]:  # labels alone are no answer
        share = 0.0
    return Verdict(share, Status.PARTLY if share else Status.WRONG, " ".join(faults), wrong=wrong)


def _points(axes: Mapping[str, Any]) -> list[tuple[float | str, float]]:
    """The data of a plot as (label of the place on the category axis or the number there, value), for any mark."""
    points: list[tuple[float | str, float]] = []
    for m in axes["marks"]:
        place, value, ticks = ("y", "x", axes["yticks"]) if m["kind"] == "barh" else ("x", "y", axes["xticks"])
        names = {round(read_number(t) or 0.0, 6): label for t, label in ticks}
        for at, v in zip(m[place], m[value]):
            spot = read_number(at)
            label = names.get(round(spot or 0.0, 6), "")
            where: float | str = normalize(label) if label and read_number(label) is None else float(spot or 0.0)
            points.append((where, read_number(v) or 0.0))
    return points


def _same_points(reference: Mapping[str, Any], drawn: Mapping[str, Any], tolerance: float) -> bool:
    expected, left = _points(reference), _points(drawn)
    if len(expected) != len(left):
        return False
    for where, value in expected:
        for i, (w, v) in enumerate(left):
            near = (
                w == where if isinstance(where, str) or isinstance(w, str) else abs(w - where) <= max(tolerance, 1e-6)
            )
            if near and abs(v - value) <= max(tolerance, 1e-6 * max(1.0, abs(value))):
                del left[i]
                break
        else:
            return False
    return True
