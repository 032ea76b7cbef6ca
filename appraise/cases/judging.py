"""Answers judged by a case's key: points, and a remark with the reason for each answer that was given.

A sentence that has no mark yet gets a word on form and nothing else, so that no remark gives an answer away.
Points of a mark: two thirds for the first step, one third for the kind; each kind that can be defended earns it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from appraise.cases.labels import KINDS, STEPS
from appraise.cases.public import CaseKey, MarkKey
from appraise.cases.tasks import CONCERNS, FATES, P_FITS
from appraise.cases.wordings import load_remarks

STEP_POINTS = Fraction(2, 3)
KIND_POINTS = Fraction(1, 3)
CANNOT = "cannot"


class AnswerError(ValueError):
    """An answer that cannot be read; the message says what was expected and nothing of what is right."""


class Mark(NamedTuple):
    """A learner's answer on a sentence; None where it is not answered yet."""

    step: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Result:
    """Points, the most there are, and a remark on each part, in order."""

    points: Fraction
    possible: int
    remarks: tuple[str, ...]


def check_marks(marks: Sequence[Mark], sentences: int) -> str:
    """A word on the form of an answer, which says nothing of what is right. Raises AnswerError for an unknown word.

    >>> check_marks([Mark("fits"), Mark()], 2)
    '1 of 2 sentences marked.'
    >>> check_marks([Mark("does not fit"), Mark("fits")], 2)
    '2 of 2 sentences marked. Sentence 1 does not fit, you say: choose a kind as well.'
    """
    if len(marks) != sentences:
        raise AnswerError(f"{len(marks)} marks for {sentences} sentences; expected one a sentence")
    for i, mark in enumerate(marks, 1):
        if mark.step is not None and mark.step not in STEPS:
            raise AnswerError(f"sentence {i}: {mark.step!r} is no mark; expected one of {', '.join(STEPS)}")
        if mark.kind is not None and mark.kind not in KINDS:
            raise AnswerError(f"sentence {i}: {mark.kind!r} is no kind; expected one of {', '.join(KINDS)}")
    answered = sum(mark.step is not None for mark in marks)
    open_kinds = [i for i, mark in enumerate(marks, 1) if mark.step == "does not fit" and mark.kind is None]
    words = [f"{answered} of {sentences} sentences marked."]
    words += [f"Sentence {i} does not fit, you say: choose a kind as well." for i in open_kinds]
    return " ".join(words)


def judge_marks(key: CaseKey, telling: int, marks: Sequence[Mark]) -> Result:
    """The marks on a telling (counted from 1). Raises AnswerError for marks that cannot be read."""
    right = key.marks[telling - 1]
    check_marks(marks, len(right))
    judged = [_judge_mark(i, mark_key, mark) for i, (mark_key, mark) in enumerate(zip(right, marks, strict=True), 1)]
    return Result(sum((p for p, _ in judged), Fraction(0)), len(right), tuple(remark for _, remark in judged))


def _judge_mark(number: int, key: MarkKey, mark: Mark) -> tuple[Fraction, str]:
    if mark.step is None:
        return Fraction(0), f"Sentence {number} has no mark yet."
    if mark.step != key.step:
        return Fraction(0), _join(f"Sentence {number}: you marked it as “{mark.step}”.", key, mark.step)
    if key.step != "does not fit":
        return Fraction(1), f"Sentence {number}: right. {_reason(key)}"
    if mark.kind is None:
        return STEP_POINTS, f"Sentence {number}: it does not fit, as you say. The kind is still to be chosen."
    if mark.kind in key.kinds:
        first = "" if mark.kind == key.kinds[0] else f" One would also call it “{key.kinds[0]}”."
        return Fraction(1), f"Sentence {number}: right. {_reason(key)}{first}"
    start = f"Sentence {number}: it does not fit, as you say; “{mark.kind}” is not what is wrong."
    return STEP_POINTS, _join(start, key, mark.kind)


def _join(start: str, key: MarkKey, answer: str) -> str:
    """A remark on a wrong answer: what was answered, a word on this very answer where there is one, the reason."""
    return " ".join(part for part in (start, load_remarks().remark_on(answer, key.label), _reason(key)) if part)


def _reason(key: MarkKey) -> str:
    return f"{key.reason} The abstract: “{key.evidence}”" if key.evidence else key.reason


def _judge_words(
    right: Sequence[str], answers: Sequence[str | None], words: Sequence[str], names: Sequence[str]
) -> Result:
    """One word a part, each worth a point."""
    if len(answers) != len(right):
        raise AnswerError(f"{len(answers)} answers for {len(right)} questions; expected one for each")
    points, remarks = Fraction(0), []
    for name, expected, answer in zip(names, right, answers, strict=True):
        if answer is None:
            remarks.append(f"{name} has no answer yet.")
        elif answer not in words:
            raise AnswerError(f"{name}: {answer!r} is no answer; expected one of {', '.join(words)}")
        else:
            points += answer == expected
            remarks.append(f"{name}: right." if answer == expected else f"{name}: “{expected}”, not “{answer}”.")
    return Result(points, len(right), tuple(remarks))


