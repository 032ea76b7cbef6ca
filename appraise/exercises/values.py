"""Reading the values of an answer: words, labels, numbers, and what is no answer at all."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from appraise.exercises.serialize import Json

PartKey = tuple[str, ...]  # the sorted words of a part's name
NOT_REPORTED = "not reported"
NOT_REPORTED_WORDS = {"not reported", "nr", "n r", "not stated", "not given", "not mentioned"}


def words_of(x: Json) -> list[str]:
    """The words of a name: case, dashes, underscores and order of nesting do not matter.

    >>> words_of({"tuple": ["Walsh", "post"]})
    ['walsh', 'post']
    """
    if isinstance(x, dict):
        return [w for v in x.get("tuple", []) for w in words_of(v)]
    if isinstance(x, float) and x.is_integer():
        x = int(x)
    text = str(x)
    return list(_cached_words(text) if len(text) < 200 else _split_words(text))  # an answer's long texts are not kept


def _split_words(text: str) -> tuple[str, ...]:
    text = unicodedata.normalize("NFKC", text).casefold()
    return tuple(w.strip(".") for w in re.findall(r"[\w.]+", text.replace("_", " ")) if w.strip("."))


_cached_words = lru_cache(maxsize=4096)(_split_words)  # the names of a table's parts are read again for every answer


def part_key(*names: Json) -> PartKey:
    return tuple(sorted(w for n in names for w in words_of(n)))


def normalize(text: str) -> str:
    """Text as compared: without regard to case, spacing, kinds of dash and quotation mark, or a closing full stop.

    >>> normalize("  Double–Blind. ") == normalize("double blind")
    True
    """
    text = unicodedata.normalize("NFKC", text).casefold().strip().strip("\"'“”‘’«»").rstrip(".").strip()
    text = text.replace("−", "-").replace("’", "'")
    return re.sub(r"(?<=\w)[\s\-_‐‑–—]+(?=\w)", " ", re.sub(r"\s+", " ", text))


_NUMBER = re.compile(r"([-+]?)\s*(\d+(?:[.,]\d+)?|[.,]\d+)(?:e([-+]?\d+))?\s*(.*)", re.S)


def read_number(x: Json, units: tuple[str, ...] = ()) -> float | None:
    """The number that a value is, or that a text with a decimal comma, a sign or one of `units` stands for, else None.

    >>> read_number("−4,7 points", ("points",))
    -4.7
    >>> read_number("about four") is None
    True
    """
    if isinstance(x, bool):
        return None
    if isinstance(x, int | float):
        return float(x)
    if isinstance(x, dict):
        return float(x["float"]) if "float" in x else None
    if isinstance(x, str) and len(x) < 60:
        text = unicodedata.normalize("NFKC", x).strip().replace("−", "-").replace("–", "-")
        if m := _NUMBER.fullmatch(text):
            sign, digits, power, rest = m.groups()
            if not rest or normalize(rest) in {normalize(u) for u in units}:
                value = float(digits.replace(",", ".")) * 10.0 ** min(int(power or 0), 300)
                return -value if sign == "-" else value
    return None


def is_blank(x: Json) -> bool:
    """Is this no answer: None, the three dots, an empty text, list or dictionary, or not-a-number?"""
    if x is None or x == [] or (isinstance(x, str) and not x.strip()):
        return True
    if isinstance(x, dict):
        kind, v = next(iter(x.items()))
        return kind == "stub" or (kind == "float" and v == "nan") or (kind in _SEQUENCES | {"dict"} and not v)
    return False


_SEQUENCES = {"tuple", "set", "array"}


def as_sequence(x: Json) -> list[Json] | None:
    if isinstance(x, list):
        return x
    if isinstance(x, dict):
        kind, v = next(iter(x.items()))
        if kind in _SEQUENCES:
            return list(v)
        if kind == "series":
            return list(v["values"])
    return None


def as_scalar(x: Json) -> Json:
    """A lone value, also out of a sequence of length one."""
    values = as_sequence(x)
    if values is not None and len(values) == 1 and not (isinstance(x, dict) and "set" in x):
        return values[0]
    return x


def is_not_reported(x: Json) -> bool:
    return isinstance(x, str) and normalize(x) in NOT_REPORTED_WORDS


def count_of(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"
