"""Forms in a real JupyterLab: by mouse, by keyboard, after a reload and a restart, and where the page hides its parts."""

import ast
import json
from importlib import resources

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from appraise.grading.judging.judging import grade_submission
from appraise.grading.judging.lesson import load_lesson, start_fork_server
from appraise.grading.submission.matching import match_answers
from appraise.grading.submission.reading import read_notebook
from tests import bank
from tests.browser.conftest import PANEL, WCAG

OPENING = """import pandas as pd
from appraise import check, lesson
from appraise.learner.forms import choose, mark, predict, predicted, write_text

lesson("04-the-numbers")"""
FATE = """fate = {
    "pain at 6 months, mean, in walsh post": ...,
    "pain at 6 months, SD, in walsh post": ...,
    "flexion before, mean, in walsh post": ...,
    "pain before, mean, in vitamindwiki links": ...,
    "pain at 6 months, mean, in vitamindwiki links": ...,
    "pain at 6 months, mean, in vitamindwiki clip": ...,
    "pain at 6 months, mean, in painscience comment": ...,
    "pain at 6 months, mean, in shopblog post": ...,
}
choose("numbers-follow-it-home", fate)"""
CHECK_FATE = 'check("numbers-follow-it-home", fate)'
ERRS = """errs = {"first": ..., "second": ..., "third": ..., "fourth": ...}
choose("question-where-the-rule-errs", errs)"""
CHECK_ERRS = 'check("question-where-the-rule-errs", errs)'
DESIGN = """design = pd.DataFrame("", index=["painscience abstract", "walsh post"], columns=["randomised", "blinded"], dtype=object)
# one line a passage
choose("question-where-do-the-words-come-from", design)"""
FAULTS = """faults = {"sentence 1": ..., "sentence 2": ...}
said = ["Pain fell from 7.5 to 4.7.", "Take it every day."]
mark("telling-sentence-by-sentence", faults, said)"""
TELLING = 'telling = ...\nwrite_text("telling-two-hundred-words", telling)'
HOW_MUCH = 'predict("how-much-lower", 0, 10, unit="points", question="How much lower was pain?")'
ALL = [OPENING, FATE, CHECK_FATE, ERRS, CHECK_ERRS, DESIGN, FAULTS, TELLING, HOW_MUCH]
AXE = """async (tags) => {
  const found = await axe.run({include: [[".appraise-form"]]}, {runOnly: {type: "tag", values: tags}});
  return found.violations.map((v) => [v.id, v.nodes.map((node) => node.html.slice(0, 200))]);
}"""


def right(exercise):
    """The key's answer as a plain dictionary."""
    slug = bank.slug_of(exercise)
    return dict(bank.key(slug)[exercise]["expected"]["dict"])


class Notebook:
    """A notebook with forms in the learner's room."""

    def __init__(self, room, *cells):
        self.room, self.page = room, room.page
        self.file = room.tree / "work" / "forms" / "forms.ipynb"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        made = new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": kernel})
        nbformat.write(made, self.file)
        room.open("forms")

    def form(self, exercise):
        return self.page.locator(f"{PANEL} .appraise-form[data-form='{exercise}']")

    def line(self, exercise, name):
        """The control of one part, by its name."""
        return self.form(exercise).get_by_label(name, exact=True)

    def saved(self):
        """The saved notebook."""
        self.page.keyboard.press("Escape")
        self.page.click(".lm-MenuBar-item:has-text('File')")
        self.page.click(".lm-Menu-item:has-text('Save Notebook') >> nth=0")
        self.page.wait_for_selector(
            ".jp-Document.lm-mod-current, .lm-TabBar-tab.lm-mod-current:not(.jp-mod-dirty)", state="attached"
        )
        self.page.wait_for_function(
            "document.querySelector('.lm-DockPanel-tabBar .lm-TabBar-tab.lm-mod-current.jp-mod-dirty') === null"
        )
        return nbformat.read(self.file, as_version=4)

    def source(self, i):
        """The text of a cell as it stands on the page."""
        return self.page.evaluate(
            "(i) => window.jupyterapp.shell.currentWidget.content.model.cells.get(i).sharedModel.getSource()", i
        )

    def wait_for(self, i, text):
        self.page.wait_for_function(
            "([i, text]) => window.jupyterapp.shell.currentWidget.content.model.cells.get(i).sharedModel.getSource().includes(text)",
            arg=[i, text],
        )

    def run_in_kernel(self, code):
        """Run code in a new last cell; returns what it prints."""
        before = self.page.locator(f"{PANEL} .jp-CodeCell").count()
        self.page.evaluate(
            """(code) => { const p = window.jupyterapp.shell.currentWidget.content.model.sharedModel;
              p.insertCell(p.cells.length, {cell_type: "code", source: code}); }""",
            code,
        )
        cell = self.page.locator(f"{PANEL} .jp-CodeCell").nth(before)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        out = cell.locator(".jp-OutputArea-output").first
        out.wait_for()
        return out.inner_text().strip()

    def restart(self):
        self.page.click(".lm-MenuBar-item:has-text('Kernel')")
        self.page.click(".lm-Menu-item:has-text('Restart Kernel…') >> nth=0")
        self.page.locator(".jp-Dialog button:has-text('Restart')").click()
        self.page.locator(".jp-Dialog").wait_for(state="detached")
        self.page.wait_for_selector("text=Python 3 (ipykernel) | Idle")

    def axe(self):
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
        return self.page.evaluate(AXE, WCAG)


