"""The export: a status for everyone, a number only where one was earned, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from appraise.grading import deadlines as arrangements
from appraise.grading import roster
from appraise.grading.class_run.run import grade_class
from appraise.grading.judging.judging import grade_submission
from appraise.grading.reports import export
from appraise.grading.settings import read_settings

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def by_student(a_class: Any) -> dict[str, dict[str, str]]:
    assert export.export("nbgrader") == 0
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

    monkeypatch.setattr("appraise.grading.judging.student_case.grade_submission", fails)
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


def test_an_lms_gets_only_final_numbers_and_who_is_left_out_stands_beside(marked: Any, capsys: Any) -> None:
    assert export.export("canvas") == 0
    head, *people = read(marked.root / f"grades-canvas-{marked.slug}.csv")
    assert (head["Student"].strip(), head[marked.slug]) == ("Points Possible", "15.0")
    assert {r["SIS User ID"]: r[marked.slug] for r in people} == {"done": "14.5", "late": "0.0", "blank": "0.0"}
    left = {r["student_id"]: r["status"] for r in read(marked.root / "grades-canvas-status.csv")}
    assert left == {
        "person": "needs a person",
        "broken": "grader's fault",
        "empty": "unreadable",
        "'=HYPERLINK(1)": "not submitted",
    }
    assert "1 that need a person are left out" in capsys.readouterr().out
    assert export.export("moodle", marked.root / "m.csv") == 0
    rows = {
        r["ID number"]: (r[marked.slug], r[f"{marked.slug} maximum"])
        for r in read(marked.root / f"m-{marked.slug}.csv")
    }
    assert rows == {"done": ("14.5", "15.0"), "late": ("0.0", "15.0"), "blank": ("0.0", "15.0")}
    assert export.export("moodle", marked.root / "m.csv", [marked.slug], out_of=100) == 0
    rows = {
        r["ID number"]: (r[marked.slug], r[f"{marked.slug} maximum"])
        for r in read(marked.root / f"m-{marked.slug}.csv")
    }
    assert rows["done"] == ("96.6667", "100")


def test_blanks_only_when_they_are_asked_for(marked: Any, capsys: Any) -> None:
    assert export.export("canvas", blanks=True) == 0
    _, *people = read(marked.root / "grades-canvas.csv")
    assert {r["SIS User ID"] for r in people if r[marked.slug] == ""} == {"broken", "empty", "person", "'=HYPERLINK(1)"}
    assert "An empty cell deletes the mark" in capsys.readouterr().out


def test_nobody_whom_the_lms_does_not_know(marked: Any, capsys: Any) -> None:
    text = 'Student,ID,SIS User ID,SIS Login ID,Section\n"Ünal, Zoë",11,done,zu,A\n"Roe, Max",12,blank,mr,A\n'
    (marked.root / "roster.csv").write_text(text, encoding="utf-8")
    roster.import_roster(marked.root / "roster.csv")
    capsys.readouterr()
    for kind in ("canvas", "moodle"):
        for blanks in (False, True):
            export.export(kind, marked.root / "out.csv", blanks=blanks)
            name = "out.csv" if blanks else f"out-{marked.slug}.csv"
            text = (marked.root / name).read_text(encoding="utf-8")
            assert "late" not in text
            assert "Zoë" in text
    assert "Not on the roster, and in no file for the LMS: broken, empty, late, person" in capsys.readouterr().out
    export.export("canvas", marked.root / "c.csv")
    rows = {r["Student"]: r for r in read(marked.root / f"c-{marked.slug}.csv")}
    zoe = rows["Ünal, Zoë"]
    assert (zoe["ID"], zoe["SIS User ID"], zoe["SIS Login ID"], zoe["Section"]) == ("11", "done", "zu", "A")


def test_excel_reads_the_accents(marked: Any) -> None:
    for kind in export.FORMATS:
        export.export(kind, marked.root / "out.csv", blanks=True)
        assert (marked.root / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf"), kind


def test_all_count_alike_who_needs_a_person(marked: Any, capsys: Any) -> None:
    """F13: the class run, the export and nbgrader itself."""
    marked.hand_in("done", {"n-in-each-arm": "arm_n = 40  # done\n"}, when="2026-02-28 10:00:00 UTC")
    capsys.readouterr()
    grade_class(marked.slug)
    said = capsys.readouterr().out
    export.export("nbgrader")
    waits = {who for who, row in marked.scores().items() if row["person"]}
    by_export = {s for s, r in by_student(marked).items() if r["status"] == "needs a person"}
    assert by_export == waits - {"broken", "empty"}
    assert ("1 needs a person" in said) == ("done" in by_export)


def test_excused_has_no_number_and_notes_reach_the_teacher(marked: Any) -> None:
    arrangements.excuse(read_settings(), marked.slug, "done", why="ill")
    marked.folder("blank").joinpath("timestamp.txt").write_text("01/03/2026")
    grade_class(marked.slug)
    found = by_student(marked)
    assert (found["done"]["status"], found["done"]["score"], found["done"]["why"]) == ("excused", "", "ill")
    assert found["blank"]["status"] == "graded"
    assert "timestamp.txt cannot be read" in found["blank"]["why"]
    arrangements.excuse(read_settings(), marked.slug, "done", undo=True)
    assert by_student(marked)["done"]["score"] == "14.5"


@pytest.mark.parametrize("kind", list(export.FORMATS))
def test_twice_is_the_same_file_and_no_cell_is_run(marked: Any, kind: str) -> None:
    file = marked.root / "out.csv"
    export.export(kind, file, blanks=True)
    first = file.read_bytes()
    export.export(kind, file, blanks=True)
    assert file.read_bytes() == first
    with file.open(encoding="utf-8-sig", newline="") as f:
        cells = [c for row in csv.reader(f) for c in row]
    assert not [c for c in cells if c.lstrip().startswith(("=", "+", "-", "@"))]
    assert "'=HYPERLINK(1)" in cells
    assert any("née O" in c for c in cells)
    assert not list(marked.root.glob("*.part"))
