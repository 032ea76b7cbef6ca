"""Cells that give everybody the same: run once in the fork server, put into a worker where it would run them."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from appraise.grading.worker.outputs import Output
from appraise.grading.worker.shell import ZMQInteractiveShell, run_cell

_NOTHING = object()


@dataclass(frozen=True)
class _Kept:
    """What a cell used, as it was then, and what it made."""

    used: dict[str, Any]
    made: dict[str, Any]


_cells: dict[int, _Kept] = {}


def keep(place: int, source: str, uses: Sequence[str], makes: Sequence[str]) -> list[Output] | None:
    """Run a cell and keep what it makes, without leaving a name behind.

    Returns
    -------
    list of dict or None
        The cell's outputs. None where nothing is kept: it stops, gives nothing, or uses an object that an earlier
        cell could have changed.
    """
    names = ZMQInteractiveShell.instance().user_ns
    before = dict(names)
    outputs, error = run_cell(source, store=False)
    made = {name: names[name] for name in makes if name in names}
    names.clear()
    names.update(before)
    used = {name: before.get(name, _NOTHING) for name in uses}
    if error or not (outputs or made) or not all(map(_is_fixed, used.values())):
        return None
    _cells[place] = _Kept(used, made)
    return outputs


def _is_fixed(value: Any) -> bool:
    return value is _NOTHING or inspect.isroutine(value) or inspect.isclass(value) or inspect.ismodule(value)


def restore(place: int) -> bool:
    """Put in a worker's names what a kept cell made; False where one of the names that it uses means something else."""
    names, kept = ZMQInteractiveShell.instance().user_ns, _cells.get(place)
    if kept is None or any(names.get(name, _NOTHING) is not value for name, value in kept.used.items()):
        return False
    names.update(kept.made)
    return True
