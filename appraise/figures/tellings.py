"""Pictures of the tellings: the chain to the patients, what each reports, which numbers survive, and how far off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from appraise.figures.drawing import (
    BROKEN,
    CONTROL,
    INK,
    MAGNESIUM,
    PALE,
    PINK,
    QUIET,
    SKY,
    Picture,
    draw_arrow,
    draw_box,
    join_or_none,
    join_words,
    remove_frame,
    styled,
    wrap_text,
)
from appraise.sources import tables
from appraise.sources.loading import load
from appraise.sources.models import NO_PATH, NOT_REPORTED, Document, Passage
from appraise.sources.tables import numbers


def _name(source: str, passage: str) -> str:
    """A passage's name, as in the lessons."""
    return f"{source} {passage}"


def _names() -> dict[tuple[str, str], str]:
    return {(s.id, p.id): _name(s.id, p.id) for s, p in load().passages()}


# ── 01: from patients to passages ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Layout:
    """Where the picture of the chain has its boxes: the centres of documents, and the left ends of passages' boxes."""

    height: float
    level: float
    documents: dict[str, tuple[float, float]]
    passages: dict[str, tuple[float, float]]


@styled
def chain(missing: str | None = None, mended: str | None = None) -> Picture:
    """The way from the patients to every passage, as the passages show it.

    Boxes are documents and passages; an arrow leads from a document to what was made from it. A broken line marks what
    is not known. `missing` names a passage (as on the picture, for instance "magx12 post") whose arrow is left open;
    `mended` is the id of the document (see `appraise.documents()`) from which a reader draws it again.

    Raises ValueError where `missing` is no passage that has an arrow, or `mended` no document.
    """
    seeds = load()
    rows = [(_name(s.id, p.id), p) for s, p in seeds.passages()]
    rows.sort(key=lambda row: (not row[1].path, len(row[1].path)))  # straight from the report, by a review, no path
    report = next(d for d in seeds.documents.values() if d.kind == "trial report")
    reviews = [d for d in seeds.documents.values() if d.kind == "review"]
    with_path = {name: p for name, p in rows if p.path}
    if missing is not None and missing not in with_path:
        raise ValueError(f"expected `missing` to be one of {', '.join(with_path)}; found {missing!r}")
    if mended is not None and mended not in seeds.documents:
        raise ValueError(f"expected `mended` to be one of {', '.join(seeds.documents)}; found {mended!r}")

    layout = _chain_layout(rows, report, reviews)
    fig = Figure(figsize=(8.4, 0.62 * layout.height + 1.3))
    ax = fig.add_subplot()
    remove_frame(ax)
    ax.set_xlim(0, 10.2)
    ax.set_ylim(-0.45, layout.height + 0.75)
    n_total = reported_number("n-total")
    patients = f"{n_total:g} patients" if n_total else "patients"
    _draw_report(ax, layout, report, patients)
    _draw_reviews(ax, layout, report, reviews)
    origins: dict[str, str] = {}
    for name, passage in rows:
        last = passage.path[0] if passage.path else None
        _draw_passage(ax, layout.passages[name], name, passage)
        if name == missing:
            last = mended
            if mended is None:
                ex, ey = layout.passages[name]
                ax.text(ex - 0.22, ey, "?", ha="center", va="center", fontsize=14, weight="bold", color=CONTROL)
        if last is None:
            origins[name] = "left open" if name == missing else NO_PATH
            continue
        x, y = layout.documents[last]
        style = {"color": MAGNESIUM, "linewidth": 2.6} if name == missing else {}
        draw_arrow(ax, (x + (0.875 if last == report.id else 0.75), y), layout.passages[name], **style)
        origins[name] = f"made from {_short(seeds.documents[last])}"
    named = {name: [r for r in reviews if r.id not in p.path and _names_it(p, r)] for name, p in rows}
    _draw_named(ax, layout, named)
    table = pd.DataFrame({"passage": list(origins), "way": list(origins.values())}).set_index("passage")
    return Picture(fig, _chain_in_words(patients, report, reviews, origins, named), table)


