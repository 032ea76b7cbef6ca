"""The one exception of the workbench."""

from __future__ import annotations


class WorkbenchError(ValueError):
    """An input that cannot be used. The message is one sentence that says what it is and what was expected."""
