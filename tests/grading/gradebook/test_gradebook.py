"""The one writer: what nbgrader would have written, all or nothing, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from nbgrader import api, dbutil
from nbgrader.api import Gradebook as NbgraderGradebook

from appraise.errors import GradebookError
from appraise.grading.class_run.run import grade_class
from appraise.grading.gradebook.schema import Fingerprint
from appraise.grading.gradebook.writer import Gradebook
from appraise.grading.judging.lesson import Lesson
from appraise.grading.reports import export

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

STAMP = Fingerprint("k1", "s1", "l1", "2026-02-28 10:00:00 UTC", "none")


def outcome(lesson: Lesson, share: float = 1.0, **other: Any) -> dict[str, Any]:
    """An outcome with this share of the points; prose is a person's."""
    items = []
    for name, ex in lesson.exercises.items():
        by_person = ex.is_prose
        earned = None if by_person else share * ex.points
        status = "marked" if by_person else "right"
        items.append({"id": name, "earned": earned, "status": status, "core": ex.core})
    return {"status": "needs a person", "items": items, "notes": []} | other


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/gradebook.db"


@pytest.fixture
def book(url: str, lesson: Lesson) -> Iterator[Gradebook]:
    with Gradebook(url, "one-trial-five-tellings") as one:
        one.register(lesson)
        yield one


def rows(url: str, table: str, *columns: str) -> list[Any]:
    engine = sa.create_engine(url)
    with engine.connect() as db:
        found = sorted(map(tuple, db.execute(sa.text(f"SELECT {', '.join(columns)} FROM {table}"))), key=repr)
    engine.dispose()
    return found


def test_a_lesson_is_registered_as_nbgrader_does_it(book: Gradebook, url: str, lesson: Lesson, a_class: Any) -> None:
    a_class.call("nbgrader", "generate_assignment", a_class.slug, "--force")
    theirs = f"sqlite:///{a_class.root}/grading/gradebook.db"
    for table, columns in {
        "assignment": ("name", "duedate", "course_id"),
        "notebook": ("name", "kernelspec"),
        "base_cell": ("name", "type"),
        "grade_cells": ("max_score", "cell_type"),
        "source_cell": ("name", "cell_type", "locked", "source", "checksum"),
        "alembic_version": ("version_num",),
    }.items():
        ours = rows(url, table, *columns)
        assert ours, table
        assert ours == rows(theirs, table, *columns), table
    assert book.register(lesson) == []


def test_one_submission_is_one_transaction(book: Gradebook, url: str, lesson: Lesson) -> None:
    book.record(lesson.slug, "ada", outcome(lesson), STAMP, {"say-it-plainly"})
    before = {t: rows(url, t, "*") for t in ("grade", "comment", "submitted_notebook", "appraise_outcome", "student")}
    bad = outcome(lesson, 0.5, notes=[object()])  # the history is written last, and refuses it
    for student in ("ada", "ben"):
        with pytest.raises((GradebookError, TypeError)):
            book.record(lesson.slug, student, bad, Fingerprint("k2", "s2", "l1"), set())
    assert {t: rows(url, t, "*") for t in before} == before
    book.record(lesson.slug, "ben", outcome(lesson, 0.5), Fingerprint("k2", "s2", "l1"), set())
    assert book.is_done(lesson.slug, "ben", "k2")
    assert not book.is_done(lesson.slug, "ben", "k1")


def test_a_fault_is_not_done_and_writes_history_once(book: Gradebook, lesson: Lesson) -> None:
    failed = outcome(lesson, status="grader's fault")
    for _ in range(2):
        book.record(lesson.slug, "ada", failed, STAMP, set())
        assert not book.is_done(lesson.slug, "ada", "k1")
    assert [r["changed"] for r in book.history(lesson.slug, "ada")] == [{}]
    book.record(lesson.slug, "ada", outcome(lesson, 0.5), STAMP, set())
    last = book.history(lesson.slug, "ada")[-1]
    assert last["changed"][""] == [["grader's fault", None], ["needs a person", None]]
    assert last["changed"]["which-design"] == [["right", 2.0], ["right", 1.0]]
    assert (last["submission"], last["lesson"], last["walls"]) == ("s1", "l1", "none")


def test_what_somebody_else_changed_in_the_gradebook_is_not_done(book: Gradebook, url: str, lesson: Lesson) -> None:
    book.record(lesson.slug, "ada", outcome(lesson), STAMP, set())
    with NbgraderGradebook(url) as theirs:
        theirs.find_grade("which-design", lesson.slug, lesson.slug, "ada").auto_score = 0.0
        theirs.db.commit()
    assert not book.is_done(lesson.slug, "ada", "k1")


