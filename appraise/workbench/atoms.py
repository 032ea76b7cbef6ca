"""The single numbers of a text with what stands beside them: sign, unit, and the words that say which kind they are."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from appraise.workbench import numerals, units, words
from appraise.workbench.excluded import NAMED
from appraise.workbench.tokens import NOTHING, UnitReader, tokens

AtomKind = Literal["number", "p", "part", "level", "spread", "ratio"]


class Atom(NamedTuple):
    """One number of a text. `number_start` is where the number begins, `start` where its sign or p does.

    `before` is the word before it. `announced` is "interval" where a confidence interval was announced just before,
    "range" where quartiles or the ends of a scale were, and "".
    """

    values: tuple[Decimal, ...]
    kind: AtomKind
    unit: str
    sign: str
    start: int
    number_start: int
    end: int
    before: str
    announced: str


def atoms(text: str) -> list[Atom]:
    """The numbers of a text in order. The text is as `read_text` gives it.

    >>> [(str(a.values[0]), a.unit, a.kind) for a in atoms("Twelve weeks, SD 3.1, P<.05")]
    [('12', 'week', 'number'), ('3.1', '', 'spread'), ('0.05', 'p', 'p')]
    """
    return _Reader(text).read()


class _Reader(UnitReader):
    """Passes the tokens of one text from left to right. `i` is the token read; nothing goes back behind it."""

    def __init__(self, text: str) -> None:
        super().__init__(tokens(text))
        self.text = text
        self.decimal_comma = numerals.uses_decimal_comma(
            t.text for t in self.tokens if t.is_digits and not t.excluded and ("," in t.text or "." in t.text)
        )
        self.atoms: list[Atom] = []
        self.dropped_end = -9  # where the last number ended that was a name, as in "pages 6 and 7"

    def read(self) -> list[Atom]:
        """All numbers."""
        i = 0
        while i < len(self.tokens):
            token = self.tokens[i]
            if token.excluded:
                i += 1
            elif token.is_digits:
                i = self._digits(i)
            elif token.text in words.FRACTIONS:
                top, bottom = words.FRACTIONS[token.text]
                self._add((Decimal(top), Decimal(bottom)), i, i, "part")
                i += 1
            elif token.is_word:
                i = self._word(i)
            else:
                i += 1
        return self.atoms

    # numerals

    def _digits(self, i: int) -> int:
        """Read the numeral at token i; returns the token after it."""
        token = self.tokens[i]
        last = self._grouped_by_spaces(i)
        if last > i:
            digits = "".join(t.text for t in self.tokens[i : last + 1])
            numbers = numerals.read_numeral(digits.replace(",", ".")) if len(digits) < 16 else []
            numbers = [(n, 0, self.tokens[last].end - token.start) for n, *_ in numbers]
        elif self._is_bare_point(i):
            numbers = [(Decimal(f"0.{token.text}"), -1, len(token.text))]
        else:
            numbers = numerals.read_numeral(token.text, self.decimal_comma)
        if not numbers or self._is_name(i, last):
            self.dropped_end = self.tokens[last].end
            return last + 1
        for k, (number, start, end) in enumerate(numbers):
            alone = k == len(numbers) - 1
            self._add((number,), i, last, "number", token.start + start, token.start + end, alone)
        return last + 1

    def _grouped_by_spaces(self, i: int) -> int:
        """The last token of a number whose thousands stand apart: "41 267". The token itself where they do not."""
        if not 1 <= len(self.tokens[i].text) <= 3 or not self.tokens[i].text.isdigit() or self.tokens[i].text[0] == "0":
            return i
        last = i
        while last - i < 3:
            after = self.at(last + 1)
            gap = self.text[self.tokens[last].end : after.start] if after is not NOTHING else ""
            if len(gap) != 1 or gap not in " \u00a0\u2009\u202f" or after.excluded or not after.is_digits:
                break
            head = after.text.replace(",", ".").split(".")[0]
            if len(head) != 3 or not head.isdigit():
                break
            last += 1
        return last

    def _is_bare_point(self, i: int) -> bool:
        """Is this numeral the ".05" of a text that leaves the zero out?"""
        point, before = self.at(i - 1), self.at(i - 2)
        touches = point.text == "." and point.end == self.tokens[i].start and self.tokens[i].text.isdigit()
        return touches and not (before.end == point.start and (before.is_digits or before.is_word))

    def _is_name(self, i: int, last: int) -> bool:
        """Is this numeral a year, a page, or part of a name, and no quantity?"""
        token, before, after = self.tokens[i], self.at(i - 1), self.at(last + 1)
        if before.text == "." and before.end - token.start in (0, -1):
            before = (
                self.at(i - 2)
                if self.at(i - 2).low in ("no", "nos", "nr", "fig", "figs", "pp", "p", "vol", "ref")
                else before
            )
        if before.text in "#№" and before is not NOTHING:
            return True
        if before.low == "no" and self.at(i - 1).text != ".":
            return False
        if before.low in NAMED and not before.excluded and not (before.low == "number" and self.at(i - 2).low == "the"):
            return not (before.low == "level" and "." in token.text)
        between = (
            self.text[self.dropped_end : token.start].strip().lower() if token.start - self.dropped_end < 8 else "?"
        )
        if self.dropped_end > 0 and between in ("and", "to", "or", "-", "–", ",", "&", "/"):
            return True
        touching = after.start == self.tokens[last].end
        if touching and after.is_word and not self.unit_after(last)[0] and after.low not in ("p", "x"):
            return True
        bare_year = len(token.text) == 4 and token.text.isdigit() and token.text[:2] in ("19", "20") and last == i
        return bare_year and not self.unit_after(last)[0] and before.text not in (*words.CURRENCY, "=")

    # number words

    def _word(self, i: int) -> int:
        """Read the number word at token i; returns the token after it."""
        low = self.tokens[i].low
        if low in ("half", "halves"):
            return self._half(i)
        if low in ("a", "an") or numerals.is_number_word(low):
            run, places = self._run_of_words(i)
            part = self._part(i, run, places)
            if part:
                return part
            number = numerals.read_words(run)
            if number and not (number[0] == 1 and number[1] == 1 and not self._is_a_number(i)):
                last = places[number[1] - 1]
                if not self._named(i):
                    value = number[0]
                    if [t.low for t in self.tokens[last + 1 : last + 4]] == ["and", "a", "half"]:
                        value, last = value + Decimal("0.5"), last + 3
                    self._add((value,), i, last, "number")
                else:
                    self.dropped_end = self.tokens[last].end
                return last + 1
        return i + 1

    def _run_of_words(self, i: int) -> tuple[list[str], list[int]]:
        """The words from token i on, eight at most, with their places; hyphens that touch both are passed over."""
        run, places = [self.tokens[i].low], [i]
        k = i + 1
        while len(run) < 8:
            token = self.at(k)
            if token.text in words.HYPHENS and self.at(k - 1).end == token.start and self.at(k + 1).start == token.end:
                token, k = self.at(k + 1), k + 1
            if not token.is_word or token.excluded:
                break
            run.append(token.low)
            places.append(k)
            k += 1
        return run, places

    def _part(self, i: int, run: list[str], places: list[int]) -> int:
        """Read "two thirds", "a quarter of"; returns the token after it, or 0 where there is no such fraction."""
        if len(run) < 2 or run[1] not in numerals.PARTS:
            return 0
        top = 1 if run[0] in ("a", "an", "one") else numerals.SMALL.get(run[0], 0)
        plural = run[1].endswith(("s", "halves"))
        if not top or plural != (top > 1):
            return 0
        after = run[2] if len(run) > 2 else ""
        ordinal = run[0] in ("a", "an") and run[1] not in ("half", "quarter")
        if ordinal and after and after not in ("of", "to", "and", "in", "more", "less", "fewer", "as"):
            return 0
        if self.at(places[1] + 1).text in words.HYPHENS and self.at(places[1] + 2).low not in ("hour", "year", "day"):
            return 0  # "a half-life"
        self._add((Decimal(top), Decimal(numerals.PARTS[run[1]])), i, places[1], "part")
        return places[1] + 1

    def _half(self, i: int) -> int:
        before, after, token = self.at(i - 1), self.at(i + 1), self.tokens[i]
        compound = (
            after.text in words.HYPHENS
            and after.start == token.end
            and self.at(i + 2).low not in ("hour", "year", "day")
        )
        if not compound and before.low not in words.NOT_PART_BEFORE and not after.low.endswith("way"):
            self._add((Decimal(1), Decimal(2)), i, i, "part")
        return i + 1

    def _is_a_number(self, i: int) -> bool:
        """Is this "one" a number? Not in "one of the cushions", "no one", "one can say"."""
        before, after = self.at(i - 1), self.at(i + 1)
        if before.low in words.NOT_ONE_BEFORE or (before.text in words.HYPHENS and before.end == self.tokens[i].start):
            return False
        if after.low == "more":
            return self.at(i + 2).low in ("to", "than") or bool(units.canonical(self.at(i + 2).low))
        if after.low in ("of", "in", "out", "to"):
            beyond = self.at(i + 3) if self.at(i + 2).low in ("of", "every", "the") else self.at(i + 2)
            return beyond.is_digits or numerals.is_number_word(beyond.low) or (beyond.low == "a" and after.low == "in")
        if after.text in words.HYPHENS and after.start == self.tokens[i].end:
            return self.at(i + 2).low not in ("off", "sided", "tailed", "to", "way")
        return after.is_word and after.low not in words.NOT_ONE_AFTER

    def _named(self, i: int) -> bool:
        """Does this number word stand in a name: "part two", "phase three", "pages six"?"""
        return self.at(i - 1).low in NAMED and self.at(i - 1).low not in ("line", "post", "number", "class", "part")

    # what stands beside a number

    def _add(
        self,
        values: tuple[Decimal, ...],
        first: int,
        last: int,
        kind: AtomKind,
        start: int | None = None,
        end: int | None = None,
        alone: bool = True,
    ) -> None:
        """Keep a number with its sign, unit and kind."""
        token = self.tokens[first]
        start = token.start if start is None else start
        end = self.tokens[last].end if end is None else end
        number_start = start
        power = numerals.read_power(self.text, end)
        if power and kind == "number":
            values, end = (_whole(values[0] * Decimal(10) ** power[0]),), power[1]
        elif self._is_multiple(last + 1) and self.tokens[last].is_digits and kind == "number" and alone:
            values = (_whole(values[0] * numerals.MULTIPLES[self.at(last + 1).low]),)
            last, end = last + 1, self.at(last + 1).end
        unit, unit_end = self.unit_after(last) if alone and not power and kind != "part" else ("", end)
        if kind == "part":
            unit, unit_end = self.unit_of_part(last)
        before = first - 2 if start < token.start else first - 1  # over the point of ".05"
        sign, begin, before = self._sign(values, before, start)
        if sign == "-":
            values, sign, start = (-values[0], *values[1:]), "", begin
        word = self.at(before)
        if kind == "number" and (p := self._p_start(before, values[0])) is not None:
            self.atoms.append(Atom(values, "p", "p", sign or "=", p, number_start, end, word.low, ""))
            return
        if word.text in words.CURRENCY and word.end >= start - 1:
            unit, start = word.text, word.start
        elif not unit and word.low in words.BEFORE_UNIT and values[0] == values[0].to_integral_value():
            unit, start = units.canonical(word.low), word.start
        elif not unit and word.low in words.AGES:
            unit = "year"
        if kind == "number":
            kind = self._kind(before, last, unit)
        if not sign and (word.low in words.HEDGES or self.at(before).low == "than"):
            sign = "≈"
        announced = self._announced(before)
        self.atoms.append(Atom(values, kind, unit, sign, start, number_start, max(end, unit_end), word.low, announced))

    def _is_multiple(self, k: int) -> bool:
        return self.at(k).low in ("million", "billion", "thousand")

    def _sign(self, values: tuple[Decimal, ...], k: int, start: int) -> tuple[str, int, int]:
        """A minus, or a sign of comparison, before a number: the sign, where it stands, and the token before it."""
        sign = ""
        token = self.at(k)
        if token.text in words.MINUS and token.end == start:
            before = self.at(k - 1)
            apart = before is NOTHING or before.end < token.start or before.text in "([=<>≤≥,;:/±~≈"
            if apart:
                return "-", token.start, k - 1
        elif token.text == "+" and token.end == start:
            k -= 1
            token = self.at(k)
        while token.text in words.SIGNS and self.at(k) is not NOTHING:
            sign = (
                words.SIGNS[token.text]
                if not sign or sign == "="
                else {"<": "≤", ">": "≥"}.get(words.SIGNS[token.text], sign)
            )
            k -= 1
            token = self.at(k)
        return sign, start, k

    def _p_start(self, k: int, value: Decimal) -> int | None:
        """Where the "p" of a p value stands, if the number whose preceding token is k is one."""
        if not 0 <= value <= 1:
            return None
        for _ in range(4):
            token = self.at(k)
            if token.low in ("p", "ps") and not token.excluded:
                return token.start
            if token.low not in words.AFTER_P:
                return None
            k -= 1
        return None

    def _kind(self, before: int, last: int, unit: str) -> AtomKind:
        """The kind of a plain number by the words around it."""
        if unit == "%":
            after = [self.at(last + k).low for k in range(1, 6)]
            if words.CONFIDENCE & set(after[:4]):
                return "level"
        word = self.at(before)
        if (
            word.text == "±"
            or word.low in words.SPREADS
            or (word.text in ":," and self.at(before - 1).low in words.SPREADS)
        ):
            return "spread"
        if word.text in "([":
            inner = self.at(before - 1)
            closed = self.at(last + 1).text in ")]" or (unit and self.at(last + 2).text in ")]")
            if (
                inner.is_digits
                and closed
                and unit not in ("%",)
                and units.dimension(unit) != "count"
                and "." in self.at(last).text
            ):
                return "spread"
        for k in range(4):
            token = self.at(before - k)
            if token.low in words.RATIOS and (token.low not in ("or", "hrs") or token.text.isupper()):
                return "ratio"
            if token.low in words.RELATIVE and self.at(before - k - 1).low == "relative":
                return "ratio"
            if token.is_digits or token.text in ".;":
                break
        return "number"

    def _announced(self, k: int) -> str:
        """Do the three tokens before a number speak of a confidence interval, or of quartiles or a scale?"""
        for step in range(3):
            low = self.at(k - step).low
            if low in words.INTERVALS:
                return "interval"
            if low in words.RANGES:
                return "range"
            if self.at(k - step).is_digits:
                return ""
        return ""


def _whole(value: Decimal) -> Decimal:
    """A number without decimals that are all 0: 1.3 million is 1300000, and prints no decimal."""
    return value.to_integral_value() if value == value.to_integral_value() else value
