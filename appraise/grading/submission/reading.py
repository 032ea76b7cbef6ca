"""A submitted file, read whatever its state: whole, damaged, in another encoding, with conflict marks."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from appraise.grading.submission.cells import MOST_BYTES, SubmittedNotebook, identify_lesson, parse_cell
from appraise.grading.submission.salvage import once_each, salvage_notebook


def read_notebook(data: bytes) -> SubmittedNotebook:
    """Read a submitted file, whole or damaged.

    Examples
    --------
    >>> read_notebook(b"").unreadable
    'The file is empty.'
    >>> read_notebook(b'{"cells": [{"cell_type": "code", "source": "x = 1"}, {"cell_ty').cells[0].source
    'x = 1'
    """
    if not data.strip():
        return SubmittedNotebook(unreadable="The file is empty.")
    if len(data) > MOST_BYTES:
        return SubmittedNotebook(unreadable=f"The file has {len(data)} bytes; at most {MOST_BYTES} are read.")
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return SubmittedNotebook(unreadable="The file is a zip archive, not a notebook.")
    text, notes = _decode(data)
    if text is None:
        return SubmittedNotebook(unreadable="The file is not text, so it is not a notebook.")
    if sides := _sides(text):
        first, second = (_parse(side, list(notes)) for side in sides)
        if first.unreadable:
            first, second = second, first
        return first if second.unreadable else replace(first, other=second)
    notebook = _parse(text, notes)
    return _without_replaced(notebook) if _REPLACED in notes else notebook


_REPLACED = "Characters that are not UTF-8 were replaced."


def _without_replaced(notebook: SubmittedNotebook) -> SubmittedNotebook:
    """A notebook in which answers with replaced characters count as not read: nobody knows what stood there."""
    lost = {cell.grade_id for cell in notebook.cells if cell.grade_id and "\ufffd" in cell.source}
    if not lost:
        return notebook
    return replace(notebook, damaged=True, lost=notebook.lost | lost)


_CONFLICT = re.compile(
    r"^<{7}(?: [^\n]*)?\r?\n(.*?)(?:^\|{7}(?: [^\n]*)?\r?\n.*?)?^={7}\r?\n(.*?)^>{7}(?: [^\n]*)?(?:\r?\n|\Z)",
    re.M | re.S,
)


def _sides(text: str) -> tuple[str, str] | None:
    """Both sides of a file with git's conflict marks; None where there are none."""
    if not _CONFLICT.search(text):
        return None
    return _CONFLICT.sub(lambda m: m[1], text), _CONFLICT.sub(lambda m: m[2], text)


def _parse(text: str, notes: list[str]) -> SubmittedNotebook:
    try:
        top = json.loads(text, object_pairs_hook=once_each)
    except (ValueError, RecursionError):
        return salvage_notebook(text, notes)
    if not isinstance(top, dict):
        kind = "a list" if isinstance(top, list) else "a single value"
        return SubmittedNotebook(unreadable=f"The file holds {kind} at its top, not a notebook.")
    raw_cells = top.get("cells")
    if raw_cells is None and isinstance(sheets := top.get("worksheets"), list):
        raw_cells = [c for s in sheets if isinstance(s, dict) and isinstance(s.get("cells"), list) for c in s["cells"]]
        notes.append("The file is in the notebook format of before 2015; its cells were taken over.")
    if not isinstance(raw_cells, list):
        return SubmittedNotebook(unreadable="The file holds no cells, so it is not a notebook.")
    cells = [c for c in map(parse_cell, raw_cells) if c is not None]
    if len(cells) < len(raw_cells):
        notes.append(f"Cells that could not be read: {len(raw_cells) - len(cells)}.")
    if raw_cells and not cells:
        return SubmittedNotebook(unreadable="None of the file's cells can be read.")
    lesson, version = identify_lesson(top.get("metadata"), cells)
    return SubmittedNotebook(cells, lesson, version, notes)


def _decode(data: bytes) -> tuple[str | None, list[str]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding, note = "utf-16", "The file was in UTF-16 and was converted."
    elif data.startswith(b"\xef\xbb\xbf"):
        encoding, note = "utf-8-sig", "A byte order mark was removed."
    elif data[:2] in (b"{\x00", b"\x00{"):
        encoding, note = ("utf-16-le" if data[0] else "utf-16-be"), "The file was in UTF-16 and was converted."
    else:
        encoding, note = "utf-8", ""
    try:
        return data.decode(encoding), [note] if note else []
    except UnicodeDecodeError:
        if b"\x00" in data or b"cell" not in data:
            return None, []
        try:  # half a character, as some programs write one, is no damage
            text = data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return data.decode("utf-8", "replace"), [_REPLACED]
        return re.sub("[\ud800-\udfff]", "\ufffd", text), ["Half characters were replaced."]
