"""Lesson 12: the items of an abstract, the rubric of the 200-word telling with its anchors, and an unseen telling.

All of it lies in `assets/`, in the course's own words; the sources are named there.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from appraise.reading import Reading

ASSETS = Path(__file__).resolve().parent.parent / "assets"

Text = Annotated[str, Field(min_length=1)]
Level = Literal[1, 2, 3]
_M = TypeVar("_M", bound=BaseModel)


class TellingError(ValueError):
    """A file of this lesson that cannot be used, or a criterion that is not there: where, and what was expected."""

    def __init__(self, where: str, expected: str) -> None:
        super().__init__(f"{where}: {expected}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Criterion(_Strict):
    """One criterion of the rubric: what it asks, what each level is, and an anchor answer of each level."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    name: Text
    asks: Text
    levels: Annotated[dict[Level, Text], Field(min_length=3)]
    anchors: Annotated[dict[Level, Text], Field(min_length=3)]


class Rubric(_Strict):
    """`assets/rubric.yml`: ten criteria of three levels; 0 where the thing is absent throughout."""

    words: int
    outside_the_count: tuple[Text, ...]
    gate: Text
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=10, max_length=10)]

    @property
    def points(self) -> int:
        """The most that a telling can get."""
        return 3 * len(self.criteria)


class AbstractItems(_Strict):
    """`assets/consort-abstracts.yml`: what the abstract of a trial should hold, by topic."""

    source: Text
    address: Text
    left_out: Text
    items: Annotated[dict[str, Text], Field(min_length=16, max_length=16)]


@cache
def load_rubric(file: Path = ASSETS / "rubric.yml") -> Rubric:
    """The rubric, checked. Raises TellingError, which names the file and the place in it.

    >>> load_rubric().points
    30
    """
    return _load(file, Rubric)


@cache
def load_abstract_items(file: Path = ASSETS / "consort-abstracts.yml") -> AbstractItems:
    """The items of an abstract, checked. Raises TellingError, which names the file and the place in it.

    >>> list(load_abstract_items().items)[:2]
    ['title', 'design']
    """
    return _load(file, AbstractItems)


def _load(file: Path, model: type[_M]) -> _M:
    try:
        return model.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except OSError:
        raise TellingError(file.name, "expected this file beside the library; use the course from a clone") from None
    except yaml.YAMLError as error:
        raise TellingError(file.name, f"expected YAML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise TellingError(f"{file.name}: {where}", str(first["msg"])) from None


# ── as a learner reads them ─────────────────────────────────────────────────────────────────────────────────────────


class Page:
    """A text that is shown as HTML in a notebook, and as plain lines elsewhere."""

    def __init__(self, lines: list[str], shown: str) -> None:
        self._lines, self._shown = lines, shown

    def __repr__(self) -> str:
        return "\n".join(self._lines)

    def _repr_html_(self) -> str:
        return f'<div style="max-width: 52em">{self._shown}</div>'


def _table(heads: Sequence[str], rows: list[Sequence[str]], caption: str) -> str:
    def row(cells: Sequence[str], tag: str) -> str:
        style = "text-align: left; vertical-align: top; white-space: normal"
        first = f'<th scope="row" style="{style}">{html.escape(cells[0])}</th>'
        rest = "".join(f'<td style="{style}">{html.escape(cell)}</td>' for cell in cells[1:])
        if tag == "th":
            return "".join(f'<th scope="col" style="{style}">{html.escape(cell)}</th>' for cell in cells)
        return first + rest

    body = "".join(f"<tr>{row(cells, 'td')}</tr>" for cells in rows)
    return (
        f"<table><caption style='text-align: left'>{html.escape(caption)}</caption>"
        f"<thead><tr>{row(heads, 'th')}</tr></thead><tbody>{body}</tbody></table>"
    )


def abstract_items() -> Page:
    """The sixteen items, each with what the abstract of a trial should say.

    >>> print(abstract_items())  # doctest: +ELLIPSIS
    title: the title says that the study is randomised
    ...
    """
    known = load_abstract_items()
    note = f"After {known.source} ({known.address}). {known.left_out}"
    lines = [f"{name}: {says}" for name, says in known.items.items()]
    shown = _table(("item", "the abstract should say"), list(known.items.items()), "What an abstract should hold")
    return Page([*lines, note], f"{shown}<p>{html.escape(note)}</p>")


def rubric() -> Page:
    """The rubric: what each criterion asks, and its levels 1, 2 and 3.

    >>> print(rubric())  # doctest: +ELLIPSIS
    Identity: Can a reader find the study, and does the telling say which text was read?
      1  It speaks of “a study”.
    ...
    """
    known = load_rubric()
    lines = []
    rows: list[Sequence[str]] = []
    for c in known.criteria:
        lines += [f"{c.name}: {c.asks}", *(f"  {level}  {c.levels[level]}" for level in (1, 2, 3))]
        rows.append((c.name, c.asks, *(c.levels[level] for level in (1, 2, 3))))
    heads = ("criterion", "asks", "level 1", "level 2", "level 3")
    caption = f"Ten criteria, {known.points} points in all; 0 where the thing is absent throughout"
    return Page([*lines, known.gate], _table(heads, rows, caption) + f"<p>{html.escape(known.gate)}</p>")


def anchors(*criteria: str) -> Page:
    """An answer of each level, written by us, for the criteria named; for all of them where none is named.

    Raises TellingError for a criterion that the rubric does not have.

    >>> print(anchors("wording"))  # doctest: +ELLIPSIS
    Wording
      1  Magnesium ends chronic back pain.
      2  Magnesium may help people with back pain.
      3  ...
    """
    known = {c.id: c for c in load_rubric().criteria}
    lines, shown = [], []
    for name in criteria or known:
        if name not in known:
            raise TellingError(name, f"expected one of the criteria {', '.join(known)}")
        c = known[name]
        lines += [c.name, *(f"  {level}  {c.anchors[level]}" for level in (1, 2, 3))]
        items = "".join(f"<li>{html.escape(c.anchors[level])}</li>" for level in (1, 2, 3))
        opened = " open" if criteria else ""
        named = f'<summary style="padding: 4px 0">{html.escape(c.name)}</summary>'
        shown.append(f"<details{opened}>{named}<ol>{items}</ol></details>")
    return Page(lines, "".join(shown))


def unseen() -> Reading:
    """A telling of the same trial, written by this course with faults on purpose, in numbered sentences.

    >>> print(unseen())  # doctest: +ELLIPSIS
    A telling written by this course, with faults on purpose
    [1] An old mineral puts an end to back pain.
    ...
    """
    text = (ASSETS / "unseen-telling.md").read_text(encoding="utf-8")
    parts = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    sentences = [part for part in parts if not part.startswith(">")]  # the note at the head of the file
    return Reading("A telling written by this course, with faults on purpose", list(enumerate(sentences, start=1)))
