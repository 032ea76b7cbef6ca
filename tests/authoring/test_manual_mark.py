"""A Markdown cell with the tag manual-points-N is an answer that a person marks."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from appraise.authoring.notebook import write_metadata
from appraise.authoring.release import make_release
from appraise.authoring.source import Source
from appraise.files import SOLUTIONS


@pytest.mark.parametrize(
    ("tag", "points"), [("manual-points-21", 21.0), ("manual-points-0", None), ("manual-points", None), ("other", None)]
)
def test_the_tag_gives_points(tag: str, points: float | None) -> None:
    nb = new_notebook(
        cells=[
            new_code_cell('lesson("14-your-own-claim")', id="opening"),
            new_markdown_cell("### For your course", id="own-claim-page", metadata={"tags": [tag]}),
            new_code_cell("1", id="code", metadata={"tags": [tag]}),
        ]
    )
    write_metadata(Source(Path("x.md"), nb, (1, 2, 3)), "14-your-own-claim", "", {})
    mark = nb.cells[1].metadata.get("nbgrader", {})
    assert mark.get("points") == points
    assert bool(mark.get("grade") and mark.get("solution")) == (points is not None)
    assert "nbgrader" not in nb.cells[2].metadata  # code is marked by its check


@pytest.mark.slow
def test_a_release_with_the_tag_can_be_made() -> None:
    nb = nbformat.read(SOLUTIONS / "14-your-own-claim" / "14-your-own-claim.ipynb", as_version=4)
    cell = next(c for c in nb.cells if c.id == "own-claim-page")
    mark = {"schema_version": 3, "locked": False, "solution": True, "grade": True, "task": False}
    cell.metadata["nbgrader"] = {**mark, "grade_id": cell.id, "points": 21.0}
    released = nbformat.reads(
        make_release("14-your-own-claim", nb, SOLUTIONS)["14-your-own-claim.ipynb"].decode(), as_version=4
    )
    about = next(c for c in released.cells if c.get("id") == "own-claim-page" or "own-claim-page" in str(c.metadata))
    assert about.metadata["nbgrader"]["points"] == 21.0
    assert "YOUR ANSWER HERE" in about.source
