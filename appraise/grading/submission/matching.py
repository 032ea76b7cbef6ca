"""The learner's texts, matched to the release's answer cells: by grade id, by cell id, by name, by position.

From a submitted file only the text of answer cells is taken. Metadata, tags, checks, order and kernel come from the
release.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from appraise.grading.submission.cells import SubmittedCell, SubmittedNotebook
from appraise.grading.submission.python_names import gives_name, names_in, names_needed
from appraise.grading.submission.release import NEXT_CELL, answer_cells, nbgrader_metadata, stub_name

MOST_TEXT = 1_000_000  # characters in one answer


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


ELSEWHERE = "# This answer stands in the cell of “{}”."


@dataclass(frozen=True)
class _Release:
    """What is looked for in a submission.

    Attributes
    ----------
    places : dict
        Grade id of each answer to the place of its cell in the release.
    owners : dict
        Cell id of each released cell to its grade id, "" where it has none.
    stubs : dict
        Grade id of each answer to the text that is released, without space around it.
    kinds : dict
        Grade id of each answer to the type of its cell.
    for_a_person : set of str
        Grade ids of the answers that a person marks: texts.
    known : set of str
        The sources of all released cells.
    """

    places: dict[str, int]
    owners: dict[str, str]
    stubs: dict[str, str]
    kinds: dict[str, str]
    for_a_person: set[str]
    known: set[str]
    checks: dict[str, str]  # of each answer, the id that its check is called with
    count: int  # of all released cells

    @classmethod
    def of(cls, release: Mapping[str, Any]) -> _Release:
        cells, places = release["cells"], answer_cells(release)
        graded = {g: bool(nbgrader_metadata(cells[i]).get("grade")) for g, i in places.items()}
        return cls(
            places,
            {c["id"]: str(nbgrader_metadata(c).get("grade_id") or "") for c in cells if c.get("id")},
            {g: cells[i]["source"].strip() for g, i in places.items()},
            {g: cells[i]["cell_type"] for g, i in places.items()},
            {g for g, manual in graded.items() if manual},
            {c["source"].strip() for c in cells} | {""},
            {g: g if graded[g] else g.removesuffix("-answer") for g in places},
            len(cells),
        )

    def check_of(self, g: str, cells: Sequence[SubmittedCell]) -> int:
        """The place of the answer's last check in a submission; behind all cells where there is none."""
        name = self.checks[g]
        call = re.compile(rf"""^check\(\s*["']{re.escape(name)}["']""", re.M)
        ids = {name, f"{name}-check"} - self.places.keys()
        return max((i for i, c in enumerate(cells) if c.grade_id in ids or call.search(c.source)), default=len(cells))


