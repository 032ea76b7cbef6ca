"""Where a learner stands: every exercise of a lesson with status, points and remark, and the map of the course."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appraise.course import Lesson, load_course
from appraise.exercises.exercise import Exercise, Status
from appraise.exercises.packs import exercises_of
from appraise.files import LESSONS
from appraise.learner.lab import work_folder
from appraise.learner.links import heading_link
from appraise.learner.progress import read_progress
from appraise.learner.versions import open_version, version_note, version_of
from appraise.markup import HtmlPage, Markup, element, escape, inline, sign, table


@dataclass(frozen=True)
class Row:
    """How a learner stands in one exercise.

    Attributes
    ----------
    heading, title : str
        The question's heading in the lesson, and its title alone.
    points, out_of : float or None
        None where there are no points to earn.
    see : str
        The section to read again.
    tries : int
        Different answers so far that were not right.
    helped : bool
        Whether the worked answer was opened.
    """

    id: str
    heading: str
    title: str
    core: bool
    status: Status
    points: float | None
    out_of: float | None
    remark: str
    see: str
    tries: int
    helped: bool

    @property
    def is_done(self) -> bool:
        return self.status in (Status.RIGHT, Status.MARKED)


def lesson_standing(slug: str, work: Path | None = None) -> list[Row]:
    """Every exercise of a lesson in its order. An id that a newer lesson no longer has is left out.

    Raises CourseError for an unknown lesson.
    """
    load_course().lesson(slug)
    exercises = exercises_of(slug)
    kept = read_progress((work or work_folder()) / ".progress" / f"{slug}.json")["exercises"]
    headings = exercise_headings(slug)
    in_order = [name for name in headings if name in exercises] + [name for name in exercises if name not in headings]
    return [_row(exercises[name], headings.get(name, ""), kept.get(name) or {}) for name in in_order]


def route_standing(name: str, work: Path | None = None) -> list[Row]:
    """Every exercise of a route's own notebook in its order, as `lesson_standing` gives those of a lesson."""
    asked = checked_exercises(LESSONS / load_course().notebook_of(name))
    rows = {row.id: row for lesson in load_course().lessons for row in lesson_standing(lesson.slug, work)}
    return [rows[exercise] for exercise in asked if exercise in rows]


def _row(ex: Exercise, heading: str, tried: dict[str, Any]) -> Row:
    return Row(
        id=ex.id,
        heading=heading,
        title=_title_of(heading) or ex.id.replace("-", " "),
        core=ex.core,
        status=Status(tried.get("status", Status.NOT_TRIED)),
        points=float(tried.get("points", 0)) if ex.is_graded else None,
        out_of=float(ex.points) if ex.is_graded else None,
        remark=tried.get("remark", ""),
        see=ex.see,
        tries=int(tried.get("tries", 0)),
        helped=bool(tried.get("helped", False)),
    )


def _title_of(heading: str) -> str:
    """The title in a question's heading.

    >>> _title_of("Exercise · Find it (extra)")
    'Find it'
    """
    return re.sub(r"^Exercise\W+|\s*\([^()]*\)$", "", heading)


def exercise_headings(slug: str) -> dict[str, str]:
    """The exercises of a released lesson in their order, id to the heading of the question."""
    return checked_exercises(LESSONS / slug / f"{slug}.ipynb")


def checked_exercises(file: Path) -> dict[str, str]:
    """The exercises that a notebook checks, in their order: id to the heading of the question."""
    try:
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    headings, title = {}, ""
    for cell in cells:
        source = "".join(cell["source"])
        if heading := re.search(r"^#+ (Exercise.*?)\s*$", source, re.M) if cell["cell_type"] == "markdown" else None:
            title = heading[1]
        if called := re.match(r'check\("([^"]+)"', source) if cell["cell_type"] == "code" else None:
            headings[called[1]] = title
    return headings


_COUNTED = {
    Status.RIGHT: "right",
    Status.PARTLY: "partly right",
    Status.WRONG: "not right yet",
    Status.NO_ANSWER: "without an answer",
    Status.MARKED: "written",
    Status.NOT_TRIED: "not tried",
}


def _count_statuses(rows: list[Row]) -> str:
    counts = [(sum(row.status is status for row in rows), words) for status, words in _COUNTED.items()]
    return ", ".join(f"{n} {words}" for n, words in counts if n)


def _points_line(rows: list[Row]) -> str:
    earned = sum(row.points or 0 for row in rows)
    out_of = sum(row.out_of or 0 for row in rows)
    return f"{earned:g} of {out_of:g} points" if any(row.out_of is not None for row in rows) else ""


