"""The form on the page: an anywidget whose drawing stands in `notebook.js`, `form.js` and `form.css` beside it.

Importing this module imports ipywidgets, so it is imported by the first form that is shown and not before.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Bool, Dict, List, Unicode

from appraise.widgets.form_session import Session

_FOLDER = Path(__file__).parent


def _drawing(*names: str) -> str:
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


class FormWidget(anywidget.AnyWidget):
    """A form at one cell.

    Parameters
    ----------
    kind : str
        "choose", "mark", "write", "predict" or "practice".
    exercise : str
        The id of the exercise or prediction.
    session : Session
        What the form does.
    cell : str
        The cell's id.
    source : str
        The cell's text when the form is opened.
    """

    _esm = _drawing("notebook.js", "controls.js", "form.js")
    _css = _drawing("form.css")

    kind = Unicode().tag(sync=True)
    exercise = Unicode().tag(sync=True)
    cell = Unicode().tag(sync=True)
    kernel = Unicode().tag(sync=True)
    spec = Dict().tag(sync=True)
    states: List[Any] = List().tag(sync=True)
    writable = Bool().tag(sync=True)

    def __init__(self, kind: str, exercise: str, session: Session, cell: str, source: str) -> None:
        self.session = session
        super().__init__(
            kind=kind,
            exercise=exercise,
            cell=cell,
            kernel=kernel_id(),
            spec=session.spec(),
            states=session.states(),
            writable=session.is_writable(source),
        )
        self.on_msg(self._answer)

    def renew(self, session: Session, source: str) -> None:
        """Stand for the answer that a cell makes when it is run again."""
        self.session = session
        with self.hold_sync():
            self.spec, self.states = session.spec(), session.states()
            self.writable = session.is_writable(source)

    def _answer(self, _: Any, message: dict[str, Any], __: Any) -> None:
        try:
            reply = self.session.handle(message)
        except Exception as error:  # the page waits for a reply, and the learner must see what happened
            why = f"the form stopped with {type(error).__name__}: {error}"
            reply = {"source": None, "seen": None, "why": why, "states": self.session.states()}
        with self.hold_sync():
            self.spec = reply.pop("spec", self.spec)  # another practice case in the same form
            self.states = reply["states"]
        self.send({**reply, "number": message.get("number")})


def kernel_id() -> str:
    """The id by which the page knows this kernel; empty where it cannot be told."""
    if "ipykernel" not in sys.modules:
        return ""
    from ipykernel.connect import get_connection_file

    try:
        return Path(get_connection_file()).stem.removeprefix("kernel-")
    except RuntimeError:
        return ""
