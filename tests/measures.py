"""`make measure`: what the lessons ask of a learner, each figure beside the value that is asked, and lesson by lesson.

Counted from the released lessons, the keys and course.yml, so that it shows what is there and not what was meant.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import nbformat

from appraise.authoring.lint import missing_reasons
from appraise.authoring.minutes import shown_paragraphs
from appraise.authoring.notebook import CHECK_CALL
from appraise.authoring.routes import exercises_of
from appraise.course import load_course
from appraise.exercises.exercise import Exercise
from appraise.files import LESSONS
from tests import bank

MOST_ENTRIES, MOST_OF_ONE_LABEL, FEWEST_LABELLED = 12, 0.6, 4
FORM = re.compile(r"\b(choose|mark|write_text)\(")
MOVES = re.compile(
    r"\bpredict\(|\b(two_groups|regression_to_the_mean|sampling_distribution|precision|correlation_slider)\(\)"
    r"|\b(rob2_form|twelve_questions|practice|mark)\("
)


class Row(NamedTuple):
    """One line of the table: what is measured, its figure, what is asked, and whether that is reached."""

    measure: str
    found: str
    asked: str
    is_reached: bool


def entries_asked(ex: Exercise) -> int:
    """How many entries an exercise asks for; a function, a plot and a text are one.

    >>> entries_asked(Exercise("a", name="a", kind="classify", expected={"dict": [["x", "yes"], ["y", "no"]]}))
    2
    """
    return 1 if ex.is_function or ex.is_plot or ex.is_prose else len(ex.parts)


def share_of_one_label(ex: Exercise) -> float:
    """The share of the labelled parts for which one label is right; 0 where fewer than four parts have labels.

    >>> same = {"dict": [[n, "yes" if n else "no"] for n in range(4)]}
    >>> share_of_one_label(Exercise("a", name="a", kind="classify", expected=same, options=["yes", "no"]))
    0.75
    """
    if ex.is_function or ex.is_plot or ex.is_prose:
        return 0.0
    right = [str(p.expected) for p in ex.parts.values() if p.options or isinstance(p.expected, bool)]
    return max(Counter(right).values()) / len(right) if len(right) >= FEWEST_LABELLED else 0.0


@cache
def cells_of(slug: str) -> list[Any]:
    """The cells of a released lesson."""
    cells: list[Any] = nbformat.read(LESSONS / slug / f"{slug}.ipynb", as_version=4).cells
    return cells


@cache
def exercises(slug: str) -> dict[str, Exercise]:
    """The exercises of a lesson as the grader has them, by id."""
    return {name: Exercise.from_json(ex) for name, ex in bank.key(slug).items()}


def answer_cells(cells: list[Any]) -> Iterator[tuple[str, str]]:
    """Each exercise that a notebook checks, with the text of its answer cell."""
    for before, cell in zip(cells, cells[1:]):  # noqa: RUF007
        if cell.cell_type == "code" and (check := CHECK_CALL.fullmatch(cell.source)):
            yield check[1], before.source


def typed_code(cells: list[Any]) -> list[str]:
    """The exercises of a notebook whose answer has to be typed as code: they have no form."""
    return [exercise for exercise, source in answer_cells(cells) if not FORM.search(source)]


def moves_early(slug: str) -> bool:
    """Whether something can be moved, marked or predicted in the first third of a lesson's cells."""
    cells = cells_of(slug)
    first = cells[: max(1, round(len(cells) / 3))]
    return any(c.cell_type == "code" and MOVES.search(c.source) for c in first)


def ignored_arguments() -> list[str]:
    """Functions that pass although an argument of theirs is held constant."""
    from tests.exercises import test_arguments

    found = []
    for slug, exercise, place in test_arguments.FUNCTIONS:
        try:
            test_arguments.test_a_held_argument_is_not_right(slug, exercise, place)
        except AssertionError:
            found.append(f"{exercise}, argument {place + 1}")
    return found


def rows() -> list[Row]:
    """The table."""
    course, slugs = load_course(), bank.slugs()
    every = {name: ex for slug in slugs for name, ex in exercises(slug).items()}
    return [_of_entries(slugs), *_of_exercises(every), *_of_lessons(slugs, every), *_of_routes(slugs, course)]


def _of_entries(slugs: list[str]) -> Row:
    """The bar was set for lessons 00 to 12; the two that were added to them are counted apart."""
    by_lesson = {slug: sum(map(entries_asked, exercises(slug).values())) for slug in slugs}
    asked = sum(count for slug, count in by_lesson.items() if slug < "13")
    later = by_lesson.keys() - {slug for slug in slugs if slug < "13"}
    words = f"{asked} in lessons 00 to 12; {sum(by_lesson[slug] for slug in later)} in the {len(later)} after them"
    return Row("entries asked for", words, "at most 530 in 00 to 12", asked <= 530)


