"""Links to headings of the notebook in which they are shown, or of the lesson that an exercise comes from."""

from __future__ import annotations

from appraise.course import load_course
from appraise.exercises.packs import find_exercise
from appraise.markup import Markup, element, escape
from appraise.runtime import open_notebook


def heading_link(heading: str, words: str, exercise: str = "") -> Markup:
    """A link to a heading of the same notebook; words alone where JupyterLab would not find it.

    A route's notebook takes exercises from lessons and not all of their headings: there the link to what an `exercise`
    names leads into its lesson.

    Browsers write some characters of an address in percent signs, and JupyterLab does not read them back.

    >>> print(heading_link("Look: what?", "look"), heading_link("Exercise · One", "one"))
    <a href="#Look:-what?" style="text-decoration: underline">look</a> one
    """
    anchor = heading.replace(" ", "-")
    if not anchor or not anchor.isascii() or set(anchor) & set('"<>`%'):
        return escape(words)
    # JupyterLab tells a link by its colour alone
    return element("a", words, href=f"{_lesson_of(exercise)}#{anchor}", style="text-decoration: underline")


def _lesson_of(exercise: str) -> str:
    """The address of the exercise's lesson where a route's notebook is open, else ""."""
    here, known = open_notebook().stem, find_exercise(exercise)
    if known is None or known[0] == here or here not in load_course().own_notebooks:
        return ""
    return f"../{known[0]}/{known[0]}.ipynb"
