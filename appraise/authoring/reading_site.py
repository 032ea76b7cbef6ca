"""A copy of the lessons to read without Jupyter: `_site/`, without solutions, with search, from any folder or disk.

The lessons are run as they are released, so nothing is answered and every widget is a picture. `assets/site/` says how
the pages look; `reading_cells.py` says what becomes of code and exercises.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from appraise.authoring.facilitator import write_room_pages
from appraise.authoring.reading_cells import cells_to_read
from appraise.course import load_course
from appraise.errors import SiteError
from appraise.exercises.packs import exercises_of
from appraise.files import ASSETS, ROOT
from appraise.runtime import kernel_environment

SITE = ROOT / "_site"


def run_lesson(slug: str) -> Any:
    """A released lesson with its outputs, as for a learner who has answered nothing. Raises SiteError."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(ROOT / "lessons" / slug / f"{slug}.ipynb", as_version=4)
    with tempfile.TemporaryDirectory() as folder:  # nobody's own work belongs on the pages
        client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}})
        try:
            client.execute(env=kernel_environment(APPRAISE_WORK=folder))
        except CellExecutionError as error:
            raise SiteError(f"lessons/{slug}: expected a lesson that runs to its end: {error.ename}") from None
    return notebook


def run_lessons() -> dict[str, NotebookNode]:
    """Every lesson that is released, by slug, with its outputs."""
    slugs = [lesson.slug for lesson in load_course().lessons if (ROOT / "lessons" / lesson.notebook).is_file()]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return dict(zip(slugs, pool.map(run_lesson, slugs), strict=True))


def build_site(target: Path = SITE, lessons: dict[str, NotebookNode] | None = None) -> Path:
    """Write the pages into a folder; returns its first page.

    Parameters
    ----------
    target : Path
    lessons : dict of NotebookNode, optional
        The lessons as `run_lessons` gives them, to save running them again.

    Raises
    ------
    SiteError
        Where a page cannot be made, a link inside the course that leads nowhere included.
    """
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError

    lessons = lessons or run_lessons()
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        for slug, notebook in lessons.items():
            (pages / slug).mkdir(parents=True)
            page = NotebookNode({**notebook, "cells": cells_to_read(notebook, exercises_of(slug))})
            nbformat.write(page, pages / slug / f"{slug}.ipynb")
        write_room_pages(pages / "room", list(lessons))
        (pages / "index.md").write_text(first_page(list(lessons)), encoding="utf-8")
        try:
            app = Sphinx(
                pages, ASSETS / "site", target, Path(folder) / "doctrees", "html", status=None, freshenv=True,
                warningiserror=True, exception_on_warning=True,
            )  # fmt: skip
            app.build(force_all=True)
        except SphinxError as error:
            raise SiteError(str(error)) from None
    return target / "index.html"


def first_page(slugs: Collection[str]) -> str:
    """The page with the list of lessons, as Markdown.

    >>> print(first_page(["04-the-numbers"]).splitlines()[0])
    # One Trial, Five Tellings
    """
    course = load_course()
    lessons = [lesson for lesson in course.lessons if lesson.slug in slugs]
    rows = [f"| [{one.number} · {one.title}]({one.notebook}) | {one.question} | {one.minutes} |" for one in lessons]
    listed = [f"{one.number} · {one.title} <{one.slug}/{one.slug}>" for one in lessons]
    table = ["| Lesson | Question | Minutes |", "| --- | --- | ---: |", *rows]
    contents = ["```{toctree}", ":hidden:", "", *listed, "For the room <room/index>", "```"]
    return "\n".join([f"# {course.title}", "", _INTRODUCTION, "", "## Lessons", "", *table, "", *contents, ""])


_INTRODUCTION = """\
Five web pages speak of magnesium and pain. One randomised trial gave magnesium to people with chronic low back pain. \
Which pages can be followed back to that trial? What was asked, done and found? How far can it be trusted, and how far \
has each telling moved from it?

These pages are the lessons, to read. To answer, and to be told at once what is right and why, start the course in \
Jupyter. Here an exercise shows its question and what there is to choose from, what moves there stands still, and the \
code that draws a table or a picture is folded away above it.

This is not medical advice. Doses and results are given as reported, so that you can check the reporting."""


def run_site_command() -> int:
    """Make `_site/`; returns the exit code 0."""
    print(f"Open {build_site()}")
    return 0
