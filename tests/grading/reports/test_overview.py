"""The overview: every student and status on one page that loads nothing, and what a person does with it in a browser."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from appraise.grading.reports.overview import SHOWN, make_page
from appraise.grading.reports.standing import Row
from appraise.markup import element
from tests.browser.test_formgrader import violations

pytestmark = pytest.mark.slow  # a browser
LESSONS = [f"{n:02d}-lesson" for n in range(15)]
STATUSES = list(SHOWN)


def rows(students: int, lessons: list[str] = LESSONS) -> list[Row]:
    """A class in which each status, a late one, a changed one, a stranger and a note are met."""
    found = []
    for s in range(students):
        who = SimpleNamespace(id=f"s{s:04d}", first_name="Zoë <b>", last_name=f"Müller{s}")
        for n, slug in enumerate(lessons):
            status = STATUSES[(s + n) % len(STATUSES)]
            raw = float((s * 7 + n) % 11) if status in ("graded", "needs a person") else None
            waits = ("telling",) if status == "needs a person" else ()
            found.append(
                Row(
                    slug,
                    who,
                    status,
                    raw,
                    0.0,
                    10.0,
                    "2026-03-01 10:00:00",
                    "2026-03-02 10:00:00",
                    notes=("A <script>note()</script>.",) if s == 3 and n == 0 else (),
                    waits=waits,
                    changed=waits if s % 4 == 1 else (),
                    is_late=s == 5,
                    is_known=s != 7,
                    notebook=f"id{s}-{n}",
                )
            )
    return found


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Any:
    tabs = []

    def open_(students: int, dark: bool = False, lessons: list[str] = LESSONS) -> Any:
        file = tmp_path / f"overview-{students}-{dark}.html"
        section = element("section", element("h3", "00-lesson"), class_="lesson")
        file.write_text(make_page(rows(students, lessons), [section], "http://localhost:8888"), encoding="utf-8")
        tab = chromium.new_page(viewport={"width": 1400, "height": 900}, color_scheme="dark" if dark else "light")
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(file.as_uri())
        assert asked == [file.as_uri()], "nothing is loaded"
        tabs.append(tab)
        return tab

    yield open_
    for tab in tabs:
        tab.close()


@pytest.mark.parametrize("dark", [False, True])
def test_it_can_be_read_by_all(opened: Any, dark: bool) -> None:
    assert violations(opened(24, dark)) == []


def test_what_stands_there(opened: Any) -> None:
    page = opened(24)
    words = page.inner_text("main")
    assert "Zoë <b> Müller3 (s0003)" in words, "names are text"
    assert "A <script>note()</script>." in words
    assert "Not on the roster: s0007." in words
    cells = page.locator("#class tbody tr").nth(0).locator("td")
    assert [cells.nth(n).inner_text() for n in range(6)] == [
        "✓ 0",
        "✎ 1 waits",
        "⚠ unreadable",
        "· nothing",
        "○ excused",
        "✗ not graded",
    ]
    assert cells.nth(1).locator("a").get_attribute("href") == "http://localhost:8888/formgrader/submissions/id0-1/"
    assert "↻" in page.locator("#class tbody tr").nth(1).inner_text()
    assert "◷" in page.locator("#class tbody tr").nth(5).inner_text()


def test_search_filter_and_sort_by_keyboard(opened: Any) -> None:
    page = opened(24)
    shown = page.locator("#class tbody tr:visible")
    page.locator("#search").focus()
    page.keyboard.type("müller1")
    assert shown.count() == 11
    assert page.inner_text("#told") == "11 of 24 students"
    page.locator("#reset").press("Enter")
    assert shown.count() == 24
    page.locator("#lesson").select_option(label="02-lesson")
    page.locator("#status").select_option(label="unreadable")
    assert {row.split("\t")[3] for row in shown.all_inner_texts()} == {"⚠ unreadable"}
    page.locator("#reset").press("Enter")
    head = page.locator("#class thead th").nth(1)
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    numbers = [row.split("\t")[1] for row in shown.all_inner_texts()]
    points = [float(t.split()[1]) for t in numbers if t[0] in "✓✎"]
    assert points == sorted(points)
    assert all(t[0] not in "✓✎" for t in numbers[len(points) :]), "who has no number comes last"
    head.locator("button").press("Enter")
    numbers = [row.split("\t")[1] for row in shown.all_inner_texts()]
    assert [float(t.split()[1]) for t in numbers[: len(points)]] == sorted(points, reverse=True)


def test_it_is_whole_without_its_script(chromium: Any, tmp_path: Path) -> None:
    file = tmp_path / "overview.html"
    file.write_text(make_page(rows(5), [], "http://localhost:8888"), encoding="utf-8")
    context = chromium.new_context(java_script_enabled=False)  # as JupyterLab shows a page that is not trusted
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("#class tbody tr").count() == 5
    assert not page.locator(".controls").is_visible()
    context.close()


TAKES = """() => {
  const search = document.getElementById("search");
  const begin = performance.now();
  for (const word of ["1", "12", "123", ""]) {
    search.value = word; search.dispatchEvent(new Event("input")); document.body.offsetHeight;
  }
  document.querySelector(".wide").scrollTop = 20000; document.body.offsetHeight;
  return performance.now() - begin;
}"""


def test_two_thousand_filter_in_proportion(opened: Any) -> None:
    """Ten times the class takes no more than some thirty times as long: nothing in it grows with the square."""
    small, large = opened(200), opened(2000)
    one = min(small.evaluate(TAKES) for _ in range(3))
    ten = min(large.evaluate(TAKES) for _ in range(3))
    assert large.locator("#class tbody tr").count() == 2000
    assert ten < 30 * one, (one, ten)


def test_a_class_of_nobody(opened: Any) -> None:
    page = make_page([], [], "http://localhost:8888")
    assert "Nobody is in the gradebook yet." in page
    assert "Nothing waits." in page
