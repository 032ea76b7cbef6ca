"""The feedback page: for each exercise the question, the answer, what was wrong and why, and a person's words.

nbgrader's `generate_feedback` makes it, with `Feedback` in the place of its GetGrades and the template in
`assets/nbgrader/feedback`. The lesson's own text and the code of the checks are left out. What the learner's code has
shown was sanitized when it was graded.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.preprocessors import GetGrades
from nbgrader.utils import is_grade, is_solution

from appraise.course import load_course
from appraise.errors import CourseError
from appraise.exercises.exercise import Status
from appraise.grading.gradebook.arrangements import load_arrangements
from appraise.grading.judging.outcome import OutcomeStatus
from appraise.grading.judging.student_case import WITHHELD
from appraise.grading.reports.rubric_marking import LEVELS, RUBRIC_OF, levels_in, without_levels
from appraise.grading.sanitize import escape
from appraise.learner.rubric import load_rubric

# What a status says to a learner.
WORDS = {
    Status.RIGHT: "Right",
    Status.PARTLY: "Partly right",
    Status.WRONG: "Not yet",
    Status.NO_ANSWER: "No answer",
    Status.MISSING: "The cell was missing",
    Status.CRASHED: "The code stopped with an error",
    Status.TIME_LIMIT: "The code took too long",
    Status.MEMORY_LIMIT: "The code used too much memory",
    Status.OUTPUT_LIMIT: "The code printed too much",
    Status.MARKED: "Marked by a person",
    Status.UNREADABLE: "Could not be read",
    Status.FAULT: "Could not be graded",
}
_QUESTION = re.compile(r"^#+ Exercise\W*(.*?)\s*$", re.M)
_LINK = re.compile(r'<a href="#[^"]*"[^>]*>(.*?)</a>')


class Feedback(GetGrades):  # type: ignore[misc]
    """Gathers what the page tells into `resources["feedback"]`, from the autograded notebook and the gradebook."""

    def _get_score(self, cell: Any, resources: Any) -> None:
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        by_hand, auto = grade.manual_score is not None, grade.auto_score is not None
        cell.metadata.nbgrader["by_hand"] = by_hand
        cell.metadata.nbgrader["waits"] = not by_hand and not auto

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        nb, resources = super().preprocess(nb, resources)
        details = resources["nbgrader"]
        with Gradebook(details["db_url"]) as book:
            withhold(nb, is_open_until(book, details["assignment"]))
        resources["feedback"] = page(nb, resources["nbgrader"])
        return nb, resources


def is_open_until(gradebook: Any, slug: str) -> str | None:
    """Why the labels of issued cases must not be told yet: until when somebody can hand in; None where nobody can.

    Extensions count, also those of students who have handed in nothing yet. Where no due date is set, nobody can know.
    """
    assignment = gradebook.find_assignment(slug)
    due = assignment.duedate
    if due is None:
        return "a due date is set and has passed"
    extensions = [one.extension(due) or timedelta(0) for one in load_arrangements(gradebook.db, slug).values()]
    dates = [due, *(submission.duedate for submission in assignment.submissions), *(due + e for e in extensions)]
    latest = max(date for date in dates if date is not None)
    return None if latest < datetime.now(UTC).replace(tzinfo=None) else f"{latest:%d %B %Y, %H:%M} (UTC) has passed"


def withhold(nb: Any, until: str | None) -> None:
    """Take the labels of issued cases out of a notebook's remarks, as long as somebody can still hand in."""
    if until is None:
        return
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            html = "".join(output.get("data", {}).get("text/html", ""))
            if f'class="{WITHHELD}"' in html:
                words = f"What is right, and why, is told when {until}."
                output["data"]["text/html"] = f"<p>{escape(words)}</p>"


