"""Due dates, more time and excuses for one student, and students who are removed or merged."""

from __future__ import annotations

import csv
import json
import shutil
from typing import Any

import pytest
from nbgrader.api import Gradebook

from appraise.__main__ import main as appraise
from appraise.grading import roster
from appraise.grading.class_run.run import grade_class

pytestmark = pytest.mark.slow  # class runs

FULL = 12.0


@pytest.fixture
def due(a_class: Any, in_process: None) -> Any:
    """Four hand in: in time, late, late with an extension that is given before, and without a known time."""
    a_class.set("c.LateSubmissionPlugin.penalty_method = 'zero'")
    (a_class.root / "roster.csv").write_text("id\nontime\nlate\nlonger\nunknown\nabsent\n", encoding="utf-8")
    roster.import_roster(a_class.root / "roster.csv")
    a_class.hand_in("ontime", when="2026-03-01 10:30:00 +0100")  # 9:30 in UTC; nbgrader alone reads 10:28
    a_class.hand_in("late", when="2026-03-01 12:00:00 UTC")
    a_class.hand_in("longer", when="2026-03-02 09:00:00 UTC")
    a_class.hand_in("unknown", when="01/03/2026")
    assert appraise(["due", a_class.slug, "2026-03-01 11:00 +01:00"]) == 0
    assert appraise(["extend", a_class.slug, "longer", "--days", "1"]) == 0
    grade_class(a_class.slug)
    return a_class


def penalties(a_class: Any) -> dict[str, float | None]:
    return {who: row["penalty"] for who, row in a_class.scores().items()}


def test_an_extension_given_before_and_after_handing_in(due: Any) -> None:
    assert penalties(due) == {"ontime": None, "late": FULL, "longer": None, "unknown": None}
    assert any("cannot be mistaken" in note for note in due.outcomes()["unknown"][-1][2])
    assert appraise(["extend", due.slug, "late", "--until", "2026-03-01 13:00 +01:00"]) == 0
    assert penalties(due)["late"] is None, "at once, without grading again"
    assert appraise(["extend", due.slug, "late", "--none"]) == 0
    assert penalties(due)["late"] == FULL
    assert appraise(["due", due.slug, "--none"]) == 0
    assert set(penalties(due).values()) == {None}


def test_a_due_date_in_formgrader_moves_extensions_along(due: Any) -> None:
    with Gradebook(f"sqlite:///{due.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
        book.update_or_create_assignment(due.slug, duedate="2026-02-20 10:00:00 UTC")
        book.db.commit()
    grade_class(due.slug)
    assert penalties(due)["longer"] == FULL
    assert appraise(["extend", due.slug, "longer", "--until", "2026-03-03 10:00"]) == 0
    assert penalties(due)["longer"] is None


def test_what_cannot_be_arranged_is_one_line(due: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for words, told in (
        (["due", due.slug, "2026-03-01 11:00"], "write it as 2026-03-01 17:00 +01:00"),
        (["due", due.slug, "01/03/2026 10:00 UTC"], "cannot be mistaken"),
        (["extend", due.slug, "nobody", "--days", "1"], "“nobody” is not in the gradebook"),
        (["extend", due.slug, "late", "--days", "-1"], "expected a number above 0"),
        (["excuse", due.slug, "nobody"], "“nobody” is not in the gradebook"),
        (["student", "remove", "nobody"], "“nobody” is nowhere in this course"),
        (["student", "merge", "late", "late"], "into itself"),
    ):
        capsys.readouterr()
        assert appraise(words) == 1, words
        said = capsys.readouterr().err
        assert told in said
        assert said.count("\n") == 1


def test_a_student_who_left_goes_with_history(due: Any) -> None:
    assert appraise(["student", "remove", "late"]) == 0
    assert "late" not in due.scores()
    assert not (due.root / "grading" / "submitted" / "late").exists()
    assert not (due.root / "grading" / "autograded" / "late").exists()
    (kept,) = (due.root / "grading" / "removed").glob("late-*")
    told = json.loads((kept / "gradebook.json").read_text(encoding="utf-8"))
    assert {g["cell"]: g["auto"] for g in told["marks"][due.slug]["grades"]}["n-in-each-arm"] == 1.0
    assert (kept / "submitted" / due.slug / f"{due.slug}.ipynb").is_file()
    assert "removed late" in (due.root / "grading" / "removed" / "history.txt").read_text(encoding="utf-8")
    appraise(["export"])
    rows = list(csv.DictReader((due.root / "grades-nbgrader.csv").open(encoding="utf-8-sig")))
    assert "late" not in {r["student_id"] for r in rows}


def test_a_ghost_of_a_renamed_folder_is_merged_with_its_marks(due: Any) -> None:
    folder = due.root / "grading" / "submitted"
    with Gradebook(f"sqlite:///{due.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
        grade = book.find_grade("say-it-plainly", due.slug, due.slug, "longer")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        book.db.commit()
    shutil.move(folder / "longer", folder / "absent")  # as the guide said: rename the folder, grade again
    grade_class(due.slug)
    assert {"longer", "absent"} <= set(due.scores())
    assert appraise(["student", "remove", "absent"]) == 0
    due.hand_in("longer", when="2026-03-02 09:00:00 UTC")
    (due.root / "roster.csv").write_text("id\nontime\nlate\nunknown\nabsent\n", encoding="utf-8")
    roster.import_roster(due.root / "roster.csv")
    assert appraise(["student", "merge", "longer", "absent"]) == 0
    grade_class(due.slug)
    found = due.scores()
    assert "longer" not in found
    assert "absent" in found
    with Gradebook(f"sqlite:///{due.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
        assert book.find_grade("say-it-plainly", due.slug, due.slug, "absent").manual_score == 2.0


def test_of_two_who_both_have_it_nothing_is_overwritten(due: Any, capsys: pytest.CaptureFixture[str]) -> None:
    before = (due.root / "grading" / "submitted" / "ontime" / due.slug / f"{due.slug}.ipynb").read_bytes()
    assert appraise(["student", "merge", "late", "ontime"]) == 0
    assert "keeps their own" in capsys.readouterr().out
    assert (due.root / "grading" / "submitted" / "ontime" / due.slug / f"{due.slug}.ipynb").read_bytes() == before
    (kept,) = (due.root / "grading" / "removed").glob("late-*")
    assert (kept / "submitted" / due.slug).is_dir()
    grade_class(due.slug)
    assert "late" not in due.scores()
