"""The twelve questions in a real browser: answered by keyboard, with no key taken by the notebook, and kept."""

import json

from tests.browser.conftest import PANEL


def test_the_questions_are_answered_by_keyboard(room):
    room.open("00-start-here")
    room.run_all()
    page, cells = room.page, f"{PANEL} .jp-Cell"
    lists = page.locator(f"{PANEL} .widget-dropdown select")
    lists.nth(11).wait_for(state="attached")
    before = page.locator(cells).count()
    for n, presses in enumerate((1, 2, 5)):
        lists.nth(n).focus()
        for key in ["ArrowDown"] * presses + ["d", "d", "x"]:  # in command mode D twice, and X, take a cell away
            page.keyboard.press(key)
    page.locator(f"{PANEL} p[role=status]:has-text('Still open: 4, 5')").wait_for()
    assert page.locator(cells).count() == before
    kept = json.loads((room.tree / "work" / ".progress" / "questions.json").read_text(encoding="utf-8"))
    assert set(kept["first"]["answers"]) == {"1", "2", "3"}
