"""Three short questions on earlier lessons, with which a lesson opens: what is not asked again is forgotten.

They lie in `assets/recall/`, one file a lesson. An option is pressed and opens its reason. Nothing is counted or kept,
and nothing has to run for it: the list works in a saved notebook and on the pages to read as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from appraise.course import load_course
from appraise.errors import RecallError
from appraise.files import ASSETS, StrictModel, read_yaml
from appraise.markup import HtmlPage, Markup, element, inline

FOLDER = ASSETS / "recall"
_Text = Annotated[str, Field(min_length=1)]
_BOX = "border: 1px solid #8a8f98; border-radius: 6px; margin: 4px 0; padding: 0 10px"
_SUMMARY = "cursor: pointer; padding: 6px 0; line-height: 1.4"


class Option(StrictModel):
    """One thing to press, and the sentence that it opens."""

    text: _Text
    why: _Text
    right: bool = False


class RecallQuestion(StrictModel):
    """One question on an earlier lesson."""

    about: _Text
    question: _Text
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=4)]


class _RecallFile(RootModel[tuple[RecallQuestion, ...]]):
    root: Annotated[tuple[RecallQuestion, ...], Field(min_length=3, max_length=3)]


def load_recall(slug: str, folder: Path = FOLDER) -> tuple[RecallQuestion, ...]:
    """The three questions of a lesson.

    Raises
    ------
    RecallError
        Where the file is not there or cannot be used: not exactly one right option, a lesson that does not come before
        this one, or other than two questions on the last lesson (lesson 01: three).
    """
    name = f"{slug}.yml"
    questions = read_yaml(folder / name, _RecallFile, RecallError).root
    slugs = [lesson.slug for lesson in load_course().lessons]
    if slug not in slugs[1:]:
        raise RecallError(name, "", "expected a lesson of course.yml that others come before")
    before = slugs[: slugs.index(slug)]
    for n, asked in enumerate(questions, start=1):
        if asked.about not in before:
            raise RecallError(name, f"question {n}", f"expected a lesson before {slug}, found {asked.about}")
        if sum(option.right for option in asked.options) != 1:
            raise RecallError(name, f"question {n}", "expected exactly one option with `right: true`")
    on_the_last = sum(asked.about == before[-1] for asked in questions)
    if on_the_last != (2 if len(before) > 1 else 3):
        raise RecallError(name, "", f"expected two questions on {before[-1]} and one on a lesson before it")
    return questions


def recall(slug: str) -> HtmlPage:
    """Show the three questions with which a lesson opens. Each option opens its reason.

    Raises RecallError where the lesson has no questions.

    Parameters
    ----------
    slug : str
        The lesson, for instance "05-compared-with-what".
    """
    questions = load_recall(slug)
    titles = {lesson.slug: f"{lesson.number} {lesson.title}" for lesson in load_course().lessons}
    lines, items = [], []
    for n, asked in enumerate(questions, start=1):
        lines += [f"{n}. {asked.question}", *(f"   - {option.text}" for option in asked.options)]
        about = element("small", f"From lesson {titles[asked.about]}")
        shown = element("p", inline(asked.question), Markup("<br>"), about)
        items.append(element("li", shown, *map(_pressed, asked.options)))
    words = "Say your answer to yourself first, then press an option to see its reason. Nothing is counted."
    head = element("p", words)
    return HtmlPage(element("div", head, element("ol", *items), style="max-width: 46em"), "\n".join(lines))


def _pressed(option: Option) -> Markup:
    verdict = element("strong", "✓ Yes." if option.right else "✗ No.")
    opened = element("p", verdict, Markup(" "), inline(option.why))
    return element("details", element("summary", inline(option.text), style=_SUMMARY), opened, style=_BOX)
