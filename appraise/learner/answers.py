"""The parts of an answer as a form shows them, read from and written into the object that the learner's name holds.

An answer is a dictionary (of dictionaries), a table, or one value. Each value in it is a part: it has a name, the
labels to choose from (none for a box to type in), and a place, which `appraise.learner.source` finds in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

from appraise.exercises.exercise import Exercise
from appraise.exercises.values import normalize, part_key, read_number
from appraise.learner.literal import NotWritable, literal
from appraise.learner.source import Path, read_value, write_value
from appraise.learner.tables import read_entry, write_entry

_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


@dataclass(frozen=True)
class Part:
    """One value that is asked for.

    Attributes
    ----------
    path : tuple
        Keys that lead to it; (row, column) in a table.
    name : str
        As the exercise calls it.
    labels : tuple
        What can be chosen; empty for a box.
    has_several : bool
        Whether any number of labels can be chosen.
    is_number : bool
        Whether what is typed into the box becomes a number where it can.
    """

    path: Path
    name: str
    labels: tuple[Any, ...] = ()
    has_several: bool = False
    is_number: bool = True


def is_blank(value: Any) -> bool:
    """Is nothing chosen yet: the three dots, None or an empty text?

    >>> is_blank(...), is_blank(""), is_blank(0)
    (True, True, False)
    """
    return value is ... or value is None or (isinstance(value, str) and not value)


def _is_table(answer: Any) -> bool:
    return type(answer).__name__ == "DataFrame" and hasattr(answer, "loc")


def _places(answer: Any, path: Path = ()) -> Iterator[Path]:
    if _is_table(answer):
        for row in answer.index:
            for column in answer.columns:
                yield (_simple(row), _simple(column))
    elif isinstance(answer, dict):
        for k, value in answer.items():
            yield from _places(value, (*path, k)) if isinstance(value, dict) and value else [(*path, k)]
    else:
        yield path


def _simple(label: Any) -> Any:
    """A label of a table as Python's own number where it is one of numpy's."""
    return label.item() if hasattr(label, "item") else label


def parts_of(exercise: Exercise, answer: Any) -> list[Part]:
    """The parts of an answer, in its own order.

    >>> ex = Exercise("a", name="a", kind="classify", options=["yes", "no"], expected={"dict": [["a", "yes"]]})
    >>> [part] = parts_of(ex, {"a": ...})
    >>> part.path, part.labels
    (('a',), ('yes', 'no'))
    """
    parts = []
    for path in _places(answer):
        asked = exercise.parts.get(part_key(*path))
        name = asked.name if asked else " · ".join(map(str, path))
        expected = asked.expected if asked else None
        labels: tuple[Any, ...] = exercise.options_of(name) or ()
        if isinstance(expected, bool) and not labels:
            labels = (True, False)
        has_several = asked is not None and asked.is_choice_of_several
        parts.append(Part(path, name, labels, has_several, not isinstance(expected, str)))
    return parts


class Answer:
    """An answer that is live in the kernel.

    Parameters
    ----------
    exercise : Exercise
    value : object
        What the learner's name holds; a dictionary or a table is changed in place.
    name : str
        That name.
    names : mapping
        Where a single value is put under the name, since it cannot be changed in place.
    """

    def __init__(self, exercise: Exercise, value: Any, name: str, names: MutableMapping[str, Any]) -> None:
        self.exercise, self.value, self.name, self.names = exercise, value, name, names
        self.parts = parts_of(exercise, value)
        self.is_table = _is_table(value)

    @property
    def blank(self) -> Any:
        """What stands where nothing is chosen."""
        return "" if self.is_table else ...

    def get(self, part: Part) -> Any:
        """The value of a part."""
        if self.is_table:
            return _simple(self.value.at[part.path])
        value = self.value
        for step in part.path:
            value = value[step]
        return value

    def set(self, part: Part, value: Any) -> None:
        """Give a part a value."""
        if self.is_table:
            self.value.at[part.path] = value
            return
        if not part.path:
            self.value = self.names[self.name] = value
            return
        inner = self.value
        for step in part.path[:-1]:
            inner = inner[step]
        inner[part.path[-1]] = value

    def read(self, source: str) -> None:
        """Take over what the cell's text says; parts that it does not say stay as they are."""
        columns = [_simple(c) for c in self.value.columns] if self.is_table else []
        for part in self.parts:
            try:
                if self.is_table:
                    row, column = part.path
                    value = read_entry(source, self.name, row, column, columns)
                    value = self.get(part) if value is None else value
                else:
                    value = read_value(source, self.name, part.path)
            except NotWritable:
                continue
            old = self.get(part)
            if type(value) is not type(old) or value != old:
                self.set(part, value)

    def write(self, source: str, part: Part) -> str:
        """The cell's text with the part's value in it; NotWritable where it has no place there."""
        if not self.is_table:
            return write_value(source, self.name, part.path, self.get(part))
        row, column = part.path
        columns = [_simple(c) for c in self.value.columns]
        line = [_simple(v) for v in self.value.loc[row]]
        return write_entry(source, self.name, row, line, columns, column)

    def is_writable(self, source: str) -> bool:
        """Can every part be written into this text?"""
        try:
            for part in self.parts:
                self.write(source, part)
        except NotWritable:
            return False
        return bool(self.parts)

    def as_text(self) -> str:
        """Python text that makes the answer, for a learner to copy."""
        if self.is_table:
            return "\n".join(
                f"{self.name}.loc[{literal(_simple(row))}] = {literal([_simple(v) for v in self.value.loc[row]])}"
                for row in self.value.index
            )
        if isinstance(self.value, dict):
            return f"{self.name} = {_dictionary(self.value)}"
        return f"{self.name} = {literal(self.value)}"

    # ── as the form shows it ────────────────────────────────────────────────────────────────────────────────────────

    def states(self) -> list[dict[str, Any]]:
        """Each part as shown: places of the chosen labels, and the text where it is none of them."""
        return [self._state(part) for part in self.parts]

    def _state(self, part: Part) -> dict[str, Any]:
        value = self.get(part)
        if is_blank(value):
            return {"chosen": [], "text": ""}
        chosen = value if part.has_several and isinstance(value, list | tuple | set) else [value]
        places = [i for v in chosen for i, label in enumerate(part.labels) if _is_label(v, label)]
        is_known = len(places) == len(chosen)
        return {"chosen": sorted(places) if is_known else [], "text": "" if is_known else str(value)}

    def choice(self, part: Part, chosen: Any) -> Any:
        """The value that a form's choice stands for: a text from a box, or places among the labels."""
        if isinstance(chosen, str):
            return self._typed(part, chosen)
        labels = [part.labels[i] for i in chosen]
        if not labels:
            return self.blank
        return set(labels) if part.has_several else labels[0]

    def _typed(self, part: Part, text: str) -> Any:
        stripped = text.strip()
        if not stripped:
            return self.blank
        if part.is_number and _NUMBER.fullmatch(stripped):
            return float(stripped) if "." in stripped else int(stripped)
        return stripped

    def layout(self) -> dict[str, Any]:
        """How the parts stand: lines under heads, or rows and columns with the part of each cell."""
        paths = [part.path for part in self.parts]
        if paths and all(len(p) == 2 for p in paths):
            rows = list(dict.fromkeys(p[0] for p in paths))
            columns = list(dict.fromkeys(p[1] for p in paths))
            if len(rows) * len(columns) == len(paths) and (self.is_table or len(columns) > 1):
                cells = [[paths.index((r, c)) for c in columns] for r in rows]
                return {"rows": [*map(str, rows)], "columns": [*map(str, columns)], "cells": cells}
        heads = list(dict.fromkeys(" · ".join(map(str, p[:-1])) for p in paths))
        lines = [
            {"head": head, "parts": [i for i, p in enumerate(paths) if " · ".join(map(str, p[:-1])) == head]}
            for head in heads
        ]
        return {"lines": lines}


def _is_label(value: Any, label: Any) -> bool:
    if isinstance(value, str) and isinstance(label, str):
        return normalize(value) == normalize(label)
    if isinstance(value, bool) or isinstance(label, bool):
        return value is label
    return isinstance(value, int | float) and read_number(label) == value


def _dictionary(value: dict[Any, Any], indent: str = "") -> str:
    lines = [
        f"{indent}    {literal(k)}: {_dictionary(v, indent + '    ') if isinstance(v, dict) else literal(v)},\n"
        for k, v in value.items()
    ]
    return "{\n" + "".join(lines) + indent + "}"
