"""What nbgrader_config.py names: our parts of plain `nbgrader autograde`.

`Salvage` hands on whatever the submitted file is, `Rebuild` puts its answers into the released notebook and resets the
grades, `JudgeOutside` takes the place of nbgrader's Execute, `SaveOutcome` records points, and no number where the
grader could not judge. Each fails closed: a cell counts as failed until its verdict is written.
"""

from __future__ import annotations

import atexit
import weakref
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import from_dict
from nbformat.v4 import new_notebook, new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, Float, Integer

from appraise.cases.handed_in import find_case
from appraise.grading import judge, rebuild, safe, walls
from appraise.grading.judge import FAULT, UNREADABLE, Item, Lesson, LessonError, Outcome
from appraise.grading.learner import Broken, Limits, Warm
from appraise.grading.unseen import grade_case

NOT_GRADED = new_output("error", ename="not graded", evalue="", traceback=["This cell has not been graded."])


class _Room:
    """A lesson with its warm parent, kept while the lesson's content stays the same."""

    def __init__(self, lesson: Lesson, limits: Limits, trust: bool, forbidden: list[tuple[str, Path]]) -> None:
        self.lesson = lesson
        self.limits = limits
        self.warm: Warm = walls.stand(
            lambda behind: judge.open_warm(lesson, limits=limits, walls=behind), trust, forbidden
        )
        self.proved: weakref.WeakSet[Any] = weakref.WeakSet()  # runs that began with the canaries


_rooms: dict[str, _Room] = {}


@atexit.register
def close_rooms() -> None:
    """End all warm parents."""
    while _rooms:
        _rooms.popitem()[1].warm.close()


def _stop(converter: Any, why: str) -> NbGraderException:
    converter.log.error(why)
    return NbGraderException(why)


def _files(coursedir: Any, slug: str) -> tuple[Path, Path, Path]:
    release = Path(coursedir.format_path(coursedir.release_directory, ".", slug)) / f"{slug}.ipynb"
    source = Path(coursedir.format_path(coursedir.source_directory, ".", slug))
    return release, source / "key.json", source / f"{slug}.ipynb"


def _room(converter: Any, slug: str) -> _Room:
    """The lesson's room; each run (a converter of its own) begins with the canaries.

    Raises
    ------
    NbGraderException
        Where submissions are not trusted and no wall stands, where the lesson's files do not fit together, and where a
        canary gets other points than it must.
    """
    settings = JudgeOutside(parent=converter)
    release, key, solution = _files(converter.coursedir, slug)
    try:
        lesson = judge.load_lesson(release, key)
        room = _rooms.get(slug)
        limits = settings.limits()
        if room is None or room.lesson.digest != lesson.digest or room.limits != limits:
            if room is not None:
                _rooms.pop(slug).warm.close()
            room = _Room(lesson, limits, settings.trust_submissions, forbidden(converter.coursedir))
            converter.log.info("Submissions run behind %s.", room.warm.walls)
            _rooms[slug] = room
        if converter not in room.proved:
            judge.canary(room.lesson, room.warm, solution)
            room.proved.add(converter)
    except (LessonError, Broken, walls.NotWalled) as e:
        raise _stop(converter, str(e)) from None
    return room


def forbidden(coursedir: Any) -> list[tuple[str, Path]]:
    """What of this course a submission must not reach, for the proof that the walls stand."""
    found = [("solutions", "source"), ("a neighbour's submission", "submitted"), ("feedback", "feedback")]
    paths = [
        (what, Path(coursedir.format_path(getattr(coursedir, f"{d}_directory"), "", "")).resolve()) for what, d in found
    ]
    cases = Path(coursedir.root) / Path(coursedir.submitted_directory).parent / "cases"
    paths += [("the keys to the cases", path) for path in (cases, *sorted(cases.glob("*/secret"))) if path.exists()]
    if coursedir.db_url.startswith("sqlite:///"):
        paths.append(("the gradebook", Path(coursedir.db_url.removeprefix("sqlite:///"))))
    return [*paths, *walls.course_secrets()]


