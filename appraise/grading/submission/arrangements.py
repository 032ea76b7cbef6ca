"""Due dates, and what is arranged with one student: more time, or an excuse.

They are kept in a table of their own in the gradebook, since nbgrader has an extension only for what was handed in
already. Every arrangement stays as a row; the newest counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from nbgrader import api

from appraise.errors import StudentError, TimeError
from appraise.grading.submission.times import read_time

ARRANGEMENT = sa.Table(
    "appraise_arrangement",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("assignment", sa.String(128), nullable=False),
    sa.Column("student", sa.String(128), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),  # UTC
    sa.Column("until", sa.DateTime),  # UTC; the student's own due date
    sa.Column("minutes", sa.Integer),  # or so much longer than all others
    sa.Column("is_excused", sa.Boolean, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)


@dataclass(frozen=True)
class Arrangement:
    """What is arranged with a student for a lesson: a due date of their own (UTC), or more minutes, or an excuse."""

    until: datetime | None = None
    minutes: int | None = None
    is_excused: bool = False
    why: str = ""

    def extension(self, due: datetime | None) -> timedelta | None:
        """How much later than the class the student may hand in; never less than nothing.

        >>> Arrangement(minutes=90).extension(datetime(2026, 3, 1))
        datetime.timedelta(seconds=5400)
        """
        if due is None:
            return None
        if self.until is not None:
            return max(timedelta(0), self.until - due)
        return timedelta(minutes=self.minutes) if self.minutes else None


def load_arrangements(db: Any, slug: str) -> dict[str, Arrangement]:
    """The arrangement that counts for each student of a lesson; those without one are not in it.

    Parameters
    ----------
    db : SQLAlchemy session
    slug : str
    """
    if not sa.inspect(db.get_bind()).has_table(ARRANGEMENT.name):
        return {}
    asked = sa.select(ARRANGEMENT).where(ARRANGEMENT.c.assignment == slug).order_by(ARRANGEMENT.c.id)
    rows = {row["student"]: row for row in db.execute(asked).mappings()}
    return {
        who: Arrangement(row["until"], row["minutes"], bool(row["is_excused"]), row["why"]) for who, row in rows.items()
    }


def apply_extensions(db: Any, slug: str, student: str | None = None) -> None:
    """Write what is arranged into nbgrader's submissions, of one student or of all; the caller commits."""
    found = load_arrangements(db, slug)
    if student is not None:
        found = {who: one for who, one in found.items() if who == student}
    for who, one in found.items():
        asked = (
            db.query(api.SubmittedAssignment)
            .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
            .filter(api.Assignment.name == slug, api.SubmittedAssignment.student_id == who)
        )
        for submission in asked:
            submission.extension = one.extension(submission.assignment.duedate)
    db.flush()


def _add(book: Any, slug: str, student: str, one: Arrangement) -> None:
    if student not in {s.id for s in book.students()}:
        raise StudentError(f"“{student}” is not in the gradebook; import the roster first, or look at the spelling")
    ARRANGEMENT.create(book.book.engine, checkfirst=True)
    row: Mapping[str, Any] = {
        "assignment": slug,
        "student": student,
        "at": datetime.now(UTC).replace(tzinfo=None),
        "until": one.until,
        "minutes": one.minutes,
        "is_excused": one.is_excused,
        "why": one.why,
    }
    book.db.execute(sa.insert(ARRANGEMENT).values(row))
    book.db.commit()
    if book.has(slug):
        book.penalise_all(slug)


def extend(to: Any, slug: str, student: str, until: str | None, days: float | None, why: str = "") -> str:
    """Give one student more time; gives what is to be said.

    Parameters
    ----------
    to : Settings
    slug, student : str
    until : str or None
        The student's own due date; a time without a zone is UTC.
    days : float or None
        Or so many days more than all others; both None takes the extension back.

    Raises
    ------
    StudentError
        For a student who is not in the gradebook, or a number of days below 0.
    TimeError
        For a time that cannot be read.
    """
    if days is not None and not 0 < days <= 3650:
        raise StudentError(f"{days:g} days: expected a number above 0, or --until TIME")
    moment = read_time(until).replace(tzinfo=None) if until else None
    minutes = round(days * 24 * 60) if days is not None else None
    with to.book() as book:
        before = load_arrangements(book.db, slug).get(student, Arrangement())
        _add(book, slug, student, Arrangement(moment, minutes, before.is_excused, why))
    if moment is not None:
        return f"{student}: {slug} is due on {moment:%Y-%m-%d %H:%M} UTC."
    return f"{student}: {slug} is due {days:g} days later." if days else f"{student}: {slug} is due as for all others."


def excuse(to: Any, slug: str, student: str, undo: bool = False, why: str = "") -> str:
    """Excuse one student from a lesson, or take it back; gives what is to be said. Raises StudentError."""
    with to.book() as book:
        before = load_arrangements(book.db, slug).get(student, Arrangement())
        _add(book, slug, student, Arrangement(before.until, before.minutes, not undo, why))
    return f"{student}: {'no longer excused' if undo else 'excused'} from {slug}."


def set_due(to: Any, slug: str, when: str | None) -> str:
    """Set the due date of a lesson, or take it away with None; gives what is to be said.

    Raises
    ------
    TimeError
        For a time that cannot be read, or without its zone.
    """
    moment = None
    if when is not None:
        try:
            moment = read_time(when, zone=None).replace(tzinfo=None)
        except TimeError as e:
            raise TimeError(f"{e}; write it as 2026-03-01 17:00 +01:00, or with UTC at the end") from None
    with to.book() as book:
        if not book.has(slug):
            book.register(to.lesson(slug))
        book.book.update_or_create_assignment(slug, duedate=moment)
        book.db.commit()
        book.penalise_all(slug)
    return f"{slug}: due {moment:%Y-%m-%d %H:%M} UTC." if moment else f"{slug}: no due date."
