"""Grades for an LMS and for a spreadsheet: `appraise export`.

For Canvas and Moodle each lesson is a file with only the rows that have a number, since both take an empty cell for a
mark that is to be deleted, and Moodle ends a whole import at one person whom it does not know. Who is left out, and
why, stands in a list beside it. The file in nbgrader's form holds everybody with a status.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from appraise.errors import ExportError
from appraise.files import write_whole
from appraise.grading.gradebook.writer import open_gradebook
from appraise.grading.reports.standing import NOTHING, PERSON, Row, class_rows, count_statuses
from appraise.grading.settings import read_settings
from appraise.grading.submission.people import Person, load_people

FORMATS = ("nbgrader", "canvas", "moodle")


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


def table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """CSV whose cells no spreadsheet runs; None is an empty cell. A mark at its start tells Excel that it is UTF-8."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow([safe_cell(h) for h in head])
    for line in lines:
        write.writerow(["" if v is None else safe_cell(v) for v in line])
    return "\ufeff" + out.getvalue()


def as_nbgrader(result: Sequence[Row]) -> str:
    """nbgrader's own columns, then status and why, of everybody."""
    head = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score"]
    head += ["late_submission_penalty", "score", "max_score", "status", "why"]
    lines: list[Sequence[object]] = []
    for r in result:
        who = (r.student.id, r.student.last_name, r.student.first_name, r.student.email)
        penalty = None if r.raw is None else r.penalty
        lines.append((r.lesson, r.due, r.timestamp, *who, r.raw, penalty, r.score, r.most, r.status, r.why))
    return table(head, lines)


def _canvas_person(s: Any, person: Person | None) -> tuple[object, ...]:
    name = ", ".join(n for n in (s.last_name, s.first_name) if n) or (person.name if person else "") or s.id
    if person is None:
        return name, s.lms_user_id, s.id, s.id, ""
    # where the login is the id, an empty SIS id leaves what Canvas has
    sis = person.sis_id or ("" if person.id in (person.login, person.lms_user_id) else person.id)
    return name, person.lms_user_id, sis, person.login or person.id, person.section


def as_canvas(result: Sequence[Row], people: Mapping[str, Person], out_of: float | None = None) -> str:
    """What Canvas imports: of one lesson, or of several beside one another. An empty cell deletes what is there.

    Parameters
    ----------
    found : sequence of Row
    people : mapping
        The roster by id.
    out_of : float, optional
        The maximum in the LMS, to which points are scaled; that of the lesson if left out.
    """
    lessons, rows = _by_student(result)
    most = {r.lesson: out_of or r.most for r in result}
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *lessons]
    lines: list[Sequence[object]] = [("    Points Possible", "", "", "", "", *(most[n] for n in lessons))]
    for s, of in rows:
        lines.append((*_canvas_person(s, people.get(s.id)), *(_scaled(of.get(n), out_of) for n in lessons)))
    return table(head, lines)


def as_moodle(result: Sequence[Row], people: Mapping[str, Person], out_of: float | None = None) -> str:
    """What Moodle imports: people, then for each lesson the grade and the maximum that it is out of.

    Parameters
    ----------
    found, people, out_of
        As in `as_canvas`.
    """
    lessons, rows = _by_student(result)
    most = {r.lesson: out_of or r.most for r in result}
    head = ["First name", "Last name", "ID number", "Username", "Email address"]
    head += [f"{n}{more}" for n in lessons for more in ("", " maximum")]
    lines: list[Sequence[object]] = []
    for s, of in rows:
        person = people.get(s.id) or Person(s.id, sis_id=s.id)
        number = person.sis_id or ("" if person.id in (person.login, person.email) else person.id)
        grades = [v for n in lessons for v in (_scaled(of.get(n), out_of), most[n])]
        lines.append((s.first_name, s.last_name, number, person.login, s.email, *grades))
    return table(head, lines)


