"""The notebook of the first two hours in a real browser, and the room's ways to answer where there are forms."""

from tests import bank
from tests.browser.conftest import PANEL

ROUTE, EXERCISE = "two-hours", "numbers-follow-it-home"


def right_answer():
    return dict(bank.key(bank.slug_of(EXERCISE))[EXERCISE]["expected"]["dict"])


def test_somebody_new_chooses_and_types_nothing(room):
    room.open(ROUTE)
    room.run_all()
    assert room.page.locator(f"{PANEL} [data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts() == []
    opening = room.page.locator(f"{PANEL} .appraise-opening")
    opening.filter(has_text="Nothing tried yet here.").scroll_into_view_if_needed()
    opening.locator("summary", has_text="Words of this course").click()
    opening.locator("text=how far single values lie from their mean").wait_for()
    room.choose(EXERCISE, right_answer())
    room.remark(EXERCISE).locator("strong:has-text('Right')").wait_for()
    assert room.axe() == []


def test_an_answer_can_be_typed_behind_a_form(room):
    room.open(ROUTE)
    room.run_all()
    answer = right_answer()
    room.answer(EXERCISE, f"fate = {dict.fromkeys(answer, 'lost')}")
    room.remark(EXERCISE).locator("strong:has-text('Partly')").wait_for()
    room.answer(EXERCISE, f"fate = {answer}")
    room.remark(EXERCISE).locator("strong:has-text('Right')").wait_for()


def test_validate_is_found_where_a_narrow_page_hides_it(room):
    room.open(ROUTE)
    room.page.wait_for_selector(f"{PANEL} .jp-Toolbar >> text=Validate")
    room.page.set_viewport_size({"width": 500, "height": 900})
    room.page.wait_for_selector(f"{PANEL} .jp-Toolbar .jp-Toolbar-responsive-opener >> visible=true")
    assert room.validate().startswith("Validation Results")
    room.page.set_viewport_size({"width": 1280, "height": 900})
