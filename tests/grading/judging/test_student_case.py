"""A class with a case each: issued, handed in, graded, returned; and every way to have another case before oneself."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from appraise.__main__ import main
from appraise.cases.exercising import TASKS, task_fields
from appraise.cases.issuing import DEMO_SECRET, draw_code
from appraise.cases.labels import LABELS
from appraise.cases.shelf import Shelf
from appraise.grading.class_run.run import grade_class
from appraise.grading.judging.student_case import WITHHELD
from tests.grading.conftest import REPO

pytestmark = pytest.mark.slow  # class runs: not in `make fast`

SLUG = "13-an-unseen-case"
NAMES = {
    **{f"unseen-own-marks-{i}": f"marks_{i}" for i in (1, 2, 3)},
    "unseen-own-figures": "figures",
    "unseen-own-difference": "difference",
    "unseen-own-p": "p_fits",
    "unseen-own-bias": "bias",
    "unseen-own-headline": "headline",
}
FULL = {"unseen-own-marks-1": 4.0, "unseen-own-marks-2": 4.0, "unseen-own-marks-3": 4.0, "unseen-own-figures": 3.0}
FULL |= {"unseen-own-difference": 2.0, "unseen-own-p": 1.0, "unseen-own-bias": 3.0, "unseen-own-headline": 1.0}


class Room:
    """A course folder with lesson 13 and a class."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.release = root / "lessons" / SLUG
        self.shelf = Shelf(root / "grading", SLUG)

    def roster(self, *students: str) -> None:
        (self.root / "roster.csv").write_text("id\n" + "\n".join(students) + "\n", encoding="utf-8")

    def issue(self, *more: str) -> None:
        assert main(["cases", "issue", SLUG, "--roster", "roster.csv", "--spares", "2", *more]) == 0

    def answers(self, student: str) -> dict[str, str]:
        """All right answers to a student's case, by exercise."""
        stored = self.shelf.stored(self.shelf.index().students[student])
        made = {"unseen-own-code": f"code = {stored.text.code!r}"}
        for task, fields in task_fields(stored.text, stored.key).items():
            right = fields["expected"]
            made[task] = f"{NAMES[task]} = {dict(right['dict']) if isinstance(right, dict) else right!r}"
        return made

    def notebook(self, answers: dict[str, str]) -> bytes:
        nb = nbformat.read(self.release / f"{SLUG}.ipynb", as_version=4)
        for cell in nb.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if grade_id.removesuffix("-answer") in answers and cell.metadata.nbgrader.solution:
                cell.source = answers[grade_id.removesuffix("-answer")]
        return nbformat.writes(nb).encode()

    def hand_in(self, student: str, answers: dict[str, str]) -> None:
        folder = self.root / "grading" / "submitted" / student / SLUG
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{SLUG}.ipynb").write_bytes(self.notebook(answers))
        shutil.copytree(self.release / "cases", folder / "cases", dirs_exist_ok=True)  # as `nbgrader submit` does

    def grade(self) -> None:
        assert grade_class(SLUG) == 0

    def points(self) -> dict[str, dict[str, float | None]]:
        with Gradebook(f"sqlite:///{self.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
            return {
                s.student.id: {g.name: g.auto_score for g in s.grades if g.name in TASKS}
                for s in book.notebook_submissions(SLUG, SLUG)
            }

    def outcome(self, student: str) -> Any:
        file = self.root / "grading" / "autograded" / student / SLUG / f"{SLUG}.ipynb"
        return nbformat.read(file, as_version=4).metadata.appraise.outcome

    def rows(self) -> dict[str, dict[str, str]]:
        assert main(["export", "--to", "grades.csv"]) == 0
        with (self.root / "grades.csv").open(encoding="utf-8-sig") as file:
            return {row["student_id"]: row for row in csv.DictReader(file) if row["assignment"] == SLUG}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    root = tmp_path / "course"
    for folder in ("lessons", "solutions"):
        shutil.copytree(REPO / folder / SLUG, root / folder / SLUG, ignore=shutil.ignore_patterns("cases"))
    shutil.copy(REPO / "course.yml", root)
    settings = (REPO / "nbgrader_config.py").read_text(encoding="utf-8")
    (root / "nbgrader_config.py").write_text(settings + "\nc.JudgeOutside.trust_submissions = True\n", encoding="utf-8")
    monkeypatch.chdir(root)
    return Room(root)


def nothing(points: dict[str, float | None]) -> bool:
    return set(points.values()) == {None}


@pytest.mark.usefixtures("in_process")
def test_each_is_judged_by_their_own_case_and_a_strange_code_asks_for_a_person(room: Room) -> None:
    room.roster("ada", "ben", "cem", "dan", "eve", "flo", "gus", "hal")
    room.issue()
    old = room.answers("cem")
    room.issue("--afresh")
    assert room.answers("cem") != old
    right = {who: room.answers(who) for who in ("ada", "ben", "dan", "eve", "flo", "gus", "hal")}
    spare = room.shelf.index().spares["spare-1"]
    demo = f"code = {draw_code(DEMO_SECRET, SLUG, 'demo')!r}"
    room.hand_in("ada", right["ada"])
    room.hand_in("ben", {**right["ada"]})  # another student's case, answered rightly
    room.hand_in("cem", old)  # a case of the issue before
    room.hand_in("dan", {**right["dan"], "unseen-own-code": demo})
    room.hand_in("eve", {k: v for k, v in right["eve"].items() if k != "unseen-own-code"})
    room.hand_in("flo", {"unseen-own-code": right["flo"]["unseen-own-code"]})
    room.hand_in("gus", {**right["gus"], **{k: right["ada"][k] for k in TASKS}})  # own code, another's answers
    room.hand_in("hal", {})
    room.hand_in("late", {**right["ada"], "unseen-own-code": f"code = {spare!r}"})
    room.grade()
    points = room.points()
    assert points["ada"] == FULL
    assert 0 < sum(value or 0 for value in points["gus"].values()) < 22
    assert points["flo"] == points["hal"] == dict.fromkeys(FULL, 0.0)
    for who, words in (
        ("ben", f"{room.shelf.index().students['ada']} (the code of ada), and ben has"),
        ("cem", "(a code of the cases issued on 20"),
        ("dan", "(the demonstration's code, which is open to all), and dan has"),
        ("eve", "holds no code"),
        ("late", f"late has no case of their own. The notebook holds {spare} (a spare code)"),
    ):
        assert nothing(points[who]), who
        assert room.outcome(who).status == "needs a person", who
        assert any(words in note for note in room.outcome(who).notes), room.outcome(who).notes
    rows = room.rows()
    assert {rows[who]["raw_score"] for who in ("ben", "cem", "dan", "eve", "late")} == {""}

    assert main(["cases", "assign", SLUG, "late", spare]) == 0
    room.hand_in("late", room.answers("late"))
    room.grade()
    assert room.points()["late"] == FULL


@pytest.mark.usefixtures("in_process")
def test_plain_autograde_gives_the_same_and_feedback_keeps_the_labels_until_nobody_can_hand_in(room: Room) -> None:
    room.roster("ada", "ben")
    call(room, "generate_assignment", SLUG, "--force")
    room.issue()
    room.hand_in("ada", room.answers("ada"))
    room.hand_in("ben", room.answers("ada"))
    call(room, "autograde", SLUG)
    points = room.points()
    assert points["ada"] == FULL
    assert nothing(points["ben"])
    graded = (room.root / "grading" / "autograded" / "ada" / SLUG / f"{SLUG}.ipynb").read_text(encoding="utf-8")
    assert WITHHELD in graded
    title = room.shelf.stored(room.shelf.index().students["ada"]).text.title
    assert title in graded  # whoever marks the sentence sees the student's case
    page = room.root / "grading" / "feedback" / "ada" / SLUG / f"{SLUG}.html"
    reason = room.shelf.stored(room.shelf.index().students["ada"]).key.marks[0][0].reason
    for due, extension, is_told in ((None, 0, False), (-1, 0, True), (-1, 48, False), (1, 0, False)):
        with Gradebook(f"sqlite:///{room.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
            now = datetime.now().replace(microsecond=0)
            book.find_assignment(SLUG).duedate = None if due is None else now + timedelta(days=due)
            book.find_submission(SLUG, "ben").extension = timedelta(hours=extension) if extension else None
            book.db.commit()
        call(room, "generate_feedback", SLUG, "--force")
        html = page.read_text(encoding="utf-8")
        assert (reason in html) is is_told, (due, extension)
        assert ("What is right, and why, is told when" in html) is not is_told
        assert "4 of 4" in html or "4.0" in html  # the points are told at once


@pytest.mark.usefixtures("in_process")
def test_a_teachers_own_case_goes_the_same_way(room: Room) -> None:
    room.roster("ada", "ben")
    room.issue("--own", str(REPO / "assets" / "cases" / "starter.md"))
    right = room.answers("ada")
    assert set(right) == {"unseen-own-code", *TASKS[:3], "unseen-own-headline"}
    half = {**right, "unseen-own-code": room.answers("ben")["unseen-own-code"]}
    del half["unseen-own-marks-2"], half["unseen-own-marks-3"], half["unseen-own-headline"]
    room.hand_in("ada", right)
    room.hand_in("ben", half)
    room.grade()
    assert room.points()["ada"] == FULL  # what the case does not ask follows from what it asks
    ben = room.points()["ben"]
    assert ben["unseen-own-marks-1"] == 4.0
    assert ben["unseen-own-marks-2"] == 0.0
    assert ben["unseen-own-bias"] == round(3 * 4 / 13, 2)
    item = next(i for i in room.outcome("ben")["items"] if i["id"] == "unseen-own-bias")
    assert "does not ask this" in item["remark"]


HUNT = """
import gc, os, pathlib, sys
found = []
for folder in ({root!r}, {root!r} + "/grading/cases", "..", "../..", os.path.expanduser("~")):
    try:
        found += [str(p) for p in pathlib.Path(folder).rglob("*.json") if '"step"' in p.read_text()]
    except OSError:
        pass
found += [name for name in os.environ if {code!r} in os.environ[name]]
seen = [o for o in gc.get_objects() if isinstance(o, (str, bytes, dict, list, tuple))]
found += ["memory" for o in seen if {reason!r} in repr(o)[:100_000] and "HUNT" not in repr(o)[:40]]
try:
    found += ["parent" for _ in [0] if {code!r}.encode() in open(f"/proc/{{os.getppid()}}/environ", "rb").read()]
except OSError:
    pass
marks_1 = dict.fromkeys(["sentence 1", "sentence 2", "sentence 3", "sentence 4"], "fits") if found else "none found"
"""


@pytest.mark.usefixtures("in_process")
def test_a_submission_that_hunts_for_its_key_finds_none(room: Room) -> None:
    room.roster("mal")
    room.issue()
    stored = room.shelf.stored(room.shelf.index().students["mal"])
    # the words that are looked for are put together, so that the hunter does not find itself
    reason = stored.key.marks[0][0].reason
    hunt = HUNT.format(root=str(room.root), code="no code", reason="@")
    hunt = hunt.replace("'@' in repr(o)", f"{reason[:9]!r} + {reason[9:]!r} in repr(o)")
    room.hand_in("mal", {**room.answers("mal"), "unseen-own-marks-1": hunt})
    room.grade()
    points = room.points()["mal"]
    assert points == {**FULL, "unseen-own-marks-1": 0.0}
    item = next(i for i in room.outcome("mal")["items"] if i["id"] == "unseen-own-marks-1")
    assert "is text" in item["remark"] or "none found" in item["remark"], item


def test_nothing_that_a_learner_gets_holds_a_key(room: Room) -> None:
    room.roster(*(f"s{i}" for i in range(12)))
    room.issue()
    secret = (room.shelf.folder / "secret").read_text(encoding="ascii").strip()
    keys = [room.shelf.stored(code).key for code in room.shelf.index().students.values()]
    reasons = {mark.reason for key in keys for row in key.marks for mark in row}
    found = list(room.release.rglob("*"))
    assert len([file for file in found if file.suffix == ".json"]) == 14
    for file in (f for f in found if f.is_file()):
        text = file.read_text(encoding="utf-8")
        assert secret not in text
        if file.suffix == ".json":
            assert not [
                word for word in (*reasons, *(f'"{label}"' for label in LABELS), '"step"', '"key"') if word in text
            ]
            assert not any(re.search(rf"\bs{i}\b", text) for i in range(12)), "a student's id beside a code"
    pack = (REPO / "appraise" / "packs" / f"{SLUG}.pack").read_text(encoding="ascii")
    assert secret not in pack
    assert (room.shelf.folder.stat().st_mode & 0o077, (room.shelf.folder / "secret").stat().st_mode & 0o077) == (0, 0)


def test_issued_texts_and_keys_are_ignored_by_git_and_spared_by_the_compiler() -> None:
    paths = [f"lessons/{SLUG}/cases/AAAA-BBBB.json", f"grading/cases/{SLUG}/secret"]
    done = subprocess.run(["git", "check-ignore", *paths], cwd=REPO, capture_output=True, text=True)
    assert done.stdout.split() == paths


def test_the_same_secret_gives_the_same_cases_and_a_lost_one_says_what_is_left(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    room.roster("ada", "ben")
    room.issue()
    before = {file.name: file.read_bytes() for file in (room.release / "cases").iterdir()}
    shutil.rmtree(room.release / "cases")
    room.roster("ada", "ben", "cem")
    room.issue()
    after = {file.name: file.read_bytes() for file in (room.release / "cases").iterdir()}
    assert after.items() >= before.items()
    assert len(after) == len(before) + 1
    secret = room.shelf.folder / "secret"
    kept = secret.read_text(encoding="ascii")
    secret.unlink()
    assert main(["cases", "issue", SLUG, "--roster", "roster.csv"]) == 1
    said = capsys.readouterr().err
    assert "keys beside it still judge and print the 3 cases" in said
    assert "--afresh" in said
    assert main(["cases", "print", SLUG]) == 0
    secret.write_text("00" * 32, encoding="ascii")
    assert main(["cases", "issue", SLUG, "--roster", "roster.csv"]) == 1
    assert "is not the secret that drew these cases" in capsys.readouterr().err
    secret.write_text(kept, encoding="ascii")
    room.issue()


def test_sheets_part_questions_answers_and_keys(room: Room) -> None:
    room.roster("ada", "ben")
    room.issue()
    assert main(["cases", "print", SLUG]) == 0
    folder = room.shelf.folder / "sheets"
    questions, answers, keys = (
        (folder / f"{n}.html").read_text(encoding="utf-8") for n in ("questions", "answers", "keys")
    )
    for student, code in room.shelf.index().students.items():
        stored = room.shelf.stored(code)
        assert questions.count(code) == 1
        assert stored.text.title in questions
        assert f"<b>{code}</b> &nbsp; Name: {student}" in questions
        assert f"<b>{code}</b> &nbsp; Name: {student}" in answers
        assert f"Key to {code} ({student})" in keys
        reason = stored.key.marks[0][0].reason
        assert reason in keys.replace("&#x27;", "'").replace("&quot;", '"')
        assert reason not in questions + answers
    assert "☐ does not fit" not in questions
    assert answers.count("☐ does not fit: letter ___") == 4 * 12  # two students, two spare codes


def call(room: Room, *words: str) -> str:
    """A command of nbgrader, as a program of its own."""
    import os
    import sys

    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words], cwd=room.root, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
