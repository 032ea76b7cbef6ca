"""Class lists as Canvas, Moodle, nbgrader and spreadsheets write them, read into people."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from appraise.errors import RosterError
from appraise.grading.submission.people import Person

MOST_ID = 128  # characters of a student's id that nbgrader keeps
NOTHING = "nothing was imported"
# Columns that may be the id, the likeliest first. Canvas' "ID" is its own number: there it comes last.
_IDS = ("id", "student_id", "id number", "username", "email", "email address")
_CANVAS_IDS = ("sis user id", "sis login id", "id")
_FIELDS = {
    "first_name": ("first_name", "first name", "firstname"),
    "last_name": ("last_name", "last name", "surname", "lastname"),
    "email": ("email", "email address", "e-mail"),
    "lms_user_id": ("lms_user_id",),
    "login": ("login", "sis login id", "username"),
    "section": ("section", "groups", "group"),
    "name": ("name", "full name", "student"),
    "sis_id": ("sis user id", "id number"),
    "identifier": ("identifier",),
}
_NO_STUDENTS = ("points possible", "student, test")


@dataclass
class ClassList:
    """A class list as it was read.

    Attributes
    ----------
    people : list of Person
    id_column : str
        The heading of the column that the ids are from.
    encoding : str
        "UTF-8", "UTF-16" or "Windows-1252".
    left_out : list of str
        Rows that are no students, in words.
    """

    people: list[Person]
    id_column: str
    encoding: str
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]


def read_class_list(file: Path, id_column: str | None = None) -> ClassList:
    """The students in a class list, in its order.

    Parameters
    ----------
    file : Path
        CSV with commas, semicolons or tabs, its first line the headings, in UTF-8, UTF-16 or Windows-1252.
    id_column : str, optional
        The heading of the column to take the ids from; the first of those usual that is filled for everybody if left
        out.

    Raises
    ------
    RosterError
        For a file that cannot be read, has no column with an id for everybody, or has an id that stands twice or
        cannot be the name of a folder.
    """
    text, encoding = _decoded(file)
    head, rows = _table(file, text)
    canvas = "student" in head and ("sis user id" in head or "sis login id" in head or "id" in head)
    rows, left_out = _students_of(rows, canvas)
    if not rows and any(head):
        raise RosterError(f"{file}: expected at least one student below the headings")
    chosen = _id_column(file, head, rows, canvas, id_column)
    people: list[Person] = []
    lines: dict[str, int] = {}
    for row in rows:
        where, who = f"{file}, line {row.line}", row.cells.get(chosen, "")
        check_id(where, who)
        if who.casefold() in lines:
            raise RosterError(f"{where}: “{who}” is in line {lines[who.casefold()]} already; {NOTHING}")
        lines[who.casefold()] = row.line
        people.append(_person(who, row.cells, chosen, canvas))
    return ClassList(people, chosen, encoding, left_out)


def check_id(where: str, who: str) -> None:
    """Refuse what cannot be an id everywhere: in a folder's name, in nbgrader's pages and in a spreadsheet."""
    if not who:
        raise RosterError(f"{where}: the id is missing; {NOTHING}")
    folder = len(who.encode("utf-8")) <= MOST_ID and not who.startswith(".") and not who.endswith(".")
    # nbgrader joins a student and a lesson by +, and looks for folders by patterns; a spreadsheet runs formulas
    if not folder or not who.isprintable() or set(who) & set('/\\:*?"<>|+[]') or who[0] in "=-@%＝＋－＠":
        expected = f"at most {MOST_ID} letters, digits, dots, hyphens; no slash, bracket or +, no dot at either end, "
        expected += "and no sign of a formula (=, -, @, %) at the start"
        raise RosterError(f"{where}: “{who[:40]}” cannot be an id; expected {expected}; {NOTHING}")


def _decoded(file: Path) -> tuple[str, str]:
    try:
        data = file.read_bytes()
    except OSError as e:
        raise RosterError(f"{file}: the roster cannot be read: {e.strerror}") from None
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise RosterError(f"{file}: the roster cannot be read: it is a spreadsheet; save it as “CSV UTF-8”")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as(file, data, "utf-16"), "UTF-16"
    if data[:200].count(0) > len(data[:200]) // 4:  # UTF-16 without a mark: every other byte of Latin letters is 0
        return _as(file, data, "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"), "UTF-16"
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return _as(file, data, "cp1252"), "Windows-1252"


def _as(file: Path, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise RosterError(
            f"{file}: the roster cannot be read: it is neither UTF-8, UTF-16 nor Windows-1252; save it as “CSV UTF-8”"
        ) from None


def _table(file: Path, text: str) -> tuple[list[str], list[_Row]]:
    first = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    result: list[_Row] = []
    try:
        head = [" ".join(h.split()).casefold() for h in next(rows, [])]
        before = rows.line_num
        for cells in rows:
            line, before = before + 1, rows.line_num
            if any("\n" in cell or "\r" in cell for cell in cells):
                raise RosterError(f"{file}, line {line}: a quotation mark is opened and not closed; {NOTHING}")
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                result.append(_Row(line, {h: c for h, c in zip(head, stripped) if h}))
    except csv.Error as e:
        line = rows.line_num
        raise RosterError(f"{file}, line {line}: expected comma-separated text ({e}); {NOTHING}") from None
    return head, result


def _students_of(rows: Sequence[_Row], canvas: bool) -> tuple[list[_Row], list[str]]:
    if not canvas:
        return list(rows), []
    kept, left_out = [], []
    for row in rows:
        name, sis = row.cells.get("student", ""), row.cells.get("sis user id", "")
        empty = not any(row.cells.get(h) for h in (*_CANVAS_IDS, "student"))
        # the student view of a course leaves a test student, who has Canvas' number and no SIS id
        if (name.casefold() in _NO_STUDENTS and not sis) or empty:
            left_out.append(f"line {row.line} (“{name or next(filter(None, row.cells.values()), '')}”)")
        else:
            kept.append(row)
    return kept, left_out


def _id_column(file: Path, head: list[str], rows: list[_Row], canvas: bool, asked: str | None) -> str:
    if asked is not None:
        wanted = " ".join(asked.split()).casefold()
        if wanted not in head:
            raise RosterError(f"{file}, line 1: there is no column “{asked}”; it has {', '.join(filter(None, head))}")
        return wanted
    usual = [h for h in (_CANVAS_IDS if canvas else _IDS) if h in head]
    if not usual:
        names = ", ".join(filter(None, head)) or "no heading"
        raise RosterError(
            f"{file}, line 1: expected a column “id”; got {names}; --id COLUMN says which column is the id"
        )
    for column in usual:
        if rows and all(row.cells.get(column) for row in rows):
            return column
    if len(usual) == 1:
        lacking = next(row for row in rows if not row.cells.get(usual[0]))
        raise RosterError(f"{file}, line {lacking.line}: the id is missing; {NOTHING}")
    filled = ", ".join(f"“{h}” {sum(bool(row.cells.get(h)) for row in rows)} of {len(rows)}" for h in usual)
    raise RosterError(f"{file}: no column has an id for everybody: filled are {filled}; {NOTHING}")


def _person(who: str, cells: dict[str, str], chosen: str, canvas: bool) -> Person:
    result = {f: next((cells[h] for h in names if cells.get(h)), "") for f, names in _FIELDS.items()}
    number = re.search(r"\d+$", result.pop("identifier"))
    if canvas:
        result["lms_user_id"] = cells.get("id", "")
        last, comma, first = result["name"].partition(", ")
        if comma and not (result["first_name"] or result["last_name"]):
            result["first_name"], result["last_name"] = first, last
    if chosen in _FIELDS["sis_id"]:
        result["sis_id"] = ""
    return Person(who, numbers=number[0] if number else "", **result)
