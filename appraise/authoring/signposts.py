"""What `make lessons` adds to a lesson: a line under its title, and a last cell that says where to go on."""

from __future__ import annotations

import re
from typing import NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from appraise.authoring.made import sum_of_cells
from appraise.authoring.minutes import LAST_CELL, Minutes
from appraise.course import Course, Lesson
from appraise.errors import AuthorError


class Places(NamedTuple):
    """Where the map and the zip of one's work stand: addresses from another lesson's folder, or None."""

    map: str | None
    work: str | None


def find_places(nb: NotebookNode, slug: str) -> Places:
    """The sections of the first lesson that call `course_map()` and `my_work()`."""
    result = {}
    heading = ""
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            heading = next(reversed(re.findall(r"^#+\s+(.*?)\s*#*$", cell.source, re.M)), heading)
        for call in ("course_map", "my_work"):
            if cell.cell_type == "code" and re.search(rf"^{call}\(", cell.source, re.M):
                result[call] = f"../{slug}/{slug}.ipynb#{heading.replace(' ', '-')}"
    return Places(result.get("course_map"), result.get("my_work"))


def number_of(lesson: Lesson, course: Course) -> str:
    """Which lesson of how many: the first, which has the number 00, comes before them.

    >>> from appraise.course import load_course
    >>> course = load_course()
    >>> number_of(course.lesson("04-the-numbers"), course).startswith("Lesson 4 of ")
    True
    """
    last = int(course.lessons[-1].number)
    n = int(lesson.number)
    return f"Lesson {n} of {last}" if n else f"The page before lesson 1 of {last}"


def with_signposts(nb: NotebookNode, lesson: Lesson, course: Course, minutes: Minutes, places: Places) -> NotebookNode:
    """A copy of a notebook with the line under its title and the last cell.

    Raises AuthorError where the first cell does not begin with the title.
    """
    first, *rest = nb.cells
    title, _, text = first.source.partition("\n")
    if first.cell_type != "markdown" or not title.startswith("# "):
        raise AuthorError(f"{lesson.slug}.ipynb", "cell 1", "expected the lesson's title, a line that begins with #")
    opened = NotebookNode({**first, "source": f"{title}\n\n{_first_line(lesson, course, minutes, places)}\n{text}"})
    last = new_markdown_cell(_last_cell(lesson, course, places), id=LAST_CELL)
    made = NotebookNode({**nb, "cells": [opened, *rest, last]})
    made.metadata = NotebookNode({**nb.metadata, "appraise": {**nb.metadata.appraise, "cells": sum_of_cells(made)}})
    return made


def _first_line(lesson: Lesson, course: Course, minutes: Minutes, places: Places) -> str:
    extra = f", extras about {minutes.extra} more" if minutes.extra else ""
    core = f"the core takes about {minutes.core} minutes{extra}"
    every = f" [All lessons]({places.map})" if places.map else ""
    return f"*{number_of(lesson, course)}: {core}.{every}*"


def _last_cell(lesson: Lesson, course: Course, places: Places) -> str:
    n = course.lessons.index(lesson)
    lines = ["## Where to go on", ""]
    if n + 1 < len(course.lessons):
        following = course.lessons[n + 1]
        lines.append(f"- **Next:** [{following.number} {following.title}](../{following.notebook})")
    if places.map:
        lines.append(f"- **The map:** [all lessons and how far you are]({places.map})")
    if places.work:
        lines.append(f"- **Your work as one file:** [download it, or take it back in]({places.work})")
    lines += [
        "",
        "When you come back another day, run the first code cell of the lesson again before you go on, and the cells "
        "above the place where you stopped: **Run**, then **Run All Above Selected Cell**. Until then Python answers "
        "with `NameError: name 'check' is not defined`. Your answers are still there.",
    ]
    return "\n".join(lines)