def no_widget_is_saved(nb):
    text = json.dumps(nb)
    return "widget" not in text and "source_hidden" not in text


def literal(source, name):
    """What the last assignment to a name in a cell holds."""
    found = [s for s in ast.parse(source).body if isinstance(s, ast.Assign) and getattr(s.targets[0], "id", "") == name]
    return ast.literal_eval(found[-1].value)


def test_by_mouse_two_forms_and_the_points_in_the_grader(room):
    book = Notebook(room, *ALL[:5])
    room.run_all()
    fate, errs = right("numbers-follow-it-home"), right("question-where-the-rule-errs")
    for name, label in fate.items():
        book.line("numbers-follow-it-home", name).select_option(label=label)
    for name, label in errs.items():
        book.line("question-where-the-rule-errs", name).get_by_label(label, exact=True).click()
    for exercise in ("numbers-follow-it-home", "question-where-the-rule-errs"):
        book.form(exercise).get_by_role("button", name="Check").click()
        room.remark(exercise).locator("strong:has-text('Right')").wait_for()

    nb = book.saved()
    assert literal(nb.cells[1].source, "fate") == fate
    assert literal(nb.cells[3].source, "errs") == errs
    assert nb.cells[1].source.count("\n") == FATE.count("\n")  # nothing but the values has changed
    assert no_widget_is_saved(nb)

    slug = "04-the-numbers"
    release = room.tree / "lessons" / slug / f"{slug}.ipynb"
    submission = nbformat.read(release, as_version=4)
    answer = next(
        c for c in submission.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "numbers-follow-it-home-answer"
    )
    answer.source = f"from appraise.learner.forms import choose\n{nb.cells[1].source}"
    lesson = load_lesson(release, room.tree / "solutions" / slug / "key.json")
    with start_fork_server(lesson) as server:
        outcome = grade_submission(
            lesson, server, match_answers(lesson.release, read_notebook(nbformat.writes(submission).encode()))
        )
    assert outcome.items["numbers-follow-it-home"].earned == 2.0


def test_a_choice_can_be_taken_back(room):
    book = Notebook(room, OPENING, ERRS, CHECK_ERRS)
    room.run_all()
    errs = "question-where-the-rule-errs"
    press = book.line(errs, "first").get_by_label("missed", exact=True)
    press.click()
    book.wait_for(1, '"first": "missed"')
    press.click()  # the same label again
    book.wait_for(1, '"first": ...')
    assert not press.is_checked()
    book.line(errs, "second").get_by_label("missed", exact=True).click()
    book.wait_for(1, '"second": "missed"')
    book.line(errs, "second").get_by_label("false alarm", exact=True).click()
    book.wait_for(1, '"second": "false alarm"')
    for expected in ('"second": "missed"', '"second": ...', '"first": "missed"', '"first": ...'):
        book.form(errs).get_by_role("button", name="Undo").click()
        book.wait_for(1, expected)
    assert book.source(1) == ERRS
    assert book.form(errs).get_by_role("status").first.inner_text() == "0 of 4"


