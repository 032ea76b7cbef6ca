"""Right solutions whose cells were cut, joined or copied, and whose files were damaged, drawn by a generator.

`make rates` grades at least 2,000 of them: no answer may be lost between what the learner's own report gives and the
grade, and nothing that was not read may get a number.
"""

from __future__ import annotations

import ast
import copy
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from appraise.grading.judging.judging import grade_submission
from appraise.grading.judging.lesson import Lesson, load_lesson, start_fork_server
from appraise.grading.judging.outcome import Outcome
from appraise.grading.submission.matching import match_answers, why_no_number
from appraise.grading.submission.reading import read_notebook
from appraise.grading.submission.release import answer_cells, stub_name
from appraise.grading.worker.fork_server import ForkServer

ROOT = Path(__file__).resolve().parent.parent

WAYS = (
    "split",
    "helper",
    "shown",
    "stub first",
    "stub last",
    "draft",
    "bare",
    "joined",
    "with check",
    "in check",
    "behind",
)


def cell_of(like: Any, source: str, cell_id: str, bare: bool = False) -> Any:
    """A cell as an editor makes it of another: the same metadata, unless `bare`."""
    new = nbformat.from_dict(copy.deepcopy(dict(like)))
    new.source, new.id = source, cell_id
    if bare:
        new.metadata = nbformat.NotebookNode()
    return new


def statements(source: str) -> list[str]:
    """A cell's text, cut between its statements."""
    lines = source.splitlines(keepends=True)
    starts = [n.lineno - 1 for n in ast.parse(source).body][1:]
    return ["".join(lines[a:b]) for a, b in zip([0, *starts], [*starts, len(lines)])]


def change(cell: Any, check: Any, stub: str, way: str, rng: random.Random) -> list[Any]:
    """The cells that stand in the place of an answer cell and its check."""
    name, right = stub_name(stub), cell.source
    ids = iter(f"new-{rng.getrandbits(40):x}-{n}" for n in range(99))

    def row(*sources: str, keeps: int = -1, bare: bool = False) -> list[Any]:
        keeps %= len(sources)
        return [
            cell_of(cell, s, cell.id if n == keeps else next(ids), bare and n != keeps) for n, s in enumerate(sources)
        ]

    match way:
        case "split" | "bare":
            found = statements(right)
            if len(found) == 1:
                found = [f"ten_{name} = 10\n", f"{right}\nassert ten_{name} == 10"]
            return [*row(*found, bare=way == "bare"), check]
        case "helper":
            return [*row(f"def same_{name}(x):\n    return x\n", f"{right}\n{name} = same_{name}({name})"), check]
        case "shown":
            return [*row(right, f"{name}"), check]
        case "stub first":
            return [*row(stub, right, keeps=0), check]
        case "stub last":
            return [*row(right, stub, keeps=0), check]
        case "draft":
            return [*row(f"{name} = (1,\n", "1 / 0", right, keeps=0), check]
        case "joined":
            return [cell_of(cell, "\n\n".join(["# a joined cell", right]), next(ids)), check]
        case "with check":
            return [cell_of(cell, f"{right}\n\n{check.source}", next(ids))]
        case "in check":
            return [cell_of(check, f"{right}\n\n{check.source}", next(ids))]
        case _:
            return [*row(stub), check, cell_of(cell, right, next(ids))]


def rearranged(solved: Any, release: Any, seed: int) -> tuple[Any, dict[str, str]]:
    """A right solution with each of its answers changed in one of the ways; and which way each took."""
    rng = random.Random(seed)
    wanted = answer_cells(release)
    taken = {g: WAYS[(n + seed) % len(WAYS)] for n, g in enumerate(wanted)}
    nb = nbformat.from_dict(json.loads(json.dumps(solved)))
    cells, new = list(nb.cells), []
    while cells:
        cell = cells.pop(0)
        g = cell.metadata.get("nbgrader", {}).get("grade_id")
        if g in wanted:
            check = cells.pop(0)
            assert check.source.startswith("check("), check.source
            new += change(cell, check, release.cells[wanted[g]].source, taken[g], rng)
        else:
            new.append(cell)
    nb.cells = new
    return nb, taken


DAMAGES = ("conflict", "cut off", "bytes lost", "bytes changed", "line lost")


def damaged(text: str, seed: int) -> tuple[bytes, str]:
    """A notebook's text with one damage at a random place, so that it is no JSON any more; and which damage."""
    rng = random.Random(seed)
    how = DAMAGES[seed % len(DAMAGES)]
    while True:
        data = _damaged(text, how, rng)
        try:
            json.loads(data.decode("utf-8"))
        except ValueError:
            return data, how


