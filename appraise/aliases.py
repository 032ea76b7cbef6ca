"""Former module paths, kept for lessons, configurations and scripts that were written before version 0.2.

`import appraise` installs them. A former module is made when it is first asked for; each of its names is looked up in
the modules that hold them now.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

FORMER = {
    "agreement": ("methods.agreement", "errors"),
    "checking": ("learner.check", "learner.opening", "learner.worked", "exercises.packs"),
    "consistency": ("methods.consistency", "errors"),
    "dose": ("methods.dose", "errors"),
    "exercise": ("exercises.judge", "exercises.exercise"),
    "plain": ("exercises.serialize",),
    "provenance": ("sources.provenance",),
    "questions": ("learner.pre_post_test", "errors"),
    "reading": ("sources.reader",),
    "records": ("sources.tables", "sources.statements", "sources.loading", "sources.models", "errors"),
    "rob2": ("methods.rob2", "errors"),
    "telling": ("learner.rubric", "errors"),
    "grading.collect": ("grading.submission.exchange",),
    "grading.feedback": ("grading.reports.feedback",),
    "grading.marking": ("grading.reports.rubric_marking",),
    "grading.plugins": ("grading.nbgrader",),
}
# modules that are still there and have given names away
LEFT = {"course": ("learner.report", "learner.my_work", "learner.lab")}
RENAMED = {"unseen": "unseen_telling", "packs": "load_packs", "Reading": "PassageView"}


def _look_up(former: str, places: tuple[str, ...]) -> Callable[[str], Any]:
    """The `__getattr__` of a module: the name as it is called now, in the first of the places that has it."""

    def look_up(name: str) -> Any:
        for place in places if not name.startswith("__") else ():
            module = importlib.import_module(f"appraise.{place}")
            for current in (name, RENAMED.get(name, name)):
                if current in vars(module):
                    return getattr(module, current)
        raise AttributeError(f"module 'appraise.{former}' has no attribute {name!r}")

    return look_up


class _FormerModules(MetaPathFinder, Loader):
    """Finds a former module by its path, and makes it."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        former = fullname.removeprefix("appraise.")
        return ModuleSpec(fullname, self) if former != fullname and former in FORMER else None

    def exec_module(self, module: ModuleType) -> None:
        former = module.__name__.removeprefix("appraise.")
        vars(module)["__getattr__"] = _look_up(former, FORMER[former])


def install() -> None:
    """Make former module paths work in this process."""
    if not any(isinstance(finder, _FormerModules) for finder in sys.meta_path):
        sys.meta_path.append(_FormerModules())
    for name, places in LEFT.items():
        vars(importlib.import_module(f"appraise.{name}"))["__getattr__"] = _look_up(name, places)
