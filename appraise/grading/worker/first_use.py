"""What is slow once in a process: done in the fork server, so that no worker does it again.

The first query, pivot and picture of a process import modules, read fonts and fill caches. Nothing that a cell can name
is made or changed here: the course's tables are handed out as copies, the picture is closed, the names are put back.
"""

from __future__ import annotations

import sys

from appraise.grading.worker.shell import ZMQInteractiveShell, run_cell, set_drawing

_TABLE = """
import pandas
table = pandas.DataFrame({"a": [1.5, 2.0], "b": "c", "d": ["e", "f"]})
table = table.query("a == 2 or b == 'c' and d != 'g'").pivot(index="b", columns="d", values="a")[["e", "f"]]
pandas.DataFrame({"a": table.loc["c"], "b": table.loc["c", ["e"]]}).set_index("a").eq(2, axis=0)
"""
_ERROR = "1 / 0"
_PICTURE = """
from matplotlib import pyplot
figure, axes = pyplot.subplots(figsize=(8, 3))
axes.bar(["a", "b"], [1, 2], label="c")
axes.plot([0, 1], [1, 2], marker="o")
axes.set_title("a")
axes.set_xlabel("b")
axes.set_ylabel("c")
axes.tick_params(axis="x", rotation=20)
axes.legend()
figure.tight_layout()
"""


def load_libraries() -> None:
    """Do once what the opening cells lead to: tables, a traceback, a picture, statsmodels."""
    if tables := sys.modules.get("appraise.sources.tables"):
        tables.make_all_tables()
    if "appraise.methods.agreement" in sys.modules:  # it imports this when it is first asked, which takes a second
        import statsmodels.stats.inter_rater  # noqa: F401
    _run_and_forget(_TABLE)
    _run_and_forget(_ERROR)
    if "matplotlib.pyplot" in sys.modules:
        import matplotlib
        from matplotlib import pyplot

        pyplot.switch_backend(matplotlib.rcParams["backend"])
        pyplot.uninstall_repl_displayhook()  # it draws each figure once more, for a window that is not there
        set_drawing(True)
        _run_and_forget(_PICTURE)
    set_drawing(False)


def _run_and_forget(source: str) -> None:
    names = ZMQInteractiveShell.instance().user_ns
    before = dict(names)
    run_cell(source, store=False)
    names.clear()
    names.update(before)
