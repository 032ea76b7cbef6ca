"""Which process is this: a learner's kernel, nbgrader's Validate, the grader, or the compiler of lessons?

The same cell runs in all of them. No other module asks the environment.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

_VALIDATE, _EXECUTION, _SESSION = "validate", "NBGRADER_EXECUTION", "JPY_SESSION_NAME"


def has_page() -> bool:
    """Whether a page can show widgets. None can while a lesson is graded, compiled or printed."""
    return not os.environ.get(_EXECUTION) and any(name in os.environ for name in (_SESSION, "VSCODE_PID"))


def is_validating() -> bool:
    """Whether nbgrader validates a notebook in this process.

    A live kernel that was started while Validate ran inherits the server's variable; JPY_SESSION_NAME tells it apart.
    """
    return os.environ.get(_EXECUTION) == _VALIDATE and _SESSION not in os.environ


def is_compiling() -> bool:
    """Whether a lesson is being made from its solution, with `check` recording what it is handed."""
    return bool(os.environ.get("APPRAISE_RECORD"))


def is_on_binder() -> bool:
    """Whether this machine is lent by Binder and goes away with what is on it."""
    return "BINDER_SERVICE_HOST" in os.environ or "BINDER_LAUNCH_HOST" in os.environ


def is_live() -> bool:
    """Whether a person works in this kernel: it is one, and neither nbgrader nor the compiler runs it."""
    graded = os.environ.get(_EXECUTION) and _SESSION not in os.environ
    return is_kernel() and not graded and not is_compiling()


def is_kernel() -> bool:
    """Whether this process is a Jupyter kernel."""
    return kernel_shell() is not None


def kernel_shell() -> Any:
    """IPython's shell in a Jupyter kernel; None in any other process."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if getattr(shell, "kernel", None) is not None else None


def open_notebook() -> Path:
    """The notebook that this kernel was started for, as the server names it; an empty path where it is not known."""
    return Path(os.environ.get(_SESSION, ""))


def named_work_folder() -> Path | None:
    """The folder of the learner's copies that the environment variable APPRAISE_WORK names, if it names one."""
    work = os.environ.get("APPRAISE_WORK")
    return Path(work) if work else None


def recording_folder() -> Path:
    """Where the compiler of lessons collects what `check` is handed; only while `is_compiling()`."""
    return Path(os.environ["APPRAISE_RECORD"])


def kernel_environment(**extra: str) -> dict[str, str]:
    """The environment of a kernel that we start: this process's, without what makes it another's, and `extra`."""
    own = (_EXECUTION, _SESSION, "VSCODE_PID", "APPRAISE_WORK", "APPRAISE_RECORD", "PYTHONSTARTUP")
    inherited = {name: value for name, value in os.environ.items() if name not in own}
    return {**inherited, "MPLBACKEND": "module://matplotlib_inline.backend_inline", **extra}
