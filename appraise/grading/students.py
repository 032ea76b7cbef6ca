"""Students who left, ghosts of a renamed folder, strangers: removed, or merged into another, with their history kept.

What a student had in nbgrader's gradebook is written to `grading/removed/` before it goes, beside what they handed in.
The outcomes in `appraise_outcome` stay as they are: they are history.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader import api

from appraise.errors import StudentError
from appraise.files import write_whole
from appraise.grading.gradebook.writer import open_gradebook
from appraise.grading.settings import Settings, read_settings
from appraise.grading.submission.people import load_people, save_people

STEPS = ("submitted", "autograded", "feedback")


def remove_student(student: str) -> int:
    """The command `appraise student remove`: take a student out of the gradebook, the roster and the folders.

    Raises
    ------
    StudentError
        Where there is no such student.
    """
    to = read_settings()
    _check(to, student)
    kept = _keep(to, student, f"removed {student}")
    for step in STEPS:
        for folder in _folders(to, step, student):
            _move(folder, kept / step / folder.name)
    with open_gradebook(to) as book:
        if any(s.id == student for s in book.students()):
            book.book.remove_student(student)
            book.db.commit()
    _take_off_roster(to, student)
    print(f"{student} is removed. What they handed in and their marks are kept in {kept}.")
    return 0


def merge_student(old: str, into: str) -> int:
    """The command `appraise student merge`: what one id has goes to another.

    Where both have a lesson, that of `into` stays and the other is kept in `grading/removed/`.

    Raises
    ------
    StudentError
        Where one of them is not there, or both are the same.
    """
    to = read_settings()
    if old == into:
        raise StudentError(f"“{old}” cannot be merged into itself")
    for who in (old, into):
        _check(to, who)
    kept = _keep(to, old, f"merged {old} into {into}")
    moved, left = [], []
    with open_gradebook(to) as book:
        _ensure(book, into)
        for folder in _folders(to, "submitted", old):
            other = to.folder("submitted", into, folder.name)
            if other.exists():
                left.append(folder.name)
            else:
                other.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(folder, other)
                moved.append(folder.name)
        marked = _take_marks(book, old, into)
        if any(s.id == old for s in book.students()):
            book.book.remove_student(old)
        book.db.commit()
    for slug in moved:
        _move_result(to, old, into, slug)
    for step in STEPS:
        for folder in _folders(to, step, old):
            _move(folder, kept / step / folder.name)
    _take_off_roster(to, old)
    print(f"{old} is merged into {into}: {', '.join(sorted({*moved, *marked})) or 'nothing to move'}.")
    if left:
        print(f"{into} had these already, and keeps their own: {', '.join(left)}. The others are in {kept}.")
    print("`appraise grade` of these lessons brings everything up to date.")
    return 0


def _take_off_roster(to: Settings, student: str) -> None:
    people = load_people(to.own)
    if any(person.id == student for person in people):
        save_people(to.own, [person for person in people if person.id != student])


def _check(to: Settings, student: str) -> None:
    with open_gradebook(to) as book:
        known = {s.id for s in book.students()}
    known |= {p.id for p in load_people(to.own)}
    if student not in known and not _folders(to, "submitted", student):
        near = sorted(known)[:5]
        raise StudentError(f"“{student}” is nowhere in this course; there are {', '.join(near)} and others")


def _ensure(book: Any, student: str) -> None:
    if not any(s.id == student for s in book.students()):
        book.db.add(api.Student(id=student))
        book.db.flush()


def _take_marks(book: Any, old: str, into: str) -> list[str]:
    """Give nbgrader's submissions of one student to another, who has none of that lesson; the lessons."""
    other = {s.assignment_id for s in book.db.query(api.SubmittedAssignment).filter_by(student_id=into)}
    taken = []
    for submission in book.db.query(api.SubmittedAssignment).filter_by(student_id=old).all():
        if submission.assignment_id not in other:
            submission.student_id = into
            taken.append(str(submission.assignment.name))
    book.db.flush()
    book.db.expire_all()
    return taken


def _folders(to: Settings, step: str, student: str) -> list[Path]:
    top = to.folder(step, student, ".").resolve()
    if not student or student.startswith(".") or not top.is_dir():
        return []
    return sorted(f for f in top.iterdir() if f.is_dir() and not f.is_symlink())


def _move(folder: Path, dest: Path) -> None:
    dest.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(folder, dest)
    if not any(folder.parent.iterdir()):
        folder.parent.rmdir()


def _move_result(to: Settings, old: str, into: str, slug: str) -> None:
    own, other = to.folder("autograded", old, slug), to.folder("autograded", into, slug)
    if own.is_dir() and not other.exists():
        other.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(own, other)


def _keep(to: Settings, student: str, what: str) -> Path:
    """Write what the gradebook has of a student, and a line of history; gives the folder."""
    now = datetime.now(UTC)
    folder = to.own / "removed" / f"{student}-{now:%Y%m%dT%H%M%S%f}"
    marks: dict[str, Any] = {}
    with open_gradebook(to) as book:
        for submission in book.db.query(api.SubmittedAssignment).filter_by(student_id=student):
            marks[str(submission.assignment.name)] = {
                "timestamp": str(submission.timestamp or ""),
                "grades": [
                    {
                        "cell": g.name,
                        "auto": g.auto_score,
                        "manual": g.manual_score,
                        "extra": g.extra_credit,
                        "needs_a_person": g.needs_manual_grade,
                    }
                    for notebook in submission.notebooks
                    for g in notebook.grades
                ],
                "comments": {
                    c.name: c.manual_comment
                    for notebook in submission.notebooks
                    for c in notebook.comments
                    if c.comment
                },
            }
    person = next((p for p in load_people(to.own) if p.id == student), None)
    lines = {"at": now.isoformat(), "what": what, "person": vars(person) if person else {"id": student}, "marks": marks}
    write_whole(folder / "gradebook.json", json.dumps(lines, ensure_ascii=False, indent=1) + "\n")
    history = to.own / "removed" / "history.txt"
    before = history.read_text(encoding="utf-8") if history.is_file() else ""
    write_whole(history, f"{before}{now:%Y-%m-%d %H:%M:%S} UTC {what}: {folder.name}\n")
    return folder


def run_student_command(what: str, student: str, into: str | None) -> int:
    """`appraise student`; returns the exit code 0. Raises StudentError where `merge` lacks its second id."""
    if what == "remove":
        return remove_student(student)
    if into is None:
        raise StudentError("appraise student merge: expected two ids, the former one and the one that stays")
    return merge_student(student, into)
