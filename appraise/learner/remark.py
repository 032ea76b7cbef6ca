"""How a remark is shown: a box with a sign, the status in words, the points, what is wrong and where to read again."""

from __future__ import annotations

from appraise.exercises.exercise import Exercise, Status, Verdict
from appraise.markup import Markup, element, escape, inline, sign

HINT_AFTER = 2  # wrong tries before the hint is shown with the next one
WORKED_AFTER = 3  # wrong tries before a worked answer is offered
_COLOURS = {
    Status.RIGHT: "#1b7f4d",
    Status.PARTLY: "#8a5a00",
    Status.WRONG: "#b3261e",
    Status.NO_ANSWER: "#5f6368",
}
_NOTE = "#3559a8"


def render_remark(ex: Exercise, verdict: Verdict, points: float, tries: int = 0) -> Markup:
    """The remark on one answer as HTML.

    Parameters
    ----------
    ex : Exercise
    verdict : Verdict
    points : float
        The points earned.
    tries : int
        Different answers so far that were not right: after some, a hint and the worked answer are offered.
    """
    status = verdict.status
    word = "Written for yourself" if status is Status.MARKED and not ex.core else status.word
    remark = verdict.remark
    if status is Status.RIGHT:
        remark = remark.removeprefix("Right.").strip()
    score = f" · {points:g} of {ex.points:g} points" if ex.is_graded else ""
    more = []
    if status is not Status.RIGHT:
        more.append(element("p", Markup("Read "), heading_link(ex.see, ex.see), Markup(" again.")))
        if tries > HINT_AFTER and ex.hint:
            more.append(element("p", element("strong", "Hint."), Markup(" "), inline(ex.hint)))
        if tries >= WORKED_AFTER:
            call = element("code", f'worked("{ex.id}")')
            more.append(element("p", Markup("A worked answer opens with "), call, Markup(" in a new cell.")))
    return _box(status.sign, word + score, remark, Markup("").join(more), _COLOURS.get(status, _NOTE))


def render_note(shown: str, head: str, text: str, more: str = "") -> Markup:
    """A box that judges nothing: `shown` is its sign, `more` is HTML below the text."""
    return _box(shown, head, text, more, _NOTE)


def render_unknown(exercise_id: str) -> Markup:
    """The box for an id that the library does not know."""
    text = (
        f"The course's library knows no exercise “{exercise_id}”. This copy of the lesson is newer or older than the "
        "library: start the course again for a fresh copy."
    )
    return render_note("?", "Unknown exercise", text)


def read_again(ex: Exercise) -> str:
    """The sentence that leads back to the section behind the exercise."""
    return f"Read “{ex.see}” again."


def heading_link(heading: str, words: str) -> Markup:
    """A link to a heading of the same notebook; words alone where JupyterLab would not find it.

    Browsers write some characters of an address in percent signs, and JupyterLab does not read them back.

    >>> print(heading_link("Look: what?", "look"), heading_link("Exercise · One", "one"))
    <a href="#Look:-what?" style="text-decoration: underline">look</a> one
    """
    anchor = heading.replace(" ", "-")
    if not anchor or not anchor.isascii() or set(anchor) & set('"<>`%'):
        return escape(words)
    # JupyterLab tells a link by its colour alone
    return element("a", words, href=f"#{anchor}", style="text-decoration: underline")


def _box(shown: str, head: str, text: str, more: str, colour: str) -> Markup:
    style = f"border-left: 4px solid {colour}; padding: 0.1em 0.9em; margin: 0.2em 0; max-width: 46em"
    body = element("p", inline(text)) if text else ""
    first = element("p", element("strong", sign(shown, head)))
    return element("div", first, body, Markup(more), class_="appraise-remark", role="status", style=style)
