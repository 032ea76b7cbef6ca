"""Where a class's cases lie: the secret and the keys under `grading/cases/SLUG/`, the texts beside the notebook.

    grading/cases/SLUG/secret        32 random bytes in hexadecimal, readable by the owner alone
    grading/cases/SLUG/index.json    who has which code, spare codes, and the codes of earlier issues
    grading/cases/SLUG/CODE.json     a case's key with its text
    lessons/SLUG/cases/CODE.json     a case's text, which is released with the notebook

`lessons/SLUG/cases/` and `grading/` are ignored by git.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from appraise.cases.issuing import Issued, MakePair, issue, make_pair, spell_code
from appraise.cases.judging import chance_points, count_points
from appraise.cases.own import read_own_case
from appraise.cases.public import CaseKey, CaseText
from appraise.errors import AppraiseError
from appraise.files import write_whole

CASES = "cases"


class ShelfError(AppraiseError):
    """A class's cases cannot be issued, printed or found; the text says what can and cannot be done about it."""


class Index(BaseModel):
    """Who has which case of a lesson.

    `students` and `spares` map a student (or "spare-1" and on) to a code; `past` maps the codes of earlier issues to
    the day on which they were issued; `secret` is the fingerprint of the secret that drew the codes.
    """

    model_config = ConfigDict(extra="forbid")

    issued: str
    secret: str
    own: str = ""
    students: dict[str, str] = {}
    spares: dict[str, str] = {}
    past: dict[str, str] = {}


class StoredCase(BaseModel):
    """A case as the grader keeps it."""

    model_config = ConfigDict(extra="forbid")

    text: CaseText
    key: CaseKey


class IssueReport(NamedTuple):
    """What an issue did: students with a case, those who are new, spare codes, and the day of this issue."""

    students: int
    new: int
    spares: int
    issued: str


