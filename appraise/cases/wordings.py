"""What the YAML files in `assets/cases/` hold: topics, names, wordings of tellings and abstract, remarks.

A wording is a sentence with slots in braces and alternatives in brackets: "[Here|There] the {name} was {use}."
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, model_validator

from appraise.cases.labels import KINDS, LABELS, MARKS, STEPS, SUBJECTS, Kind, Label, Step
from appraise.cases.stream import Stream
from appraise.errors import CaseFileError
from appraise.files import read_yaml

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "cases"
Voice = Literal["press", "shop", "news"]
VOICES: tuple[Voice, ...] = get_args(Voice)

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")

TOPIC_SLOTS = frozenset(
    [
        "name",
        "thing",
        "description",
        "complaint",
        "sham",
        "usual",
        "wide",
        "narrow",
        "rating",
        "measure",
        "unit",
        "by",
        "met",
        "mechanism",
        "measured",
        "extra",
        "harm",
        "sites",
        "advisers",
        "scene",
        "first",
        "last",
        "town",
        "institute",
        "comparator",
        "counted",
        "funder",
    ]
)
_VALUES: Mapping[str, frozenset[str]] = {
    "took_part": frozenset({"number"}),
    "age": frozenset({"number"}),
    "women": frozenset({"number"}),
    "sites": frozenset({"count"}),
    "earlier": frozenset({"count"}),
    "comparator": frozenset({"comparator"}),
    "minutes": frozenset({"use"}),
    "duration": frozenset({"number"}),
    "funding": frozenset({"funder"}),
    "left_early": frozenset({"people"}),
    "which_outcome": frozenset({"outcome"}),
    "difference": frozenset({"number"}),
    "final_rating": frozenset({"number"}),
    "p_value": frozenset({"p", "outcome"}),
    "most_reached": frozenset({"number"}),
    "share": frozenset({"number"}),
    "count_time": frozenset({"number"}),
}
"""The slots that a sentence on a subject must have, since they carry what it claims."""
OWN_SLOTS = frozenset(
    ["name", "thing", "complaint", "wide", "rating", "measure", "outcome", "counted", "extra", "sites", "advisers"]
)


def slots_of(wording: str) -> set[str]:
    """The names of the slots of a wording, in small letters.

    >>> sorted(slots_of("{Name} against {comparator}"))
    ['comparator', 'name']
    """
    return {slot.lower() for slot in _SLOT.findall(wording)}


def expand(wording: str) -> list[str]:
    """All sentences that a wording stands for.

    >>> expand("[a|the] {name}[| again]")
    ['a {name}', 'a {name} again', 'the {name}', 'the {name} again']
    """
    pieces = _CHOICE.split(wording)
    choices = [piece.split("|") if i % 2 else [piece] for i, piece in enumerate(pieces)]
    return ["".join(chosen) for chosen in product(*choices)]


def fill(wording: str, slots: Mapping[str, str], stream: Stream) -> str:
    """One of the sentences that a wording stands for, with its slots filled in; {Name} begins with a capital letter."""
    chosen = _CHOICE.sub(lambda match: stream.choose(match[1].split("|")), wording)
    filled = _SLOT.sub(lambda match: _fill_slot(match[1], slots), chosen)
    return filled


def _fill_slot(name: str, slots: Mapping[str, str]) -> str:
    return slots[name] if name in slots else capitalize(slots[name.lower()])


def capitalize(text: str) -> str:
    """The text with its first letter as a capital, and the rest as it was."""
    return text[:1].upper() + text[1:]


def _check_wording(wording: str) -> str:
    if wording.count("[") != wording.count("]") or re.search(r"\[[^\]]*\[", wording):
        raise ValueError(f"expected brackets that close and do not nest, in {wording!r}")
    if any("|" in piece for piece in _CHOICE.split(wording)[::2]):
        raise ValueError(f"expected each | inside brackets, in {wording!r}")
    if re.search(r"[{}]", _SLOT.sub("", wording)):
        raise ValueError(f"expected slots such as {{name}}, in {wording!r}")
    return wording


Text = Annotated[str, Field(min_length=1)]
Wording = Annotated[str, Field(min_length=1), AfterValidator(_check_wording)]
Wordings = Annotated[tuple[Wording, ...], Field(min_length=1)]
Voices = dict[Voice, Wordings]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(_Strict):
    """A measured outcome: its name, unit and instrument; the mean falls that are plausible, and the largest single."""

    name: Text
    unit: Text
    by: Text
    fall: tuple[int, int]
    limit: int


class Topic(_Strict):
    """An invented treatment for an everyday complaint, with the words that its texts use."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    complaint: Text
    name: Text
    description: Text
    use: Annotated[str, Field(pattern=r"\{minutes\}")]
    sham: Text
    usual: Text
    wide: Text
    narrow: Text
    ages: tuple[int, int]
    rating: Text
    measure: Measure
    met: Text
    mechanism: Text
    measured: Text
    extra: Text
    harm: Text
    sites: Text
    advisers: Text
    scene: Text


