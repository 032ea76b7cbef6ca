"""Answer cells that an editor cut, copied or joined are worth what they were worth before, to learner and grader."""

from __future__ import annotations

import ast
import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import REPO
from test_judge import FULL, points

from appraise.grading.judging.judging import grade_submission
from appraise.grading.judging.lesson import load_lesson, start_fork_server
from appraise.grading.judging.outcome import Outcome
from appraise.grading.reports import own_notebook
from appraise.grading.submission.matching import match_answers
from appraise.grading.submission.reading import read_notebook
from appraise.grading.submission.release import answer_cells, stub_name
from appraise.learner.report import lesson_standing

Graded = Callable[..., Outcome]
Handed = Callable[..., Any]
WAYS = (
    "split",
    "helper",
    "shown",
    "stub first",
    "stub last",
    "draft",
    "bare",
    "joined",
    "with check",
    "in check",
    "behind",
)
LESSON = "04-the-numbers"


def cell_of(like: Any, source: str, cell_id: str, bare: bool = False) -> Any:
    """A cell as an editor makes it of another: the same metadata, unless `bare`."""
    new = nbformat.from_dict(copy.deepcopy(dict(like)))
    new.source, new.id = source, cell_id
    if bare:
        new.metadata = nbformat.NotebookNode()
    return new


def statements(source: str) -> list[str]:
    """A cell's text, cut between its statements."""
    lines = source.splitlines(keepends=True)
    starts = [n.lineno - 1 for n in ast.parse(source).body][1:]
    return ["".join(lines[a:b]) for a, b in zip([0, *starts], [*starts, len(lines)])]


def change(cell: Any, check: Any, stub: str, way: str, rng: random.Random) -> list[Any]:
    """The cells that stand in the place of an answer cell and its check."""
    name, right = stub_name(stub), cell.source
    ids = iter(f"new-{rng.getrandbits(40):x}-{n}" for n in range(99))

    def row(*sources: str, keeps: int = -1, bare: bool = False) -> list[Any]:
        keeps %= len(sources)
        return [
            cell_of(cell, s, cell.id if n == keeps else next(ids), bare and n != keeps) for n, s in enumerate(sources)
        ]

    match way:
        case "split" | "bare":
            found = statements(right)
            if len(found) == 1:
                found = [f"ten_{name} = 10\n", f"{right}\nassert ten_{name} == 10"]
            return [*row(*found, bare=way == "bare"), check]
        case "helper":
            return [*row(f"def same_{name}(x):\n    return x\n", f"{right}\n{name} = same_{name}({name})"), check]
        case "shown":
            return [*row(right, f"{name}"), check]
        case "stub first":
            return [*row(stub, right, keeps=0), check]
        case "stub last":
            return [*row(right, stub, keeps=0), check]
        case "draft":
            return [*row(f"{name} = (1,\n", "1 / 0", right, keeps=0), check]
        case "joined":
            return [cell_of(cell, "\n\n".join(["# a joined cell", right]), next(ids)), check]
        case "with check":
            return [cell_of(cell, f"{right}\n\n{check.source}", next(ids))]
        case "in check":
            return [cell_of(check, f"{right}\n\n{check.source}", next(ids))]
        case _:
            return [*row(stub), check, cell_of(cell, right, next(ids))]


def rearranged(solved: Any, release: Any, seed: int) -> tuple[Any, dict[str, str]]:
    """A right solution with each of its answers changed in one of the ways; and which way each took."""
    rng = random.Random(seed)
    wanted = answer_cells(release)
    taken = {g: WAYS[(n + seed) % len(WAYS)] for n, g in enumerate(wanted)}
    nb = nbformat.from_dict(json.loads(json.dumps(solved)))
    cells, new = list(nb.cells), []
    while cells:
        cell = cells.pop(0)
        g = cell.metadata.get("nbgrader", {}).get("grade_id")
        if g in wanted:
            check = cells.pop(0)
            assert check.source.startswith("check("), check.source
            new += change(cell, check, release.cells[wanted[g]].source, taken[g], rng)
        else:
            new.append(cell)
    nb.cells = new
    return nb, taken


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
    wrong.source += "\nsurvived = survived.iloc[:2]"
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
    assert {n for n in full if by_grader[n] != full[n]} == {"numbers-count-what-survives"}


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