def _damaged(text: str, how: str, rng: random.Random) -> bytes:
    lines = text.splitlines(keepends=True)
    at = rng.randrange(20, max(21, len(text) - 40))
    n = rng.randrange(1, len(lines) - 1)
    match how:
        case "conflict":
            mine = "".join(lines[n : n + 2])
            marked = f"<<<<<<< HEAD\n{mine}=======\n{mine}>>>>>>> theirs\n"
            return ("".join(lines[:n]) + marked + "".join(lines[n + 2 :])).encode()
        case "cut off":
            return text[:at].encode()
        case "bytes lost":
            return (text[:at] + text[at + rng.randrange(1, 400) :]).encode()
        case "bytes changed":
            data = bytearray(text.encode())
            data[at : at + 8] = bytes(rng.randrange(256) for _ in range(8))
            return bytes(data)
        case _:
            return "".join(lines[:n] + lines[n + 1 :]).encode()


@dataclass
class Tally:
    """What became of the answers: of how many files, and which went wrong."""

    files: int = 0
    answers: int = 0
    unread: int = 0
    lost: list[str] = field(default_factory=list)
    numbered: list[str] = field(default_factory=list)


@cache
def lesson_of(slug: str) -> tuple[Lesson, Any]:
    """A lesson and its solution."""
    lesson = load_lesson(ROOT / "lessons" / slug / f"{slug}.ipynb", ROOT / "solutions" / slug / "key.json")
    return lesson, nbformat.read(ROOT / "solutions" / slug / f"{slug}.ipynb", as_version=4)


def slugs() -> list[str]:
    """The lessons whose every answer is followed by its check, as the generator needs it."""
    found = sorted(p.parent.name for p in (ROOT / "solutions").glob("*/key.json"))
    return [slug for slug in found if lesson_of(slug)[0].exercises]


class _Grader:
    """Grades files of one lesson; the same texts are judged once."""

    def __init__(self, lesson: Lesson, warm: ForkServer) -> None:
        self.lesson, self.warm = lesson, warm
        self.known: dict[Any, Outcome] = {}

    def grade(self, data: bytes) -> Outcome | None:
        """The outcome; None where the file has no number at all and a person is asked."""
        read = read_notebook(data)
        taken = match_answers(self.lesson.release, read)
        if why_no_number(self.lesson.slug, read, taken):
            return None
        key = (tuple(sorted(taken.texts.items())), taken.unread)
        if key not in self.known:
            self.known[key] = grade_submission(self.lesson, self.warm, taken)
        return self.known[key]


def tally(files: int, only: list[str] | None = None) -> Tally:
    """Grade so many files, spread over the lessons, half of them cut and joined, half of them damaged.

    Parameters
    ----------
    files : int
        At least so many.
    only : list of str, optional
        These lessons alone.
    """
    found, chosen = Tally(), only or slugs()
    each = -(-files // len(chosen))
    for slug in chosen:
        lesson, solved = lesson_of(slug)
        with start_fork_server(lesson) as warm:
            grader = _Grader(lesson, warm)
            whole = grader.grade(nbformat.writes(solved).encode())
            assert whole is not None, slug
            for n, (what, data, is_damaged) in enumerate(_files(slug, each)):
                outcome = grader.grade(data)
                found.files += 1
                _count(found, f"{slug} {n} {what}", whole, outcome, is_damaged)
    return found


def _files(slug: str, each: int) -> Iterator[tuple[str, bytes, bool]]:
    lesson, solved = lesson_of(slug)
    text = nbformat.writes(solved) + "\n"
    for n in range(each):
        if n % 2:
            data, how = damaged(text, n)
            yield how, data, True
        else:
            nb, _ = rearranged(solved, lesson.release, n // 2)
            yield "cut and joined", nbformat.writes(nb).encode(), False


def _count(found: Tally, what: str, whole: Outcome, outcome: Outcome | None, is_damaged: bool) -> None:
    """Compare each answer's points with those of the solution as it is, which is what the learner's report gives."""
    for name, item in whole.items.items():
        if item.status == "marked":
            continue
        now = outcome.items[name] if outcome is not None else None
        found.answers += not is_damaged
        found.unread += is_damaged
        if is_damaged and now is not None and now.earned is not None and now.earned < (item.earned or 0.0):
            found.numbered.append(f"{what}: {name} {now.status}")
        if not is_damaged and (now is None or now.earned != item.earned):
            found.lost.append(f"{what}: {name} {now.status if now else 'no number'}")


def kinds(of: list[str]) -> Counter[str]:
    """How often each kind of file went wrong."""
    return Counter(" ".join(line.split(":")[0].split()[2:]) for line in of)
