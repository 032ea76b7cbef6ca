"""A desk on the page: blocks that a session lists, and what a learner types, ticks or presses in them.

`FormWidget` writes one answer into its cell. A desk keeps more than a cell holds: its session writes files. Importing
this module imports ipywidgets, so it is imported by the first desk that is shown and not before.
"""

from __future__ import annotations

from typing import Any, Protocol

import anywidget
from traitlets import List, Unicode

from appraise.widgets.form_widget import _drawing, kernel_id

Block = str | dict[str, Any]


class DeskSession(Protocol):
    """What stands behind a desk. Each block is a paragraph, or a dictionary with its `kind`: see `desk.js`."""

    title: str

    def blocks(self) -> list[Block]:
        """What the page draws."""
        ...

    def set(self, id: str, value: Any) -> str:
        """Take over what was typed, chosen or ticked; returns a word for the learner, or nothing."""
        ...

    def press(self, id: str) -> str:
        """Do what a button says; returns a word for the learner, or nothing."""
        ...


class DeskWidget(anywidget.AnyWidget):
    """A desk at one cell. `changed` is called after each change, so that other desks can be drawn again.

    Parameters
    ----------
    step : str
        A name that tells the desks of one cell apart.
    session : DeskSession
    cell : str
        The cell's id.
    """

    _esm = _drawing("notebook.js", "controls.js", "desk.js")
    _css = _drawing("form.css", "desk.css")

    step = Unicode().tag(sync=True)
    cell = Unicode().tag(sync=True)
    kernel = Unicode().tag(sync=True)
    title = Unicode().tag(sync=True)
    announcement = Unicode().tag(sync=True)
    blocks: List[Any] = List().tag(sync=True)

    def __init__(self, step: str, session: DeskSession, cell: str) -> None:
        self.session = session
        super().__init__(step=step, cell=cell, kernel=kernel_id(), title=session.title, blocks=session.blocks())
        self.on_msg(self._answer)

    def changed(self) -> None:
        """Draw what the session lists now."""
        self.blocks = self.session.blocks()

    def _answer(self, _: Any, message: dict[str, Any], __: Any) -> None:
        try:
            act = self.session.set if message["do"] == "set" else None
            announcement = act(message["id"], message["value"]) if act else self.session.press(message["id"])
        except Exception as error:  # the learner must see what happened
            announcement = f"This did not work ({type(error).__name__}: {error})."
        self.announcement = ""
        self.announcement = announcement
        self.changed()
