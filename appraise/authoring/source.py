"""A lesson's source, `solutions/NN-slug/NN-slug.md`: MyST Markdown, read by jupytext into the cells of a notebook.

A file begins with the header that tells jupytext and JupyterLab what it is. Each cell has its id beside it, since
grading finds answers by it, and may have tags. All other metadata is derived::

    +++ {"id": "4a1f7c20"}

    ### Exercise: How much does it grow?

    ```{code-cell} ipython3
    :id: 9b3e5d11

    growth = ...
    ```

jupytext would take a cell whose fence is not closed, and all that follows, for one cell; here that is an error.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

from appraise.errors import AuthorError

CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_BEGINS_A_CELL = re.compile(r" {0,3}((`{3,}|~{3,})\{(code|raw)-cell\}|\+\+\+\s*(\{|$))")


@dataclass(frozen=True)
class Source:
    """A lesson as its author wrote it.

    Attributes
    ----------
    file : Path
    notebook : NotebookNode
        The cells with their ids, and no metadata but tags.
    lines : tuple of int
        The line of the file on which each cell begins, counted from 1.
    """

    file: Path
    notebook: Any
    lines: tuple[int, ...]

    def error(self, cell: int, item: str, expected: str) -> AuthorError:
        """An error at a cell, which is counted from 0."""
        return AuthorError(self.file, item, expected, self.lines[cell])


def read_source(file: Path) -> Source:
    """A lesson's source.

    Raises
    ------
    AuthorError
        For a file that cannot be read as cells, and for a cell without an id, with another's, or with metadata that is
        derived; file and line are named.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AuthorError(file, "", "expected this file: a lesson's source in MyST Markdown") from None
    except UnicodeDecodeError:
        raise AuthorError(file, "", "expected text in UTF-8") from None
    try:
        notebook, starts = _parse(text)
    except Exception as error:  # jupytext lets errors of YAML, JSON and nbformat through
        what = shorten(re.sub(r"^\w+ cell \d+ at line \d+ ", "", str(error)), 200)
        expected = f"expected a cell's id, and tags at most, as CONTRIBUTING.md describes them: {what}"
        raise AuthorError(file, "", expected, _line_that_fails(text)) from None
    lines = text.splitlines()
    source = Source(file, notebook, tuple(_shown(start, lines) for start in starts))
    _check_that_all_cells_are_read(source, lines, starts)
    _take_ids(source)
    return source


def _parse(text: str) -> tuple[Any, list[int]]:
    """The cells, and where each begins: the line after its first, counted from 0."""
    from jupytext.myst import myst_to_notebook  # in the environment of authors only

    notebook = myst_to_notebook(text, add_source_map=True)
    return notebook, notebook.metadata.pop("source_map")


def _line_that_fails(text: str) -> int:
    """The first line of the first cell that cannot be read; 1 for the header."""
    lines = text.splitlines()
    begins = [n for n, line in enumerate(lines) if _BEGINS_A_CELL.match(line)]
    before = 0
    for n in [*begins, len(lines)]:
        try:
            _parse("\n".join(lines[:n]))
        except Exception:  # whatever it is, it is the one that the whole text raises
            break
        before = n
    return before + 1


def _shown(start: int, lines: list[str]) -> int:
    """The line by which an author finds a cell: its fence, its `+++`, or its first words where it has neither."""
    if _BEGINS_A_CELL.match(lines[start - 1]):
        return start
    return next(n for n, line in enumerate(lines[start:], start=start + 1) if line.strip())


def _check_that_all_cells_are_read(source: Source, lines: list[str], starts: list[int]) -> None:
    for number, line in enumerate(lines, start=1):
        marks = _BEGINS_A_CELL.match(line)
        if not marks or number in starts:
            continue
        before = max((i for i, start in enumerate(starts) if start < number), default=None)
        if before is None or line not in source.notebook.cells[before].source.splitlines():
            raise AuthorError(source.file, "", "expected text in this cell", number)
        around = _BEGINS_A_CELL.match(lines[source.lines[before] - 1])
        if around and len(around[2] or "") > len(marks[2] or "+++"):
            continue  # a longer fence quotes it
        expected = f"begins inside the cell of line {source.lines[before]}: expected an end of its fence or comment"
        raise AuthorError(source.file, "", expected, number)


def _take_ids(source: Source) -> None:
    """Move ids from metadata, where jupytext leaves them, to where notebooks have them."""
    seen: dict[str, int] = {}
    for i, cell in enumerate(source.notebook.cells):
        value = cell.metadata.pop("id", None)
        if not isinstance(value, str) or not CELL_ID.fullmatch(value):
            raise source.error(i, f"cell {i + 1}", f"expected an id{_position(value)}, for instance {_example(cell)}")
        if value in seen:
            raise source.error(i, value, f"is the id of the cell of line {seen[value]} already")
        for name in cell.metadata.keys() - {"tags"}:
            raise source.error(i, f"{value}.{name}", "expected only id and tags; other metadata is derived")
        seen[value] = source.lines[i]
        cell.id = value


def _position(value: object) -> str:
    """What is wrong with the id that a cell has."""
    return "" if value is None else f" of letters, digits and hyphens, in quotes if it looks like a number ({value!r})"


def _example(cell: Any) -> str:
    """An id that the cell could have, as it would be written beside it."""
    name = "c" + hashlib.sha256(cell.source.encode()).hexdigest()[:7]
    return f'`+++ {{"id": "{name}"}}` above it' if cell.cell_type == "markdown" else f"`:id: {name}` in its second line"
