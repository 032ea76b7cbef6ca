"""Answers as JSON values: what crosses from the learner's process to the judge.

An answer is encoded by its exact type. Built-in, numpy and pandas types, functions (by name) and matplotlib axes (as a
description) have an encoding. Anything else, a subclass of these included, arrives as the name of its type: it is told
apart by the identity of its type alone, so that neither its methods nor those of its class are run. The learner's
check and the grader use this one encoder.

Encoded forms, beside JSON's own ``null``, ``true``, numbers, strings and arrays (a Python list)::

    {"float": "nan" | "inf" | "-inf"}      {"tuple": [...]}   {"set": [...]}   {"dict": [[key, value], ...]}
    {"array": [...]}                       {"series": {"name", "index", "values"}}
    {"frame": {"columns", "index", "index_names", "data"}} (data: one list a column)
    {"axes": {...}}   {"function": name}   {"stub": true} (the three dots)   {"other": type name}
"""

from __future__ import annotations

import decimal
import fractions
import functools
import math
import sys
import types
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from appraise.errors import AnswerTooLarge

DEPTH = 12  # nesting; deeper answers are refused
NODES = 200_000  # values in one answer; larger answers are refused
Json = Any  # None, bool, int, float, str, list, dict


class _Encoder:
    def __init__(self) -> None:
        self.left = NODES

    def many(self, values: Iterable[Any], depth: int) -> list[Json]:
        return [self.encode(v, depth + 1) for v in values]

    def encode(self, x: Any, depth: int = 0) -> Json:
        self.left -= 1
        if depth > DEPTH or self.left < 0:
            raise AnswerTooLarge
        t = type(x)
        if x is None or t is bool:
            return x
        if t is str:
            return str.encode(x, "utf-8", "replace").decode("utf-8")
        if t is int:
            return x if abs(x) < 10**300 else {"float": "inf" if x > 0 else "-inf"}
        if t is float:
            return _number(x)
        if x is Ellipsis:
            return {"stub": True}
        if t is list or t is range or _is_one_of(t, _VIEWS):
            return self.many(x, depth)
        if t is tuple:
            return {"tuple": self.many(x, depth)}
        if t is set or t is frozenset:
            return {"set": sorted(self.many(x, depth), key=repr)}
        if t is dict:
            return {"dict": [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in dict.items(x)]}
        if t is decimal.Decimal or t is fractions.Fraction:
            return _number(float(x))
        if _is_one_of(t, _MISSING):
            return {"float": "nan"}
        if _is_one_of(t, _SCALARS):
            return self.encode(np.generic.item(x), depth + 1)
        if t is np.ndarray:
            return {"array": self.many(np.ndarray.tolist(x), depth)} if x.ndim else self.encode(x.item(), depth + 1)
        if t is pd.Timestamp:
            return str(x.isoformat())
        if t is pd.Series:
            return {"series": self.series(x, depth)}
        if t is pd.DataFrame:
            return {"frame": self.frame(x, depth)}
        if _is_one_of(t, _ARRAYS):
            return {"array": self.many(list(x), depth)}
        if _is_one_of(t, _FUNCTIONS):
            return {"function": _function_name(x)}
        if "matplotlib" in sys.modules and (axes := _axes(x)) is not None:
            return {"axes": describe(axes)}
        return {"other": _type_name(t)}

    def series(self, s: pd.Series, depth: int) -> dict[str, Json]:
        return {
            "name": self.encode(s.name, depth + 1),
            "index": self.many(list(s.index), depth),
            "values": self.many(list(s), depth),
        }

    def frame(self, f: pd.DataFrame, depth: int) -> dict[str, Json]:
        return {
            "columns": self.many(list(f.columns), depth),
            "index_names": self.many(list(f.index.names), depth),
            "index": self.many(list(f.index), depth),
            "data": [self.many(list(f.iloc[:, i]), depth) for i in range(f.shape[1])],
        }


