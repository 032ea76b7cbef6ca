"""A submission, rebuilt: the released notebook with the learner's answers in it, and nothing else of theirs.

From the submitted file only the text of answer cells is taken, found by grade id, then by cell id, then by position.
Metadata, tags, checks, order and kernel come from the release. The file need not be a valid notebook: cells are read
out of whatever can be read.
"""

from __future__ import annotations

import copy
import json
import mimetypes
import os
import re
import stat
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

MOST_BYTES = 100_000_000  # a larger file is not read
MOST_TEXT = 1_000_000  # characters in one answer
_OURS = {"appraise", "sitecustomize", "usercustomize"}
# what a browser shows or saves, and runs nothing of
_QUIET = {
    *("text/plain", "text/csv", "text/tab-separated-values", "text/markdown", "text/x-python", "application/json"),
    *("image/png", "image/jpeg", "image/gif", "application/zip", None),
}
MOST_FILES, MOST_FILE_BYTES, MOST_ALL_BYTES = 50, 5_000_000, 10_000_000


@dataclass(frozen=True)
class Cell:
    """One cell as it was found in a submitted file."""

    kind: str
    source: str
    cell_id: str | None = None
    grade_id: str | None = None


@dataclass(frozen=True)
class Read:
    """What could be read of a submitted file.

    Attributes
    ----------
    cells : list of Cell
    lesson, version : str or None
        The lesson that the notebook says it is.
    notes : list of str
        What was odd, for the report.
    unreadable : str or None
        Why nothing could be read; None when something could.
    """

    cells: list[Cell] = field(default_factory=list)
    lesson: str | None = None
    version: str | None = None
    notes: list[str] = field(default_factory=list)
    unreadable: str | None = None


@dataclass(frozen=True)
class Answers:
    """The learner's texts by the grade id of the answer cell; None where the cell is not in the submission."""

    texts: dict[str, str | None]
    notes: list[str]


@dataclass(frozen=True)
class Beside:
    """A file handed in beside the notebook.

    Examples
    --------
    >>> Beside("own.csv", b"a,b").shown, Beside("page.html", b"<script>").shown
    (True, False)
    """

    name: str
    data: bytes

    @property
    def shown(self) -> bool:
        """Whether a browser runs nothing of it: formgrader hands on what lies in the graded folder."""
        return mimetypes.guess_type(f"/{self.name}")[0] in _QUIET


# ── reading what was handed in ──────────────────────────────────────────────────────────────────────────────────────


def read(data: bytes) -> Read:
    """Read a submitted file, whole or damaged.

    Examples
    --------
    >>> read(b"").unreadable
    'The file is empty.'
    >>> read(b'{"cells": [{"cell_type": "code", "source": "x = 1"}, {"cell_ty').cells[0].source
    'x = 1'
    """
    if not data.strip():
        return Read(unreadable="The file is empty.")
    if len(data) > MOST_BYTES:
        return Read(unreadable=f"The file has {len(data)} bytes; at most {MOST_BYTES} are read.")
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return Read(unreadable="The file is a zip archive, not a notebook.")
    text, notes = _decode(data)
    if text is None:
        return Read(unreadable="The file is not text, so it is not a notebook.")
    try:
        top = json.loads(text)
    except (ValueError, RecursionError):
        return _salvage(text, notes)
    if not isinstance(top, dict):
        kind = "a list" if isinstance(top, list) else "a single value"
        return Read(unreadable=f"The file holds {kind} at its top, not a notebook.")
    found = top.get("cells")
    if found is None and isinstance(sheets := top.get("worksheets"), list):
        found = [c for s in sheets if isinstance(s, dict) and isinstance(s.get("cells"), list) for c in s["cells"]]
        notes.append("The file is in the notebook format of before 2015; its cells were taken over.")
    if not isinstance(found, list):
        return Read(unreadable="The file holds no cells, so it is not a notebook.")
    cells = [c for c in map(_cell, found) if c is not None]
    if len(cells) < len(found):
        notes.append(f"Cells that could not be read: {len(found) - len(cells)}.")
    if found and not cells:
        return Read(unreadable="None of the file's cells can be read.")
    lesson, version = _identity(top.get("metadata"), cells)
    return Read(cells, lesson, version, notes)


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
        return data.decode("utf-8", "replace"), ["Characters that are not UTF-8 were replaced."]


