"""How long a lesson takes: reading at 180 words a minute and the exercises' own minutes, core and extras apart."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from nbformat import NotebookNode

from appraise.authoring.entries import Entry
from appraise.authoring.notebook import CHECK_CALL
from appraise.errors import AppraiseError
from appraise.sources.reader import OPEN_AT_FIRST, read

WORDS_A_MINUTE = 180
CALLS = {"twelve_questions": 12, "recall": 2, "predict": 1}  # minutes of what is done and is no exercise
EXTRA = re.compile(r"\((extra|more)\)$")
_AFTER_ITS_NAME = re.compile(r"(?<=[ ,])\d+")  # the numbers of paragraphs, and not the one in "magx12"
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$", re.M)
LAST_CELL = "where-to-go-on"
"""The id of the cell that `make lessons` adds; like the line under the title, it does not count."""
_LINE_ADDED = re.compile(r"^\*.*: the core takes about \d+ minutes.*\*$", re.M)


class Minutes(NamedTuple):
    """Whole minutes of the core and of the extras."""

    core: int
    extra: int


class Words(NamedTuple):
    """Words to read in the core and in the extras."""

    core: int
    extra: int


def minutes_of(nb: NotebookNode, entries: Mapping[str, Entry]) -> Minutes:
    """The minutes of a lesson.

    Parameters
    ----------
    nb : NotebookNode
        The solutions notebook.
    entries : dict of Entry
        Its exercises, by id.
    """
    words = words_of(nb, entries)
    own = [sum(e.minutes for e in entries.values() if e.core is core) for core in (True, False)]
    own[0] += minutes_of_calls(nb)
    return Minutes(*(math.ceil(m + w / WORDS_A_MINUTE) for m, w in zip(own, words)))


def minutes_of_calls(nb: NotebookNode) -> int:
    """The minutes of what is done in a notebook and is no exercise."""
    code = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "code")
    return sum(n * len(re.findall(rf"\b{name}\(", code)) for name, n in CALLS.items())


def words_of(nb: NotebookNode, entries: Mapping[str, Entry]) -> Words:
    """The words of a lesson's texts and of the passages that it shows.

    What stands below the heading of an extra exercise, or below a heading that ends with "(extra)", is extra, up to the
    next heading.

    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> text = "# One two\\n\\nThree.\\n\\n## Four (extra)\\n\\nFive [six](a/b)."
    >>> words_of(new_notebook(cells=[new_markdown_cell(text)]), {})
    Words(core=3, extra=4)
    """
    counts = {True: 0, False: 0}
    extra_at = set(_extra_questions(nb, entries))
    is_extra = False
    for n, cell in enumerate(nb.cells):
        if cell.cell_type == "code":
            counts[is_extra] += sum(len(text.split()) for text in _passages(cell.source))
            continue
        if cell.get("id") == LAST_CELL:
            continue
        for piece in re.split(r"^(?=#{1,6}\s)", _LINE_ADDED.sub("", cell.source), flags=re.M):
            if heading := _HEADING.match(piece):
                is_extra = n in extra_at or EXTRA.search(heading[2]) is not None
            counts[is_extra] += _count(piece)
    return Words(counts[False], counts[True])


def _extra_questions(nb: NotebookNode, entries: Mapping[str, Entry]) -> Iterator[int]:
    """Where the questions of extra exercises stand: the last cell with a heading above the check."""
    question = 0
    for n, cell in enumerate(nb.cells):
        if cell.cell_type == "markdown" and _HEADING.search(cell.source):
            question = n
        check = CHECK_CALL.fullmatch(cell.source) if cell.cell_type == "code" else None
        if check and check[1] in entries and not entries[check[1]].core:
            yield question


def _count(text: str) -> int:
    """The words of a Markdown text, without its addresses and marks."""
    words = re.sub(r"\]\([^)]*\)", "]", text)
    return sum(1 for word in words.split() if re.search(r"\w", word))


def shown_paragraphs(source: str) -> list[tuple[str, str, int]]:
    """The paragraphs that a cell shows, as (source, passage, number): what stands folded beside them is not shown.

    >>> shown_paragraphs('read("painscience", "abstract", 4, 5)')
    [('painscience', 'abstract', 4), ('painscience', 'abstract', 5)]
    >>> shown_paragraphs('read_beside("walsh post 3", "magx12 post 6", "shopblog post 5")')
    [('walsh', 'post', 3), ('magx12', 'post', 6)]
    """
    return [(*place, n) for place, shown in _views(source, OPEN_AT_FIRST) for n, _ in shown]


def _passages(source: str) -> list[str]:
    return [text for _, shown in _views(source) for _, text in shown]


def _views(source: str, most: int | None = None) -> Iterator[tuple[tuple[str, str], list[tuple[int, str]]]]:
    """What each call of `read` or `read_beside` with written-out arguments shows; of the latter the first `most`."""
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except SyntaxError:  # a cell with a command of Jupyter
        return
    for call in calls:
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        values: list[Any] = [a.value for a in call.args if isinstance(a, ast.Constant)]
        if len(values) != len(call.args):
            continue
        asked = [tuple(values)] if name == "read" else []
        if name == "read_beside":
            asked = [(*str(v).split()[:2], *map(int, _AFTER_ITS_NAME.findall(str(v)))) for v in values[:most]]
        for one in asked:
            try:
                yield (str(one[0]), str(one[1])), read(*one).paragraphs
            except (AppraiseError, TypeError, IndexError):  # the run of the notebook says what is wrong with it
                continue
