"""The box under a lesson's opening cell: how far one is, and, one click away, the map and the glossary."""

from __future__ import annotations

from appraise.course import load_course
from appraise.learner.glossary import glossary_table, load_glossary
from appraise.learner.links import heading_link
from appraise.learner.report import Row, course_map, lesson_standing, route_standing
from appraise.markup import HtmlPage, Markup, element

_BOX = "border-left: 4px solid #3559a8; padding: 0.1em 0.9em; margin: 0.2em 0; max-width: 52em"
_SUMMARY = "cursor: pointer; padding: 4px 0"


def opening_box(slug: str) -> HtmlPage:
    """How far a learner is in a lesson, what comes next in it, the map and the glossary.

    Raises CourseError for an unknown lesson.

    >>> print(opening_box("04-the-numbers"))  # doctest: +ELLIPSIS
    Nothing tried yet here...
    """
    course = load_course()
    if slug in course.own_notebooks:
        title, rows = course.routes[slug].title, route_standing(slug)
    else:
        lesson = course.lesson(slug)
        title, rows = f"{lesson.number} {lesson.title}", [row for row in lesson_standing(slug) if row.core]
    words = how_far(rows)
    following = next((row for row in rows if not row.is_done), None)
    after = Markup(" Next: ") + heading_link(following.heading, following.title) + "." if following else Markup("")
    folds = (("All lessons", Markup(course_map().html)), ("Words of this course", glossary_table(load_glossary())))
    folded = (element("details", element("summary", name, style=_SUMMARY), content) for name, content in folds)
    shown = element("div", element("p", words, after), *folded, class_="appraise-opening", style=_BOX)
    return HtmlPage(shown, f"{words} ({title})")


def how_far(rows: list[Row]) -> str:
    """How many core exercises are done, in a sentence.

    >>> how_far([])
    'Nothing tried yet here.'
    """
    done = sum(row.is_done for row in rows)
    if not any(row.tries or row.is_done for row in rows):
        return "Nothing tried yet here."
    if done == len(rows):
        return "All core exercises here are done."
    return f"{done} of {len(rows)} core exercises here are done."
