"""The export: a status for everyone, a number only where one was earned, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from appraise.grading.class_run.run import grade_class
from appraise.grading.judging.judging import grade_submission
from appraise.grading.reports import export

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def by_student(a_class: Any) -> dict[str, dict[str, str]]:
    assert export.main("nbgrader") == 0
    return {row["student_id"]: row for row in read(a_class.root / "grades-nbgrader.csv")}


@pytest.fixture
def marked(a_class: Any, in_process: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A class with a submission of every status; `done` has its prose marked."""
    for student in ("done", "person", "broken", "late"):
        a_class.hand_in(student, {"n-in-each-arm": f"arm_n = 40  # {student}"}, when="2026-02-28 10:00:00 UTC")
    a_class.hand_in("late", when="2026-03-02 10:00:00 UTC")
    a_class.hand_in("blank", right=False)
    a_class.hand_in("empty", b"")
    honest = grade_submission

    def fails(lesson: Any, server: Any, answers: Any, attachments: Any = ()) -> Any:
        if "broken" in (answers.texts["n-in-each-arm-answer"] or ""):
            raise ValueError("a bug")
        return honest(lesson, server, answers, attachments)

    monkeypatch.setattr("appraise.grading.class_run.task.grade_submission", fails)
    a_class.set("c.LateSubmissionPlugin.penalty_method = 'zero'")
    grade_class(a_class.slug)
    with Gradebook(f"sqlite:///{a_class.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
        book.add_student("=HYPERLINK(1)", first_name="@SUM(1)", last_name="Ünal, née\nO", email="-x@y.z")
        for student in ("done", "late"):
            grade = book.find_grade("say-it-plainly", a_class.slug, a_class.slug, student)
            grade.manual_score, grade.needs_manual_grade, grade.extra_credit = 2.0, False, 0.5
        book.update_or_create_assignment(a_class.slug, duedate="2026-03-01 10:00:00 UTC")
        book.db.commit()
    grade_class(a_class.slug)
    return a_class


def test_every_student_has_a_status_and_no_failure_a_number(marked: Any) -> None:
    marked.hand_in("waits")
    found = by_student(marked)
    assert {s: (r["status"], r["raw_score"], r["score"]) for s, r in found.items()} == {
        "done": ("graded", "14.5", "14.5"),
        "person": ("needs a person", "12.0", "12.0"),
        "late": ("graded", "14.5", "0.0"),
        "blank": ("graded", "0.0", "0.0"),
        "broken": ("grader's fault", "", ""),
        "empty": ("unreadable", "", ""),
        "waits": ("grader's fault", "", ""),
        "'=HYPERLINK(1)": ("not submitted", "", ""),
    }
    assert "ValueError" in found["broken"]["why"]
    assert "empty" in found["empty"]["why"]
    assert "not graded yet" in found["waits"]["why"]
    assert found["late"]["late_submission_penalty"] == "14.5"
    assert {r["max_score"] for r in found.values()} == {"15.0"}


def test_a_person_settles_what_the_grader_could_not(marked: Any) -> None:
    with Gradebook(f"sqlite:///{marked.root}/grading/gradebook.db") as book:
        for student, points in (("broken", 1.0), ("empty", 0.0)):
            for grade in book.find_submission_notebook(marked.slug, marked.slug, student).grades:
                grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()
    found = by_student(marked)
    assert (found["broken"]["status"], found["broken"]["score"]) == ("graded", "8.0")
    assert (found["empty"]["status"], found["empty"]["score"]) == ("graded", "0.0")


def test_a_resubmission_that_nobody_graded_has_no_old_number(marked: Any) -> None:
    marked.hand_in("done", right=False, when="2026-02-28 10:00:00 UTC")
    found = by_student(marked)
    assert (found["done"]["status"], found["done"]["score"]) == ("grader's fault", "")
    assert "again and not graded since" in found["done"]["why"]


def test_canvas_and_moodle_get_final_numbers_and_the_statuses(marked: Any, capsys: Any) -> None:
    assert export.main("canvas") == 0
    head, *people = read(marked.root / "grades-canvas.csv")
    assert (head["Student"], head[marked.slug]) == ("Points Possible", "15.0")
    got = {r["SIS User ID"]: r[marked.slug] for r in people}
    assert got == {
        **dict.fromkeys(["broken", "empty", "person", "'=HYPERLINK(1)"], ""),
        **{"done": "14.5", "late": "0.0", "blank": "0.0"},
    }
    assert {r["status"] for r in read(marked.root / "grades-canvas-status.csv")} >= {"graded", "grader's fault"}
    assert "1 that need a person are left empty" in capsys.readouterr().out
    assert export.main("moodle", marked.root / "m.csv") == 0
    rows = {r["ID number"]: (r[marked.slug], r[f"{marked.slug} status"]) for r in read(marked.root / "m.csv")}
    assert rows["done"] == ("14.5", "graded")
    assert rows["person"] == ("", "needs a person")
    assert rows["empty"] == ("", "unreadable")
    assert rows["'=HYPERLINK(1)"] == ("", "not submitted")


@pytest.mark.parametrize("kind", list(export.FORMATS))
def test_twice_is_the_same_file_and_no_cell_is_run(marked: Any, kind: str) -> None:
    file = marked.root / "out.csv"
    export.main(kind, file)
    first = file.read_bytes()
    export.main(kind, file)
    assert file.read_bytes() == first
    with file.open(encoding="utf-8", newline="") as f:
        cells = [c for row in csv.reader(f) for c in row]
    assert not [c for c in cells if c.lstrip().startswith(("=", "+", "-", "@"))]
    assert "'=HYPERLINK(1)" in cells
    assert any("née O" in c for c in cells)
    assert not list(marked.root.glob("*.part"))
