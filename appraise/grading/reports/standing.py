"""How every student stands in every lesson, told once: the export, the overview and `appraise grade` count by it.

A number stands only where one was earned: an item that the grader could not judge, or a submission that nobody graded
yet, has none and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from nbgrader import api

from appraise.errors import LessonError
from appraise.exercises.exercise import Status
from appraise.grading.gradebook.arrangements import Arrangement, load_arrangements
from appraise.grading.gradebook.schema import OUTCOME
from appraise.grading.gradebook.writer import Gradebook
from appraise.grading.judging.lesson import load_course_lesson
from appraise.grading.judging.outcome import OutcomeStatus
from appraise.grading.settings import Settings
from appraise.grading.submission.folder import list_students, read_submission
from appraise.grading.submission.people import Person, load_people
from appraise.grading.submission.record import Collected, load_collected
from appraise.grading.submission.release import released_stubs

GRADED, PERSON, UNREADABLE = OutcomeStatus.GRADED, OutcomeStatus.NEEDS_A_PERSON, OutcomeStatus.UNREADABLE
NOTHING = "not submitted"
EXCUSED = "excused"
STATUSES = (GRADED, PERSON, UNREADABLE, NOTHING, EXCUSED, Status.FAULT)


@dataclass(frozen=True)
class Row:
    """One student in one lesson.

    Attributes
    ----------
    status : str
        One of `STATUSES`.
    raw : float or None
        Points before a late penalty; None where the grader, or nobody, has given them.
    penalty, most : float
        Points taken off for being late; the lesson's maximum.
    due, timestamp : str
        The student's own due date, and when they handed in, in UTC; "" where there is none.
    why : str
        What there is to say to the status.
    notes : tuple of str
        What the grader and the collecting noted.
    waits, changed : tuple of str
        Exercises that wait for a person; of these, those that were marked before what was handed in changed.
    is_late, is_known : bool
        Handed in after the due date or marked so by the LMS; on the roster, or there is none.
    notebook : str
        nbgrader's id of the submission, by which formgrader opens it; "" where there is none.
    """

    lesson: str
    student: Any
    status: str
    raw: float | None
    penalty: float
    most: float
    due: str
    timestamp: str
    why: str = ""
    notes: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    is_late: bool = False
    is_known: bool = True
    notebook: str = ""

    @property
    def score(self) -> float | None:
        """Points after a late penalty; None where there are none yet."""
        return None if self.raw is None else max(0.0, self.raw - self.penalty)

    @property
    def final(self) -> float | None:
        """The score where it is one that will stay: not while a person has yet to mark."""
        return self.score if self.status == GRADED else None


@dataclass(frozen=True)
class _Student:
    """A student as the gradebook has them, read once; of one whom nbgrader does not know yet only the id."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    lms_user_id: str | None = None


def status_of(grades: Sequence[tuple[str, bool, Any, Any, Any, bool]], outcome: Mapping[str, Any] | None) -> str:
    """The status of a submission, from its grades as they are now and the last outcome that was recorded."""
    open_now = [by_person for _, by_person, auto, manual, _, _ in grades if auto is None and manual is None]
    if not all(open_now):
        if outcome is not None and outcome["status"] == PERSON:
            return PERSON  # some of its answers could not be read
        return UNREADABLE if outcome is not None and outcome["status"] == UNREADABLE else Status.FAULT
    if outcome is not None and open_now and outcome["status"] in (UNREADABLE, Status.FAULT):
        return str(outcome["status"])  # prose alone is open, but what was handed in could not be read
    return PERSON if any(needed for *_, needed in grades) else GRADED


def latest_outcomes(book: Gradebook, slug: str) -> dict[str, dict[str, Any]]:
    """The newest outcome of each submission of a lesson, all columns, by student."""
    newest = sa.select(sa.func.max(OUTCOME.c.id)).where(OUTCOME.c.assignment == slug).group_by(OUTCOME.c.student)
    rows = book.db.execute(sa.select(OUTCOME).where(OUTCOME.c.id.in_(newest))).mappings()
    return {row["student"]: dict(row) for row in rows}


