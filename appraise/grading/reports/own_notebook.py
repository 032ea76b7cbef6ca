"""The report on a notebook of one's own, with the points that the grader would give."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from appraise.course import load_course
from appraise.errors import CourseError
from appraise.files import LESSONS
from appraise.learner.report import lesson_report, with_version_note
from appraise.learner.versions import version_of
from appraise.markup import HtmlPage
from appraise.runtime import kernel_environment


def report_on(slug: str, notebook: Path) -> HtmlPage:
    """How a learner stands in a lesson by a notebook, whose answers are run afresh.

    The answers are taken as the grader takes them, so that both give the same points. They are run in the lesson, in
    the notebook's folder, and the tries are not kept. Raises CourseError where the notebook cannot be read.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    load_course().lesson(slug)
    try:
        read = nbformat.read(notebook, as_version=4)
    except OSError as error:
        raise CourseError(f"{notebook}: cannot be read: {error.strerror}") from None
    except Exception:  # nbformat has several errors of its own for what is no notebook
        raise CourseError(f"{notebook}: expected a notebook") from None
    lesson = read.metadata.get("appraise", {}).get("lesson", slug)
    if lesson != slug:
        raise CourseError(f"{notebook}: expected lesson {slug}, found {lesson}")
    read = _with_its_answers(slug, notebook) or read
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            read, timeout=120, allow_errors=True, resources={"metadata": {"path": str(notebook.absolute().parent)}}
        )
        try:
            client.execute(env=kernel_environment(APPRAISE_WORK=folder))
        except (CellTimeoutError, DeadKernelError) as error:
            why = str(error).partition("\n")[0]
            raise CourseError(f"{notebook}: could not be run to its end: {why}") from None
        return with_version_note(lesson_report(slug, Path(folder)), slug, version_of(notebook, slug))


def _with_its_answers(slug: str, notebook: Path) -> Any:
    """The released lesson with a notebook's answers, cell by cell; None where the notebook holds none of them."""
    import nbformat

    # nbgrader comes along with these, and the report without a notebook needs none of it
    from appraise.grading.judging.autograded import rebuild_notebook
    from appraise.grading.submission.matching import match_answers
    from appraise.grading.submission.reading import read_notebook
    from appraise.grading.submission.release import split_answer

    file = LESSONS / slug / f"{slug}.ipynb"
    if not file.is_file():
        return None
    release = nbformat.read(file, as_version=4)
    answers = match_answers(release, read_notebook(notebook.read_bytes()))
    if all(text is None for text in answers.texts.values()):
        return None
    lesson = rebuild_notebook(release, answers.texts)
    lesson.cells = [
        nbformat.from_dict({**cell, "source": part, "id": cell.id if n == 0 else f"{cell.id[:50]}-{n}"})
        for cell in lesson.cells
        for n, part in enumerate(split_answer(cell.source))
    ]
    return lesson


def run_report_command(slug: str, notebook: Path | None) -> int:
    """The command `appraise report`; returns the exit code 0."""
    print(report_on(slug, notebook) if notebook else lesson_report(slug))
    return 0
