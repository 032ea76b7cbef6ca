"""Lesson 14 in a real JupyterLab: from paste to page, after a reload and a restart, and what axe finds."""

import json
import re
from importlib import resources

import pytest

from tests.browser.conftest import PANEL, WCAG
from tests.workbench import texts

SLUG = "14-your-own-claim"
STEPS = ["choose", "paste", "mark", "figures", "words", "work-out", "questions", "page"]
AXE = """async (tags) => {
  const found = await axe.run({include: [[".appraise-desk"]]}, {runOnly: {type: "tag", values: tags}});
  return found.violations.map((v) => [v.id, v.nodes.map((node) => node.html.slice(0, 200))]);
}"""


class Claims:
    """The forms of lesson 14 in the learner's room."""

    def __init__(self, room):
        self.room, self.page = room, room.page
        room.open(SLUG)

    def wake(self):
        """Run the opening cell alone, as somebody does who comes back."""
        self.room.run("from appraise import")
        for step in STEPS:
            self.desk(step).wait_for(state="attached")

    def show_all(self):
        self.room.run_all()
        for step in STEPS:
            self.desk(step).wait_for(state="attached")

    def desk(self, step):
        return self.page.locator(f"{PANEL} .appraise-desk[data-form='claim {step}']").last

    def control(self, step, id):
        self.desk(step).scroll_into_view_if_needed()
        return self.desk(step).locator(f'[data-id="{id}"]').first

    def type(self, step, id, text):
        control = self.control(step, id)
        control.fill(text)
        control.dispatch_event("change")
        self.settle()

    def press(self, step, id):
        self.control(step, id).click()
        self.settle()

    def settle(self):
        self.page.wait_for_timeout(300)
        self.page.wait_for_selector("text=Python 3 (ipykernel) | Idle")

    def begin(self, title, number):
        self.type("choose", "new", title)
        self.press("choose", "begin")
        self.type("paste", "page", texts.load(f"page-{number:02}").text)
        self.type("paste", "abstract", texts.load(f"abstract-{number:02}").text)


@pytest.fixture
def claims(room):
    return Claims(room)


def test_from_paste_to_page_and_after_a_restart(claims):
    claims.show_all()
    claims.begin("Humming against hay fever", 3)
    claims.press("mark", "paragraph 5")
    assert claims.control("mark", "paragraph 5").get_attribute("aria-pressed") == "true"
    claims.control("figures", "verdict 0").select_option("renamed")
    claims.settle()
    claims.type("page", "appraisal", "A small gain, told as a large one.")
    frame = claims.page.frame_locator(f"{PANEL} .appraise-desk-page").last
    frame.get_by_text("A small gain, told as a large one.").wait_for()
    with claims.page.context.expect_page() as opened:
        claims.desk("page").get_by_text("Open the page to print it").click()
    printed = opened.value
    printed.get_by_text("A small gain, told as a large one.").wait_for()
    assert len(re.findall(rb"/Type\s*/Page\b", printed.pdf(format="A4"))) in (1, 2)
    printed.close()
    place = claims.room.tree / "work" / "my-claims" / "humming-against-hay-fever"
    assert json.loads((place / "claim.json").read_text(encoding="utf-8"))["verdicts"][0]["verdict"] == "renamed"
    claims.room.lab.forget()
    again = Claims(claims.room)
    again.wake()
    assert again.control("page", "appraisal").input_value() == "A small gain, told as a large one."
    assert again.control("figures", "verdict 0").input_value() == "renamed"
    again.begin("Roses", 5)
    again.control("choose", "open").select_option("humming-against-hay-fever")
    again.settle()
    assert again.control("paste", "page").input_value() == texts.load("page-03").text


def test_what_was_typed_last_is_kept_when_the_page_is_left_at_once(claims):
    claims.show_all()
    claims.begin("Left at once", 3)
    claims.control("page", "appraisal").click()
    claims.page.keyboard.type("The last line, and the page is loaded again.")
    claims.page.reload()
    claims.page.wait_for_selector("text=Python 3 (ipykernel) | Idle")
    place = claims.room.tree / "work" / "my-claims" / "left-at-once"
    kept = json.loads((place / "claim.json").read_text(encoding="utf-8"))
    assert kept["appraisal"] == "The last line, and the page is loaded again."


def test_boxes_are_as_wide_as_what_is_typed_and_waking_leaves_the_learner_in_place(claims):
    claims.show_all()
    claims.begin("A title that is long enough to be cut off in a box of eleven letters", 3)
    title = claims.control("choose", "title")
    assert title.evaluate("box => box.scrollWidth <= box.clientWidth")
    claims.control("page", "by").scroll_into_view_if_needed()
    claims.page.click(".lm-MenuBar-item:has-text('Kernel')")
    claims.page.click(".lm-Menu-itemLabel:text-is('Restart Kernel…')")
    claims.page.locator(".jp-Dialog button:has-text('Restart')").last.click()
    wake = claims.page.get_by_text("Wake the forms").last
    wake.wait_for()
    wake.click()
    claims.control("page", "by").wait_for()
    claims.settle()
    claims.room.at("One page")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing(claims, theme):
    claims.room.theme(theme)
    claims.show_all()
    claims.begin("Hiccups", 10)
    claims.press("work-out", "use 0")
    claims.page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    for step in STEPS:
        claims.desk(step).scroll_into_view_if_needed()
        assert claims.page.evaluate(AXE, WCAG) == []