def notebook_ids(book: Gradebook, slug: str) -> dict[str, str]:
    """nbgrader's id of each submitted notebook of a lesson, by student."""
    asked = (
        sa.select(api.SubmittedAssignment.student_id, api.SubmittedNotebook.id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .where(api.Assignment.name == slug)
    )
    return {str(who): str(notebook) for who, notebook in book.db.execute(asked)}


@dataclass(frozen=True)
class _Lesson:
    """All that is known of a lesson, read once."""

    slug: str
    most: float
    due: datetime | None
    marks: Mapping[str, Mapping[str, Any]]
    outcomes: Mapping[str, Mapping[str, Any]]
    arranged: Mapping[str, Arrangement]
    collected: Mapping[str, Collected]
    waiting: frozenset[str]
    notebooks: Mapping[str, str]
    stubs: Mapping[str, str]


def class_rows(to: Settings, book: Gradebook, slugs: Iterable[str] = ()) -> list[Row]:
    """All students in the lessons of the gradebook, or in those named, by lesson and student."""
    result: list[Row] = []
    known = {s.id: _Student(s.id, s.first_name, s.last_name, s.email, s.lms_user_id) for s in book.students()}
    roster = {person.id: person for person in load_people(to.own)}
    wanted = set(slugs)
    for assignment in book.lessons():
        if wanted and assignment.name not in wanted:
            continue
        lesson = _read(to, book, assignment)
        for who in sorted(known.keys() | lesson.waiting):
            result.append(_row(to, lesson, known.get(who) or _Student(who), roster))
    return result


def _read(to: Settings, book: Gradebook, assignment: Any) -> _Lesson:
    slug = str(assignment.name)
    waiting = frozenset(list_students(to, slug))
    return _Lesson(
        slug,
        float(assignment.max_score),
        assignment.duedate,
        dict(book.marks(slug)),
        latest_outcomes(book, slug),
        load_arrangements(book.db, slug),
        load_collected(to.own, slug),
        waiting,
        notebook_ids(book, slug),
        _stubs(to, slug) if waiting else {},
    )


def _stubs(to: Settings, slug: str) -> dict[str, str]:
    try:
        return released_stubs(load_course_lesson(to, slug).release)
    except LessonError:
        return {}


def _row(to: Settings, of: _Lesson, student: Any, roster: Mapping[str, Person]) -> Row:
    who = str(student.id)
    details, outcome = of.marks.get(who), of.outcomes.get(who)
    arranged, collected = of.arranged.get(who, Arrangement()), of.collected.get(who)
    status, raw, why = NOTHING, None, ""
    notes: list[str] = [*(collected.notes if collected else ())]
    waits: list[str] = []
    changed: list[str] = []
    if details is not None:
        status = status_of(details["grades"], outcome)
        notes += outcome["notes"] if outcome else []
        if status in (GRADED, PERSON):
            numbers = [n for _, _, auto, manual, extra, _ in details["grades"] for n in (auto, manual, extra)]
            if any(n is not None for n in numbers):  # where nothing has a number, there is none for the whole
                raw = sum((auto if manual is None else manual) or 0.0 for _, _, auto, manual, _, _ in details["grades"])
                raw += sum(extra or 0.0 for _, _, auto, manual, extra, _ in details["grades"])
            waits = [name for name, *_, needs in details["grades"] if needs]
            changed = [name for name, _, _, manual, _, needs in details["grades"] if needs and manual is not None]
    if who in of.waiting:
        if details is None:
            status, raw, why = Status.FAULT, None, f"Handed in and not graded yet: appraise grade {of.slug}"
        elif outcome is not None and read_submission(to, of.slug, who, of.stubs).digest != outcome["submission"]:
            status, raw = Status.FAULT, None
            why = f"Handed in again and not graded since: appraise grade {of.slug}"
    if arranged.is_excused:
        status, raw, why = EXCUSED, None, arranged.why
    extension = arranged.extension(of.due)
    due = of.due + extension if of.due is not None and extension else of.due
    when = (details or {}).get("timestamp")
    late = bool(when and due and when > due) or bool(collected and collected.is_late and not (when and due))
    lines = [why, *notes] if why or status != NOTHING else []
    return Row(
        of.slug,
        student,
        status,
        raw,
        details["penalty"] if details else 0.0,
        of.most,
        str(due or ""),
        str(when or ""),
        " ".join(dict.fromkeys(filter(None, lines))),
        tuple(dict.fromkeys(notes)),
        tuple(waits),
        tuple(changed),
        late,
        not roster or who in roster,
        of.notebooks.get(who, ""),
    )


def count_statuses(result: Sequence[Row]) -> dict[str, int]:
    """How many rows have each status, in the order of `STATUSES`; those that none has are left out."""
    counts = {status: sum(row.status == status for row in result) for status in STATUSES}
    return {status: n for status, n in counts.items() if n}
