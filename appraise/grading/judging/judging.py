"""The judge: holds the tests, drives a worker from outside, and decides exercise by exercise.

Nothing of the learner's is run here. What comes from their process is JSON, and is validated before it is compared.
"""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from appraise.errors import SandboxError, WorkerDied
from appraise.exercises.exercise import Called, Exercise, Status, Verdict
from appraise.exercises.judge import judge
from appraise.exercises.serialize import Json
from appraise.grading import sanitize
from appraise.grading.judging.autograded import cell_sources
from appraise.grading.judging.check_outputs import check_output
from appraise.grading.judging.lesson import Lesson
from appraise.grading.judging.outcome import ItemResult, Outcome, OutcomeStatus, outcome_without_numbers
from appraise.grading.judging.validation import validate
from appraise.grading.limits import PATIENCE
from appraise.grading.submission.attachments import Attachment
from appraise.grading.submission.matching import Answers
from appraise.grading.submission.release import answer_cells, split_answer
from appraise.grading.worker.client import CellRun, Worker
from appraise.grading.worker.fork_server import ForkServer

RESTARTS = 8  # beyond one for each answer cell
READ_ALL_THE_SAME = "A person reads your text all the same."
_WORDS = re.compile(r"(?:[^\W\d_]+[,;:]?\s+){3}[^\W\d_]+")  # four words in a row: text, not code


def grade_submission(
    lesson: Lesson, server: ForkServer, answers: Answers, attachments: Sequence[Attachment] = ()
) -> Outcome:
    """Run and judge one submission.

    Returns
    -------
    Outcome
        Always; what the grader itself could not do is in it as "grader's fault" and has no number.
    """
    began = time.monotonic()
    run = _SubmissionRun(lesson, server, answers, attachments)
    try:
        outcome = run.whole()
    except SandboxError as e:
        outcome = outcome_without_numbers(lesson, str(e))
    finally:
        run.close()
    outcome.seconds = time.monotonic() - began
    outcome.sandbox = str(server.sandbox)
    return outcome


