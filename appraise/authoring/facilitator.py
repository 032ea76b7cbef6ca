"""A page for the room for each lesson, made from `assets/facilitator.yml`, for the copy to read and for printing."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field

import appraise.figures as figures
from appraise.course import Lesson, load_course
from appraise.errors import AuthorError
from appraise.files import ASSETS, SOLUTIONS, StrictModel, YamlFile

FILE = ASSETS / "facilitator.yml"
_Text = Annotated[str, Field(min_length=1)]


class Prompt(StrictModel):
    """A prompt for pairs, and what one hopes to hear."""

    ask: _Text
    hope: _Text


class ExitQuestion(StrictModel):
    """A question of the exit card, and what to look for in the answers."""

    ask: _Text
    look_for: _Text


class Met(StrictModel):
    """A misconception by its exercise and id."""

    exercise: _Text
    id: _Text


class RoomPage(StrictModel):
    """What a facilitator needs for one lesson; `picture` is the name of a figure in `appraise.figures`."""

    open: _Text
    pairs: Annotated[tuple[Prompt, ...], Field(min_length=2, max_length=2)]
    misconception: Met
    do: _Text
    picture: _Text
    exit: Annotated[tuple[ExitQuestion, ...], Field(min_length=2, max_length=4)]


@cache
def load_room_pages(file: Path = FILE) -> dict[str, RoomPage]:
    """The pages by lesson, checked. Raises AuthorError: the file, the place in it, what was expected.

    >>> load_room_pages()["04-the-numbers"].picture
    'survivors'
    """
    result = YamlFile(file, AuthorError)
    if not isinstance(result.data, dict):
        raise AuthorError(file, "", "expected a page for each lesson")
    return {str(slug): result.validated(RoomPage, (slug,)) for slug in result.data}


def _remark(slug: str, met: Met) -> str:
    known = yaml.safe_load((SOLUTIONS / slug / "exercises.yml").read_text(encoding="utf-8"))
    for one in (known.get(met.exercise) or {}).get("misconceptions") or ():
        if one["id"] == met.id:
            return " ".join(one["remark"].split())
    raise AuthorError(
        FILE, f"{slug}.misconception", f"expected a misconception of the lesson, found {met.exercise}/{met.id}"
    )


def draw_picture(slug: str) -> figures.Picture:
    """The picture to project. Raises AuthorError where `appraise.figures` has none of that name."""
    name = load_room_pages()[slug].picture
    draw = getattr(figures, name, None)
    if draw is None or name.startswith("_"):
        raise AuthorError(FILE, f"{slug}.picture", f"expected a figure of appraise.figures, found {name}")
    drawn: figures.Picture = draw()
    return drawn


def room_page(lesson: Lesson, picture: str = "") -> str:
    """The page of a lesson as Markdown.

    Parameters
    ----------
    lesson : Lesson
    picture : str
        The address of the picture, from where the page lies; "" leaves it out.

    Examples
    --------
    >>> print(room_page(load_course().lesson("04-the-numbers")).splitlines()[0])
    # For the room: How numbers travel
    """
    sentences = load_room_pages()[lesson.slug]
    goals = [f"- {goal}" for goal in lesson.objectives.values()]
    lines = [
        f"# For the room: {lesson.title}",
        "",
        f"{lesson.question} About {lesson.minutes} minutes at the desk; forty here.",
        "",
    ]
    lines += ["## What learners can do afterwards", "", *goals, ""]
    lines += ["## Open with (5 minutes)", "", sentences.open, "", "## In pairs (10 minutes each)", ""]
    for n, prompt in enumerate(sentences.pairs, start=1):
        lines += [f"{n}. {prompt.ask}", "", f"   *You hope to hear:* {prompt.hope}", ""]
    lines += ["## The misconception to expect (5 minutes)", ""]
    lines += [f"Learners who meet it are told: “{_remark(lesson.slug, sentences.misconception)}”", "", sentences.do, ""]
    lines += [f"`appraise overview` and `appraise items {lesson.slug}` say how many of your class met it.", ""]
    if picture:
        alt = " ".join(draw_picture(lesson.slug).alt.split()).replace("]", "")
        lines += ["## To project (5 minutes)", "", f"![{alt}]({picture})", ""]
        lines += ["Without a projector, draw its outline on the board and let the room say what belongs where.", ""]
    lines += ["## Exit card (5 minutes)", "", "On a card without a name:", ""]
    lines += [f"{n}. {q.ask}" for n, q in enumerate(sentences.exit, start=1)]
    lines += ["", "*What to look for:*", "", *(f"{n}. {q.look_for}" for n, q in enumerate(sentences.exit, start=1)), ""]
    return "\n".join(lines)


def write_room_pages(folder: Path, slugs: list[str]) -> list[str]:
    """Write the pages and their pictures into a folder; the slugs of those that there are."""
    known = [lesson for lesson in load_course().lessons if lesson.slug in slugs and lesson.slug in load_room_pages()]
    folder.mkdir(parents=True, exist_ok=True)
    for lesson in known:
        draw_picture(lesson.slug).save(folder / f"{lesson.slug}.png")
        text = f"---\norphan: true\n---\n\n{room_page(lesson, f'{lesson.slug}.png')}"
        (folder / f"{lesson.slug}.md").write_text(text, encoding="utf-8")
    opening = (
        "# For the room\n\nA page for each lesson, to print or to project: what to open with, what to talk about in "
        "pairs, the misconception to expect, a picture and an exit card.\n\n"
    )
    # a list, and no part of the contents: the theme's button that folds a part open has no name for a screen reader
    listed = [f"- [{lesson.number} · {lesson.title}]({lesson.slug}.md)\n" for lesson in known]
    (folder / "index.md").write_text(opening + "".join(listed), encoding="utf-8")
    return [lesson.slug for lesson in known]
