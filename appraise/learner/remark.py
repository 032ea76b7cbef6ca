"""How a remark is shown: a box with a sign, the status in words, the points, what is wrong and where to read again."""

from __future__ import annotations

from appraise.exercises.exercise import Exercise, Status, Verdict
from appraise.learner.links import heading_link
from appraise.learner.reasons import shown_reasons
from appraise.markup import Markup, element, inline, sign

HINT_AFTER = 2  # wrong tries before the hint is shown with the next one
WORKED_AFTER = 3  # wrong tries before a worked answer is offered
_COLOURS = {
    Status.RIGHT: "#1b7f4d",
    Status.PARTLY: "#8a5a00",
    Status.WRONG: "#b3261e",
    Status.NO_ANSWER: "#5f6368",
}
_NOTE = "#3559a8"
_LINES = "white-space: pre-line"


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
    more: list[Markup] = []
    if status is Status.RIGHT:
        more.append(shown_reasons(ex))
    elif status is Status.MARKED:
        remark = ""
        more += _on_a_text(ex, verdict, tries)
    else:
        more.append(element("p", Markup("Read "), heading_link(ex.see, ex.see, ex.id), Markup(" again.")))
        if tries > HINT_AFTER and ex.hint:
            more.append(element("p", element("strong", "Hint."), Markup(" "), inline(ex.hint)))
        if tries >= WORKED_AFTER:
            call = element("code", f'worked("{ex.id}")')
            more.append(element("p", Markup("A worked answer opens with "), call, Markup(" in a new cell.")))
    return _box(status.sign, word + score, remark, Markup("").join(more), _COLOURS.get(status, _NOTE))


def _on_a_text(ex: Exercise, verdict: Verdict, tries: int) -> list[Markup]:
    """What a text lacks, what to reconsider, and, once nothing is missing or after some tries, models beside it."""
    shown = []
    for head, lines in (("Still missing:", verdict.wrong), ("Look at it again:", verdict.reconsider)):
        if lines:
            items = element("ul", *(element("li", line) for line in lines))
            shown += [element("p", element("strong", head)), items]
    if not verdict.wrong:
        shown.append(element("p", "Nothing on the list of formal points is missing. A check cannot read, though."))
    if ex.models and (not verdict.wrong or tries >= WORKED_AFTER):
        shown.append(shown_models(ex))
    marks = (
        "A person marks this text with the rubric." if ex.core else "You wrote it for yourself: nobody else marks it."
    )
    return [*shown, element("p", marks)]


def shown_models(ex: Exercise) -> Markup:
    """What a writer looks at in the own text first, and behind it the models."""
    asks = element("ul", *(element("li", line) for line in ex.self_mark), style="margin: 0.3em 0")
    first = element("p", element("strong", "Mark your own text first."), asks if ex.self_mark else Markup(""))
    models = (
        element("p", element("strong", f"{name[:1].upper()}{name[1:]}: "), element("span", text, style=_LINES))
        for name, text in ex.models.items()
    )
    head = element(
        "summary", "I have marked mine: show what to compare it with", style="padding: 4px 0; cursor: pointer"
    )
    return element("div", first, element("details", head, *models))


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


def _box(shown: str, head: str, text: str, more: str, colour: str) -> Markup:
    style = f"border-left: 4px solid {colour}; padding: 0.1em 0.9em; margin: 0.2em 0; max-width: 46em"
    body = element("p", inline(text)) if text else ""
    first = element("p", element("strong", sign(shown, head)))
    return element("div", first, body, Markup(more), class_="appraise-remark", role="status", style=style)
