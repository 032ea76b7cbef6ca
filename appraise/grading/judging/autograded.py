"""The autograded notebook: the release with a learner's answers, and on each judged cell what became of it.

The class run and plain `nbgrader autograde` both put it together here.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbformat import from_dict
from nbformat.v4 import new_output
from nbgrader.utils import is_grade, is_solution

from appraise.exercises.exercise import Status
from appraise.grading.judging.check_outputs import check_output
from appraise.grading.judging.lesson import Lesson
from appraise.grading.judging.outcome import ItemResult, Outcome
from appraise.grading.sanitize import clean_markdown
from appraise.grading.submission.cells import SubmittedNotebook
from appraise.grading.submission.matching import Answers, match_answers
from appraise.grading.submission.release import answer_cells

NOT_GRADED = new_output("error", ename="not graded", evalue="", traceback=["This cell has not been graded."])


def take_answers(lesson: Lesson, notebook: SubmittedNotebook) -> Answers:
    """The answers of a submitted notebook, with all that a person should know of it in their notes."""
    answers = match_answers(lesson.release, notebook)
    notes = [*notebook.notes, *answers.notes]
    if notebook.lesson not in (None, lesson.slug):
        notes.append(f"The notebook says that it is lesson {notebook.lesson}.")
    if notebook.version not in (None, lesson.version):
        notes.append(f"The notebook is of version {notebook.version}; it was graded as version {lesson.version}.")
    return replace(answers, notes=notes)


def cell_sources(release: Mapping[str, Any], texts: Mapping[str, str | None]) -> dict[int, str]:
    """Place of each code cell to what is run there: the learner's text, or the release's where there is none."""
    answers = {i: texts.get(g) for g, i in answer_cells(release).items()}
    code = ((i, cell) for i, cell in enumerate(release["cells"]) if cell["cell_type"] == "code")
    return {i: cell["source"] if answers.get(i) is None else str(answers[i]) for i, cell in code}


def rebuild_notebook(release: Mapping[str, Any], texts: Mapping[str, str | None]) -> Any:
    """The released notebook with the learner's texts in its answer cells, without outputs.

    Where the learner's file has no such cell, the release's own stub stays, so that later cells find the name.
    """
    nb = copy.deepcopy(release)
    for g, i in answer_cells(nb).items():
        if (text := texts.get(g)) is not None:
            nb["cells"][i]["source"] = text
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
    return nb


def assemble_notebook(lesson: Lesson, answers: Answers, unreadable: str | None, folder: str) -> Any:
    """The autograded notebook before its outcome is known: every graded cell counts as failed until it is written.

    Parameters
    ----------
    lesson : Lesson
    answers : Answers
    unreadable : str or None
        Why the submission has no number at all.
    folder : str
        Where it was handed in.
    """
    nb = rebuild_notebook(lesson.release, answers.texts)
    for cell in nb.cells:
        if is_solution(cell) and cell.cell_type == "markdown":
            cell.source = clean_markdown(cell.source)
    fail_all_checks(nb)
    nb.metadata["appraise"] = {
        **nb.metadata.get("appraise", {}),
        "submission": {
            "unreadable": unreadable,
            "missing": [g for g, text in answers.texts.items() if text is None],
            "unread": sorted(answers.unread),
            "notes": answers.notes,
            "folder": folder,
        },
    }
    return nb


def fail_all_checks(nb: Any) -> None:
    """Let every graded check show an error, since nbgrader reads a cell without output as full marks."""
    for cell in nb.cells:
        if is_grade(cell) and not is_solution(cell) and cell.cell_type == "code":
            cell.outputs = [NOT_GRADED]
            cell.metadata.pop("appraise", None)


def write_outcome(nb: Any, lesson: Lesson, outcome: Outcome) -> None:
    """Put an outcome into an assembled notebook: outputs, and on each judged cell its status."""
    for i, outputs in outcome.outputs.items():
        nb.cells[i].outputs = [from_dict(o) for o in outputs]  # sanitized already; new_output would check each again
    for i, name in lesson.checks.items():
        item = outcome.items[name]
        cell = nb.cells[i]
        if item.status is Status.FAULT:
            cell.outputs = [new_output(**o) for o in check_output(item, lesson.exercises[name])]
        cell.metadata["appraise"] = _status_metadata(item)
        answer = nb.cells[lesson.answer_of[name]]
        if is_grade(answer):  # prose: its points are a person's
            answer.metadata["appraise"] = _status_metadata(item)
    nb.metadata["appraise"]["outcome"] = outcome.to_json()


def _status_metadata(item: ItemResult) -> dict[str, Any]:
    return {
        "status": str(item.status),
        "earned": item.earned,
        "points": item.points,
        "misconception": item.misconception,
    }