class Salvage(NotebookExporter):
    """Reads a submitted file whatever its state: nbgrader gets an empty notebook and, beside it, what could be read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        if self.parent is not None:  # before the first submission is touched, and outside nbgrader's catch-all
            slug = self.parent.coursedir.assignment_id
            with Gradebook(self.parent.coursedir.db_url, self.parent.coursedir.course_id) as book:
                _same_points(self.parent, _room(self.parent, slug).lesson, book)

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> Any:
        if self.parent is None or not getattr(self.parent, "_sanitizing", True):
            return super().from_filename(filename, resources=resources, **kw)
        folder, slug = Path(filename).parent, self.parent.coursedir.assignment_id
        notes: list[str] = []
        data, why = rebuild.choose(folder, slug, rebuild.stubs(_room(self.parent, slug).lesson.release), notes)
        found = rebuild.Read(unreadable=why) if data is None else rebuild.read(data)
        resources["submission"] = {"read": found, "folder": str(folder), "notes": notes}
        resources["metadata"] = {"name": Path(filename).stem, "path": str(Path(filename).parent)}
        return self.from_notebook_node(new_notebook(), resources=resources, **kw)  # type: ignore[no-untyped-call]


def _same_points(converter: Any, lesson: Lesson, book: Any) -> None:
    try:
        notebook = book.find_notebook(lesson.slug, lesson.slug)
    except MissingEntry:
        why = f"{lesson.slug} is not in the gradebook: run `nbgrader generate_assignment {lesson.slug} --force` first."
        raise _stop(converter, why) from None
    ours = {
        g: float(c.metadata.nbgrader["points"])
        for c in lesson.release.cells
        if is_grade(c)
        for g in [c.metadata.nbgrader["grade_id"]]
    }
    theirs = {c.name: float(c.max_score) for c in notebook.grade_cells}
    if ours != theirs:
        differ = ", ".join(f"“{g}”" for g in sorted(set(ours.items()) ^ set(theirs.items()), key=str) for g in [g[0]])
        raise _stop(converter, f"{lesson.slug}: the gradebook and the release have other items or points: {differ}.")


class Rebuild(NbGraderPreprocessor):  # type: ignore[misc]
    """The released notebook with the learner's answers. Grades of an earlier run are reset first."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        about = resources["nbgrader"]
        converter = self.parent.parent
        _reset(about)
        lesson = _room(converter, about["assignment"]).lesson
        found = resources["submission"]["read"]
        answers = rebuild.answers(lesson.release, found)
        notes = [*found.notes, *answers.notes]
        if found.lesson not in (None, lesson.slug):
            notes.append(f"The notebook says that it is lesson {found.lesson}.")
        if found.version not in (None, lesson.version):
            notes.append(f"The notebook is of version {found.version}; it was graded as version {lesson.version}.")
        folder = Path(resources["submission"]["folder"])
        beside, odd = rebuild.files_beside(folder)
        graded = Path(converter._format_dest(about["assignment"], about["student"]))
        _take_back(folder, graded, {b.name for b in beside if b.shown})
        built = rebuild.build(lesson.release, answers.texts)
        for cell in built.cells:
            if is_solution(cell) and cell.cell_type == "markdown":
                cell.source = safe.clean_markdown(cell.source)
        _fail_all(built)
        built.metadata["appraise"] = {
            **built.metadata.get("appraise", {}),
            "submission": {
                "unreadable": rebuild.why_not(lesson.slug, found, answers),
                "missing": [g for g, text in answers.texts.items() if text is None],
                "unread": sorted(answers.unread),
                "notes": [*notes, *resources["submission"]["notes"], *odd],
                "folder": str(folder),
            },
        }
        return built, resources


def _fail_all(nb: Any) -> None:
    # nbgrader reads a cell without output as full marks
    for cell in nb.cells:
        if is_grade(cell) and not is_solution(cell) and cell.cell_type == "code":
            cell.outputs = [NOT_GRADED]
            cell.metadata.pop("appraise", None)


