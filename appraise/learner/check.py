"""`check`, which lessons call: it judges an answer at once, on the learner's machine, and shows a remark.

The same call records the reference answer while a lesson is compiled, and raises while nbgrader validates.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from appraise.authoring.record import record
from appraise.errors import CheckFailed
from appraise.exercises.exercise import Call, Called, Exercise
from appraise.exercises.judge import judge
from appraise.exercises.packs import find_exercise
from appraise.exercises.serialize import Json, decode, encode
from appraise.learner.formal import Formal, formal_word
from appraise.learner.progress import remember_try
from appraise.learner.remark import read_again, render_remark, render_unknown
from appraise.runtime import is_compiling, is_validating


class Points(float):
    """The points of one check; shown as its remark, and in plain text as a number, which nbgrader reads.

    >>> repr(Points(1.5, "<p>Partly right.</p>"))
    '1.5'
    """

    _html: str

    def __new__(cls, points: float, shown: str) -> Points:
        self = super().__new__(cls, points)
        self._html = shown
        return self

    def __repr__(self) -> str:
        return float.__repr__(self)

    def _repr_html_(self) -> str:
        return self._html


def check(exercise_id: str, answer: Any) -> Points:
    """Check an answer, at once and on this machine.

    Parameters
    ----------
    exercise_id : str
        The exercise's permanent id, as it stands in the lesson.
    answer : object
        What your name holds: a number, a text, a list, a dictionary, a table, a function or a plot.

    Returns
    -------
    Points
        The points earned, shown with a remark.

    Raises
    ------
    CheckFailed
        Only while nbgrader validates a notebook, which shows reasons from errors alone.

    Examples
    --------
    >>> check("no-such-exercise", 1)
    0.0
    """
    if is_compiling():
        return Points(record(exercise_id, answer), "")
    known = find_exercise(exercise_id)
    if known is None:
        return Points(0.0, render_unknown(exercise_id))
    slug, ex = known
    value = encode(answer)
    if (formal := formal_word(ex, value)) is not None:
        return _check_form(slug, ex, value, formal)
    replies: list[Json] = []
    is_function = isinstance(value, dict) and "function" in value
    verdict = judge(ex, value, caller(answer, replies) if is_function else None)
    points = round(verdict.share * ex.points, 2)
    if is_validating():
        if ex.is_graded and verdict.share < 1:
            raise CheckFailed(f"{verdict.remark} {read_again(ex)}".strip())
        return Points(points, "")
    tries = remember_try(slug, exercise_id, [value, replies], verdict, points)
    return Points(points, render_remark(ex, verdict, points, tries))


def _check_form(slug: str, ex: Exercise, value: Json, formal: Formal) -> Points:
    """What a check gives where the key is not on this machine."""
    if is_validating():
        if not formal.is_whole:
            raise CheckFailed(formal.words)
        return Points(ex.points, "")
    remember_try(slug, ex.id, value, formal.verdict, 0.0)
    return Points(0.0, formal.shown())


def caller(function: Callable[..., Any], replies: list[Json] | None = None) -> Call:
    """A `Call` for a function in this process: it gets copies of the arguments, which are looked at afterwards.

    What it gives or raises is added to `replies`, by which one function is known from another of the same name.
    """
    replies = [] if replies is None else replies

    def call(args: list[Json]) -> Called:
        copies = [decode(a) for a in args]
        try:
            result = function(*copies)
        except Exception as error:
            replies.append(f"{type(error).__name__}: {_first_line(error)}")
            return Called(error=replies[-1])
        replies.append(encode(result))
        return Called(replies[-1], [encode(c) for c in copies])

    return call


def _first_line(error: Exception) -> str:
    try:
        return (str(error).splitlines() or [""])[0][:200]
    except Exception:  # an exception whose text fails
        return ""
