"""Whose file is it: a person found in the names that an LMS, a learner or a teacher gave files and folders.

What the LMS wrote counts before what a learner wrote: Canvas puts the person's name and number before every file name,
Moodle gives each person a folder or a beginning, Blackboard puts the login into it. Where none of these is there, ids,
logins, e-mail addresses and whole names are looked for. A part of a name is a hint for a person to settle, and never
enough.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial

from appraise.grading.submission.people import Person

_CANVAS = re.compile(r"^(?P<name>[^_]+)(?P<late>_LATE)?_(?P<user>\d+)_(?P<submission>\d+)_(?P<rest>.+)$")
_MOODLE = re.compile(
    r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:[_/](?P<rest>.*))?$", re.IGNORECASE
)
_BLACKBOARD = re.compile(r"^.*?_(?P<login>[^_]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|\.txt)?$")
_BRIGHTSPACE = re.compile(r"^\d+-\d+ - (?P<name>.+?) - (?P<when>.+? [AP]M)(?: - (?P<rest>.+))?$")
_PARTICIPANT = re.compile(r"^(?:participant|teilnehmer/in|participante|deelnemer)\s*(\d+)$", re.IGNORECASE)
_COPY = re.compile(
    r"(?:[ _.-]*(?:\(\d+\)|-\s?copy\d*|_copy\d*|copy\d+|- kopie|_?final(?:_?v?\d+)?|_v\d+)|(?<=\D)-\d{1,2})$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class LmsName:
    """What an LMS wrote into a path.

    Attributes
    ----------
    lms : str
        "canvas", "moodle", "blackboard" or "brightspace".
    place : int
        Which part of the path it is.
    number : str
        The LMS' number of the person, or of the person in this assignment; "" where it has none.
    name, login : str
        As the LMS wrote them.
    rest : str
        The learner's own file name.
    prefix : str
        What stands before it, so that a file can be sent back under a name that the LMS knows.
    is_late : bool
        Canvas' mark.
    when : str
        The time in the name; "" where there is none.
    order : int
        Canvas' number of the file, which grows.
    is_text : bool
        Whether it is what was typed into Moodle's page, and no file.
    """

    lms: str
    place: int
    number: str = ""
    name: str = ""
    login: str = ""
    rest: str = ""
    prefix: str = ""
    is_late: bool = False
    when: str = ""
    order: int = 0
    is_text: bool = False


def read_lms_names(parts: Sequence[str]) -> list[LmsName]:
    """What an LMS may have written into a path, given as its parts from the outermost folder to the file.

    Examples
    --------
    >>> (found,) = read_lms_names(["submissions.zip", "doejane_LATE_4711_88001_04-the-numbers-1.ipynb"])
    >>> found.number, found.name, found.is_late, found.rest
    ('4711', 'doejane', True, '04-the-numbers-1.ipynb')
    >>> read_lms_names(["Jane Doe_12345_assignsubmission_file_", "my notebook.ipynb"])[0].number
    '12345'
    """
    result = []
    for n, part in enumerate(parts):
        below = parts[-1] if n < len(parts) - 1 else ""
        if m := _MOODLE.match(part):
            prefix = f"{m['name']}_{m['number']}_assignsubmission_file_"
            name = "" if _PARTICIPANT.match(m["name"].strip()) else m["name"]
            rest = below or m["rest"] or ""
            result.append(LmsName("moodle", n, m["number"], name, "", rest, prefix, is_text=m["kind"] == "onlinetext"))
        elif m := _BLACKBOARD.match(part):
            rest = below or m["rest"] or ""
            result.append(LmsName("blackboard", n, login=m["login"], rest=rest, when=_clock(m["when"])))
        elif m := _BRIGHTSPACE.match(part):
            result.append(LmsName("brightspace", n, name=m["name"], rest=below or m["rest"] or "", when=m["when"]))
        elif m := _CANVAS.match(part):
            prefix = part[: m.start("rest")]
            late, order = bool(m["late"]), int(m["submission"])
            result.append(LmsName("canvas", n, m["user"], m["name"], "", below or m["rest"], prefix, late, order=order))
    return result


def _clock(text: str) -> str:
    """Blackboard's `2026-03-01-10-22-33` as a date and a time."""
    day, clock = text[:10], text[11:].replace("-", ":")
    return f"{day} {clock}"


