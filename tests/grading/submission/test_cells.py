"""Answer cells that an editor cut, copied or joined are worth what they were worth before, to learner and grader."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from appraise.grading.judging.judging import grade_submission
from appraise.grading.judging.lesson import load_lesson, start_fork_server
from appraise.grading.judging.outcome import Outcome
from appraise.grading.reports import own_notebook
from appraise.grading.submission.matching import match_answers
from appraise.grading.submission.reading import read_notebook
from appraise.learner.report import lesson_standing
from tests.grading.conftest import REPO
from tests.grading.judging.test_judging import FULL, points
from tests.rearranged import WAYS, cell_of, rearranged

Graded = Callable[..., Outcome]
Handed = Callable[..., Any]
LESSON = "04-the-numbers"


@pytest.mark.parametrize("seed", range(len(WAYS)))
def test_all_ways_to_cut_and_join_cost_nothing(graded: Graded, submission: Handed, lesson: Any, seed: int) -> None:
    nb, taken = rearranged(submission(), lesson.release, seed)
    outcome = graded(json.dumps(nb).encode())
    lost = {n: (taken.get(f"{n}-answer", taken.get(n)), i.status) for n, i in outcome.items.items()}
    assert {n: lost[n] for n, p in points(outcome).items() if p != FULL[n]} == {}


@pytest.mark.parametrize("seed", [0, 5])
def test_the_learners_own_report_and_the_grader_give_the_same_number(seed: int, tmp_path: Path) -> None:
    lesson = load_lesson(REPO / "lessons" / LESSON / f"{LESSON}.ipynb", REPO / "solutions" / LESSON / "key.json")
    solved = nbformat.read(REPO / "solutions" / LESSON / f"{LESSON}.ipynb", as_version=4)
    nb, _ = rearranged(solved, lesson.release, seed)
    wrong = next(c for c in nb.cells if c.source.startswith("survived") or "survived =" in c.source)
    wrong.source += "\nsurvived = dict(list(survived.items())[:2])"
    file = tmp_path / f"{LESSON}.ipynb"
    nbformat.write(nb, file)
    with start_fork_server(lesson) as server:
        outcome = grade_submission(lesson, server, match_answers(lesson.release, read_notebook(file.read_bytes())))
    by_grader = {n: i.earned for n, i in outcome.items.items() if i.core and i.status != "marked"}
    kept: dict[str, Any] = {}
    honest = own_notebook.lesson_report

    def rows(slug: str, work: Path | None = None) -> Any:
        kept.update({row.id: row.points for row in lesson_standing(slug, work) if row.out_of is not None})
        return honest(slug, work)

    with pytest.MonkeyPatch.context() as m:
        m.setattr(own_notebook, "lesson_report", rows)
        own_notebook.report_on(LESSON, file)
    assert kept == by_grader
    full = {n: lesson.graded[n] for n in by_grader}
    assert {n for n in full if by_grader[n] != full[n]} == {"numbers-what-is-left-of-twenty"}


def test_answers_of_two_exercises_in_one_cell(graded: Graded, submission: Handed) -> None:
    nb = submission()
    first = next(c for c in nb.cells if c.source.startswith("arm_n"))
    second = next(c for c in nb.cells if c.source.startswith("design"))
    joined = f"{first.source}\n\n{second.source}"
    for keeps in (first, second):
        cells = [cell_of(keeps, joined, "new") if c is first else c for c in nb.cells if c is not second]
        outcome = graded(json.dumps({**nb, "cells": cells}).encode())
        assert points(outcome) == FULL
        assert any("stand in one cell" in n for n in outcome.notes)
