"""A submission, rebuilt: the released notebook with the learner's answers in it, and nothing else of theirs.

From the submitted file only the text of answer cells is taken, found by grade id, then by cell id, then by position.
Metadata, tags, checks, order and kernel come from the release. The file need not be a valid notebook: cells are read
out of whatever can be read.
"""

from __future__ import annotations

import ast
import copy
import json
import mimetypes
import os
import re
import stat
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    damaged : bool
        Whether a part of the file could not be read.
    lost : frozenset of str
        Grade ids that stand where it could not be read.
    other : Read or None
        The other side of a file with git's conflict marks.
    """

    cells: list[Cell] = field(default_factory=list)
    lesson: str | None = None
    version: str | None = None
    notes: list[str] = field(default_factory=list)
    unreadable: str | None = None
    damaged: bool = False
    lost: frozenset[str] = frozenset()
    other: Read | None = None


@dataclass(frozen=True)
class Answers:
    """The learner's texts by the grade id of the answer cell; None where the cell is not in the submission.

    `unread` are those that the file may hold where it is damaged: nobody knows what they are worth.
    """

    texts: dict[str, str | None]
    notes: list[str]
    unread: frozenset[str] = frozenset()
    by_id: frozenset[str] = frozenset()  # those that were found by an id
    alike: bool = False  # whether a check or another code cell of the lesson is there as it was released


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
    if sides := _sides(text):
        first, second = (_parse(side, list(notes)) for side in sides)
        if first.unreadable:
            first, second = second, first
        return first if second.unreadable else replace(first, other=second)
    return _parse(text, notes)


_CONFLICT = re.compile(
    r"^<{7}(?: [^\n]*)?\r?\n(.*?)(?:^\|{7}(?: [^\n]*)?\r?\n.*?)?^={7}\r?\n(.*?)^>{7}(?: [^\n]*)?(?:\r?\n|\Z)",
    re.M | re.S,
)


def _sides(text: str) -> tuple[str, str] | None:
    """Both sides of a file with git's conflict marks; None where there are none."""
    if not _CONFLICT.search(text):
        return None
    return _CONFLICT.sub(lambda m: m[1], text), _CONFLICT.sub(lambda m: m[2], text)


def _parse(text: str, notes: list[str]) -> Read:
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


_NO_CELL = "The file is damaged, and no cell of it can be read."
_BEGIN = re.compile(r'\{\s*"(?:cell_type|attachments|execution_count|id|input|metadata|outputs|source)"')
_GRADE_ID = re.compile(r'"grade_id"\s*:\s*"([^"\\]+)"')
_SOURCE = re.compile(r'"(?:source|input)"\s*:\s*(?=["\[])')
_WORK = 30  # how many times its length may be read of a damaged file


def _salvage(text: str, notes: list[str]) -> Read:
    """All that can be read of a file that breaks off or is damaged: before the damage, in it and behind it."""
    start = re.search(r'"cells"\s*:\s*\[', text)
    found, gaps = _objects(text, start.end() if start else 0)
    cells = [c for f in found if (c := _cell(f) if isinstance(f, dict) else f) is not None]
    if not cells:
        return Read(unreadable=_NO_CELL)
    lesson, version = _identity(None, cells)
    held = {c.grade_id for c in cells if c.grade_id}
    lost = frozenset(g for gap in gaps for g in _GRADE_ID.findall(gap))
    note = f"The file is damaged or breaks off; {len(cells)} cells of it could be read."
    return Read(cells, lesson, version, [*notes, note], damaged=True, lost=lost - held)


def _objects(text: str, at: int) -> tuple[list[Any], list[str]]:
    """The whole cells in a text, and between them what is left of broken ones; and the text that gave nothing."""
    decoder = json.JSONDecoder()
    found: list[Any] = []
    gaps: list[str] = []
    left, since = _WORK * len(text), at
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
            found += [*pieces, value]
            gaps.append(gap)
            since = at = end
        else:
            at = begin.end()
    pieces, gap = _pieces(text[since:])
    return [*found, *pieces], [*gaps, gap]


