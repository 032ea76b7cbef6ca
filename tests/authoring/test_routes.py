"""The routes of course.yml and the notebook of a route, put together from lessons."""

import re
import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from appraise.authoring.routes import compose, exercises_of, minutes_of_route
from appraise.course import load_course
from appraise.errors import AuthorError, CourseError
from appraise.files import LESSONS, ROOT
from appraise.learner.lab import first_page
from appraise.learner.report import course_map, route_standing

COURSE = load_course()
TEXT = """# A route

```{opening}
```

{take} 01-a: a-second

## Then

```{code-cell}
read("walsh", "post", 4)
```

{take} 01-a: A section

{take} 99-not-yet: whatever
"""
CELLS = [
    new_code_cell("import numpy as np\nfrom appraise import check, outside\nfrom appraise.figures import survivors"),
    new_markdown_cell("## A section\n\nSome words."),
    new_code_cell("survivors(np.pi)"),
    new_markdown_cell("### Exercise: First (extra)"),
    new_code_cell("def f(x):\n    ..."),
    new_code_cell('check("a-first", f)'),
    new_markdown_cell("Text after the extra."),
    new_markdown_cell("### Exercise: Second\n\nWhich?"),
    new_code_cell("b = {1: ...}"),
    new_code_cell('check("a-second", b)'),
    new_markdown_cell("## Another section"),
]


@pytest.fixture
def lessons():
    nb = new_notebook(cells=CELLS)
    nb.metadata["appraise"] = {"lesson": "01-a", "version": "1"}
    return {"01-a": nb}


def test_exercises_and_sections_are_taken_without_extras(tmp_path, lessons):
    file = tmp_path / "r.md"
    file.write_text(TEXT, encoding="utf-8")
    nb = compose(file, "a-route", lessons)
    nbformat.validate(nb)
    sources = [c.source for c in nb.cells]
    assert exercises_of(nb) == ["a-second", "a-second"]
    opening = 'import numpy as np\nfrom appraise import check, choose, lesson, read\nfrom appraise.figures import survivors\n\nlesson("a-route")'
    assert sources[:3] == ["# A route", opening, "### Exercise: Second\n\nWhich?"]
    assert sources[3] == 'b = {1: ...}\n\nchoose("a-second", b)'
    assert "survivors(np.pi)" in sources
    assert "Text after the extra." in sources
    assert not any("def f" in s or "a-first" in s or "Another" in s for s in sources)
    assert CELLS[8].source == "b = {1: ...}"  # the lesson itself stays as it is
    assert minutes_of_route(nb, {"a-second": 4}) >= 9


def test_what_is_not_there_is_one_clear_line(tmp_path, lessons):
    file = tmp_path / "r.md"
    for text, said in (
        (TEXT.replace("a-second", "a-third"), "a-third: expected an exercise or a heading of 01-a"),
        (TEXT.replace("```{opening}\n```\n", ""), "expected one fence {opening}"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(AuthorError, match=re.escape(said)):
            compose(file, "a-route", lessons)


def test_a_route_names_lessons_that_there_are(tmp_path):
    text = (
        (ROOT / "course.yml").read_text(encoding="utf-8").replace("      - 04-the-numbers\n", "      - 04-numbers\n", 1)
    )
    (tmp_path / "course.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"routes\.core: expected a lesson of this file, found '04-numbers'"):
        load_course(tmp_path / "course.yml")


def test_the_routes_keep_their_measure():
    two_hours, core, whole = (COURSE.routes[name] for name in ("two-hours", "core", "whole"))
    assert COURSE.minutes_of(two_hours) <= 120
    assert len(core.lessons) <= 9
    assert COURSE.minutes_of(core) <= 8 * 60
    assert list(whole.lessons) == [lesson.slug for lesson in COURSE.lessons]


def test_the_two_hour_notebook_is_what_its_text_and_the_lessons_give():
    lessons = {x.slug: nbformat.read(LESSONS / x.notebook, as_version=4) for x in COURSE.lessons}
    made = compose(ROOT / "assets" / "routes" / "two-hours.md", "two-hours", lessons)
    kept = nbformat.read(LESSONS / COURSE.notebook_of("two-hours"), as_version=4)
    assert [c.source for c in made.cells] == [c.source for c in kept.cells]
    assert [row.id for row in route_standing("two-hours")] == exercises_of(kept)


def test_the_map_and_the_lab_begin_with_the_route_for_somebody_new(tmp_path, monkeypatch):
    work = ROOT / "work-of-a-test"
    monkeypatch.setenv("APPRAISE_WORK", str(work))
    try:
        for notebook in (COURSE.notebook_of("two-hours"), COURSE.lessons[0].notebook):
            (work / notebook).parent.mkdir(parents=True)
            (work / notebook).write_text("{}", encoding="utf-8")
        assert first_page() == "/lab/tree/work-of-a-test/two-hours/two-hours.ipynb"
        assert '<a href="../two-hours/two-hours.ipynb">Two hours</a>' in course_map().html
        assert all(route.for_whom in course_map().text for route in COURSE.routes.values())
        (work / ".progress").mkdir()
        (work / ".progress" / "04-the-numbers.json").write_text("{}", encoding="utf-8")
        assert first_page() == "/lab/tree/work-of-a-test/00-start-here/00-start-here.ipynb"
    finally:
        shutil.rmtree(work)
