"""`appraise overview`: one page, made from the gradebook, that needs no server and loads nothing.

Students by lessons with their status, what waits for a person and what changed since it was marked, who is late or
excused, every note; and for each lesson the distribution of points, the exercises by difficulty and the misconceptions
that were met most.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from appraise.course import load_course
from appraise.errors import CourseError, ItemsError, LessonError
from appraise.exercises.exercise import Status
from appraise.files import ASSETS, write_whole
from appraise.grading.gradebook.writer import Gradebook, open_gradebook
from appraise.grading.judging.lesson import load_course_lesson
from appraise.grading.reports.item_analysis import analyse, gather, met
from appraise.grading.reports.standing import (
    EXCUSED,
    GRADED,
    NOTHING,
    PERSON,
    UNREADABLE,
    Row,
    class_rows,
    count_statuses,
)
from appraise.grading.settings import Settings, read_settings
from appraise.markup import Markup, element, escape, inline, table

# A status' class on the page, its sign and its word in a cell; the word of "graded" is the points.
SHOWN = {
    GRADED: ("graded", "✓", ""),
    PERSON: ("person", "✎", "waits"),
    UNREADABLE: ("unreadable", "⚠", "unreadable"),
    NOTHING: ("none", "·", "nothing"),
    EXCUSED: ("excused", "○", "excused"),
    Status.FAULT: ("fault", "✗", "not graded"),
}
BINS = 10
MOST_MET = 5


def write_overview(file: Path | None = None, server: str | None = None) -> int:
    """The command `appraise overview`; returns the exit code 0.

    Parameters
    ----------
    file : Path, optional
        Where to write; `overview.html` in `grading/` if left out.
    server : str, optional
        The address at which formgrader answers; that of a JupyterLab which runs in this folder if left out.
    """
    to = read_settings()
    file = file or to.own / "overview.html"
    with open_gradebook(to) as book:
        rows = class_rows(to, book)
        lessons = [_lesson(to, book, slug, rows) for slug in sorted({row.lesson for row in rows})]
    write_whole(file, make_page(rows, lessons, server or _running_server(to.root)))
    counts = ", ".join(f"{n} {status}" for status, n in count_statuses(rows).items()) or "no submissions"
    print(f"{file}: {counts}.")
    return 0


def _running_server(root: Path) -> str:
    """The address of a JupyterLab whose folder is the course's; the usual one where none runs."""
    from jupyter_server.serverapp import list_running_servers

    for one in list_running_servers():
        if Path(str(one.get("root_dir", ""))) == root:
            return str(one["url"]).rstrip("/")
    return "http://localhost:8888"


# ── the page ────────────────────────────────────────────────────────────────────────────────────────────────────────


def make_page(rows: Sequence[Row], lessons: Sequence[Markup], server: str) -> str:
    """The whole page.

    Parameters
    ----------
    rows : sequence of Row
        All students in all lessons.
    lessons : sequence of Markup
        A section for each lesson.
    server : str
        The address at which formgrader answers.
    """
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    slugs = sorted({row.lesson for row in rows})
    body = [
        element("h1", "The class"),
        element("p", inline(f"Made from the gradebook on {now}. `appraise overview` makes it anew."), class_="quiet"),
        _navigation(),
        element("h2", "Students and lessons", id="students"),
        _key(),
        _controls(slugs),
        _class_table(rows, slugs, server),
        _waiting(rows, server),
        _late(rows),
        _noted(rows),
        element("h2", "Lessons", id="lessons"),
        *(lessons or [element("p", "No lesson is in the gradebook yet.")]),
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    style = (ASSETS / "overview" / "overview.css").read_text(encoding="utf-8")
    script = (ASSETS / "overview" / "overview.js").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>The class</title>'
        f"<style>{style}</style></head><body><main>{Markup('').join(body)}</main><script>{script}</script></body></html>\n"
    )


def _navigation() -> Markup:
    places = {"students": "Students", "waiting": "What waits", "late": "Late and excused", "notes": "Notes"}
    links = [element("li", element("a", word, href=f"#{at}")) for at, word in {**places, "lessons": "Lessons"}.items()]
    return element("nav", element("ul", *links), aria_label="On this page")


def _key() -> Markup:
    words = {s: f"{sign} {word or 'points: graded'}" for s, (_, sign, word) in SHOWN.items()}
    more = ("↻ changed since it was marked", "◷ late", "✱ there is a note")
    return element("ul", *(element("li", text) for text in (*words.values(), *more)), class_="key")


