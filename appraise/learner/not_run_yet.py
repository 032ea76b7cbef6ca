"""What a learner sees who comes back another day and goes on in the middle: a NameError, and now what to do about it.

`appraise lab` names this file in PYTHONSTARTUP, so that a kernel knows it before the opening cell has run; `lesson`
installs it everywhere else. It imports nothing of the course: every kernel of the learner's room runs it.
"""

import os
import sys
from typing import Any


def explain_name_errors(shell: Any) -> None:
    """Let a kernel's shell add a sentence to every NameError."""
    says = (
        "The name “{name}” is not known in this session. Most often the cells above have not been run since you opened "
        "the notebook: choose Run, then Run All Above Selected Cell, and run this cell again. Your answers are still "
        "there."
    )

    def explain(shell: Any, kind: type, error: NameError, trace: Any, tb_offset: int | None = None) -> None:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        name = getattr(error, "name", None)
        if name:
            print(says.format(name=name))

    shell.set_custom_exc((NameError,), explain)


if __name__ == "__main__":
    _ipython = sys.modules.get("IPython")
    _shell = _ipython.get_ipython() if _ipython else None
    if _shell is not None:
        explain_name_errors(_shell)
    _other = os.environ.get("APPRAISE_PYTHONSTARTUP", "")  # the learner's own file, which ours has taken the place of
    if _other and os.path.isfile(_other):  # noqa: PTH113
        with open(_other, encoding="utf-8") as _file:  # noqa: PTH123
            exec(compile(_file.read(), _other, "exec"))
    for _name in ("os", "sys", "Any", "explain_name_errors", "_ipython", "_shell", "_theirs", "_name"):
        globals().pop(_name, None)  # nothing of this file is left among the learner's names