def _salvage(text: str, notes: list[str]) -> Read:
    """The whole cells of a file that breaks off or is damaged."""
    start = re.search(r'"cells"\s*:\s*\[', text)
    if not start:
        return Read(unreadable="The file is damaged, and no cell of it can be read.")
    decoder = json.JSONDecoder()
    cells: list[Cell] = []
    at = start.end()
    while (at := _skip(text, at)) < len(text) and text[at] == "{":
        try:
            found, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        if (cell := _cell(found)) is not None:
            cells.append(cell)
    if not cells:
        return Read(unreadable="The file is damaged, and no cell of it can be read.")
    lesson, version = _identity(None, cells)
    note = f"The file is damaged or breaks off; the {len(cells)} cells before the damage were graded."
    return Read(cells, lesson, version, [*notes, note])


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _cell(found: Any) -> Cell | None:
    if not isinstance(found, dict):
        return None
    source = found.get("source", found.get("input", ""))
    if isinstance(source, list):
        source = "".join(s for s in source if isinstance(s, str))
    if not isinstance(source, str):
        return None
    source = source.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
    metadata = found.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    cell_id = found.get("id")
    return Cell(
        str(found.get("cell_type")),
        source,
        cell_id if isinstance(cell_id, str) else None,
        grade_id if isinstance(grade_id, str) else None,
    )


_LESSON = re.compile(r"""^lesson\(\s*["']([\w-]+)["'](?:\s*,\s*["'](\w+)["'])?""", re.M)


def _identity(metadata: Any, cells: list[Cell]) -> tuple[str | None, str | None]:
    ours = metadata.get("appraise") if isinstance(metadata, dict) else None
    if isinstance(ours, dict) and isinstance(ours.get("lesson"), str):
        version = ours.get("version")
        return ours["lesson"], version if isinstance(version, str) else None
    for cell in cells:
        if cell.kind == "code" and (m := _LESSON.search(cell.source)):
            return m.group(1), m.group(2)
    return None, None


def which_lesson(found: Read, lessons: Mapping[str, set[str]]) -> str | None:
    """The lesson that a submission belongs to: what it says itself, else the one whose grade ids it holds most of.

    Parameters
    ----------
    found : Read
    lessons : mapping of lesson to the grade ids in it

    Examples
    --------
    >>> which_lesson(Read([Cell("code", "", None, "a-answer")]), {"01-x": {"a-answer"}, "02-y": {"b-answer"}})
    '01-x'
    """
    if found.lesson in lessons:
        return found.lesson
    held = {c.grade_id for c in found.cells if c.grade_id}
    counts = {slug: len(held & ids) for slug, ids in lessons.items()}
    best = max(counts, key=lambda s: counts[s], default=None)
    return best if best is not None and counts[best] else None


# ── finding the answers ─────────────────────────────────────────────────────────────────────────────────────────────


