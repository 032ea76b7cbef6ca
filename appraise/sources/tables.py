"""The public tables of the sources: one function a table, plain objects in the cells, "not reported" in words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from appraise.sources.loading import load
from appraise.sources.models import NO_PATH, NOT_REPORTED, Cell, Item, Passage, Seeds
from appraise.sources.rules import single_figure


def make_table(rows: list[dict[str, Any]], columns: list[str], index: str | None = None) -> pd.DataFrame:
    """Rows as a DataFrame of plain objects: no <NA>, an empty text where nothing applies."""
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    table = table.where(table.notna(), "")
    return table.set_index(index) if index else table


class _Table(Protocol):
    def __call__(self, folder: Path | str | None = None) -> pd.DataFrame: ...


_tables: list[_Table] = []


def make_all_tables() -> None:
    """Make every table now, so that each later call only copies it."""
    for table in _tables:
        table()


def _remember_table(make: _Table) -> _Table:
    """A table is made once for the files as they are; each call gives a copy, so that changing one changes no other."""
    made: list[tuple[Seeds, pd.DataFrame]] = []

    @wraps(make)
    def table(folder: Path | str | None = None) -> pd.DataFrame:
        seeds = load(folder)
        if not made or made[0][0] is not seeds:
            made[:] = [(seeds, make(folder))]
        return made[0][1].copy()

    _tables.append(table)
    return table


def joined(values: tuple[Any, ...]) -> str:
    return ", ".join(map(str, values))


def _distance(passages: tuple[Passage, ...]) -> int | str:
    shown = [passage.distance for passage in passages if passage.distance is not None]
    return min(shown) if shown else NO_PATH


def _as_printed(cell: Cell) -> str:
    if cell.printed:
        return "; ".join(cell.printed)
    return "; ".join(cell.value) if isinstance(cell.value, tuple) else str(cell.value)


@_remember_table
def sources(folder: Path | str | None = None) -> pd.DataFrame:
    """One row a source, index `source`: identity, kind, distance of its nearest passage, interests, what it does well.

    Interests are as far as the stored text shows them. Raises RecordError where a record is broken.

    >>> list(sources().index)[:2]
    ['painscience', 'walsh']
    """
    rows = [
        {
            "source": s.id,
            "title": s.title,
            "author": s.author,
            "publisher": s.publisher,
            "dates": "; ".join(f"{date.stated} ({date.of})" for date in s.dates),
            "address": s.address,
            "doi": s.doi,
            "pmid": s.pmid,
            "kind": s.kind,
            "distance": _distance(s.passages),
            "interests_stated": s.interests.stated,
            "interests_visible": s.interests.visible,
            "interests_not_found": s.interests.not_found,
            "does_well": s.does_well,
            "original": s.original.file,
            "sha256": s.original.sha256,
        }
        for s in load(folder).records.values()
    ]
    return make_table(
        rows,
        [
            *("source", "title", "author", "publisher", "dates", "address", "doi", "pmid", "kind", "distance"),
            *("interests_stated", "interests_visible", "interests_not_found", "does_well", "original", "sha256"),
        ],
        index="source",
    )


@_remember_table
def passages(folder: Path | str | None = None) -> pd.DataFrame:
    """One row a passage: source, passage, title, kind, text (numbered paragraphs), place (lines of the original), …

    `distance` counts documents back to a patient's record (1 = the trial's own report) or says "no path shown";
    `tells_trial` and `reason` say whether the passage tells this trial; `path` and `identified_by` say how one sees it.

    >>> passages().query("source == 'painscience'").passage.tolist()
    ['abstract', 'comment']
    """
    rows = [
        {
            "source": s.id,
            "passage": p.id,
            "title": p.title,
            "kind": p.kind,
            "text": "\n\n".join(f"[{n}] {paragraph.says}" for n, paragraph in enumerate(p.text, 1)),
            "place": p.lines,
            "distance": _distance((p,)),
            "tells_trial": p.tells_trial,
            "reason": p.reason,
            "path": " → ".join(p.path),
            "identified_by": joined(p.identified_by),
        }
        for s, p in load(folder).passages()
    ]
    columns = ["source", "passage", "title", "kind", "text", "place", "distance", "tells_trial", "reason", "path"]
    return make_table(rows, [*columns, "identified_by"])


@_remember_table
def reports(folder: Path | str | None = None) -> pd.DataFrame:
    """Items (index `item`) by passages (columns: source, passage); a cell is the value as printed or "not reported".

    >>> reports().loc["pain-mg-6m-mean", ("painscience", "abstract")]
    '4.7'
    """
    seeds = load(folder)
    columns = {
        (s.id, p.id): [_as_printed(p.items[item]) if item in p.items else NOT_REPORTED for item in seeds.frame]
        for s, p in seeds.passages()
    }
    table = pd.DataFrame(columns, index=pd.Index(list(seeds.frame), name="item"), dtype=object)
    table.columns = pd.MultiIndex.from_tuples(list(columns), names=["source", "passage"])
    return table


def _cell_rows(seeds: Seeds) -> Iterator[tuple[Item, dict[str, Any]]]:
    for s, p in seeds.passages():
        for name, item in seeds.frame.items():
            if (cell := p.items.get(name)) is None:
                continue
            value: Any = cell.value
            if value is None:
                value = single_figure(cell.printed[0]) if item.type == "number" else _as_printed(cell)
            elif item.type == "number":
                value = float(value)
            elif isinstance(value, tuple):
                value = "; ".join(value)
            yield (
                item,
                {
                    "source": s.id,
                    "passage": p.id,
                    "item": name,
                    "printed": _as_printed(cell),
                    "value": value,
                    "unit": cell.unit or item.unit,
                    "place": joined(cell.place),
                    "about": cell.about if item.subject == "trial" else item.subject,
                    "compares": cell.compares,
                    "note": cell.note,
                },
            )


@_remember_table
def cells(folder: Path | str | None = None) -> pd.DataFrame:
    """Every reported cell, one a row: source, passage, item, printed, value (normalised), unit, place, about, …

    `place` names paragraphs of the passage's text. What is not in this table is not reported.

    >>> cells().query("item == 'lanss-threshold' and passage == 'abstract'").value.item()
    12.0
    """
    columns = ["source", "passage", "item", "printed", "value", "unit", "place", "about", "compares", "note"]
    return make_table([row for _, row in _cell_rows(load(folder))], columns)


@_remember_table
def numbers(folder: Path | str | None = None) -> pd.DataFrame:
    """Outcome numbers, one a row: source, passage, arm, outcome, time_point, statistic, value (float), unit, …

    `scale` is the instrument as that passage names it; `compares` is what a p value compares, as worded.

    >>> len(numbers().query("source == 'painscience' and passage == 'abstract'"))
    20
    """
    seeds = load(folder)
    named = reports(folder)
    columns = ["source", "passage", "arm", "outcome", "time_point", "statistic", "value", "unit", "printed"]
    rows = [
        {
            **row,
            **item.number.model_dump(include={"arm", "outcome", "time_point", "statistic"}),
            "scale": named.loc[item.number.measured_by, (row["source"], row["passage"])],
        }
        for item, row in _cell_rows(seeds)
        if item.number
    ]
    table = make_table(rows, [*columns, "place", "scale", "compares", "item"])
    return table.astype({"value": float})


@_remember_table
def claims(folder: Path | str | None = None) -> pd.DataFrame:
    """One row a claim: source, passage, claim, paraphrase, quote, strength (and its step, 1 to 4), scope, about, place.

    >>> claims().step.between(1, 4).all()
    np.True_
    """
    seeds = load(folder)
    columns = ["source", "passage", "claim", "paraphrase", "quote", "strength", "step", "scope"]
    rows = [
        {
            **c.model_dump(include={"paraphrase", "quote", "strength", "about"}),
            **c.scope.model_dump(),
            "source": s.id,
            "passage": p.id,
            "claim": c.id,
            "step": seeds.strengths[c.strength].step,
            "scope": f"{c.scope.population}; {c.scope.route}; {c.scope.outcome}",
            "place": joined(c.place),
        }
        for s, p in seeds.passages()
        for c in p.claims
    ]
    return make_table(rows, [*columns, "population", "route", "outcome", "about", "place"]).astype({"step": int})


@_remember_table
def outside(folder: Path | str | None = None) -> pd.DataFrame:
    """Facts from outside the five, index `id`: statement, value, unit, address, mark ("F": found at the address).

    >>> float(outside().loc["pain-mg-6m-mean-indexed", "value"])
    4.7
    """
    rows = [fact.model_dump() for fact in load(folder).facts.values()]
    return make_table(rows, ["id", "statement", "value", "unit", "address", "mark"], index="id")


@_remember_table
def frame(folder: Path | str | None = None) -> pd.DataFrame:
    """The coding frame, index `item`: frame_no, group, subject, meaning, type, unit, choices, pico, tidier, and for
    outcome numbers arm, outcome, time_point, statistic (empty where they do not apply).

    >>> frame().loc["pain-mg-p", "statistic"]
    'p'
    """
    rows = [
        {
            **item.model_dump(exclude={"id", "number", "choices"}),
            **(item.number.model_dump() if item.number else {}),
            "item": item.id,
            "choices": joined(item.choices),
        }
        for item in load(folder).frame.values()
    ]
    columns = ["item", "frame_no", "group", "subject", "meaning", "type", "unit", "choices", "pico", "tidier"]
    return make_table(rows, [*columns, "arm", "outcome", "time_point", "statistic"], index="item").astype(
        {"frame_no": int}
    )


@_remember_table
def strengths(folder: Path | str | None = None) -> pd.DataFrame:
    """The four steps of how firmly a sentence is put, index `strength`: step, meaning, words that mark it.

    >>> strengths().step.tolist()
    [1, 2, 3, 4]
    """
    rows = [{**step.model_dump(exclude={"id"}), "strength": step.id} for step in load(folder).strengths.values()]
    return make_table(rows, ["strength", "step", "meaning", "words"], index="strength").astype({"step": int})


@_remember_table
def documents(folder: Path | str | None = None) -> pd.DataFrame:
    """Documents between the passages and the patients, index `document`; `includes_trial` is yes, no or not known.

    >>> documents().loc["park-2020", "includes_trial"]
    'yes'
    """
    rows = [{**d.model_dump(exclude={"id"}), "document": d.id} for d in load(folder).documents.values()]
    columns = ["document", "kind", "title", "authors", "year", "journal", "doi", "pmid", "includes_trial", "reason"]
    return make_table(rows, [*columns, "trials_included", "searched_to", "address"], index="document").astype(
        {"year": int}
    )