class _SubmissionRun:
    """One submission on its way through the cells."""

    def __init__(self, lesson: Lesson, server: ForkServer, answers: Answers, attachments: Sequence[Attachment]) -> None:
        self.lesson = lesson
        self.server = server
        self.answers = answers
        self.attachments = attachments
        self.sources = cell_sources(lesson.release, answers.texts)
        self.limits = server.limits
        self.until = time.monotonic() + self.limits.notebook_seconds * PATIENCE
        self.late = False  # whether the time limit was reached
        self.could_be_read = False
        self.worker: Worker | None = None
        self.ran: list[int] = []  # places of the cells that a new process must run again
        self.ended: dict[int, WorkerDied] = {}
        self.errors: dict[int, str] = {}
        self.outputs: dict[int, list[dict[str, Any]]] = {}
        self.notes = list(answers.notes)
        self.restarts = 0
        self.pictures = {i for n, i in lesson.answer_of.items() if lesson.exercises[n].kind in {"plot", "write"}}
        self.grade_ids = {i: g for g, i in answer_cells(lesson.release).items()}

    def close(self) -> None:
        if self.worker:
            self.worker.close()
            self.worker = None

    def whole(self) -> Outcome:
        items: dict[str, ItemResult] = {}
        self.outputs = dict(zip(self.lesson.opening, self.server.outputs))
        for i in self.sources:
            if i in self.outputs:
                continue
            if i in self.lesson.checks:
                name = self.lesson.checks[i]
                item = replace(self._item(name), core=bool(self.lesson.exercises[name].core))
                items[name] = item
                self.outputs[i] = check_output(item, self.lesson.exercises[name])
            else:
                self._cell(i)
        self.close()
        self._doubt(items)
        status = OutcomeStatus.GRADED
        if any(i.core and i.status in (Status.MARKED, Status.UNREADABLE) for i in items.values()):
            status = OutcomeStatus.NEEDS_A_PERSON
        if items and all(i.status is Status.UNREADABLE for i in items.values()):
            status = OutcomeStatus.UNREADABLE
        if any(i.status is Status.FAULT for i in items.values()):
            status = OutcomeStatus.FAULT
        return Outcome(status, items, self.outputs, self.notes)

    def _doubt(self, items: dict[str, ItemResult]) -> None:
        """An answer that uses one that could not be read has no number either, unless it is right."""
        names = {str(self.lesson.exercises[n].name) for n, i in items.items() if i.status is Status.UNREADABLE}
        for name, item in items.items():
            ex, place = self.lesson.exercises[name], self.lesson.answer_of[name]
            used = names & set(re.findall(r"\w+", self.sources[place])) if names else set()
            if item.status in (Status.RIGHT, Status.MARKED, Status.UNREADABLE) or not used - {ex.name}:
                continue
            names.add(str(ex.name))
            remark = f"Your answer uses `{min(used - {ex.name})}`, which could not be read. A person looks at it."
            items[name] = replace(
                item, earned=None, status=Status.UNREADABLE, remark=remark, misconception=None, wrong=()
            )
            check = next(i for i, n in self.lesson.checks.items() if n == name)
            self.outputs[check] = check_output(items[name], ex)

    @property
    def _seconds(self) -> float:
        # who has once used up the time of an item gets less for the others: ten endless loops must not take ten times
        return self.limits.item_seconds / (4 if self.late else 1)

    def _cell(self, i: int) -> None:
        """Run one cell; if the process ends in it, that is remembered and the cell is not run again."""
        try:
            ran = self._run(self._ready(), i, self._seconds)
        except WorkerDied as e:
            self._lost(i, e)
            return
        self.ran.append(i)
        self.outputs[i] = sanitize.clean_outputs(ran.outputs)
        if ran.error:
            self.errors[i] = ran.error

    def _run(self, worker: Worker, i: int, seconds: float) -> CellRun:
        """Run a cell, or one by one the cells of an answer that has several; they share the time."""
        if i in self.server.kept and worker.restore(i, seconds):
            return CellRun(self.server.kept[i], None)
        outputs, error = [], None
        for n, part in enumerate(split_answer(self.sources[i])):
            ran = worker.run(part, seconds if n == 0 else None, i in self.pictures)
            outputs += ran.outputs
            error = ran.error or error
        return CellRun(outputs, error)

    def _lost(self, i: int, e: WorkerDied) -> None:
        self.worker = None
        self.ended[i] = e
        self.late |= e.status is Status.TIME_LIMIT
        where = f"the answer cell “{self.grade_ids[i]}”" if i in self.grade_ids else f"cell {i + 1}"
        self.notes.append(f"In {where}: {e.detail} ({e.status}). The rest was graded in a new process.")
        self.outputs[i] = [
            {
                "output_type": "error",
                "ename": str(e.status),
                "evalue": e.detail,
                "traceback": [f"{e.status}: {e.detail}"],
            }
        ]

    def _ready(self) -> Worker:
        """A process in which all cells so far have run; made anew after one that ended."""
        while self.worker is None:
            self.restarts += 1
            if self.restarts > len(self.lesson.answer_of) + RESTARTS:
                raise WorkerDied(Status.CRASHED, "the process ended too often")
            at = -1
            worker = None
            try:
                worker = Worker(self.server, self.attachments, self.until)
                for at in self.ran:
                    self._run(worker, at, self.limits.item_seconds)
            except WorkerDied as e:
                if at < 0:
                    raise SandboxError(f"a new learner's process does not answer: {e.detail}") from None
                self.ran.remove(at)  # it ran before and does not now: the others must not suffer
                self.notes.append(f"Cell {at + 1} ran once and ended the process when it was run again ({e.detail}).")
                continue
            self.worker = worker
        return self.worker

    def _item(self, name: str) -> ItemResult:
        ex = self.lesson.exercises[name]
        points = float(ex.points)
        place = self.lesson.answer_of[name]
        if self.grade_ids[place] in self.answers.unread:
            remark = "The file that was handed in is damaged, and this answer could not be read. A person looks at it."
            return ItemResult(name, None, points, Status.UNREADABLE, remark)
        if self.answers.texts.get(self.grade_ids[place]) is None:
            return self._nothing(
                ex, place, Status.MISSING, "The answer cell is not in the notebook that was handed in."
            )
        if place in self.ended:
            e = self.ended[place]
            return self._nothing(ex, place, e.status, _remark_on_end(e))
        try:
            verdict = self._verdict(name, ex, place)
        except WorkerDied as e:
            before = self.outputs.get(place, [])
            self._lost(place, e)
            # the cell itself ran, so a new process runs it again for the cells below; but not where its value could not
            # even be read: what it did would then meet every other item too
            if not self.could_be_read and place in self.ran:
                self.ran.remove(place)
            self.outputs[place] = [*before, *self.outputs[place]]
            return self._nothing(ex, place, e.status, _remark_on_end(e))
        except SandboxError:
            raise
        except Exception as e:
            where = traceback.extract_tb(e.__traceback__)[-1]
            self.notes.append(f"“{name}” could not be judged: {type(e).__name__} in {where.name}, line {where.lineno}.")
            return ItemResult(
                name, None, points, Status.FAULT, "This answer could not be judged; a person looks at it."
            )
        if verdict is None:
            return self._nothing(ex, place, *_why_no_value(ex.name, self.errors.get(place)))
        if ex.is_prose and verdict.status is Status.MARKED:
            return ItemResult(name, None, points, Status.MARKED, verdict.remark)
        if ex.is_prose and verdict.status is not Status.NO_ANSWER and _WORDS.search(self.sources[place]):
            return ItemResult(name, None, points, Status.MARKED, f"{verdict.remark} {READ_ALL_THE_SAME}")
        earned = round(min(max(verdict.share, 0.0), 1.0) * points, 2)
        return ItemResult(name, earned, points, verdict.status, verdict.remark, verdict.misconception, verdict.wrong)

    def _nothing(self, ex: Exercise, place: int, status: Status, remark: str) -> ItemResult:
        """No points; but a text that stands there goes to a person, whatever broke it."""
        if ex.is_prose and self._is_changed(place):
            remark = remark.removesuffix(" It gets no points; the other cells were graded.")
            return ItemResult(ex.id, None, float(ex.points), Status.MARKED, f"{remark} {READ_ALL_THE_SAME}")
        return ItemResult(ex.id, 0.0, float(ex.points), status, remark)

    def _is_changed(self, place: int) -> bool:
        text = self.sources[place].strip()
        return text not in ("", str(self.lesson.release.cells[place].source).strip())

    def _verdict(self, name: str, ex: Exercise, place: int) -> Verdict | None:
        worker = self._ready()
        self.could_be_read = False
        is_there, value = worker.fetch(ex.name, self._seconds)
        self.could_be_read = True
        if not is_there:
            return None

        def call(args: list[Json]) -> Called:
            reply = worker.call(ex.name, args)
            if (error := reply.get("error")) is not None:
                return Called(error=sanitize.clean_text(str(error))[:200])
            after = validate(reply.get("args"))
            return Called(validate(reply.get("result")), after if isinstance(after, list) else [])

        return judge(ex, validate(value), call)


def _why_no_value(name: str, error: str | None) -> tuple[Status, str]:
    """What it is called, and what is said, when a cell that ran left no value."""
    if error == "MemoryError":
        return Status.MEMORY_LIMIT, "Your cell asked for more memory than it may use."
    if error:
        return Status.CRASHED, f"Your cell stopped with {error} before `{name}` had a value."
    return Status.NO_ANSWER, f"There is no name `{name}` after your cell ran. Was it renamed?"


def _remark_on_end(e: WorkerDied) -> str:
    what = {
        Status.CRASHED: "Your cell ended Python itself",
        Status.TIME_LIMIT: "Your cell took longer than it may",
        Status.MEMORY_LIMIT: "Your cell asked for more memory than it may use",
        Status.OUTPUT_LIMIT: "Your cell gave more than can be read",
    }[e.status]
    return f"{what}: {e.detail}. It gets no points; the other cells were graded."