def _pieces(broken: str) -> tuple[list[Cell], str]:
    """Cells whose text is whole although something else in them is broken; and what gave nothing."""
    cells: list[Cell] = []
    left, since = [], 0
    decoder = json.JSONDecoder()
    for m in _SOURCE.finditer(broken):
        before = broken[since : m.start()]
        ids, cell_ids = _GRADE_ID.findall(before), re.findall(r'"id"\s*:\s*"([\w-]+)"', before)
        try:
            source, end = decoder.raw_decode(broken, m.end())
        except (ValueError, RecursionError):
            continue
        if len(set(ids)) <= 1 and before.count('"grade_id"') <= 1:
            kind = re.search(r'"cell_type"\s*:\s*"(\w+)"', before)
            about: dict[str, Any] = {"cell_type": kind[1] if kind else "code", "source": source}
            about["metadata"] = {"nbgrader": {"grade_id": ids[0]}} if ids else {}
            about["id"] = cell_ids[-1] if cell_ids else None
            if (cell := _cell(about)) is not None:
                cells.append(cell)
                since = end
                continue
        left.append(broken[since:end])
        since = end
    return cells, "".join([*left, broken[since:]])


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


# ── which of several notebooks ─────────────────────────────────────────────────────────────────────────────────────


def choose(folder: Path, slug: str, stubs: Mapping[str, str], notes: list[str]) -> tuple[bytes | None, str | None]:
    """The lesson's notebook in a folder; of several, the one in which most answers were worked on.

    Parameters
    ----------
    folder : Path
    slug : str
    stubs : mapping of str to str
        As `stubs` gives it.
    notes : list of str
        Gets what a person should know of the choice.

    Returns
    -------
    (bytes or None, str or None)
        What the file holds; where there is none, why.
    """
    names = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".ipynb")
    named = folder / f"{slug}.ipynb"
    if not names:
        return None, "No notebook was handed in."
    if names == [named]:
        return read_bytes(named)
    names.sort(key=lambda p: p != named)
    why = None
    of_lesson: list[tuple[int, Path, bytes]] = []
    for path in names:
        data, refused = read_bytes(path)
        if data is not None and which_lesson(found := read(data), {slug: set(stubs)}) == slug:
            of_lesson.append((count_changed(found, stubs), path, data))
        why = why or refused
    if of_lesson:
        _, path, data = max(of_lesson, key=lambda one: one[0])  # of equals the first
        if path != named:
            notes.append(f"The notebook is named “{path.name}”; it was known by the lesson that it holds.")
        if others := [p.name for p in names if p != path]:
            notes.append(f"Other notebooks lie beside it and were not graded: {', '.join(others)}.")
        if len(of_lesson) > 1:
            counts = ", ".join(f"“{p.name}” {n}" for n, p, _ in of_lesson)
            notes.append(f"“{path.name}” was graded, since most of its answers were worked on: {counts}.")
        return data, None
    if named in names:
        return read_bytes(named)
    return None, why or "None of the notebooks handed in is of this lesson: " + ", ".join(p.name for p in names)


def read_bytes(path: Path) -> tuple[bytes | None, str | None]:
    """What a file holds, without following a link; or why it was not opened."""
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode):
            return None, f"“{path.name}” is a link, a folder or a device, and was not opened."
        if about.st_size > MOST_BYTES:
            return None, f"The file has {about.st_size} bytes; at most {MOST_BYTES} are read."
        # it may have become a link, or something that never ends, since it was looked at
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as f:
            return f.read(MOST_BYTES), None
    except OSError as e:
        return None, f"The file cannot be opened ({e.strerror})."


# ── finding the answers ─────────────────────────────────────────────────────────────────────────────────────────────

NEXT_CELL = "# %% the next cell of this answer"  # stands between the cells of an answer that has several
ELSEWHERE = "# This answer stands in the cell of “{}”."


