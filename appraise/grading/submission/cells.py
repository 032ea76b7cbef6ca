"""What was found in a submitted file: cells, and which lesson it says it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

MOST_BYTES = 100_000_000  # a larger file is not read


@dataclass(frozen=True)
class SubmittedCell:
    """One cell as it was found in a submitted file."""

    kind: str
    source: str
    cell_id: str | None = None
    grade_id: str | None = None


@dataclass(frozen=True)
class SubmittedNotebook:
    """What could be read of a submitted file.

    Attributes
    ----------
    cells : list of SubmittedCell
    lesson, version : str or None
        The lesson that the notebook says it is.
    notes : list of str
        What was odd, for the report.
    unreadable : str or None
        Why nothing could be read; None when something could.
    damaged : bool
        Whether a part of the file could not be read.
    lost : frozenset of str
        Grade ids that stand where it could not be read.
    other : SubmittedNotebook or None
        The other side of a file with git's conflict marks.
    """

    cells: list[SubmittedCell] = field(default_factory=list)
    lesson: str | None = None
    version: str | None = None
    notes: list[str] = field(default_factory=list)
    unreadable: str | None = None
    damaged: bool = False
    lost: frozenset[str] = frozenset()
    other: SubmittedNotebook | None = None


def parse_cell(cell: Any) -> SubmittedCell | None:
    if not isinstance(cell, dict):
        return None
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(s for s in source if isinstance(s, str))
    if not isinstance(source, str):
        return None
    source = source.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    cell_id = cell.get("id")
    return SubmittedCell(
        str(cell.get("cell_type")),
        source,
        cell_id if isinstance(cell_id, str) else None,
        grade_id if isinstance(grade_id, str) else None,
    )


_LESSON = re.compile(r"""^lesson\(\s*["']([\w-]+)["'](?:\s*,\s*["'](\w+)["'])?""", re.M)


def identify_lesson(metadata: Any, cells: list[SubmittedCell]) -> tuple[str | None, str | None]:
    own_metadata = metadata.get("appraise") if isinstance(metadata, dict) else None
    if isinstance(own_metadata, dict) and isinstance(own_metadata.get("lesson"), str):
        version = own_metadata.get("version")
        return own_metadata["lesson"], version if isinstance(version, str) else None
    for cell in cells:
        if cell.kind == "code" and (m := _LESSON.search(cell.source)):
            return m.group(1), m.group(2)
    return None, None