def fold(text: str, accents: bool = True) -> str:
    """Words in small letters with one space between, whatever stood there; without accents where they do not count.

    >>> fold("O’Neil_Ada-Zoë"), fold("Müller", accents=False)
    ('o neil ada zoë', 'muller')
    """
    text = unicodedata.normalize("NFKC" if accents else "NFKD", text).casefold()
    if not accents:
        text = "".join(c for c in text if not unicodedata.combining(c)).replace("ß", "ss").replace("ø", "o")
    return " ".join("".join(c if _is_letter(c) else " " for c in text).split())


def _is_letter(c: str) -> bool:
    return c.isalnum() or unicodedata.category(c).startswith("M")


def _closed(text: str) -> str:
    return text.replace(" ", "")


@dataclass
class Whose:
    """To whom a path belongs.

    Attributes
    ----------
    person : Person or None
    candidates : list of Person
        Whom it may belong to, where that is not certain.
    by : str
        By what the person was found.
    lms : LmsName or None
        What the LMS wrote.
    place : int
        The part of the path that named the person.
    """

    person: Person | None = None
    candidates: list[Person] = field(default_factory=list)
    by: str = ""
    lms: LmsName | None = None
    place: int = 0


class Finder:
    """Finds the person that a path belongs to.

    Parameters
    ----------
    people : sequence of Person
        The roster.
    numbers : mapping of str to str
        The LMS' numbers that are known besides the roster's ("moodle 12345"), each with the person's id.
    slugs : sequence of str
        The lessons, whose names in a file's name say nothing of a person.
    """

    def __init__(self, people: Sequence[Person], numbers: Mapping[str, str], slugs: Sequence[str] = ()) -> None:
        spelled = "|".join(r"[ _-]?".join(map(re.escape, slug.split("-"))) for slug in slugs) or r"(?!)"
        self._lesson = re.compile(rf"(?<![^\W_])(?:{spelled})(?:-\d{{1,2}}(?!\d))?(?![^\W_])", re.IGNORECASE)
        self.people = list(people)
        self.by_id = {person.id: person for person in people}
        self._numbers: dict[str, list[Person]] = {}
        for person in people:
            if person.lms_user_id:
                self._add(f"canvas {person.lms_user_id}", person)
            for number in person.numbers.split():
                self._add(f"moodle {number}", person)
        for number, who in numbers.items():
            if who in self.by_id:
                self._numbers[number] = [self.by_id[who]]
        self._exact = _by_key(people, _keys)
        self._folded = _by_key(people, _folded_keys)
        self._names = [
            _by_key(people, partial(_whole_names, accents=True)),
            _by_key(people, partial(_whole_names, accents=False)),
        ]
        self._hints = _by_key(people, lambda p: {*fold(p.full_name, accents=False).split(), fold(p.id)})

    def _add(self, number: str, person: Person) -> None:
        self._numbers.setdefault(number, []).append(person)

    def find(self, parts: Sequence[str]) -> Whose:
        """The person of a path; what the LMS wrote before what a learner wrote, inner names before outer ones."""
        names = read_lms_names(parts)
        for lms in names:
            if result := self._by_lms(lms):
                return replace(result, lms=lms, place=lms.place)
        first = names[0] if names else None
        named = list(enumerate(parts))[::-1]
        if first is not None:
            named = [(first.place, text) for text in (first.rest, first.name, first.login)]
        hints: list[Person] = []
        for place, part in named:
            people, by = self._in_text(part)
            if len(people) == 1:
                return Whose(people[0], [], by, first, place)
            if people:
                return Whose(None, people, "", first, place)
            hints += self._near(part)
        return Whose(None, list(dict.fromkeys(hints))[:5], "", first)

    def _by_lms(self, lms: LmsName) -> Whose | None:
        if lms.number and len(result := self._numbers.get(f"{lms.lms} {lms.number}", [])) == 1:
            return Whose(result[0], by="number")
        if lms.login and len(result := self._exact.get(_exact(lms.login), [])) == 1:
            return Whose(result[0], by="login")
        for table, accents in zip(self._names, (True, False)):
            result = table.get(_closed(fold(lms.name, accents)), []) if lms.name else []
            if len(result) == 1:
                return Whose(result[0], by="name")
            if result:
                return Whose(candidates=result)
        return None

    def _in_text(self, text: str) -> tuple[list[Person], str]:
        """The people whose key stands in a name, by the surest kind of key that any has."""
        stem = re.sub(r"(?:\.(?:ipynb|json|txt|zip))+$", "", text, flags=re.IGNORECASE)
        ways: list[tuple[str, Callable[[str], list[Person]]]] = [
            ("id, login or e-mail", lambda t: _longest(_exact(t), self._exact, _ends_exact)),
            ("id, login or e-mail", lambda t: _longest(fold(t), self._folded, _ends_word)),
            ("name", lambda t: _names_in(fold(t), self._names[0])),
            ("name", lambda t: _names_in(fold(t, accents=False), self._names[1])),
        ]
        for by, look in ways:
            whole = look(self._lesson.sub(" ", stem))
            bare = look(self._lesson.sub(" ", _without_copy_marks(stem)))
            if bare and set(bare) <= set(whole):
                return bare, by
            if either := list(dict.fromkeys([*bare, *whole])):
                return either, by
        return [], ""

    def _near(self, text: str) -> list[Person]:
        words = fold(self._lesson.sub(" ", text.rpartition(".")[0] or text), accents=False).split()
        result: list[Person] = []
        for word in words:
            for near in get_close_matches(word, self._hints, 3, 0.8):
                result += self._hints[near]
        return list(dict.fromkeys(result))


