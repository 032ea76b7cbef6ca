"""The one writer: nbgrader's gradebook, and beside it what nbgrader has no place for.

One engine for a run and one transaction for a submission: its points, comments and late penalty and its row of history
are written together or not at all. The statuses and their history are a table of our own, `appraise_outcome`, in the
same database: so they cannot disagree with the points after a run was killed, a gradebook that is taken away takes them
along, and PostgreSQL needs no second address. nbgrader and its migrations leave tables that they do not know alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from nbgrader import api, dbutil
from nbgrader.api import new_uuid
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import is_grade, is_locked, is_solution, parse_utc

from appraise.grading.judge import FAULT, Lesson
from appraise.grading.submission.arrangements import apply_extensions

MOST_NAME = 128  # characters of a student's id that nbgrader keeps

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


class GradebookError(Exception):
    """The gradebook cannot be used, or something cannot be written to it; the text says what."""


@dataclass(frozen=True)
class Stamp:
    """What an outcome belongs to.

    Attributes
    ----------
    key : str
        SHA-256 of submission, lesson and library together; the same key means that nothing is to be done.
    submission, lesson : str
        SHA-256 of what was handed in and of the lesson.
    timestamp : str or None
        When it was handed in, as nbgrader writes it.
    walls : str
        What stood between the submission and the machine.
    """

    key: str
    submission: str
    lesson: str
    timestamp: str | None = None
    walls: str = ""


class Book:
    """nbgrader's gradebook, opened once for a run.

    Parameters
    ----------
    url : str
        SQLAlchemy address of the database.
    course_id : str
    config : traitlets Config, optional
        nbgrader's, for its late penalties.

    Raises
    ------
    GradebookError
        Where the database cannot be opened or migrated.
    """

    def __init__(self, url: str, course_id: str = "default_course", config: Any = None) -> None:
        try:
            _prepare(url)
            self.book = api.Gradebook(url, course_id)
        except (sa.exc.SQLAlchemyError, ImportError) as e:
            raise GradebookError(f"the gradebook cannot be opened: {str(e).splitlines()[0]}") from None
        self.db = self.book.db
        self.course_id = course_id
        if self.book.engine.dialect.name == "sqlite":
            self.db.remove()
            self.book.engine.dispose()  # the pool opens again, with patience for formgrader's writes
            sa.event.listen(self.book.engine, "connect", _be_patient)
        OUTCOME.create(self.book.engine, checkfirst=True)
        self.late = AssignLatePenalties(config=config)
        self.late.init_plugin()
        self._known: dict[str, _Known] = {}

    def close(self) -> None:
        self.book.close()

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # ── the lesson ──────────────────────────────────────────────────────────────────────────────────────────────────

    def register(self, lesson: Lesson) -> list[str]:
        """Make the gradebook's idea of a lesson the released one's, submissions or not, in one transaction.

        Unlike `nbgrader generate_assignment`, it goes on where submissions exist: marks of cells that are no longer in
        the lesson are moved to the history, and cells that are new get an empty grade in every submission.

        Returns
        -------
        list of str
            What was changed, in words; empty where all was as it should be.
        """
        db = self.db
        changes: list[str] = []
        try:
            assignment = db.query(api.Assignment).filter_by(name=lesson.slug).one_or_none()
            if assignment is None:
                assignment = api.Assignment(name=lesson.slug, course_id=self.course_id)
                db.add(assignment)
                changes.append("the lesson is new in the gradebook")
            notebook = next((n for n in assignment.notebooks if n.name == lesson.slug), None)
            if notebook is None:
                notebook = api.Notebook(name=lesson.slug, assignment=assignment)
                db.add(notebook)
            kernel = json.dumps(lesson.release.metadata.get("kernelspec", {}))
            if notebook.kernelspec != kernel:
                notebook.kernelspec = kernel
            db.flush()
            for kind, wanted in _cells(lesson).items():
                self._match(notebook, kind, wanted, changes)
            db.flush()
            self._complete(notebook)
            db.commit()
        except BaseException:
            db.rollback()
            raise
        self._known.pop(lesson.slug, None)
        return changes

    def _match(self, notebook: Any, kind: Any, wanted: Mapping[str, Mapping[str, Any]], changes: list[str]) -> None:
        have = {c.name: c for c in self.db.query(kind).filter_by(notebook_id=notebook.id)}
        for name, about in wanted.items():
            if name not in have:
                self.db.add(kind(name=name, notebook=notebook, **about))
                if have and kind is api.GradeCell:
                    changes.append(f"“{name}” is new")
                continue
            for field, value in about.items():
                if getattr(have[name], field) != value:
                    if field == "max_score":
                        changes.append(f"“{name}” has {value:g} points, and had {have[name].max_score:g}")
                    setattr(have[name], field, value)
        for name in have.keys() - wanted.keys():
            if kind is api.GradeCell:
                changes.append(f"“{name}” is gone")
                self._withdraw(notebook, have[name])
            if kind is not api.SourceCell:
                self.db.execute(sa.delete(_COMMENT).where(_COMMENT.c.cell_id == have[name].id))
                self.db.execute(sa.delete(_GRADE).where(_GRADE.c.cell_id == have[name].id))
            self.db.delete(have[name])

    def _withdraw(self, notebook: Any, cell: Any) -> None:
        """Keep the marks of a cell that leaves the lesson; an empty key has the submission graded again."""
        grades = self.db.query(api.Grade).filter(api.Grade.cell_id == cell.id).all()
        for grade in grades:
            student, slug = grade.student.id, notebook.assignment.name
            before = self.latest(slug, student) or {}
            marks = {"auto": grade.auto_score, "manual": grade.manual_score, "extra": grade.extra_credit}
            row = {c.name: before[c.name] for c in OUTCOME.c if c.name in before and c.name != "id"}
            row |= {"assignment": slug, "student": student, "at": _now(), "key": "", "changed": {cell.name: marks}}
            empty = {"submission": "", "lesson": "", "status": "graded", "walls": "", "items": [], "notes": []}
            self.db.execute(sa.insert(OUTCOME).values(empty | row))

    def _complete(self, notebook: Any) -> None:
        """Every submission has a grade for each graded cell and a comment for each answer cell."""
        for kind, table in ((api.GradeCell, _GRADE), (api.SolutionCell, _COMMENT)):
            lacking = (
                sa.select(api.SubmittedNotebook.id, kind.id)
                .join(kind, kind.notebook_id == api.SubmittedNotebook.notebook_id)
                .where(api.SubmittedNotebook.notebook_id == notebook.id)
                .where(~sa.exists().where(table.c.notebook_id == api.SubmittedNotebook.id, table.c.cell_id == kind.id))
            )
            rows = [{"id": new_uuid(), "notebook_id": n, "cell_id": c} for n, c in self.db.execute(lacking)]
            if rows:
                more = {"needs_manual_grade": True} if table is _GRADE else {}
                self.db.execute(sa.insert(table), [r | more for r in rows])

    def has(self, slug: str) -> bool:
        """Whether the lesson is in the gradebook."""
        there = self.db.execute(sa.select(_ASSIGNMENT.c.id).where(_ASSIGNMENT.c.name == slug)).first() is not None
        self.db.rollback()
        return there

    # ── one submission ──────────────────────────────────────────────────────────────────────────────────────────────

    def latest(self, slug: str, student: str) -> dict[str, Any] | None:
        """The newest outcome of a submission, all columns."""
        asked = sa.select(OUTCOME).where(OUTCOME.c.assignment == slug, OUTCOME.c.student == student)
        row = self.db.execute(asked.order_by(OUTCOME.c.id.desc()).limit(1)).mappings().one_or_none()
        return dict(row) if row else None

    def history(self, slug: str, student: str) -> list[dict[str, Any]]:
        """All outcomes of a submission, oldest first."""
        asked = sa.select(OUTCOME).where(OUTCOME.c.assignment == slug, OUTCOME.c.student == student)
        rows = [dict(r) for r in self.db.execute(asked.order_by(OUTCOME.c.id)).mappings()]
        self.db.rollback()
        return rows

    def is_done(self, slug: str, student: str, key: str) -> bool:
        """Whether this submission has been graded as it is, and the gradebook still says so."""
        row = self.latest(slug, student)
        done = row is not None and row["key"] == key and row["status"] != FAULT
        if done and row is not None:
            earned = {i["id"]: i["earned"] for i in row["items"] if i["core"]}
            found = self._grades(slug, student)
            done = found.keys() == earned.keys() and all(found[n] == earned[n] for n in found)
        self.db.rollback()
        return done

    def _grades(self, slug: str, student: str) -> dict[str, float | None]:
        known = self._lesson(slug)
        asked = (
            sa.select(_GRADE.c.cell_id, _GRADE.c.auto_score)
            .join(_NOTEBOOK, _NOTEBOOK.c.id == _GRADE.c.notebook_id)
            .join(_SUBMISSION, _SUBMISSION.c.id == _NOTEBOOK.c.assignment_id)
            .where(_SUBMISSION.c.student_id == student, _NOTEBOOK.c.notebook_id == known.notebook)
        )
        names = {i: n for n, i in known.grade_cells.items()}
        return {names[c]: s for c, s in self.db.execute(asked)}

    def record(self, slug: str, student: str, outcome: Mapping[str, Any], stamp: Stamp, answered: set[str]) -> None:
        """Write one submission's outcome: everything or nothing.

        Parameters
        ----------
        slug, student : str
        outcome : mapping
            As `Outcome.plain` gives it.
        stamp : Stamp
        answered : set of str
            Grade ids of the answer cells that hold something else than the release's stub.

        Raises
        ------
        GradebookError
            Where the database refuses it; nothing has been written then.
        """
        if len(student) > MOST_NAME:
            raise GradebookError(
                f"the id “{student[:40]}…” has {len(student)} characters; at most {MOST_NAME} are kept"
            )
        try:
            self._record(slug, student, outcome, stamp, answered)
            self.db.commit()
        except (sa.exc.SQLAlchemyError, ValueError) as e:
            self.db.rollback()
            raise GradebookError(f"{student}: the gradebook refuses the outcome: {str(e).splitlines()[0]}") from None
        except BaseException:
            self.db.rollback()
            raise

    def _record(self, slug: str, student: str, outcome: Mapping[str, Any], stamp: Stamp, answered: set[str]) -> None:
        known, db = self._lesson(slug), self.db
        before = self.latest(slug, student)
        same = before is not None and (before["submission"], before["lesson"]) == (stamp.submission, stamp.lesson)
        notebook, new_one = self._submission(known, student, stamp.timestamp)

        def rows(table: sa.Table) -> dict[str, Any]:
            asked = sa.select(table).where(table.c.notebook_id == notebook)
            return {} if new_one else {row["cell_id"]: row for row in db.execute(asked).mappings()}

        scores = {i["id"]: i["earned"] for i in outcome["items"]}
        unchanged = _unchanged(before, outcome, stamp)
        have, fresh = rows(_GRADE), []
        for name, cell in known.grade_cells.items():
            old = have.get(cell)
            # a person's own mark stays; it is looked at again unless it was given to this very text
            needed = scores.get(name) is None or (old is not None and old["manual_score"] is not None)
            stays = same or (name in unchanged and old is not None and old["auto_score"] == scores.get(name))
            if old is not None and old["manual_score"] is not None and stays:
                needed = old["needs_manual_grade"]
            new = {"auto_score": scores.get(name), "needs_manual_grade": needed}
            if old is None:
                fresh.append({"id": new_uuid(), "notebook_id": notebook, "cell_id": cell, **new})
            elif any(old[k] != v for k, v in new.items()):
                db.execute(sa.update(_GRADE).where(_GRADE.c.id == old["id"]).values(**new))
        if fresh:
            db.execute(sa.insert(_GRADE), fresh)

        have, fresh = rows(_COMMENT), []
        for name, cell in known.solution_cells.items():
            text = None if name in answered else "No response."
            old = have.get(cell)
            if old is None:
                fresh.append({"id": new_uuid(), "notebook_id": notebook, "cell_id": cell, "auto_comment": text})
            elif old["auto_comment"] != text:
                db.execute(sa.update(_COMMENT).where(_COMMENT.c.id == old["id"]).values(auto_comment=text))
        if fresh:
            db.execute(sa.insert(_COMMENT), fresh)
        apply_extensions(db, slug, student)
        self._penalise(notebook)

        changed = _changes(before, outcome)
        if before is None or before["key"] != stamp.key or changed:
            db.execute(
                sa.insert(OUTCOME).values(
                    assignment=slug,
                    student=student,
                    at=_now(),
                    key=stamp.key,
                    submission=stamp.submission,
                    lesson=stamp.lesson,
                    status=outcome["status"],
                    walls=stamp.walls,
                    items=outcome["items"],
                    notes=outcome["notes"],
                    changed=changed,
                )
            )

    def _submission(self, known: _Known, student: str, timestamp: str | None) -> tuple[str, bool]:
        """The id of the submitted notebook, made where there is none; whether it was made."""
        db = self.db
        if db.execute(sa.select(_STUDENT.c.id).where(_STUDENT.c.id == student)).scalar() is None:
            db.execute(sa.insert(_STUDENT).values(id=student))
        when = parse_utc(timestamp) if timestamp else None
        asked = sa.select(_SUBMISSION.c.id, _SUBMISSION.c.timestamp).where(
            _SUBMISSION.c.assignment_id == known.assignment, _SUBMISSION.c.student_id == student
        )
        found = db.execute(asked).one_or_none()
        if found is None:
            submission = new_uuid()
            row = {"id": submission, "assignment_id": known.assignment, "student_id": student, "timestamp": when}
            db.execute(sa.insert(_SUBMISSION).values(row))
        else:
            submission = found.id
            if when is not None and found.timestamp != when:
                db.execute(sa.update(_SUBMISSION).where(_SUBMISSION.c.id == submission).values(timestamp=when))
        asked = sa.select(_NOTEBOOK.c.id).where(
            _NOTEBOOK.c.assignment_id == submission, _NOTEBOOK.c.notebook_id == known.notebook
        )
        notebook = None if found is None else db.execute(asked).scalar()
        if notebook is not None:
            return str(notebook), False
        notebook = new_uuid()
        row = {"id": notebook, "assignment_id": submission, "notebook_id": known.notebook, "flagged": False}
        db.execute(sa.insert(_NOTEBOOK).values(row))
        return notebook, True

    def _lesson(self, slug: str) -> _Known:
        if slug not in self._known:
            notebook = self.book.find_notebook(slug, slug)
            self._known[slug] = _Known(
                notebook.assignment_id,
                notebook.id,
                {c.name: c.id for c in notebook.grade_cells},
                {c.name: c.id for c in notebook.solution_cells},
            )
        return self._known[slug]

    # ── late penalties ──────────────────────────────────────────────────────────────────────────────────────────────

    def penalise_all(self, slug: str) -> int:
        """Compute the late penalties of all submissions anew, as deadline, extensions and marks are now.

        Returns
        -------
        int
            How many submissions have another penalty than before.
        """
        known = self._lesson(slug)
        apply_extensions(self.db, slug)
        due = self.db.execute(sa.select(_ASSIGNMENT.c.duedate).where(_ASSIGNMENT.c.id == known.assignment)).scalar()
        asked = (
            sa.select(_NOTEBOOK.c.id, _NOTEBOOK.c.late_submission_penalty, _SUBMISSION.c.timestamp)
            .join(_SUBMISSION, _SUBMISSION.c.id == _NOTEBOOK.c.assignment_id)
            .where(_NOTEBOOK.c.notebook_id == known.notebook)
        )
        count = 0
        for notebook, penalty, when in self.db.execute(asked).all():
            if penalty is not None or (due is not None and when is not None and when > due):
                count += self._penalise(notebook) != penalty
        self.db.commit()
        return count

    def _penalise(self, notebook_id: str) -> float | None:
        """nbgrader's AssignLatePenalties, within the transaction that runs."""
        asked = (
            sa.select(_SUBMISSION.c.timestamp, _ASSIGNMENT.c.duedate)
            .join(_NOTEBOOK, _NOTEBOOK.c.assignment_id == _SUBMISSION.c.id)
            .join(_ASSIGNMENT, _ASSIGNMENT.c.id == _SUBMISSION.c.assignment_id)
            .where(_NOTEBOOK.c.id == notebook_id)
        )
        when, due = self.db.execute(asked).one()
        of_this = sa.update(_NOTEBOOK).where(_NOTEBOOK.c.id == notebook_id)
        if when is None or due is None or when <= due:
            self.db.execute(of_this.where(_NOTEBOOK.c.late_submission_penalty.is_not(None)), _NO_PENALTY)
            return None
        notebook = self.db.get(api.SubmittedNotebook, notebook_id, populate_existing=True)
        notebook.late_submission_penalty = None
        late = notebook.assignment.total_seconds_late
        if late > 0:
            penalty = self.late.plugin_inst.late_submission_penalty(notebook.student.id, notebook.score, late)
            if penalty is not None:
                notebook.late_submission_penalty = self.late._check_late_penalty(notebook, penalty)
        self.db.flush()
        given = notebook.late_submission_penalty
        return None if given is None else float(given)

    def waits_for_person(self, slug: str, student: str) -> bool:
        """Whether formgrader asks a person for a mark in a submission."""
        asked = (
            sa.select(_GRADE.c.id)
            .join(_NOTEBOOK, _NOTEBOOK.c.id == _GRADE.c.notebook_id)
            .join(_SUBMISSION, _SUBMISSION.c.id == _NOTEBOOK.c.assignment_id)
            .where(_SUBMISSION.c.student_id == student, _SUBMISSION.c.assignment_id == self._lesson(slug).assignment)
            .where(_GRADE.c.needs_manual_grade)
        )
        waits = self.db.execute(asked.limit(1)).first() is not None
        self.db.rollback()
        return waits

    # ── for the export ──────────────────────────────────────────────────────────────────────────────────────────────

    def lessons(self) -> list[Any]:
        """nbgrader's assignments, by name."""
        return sorted(self.book.assignments, key=lambda a: str(a.name))

    def students(self) -> list[Any]:
        """nbgrader's students, by id."""
        return sorted(self.book.students, key=lambda s: str(s.id))

    def marks(self, slug: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each submission of a lesson: the student's id; timestamp, penalty and grades.

        A grade is (name, by a person, auto, manual, extra, needs a person): `by a person` where the graded cell is
        itself the answer cell, so that no program marks it.
        """
        known = self._lesson(slug)
        asked = (
            sa.select(_SUBMISSION.c.student_id, _SUBMISSION.c.timestamp, _NOTEBOOK.c.late_submission_penalty, _GRADE)
            .select_from(_SUBMISSION)
            .join(_NOTEBOOK, _NOTEBOOK.c.assignment_id == _SUBMISSION.c.id)
            .join(_GRADE, _GRADE.c.notebook_id == _NOTEBOOK.c.id)
            .where(_SUBMISSION.c.assignment_id == known.assignment, _NOTEBOOK.c.notebook_id == known.notebook)
            .order_by(_SUBMISSION.c.student_id)
        )
        names = {i: n for n, i in known.grade_cells.items()}
        student, about = None, {}
        for row in self.db.execute(asked).mappings():
            if row["student_id"] != student:
                if student is not None:
                    yield student, about
                student = row["student_id"]
                about = {
                    "timestamp": row["timestamp"],
                    "penalty": row["late_submission_penalty"] or 0.0,
                    "grades": [],
                }
            name = names[row["cell_id"]]
            marks = (row["auto_score"], row["manual_score"], row["extra_credit"], row["needs_manual_grade"])
            about["grades"].append((name, name in known.solution_cells, *marks))
        if student is not None:
            yield student, about


_ASSIGNMENT, _STUDENT = api.Assignment.__table__, api.Student.__table__
_SUBMISSION, _NOTEBOOK = api.SubmittedAssignment.__table__, api.SubmittedNotebook.__table__
_GRADE, _COMMENT = api.Grade.__table__, api.Comment.__table__
_NO_PENALTY = {"late_submission_penalty": None}
_ALEMBIC = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), nullable=False))


@dataclass(frozen=True)
class _Known:
    """A lesson's ids in the gradebook; of cells by name."""

    assignment: str
    notebook: str
    grade_cells: dict[str, str]
    solution_cells: dict[str, str]


def _prepare(url: str) -> None:
    """Make the database, or bring it up to date, before anything else opens it.

    nbgrader makes it too, but asks another program for the version, and a run that is killed meanwhile leaves a
    gradebook without one.
    """
    newest = ScriptDirectory(dbutil.ALEMBIC_DIR).get_current_head()
    engine = sa.create_engine(url)
    try:
        with engine.begin() as db:
            there = sa.inspect(db).has_table("alembic_version")
            now = db.execute(sa.select(_ALEMBIC)).scalar() if there else None
            used = sa.inspect(db).has_table("assignment") and db.execute(sa.select(_ASSIGNMENT.c.name)).first()
            if now is None and not used:
                api.Base.metadata.create_all(db)
                _ALEMBIC.create(db, checkfirst=True)
                db.execute(sa.insert(_ALEMBIC).values(version_num=newest))
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


def _be_patient(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA busy_timeout = 60000")


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _cells(lesson: Lesson) -> dict[Any, dict[str, dict[str, Any]]]:
    """What nbgrader keeps of a lesson's cells, by kind and name."""
    found: dict[Any, dict[str, dict[str, Any]]] = {api.GradeCell: {}, api.SolutionCell: {}, api.SourceCell: {}}
    for cell in lesson.release.cells:
        if not (is_grade(cell) or is_solution(cell) or is_locked(cell)):
            continue
        about = cell.metadata.nbgrader
        name = about["grade_id"]
        if is_grade(cell):
            found[api.GradeCell][name] = {"max_score": float(about["points"]), "cell_type": cell.cell_type}
        if is_solution(cell):
            found[api.SolutionCell][name] = {}
        source = {"locked": is_locked(cell), "source": cell.source, "checksum": about.get("checksum")}
        found[api.SourceCell][name] = {"cell_type": cell.cell_type, **source}
    return found


def _unchanged(before: Mapping[str, Any] | None, outcome: Mapping[str, Any], stamp: Stamp) -> set[str]:
    """The exercises whose answer is the same text as in the outcome before, in the same version of the lesson."""
    if before is None or before["lesson"] != stamp.lesson:
        return set()
    old = {i["id"]: i.get("text") for i in before["items"]}
    return {i["id"] for i in outcome["items"] if i.get("text") and i.get("text") == old.get(i["id"])}


def _changes(before: Mapping[str, Any] | None, outcome: Mapping[str, Any]) -> dict[str, Any]:
    """Item to [status, points] before and now, where they differ; the whole submission under ""."""
    if before is None:
        return {}
    old = {i["id"]: [i["status"], i["earned"]] for i in before["items"]}
    new = {i["id"]: [i["status"], i["earned"]] for i in outcome["items"]}
    old[""], new[""] = [before["status"], None], [outcome["status"], None]
    names = sorted(old.keys() | new.keys())
    return {n: [old.get(n), new.get(n)] for n in names if old.get(n) != new.get(n)}