class Shelf:
    """The cases of one lesson.

    Parameters
    ----------
    grading : Path
        The course's folder of personal data, `grading/`.
    slug : str
        The lesson.
    """

    def __init__(self, grading: Path, slug: str) -> None:
        self.slug = slug
        self.folder = grading / CASES / slug

    @property
    def is_there(self) -> bool:
        """Whether cases of this lesson were issued."""
        return (self.folder / "index.json").is_file()

    def index(self) -> Index:
        """Who has which code. Raises ShelfError where nothing was issued, or the index cannot be read."""
        file = self.folder / "index.json"
        try:
            return Index.model_validate_json(file.read_bytes())
        except OSError:
            raise ShelfError(f"{file}: no cases were issued; run `appraise cases issue {self.slug}` first") from None
        except ValidationError:
            raise ShelfError(f"{file} cannot be read; put back a copy of it, or issue the cases again") from None

    def stored(self, code: str) -> StoredCase:
        """A case with its key. Raises ShelfError where it is not there or cannot be read."""
        file = self.folder / f"{code}.json"
        try:
            return StoredCase.model_validate_json(file.read_bytes())
        except (OSError, ValidationError):
            raise ShelfError(
                f"{file}: expected the key of this case. With the same secret, `appraise cases issue {self.slug}` "
                "makes it again"
            ) from None

    def all_stored(self) -> Iterator[tuple[str, StoredCase]]:
        """Each student, and each spare code, with the case; one at a time."""
        index = self.index()
        for student, code in (*index.students.items(), *index.spares.items()):
            yield student, self.stored(code)

    # ── issuing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def issue(
        self, release: Path, students: Sequence[str], spares: int, own: Path | None = None, afresh: bool = False
    ) -> IssueReport:
        """Write a case for each student and for each spare code; who has one keeps it.

        Parameters
        ----------
        release : Path
            The released lesson's folder; the texts go to `cases/` in it.
        students : sequence of str
            All who are on the roster.
        spares : int
            Cases for late joiners.
        own : Path, optional
            A teacher's own case, which everybody gets, each under a code of their own.
        afresh : bool
            Draw a new secret; the codes so far are then those of an earlier issue.

        Raises
        ------
        ShelfError
            Where the lesson is not released, the secret is lost or another one, or another case was issued.
        """
        if not (release / f"{self.slug}.ipynb").is_file():
            raise ShelfError(f"{release}: expected the released lesson; run `make lessons` first")
        before = self.index() if self.is_there else None
        secret = self._secret(before, afresh)
        index = self._new_index(before, secret, own, afresh)
        make = _own_maker(own) if own else make_pair
        if afresh:
            for file in sorted((release / CASES).glob("*.json")):
                file.unlink()
        self._restore(release, secret, index, make)
        new = [student for student in students if student not in index.students]
        taken = {*index.students.values(), *index.spares.values()}
        for one in issue(secret, self.slug, new, spares, make):
            is_spare = one.student.startswith("spare-")
            if is_spare and one.code in taken:  # drawn before; perhaps a late joiner has it by now
                continue
            (index.spares if is_spare else index.students)[one.student] = one.code
            self._write(release, one)
        write_whole(self.folder / "index.json", index.model_dump_json(indent=1))
        return IssueReport(len(index.students), len(new), len(index.spares), index.issued)

    def _secret(self, before: Index | None, afresh: bool) -> bytes:
        file = self.folder / "secret"
        if before is None or afresh:
            if before is None and file.is_file():
                return _read_secret(file)  # put there by hand, to have the same cases as on another machine
            secret = secrets.token_bytes(32)
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            write_whole(file, secret.hex() + "\n")
            file.chmod(0o600)
            return secret
        if not file.is_file():
            raise ShelfError(
                f"{file} is lost. The keys beside it still judge and print the {len(before.students)} cases that were "
                "issued. What cannot be had without the secret: the same cases made again, and a case for somebody new "
                "(a spare code serves them). Put back a copy of the secret, or issue new cases to all with --afresh"
            )
        secret = _read_secret(file)
        if _fingerprint(secret) != before.secret:
            raise ShelfError(
                f"{file} is not the secret that drew these cases. Put that one back, or issue new cases to all with "
                "--afresh"
            )
        return secret

    def _new_index(self, before: Index | None, secret: bytes, own: Path | None, afresh: bool) -> Index:
        digest = hashlib.sha256(own.read_bytes()).hexdigest()[:16] if own and own.is_file() else ""
        if before is None or afresh:
            past = dict(before.past) if before else {}
            if before:
                past |= dict.fromkeys((*before.students.values(), *before.spares.values()), before.issued)
            return Index(issued=date.today().isoformat(), secret=_fingerprint(secret), own=digest, past=past)
        if before.own != digest:
            raise ShelfError(
                f"{self.folder}: another case was issued on {before.issued}. Issue this one to all with --afresh; the "
                "codes so far are then those of an earlier issue"
            )
        return before

    def _restore(self, release: Path, secret: bytes, index: Index, make: MakePair) -> None:
        """Texts and keys that were issued before, where a file is missing."""
        codes = {**index.students, **index.spares}
        lost = [who for who, code in codes.items() if not self._has(release, code)]
        spares = 1 + max((int(who.split("-")[1]) for who in index.spares), default=0)
        again = issue(secret, self.slug, [who for who in lost if who not in index.spares], spares + len(lost), make)
        for one in again if lost else ():
            if one.code in codes.values() and not self._has(release, one.code):
                self._write(release, one)

    def _has(self, release: Path, code: str) -> bool:
        return (release / CASES / f"{code}.json").is_file() and (self.folder / f"{code}.json").is_file()

    def _write(self, release: Path, one: Issued) -> None:
        stored = StoredCase(text=one.text, key=one.key)
        write_whole(self.folder / f"{one.code}.json", stored.model_dump_json())
        write_whole(release / CASES / f"{one.code}.json", one.text.to_json())

    def assign(self, student: str, code: str) -> None:
        """Give a spare code to a late joiner. Raises ShelfError for no spare code, or a student with a case."""
        index = self.index()
        code = spell_code(code)
        if student in index.students:
            raise ShelfError(
                f"{student} has the code {index.students[student]} already; expected somebody without a case"
            )
        spare = next((name for name, value in index.spares.items() if value == code), None)
        if spare is None:
            raise ShelfError(
                f"{code} is no spare code; the spare codes are {', '.join(index.spares.values()) or 'none'}"
            )
        del index.spares[spare]
        index.students[student] = code
        write_whole(self.folder / "index.json", index.model_dump_json(indent=1))


def _read_secret(file: Path) -> bytes:
    try:
        return bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raise ShelfError(f"{file}: expected the secret as 64 hexadecimal digits") from None


def _fingerprint(secret: bytes) -> str:
    return hashlib.sha256(b"fingerprint" + secret).hexdigest()[:16]


def _own_maker(file: Path) -> MakePair:
    text, key = read_own_case(file)

    def make(seed: bytes, code: str) -> tuple[CaseText, CaseKey]:
        return text.model_copy(update={"code": code}), key.model_copy(update={"code": code})

    return make


def chance_line(grading: Path, slug: str) -> str:
    """What somebody earns on the issued cases of a lesson who reads nothing; "" where none were issued."""
    shelf = Shelf(grading, slug)
    if not shelf.is_there:
        return ""
    index = shelf.index()
    keys = [shelf.stored(code).key for code in index.students.values()]
    most = sum(count_points(key) for key in keys) / len(keys)
    return (
        f"Chance: whoever reads nothing and gives the commonest answer to each question earns "
        f"{float(chance_points(keys)):.1f} of {most:.0f} points on these cases; the difference is not counted."
    )
