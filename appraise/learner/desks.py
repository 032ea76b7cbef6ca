"""Desks in a lesson: shown at the cell that runs, drawn again together, and woken with the lesson.

A call such as `own_claim("04-the-numbers")` shows one. Like a form it is never saved as output: the lesson's opening
cell wakes it, by the function that `WAKERS` has for its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from appraise.learner.forms import running_cell

if TYPE_CHECKING:
    from appraise.widgets.desk_widget import DeskSession, DeskWidget

open_desks: dict[tuple[str, str], DeskWidget] = {}  # by step and cell, for as long as the kernel lives


def show_desk(step: str, make: Callable[[], DeskSession], cell: str = "") -> None:
    """Show a desk at a cell, the running one if none is named. Outside a notebook nothing happens."""
    running = running_cell()
    if running is None:
        return
    from appraise.widgets.desk_widget import DeskWidget

    place = (step, cell or running.id)
    widget = open_desks.get(place)
    if widget is None:
        widget = open_desks[place] = DeskWidget(step, make(), place[1])
    else:
        widget.session = make()
        widget.changed()
    if not cell:
        from IPython.display import display

        # the page takes this output away once the desk stands in its cell; `appraise` marks it for that
        bundle, _ = widget._repr_mimebundle_() or ({}, {})
        bundle["text/plain"] = "Run this cell to see its form."
        display(bundle, metadata={"appraise": "form"}, raw=True)


def redraw() -> None:
    """Draw all open desks again: what was changed in one may show in others."""
    for widget in open_desks.values():
        widget.changed()


def _wake_own_claim(cell: str, *arguments: str) -> None:
    from appraise.learner.own_claim import QUESTIONS, OwnClaimSession

    slug = arguments[0]
    asked = arguments[1] if len(arguments) > 1 else QUESTIONS.get(slug, "What would you ask of a claim of your own?")
    show_desk(f"own claim {slug}", lambda: OwnClaimSession(slug, asked), cell)


WAKERS: dict[str, Callable[..., None]] = {"own_claim": _wake_own_claim}  # function's name to what wakes its desk