def _chain_layout(rows: Sequence[tuple[str, Passage]], report: Document, reviews: Sequence[Document]) -> _Layout:
    step = 0.78
    height = step * len(rows)
    straight = step * sum(len(p.path) == 1 for _, p in rows)  # the reviews stand below these arrows
    level, room = height - straight / 2, height - straight
    at = {report.id: (3.15, level)}
    for n, review in enumerate(reviews):
        at[review.id] = (5.6, room - (n + 0.5) * room / len(reviews))
    ends = {name: (7.25, height - (n + 0.5) * step) for n, (name, _) in enumerate(rows)}
    return _Layout(height, level, at, ends)


def _draw_report(ax: Axes, layout: _Layout, report: Document, patients: str) -> None:
    """The heads of the columns, the patients and the trial report."""
    for x, word in ((1.0, "patients"), (3.15, "trial report"), (5.6, "reviews"), (8.7, "passages")):
        ax.text(x, layout.height + 0.45, word, ha="center", va="center", fontsize=11, color=QUIET, style="italic")
    draw_box(ax, 1.0, layout.level, 1.75, 1.0, f"{patients}\nin the trial", shape="ellipse")
    x, y = layout.documents[report.id]
    first, *rest = [author.split()[0] for author in report.authors.split(",")]
    authors = f"{first} and\n{rest[0] if len(rest) == 1 else 'others'}" if rest else f"{first}\n"
    draw_box(ax, x, y, 1.75, 1.0, f"{authors}, {report.year}", weight="bold", facecolor=PALE)
    draw_arrow(ax, (1.875, y), (x - 0.875, y))


def _draw_reviews(ax: Axes, layout: _Layout, report: Document, reviews: Sequence[Document]) -> None:
    x, y = layout.documents[report.id]
    for n, review in enumerate(reviews):
        rx, ry = layout.documents[review.id]
        draw_box(ax, rx, ry, 1.5, 0.72, wrap_text(_short(review), 14), facecolor=PALE, size=10)
        known = review.includes_trial == "yes"
        if review.includes_trial != "no":  # down from the report, each on its own line, then across
            down = x + 0.65 - 1.3 * n / max(1, len(reviews) - 1)
            elbow = "angle,angleA=-90,angleB=180,rad=6"
            draw_arrow(ax, (down, y - 0.5), (rx - 0.75, ry), linestyle="-" if known else BROKEN, connectionstyle=elbow)
        if not known:
            white = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
            ax.text(rx - 1.15, ry, "?", ha="center", va="center", fontsize=12, bbox=white, zorder=4)


def _draw_passage(ax: Axes, end: tuple[float, float], name: str, passage: Passage) -> None:
    reprint = " (reprint)" if passage.reprints else ""
    style: dict[str, Any] = {} if passage.path else {"linestyle": BROKEN, "edgecolor": QUIET}
    draw_box(ax, end[0] + 1.45, end[1], 2.85, 0.56, name + reprint, shape="round", size=10.5, **style)


def _draw_named(ax: Axes, layout: _Layout, named: Mapping[str, Sequence[Document]]) -> None:
    """Broken lines from the reviews that a passage names, and what a broken line means."""
    for name, reviews in named.items():
        for review in reviews:
            x, y = layout.documents[review.id]
            draw_arrow(ax, (x + 0.75, y), layout.passages[name], linestyle=BROKEN, color=QUIET, linewidth=1)
    meaning = "Broken line: named, or no path shown; whether this trial lies on the way is not known."
    ax.text(0.05, -0.3, meaning, fontsize=10, color=QUIET)


