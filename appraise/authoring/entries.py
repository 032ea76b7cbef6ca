"""`exercises.yml`: what an author writes about each exercise of a lesson, beside its notebook."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from appraise.errors import AuthorError
from appraise.files import StrictModel, YamlFile


class Misconception(StrictModel):
    """A wrong answer that has a reason, and the remark that answers it (what you did, what to look at)."""

    id: str
    answer: str
    remark: str
    item: str | list[str] | None = None


class Accepted(StrictModel):
    """Another defensible answer to the exercise, or to one of its items, and the share of the points it earns."""

    answer: str
    item: str | None = None
    share: float = 1.0


class Expect(StrictModel):
    """A formal point that a text should hold: a regular expression, or a point of `assets/writing.yml` by name, and
    what to say when it is not found."""

    pattern: str = ""
    about: str | None = None
    missing: str


class Reason(StrictModel):
    """Why the right answer to one part is right: shown after a right answer and with the worked one, never before."""

    place: str  # where a learner can open it: see `appraise.exercises.exercise.Reason`
    words: str = ""  # the deciding words as they stand there, at most eight of them; empty where no words decide
    why: str  # one sentence
    tempting: str = ""  # one sentence: why the label that tempts is wrong; empty where a part has no labels


class Entry(StrictModel):
    """One exercise of `exercises.yml`."""

    kind: Literal["extract", "classify", "compare", "compute", "plot", "judge", "write"]
    objective: str  # an id of the lesson's objectives in course.yml
    core: bool = True  # graded; False: checked, not graded
    points: float = 1.0
    minutes: float
    sources: list[str] = []  # ids of seeds/, or "all"
    see: str  # a heading of the notebook: where to read again
    misconceptions: list[Misconception] = []
    hint: str | None = None
    right: str | None = None  # one thing to carry away, after "Right."
    reasons: dict[str, Reason] = {}  # by part, or by row for all parts of a row; by the answer's name where it is one
    options: list[str] | dict[str, list[str]] | None = None  # labels to choose from; a dictionary: by item or field
    means: dict[str, str] = {}  # of a label: its meaning, in the lesson's words; no remark on another label holds it
    unit: str | None = None
    units: list[str] = []  # other spellings of the unit that may follow a number
    tolerance: float | dict[str, float] = 0.0  # absolute, or by item
    accept: list[Accepted] = []
    weights: dict[str, float] | None = None  # of the fields of a judgement
    follows: dict[str, dict[str, str]] = {}  # a field that must follow from others, by a rule of exercises.follows
    text: dict[str, list[str]] = {}  # fields of free text, with patterns of which one must be found
    labels: dict[str, list[str]] = {}  # of a plot: patterns that must all be found in the x, y label or title
    inputs: list[str] = []  # of a function: visible cases
    hidden: list[str] = []  # of a function: cases that only the grader holds
    groups: dict[str, list[int]] = {}  # of a function: named groups of cases (numbered over inputs, then hidden)
    expects: list[Expect] = []  # of a text
    alarms: list[str] = []  # of a text: alarms of assets/writing.yml that stop at a wording
    figures: list[str] = []  # of a text with the alarm "figures": figures that stand in no passage and are in order
    models: dict[str, str] = {}  # of a text: texts to compare with, by what they are ("plain", "exact")
    self_mark: list[str] = []  # of a text: what its writer looks at before the models open
    most_words: int | None = None
    uncounted: list[str] = []  # of a text: how the lines begin that do not count as words


def read_entries(file: Path) -> dict[str, Entry]:
    """The exercises of one `exercises.yml`, by id, in the order of the file."""
    source = YamlFile(file, AuthorError, file)
    if not isinstance(source.data, dict):
        raise source.error((), "expected exercise ids, each with its fields")
    for name in source.data:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", str(name)):
            raise source.error((name,), "expected an id of lower-case words joined by hyphens")
    return {name: source.validated(Entry, (name,)) for name in source.data}
