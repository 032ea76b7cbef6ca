"""A class to try grading on: `appraise sample-class SLUG` draws submissions from the answer bank.

Each submission is the release with an answer in every cell: the reference, an answer written by hand (right, partly
right or a misconception), the untouched stub, or code that stops or ends the process. Beside the class stands what each
must get, from the bank and never from the grader: `expected/SLUG.csv` beside the folder of submissions.
"""

from __future__ import annotations

import copy
import csv
import io
import random
import re
import symtable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import yaml

from appraise.errors import ClassError
from appraise.grading.judging.lesson import Lesson, load_course_lesson
from appraise.grading.reports.calibration import load_calibration
from appraise.grading.reports.rubric_marking import RUBRIC_OF
from appraise.grading.settings import Settings, read_settings
from appraise.grading.submission.matching import match_answers
from appraise.grading.submission.reading import read_notebook
from appraise.grading.submission.release import answer_cells

# The author's marks: no learner writes them.
_MARKS = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION\n?", re.M)
# What stops a cell before the name has a value, and what ends the whole process.
CRASHES = (
    "raise RuntimeError('stopped')",
    "1 / 0",
    "undefined_name + 1",
    "if True print('no colon')",
    "import os\nos._exit(3)",
    "import sys\nsys.exit(1)",
    "def down():\n    return down()\ndown()",
)


@dataclass(frozen=True)
class _Answer:
    """What one answer cell is given, and the points that it must get; None where a person marks."""

    kind: str
    text: str
    points: float | None


@dataclass(frozen=True)
class _Names:
    """The names that a cell's code reads from and gives to the notebook."""

    reads: frozenset[str]
    gives: frozenset[str]


def _names(source: str) -> _Names:
    """The names of a cell.

    Examples
    --------
    >>> sorted(_names("total = sum(scores)\\ndef half(x):\\n    return x / two").reads)
    ['scores', 'sum', 'two']
    """
    try:
        top = symtable.symtable(source, "<cell>", "exec")
    except SyntaxError:
        return _Names(frozenset(), frozenset())
    reads = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    inner = list(top.get_children())
    while inner:
        table = inner.pop()
        reads |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
        inner += table.get_children()
    gives = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    return _Names(frozenset(reads), frozenset(gives))


