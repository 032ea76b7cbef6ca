"""A claim of one's own with everything that belongs to it: the texts, the learner's verdicts, answers and appraisal.

The machine's findings (printed, rounded, candidates) are never stored as verdicts: they are worked out again from the
texts, and the learner's words are laid beside them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from appraise.errors import WorkbenchError
from appraise.workbench.data import questions
from appraise.workbench.reading import passage, read_text
from appraise.workbench.tracing import Trace, lost, traces

Verdict = Literal["", "same", "rounded", "changed", "renamed", "untraceable"]
Kind = Literal["", "trial", "observational", "review", "laboratory", "nothing"]
VERDICTS: tuple[Verdict, ...] = ("same", "rounded", "changed", "renamed", "untraceable")
WORDS = 150  # of an appraisal; more are kept and counted

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){0,20}")
_RESERVED = frozenset(("con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))))


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)


class FigureVerdict(_Part):
    """The learner's verdict on one figure of the passage: which figure, in which sentence, against what, and why."""

    figure: str
    sentence: str
    verdict: Verdict = ""
    against: str = ""
    note: str = ""


class LeftOut(_Part):
    """A figure of the abstract that the page leaves out and a reader would need, and why."""

    figure: str
    note: str = ""


class Noted(_Part):
    """What the learner notes about a sentence of the passage, and the kind of the prompt that raised it."""

    kind: str
    sentence: str
    note: str


class WorkedOut(_Part):
    """Something worked out: the method and its fields as in `METHODS`, the result, and the learner's note."""

    method: str
    inputs: dict[str, str]
    result: str
    note: str = ""


class Claim(_Part):
    """One claim. `page` and `abstract` are whole texts, `paragraphs` the numbers (from 1) of the page's paragraphs that
    speak of the study, all where it is empty. `revision` counts the times that it was saved.

    >>> claim = Claim(name="kelp", page="Kelp warms 48 feet.", abstract="48 residents took part.")
    >>> claim.passage, [row.verdict for row in verdict_rows(claim)]
    ('Kelp warms 48 feet.', [''])
    """

    format: Literal[1] = 1
    revision: int = 0
    name: str
    title: str = ""
    address: str = ""
    date: str = ""
    claim: str = ""
    page: str = ""
    paragraphs: list[int] = Field(default_factory=list)
    study: str = ""
    study_address: str = ""
    kind: Kind = ""
    abstract: str = ""
    verdicts: list[FigureVerdict] = Field(default_factory=list)
    left_out: list[LeftOut] = Field(default_factory=list)
    noted: list[Noted] = Field(default_factory=list)
    worked_out: list[WorkedOut] = Field(default_factory=list)
    answers: dict[str, str] = Field(default_factory=dict)
    appraisal: str = ""
    by: str = ""

    @property
    def passage(self) -> str:
        """The marked paragraphs of the page, or the whole page."""
        return passage(self.page, self.paragraphs)


def safe_name(title: str) -> str:
    """A name for a claim's folder, made of a title: letters, digits and hyphens, at most 60 characters.

    Raises WorkbenchError where nothing is left of it.

    >>> safe_name("Glasses that give you your mornings back!")
    'glasses-that-give-you-your-mornings-back'
    """
    letters = unicodedata.normalize("NFKD", title[:300]).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:60].strip("-")
    if not name:
        raise WorkbenchError(f"{title[:40]!r} makes no name; expected letters or digits, such as kelp-bath")
    return f"claim-{name}" if name in _RESERVED else name


def checked_name(name: str) -> str:
    """A name as it is, if it can name a folder on every system. Raises WorkbenchError otherwise.

    >>> checked_name("kelp-bath")
    'kelp-bath'
    """
    if len(name) > 60 or not _NAME.fullmatch(name) or name in _RESERVED:
        raise WorkbenchError(
            f"{name[:60]!r} cannot name a claim; expected small letters, digits and hyphens, such as kelp-bath"
        )
    return name


def start_claim(page: str | bytes, abstract: str | bytes, name: str = "", title: str = "") -> Claim:
    """A new claim of two pasted texts, nothing judged yet. The name is made of the title, or of the page's first line.

    Raises WorkbenchError as `read_text` does for either text.

    >>> start_claim("Kelp for cold feet\\n\\nIt warms 48 feet.", "48 residents took part.").name
    'kelp-for-cold-feet'
    """
    page, abstract = read_text(page, "the page"), read_text(abstract, "the abstract")
    title = title or page.split("\n", 1)[0][:120].strip()
    return Claim(name=checked_name(name) if name else safe_name(title), title=title, page=page, abstract=abstract)


def verdict_rows(claim: Claim) -> list[FigureVerdict]:
    """A row for each figure of the passage, with the learner's verdict where there is one.

    Where the passage was changed, verdicts on figures that are still there stay with them. Raises as `traces` does.
    """
    return [row for row, _ in rows_with_traces(claim)]


def rows_with_traces(claim: Claim) -> list[tuple[FigureVerdict, Trace]]:
    """The rows of `verdict_rows`, each with what was found for its figure."""
    kept: dict[tuple[str, str], list[FigureVerdict]] = defaultdict(list)
    for verdict in reversed(claim.verdicts):
        kept[verdict.figure, verdict.sentence].append(verdict)
    rows = []
    for trace in traces(claim.passage, claim.abstract):
        those = kept[trace.figure.text, trace.sentence]
        row = those.pop() if those else FigureVerdict(figure=trace.figure.text, sentence=trace.sentence)
        rows.append((row, trace))
    return rows


def lost_figures(claim: Claim) -> list[str]:
    """The figures of the abstract that the passage leaves out, as printed, each once.

    >>> lost_figures(Claim(name="kelp", page="Kelp warms 48 feet.", abstract="48 residents took part (p=0.2)."))
    ['p=0.2']
    """
    return list(dict.fromkeys(f.text for f in lost(claim.passage, claim.abstract)))


def unanswered(claim: Claim) -> list[str]:
    """The eight questions that have no answer yet.

    >>> unanswered(Claim(name="kelp", answers={"study": "None was named."}))[:2]
    ['Who was studied, and who is addressed?', 'What exactly was done or given?']
    """
    return [q.asks for q in questions().questions if not claim.answers.get(q.id, "").strip()]
