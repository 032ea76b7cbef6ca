"""Places that a learner can open, as `exercises.yml` names them: paragraphs of a passage, or a line from outside."""

from __future__ import annotations

import re
from typing import NamedTuple

from appraise.errors import RecordError
from appraise.sources.reader import read
from appraise.sources.tables import outside, passages

_PASSAGE = re.compile(r"(\w+) (\w+) (\d+(?:, ?\d+)*)")
_OUTSIDE = re.compile(r"outside ([\w-]+)")


class Place(NamedTuple):
    """A place that was found: its name for people, and the texts that stand there."""

    name: str
    texts: tuple[str, ...]


def find_place(named: str) -> Place | None:
    """The paragraphs or the outside line that a place names; None where it names neither, as a heading does.

    Parameters
    ----------
    named : str
        "walsh post 4", "walsh post 4, 5" or "outside ID".

    Raises
    ------
    RecordError
        Where it has the form of such a place and there is none.

    Examples
    --------
    >>> find_place("walsh post 4, 5").name
    'walsh post, paragraphs 4 and 5'
    >>> find_place("What a difference is") is None
    True
    """
    if (result := _PASSAGE.fullmatch(named)) and result[1] in set(passages()["source"]):
        numbers = [int(n) for n in result[3].split(",")]
        texts = tuple(text for _, text in read(result[1], result[2], *numbers).paragraphs)
        shown = " and ".join(filter(None, [", ".join(map(str, numbers[:-1])), str(numbers[-1])]))
        return Place(f"{result[1]} {result[2]}, paragraph{'s' * bool(numbers[1:])} {shown}", texts)
    if result := _OUTSIDE.fullmatch(named):
        lines = outside()
        if result[1] not in lines.index:
            raise RecordError("seeds/outside.yml", result[1], "expected the id of a line")
        line = lines.loc[result[1]]
        value = " ".join(str(line[c]) for c in ("value", "unit") if str(line[c]) not in ("", "nan", "None"))
        return Place(f"outside the five sources: {result[1]}", (f"{line['statement']}: {value}", str(line["address"])))
    return None


def stands_at(words: str, texts: tuple[str, ...]) -> bool:
    """Whether deciding words stand in a text, whatever the case, the spaces and the kind of the quotation marks.

    >>> stands_at("on  ten of", ("Seen “on Ten of” these.",))
    True
    """
    return not words or any(_lower(words) in _lower(text) for text in texts)


def _lower(text: str) -> str:
    return " ".join(re.sub(r"[“”\"'’‘*`]", "", text).casefold().split())