class Bank:
    """A lesson's answers, ready to be drawn from.

    Parameters
    ----------
    lesson : Lesson
    solution : notebook
        The lesson's own solution.
    answers : mapping
        `tests/answers/SLUG.yml`.
    """

    def __init__(self, lesson: Lesson, solution: Any, answers: dict[str, list[dict[str, Any]]]) -> None:
        self.lesson = lesson
        texts = match_answers(lesson.release, read_notebook(nbformat.writes(solution).encode("utf-8"))).texts
        self.cells = {i: g for g, i in answer_cells(lesson.release).items()}
        self.exercise = {place: name for name, place in lesson.answer_of.items()}
        self.reference: dict[int, _Answer] = {}
        self.stub: dict[int, _Answer] = {}
        self.right: dict[int, list[_Answer]] = {}
        self.wrong: dict[int, list[_Answer]] = {}
        for place, grade_id in self.cells.items():
            name = self.exercise[place]
            ex = lesson.exercises[name]
            points, written = float(ex.points), ex.is_prose
            text = texts[grade_id]
            if text is None:
                raise ClassError(f"{lesson.slug}: the solution has no answer for “{name}”")
            text = _MARKS.sub("", text)
            self.reference[place] = _Answer("right", text, None if written else points)
            self.stub[place] = _Answer("blank", lesson.release.cells[place].source, 0.0)
            of_exercise = [] if written else answers.get(name, [])
            drawn = [_Answer("by hand", r["answer"], round(float(r["points"]), 2)) for r in of_exercise]
            self.right[place] = [a for a in drawn if a.points == points]
            self.wrong[place] = [a for a in drawn if a.points != points]
            if name == RUBRIC_OF:  # tellings from poor to excellent, so that there is something to mark
                lines = [_Answer("telling", f'{ex.name} = """{t.text}"""', None) for t in load_calibration().tellings]
                self.right[place] = self.wrong[place] = lines

    def draw(self, rng: random.Random) -> dict[int, _Answer]:
        """One student's answers by the place of the cell.

        An answer may use names that earlier cells give. It is drawn only where these are what the reference would give,
        so that its points do not depend on its neighbours.
        """
        skill = rng.random()
        drawn: dict[int, _Answer] = {}
        changed: set[str] = set()  # names that are not what they are in the solution
        for place, cell in enumerate(self.lesson.release.cells):
            if cell.cell_type != "code" or place in self.lesson.checks:
                continue
            if place not in self.cells:
                names = _names(cell.source)
                changed = changed | names.gives if names.reads & changed else changed - names.gives
                continue
            ex = self.lesson.exercises[self.exercise[place]]
            kind = rng.random()
            if kind < 0.06 * (1.2 - skill):
                # prose that does not run is read by a person
                pool = [_Answer("crash", rng.choice(CRASHES), None if ex.is_prose else 0.0)]
            elif kind < 0.06 + 0.2 * (1 - skill):
                pool = [self.stub[place], _Answer("none", f"{ex.name} = None", 0.0)]
            elif kind < 0.12 + 0.6 * (1 - skill):
                pool = list(self.wrong[place])
            elif kind < 0.75 and ex.id != RUBRIC_OF:
                pool = [self.reference[place]]
            else:
                pool = list(self.right[place]) or [self.reference[place]]
            pool = [a for a in pool if not _names(a.text).reads & changed] or [self.stub[place]]
            answer = rng.choice(pool)
            drawn[place] = answer
            of_reference = _names(self.reference[place].text).gives | {ex.name}
            if answer is self.reference[place]:
                changed -= of_reference
            else:
                changed |= of_reference | _names(answer.text).gives
        return drawn

    def write(self, answers: dict[int, _Answer]) -> str:
        """The notebook of a student with these answers."""
        nb = copy.deepcopy(self.lesson.release)
        for place, answer in answers.items():
            nb.cells[place].source = answer.text
        return str(nbformat.v4.writes(nb)).rstrip("\n") + "\n"


def bank(to: Settings, slug: str) -> Bank:
    """The bank of a lesson of the course in this folder."""
    file = to.root / "tests" / "answers" / f"{slug}.yml"
    if not file.is_file():
        raise ClassError(f"{file} is not there: the lesson has no answer bank to draw from")
    solution = nbformat.read(to.folder("source", ".", slug) / f"{slug}.ipynb", as_version=4)
    return Bank(load_course_lesson(to, slug), solution, yaml.safe_load(file.read_text(encoding="utf-8")))


def make(to: Settings, slug: str, students: int, seed: int) -> Path:
    """Write a class; gives the file with the points that each submission must get."""
    drawn_from = bank(to, slug)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["student", "item", "drawn", "points"])
    for n in range(1, students + 1):
        student = f"sample-{n:04d}"
        # its own generator each, so that a class of 200 is the beginning of the class of 2,000
        answers = drawn_from.draw(random.Random(f"{seed} {slug} {n}"))
        folder = to.folder("submitted", student, slug)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{slug}.ipynb").write_text(drawn_from.write(answers), encoding="utf-8")
        for place, answer in answers.items():
            points = "" if answer.points is None else f"{answer.points:g}"
            rows.writerow([student, drawn_from.exercise[place], answer.kind, points])
    file = to.own / "expected" / f"{slug}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(table.getvalue(), encoding="utf-8")
    return file


def expected(file: Path) -> dict[str, dict[str, float | None]]:
    """What `make` wrote: points by student and item; None where a person marks."""
    result: dict[str, dict[str, float | None]] = {}
    with file.open(encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            result.setdefault(row["student"], {})[row["item"]] = float(row["points"]) if row["points"] else None
    return result


def main(slug: str, students: int, seed: int) -> int:
    """`appraise sample-class`."""
    to = read_settings()
    file = make(to, slug, students, seed)
    print(f"{students} submissions of {slug} are in {to.folder('submitted', 'sample-*', slug)}.")
    print(f"What each must get: {file}.")
    return 0
