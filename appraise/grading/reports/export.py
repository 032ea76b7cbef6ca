"""Grades with a status for every student and lesson: `appraise export`.

nbgrader's own export writes 0.0 for a submission that was lost. Here a number stands only where one was earned: an item
that the grader could not judge, or a submission that nobody graded yet, leaves the cell empty and says why.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appraise.errors import LessonError
from appraise.exercises.exercise import Status
from appraise.grading.gradebook.writer import Gradebook, open_gradebook
from appraise.grading.judging.lesson import load_course_lesson
from appraise.grading.settings import Settings, read_settings
from appraise.grading.submission.folder import list_students, read_submission
from appraise.grading.submission.release import released_stubs

GRADED, PERSON, UNREADABLE, NOTHING = "graded", "needs a person", "unreadable", "not submitted"


@dataclass(frozen=True)
class Row:
    """One student in one lesson.

    Attributes
    ----------
    status : str
        "graded", "needs a person", "unreadable", "not submitted" or "grader's fault".
    raw : float or None
        Points before a late penalty; None where the grader, or nobody, has given them.
    why : str
        What there is to say to the status.
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

    @property
    def score(self) -> float | None:
        return None if self.raw is None else max(0.0, self.raw - self.penalty)


def safe_cell(value: object) -> object:
    """A text that no spreadsheet takes for a formula; numbers stay as they are.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell(" @x"), safe_cell("Ada"), safe_cell(-1.0)
    ("'=1+1", "' @x", 'Ada', -1.0)
    """
    if not isinstance(value, str):
        return value
    # control characters and bytes that are not UTF-8 go; so do line ends, after which a cell could begin anew
    text = "".join(" " if ord(c) < 32 or ord(c) == 127 else c for c in value)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")) else text


def standing(grades: Sequence[tuple[str, bool, Any, Any, Any, bool]], outcome: Mapping[str, Any] | None) -> str:
    """The status of a submission, from its grades as they are now and the last outcome that was recorded."""
    open_now = [by_person for _, by_person, auto, manual, _, _ in grades if auto is None and manual is None]
    if not all(open_now):
        if outcome is not None and outcome["status"] == PERSON:
            return PERSON  # some of its answers could not be read
        return UNREADABLE if outcome is not None and outcome["status"] == UNREADABLE else Status.FAULT
    if outcome is not None and open_now and outcome["status"] in (UNREADABLE, Status.FAULT):
        return str(outcome["status"])  # prose alone is open, but what was handed in could not be read
    return PERSON if any(needed for *_, needed in grades) else GRADED


def _is_unread(outcome: Mapping[str, Any]) -> bool:
    return any(i["status"] == UNREADABLE for i in outcome["items"])


def rows(to: Settings, book: Gradebook) -> list[Row]:
    """All students in all lessons of the gradebook, by lesson and student."""
    found: list[Row] = []
    known = {s.id: s for s in book.students()}
    for assignment in book.lessons():
        slug = assignment.name
        marks = dict(book.marks(slug))
        waiting = set(list_students(to, slug))
        stubs: dict[str, str] | None = None
        for student in sorted(known.keys() | waiting):
            outcome = book.latest(slug, student)
            about = marks.get(student)
            status, why, raw = NOTHING, "", None
            if about is not None:
                status = standing(about["grades"], outcome)
                told = status in (UNREADABLE, Status.FAULT) or (outcome is not None and _is_unread(outcome))
                why = " ".join(outcome["notes"]) if outcome and told else ""
                has_number = any(v is not None for _, _, auto, manual, _, _ in about["grades"] for v in (auto, manual))
                if status in (GRADED, PERSON) and has_number:
                    raw = sum(
                        (auto if manual is None else manual) or 0.0 for _, _, auto, manual, _, _ in about["grades"]
                    )
                    raw += sum(extra or 0.0 for _, _, auto, manual, extra, _ in about["grades"])
            if student in waiting:
                if stubs is None:
                    stubs = _stubs(to, slug)
                if about is None:
                    status, raw, why = Status.FAULT, None, f"Handed in and not graded yet: appraise grade {slug}"
                elif outcome is not None and read_submission(to, slug, student, stubs).digest != outcome["submission"]:
                    status, raw = Status.FAULT, None
                    why = f"Handed in again and not graded since: appraise grade {slug}"
            found.append(
                Row(
                    slug,
                    known.get(student) or _Unknown(student),
                    status,
                    raw,
                    about["penalty"] if about else 0.0,
                    float(assignment.max_score),
                    str(assignment.duedate or ""),
                    str((about or {}).get("timestamp") or ""),
                    why,
                )
            )
    return found


