"""A solutions notebook: its exercises, its headings, and the metadata that nbgrader and the grader read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from appraise.authoring.entries import Entry
from appraise.errors import AuthorError

CHECK_CALL = re.compile(r'\s*check\("([a-z0-9-]+)",\s*([A-Za-z_]\w*)\)\s*')
LESSON_CALL = re.compile(r'^lesson\("([^"]*)"(?:,\s*"[^"]*")?\)', re.M)


# ── the notebook ────────────────────────────────────────────────────────────────────────────────────────────────────


def read_notebook(file: Path) -> Any:
    try:
        return nbformat.read(file, as_version=4)
    except Exception as error:
        raise AuthorError(file, "", f"expected a notebook in JSON ({type(error).__name__})") from None


def headings(nb: NotebookNode) -> list[str]:
    """The headings of a notebook's Markdown cells, in order, without their marks."""
    names = []
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            outside = re.sub(r"^```.*?^```", "", cell.source, flags=re.S | re.M)
            names += [h.strip() for h in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", outside, re.M)]
    return names


def exercises_in(nb: NotebookNode, file: Path) -> dict[str, tuple[str, int, int]]:
    """The exercises of a notebook: id to (name, index of the answer cell, index of the check cell)."""
    exercises: dict[str, tuple[str, int, int]] = {}
    for i, cell in enumerate(nb.cells):
        if cell.cell_type != "code" or not (m := CHECK_CALL.fullmatch(cell.source)):
            continue
        exercise, name = m.groups()
        if exercise in exercises:
            raise AuthorError(file, exercise, "is checked twice; an id is used once")
        answer = i - 1
        if answer < 0 or "### BEGIN SOLUTION" not in nb.cells[answer].source:
            raise AuthorError(
                file, exercise, "expected the answer cell, with ### BEGIN SOLUTION, right above its check"
            )
        exercises[exercise] = (name, answer, i)
    return exercises


def title_above(nb: NotebookNode, answer: int, exercise: str) -> str:
    """The heading above an exercise, without its first word: "Exercise: Follow it home"."""
    above = [
        h for c in nb.cells[:answer] if c.cell_type == "markdown" for h in re.findall(r"^#+\s+(.*)$", c.source, re.M)
    ]
    return re.sub(r"^Exercise\s*:\s*", "", above[-1]).strip() if above else exercise.replace("-", " ")


def write_metadata(nb: NotebookNode, slug: str, version: str, entries: dict[str, Entry], file: Path) -> None:
    """Write what nbgrader and the grader read into a solutions notebook, and clear what a run left behind."""
    nb.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        appraise={"lesson": slug, "version": version},
    )
    exercises = exercises_in(nb, file)
    opened = 0
    for i, cell in enumerate(nb.cells):
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k == "tags" and v})
        _write_manual_mark(cell)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.source, n = LESSON_CALL.subn(f'lesson("{slug}", "{version}")', cell.source)
            opened += n
        if cell.get("id", "") == "" or not re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", cell.id):
            raise AuthorError(file, f"cell {i + 1}", "expected a cell id")
    if opened != 1:
        raise AuthorError(file, "", f'expected one call lesson("{slug}") in the opening cell, found {opened}')
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
    stray = [
        i
        for i, c in enumerate(nb.cells)
        if "### BEGIN SOLUTION" in c.source and i not in {a for _, a, _ in exercises.values()}
    ]
    if stray:
        raise AuthorError(file, f"cell {stray[0] + 1}", 'expected check("id", name) in the cell right below')


def _write_manual_mark(cell: NotebookNode) -> None:
    """Make a Markdown cell with the tag `manual-points-N` an answer that a person marks with up to N points."""
    tags = [re.fullmatch(r"manual-points-(\d{1,3})", tag) for tag in cell.metadata.get("tags", ())]
    points = next((int(m[1]) for m in tags if m), 0)
    if cell.cell_type == "markdown" and points:
        mark = {"schema_version": 3, "locked": False, "solution": True, "grade": True, "task": False}
        cell.metadata["nbgrader"] = NotebookNode({**mark, "grade_id": cell.id, "points": float(points)})


# ── all lessons ─────────────────────────────────────────────────────────────────────────────────────────────────────


def write_notebook(nb: NotebookNode) -> bytes:
    text: str = nbformat.writes(nb, version=nbformat.NO_CONVERT, indent=1, ensure_ascii=False)
    return (text + "\n").encode("utf-8")
