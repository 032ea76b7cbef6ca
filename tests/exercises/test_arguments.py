"""No check passes a function that ignores one of its arguments.

For each argument of each function exercise, the reference solution is wrapped so that it sees one fixed value there,
whatever it is called with. Such a function is wrong, and both the visible cases alone and the hidden ones alone must
tell: a learner who is told "right" must not lose the points in grading.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

import matplotlib
import pytest

from appraise.authoring.notebook import exercises_in
from appraise.course import load_course
from appraise.exercises.exercise import Exercise
from appraise.exercises.judge import judge
from appraise.exercises.serialize import Json, decode, encode
from appraise.learner.check import caller
from tests import bank

matplotlib.use("Agg")

Function = Callable[..., Any]
FUNCTIONS = [
    (slug, exercise, place)
    for slug in bank.slugs()
    for exercise, ex in bank.key(slug).items()
    if "cases" in ex
    for place in range(len(ex["cases"][0]["args"]))
]


@cache
def reference_solutions(slug: str) -> dict[str, Function]:
    """The functions that a lesson's solution defines as answers, by exercise."""
    bench = bank.Bench(slug)
    solution_cells = {
        exercise: bench.nb.cells[answer].source
        for exercise, (_, answer, _) in exercises_in(bench.nb, bank.ROOT / "solutions" / slug).items()
    }
    return {
        exercise: bank.run_text(solution_cells[exercise], name, names)
        for exercise, name, names in bench.walk()
        if "cases" in bench.exercises[exercise]
    }


def hold_argument(function: Function, place: int, value: Json) -> Function:
    """The function as it would be if it had `value` written into it where its argument number `place` belongs."""

    def held(*arguments: Any) -> Any:
        return function(*arguments[:place], decode(copy.deepcopy(value)), *arguments[place + 1 :])

    return held


def is_judged_right(ex: dict[str, Any], cases: list[dict[str, Any]], function: Function) -> bool:
    """Do these cases alone take the function for right?"""
    alone = Exercise.from_json({**ex, "cases": cases, "hidden": [], "groups": {}, "misconceptions": []})
    return judge(alone, encode(function), caller(function)).status == "right"


def test_every_lesson_takes_part() -> None:
    assert len(bank.slugs()) == len(load_course().lessons)
    assert len({exercise for _, exercise, _ in FUNCTIONS}) >= 14


@pytest.mark.parametrize(("slug", "exercise", "place"), FUNCTIONS, ids=lambda value: str(value))
def test_a_held_argument_is_not_right(slug: str, exercise: str, place: int) -> None:
    ex, function = bank.key(slug)[exercise], reference_solutions(slug)[exercise]
    visible, hidden = ex["cases"], ex["hidden"]
    assert is_judged_right(ex, [*visible, *hidden], function)
    for value in (visible[0]["args"][place], hidden[0]["args"][place]):
        held = hold_argument(function, place, value)
        assert not is_judged_right(ex, visible, held), "the visible cases cannot tell"
        assert not is_judged_right(ex, hidden, held), "the hidden cases cannot tell"
