"""A small lesson with all seven kinds of exercise, compiled as the course's own lessons are, and a class for it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from appraise.authoring import build
from appraise.grading import judge, rebuild
from appraise.grading.judge import Lesson, Outcome
from appraise.grading.learner import Limits, Warm

HERE = Path(__file__).parent / "fixture"
SLUG = "90-fixture"
REPO = Path(__file__).parents[2]


def _solution() -> Any:
    cells: list[Any] = []
    for block in ("\n" + (HERE / "lesson.txt").read_text(encoding="utf-8")).split("\n# %%")[1:]:
        head, _, source = block.partition("\n")
        kind, *rest = head.split() or [""]
        if kind == "md":
            cell = new_markdown_cell(source)
        elif kind == "check":
            cell = new_code_cell(f'check("{rest[0]}", {rest[1]})')
        else:
            cell = new_code_cell(source)
        cell.id = f"cell-{len(cells):02d}"
        cells.append(cell)
    return new_notebook(cells=cells)


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with the one lesson compiled."""
    root = tmp_path_factory.mktemp("course")
    folder = root / "solutions" / SLUG
    folder.mkdir(parents=True)
    shutil.copy(HERE / "course.yml", root)
    shutil.copy(HERE / "exercises.yml", folder)
    nbformat.write(_solution(), folder / f"{SLUG}.ipynb")
    build(root=root, packs=root / "packs")
    return root


@pytest.fixture(scope="session")
def lesson(course: Path) -> Lesson:
    return judge.load_lesson(course / "lessons" / SLUG / f"{SLUG}.ipynb", course / "solutions" / SLUG / "key.json")


@pytest.fixture(scope="session")
def warm(lesson: Lesson) -> Iterator[Warm]:
    with judge.open_warm(lesson, limits=Limits(item_seconds=4.0, notebook_seconds=40.0)) as process:
        yield process


Handed = Callable[..., Any]


@pytest.fixture(scope="session")
def handed(course: Path) -> Handed:
    """Makes a submission: the release with answers by exercise; `right=True` starts from all right answers."""
    release = nbformat.read(course / "lessons" / SLUG / f"{SLUG}.ipynb", as_version=4)
    solved = nbformat.read(course / "solutions" / SLUG / f"{SLUG}.ipynb", as_version=4)

    def make(given: dict[str, str] | None = None, right: bool = True) -> Any:
        nb = nbformat.from_dict(json.loads(json.dumps(solved if right else release)))
        places = rebuild.answer_cells(nb)
        for exercise, text in (given or {}).items():
            place = places.get(exercise, places.get(f"{exercise}-answer"))
            assert place is not None, exercise
            nb.cells[place].source = text
        return nb

    return make


@pytest.fixture(scope="session")
def graded(lesson: Lesson, warm: Warm, handed: Handed) -> Callable[..., Outcome]:
    """Grades a submission made by `handed` (or bytes, or a notebook) with the judge alone."""

    def run(given: Any = None, right: bool = True) -> Outcome:
        if not isinstance(given, bytes):
            nb = given if given is not None and "cells" in given else handed(given, right)
            given = nbformat.writes(nb).encode()
        found = rebuild.read(given)
        return judge.grade(lesson, warm, rebuild.answers(lesson.release, found))

    return run
