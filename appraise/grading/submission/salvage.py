"""Cells read out of a file that breaks off or is damaged."""

from __future__ import annotations

import json
import re
from typing import Any

from appraise.grading.submission.cells import SubmittedCell, SubmittedNotebook, identify_lesson, parse_cell

_NO_CELL = "The file is damaged, and no cell of it can be read."
_BEGIN = re.compile(r'\{\s*"(?:cell_type|attachments|execution_count|id|input|metadata|outputs|source)"')
_GRADE_ID = re.compile(r'"grade_id"\s*:\s*"([^"\\]+)"')
_SOURCE = re.compile(r'"(?:source|input)"\s*:\s*(?=["\[])')
_MOST_READINGS = 30  # how many times its length may be read of a damaged file


def salvage_notebook(text: str, notes: list[str]) -> SubmittedNotebook:
    """All that can be read of a file that breaks off or is damaged: before the damage, in it and behind it."""
    start = re.search(r'"cells"\s*:\s*\[', text)
    pieces, gaps = _objects(text, start.end() if start else 0)
    cells = [c for f in pieces if (c := parse_cell(f) if isinstance(f, dict) else f) is not None]
    if not cells:
        return SubmittedNotebook(unreadable=_NO_CELL)
    lesson, version = identify_lesson(None, cells)
    held = {c.grade_id for c in cells if c.grade_id}
    lost = frozenset(g for gap in gaps for g in _GRADE_ID.findall(gap))
    note = f"The file is damaged or breaks off; {len(cells)} cells of it could be read."
    return SubmittedNotebook(cells, lesson, version, [*notes, note], damaged=True, lost=lost - held)


def _objects(text: str, at: int) -> tuple[list[Any], list[str]]:
    """The whole cells in a text, and between them what is left of broken ones; and the text that gave nothing."""
    decoder = json.JSONDecoder(object_pairs_hook=once_each)
    pieces_read: list[Any] = []
    gaps: list[str] = []
    left, since = _MOST_READINGS * len(text), at
    while (begin := _BEGIN.search(text, at)) and left > 0:
        at = begin.start()
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError as e:
            left -= max(getattr(e, "pos", at) - at, 1)
            at += 1
            continue
        except RecursionError:
            left -= 10_000
            at += 1
            continue
        left -= end - at
        if "cell_type" in value and ("source" in value or "input" in value):
            pieces, gap = _pieces(text[since:at])
            pieces_read += [*pieces, value]
            gaps.append(gap)
            since = at = end
        else:
            at = begin.end()
    pieces, gap = _pieces(text[since:])
    return [*pieces_read, *pieces], [*gaps, gap]


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON in which no key stands twice: where two cells ran into one, the second's text would be taken.

    Raises ValueError for a key that stands twice.
    """
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("expected each key of an object once")
    return value


def _pieces(damaged_text: str) -> tuple[list[SubmittedCell], str]:
    """Cells whose text is whole although something else in them is broken; and what gave nothing."""
    cells: list[SubmittedCell] = []
    left, since, broken = [], 0, -1
    decoder = json.JSONDecoder()
    for m in _SOURCE.finditer(damaged_text):
        # where the text before was cut, what follows it is of another cell only if that one begins in between
        begin = since if broken < since else damaged_text.rfind('"cell_type"', broken, m.start())
        before = damaged_text[max(begin, since) : m.start()]
        ids, cell_ids = _GRADE_ID.findall(before), re.findall(r'"id"\s*:\s*"([\w-]+)"', before)
        try:
            source, end = decoder.raw_decode(damaged_text, m.end())
        except (ValueError, RecursionError):
            broken = m.start()
            continue
        if begin >= since and len(set(ids)) <= 1 and before.count('"grade_id"') <= 1:
            kind = re.search(r'"cell_type"\s*:\s*"(\w+)"', before)
            raw: dict[str, Any] = {"cell_type": kind[1] if kind else "code", "source": source}
            raw["metadata"] = {"nbgrader": {"grade_id": ids[0]}} if ids else {}
            raw["id"] = cell_ids[-1] if cell_ids else None
            if (cell := parse_cell(raw)) is not None:
                cells.append(cell)
                left.append(damaged_text[since:begin])
                since = end
                continue
        left.append(damaged_text[since:end])
        since = end
    return cells, "".join([*left, damaged_text[since:]])
