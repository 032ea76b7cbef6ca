"""The steps of lesson 14 as desks: `my_claim("paste")` and its like, each a part of the claim that is open.

A step lists blocks for the page (`appraise.widgets.desk_widget`) and takes over what is typed, chosen and pressed. The
library below does the work: a step holds no judgement of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from appraise.course import load_course
from appraise.errors import WorkbenchError
from appraise.learner.desks import WAKERS, redraw, show_desk
from appraise.learner.own_claim import own_lines
from appraise.workbench import steps
from appraise.workbench.claim import Claim, safe_name
from appraise.workbench.open_claim import OpenClaim
from appraise.workbench.store import load_claim

Block = str | dict[str, Any]
_open: list[OpenClaim] = []  # one for the kernel, made when the first step is shown


def open_claim() -> OpenClaim:
    """The claim that is open in this kernel."""
    if not _open:
        _open.append(OpenClaim())
    return _open[0]


class ChooseStep:
    """Begin a claim, or open an earlier one; shows what the learner wrote at the ends of lessons."""

    title = "Your claims"

    def __init__(self, opened: OpenClaim) -> None:
        self.opened, self.new = opened, ""

    def blocks(self) -> list[Block]:
        """The earlier lines, the open claim, the others, and a box for a new one."""
        lines, claim = own_lines(), self.opened.claim
        shown: list[Block] = []
        if lines:
            titles = {lesson.slug: f"{lesson.number} · {lesson.title}" for lesson in load_course().lessons}
            rows = [[titles[slug], words] for slug, words in lines.items()]
            caption = "What you wrote at the ends of lessons"
            shown.append({"kind": "table", "caption": caption, "heads": ["lesson", "your lines"], "rows": rows})
        if claim:
            shown.append({"kind": "head", "words": f"Open: {_called(claim)}"})
            title = {"kind": "area", "id": "title", "label": "Title", "rows": 1, "value": claim.title}
            message = {
                "kind": "area",
                "id": "claim",
                "label": "The claim in one sentence",
                "rows": 2,
                "value": claim.claim,
            }
            shown += [title, message]
        others = [name for name in self.opened.names if not claim or name != claim.name]
        if others:
            options = [["", "–"], *([name, self._name(name)] for name in others)]
            shown.append({"kind": "list", "id": "open", "label": "Open another claim", "options": options, "value": ""})
        box = {
            "kind": "area",
            "id": "new",
            "label": "Begin a claim: a title of a few words",
            "rows": 1,
            "value": self.new,
        }
        button = {"kind": "button", "id": "begin", "label": "Begin", "main": not claim}
        return [*shown, {"kind": "row", "blocks": [box, button]}]

    def _name(self, name: str) -> str:
        """What another claim is called; its name alone where it cannot be read."""
        try:
            return _called(load_claim(name, self.opened.folder))
        except WorkbenchError:
            return name

    def set(self, id: str, value: Any) -> str:
        """Take over a title, a sentence or a choice."""
        if id == "new":
            self.new = steps.clean(value)
        elif id == "open" and value:
            return f"{_called(self.opened.open(str(value)))} is open."
        elif id in ("title", "claim"):
            self.opened.change(lambda claim: setattr(claim, id, steps.clean(value)))
        return ""

    def press(self, id: str) -> str:
        """Begin the claim whose title was typed."""
        if not self.new.strip():
            return "Type a title first, such as “Kelp baths against cold feet”."
        claim, self.new = self.opened.begin(self.new), ""
        return f"{claim.title} is begun. It is kept in my-claims/{claim.name}, in your work folder."


def _called(claim: Claim) -> str:
    """A claim's title; its name too, where the title does not give it, as with two claims of one title."""
    with suppress(WorkbenchError):
        if safe_name(claim.title) == claim.name:
            return claim.title
    return f"{claim.title} ({claim.name})" if claim.title.strip() else claim.name


class ClaimStep:
    """A step on the open claim: `draw` lists its blocks, `take` changes the claim, `push` answers a button."""

    def __init__(self, opened: OpenClaim, name: str) -> None:
        self.opened, self.name = opened, name
        self.title, self.draw, self.take = STEPS[name]

    def blocks(self) -> list[Block]:
        """The step's blocks, or one sentence where there is nothing to show yet."""
        if self.opened.claim is None:
            return [{"kind": "quiet", "words": "No claim is open yet. Begin one in the form “Your claims” above."}]
        try:
            return self.draw(self.opened.claim)
        except WorkbenchError as error:
            return [{"kind": "warning", "words": steps.sentence(error)}]

    def set(self, id: str, value: Any) -> str:
        """Change the claim and save it."""
        message: list[str] = []
        self.opened.change(lambda claim: message.append(self.take(claim, id, value)))
        return message[0]

    def press(self, id: str) -> str:
        """A button is taken like a choice."""
        return self.set(id, True)


Draw = Callable[[Claim], list[Block]]
Take = Callable[[Claim, str, Any], str]
STEPS: dict[str, tuple[str, Draw, Take]] = {
    "paste": ("The page and the study", steps.draw_paste, steps.take_text),
    "mark": ("The passage that speaks of the study", steps.draw_mark, steps.take_mark),
    "figures": ("Figures, and your verdicts", steps.draw_figures, steps.take_figures),
    "words": ("Words to look at", steps.draw_words, steps.take_words),
    "work out": ("What the abstract lets you work out", steps.draw_work, steps.take_work),
    "questions": ("Eight questions", steps.draw_questions, steps.take_questions),
    "page": ("Your page", steps.draw_page, steps.take_text),
}


class _Announced:
    """A step that tells the other desks when it changed something, and turns an error into one sentence."""

    def __init__(self, step: ChooseStep | ClaimStep) -> None:
        self.step, self.title = step, step.title
        self.blocks = step.blocks

    def set(self, id: str, value: Any) -> str:
        """Take over, and draw the others again."""
        return self._message(lambda: self.step.set(id, value))

    def press(self, id: str) -> str:
        """Press, and draw the others again."""
        return self._message(lambda: self.step.press(id))

    def _message(self, act: Callable[[], str]) -> str:
        try:
            message = act()
        except WorkbenchError as error:
            message = steps.sentence(error)
        redraw()
        return message

    _kept: ClassVar[dict[str, _Announced]] = {}


def my_claim(step: str) -> None:
    """Show one step of the appraisal of a claim of one's own. Nothing happens outside a notebook.

    Parameters
    ----------
    step : str
        "choose", then "paste", "mark", "figures", "words", "work out", "questions", "page".

    Raises
    ------
    WorkbenchError
        For an unknown step.

    Examples
    --------
    >>> my_claim("paste")  # nothing outside a notebook
    """
    _show(step)


def _show(step: str, cell: str = "") -> None:
    if step != "choose" and step not in STEPS:
        raise WorkbenchError(f"{step!r} is no step; expected one of choose, {', '.join(STEPS)}")
    name = re.sub(r"[^a-z]", "-", step)
    show_desk(f"claim {name}", lambda: _session(step), cell)


def _session(step: str) -> _Announced:
    """The session of a step, the same one whenever its cell is run again."""
    kept = _Announced._kept
    if step not in kept:
        opened = open_claim()
        kept[step] = _Announced(ChooseStep(opened) if step == "choose" else ClaimStep(opened, step))
    return kept[step]


WAKERS["my_claim"] = lambda cell, step: _show(step, cell)
