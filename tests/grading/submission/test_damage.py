"""Damaged files: what can be read is graded, what cannot has no number, and a person is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from appraise.grading.class_run.run import grade_class
from appraise.grading.gradebook.writer import open_gradebook
from appraise.grading.judging.lesson import Lesson, load_course_lesson
from appraise.grading.judging.outcome import Outcome
from appraise.grading.settings import read_settings
from appraise.grading.submission.matching import match_answers
from appraise.grading.submission.reading import read_notebook
from appraise.grading.submission.release import answer_cells
from tests.grading.class_run.test_class_run import CORE, NONE, points, statuses
from tests.grading.judging.test_judging import FULL
from tests.grading.judging.test_judging import points as points_of

Graded = Callable[..., Outcome]
Handed = Callable[..., Any]


def conflict(mine: str, theirs: str) -> str:
    return f"<<<<<<< HEAD\n{mine}=======\n{theirs}>>>>>>> theirs\n"


def text_of(nb: Any) -> str:
    return str(nbformat.writes(nb)) + "\n"


@pytest.mark.parametrize("nth", [0, 1, 5])
def test_conflict_marks_around_anything_cost_nothing(graded: Graded, submission: Handed, nth: int) -> None:
    line = '   "execution_count": null,\n'
    pieces = text_of(submission()).split(line)
    marked = line.join(pieces[: nth + 1]) + conflict(line, line.replace("null", "7")) + line.join(pieces[nth + 1 :])
    outcome = graded(marked.encode())
    assert points_of(outcome) == FULL
    assert any("conflict marks" in n for n in outcome.notes)


@pytest.mark.parametrize("swapped", [False, True])
def test_of_two_sides_the_one_that_was_worked_on_is_used(submission: Handed, lesson: Lesson, swapped: bool) -> None:
    whole = [
        text_of(submission()),
        text_of(
            submission(
                {"which-design": str(lesson.release.cells[answer_cells(lesson.release)["which-design-answer"]].source)}
            )
        ),
    ]
    mine, theirs = (text.splitlines(keepends=True) for text in (whole[::-1] if swapped else whole))
    begin = next(i for i, (a, b) in enumerate(zip(mine, theirs)) if a != b)
    end = next(i for i, (a, b) in enumerate(zip(mine[::-1], theirs[::-1])) if a != b)
    sides = ("".join(lines[begin : len(lines) - end]) for lines in (mine, theirs))
    marked = "".join(mine[:begin]) + conflict(*sides) + "".join(mine[len(mine) - end :])
    taken = match_answers(lesson.release, read_notebook(marked.encode()))
    assert 'design = "randomised trial"' in str(taken.texts["which-design-answer"])
    used = "second was used" if swapped else "first was used"
    assert any(used in n for n in taken.notes)


@pytest.mark.parametrize("nth", [0, 1, 2, 7])
def test_what_stands_before_and_behind_a_damaged_place_is_graded(graded: Graded, submission: Handed, nth: int) -> None:
    pieces = text_of(submission()).split('"outputs": []')
    broken = '"outputs": []'.join(pieces[: nth + 1]) + '"outputs": [{"broken' + '"outputs": []'.join(pieces[nth + 1 :])
    outcome = graded(broken.encode())
    lost = {n: i for n, i in outcome.items.items() if i.earned != FULL[n]}
    assert len(lost) <= 1
    assert all((i.status, i.earned) == ("unreadable", None) for i in lost.values())


def test_an_answer_in_the_damaged_place_has_no_number_and_neither_has_what_uses_it(
    graded: Graded, submission: Handed
) -> None:
    text = text_of(submission())
    outcome = graded(text.replace('"def mean_of(scores):', '"def mean_of(scores):" "').encode())
    unread = {n: i.status for n, i in outcome.items.items() if i.earned is None}
    assert unread == {"mean-of-scores": "unreadable", "the-difference": "unreadable", "say-it-plainly": "marked"}
    assert {n: p for n, p in points_of(outcome).items() if n not in unread} == {
        n: p for n, p in FULL.items() if n not in unread
    }
    assert "which could not be read" in outcome.items["the-difference"].remark
    assert outcome.status == "needs a person"


def test_no_place_at_which_a_file_breaks_off_gives_a_number_to_what_was_not_read(
    submission: Handed, lesson: Lesson
) -> None:
    text = text_of(submission())
    whole = match_answers(lesson.release, read_notebook(text.encode())).texts
    for end in range(60, len(text.rstrip()) - 1, 37):
        found = read_notebook(text[:end].encode())
        if found.unreadable:
            continue
        taken = match_answers(lesson.release, found)
        assert {g for g, t in taken.texts.items() if t != whole[g]} <= taken.unread, end


def test_both_ways_of_grading_leave_open_what_was_not_read(a_class: Any, tmp_path: Path) -> None:
    text = text_of(a_class.submission())
    must = {
        "none": (text[: text.index("arm_n")], NONE, "unreadable"),
        "some": (text[: text.index("design")], {**NONE, "n-in-each-arm": 1.0}, "needs a person"),
        "prose": (text[: text.index("summary")], CORE, "needs a person"),
        "marks": (text.replace("{\n", conflict("{\n", "{\n"), 1), CORE, "needs a person"),
    }
    for student, (work, _, _) in must.items():
        a_class.hand_in(student, work.encode())
    to = read_settings()
    with open_gradebook(to) as book:
        book.register(load_course_lesson(to, a_class.slug))
    plain, notebooks = a_class.graded_plainly(tmp_path / "before")
    assert grade_class(a_class.slug, workers=1) == 0
    assert points(a_class) == {s: p for s, (_, p, _) in must.items()}
    assert statuses(a_class) == {s: status for s, (_, _, status) in must.items()}
    assert a_class.scores() == plain
    assert a_class.notebooks() == notebooks
    assert plain["some"]["person"] == {n for n in CORE if n != "n-in-each-arm"}
    said = a_class.call("appraise", "export", "--format", "canvas")
    assert "3 needs a person, 1 unreadable" in said
    assert not list(a_class.root.glob(f"grades-canvas-{a_class.slug}.csv")), "none of the four has a final number"
    a_class.call("nbgrader", "generate_feedback", a_class.slug)
    page = a_class.root / "grading" / "feedback" / "some" / a_class.slug / f"{a_class.slug}.html"
    assert "Could not be read" in page.read_text(encoding="utf-8")


def test_an_answer_with_bytes_that_are_no_text_was_not_read(submission: Any) -> None:
    data = nbformat.writes(submission({"n-in-each-arm": "arm_n = 40  # Zoe"})).encode().replace(b"Zoe", b"Zo\xeb")
    read = read_notebook(data)
    assert read.damaged
    assert read.lost == {"n-in-each-arm-answer"}
    whole = nbformat.writes(submission()).encode().replace(b'"nbformat_minor"', b'"x\xeb": 1, "nbformat_minor"')
    assert not read_notebook(whole).damaged, "no answer holds it"