class _Matching:
    """The cells of a submission and the answers that they belong to."""

    def __init__(self, released: _Release, cells: Sequence[SubmittedCell]) -> None:
        self.released, self.cells = released, cells
        self.notes: list[str] = []
        self.checks = {g: released.check_of(g, cells) for g in released.places}
        self.claimed = self._by_ids()  # place of a cell to the grade id of its answer
        self.by_id = set(self.claimed.values())
        self.elsewhere: dict[str, str] = {}  # answer to the one whose cell it stands in
        for g in released.places:
            if not self.worked(g):
                self._by_name(g)
        self._by_joined_cell()
        if not self.by_id:
            self._by_place()
        for g in released.places:
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
            own = bool(c.cell_id) and c.cell_id in self.released.owners and len(held[str(c.cell_id)]) == 1
            g = self.released.owners[str(c.cell_id)] if own else c.grade_id
            if g is None or g not in self.released.places:
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
            if counts[g] == 1 or c.source.strip() == self.released.stubs[g] or gives_name(c, self.released.stubs[g]):
                return False
            others = [s for o, s in self.released.stubs.items() if o != g and o not in counts]
            return c.source.strip() in self.released.known - {""} or any(gives_name(c, s) for s in others)

        repeated = Counter(c.grade_id for c in self.cells if c.grade_id in self.released.places)
        for g in sorted(str(g) for g, n in repeated.items() if n > 1):
            self._note(f"Several cells had the grade id “{g}”; those that were worked on were used, in their order.")
        return {i: g for i, g in claimed.items() if not stray(i, g)}

    def _by_name(self, g: str) -> None:
        """The cells that give the name asked for and belong to nothing else."""
        stub = self.released.stubs[g]
        begin = max((i for i in self._all(g) if i <= self.checks[g]), default=-1)
        free = [
            i
            for i, c in enumerate(self.cells)
            if i not in self.claimed and c.kind == "code" and gives_name(c, stub) and c.source.strip() != stub
        ]
        places = [i for i in free if begin < i <= self.checks[g]] or free
        if not places:
            return
        self.claimed |= dict.fromkeys(places, g)
        self._note(
            f"The answer cell “{g}” had not been worked on; a cell that gives its name was used."
            if g in self.by_id
            else f"The answer cell “{g}” had lost its ids and was found by its place and the name it gives."
        )

    def _by_joined_cell(self) -> None:
        """Answers that stand in the cell of another, since their cells were joined."""
        order = list(self.released.places)
        for g in order:
            if self._all(g):
                continue
            stub, end = self.released.stubs[g], self.checks[g]
            held = [i for i, o in self.claimed.items() if i <= end and gives_name(self.cells[i], stub) and o != g]
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
        if not self.is_alike() or len(self.cells) != self.released.count:
            return
        for g, i in self.released.places.items():
            if not self._all(g) and i not in self.claimed and self.cells[i].kind == "code":
                self.claimed[i] = g
                self._note(f"The answer cell “{g}” had lost its ids and was found by its place.")

    def is_alike(self) -> bool:
        """Whether a check or another code cell of the lesson is there as it was released."""
        known = self.released.known - set(self.released.stubs.values()) - {""}
        return any(c.kind == "code" and c.source.strip() in known for c in self.cells)

    def _helpers(self, g: str) -> None:
        """Cells without an id, before the check, that give a name which the answer needs: some editors cut so."""
        own = self.worked(g)
        if not own:
            return
        free = [i for i in range(min(self.checks[g], len(self.cells))) if self._is_added(i) and i < max(own)]
        while needed := self._needed(free, own):
            own.append(needed[-1])
        if helpers := set(own) & set(free):
            # what stands between a helper and the answer may change what the helper made
            helpers |= {i for i in free if i > min(helpers)}
            self.claimed |= dict.fromkeys(helpers, g)
            self._note(f"Cells added to the lesson were run with the answer “{g}”, which needs them: {len(helpers)}.")

    def _needed(self, free: list[int], own: list[int]) -> list[int]:
        needs = names_needed([self.cells[i].source for i in sorted(own)])
        return [i for i in free if i not in own and names_in(self.cells[i].source)[0] & needs]

    def _is_added(self, i: int) -> bool:
        c = self.cells[i]
        is_known = i in self.claimed or c.grade_id or (c.cell_id is not None and c.cell_id in self.released.owners)
        return c.kind == "code" and not is_known and c.source.strip() not in self.released.known

    # ── what they hold ──────────────────────────────────────────────────────────────────────────────────────────────

    def _all(self, g: str) -> list[int]:
        return [i for i, o in self.claimed.items() if o == g]

    def worked(self, g: str) -> list[int]:
        """The cells of an answer that count, in their order: untouched copies of the stub do not."""
        own = sorted(i for i in self._all(g) if self.cells[i].source.strip() not in ("", self.released.stubs[g]))
        own = [i for i in own if self.cells[i].kind == self.released.kinds[g]] or own
        return [i for i in own if i <= self.checks[g]] or own

    def text(self, g: str) -> str | None:
        """The text of an answer; None where the submission has none."""
        if g in self.elsewhere:
            return ELSEWHERE.format(self.elsewhere[g])
        if (written := self._text_below(g)) is not None:
            return written
        own = self.worked(g) or sorted(self._all(g))[:1]
        if not own:
            return None
        if all(self.cells[i].kind != self.released.kinds[g] for i in own):
            self._note(f"The answer cell “{g}” was of type {self.cells[own[0]].kind}; its type was restored.")
        text = f"\n{NEXT_CELL}\n".join(self.cells[i].source for i in own)
        if len(text) > MOST_TEXT:
            self._note(f"The answer cell “{g}” has {len(text)} characters and was cut to {MOST_TEXT}.")
        return text[:MOST_TEXT]

    def _text_below(self, g: str) -> str | None:
        """A text for a person that stands in Markdown cells before the check, where its own cell is untouched."""
        name = stub_name(self.released.stubs[g])
        if g not in self.released.for_a_person or self.released.kinds[g] != "code" or name is None or self.worked(g):
            return None
        begin = max((i for i in self._all(g) if i < self.checks[g]), default=None)
        if begin is None:
            return None
        texts = [c.source.strip() for c in self.cells[begin + 1 : self.checks[g]] if self._is_own_text(c)]
        if not texts:
            return None
        self._note(f"The answer cell “{g}” had not been worked on; the text in the Markdown cell below it was used.")
        return f"{name} = {chr(10).join(texts)[:MOST_TEXT]!r}"

    def _is_own_text(self, c: SubmittedCell) -> bool:
        """Whether a cell is Markdown of the learner's, and none of the lesson's."""
        is_known = c.grade_id or (c.cell_id is not None and c.cell_id in self.released.owners)
        return c.kind == "markdown" and not is_known and c.source.strip() not in self.released.known

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def match_answers(release: Mapping[str, Any], notebook: SubmittedNotebook) -> Answers:
    """The learner's texts for the release's answer cells, whatever became of the cells' metadata and order.

    The text of an answer is all that the notebook holds for it up to its check, in its order; what stands behind the
    check counts only where nothing stands before it.
    """
    released = _Release.of(release)
    taken = _match_one_side(released, notebook)
    if notebook.other is None:
        return taken
    other = _match_one_side(released, notebook.other)
    first, second = (_count_worked(released, a) for a in (taken, other))
    sides, counts = ("first", "second"), (first, second)
    if second > first:
        taken, sides, counts = other, sides[::-1], counts[::-1]
    note = (
        f"The file holds git's conflict marks; both sides were tried and the {sides[0]} was used, with {counts[0]} "
        f"answers that were worked on ({counts[1]} on the {sides[1]})."
    )
    return replace(taken, notes=[note, *taken.notes])