def _chain_in_words(
    patients: str,
    report: Document,
    reviews: Sequence[Document],
    origins: Mapping[str, str],
    named: Mapping[str, Sequence[Document]],
) -> str:
    groups: dict[str, list[str]] = {}
    for name, way in origins.items():
        groups.setdefault(way, []).append(name)
    through = [_short(r) for r in reviews if r.includes_trial == "yes"]
    unknown = [_short(r) for r in reviews if r.includes_trial == "not known"]
    sentences = [
        f"Diagram: arrows from {patients} to the trial report ({_short(report)}), from the report to "
        f"{join_or_none(through)}, and to the passages."
    ]
    if unknown:
        sentences.append(f"Whether {join_words(unknown, 'or')} rests on this trial is not known.")
    sentences += [f"{join_words(names)}: {way}." for way, names in groups.items()]
    for name, others in named.items():
        if others:
            sentences.append(f"{name} names {join_words([_short(r) for r in others])}.")
    return " ".join(sentences)


def _short(document: Document) -> str:
    """A document's name on a picture: first author or first words of the title, and the year."""
    first = document.authors.split(",")[0].split()[0] if document.authors[0].isupper() else ""
    if first and document.kind == "review":
        return f"{first} {document.year}"
    if document.kind == "trial report":
        return f"{first} {document.year}"
    return f"{document.id.removesuffix(f'-{document.year}').replace('-', ' ')} {document.year}"


def _names_it(passage: Passage, document: Document) -> bool:
    """Does the passage print the document's title or DOI where it says through what it reaches the study?"""
    cell = passage.items.get("intermediate-source")
    printed = " ".join(cell.printed).lower() if cell else ""
    return any(mark.lower() in printed for mark in (document.doi, document.title) if mark)


def reported_number(item: str, source: str = "painscience", passage: str = "abstract") -> float | None:
    """A passage's number on an item, or None where it reports none."""
    cells = tables.cells()
    rows = cells[(cells["item"] == item) & (cells["source"] == source) & (cells["passage"] == passage)]
    return float(rows["value"].iloc[0]) if len(rows) else None


# ── 02 and 03: who says what ────────────────────────────────────────────────────────────────────────────────────────


@styled
def completeness(items: str | Sequence[str] = "pico", sources: Sequence[str] | None = None) -> Picture:
    """Which passage says what: items in rows, passages in columns; in the cells the value where it is short.

    `items` is "pico", "tidier" or ids of the coding frame; `sources` limits the columns. A cell is "said" (dark, the
    value or ✓), "said of something else" (hatched, ✱: not of this trial) or "not reported" (white, –).
    Raises ValueError for an item that the frame does not have.
    """
    frame, cells = tables.frame(), tables.cells()
    chosen = _items(items, frame)
    names = {k: v for k, v in _names().items() if sources is None or k[0] in sources}
    held = {(r.source, r.passage, r.item): r for r in cells.itertuples()}
    shown = pd.DataFrame(NOT_REPORTED, index=pd.Index(chosen, name="item"), columns=list(names.values()))

    fig = Figure(figsize=(9.2, 0.36 * len(chosen) + 2.1))
    ax = fig.add_subplot()
    counts = dict.fromkeys(names.values(), 0)
    for row, item in enumerate(chosen):
        for column, (key, name) in enumerate(names.items()):
            cell: Any = held.get((*key, item))
            of_this_trial = cell is not None and bool(cell.about == "trial" or frame.loc[item, "subject"] != "trial")
            _draw_cell(ax, row, column, cell, of_this_trial)
            if cell is not None:
                shown.loc[item, name] = str(cell.printed) if of_this_trial else f"{cell.printed} (of {cell.about})"
                counts[name] += of_this_trial
    ax.set_xlim(0, len(names))
    ax.set_ylim(len(chosen), 0)
    labels, starts = _labels(chosen, items, frame)
    ax.set_yticks([n + 0.5 for n in range(len(chosen))], labels)
    for start in starts[1:]:
        ax.axhline(start, color=INK, linewidth=1.4)
    _name_columns(ax, [n + 0.5 for n in range(len(names))], list(names.values()))
    handles = [
        Patch(facecolor="#0B4F7D", edgecolor="#BBBBBB", label="said: the value, or ✓ where it is long"),
        Patch(facecolor="#FBE3C0", edgecolor="#BBBBBB", hatch="////", label="✱ said, but not of this trial"),
        Patch(facecolor="white", edgecolor="#BBBBBB", label="– not reported"),
    ]
    fig.legend(handles=handles, loc="outside lower left", ncols=3, handlelength=1.4, columnspacing=1.2, fontsize=10)
    counted = [f"{name} {n}" for name, n in counts.items()]
    size = f"{len(chosen)} items in rows, {len(names)} passages in columns"
    alt = f"Table with shades: {size}. Items said of this trial: {join_words(counted)}."
    return Picture(fig, alt, shown)


