"""Points and alarms of written answers: the names in `exercises.yml` become the patterns of `assets/writing.yml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from appraise.errors import AuthorError
from appraise.files import ASSETS, StrictModel, read_yaml
from appraise.sources.rules import text_figures
from appraise.sources.tables import outside, passages

FILE = ASSETS / "writing.yml"
FIGURES = "figures"  # the alarm on figures that stand in no text
_Text = Annotated[str, Field(min_length=1)]


class Alarm(StrictModel):
    """What stops at a sentence, what lets it pass all the same, and what to look at again."""

    finds: _Text
    unless: str = ""
    reconsider: _Text


class Writing(StrictModel):
    """`assets/writing.yml`, checked."""

    points: dict[str, list[_Text]]
    alarms: dict[str, Alarm]


@cache
def load_writing(file: Path = FILE) -> Writing:
    """Points and alarms by name. Raises AuthorError for a pattern that is none.

    >>> sorted(load_writing().points)[:2]
    ['comparison', 'harm']
    """
    writing = read_yaml(file, Writing, AuthorError)
    patterns = [p for group in writing.points.values() for p in group]
    patterns += [p for alarm in writing.alarms.values() for p in (alarm.finds, alarm.unless)]
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as fault:
            raise AuthorError(file, pattern, f"expected a regular expression: {fault}") from None
    return writing


def resolve(entry: Mapping[str, Any], yml: Path, name: str) -> dict[str, Any]:
    """The fields `expects`, `alarms` and `figures` of a written exercise as a pack holds them.

    Raises AuthorError for a name that `assets/writing.yml` does not have.
    """
    known = load_writing()
    expects = []
    for n, expect in enumerate(entry["expects"], start=1):
        pattern = expect["pattern"]
        if expect["about"] is not None:
            if expect["about"] not in known.points:
                raise AuthorError(yml, f"{name}.expects", f"expected a point among {sorted(known.points)}")
            pattern = "|".join(known.points[expect["about"]])
        if not pattern:
            raise AuthorError(yml, f"{name}.expects", f"expected `pattern` or `about` in the {n}. point")
        expects.append({"pattern": pattern, "missing": expect["missing"]})
    for alarm in entry["alarms"]:
        if alarm not in known.alarms:
            raise AuthorError(yml, f"{name}.alarms", f"expected alarms among {sorted(known.alarms)}")
    alarms = [known.alarms[alarm].model_dump() for alarm in entry["alarms"]]
    figures = sorted({*_printed_figures(), *entry["figures"]}) if FIGURES in entry["alarms"] else []
    return {"expects": expects, "alarms": alarms, "figures": figures}


@cache
def _printed_figures() -> frozenset[str]:
    """Every figure of the passages and of the facts from outside."""
    lines = outside()
    texts = [*passages()["text"], *lines["statement"].astype(str), *lines["value"].astype(str)]
    return frozenset(figure for text in texts for figure in text_figures(text))
