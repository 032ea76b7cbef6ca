"""An exercise as a frozen model, compiled once, and what judging an answer to it gives.

`appraise.authoring` makes an exercise from a lesson's source and `exercises.yml`; it is kept as JSON in a pack
(for the learner's machine) and in a key (for the grader, with hidden cases). An answer is taken apart into **parts**,
one for each thing asked: a passage, a cell, a field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import Any

from appraise.exercises.parts import flatten
from appraise.exercises.serialize import Json
from appraise.exercises.values import NOT_REPORTED, NOT_REPORTED_WORDS, PartKey, normalize


class Status(StrEnum):
    """What became of one answer, with its sign and its word for people.

    >>> Status("partly").sign, Status.NO_ANSWER.word, str(Status.TIME_LIMIT)
    ('◐', 'No answer yet', 'time limit')
    """

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    NO_ANSWER = "no answer"
    MARKED = "marked"  # prose, which no check can judge
    NOT_TRIED = "not tried"  # in a learner's report alone
    MISSING = "missing"  # the answer cell is not in what was handed in
    CRASHED = "crashed"
    TIME_LIMIT = "time limit"
    MEMORY_LIMIT = "memory limit"
    OUTPUT_LIMIT = "output limit"
    UNREADABLE = "unreadable"  # the file is damaged where the answer stands: a person looks at it
    FAULT = "grader's fault"  # has no number: a person looks at it

    @property
    def sign(self) -> str:
        """One character that says the same as the word, for eyes."""
        return _SIGNS[self][0]

    @property
    def word(self) -> str:
        """The status as the head of a remark."""
        return _SIGNS[self][1]

    @property
    def is_judged(self) -> bool:
        """Whether an answer was read and judged, or waits for a person who marks prose."""
        return self in _JUDGED

    @property
    def asks_to_read_again(self) -> bool:
        """Whether the learner's own answer leaves something to mend."""
        return self in (Status.PARTLY, Status.WRONG, Status.NO_ANSWER)


_SIGNS = {
    Status.RIGHT: ("✓", "Right"),
    Status.PARTLY: ("◐", "Partly right"),
    Status.WRONG: ("✗", "Not yet"),
    Status.NO_ANSWER: ("○", "No answer yet"),
    Status.MARKED: ("✎", "Marked by a person"),
    Status.NOT_TRIED: ("·", "Not tried"),
    Status.MISSING: ("○", "Missing"),
    Status.CRASHED: ("✗", "Crashed"),
    Status.TIME_LIMIT: ("✗", "Time limit"),
    Status.MEMORY_LIMIT: ("✗", "Memory limit"),
    Status.OUTPUT_LIMIT: ("✗", "Output limit"),
    Status.UNREADABLE: ("!", "Unreadable"),
    Status.FAULT: ("!", "Grader’s fault"),
}
_JUDGED = (Status.RIGHT, Status.PARTLY, Status.WRONG, Status.NO_ANSWER, Status.MARKED)


@dataclass(frozen=True)
class Verdict:
    """The judgement of one answer.

    Attributes
    ----------
    share : float
        Part of the points earned, 0 to 1.
    status : Status
    remark : str
        For the learner: what is wrong and why. Never the right answer.
    misconception : str or None
        The id of the misconception that the answer shows.
    wrong : tuple of str
        Names of the parts that are not right; of a text, the points that are missing, one sentence each.
    reconsider : tuple of str
        Of a text: wordings to look at again, one sentence each.
    """

    share: float
    status: Status
    remark: str
    misconception: str | None = None
    wrong: tuple[str, ...] = ()
    reconsider: tuple[str, ...] = ()


@dataclass(frozen=True)
class Called:
    """What a call of a learner's function gave: its result and its arguments afterwards, or an error in words."""

    result: Json = None
    args: list[Json] = field(default_factory=list)
    error: str | None = None


