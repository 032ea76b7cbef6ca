"""What a released notebook asks for: its answer cells and the text that each is released with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

NEXT_CELL = "# %% the next cell of this answer"  # stands between the cells of an answer that has several


def nbgrader_metadata(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    """The nbgrader metadata of a released cell; empty where it has none."""
    return cell["metadata"].get("nbgrader") or {}


def answer_cells(release: Mapping[str, Any]) -> dict[str, int]:
    """Grade id of each answer cell of a released notebook, and its place among the cells."""
    return {
        nbgrader_metadata(c)["grade_id"]: i
        for i, c in enumerate(release["cells"])
        if nbgrader_metadata(c).get("solution")
    }


def released_stubs(release: Mapping[str, Any]) -> dict[str, str]:
    """Grade id of each answer cell of a released notebook, and the text that it is released with."""
    return {g: release["cells"][i]["source"] for g, i in answer_cells(release).items()}


def stub_name(source: str) -> str | None:
    """The name that an answer cell's stub asks for.

    >>> stub_name("# your turn\\nfate = ..."), stub_name("def halve(x):\\n    ...")
    ('fate', 'halve')
    """
    m = re.search(r"^(?:def\s+)?([A-Za-z_]\w*)\s*(?:=|\()", source, re.M)
    return m.group(1) if m else None


def split_answer(text: str) -> list[str]:
    """The cells that an answer's text was put together from; they are run one by one, as they were.

    >>> split_answer(f"a = 1\\n{NEXT_CELL}\\nb = a")
    ['a = 1', 'b = a']
    """
    return re.split(rf"\n?^{re.escape(NEXT_CELL)}$\n?", text, flags=re.M)
