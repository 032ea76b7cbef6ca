"""Submissions whose points are known. They are graded before all others."""

from __future__ import annotations

from pathlib import Path

from appraise.errors import LessonError
from appraise.exercises.exercise import Status
from appraise.grading.judging.judging import grade_submission
from appraise.grading.judging.lesson import Lesson
from appraise.grading.submission.matching import Answers, match_answers
from appraise.grading.submission.reading import read_notebook
from appraise.grading.submission.release import answer_cells
from appraise.grading.worker.fork_server import ForkServer


def run_canaries(lesson: Lesson, server: ForkServer, solution: Path | None = None) -> None:
    """Grade submissions whose points are known: one wrong, one untouched, and the lesson's own solution.

    Parameters
    ----------
    lesson : Lesson
    server : ForkServer
    solution : Path, optional
        The solutions notebook, which must get all points.

    Raises
    ------
    LessonError
        Where one gets other points than it must: then no submission may be graded.
    """
    cells = {i: g for g, i in answer_cells(lesson.release).items()}
    stubs: dict[str, str | None] = {g: str(lesson.release.cells[i].source) for i, g in cells.items()}
    wrong = dict(stubs)
    for name, ex in lesson.exercises.items():
        answer = f"def {ex.name}(*given):\n    return 'canary'" if ex.is_function else f"{ex.name} = ['canary'] * 3"
        wrong[cells[lesson.answer_of[name]]] = answer
    known = {"known to be wrong": Answers(wrong, []), "untouched": Answers(stubs, [])}
    if solution is not None and solution.is_file():
        known["with the lesson's own solution"] = match_answers(lesson.release, read_notebook(solution.read_bytes()))
    for what, answers in known.items():
        for item in grade_submission(lesson, server, answers).items.values():
            must = item.points if what.endswith("solution") else 0.0
            if item.status is not Status.MARKED and item.earned != must:
                raise LessonError(
                    f"{lesson.slug}: the submission {what} gets {item.earned} points for “{item.id}” ({item.status}) "
                    f"and must get {must:g}, so nothing is graded. {item.remark}"
                )
