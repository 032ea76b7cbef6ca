"""The pages for the room: one for each lesson, that name what the lesson has."""

from __future__ import annotations

from pathlib import Path

import pytest

from appraise.authoring.facilitator import draw_picture, load_room_pages, room_page, write_room_pages
from appraise.course import load_course
from appraise.errors import AuthorError

LESSONS = [lesson for lesson in load_course().lessons if lesson.slug in load_room_pages()]


def test_the_lessons_have_their_pages() -> None:
    assert {lesson.slug for lesson in load_course().lessons} == set(load_room_pages())


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda x: x.slug)
def test_a_page_holds_what_the_room_needs(lesson) -> None:
    page = room_page(lesson, "picture.png")
    told = load_room_pages()[lesson.slug]
    for words in (
        told.open,
        told.do,
        *(p.hope for p in told.pairs),
        *(q.ask for q in told.exit),
        *lesson.objectives.values(),
    ):
        assert words in page
    assert "Learners who meet it are told: “" in page
    assert draw_picture(lesson.slug).alt.split()[0] in page
    assert page.count("\n## ") == 6
    assert told.open.rstrip().endswith(("?", "."))


def test_a_page_that_names_what_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from appraise.authoring import facilitator

    page = load_room_pages()["04-the-numbers"]
    wrong = page.model_copy(
        update={"picture": "no_such", "misconception": page.misconception.model_copy(update={"id": "none"})}
    )
    monkeypatch.setattr(facilitator, "load_room_pages", lambda: {"04-the-numbers": wrong})
    lesson = load_course().lesson("04-the-numbers")
    with pytest.raises(AuthorError, match="expected a misconception of the lesson"):
        room_page(lesson)
    with pytest.raises(AuthorError, match="expected a figure"):
        draw_picture("04-the-numbers")
    file = tmp_path / "assets" / "facilitator.yml"
    file.parent.mkdir()
    file.write_text("04-the-numbers: {open: x}\n", encoding="utf-8")
    with pytest.raises(AuthorError, match="expected this key"):
        load_room_pages.__wrapped__(file)


def test_pages_and_pictures_are_written(tmp_path: Path) -> None:
    written = write_room_pages(tmp_path, ["04-the-numbers", "07-risk-of-bias"])
    assert written == ["04-the-numbers", "07-risk-of-bias"]
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "04-the-numbers.md",
        "04-the-numbers.png",
        "07-risk-of-bias.md",
        "07-risk-of-bias.png",
        "index.md",
    ]