def _draw_cell(ax: Axes, row: int, column: int, cell: Any, of_this_trial: bool) -> None:
    """One cell: the value or a mark, on the colour of what the passage says."""
    face, hatch, mark, ink = "white", None, "–", QUIET
    if cell is not None and of_this_trial:
        face, ink = "#0B4F7D", "white"
        mark = str(cell.printed) if len(str(cell.printed)) <= 7 else "✓"
    elif cell is not None:
        face, hatch, mark, ink = "#FBE3C0", "////", "✱", INK
    ax.add_patch(Rectangle((column, row), 1, 1, facecolor=face, hatch=hatch, edgecolor="#BBBBBB", linewidth=0.8))
    box = {"facecolor": face, "edgecolor": "none", "pad": 1.2} if hatch else None
    ax.text(column + 0.5, row + 0.5, mark, ha="center", va="center", color=ink, fontsize=10, bbox=box)


def _name_columns(ax: Axes, places: Sequence[float], names: Sequence[str]) -> None:
    """The passages' names above their columns, and no frame."""
    ax.set_xticks(places, names)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for label in ax.get_xticklabels():
        label.set(rotation=40, ha="left", rotation_mode="anchor")
    for spine in ax.spines.values():
        spine.set_visible(False)


def _items(items: str | Sequence[str], frame: pd.DataFrame) -> list[str]:
    if items == "pico":
        order = ["population", "intervention", "comparator", "outcome", "time point", "setting"]
        picked = frame[frame["pico"] != ""]
        return [item for part in order for item in picked.index[picked["pico"] == part]]
    if items == "tidier":
        picked = frame[frame["tidier"] != ""]
        return [str(item) for item in picked.sort_values("tidier", kind="stable", key=lambda c: c.astype(int)).index]
    chosen = [items] if isinstance(items, str) else list(items)
    for item in chosen:
        if item not in frame.index:
            raise ValueError(f'expected items of the coding frame, "pico" or "tidier"; found {item!r}')
    return chosen


_SPELT = {"iv": "IV", "lanss": "LANSS", "mg": "magnesium", "co": "co-", "6m": "6 months", "2w": "2 weeks", "sd": "SD"}


def _label(item: str) -> str:
    """An item's name on a picture.

    >>> _label("iv-dose"), _label("co-drugs"), _label("follow-up")
    ('IV dose', 'co-drugs', 'follow-up')
    """
    words = " ".join(_SPELT.get(word, word) for word in item.split("-"))
    return words.replace("- ", "-").replace("follow up", "follow-up")


def _labels(chosen: Sequence[str], items: str | Sequence[str], frame: pd.DataFrame) -> tuple[list[str], list[int]]:
    """The rows' labels, the part of the list on the first row of each part; and the rows where a part begins."""
    if items not in ("pico", "tidier"):
        return [_label(item) for item in chosen], []
    parts = [str(frame.loc[item, str(items)]) for item in chosen]
    starts = [n for n, part in enumerate(parts) if n == 0 or part != parts[n - 1]]
    labels = [_label(item) for item in chosen]
    for n in starts:
        head = parts[n] if items == "pico" else f"item {parts[n]}"
        labels[n] = head.upper() if labels[n] == parts[n] else f"{head.upper()}: {labels[n]}"
    return labels, starts