def nbgrader_of(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    """The nbgrader metadata of a released cell; empty where it has none."""
    return cell["metadata"].get("nbgrader") or {}


def answer_cells(release: Mapping[str, Any]) -> dict[str, int]:
    """Grade id of each answer cell of a released notebook, and its place among the cells."""
    return {nbgrader_of(c)["grade_id"]: i for i, c in enumerate(release["cells"]) if nbgrader_of(c).get("solution")}


def stub_name(source: str) -> str | None:
    """The name that an answer cell's stub asks for.

    >>> stub_name("# your turn\\nfate = ..."), stub_name("def halve(x):\\n    ...")
    ('fate', 'halve')
    """
    m = re.search(r"^(?:def\s+)?([A-Za-z_]\w*)\s*(?:=|\()", source, re.M)
    return m.group(1) if m else None


def answers(release: Mapping[str, Any], found: Read) -> Answers:
    """The learner's texts for the release's answer cells, whatever became of the cells' metadata and order."""
    wanted = answer_cells(release)
    ids = {c.get("id"): nbgrader_of(c).get("grade_id") for c in release["cells"] if c.get("id")}
    ours = {g: release["cells"][i].get("id") for g, i in wanted.items()}
    stubs = {g: release["cells"][i]["source"] for g, i in wanted.items()}
    taken: dict[str, int] = {}
    notes: list[str] = []

    def free(test: Any) -> list[int]:
        used = set(taken.values())
        return [i for i, c in enumerate(found.cells) if i not in used and test(c)]

    def pick(g: str, places: list[int]) -> None:
        # of several, the first that was worked on; an untouched copy must not hide it
        taken[g] = next((i for i in places if found.cells[i].source != stubs[g]), places[0])

    repeated = {g for g, n in Counter(c.grade_id for c in found.cells if c.grade_id).items() if n > 1}
    for g in wanted:  # both ids agree: nothing to decide
        if same := free(lambda c, g=g: c.grade_id == g and ours[g] is not None and c.cell_id == ours[g]):
            pick(g, same)
    for g in wanted:  # the grade id alone, unless the cell id says that it is another of the release's cells
        if g not in taken and (same := free(lambda c, g=g: c.grade_id == g and ids.get(c.cell_id, g) == g)):
            if g in repeated:
                same = [i for i in same if _gives(found.cells[i], stubs[g])] or same
            pick(g, same)
    for g in wanted:
        if g not in taken and (same := free(lambda c, g=g: ours[g] is not None and c.cell_id == ours[g])):
            pick(g, same)
            notes.append(f"The answer cell “{g}” had lost its grade id and was found by its cell id.")
    lost = not taken
    for g in wanted:  # the cell that gives the name asked for
        if g not in taken and (same := free(lambda c, g=g: c.kind == "code" and _gives(c, stubs[g]))):
            pick(g, same)
            notes.append(f"The answer cell “{g}” had lost its ids and was found by its place and the name it gives.")
    if lost and len(found.cells) == len(release["cells"]):  # no id left at all, same number of cells: by place
        for g, i in wanted.items():
            if g not in taken and i not in taken.values() and found.cells[i].kind == "code":
                taken[g] = i
                notes.append(f"The answer cell “{g}” had lost its ids and was found by its place.")
    for g in sorted(repeated & set(wanted)):
        notes.append(f"Several cells had the grade id “{g}”; one was used.")
    known = {c["source"] for c in release["cells"]} | {""}
    added = [
        c
        for i, c in enumerate(found.cells)
        if c.kind == "code"
        and i not in taken.values()
        and c.cell_id not in ids
        and not c.grade_id
        and c.source.strip() not in known
    ]
    if added:
        notes.append(f"Code cells added to the lesson are not graded and were not run: {len(added)}.")
    texts: dict[str, str | None] = {}
    for g in wanted:
        text = found.cells[taken[g]].source if g in taken else None
        if text is not None and len(text) > MOST_TEXT:
            notes.append(f"The answer cell “{g}” has {len(text)} characters and was cut to {MOST_TEXT}.")
            text = text[:MOST_TEXT]
        texts[g] = text
        if text is not None and found.cells[taken[g]].kind != release["cells"][wanted[g]]["cell_type"]:
            notes.append(f"The answer cell “{g}” was of type {found.cells[taken[g]].kind}; its type was restored.")
    return Answers(texts, notes)


def _gives(cell: Cell, stub: str) -> bool:
    name = stub_name(stub)
    return bool(name and re.search(rf"^(?:def\s+{name}\s*\(|{name}\s*(?::[^=\n]+)?=(?!=))", cell.source, re.M))


def sources(release: Mapping[str, Any], texts: Mapping[str, str | None]) -> dict[int, str]:
    """Place of each code cell to what is run there: the learner's text, or the release's where there is none."""
    wanted = {i: texts.get(g) for g, i in answer_cells(release).items()}
    code = ((i, cell) for i, cell in enumerate(release["cells"]) if cell["cell_type"] == "code")
    return {i: cell["source"] if wanted.get(i) is None else str(wanted[i]) for i, cell in code}


def build(release: Mapping[str, Any], texts: Mapping[str, str | None]) -> Any:
    """The released notebook with the learner's texts in its answer cells, without outputs.

    Where the learner's file has no such cell, the release's own stub stays, so that later cells find the name.
    """
    nb = copy.deepcopy(release)
    wanted = answer_cells(nb)
    for g, i in wanted.items():
        if (text := texts.get(g)) is not None:
            nb["cells"][i]["source"] = text
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
    return nb


# ── files beside the notebook ───────────────────────────────────────────────────────────────────────────────────────


def files_beside(folder: Path) -> tuple[list[Beside], list[str]]:
    """The files handed in beside the notebook: no links followed, no modules shadowed, sizes limited.

    Returns
    -------
    (files, notes)
    """
    taken: list[Beside] = []
    notes: list[str] = []
    total = 0
    for root, folders, names in os.walk(folder, followlinks=False):
        here = Path(root)
        for name in sorted(folders):
            if (here / name).is_symlink() or name.startswith(".") or name == "__pycache__":
                folders.remove(name)
                if (here / name).is_symlink():
                    notes.append(f"“{(here / name).relative_to(folder)}” is a link and was not followed.")
        folders.sort()
        for name in sorted(names):
            path = here / name
            relative = path.relative_to(folder)
            if name.endswith(".ipynb") or name == "timestamp.txt" or name.startswith("."):
                continue
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                notes.append(f"“{relative}” is a link or a device and was not followed.")
                continue
            module = relative.parts[0].split(".")[0]
            importable = len(relative.parts) > 1 or path.suffix in {".py", ".pyc", ".so"}
            if importable and (module in sys.stdlib_module_names or module in _installed() or module in _OURS):
                notes.append(f"“{relative}” has the name of a library and was left out; the real library is used.")
                continue
            total += status.st_size
            if len(taken) >= MOST_FILES or status.st_size > MOST_FILE_BYTES or total > MOST_ALL_BYTES:
                notes.append(f"“{relative}” was left out: too many or too large files beside the notebook.")
                continue
            # O_NOFOLLOW: the file may have become a link since it was looked at
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(fd, "rb") as f:
                taken.append(Beside(relative.as_posix(), f.read(MOST_FILE_BYTES)))
            if not taken[-1].shown:
                notes.append(f"“{relative}” could run in a browser and was not copied to the graded folder.")
    return taken, notes


_names: set[str] = set()


def _installed() -> set[str]:
    if not _names:
        _names.update(packages_distributions())
    return _names
