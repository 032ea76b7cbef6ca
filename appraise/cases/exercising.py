"""A case's tasks as exercises of the course, which one engine judges in a lesson and in the grader.

The tasks of a graded case have the ids of `TASKS`. A teacher's own case asks some of them: for marks, and perhaps for a
headline. The others stand in the notebook all the same, and whoever grades lets their points follow from those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from appraise.cases.judging import CANNOT
from appraise.cases.labels import KINDS, MARKS
from appraise.cases.public import CaseKey, CaseText, DifferenceKeyRecord, MarkKey
from appraise.cases.tasks import CONCERNS, FATES, P_FITS
from appraise.cases.wordings import load_remarks
from appraise.exercises.exercise import Exercise

BLOCKS = 3
"""The exercises on which the sentences of a graded case are shared out."""
CODE_TASK = "unseen-own-code"
WRITING_TASK = "unseen-own-sentence"
TASKS = (
    *(f"unseen-own-marks-{i}" for i in range(1, BLOCKS + 1)),
    "unseen-own-figures",
    "unseen-own-difference",
    "unseen-own-p",
    "unseen-own-bias",
    "unseen-own-headline",
)
"""The exercises of a graded case that a key judges; the code and the written sentence stand beside them."""
HALF_OF_MARK = 2 / 3
_HEADLINES = ("headline 1", "headline 2", "headline 3", "headline 4")

Json = Any
Fields = dict[str, Json]


class Spot(NamedTuple):
    """A sentence of a case, by its telling and its number, both counted from 0."""

    telling: int
    sentence: int


def share_out(counts: Sequence[int], blocks: int = BLOCKS) -> tuple[tuple[Spot, ...], ...]:
    """The sentences of a case in blocks: one a telling where there are as many tellings, else as even as can be.

    >>> [len(block) for block in share_out([4, 4, 4])], [len(block) for block in share_out([7])]
    ([4, 4, 4], [3, 2, 2])
    """
    spots = [Spot(i, j) for i, count in enumerate(counts) for j in range(count)]
    if len(counts) == blocks and all(1 <= count <= 4 for count in counts):
        return tuple(tuple(spot for spot in spots if spot.telling == i) for i in range(blocks))
    size, more = divmod(len(spots), blocks)
    places = iter(spots)
    return tuple(tuple(next(places) for _ in range(size + (i < more))) for i in range(blocks))


def marks_fields(marks: Sequence[MarkKey]) -> Fields:
    """What an exercise on marks expects and accepts, and what it says to each wrong answer.

    Two thirds of a sentence's point are earned by the step, all of it by each kind that can be defended.

    >>> key = MarkKey(step="does not fit", kinds=("figure", "people"), reason="")
    >>> marks_fields([key])["expected"]
    {'dict': [['sentence 1', 'does not fit: figure']]}
    """
    expected, accept, wrong = [], [], dict[str, list[str]]()
    for number, key in enumerate(marks, 1):
        name = f"sentence {number}"
        right = f"{key.step}: {key.kinds[0]}" if key.kinds else key.step
        expected.append([name, right])
        shares = _shares(key)
        accept += [{"answer": mark, "item": name, "share": s} for mark, s in shares.items() if s and mark != right]
        for mark in MARKS:
            if shares[mark] < 1:
                wrong.setdefault(mark, []).append(name)
    remarks = load_remarks().wrong
    misconceptions = [
        {
            "id": "says-" + mark.replace(": ", "-").replace(" ", "-"),
            "answer": mark,
            "item": names,
            "remark": remarks[mark],
        }
        for mark, names in wrong.items()
    ]
    return {"expected": {"dict": expected}, "accept": accept, "misconceptions": misconceptions, "options": list(MARKS)}


def _shares(key: MarkKey) -> dict[str, float]:
    """What each answer on a sentence earns."""
    shares = dict.fromkeys(MARKS, 0.0)
    if key.step != "does not fit":
        shares[key.step] = 1.0
        return shares
    for mark in ("does not fit", *(f"does not fit: {kind}" for kind in KINDS)):
        shares[mark] = HALF_OF_MARK
    shares |= {f"does not fit: {kind}": 1.0 for kind in key.kinds}
    return shares


def difference_fields(key: DifferenceKeyRecord) -> Fields:
    """The difference and the ends of its interval, or "cannot"; either sign is right, as the order of groups is."""
    low, high = key.interval or (None, None)
    names = {"difference": key.difference, "lower end": low, "upper end": high}
    figures = {name: CANNOT if figure is None else _number(figure) for name, figure in names.items()}
    turned = {"difference": figures["difference"], "lower end": figures["upper end"], "upper end": figures["lower end"]}
    accept = [{"answer": -value, "item": name} for name, value in turned.items() if not isinstance(value, str)]
    slack = {"difference": 0.051, "lower end": key.tolerance + 0.001, "upper end": key.tolerance + 0.001}
    weights = {"difference": 2.0, "lower end": 1.0, "upper end": 1.0}
    return {"expected": {"dict": [list(pair) for pair in figures.items()]}, "accept": accept, "tolerance": slack} | {
        "weights": weights
    }


def _number(figure: str) -> float:
    return float(figure.replace("−", "-"))


def task_fields(text: CaseText, key: CaseKey) -> dict[str, Fields]:
    """The fields of each task that a case asks, by id. Raises ValueError where text and key are of two cases."""
    if text.code != key.code:
        raise ValueError(f"the text is of case {text.code} and the key of {key.code}; expected one case")
    blocks = share_out([len(row) for row in key.marks])
    fields: dict[str, Fields] = {
        task: marks_fields([key.marks[spot.telling][spot.sentence] for spot in block])
        for task, block in zip(TASKS, blocks)
        if block
    }
    if key.figures:
        fates = [[f"figure {i}", fate] for i, fate in enumerate(key.figures, 1)]
        fields["unseen-own-figures"] = {"expected": {"dict": fates}, "options": list(FATES)}
    if key.difference:
        fields["unseen-own-difference"] = difference_fields(key.difference)
    if key.p:
        fields["unseen-own-p"] = {"expected": key.p, "options": list(P_FITS)}
    if key.bias:
        concerns = [list(pair) for pair in key.bias.items()]
        fields["unseen-own-bias"] = {"expected": {"dict": concerns}, "options": list(CONCERNS)}
    if key.headline is not None:
        fields["unseen-own-headline"] = {"expected": _HEADLINES[key.headline], "options": list(_HEADLINES)}
    return fields


def with_case(exercises: Mapping[str, Exercise], fields: Mapping[str, Fields], code: str) -> dict[str, Exercise]:
    """A lesson's exercises, those of the graded case asked by another case; `exercises` stays as it is.

    Remarks and reasons that were written for the demonstration's answers do not go along. A task that the case does
    not ask stays.
    """
    made = dict(exercises)
    for task, own in (*fields.items(), (CODE_TASK, {"expected": code})):
        if task in made:
            known = Exercise.from_json({"name": made[task].name, "kind": made[task].kind, **own})
            changed = {name: getattr(known, name) for name in _OF_A_CASE}
            made[task] = replace(made[task], right=None, reasons={}, **changed)
    return made


_OF_A_CASE = ("expected", "accept", "misconceptions", "options", "tolerance", "weights")
