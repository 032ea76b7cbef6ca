"""The learner's room in a real browser: links in remarks, report and map lead on, widgets keep, work goes out and in."""

import re

import nbformat
import pytest

from tests.browser.conftest import PANEL, Room
from tests.conftest import ROOT

WIDGETS = [
    "two_groups()",
    "regression_to_the_mean()",
    "sampling_distribution()",
    "precision()",
    "rob2_form()",
    "correlation_slider()",
]
FIRST = "00-start-here"


def test_remark_report_and_map_lead_where_they_say_and_outlive_kernel_and_server(room):
    room.open(FIRST)
    assert room.page.locator(".lm-MenuBar-item:has-text('Nbgrader')").count() == 0
    room.run_all()
    room.answer("start-how-many-tried", "tried = 3")
    remark = room.remark("start-how-many-tried")
    remark.locator("strong:has-text('Not yet')").wait_for()
    again = remark.locator("a[href^='#']")
    words = again.inner_text()
    again.click()
    room.at(words)
    right = re.search(r"tried = (\d+)", _solution(FIRST))[1]
    room.answer("start-how-many-tried", f"tried = {right}")
    remark.locator("strong:has-text('Right')").wait_for()

    room.run("lesson_report(")
    report = room.page.locator(f"{PANEL} table.appraise-report:visible").first
    report.locator("td:has-text('✓ right')").wait_for()
    link = report.locator("td a").first
    words = link.inner_text()
    link.click()
    room.at(words)

    here = room.page.locator(f"{PANEL} table.appraise-report:visible td:has-text('1 of 3 core exercises')")
    room.run("course_map(")
    here.wait_for()

    room.page.click(".lm-MenuBar-item:has-text('Kernel')")
    room.page.click(".lm-Menu-item:has-text('Restart Kernel and Clear Outputs of All Cells…')")
    room.page.click(".jp-Dialog button:has-text('Restart')")
    here.wait_for(state="detached")
    room.run("from appraise import")
    room.run("course_map(")
    here.wait_for()

    room.lab.restart()
    room.open(FIRST)
    room.run("from appraise import")
    room.run("course_map(")
    here.wait_for()
    room.page.locator(f"{PANEL} table.appraise-report:visible a:has-text('How numbers travel')").last.click()
    room.page.wait_for_url("**/04-the-numbers.ipynb*")


def _solution(slug):
    notebook = nbformat.read(ROOT / "solutions" / slug / f"{slug}.ipynb", as_version=4)
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


@pytest.fixture(scope="module")
def widgets(lab, context):
    """Every widget in one notebook, opened once."""
    room = Room(context.new_page(), lab)
    slug = "widgets"
    cells = [nbformat.v4.new_code_cell(f"from appraise import course, widgets\nwidgets.{WIDGETS[0]}")]
    cells += [nbformat.v4.new_code_cell(f"widgets.{widget}") for widget in WIDGETS[1:]]
    cells += [nbformat.v4.new_code_cell("course.my_work()")]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    (room.tree / "work" / slug).mkdir(exist_ok=True)
    nbformat.write(notebook, room.tree / "work" / slug / f"{slug}.ipynb")
    room.open(slug)
    room.run_all()
    room.page.locator("[role=slider][aria-label='Correlation']").wait_for()
    yield room
    room.page.close()
    lab.forget()


def test_widgets_keep_their_state_when_a_cell_is_run_again(widgets):
    page = widgets.page
    slider = page.locator("[role=slider][aria-label='Improvement in everyone']")
    said = page.locator(f"{PANEL} .jp-CodeCell >> nth=0 >> p[role=status]")
    slider.focus()
    for _ in range(4):
        words = said.inner_text()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("([words]) => document.querySelector('p[role=status]').innerText !== words", arg=[words])
    page.locator("button:has-text('Repeat 1,000 times')").focus()
    page.keyboard.press("Enter")
    said.locator("text=/Of 1,000 repetitions/").wait_for()
    words, moved = said.inner_text(), slider.get_attribute("aria-valuenow")

    ran = page.locator(f"{PANEL} .jp-CodeCell >> nth=0 >> .jp-InputArea-prompt")
    before = ran.inner_text()
    widgets.run("from appraise")
    page.wait_for_function(RAN_AGAIN, arg=[before])
    said.locator("text=/Of 1,000 repetitions/").wait_for()
    assert said.inner_text() == words
    assert slider.get_attribute("aria-valuenow") == moved


