"""`appraise feedback`: pages that agree with the gradebook whatever changed, and zips that an LMS takes back."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from appraise.__main__ import main as appraise
from appraise.grading.class_run.run import grade_class
from appraise.grading.reports import feedback, rubric_marking
from appraise.grading.reports.returning import give_feedback
from appraise.grading.submission.record import Collected, add_collected

pytestmark = pytest.mark.slow  # class runs

PROSE = "say-it-plainly"


@pytest.fixture
def graded(a_class: Any, in_process: None) -> Any:
    a_class.hand_in("s01")
    a_class.hand_in("s02", right=False)
    a_class.hand_in("a[1]")  # a folder whose name is a pattern
    grade_class(a_class.slug)
    return a_class


def page(a_class: Any, who: str = "s01") -> str:
    file: Path = a_class.root / "grading" / "feedback" / who / a_class.slug / f"{a_class.slug}.html"
    return file.read_text(encoding="utf-8")


def mark(a_class: Any, points: float, comment: str, who: str = "s01") -> None:
    with Gradebook(f"sqlite:///{a_class.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
        grade = book.find_grade(PROSE, a_class.slug, a_class.slug, who)
        grade.manual_score, grade.needs_manual_grade = points, False
        book.find_comment(PROSE, a_class.slug, a_class.slug, who).manual_comment = comment
        book.db.commit()


def test_pages_agree_with_the_gradebook_after_every_change(graded: Any, capsys: pytest.CaptureFixture[str]) -> None:
    give_feedback(graded.slug)
    assert "12 of 15 points so far." in page(graded)
    assert "12 of 15 points" in page(graded, "a[1]")
    assert "3 pages made, 0 were as they should be" in capsys.readouterr().out
    give_feedback(graded.slug)
    assert "0 pages made, 3 were as they should be" in capsys.readouterr().out
    mark(graded, 2.0, "Say how much.")  # a late mark
    give_feedback(graded.slug)
    assert "14 of 15 points." in page(graded)
    assert "Say how much." in page(graded)
    assert "1 pages made, 2 were" in capsys.readouterr().out
    mark(graded, 2.0, "Say how much, and to whom.")  # only the words
    give_feedback(graded.slug)
    assert "and to whom" in page(graded)
    graded.hand_in("s01", right=False)  # handed in again, with nothing
    grade_class(graded.slug)
    give_feedback(graded.slug)
    assert "2 of 15 points" in page(graded)
    file = graded.root / "grading" / "feedback" / "s02" / graded.slug / f"{graded.slug}.html"
    file.write_text("changed by hand", encoding="utf-8")
    give_feedback(graded.slug)
    assert "0 of 15 points" in page(graded, "s02")
    assert appraise(["student", "remove", "s02"]) == 0
    capsys.readouterr()
    give_feedback(graded.slug)
    assert not file.exists()


def test_nbgraders_own_command_is_not_stale_either(graded: Any) -> None:
    give_feedback(graded.slug)
    mark(graded, 3.0, "Well told.")
    graded.call("nbgrader", "generate_feedback", graded.slug, "--student", "s01")
    assert "15 of 15 points" in page(graded)
    assert "Well told." in page(graded)


def test_the_words_of_each_level_and_what_the_next_one_asks(graded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "RUBRIC_OF", PROSE)
    mark(graded, 2.0, "Levels: Question 1 · Size 3 · Wording 0\n\nA clear start.")
    give_feedback(graded.slug, ["s01"])
    told = page(graded)
    known = {c.id: c for c in rubric_marking.load_rubric().criteria}
    assert known["question"].levels[1] in told
    assert known["question"].levels[2] in told
    assert known["size"].levels[3] in told
    assert "This is the highest level." in told
    assert "Absent throughout." in told
    assert "Levels: Question" not in told
    assert "A clear start." in told


def test_what_was_noted_reaches_the_learner(graded: Any) -> None:
    graded.folder("s01").joinpath("timestamp.txt").write_text("01/03/2026")
    grade_class(graded.slug)
    give_feedback(graded.slug)
    assert "How your file was read" in page(graded)
    assert "timestamp.txt cannot be read" in page(graded)


def test_zips_that_an_lms_takes_back(graded: Any, capsys: pytest.CaptureFixture[str]) -> None:
    own = graded.root / "grading"
    known = {
        "s01": Collected("", "x", prefix="doejane_4711_88001_", lms="canvas"),
        "s02": Collected("", "x", prefix="Max Roe_12346_assignsubmission_file_", lms="moodle"),
    }
    add_collected(own, graded.slug, known)
    for kind, names in {
        "canvas": [f"doejane_4711_88001_{graded.slug}.html"],
        "moodle": [f"Max Roe_12346_assignsubmission_file_{graded.slug}.html"],
        "plain": [f"a[1]_{graded.slug}.html", f"s01_{graded.slug}.html", f"s02_{graded.slug}.html"],
    }.items():
        give_feedback(graded.slug, kind=kind)
        with zipfile.ZipFile(own / "feedback" / f"{graded.slug}-{kind}.zip") as z:
            assert z.namelist() == names
            assert b"of 15 points" in z.read(names[0])
    assert "Not in it, since they were not collected from Canvas: a[1], s02." in capsys.readouterr().out


def test_what_cannot_be_given_is_one_line(graded: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert appraise(["feedback", "99-none"]) == 1
    assert "nothing is graded yet" in capsys.readouterr().err
    assert appraise(["feedback", graded.slug, "--student", "s77"]) == 1
    assert "“s77” has nothing graded" in capsys.readouterr().err