def page(nb: Any, details: Any) -> dict[str, Any]:
    """What a feedback page tells.

    Parameters
    ----------
    nb : notebook
        The autograded notebook with nbgrader's scores and comments in its cells.
    about : mapping
        nbgrader's: assignment, score, max_score, late_penalty.

    Returns
    -------
    dict
        title, score, most, late, waits (how many exercises a person has yet to mark), unreadable (why, or None), notes
        (what the grader noted on the file) and rows: a dict an exercise with id, title, question, answer, outputs,
        words, points, of, remark, comment, levels (a dict a criterion of the rubric).
    """
    slug = str(details["assignment"])
    outcome = nb.metadata.get("appraise", {}).get("outcome", {})
    known = {i["id"]: i for i in outcome.get("items", [])}
    rows: list[dict[str, Any]] = []
    question, answer = "", None
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if cell.cell_type == "markdown" and (heading := _QUESTION.search(cell.source)):
            question = cell.source[heading.start() :]
        if is_solution(cell):
            answer = cell
        elif (name := grade_id.removesuffix("-check")) in known and answer is not None:
            rows.append(_row(known[name], question, answer, cell))
            question, answer = "", None
    try:
        title = load_course().lesson(slug).title
    except CourseError:  # a lesson of another course
        title = slug
    return {
        "slug": slug,
        "title": title,
        "score": float(details["score"]),
        "most": float(details["max_score"]),
        "late": float(details["late_penalty"] or 0),
        "waits": sum(r["waits"] for r in rows),
        "unreadable": " ".join(outcome.get("notes", [])) if outcome.get("status") == OutcomeStatus.UNREADABLE else None,
        "notes": _notes(outcome),
        "rows": rows,
    }


# What the grader notes on the machine, or on what it guards against, and not on the learner's file.
_FOR_THE_TEACHER = re.compile(r"ran once and ended the process|could not be judged|The (?:grader|worker)")


def _notes(outcome: dict[str, Any]) -> list[str]:
    """What a learner should know of how the file was read; of an unreadable one it is told at the top."""
    if outcome.get("status") == OutcomeStatus.UNREADABLE:
        return []
    return [note for note in dict.fromkeys(outcome.get("notes", [])) if not _FOR_THE_TEACHER.search(note)]


def _levels(comment: str) -> list[dict[str, Any]]:
    """The levels that a marker chose, each with its words and what the next level asks."""
    value = levels_in(comment)
    result = []
    for c in load_rubric().criteria:
        if c.id in value:
            words = ["Absent throughout.", *(c.levels[n] for n in LEVELS if n), ""]
            level = value[c.id]
            says, more = words[level], words[level + 1]
            result.append({"name": c.name, "asks": c.asks, "level": level, "says": says, "next": more})
    return result


def _row(item: dict[str, Any], question: str, answer: Any, check: Any) -> dict[str, Any]:
    details = answer.metadata.nbgrader
    marked = details if is_grade(answer) else check.metadata.nbgrader
    waits = bool(marked.get("waits", False)) and item["core"]
    heading = _QUESTION.match(question)
    return {
        "id": item["id"],
        "title": heading[1] if heading else item["id"].replace("-", " "),
        "question": question.partition("\n")[2].strip(),
        "answer": answer.source,
        "outputs": answer.get("outputs", []),
        "words": _words(item, waits),
        "points": None if waits or not item["core"] else float(marked.get("score") or 0.0),
        "of": item["points"] if item["core"] else None,
        "by_hand": bool(marked.get("by_hand", False)) and item["status"] != Status.MARKED,
        "waits": waits,
        "remark": _remark(item, check),
        "comment": without_levels(details.get("comment") or ""),
        "levels": _levels(details.get("comment") or "") if item["id"] == RUBRIC_OF else [],
    }


def _words(item: dict[str, Any], waits: bool) -> str:
    if item["status"] == Status.MARKED and not item["core"]:
        return "Written for yourself"
    return "Waits for a person" if waits and item["status"] == Status.MARKED else WORDS[item["status"]]


def _remark(item: dict[str, Any], check: Any) -> str:
    """The check's own remark; a section that it names is in the lesson and not on this page, so it is no link."""
    for output in check.get("outputs", []):
        if shown := output.get("data", {}).get("text/html"):
            return _LINK.sub(r"“\1”", "".join(shown))
    if item["status"] == Status.FAULT:  # what failed is for the instructor; an unreadable file is told of above
        return "<p>This could not be judged, and there are no points yet. A person looks at it.</p>"
    return f"<p>{escape(item['remark'])}</p>"
