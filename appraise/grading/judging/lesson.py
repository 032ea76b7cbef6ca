"""A released lesson as the grader knows it: its cells, its exercises with hidden cases, its points."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from appraise.errors import LessonError
from appraise.exercises.exercise import Exercise
from appraise.grading.judging.constant_cells import as_constant, imported_names
from appraise.grading.settings import Settings
from appraise.grading.submission.release import answer_cells, nbgrader_metadata
from appraise.grading.worker.fork_server import ForkServer
from appraise.grading.worker.protocol import ConstantCell


@dataclass(frozen=True)
class Lesson:
    """A lesson as the grader knows it.

    Attributes
    ----------
    slug, version : str
    release : notebook
        The released notebook.
    exercises : mapping of id to exercise, hidden cases included
    opening : list of int
        Places of the code cells before the first answer cell.
    constants : dict
        Place of a later code cell that gives everybody the same, whatever the answers are, to what it uses and makes.
    checks : dict
        Place of a check cell to the id of its exercise.
    answer_of : dict
        Exercise id to the place of its answer cell.
    graded : dict
        Grade id to points, of the cells that nbgrader grades by their output.
    digest : str
        Of release and key: what a verdict depends on beside the submission.
    """

    slug: str
    version: str
    release: Any
    exercises: Mapping[str, Exercise]
    opening: list[int]
    constants: dict[int, ConstantCell]
    checks: dict[int, str]
    answer_of: dict[str, int]
    graded: dict[str, float]
    digest: str


def load_course_lesson(settings: Settings, slug: str) -> Lesson:
    """A lesson of the course in the current folder, with its key."""
    release = settings.folder("release", ".", slug) / f"{slug}.ipynb"
    return load_lesson(release, settings.folder("source", ".", slug) / "key.json")


def load_lesson(release: Path, key: Path) -> Lesson:
    """Read a lesson from its released notebook and its key.

    Raises
    ------
    LessonError
        Where a file is missing or the two do not fit together.
    """
    try:
        released, key_bytes = release.read_bytes(), key.read_bytes()
    except OSError as e:
        raise LessonError(f"{e.filename}: {e.strerror}; `make lessons` writes it") from None
    try:
        nb = nbformat.reads(released.decode("utf-8"), as_version=4)
        key_data = json.loads(key_bytes)
        exercises = {n: Exercise.from_json(ex) for n, ex in key_data["exercises"].items()}
        slug, version = str(key_data["lesson"]), str(key_data["version"])
    except (ValueError, KeyError, TypeError) as e:
        raise LessonError(f"{release} or {key} cannot be read ({type(e).__name__}: {e}); run `make lessons`") from None
    metadata = nb.metadata.get("appraise") or {}
    of_release = (metadata.get("lesson"), metadata.get("version"))
    if of_release != (slug, version):
        raise LessonError(
            f"{release} is {of_release[0]} {of_release[1]}, its key is {slug} {version}; run `make lessons`"
        )
    checks, answer_of, graded = _cells_of_exercises(nb, exercises, release, key)
    answers = answer_cells(nb)
    first = min(answers.values(), default=len(nb.cells))
    opening = [i for i, c in enumerate(nb.cells[:first]) if c.cell_type == "code" and i not in checks]
    imported = imported_names([nb.cells[i].source for i in opening])
    later = {i for i, c in enumerate(nb.cells) if c.cell_type == "code"} - {*opening, *answers.values(), *checks}
    constants = {i: cell for i in sorted(later) if (cell := as_constant(nb.cells[i].source, imported))}
    digest = hashlib.sha256(released + b"\0" + key_bytes).hexdigest()
    return Lesson(slug, version, nb, exercises, opening, constants, checks, answer_of, graded, digest)


def _cells_of_exercises(
    nb: Any, exercises: Mapping[str, Exercise], release: Path, key: Path
) -> tuple[dict[int, str], dict[str, int], dict[str, float]]:
    """`checks`, `answer_of` and `graded` of a `Lesson`."""
    checks: dict[int, str] = {}
    answer_of: dict[str, int] = {}
    graded: dict[str, float] = {}
    for i, cell in enumerate(nb.cells):
        metadata = nbgrader_metadata(cell)
        grade_id, is_graded = str(metadata.get("grade_id", "")), bool(metadata.get("grade"))
        if metadata.get("solution"):
            answer_of[grade_id if is_graded else grade_id.removesuffix("-answer")] = i
            continue
        if not (is_graded or metadata.get("locked")) or cell.cell_type != "code":
            continue
        name = grade_id if is_graded else grade_id.removesuffix("-check")
        if name not in exercises:
            if is_graded:
                raise LessonError(f"{release}: the check “{grade_id}” is not in {key}; run `make lessons`")
            continue
        checks[i] = name
        if is_graded:
            points = float(metadata["points"])
            if points != float(exercises[name].points):
                raise LessonError(f"{release}: “{name}” has {points} points, {exercises[name].points} in {key}")
            graded[grade_id] = points
    for name in exercises:
        if name not in checks.values() or name not in answer_of:
            raise LessonError(f"{release}: the exercise “{name}” has no answer cell or no check; run `make lessons`")
    return checks, answer_of, graded


def start_fork_server(lesson: Lesson, **options: Any) -> ForkServer:
    """Start the lesson's fork server."""
    cells = lesson.release.cells
    return ForkServer([cells[i].source for i in lesson.opening], constants=lesson.constants, **options)
