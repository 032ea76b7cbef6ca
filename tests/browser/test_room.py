"""The learner's room in a real browser: lessons run to their end, remarks, report and map work, widgets by keyboard."""

import re

import nbformat
import pytest

from tests.browser.conftest import PANEL
from tests.conftest import ROOT

LESSONS = sorted(folder.name for folder in (ROOT / "lessons").iterdir() if folder.is_dir())
WIDGETS = [
    "two_groups()",
    "regression_to_the_mean()",
    "sampling_distribution()",
    "precision()",
    "rob2_form()",
    "correlation_slider()",
]


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_runs_to_its_end_and_its_outputs_are_accessible(room, slug):
    room.open(slug)
    room.run_all()
    errors = room.page.locator(
        f"{PANEL} [data-mime-type='application/vnd.jupyter.error'], {PANEL} .jp-RenderedText pre[class*=stderr]"
    )
    assert errors.all_inner_texts() == []
    assert room.page.locator(f"{PANEL} .jp-Toolbar >> text=Validate").is_visible()
    assert room.page.locator(f"{PANEL} table.appraise-report").count() >= 1
    for image in room.page.locator(f"{PANEL} .jp-OutputArea-output img").all():
        assert len(image.get_attribute("alt") or "") > 20
    assert room.axe() == []


def test_a_wrong_answer_a_right_one_the_report_and_the_map(room):
    room.open("00-start-here")
    assert room.page.locator(".lm-MenuBar-item:has-text('Nbgrader')").count() == 0
    room.run_all()
    room.answer("tried =", "tried = 3")
    remark = room.page.locator(f"{PANEL} .appraise-remark").first
    remark.locator("strong:has-text('Not yet')").wait_for()
    again = remark.locator("a[href^='#']")
    words = again.inner_text()
    again.click()
    room.at(words)
    right = re.search(r"tried = (\d+)", _solution("00-start-here"))[1]
    room.answer("tried =", f"tried = {right}")
    remark.locator("strong:has-text('Right')").wait_for()

    room.cell("lesson_report(").locator(".cm-content").click()
    room.page.keyboard.press("Shift+Enter")
    report = room.page.locator(f"{PANEL} table.appraise-report").first
    report.locator("td:has-text('✓ right')").wait_for()
    link = report.locator("td a").first
    words = link.inner_text()
    link.click()
    room.at(words)

    room.cell("course_map(").locator(".cm-content").click()
    room.page.keyboard.press("Shift+Enter")
    room.page.locator(f"{PANEL} table.appraise-report td:has-text('1 of')").wait_for()
    room.page.locator(f"{PANEL} table.appraise-report a:has-text('How numbers travel')").click()
    room.page.wait_for_url("**/04-the-numbers.ipynb*")


def _solution(slug):
    notebook = nbformat.read(ROOT / "solutions" / slug / f"{slug}.ipynb", as_version=4)
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


@pytest.fixture
def widgets(room):
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
    return room


def test_widgets_have_names_and_work_by_keyboard(widgets):
    page = widgets.page
    page.locator("[role=slider][aria-label='Correlation']").wait_for()
    assert widgets.axe() == []

    slider = page.locator("[role=slider][aria-label='Improvement in everyone']")
    before = float(slider.get_attribute("aria-valuenow"))
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    said = page.locator(f"{PANEL} .jp-CodeCell >> nth=0 >> p[role=status]")
    page.wait_for_function("(x) => document.querySelector('[role=slider]').ariaValueNow > x", arg=before + 0.15)
    page.locator("button:has-text('Repeat 1,000 times')").focus()
    page.keyboard.press("Enter")
    said.locator("text=/Of 1,000 repetitions/").wait_for()
    words, moved = said.inner_text(), slider.get_attribute("aria-valuenow")

    widgets.cell("from appraise").locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(f"() => document.querySelector('{PANEL} .jp-InputArea-prompt').textContent > '[8]'")
    said.locator("text=/Of 1,000 repetitions/").wait_for()
    assert said.inner_text() == words
    assert slider.get_attribute("aria-valuenow") == moved


def test_the_form_judges_as_it_is_filled(widgets):
    page = widgets.page
    for question, answer in (("1.1", "No information"), ("1.2", "Probably yes"), ("1.3", "No")):
        page.locator(f".widget-dropdown:has(label:text-is('{question}')) select").select_option(label=answer)
    page.locator("tr:has-text('D1 Randomisation') td:has-text('Low')").wait_for()
    page.locator("text=/1.2 PY → 1.1 NI → 1.3 N/").wait_for()
    page.locator(".widget-dropdown:has(label:text-is('Domain')) select").select_option(label="D3 Missing outcome data")
    page.locator(".widget-dropdown:has(label:text-is('3.1'))").wait_for()
    assert page.locator(".widget-dropdown:has(label:text-is('3.2'))").count() == 0


def test_ones_work_goes_out_as_a_zip_and_comes_back(widgets, tmp_path):
    page = widgets.page
    page.click("button:has-text('Make a zip of my work')")
    with page.expect_download() as download:
        page.click("a[download='my-work.zip']")
    download.value.save_as(tmp_path / "my-work.zip")
    with page.expect_file_chooser() as chooser:
        page.click("button:has-text('Take a zip back in')")
    chooser.value.set_files(tmp_path / "my-work.zip")
    page.locator("text=/files are back/").wait_for()
