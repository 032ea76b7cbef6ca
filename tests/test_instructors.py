"""INSTRUCTORS.md, followed word by word in a copy of the project: its plan, its commands, the messages that it names."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from markdown_it import MarkdownIt
from nbgrader.api import Gradebook

from appraise.course import load_course
from appraise.grading.reports.rubric_marking import RUBRIC_OF
from appraise.learner.rubric import load_rubric
from tests.conftest import ROOT, plain_environment

GUIDE = (ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8")
BLOCKS = [(t.info.strip(), t.content) for t in MarkdownIt().parse(GUIDE) if t.type == "fence"]
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
# the environment as it is: a test does not build it again
BUILT = " ".join(["make", *(f"--assume-old=.venv/{name}" for name in ("built", "built-teach", "built-dev"))])
PROSE, CLASS = "12-a-fair-telling", "01-five-tellings"


def test_the_plan_is_the_manifests() -> None:
    found = re.search(r"<!-- plan -->\n(.+?)<!-- /plan -->", GUIDE, flags=re.DOTALL)
    assert found
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in found[1].splitlines()[2:]]
    lessons = load_course().lessons
    assert [row[1:3] for row in rows] == [[f"{x.slug[:2]} · {x.title}", str(x.minutes)] for x in lessons]
    weeks = [int(row[0]) for row in rows]
    assert weeks == sorted(weeks)
    assert set(weeks) == {1, 2, 3, 4, 5, 6, 7}
    by_week = [sum(x.minutes for x, w in zip(lessons, weeks, strict=True) if w == n) for n in range(1, 8)]
    assert max(by_week) <= 150, "two evenings a week"
    day = sum(x.minutes for x, row in zip(lessons, rows, strict=True) if row[3] == "yes") + 55
    assert day <= 6 * 60, "one day with its breaks"


def test_every_message_in_the_guide_is_one_of_ours() -> None:
    found = re.search(r"\| What you see \|.*?\n\n", GUIDE, flags=re.DOTALL)
    assert found
    seen = [line.split("|")[1].strip() for line in found[0].strip().splitlines()[2:]]
    folders = [ROOT / "appraise" / "grading", ROOT / "appraise" / "cases"]
    code = "".join(p.read_text(encoding="utf-8") for folder in folders for p in folder.rglob("*.py"))
    assert len(seen) == 12
    for message in seen:
        part = max(re.split(r"“[^”]*”|…|\bline \d+", message), key=len).strip(" ;").removeprefix("Files are ")
        assert len(part) > 5
        assert part in code, f"no part of the course says: {part}"


class Guide:
    """The guide's commands in a copy of the project, and between them what it asks a person to do."""

    def __init__(self, tree: Path, port: int, serving: Callable[..., Any]) -> None:
        self.tree, self.port, self.serving = tree, port, serving
        self.env = plain_environment() | {"PYTHONPATH": str(tree), "JUPYTER_CONFIG_DIR": str(tree / "config")}
        self.said: dict[str, str] = {}

    def run(self, command: str) -> None:
        line = command.replace("make ", f"{BUILT} ", 1) if command.startswith("make ") else command
        shell = ["bash", "-euc", f"source .venv/bin/activate\n{line}"]
        done = subprocess.run(shell, cwd=self.tree, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        self.said[command] = done.stdout + done.stderr

    def mark(self) -> None:
        """JupyterLab opens with formgrader in it; what is chosen there is test_formgrader's, here it is written."""
        command = ["bash", "-c", f"source .venv/bin/activate; exec appraise lab --instructor --no-browser --port={self.port} --ServerApp.token=t"]  # fmt: skip
        with self.serving(command, cwd=self.tree, port=self.port, env=self.env):
            address = f"http://127.0.0.1:{self.port}/formgrader/gradebook/{PROSE}/{PROSE}?token=t"
            with urllib.request.urlopen(address, timeout=60) as page:
                assert page.status == 200
        criteria = [c.name for c in load_rubric().criteria]
        with Gradebook(f"sqlite:///{self.tree}/grading/gradebook.db", "one-trial-five-tellings") as book:
            for n, submission in enumerate(book.notebook_submissions(PROSE, PROSE)):
                levels = [(n + k) % 4 for k in range(len(criteria))]
                grade = book.find_grade(RUBRIC_OF, PROSE, PROSE, submission.student.id)
                grade.manual_score, grade.needs_manual_grade = sum(levels), False
                comment = book.find_comment(RUBRIC_OF, PROSE, PROSE, submission.student.id)
                comment.manual_comment = "Levels: " + " · ".join(
                    f"{c} {v}" for c, v in zip(criteria, levels, strict=True)
                )
            book.db.commit()

    def fill_in(self) -> None:
        sheet = self.tree / "grading" / "second-marker" / f"{PROSE}.csv"
        head, *rows = list(csv.reader(sheet.open(encoding="utf-8-sig", newline="")))
        with sheet.open("w", encoding="utf-8", newline="") as f:
            csv.writer(f).writerows([head, *([code, *"2" * (len(head) - 1)] for code, *_ in rows)])

    def roster(self) -> None:
        ((_, text),) = [block for block in BLOCKS if block[0] == "csv"]
        (self.tree / "roster.csv").write_text(text, encoding="utf-8")

    def download(self) -> None:
        """Two learners uploaded: one the notebook, one a zip file with it."""
        folder = self.tree / "downloads"
        release = self.tree / "lessons" / CLASS / f"{CLASS}.ipynb"
        solved = nbformat.read(self.tree / "solutions" / CLASS / f"{CLASS}.ipynb", as_version=4)
        nbformat.write(solved, folder / f"s01_{CLASS}.ipynb")
        with zipfile.ZipFile(folder / "upload.zip", "w") as z:
            z.write(release, f"s02_{CLASS}.ipynb")

    def statuses(self, name: str) -> dict[tuple[str, str], tuple[str, str]]:
        with (self.tree / name).open(encoding="utf-8-sig", newline="") as f:
            return {(r["student_id"], r["assignment"]): (r["status"], r["score"]) for r in csv.DictReader(f)}


@pytest.fixture
def guide(tree: Path, free_port: int, serving: Callable[..., Any]) -> Guide:
    (tree / ".venv").symlink_to(sys.prefix)
    return Guide(tree, free_port, serving)


def test_every_command_works_in_its_order(guide: Guide) -> None:
    by_hand = {"appraise lab --instructor": guide.mark}
    before = {"appraise roster roster.csv": guide.roster}
    after = {f"appraise second-marker {PROSE}": guide.fill_in, "mkdir -p downloads": guide.download}
    assert {*by_hand, *before, *after} <= set(COMMANDS)
    cleared = COMMANDS.index("rm -r grading grades-nbgrader.csv")
    for n, command in enumerate(COMMANDS):
        before.get(command, lambda: None)()
        if command in by_hand:
            by_hand[command]()
        else:
            guide.run(command)
        after.get(command, lambda: None)()
        if command == "appraise export" and n < cleared:
            rehearsed = guide.statuses("grades-nbgrader.csv")
            assert {status for status, _ in rehearsed.values()} == {"graded"}
            assert len(rehearsed) == 12
            assert len(list((guide.tree / "grading" / "feedback").rglob("*.html"))) == 12
    said = guide.said
    assert f"{CLASS}: files of 2 students" in said[f"appraise collect {CLASS} downloads"]
    assert "s03: not handed in." in said[f"appraise collect {CLASS} downloads"]
    assert "Round 1: 6 tellings to mark" in said[f"appraise agreement {PROSE} --calibrate"]
    assert re.search(r"question +1\d +\d+ % +-?\d", said[f"appraise agreement {PROSE}"])
    assert "3 students on the roster, 3 of them new." in said["appraise roster roster.csv"]
    assert "numbers" not in said[f"appraise misconceptions {CLASS}"].splitlines()[0]
    found = {
        key: value
        for key, value in guide.statuses("grades-nbgrader.csv").items()
        if key[1] == CLASS and key[0][0] == "s" and len(key[0]) == 3
    }
    rows = csv.DictReader((guide.tree / "grades-nbgrader.csv").open(encoding="utf-8-sig"))
    most = next(r["max_score"] for r in rows if r["assignment"] == CLASS)
    assert found == {
        ("s01", CLASS): ("graded", str(float(most))),
        ("s02", CLASS): ("graded", "0.0"),
        ("s03", CLASS): ("not submitted", ""),
    }
    for kind in ("canvas", "moodle"):
        sent = (guide.tree / f"grades-{kind}-{CLASS}.csv").read_text(encoding="utf-8")
        assert "s01" in sent
        assert "s03" not in sent
        assert "sample" not in sent, "who is not on the roster is in no file for an LMS"
        assert "s03" in (guide.tree / f"grades-{kind}-status.csv").read_text(encoding="utf-8")
    assert len(list((guide.tree / "grading" / "feedback").glob(f"s0*/{CLASS}/*.html"))) == 2
    personal = ["grades-canvas.csv", "grades-canvas-status.csv", "roster.csv", "grading/x", "downloads/x"]
    command = ["git", "check-ignore", "--no-index", *personal]
    ignored = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert len(ignored.stdout.split()) == len(personal), "what is personal is never committed"


def test_the_guide_needs_no_more_than_it_says() -> None:
    """Programs that the commands begin with: all of the environment, of make, or of every Linux system."""
    programs = {command.split()[0] for command in COMMANDS}
    assert programs == {"make", "source", "appraise", "mkdir", "rm"}
    assert shutil.which("mkdir")
    assert os.name == "posix"
