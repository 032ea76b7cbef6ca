"""Lesson 12: the items of an abstract, the rubric of the 200-word telling with its anchors, and an unseen telling.

All of it lies in `assets/`, in the course's own words; the sources are named there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from appraise.errors import RubricError
from appraise.files import ASSETS, StrictModel, read_yaml
from appraise.markup import HtmlPage, Markup, element, table
from appraise.sources.reader import PassageView

Text = Annotated[str, Field(min_length=1)]
Level = Literal[0, 1, 2, 3]
AnchorLevel = Literal[1, 2, 3]


LEVELS: tuple[Level, ...] = (0, 1, 2, 3)


class Criterion(StrictModel):
    """One criterion of the rubric: what it asks, what each level is, and an anchor answer of levels 1 to 3."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    name: Text
    asks: Text
    levels: Annotated[dict[Level, Text], Field(min_length=4)]
    anchors: Annotated[dict[AnchorLevel, Text], Field(min_length=3)]


class Rubric(StrictModel):
    """`assets/rubric.yml`: ten criteria of four levels, 0 to 3, and the version by which marks were given."""

    version: int
    words: int
    outside_the_count: tuple[Text, ...]
    gate: Text
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=10, max_length=10)]

    @property
    def points(self) -> int:
        """The most that a telling can get."""
        return 3 * len(self.criteria)


class AbstractItems(StrictModel):
    """`assets/consort-abstracts.yml`: what the abstract of a trial should hold, by topic."""

    source: Text
    address: Text
    left_out: Text
    items: Annotated[dict[str, Text], Field(min_length=16, max_length=16)]


@cache
def load_rubric(file: Path = ASSETS / "rubric.yml") -> Rubric:
    """The rubric, checked. Raises RubricError, which names the file and the place in it.

    >>> load_rubric().points
    30
    """
    return read_yaml(file, Rubric, RubricError)


@cache
def load_abstract_items(file: Path = ASSETS / "consort-abstracts.yml") -> AbstractItems:
    """The items of an abstract, checked. Raises RubricError, which names the file and the place in it.

    >>> list(load_abstract_items().items)[:2]
    ['title', 'design']
    """
    return read_yaml(file, AbstractItems, RubricError)


def abstract_items() -> HtmlPage:
    """The sixteen items, each with what the abstract of a trial should say.

    >>> print(abstract_items())  # doctest: +ELLIPSIS
    title: the title says that the study is randomised
    ...
    """
    known = load_abstract_items()
    note = f"After {known.source} ({known.address}). {known.left_out}"
    lines = [f"{name}: {says}" for name, says in known.items.items()]
    shown = table(("item", "the abstract should say"), list(known.items.items()), "What an abstract should hold")
    return _page([*lines, note], shown + element("p", note))


def rubric() -> HtmlPage:
    """The rubric: what each criterion asks, and its levels 0 to 3.

    >>> print(rubric())  # doctest: +ELLIPSIS
    For a reader: Does somebody who reads nothing else learn the main thing first, in plain words?
      0  The first line is false, or the text cannot be followed.
    ...
    """
    known = load_rubric()
    lines = []
    rows: list[Sequence[str]] = []
    for c in known.criteria:
        lines += [f"{c.name}: {c.asks}", *(f"  {level}  {c.levels[level]}" for level in LEVELS)]
        rows.append((c.name, c.asks, *(c.levels[level] for level in LEVELS)))
    heads = ("criterion", "asks", *(f"level {level}" for level in LEVELS))
    caption = f"Ten criteria, {known.points} points in all (version {known.version})"
    return _page([*lines, known.gate], table(heads, rows, caption) + element("p", known.gate))


def anchors(*criteria: str) -> HtmlPage:
    """An answer of each level, written by us, for the criteria named; for all of them where none is named.

    Raises RubricError for a criterion that the rubric does not have.

    >>> print(anchors("wording"))  # doctest: +ELLIPSIS
    Wording
      1  Magnesium works against back pain, as science shows.
      2  Magnesium may help people with back pain.
      3  ...
    """
    known = {c.id: c for c in load_rubric().criteria}
    lines: list[str] = []
    shown = Markup("")
    for name in criteria or known:
        if name not in known:
            raise RubricError("rubric.yml", name, f"expected one of the criteria {', '.join(known)}")
        c = known[name]
        lines += [c.name, *(f"  {level}  {c.anchors[level]}" for level in (1, 2, 3))]
        items = element("ol", *(element("li", c.anchors[level]) for level in (1, 2, 3)))
        named = element("summary", c.name, style="padding: 4px 0")
        shown += element("details", named, items, **({"open": "open"} if criteria else {}))
    return _page(lines, shown)


def _page(lines: list[str], shown: Markup) -> HtmlPage:
    return HtmlPage(element("div", shown, style="max-width: 52em"), "\n".join(lines))


def unseen_telling() -> PassageView:
    """A telling of the same trial, written by this course with faults on purpose, in numbered sentences.

    >>> print(unseen_telling())  # doctest: +ELLIPSIS
    A telling written by this course, with faults on purpose
    [1] An old mineral puts an end to one kind of back pain.
    ...
    """
    text = (ASSETS / "unseen-telling.md").read_text(encoding="utf-8")
    parts = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    sentences = [part for part in parts if not part.startswith(">")]  # the note at the head of the file
    return PassageView("A telling written by this course, with faults on purpose", list(enumerate(sentences, start=1)))
