"""Due dates, extensions and excuses: `appraise due`, `appraise extend`, `appraise excuse`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from appraise.errors import StudentError, TimeError
from appraise.grading.gradebook.arrangements import ARRANGEMENT, Arrangement, load_arrangements
from appraise.grading.gradebook.writer import Gradebook, open_gradebook
from appraise.grading.judging.lesson import load_course_lesson
from appraise.grading.settings import Settings, read_settings
from appraise.grading.submission.times import read_time


def _add(gradebook: Gradebook, slug: str, student: str, one: Arrangement) -> None:
    if student not in {s.id for s in gradebook.students()}:
        raise StudentError(f"“{student}” is not in the gradebook; import the roster first, or look at the spelling")
    ARRANGEMENT.create(gradebook.book.engine, checkfirst=True)
    row: Mapping[str, Any] = {
        "assignment": slug,
        "student": student,
        "at": datetime.now(UTC).replace(tzinfo=None),
        "until": one.until,
        "minutes": one.minutes,
        "is_excused": one.is_excused,
        "why": one.why,
    }
    gradebook.db.execute(sa.insert(ARRANGEMENT).values(row))
    gradebook.db.commit()
    if gradebook.has(slug):
        gradebook.penalise_all(slug)


def extend(settings: Settings, slug: str, student: str, until: str | None, days: float | None, why: str = "") -> str:
    """Give one student more time; gives what is to be said.

    Parameters
    ----------
    settings : Settings
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
    with open_gradebook(settings) as gradebook:
        before = load_arrangements(gradebook.db, slug).get(student, Arrangement())
        _add(gradebook, slug, student, Arrangement(moment, minutes, before.is_excused, why))
    if moment is not None:
        return f"{student}: {slug} is due on {moment:%Y-%m-%d %H:%M} UTC."
    return f"{student}: {slug} is due {days:g} days later." if days else f"{student}: {slug} is due as for all others."


def excuse(settings: Settings, slug: str, student: str, undo: bool = False, why: str = "") -> str:
    """Excuse one student from a lesson, or take it back; gives what is to be said. Raises StudentError."""
    with open_gradebook(settings) as gradebook:
        before = load_arrangements(gradebook.db, slug).get(student, Arrangement())
        _add(gradebook, slug, student, Arrangement(before.until, before.minutes, not undo, why))
    return f"{student}: {'no longer excused' if undo else 'excused'} from {slug}."


def set_due(settings: Settings, slug: str, when: str | None) -> str:
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
    with open_gradebook(settings) as gradebook:
        if not gradebook.has(slug):
            gradebook.register(load_course_lesson(settings, slug))
        gradebook.book.update_or_create_assignment(slug, duedate=moment)
        gradebook.db.commit()
        gradebook.penalise_all(slug)
    return f"{slug}: due {moment:%Y-%m-%d %H:%M} UTC." if moment else f"{slug}: no due date."


def run_due_command(slug: str, time: str | None, none: bool) -> int:
    """`appraise due`; returns the exit code 0."""
    print(set_due(read_settings(), slug, None if none else time))
    return 0


def run_extend_command(slug: str, student: str, until: str | None, days: float | None, none: bool, why: str) -> int:
    """`appraise extend`; returns the exit code 0. Neither a time nor days takes the extension back."""
    print(extend(read_settings(), slug, student, None if none else until, None if none else days, why))
    return 0


def run_excuse_command(slug: str, student: str, undo: bool, why: str) -> int:
    """`appraise excuse`; returns the exit code 0."""
    print(excuse(read_settings(), slug, student, undo, why))
    return 0
