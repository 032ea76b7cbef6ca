"""What nbgrader_config.py names: our parts of plain `nbgrader autograde`.

`Salvage` hands on whatever the submitted file is, `Rebuild` puts its answers into the released notebook and resets the
grades, `JudgeOutside` takes the place of nbgrader's Execute, `SaveOutcome` records points, and no number where the
grader could not judge. Each fails closed: a cell counts as failed until its verdict is written.
"""

from __future__ import annotations

import atexit
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import is_grade, is_solution

from appraise.cases.student_case import find_case
from appraise.errors import LessonError, NoSandbox, SandboxError
from appraise.exercises.exercise import Status
from appraise.grading.judging.autograded import assemble_notebook, fail_all_checks, take_answers, write_outcome
from appraise.grading.judging.lesson import Lesson, load_lesson
from appraise.grading.judging.outcome import OutcomeStatus, outcome_without_numbers
from appraise.grading.judging.prepared_lesson import PreparedLesson
from appraise.grading.judging.student_case import grade_case
from appraise.grading.settings import GradingOptions
from appraise.grading.submission.attachments import read_attachments
from appraise.grading.submission.cells import SubmittedNotebook
from appraise.grading.submission.matching import Answers, why_no_number
from appraise.grading.submission.notebook_choice import choose_notebook
from appraise.grading.submission.reading import read_notebook
from appraise.grading.submission.release import answer_cells, released_stubs
from appraise.grading.worker.probe import forbidden_paths

_prepared: dict[str, PreparedLesson] = {}
_proven: weakref.WeakKeyDictionary[PreparedLesson, weakref.WeakSet[Any]] = weakref.WeakKeyDictionary()


@atexit.register
def close_prepared() -> None:
    """End the fork servers of all lessons."""
    while _prepared:
        _prepared.popitem()[1].close()


def _stop(converter: Any, why: str) -> NbGraderException:
    converter.log.error(why)
    return NbGraderException(why)


def _files(coursedir: Any, slug: str) -> tuple[Path, Path, Path]:
    release = Path(coursedir.format_path(coursedir.release_directory, ".", slug)) / f"{slug}.ipynb"
    source = Path(coursedir.format_path(coursedir.source_directory, ".", slug))
    return release, source / "key.json", source / f"{slug}.ipynb"


def _prepare(converter: Any, slug: str) -> PreparedLesson:
    """The lesson, ready to grade; kept while its content stays. Each run (a converter of its own) begins with canaries.

    Raises
    ------
    NbGraderException
        Where submissions are not trusted and no sandbox stands, where the lesson's files do not fit together, and where
        a canary gets other points than it must.
    """
    options = JudgeOutside(parent=converter)
    release, key, solution = _files(converter.coursedir, slug)
    try:
        lesson = load_lesson(release, key)
        prepared, limits = _prepared.get(slug), options.limits()
        if prepared is None or prepared.lesson.digest != lesson.digest or prepared.limits != limits:
            if prepared is not None:
                _prepared.pop(slug).close()
            secrets = forbidden_paths(converter.coursedir)
            prepared = _prepared[slug] = PreparedLesson(lesson, limits, options.trust_submissions, secrets)
            _proven[prepared] = weakref.WeakSet()
        if converter not in _proven[prepared]:
            converter.log.info("Submissions run behind %s.", prepared.run_canaries(solution))
            _proven[prepared].add(converter)
    except (LessonError, SandboxError, NoSandbox) as e:
        raise _stop(converter, str(e)) from None
    return prepared