_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
_MISSING = (type(pd.NA), type(pd.NaT))
# numbers and texts; void, object and times have no encoding
_SCALARS = tuple({t for t in np.sctypeDict.values() if issubclass(t, np.number | np.bool_ | np.str_ | np.bytes_)})
_INDEXES = (pd.Index, pd.RangeIndex, pd.MultiIndex, pd.CategoricalIndex, pd.DatetimeIndex)
_ARRAYS = (*_INDEXES, *(t for t in vars(pd.arrays).values() if isinstance(t, type)), pd.Categorical)
_FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    functools.partial,
    np.vectorize,
    np.ufunc,
)
_type_name = type.__dict__["__name__"].__get__  # a metaclass may give a property of this name


def _is_one_of(t: type, known: tuple[type, ...]) -> bool:
    """Whether a type is one of those, by identity: `in` would ask a metaclass whether it is equal."""
    return any(t is one for one in known)


def _function_name(function: Any) -> str:
    """The name of a callable, read where no learner's code can stand behind it."""
    while type(function) in (types.MethodType, functools.partial):
        function = function.__func__ if type(function) is types.MethodType else function.func
    if type(function) in (types.FunctionType, types.BuiltinFunctionType, np.ufunc):
        return str(function.__name__)
    return str(_type_name(type(function)))


def _number(x: float) -> Json:
    if math.isfinite(x):
        return x
    return {"float": "nan" if math.isnan(x) else ("inf" if x > 0 else "-inf")}


def encode(x: Any) -> Json:
    """Encode an answer as a JSON value.

    Parameters
    ----------
    x : object
        Whatever the learner's name holds.

    Returns
    -------
    JSON-serialisable value; ``{"other": type name}`` for what has no encoding, and for what is too large or fails
    while it is read.

    Examples
    --------
    >>> encode((1, np.float64(2.5), float("nan")))
    {'tuple': [1, 2.5, {'float': 'nan'}]}
    >>> encode(pd.Series([1], index=["a"]))
    {'series': {'name': None, 'index': ['a'], 'values': [1]}}
    >>> class Sly(str):
    ...     def __eq__(self, other): return True
    >>> encode(Sly("right"))
    {'other': 'Sly'}
    """
    try:
        return _Encoder().encode(x)
    except AnswerTooLarge:
        return {"other": f"{type(x).__name__} too large to read"}
    except Exception:  # a list subclass inside pandas, a broken extension array: refused, never trusted
        return {"other": str(type(x).__name__)}


def decode(p: Json) -> Any:
    """Rebuild the object that a plain value describes (functions, axes and refused objects cannot be).

    Examples
    --------
    >>> decode({"tuple": [1, {"float": "nan"}]})
    (1, nan)
    >>> decode(encode(pd.DataFrame({"a": [1, 2]}))).shape
    (2, 1)
    """
    if isinstance(p, list):
        return [decode(v) for v in p]
    if not isinstance(p, dict):
        return p
    (kind, v), *_ = p.items()
    match kind:
        case "float":
            return float(v)
        case "tuple":
            return tuple(decode(v))
        case "set":
            return set(decode(v))
        case "dict":
            return {decode(k): decode(w) for k, w in v}
        case "array":
            return np.array(decode(v))
        case "series":
            return pd.Series(decode(v["values"]), index=_index(v["index"]), name=decode(v["name"]))
        case "frame":
            index = _index(v["index"])
            names = decode(v["index_names"])
            columns = _index(v["columns"])
            frame = pd.DataFrame(dict(enumerate(decode(v["data"]))), index=index)
            frame.columns = columns
            frame.index.names = names
            return frame
        case "stub":
            return ...
    raise ValueError(f"{kind!r} cannot be rebuilt from plain data")


def _index(values: list[Json]) -> Any:
    labels = decode(values)
    if labels and all(isinstance(v, tuple) for v in labels):
        return pd.MultiIndex.from_tuples(labels)
    if labels == list(range(len(labels))):
        return pd.RangeIndex(len(labels))
    return pd.Index(labels)