Call = Callable[[list[Json]], Called]


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that has a reason, and the remark that answers it.

    Attributes
    ----------
    answer : JSON value
        The wrong answer, of the whole exercise or of the parts named in `item`.
    results : list of JSON values
        For a function: what the wrong function gives for each case.
    item : str, list of str or None
        The parts that it is meant for; "any" for every part where it is wrong.
    """

    id: str
    remark: str
    answer: Json = None
    results: Sequence[Json] = ()
    item: str | Sequence[str] | None = None


@dataclass(frozen=True)
class Accepted:
    """Another defensible answer to the exercise or to one part, and the share of the points that it earns."""

    answer: Json
    share: float = 1.0
    item: str | None = None


@dataclass(frozen=True)
class Reason:
    """Why the right answer to one part is right.

    Attributes
    ----------
    place : str
        Where a learner can open it: "walsh post 4" (a passage and its paragraphs), a heading of the same notebook, or
        "outside ID" (a line of `outside()`).
    words : str
        The deciding words as they stand there, at most eight; empty where no words decide.
    why : str
        One sentence.
    tempting : str
        One sentence that says why the label that tempts is wrong; empty where the part has no labels.
    """

    place: str
    why: str
    words: str = ""
    tempting: str = ""


@dataclass(frozen=True)
class Case:
    """One call of a function: its arguments, what the reference gives, and the call as it is shown."""

    args: list[Json]
    expected: Json
    shown: str = ""


@dataclass(frozen=True)
class Part:
    """One thing asked: its name, what is expected, and how an answer to it is read."""

    key: PartKey
    name: str
    expected: Json
    options: tuple[str, ...] | None
    tolerance: float

    @cached_property
    def labels(self) -> frozenset[str]:
        """The labels that may be chosen, in the form in which they are compared."""
        reported = NOT_REPORTED_WORDS if NOT_REPORTED in (self.options or ()) else set()
        return frozenset({normalize(option) for option in self.options or ()} | reported)

    @property
    def has_two_options(self) -> bool:
        """Whether naming this part as wrong would give its answer away."""
        return len(self.options or ()) == 2 or isinstance(self.expected, bool)

    @property
    def is_choice_of_several(self) -> bool:
        return isinstance(self.expected, dict) and "set" in self.expected


@dataclass(frozen=True, eq=False)  # compiled once: equal is the same, so that what follows from one can be cached
class Exercise:
    """One exercise: what is asked, what is expected, and what is said to a wrong answer.

    The fields are those of `appraise.authoring.entries.Entry`, with what compiling adds: `id`, the `name` that holds
    the answer, the `title`, the reference answer (`expected`) or the `cases` of a function, and `hidden` cases, which
    only the grader's exercise has.

    Examples
    --------
    >>> ex = Exercise.from_json({"id": "one-digit", "name": "x", "kind": "compute", "expected": 4.7})
    >>> [part.expected for part in ex.parts.values()], ex.is_function
    ([4.7], False)
    """

    id: str
    name: str
    kind: str
    title: str = ""
    objective: str = ""
    core: bool = True
    points: float = 1.0
    minutes: float = 0.0
    sources: Sequence[str] = ()
    see: str = ""
    expected: Json = None
    cases: Sequence[Case] = ()
    hidden: Sequence[Case] = ()
    misconceptions: Sequence[Misconception] = ()
    accept: Sequence[Accepted] = ()
    options: Sequence[str] | Mapping[str, Sequence[str]] | None = None
    means: Mapping[str, str] = field(default_factory=dict)
    hint: str | None = None
    right: str | None = None
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    unit: str | None = None
    units: Sequence[str] = ()
    tolerance: float | Mapping[str, float] = 0.0
    weights: Mapping[str, float] = field(default_factory=dict)
    follows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    text: Mapping[str, Sequence[str]] = field(default_factory=dict)
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    groups: Mapping[str, Sequence[int]] = field(default_factory=dict)
    expects: Sequence[Mapping[str, str]] = ()
    alarms: Sequence[Mapping[str, str]] = ()
    figures: Sequence[str] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    self_mark: Sequence[str] = ()
    most_words: int | None = None
    uncounted: Sequence[str] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Exercise:
        """An exercise as it stands in a pack or a key. Fields that this version does not know are left out."""
        known = {f.name for f in fields(cls)}
        values = {"id": data.get("name", ""), **{k: v for k, v in data.items() if k in known and v is not None}}
        for name, model in _PARTS_OF_JSON.items():
            values[name] = tuple(model(**one) for one in values.get(name, ()))
        values["reasons"] = {part: Reason(**one) for part, one in values.get("reasons", {}).items()}
        return cls(**values)

    @property
    def is_function(self) -> bool:
        return bool(self.cases)

    @property
    def is_plot(self) -> bool:
        return isinstance(self.expected, dict) and "axes" in self.expected

    @property
    def is_prose(self) -> bool:
        """Whether a text is asked for, which a person marks."""
        return self.kind == "write"

    @property
    def is_graded(self) -> bool:
        """Whether its points are given by the check."""
        return self.core and not self.is_prose

    @cached_property
    def parts(self) -> dict[PartKey, Part]:
        """The parts of the reference answer, in the order of the question."""
        return {
            key: Part(key, name, value, self.options_of(name), self.tolerance_of(name))
            for key, (name, value) in flatten(self.expected).items()
        }

    @property
    def asked(self) -> tuple[str, ...]:
        """The names under which reasons are given: the parts, or the answer's own name where it is one thing."""
        names = tuple(part.name for part in self.parts.values())
        is_one = self.is_function or self.is_plot or names in ((), ("",))
        return (self.name,) if is_one else names

    def reason_for(self, name: str) -> Reason | None:
        """The reason of a part, or of its row, if there is one."""
        return self.reasons.get(name) or self.reasons.get(name.split(" · ")[0])

    @cached_property
    def all_units(self) -> tuple[str, ...]:
        """Every spelling of the unit that may follow a number."""
        return tuple(u for u in (self.unit, *self.units) if u)

    def tolerance_of(self, name: str) -> float:
        """The absolute tolerance of a part; "" stands for the whole answer."""
        t = self.tolerance
        return float(t.get(name, 0.0) if isinstance(t, Mapping) else t)

    def options_of(self, name: str) -> tuple[str, ...] | None:
        """The labels to choose from: of the whole exercise, of the part, or of its column."""
        options = self.options
        if isinstance(options, Mapping):
            options = options.get(name) or options.get(name.split(" · ")[-1])
        return tuple(options) if options else None


_PARTS_OF_JSON: dict[str, Any] = {
    "misconceptions": Misconception,
    "accept": Accepted,
    "cases": Case,
    "hidden": Case,
}
