"""A class's cases: who gets which, by a secret. Pure functions; the caller decides where texts and keys are written.

A student's case is drawn from HMAC(secret, student), so that whoever has not the secret cannot try seeds until a text
appears. The same secret gives the same cases again. A lost secret cannot be recovered from the cases.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from appraise.cases.casemaking import make_case
from appraise.cases.public import CaseKey, CaseText, case_key, case_text

SENTENCES_A_TELLING = 4
"""Sentences of a telling in a graded case: three tellings have twelve, which is what half an hour allows."""
DEMO_SECRET = b"a public secret for examples"
"""The secret of the demonstration student; it stands in the open and protects nothing."""
CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")
"""What a code looks like."""
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0, O, 1, I or L, and no U

MakePair = Callable[[bytes, str], tuple[CaseText, CaseKey]]


class IssueError(ValueError):
    """A secret or a student that no case can be drawn for; the message says what was expected."""


@dataclass(frozen=True)
class Issued:
    """One student's case: the code that stands in the first answer cell, the text, and the key."""

    student: str
    code: str
    text: CaseText
    key: CaseKey


def draw_seed(secret: bytes, slug: str, student: str) -> bytes:
    """The seed of a student's case of a lesson: 32 bytes. Raises IssueError for a short secret or no student."""
    return _digest(secret, "case", slug, student)


def spell_code(typed: str) -> str:
    """A code as it is printed, however it was typed: in small letters, in quotes, with a dash.

    >>> spell_code(" “rf7b–59df” ")
    'RF7B-59DF'
    """
    return re.sub(r"[‐‑‒–—−]", "-", typed).strip(" \t\n\"'“”‘’").upper()


def draw_code(secret: bytes, slug: str, student: str) -> str:
    """The code of a student's case: eight letters and digits that are hard to mistake for one another.

    >>> draw_code(DEMO_SECRET, "13-an-unseen-case", "demo")
    'RF7B-59DF'
    """
    number = int.from_bytes(_digest(secret, "code", slug, student)[:16], "big")
    letters = []
    for _ in range(8):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def _digest(secret: bytes, purpose: str, slug: str, student: str) -> bytes:
    if len(secret) < 16:
        raise IssueError(f"the secret has {len(secret)} bytes; expected at least 16")
    if not student.strip():
        raise IssueError("a student without a name; expected the id that the roster has")
    return hmac.new(secret, "\0".join((purpose, slug, student)).encode(), hashlib.sha256).digest()


def make_pair(seed: bytes, code: str) -> tuple[CaseText, CaseKey]:
    """Text and key of a generated case for a graded room."""
    case = make_case(seed, sentences=SENTENCES_A_TELLING)
    return case_text(case, code), case_key(case, code)


def issue(
    secret: bytes, slug: str, students: Iterable[str], spares: int = 0, make: MakePair = make_pair
) -> Iterator[Issued]:
    """Each student's case, one at a time, and `spares` more for late joiners, whose students are "spare-1" and on.

    `make` gives text and key; a teacher's own case is issued by another one. Raises IssueError for a student who is
    named twice.

    >>> [one.student for one in issue(DEMO_SECRET, "13-an-unseen-case", ["ada"], spares=1)]
    ['ada', 'spare-1']
    """
    seen: set[str] = set()
    for student in chain(students, (f"spare-{i}" for i in range(1, spares + 1))):
        if student in seen:
            raise IssueError(f"{student!r} is named twice; expected each student once")
        seen.add(student)
        code = draw_code(secret, slug, student)
        text, key = make(draw_seed(secret, slug, student), code)
        yield Issued(student, code, text, key)