class Topics(RootModel[Annotated[tuple[Topic, ...], Field(min_length=1)]]):
    """`topics.yml`."""


class Names(_Strict):
    """`names.yml`: invented people, towns, institutes and funders."""

    first: tuple[Text, ...]
    last: tuple[Text, ...]
    town: tuple[Text, ...]
    institute: tuple[Text, ...]
    funder: tuple[Text, ...]


class Tellings(_Strict):
    """`wordings.yml`: headings, leads, headlines, and the sentences on each subject, by voice."""

    headings: Voices
    leads: Voices
    headlines: Voices
    subjects: dict[str, Voices]

    @model_validator(mode="after")
    def _is_whole(self) -> Tellings:
        if set(self.subjects) != set(SUBJECTS):
            wrong = sorted(set(self.subjects) ^ set(SUBJECTS))
            raise ValueError(f"expected wordings for each subject of labels.py; unknown or missing: {', '.join(wrong)}")
        for subject, voices in self.subjects.items():
            for voice in VOICES:
                _check_voice(subject, voice, voices.get(voice, ()))
        return self


def _check_voice(subject: str, voice: str, wordings: tuple[str, ...]) -> None:
    count = sum(len(expand(wording)) for wording in wordings)
    if count < 4:
        raise ValueError(f"{subject}, {voice}: expected at least 4 expanded wordings, and there are {count}")
    needed = _VALUES.get(subject, frozenset())
    allowed = TOPIC_SLOTS | needed
    for sentence in (s for wording in wordings for s in expand(wording)):
        slots = slots_of(sentence)
        if not needed <= slots:
            raise ValueError(f"{subject}, {voice}: expected {{{'} and {'.join(sorted(needed))}}} in {sentence!r}")
        if not slots <= allowed:
            raise ValueError(f"{subject}, {voice}: slot {{{min(slots - allowed)}}} is not known, in {sentence!r}")
        if not slots & OWN_SLOTS:
            raise ValueError(f"{subject}, {voice}: expected a slot of the topic such as {{name}}, in {sentence!r}")


class AbstractWordings(RootModel[dict[str, Wordings]]):
    """`abstract.yml`: the wordings of each part of the abstract."""


class Matter(_Strict):
    """What a subject is about, in a few words, and the parts of the abstract that speak of it."""

    matter: Text
    parts: tuple[Text, ...]


class Confusion(_Strict):
    """A wrong answer that comes close to a label, and what to say to it besides the reason."""

    answer: Step | Kind
    label: Label
    remark: Text


class Remarks(_Strict):
    """`remarks.yml`: what each answer means, what to ask where it is wrong, and the reason behind each label."""

    steps: dict[Step, Text]
    kinds: dict[Kind, Text]
    matters: dict[str, Matter]
    reasons: dict[Label, Text]
    printed_p: Text
    wrong: dict[str, Text]
    confusions: tuple[Confusion, ...]

    def remark_on(self, answer: str, label: Label | None) -> str:
        """What to say to a wrong answer besides the reason, or ""."""
        return next((row.remark for row in self.confusions if (row.answer, row.label) == (answer, label)), "")

    @model_validator(mode="after")
    def _is_whole(self) -> Remarks:
        for name, expected, actual in (
            ("steps", STEPS, self.steps),
            ("kinds", KINDS, self.kinds),
            ("matters", SUBJECTS, self.matters),
            ("reasons", LABELS, self.reasons),
            ("wrong", MARKS, self.wrong),
        ):
            if wrong := sorted(set(expected) ^ set(actual)):
                raise ValueError(f"{name}: unknown or missing: {', '.join(wrong)}")
        return self


@cache
def load_topics(file: Path = ASSETS / "topics.yml") -> tuple[Topic, ...]:
    """The topics. Raises CaseFileError, which names file and line.

    >>> len(load_topics()) >= 24
    True
    """
    return read_yaml(file, Topics, CaseFileError).root


@cache
def load_names(file: Path = ASSETS / "names.yml") -> Names:
    """The invented names. Raises CaseFileError, which names file and line."""
    return read_yaml(file, Names, CaseFileError)


@cache
def load_tellings(file: Path = ASSETS / "wordings.yml") -> Tellings:
    """The wordings of the tellings. Raises CaseFileError, which names file and line."""
    return read_yaml(file, Tellings, CaseFileError)


@cache
def load_abstract(file: Path = ASSETS / "abstract.yml") -> dict[str, tuple[str, ...]]:
    """The wordings of the abstract, by part. Raises CaseFileError, which names file and line."""
    return read_yaml(file, AbstractWordings, CaseFileError).root


@cache
def load_remarks(file: Path = ASSETS / "remarks.yml") -> Remarks:
    """The reasons behind the labels. Raises CaseFileError, which names file and line."""
    return read_yaml(file, Remarks, CaseFileError)
