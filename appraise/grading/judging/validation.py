"""The values that come from a learner's process: JSON values of the known forms, or refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from appraise.exercises.serialize import Json

DEEPEST = 30  # levels of nesting


def validate(value: Any, most: int = 50_000) -> Json:
    """A value from a learner's process if it is a well-formed JSON value, else a refused object.

    Parameters
    ----------
    value : Any
        What the process sent.
    most : int
        How many values it may hold.

    Examples
    --------
    >>> validate({"tuple": [1, 2]}), validate({"tuple": 1}), validate({"array": [], "set": []})
    ({'tuple': [1, 2]}, {'other': 'unreadable object'}, {'other': 'unreadable object'})
    """
    validator = _Validator(most)
    if not validator.is_value(value, 0):
        return {"other": "answer too large to read" if validator.left < 0 else "unreadable object"}
    valid: Json = value
    return valid


class _Validator:
    """Looks at each value once, and counts them; `depth` is that of the value that is looked at."""

    def __init__(self, most: int) -> None:
        self.left = most
        # the forms of `appraise.exercises.serialize`, by their one key
        self.forms: Mapping[str, Callable[[Any, int], bool]] = {
            "float": lambda x, _: x in ("nan", "inf", "-inf"),
            "tuple": self.are_values,
            "set": self.are_values,
            "array": self.are_values,
            "dict": self.are_pairs,
            "series": self.is_series,
            "frame": self.is_frame,
            "axes": self.is_axes,
            "function": lambda x, _: isinstance(x, str) and len(x) < 1000,
            "other": lambda x, _: isinstance(x, str) and len(x) < 1000,
            "stub": lambda x, _: x is True,
        }

    def is_value(self, value: Any, depth: int) -> bool:
        self.left -= 1
        if self.left < 0 or depth > DEEPEST:
            return False
        if value is None or isinstance(value, bool | str):
            return True
        if isinstance(value, int):
            return abs(value) < 10**300
        if isinstance(value, float):
            return math.isfinite(value)
        if isinstance(value, list):
            return self.are_values(value, depth)
        if not isinstance(value, dict) or len(value) != 1:
            return False
        ((form, content),) = value.items()
        return form in self.forms and self.forms[form](content, depth)

    def are_values(self, values: Any, depth: int) -> bool:
        return isinstance(values, list) and all(self.is_value(x, depth + 1) for x in values)

    def are_pairs(self, pairs: Any, depth: int) -> bool:
        return isinstance(pairs, list) and all(
            isinstance(pair, list) and len(pair) == 2 and self.are_values(pair, depth) for pair in pairs
        )

    def is_series(self, x: Any, depth: int) -> bool:
        return (
            _has_keys(x, "name", "index", "values")
            and self.is_value(x["name"], depth + 1)
            and self.are_values(x["index"], depth)
            and self.are_values(x["values"], depth)
            and len(x["index"]) == len(x["values"])
        )

    def is_frame(self, x: Any, depth: int) -> bool:
        return (
            _has_keys(x, "columns", "index", "index_names", "data")
            and all(self.are_values(x[k], depth) for k in ("columns", "index", "index_names", "data"))
            and len(x["data"]) == len(x["columns"])
            and all(isinstance(column, list) and len(column) == len(x["index"]) for column in x["data"])
        )

    def is_axes(self, x: Any, depth: int) -> bool:
        return (
            _has_keys(x, "title", "xlabel", "ylabel", "xticks", "yticks", "legend", "marks")
            and all(isinstance(x[k], str) for k in ("title", "xlabel", "ylabel"))
            and all(self.are_values(x[k], depth) for k in ("xticks", "yticks", "legend"))
            and all(isinstance(t, list) and len(t) == 2 and isinstance(t[1], str) for t in x["xticks"] + x["yticks"])
            and isinstance(x["marks"], list)
            and all(self.is_mark(mark, depth) for mark in x["marks"])
        )

    def is_mark(self, mark: Any, depth: int) -> bool:
        return (
            _has_keys(mark, "kind", "label", "x", "y")
            and isinstance(mark["kind"], str)
            and isinstance(mark["label"], str)
            and self.are_values(mark["x"], depth)
            and self.are_values(mark["y"], depth)
        )


def _has_keys(x: Any, *names: str) -> bool:
    return isinstance(x, dict) and set(x) == set(names)
