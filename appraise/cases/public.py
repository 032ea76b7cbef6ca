"""What a learner may see of a case, and its key, as two records of JSON that are kept apart.

Generated cases and a teacher's own come as the same two records, so that showing, printing and judging know only these.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from appraise.cases.casemaking import VOICE_NAMES, Case, Sentence
from appraise.cases.labels import KINDS_OF, Kind, Label, Step
from appraise.cases.tasks import BIAS_QUESTIONS, Concern, Fate, PFit
from appraise.cases.wordings import load_remarks

TEXT_LIMIT = 12_000  # bytes of a case's text as JSON, so that a class's cases stay a small download


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Paragraph(_Strict):
    """A section of an abstract."""

    section: str
    text: str


class TellingText(_Strict):
    """A telling without labels: heading and lead, which are not marked, and its sentences."""

    kind: str
    heading: str
    lead: str
    sentences: tuple[str, ...]


class Place(_Strict):
    """A sentence, by telling and number, both counted from 1."""

    telling: Annotated[int, Field(ge=1)]
    sentence: Annotated[int, Field(ge=1)]


class CaseText(_Strict):
    """A case as a learner sees it. Tasks that a case does not have are empty."""

    code: str
    title: str
    abstract: tuple[Paragraph, ...]
    tellings: tuple[TellingText, ...]
    figures: tuple[Place, ...] = ()
    outcome: str = ""
    headlines: tuple[str, ...] = ()
    questions: dict[str, str] = {}
    rewrites: bool = False
    """Whether the learner writes anew one sentence that does not fit. It is not named, since that would mark it."""

    def to_json(self) -> bytes:
        """The text as JSON. Raises ValueError where it is larger than TEXT_LIMIT."""
        data = self.model_dump_json().encode()
        if len(data) > TEXT_LIMIT:
            raise ValueError(f"the text of case {self.code} has {len(data)} bytes; expected at most {TEXT_LIMIT}")
        return data


class MarkKey(_Strict):
    """The right answer on a sentence: first step, the kinds that earn the point (best first), and the reason."""

    step: Step
    kinds: tuple[Kind, ...] = ()
    label: Label | None = None
    reason: str
    evidence: str = ""


class DifferenceKeyRecord(_Strict):
    """The difference and its interval as printed, or None where they cannot be had; tolerance in points."""

    difference: str | None
    interval: tuple[str, str] | None
    tolerance: float


class CaseKey(_Strict):
    """The key of a case. It never lies where a learner can read it."""

    code: str
    marks: tuple[tuple[MarkKey, ...], ...]
    figures: tuple[Fate, ...] = ()
    difference: DifferenceKeyRecord | None = None
    p: PFit | None = None
    p_reason: str = ""
    headline: int | None = None
    headline_faults: tuple[tuple[str, ...], ...] = ()
    bias: dict[str, Concern] = {}


def case_text(case: Case, code: str) -> CaseText:
    """A generated case as a learner sees it.

    >>> from appraise.cases.casemaking import make_case
    >>> text = case_text(make_case("a seed"), "DEMO")
    >>> len(text.headlines), len(text.to_json()) < TEXT_LIMIT
    (4, True)
    """
    sections = dict.fromkeys(sentence.section for sentence in case.abstract)
    paragraphs = tuple(
        Paragraph(section=name, text=" ".join(s.text for s in case.abstract if s.section == name)) for name in sections
    )
    tellings = tuple(
        TellingText(
            kind=VOICE_NAMES[telling.voice],
            heading=telling.heading,
            lead=telling.lead,
            sentences=tuple(sentence.text for sentence in telling.sentences),
        )
        for telling in case.tellings
    )
    return CaseText(
        code=code,
        title=case.title,
        abstract=paragraphs,
        tellings=tellings,
        figures=tuple(Place(telling=task.telling, sentence=task.sentence) for task in case.figures),
        outcome=case.topic.rating,
        headlines=case.headline.headlines,
        questions=BIAS_QUESTIONS,
        rewrites=True,
    )


def case_key(case: Case, code: str) -> CaseKey:
    """The key of a generated case, with a reason and the abstract's own words behind each mark."""
    difference = case.difference
    return CaseKey(
        code=code,
        marks=tuple(tuple(_mark_key(case, s) for s in telling.sentences) for telling in case.tellings),
        figures=tuple(task.fate for task in case.figures),
        difference=DifferenceKeyRecord(
            difference=difference.difference, interval=difference.interval, tolerance=difference.tolerance
        ),
        p=case.p,
        p_reason=case.p_reason,
        headline=case.headline.fair,
        headline_faults=case.headline.wrong,
        bias=case.bias,
    )


def _mark_key(case: Case, sentence: Sentence) -> MarkKey:
    remarks = load_remarks()
    reason = remarks.reasons[sentence.label].format(matter=remarks.matters[sentence.claim.subject].matter)
    if sentence.claim.subject == "p_value" and sentence.label == "faithful":
        reason = remarks.printed_p
    silent = sentence.label in ("unknown", "silence as finding")
    return MarkKey(
        step=sentence.step,
        kinds=KINDS_OF.get(sentence.label, ()),
        label=sentence.label,
        reason=reason,
        evidence="" if silent else case.evidence(sentence.claim),
    )