def test_by_keyboard_alone(room):
    book = Notebook(room, OPENING, ERRS, CHECK_ERRS, FATE, CHECK_FATE)
    page = book.page
    press = page.keyboard.press
    page.locator(f"{PANEL} .jp-Notebook").focus()
    press("Control+Home")
    for _ in range(5):
        press("Shift+Enter")
    book.form("numbers-follow-it-home").wait_for()
    page.wait_for_selector("text=Python 3 (ipykernel) | Idle")
    inside = "(id) => document.activeElement.closest('.appraise-form')?.dataset.form === id"

    def tab_to(exercise, words):
        for _ in range(150):
            press("Tab")
            if page.evaluate(inside, exercise) and page.evaluate(
                "(words) => [document.activeElement.textContent, document.activeElement.closest('[aria-labelledby]')?.previousSibling?.textContent].includes(words)",
                words,
            ):
                return
        raise AssertionError(f"expected Tab to reach {words}")

    # from the first cell on: the last cell is active after the run
    press("Escape")
    for _ in range(6):
        press("ArrowUp")
    errs, places = right("question-where-the-rule-errs"), ["rightly raised", "rightly silent", "false alarm", "missed"]
    tab_to("question-where-the-rule-errs", "first")
    for i, label in enumerate(errs.values()):
        press("Space")
        for _ in range(places.index(label)):
            press("ArrowRight")
        book.wait_for(1, f'"{list(errs)[i]}": "{label}"')
        press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Check"
    # keys that JupyterLab would take for its own do nothing to the notebook
    cells = page.locator(f"{PANEL} .jp-CodeCell").count()
    for key in "dda":
        press(key)
    assert page.locator(f"{PANEL} .jp-CodeCell").count() == cells
    press("Enter")
    room.remark("question-where-the-rule-errs").locator("strong:has-text('Right')").wait_for()
    page.wait_for_function("document.activeElement.textContent === 'Check'")
    tab_to("numbers-follow-it-home", "pain at 6 months, SD, in walsh post")
    page.keyboard.type("lost")
    book.wait_for(3, '"pain at 6 months, SD, in walsh post": "lost"')
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_after_a_reload_and_after_a_restart(room):
    book = Notebook(room, OPENING, ERRS, CHECK_ERRS)
    room.run_all()
    errs = "question-where-the-rule-errs"
    book.line(errs, "first").get_by_label("missed", exact=True).click()
    book.wait_for(1, '"first": "missed"')
    assert no_widget_is_saved(book.saved())

    book.page.reload()
    book.page.wait_for_selector("text=Python 3 (ipykernel) | Idle")
    chosen = book.line(errs, "first").get_by_label("missed", exact=True)
    chosen.wait_for()
    assert chosen.is_checked()
    book.line(errs, "second").get_by_label("false alarm", exact=True).click()
    book.wait_for(1, '"second": "false alarm"')
    assert book.form(errs).count() == 1

    book.restart()
    asleep = book.form(errs).filter(has_text="The kernel was restarted")
    asleep.wait_for()
    assert book.page.locator(f"{PANEL} .jp-CodeCell").nth(1).locator(".cm-content").is_visible()  # the code shows again
    asleep.get_by_role("button", name="Wake the forms").click()
    chosen.wait_for()
    assert chosen.is_checked()
    assert book.line(errs, "second").get_by_label("false alarm", exact=True).is_checked()
    assert book.form(errs).count() == 1
    book.form(errs).get_by_role("button", name="Check").click()  # the name is there, though its cell was not run
    room.remark(errs).wait_for()
    assert "NameError" not in book.page.locator(PANEL).inner_text()


def test_a_lesson_opened_again_wakes_its_forms(room):
    book = Notebook(room, *ALL)
    room.run_all()
    book.line("question-where-the-rule-errs", "third").get_by_label("missed", exact=True).click()
    book.line("numbers-follow-it-home", "flexion before, mean, in walsh post").select_option(label="same")
    book.wait_for(1, '"same"')
    nb = book.saved()
    assert no_widget_is_saved(nb)
    room.lab.forget()  # the kernels end
    room.open("forms")
    assert book.page.locator(".appraise-form").count() == 0
    assert "model not found" not in book.page.locator(PANEL).inner_text()
    room.run("import pandas")
    for exercise in ("numbers-follow-it-home", "question-where-the-rule-errs", "question-where-do-the-words-come-from"):
        book.form(exercise).wait_for()
    for form in ("telling-two-hundred-words", "telling-sentence-by-sentence", "how-much-lower"):
        book.form(form).wait_for()
    assert book.line("question-where-the-rule-errs", "third").get_by_label("missed", exact=True).is_checked()
    kept = book.line("numbers-follow-it-home", "flexion before, mean, in walsh post")
    assert kept.evaluate("list => list.selectedOptions[0].textContent") == "same"


