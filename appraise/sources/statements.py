"""The statements of lesson 09: claims of the five sources, coded for fidelity and for spin."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from appraise.errors import RecordError
from appraise.files import StrictModel, YamlFile
from appraise.sources.loading import seeds_folder
from appraise.sources.models import MAX_QUOTED_WORDS, Id, Text
from appraise.sources.rules import check_once, quoted_phrases
from appraise.sources.tables import claims, joined, make_table

Fidelity = Literal["same", "changed", "lost", "reversed", "untraceable"]
Spin = Literal["reporting", "interpretation", "extrapolation", "none", "no study"]
_Weight = Annotated[float, Field(gt=0, le=1)]


class _Statement(StrictModel):
    """A claim held against the finding under it; a code is a set of labels that can be defended, with weights."""

    claim: Id
    against: Text
    fidelity: dict[Fidelity, _Weight]
    spin: dict[Spin, _Weight]
    anchors: tuple[Literal["fidelity", "spin"], ...] = ()
    asked: bool
    reason: Text


class _Statements(StrictModel):
    statements: tuple[_Statement, ...]


@lru_cache(maxsize=1)
def _read_statements(path: Path, changed: int) -> tuple[YamlFile, tuple[_Statement, ...]]:
    file = YamlFile(path, RecordError)
    return file, file.validated(_Statements).statements


def statements(folder: Path | str | None = None) -> pd.DataFrame:
    """The statements of lesson 09, index `statement`: source, passage, place, says, quote, against, fidelity, spin, …

    `fidelity` and `spin` hold the course's label, `fidelity_set` and `spin_set` every label that can be defended with
    its weight, `anchors` the codes that have one label only; `asked` marks those of the exercises. Spin is coded
    after the three groups of Haneef R et al., PLoS ONE 2015;10:e0140889. Raises RecordError where a record is broken.

    >>> statements().loc["links-score", ["fidelity", "spin"]].tolist()
    ['changed', 'none']
    """
    known = claims(folder).set_index("claim")
    path = seeds_folder(folder) / "statements.yml"
    file, coded = _read_statements(path, path.stat().st_mtime_ns)
    rows = []
    check_once(file, [(one.claim, ("statements", i, "claim")) for i, one in enumerate(coded)], "statement")
    for i, one in enumerate(coded):
        if one.claim not in known.index:
            raise file.error(("statements", i, "claim"), f"expected a claim of a source's record, found {one.claim!r}")
        for code in ("fidelity", "spin"):
            labels = getattr(one, code)
            if max(labels.values(), default=0) != 1:
                raise file.error(("statements", i, code), "expected at least one label with the weight 1")
            if code in one.anchors and len(labels) != 1:
                raise file.error(("statements", i, code), "expected one label only, since it is an anchor")
        for phrase in quoted_phrases(one.against):
            if len(phrase.split()) > MAX_QUOTED_WORDS:
                raise file.error(("statements", i, "against"), f"expected at most {MAX_QUOTED_WORDS} quoted words")
        claim = known.loc[one.claim]
        rows.append(
            {
                "statement": one.claim,
                "source": claim["source"],
                "passage": claim["passage"],
                "place": claim["place"],
                "says": claim["paraphrase"],
                "quote": claim["quote"],
                "against": one.against,
                "fidelity": max(one.fidelity, key=lambda label: one.fidelity[label]),
                "spin": max(one.spin, key=lambda label: one.spin[label]),
                "fidelity_set": dict(one.fidelity),
                "spin_set": dict(one.spin),
                "anchors": joined(one.anchors),
                "asked": one.asked,
                "reason": one.reason,
            }
        )
    columns = ["statement", "source", "passage", "place", "says", "quote", "against", "fidelity", "spin"]
    columns += ["fidelity_set", "spin_set", "anchors", "asked", "reason"]
    return make_table(rows, columns, index="statement").astype({"asked": bool})


def statement_words(folder: Path | str | None = None) -> dict[str, str]:
    """Each statement that lesson 09 asks about, with what it is held against, by its name.

    >>> statement_words()["links-score"].startswith("vitamindwiki links, paragraph 4: ")
    True
    """
    table = statements(folder)
    asked = table[table["asked"]]
    return {
        str(name): f"{row['source']} {row['passage']}, paragraph {row['place']}: {row['says']} Its words: "
        f"“{row['quote']}”. Held against: {row['against']}"
        for name, row in asked.iterrows()
    }