class Salvage(NotebookExporter):
    """Reads a submitted file whatever its state: nbgrader gets an empty notebook and, beside it, what could be read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        if self.parent is not None:  # before the first submission is touched, and outside nbgrader's catch-all
            slug = self.parent.coursedir.assignment_id
            with Gradebook(self.parent.coursedir.db_url, self.parent.coursedir.course_id) as book:
                _same_points(self.parent, _prepare(self.parent, slug).lesson, book)

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> Any:
        if self.parent is None or not getattr(self.parent, "_sanitizing", True):
            return super().from_filename(filename, resources=resources, **kw)
        folder, slug = Path(filename).parent, self.parent.coursedir.assignment_id
        notes: list[str] = []
        data, why = choose_notebook(folder, slug, released_stubs(_prepare(self.parent, slug).lesson.release), notes)
        notebook = SubmittedNotebook(unreadable=why) if data is None else read_notebook(data)
        resources["submission"] = {"notebook": notebook, "folder": str(folder), "notes": notes}
        resources["metadata"] = {"name": Path(filename).stem, "path": str(Path(filename).parent)}
        return self.from_notebook_node(new_notebook(), resources=resources, **kw)  # type: ignore[no-untyped-call]


def _same_points(converter: Any, lesson: Lesson, book: Any) -> None:
    try:
        notebook = book.find_notebook(lesson.slug, lesson.slug)
    except MissingEntry:
        why = f"{lesson.slug} is not in the gradebook: run `nbgrader generate_assignment {lesson.slug} --force` first."
        raise _stop(converter, why) from None
    released_points = {
        g: float(c.metadata.nbgrader["points"])
        for c in lesson.release.cells
        if is_grade(c)
        for g in [c.metadata.nbgrader["grade_id"]]
    }
    recorded_points = {c.name: float(c.max_score) for c in notebook.grade_cells}
    if released_points != recorded_points:
        differ = ", ".join(
            f"“{g}”"
            for g in sorted(set(released_points.items()) ^ set(recorded_points.items()), key=str)
            for g in [g[0]]
        )
        raise _stop(converter, f"{lesson.slug}: the gradebook and the release have other items or points: {differ}.")


class Rebuild(NbGraderPreprocessor):  # type: ignore[misc]
    """The released notebook with the learner's answers. Grades of an earlier run are reset first."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        place, converter = resources["nbgrader"], self.parent.parent
        _reset_grades(place)
        lesson = _prepare(converter, place["assignment"]).lesson
        notebook = resources["submission"]["notebook"]
        answers = take_answers(lesson, notebook)
        folder = Path(resources["submission"]["folder"])
        attachments, notes = read_attachments(folder)
        graded = Path(converter._format_dest(place["assignment"], place["student"]))
        _take_back(folder, graded, {a.name for a in attachments if a.is_harmless})
        answers = replace(answers, notes=[*answers.notes, *resources["submission"]["notes"], *notes])
        unreadable = why_no_number(lesson.slug, notebook, answers)
        return assemble_notebook(lesson, answers, unreadable, str(folder)), resources


def _take_back(folder: Path, build: Path, allowed: set[str]) -> None:
    """nbgrader copies files, and follows links, before any plugin is asked: what may not be there is removed again."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if (path.is_symlink() or path.is_file()) and name.as_posix() not in allowed and path.suffix != ".ipynb":
            copied = build / name
            if path.name != "timestamp.txt" and (copied.is_file() or copied.is_symlink()):
                copied.unlink()


def _reset_grades(place: Any) -> None:
    with Gradebook(place["db_url"]) as gradebook:
        submission = gradebook.find_submission_notebook(place["notebook"], place["assignment"], place["student"])
        for grade in submission.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        gradebook.db.commit()


class JudgeOutside(GradingOptions, NbGraderPreprocessor):  # type: ignore[misc]
    """Judges a rebuilt submission, in place of nbgrader's Execute: the learner's code runs in a process of its own."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        fail_all_checks(nb)
        prepared = _prepare(self.parent.parent, resources["nbgrader"]["assignment"])
        lesson = prepared.lesson
        submission = nb.metadata["appraise"]["submission"]
        if submission["unreadable"]:
            outcome = outcome_without_numbers(lesson, submission["unreadable"], OutcomeStatus.UNREADABLE)
        else:
            texts = {
                g: None if g in submission["missing"] else nb.cells[i].source
                for g, i in answer_cells(lesson.release).items()
            }
            attachments, _ = read_attachments(Path(submission["folder"]))
            answers = Answers(texts, submission["notes"], frozenset(submission["unread"]))
            coursedir = self.parent.parent.coursedir
            own = Path(coursedir.root) / Path(coursedir.submitted_directory).parent
            sources = "\n".join(text or "" for text in texts.values()).encode("utf-8", "replace")
            case = find_case(own, lesson.slug, resources["nbgrader"]["student"], sources)
            with prepared.fork_server() as server:
                outcome = grade_case(lesson, server, answers, attachments, case)
        for note in outcome.notes:
            self.log.warning("%s, %s: %s", resources["nbgrader"]["student"], lesson.slug, note)
        write_outcome(nb, lesson, outcome)
        return nb, resources


class SaveOutcome(SaveAutoGrades):  # type: ignore[misc]
    """Records the points; where the grader could not judge, no number, and the item asks for a person."""

    def _add_score(self, cell: Any, resources: Any) -> None:
        mark = cell.metadata.get("appraise", {})
        judged = mark.get("status") not in (None, Status.FAULT, Status.UNREADABLE)
        if is_solution(cell) and judged and mark["earned"] is None:
            super()._add_score(cell, resources)
            return
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        grade.auto_score = mark["earned"] if judged else None
        # a person's own mark stays, and is looked at again
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        self.gradebook.db.commit()
