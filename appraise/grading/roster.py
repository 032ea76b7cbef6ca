"""The roster: who is in the class, from a CSV file into nbgrader's gradebook and `grading/roster.csv`.

The file may have nbgrader's columns, or those in which Canvas and Moodle export a class. It is read whole before
anything is written, so a line that cannot be used changes nothing. Students are never removed: their grades stay.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from nbgrader.api import Student

from appraise.errors import RosterError
from appraise.grading.gradebook.writer import MOST_NAME, open_gradebook
from appraise.grading.settings import Settings, read_settings
from appraise.grading.submission.folder import list_students

# nbgrader's field and the headings under which it may stand, in small letters
COLUMNS = {
    "id": ("id", "student_id", "sis user id", "id number", "username"),
    "first_name": ("first_name", "first name"),
    "last_name": ("last_name", "last name", "surname"),
    "email": ("email", "email address"),
    "lms_user_id": ("lms_user_id",),
}
Line = dict[str, str]


def read(file: Path) -> list[Line]:
    """The students in a roster, in its order, each with the fields that the file has.

    Parameters
    ----------
    file : Path
        CSV in UTF-8, with commas or semicolons, its first line the headings.

    Raises
    ------
    RosterError
        For a file that cannot be read, has no column with ids, or has an id that is missing, stands twice, or cannot
        be the name of a folder.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        why = e.strerror if isinstance(e, OSError) else "it is not UTF-8; save it as “CSV UTF-8”"
        raise RosterError(f"{file}: the roster cannot be read: {why}") from None
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    head = [h.strip().lower() for h in next(rows, [])]
    # Canvas' "ID" is its own number, and the id that people know stands under "SIS User ID"
    canvas = "sis user id" in head
    names = {**COLUMNS, "id": ("sis user id",), "lms_user_id": ("id",)} if canvas else COLUMNS
    place = {field: head.index(h) for field, known in names.items() for h in known if h in head}
    if "id" not in place:
        raise RosterError(
            f"{file}, line 1: expected a column “id”; got {', '.join(filter(None, head)) or 'no heading'}"
        )
    found: list[Line] = []
    lines: dict[str, int] = {}
    for row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells) or (canvas and cells[0] == "Points Possible"):
            continue
        line = {field: cells[i] for field, i in place.items() if i < len(cells)}
        where, who = f"{file}, line {rows.line_num}", line.get("id", "")
        _check(where, who)
        if who.casefold() in lines:
            raise RosterError(f"{where}: “{who}” is in line {lines[who.casefold()]} already; nothing was imported")
        lines[who.casefold()] = rows.line_num
        found.append(line)
    if not found:
        raise RosterError(f"{file}: expected at least one student below the headings")
    return found


def _check(where: str, who: str) -> None:
    if not who:
        raise RosterError(f"{where}: the id is missing; nothing was imported")
    if len(who) > MOST_NAME or who.startswith(".") or not who.isprintable() or set(who) & set('/\\:*?"<>|+'):
        # ids become names of folders; nbgrader joins a student and a lesson by +
        expected = f"at most {MOST_NAME} letters, digits, dots, hyphens; no slash, no + and no dot at the start"
        raise RosterError(f"{where}: “{who[:40]}” cannot be an id; expected {expected}; nothing was imported")


def _file(to: Settings) -> Path:
    return to.own / "roster.csv"


def main(file: Path) -> int:
    """`appraise roster`: all of a roster into the gradebook, or nothing."""
    to = read_settings()
    found = read(file)
    with open_gradebook(to) as book:
        known = {s.id: s for s in book.students()}
        new = [line for line in found if line["id"] not in known]
        for line in found:
            student = known.get(line["id"])
            if student is None:
                book.db.add(Student(**line))
                continue
            for field, value in line.items():
                if value:  # an empty cell takes nothing away
                    setattr(student, field, value)
        book.db.commit()
        gone = sorted(known.keys() - {line["id"] for line in found})
    out = io.StringIO()
    write = csv.DictWriter(out, list(COLUMNS), restval="", lineterminator="\n")
    write.writeheader()
    write.writerows(found)
    _file(to).write_text(out.getvalue(), encoding="utf-8", newline="\n")
    print(f"{len(found)} students on the roster, {len(new)} of them new.")
    if gone:
        print(f"In the gradebook and not on this roster, kept with their grades: {_some(gone)}.")
    return 0


def strangers(to: Settings, slug: str) -> list[str]:
    """What to say of submissions whose student is not on the roster; empty where none was imported."""
    if not _file(to).is_file():
        return []
    known = {line["id"] for line in read(_file(to))}
    said = []
    for who in list_students(to, slug):
        if who not in known:
            near = get_close_matches(who.casefold(), known, 1, 0.75)
            meant = f"; did it mean “{near[0]}”?" if near else "."
            said.append(f"“{who}” handed in {slug} and is not on the roster{meant} It is graded all the same.")
    return said


def tell_strangers(slug: str) -> None:
    """Print a line for each submission of somebody who is not on the roster."""
    for line in strangers(read_settings(), slug):
        print(line)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