def _controls(slugs: Sequence[str]) -> Markup:
    kinds = {css: status for status, (css, _, _) in SHOWN.items()}
    kinds |= {
        "changed": "changed since it was marked",
        "late": "late",
        "noted": "with a note",
        "stranger": "not on the roster",
    }
    lessons = [element("option", slug, value=str(n)) for n, slug in enumerate(slugs)]
    statuses = [element("option", word, value=css) for css, word in kinds.items()]
    return element(
        "div",
        element("div", element("label", "Name or id", for_="search"), element("input", id="search", type="search")),
        element(
            "div",
            element("label", "In", for_="lesson"),
            element("select", element("option", "any lesson", value=""), *lessons, id="lesson"),
        ),
        element(
            "div",
            element("label", "Show", for_="status"),
            element("select", element("option", "everybody", value=""), *statuses, id="status"),
        ),
        element("button", "Show all", type="button", id="reset"),
        element("p", "", id="told", role="status"),
        class_="controls",
        hidden="",
    )


def _name(row: Row) -> str:
    names = " ".join(part for part in (row.student.first_name, row.student.last_name) if part)
    return f"{names} ({row.student.id})" if names else str(row.student.id)


def _place(row: Row, server: str) -> str:
    return f"{server}/formgrader/submissions/{row.notebook}/"


def _cell(row: Row | None, server: str) -> str:
    if row is None:
        return '<td class="none">·</td>'
    css, sign, word = SHOWN[row.status]
    kinds = [css]
    kinds += ["changed"] * bool(row.changed) + ["late"] * row.is_late + ["noted"] * bool(row.notes)
    kinds += [] if row.is_known else ["stranger"]
    signs = f"{sign}{'↻' * bool(row.changed)}{'◷' * row.is_late}{'✱' * bool(row.notes)}"
    points = "" if row.score is None else f"{row.score:g}"
    text = f"{signs} {' '.join(filter(None, (points, word)))}"
    if row.waits and row.notebook:
        text = f'<a href="{escape(_place(row, server))}">{text}</a>'
    return f'<td class="{" ".join(kinds)}">{text}</td>'


def _class_table(rows: Sequence[Row], slugs: Sequence[str], server: str) -> Markup:
    people: dict[str, dict[str, Row]] = {}
    for row in rows:
        people.setdefault(str(row.student.id), {})[row.lesson] = row
    if not people:
        return element("p", "Nobody is in the gradebook yet.")
    lines = []
    for own in people.values():
        first = next(iter(own.values()))
        name = escape(_name(first))
        stranger = "" if first.is_known else " · not on the roster"
        cells = "".join(_cell(own.get(slug), server) for slug in slugs)
        lines.append(f'<tr><th scope="row" title="{name}">{name}{stranger}</th>{cells}</tr>')
    head = "".join(f'<th scope="col">{escape(slug)}</th>' for slug in slugs)
    head = f'<thead><tr><th scope="col">Student</th>{head}</tr></thead>'
    shown = f'<table id="class">{head}<tbody>{"".join(lines)}</tbody></table>'
    return Markup(f'<div class="wide" tabindex="0" role="region" aria-label="Students and lessons">{shown}</div>')


def _list_or(nothing: str, columns: Sequence[str], lines: Sequence[Sequence[str]], label: str) -> Markup:
    if not lines:
        return element("p", nothing)
    return element("div", table(columns, lines), class_="wide", tabindex="0", role="region", aria_label=label)


def _waiting(rows: Sequence[Row], server: str) -> Markup:
    lines: list[Sequence[str]] = []
    for row in sorted((r for r in rows if r.waits), key=lambda r: (r.lesson, not r.changed, str(r.student.id))):
        why = "changed since it was marked" if row.changed else "not marked yet"
        link = element("a", f"Mark {row.student.id}", href=_place(row, server)) if row.notebook else escape("")
        lines.append((_name(row), row.lesson, ", ".join(row.waits), why, link))
    others = [r for r in rows if r.status in (UNREADABLE, Status.FAULT)]
    lines += [(_name(r), r.lesson, "all", r.why or r.status, "") for r in others]
    head = element("h2", "What waits for a person", id="waiting")
    columns = ("Student", "Lesson", "Exercises", "Why", "In formgrader")
    return head + _list_or("Nothing waits.", columns, lines, "What waits for a person")


def _late(rows: Sequence[Row]) -> Markup:
    lines = []
    for row in rows:
        if row.is_late or row.status == EXCUSED:
            what = "excused" if row.status == EXCUSED else "late"
            cost = f"{row.penalty:g} points taken off" if row.penalty else ""
            lines.append((_name(row), row.lesson, what, row.timestamp or "time not known", row.due or "none", cost))
    columns = ("Student", "Lesson", "", "Handed in (UTC)", "Due (UTC)", "Cost")
    return element("h2", "Late and excused", id="late") + _list_or(
        "Nobody is late or excused.", ("Student", "Lesson", "What", *columns[3:]), lines, "Late and excused"
    )


