"""A small lesson with all seven kinds of exercise, compiled as the course's own lessons are, and a class for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from appraise.authoring.build import build_lessons
from appraise.grading.class_run.pool import Pool
from appraise.grading.judging.judging import grade_submission
from appraise.grading.judging.lesson import Lesson, load_lesson, start_fork_server
from appraise.grading.judging.outcome import Outcome
from appraise.grading.limits import Limits
from appraise.grading.submission.matching import match_answers
from appraise.grading.submission.reading import read_notebook
from appraise.grading.submission.release import answer_cells
from appraise.grading.worker.fork_server import ForkServer
from tests.lesson_text import write_lesson

HERE = Path(__file__).parent / "fixture"
SLUG = "90-fixture"
REPO = Path(__file__).parents[2]


def _solution() -> Any:
    cells: list[Any] = []
    for block in ("\n" + (HERE / "lesson.txt").read_text(encoding="utf-8")).split("\n# %%")[1:]:
        head, _, source = block.partition("\n")
        kind, *rest = head.split() or [""]
        if kind == "md":
            cell = new_markdown_cell(source)
        elif kind == "check":
            cell = new_code_cell(f'check("{rest[0]}", {rest[1]})')
        else:
            cell = new_code_cell(source)
        cell.id = f"cell-{len(cells):02d}"
        cells.append(cell)
    return new_notebook(cells=cells)


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with the one lesson compiled."""
    root = tmp_path_factory.mktemp("course")
    folder = root / "solutions" / SLUG
    folder.mkdir(parents=True)
    shutil.copy(HERE / "course.yml", root)
    shutil.copy(HERE / "exercises.yml", folder)
    write_lesson(_solution(), folder)
    build_lessons(root=root, packs=root / "packs")
    return root


@pytest.fixture(scope="session")
def lesson(course: Path) -> Lesson:
    return load_lesson(course / "lessons" / SLUG / f"{SLUG}.ipynb", course / "solutions" / SLUG / "key.json")


@pytest.fixture(scope="session")
def server(lesson: Lesson) -> Iterator[ForkServer]:
    with start_fork_server(lesson, limits=Limits(item_seconds=4.0, notebook_seconds=40.0)) as process:
        yield process


Handed = Callable[..., Any]


@pytest.fixture(scope="session")
def submission(course: Path) -> Handed:
    """Makes a submission: the release with answers by exercise; `right=True` starts from all right answers."""
    release = nbformat.read(course / "lessons" / SLUG / f"{SLUG}.ipynb", as_version=4)
    solved = nbformat.read(course / "solutions" / SLUG / f"{SLUG}.ipynb", as_version=4)

    def make(given: dict[str, str] | None = None, right: bool = True) -> Any:
        nb = nbformat.from_dict(json.loads(json.dumps(solved if right else release)))
        places = answer_cells(nb)
        for exercise, text in (given or {}).items():
            place = places.get(exercise, places.get(f"{exercise}-answer"))
            assert place is not None, exercise
            nb.cells[place].source = text
        return nb

    return make


@pytest.fixture(scope="session")
def graded(lesson: Lesson, server: ForkServer, submission: Handed) -> Callable[..., Outcome]:
    """Grades a submission made by `submission` (or bytes, or a notebook) with the judge alone."""

    def run(given: Any = None, right: bool = True) -> Outcome:
        if not isinstance(given, bytes):
            nb = given if given is not None and "cells" in given else submission(given, right)
            given = nbformat.writes(nb).encode()
        found = read_notebook(given)
        return grade_submission(lesson, server, match_answers(lesson.release, found))

    return run


