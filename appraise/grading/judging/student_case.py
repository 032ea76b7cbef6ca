"""A submission of a lesson whose cases were issued, judged by the case of the student who handed in.

`grade_case` stands where a submission is judged. Without an issued case it is `grade_submission`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from appraise.cases.exercising import BLOCKS, CODE_TASK, TASKS, WRITING_TASK, task_fields, with_case
from appraise.cases.shelf import StoredCase
from appraise.cases.showing import blocks_of, show_abstract, show_block, show_key
from appraise.cases.student_case import StudentCase
from appraise.exercises.exercise import Status
from appraise.grading.judging.check_outputs import check_output
from appraise.grading.judging.judging import grade_submission
from appraise.grading.judging.lesson import Lesson
from appraise.grading.judging.outcome import ItemResult, Outcome, OutcomeStatus
from appraise.grading.submission.attachments import Attachment
from appraise.grading.submission.matching import Answers
from appraise.grading.worker.fork_server import ForkServer

WITHHELD = "appraise-reasons"
"""The class of the part of a remark that holds labels; feedback leaves it out until everybody has handed in."""
_BLANK = (Status.NO_ANSWER, Status.MISSING)


def grade_case(
    lesson: Lesson,
    server: ForkServer,
    answers: Answers,
    attachments: Sequence[Attachment] = (),
    case: StudentCase | None = None,
) -> Outcome:
    """Run and judge one submission, by the student's own case where cases of the lesson were issued.

    Parameters
    ----------
    lesson, server, answers, attachments
        As for `grade_submission`.
    case : StudentCase, optional
        What `find_case` says of the student.
    """
    if case is None or CODE_TASK not in lesson.exercises:
        return grade_submission(lesson, server, answers, attachments)
    why = case.word_on(answers.texts.get(f"{CODE_TASK}-answer"))
    stored = case.case()
    if why or stored is None:
        outcome = grade_submission(lesson, server, answers, attachments)
        _leave_to_person(lesson, outcome, why)
        return outcome
    fields = task_fields(stored.text, stored.key)
    own = replace(lesson, exercises=with_case(lesson.exercises, fields, stored.text.code))
    outcome = grade_submission(own, server, answers, attachments)
    _give_what_is_not_asked(lesson, outcome, set(fields))
    _show_case(lesson, outcome, stored)
    return outcome


def _tasks_of(lesson: Lesson) -> list[str]:
    return [task for task in (*TASKS, WRITING_TASK) if task in lesson.exercises]


def _leave_to_person(lesson: Lesson, outcome: Outcome, why: str) -> None:
    """No number for the case, unless nothing of it was answered at all."""
    outcome.notes.append(why)
    remark = f"{why} A person looks at it."
    items = [outcome.items[task] for task in _tasks_of(lesson)]
    if all(item.status in _BLANK for item in items):
        return
    for item in items:
        _replace(lesson, outcome, _open(item, remark))
    if (
        any(item.status is Status.UNREADABLE for item in outcome.items.values())
        and outcome.status is OutcomeStatus.GRADED
    ):
        outcome.status = OutcomeStatus.NEEDS_A_PERSON


def _open(item: ItemResult, remark: str) -> ItemResult:
    return replace(item, earned=None, status=Status.UNREADABLE, remark=remark, misconception=None, wrong=())


def _give_what_is_not_asked(lesson: Lesson, outcome: Outcome, task_ids: set[str]) -> None:
    """A task that this case does not ask earns the share that the asked ones earned, so that it moves nobody."""
    judged = [outcome.items[task] for task in TASKS if task in task_ids and task in outcome.items]
    possible = sum(item.points for item in judged)
    for task in TASKS:
        if task in task_ids or task not in outcome.items:
            continue
        item = outcome.items[task]
        if any(one.earned is None for one in judged) or not possible:
            _replace(lesson, outcome, _open(item, "What this follows from could not be judged. A person looks at it."))
            continue
        share = sum(one.earned or 0.0 for one in judged) / possible
        status = Status.RIGHT if share == 1 else Status.PARTLY if share else Status.WRONG
        remark = "Your case does not ask this. Its points follow from the tasks that it asks, in the same share."
        earned = round(share * item.points, 2)
        _replace(
            lesson, outcome, replace(item, earned=earned, status=status, remark=remark, misconception=None, wrong=())
        )


def _replace(lesson: Lesson, outcome: Outcome, item: ItemResult) -> None:
    outcome.items[item.id] = item
    check = next(place for place, name in lesson.checks.items() if name == item.id)
    outcome.outputs[check] = check_output(item, lesson.exercises[item.id])


def _show_case(lesson: Lesson, outcome: Outcome, stored: StoredCase) -> None:
    """The student's text where the notebook opened it, and under each check the reasons, for whoever marks or reads."""
    texts = {"mine.open(": show_abstract(stored.text).html}
    texts |= {f"mine.telling({i})": show_block(stored.text, i).html for i in range(1, BLOCKS + 1)}
    for place, cell in enumerate(lesson.release.cells):
        html = next(
            (html for start, html in texts.items() if cell.cell_type == "code" and cell.source.startswith(start)), ""
        )
        if html:
            outcome.outputs[place] = [_output(html, "The student's case.")]
    blocks = blocks_of(stored.text)
    for place, task in lesson.checks.items():
        if task not in TASKS or outcome.items[task].earned is None or place not in outcome.outputs:
            continue
        reasons = show_key(stored.text, stored.key, task, blocks)
        if reasons:
            for output in outcome.outputs[place]:
                if "text/html" in output.get("data", {}):
                    output["data"]["text/html"] += f'<section class="{WITHHELD}">{reasons.html}</section>'


def _output(html: str, alternative: str) -> dict[str, object]:
    page = f'<div class="tex2jax_ignore mathjax_ignore">{html}</div>'
    data = {"text/html": page, "text/plain": alternative}
    return {"output_type": "display_data", "data": data, "metadata": {}}