# ── 04: where the numbers survived ──────────────────────────────────────────────────────────────────────────────────


def surviving_numbers(reference: tuple[str, str] = ("painscience", "abstract")) -> pd.DataFrame:
    """The table behind the picture of `survivors`: the reference's outcome numbers by passage, as printed.

    >>> surviving_numbers().loc["pain, 6 months, mean", "painscience abstract"]
    '4.7'
    """
    return _surviving(reference)[0]


def _surviving(reference: tuple[str, str]) -> tuple[pd.DataFrame, list[str]]:
    """That table, and the outcome that each of its rows is of."""
    table = numbers()
    first = table[(table["source"] == reference[0]) & (table["passage"] == reference[1])].reset_index(drop=True)
    names = _names()
    names = {reference: names[reference]} | names
    held = {(r.source, r.passage, r.item): str(r.printed) for r in table.itertuples()}
    shown = pd.DataFrame(
        {name: [held.get((*key, item), "not printed") for item in first["item"]] for key, name in names.items()},
        index=pd.Index([_number_label(row) for row in first.itertuples()], name="number"),
    )
    return shown, list(first["outcome"])


@styled
def survivors(reference: tuple[str, str] = ("painscience", "abstract")) -> Picture:
    """Each outcome number of the reference passage, and where it stands in every other passage.

    One vertical line a passage; a number that survived sits on it (same figure, or a changed one in a square).
    """
    shown, outcomes = _surviving(reference)
    fig = Figure(figsize=(8.4, 0.29 * len(shown) + 1.9))
    ax = fig.add_subplot()
    kept, changed = dict.fromkeys(shown.columns, 0), dict.fromkeys(shown.columns, 0)
    line: dict[str, Any] = {"color": "#CCCCCC", "linewidth": 1, "linestyle": "-", "marker": ""}
    for column, name in enumerate(shown.columns):
        ax.plot([column, column], [-0.6, len(shown) - 0.4], zorder=1, **line)
        for row, printed in enumerate(shown[name]):
            if printed != "not printed":
                same = float(printed) == float(str(shown.iloc[row, 0]))
                kept[name] += same
                changed[name] += not same
                _draw_number(ax, row, column, printed, same)
    for row in range(1, len(shown)):
        if outcomes[row] != outcomes[row - 1]:
            ax.axhline(row - 0.5, color="#888888", linewidth=0.8)
    ax.set_yticks(range(len(shown)), shown.index)
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlim(-0.6, len(shown.columns) - 0.4)
    _name_columns(ax, range(len(shown.columns)), list(shown.columns))
    handles = [
        Patch(facecolor="white", edgecolor=MAGNESIUM, label="same figure"),
        Patch(facecolor="white", edgecolor=CONTROL, linewidth=2.4, label="another figure (bold, square)"),
        Line2D([], [], label="bare line: not printed", **line),
    ]
    fig.legend(handles=handles, loc="outside lower left", ncols=3)
    counted = [
        f"{name} {kept[name]} of {len(shown)}" + (f" and {changed[name]} changed" if changed[name] else "")
        for name in list(shown.columns)[1:]
    ]
    what = f"the {len(shown)} outcome numbers of {shown.columns[0]} and where they survive"
    alt = f"Chart: {what}. Same figure: {join_words(counted)}."
    return Picture(fig, alt, shown)


def _draw_number(ax: Axes, row: int, column: int, printed: str, same: bool) -> None:
    style = {"facecolor": "white", "edgecolor": MAGNESIUM if same else CONTROL}
    box = {"boxstyle": "round,pad=0.18" if same else "square,pad=0.22", "linewidth": 1 if same else 2.4} | style
    weight = "normal" if same else "bold"
    ax.text(column, row, printed, ha="center", va="center", fontsize=10, bbox=box, weight=weight)


