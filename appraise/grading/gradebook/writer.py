"""The one writer: nbgrader's gradebook, and beside it what nbgrader has no place for.

One engine for a run and one transaction for a submission: its points, comments and late penalty and its row of history
are written together or not at all. The statuses and their history are a table of our own, `appraise_outcome`, in the
same database: so they cannot disagree with the points after a run was killed, a gradebook that is taken away takes them
along, and PostgreSQL needs no second address. nbgrader and its migrations leave tables that they do not know alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from nbgrader import api
from nbgrader.api import new_uuid
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc

from appraise.errors import GradebookError
from appraise.exercises.exercise import Status
from appraise.grading.gradebook.schema import (
    ASSIGNMENT,
    COMMENT,
    GRADE,
    NO_PENALTY,
    NOTEBOOK,
    OUTCOME,
    STUDENT,
    SUBMISSION,
    Fingerprint,
    KnownLesson,
    cells_of,
    changes_between,
    now_utc,
    prepare_database,
    wait_for_writers,
)
from appraise.grading.judging.lesson import Lesson
from appraise.grading.judging.outcome import OutcomeStatus
from appraise.grading.settings import Settings

MOST_NAME = 128  # characters of a student's id that nbgrader keeps


class Gradebook:
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
            prepare_database(url)
            self.book = api.Gradebook(url, course_id)
        except (sa.exc.SQLAlchemyError, ImportError) as e:
            raise GradebookError(f"the gradebook cannot be opened: {str(e).splitlines()[0]}") from None
        self.db = self.book.db
        self.course_id = course_id
        if self.book.engine.dialect.name == "sqlite":
            self.db.remove()
            self.book.engine.dispose()  # the pool opens again, with patience for formgrader's writes
            sa.event.listen(self.book.engine, "connect", wait_for_writers)
        OUTCOME.create(self.book.engine, checkfirst=True)
        self.late = AssignLatePenalties(config=config)
        self.late.init_plugin()
        self._known: dict[str, KnownLesson] = {}

    def close(self) -> None:
        self.book.close()

    def __enter__(self) -> Gradebook:
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
            for kind, cells in cells_of(lesson).items():
                self._match(notebook, kind, cells, changes)
            db.flush()
            self._complete(notebook)
            db.commit()
        except BaseException:
            db.rollback()
            raise
        self._known.pop(lesson.slug, None)
        return changes

    def _match(self, notebook: Any, kind: Any, cells: Mapping[str, Mapping[str, Any]], changes: list[str]) -> None:
        have = {c.name: c for c in self.db.query(kind).filter_by(notebook_id=notebook.id)}
        for name, values in cells.items():
            if name not in have:
                self.db.add(kind(name=name, notebook=notebook, **values))
                if have and kind is api.GradeCell:
                    changes.append(f"“{name}” is new")
                continue
            for field, value in values.items():
                if getattr(have[name], field) != value:
                    if field == "max_score":
                        changes.append(f"“{name}” has {value:g} points, and had {have[name].max_score:g}")
                    setattr(have[name], field, value)
        for name in have.keys() - cells.keys():
            if kind is api.GradeCell:
                changes.append(f"“{name}” is gone")
                self._withdraw(notebook, have[name])
            if kind is not api.SourceCell:
                self.db.execute(sa.delete(COMMENT).where(COMMENT.c.cell_id == have[name].id))
                self.db.execute(sa.delete(GRADE).where(GRADE.c.cell_id == have[name].id))
            self.db.delete(have[name])

    def _withdraw(self, notebook: Any, cell: Any) -> None:
        """Keep the marks of a cell that leaves the lesson; an empty key has the submission graded again."""
        grades = self.db.query(api.Grade).filter(api.Grade.cell_id == cell.id).all()
        for grade in grades:
            student, slug = grade.student.id, notebook.assignment.name
            before = self.latest(slug, student) or {}
            marks = {"auto": grade.auto_score, "manual": grade.manual_score, "extra": grade.extra_credit}
            row = {c.name: before[c.name] for c in OUTCOME.c if c.name in before and c.name != "id"}
            row |= {"assignment": slug, "student": student, "at": now_utc(), "key": "", "changed": {cell.name: marks}}
            empty = {
                "submission": "",
                "lesson": "",
                "status": str(OutcomeStatus.GRADED),
                "walls": "",
                "items": [],
                "notes": [],
            }
            self.db.execute(sa.insert(OUTCOME).values(empty | row))

    def _complete(self, notebook: Any) -> None:
        """Every submission has a grade for each graded cell and a comment for each answer cell."""
        for kind, table in ((api.GradeCell, GRADE), (api.SolutionCell, COMMENT)):
            lacking = (
                sa.select(api.SubmittedNotebook.id, kind.id)
                .join(kind, kind.notebook_id == api.SubmittedNotebook.notebook_id)
                .where(api.SubmittedNotebook.notebook_id == notebook.id)
                .where(~sa.exists().where(table.c.notebook_id == api.SubmittedNotebook.id, table.c.cell_id == kind.id))
            )
            rows = [{"id": new_uuid(), "notebook_id": n, "cell_id": c} for n, c in self.db.execute(lacking)]
            if rows:
                more = {"needs_manual_grade": True} if table is GRADE else {}
                self.db.execute(sa.insert(table), [r | more for r in rows])

    def has(self, slug: str) -> bool:
        """Whether the lesson is in the gradebook."""
        there = self.db.execute(sa.select(ASSIGNMENT.c.id).where(ASSIGNMENT.c.name == slug)).first() is not None
        self.db.rollback()
        return there

    # ── one submission ──────────────────────────────────────────────────────────────────────────────────────────────

    def latest(self, slug: str, student: str) -> dict[str, Any] | None:
        """The newest outcome of a submission, all columns."""
        query = sa.select(OUTCOME).where(OUTCOME.c.assignment == slug, OUTCOME.c.student == student)
        row = self.db.execute(query.order_by(OUTCOME.c.id.desc()).limit(1)).mappings().one_or_none()
        return dict(row) if row else None

    def history(self, slug: str, student: str) -> list[dict[str, Any]]:
        """All outcomes of a submission, oldest first."""
        query = sa.select(OUTCOME).where(OUTCOME.c.assignment == slug, OUTCOME.c.student == student)
        rows = [dict(r) for r in self.db.execute(query.order_by(OUTCOME.c.id)).mappings()]
        self.db.rollback()
        return rows

    def is_done(self, slug: str, student: str, key: str) -> bool:
        """Whether this submission has been graded as it is, and the gradebook still says so."""
        row = self.latest(slug, student)
        done = row is not None and row["key"] == key and row["status"] != Status.FAULT
        if done and row is not None:
            earned = {i["id"]: i["earned"] for i in row["items"] if i["core"]}
            recorded = self._grades(slug, student)
            done = recorded.keys() == earned.keys() and all(recorded[n] == earned[n] for n in recorded)
        self.db.rollback()
        return done

    def _grades(self, slug: str, student: str) -> dict[str, float | None]:
        known = self._lesson(slug)
        query = (
            sa.select(GRADE.c.cell_id, GRADE.c.auto_score)
            .join(NOTEBOOK, NOTEBOOK.c.id == GRADE.c.notebook_id)
            .join(SUBMISSION, SUBMISSION.c.id == NOTEBOOK.c.assignment_id)
            .where(SUBMISSION.c.student_id == student, NOTEBOOK.c.notebook_id == known.notebook)
        )
        names = {i: n for n, i in known.grade_cells.items()}
        return {names[c]: s for c, s in self.db.execute(query)}

    def record(
        self, slug: str, student: str, outcome: Mapping[str, Any], fingerprint: Fingerprint, answered: set[str]
    ) -> None:
        """Write one submission's outcome: everything or nothing.

        Parameters
        ----------
        slug, student : str
        outcome : mapping
            As `Outcome.to_json` gives it.
        fingerprint : Fingerprint
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
            self._record(slug, student, outcome, fingerprint, answered)
            self.db.commit()
        except (sa.exc.SQLAlchemyError, ValueError) as e:
            self.db.rollback()
            raise GradebookError(f"{student}: the gradebook refuses the outcome: {str(e).splitlines()[0]}") from None
        except BaseException:
            self.db.rollback()
            raise

    def _record(
        self, slug: str, student: str, outcome: Mapping[str, Any], fingerprint: Fingerprint, answered: set[str]
    ) -> None:
        known, before = self._lesson(slug), self.latest(slug, student)
        is_same_text = before is not None and (before["submission"], before["lesson"]) == (
            fingerprint.submission,
            fingerprint.lesson,
        )
        notebook, is_new = self._submission(known, student, fingerprint.timestamp)
        scores = {i["id"]: i["earned"] for i in outcome["items"]}
        self._write_grades(known, notebook, {} if is_new else self._rows(GRADE, notebook), scores, is_same_text)
        self._write_comments(known, notebook, {} if is_new else self._rows(COMMENT, notebook), answered)
        self._penalise(notebook)
        changed = changes_between(before, outcome)
        if before is None or before["key"] != fingerprint.key or changed:
            self.db.execute(
                sa.insert(OUTCOME).values(
                    assignment=slug,
                    student=student,
                    at=now_utc(),
                    key=fingerprint.key,
                    submission=fingerprint.submission,
                    lesson=fingerprint.lesson,
                    status=outcome["status"],
                    walls=fingerprint.sandbox,
                    items=outcome["items"],
                    notes=outcome["notes"],
                    changed=changed,
                )
            )

    def _rows(self, table: sa.Table, notebook: str) -> dict[str, Any]:
        query = sa.select(table).where(table.c.notebook_id == notebook)
        return {row["cell_id"]: row for row in self.db.execute(query).mappings()}

    def _write_grades(
        self,
        known: KnownLesson,
        notebook: str,
        rows: Mapping[str, Any],
        scores: Mapping[str, float | None],
        is_same_text: bool,
    ) -> None:
        fresh = []
        for name, cell in known.grade_cells.items():
            old = rows.get(cell)
            # a person's own mark stays; it is looked at again unless it was given to this very text
            needed = scores.get(name) is None or (old is not None and old["manual_score"] is not None)
            if old is not None and old["manual_score"] is not None and is_same_text:
                needed = old["needs_manual_grade"]
            new = {"auto_score": scores.get(name), "needs_manual_grade": needed}
            if old is None:
                fresh.append({"id": new_uuid(), "notebook_id": notebook, "cell_id": cell, **new})
            elif any(old[k] != v for k, v in new.items()):
                self.db.execute(sa.update(GRADE).where(GRADE.c.id == old["id"]).values(**new))
        if fresh:
            self.db.execute(sa.insert(GRADE), fresh)

    def _write_comments(self, known: KnownLesson, notebook: str, rows: Mapping[str, Any], answered: set[str]) -> None:
        fresh = []
        for name, cell in known.solution_cells.items():
            text = None if name in answered else "No response."
            old = rows.get(cell)
            if old is None:
                fresh.append({"id": new_uuid(), "notebook_id": notebook, "cell_id": cell, "auto_comment": text})
            elif old["auto_comment"] != text:
                self.db.execute(sa.update(COMMENT).where(COMMENT.c.id == old["id"]).values(auto_comment=text))
        if fresh:
            self.db.execute(sa.insert(COMMENT), fresh)

    def _submission(self, known: KnownLesson, student: str, timestamp: str | None) -> tuple[str, bool]:
        """The id of the submitted notebook, made where there is none; whether it was made."""
        db = self.db
        if db.execute(sa.select(STUDENT.c.id).where(STUDENT.c.id == student)).scalar() is None:
            db.execute(sa.insert(STUDENT).values(id=student))
        when = parse_utc(timestamp) if timestamp else None
        query = sa.select(SUBMISSION.c.id, SUBMISSION.c.timestamp).where(
            SUBMISSION.c.assignment_id == known.assignment, SUBMISSION.c.student_id == student
        )
        existing = db.execute(query).one_or_none()
        if existing is None:
            submission = new_uuid()
            row = {"id": submission, "assignment_id": known.assignment, "student_id": student, "timestamp": when}
            db.execute(sa.insert(SUBMISSION).values(row))
        else:
            submission = existing.id
            if when is not None and existing.timestamp != when:
                db.execute(sa.update(SUBMISSION).where(SUBMISSION.c.id == submission).values(timestamp=when))
        query = sa.select(NOTEBOOK.c.id).where(
            NOTEBOOK.c.assignment_id == submission, NOTEBOOK.c.notebook_id == known.notebook
        )
        notebook = None if existing is None else db.execute(query).scalar()
        if notebook is not None:
            return str(notebook), False
        notebook = new_uuid()
        row = {"id": notebook, "assignment_id": submission, "notebook_id": known.notebook, "flagged": False}
        db.execute(sa.insert(NOTEBOOK).values(row))
        return notebook, True

    def _lesson(self, slug: str) -> KnownLesson:
        if slug not in self._known:
            notebook = self.book.find_notebook(slug, slug)
            self._known[slug] = KnownLesson(
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
        due = self.db.execute(sa.select(ASSIGNMENT.c.duedate).where(ASSIGNMENT.c.id == known.assignment)).scalar()
        query = (
            sa.select(NOTEBOOK.c.id, NOTEBOOK.c.late_submission_penalty, SUBMISSION.c.timestamp)
            .join(SUBMISSION, SUBMISSION.c.id == NOTEBOOK.c.assignment_id)
            .where(NOTEBOOK.c.notebook_id == known.notebook)
        )
        count = 0
        for notebook, penalty, when in self.db.execute(query).all():
            if penalty is not None or (due is not None and when is not None and when > due):
                count += self._penalise(notebook) != penalty
        self.db.commit()
        return count

    def _penalise(self, notebook_id: str) -> float | None:
        """nbgrader's AssignLatePenalties, within the transaction that runs."""
        query = (
            sa.select(SUBMISSION.c.timestamp, ASSIGNMENT.c.duedate)
            .join(NOTEBOOK, NOTEBOOK.c.assignment_id == SUBMISSION.c.id)
            .join(ASSIGNMENT, ASSIGNMENT.c.id == SUBMISSION.c.assignment_id)
            .where(NOTEBOOK.c.id == notebook_id)
        )
        when, due = self.db.execute(query).one()
        of_this = sa.update(NOTEBOOK).where(NOTEBOOK.c.id == notebook_id)
        if when is None or due is None or when <= due:
            self.db.execute(of_this.where(NOTEBOOK.c.late_submission_penalty.is_not(None)), NO_PENALTY)
            return None
        notebook = self.db.get(api.SubmittedNotebook, notebook_id, populate_existing=True)
        notebook.late_submission_penalty = None
        late = notebook.assignment.total_seconds_late
        if late > 0:
            penalty = self.late.plugin_inst.late_submission_penalty(notebook.student.id, notebook.score, late)
            if penalty is not None:
                notebook.late_submission_penalty = self.late._check_late_penalty(notebook, penalty)
        self.db.flush()
        penalty = notebook.late_submission_penalty
        return None if penalty is None else float(penalty)

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
        query = (
            sa.select(SUBMISSION.c.student_id, SUBMISSION.c.timestamp, NOTEBOOK.c.late_submission_penalty, GRADE)
            .select_from(SUBMISSION)
            .join(NOTEBOOK, NOTEBOOK.c.assignment_id == SUBMISSION.c.id)
            .join(GRADE, GRADE.c.notebook_id == NOTEBOOK.c.id)
            .where(SUBMISSION.c.assignment_id == known.assignment, NOTEBOOK.c.notebook_id == known.notebook)
            .order_by(SUBMISSION.c.student_id)
        )
        names = {i: n for n, i in known.grade_cells.items()}
        student, marks_of = None, {}
        for row in self.db.execute(query).mappings():
            if row["student_id"] != student:
                if student is not None:
                    yield student, marks_of
                student = row["student_id"]
                marks_of = {
                    "timestamp": row["timestamp"],
                    "penalty": row["late_submission_penalty"] or 0.0,
                    "grades": [],
                }
            name = names[row["cell_id"]]
            marks = (row["auto_score"], row["manual_score"], row["extra_credit"], row["needs_manual_grade"])
            marks_of["grades"].append((name, name in known.solution_cells, *marks))
        if student is not None:
            yield student, marks_of


def open_gradebook(settings: Settings) -> Gradebook:
    """The gradebook of the course in the current folder."""
    return Gradebook(settings.dirs.db_url, settings.dirs.course_id, settings.config)
