"""The one exception of the workbench."""

from __future__ import annotations

from appraise.errors import WorkbenchError

__all__ = ["WorkbenchError"]
