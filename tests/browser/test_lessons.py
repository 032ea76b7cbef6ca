"""Each lesson in a real browser, as a learner goes through it: run, wrong, right, widgets, Validate, report."""

import re

import nbformat
import pytest

from appraise.learner.report import lesson_standing
from tests import bank
from tests.browser.conftest import PANEL

WIDGETS = r"^(?:\w+ = )?(?:two_groups|regression_to_the_mean|sampling_distribution|precision|rob2_form|correlation_slider|confounding|twelve_questions)\("
WIDGETS += r"|^my_work\("
OVER = f"""() => [...document.querySelectorAll("{PANEL} .jp-OutputArea-output img")]
  .filter((image) => image.getBoundingClientRect().right > image.closest(".jp-OutputArea").getBoundingClientRect().right + 1)
  .map((image) => image.alt)"""
CHANGED = "([area, before]) => area.innerText !== before"


def first_to_try(slug):
    """The first core exercise that stands alone: its id and title, a wrong answer, the remark it must get, a right one."""
    for row in lesson_standing(slug):
        ex = bank.key(slug)[row.id]
        remarks = {m["id"]: m["remark"] for m in ex.get("misconceptions", [])}
        answers = [e for e in bank.by_hand(slug) if e.exercise == row.id and not e.hidden]
        wrong = next((e for e in answers if e.remark in remarks), None)
        right = next((e for e in answers if e.share == 1), None)
        if wrong and right and ex["core"] and "follows" not in ex:
            return row.id, row.title, wrong.text, re.sub("[`*]", "", remarks[wrong.remark]), right.text
    raise AssertionError(f"{slug}: expected an exercise with a misconception and a right answer in the bank")


def moved_by_keyboard(room):
    """Move every slider, list and button of the open lesson by keyboard; the words beside each must follow."""
    page = room.page
    areas = page.locator(f"{PANEL} .jp-OutputArea:has(.jupyter-widgets)")
    for i in range(areas.count()):
        area = areas.nth(i).element_handle()
        for kind, keys in (
            ("[role=slider]", ["ArrowRight", "ArrowLeft"]),
            ("select", ["ArrowDown"]),
            ("button:not(.widget-upload)", ["Enter"]),
        ):
            controls = areas.nth(i).locator(kind)
            controls.first.wait_for() if kind == "select" and controls.count() else None
            for n in range(controls.count()):
                before = area.inner_text()
                at_the_end = kind == "[role=slider]" and controls.nth(n).evaluate(
                    "x => x.ariaValueNow === x.ariaValueMax"
                )
                # focus and key in one step: JupyterLab may move the focus in between
                controls.nth(n).press(keys[-1] if at_the_end else keys[0])
                page.wait_for_function(CHANGED, arg=[area, before])
    return areas.count()


@pytest.mark.parametrize("slug", bank.slugs())
def test_a_learner_goes_through_a_lesson(room, slug):
    room.open(slug)
    room.run_all()
    page = room.page
    assert page.locator(f"{PANEL} [data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts() == []

    exercise, title, wrong, remark, right = first_to_try(slug)
    room.answer(exercise, wrong)
    room.remark(exercise).filter(has_text=remark).wait_for()
    room.answer(exercise, right)
    room.remark(exercise).locator("strong:has-text('Right')").wait_for()

    released = nbformat.read(room.tree / "lessons" / slug / f"{slug}.ipynb", as_version=4)
    expected = [cell for cell in released.cells if re.search(WIDGETS, cell.source, re.MULTILINE)]
    assert moved_by_keyboard(room) == len(expected)

    room.run("lesson_report(")
    row = page.locator(f"{PANEL} table.appraise-report tr").filter(has_text=title)
    row.locator("td:has-text('✓ right')").wait_for()

    for image in page.locator(f"{PANEL} .jp-OutputArea-output img").all():
        assert len(image.get_attribute("alt") or "") > 20
    assert room.axe() == []
    page.set_viewport_size({"width": 800, "height": 900})
    page.wait_for_function(f"document.querySelector('{PANEL}').getBoundingClientRect().right <= 800")
    assert page.evaluate(OVER) == []
    page.set_viewport_size({"width": 1280, "height": 900})

    kept = room.tree / "work" / ".progress" / f"{slug}.json"
    before = kept.read_bytes()
    graded = {row.id for row in lesson_standing(slug) if row.out_of is not None}
    assert set(re.findall(r'check\("([^"]+)"', room.validate())) == graded - {exercise}
    assert kept.read_bytes() == before

    room.theme("JupyterLab Dark")
    assert room.axe(["color-contrast"]) == []
    for chosen in page.locator(f"{PANEL} .jp-OutputArea-output select").all():  # no dark picture of an arrow on dark
        assert chosen.evaluate("e => getComputedStyle(e).backgroundImage") == "none"