class Course:
    """A course folder with our configuration, the fixture lesson and a class that hands in."""

    slug = SLUG

    def __init__(self, root: Path, submission: Handed) -> None:
        self.root = root
        self.submission = submission

    def set(self, line: str) -> None:
        """Add a line to nbgrader_config.py."""
        with (self.root / "nbgrader_config.py").open("a", encoding="utf-8") as f:
            f.write(line + "\n")

    def folder(self, student: str) -> Path:
        folder = self.root / "grading" / "submitted" / student / SLUG
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def hand_in(self, student: str, work: Any = None, right: bool = True, when: str | None = None) -> Path:
        """`work`: answers by exercise, a notebook, or bytes."""
        if not isinstance(work, bytes):
            nb = work if work is not None and "cells" in work else self.submission(work, right)
            work = nbformat.writes(nb).encode()
        path = self.folder(student) / f"{SLUG}.ipynb"
        path.write_bytes(work)
        if when:
            (path.parent / "timestamp.txt").write_text(when, encoding="utf-8")
        return path

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", *words]

    def call(self, *words: str, code: int = 0) -> str:
        """`appraise …` or `nbgrader …` as a program of its own, in the course's folder."""
        env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        done = subprocess.run(
            self.command(*words), cwd=self.root, env=env, capture_output=True, text=True, timeout=900, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def scores(self, url: str | None = None) -> dict[str, Any]:
        """What nbgrader's own API finds: by student, points by item, who needs a person, penalty, comments, time."""
        from nbgrader.api import Gradebook

        found = {}
        with Gradebook(url or f"sqlite:///{self.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
            for s in book.notebook_submissions(SLUG, SLUG):
                found[s.student.id] = {
                    "points": {g.name: g.auto_score for g in sorted(s.grades, key=lambda g: g.name)},
                    "person": {g.name for g in s.grades if g.needs_manual_grade},
                    "penalty": s.late_submission_penalty,
                    "comments": {c.name: c.auto_comment for c in s.comments},
                    "time": s.assignment.timestamp,
                }
        return found

    def outcomes(self, url: str | None = None) -> dict[str, list[Any]]:
        """Our own table, by student: (status, items, notes, changed) from the oldest to the newest."""
        import sqlalchemy as sa

        from appraise.grading.gradebook.schema import OUTCOME

        found: dict[str, list[Any]] = {}
        engine = sa.create_engine(url or f"sqlite:///{self.root}/grading/gradebook.db")
        with engine.connect() as db:
            for row in db.execute(sa.select(OUTCOME).order_by(OUTCOME.c.id)).mappings():
                found.setdefault(row["student"], []).append((row["status"], row["items"], row["notes"], row["changed"]))
        engine.dispose()
        return found

    def graded_plainly(self, kept: Path) -> tuple[dict[str, Any], dict[str, str]]:
        """Scores and notebooks by plain `nbgrader autograde`; afterwards the class is as it was before."""
        shutil.copytree(self.root / "grading", kept)
        self.call("nbgrader", "autograde", self.slug)
        made = self.scores(), self.notebooks()
        shutil.rmtree(self.root / "grading")
        shutil.copytree(kept, self.root / "grading")
        return made

    def notebooks(self) -> dict[str, str]:
        """The autograded folders: file to text."""
        top = self.root / "grading" / "autograded"
        return {str(p.relative_to(top)): p.read_text(encoding="utf-8") for p in sorted(top.rglob("*")) if p.is_file()}


@pytest.fixture
def a_class(course: Path, submission: Handed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """An empty class in a folder of its own, which is the current one; submissions are trusted."""
    root = tmp_path / "course"
    shutil.copytree(course, root)
    shutil.copy(REPO / "nbgrader_config.py", root)
    monkeypatch.chdir(root)
    found = Course(root, submission)
    found.set("c.JudgeOutside.trust_submissions = True\nc.JudgeOutside.item_seconds = 5.0")
    return found


class InTurn(Executor):
    """Runs each task at once in this process, whose fork servers the next run finds again."""

    def submit(self, task: Any, /, *args: Any, **more: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(task(*args, **more))
        except Exception as e:
            done.set_exception(e)
        return done


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Class runs of this test start no workers and share one fork server: for what does not depend on workers."""

    @contextmanager
    def here(workers: int, folder: Path) -> Iterator[Any]:
        yield Pool(InTurn, 1)

    monkeypatch.setattr("appraise.grading.class_run.run.local_pool", here)
