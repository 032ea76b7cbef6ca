"""Values as Python text, as a form writes them into an answer cell."""

from __future__ import annotations

from typing import Any


class NotWritable(Exception):
    """The cell holds no literal of its own for this value; the text says why."""


def literal(value: Any) -> str:
    """A value as Python text, in double quotes where that is easy to read.

    >>> literal("same"), literal('say "a"'), literal(...), literal(["a", 1])
    ('"same"', '\\'say "a"\\'', '...', '["a", 1]')
    """
    if value is ...:
        return "..."
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, set) and value:
        return f"{{{', '.join(map(literal, sorted(value, key=str)))}}}"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{literal(k)}: {literal(v)}' for k, v in value.items())}}}"
    if value is None or type(value) in {bool, int} or (type(value) is float and value - value == 0):
        return repr(value)
    raise NotWritable(f"{type(value).__name__} has no plain text")


def _quoted(text: str) -> str:
    if "\n" in text:
        return f'"""{_escaped(text)}"""'
    written = repr(text)
    if written.startswith("'") and '"' not in text:
        return f'"{written[1:-1]}"'
    return written


def _escaped(text: str) -> str:
    """Text for between three double quotes: its lines stay lines; what could end or change it is escaped."""
    out = []
    for c, following in zip(text, [*text[1:], '"']):
        is_text = c == "\n" or (c.isprintable() and c not in '"\\')
        is_lone_quote = c == '"' and following != '"'
        out.append(c if is_text or is_lone_quote else '\\"' if c == '"' else repr(c)[1:-1])
    return "".join(out)
