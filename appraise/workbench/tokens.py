"""A text cut into words, runs of digits and signs, and the unit that stands after a number."""

from __future__ import annotations

import re
from typing import NamedTuple

from appraise.workbench import numerals, units, words
from appraise.workbench.excluded import excluded_spans

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[0-9]+(?:[.,·][0-9]+)*|[^\s]")


class Token(NamedTuple):
    """A word, a run of digits, or a sign, with its place; `excluded` where it is in a date, a reference or a name."""

    text: str
    low: str
    start: int
    end: int
    excluded: bool

    @property
    def is_word(self) -> bool:
        """Is it made of letters?"""
        return self.text[0].isalpha()

    @property
    def is_digits(self) -> bool:
        """Is it a run of digits?"""
        return self.text[0] in words.DIGITS


NOTHING = Token("\n", "\n", -9, -9, True)


def tokens(text: str) -> list[Token]:
    """The words, runs of digits and signs of a text, those of dates, references and names marked as excluded.

    >>> [(t.text, t.excluded) for t in tokens("7.5 mg (p. 12)")]
    [('7.5', False), ('mg', False), ('(', False), ('p', False), ('.', False), ('12', False), (')', False)]
    >>> [(t.text, t.excluded) for t in tokens("On 3 May")]
    [('On', False), ('3', True), ('May', True)]
    """
    spans = iter(excluded_spans(text))
    span = next(spans, None)
    matches = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        while span and span[1] <= start:
            span = next(spans, None)
        matches.append(Token(match[0], match[0].lower(), start, end, span is not None and span[0] < end))
    return matches


class UnitReader:
    """The tokens of one text, and the units in them."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens

    def at(self, i: int) -> Token:
        """The token at a place, or one that is nothing."""
        return self.tokens[i] if 0 <= i < len(self.tokens) else NOTHING

    def unit_after(self, last: int) -> tuple[str, int]:
        """The unit after a number and where it ends; "" where none is found."""
        k = last + 1
        token, touching = self.at(k), self.at(k).start == self.tokens[last].end
        if token.excluded and token is not NOTHING and not token.is_word:
            return "", -1
        if token.text in words.CURRENCY:
            return token.text, token.end
        if token.text == "%":
            return "%", token.end
        if token.low in ("per", "percentage") and self.at(k + 1).low in ("cent", "cents", "point", "points"):
            return ("%" if token.low == "per" else "percentage point"), self.at(k + 1).end
        if token.text in "°º":
            return ("°C", self.at(k + 1).end) if self.at(k + 1).low == "c" else ("°", token.end)
        if token.text in words.HYPHENS and touching and self.at(k + 1).start == token.end and self.at(k + 1).is_word:
            k, token, touching = k + 1, self.at(k + 1), False
        if not token.is_word:
            return "", -1
        unit = units.canonical(token.text, attached=touching)
        if unit == "mm" and self.at(k + 1).low == "hg":
            return "mmHg", self.at(k + 1).end
        if unit:
            return self._compound(unit, k)
        return self._counted(k), -1

    def unit_of_part(self, last: int) -> tuple[str, int]:
        """The time of "half an hour" and "a quarter of an hour", and where it ends."""
        k = last + 1 + (self.at(last + 1).low == "of")
        k += self.at(k).low in ("a", "an") or self.at(k).text in words.HYPHENS
        unit = units.canonical(self.at(k).text) if k > last + 1 and self.at(k).is_word else ""
        return (unit, self.at(k).end) if units.dimension(unit) == "time" else ("", -1)

    def _compound(self, unit: str, k: int) -> tuple[str, int]:
        """A unit with what it is divided by, "mg/kg", or with its years, "person-years"."""
        slash, under = self.at(k + 1), self.at(k + 2)
        if slash.text == "/" and slash.start == self.at(k).end and under.is_word and under.start == slash.end:
            if units.dimension(unit) != "time" and unit != "beat":
                return f"{unit}/{under.text}", under.end
            return unit, under.end
        if unit == "person" and slash.text in words.HYPHENS and under.low in ("years", "year"):
            return "person-year", under.end
        return unit, self.at(k).end

    def _counted(self, k: int) -> str:
        """The people or things that a number counts, some words on: "48 older people", "three of the schools"."""
        for _ in range(4):
            token = self.at(k)
            if token.text in words.HYPHENS and token is not NOTHING:
                k += 1
                continue
            if not token.is_word or numerals.is_number_word(token.low):
                return ""
            # "three of the schools" counts schools, "331 completed the trial" does not count trials
            if token.low in words.STOP or (
                token.low in words.THROUGH and token.low != "of" and self.at(k - 1).low not in words.THROUGH
            ):
                return ""
            unit = units.canonical(token.text)
            if unit in units.COUNTED:
                return unit
            k += 1
        return ""