def lesson_report(slug: str, work: Path | None = None) -> HtmlPage:
    """How a learner stands in a lesson: every exercise with status, points, remark and the section to read again.

    The last try counts. Shown as a table in a notebook, as text elsewhere. A sentence under it tells of a copy that is
    of another version than the library. Raises CourseError for an unknown lesson.
    """
    lesson, rows = load_course().lesson(slug), lesson_standing(slug, work)
    if not rows:
        text = f"{lesson.number} {lesson.title}: no exercises are known here."
        return HtmlPage(element("p", text), text)
    colon = "" if lesson.title.endswith("?") else ":"
    head = (
        f"{lesson.number} {lesson.title}{colon} {', '.join(filter(None, [_points_line(rows), _count_statuses(rows)]))}."
    )
    if practised := _practice_line(slug, work or work_folder()):
        head += f" {practised}"
    columns = ["Exercise", "Status", "Points", "Remark", "Read again"]
    shown = table(columns, [_cells(row) for row in rows], head, "appraise-report", narrow=2)
    report = HtmlPage(shown, "\n".join([head, "", *(line for row in rows for line in _lines(row))]))
    version = open_version(slug) or version_of((work or work_folder()) / lesson.notebook, slug)
    return with_version_note(report, slug, version)


def with_version_note(report: HtmlPage, slug: str, version: str | None) -> HtmlPage:
    """A report, and under it that the notebook is of another version than the library, where it is."""
    note = version_note(slug, version)
    return HtmlPage(report.html + element("p", note), f"{report.text}\n\n{note}") if note else report


def _practice_line(slug: str, work: Path) -> str:
    """How many practice cases were read, and how many of their sentences were right at the first check; or ""."""
    record = read_progress(work / ".progress" / f"{slug}.json").get("practice")
    if not isinstance(record, dict) or not record.get("cases"):
        return ""
    cases = "1 practice case" if record["cases"] == 1 else f"{record['cases']} practice cases"
    return f"{cases}: {record['right']} of {record['sentences']} sentences right at the first check."


def _words(row: Row) -> tuple[str, str, str, str]:
    """Status, points, remark and section of a row, in words."""
    status = "written" if row.status is Status.MARKED else str(row.status)  # until a person has marked it
    points = "" if row.out_of is None else f"{row.points:g} of {row.out_of:g}"
    remark = row.remark + (" A worked answer was opened." if row.helped else "")
    return status, points, remark, row.see if row.status.asks_to_read_again else ""


def _cells(row: Row) -> list[str]:
    status, points, remark, see = _words(row)
    name = heading_link(row.heading, row.title) + ("" if row.core else " (extra)")
    return [name, sign(row.status.sign, status), points, inline(remark), heading_link(see, see)]


def _lines(row: Row) -> list[str]:
    status, points, remark, see = _words(row)
    first = f"{row.status.sign} {row.title}: {status}{f', {points} points' if points else ''}"
    return [first, *(f"    {words}" for words in (remark, f"Read “{see}” again." if see else "") if words)]


def course_map(work: Path | None = None) -> HtmlPage:
    """The routes, and the lessons in their order, each with its question, its minutes and how far the learner is."""
    folder, course = work or work_folder(), load_course()
    body, lines = [], []
    core = course.routes["core"].lessons if "core" in course.routes else ()
    for lesson in course.lessons:
        dots, stand = _progress(lesson, folder)
        there = (folder / lesson.notebook).is_file()
        title = element("a", lesson.title, href=f"../{lesson.notebook}") if there else lesson.title
        number_and_title = escape(f"{lesson.number} ") + title
        extra = f" and {lesson.extra_minutes} of extras" if lesson.extra_minutes else ""
        route = "core" if lesson.slug in core else "elective"
        time = f"{lesson.minutes} min{extra}"
        body.append([number_and_title, lesson.question, route, time, sign(dots, stand)])
        lines.append(f"{lesson.number} {lesson.title} ({time}){f': {stand}' if stand else ''}")
    columns = ["Lesson", "Question", "Route", "Time", "Where you stand"]
    shown = table(columns, body, course.title, "appraise-report")
    routes, named = _routes(folder)
    return HtmlPage(routes + shown, "\n".join([*named, *lines]))


def _routes(folder: Path) -> tuple[Markup, list[str]]:
    """The routes as a list with links to copies that are there, and in words."""
    course = load_course()
    items, lines = [], []
    for name, route in course.routes.items():
        minutes = course.minutes_of(route)
        time = f"{minutes} minutes" if minutes <= 120 else f"about {round(minutes / 60):g} hours"
        notebook = course.notebook_of(name)
        there = (folder / notebook).is_file()
        title = element("a", route.title, href=f"../{notebook}") if there else escape(route.title)
        items.append(element("li", element("strong", title), f" ({time}): {route.for_whom}."))
        lines.append(f"{route.title} ({time}): {route.for_whom}")
    return (element("ul", *items) if items else Markup("")), lines


def _progress(lesson: Lesson, folder: Path) -> tuple[str, str]:
    """How far a learner is with the core of a lesson: as dots, and in words."""
    rows = [row for row in lesson_standing(lesson.slug, folder) if row.core]
    if not rows:
        return "", ""
    if all(row.status is Status.NOT_TRIED for row in rows):
        return "", "not started"
    done = sum(row.is_done for row in rows)
    points = _points_line(rows) if done < len(rows) else ""
    words = f"{done} of {len(rows)} core exercises" + (f", {points}" if points else "")
    return "●" * done + "○" * (len(rows) - done), words
