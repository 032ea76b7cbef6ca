"""Numbers as texts write them: digits with commas and points, and number words up to the millions.

A text writes decimals with a point or with a comma. `uses_decimal_comma` decides once for a whole text, from the
numerals that can be read in one way only; `read_numeral` then reads each. Every loop here passes its input once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
_UNITS += "seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL = {word: n for n, word in enumerate(_UNITS.split())}
TENS = {word: 10 * n for n, word in enumerate(_TENS.split(), start=2)}
MULTIPLES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12, "score": 20}
PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5}
PARTS |= {"sixth": 6, "sixths": 6, "seventh": 7, "sevenths": 7, "eighth": 8, "eighths": 8, "ninth": 9, "ninths": 9}
PARTS |= {"tenth": 10, "tenths": 10}
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_MOST_DIGITS = 15  # a longer run of digits is a number of something else: a register, an account


def is_number_word(word: str) -> bool:
    """Is this a word that a number can begin with: one to ninety, or dozen?

    >>> is_number_word("Twelve"), is_number_word("dozen"), is_number_word("hundred"), is_number_word("third")
    (True, True, False, False)
    """
    low = word.lower()
    return low in SMALL or low in TENS or low == "dozen"


def read_words(words: Sequence[str]) -> tuple[Decimal, int] | None:
    """The number that a list of words begins with, and how many of the words it takes; None where there is none.

    The words are lower or upper case, hyphens taken out. "a" counts where hundred, thousand, million or dozen follows.

    >>> read_words(["forty", "eight", "residents"]), read_words(["a", "hundred", "days"]), read_words(["two", "dozen"])
    ((Decimal('48'), 2), (Decimal('100'), 2), (Decimal('24'), 2))
    >>> read_words(["three", "hundred", "and", "twelve"]), read_words(["a", "day"])
    ((Decimal('312'), 4), None)
    """
    low = [w.lower() for w in words[:8]]
    if not low:
        return None
    if low[0] in ("a", "an"):
        if len(low) < 2 or low[1] not in MULTIPLES or low[1] == "score":
            return None
        total, used = MULTIPLES[low[1]], 2
    elif low[0] == "dozen":
        return Decimal(12), 1
    else:
        first = _below_hundred(low)
        if first is None:
            return None
        total, used = first
        if used < len(low) and low[used] in MULTIPLES:
            total, used = total * MULTIPLES[low[used]], used + 1
    if total % 100 == 0 and total and used + 1 < len(low) and low[used] == "and":
        rest = _below_hundred(low[used + 1 :])
        # "a hundred and two hundred" is two numbers, "a hundred and two" is one
        if rest and not (used + 1 + rest[1] < len(low) and low[used + 1 + rest[1]] in MULTIPLES):
            total, used = total + rest[0], used + 1 + rest[1]
    return Decimal(total), used


def _below_hundred(words: Sequence[str]) -> tuple[int, int] | None:
    if words[0] in SMALL:
        return SMALL[words[0]], 1
    if words[0] not in TENS:
        return None
    if len(words) > 1 and 1 <= SMALL.get(words[1], 0) <= 9:
        return TENS[words[0]] + SMALL[words[1]], 2
    return TENS[words[0]], 1


def uses_decimal_comma(numerals: Iterable[str]) -> bool:
    """Does this text write decimals with a comma? Decided by the numerals that have one reading only.

    >>> uses_decimal_comma(["4,5", "1.250,00", "12"]), uses_decimal_comma(["4.5", "1,250"]), uses_decimal_comma([])
    (True, False, False)
    """
    commas = points = 0
    for numeral in numerals:
        if numeral.count(",") == 1 and "." not in numeral and len(numeral.split(",")[1]) != 3:
            commas += 1
        elif numeral.count(".") == 1 and "," not in numeral and len(numeral.split(".")[1]) != 3:
            points += 1
        elif "," in numeral and "." in numeral:
            if numeral.rfind(",") > numeral.rfind("."):
                commas += 1
            else:
                points += 1
    return commas > points


def read_numeral(numeral: str, decimal_comma: bool = False) -> list[tuple[Decimal, int, int]]:
    """The numbers of a run of digits, commas and points, each with its start and end within the run.

    Nearly always one; a list without spaces ("1,2,3") gives several, and digits that are no quantity (a leading zero,
    more than fifteen of them, a date such as "3.11.2021") give none.

    >>> [n for n, *_ in read_numeral("1,284")], [n for n, *_ in read_numeral("1,2,3")], read_numeral("0555")
    ([Decimal('1284')], [Decimal('1'), Decimal('2'), Decimal('3')], [])
    >>> [n for n, *_ in read_numeral("1.250,00")], [n for n, *_ in read_numeral("7,25", decimal_comma=True)]
    ([Decimal('1250.00')], [Decimal('7.25')])
    >>> [n for n, *_ in read_numeral("5·9")]
    [Decimal('5.9')]
    """
    text = numeral.replace("·", ".")
    thousands, mark = (".", ",") if decimal_comma else (",", ".")
    if "," in text and "." in text:
        mark = "," if text.rfind(",") > text.rfind(".") else "."
        thousands = "." if mark == "," else ","
        whole, _, rest = text.rpartition(mark)
        if mark not in whole and is_grouped(whole, thousands):
            return _one(whole.replace(thousands, "") + "." + rest, len(text))
        return []
    if thousands in text and is_grouped(text, thousands):
        return _one(text.replace(thousands, ""), len(text))
    if text.count(mark) <= 1 and thousands not in text:
        return _one(text.replace(mark, "."), len(text))
    if mark == "." and text.count(",") == 1 and "." not in text and not decimal_comma:
        return _list(text, ",")
    return _list(text, ",") if "." not in text else []


def is_grouped(text: str, mark: str) -> bool:
    """Are the digits of a number in groups of three, the first of one to three, with this mark between them?

    >>> is_grouped("1,284", ","), is_grouped("12,84", ","), is_grouped("0,123", ",")
    (True, False, False)
    """
    first, *others = text.split(mark)
    return 1 <= len(first) <= 3 and first[0] != "0" and len(others) <= 4 and all(len(o) == 3 for o in others)


def _one(text: str, length: int) -> list[tuple[Decimal, int, int]]:
    whole = text.partition(".")[0]
    if len(text) > _MOST_DIGITS or (len(whole) > 1 and whole[0] == "0"):
        return []
    return [(Decimal(text), 0, length)]


def _list(text: str, mark: str) -> list[tuple[Decimal, int, int]]:
    numbers, at = [], 0
    for piece in text.split(mark):
        numbers += [(n, at, at + end) for n, _, end in _one(piece, len(piece))]
        at += len(piece) + 1
    return numbers


_POWER = re.compile(r"\s?[×x]\s?10(?:([⁻⁰¹²³⁴-⁹]{1,3})|\^\s?([-−]?\d{1,2})|([-−]\d{1,2})\b)")


def read_power(text: str, at: int) -> tuple[int, int] | None:
    """A power of ten written at `at`, as in "× 10²" or "x10^-3": its exponent and where it ends.

    >>> read_power("1.5 × 10² people", 3), read_power("1.5 × 10 people", 3)
    ((2, 9), None)
    """
    match = _POWER.match(text, at)
    if not match:
        return None
    raw = match[1].translate(_SUPERSCRIPT) if match[1] else (match[2] or match[3]).replace("−", "-")
    digits = raw.lstrip("-")
    if not digits.isdigit() or len(digits) > 2:
        return None
    return int(raw), match.end()
