"""The roster: who is in the class, from a class list into nbgrader's gradebook and `grading/roster.csv`.

The file is read whole before anything is written, so a line that cannot be used changes nothing. Students are never
removed by an import: their grades stay. `submission/students.py` removes and merges them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from nbgrader.api import Student

from appraise.errors import RosterError
from appraise.grading.gradebook.writer import open_gradebook
from appraise.grading.settings import Settings, read_settings
from appraise.grading.submission.class_list import ClassList, read_class_list
from appraise.grading.submission.folder import list_students
from appraise.grading.submission.people import Person, load_people, save_people

KEPT_BY_NBGRADER = ("first_name", "last_name", "email", "lms_user_id")


def import_roster(file: Path, id_column: str | None = None) -> int:
    """The command `appraise roster`: all of a class list into the gradebook, or nothing. Returns the exit code 0.

    Raises
    ------
    RosterError
        As `read_class_list`; nothing has been written then.
    """
    to = read_settings()
    result = read_class_list(file, id_column)
    before = load_people(to.own)
    result.people = _as_known(result.people, before)
    with open_gradebook(to) as book:
        known = {s.id: s for s in book.students()}
        new = [person for person in result.people if person.id not in known]
        for person in result.people:
            fields = {field: getattr(person, field) for field in KEPT_BY_NBGRADER}
            student = known.get(person.id)
            if student is None:
                book.db.add(Student(id=person.id, **fields))
                continue
            for field, value in fields.items():
                if value:  # an empty cell takes nothing away
                    setattr(student, field, value)
        book.db.commit()
        gone = sorted(known.keys() - {person.id for person in result.people})
    save_people(to.own, result.people)
    _tell(result, len(new), gone)
    return 0


def _as_known(people: list[Person], before: Sequence[Person]) -> list[Person]:
    """People with what earlier imports knew of them; who is known by another id goes on under that."""
    by_id = {person.id: person for person in before}
    emails: dict[str, list[Person]] = {}
    for person in before:
        if person.email:
            emails.setdefault(person.email.casefold(), []).append(person)
    result: dict[str, Person] = {}
    for person in people:
        old = by_id.get(person.id)
        if old is None and len(same := emails.get(person.email.casefold(), [])) == 1:
            old = same[0]
        new = old.with_more(replace(person, id=old.id)) if old else person
        if new.id in result:
            raise RosterError(
                f"“{person.id}” and another row are both “{new.id}” by their e-mail; nothing was imported"
            )
        result[new.id] = new
    return list(result.values())


def _tell(result: ClassList, new: int, gone: Sequence[str]) -> None:
    print(f"{len(result.people)} students on the roster, {new} of them new.")
    print(f"Their ids are from the column “{result.id_column}”.")
    if result.encoding != "UTF-8":
        odd = [p.full_name for p in result.people if not p.full_name.isascii()]
        look = f"; are these right? {_some(odd)}" if odd else ""
        print(f"The file is not UTF-8 and was read as {result.encoding}{look}.")
    if result.left_out:
        print(f"Left out, since they are no students: {_some(result.left_out)}.")
    if gone:
        print(f"In the gradebook and not on this roster, kept with their grades: {_some(gone)}.")
        print("`appraise student remove ID` or `appraise student merge OLD ID` settles each.")


def find_strangers(to: Settings, slug: str) -> list[str]:
    """What to say of submissions whose student is not on the roster; empty where none was imported."""
    known = [person.id for person in load_people(to.own)]
    if not known:
        return []
    message = []
    for who in sorted(set(list_students(to, slug)) - set(known)):
        near = get_close_matches(who.casefold(), known, 1, 0.75)
        meant = f"; did it mean “{near[0]}”?" if near else "."
        message.append(f"“{who}” handed in {slug} and is not on the roster{meant} It is graded all the same.")
    return message


def tell_strangers(slug: str) -> None:
    """Print a line for each of the first submissions of somebody who is not on the roster, and count the others."""
    message = find_strangers(read_settings(), slug)
    for line in message[:10]:
        print(line)
    if len(message) > 10:
        print(f"… and {len(message) - 10} more who are not on the roster; the overview names them all.")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def run_cases_command(rest: list[str]) -> int:
    """`appraise cases`, whose part on a class reads its roster here."""
    from appraise.cases import commands

    return commands.main(rest, lambda file: [person.id for person in read_class_list(file).people])
