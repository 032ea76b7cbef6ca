"""A class, graded: `appraise grade SLUG`. Submissions go out to workers, and their outcomes come back to one writer.

The seam is `concurrent.futures.Executor`: processes of this machine, or the workers of a Dask cluster.

A run can be ended at any moment, by `kill -9` too; the same command goes on where it stopped. A submission counts as
done when the gradebook holds an outcome with its fingerprint and its autograded notebook is there. The notebook is
written first, the gradebook afterwards in one transaction, so nothing is ever half done.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pickle
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from appraise.errors import ClassError, GradebookError
from appraise.exercises.exercise import Status
from appraise.grading import scratch
from appraise.grading.class_run.autograded_folder import autograded_path, write_autograded
from appraise.grading.class_run.fingerprint import fingerprint_key, library_digest
from appraise.grading.class_run.pool import Pool, dask_pool, is_worker_lost, local_pool
from appraise.grading.class_run.summary import Progress, Summary
from appraise.grading.class_run.task import Result, Task, close_prepared, prepare, result_at_fault, run_task
from appraise.grading.gradebook.schema import Fingerprint
from appraise.grading.gradebook.writer import Gradebook, open_gradebook
from appraise.grading.judging.lesson import Lesson, load_course_lesson
from appraise.grading.judging.outcome import OutcomeStatus
from appraise.grading.roster import tell_strangers
from appraise.grading.settings import Settings, read_settings
from appraise.grading.submission.folder import Submission, digest, list_students, read_submission
from appraise.grading.submission.release import released_stubs
from appraise.grading.worker.probe import forbidden_paths

TRIES = 3  # for a submission whose worker was lost


def grade_class(slug: str, workers: int | None = None, dask: str | None = None, trust: bool = False) -> int:
    """Grade all submissions of a lesson that are not graded as they are.

    Parameters
    ----------
    slug : str
        The lesson.
    workers : int, optional
        Processes on this machine; as many as it has processors where nothing is said.
    dask : str, optional
        Address of a Dask scheduler to use in their place.
    trust : bool
        Grade although no sandbox stands.

    Returns
    -------
    int
        0 if every submission has an outcome, 1 if the grader failed on one.

    Raises
    ------
    ClassError, GradebookError, LessonError, NoSandbox, SandboxError
        Where nothing can be graded.
    """
    settings = read_settings()
    began = time.monotonic()
    lesson = load_course_lesson(settings, slug)
    students = list_students(settings, slug)
    if not students:
        raise ClassError(f"nobody handed in {slug}: there is no {settings.folder('submitted', '*', slug)}")
    blank = _blank_task(settings, lesson, trust)
    summary = Summary(slug)
    with _exclusive_run(settings.own) as folder, contextlib.ExitStack() as stack:
        waiting = _find_waiting(settings, lesson, students)
        summary.before = len(students) - len(waiting)
        if waiting:
            if not dask:
                stack.callback(close_prepared)
                prepare(blank)  # once, here; the workers of this machine take clones of its fork server
            processes = min(workers or len(os.sched_getaffinity(0)), len(waiting))
            with dask_pool(dask) if dask else local_pool(processes, folder) as pool:
                _try_canaries(pool, blank)
                with open_gradebook(settings) as gradebook:
                    _register_lesson(lesson, gradebook)
                    _ClassRun(settings, lesson, blank, pool, gradebook, summary).grade(waiting)
    summary.seconds = time.monotonic() - began
    print(summary)
    return 1 if summary.statuses[OutcomeStatus.FAULT] else 0


def _find_waiting(settings: Settings, lesson: Lesson, students: Sequence[str]) -> list[str]:
    """Whose work is not graded as it is; the gradebook is closed again before workers start."""
    with open_gradebook(settings) as gradebook:
        known = gradebook.has(lesson.slug)
        waiting = [s for s in students if not known or not _is_done(settings, lesson, s, gradebook)]
        if not waiting:
            _register_lesson(lesson, gradebook)
    return waiting


def _try_canaries(pool: Pool, blank: Task) -> None:
    """Have every worker judge the canaries: nothing is written before they passed."""
    for future in [pool.executor.submit(run_task, blank) for _ in range(pool.workers)]:
        future.result()


def _blank_task(settings: Settings, lesson: Lesson, trust: bool) -> Task:
    solution = settings.folder("source", ".", lesson.slug) / f"{lesson.slug}.ipynb"
    packed = zlib.compress(pickle.dumps((lesson, solution.read_bytes() if solution.is_file() else b"")))
    secrets = tuple((label, str(path)) for label, path in forbidden_paths(settings.dirs))
    return Task(packed, digest(packed), library_digest(), settings.limits, trust or settings.trust, secrets)


def _register_lesson(lesson: Lesson, gradebook: Gradebook) -> None:
    for change in gradebook.register(lesson):
        print(f"{lesson.slug}: {change}.")
    gradebook.penalise_all(lesson.slug)


def _is_done(settings: Settings, lesson: Lesson, student: str, gradebook: Gradebook) -> bool:
    if not autograded_path(settings, student, lesson.slug).is_file():
        return False
    submission = read_submission(settings, lesson.slug, student, released_stubs(lesson.release))
    return gradebook.is_done(lesson.slug, student, fingerprint_key(settings, lesson, submission))


class _ClassRun:
    """The submissions of one run on their way through the workers, each written as soon as it is judged."""

    def __init__(
        self, settings: Settings, lesson: Lesson, blank: Task, pool: Pool, gradebook: Gradebook, summary: Summary
    ) -> None:
        self.settings, self.lesson, self.blank = settings, lesson, blank
        self.pool, self.gradebook, self.summary = pool, gradebook, summary
        self.under_way: dict[Future[Result | None], tuple[Submission, str]] = {}

    def grade(self, students: list[str]) -> None:
        """Send a few at a time, so that not all submissions lie in memory at once."""
        stubs = released_stubs(self.lesson.release)
        self.progress = Progress(len(students))
        try:
            for student in students:
                submission = read_submission(self.settings, self.lesson.slug, student, stubs)
                self._send(submission, fingerprint_key(self.settings, self.lesson, submission))
                while len(self.under_way) >= 2 * self.pool.workers + 2:
                    self._collect(wait(self.under_way, return_when=FIRST_COMPLETED).done)
            while self.under_way:
                self._collect(wait(self.under_way, return_when=FIRST_COMPLETED).done)
        finally:
            self.progress.close()

    def _send(self, submission: Submission, key: str) -> None:
        task = replace(self.blank, submission=submission)
        self.under_way[self.pool.executor.submit(run_task, task)] = (submission, key)

    def _collect(self, done: set[Future[Result | None]]) -> None:
        lost: list[tuple[Submission, str]] = []
        for future in done:
            submission, key = self.under_way.pop(future)
            error = future.exception() if not future.cancelled() else CancelledError()
            if error is None:
                result = future.result()
                assert result is not None
                self._record(submission, key, result)
            elif is_worker_lost(error):
                lost.append((submission, key))
            else:
                raise error
        if lost:
            lost += self.under_way.values()
            self.under_way.clear()
            self.pool.restart()
            # one at a time: the one that ends workers must not take others along
            for submission, key in sorted(lost, key=lambda one: one[0].student):
                self._retry(submission, key)

    def _retry(self, submission: Submission, key: str) -> None:
        for _ in range(TRIES):
            self._send(submission, key)
            (future,) = self.under_way
            error = future.exception()
            if error is None:
                self._collect({future})
                return
            self.under_way.clear()
            if not is_worker_lost(error):
                raise error
            self.pool.restart()
        why = f"The worker was lost {TRIES} times while this was graded."
        self._record(submission, key, result_at_fault(self.lesson, submission, why))

    def _record(self, submission: Submission, key: str, result: Result) -> None:
        """Write one outcome: the folder first, then the gradebook, which makes it count."""
        status, sandbox = result.outcome["status"], result.outcome["walls"]
        slug, student, attention = self.lesson.slug, submission.student, self.summary.attention
        fingerprint = Fingerprint(key, submission.digest, self.lesson.digest, submission.timestamp, sandbox)
        try:
            write_autograded(self.settings, slug, submission, result.notebook)
            self.gradebook.record(slug, student, result.outcome, fingerprint, set(result.answered))
        except (GradebookError, OSError, UnicodeError) as e:
            status = OutcomeStatus.FAULT
            attention.append(f"{student}: not recorded: {e}")
        else:
            if status in (OutcomeStatus.GRADED, OutcomeStatus.NEEDS_A_PERSON):
                # as formgrader counts: marks that stand wait for nobody
                waits = self.gradebook.waits_for_person(slug, student)
                status = OutcomeStatus.NEEDS_A_PERSON if waits else OutcomeStatus.GRADED
            is_unread = any(i["status"] == Status.UNREADABLE for i in result.outcome["items"])
            if is_unread or status in (OutcomeStatus.FAULT, OutcomeStatus.UNREADABLE):
                attention.append(f"{student}: {status}: {' '.join(result.outcome['notes'])}")
        self.summary.statuses[status] += 1
        self.summary.sandboxes |= {sandbox} - {""}
        self.progress.step()


@contextmanager
def _exclusive_run(own: Path) -> Iterator[Path]:
    """The only run in this course's folder; gives a scratch folder and removes what a run that was killed left."""
    own.mkdir(parents=True, exist_ok=True)
    with (own / ".lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ClassError("another `appraise grade` is at work in this folder; wait until it has ended") from None
        shutil.rmtree(own / ".run", ignore_errors=True)
        (own / ".run").mkdir()
        folder = scratch.make("run", 0o711)  # inside the sandbox a submission is another user
        tempfile.tempdir = str(folder)
        try:
            yield folder
        finally:
            tempfile.tempdir = None
            scratch.remove(folder)
            shutil.rmtree(own / ".run", ignore_errors=True)


def run_grade_command(slug: str, workers: int | None, dask: str | None, trust: bool) -> int:
    """`appraise grade`."""
    tell_strangers(slug)
    try:
        return grade_class(slug, workers, dask, trust)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 130
