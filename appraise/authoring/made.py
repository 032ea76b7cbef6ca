"""The notebook beside a lesson's source is made from it, and nobody's edit of that notebook is overwritten.

`make lessons` notes in the notebook's metadata a sum over its cells. A notebook whose cells still give that sum is as
it was made: where its source has changed since, it is only behind, and is made again. One whose cells give another sum
was edited, by hand or by a merge. Outputs are not in the sum: running a notebook is no edit.
"""

from __future__ import annotations

import hashlib
import json
import re
from itertools import zip_longest
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from appraise.errors import AuthorError

_WITH_A_VERSION = re.compile(r'^(lesson\("[^"]*"), *"[^"]*"\)', re.M)  # how lessons were opened up to version 0.1


def sum_of_cells(nb: NotebookNode) -> str:
    """A sum over what an author or nbgrader can change in the cells: kind, id, text, tags and nbgrader's metadata.

    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> sum_of_cells(new_notebook(cells=[new_markdown_cell("# Numbers", id="a")]))
    '0651574c7938da95'
    """
    text = json.dumps([_content(cell) for cell in nb.cells], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _content(cell: NotebookNode) -> list[Any]:
    kept = {name: cell.metadata[name] for name in ("nbgrader", "tags") if cell.metadata.get(name)}
    return [cell.cell_type, cell.get("id"), cell.source, kept]


def refuse_edits(made: Path, nb: NotebookNode) -> None:
    """Stop where the notebook that is there was edited.

    Parameters
    ----------
    made : Path
        The notebook that is to be written anew.
    nb : NotebookNode
        What its source gives now. A notebook that says the same, whoever wrote it, is taken for made.

    Raises
    ------
    AuthorError
        The notebook, the first cell of it that differs from the source, and what to do.
    """
    if not made.is_file():
        return
    name = made.with_suffix(".md").name
    remedy = f"Make the change in {name}, delete this notebook and run `make lessons`."
    try:
        there = nbformat.read(made, as_version=4)
    except Exception as error:  # nbformat has several of its own; the marks of a merge are among the causes
        expected = f"expected the notebook in JSON that is made from {name} ({type(error).__name__}). {remedy}"
        raise AuthorError(made, "", expected) from None
    if there.metadata.get("appraise", {}).get("cells") == sum_of_cells(there):
        return
    for cell in there.cells:
        cell.source = _WITH_A_VERSION.sub(r"\1)", cell.source)
    differing = [
        (other or own).get("id", "a cell")
        for other, own in zip_longest(there.cells, nb.cells)
        if other is None or own is None or _content(other) != _content(own)
    ]
    if differing:
        expected = f"was edited here, or by a merge; it is made from {name}, and this cell differs first. {remedy}"
        raise AuthorError(made, differing[0], expected)