def _count_worked(released: _Release, of: Answers) -> int:
    return sum(text is not None and text.strip() not in ("", released.stubs[g]) for g, text in of.texts.items())


def _match_one_side(released: _Release, notebook: SubmittedNotebook) -> Answers:
    match = _Matching(released, notebook.cells)
    texts = {g: match.text(g) for g in released.places}
    if added := sum(map(match._is_added, range(len(notebook.cells)))):
        match._note(f"Code cells added to the lesson are not graded and were not run: {added}.")
    unread = {g for g in texts if notebook.damaged and (texts[g] is None or g in notebook.lost)}
    if unread:
        match._note(f"Not read because the file is damaged: {', '.join(sorted(unread))}.")
    return Answers(
        {g: None if g in unread else text for g, text in texts.items()},
        match.notes,
        frozenset(unread),
        frozenset(match.by_id),
        match.is_alike(),
    )


def why_no_number(slug: str, notebook: SubmittedNotebook, taken: Answers) -> str | None:
    """Why a notebook has no number at all: it could not be read, or holds nothing of this lesson; None where it does.

    Examples
    --------
    >>> why_no_number("01-x", SubmittedNotebook([SubmittedCell("code", "1 + 1")]), Answers({"a-answer": None}, []))
    'The notebook holds nothing of the lesson 01-x. A person looks at it.'
    """
    if notebook.unreadable:
        return notebook.unreadable
    if taken.by_id or (taken.unread and notebook.lesson in (None, slug)):
        return None
    if notebook.lesson not in (None, slug):
        return f"The notebook is of lesson {notebook.lesson} and holds no answer of {slug}."
    if all(text is None for text in taken.texts.values()) or not (notebook.lesson == slug or taken.alike):
        return f"The notebook holds nothing of the lesson {slug}. A person looks at it."
    return None
