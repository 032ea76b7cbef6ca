"""A lesson's cells: its exercises, its headings, and the metadata that nbgrader and the grader read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from appraise.authoring.entries import Entry
from appraise.authoring.made import sum_of_cells
from appraise.authoring.source import Source
from appraise.errors import AuthorError

CHECK_CALL = re.compile(r'\s*check\("([a-z0-9-]+)",\s*([A-Za-z_]\w*)\)\s*')
LESSON_CALL = re.compile(r"^lesson\([^)\n]*\)", re.M)


def headings(nb: NotebookNode) -> list[str]:
    """The headings of a notebook's Markdown cells, in order, without their marks."""
    names = []
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            outside = re.sub(r"^```.*?^```", "", cell.source, flags=re.S | re.M)
            names += [h.strip() for h in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", outside, re.M)]
    return names


def exercises_in(nb: NotebookNode, file: Path, lines: Sequence[int] = ()) -> dict[str, tuple[str, int, int]]:
    """The exercises of a notebook: id to (name, index of the answer cell, index of the check cell).

    `lines` says where in the file each cell begins, if that is known, for the AuthorError of an exercise that lacks a
    cell or is checked twice.
    """
    exercises: dict[str, tuple[str, int, int]] = {}
    for i, cell in enumerate(nb.cells):
        if cell.cell_type != "code" or not (m := CHECK_CALL.fullmatch(cell.source)):
            continue
        exercise, name = m.groups()
        line = lines[i] if lines else None
        if exercise in exercises:
            raise AuthorError(file, exercise, "is checked twice; an id is used once", line)
        answer = i - 1
        if answer < 0 or "### BEGIN SOLUTION" not in nb.cells[answer].source:
            expected = "expected the answer cell, with ### BEGIN SOLUTION, right above its check"
            raise AuthorError(file, exercise, expected, line)
        exercises[exercise] = (name, answer, i)
    return exercises


def title_above(nb: NotebookNode, answer: int, exercise: str) -> str:
    """The heading above an exercise, without its first word: "Exercise: Follow it home"."""
    above = [
        h for c in nb.cells[:answer] if c.cell_type == "markdown" for h in re.findall(r"^#+\s+(.*)$", c.source, re.M)
    ]
    return re.sub(r"^Exercise\s*:\s*", "", above[-1]).strip() if above else exercise.replace("-", " ")


def write_metadata(source: Source, slug: str, version: str, entries: dict[str, Entry]) -> None:
    """Write what nbgrader and the grader read into the cells, and what tells whether they were edited afterwards."""
    nb = source.notebook
    exercises = exercises_in(nb, source.file, source.lines)
    _check_opening(source, slug)
    for cell in nb.cells:
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k == "tags" and v})
        _write_manual_mark(cell)
    for exercise, (_, answer, checked) in exercises.items():
        entry = entries[exercise]
        prose = entry.kind == "write"
        mark = {"schema_version": 3, "locked": False, "solution": True, "grade": prose and entry.core, "task": False}
        if prose and entry.core:
            nb.cells[answer].metadata["nbgrader"] = {**mark, "grade_id": exercise, "points": entry.points}
        else:
            nb.cells[answer].metadata["nbgrader"] = {**mark, "grade_id": f"{exercise}-answer"}
        graded = entry.core and not prose
        mark = {"schema_version": 3, "locked": True, "solution": False, "grade": graded, "task": False}
        if graded:
            nb.cells[checked].metadata["nbgrader"] = {**mark, "grade_id": exercise, "points": entry.points}
        else:
            nb.cells[checked].metadata["nbgrader"] = {**mark, "grade_id": f"{exercise}-check"}
    answers = {answer for _, answer, _ in exercises.values()}
    for i, cell in enumerate(nb.cells):
        if "### BEGIN SOLUTION" in cell.source and i not in answers:
            raise source.error(i, f"cell {i + 1}", 'expected check("id", name) in the cell right below')
    nb.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        appraise={"lesson": slug, "version": version, "cells": sum_of_cells(nb)},
    )


def _check_opening(source: Source, slug: str) -> None:
    """The lesson is opened once, by its own name; its version stands in the metadata."""
    cells = enumerate(source.notebook.cells)
    calls = [(i, call) for i, c in cells if c.cell_type == "code" for call in LESSON_CALL.findall(c.source)]
    if len(calls) != 1:
        expected = f'expected one call lesson("{slug}") in the opening cell, found {len(calls)}'
        raise AuthorError(source.file, "", expected)
    ((i, call),) = calls
    if call != f'lesson("{slug}")':
        raise source.error(i, f"cell {i + 1}", f'expected lesson("{slug}"), found {call}')


def _write_manual_mark(cell: NotebookNode) -> None:
    """Make a Markdown cell with the tag `manual-points-N` an answer that a person marks with up to N points."""
    tags = [re.fullmatch(r"manual-points-(\d{1,3})", tag) for tag in cell.metadata.get("tags", ())]
    points = next((int(m[1]) for m in tags if m), 0)
    if cell.cell_type == "markdown" and points:
        mark = {"schema_version": 3, "locked": False, "solution": True, "grade": True, "task": False}
        cell.metadata["nbgrader"] = NotebookNode({**mark, "grade_id": cell.id, "points": float(points)})


def write_notebook(nb: NotebookNode) -> bytes:
    text: str = nbformat.writes(nb, version=nbformat.NO_CONVERT, indent=1, ensure_ascii=False)
    return (text + "\n").encode("utf-8")