def _of_exercises(every: dict[str, Exercise]) -> Iterator[Row]:
    long = [name for name, ex in every.items() if entries_asked(ex) > MOST_ENTRIES]
    yield Row(f"exercises of more than {MOST_ENTRIES} entries", _some(long), "0", not long)
    same = [name for name, ex in every.items() if share_of_one_label(ex) > MOST_OF_ONE_LABEL]
    yield Row("exercises with one label right in over 60 %", _some(same), "0", not same)
    kinds = Counter(ex.kind for ex in every.values())
    labels = kinds["classify"] + kinds["compare"]
    told = ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
    yield Row("classify and compare, of all", f"{labels} of {len(every)} ({told})", "half", labels <= len(every) / 2)
    yield Row("kind write", str(kinds["write"]), "at least 8", kinds["write"] >= 8)
    silent = [name for name, ex in every.items() if not ex.is_prose and not (ex.right or ex.reasons)]
    yield Row("“Right” without a reason", _some(silent), "0", not silent)
    bare = [f"{name} ({len(missing)})" for name, ex in every.items() if (missing := missing_reasons(ex))]
    parts = sum(len(missing_reasons(ex)) for ex in every.values())
    yield Row("worked answers without all reasons", f"{_some(bare)}; {parts} parts", "0", not bare)
    ignored = ignored_arguments()
    yield Row("functions that pass with an argument ignored", _some(ignored), "0", not ignored)


def _of_lessons(slugs: list[str], every: dict[str, Exercise]) -> Iterator[Row]:
    early = [slug for slug in slugs if moves_early(slug)]
    late = [slug for slug in slugs if slug not in early]
    found = f"{len(early)} of {len(slugs)}" + (f"; not {', '.join(s[:2] for s in late)}" if late else "")
    yield Row("something to move or predict in the first third", found, "all", not late)
    code = {slug: [c.source for c in cells_of(slug) if c.cell_type == "code"] for slug in slugs}
    shown = Counter(p for slug in slugs for source in code[slug] for p in shown_paragraphs(source))
    most, times = next(iter(shown.most_common(1)), (("", "", 0), 0))
    words = f"{shown.total()} of {len(shown)} paragraphs; {' '.join(map(str, most))}: {times} times"
    yield Row("paragraphs shown", words, "at most 150, none over 5", shown.total() <= 150 and times <= 5)
    marked = sum("mark(" in source for slug in slugs for _, source in answer_cells(cells_of(slug)))
    yield Row("exercises answered by `mark`", str(marked), "at least 6", marked >= 6)
    without = [slug[:2] for slug in slugs if not any("predict(" in source for source in code[slug])]
    yield Row("lessons without `predict`", _some(without), "0", not without)


def _of_routes(slugs: list[str], course: Any) -> Iterator[Row]:
    over = [
        f"{lesson.number}: {lesson.minutes}"
        for lesson in course.lessons
        if lesson.slug in slugs and lesson.minutes > (90 if lesson.number == "12" else 60)
    ]
    highest = max(lesson.minutes for lesson in course.lessons)
    yield Row("core minutes of a lesson", f"up to {highest}; over: {_some(over)}", "60 (12: 90)", not over)
    for name in course.own_notebooks:
        cells = nbformat.read(LESSONS / course.notebook_of(name), as_version=4).cells
        minutes, typed = course.minutes_of(course.routes[name]), typed_code(cells)
        found = f"{minutes} minutes, {len(exercises_of(_notebook(cells)))} exercises; typed: {_some(typed)}"
        yield Row(f"route {name}", found, "at most 120; 0 typed", minutes <= 120 and not typed)
    core = course.routes["core"]
    hours = course.minutes_of(core) / 60
    typed = [e for s in core.lessons for e in typed_code(cells_of(s)) if exercises(s)[e].core]
    found = f"{len(core.lessons)} lessons, {hours:.1f} hours; typed: {_some(typed)}"
    is_reached = len(core.lessons) <= 9 and hours <= 8 and not typed
    yield Row("route core", found, "at most 9; 8; 0 typed", is_reached)


def _notebook(cells: list[Any]) -> Any:
    return nbformat.v4.new_notebook(cells=cells)


def _some(names: list[str], most: int = 6) -> str:
    """How many there are, and the first by name."""
    more = ", …" if len(names) > most else ""
    return f"{len(names)} ({', '.join(names[:most])}{more})" if names else "0"


def by_lesson() -> Iterator[str]:
    """A line for each lesson."""
    yield "lesson  core  extra  exercises  entries  forms  reasons missing  showings  moves early"
    for lesson in load_course().lessons:
        slug = lesson.slug
        if slug not in bank.slugs():
            continue
        mine, cells = exercises(slug), cells_of(slug)
        forms = sum(bool(FORM.search(source)) for _, source in answer_cells(cells))
        showings = sum(len(shown_paragraphs(c.source)) for c in cells if c.cell_type == "code")
        missing = sum(len(missing_reasons(ex)) for ex in mine.values())
        entries = sum(map(entries_asked, mine.values()))
        early = "yes" if moves_early(slug) else "no"
        numbers = (lesson.minutes, lesson.extra_minutes, len(mine), entries, forms, missing, showings)
        widths = (6, 7, 11, 9, 7, 17, 10)
        yield f"{lesson.number:<6}" + "".join(f"{n:>{w}}" for n, w in zip(numbers, widths)) + f"  {early:>11}"


def main() -> int:
    """Print the table and the lines of the lessons; 0 where every asked value is reached, else 1."""
    table = rows()
    for row in table:
        print(f"{'✓' if row.is_reached else '✗'} {row.measure}: {row.found} (asked: {row.asked})")
    print()
    print("\n".join(by_lesson()))
    missed = sum(not row.is_reached for row in table)
    print(f"\n{len(table) - missed} of {len(table)} asked values are reached.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