def _take_back(folder: Path, build: Path, allowed: set[str]) -> None:
    """nbgrader copies files, and follows links, before any plugin is asked: what may not be there is removed again."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if (path.is_symlink() or path.is_file()) and name.as_posix() not in allowed and path.suffix != ".ipynb":
            copied = build / name
            if path.name != "timestamp.txt" and (copied.is_file() or copied.is_symlink()):
                copied.unlink()


def _reset(about: Any) -> None:
    with Gradebook(about["db_url"]) as book:
        submission = book.find_submission_notebook(about["notebook"], about["assignment"], about["student"])
        for grade in submission.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        book.db.commit()


class JudgeOutside(NbGraderPreprocessor):  # type: ignore[misc]
    """Judges a rebuilt submission, in place of nbgrader's Execute: the learner's code runs in a process of its own."""

    trust_submissions = Bool(False, help="Grade although no wall stands between submissions and this machine.").tag(
        config=True
    )
    item_seconds = Float(20.0, help="Processor seconds of an answer cell, and again of its checks.").tag(config=True)
    notebook_seconds = Float(120.0, help="Seconds of a whole submission, times six.").tag(config=True)
    memory_bytes = Integer(1 << 30, help="Memory that a submission may use beyond the lesson's own.").tag(config=True)

    def limits(self) -> Limits:
        """The limits that are set in the configuration."""
        return Limits(self.item_seconds, self.notebook_seconds, self.memory_bytes)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        _fail_all(nb)
        room = _room(self.parent.parent, resources["nbgrader"]["assignment"])
        lesson = room.lesson
        handed_in = nb.metadata["appraise"]["submission"]
        if handed_in["unreadable"]:
            outcome = judge.at_fault(lesson, handed_in["unreadable"], "unreadable")
        else:
            texts = {
                g: None if g in handed_in["missing"] else nb.cells[i].source
                for g, i in rebuild.answer_cells(lesson.release).items()
            }
            beside, _ = rebuild.files_beside(Path(handed_in["folder"]))
            given = rebuild.Answers(texts, handed_in["notes"], frozenset(handed_in["unread"]))
            coursedir = self.parent.parent.coursedir
            own = Path(coursedir.root) / Path(coursedir.submitted_directory).parent
            sources = "\n".join(text or "" for text in texts.values()).encode("utf-8", "replace")
            case = find_case(own, lesson.slug, resources["nbgrader"]["student"], sources)
            outcome = grade_case(lesson, room.warm, given, beside, case)
        for note in outcome.notes:
            self.log.warning("%s, %s: %s", resources["nbgrader"]["student"], lesson.slug, note)
        _write(nb, lesson, outcome)
        return nb, resources


def _write(nb: Any, lesson: Lesson, outcome: Outcome) -> None:
    """Put an outcome into the rebuilt notebook: outputs, and on each judged cell its status."""
    for i, outputs in outcome.outputs.items():
        nb.cells[i].outputs = [from_dict(o) for o in outputs]  # built by `safe`; new_output would check each again
    for i, name in lesson.checks.items():
        item = outcome.items[name]
        cell = nb.cells[i]
        if item.status == FAULT:
            cell.outputs = [new_output(**o) for o in judge.shown(item, lesson.exercises[name])]
        cell.metadata["appraise"] = _mark(item)
        answer = nb.cells[lesson.answer_of[name]]
        if is_grade(answer):  # prose: its points are a person's
            answer.metadata["appraise"] = _mark(item)
    nb.metadata["appraise"]["outcome"] = outcome.plain()


def _mark(item: Item) -> dict[str, Any]:
    return {"status": item.status, "earned": item.earned, "points": item.points, "misconception": item.misconception}


class SaveOutcome(SaveAutoGrades):  # type: ignore[misc]
    """Records the points; where the grader could not judge, no number, and the item asks for a person."""

    def _add_score(self, cell: Any, resources: Any) -> None:
        mark = cell.metadata.get("appraise", {})
        judged = mark.get("status") not in (None, FAULT, UNREADABLE)
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
