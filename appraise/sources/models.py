"""What a record holds: the models of `seeds/*.yml`. A file that does not fit is refused with file, line and item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictFloat, StrictInt, StrictStr

from appraise.files import StrictModel

NOT_REPORTED = "not reported"
NO_PATH = "no path shown"
MAX_QUOTED_WORDS = 8


def _one_or_many(value: object) -> object:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Id = Annotated[str, Field(strict=True, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, Field(strict=True, min_length=1)]
Lines = Annotated[str, Field(strict=True, pattern=r"^\d+(-\d+)?(, \d+(-\d+)?)*$")]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_many)]
Places = Annotated[tuple[Annotated[int, Field(strict=True, ge=1)], ...], BeforeValidator(_one_or_many)]
Known = Literal["yes", "no", "not known"]
About = Literal["trial", "a review", "a study that cannot be identified", "magnesium in general"]


class OutcomeNumber(StrictModel):
    """What an outcome number is; `measured_by` is the item that names its scale or instrument."""

    arm: Literal["magnesium", "control", "between arms"]
    outcome: Text
    time_point: Text
    statistic: Literal["mean", "sd", "n", "p"]
    measured_by: Id


class Item(StrictModel):
    """One item of the coding frame. `subject` says what it is about; `reference` items may be quoted at any length."""

    id: Id
    frame_no: Annotated[int, Field(strict=True, ge=1)]
    group: Id
    subject: Literal["trial", "telling", "treatment", "own experience", "other studies"]
    meaning: Text
    type: Literal["text", "number", "list", "yes-no", "date", "choice"]
    unit: Text | None = None
    choices: tuple[Text, ...] = ()
    number: OutcomeNumber | None = None
    pico: Literal["population", "intervention", "comparator", "outcome", "time point", "setting"] | None = None
    tidier: Annotated[int, Field(strict=True, ge=1, le=12)] | None = None
    reference: bool = False


class Strength(StrictModel):
    """One of the four steps of how firmly a sentence is put."""

    id: Id
    step: Annotated[int, Field(strict=True, ge=1, le=4)]
    meaning: Text
    words: Text


class Frame(StrictModel):
    """`seeds/frame.yml`: the items, and the four steps of strength of a claim."""

    strengths: tuple[Strength, ...]
    items: tuple[Item, ...]


class Document(StrictModel):
    """A document on the way from a passage to the patients. `includes_trial`: is this trial known to be in it?"""

    id: Id
    kind: Literal["trial report", "review"]
    title: Text
    doi: Text | None = None
    pmid: Text | None = None
    authors: Text
    year: StrictInt
    journal: Text
    includes_trial: Known
    reason: Text
    trials_included: Text
    searched_to: Text
    address: Text


class Cell(StrictModel):
    """What a passage says on one item.

    `printed`: verbatim, at most eight words each (none where the value is the coder's). `value`: normalised, or in our
    words; for numbers it follows from `printed` where that is a figure. `place`: paragraphs of the passage's text.
    `within`: the words around a figure. `compares`: what a p value compares, as worded. `about`: where not the trial.
    """

    printed: Texts = ()
    value: StrictInt | StrictFloat | StrictStr | tuple[Text, ...] | None = None
    unit: Text | None = None
    place: Places
    within: Text | None = None
    compares: Text | None = None
    about: About = "trial"
    note: Text | None = None


class Scope(StrictModel):
    """For whom, by which route and on what the claim is made, as claimed."""

    population: Text
    route: Text
    outcome: Text


class Claim(StrictModel):
    """A statement of a passage, in our words; `strength` is how firmly it is put, whichever way it points."""

    id: Id
    paraphrase: Text
    quote: Text | None = None
    strength: Id
    scope: Scope
    about: Literal["trial", "magnesium in general", "mechanism", "harm", "own experience", "a review", "another study"]
    place: Places


class Paragraph(StrictModel):
    """A paragraph in our own words, and the lines of the original that it retells."""

    lines: Lines
    says: Text


class Passage(StrictModel):
    """A part of a source that speaks with one voice.

    `path`: documents from the passage back to the trial report; empty where none is shown. `reprints`: the passage is
    itself (part of) the first document of its path. `identified_by`: what leads a reader to the trial.
    """

    id: Id
    title: Text
    kind: Text
    lines: Lines
    tells_trial: Literal["yes", "through a review", "cannot be shown", "no"]
    reason: Text
    path: tuple[Id, ...]
    reprints: bool = False
    identified_by: tuple[Literal["author", "year", "journal", "title", "doi", "pmid", "link", "review"], ...]
    text: Annotated[tuple[Paragraph, ...], Field(min_length=1)]
    items: dict[Id, Cell]
    not_reported: tuple[Id, ...]
    claims: tuple[Claim, ...] = ()

    @property
    def distance(self) -> int | None:
        """Documents between here and a patient's record, this one counted unless it is a reprint of the next.

        1 for the trial's own report, 2 for a comment on it or a review, 3 for a digest of a review; None: no path.
        """
        return len(self.path) + (not self.reprints) if self.path else None


class Interests(StrictModel):
    """What could gain or lose if the reader agrees: stated, visible, not found, all in the stored text."""

    stated: Text
    visible: Text
    not_found: Text


class Original(StrictModel):
    """The stored text that a record was coded from."""

    file: Text
    sha256: Annotated[str, Field(strict=True, pattern=r"^[0-9a-f]{64}$")]


class Date(StrictModel):
    """A date as the source states it, and what it is the date of."""

    stated: Text
    of: Text


class Source(StrictModel):
    """One `seeds/N-id.yml`."""

    id: Id
    title: Text
    author: Text
    publisher: Text
    dates: tuple[Date, ...]
    address: Text
    doi: Text | None
    pmid: Text | None
    kind: Text
    original: Original
    interests: Interests
    does_well: Text
    documents: tuple[Document, ...] = ()
    passages: Annotated[tuple[Passage, ...], Field(min_length=1)]


class Fact(StrictModel):
    """A fact from outside the five sources, with the address where it was found."""

    id: Id
    statement: Text
    value: StrictInt | StrictFloat | StrictStr | None
    unit: Text | None
    address: Annotated[str, Field(strict=True, pattern=r"^https?://\S+$")]
    mark: Literal["F"]


class DocumentsFile(StrictModel):
    documents: tuple[Document, ...]


class FactsFile(StrictModel):
    facts: tuple[Fact, ...]


class Seeds(StrictModel):
    """All of `seeds/`, checked. `frame` and `documents` by id, `records` in the order of their file names."""

    frame: dict[str, Item]
    strengths: dict[str, Strength]
    documents: dict[str, Document]
    records: dict[str, Source]
    facts: dict[str, Fact]

    def passages(self) -> Iterator[tuple[Source, Passage]]:
        """Every passage with its source, in order."""
        return ((source, passage) for source in self.records.values() for passage in source.passages)
