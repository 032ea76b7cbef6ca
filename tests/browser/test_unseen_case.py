"""Lesson 13 in a real browser: marks in two steps by mouse and keyboard, practice without end, a case issued by a code."""

from __future__ import annotations

import json
import shutil

import pytest

from appraise.__main__ import main
from tests.browser.conftest import PANEL

pytestmark = pytest.mark.slow

SLUG = "13-an-unseen-case"


@pytest.fixture
def case(room):
    """The lesson with every cell run, and after the test as it was."""
    kept = (room.tree / "work" / SLUG / f"{SLUG}.ipynb").read_bytes()
    room.open(SLUG)
    room.run_all()
    yield room
    (room.tree / "work" / SLUG / f"{SLUG}.ipynb").write_bytes(kept)
    shutil.rmtree(room.tree / "work" / SLUG / "cases", ignore_errors=True)


def form(room, exercise):
    found = room.page.locator(f'{PANEL} [data-form="{exercise}"]')
    found.scroll_into_view_if_needed()
    return found


def mark(found, number, *labels):
    """Mark a sentence, counted from 1, by the mouse."""
    found.locator(".appraise-sentence").nth(number - 1).click()
    for label in labels:
        found.locator(".appraise-palette label:visible").filter(has_text=label).first.click()


def test_a_sentence_is_marked_in_two_steps_and_the_reason_comes_at_once(case):
    found = form(case, "unseen-first-marks")
    mark(found, 6, "does not fit")
    assert found.locator(".appraise-second:visible label").count() == 8
    mark_ = found.locator(".appraise-tag").nth(5)
    assert mark_.inner_text() == "does not fit"
    found.locator(".appraise-second:visible label").filter(has_text="comparison").click()
    found.locator(".appraise-palette").wait_for(state="detached")  # the last step closes the labels
    assert mark_.inner_text() == "does not fit: comparison"
    # the same by keyboard alone, and another first step takes the kind along
    sentence = found.locator(".appraise-sentence").nth(0)
    sentence.press("Enter")
    found.locator(".appraise-palette input").first.press("ArrowRight")
    assert found.locator(".appraise-second:visible label").count() == 8
    found.locator(".appraise-palette input:visible").nth(1).press("ArrowRight")
    found.locator(".appraise-palette").press("Escape")
    assert found.locator(".appraise-tag").nth(0).inner_text() == "cannot tell"
    found.locator(".appraise-status:has-text('2 of 8')").wait_for()
    for number, label in ((2, "cannot tell"), (3, "fits"), (4, "fits"), (5, "fits"), (7, "fits")):
        mark(found, number, label)
    mark(found, 8, "does not fit", "too strong")
    found.locator(".appraise-main").click()
    case.remark("unseen-first-marks").locator("strong:has-text('Right')").wait_for()
    case.run("first.reasons(first_marks)")
    case.page.locator(f"{PANEL} li:has-text('Sentence 6: right. The figure is in the abstract')").wait_for()


def test_practice_goes_on_and_is_counted(case):
    found = form(case, "practice-unseen-cases")
    first = found.locator(".appraise-sentence").first.inner_text()
    for number in range(1, 9):
        mark(found, number, "fits")
    found.locator(".appraise-main").click()
    found.locator(".appraise-remark-here li").nth(7).wait_for()
    assert found.locator(".appraise-remark-here li").count() == 8
    found.locator("button:has-text('Next case')").click()
    case.page.wait_for_function(
        "([form, before]) => document.querySelector(form).querySelector('.appraise-sentence').innerText !== before",
        arg=[f'{PANEL} [data-form="practice-unseen-cases"]', first],
    )
    found.locator(".appraise-tag:not(:empty)").first.wait_for(state="detached")
    assert found.locator(".appraise-tag:not(:empty)").count() == 0
    case.run("lesson_report(")
    case.page.locator(f"{PANEL} caption:has-text('1 practice case:')").wait_for()


def test_an_issued_case_is_opened_by_its_code_and_its_checks_judge_form_alone(case, monkeypatch):
    tree = case.tree
    (tree / "class.csv").write_text("id\nada\n", encoding="utf-8")
    monkeypatch.chdir(tree)
    assert main(["cases", "issue", SLUG, "--roster", "class.csv"]) == 0
    code = json.loads((tree / "grading" / "cases" / SLUG / "index.json").read_bytes())["students"]["ada"]
    shutil.copytree(tree / "lessons" / SLUG / "cases", tree / "work" / SLUG / "cases")
    shutil.rmtree(tree / "lessons" / SLUG / "cases")
    shutil.rmtree(tree / "grading")
    text = json.loads((tree / "work" / SLUG / "cases" / f"{code}.json").read_bytes())
    found = form(case, "unseen-own-code")
    found.locator("input").fill(code)
    found.locator(".appraise-main").click()
    case.remark("unseen-own-code").filter(has_text=f"This code opens “{text['title']}”").wait_for()
    case.run("mine.open(code)")
    case.page.locator(f"{PANEL} strong:has-text('{text['title']}')").wait_for()
    answer = case.check("unseen-own-marks-1").locator("xpath=preceding-sibling::*[1]")
    answer.locator(".appraise-quiet").click()
    answer.locator(".cm-content").click()
    case.page.keyboard.press("Shift+Enter")
    found = form(case, "unseen-own-marks-1")
    found.locator(".appraise-sentence").filter(has_text=text["tellings"][0]["sentences"][0][:20]).wait_for()
    mark(found, 1, "does not fit")
    found.locator(".appraise-main").click()
    remark = case.remark("unseen-own-marks-1")
    remark.filter(has_text="1 of 4 answered. “sentence 1” does not fit, you say: choose the kind as well.").wait_for()