RAN_AGAIN = f"""([before]) => {{
  const now = document.querySelector("{PANEL} .jp-CodeCell .jp-InputArea-prompt").textContent;
  return /\\[\\d+\\]/.test(now) && now.trim() !== before.trim();
}}"""


def test_the_form_judges_as_it_is_filled(widgets):
    page = widgets.page
    for question, answer in (("1.1", "No information"), ("1.2", "Probably yes"), ("1.3", "No")):
        page.locator(f".widget-dropdown:has(label:text-is('{question}')) select").select_option(label=answer)
    page.locator("tr:has-text('D1 Randomisation') td:has-text('Low')").wait_for()
    page.locator("text=/1.2 PY → 1.1 NI → 1.3 N/").wait_for()
    page.locator(".widget-dropdown:has(label:text-is('Domain')) select").select_option(label="D3 Missing outcome data")
    page.locator(".widget-dropdown:has(label:text-is('3.1'))").wait_for()
    assert page.locator(".widget-dropdown:has(label:text-is('3.2'))").count() == 0


def test_widgets_have_names_and_work_by_keyboard(widgets):
    page = widgets.page
    assert widgets.axe() == []

    # every control is reached by Tab, has a name, and no key that it takes moves the reader elsewhere
    cells = page.locator(f"{PANEL} .jp-Cell").count()
    for area in page.locator(f"{PANEL} .jp-OutputArea:has(.jupyter-widgets)").all():
        controls = area.locator(f"{', '.join(KEYS)}").all()
        assert controls
        controls[0].focus()
        for control in controls:
            assert control.evaluate(FOCUSED), control.evaluate("x => x.outerHTML")
            assert control.evaluate("x => (x.ariaLabel || x.labels?.[0]?.textContent || x.innerText).trim()")
            is_domain = control.evaluate("x => x.labels?.[0]?.textContent") == "Domain"
            if is_domain:
                area.locator("label:text-matches('^[0-9][.]1$')").evaluate("x => x.dataset.before = ''")
            for key in next(
                keys for kind, keys in KEYS.items() if control.evaluate("(x, kind) => x.matches(kind)", kind)
            ):
                page.keyboard.press(key)
                assert control.evaluate(FOCUSED), f"{key}: {control.evaluate('x => x.outerHTML')}"
            if is_domain:  # the kernel puts its questions there, anew where the keys have led back to the first domain
                domain = control.evaluate("x => x.selectedOptions[0].text[1]")
                area.locator(f"label:text-is('{domain}.1'):not([data-before])").wait_for()
            page.keyboard.press("Tab")
    assert page.locator(f"{PANEL} .jp-Cell").count() == cells


FOCUSED = "x => document.activeElement === x"
KEYS = {
    "[role=slider]": ["ArrowRight", "ArrowUp", "ArrowDown", "ArrowLeft", "Home", "End"],
    "[contenteditable=true]": ["d", "d", "Escape"],  # the number beside a slider
    "select:not([disabled])": ["ArrowDown", "ArrowUp", "y", "d", "d"],
    "button": ["Enter", "Space"],
}


def test_ones_work_goes_out_as_a_zip_and_comes_back(widgets, tmp_path):
    page, work = widgets.page, widgets.tree / "work"
    mine, kept = work / FIRST / f"{FIRST}.ipynb", work / ".progress" / f"{FIRST}.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text('{"exercises": {"start-how-many-tried": {"status": "right"}}}', encoding="utf-8")
    before = mine.read_bytes(), kept.read_text(encoding="utf-8")
    page.click("button:has-text('Make a zip of my work')")
    with page.expect_download() as download:
        page.click("a[download='my-work.zip']")
    download.value.save_as(tmp_path / "my-work.zip")

    mine.write_text("another machine", encoding="utf-8")
    kept.unlink()
    with page.expect_file_chooser() as chooser:
        page.click("button:has-text('Take a zip back in')")
    chooser.value.set_files(tmp_path / "my-work.zip")
    page.locator("text=/files are back/").wait_for()
    assert mine.read_bytes() == before[0]
    assert '"status": "right"' in kept.read_text(encoding="utf-8")
    aside = mine.with_name(f"{FIRST} (kept 1).ipynb")
    assert aside.read_text(encoding="utf-8") == "another machine"
    aside.unlink()