HAND = """# my notes: “look again”
fate = {   # mine
    'pain at 6 months, mean, in walsh post'   :   "sme",   # typed
    "pain at 6 months, SD, in walsh post": ...,  "flexion before, mean, in walsh post": ('same'),
    "mine": 1 +
       1,
}
idea = "🙂"; choose("numbers-follow-it-home", fate)  # the form"""


def test_a_cell_that_was_edited_by_hand(room):
    book = Notebook(room, OPENING, HAND, CHECK_FATE)
    room.run_all()
    first, second = "pain at 6 months, mean, in walsh post", "pain at 6 months, SD, in walsh post"
    chosen = "list => list.selectedOptions[0].textContent"
    assert book.line("numbers-follow-it-home", first).evaluate(chosen) == "sme"
    book.line("numbers-follow-it-home", first).select_option(label="rounded")
    book.wait_for(1, "rounded")
    # typed and not run: the form takes it over with the next choice, and loses nothing of it
    cell = room.page.locator(f"{PANEL} .jp-CodeCell").nth(1)
    cell.locator(".cm-line", has_text="SD, in walsh").get_by_text("SD, in walsh").click()
    book.page.keyboard.press("End")
    book.page.keyboard.insert_text("  # later: 🙂")
    book.line("numbers-follow-it-home", second).select_option(label="lost")
    book.wait_for(1, '"lost"')
    expected = HAND.replace('"sme"', '"rounded"').replace('SD, in walsh post": ...', 'SD, in walsh post": "lost"')
    assert book.source(1) == expected.replace("('same'),", "('same'),  # later: 🙂")
    assert book.run_in_kernel(f"print(fate[{first!r}], fate[{second!r}])") == "rounded lost"


def test_a_cell_with_code_of_its_own_is_left_alone(room):
    computed = 'errs = dict.fromkeys(["first", "second"], ...)\nchoose("question-where-the-rule-errs", errs)'
    book = Notebook(room, OPENING, computed, CHECK_ERRS)
    room.run_all()
    errs = "question-where-the-rule-errs"
    assert room.page.locator(f"{PANEL} .jp-CodeCell").nth(1).locator(".cm-content").is_visible()  # not folded
    book.line(errs, "second").get_by_label("missed", exact=True).click()
    offered = book.form(errs).get_by_label("Text to copy")
    offered.wait_for()
    assert 'errs = {\n    "first": ...,\n    "second": "missed",\n}' in offered.inner_text()
    assert book.source(1) == computed
    assert book.run_in_kernel("print(errs['second'])") == "missed"  # the check sees it


def test_a_page_that_does_not_expose_the_application(room):
    room.page.add_init_script("Object.defineProperty(window, 'jupyterapp', {set() {}, get: () => undefined})")
    book = Notebook(room, OPENING, ERRS, CHECK_ERRS)
    room.run_all()
    assert room.page.evaluate("window.jupyterapp === undefined")
    errs = "question-where-the-rule-errs"
    assert book.form(errs).count() == 1
    for name, label in right(errs).items():
        book.line(errs, name).get_by_label(label, exact=True).click()
    offered = book.form(errs).get_by_label("Text to copy")
    offered.filter(has_text=right(errs)["fourth"]).wait_for()
    assert literal(offered.inner_text(), "errs") == right(errs)
    room.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    book.form(errs).get_by_role("button", name="Copy").click()
    book.form(errs).get_by_role("button", name="Copied").wait_for()
    assert literal(room.page.evaluate("navigator.clipboard.readText()"), "errs") == right(errs)
    book.form(errs).get_by_role("button", name="Check").click()
    book.form(errs).locator(".appraise-remark strong:has-text('Right')").wait_for()
    room.run("check(")  # the check cell sees the same live dictionary
    room.remark(errs).locator("strong:has-text('Right')").last.wait_for()


def test_a_form_that_cannot_reach_its_kernel_says_so_where_the_application_is_not_exposed(room):
    room.page.add_init_script("Object.defineProperty(window, 'jupyterapp', {set() {}, get: () => undefined})")
    book = Notebook(room, OPENING, ERRS)
    room.run_all()
    errs = book.form("question-where-the-rule-errs")
    errs.get_by_role("button", name="Check").wait_for()
    book.restart()
    errs.get_by_text("Run this cell again to see its form.").wait_for()
    assert errs.get_by_role("button").count() == 0