def judge_figures(key: CaseKey, answers: Sequence[str | None]) -> Result:
    """What became of each figure."""
    names = [f"Figure {i}" for i in range(1, len(key.figures) + 1)]
    return _judge_words(key.figures, answers, FATES, names)


def judge_bias(key: CaseKey, answers: Mapping[str, str | None]) -> Result:
    """What the text lets one say on each source of bias."""
    if unknown := sorted(set(answers) - set(key.bias)):
        raise AnswerError(f"bias: {unknown[0]!r} is no question; expected {', '.join(key.bias)}")
    names = [name.capitalize() for name in key.bias]
    return _judge_words(list(key.bias.values()), [answers.get(name) for name in key.bias], CONCERNS, names)


def judge_p(key: CaseKey, answer: str | None) -> Result:
    """Whether the printed p can fit."""
    result = _judge_words([key.p] if key.p else [], [answer] if key.p else [], P_FITS, ["The p value"])
    if answer is None or not key.p_reason:
        return result
    return replace(result, remarks=tuple(f"{remark} {key.p_reason}" for remark in result.remarks))


def judge_headline(key: CaseKey, answer: int | None) -> Result:
    """The fair headline, by its number counted from 1."""
    if key.headline is None:
        return Result(Fraction(0), 0, ())
    count = len(key.headline_faults)
    if answer is None:
        return Result(Fraction(0), 1, ("No headline is chosen yet.",))
    if not 1 <= answer <= count:
        raise AnswerError(f"headline: {answer!r}; expected a number from 1 to {count}")
    faults = key.headline_faults[answer - 1]
    if not faults:
        return Result(Fraction(1), 1, ("The headline: right. Outcome, comparison and people are those of the trial.",))
    return Result(Fraction(0), 1, (f"Headline {answer} is wrong on {' and on '.join(faults)}.",))


def judge_difference(key: CaseKey, difference: str | None, interval: tuple[str, str] | str | None) -> Result:
    """The difference and its interval, a point each; the word "cannot" where the abstract does not let one have it.

    Either sign is right, since the direction is a matter of which group is named first.
    """
    right = key.difference
    if right is None:
        return Result(Fraction(0), 0, ())
    points, remarks = Fraction(0), []
    for name, answer, expected, tolerance in (
        ("The difference", difference, right.difference, 0.051),
        ("The interval", interval, right.interval, right.tolerance + 0.001),
    ):
        if answer is None:
            remarks.append(f"{name} has no answer yet.")
            continue
        is_right = _is_close(name, answer, expected, tolerance)
        points += is_right
        remarks.append(f"{name}: right." if is_right else f"{name}: {_expected(expected)}")
    return Result(points, 2, tuple(remarks))


def _expected(expected: str | tuple[str, str] | None) -> str:
    if expected is None:
        return "it cannot be had from what this abstract prints."
    return f"expected {expected}." if isinstance(expected, str) else f"expected {expected[0]} to {expected[1]}."


def _is_close(
    name: str, answer: str | tuple[str, str], expected: str | tuple[str, str] | None, tolerance: float
) -> bool:
    if answer == CANNOT or expected is None:
        return answer == CANNOT and expected is None
    answers = [answer] if isinstance(answer, str) else list(answer)
    right = [expected] if isinstance(expected, str) else list(expected)
    if len(answers) != len(right):
        raise AnswerError(f'{name}: expected {"one figure" if len(right) == 1 else "two ends"}, or "{CANNOT}"')
    actual, wanted = sorted(_read(name, a) for a in answers), sorted(_read(name, r) for r in right)
    flipped = sorted(-a for a in actual)
    return any(all(abs(a - w) <= tolerance for a, w in zip(row, wanted, strict=True)) for row in (actual, flipped))


def _read(name: str, figure: str) -> float:
    try:
        return float(figure.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        raise AnswerError(f'{name}: {figure!r} is no figure; expected one such as "1.2", or "{CANNOT}"') from None


def chance_points(keys: Sequence[CaseKey]) -> Fraction:
    """The points a case, on average, of somebody who reads nothing and gives the answer that is most often right.

    Marks, figures, p, bias and headline are counted; the difference, which has no list of answers, is not.
    """
    if not keys:
        raise AnswerError("no keys; expected at least one case")
    rows = [mark for key in keys for telling in key.marks for mark in telling]
    ways = [Mark(step) for step in STEPS if step != "does not fit"] + [Mark("does not fit", kind) for kind in KINDS]
    total = max(sum((_judge_mark(1, row, way)[0] for row in rows), Fraction(0)) for way in ways)
    total += max((sum(fate == f for key in keys for fate in key.figures) for f in FATES), default=0)
    total += max(sum(key.p == word for key in keys) for word in P_FITS)
    for question in {name: None for key in keys for name in key.bias}:
        total += max(sum(key.bias.get(question) == word for key in keys) for word in CONCERNS)
    total += sum((Fraction(1, len(key.headline_faults)) for key in keys if key.headline_faults), Fraction(0))
    return total / len(keys)


def count_points(key: CaseKey) -> int:
    """The points that `chance_points` is a part of: marks, figures, p, bias and headline."""
    marks = sum(len(row) for row in key.marks)
    return marks + len(key.figures) + (key.p is not None) + len(key.bias) + (key.headline is not None)
