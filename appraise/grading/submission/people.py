"""The people of a class: what the roster knows of each, and where it is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

from appraise.files import write_whole


@dataclass(frozen=True)
class Person:
    """One student of the roster.

    Attributes
    ----------
    id : str
        The name of the student's folder, and the gradebook's id.
    lms_user_id : str
        Canvas' own number of the person.
    login, section : str
        As Canvas or Moodle export them; "" where they do not.
    name : str
        The whole name, where the export has it in one cell.
    numbers : str
        Numbers that Moodle gives a person in each assignment ("Participant 12345"), parted by spaces.
    sis_id : str
        Canvas' SIS User ID or Moodle's ID number, where another column is the id.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    login: str = ""
    section: str = ""
    name: str = ""
    numbers: str = ""
    sis_id: str = ""

    @property
    def full_name(self) -> str:
        """First and last name, or the name in one cell, or "".

        >>> Person("s01", "Jane", "Doe").full_name
        'Jane Doe'
        """
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.name

    def with_more(self, other: Person) -> Person:
        """This person with what another row knows of them; an empty cell takes nothing away, and numbers add up.

        >>> Person("s01", "Jane", numbers="1").with_more(Person("s01", "", "Doe", numbers="2")).numbers
        '1 2'
        """
        more = {f.name: getattr(other, f.name) for f in fields(other) if f.name != "id" and getattr(other, f.name)}
        both = dict.fromkeys([*self.numbers.split(), *other.numbers.split()])
        return replace(self, **{**more, "numbers": " ".join(both)})


FIELDS = tuple(f.name for f in fields(Person))


def roster_file(own: Path) -> Path:
    """Where the roster of a course is kept; `own` is the folder `grading/`."""
    return own / "roster.csv"


def load_people(own: Path) -> list[Person]:
    """The people on the roster as it was imported last, in its order; none where there is no roster."""
    file = roster_file(own)
    if not file.is_file():
        return []
    with file.open(encoding="utf-8-sig", newline="") as f:
        rows = [{k: v or "" for k, v in row.items() if k in FIELDS} for row in csv.DictReader(f)]
    return [Person(**row) for row in rows if row.get("id")]


def save_people(own: Path, people: Iterable[Person]) -> None:
    """Write the roster as `load_people` reads it, whole or not at all."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(FIELDS)
    write.writerows([getattr(person, field) for field in FIELDS] for person in people)
    write_whole(roster_file(own), out.getvalue())
