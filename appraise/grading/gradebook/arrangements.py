"""Due dates, and what is arranged with one student: more time, or an excuse.

They are kept in a table of their own in the gradebook, since nbgrader has an extension only for what was handed in
already. Every arrangement stays as a row; the newest counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from nbgrader import api

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
    query = sa.select(ARRANGEMENT).where(ARRANGEMENT.c.assignment == slug).order_by(ARRANGEMENT.c.id)
    rows = {row["student"]: row for row in db.execute(query).mappings()}
    return {
        who: Arrangement(row["until"], row["minutes"], bool(row["is_excused"]), row["why"]) for who, row in rows.items()
    }


def apply_extensions(db: Any, slug: str, student: str | None = None) -> None:
    """Write what is arranged into nbgrader's submissions, of one student or of all; the caller commits."""
    arrangements = load_arrangements(db, slug)
    if student is not None:
        arrangements = {who: one for who, one in arrangements.items() if who == student}
    for who, one in arrangements.items():
        query = (
            db.query(api.SubmittedAssignment)
            .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
            .filter(api.Assignment.name == slug, api.SubmittedAssignment.student_id == who)
        )
        for submission in query:
            submission.extension = one.extension(submission.assignment.duedate)
    db.flush()