def short(p: Json, most: int = 60) -> str:
    """A plain value as a person would write it, cut to `most` characters.

    Examples
    --------
    >>> short({"tuple": ["a", 1.0]})
    "('a', 1.0)"
    """
    try:
        if isinstance(p, dict) and next(iter(p)) == "frame":
            return f"a table with {len(p['frame']['index'])} rows"
        text = repr(decode(p))
    except ValueError:
        text = describe_type(p)
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def describe_type(p: Json) -> str:
    """What kind of thing a plain value is, in a beginner's words.

    Examples
    --------
    >>> describe_type({"series": {}})
    'a pandas Series'
    >>> describe_type("x")
    'text'
    """
    if isinstance(p, dict):
        kind = next(iter(p))
        if kind == "other":
            return f"an object of type {p['other']}"
        return _WORDS[kind]
    if p is None:
        return "None"
    return {bool: "True or False", int: "a number", float: "a number", str: "text", list: "a list"}[type(p)]


_WORDS = {
    "float": "a number",
    "tuple": "a tuple",
    "set": "a set",
    "dict": "a dictionary",
    "array": "an array",
    "series": "a pandas Series",
    "frame": "a table (DataFrame)",
    "axes": "a plot",
    "function": "a function",
    "stub": "the three dots",
}


def _axes(x: Any) -> Any:
    """The matplotlib Axes that `x` is, or the only one of the Figure that it is, else None."""
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    if type(x) is Figure and len(x.axes) == 1:
        x = x.axes[0]
    return x if type(x) is Axes else None


def describe(ax: Any) -> dict[str, Json]:
    """A description of a matplotlib Axes: title, axis labels, tick labels, legend, and the data of its marks.

    Returns
    -------
    dict with `title`, `xlabel`, `ylabel`, `xticks`, `yticks` (tick position to label), `legend`, and `marks`, a list of
    ``{"kind": "line" | "bar" | "barh" | "points", "label", "x", "y"}``. Horizontal bars have their length in `x` and
    their position in `y`.
    """
    from matplotlib.collections import PathCollection
    from matplotlib.container import BarContainer

    marks: list[dict[str, Json]] = []
    for container in ax.containers:
        if not isinstance(container, BarContainer):
            continue
        horizontal = container.orientation == "horizontal"
        if horizontal:
            x = [p.get_width() for p in container.patches]
            y = [p.get_y() + p.get_height() / 2 for p in container.patches]
        else:
            x = [p.get_x() + p.get_width() / 2 for p in container.patches]
            y = [p.get_height() for p in container.patches]
        kind = "barh" if horizontal else "bar"
        marks.append({"kind": kind, "label": str(container.get_label()), "x": _floats(x), "y": _floats(y)})
    for line in ax.lines:
        x, y = line.get_xdata(orig=False), line.get_ydata(orig=False)
        marks.append({"kind": "line", "label": str(line.get_label()), "x": _floats(x), "y": _floats(y)})
    for points in ax.collections:
        if isinstance(points, PathCollection):
            xy = np.ma.filled(points.get_offsets(), np.nan)
            marks.append(
                {"kind": "points", "label": str(points.get_label()), "x": _floats(xy[:, 0]), "y": _floats(xy[:, 1])}
            )
    legend = ax.get_legend()
    return {
        "title": ax.get_title(),
        "xlabel": ax.get_xlabel(),
        "ylabel": ax.get_ylabel(),
        "xticks": _ticks(ax.get_xticks(), ax.get_xticklabels()),
        "yticks": _ticks(ax.get_yticks(), ax.get_yticklabels()),
        "legend": [t.get_text() for t in legend.get_texts()] if legend else [],
        "marks": marks,
    }


def _ticks(places: Iterable[Any], labels: Iterable[Any]) -> list[Json]:
    return [[_number(float(t)), s.get_text()] for t, s in zip(places, labels, strict=False)]


def _floats(values: Iterable[Any]) -> list[Json]:
    return [_number(float(v)) for v in values]