def _exact(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _keys(person: Person) -> set[str]:
    return {person.id, person.login, person.email, person.sis_id, person.email.partition("@")[0]}


def _folded_keys(person: Person) -> set[str]:
    return {fold(key) for key in (person.id, person.login, person.email, person.sis_id)}


def _by_key(people: Iterable[Person], keys: Callable[[Person], set[str]]) -> dict[str, list[Person]]:
    result: dict[str, list[Person]] = {}
    for person in people:
        for key in set(map(_exact, keys(person))):
            if key:
                result.setdefault(key, []).append(person)
    return result


def _whole_names(person: Person, accents: bool) -> set[str]:
    """A person's whole names as one word, in both orders."""
    names = {person.full_name, f"{person.last_name} {person.first_name}", person.name}
    first, last = fold(person.first_name, accents), fold(person.last_name, accents)
    if not (first and last):
        names = {person.full_name} if " " in person.full_name or not person.full_name.isascii() else set()
    return {_closed(fold(name, accents)) for name in names if name.strip()}


def _without_copy_marks(stem: str) -> str:
    stem = re.sub(r"^(?:copy of|kopie von|copie de)\s+", "", stem, flags=re.IGNORECASE)
    while (shorter := _COPY.sub("", stem)) != stem and shorter:
        stem = shorter
    return stem


def _ends_exact(text: str, start: int, end: int) -> bool:
    """Whether a key stands for itself: no letter, digit, or a part of an address beside it."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    joins = (before and (_is_letter(before) or before in "@.")) or (after and (_is_letter(after) or after == "@"))
    return not joins


def _ends_word(text: str, start: int, end: int) -> bool:
    return text[max(0, start - 1) : start] in ("", " ") and text[end : end + 1] in ("", " ")


def _longest(text: str, table: Mapping[str, list[Person]], ends: Callable[[str, int, int], bool]) -> list[Person]:
    """The people whose keys stand in a text; a key within a longer one does not count."""
    spans: list[tuple[int, int, str]] = []
    for key in table:
        start = text.find(key)
        while start >= 0:
            if ends(text, start, start + len(key)):
                spans.append((start, start + len(key), key))
            start = text.find(key, start + 1)
    kept = [s for s in spans if not any(o[0] <= s[0] and s[1] <= o[1] and o[:2] != s[:2] for o in spans)]
    return list(dict.fromkeys(person for _, _, key in sorted(kept) for person in table[key]))


def _names_in(words: str, table: Mapping[str, list[Person]]) -> list[Person]:
    """The people whose whole name stands in a text as words in a row."""
    split = words.split()
    runs = {"".join(split[a:b]) for a in range(len(split)) for b in range(a + 1, min(len(split), a + 7) + 1)}
    result = [run for run in sorted(runs, key=len, reverse=True) if run in table]
    kept = [run for run in result if not any(run in other and run != other for other in result)]
    return list(dict.fromkeys(person for run in kept for person in table[run]))