def _number_label(row: Any) -> str:
    when = {"baseline": "before"}.get(row.time_point, row.time_point)
    return f"{row.outcome}, p" if row.statistic == "p" else f"{row.outcome}, {when}, {_statistic(row.statistic)}"


def _statistic(name: str) -> str:
    return {"sd": "SD"}.get(name, name)


# ── 09: distance from the abstract ──────────────────────────────────────────────────────────────────────────────────


_FILLS = [  # face, hatching and ink, one for each kind of a bar
    ("#0B4F7D", "", "white"),
    (SKY, "", INK),
    ("#FBE3C0", "////", INK),
    ("white", "", QUIET),
    (PALE, "....", INK),
    (PINK, "xx", INK),
]


@styled
def distance(codes: pd.DataFrame | None = None) -> Picture:
    """How far each passage stands from the abstract: what became of the items that the abstract reports of the trial.

    Counted from the records: told with the same figure, with another figure, in words (not compared here), or not told
    of this trial. With `codes`, a table of statements with columns `passage` and `code` (for instance your own), the
    bars count the codes instead. Raises ValueError where it has no such columns.
    """
    if codes is None:
        counts, title = _item_fates(), "items of the abstract"
    else:
        if not {"passage", "code"} <= set(codes.columns):
            raise ValueError("expected a table with columns passage and code")
        counts, title = pd.crosstab(codes["passage"], codes["code"]), "statements"
    fig = Figure(figsize=(8.4, 0.46 * len(counts) + 1.7))
    ax = fig.add_subplot()
    left = pd.Series(0, index=counts.index)
    for (face, hatch, ink), column in zip(_FILLS * (1 + len(counts.columns) // len(_FILLS)), counts.columns):
        ax.barh(
            range(len(counts)),
            counts[column],
            left=left,
            color=face,
            hatch=hatch,
            edgecolor="#555555",
            height=0.7,
            label=str(column),
        )
        for y, (start, value) in enumerate(zip(left, counts[column])):
            if value:
                box = {"facecolor": face, "edgecolor": "none", "pad": 1} if hatch else None
                ax.text(start + value / 2, y, f"{value}", ha="center", va="center", color=ink, fontsize=10, bbox=box)
        left = left + counts[column]
    ax.set_yticks(range(len(counts)), [str(name) for name in counts.index])
    ax.invert_yaxis()
    ax.set_xlabel(title)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    fig.legend(loc="outside lower left", ncols=2, handlelength=1.6)
    words = [
        f"{name}: " + ", ".join(f"{value} {column}" for column, value in row.items() if value)
        for name, row in counts.iterrows()
    ]
    return Picture(fig, f"Bar chart, {title} by passage. {'. '.join(words)}.", counts)


def _item_fates() -> pd.DataFrame:
    cells, frame = tables.cells(), tables.frame()
    trial = cells[cells["about"] == "trial"]
    abstract = trial[(trial["source"] == "painscience") & (trial["passage"] == "abstract")].set_index("item")
    fates = ("same figure", "another figure", "told in words or another unit", "not told of this trial")
    rows = {}
    for key, name in _names().items():
        if key == ("painscience", "abstract"):
            continue
        passage = trial[(trial["source"] == key[0]) & (trial["passage"] == key[1])].set_index("item")
        count = dict.fromkeys(fates, 0)
        for item in abstract.index:
            if item not in passage.index:
                count["not told of this trial"] += 1
            elif frame.loc[item, "type"] != "number" or passage.loc[item, "unit"] != abstract.loc[item, "unit"]:
                count["told in words or another unit"] += 1
            else:
                count[
                    "same figure" if passage.loc[item, "value"] == abstract.loc[item, "value"] else "another figure"
                ] += 1
        rows[name] = count
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(fates)).rename_axis("passage")
