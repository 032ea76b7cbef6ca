"""Which case a submission is judged by: the one of the student who handed in, and nobody else's.

The code in the notebook says which text the student had before them. Where it is not their own, their answers are
answers to something else: nothing is guessed, the words say what was found, and a person decides.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from appraise.cases.exercising import CODE_TASK
from appraise.cases.issuing import DEMO_SECRET, draw_code, spell_code
from appraise.cases.opened import DEMO_STUDENT
from appraise.cases.shelf import Index, Shelf, ShelfError, StoredCase

_CODE = re.compile(r"(?<![A-Z0-9-])[0-9A-Z]{4}[-‐‑‒–—−][0-9A-Z]{4}(?![A-Z0-9-])", re.IGNORECASE)
_MOST_LOOKED_AT = 2_000_000  # bytes of a notebook in which codes are looked for


@dataclass(frozen=True)
class StudentCase:
    """What the grader knows of the case of one submission; it goes to a worker with the submission.

    Attributes
    ----------
    slug, student, code : str
        The lesson, who handed in, and the code of their case; "" where they have none.
    stored : str
        The case with its key as JSON; "" where there is none.
    strangers : dict
        Codes that stand in what was handed in and are not the student's, each with what is known of it.
    why : str
        Why no key can be had; "" where one can.
    """

    slug: str
    student: str
    code: str
    stored: str
    strangers: dict[str, str]
    why: str = ""

    @property
    def digest(self) -> str:
        """A fingerprint of all that the judgement depends on."""
        parts = (self.code, self.stored, self.why, repr(sorted(self.strangers.items())))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def case(self) -> StoredCase | None:
        """The case, where the student has one."""
        return StoredCase.model_validate_json(self.stored) if self.stored else None

    def word_on(self, text: str | None) -> str:
        """Why these answers are not this student's to be judged, or "" where the code in the answer cell is their own.

        Parameters
        ----------
        text : str or None
            The answer cell that holds the code; None where it is not in the notebook.
        """
        result = _codes_in(text or "")
        if self.why:
            return self.why
        if self.code and result == [self.code]:
            return ""
        seen = ", ".join(
            f"{code} ({self.strangers.get(code, 'no code of this class')})" for code in result if code != self.code
        )
        if not self.code:
            spare = next((c for c in result if self.strangers.get(c) == SPARE), None)
            help_ = f": `appraise cases assign {self.slug} {self.student} {spare}` gives it to them" if spare else ""
            return f"{self.student} has no case of their own. The notebook holds {seen or 'no code'}{help_}."
        if not result:
            return f"The notebook holds no code, so these answers may be about another case than {self.code}."
        return f"The notebook holds {seen or 'two codes'}, and {self.student} has {self.code}."


SPARE = "a spare code"


def find_case(grading: Path, slug: str, student: str, data: bytes | None) -> StudentCase | None:
    """The case of who handed in; None where no cases of this lesson were issued.

    Parameters
    ----------
    grading : Path
        The course's folder of personal data.
    slug, student : str
    data : bytes or None
        The notebook as it was handed in.
    """
    shelf = Shelf(grading, slug)
    if not shelf.folder.is_dir():
        return None
    try:
        index = shelf.index()
        code = index.students.get(student, "")
        stored = shelf.stored(code).model_dump_json() if code else ""
    except ShelfError as error:
        return StudentCase(slug, student, "", "", {}, f"The case of {student} cannot be had: {error}.")
    text = (data or b"")[:_MOST_LOOKED_AT].decode("utf-8", "replace")
    strangers = {result: _describe(result, index, slug) for result in set(_codes_in(text)) if result != code}
    return StudentCase(slug, student, code, stored, {c: what for c, what in strangers.items() if what})


def _codes_in(text: str) -> list[str]:
    return list(dict.fromkeys(spell_code(match) for match in _CODE.findall(text)))


def _describe(code: str, index: Index, slug: str) -> str:
    """What is known of a code, or ""."""
    if code in index.spares.values():
        return SPARE
    if code in index.past:
        return f"a code of the cases issued on {index.past[code]}"
    if code == draw_code(DEMO_SECRET, slug, DEMO_STUDENT):
        return "the demonstration's code, which is open to all"
    owner = next((name for name, value in index.students.items() if value == code), "")
    return f"the code of {owner}" if owner else ""


__all__ = ["CODE_TASK", "SPARE", "StudentCase", "find_case"]
