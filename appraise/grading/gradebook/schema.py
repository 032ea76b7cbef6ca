"""nbgrader's tables as the one writer uses them, and `appraise_outcome`, our own, in the same database.

nbgrader and its migrations leave tables that they do not know alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from nbgrader import api, dbutil
from nbgrader.utils import is_grade, is_locked, is_solution

from appraise.errors import GradebookError
from appraise.grading.judging.lesson import Lesson

OUTCOME = sa.Table(
    "appraise_outcome",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("assignment", sa.String(128), nullable=False),
    sa.Column("student", sa.String(128), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),  # UTC
    sa.Column("key", sa.String(64), nullable=False),  # of submission, lesson and library
    sa.Column("submission", sa.String(64), nullable=False),  # SHA-256 of what was handed in
    sa.Column("lesson", sa.String(64), nullable=False),
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("walls", sa.Text, nullable=False),
    sa.Column("items", sa.JSON, nullable=False),
    sa.Column("notes", sa.JSON, nullable=False),
    sa.Column("changed", sa.JSON, nullable=False),
    sa.Index("appraise_outcome_of", "assignment", "student", "id"),
)

ASSIGNMENT, STUDENT = api.Assignment.__table__, api.Student.__table__
SUBMISSION, NOTEBOOK = api.SubmittedAssignment.__table__, api.SubmittedNotebook.__table__
GRADE, COMMENT = api.Grade.__table__, api.Comment.__table__
NO_PENALTY = {"late_submission_penalty": None}
ALEMBIC = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), nullable=False))


@dataclass(frozen=True)
class Fingerprint:
    """What an outcome belongs to.

    Attributes
    ----------
    key : str
        SHA-256 of submission, lesson and library together; the same key means that nothing is to be done.
    submission, lesson : str
        SHA-256 of what was handed in and of the lesson.
    timestamp : str or None
        When it was handed in, as nbgrader writes it.
    sandbox : str
        What stood between the submission and the machine.
    """

    key: str
    submission: str
    lesson: str
    timestamp: str | None = None
    sandbox: str = ""


@dataclass(frozen=True)
class KnownLesson:
    """A lesson's ids in the gradebook; of cells by name."""

    assignment: str
    notebook: str
    grade_cells: dict[str, str]
    solution_cells: dict[str, str]


def prepare_database(url: str) -> None:
    """Make the database, or bring it up to date, before anything else opens it.

    nbgrader makes it too, but asks another program for the version, and a run that is killed meanwhile leaves a
    gradebook without one.
    """
    newest = ScriptDirectory(dbutil.ALEMBIC_DIR).get_current_head()
    engine = sa.create_engine(url)
    try:
        with engine.begin() as db:
            there = sa.inspect(db).has_table("alembic_version")
            now = db.execute(sa.select(ALEMBIC)).scalar() if there else None
            used = sa.inspect(db).has_table("assignment") and db.execute(sa.select(ASSIGNMENT.c.name)).first()
            if now is None and not used:
                api.Base.metadata.create_all(db)
                ALEMBIC.create(db, checkfirst=True)
                db.execute(sa.insert(ALEMBIC).values(version_num=newest))
                now = newest
    finally:
        engine.dispose()
    if now != newest:
        command = [sys.executable, "-m", "nbgrader", "db", "upgrade", f"--CourseDirectory.db_url={url}"]
        path = os.pathsep.join(
            [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
        )  # alembic is called by name
        env = os.environ | {"PATH": path}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise GradebookError(f"the gradebook is of another nbgrader and cannot be brought up to date: {last}")


def wait_for_writers(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA busy_timeout = 60000")


def now_utc() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def cells_of(lesson: Lesson) -> dict[Any, dict[str, dict[str, Any]]]:
    """What nbgrader keeps of a lesson's cells, by kind and name."""
    cells: dict[Any, dict[str, dict[str, Any]]] = {api.GradeCell: {}, api.SolutionCell: {}, api.SourceCell: {}}
    for cell in lesson.release.cells:
        if not (is_grade(cell) or is_solution(cell) or is_locked(cell)):
            continue
        metadata = cell.metadata.nbgrader
        name = metadata["grade_id"]
        if is_grade(cell):
            cells[api.GradeCell][name] = {"max_score": float(metadata["points"]), "cell_type": cell.cell_type}
        if is_solution(cell):
            cells[api.SolutionCell][name] = {}
        source = {"locked": is_locked(cell), "source": cell.source, "checksum": metadata.get("checksum")}
        cells[api.SourceCell][name] = {"cell_type": cell.cell_type, **source}
    return cells


def changes_between(before: Mapping[str, Any] | None, outcome: Mapping[str, Any]) -> dict[str, Any]:
    """Item to [status, points] before and now, where they differ; the whole submission under ""."""
    if before is None:
        return {}
    old = {i["id"]: [i["status"], i["earned"]] for i in before["items"]}
    new = {i["id"]: [i["status"], i["earned"]] for i in outcome["items"]}
    old[""], new[""] = [before["status"], None], [outcome["status"], None]
    names = sorted(old.keys() | new.keys())
    return {n: [old.get(n), new.get(n)] for n in names if old.get(n) != new.get(n)}
