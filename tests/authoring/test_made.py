"""The notebook beside a source: one that is behind is told from one that was edited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from appraise.authoring.made import refuse_edits, sum_of_cells
from appraise.errors import AuthorError


def notebook(*texts: str) -> Any:
    nb = new_notebook(cells=[new_markdown_cell("# Toy", id="head")])
    nb.cells += [new_code_cell(text, id=f"c{n}") for n, text in enumerate(texts)]
    nb.metadata["appraise"] = {"lesson": "01-toy", "version": "0", "cells": sum_of_cells(nb)}
    return nb


def there(folder: Path, nb: Any) -> Path:
    file = folder / "01-toy" / "01-toy.ipynb"
    file.parent.mkdir(exist_ok=True)
    nbformat.write(nb, file)
    return file


def test_one_that_is_behind_is_made_again(tmp_path: Path) -> None:
    refuse_edits(there(tmp_path, notebook("x = 1")), notebook("x = 2", "y = 3"))
    refuse_edits(tmp_path / "none.ipynb", notebook("x = 1"))


def _run(nb: Any) -> None:
    nb.cells[1].execution_count = 1
    nb.cells[1].outputs = [new_output("stream", text="1")]
    nb.cells[0].metadata["jp-MarkdownHeadingCollapsed"] = True
    nb.metadata["language_info"] = {"name": "python", "version": "3.11.7"}


def test_running_and_folding_is_no_edit(tmp_path: Path) -> None:
    nb = notebook("x = 1")
    _run(nb)
    refuse_edits(there(tmp_path, nb), notebook("x = 2"))


EDITS = {
    "a text": (lambda nb: nb.cells[1].update(source="x = 9"), "c0"),
    "a cell added": (lambda nb: nb.cells.append(new_code_cell("z", id="mine")), "mine"),
    "a cell taken out": (lambda nb: nb.cells.pop(), "c1"),
    "cells moved": (lambda nb: nb.cells.reverse(), "c1"),
    "an id": (lambda nb: nb.cells[1].update(id="other"), "other"),
    "a kind": (lambda nb: nb.cells[0].update(cell_type="raw"), "head"),
    "a tag": (lambda nb: nb.cells[1].metadata.update(tags=["hide"]), "c0"),
    "points, by nbgrader's tab": (lambda nb: nb.cells[1].metadata.update(nbgrader={"points": 9}), "c0"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_not_overwritten(tmp_path: Path, edit: str) -> None:
    change, cell = EDITS[edit]
    nb = notebook("x = 1", "y = 2")
    change(nb)
    with pytest.raises(AuthorError) as stopped:
        refuse_edits(there(tmp_path, nb), notebook("x = 1", "y = 2"))
    told = str(stopped.value)
    assert told.startswith(f"{tmp_path.name}/01-toy/01-toy.ipynb: {cell}: was edited here")
    assert "Make the change in 01-toy.md, delete this notebook and run `make lessons`." in told


def test_an_edit_that_the_source_has_too_is_none(tmp_path: Path) -> None:
    nb = notebook("x = 1")
    nb.cells[1].source = "x = 2"
    refuse_edits(there(tmp_path, nb), notebook("x = 2"))


def test_a_notebook_from_before_sources_were_text_counts_by_what_it_says(tmp_path: Path) -> None:
    old = notebook('from appraise import lesson\n\nlesson("01-toy", "1234abcd")')
    del old.metadata["appraise"]["cells"]
    refuse_edits(there(tmp_path, old), notebook('from appraise import lesson\n\nlesson("01-toy")'))
    with pytest.raises(AuthorError, match="c0: was edited here"):
        refuse_edits(there(tmp_path, old), notebook('lesson("01-toy")'))


def test_the_marks_of_a_merge_are_told(tmp_path: Path) -> None:
    file = there(tmp_path, notebook("x = 1"))
    file.write_text("<<<<<<< ours\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(AuthorError, match=r"01-toy\.ipynb: expected the notebook in JSON .* delete this notebook"):
        refuse_edits(file, notebook("x = 1"))
