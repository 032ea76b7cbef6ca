"""Checks that judge an answer's form alone, where the key is not on the learner's machine: a teacher's issued case."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from appraise.exercises.exercise import Exercise, Status, Verdict
from appraise.exercises.serialize import Json
from appraise.learner.remark import render_note


class Formal(NamedTuple):
    """What can be said of an answer without its key: whether all of it is there, and a sentence."""

    is_whole: bool
    words: str

    @property
    def verdict(self) -> Verdict:
        """What is kept of the try: no points, since nothing was judged."""
        return Verdict(0.0, Status.MARKED if self.is_whole else Status.NO_ANSWER, self.words)

    def shown(self) -> str:
        """The word as a box that judges nothing."""
        return render_note("✎" if self.is_whole else "○", "Judged when it is handed in", self.words)


FormalCheck = Callable[[Exercise, Json], Formal | None]
formal_checks: dict[str, FormalCheck] = {}  # by exercise; None of a check: the answer is judged as usual


def formal_word(exercise: Exercise, answer: Json) -> Formal | None:
    """The word on an answer's form, where its exercise has such a check and that check takes it.

    >>> formal_word(Exercise("no-such-check", name="x", kind="compute"), 1) is None
    True
    """
    check = formal_checks.get(exercise.id)
    return check(exercise, answer) if check else None