def test_what_is_typed_before_the_kernel_has_answered_survives(room):
    book = Notebook(room, OPENING, ERRS, CHECK_ERRS, "import time; time.sleep(3)")
    room.run_all()
    errs = "question-where-the-rule-errs"
    room.run("import time")  # a kernel that is busy keeps no choice from the text
    sent = """(input) => {
      input.click();
      const cell = window.jupyterapp.shell.currentWidget.content.model.cells.get(1);
      setTimeout(() => cell.sharedModel.updateSource(0, 0, "# mine: 🙂\\n"));
    }"""
    book.line(errs, "first").get_by_label("missed", exact=True).evaluate(sent)
    book.line(errs, "second").get_by_label("missed", exact=True).evaluate(sent)
    book.wait_for(1, '"second": "missed"')
    changed = ERRS.replace('"first": ...', '"first": "missed"').replace('"second": ...', '"second": "missed"')
    assert book.source(1) == f"# mine: 🙂\n# mine: 🙂\n{changed}"
    assert book.run_in_kernel("print(errs['first'], errs['second'])") == "missed missed"


def test_the_forms_follow_when_everything_is_run_again(room):
    book = Notebook(room, OPENING, ERRS, CHECK_ERRS)
    room.run_all()
    errs = "question-where-the-rule-errs"
    book.form(errs).get_by_role("button", name="Show code").click()
    cell = room.page.locator(f"{PANEL} .jp-CodeCell").nth(1)
    cell.locator(".cm-content").click()
    book.page.keyboard.press("Control+a")
    book.page.keyboard.insert_text(ERRS.replace('"first": ...', '"first": "missed"'))
    book.page.keyboard.press("Shift+Enter")
    chosen = book.line(errs, "first").get_by_label("missed", exact=True)
    book.page.wait_for_function("input => input.checked", arg=chosen.element_handle())
    book.page.click(".lm-MenuBar-item:has-text('Kernel')")
    book.page.click(".lm-Menu-item:has-text('Restart Kernel and Run All Cells…')")
    book.page.locator(".jp-Dialog button:has-text('Restart')").click()
    book.form(errs).filter(has_text="The kernel was restarted").wait_for(state="detached")
    book.form(errs).get_by_role("button", name="Check").wait_for()
    assert book.form(errs).count() == 1
    assert chosen.is_checked()
    book.line(errs, "fourth").get_by_label("missed", exact=True).click()
    book.wait_for(1, '"fourth": "missed"')
    assert no_widget_is_saved(book.saved())


def test_a_table_writes_one_line_a_row(room):
    book = Notebook(room, OPENING, DESIGN)
    room.run_all()
    design = "question-where-do-the-words-come-from"
    book.line(design, "walsh post: blinded").get_by_label("not said", exact=True).click()
    book.wait_for(1, 'design.loc["walsh post"] = ["", "not said"]')
    book.line(design, "walsh post: randomised").get_by_label("said", exact=True).click()
    book.wait_for(1, 'design.loc["walsh post"] = ["said", "not said"]')
    first, comment, show = DESIGN.split("\n")
    assert book.source(1).split("\n") == [first, comment, 'design.loc["walsh post"] = ["said", "not said"]', show]
    assert book.run_in_kernel("print(list(design.loc['walsh post']))") == "['said', 'not said']"


def test_a_label_lands_on_its_sentence(room):
    book = Notebook(room, OPENING, FAULTS)
    room.run_all()
    form = book.form("telling-sentence-by-sentence")
    sentence = form.get_by_role("button", name="Take it every day.")
    sentence.click()
    form.get_by_role("radiogroup").get_by_label("advice", exact=True).click()
    book.wait_for(1, '"sentence 2": "advice"')
    assert form.get_by_role("radiogroup").count() == 0
    assert sentence.locator(".appraise-tag").inner_text() == "advice"
    # by keyboard: open, choose, close; the focus is back on the sentence
    form.get_by_role("button", name="Pain fell").focus()
    book.page.keyboard.press("Enter")
    book.page.keyboard.press("Space")
    book.wait_for(1, '"sentence 1": "fits"')
    book.page.keyboard.press("Escape")
    assert book.page.evaluate("document.activeElement.textContent") == "Pain fell from 7.5 to 4.7.fits"


