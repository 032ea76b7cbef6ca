"""A notebook that holds nothing of the lesson under whose name it came has no number."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from appraise.grading.class_run.run import grade_class
from appraise.grading.judging.lesson import Lesson
from appraise.grading.submission.matching import match_answers, why_no_number
from appraise.grading.submission.reading import read_notebook
from tests.grading.conftest import REPO

Handed = Callable[..., Any]


def why(lesson: Lesson, nb: Any) -> str | None:
    found = read_notebook(json.dumps(nb).encode())
    return why_no_number(lesson.slug, found, match_answers(lesson.release, found))


@pytest.mark.parametrize("slug", ["00-start-here", "01-five-tellings", "05-compared-with-what"])
def test_another_lessons_notebook_is_told_by_its_name(lesson: Lesson, slug: str) -> None:
    nb = nbformat.read(REPO / "solutions" / slug / f"{slug}.ipynb", as_version=4)
    assert f"is of lesson {slug}" in (why(lesson, nb) or "")


def test_any_other_notebook_is_told_even_with_as_many_cells_and_a_name_asked_for(lesson: Lesson) -> None:
    cells = [nbformat.v4.new_code_cell(f"x = {n}") for n in range(len(lesson.release.cells))]
    cells[3].source = "design = 'mine'"
    for some in (cells, cells[:5], []):
        assert "holds nothing of the lesson" in (why(lesson, nbformat.v4.new_notebook(cells=some)) or "")


def test_the_lessons_own_notebook_is_taken_whatever_it_says_it_is(lesson: Lesson, submission: Handed) -> None:
    nb = submission()
    nb.metadata["appraise"] = {"lesson": "01-other"}
    assert why(lesson, nb) is None
    bare = submission()
    for cell in bare.cells:
        cell.metadata = nbformat.NotebookNode()
        cell.pop("id", None)
    assert why(lesson, bare) is None


@pytest.mark.usefixtures("in_process")
def test_it_is_unreadable_and_has_no_number(a_class: Any) -> None:
    a_class.hand_in("other", Path(REPO / "solutions/01-five-tellings/01-five-tellings.ipynb").read_bytes())
    assert grade_class(a_class.slug) == 0
    assert set(a_class.scores()["other"]["points"].values()) == {None}
    status, _, notes, _ = a_class.outcomes()["other"][-1]
    assert status == "unreadable"
    assert "is of lesson 01-five-tellings" in " ".join(notes)
