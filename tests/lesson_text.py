"""Lessons of the tests as their authors would save them: a notebook written as MyST Markdown by jupytext."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jupytext
import nbformat


def lesson_text(nb: Any) -> str:
    """A notebook as JupyterLab saves a lesson's source: ids and tags beside the cells, no other metadata of theirs."""
    cells = []
    for cell in nb.cells:
        kept = {"id": cell.id, **{k: v for k, v in cell.metadata.items() if k == "tags"}}
        cells.append(nbformat.from_dict({**cell, "metadata": kept}))
    python = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": python, "language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    shown = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    text = str(jupytext.writes(shown, fmt="md:myst"))
    return text.replace(f"    jupytext_version: {jupytext.__version__}\n", "")  # as solutions/jupytext.toml asks for


def write_lesson(nb: Any, folder: Path) -> None:
    """Write a notebook as the source of the lesson whose folder this is."""
    (folder / f"{folder.name}.md").write_text(lesson_text(nb), encoding="utf-8")
