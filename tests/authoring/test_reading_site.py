"""Lessons away from JupyterLab: as nbconvert's HTML, and as the site to read; accessible, whole, without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from appraise.authoring.reading_cells import cells_to_read, list_of_choices
from appraise.authoring.reading_site import build_site, run_lessons
from appraise.course import load_course
from appraise.exercises.exercise import Exercise
from tests.browser.conftest import WCAG

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

SLUGS = [lesson.slug for lesson in load_course().lessons]
ALSO = ["heading-order", "page-has-heading-one", "empty-heading", "image-redundant-alt"]  # beyond WCAG's A and AA
# Of nbconvert's pages the colours and the links without a line are its template's, not the course's; the contrast of
# what the lessons show is measured on the site and, light and dark, in JupyterLab.
TEMPLATE = ["color-contrast", "link-in-text-block"]


@pytest.fixture(scope="session")
def executed() -> dict[str, Any]:
    """Every lesson as released, with its outputs."""
    return run_lessons()


@pytest.fixture(scope="session")
def pages(executed: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site."""
    return build_site(tmp_path_factory.mktemp("site") / "_site", executed).parent


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page of a browser without a network."""
    context = chromium.new_context(offline=True)
    yield context.new_page()
    context.close()


def axe(page: Any, but: Sequence[str] = ()) -> list[tuple[str, str]]:
    """What axe-core holds against the page, some rules left out: the rule and the part of the page."""
    page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    rules = {rule: {"enabled": rule not in but} for rule in (*ALSO, *but)}
    options = {"runOnly": {"type": "tag", "values": WCAG}, "rules": rules}
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [(rule["id"], node["html"][:200]) for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_lesson_as_html_is_accessible(slug: str, executed: dict[str, Any], page: Any, tmp_path: Path) -> None:
    shown, _ = HTMLExporter().from_notebook_node(executed[slug])
    soup = BeautifulSoup(shown, "html.parser")
    assert soup.html is not None
    assert soup.html["lang"] == "en"
    assert [table for table in soup.find_all("table") if not table.find("th")] == []
    assert [image for image in soup.find_all("img") if len(image.get("alt", "")) <= 20] == []
    (tmp_path / "lesson.html").write_text(shown, encoding="utf-8")
    page.goto((tmp_path / "lesson.html").as_uri())
    assert axe(page, but=TEMPLATE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_site_is_accessible_and_asks_no_other_machine(
    scheme: str, pages: Path, chromium: Any, tmp_path: Path
) -> None:
    context = chromium.new_context(color_scheme=scheme)
    page, asked, found = context.new_page(), [], {}
    page.on("request", lambda request: asked.append(request.url))
    for file in [pages / "index.html", *(pages / slug / f"{slug}.html" for slug in SLUGS)]:
        page.goto(file.as_uri())
        assert page.locator("html").get_attribute("data-theme") == scheme
        found[file.name] = axe(page)
    context.close()
    assert {name: what for name, what in found.items() if what} == {}
    assert [address for address in asked if not address.startswith(("file:", "data:", "blob:"))] == []


def test_every_link_of_the_site_leads_somewhere_on_the_disk(pages: Path) -> None:
    written = [file for file in pages.rglob("*.html") if "_static" not in file.parts]  # the theme's own are no pages
    soups = {file: BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser") for file in written}
    names = {file: {tag["id"] for tag in soup.find_all(id=True)} for file, soup in soups.items()}
    lost = []
    for file, soup in soups.items():
        for tag, key in (("a", "href"), ("link", "href"), ("script", "src"), ("img", "src")):
            for found in soup.find_all(tag, **{key: True}):
                address = found[key]
                if address.startswith("data:") or (tag == "a" and re.match(r"https?://", address)):
                    continue
                path, _, anchor = address.partition("#")
                target = (file.parent / unquote(path.partition("?")[0])).resolve() if path else file
                if not target.is_file() or (anchor and unquote(anchor) not in names.get(target, set())):
                    lost.append(f"{file.relative_to(pages).as_posix()}: {address}")
    assert lost == []


def test_the_site_shows_lessons_that_nobody_has_answered(pages: Path) -> None:
    for slug in SLUGS:
        text = (pages / slug / f"{slug}.html").read_text(encoding="utf-8")
        assert "No answer yet" not in text  # a reader has not been asked for one
        assert 'aria-hidden="true">✓' not in text
        assert "SOLUTION" not in text
        assert "vnd.jupyter.widget" not in text


WIDGETS = (
    r"^(?:\w+ = )?(?:two_groups|regression_to_the_mean|sampling_distribution|precision|rob2_form|correlation_slider)\("
)


def test_widgets_stand_still_as_pictures(executed: dict[str, Any]) -> None:
    cells = [cell for notebook in executed.values() for cell in notebook.cells if cell.cell_type == "code"]
    moving = [cell for cell in cells if re.search(WIDGETS, cell.source, re.MULTILINE)]
    assert len(moving) >= 6
    for cell in moving:
        assert any("<img" in output.get("data", {}).get("text/html", "") for output in cell.outputs), cell.source


def test_the_site_can_be_searched_from_the_disk(pages: Path, page: Any) -> None:
    page.goto((pages / "04-the-numbers" / "04-the-numbers.html").as_uri())
    page.locator("button.search-button-field:visible").click()
    page.locator("dialog input[name=q]").fill("regression to the mean")
    page.keyboard.press("Enter")
    found = page.locator("#search-results li a")
    found.first.wait_for()
    assert any("05-compared-with-what" in link.get_attribute("href") for link in found.all())


def test_a_reader_turns_the_pages_and_the_lights(pages: Path, page: Any) -> None:
    page.goto((pages / "index.html").as_uri())
    for slug in SLUGS:
        page.locator("a.right-next").click()
        assert page.url.endswith(f"/{slug}/{slug}.html")
    page.locator("a.right-next").click()
    assert page.url.endswith("/room/index.html"), "the pages for teachers come last"
    page.locator("a.left-prev").click()
    assert page.url.endswith(f"/{SLUGS[-1]}.html")
    html = page.locator("html")
    for mode, shown in (("dark", "dark"), ("light", "light"), ("auto", "light")):
        page.locator("button.theme-switch-button:visible").click()
        page.locator(f"button.theme-change-button[data-mode={mode}]:visible").click()
        assert (html.get_attribute("data-mode"), html.get_attribute("data-theme")) == (mode, shown)


def test_code_is_folded_where_it_only_shows_something(pages: Path, page: Any) -> None:
    page.goto((pages / "04-the-numbers" / "04-the-numbers.html").as_uri())
    passage = page.locator("div.cell:has-text('The abstract, as reprinted')").first
    assert passage.locator("table, ol").first.is_visible()
    assert not passage.locator("pre").first.is_visible()
    passage.locator("summary").click()
    assert passage.locator("pre").first.inner_text().startswith("read(")
    assert page.locator("pre:has-text('def stretch')").is_visible()  # a function is asked for in code
    assert page.locator("pre:has-text('check(')").count() == 0


def test_an_exercise_of_labels_is_a_list_of_what_there_is_to_choose(pages: Path) -> None:
    page = (pages / "04-the-numbers" / "04-the-numbers.html").read_text(encoding="utf-8")
    section = BeautifulSoup(page, "html.parser").find("section", id="exercise-follow-it-home")
    assert section is not None
    (intro,) = [p for p in section.find_all("p") if p.get_text().startswith("For each, choose")]
    assert intro.get_text() == "For each, choose same, rounded, changed, renamed, lost or untraceable:"
    items = [item.get_text() for item in intro.find_next("ul").find_all("li")]
    assert len(items) == 8
    assert items[0] == "pain at 6 months, mean, in walsh post"


def test_letters_are_listed_with_what_they_stand_for(pages: Path) -> None:
    page = (pages / "04-the-numbers" / "04-the-numbers.html").read_text(encoding="utf-8")
    section = BeautifulSoup(page, "html.parser").find("section", id="exercise-why-that-one-extra")
    assert section is not None
    items = [item.get_text() for item in section.find_all("li")]
    assert items[0] == "a: two of the pages agree on it"
    assert len(items) == 4
    by_part = {"one": {"a": "dull", "b": "fair"}, "two": {"a": "long"}}
    ex = Exercise(id="x", name="x", kind="judge", expected={"dict": [["one", "a"], ["two", "b"]]}, options=["a", "b"])
    listed = "For each, choose one:\n\n- one: *a* (dull) or *b* (fair)\n- two: *a* (long) or *b*"
    assert list_of_choices(ex, by_part) == listed


def test_calls_that_show_forms_become_words_and_a_bare_report_goes() -> None:
    texts = ["## Where you stand", 'predict("lower", 0, 10, question="How much lower, in points?", unit="points")']
    heading, prediction = new_markdown_cell(texts[0]), new_code_cell(texts[1])
    choosing, marking = new_code_cell('choose("x", x)'), new_code_cell('mark("y", y, ["Pain fell."])')
    cells = [prediction, choosing, marking, heading, new_code_cell('lesson_report("04-the-numbers")')]
    shown = [(cell.source, cell.metadata.get("tags", [])) for cell in cells_to_read(new_notebook(cells=cells), {})]
    assert shown == [
        (texts[1], ["remove-cell"]),
        ("**Before you read on:** How much lower, in points?", []),
        (choosing.source, ["remove-cell"]),
        (marking.source, ["hide-input"]),  # its sentences can be read there
        (cells[-1].source, ["remove-cell"]),
    ]
    assert "tags" not in prediction.metadata  # the notebook that was given is as it was