def _by_student(result: Sequence[Row]) -> tuple[list[str], list[tuple[Any, dict[str, Row]]]]:
    lessons = sorted({r.lesson for r in result})
    people: dict[str, tuple[Any, dict[str, Row]]] = {}
    for r in result:
        people.setdefault(r.student.id, (r.student, {}))[1][r.lesson] = r
    return lessons, [people[i] for i in sorted(people)]


def _scaled(row: Row | None, out_of: float | None) -> float | None:
    if row is None or row.final is None:
        return None
    return row.final if out_of is None or not row.most else round(row.final * out_of / row.most, 4)


def can_be_sent(row: Row) -> bool:
    """Whether a row goes into a file for an LMS: it has a final number, and is of somebody on the roster."""
    return row.final is not None and row.is_known


def export(
    kind: str, file: Path | None = None, slugs: Sequence[str] = (), blanks: bool = False, out_of: float | None = None
) -> int:
    """The command `appraise export`; returns the exit code 0.

    Parameters
    ----------
    kind : str
        "nbgrader", "canvas" or "moodle".
    file : Path, optional
        Where to write; the lesson is added to its name where there are several files. grades-KIND.csv if left out.
    slugs : sequence of str
        Only these lessons.
    blanks : bool
        For an LMS: one file with everybody on the roster and all lessons, where an empty cell deletes a mark.
    out_of : float, optional
        For an LMS: the maximum that the lesson has there.

    Raises
    ------
    ExportError
        For a lesson that is not in the gradebook, or a maximum that is not above 0.
    """
    to = read_settings()
    file = file or to.root / f"grades-{kind}.csv"
    if out_of is not None and not out_of > 0:
        raise ExportError(f"--out-of {out_of:g}: expected a number above 0")
    with open_gradebook(to) as book:
        known = [str(lesson.name) for lesson in book.lessons()]
        if missing := [slug for slug in slugs if slug not in known]:
            raise ExportError(f"“{missing[0]}” is not in the gradebook; it has {', '.join(known) or 'no lesson yet'}")
        result = class_rows(to, book, slugs)
    people = {person.id: person for person in load_people(to.own)}
    lms = kind != "nbgrader"
    written = _for_lms(kind, file, result, people, blanks, out_of) if lms else {file: as_nbgrader(result)}
    for path, text in written.items():
        write_whole(path, text)
    counts = ", ".join(f"{n} {status}" for status, n in count_statuses(result).items()) or "no submissions"
    print(f"{', '.join(map(str, written)) or 'Nothing to write'}: {counts}.")
    if lms:
        _tell_left_out(result, blanks)
    return 0


def _for_lms(
    kind: str, file: Path, result: Sequence[Row], people: Mapping[str, Person], blanks: bool, out_of: float | None
) -> dict[Path, str]:
    write = as_canvas if kind == "canvas" else as_moodle
    written = {}
    if blanks:
        written[file] = write([r for r in result if r.is_known], people, out_of)
    else:
        for slug in sorted({r.lesson for r in result}):
            if rows := [r for r in result if r.lesson == slug and can_be_sent(r)]:
                written[file.with_name(f"{file.stem}-{slug}{file.suffix}")] = write(rows, people, out_of)
    neighbours = file.with_name(f"{file.stem}-status{file.suffix}")
    written[neighbours] = as_nbgrader([r for r in result if blanks or not can_be_sent(r)])
    return written


def _tell_left_out(result: Sequence[Row], blanks: bool) -> None:
    left = [r for r in result if not can_be_sent(r)]
    waiting = sum(r.status == PERSON for r in left)
    if waiting:
        print(f"{waiting} that need a person are {'empty' if blanks else 'left out'} until they are marked.")
    if strangers := sorted({str(r.student.id) for r in result if not r.is_known and r.status != NOTHING}):
        print(f"Not on the roster, and in no file for the LMS: {', '.join(strangers[:10])}.")
    if blanks:
        print("An empty cell deletes the mark that the LMS has.")