@dataclass(frozen=True)
class _Unknown:
    """A student whom nbgrader does not know yet."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    lms_user_id: str | None = None


def _stubs(to: Settings, slug: str) -> dict[str, str]:
    try:
        return released_stubs(load_course_lesson(to, slug).release)
    except LessonError:
        return {}


# ── formats ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """CSV whose cells no spreadsheet runs; None is an empty cell."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow([safe_cell(h) for h in head])
    for line in lines:
        write.writerow(["" if v is None else safe_cell(v) for v in line])
    return out.getvalue()


def as_nbgrader(found: Sequence[Row]) -> str:
    """nbgrader's own columns, then status and why."""
    head = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score"]
    head += ["late_submission_penalty", "score", "max_score", "status", "why"]
    lines: list[Sequence[object]] = []
    for r in found:
        who = (r.student.id, r.student.last_name, r.student.first_name, r.student.email)
        penalty = None if r.raw is None else r.penalty
        lines.append((r.lesson, r.due, r.timestamp, *who, r.raw, penalty, r.score, r.most, r.status, r.why))
    return table(head, lines)


def _by_student(found: Sequence[Row]) -> tuple[list[str], list[tuple[Any, dict[str, Row]]]]:
    lessons = sorted({r.lesson for r in found})
    people: dict[str, tuple[Any, dict[str, Row]]] = {}
    for r in found:
        people.setdefault(r.student.id, (r.student, {}))[1][r.lesson] = r
    return lessons, [people[i] for i in sorted(people)]


def _final(row: Row | None) -> float | None:
    """The score where it is one that will stay: not while a person has yet to mark."""
    return row.score if row is not None and row.status == GRADED else None


def as_canvas(found: Sequence[Row]) -> str:
    """What Canvas imports: an empty cell leaves there what is there. It has no room for a status."""
    lessons, people = _by_student(found)
    most = {r.lesson: r.most for r in found}
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *lessons]
    lines: list[Sequence[object]] = [("Points Possible", "", "", "", "", *(most[n] for n in lessons))]
    for s, of in people:
        name = ", ".join(n for n in (s.last_name, s.first_name) if n) or s.id
        lines.append((name, s.lms_user_id, s.id, s.id, "", *(_final(of.get(n)) for n in lessons)))
    return table(head, lines)


def as_moodle(found: Sequence[Row]) -> str:
    """What Moodle imports: a grade and, as its feedback, the status, for each lesson."""
    lessons, people = _by_student(found)
    head = ["First name", "Last name", "ID number", "Email address"]
    head += [f"{n}{more}" for n in lessons for more in ("", " status")]
    lines: list[Sequence[object]] = []
    for s, of in people:
        grades = [v for n in lessons for v in (_final(of.get(n)), of[n].status if n in of else NOTHING)]
        lines.append((s.first_name, s.last_name, s.id, s.email, *grades))
    return table(head, lines)


FORMATS = {"nbgrader": as_nbgrader, "canvas": as_canvas, "moodle": as_moodle}


def _write(file: Path, text: str) -> None:
    part = file.with_name(f"{file.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(file)


def main(kind: str, file: Path | None = None) -> int:
    """`appraise export`."""
    to = read_settings()
    file = file or to.root / f"grades-{kind}.csv"
    with open_gradebook(to) as book:
        found = rows(to, book)
    _write(file, FORMATS[kind](found))
    written = [str(file)]
    if kind == "canvas":  # the statuses beside it
        attachments = file.with_name(f"{file.stem}-status.csv")
        _write(attachments, as_nbgrader(found))
        written.append(str(attachments))
    counts = {s: sum(r.status == s for r in found) for s in (GRADED, PERSON, UNREADABLE, NOTHING, Status.FAULT)}
    print(f"{' and '.join(written)}: {', '.join(f'{n} {s}' for s, n in counts.items() if n) or 'no submissions'}.")
    if kind != "nbgrader" and counts[PERSON]:
        print(f"{counts[PERSON]} that need a person are left empty until they are marked.")
    return 0
