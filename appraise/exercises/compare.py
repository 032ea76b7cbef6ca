"""Whether two values say the same, and what a choice of several is worth."""

from __future__ import annotations

import math

from appraise.errors import AnswerFormatError
from appraise.exercises.parts import flatten, parts_of
from appraise.exercises.serialize import Json
from appraise.exercises.values import as_sequence, is_not_reported, normalize, read_number


def is_same(expected: Json, actual: Json, tolerance: float = 0.0, units: tuple[str, ...] = ()) -> bool:
    """Whether two JSON values say the same.

    Numbers agree within `tolerance` (absolute) or one part in 10⁹; text as by `normalize`; sequences entry by entry;
    sets without order; tables whatever the order of rows and columns.

    >>> is_same(4.7, "4,7"), is_same("same", "Same "), is_same(True, 1), is_same(1.0, 1.04, 0.05)
    (True, True, False, True)
    """
    if isinstance(expected, bool):
        yes = {"yes": True, "true": True, "no": False, "false": False}
        return actual is expected or (isinstance(actual, str) and yes.get(normalize(actual)) is expected)
    if (a := read_number(expected) if not isinstance(expected, str) else None) is not None:
        b = read_number(actual, units)
        return b is not None and _are_close(a, b, tolerance)
    if isinstance(expected, str):
        return _says(expected, actual, units)
    if isinstance(expected, dict) and "set" in expected:
        chosen = as_sequence(actual)
        if chosen is None:
            return False
        return all(any(is_same(e, a, tolerance, units) for a in chosen) for e in expected["set"]) and all(
            any(is_same(e, a, tolerance, units) for e in expected["set"]) for a in chosen
        )
    if isinstance(expected, dict) and ("dict" in expected or "frame" in expected):
        return _has_same_parts(expected, actual, tolerance, units)
    entries = as_sequence(expected)
    if entries is not None:
        others = as_sequence(actual)
        return (
            others is not None
            and len(entries) == len(others)
            and all(is_same(e, a, tolerance, units) for e, a in zip(entries, others))
        )
    return bool(expected == actual)


def _are_close(a: float, b: float, tolerance: float) -> bool:
    if not (math.isfinite(a) and math.isfinite(b)):
        return a == b or (math.isnan(a) and math.isnan(b))
    return abs(a - b) <= max(tolerance, 1e-9 * max(abs(a), abs(b))) + 1e-12


def _says(expected: str, actual: Json, units: tuple[str, ...]) -> bool:
    """Whether a value says the same as a text: in other letters, or as the number that the text stands for."""
    if is_not_reported(expected):
        return is_not_reported(actual)
    if isinstance(actual, int | float) and not isinstance(actual, bool):
        actual = f"{actual:.15g}"
    if not isinstance(actual, str):
        return False
    if normalize(expected) == normalize(actual):
        return True
    x, y = read_number(expected, units), read_number(actual, units)
    return x is not None and x == y


def _has_same_parts(expected: Json, actual: Json, tolerance: float, units: tuple[str, ...]) -> bool:
    """Whether a dictionary or table has the same entries, whatever their order."""
    asked = flatten(expected)
    if not isinstance(actual, dict) or next(iter(actual)) not in {"dict", "frame", "series"}:
        return False
    try:
        parts = parts_of(actual, {key: name for key, (name, _) in asked.items()}, "")
    except AnswerFormatError:
        return False
    return len(parts) == len(asked) and all(
        key in parts and is_same(value, parts[key], tolerance, units) for key, (_, value) in asked.items()
    )


def share_of_choices(expected: list[Json], actual: list[Json]) -> float:
    """Share of a choice of several: right picks less wrong picks, of the number to be picked; never below 0."""
    hits = sum(any(is_same(e, g) for g in actual) for e in expected)
    false = sum(not any(is_same(e, g) for e in expected) for g in actual)
    return max(0.0, (hits - false) / len(expected))
