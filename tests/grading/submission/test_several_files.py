"""Several notebooks of one lesson in a folder: the one that was worked on counts, and a note says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from appraise.grading.class_run.run import grade_class
from appraise.grading.gradebook.writer import open_gradebook
from appraise.grading.judging.lesson import load_course_lesson
from appraise.grading.settings import read_settings
from appraise.grading.submission.notebook_choice import choose_notebook
from appraise.grading.submission.release import released_stubs
from tests.grading.class_run.test_class_run import CORE
from tests.grading.conftest import SLUG


@pytest.mark.parametrize(
    ("files", "used"),
    [
        ({f"{SLUG}.ipynb": False, f"{SLUG}-Copy1.ipynb": True}, f"{SLUG}-Copy1.ipynb"),
        ({f"{SLUG}.ipynb": True, f"{SLUG}-Copy1.ipynb": False}, f"{SLUG}.ipynb"),
        ({f"{SLUG}.ipynb": True, f"{SLUG}-Copy1.ipynb": True}, f"{SLUG}.ipynb"),
        ({f"{SLUG}-Copy1.ipynb": False, f"{SLUG}-Copy2.ipynb": True}, f"{SLUG}-Copy2.ipynb"),
    ],
)
def test_the_worked_one_counts(tmp_path: Path, submission: Any, lesson: Any, files: dict[str, bool], used: str) -> None:
    for name, right in files.items():
        nbformat.write(submission(right=right), tmp_path / name)
    notes: list[str] = []
    data, why = choose_notebook(tmp_path, SLUG, released_stubs(lesson.release), notes)
    assert (data, why) == ((tmp_path / used).read_bytes(), None)
    assert any(n.startswith(f"“{used}” was graded") for n in notes)


def test_both_ways_of_grading_take_it(a_class: Any, tmp_path: Path) -> None:
    a_class.hand_in("ada", right=False)
    nbformat.write(a_class.submission(), a_class.folder("ada") / f"{SLUG}-Copy1.ipynb")
    to = read_settings()
    with open_gradebook(to) as book:
        book.register(load_course_lesson(to, a_class.slug))
    plain, notebooks = a_class.graded_plainly(tmp_path / "before")
    assert grade_class(a_class.slug, workers=1) == 0
    assert a_class.scores() == plain
    assert plain["ada"]["points"] == CORE
    assert a_class.notebooks() == notebooks
    assert "since most of its answers were worked on" in " ".join(a_class.outcomes()["ada"][-1][2])