def nbgrader_of(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    """The nbgrader metadata of a released cell; empty where it has none."""
    return cell["metadata"].get("nbgrader") or {}


def answer_cells(release: Mapping[str, Any]) -> dict[str, int]:
    """Grade id of each answer cell of a released notebook, and its place among the cells."""
    return {nbgrader_of(c)["grade_id"]: i for i, c in enumerate(release["cells"]) if nbgrader_of(c).get("solution")}


def stubs(release: Mapping[str, Any]) -> dict[str, str]:
    """Grade id of each answer cell of a released notebook, and the text that it is released with."""
    return {g: release["cells"][i]["source"] for g, i in answer_cells(release).items()}


def count_changed(found: Read, released: Mapping[str, str]) -> int:
    """How many answers of a notebook hold something else than what was released.

    Examples
    --------
    >>> count_changed(Read([Cell("code", "a = 1", None, "a-answer")]), {"a-answer": "a = ..."})
    1
    """
    changed = {
        c.grade_id for c in found.cells if c.source.strip() not in ("", released.get(str(c.grade_id), "").strip())
    }
    return len(changed & released.keys())


def stub_name(source: str) -> str | None:
    """The name that an answer cell's stub asks for.

    >>> stub_name("# your turn\\nfate = ..."), stub_name("def halve(x):\\n    ...")
    ('fate', 'halve')
    """
    m = re.search(r"^(?:def\s+)?([A-Za-z_]\w*)\s*(?:=|\()", source, re.M)
    return m.group(1) if m else None


def parts(text: str) -> list[str]:
    """The cells that an answer's text was put together from; they are run one by one, as they were.

    >>> parts(f"a = 1\\n{NEXT_CELL}\\nb = a")
    ['a = 1', 'b = a']
    """
    return re.split(rf"\n?^{re.escape(NEXT_CELL)}$\n?", text, flags=re.M)


@dataclass(frozen=True)
class _Wanted:
    """What is looked for in a submission.

    Attributes
    ----------
    places : dict
        Grade id of each answer to the place of its cell in the release.
    owners : dict
        Cell id of each released cell to its grade id, "" where it has none.
    stubs : dict
        Grade id of each answer to the text that is released, without space around it.
    known : set of str
        The sources of all released cells.
    """

    places: dict[str, int]
    owners: dict[str, str]
    stubs: dict[str, str]
    kinds: dict[str, str]
    known: set[str]
    checks: dict[str, str]  # of each answer, the id that its check is called with
    count: int  # of all released cells

    @classmethod
    def of(cls, release: Mapping[str, Any]) -> _Wanted:
        cells, places = release["cells"], answer_cells(release)
        graded = {g: bool(nbgrader_of(cells[i]).get("grade")) for g, i in places.items()}
        return cls(
            places,
            {c["id"]: str(nbgrader_of(c).get("grade_id") or "") for c in cells if c.get("id")},
            {g: cells[i]["source"].strip() for g, i in places.items()},
            {g: cells[i]["cell_type"] for g, i in places.items()},
            {c["source"].strip() for c in cells} | {""},
            {g: g if graded[g] else g.removesuffix("-answer") for g in places},
            len(cells),
        )

    def check_of(self, g: str, cells: Sequence[Cell]) -> int:
        """The place of the answer's last check in a submission; behind all cells where there is none."""
        name = self.checks[g]
        call = re.compile(rf"""^check\(\s*["']{re.escape(name)}["']""", re.M)
        ids = {name, f"{name}-check"} - self.places.keys()
        return max((i for i, c in enumerate(cells) if c.grade_id in ids or call.search(c.source)), default=len(cells))


class _Match:
    """The cells of a submission and the answers that they belong to."""

    def __init__(self, wanted: _Wanted, cells: Sequence[Cell]) -> None:
        self.wanted, self.cells = wanted, cells
        self.notes: list[str] = []
        self.checks = {g: wanted.check_of(g, cells) for g in wanted.places}
        self.claimed = self._by_ids()  # place of a cell to the grade id of its answer
        self.by_id = set(self.claimed.values())
        self.elsewhere: dict[str, str] = {}  # answer to the one whose cell it stands in
        for g in wanted.places:
            if not self.worked(g):
                self._by_name(g)
        self._by_joined_cell()
        if not self.by_id:
            self._by_place()
        for g in wanted.places:
            self._helpers(g)

    # ── which cells are whose ───────────────────────────────────────────────────────────────────────────────────────

    def _by_ids(self) -> dict[int, str]:
        """By cell id, else by grade id. A cell id that several kinds of cells have says nothing."""
        held: dict[str, set[str | None]] = {}
        for c in self.cells:
            if c.cell_id:
                held.setdefault(c.cell_id, set()).add(c.grade_id)
        claimed: dict[int, str] = {}
        for i, c in enumerate(self.cells):
            own = bool(c.cell_id) and c.cell_id in self.wanted.owners and len(held[str(c.cell_id)]) == 1
            g = self.wanted.owners[str(c.cell_id)] if own else c.grade_id
            if g is None or g not in self.wanted.places:
                continue
            claimed[i] = g
            if own and c.grade_id != g:
                self._note(f"The answer cell “{g}” had lost its grade id and was found by its cell id.")
        return self._without_strays(claimed)

    def _without_strays(self, claimed: dict[int, str]) -> dict[int, str]:
        """Of several cells with one grade id, those that are plainly another cell of the lesson do not belong to it."""
        counts = Counter(claimed.values())

        def stray(i: int, g: str) -> bool:
            c = self.cells[i]
            if counts[g] == 1 or c.source.strip() == self.wanted.stubs[g] or _gives(c, self.wanted.stubs[g]):
                return False
            others = [s for o, s in self.wanted.stubs.items() if o != g and o not in counts]
            return c.source.strip() in self.wanted.known - {""} or any(_gives(c, s) for s in others)

        repeated = Counter(c.grade_id for c in self.cells if c.grade_id in self.wanted.places)
        for g in sorted(str(g) for g, n in repeated.items() if n > 1):
            self._note(f"Several cells had the grade id “{g}”; those that were worked on were used, in their order.")
        return {i: g for i, g in claimed.items() if not stray(i, g)}

    def _by_name(self, g: str) -> None:
        """The cells that give the name asked for and belong to nothing else."""
        stub = self.wanted.stubs[g]
        begin = max((i for i in self._all(g) if i <= self.checks[g]), default=-1)
        free = [
            i
            for i, c in enumerate(self.cells)
            if i not in self.claimed and c.kind == "code" and _gives(c, stub) and c.source.strip() != stub
        ]
        found = [i for i in free if begin < i <= self.checks[g]] or free
        if not found:
            return
        self.claimed |= dict.fromkeys(found, g)
        self._note(
            f"The answer cell “{g}” had not been worked on; a cell that gives its name was used."
            if g in self.by_id
            else f"The answer cell “{g}” had lost its ids and was found by its place and the name it gives."
        )

    def _by_joined_cell(self) -> None:
        """Answers that stand in the cell of another, since their cells were joined."""
        order = list(self.wanted.places)
        for g in order:
            if self._all(g):
                continue
            stub, end = self.wanted.stubs[g], self.checks[g]
            held = [i for i, o in self.claimed.items() if i <= end and _gives(self.cells[i], stub) and o != g]
            if not held:
                continue
            i = max(held)
            other = self.claimed[i]
            if order.index(other) > order.index(g):  # the first of them has it, so that it runs in time
                self.claimed[i] = g
                if not self._all(other):
                    self.elsewhere[other] = g
            else:
                self.elsewhere[g] = other
            self._note(f"The answers “{g}” and “{other}” stand in one cell.")

    def _by_place(self) -> None:
        """No id and no name is left: by place, where the rest is this lesson."""
        if not self.is_alike() or len(self.cells) != self.wanted.count:
            return
        for g, i in self.wanted.places.items():
            if not self._all(g) and i not in self.claimed and self.cells[i].kind == "code":
                self.claimed[i] = g
                self._note(f"The answer cell “{g}” had lost its ids and was found by its place.")

    def is_alike(self) -> bool:
        """Whether a check or another code cell of the lesson is there as it was released."""
        known = self.wanted.known - set(self.wanted.stubs.values()) - {""}
        return any(c.kind == "code" and c.source.strip() in known for c in self.cells)

    def _helpers(self, g: str) -> None:
        """Cells without an id, before the check, that give a name which the answer needs: some editors cut so."""
        mine = self.worked(g)
        if not mine:
            return
        free = [i for i in range(min(self.checks[g], len(self.cells))) if self._is_added(i) and i < max(mine)]
        while needed := self._needed(free, mine):
            mine.append(needed[-1])
        if helpers := set(mine) & set(free):
            # what stands between a helper and the answer may change what the helper made
            helpers |= {i for i in free if i > min(helpers)}
            self.claimed |= dict.fromkeys(helpers, g)
            self._note(f"Cells added to the lesson were run with the answer “{g}”, which needs them: {len(helpers)}.")

    def _needed(self, free: list[int], mine: list[int]) -> list[int]:
        needs = _needs([self.cells[i].source for i in sorted(mine)])
        return [i for i in free if i not in mine and _names_in(self.cells[i].source)[0] & needs]

    def _is_added(self, i: int) -> bool:
        c = self.cells[i]
        ours = i in self.claimed or c.grade_id or (c.cell_id is not None and c.cell_id in self.wanted.owners)
        return c.kind == "code" and not ours and c.source.strip() not in self.wanted.known

    # ── what they hold ──────────────────────────────────────────────────────────────────────────────────────────────

    def _all(self, g: str) -> list[int]:
        return [i for i, o in self.claimed.items() if o == g]

    def worked(self, g: str) -> list[int]:
        """The cells of an answer that count, in their order: untouched copies of the stub do not."""
        mine = sorted(i for i in self._all(g) if self.cells[i].source.strip() not in ("", self.wanted.stubs[g]))
        mine = [i for i in mine if self.cells[i].kind == self.wanted.kinds[g]] or mine
        return [i for i in mine if i <= self.checks[g]] or mine

    def text(self, g: str) -> str | None:
        """The text of an answer; None where the submission has none."""
        if g in self.elsewhere:
            return ELSEWHERE.format(self.elsewhere[g])
        mine = self.worked(g) or sorted(self._all(g))[:1]
        if not mine:
            return None
        if all(self.cells[i].kind != self.wanted.kinds[g] for i in mine):
            self._note(f"The answer cell “{g}” was of type {self.cells[mine[0]].kind}; its type was restored.")
        text = f"\n{NEXT_CELL}\n".join(self.cells[i].source for i in mine)
        if len(text) > MOST_TEXT:
            self._note(f"The answer cell “{g}” has {len(text)} characters and was cut to {MOST_TEXT}.")
        return text[:MOST_TEXT]

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def answers(release: Mapping[str, Any], found: Read) -> Answers:
    """The learner's texts for the release's answer cells, whatever became of the cells' metadata and order.

    The text of an answer is all that the notebook holds for it up to its check, in its order; what stands behind the
    check counts only where nothing stands before it.
    """
    wanted = _Wanted.of(release)
    taken = _answers(wanted, found)
    if found.other is None:
        return taken
    other = _answers(wanted, found.other)
    first, second = (_count_worked(wanted, a) for a in (taken, other))
    sides, counts = ("first", "second"), (first, second)
    if second > first:
        taken, sides, counts = other, sides[::-1], counts[::-1]
    note = (
        f"The file holds git's conflict marks; both sides were tried and the {sides[0]} was used, with {counts[0]} "
        f"answers that were worked on ({counts[1]} on the {sides[1]})."
    )
    return replace(taken, notes=[note, *taken.notes])


def _count_worked(wanted: _Wanted, of: Answers) -> int:
    return sum(text is not None and text.strip() not in ("", wanted.stubs[g]) for g, text in of.texts.items())


def _answers(wanted: _Wanted, found: Read) -> Answers:
    match = _Match(wanted, found.cells)
    texts = {g: match.text(g) for g in wanted.places}
    if added := sum(map(match._is_added, range(len(found.cells)))):
        match._note(f"Code cells added to the lesson are not graded and were not run: {added}.")
    unread = {g for g in texts if found.damaged and (texts[g] is None or g in found.lost)}
    if unread:
        match._note(f"Not read because the file is damaged: {', '.join(sorted(unread))}.")
    return Answers(
        {g: None if g in unread else text for g, text in texts.items()},
        match.notes,
        frozenset(unread),
        frozenset(match.by_id),
        match.is_alike(),
    )


def why_not(slug: str, found: Read, taken: Answers) -> str | None:
    """Why a notebook has no number at all: it could not be read, or holds nothing of this lesson; None where it does.

    Examples
    --------
    >>> why_not("01-x", Read([Cell("code", "1 + 1")]), Answers({"a-answer": None}, []))
    'The notebook holds nothing of the lesson 01-x. A person looks at it.'
    """
    if found.unreadable:
        return found.unreadable
    if taken.by_id or (taken.unread and found.lesson in (None, slug)):
        return None
    if found.lesson not in (None, slug):
        return f"The notebook is of lesson {found.lesson} and holds no answer of {slug}."
    if all(text is None for text in taken.texts.values()) or not (found.lesson == slug or taken.alike):
        return f"The notebook holds nothing of the lesson {slug}. A person looks at it."
    return None


def _gives(cell: Cell, stub: str) -> bool:
    name = stub_name(stub)
    return bool(name and re.search(rf"^(?:def\s+{name}\s*\(|{name}\s*(?::[^=\n]+)?=(?!=))", cell.source, re.M))


def _names_in(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell gives, and those that it reads; none where it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(), set()
    gives: set[str] = set()
    reads: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else gives).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            gives.add(node.name)
        elif isinstance(node, ast.alias):
            gives.add(node.asname or node.name.partition(".")[0])
    return gives, reads


def _needs(sources: Sequence[str]) -> set[str]:
    """The names that cells read before they give them themselves."""
    needs: set[str] = set()
    given: set[str] = set()
    for source in sources:
        gives, reads = _names_in(source)
        needs |= reads - given - gives
        given |= gives
    return needs


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
            if relative.parts[0] == "cases" and path.suffix == ".json":  # released with the lesson, for all its readers
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