def test_a_persons_mark_stays_and_is_looked_at_again_when_the_text_changes(
    book: Gradebook, url: str, lesson: Lesson
) -> None:
    book.record(lesson.slug, "ada", outcome(lesson), STAMP, set())

    def look() -> tuple[float | None, bool]:
        with NbgraderGradebook(url) as theirs:
            grade = theirs.find_grade("say-it-plainly", lesson.slug, lesson.slug, "ada")
            return grade.manual_score, grade.needs_manual_grade

    assert look() == (None, True)
    with NbgraderGradebook(url) as theirs:
        grade = theirs.find_grade("say-it-plainly", lesson.slug, lesson.slug, "ada")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        theirs.db.commit()
    book.record(lesson.slug, "ada", outcome(lesson), Fingerprint("k2", "s1", "l1"), set())  # another library
    assert look() == (2.0, False)
    book.record(lesson.slug, "ada", outcome(lesson), Fingerprint("k3", "s2", "l1"), set())
    assert look() == (2.0, True)


def test_a_gradebook_that_was_half_made_or_is_old_is_put_right(url: str, lesson: Lesson, tmp_path: Path) -> None:
    engine = sa.create_engine(url)
    api.Base.metadata.create_all(engine)  # a run that was killed here left no version
    engine.dispose()
    with Gradebook(url) as book:
        book.register(lesson)
    assert len(rows(url, "alembic_version", "version_num")) == 1
    newest = rows(url, "alembic_version", "version_num")
    with sqlite3.connect(tmp_path / "gradebook.db") as db:  # as nbgrader left it before there were courses
        (before,) = ScriptDirectory(dbutil.ALEMBIC_DIR).get_revision("head")._all_down_revisions
        db.execute("UPDATE alembic_version SET version_num = ?", (before,))
        db.execute("DROP TABLE course")
    with Gradebook(url) as book:
        assert book.has(lesson.slug)
    assert rows(url, "alembic_version", "version_num") == newest
    assert [p for p in tmp_path.iterdir() if p.name != "gradebook.db"], "nbgrader keeps a copy"


def test_a_database_that_does_not_answer_is_one_line() -> None:
    with pytest.raises(GradebookError, match="cannot be opened"):
        Gradebook("sqlite:////nowhere/at/all.db")
    with pytest.raises(GradebookError, match="cannot be opened"):
        Gradebook("postgresql+psycopg://nobody@127.0.0.1:9/none")


# ── PostgreSQL ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real server's empty database; the server runs as another user where this is root."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [
        Path(p) for p in [shutil.which("initdb")] if p is not None
    ]
    if not found:
        pytest.skip("PostgreSQL's server is not installed")
    programs = found[-1].parent
    as_other: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL does not run as root, and another user may not reach root's temporary folder
        as_other = ["runuser", "-u", "postgres", "--"]
        folder = Path(tempfile.mkdtemp(prefix="appraise-", dir=pwd.getpwnam("postgres").pw_dir))
        shutil.chown(folder, "postgres")
    else:
        folder = Path(tempfile.mkdtemp(prefix="appraise-postgres-"))
    me = "postgres" if as_other else pwd.getpwuid(os.geteuid()).pw_name
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"

    def call(*words: str) -> None:
        subprocess.run([*as_other, *words], check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    call(str(programs / "initdb"), "--auth=trust", "--encoding=UTF8", "--no-sync", f"--pgdata={data}")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    control = [str(programs / "pg_ctl"), f"--pgdata={data}", "--wait"]
    call(*control, f"--options={options}", f"--log={folder / 'log'}", "start")
    try:
        call(str(programs / "createdb"), "--host=127.0.0.1", f"--port={port}", "gradebook")
        yield f"postgresql+psycopg://{me}@127.0.0.1:{port}/gradebook"
    finally:
        call(*control, "--mode=immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.usefixtures("in_process")
def test_a_class_on_postgresql_is_the_class_on_sqlite(a_class: Any, postgres: str, capsys: Any) -> None:
    a_class.hand_in("ada", when="2026-02-28 10:00:00 UTC")
    a_class.hand_in("Zoë Ünal", {"which-design": "design = 'case report'"})
    a_class.hand_in("nul", {"n-in-each-arm": "print('a\\x00b'); arm_n = 40"})
    a_class.hand_in("empty", b"")
    grade_class(a_class.slug)
    must = a_class.scores(), a_class.outcomes()
    shutil.rmtree(a_class.root / "grading" / "autograded")
    a_class.set(f"c.CourseDirectory.db_url = '{postgres}'")
    assert grade_class(a_class.slug) == 0
    assert (a_class.scores(postgres), a_class.outcomes(postgres)) == must
    assert must[0]["ada"]["points"]["which-design"] == 2.0
    capsys.readouterr()
    assert grade_class(a_class.slug) == 0
    assert "0 graded now; 4 done before" in capsys.readouterr().out
    a_class.hand_in("ada", right=False)
    grade_class(a_class.slug)
    assert a_class.scores(postgres)["ada"]["points"]["which-design"] == 0.0
    assert len(a_class.outcomes(postgres)["ada"]) == 2
    export.export("nbgrader")
    assert "needs a person" in (a_class.root / "grades-nbgrader.csv").read_text(encoding="utf-8")