def _noted(rows: Sequence[Row]) -> Markup:
    lines = [(_name(row), row.lesson, " ".join(row.notes)) for row in rows if row.notes]
    strangers = sorted({str(row.student.id) for row in rows if not row.is_known})
    head = element("h2", "Notes", id="notes")
    if strangers:
        head += element("p", f"Not on the roster: {', '.join(strangers)}.")
    return head + _list_or("Nothing was noted.", ("Student", "Lesson", "Note"), lines, "Notes")


# ── a lesson ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _lesson(to: Settings, book: Gradebook, slug: str, rows: Sequence[Row]) -> Markup:
    own = [row for row in rows if row.lesson == slug]
    try:
        title = load_course().lesson(slug).title
    except CourseError:
        title = slug
    counts = ", ".join(f"{n} {status}" for status, n in count_statuses(own).items())
    parts = [element("h3", f"{slug}: {title}" if title != slug else slug), element("p", counts)]
    scores = [row.final for row in own if row.final is not None]
    if scores:
        parts.append(_distribution(scores, own[0].most, slug))
    try:
        lesson = load_course_lesson(to, slug)
        points, outcomes = gather(book, lesson)
    except (ItemsError, LessonError):
        return element("section", *parts, class_="lesson")
    result, often = analyse(points, outcomes, lesson.exercises), met(outcomes)
    message = {(n, m.id): m.remark for n, ex in lesson.exercises.items() for m in ex.misconceptions}
    parts += [_exercises(result), _misconceptions(often, message)]
    return element("section", *parts, class_="lesson")


def _distribution(scores: Sequence[float], most: float, slug: str) -> Markup:
    """Bars of how many have how many points, and the same in words."""
    width = (most or 1.0) / BINS
    bins = [0] * BINS
    for score in scores:
        bins[max(0, min(BINS - 1, int(score / width)))] += 1
    top = max(bins)
    bars, sentences = [], []
    for n, count in enumerate(bins):
        height = 60 * count / top
        low, high = f"{n * width:g}", f"{(n + 1) * width:g}"
        bars.append(f'<rect x="{n * 40 + 2}" y="{75 - height:.1f}" width="36" height="{height:.1f}"></rect>')
        bars.append(f'<text x="{n * 40 + 20}" y="{70 - height:.1f}" text-anchor="middle">{count or ""}</text>')
        bars.append(f'<text x="{n * 40 + 2}" y="90">{low}</text>')
        sentences += [f"{count} from {low} to {high}"] if count else []
    label = escape(f"Points of {len(scores)} in {slug}, of {most:g}: {', '.join(sentences)}")
    size = 'width="420" height="95" viewBox="0 0 420 95"'
    drawn = f'<svg class="bars" role="img" aria-label="{label}" {size}>{"".join(bars)}</svg>'
    mean, middle = sum(scores) / len(scores), sorted(scores)[len(scores) // 2]
    return Markup(drawn) + element(
        "p", f"{len(scores)} with final points, of {most:g}: mean {mean:.1f}, middle {middle:g}."
    )


def _number(value: Any) -> str:
    return "–" if value != value else f"{value:.2f}"


def _exercises(result: pd.DataFrame) -> Markup:
    lines = [
        (
            str(name).replace("-", " "),
            _number(row.difficulty),
            _number(row.discrimination),
            str(row.n),
            str(row.waiting or ""),
            str(row.no_answer or ""),
            str(row.stopped or ""),
        )
        for name, row in zip(result.sort_values("difficulty").index, result.sort_values("difficulty").itertuples())
    ]
    columns = ("Exercise", "Share of the points", "Goes with the rest", "Marked", "Waits", "No answer", "Stopped")
    return table(columns, lines, "Exercises, the hardest first")


def _misconceptions(often: pd.DataFrame, message: dict[tuple[str, str], str]) -> Markup:
    lines = [
        (
            str(row.misconception).replace("-", " "),
            str(row.exercise).replace("-", " "),
            f"{row.met} of {row.of}",
            message.get((str(row.exercise), str(row.misconception)), ""),
        )
        for row in _first(often, MOST_MET)
    ]
    if not lines:
        return element("p", "No misconception that the checks know was met.")
    return table(("Misconception", "Exercise", "Met by", "What learners were told"), lines, "Misconceptions met most")


def _first(frame: pd.DataFrame, n: int) -> Iterable[Any]:
    return frame.head(n).itertuples()
