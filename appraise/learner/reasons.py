"""Why an answer is right, part by part: one line after a right answer, and the rows of a worked one.

Nothing of it is shown before an answer is right or its worked answer may be opened.
"""

from __future__ import annotations

import re
from functools import lru_cache

from appraise.errors import RecordError
from appraise.exercises.exercise import Exercise, Part, Reason
from appraise.exercises.serialize import Json, short
from appraise.learner.links import heading_link
from appraise.markup import Markup, element, escape, inline, table
from appraise.sources.places import find_place

_FOLD = "margin: 0.4em 0"


@lru_cache(maxsize=512)  # the grader shows the same ones to a whole class
def shown_reasons(ex: Exercise) -> Markup:
    """All reasons of an exercise, folded; empty where the one line says it all."""
    if not ex.reasons or (len(ex.reasons) == 1 and not ex.right and not any(r.tempting for r in ex.reasons.values())):
        return Markup("")
    words = "Why, line by line" if len(ex.reasons) > 1 else "Why"
    return element(
        "details", element("summary", words, style="padding: 4px 0; cursor: pointer"), reasons_table(ex), style=_FOLD
    )


def reasons_table(ex: Exercise) -> Markup:
    """A line for each part: the right answer, what decides it and where that stands, why, and why not what tempts."""
    heads = ["Entry", "Answer", "Decided by", "Why"]
    rows = []
    for part in _asked(ex):
        reason = ex.reason_for(part.name or ex.name)
        why = Markup("") if reason is None else _why(reason)
        rows.append([part.name or ex.name, in_words(part.expected), place_of(reason, ex.id) if reason else "", why])
    if not rows:  # a function or a plot
        rows = [[name, "", place_of(reason, ex.id), _why(reason)] for name, reason in ex.reasons.items()]
    if not any(row[1] for row in rows):
        heads, rows = [heads[0], *heads[2:]], [[row[0], *row[2:]] for row in rows]
    return table(heads, rows, css_class="appraise-report")


def _asked(ex: Exercise) -> list[Part]:
    return [] if ex.is_function or ex.is_plot else list(ex.parts.values())


def _why(reason: Reason) -> Markup:
    tempting = element("p", inline(reason.tempting)) if reason.tempting else Markup("")
    return element("p", inline(reason.why)) + tempting


def in_words(expected: Json) -> str:
    """A right answer in words.

    >>> in_words("same"), in_words(True), in_words({"set": ["a", "b"]}), in_words(4.7)
    ('same', 'yes', 'a, b', '4.7')
    """
    if isinstance(expected, bool):
        return "yes" if expected else "no"
    if isinstance(expected, dict) and "set" in expected:
        return ", ".join(map(in_words, expected["set"]))
    return expected if isinstance(expected, str) else short(expected)


def place_of(reason: Reason, exercise: str = "") -> Markup:
    """The deciding words, and their place: paragraphs open on the spot, a heading is a link."""
    words = element("p", f"“{reason.words}”") if reason.words else Markup("")
    try:
        place = find_place(reason.place)
    except RecordError:  # a copy of the records that lacks it: the place's name is still of use
        return words + element("p", reason.place)
    if place is None:
        return words + element("p", heading_link(reason.place, reason.place, exercise))
    texts = (element("p", _with_words(text, reason.words)) for text in place.texts)
    return words + element("details", element("summary", place.name, style="padding: 4px 0; cursor: pointer"), *texts)


def _with_words(text: str, words: str) -> Markup:
    """A text with the deciding words in bold, where they stand in it letter by letter."""
    result = re.search(re.escape(words), text, re.I) if words else None
    if result is None:
        return escape(text)
    return escape(text[: result.start()]) + element("strong", result[0]) + escape(text[result.end() :])