def test_a_prediction_is_kept_in_its_cell(room):
    book = Notebook(room, OPENING, HOW_MUCH, "print(predicted('how-much-lower'))")
    room.run_all()
    form = book.form("how-much-lower")
    assert form.locator("output").inner_text() == "not said yet"
    line = form.get_by_label("How much lower was pain?")
    line.press("ArrowRight")
    book.wait_for(1, "value=5.1")
    form.get_by_label("Because").fill('it "felt" so')
    form.get_by_label("Because").press("Tab")
    book.wait_for(1, "reason='it \"felt\" so'")
    assert book.run_in_kernel("print(predicted('how-much-lower'))") == "5.1"
    book.restart()
    form.get_by_role("button", name="Wake the forms").click()
    form.locator("output:has-text('5.1 points')").wait_for()
    assert book.run_in_kernel("print(predicted('how-much-lower'))") == "5.1"
    form.get_by_role("button", name="Take back").click()
    book.wait_for(1, "value=None")


PROSE = 'Reference: Yousef 2013, doi 10.1111/anae.12107\nPain fell by 2.8 points; "fell", \'fell\', """fell""", back\\slash, 🙂 naïve.\nBeside placebo? Not said."'


def test_prose_is_counted_and_written(room):
    book = Notebook(room, OPENING, TELLING)
    room.run_all()
    form = book.form("telling-two-hundred-words")
    form.locator(".appraise-points li").first.wait_for()
    before = form.locator(".appraise-points li").count()
    area = form.get_by_role("textbox")
    area.fill(PROSE)
    form.locator(f".appraise-points li >> nth={before - 4}").wait_for(state="detached")
    assert form.locator(".appraise-count").inner_text() == "15 of 200 words"
    book.wait_for(1, "Not said.")
    assert literal(book.source(1), "telling") == PROSE
    area.press_sequentially(" And harms.")
    book.wait_for(1, "And harms.")
    assert literal(book.source(1), "telling") == PROSE + " And harms."
    assert book.run_in_kernel("print(len(telling))") == str(len(PROSE + " And harms."))
    area.fill("word " * 201)
    form.get_by_text("201 of 200 words: 1 too many").wait_for()
    area.fill("")
    book.wait_for(1, "telling = ...")


def test_what_the_kernel_never_got_is_offered_when_it_ends(room):
    book = Notebook(room, OPENING, TELLING)
    room.run_all()
    form = book.form("telling-two-hundred-words")
    form.get_by_role("textbox").fill("Kept.")
    book.wait_for(1, "Kept.")
    form.get_by_role("textbox").blur()
    form.get_by_role("textbox").evaluate(
        "area => { area.value = 'Kept. And this, cut off.'; }"
    )  # typed, not written yet
    book.restart()
    offered = form.get_by_label("Text to copy")
    offered.wait_for()
    assert offered.inner_text() == "Kept. And this, cut off."
    assert "safe" not in form.inner_text()
    form.get_by_role("button", name="Wake the forms").click()
    form.get_by_role("textbox").wait_for()
    area = form.get_by_role("textbox").element_handle()
    room.page.wait_for_function("area => area.value === 'Kept.'", arg=area)
    assert offered.inner_text() == "Kept. And this, cut off."


def test_a_form_stays_with_a_cell_that_is_moved(room):
    book = Notebook(room, OPENING, ERRS, CHECK_ERRS)
    room.run_all()
    errs = "question-where-the-rule-errs"
    book.page.evaluate("window.jupyterapp.shell.currentWidget.content.model.sharedModel.moveCells(1, 2, 1)")
    book.form(errs).wait_for()
    book.line(errs, "first").get_by_label("missed", exact=True).click()
    book.wait_for(2, '"first": "missed"')
    assert book.form(errs).count() == 1


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing(room, theme):
    book = Notebook(room, *ALL)
    room.run_all()
    room.theme(theme)
    book.line("question-where-the-rule-errs", "first").get_by_label("missed", exact=True).click()
    form = book.form("telling-sentence-by-sentence")
    form.get_by_role("button", name="Take it every day.").click()
    form.get_by_role("radiogroup").get_by_label("advice", exact=True).click()
    form.get_by_role("button", name="Pain fell").click()
    book.page.set_viewport_size({"width": 1280, "height": 3500})
    for exercise in ("numbers-follow-it-home", "question-where-do-the-words-come-from", "how-much-lower"):
        book.form(exercise).wait_for()
    assert book.axe() == []
    book.page.set_viewport_size({"width": 1280, "height": 900})
