"""One submission in a worker of a class run: a task goes in, an outcome and the autograded notebook come out.

A task carries all that it needs, so workers share no folder with the run. A worker keeps the lesson's fork server, a
program of its own, and never runs a learner's code itself.
"""

from __future__ import annotations

import ctypes
import json
import os
import pickle
import signal
import tempfile
import threading
import traceback
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from nbformat.v4.rwbase import split_lines, strip_transient

from appraise.errors import ClassError
from appraise.grading.class_run.fingerprint import library_digest
from appraise.grading.judging.autograded import assemble_notebook, take_answers, write_outcome
from appraise.grading.judging.lesson import Lesson
from appraise.grading.judging.outcome import Outcome, OutcomeStatus, outcome_without_numbers
from appraise.grading.judging.prepared_lesson import PreparedLesson
from appraise.grading.judging.student_case import grade_case
from appraise.grading.limits import Limits
from appraise.grading.submission.cells import SubmittedNotebook
from appraise.grading.submission.folder import Submission, digest
from appraise.grading.submission.matching import Answers, why_no_number
from appraise.grading.submission.reading import read_notebook
from appraise.grading.submission.release import answer_cells, released_stubs
from appraise.grading.worker.fork_server import ForkServer


@dataclass(frozen=True)
class Task:
    """One submission on its way to a worker, with all that is needed there."""

    lesson: bytes  # the Lesson and its solution's bytes, packed
    digest: str  # of the above
    library: str
    limits: Limits
    trust: bool
    secrets: tuple[tuple[str, str], ...]  # (label, path): what no submission may reach; probed before the first
    submission: Submission | None = None  # None: only get ready


@dataclass(frozen=True)
class Result:
    """What a worker gives back: the outcome as JSON and the text of the autograded notebook."""

    outcome: dict[str, Any]
    notebook: str
    answered: frozenset[str]


_prepared: dict[tuple[str, Limits, bool], PreparedLesson] = {}
_prepared_lock = threading.Lock()


def close_prepared() -> None:
    """End the fork servers of this process."""
    while _prepared:
        _prepared.popitem()[1].close()


def prepare(task: Task) -> PreparedLesson:
    """The task's lesson in this process; the first task that needs it starts its fork server and runs the canaries.

    Raises
    ------
    ClassError, LessonError, NoSandbox, SandboxError
        Where nothing at all can be graded here.
    """
    with _prepared_lock:
        place = (task.digest, task.limits, task.trust)
        if place not in _prepared:
            if task.library != library_digest():
                raise ClassError(
                    f"the worker {os.uname().nodename} has another version of the library than this machine"
                )
            lesson, solution = pickle.loads(zlib.decompress(task.lesson))
            secrets: Sequence[tuple[str, Path]] = [(label, Path(path)) for label, path in task.secrets]
            prepared = PreparedLesson(lesson, task.limits, task.trust, secrets)
            if not _prepared:
                Finalize(None, close_prepared, exitpriority=10)
            try:
                with tempfile.NamedTemporaryFile(suffix=".ipynb") as f:
                    f.write(solution)
                    f.flush()
                    prepared.run_canaries(Path(f.name) if solution else None)
            except BaseException:
                prepared.close()
                raise
            _prepared[place] = prepared
        return _prepared[place]


def begin_worker(folder: str, parent: int) -> None:
    """The first thing that a worker of this machine does: take its parent's fork servers over, as clones."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no worker outlives the run, however that ends
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = folder
    Finalize(None, close_prepared, exitpriority=10)
    for prepared in _prepared.values():
        prepared.after_fork()


def run_task(task: Task) -> Result | None:
    """Grade one submission; runs in a worker. What goes wrong with it is its outcome, not this function's.

    Raises
    ------
    ClassError, LessonError, NoSandbox, SandboxError
        Where nothing at all can be graded here.
    """
    prepared = prepare(task)
    if task.submission is None:
        return None
    with prepared.fork_server() as server:
        return _grade(prepared.lesson, server, task.submission)


def _grade(lesson: Lesson, server: ForkServer, submission: Submission) -> Result:
    answers = Answers({}, [])
    try:
        if submission.data is None:
            notebook = SubmittedNotebook(unreadable=submission.unreadable)
        else:
            notebook = read_notebook(submission.data)
        answers = take_answers(lesson, notebook)
        answers = replace(answers, notes=[*answers.notes, *submission.notes])
        why = why_no_number(lesson.slug, notebook, answers)
        if why is None:
            outcome = grade_case(lesson, server, answers, submission.attachments, submission.case)
        else:
            outcome = outcome_without_numbers(lesson, why, OutcomeStatus.UNREADABLE)
            outcome.notes += submission.notes
        text = autograded_text(lesson, answers, why, outcome, submission.folder)
    except Exception as e:  # the grader's own, not the learner's: their code runs elsewhere
        where = traceback.extract_tb(e.__traceback__)[-1]
        return result_at_fault(
            lesson, submission, f"The grader failed: {type(e).__name__} in {where.name}, line {where.lineno}."
        )
    stubs = released_stubs(lesson.release)
    answered = frozenset(g for g, t in answers.texts.items() if t is not None and t != stubs[g])
    record = outcome.to_json()
    grade_ids = {place: g for g, place in answer_cells(lesson.release).items()}
    for item in record["items"]:  # by which the gradebook knows what did not change since a person marked it
        place = lesson.answer_of.get(item["id"])
        answer = None if place is None else answers.texts.get(grade_ids[place])
        item["text"] = None if answer is None else digest(answer.encode("utf-8", "backslashreplace"))
    return Result(record, text, answered)


def result_at_fault(lesson: Lesson, submission: Submission, why: str) -> Result:
    """What is recorded where the grader could not judge: no number, and the reason."""
    outcome = outcome_without_numbers(lesson, why)
    return Result(
        outcome.to_json(),
        autograded_text(lesson, Answers({}, []), None, outcome, submission.folder),
        frozenset(),
    )


def autograded_text(lesson: Lesson, answers: Answers, unreadable: str | None, outcome: Outcome, folder: str) -> str:
    """The autograded notebook as plain `nbgrader autograde` writes it with this project's configuration."""
    nb = assemble_notebook(lesson, answers, unreadable, folder)
    write_outcome(nb, lesson, outcome)
    # as nbformat writes it, without its copy: this notebook is needed no more
    split_lines(nb)
    strip_transient(nb)
    return json.dumps(nb, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")) + "\n"
