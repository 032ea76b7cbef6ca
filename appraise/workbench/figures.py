"""Every figure of a text: what it says, its kind and unit, and where it stands.

A text is cut into tokens once; tokens become numbers (`atoms.py`), and neighbouring numbers become one figure where
they belong together: a range, an interval, a number out of a total. Each step passes its input once, so that the time
grows with the length of the text and no text makes it grow faster.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

from appraise.workbench import units
from appraise.workbench.atoms import Atom, atoms
from appraise.workbench.reading import Span, read_text, sentences

Kind = Literal[
    "number",
    "count",
    "percent",
    "p",
    "share",
    "range",
    "interval",
    "level",
    "spread",
    "ratio",
    "time",
    "amount",
    "money",
]
_BETWEEN = 14  # characters that may stand between two numbers of one figure
_RANGE = frozenset(("-", "–", "—", "‐", "‑", "to", "until", "through"))
_SHARE = frozenset(
    ("/", "in", "of", "out of", "of the", "of all", "of every", "in every", "out of every", "out of the", "of these")
)
_LIST = frozenset(
    (",", "and", "or", ", and", ", or", "&", "v", "vs", "vs.", "versus", "±", "+/-", "to", "-", "–", "down to")
)
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]{4,30}")


class Figure(NamedTuple):
    """One figure of a text, `text[start:end]`.

    `values` holds one number, or two for a range, an interval or a number out of a total. `sign` is "<", "≤", ">", "≥",
    "=" for a p value, "≈" where the text says about, nearly or over, or "". `unit` is "" where none was found.
    `sentence` counts the sentences of the text from 0; `words` are the words beside the figure, in lower case.
    """

    text: str
    kind: Kind
    values: tuple[Decimal, ...]
    unit: str
    sign: str
    start: int
    end: int
    sentence: int
    words: frozenset[str]

    @property
    def share(self) -> Fraction | None:
        """A percentage or a number out of a total as a fraction of 1; None for other figures."""
        if self.kind in ("percent", "level"):
            return Fraction(self.values[0]) / 100
        if self.kind == "share" and not self.unit_is_time and self.values[1]:
            return Fraction(self.values[0]) / Fraction(self.values[1])
        return None

    @property
    def unit_is_time(self) -> bool:
        """Is it a time, as "a quarter of an hour" is?"""
        return units.dimension(self.unit) == "time"


def figures(text: str) -> list[Figure]:
    """Every figure of a text, in the order of their places.

    Read are numerals with decimal points, commas or middle dots and with thousands, number words, dozens, fractions,
    percentages, p values with their sign, ranges, intervals, ± and numbers out of a total, each with its unit. Left out
    are dates, times of day, references, DOIs, addresses, numbers of phones, grants and registers, and names that hold
    digits. Raises WorkbenchError as `read_text` does.

    >>> for f in figures("Half of the 48 adults (p < 0.01) slept 1.5 to 2 hours more, 12% by day 28."):
    ...     print(f"{f.text}: {f.kind}, {[str(v) for v in f.values]}, unit {f.unit!r}")
    Half: share, ['1', '2'], unit ''
    48 adults: count, ['48'], unit 'person'
    p < 0.01: p, ['0.01'], unit 'p'
    1.5 to 2 hours: range, ['1.5', '2'], unit 'hour'
    12%: percent, ['12'], unit '%'
    day 28: time, ['28'], unit 'day'
    """
    return list(_figures(read_text(text)))


@lru_cache(maxsize=4)  # a page and its abstract are each read for several tables in a row
def _figures(text: str) -> tuple[Figure, ...]:
    matches = atoms(text)
    _spread_units(text, matches)
    spans = sentences(text)
    words: dict[str, frozenset[str]] = {}
    joined, i, sentence = [], 0, 0
    while i < len(matches):
        one = matches[i]
        two = matches[i + 1] if i + 1 < len(matches) else None
        kind = _joins(text, one, two) if two else None
        of = (one, two) if kind and two else (one,)
        while sentence + 1 < len(spans) and spans[sentence + 1].start <= one.start:
            sentence += 1
        joined.append(_figure(text, of, kind or _kind(one), sentence, spans[sentence], words))
        i += len(of)
    return tuple(joined)


def forget_texts() -> None:
    """Forget the texts that were read, so that the next call reads them anew. For measuring."""
    _figures.cache_clear()


def _figure(
    text: str, of: Sequence[Atom], kind: Kind, sentence: int, span: Span, words: dict[str, frozenset[str]]
) -> Figure:
    """One figure of one or two numbers. `words` keeps what was read beside the figures before it."""
    first, last = of[0], of[-1]
    start, end = first.start, last.end
    values = first.values if len(of) == 1 else first.values + last.values
    near = text[max(span.start, start - 60) : min(span.end, end + 60)].lower()
    neighbours = words.get(near)
    if neighbours is None:
        neighbours = words[near] = frozenset(_WORD.findall(near))
    return Figure(text[start:end], kind, values, last.unit or first.unit, first.sign, start, end, sentence, neighbours)


def _between(text: str, one: Atom, two: Atom) -> str | None:
    """What stands between two numbers, in lower case and without space around it; None where it is too much."""
    if two.number_start - one.end > _BETWEEN:
        return None
    return _SPACE.sub(" ", text[one.end : two.start].lower()).strip()


def _spread_units(text: str, matches: list[Atom]) -> None:
    """Give a number the unit of the next one where both stand in a list: "10 or 12 weeks", "5, 10 and 20 mg"."""
    in_list = False
    for i in range(len(matches) - 2, -1, -1):
        one, two = matches[i], matches[i + 1]
        link = _between(text, one, two)
        listed = link in _LIST and (link != "," or in_list) and two.kind not in ("p", "part")
        if listed and not one.unit and one.kind == "number" and two.unit and two.unit not in units.MONEY:
            # a lone unit after a comma may belong to the last number alone; after "and" it holds for both
            matches[i] = one._replace(unit=two.unit)
        in_list = listed


def _joins(text: str, one: Atom, two: Atom) -> Kind | None:
    """The kind of the one figure that two neighbouring numbers make, or None where they are two figures."""
    if one.kind != "number" or two.kind != "number" or len(one.values) > 1 or len(two.values) > 1:
        return None
    link = _between(text, one, two)
    if link is None:
        return None
    a, b = one.values[0], two.values[0]
    whole = a == a.to_integral_value() and b == b.to_integral_value()
    if link in _RANGE or (link == "and" and one.before in ("between", "from")):
        is_range = link != "to" or one.before != "from" or one.announced
        if is_range and a < b and _same_unit(one, two):
            return "interval" if one.announced == "interval" else "range"
    if link in (",", ";") and one.announced and a < b:
        return "interval" if one.announced == "interval" else "range"
    if link == ":" and whole and max(a, b) < 100 and not one.announced:
        return "share"
    if link in _SHARE and whole and 0 <= a <= b and b > 1 and _is_total(text, one, two, link):
        return "share"
    return None


def _same_unit(one: Atom, two: Atom) -> bool:
    return not one.unit or not two.unit or one.unit == two.unit


def _is_total(text: str, one: Atom, two: Atom, link: str) -> bool:
    """Is the second number a total of the first? Not "3 in 12 weeks", nor "2 days of 7 hours"."""
    if link == "/":
        return text[one.end] == "/" and text[two.start - 1] == "/"
    counted = units.dimension(two.unit) in ("count", "") or "every" in link
    return counted and (not one.unit or one.unit == two.unit) and not (link == "in" and _is_large(one))


def _is_large(atom: Atom) -> bool:
    """Is this number too large for "1 in 8"?"""
    return atom.values[0] > 20


def _kind(atom: Atom) -> Kind:
    if atom.kind == "part":
        return "share"
    if atom.kind != "number":
        return atom.kind
    dimension = units.dimension(atom.unit)
    if dimension == "share":
        return "percent"
    if dimension == "count":
        return "count"
    if dimension in ("time", "money"):
        return "time" if dimension == "time" else "money"
    return "amount" if atom.unit else "number"
