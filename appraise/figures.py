"""The course's pictures: one house style, and an alternative text made from the data that the picture shows.

Every picture is a `Picture`. A notebook shows it as an image with that text and, folded, the data as a table; where
there are no images, the text and the table stand alone. Figures are made without pyplot: none stays open, nothing of a
learner's own plots changes. `use_style` gives a learner's plots the same style, `picture` gives them an `alt`.
"""

from __future__ import annotations

import base64
import html
import io
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, cast

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, FancyBboxPatch, Patch, Polygon, Rectangle

from appraise import records

STYLE = Path(__file__).resolve().parent.parent / "assets" / "appraise.mplstyle"
DPI = 160

# Okabe & Ito's palette; the two arms also differ by marker, dash and hatch
MAGNESIUM, CONTROL, GREEN, PINK, SKY, AMBER = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"
INK, QUIET, PALE = "#222222", "#595959", "#F2F2F2"
BROKEN = (0, (4, 3))

_P = ParamSpec("_P")


class Picture:
    """A picture with its words: `fig` and `axes` (matplotlib), `alt` (what it shows) and `table` (its data, or None).

    >>> timeline().alt.startswith("Time line")
    True
    """

    def __init__(self, fig: Figure, alt: str, table: pd.DataFrame | None = None) -> None:
        self.fig, self.alt, self.table = fig, " ".join(alt.split()), table

    @property
    def axes(self) -> list[Axes]:
        """All axes of the figure."""
        return self.fig.axes

    @property
    def ax(self) -> Axes:
        """The first axes of the figure."""
        return self.fig.axes[0]

    def png(self) -> bytes:
        """The image, opaque, at 160 dots an inch."""
        drawn = io.BytesIO()
        with mpl.rc_context(fname=STYLE):
            self.fig.savefig(drawn, format="png", dpi=DPI, facecolor="white")
        return drawn.getvalue()

    def save(self, file: Path | str) -> None:
        """Write the image to a file."""
        Path(file).write_bytes(self.png())

    def img(self) -> str:
        """The image as one HTML element, with its alternative text."""
        width = round(self.fig.get_figwidth() * 96)
        data = base64.b64encode(self.png()).decode("ascii")
        return (
            f'<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{data}" width="{width}" '
            'style="max-width: 100%; height: auto; background: white">'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        shown = self.img()
        if self.table is not None:
            shown += f"<details><summary>The picture’s data as a table</summary>{_html_table(self.table)}</details>"
        return {"text/html": f'<div class="appraise-picture">{shown}</div>', "text/plain": repr(self)}

    def __repr__(self) -> str:
        words = textwrap.fill(self.alt, 100, break_on_hyphens=False)
        return words if self.table is None else f"{words}\n\n{self.table.to_string()}"


def _html_table(table: pd.DataFrame) -> str:
    """A table whose row and column headers say what they head."""
    shown = table.to_html(border=0, justify="left").replace("<th>", '<th scope="col">')
    head, body = shown.split("<tbody>", 1)
    return head + "<tbody>" + body.replace('scope="col"', 'scope="row"')


def use_style() -> None:
    """Give the plots that follow in this notebook the house style."""
    mpl.rc_file(STYLE)


def picture(ax: Axes, alt: str, table: pd.DataFrame | None = None) -> Picture:
    """A plot of your own as a picture with words; pyplot forgets the figure, so that it is shown once.

    Raises ValueError where `alt` is empty: a picture without words is lost on some readers.
    """
    if not alt.strip():
        raise ValueError("expected `alt`: say in words what the picture shows")
    fig = cast(Figure, ax.get_figure(root=True))
    if fig.number if hasattr(fig, "number") else 0:
        from matplotlib import pyplot as plt

        plt.close(fig)
    return Picture(fig, alt, table)


def styled(draw: Callable[_P, Picture]) -> Callable[_P, Picture]:
    """Decorate a function that draws a picture: it draws in the house style, whatever style is set outside."""

    @wraps(draw)
    def drawn(*args: _P.args, **kwargs: _P.kwargs) -> Picture:
        with mpl.rc_context(fname=STYLE):
            return draw(*args, **kwargs)

    return drawn


# ── words and small parts ───────────────────────────────────────────────────────────────────────────────────────────


def _and(parts: Iterable[str], word: str = "and") -> str:
    parts = list(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def _some(names: Sequence[str], none: str = "none") -> str:
    return _and(names) if names else none


def _name(source: str, passage: str) -> str:
    """A passage's name, as in the lessons."""
    return f"{source} {passage}"


def _names() -> dict[tuple[str, str], str]:
    return {(s.id, p.id): _name(s.id, p.id) for s, p in records.load().passages()}


def _wrap(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width)) or text


def _bare(ax: Axes) -> None:
    ax.set_axis_off()


def _box(ax: Axes, x: float, y: float, w: float, h: float, text: str, **style: Any) -> None:
    """A box with a text, centred at x, y (data units)."""
    shape = style.pop("shape", "box")
    weight, size = style.pop("weight", "normal"), style.pop("size", 10.5)
    style = dict[str, Any]({"facecolor": "white", "edgecolor": INK, "linewidth": 1.2, "zorder": 3} | style)
    patch: Patch
    if shape == "ellipse":
        patch = Ellipse((x, y), w, h, **style)
    elif shape == "round":
        patch = FancyBboxPatch((x - w / 2, y - h / 2), w, h, boxstyle="round,pad=0,rounding_size=0.18", **style)
    else:
        patch = Rectangle((x - w / 2, y - h / 2), w, h, **style)
    ax.add_patch(patch)
    ax.text(x, y, text, ha="center", va="center", fontsize=size, weight=weight, zorder=4, linespacing=1.15)


def _edge(ax: Axes, start: tuple[float, float], end: tuple[float, float], **style: Any) -> None:
    """An arrow from start to end that leaves and arrives level."""
    arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 13}
    ax.annotate("", end, start, arrowprops=arrow | {"connectionstyle": "arc3,rad=0"} | style, zorder=2)


# ── 01: from patients to passages ───────────────────────────────────────────────────────────────────────────────────


@styled
def chain(missing: str | None = None, mended: str | None = None) -> Picture:
    """The way from the patients to every passage, as the passages show it.

    Boxes are documents and passages; an arrow leads from a document to what was made from it. A broken line marks what
    is not known. `missing` names a passage (as on the picture, for instance "magx12 post") whose arrow is left open;
    `mended` is the id of the document (see `appraise.documents()`) from which a reader draws it again.

    Raises ValueError where `missing` is no passage that has an arrow, or `mended` no document.
    """
    seeds = records.load()
    rows = [(_name(s.id, p.id), p) for s, p in seeds.passages()]
    rows.sort(key=lambda row: (not row[1].path, len(row[1].path)))  # straight from the report, by a review, no path
    report = next(d for d in seeds.documents.values() if d.kind == "trial report")
    reviews = [d for d in seeds.documents.values() if d.kind == "review"]
    told = {name: p for name, p in rows if p.path}
    if missing is not None and missing not in told:
        raise ValueError(f"expected `missing` to be one of {', '.join(told)}; found {missing!r}")
    if mended is not None and mended not in seeds.documents:
        raise ValueError(f"expected `mended` to be one of {', '.join(seeds.documents)}; found {mended!r}")

    step = 0.78
    height = step * len(rows)
    fig = Figure(figsize=(8.4, 0.62 * height + 1.3))
    ax = fig.add_subplot()
    _bare(ax)
    ax.set_xlim(0, 10.2)
    ax.set_ylim(-0.45, height + 0.75)
    straight = step * sum(len(p.path) == 1 for _, p in rows)  # the reviews stand below these arrows
    level, room = height - straight / 2, height - straight
    at: dict[str, tuple[float, float]] = {report.id: (3.15, level)}
    for n, review in enumerate(reviews):
        at[review.id] = (5.6, room - (n + 0.5) * room / len(reviews))
    ends = {name: (7.25, height - (n + 0.5) * step) for n, (name, _) in enumerate(rows)}

    for x, word in ((1.0, "patients"), (3.15, "trial report"), (5.6, "reviews"), (8.7, "passages")):
        ax.text(x, height + 0.45, word, ha="center", va="center", fontsize=11, color=QUIET, style="italic")
    n_total = _value("n-total")
    patients = f"{n_total:g} patients" if n_total else "patients"
    _box(ax, 1.0, level, 1.75, 1.0, f"{patients}\nin the trial", shape="ellipse")
    x, y = at[report.id]
    first, *rest = [author.split()[0] for author in report.authors.split(",")]
    authors = f"{first} and\n{rest[0] if len(rest) == 1 else 'others'}" if rest else f"{first}\n"
    _box(ax, x, y, 1.75, 1.0, f"{authors}, {report.year}", weight="bold", facecolor=PALE)
    _edge(ax, (1.875, y), (x - 0.875, y))
    for n, review in enumerate(reviews):
        rx, ry = at[review.id]
        _box(ax, rx, ry, 1.5, 0.72, _wrap(_short(review), 14), facecolor=PALE, size=10)
        known = review.includes_trial == "yes"
        if review.includes_trial != "no":  # down from the report, each on its own line, then across
            down = x + 0.65 - 1.3 * n / max(1, len(reviews) - 1)
            elbow = "angle,angleA=-90,angleB=180,rad=6"
            _edge(ax, (down, y - 0.5), (rx - 0.75, ry), linestyle="-" if known else BROKEN, connectionstyle=elbow)
        if not known:
            white = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
            ax.text(rx - 1.15, ry, "?", ha="center", va="center", fontsize=12, bbox=white, zorder=4)
    shown: dict[str, str] = {}
    for name, passage in rows:
        ex, ey = ends[name]
        reprint = " (reprint)" if passage.reprints else ""
        style: dict[str, Any] = {} if passage.path else {"linestyle": BROKEN, "edgecolor": QUIET}
        _box(ax, ex + 1.45, ey, 2.85, 0.56, name + reprint, shape="round", size=10.5, **style)
        last = passage.path[0] if passage.path else None
        if name == missing:
            last = mended
            if mended is None:
                ax.text(ex - 0.22, ey, "?", ha="center", va="center", fontsize=14, weight="bold", color=CONTROL)
        if last is None:
            shown[name] = "left open" if name == missing else records.NO_PATH
            continue
        dx = 0.875 if last == report.id else 0.75
        style = {"color": MAGNESIUM, "linewidth": 2.6} if name == missing else {}
        _edge(ax, (at[last][0] + dx, at[last][1]), (ex, ey), **style)
        shown[name] = f"made from {_short(seeds.documents[last])}"
    named = {name: [r for r in reviews if r.id not in p.path and _names_it(p, r)] for name, p in rows}
    for name, others in named.items():
        for review in others:
            _edge(
                ax, (at[review.id][0] + 0.75, at[review.id][1]), ends[name], linestyle=BROKEN, color=QUIET, linewidth=1
            )
    ax.text(
        0.05,
        -0.3,
        "Broken line: named, or no path shown; whether this trial lies on the way is not known.",
        fontsize=10,
        color=QUIET,
    )

    groups: dict[str, list[str]] = {}
    for name, way in shown.items():
        groups.setdefault(way, []).append(name)
    sentences = [f"{_and(names)}: {way}." for way, names in groups.items()]
    through = [_short(r) for r in reviews if r.includes_trial == "yes"]
    unknown = [_short(r) for r in reviews if r.includes_trial == "not known"]
    alt = (
        f"Diagram: arrows from {patients} to the trial report ({_short(report)}), "
        f"from the report to {_some(through)}, and to the passages. "
        + (f"Whether {_and(unknown, 'or')} rests on this trial is not known. " if unknown else "")
        + " ".join(sentences)
        + "".join(f" {name} names {_and([_short(r) for r in others])}." for name, others in named.items() if others)
    )
    table = pd.DataFrame({"passage": list(shown), "way": list(shown.values())}).set_index("passage")
    return Picture(fig, alt, table)


def _short(document: records.Document) -> str:
    """A document's name on a picture: first author or first words of the title, and the year."""
    first = document.authors.split(",")[0].split()[0] if document.authors[0].isupper() else ""
    if first and document.kind == "review":
        return f"{first} {document.year}"
    if document.kind == "trial report":
        return f"{first} {document.year}"
    return f"{document.id.removesuffix(f'-{document.year}').replace('-', ' ')} {document.year}"


def _names_it(passage: records.Passage, document: records.Document) -> bool:
    """Does the passage print the document's title or DOI where it says through what it reaches the study?"""
    cell = passage.items.get("intermediate-source")
    printed = " ".join(cell.printed).lower() if cell else ""
    return any(mark.lower() in printed for mark in (document.doi, document.title) if mark)


def _value(item: str, source: str = "painscience", passage: str = "abstract") -> float | None:
    """A passage's number on an item, or None where it reports none."""
    cells = records.cells()
    found = cells[(cells["item"] == item) & (cells["source"] == source) & (cells["passage"] == passage)]
    return float(found["value"].iloc[0]) if len(found) else None


# ── 02 and 03: who says what ────────────────────────────────────────────────────────────────────────────────────────


@styled
def completeness(items: str | Sequence[str] = "pico", sources: Sequence[str] | None = None) -> Picture:
    """Which passage says what: items in rows, passages in columns; in the cells the value where it is short.

    `items` is "pico", "tidier" or ids of the coding frame; `sources` limits the columns. A cell is "said" (dark, the
    value or ✓), "said of something else" (hatched, ✱: not of this trial) or "not reported" (white, –).
    Raises ValueError for an item that the frame does not have.
    """
    frame, cells = records.frame(), records.cells()
    chosen = _items(items, frame)
    names = {k: v for k, v in _names().items() if sources is None or k[0] in sources}
    held = {(r.source, r.passage, r.item): r for r in cells.itertuples()}
    shown = pd.DataFrame(records.NOT_REPORTED, index=pd.Index(chosen, name="item"), columns=list(names.values()))

    fig = Figure(figsize=(9.2, 0.36 * len(chosen) + 2.1))
    ax = fig.add_subplot()
    counts = dict.fromkeys(names.values(), 0)
    for row, item in enumerate(chosen):
        for column, (key, name) in enumerate(names.items()):
            cell: Any = held.get((*key, item))
            face, hatch, mark, ink = "white", None, "–", QUIET
            if cell is not None:
                ours = cell.about == "trial" or frame.loc[item, "subject"] != "trial"
                face, hatch, ink = ("#0B4F7D", None, "white") if ours else ("#FBE3C0", "////", INK)
                mark = (str(cell.printed) if len(str(cell.printed)) <= 7 else "✓") if ours else "✱"
                shown.loc[item, name] = str(cell.printed) if ours else f"{cell.printed} (of {cell.about})"
                counts[name] += bool(ours)
            ax.add_patch(
                Rectangle((column, row), 1, 1, facecolor=face, hatch=hatch, edgecolor="#BBBBBB", linewidth=0.8)
            )
            box = {"facecolor": face, "edgecolor": "none", "pad": 1.2} if hatch else None
            ax.text(column + 0.5, row + 0.5, mark, ha="center", va="center", color=ink, fontsize=10, bbox=box)
    ax.set_xlim(0, len(names))
    ax.set_ylim(len(chosen), 0)
    ax.set_xticks([n + 0.5 for n in range(len(names))], list(names.values()))
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    labels, starts = _labels(chosen, items, frame)
    ax.set_yticks([n + 0.5 for n in range(len(chosen))], labels)
    for start in starts[1:]:
        ax.axhline(start, color=INK, linewidth=1.4)
    for label in ax.get_xticklabels():
        label.set(rotation=40, ha="left", rotation_mode="anchor")
    for spine in ax.spines.values():
        spine.set_visible(False)
    fig.legend(
        handles=[
            Patch(facecolor="#0B4F7D", edgecolor="#BBBBBB", label="said: the value, or ✓ where it is long"),
            Patch(facecolor="#FBE3C0", edgecolor="#BBBBBB", hatch="////", label="✱ said, but not of this trial"),
            Patch(facecolor="white", edgecolor="#BBBBBB", label="– not reported"),
        ],
        loc="outside lower left",
        ncols=3,
        handlelength=1.4,
        columnspacing=1.2,
        fontsize=10,
    )
    said = [f"{name} {n}" for name, n in counts.items()]
    size = f"{len(chosen)} items in rows, {len(names)} passages in columns"
    alt = f"Table with shades: {size}. Items said of this trial: {_and(said)}."
    return Picture(fig, alt, shown)


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


# ── 03: six weeks, six months ───────────────────────────────────────────────────────────────────────────────────────

WEEKS_A_MONTH = 365.25 / 12 / 7


@styled
def timeline() -> Picture:
    """Treatment and follow-up on one line, in weeks, by the abstract; what is not stated is left open."""
    infusion, oral, control, months = (
        float(_value(item) or 0) for item in ("iv-duration", "oral-duration", "control-duration", "follow-up")
    )
    end, follow = infusion + oral, months * WEEKS_A_MONTH
    fig = Figure(figsize=(8.4, 3.6))
    ax = fig.add_subplot()
    bars = (
        (1, 0.0, infusion, MAGNESIUM, "", "infusion, then capsules"),
        (1, infusion, oral, SKY, "////", ""),
        (0, 0.0, control, "#DDDDDD", "....", "placebo"),
    )
    for row, start, length, colour, hatch, word in bars:
        ax.barh(row, length, left=start, height=0.5, color=colour, hatch=hatch, edgecolor=INK)
        ax.text(start, row + 0.33, word, va="bottom", fontsize=10)
    for row in (0, 1):  # nothing is known of this stretch
        ax.plot([max(end, control), end + follow], [row, row], color=QUIET, linestyle=(0, (2, 3)), marker="")
    ax.text((end + follow) / 2 - 1, 0.5, "what was given after this: not stated", ha="center", va="center", color=QUIET)
    ax.axvspan(
        follow, end + follow, ymin=0.04, ymax=0.62, facecolor="#FBE3C0", hatch="\\\\", edgecolor=AMBER, alpha=0.9
    )
    ax.text(
        follow + end / 2,
        1.5,
        f"“{months:g} months”, counted\nfrom the start or from\nthe end of treatment?",
        ha="center",
        va="bottom",
        fontsize=10,
    )
    ax.plot([0], [-0.55], marker="^", color=INK, clip_on=False)
    ax.text(0.4, -0.55, "measured before treatment", va="center", fontsize=10)
    ax.plot([follow, end + follow], [-0.55, -0.55], marker="^", color=INK, markerfacecolor="white", clip_on=False)
    ax.text(follow - 0.6, -0.55, "measured here, or here", va="center", ha="right", fontsize=10)
    ax.set_yticks([0, 1], ["control arm", "magnesium arm"])
    ax.set_ylim(-0.85, 2.25)
    ax.set_xlim(-0.5, end + follow + 4)
    ax.set_xticks([0, infusion, end, round(follow), round(end + follow)])
    ax.set_xlabel("weeks from the start of treatment")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    alt = (
        f"Time line in weeks. Magnesium arm: infusion for {infusion:g} weeks, then capsules for {oral:g}. Control arm: "
        f"placebo for {control:g} weeks. A result is given for {months:g} months: week {follow:.0f} if counted "
        f"from the start, week {end + follow:.0f} if counted from the end of treatment; which is not stated. What was "
        f"given after week {end:g} is not stated."
    )
    table = pd.DataFrame(
        [
            ["magnesium", "infusion", 0, infusion],
            ["magnesium", "capsules", infusion, end],
            ["control", "placebo", 0, control],
            ["both", f"{months:g}-month result, if counted from the start", round(follow), round(follow)],
            ["both", f"{months:g}-month result, if counted from the end", round(end + follow), round(end + follow)],
        ],
        columns=["arm", "what", "from week", "to week"],
    ).set_index("arm")
    return Picture(fig, alt, table)


# ── 04: where the numbers survived ──────────────────────────────────────────────────────────────────────────────────


@styled
def survivors(reference: tuple[str, str] = ("painscience", "abstract")) -> Picture:
    """Each outcome number of the reference passage, and where it stands in every other passage.

    One vertical line a passage; a number that survived sits on it (same figure, or a changed one in a square).
    """
    table = records.numbers()
    first = table[(table["source"] == reference[0]) & (table["passage"] == reference[1])].reset_index(drop=True)
    names = _names()
    names = {reference: names[reference]} | names
    held = {(r.source, r.passage, r.item): str(r.printed) for r in table.itertuples()}
    shown = pd.DataFrame(
        {name: [held.get((*key, item), "not printed") for item in first["item"]] for key, name in names.items()},
        index=pd.Index([_number_label(row) for row in first.itertuples()], name="number"),
    )
    fig = Figure(figsize=(8.4, 0.29 * len(first) + 1.9))
    ax = fig.add_subplot()
    kept, changed = dict.fromkeys(shown.columns, 0), dict.fromkeys(shown.columns, 0)
    for column, name in enumerate(shown.columns):
        ax.plot(
            [column, column], [-0.6, len(first) - 0.4], color="#CCCCCC", linewidth=1, linestyle="-", marker="", zorder=1
        )
        for row, printed in enumerate(shown[name]):
            original = shown.iloc[row, 0]
            if printed == "not printed":
                continue
            same = float(printed) == float(str(original))
            kept[name] += same
            changed[name] += not same
            style = {"facecolor": "white", "edgecolor": MAGNESIUM if same else CONTROL}
            box = {"boxstyle": "round,pad=0.18" if same else "square,pad=0.22", "linewidth": 1 if same else 2.4} | style
            ax.text(
                column,
                row,
                printed,
                ha="center",
                va="center",
                fontsize=10,
                bbox=box,
                weight="normal" if same else "bold",
            )
    outcomes = list(first["outcome"])
    for row in range(1, len(first)):
        if outcomes[row] != outcomes[row - 1]:
            ax.axhline(row - 0.5, color="#888888", linewidth=0.8)
    ax.set_yticks(range(len(first)), shown.index)
    ax.set_ylim(len(first) - 0.4, -0.6)
    ax.set_xlim(-0.6, len(names) - 0.4)
    ax.set_xticks(range(len(names)), list(shown.columns))
    ax.xaxis.tick_top()
    for label in ax.get_xticklabels():
        label.set(rotation=40, ha="left", rotation_mode="anchor")
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    fig.legend(
        handles=[
            Patch(facecolor="white", edgecolor=MAGNESIUM, label="same figure"),
            Patch(facecolor="white", edgecolor=CONTROL, linewidth=2.4, label="another figure (bold, square)"),
            Line2D([], [], color="#CCCCCC", linewidth=1, linestyle="-", marker="", label="bare line: not printed"),
        ],
        loc="outside lower left",
        ncols=3,
    )
    said = [
        f"{name} {kept[name]} of {len(first)}" + (f" and {changed[name]} changed" if changed[name] else "")
        for name in list(shown.columns)[1:]
    ]
    what = f"the {len(first)} outcome numbers of {names[reference]} and where they survive"
    alt = f"Chart: {what}. Same figure: {_and(said)}."
    return Picture(fig, alt, shown)


def _number_label(row: Any) -> str:
    when = {"baseline": "before"}.get(row.time_point, row.time_point)
    return f"{row.outcome}, p" if row.statistic == "p" else f"{row.outcome}, {when}, {_statistic(row.statistic)}"


def _statistic(name: str) -> str:
    return {"sd": "SD"}.get(name, name)


@styled
def before_after() -> Picture:
    """The magnesium arm before and at six months, four outcomes, mean and SD; the control arm as far as it is told."""
    table = records.numbers()
    table = table[(table["source"] == "painscience") & (table["passage"] == "abstract")]
    outcomes = list(dict.fromkeys(table["outcome"]))
    fig = Figure(figsize=(8.4, 4.1))
    rows, words = [], []
    for n, outcome in enumerate(outcomes):
        ax = fig.add_subplot(1, len(outcomes), n + 1)
        part = table[(table["outcome"] == outcome) & (table["arm"] == "magnesium")]
        pivot = part.pivot_table(index="time_point", columns="statistic", values="value", sort=False)
        pivot = pivot[pivot["mean"].notna()]
        means, sds = list(pivot["mean"]), list(pivot["sd"])
        ax.errorbar([0, 1], means, yerr=sds, color=MAGNESIUM, marker="o", linestyle="-", capsize=4, elinewidth=1.2)
        top = max(m + s for m, s in zip(means, sds))
        for x, mean in enumerate(means):
            side: dict[str, Any] = {"xytext": (8, 3), "ha": "left"} if x else {"xytext": (-8, 3), "ha": "right"}
            ax.annotate(f"{mean:g}", (x, mean), textcoords="offset points", fontsize=10.5, **side)
        ax.set_ylim(0, top * 1.22)
        ax.set_xlim(-0.85, 1.85)
        ax.set_xticks([0, 1], ["before", "6\nmonths"])
        unit = next((u for u in part["unit"] if u), "")
        ax.set_title(outcome, fontsize=11)
        ax.set_ylabel(unit)
        ax.text(
            0.5,
            0.04,
            "control arm:\nnot in the abstract",
            transform=ax.transAxes,
            ha="center",
            fontsize=10,
            color=QUIET,
        )
        words.append(f"{outcome} from {means[0]:g} (SD {sds[0]:g}) to {means[1]:g} (SD {sds[1]:g}) {unit}".strip())
        rows.append([outcome, unit, means[0], sds[0], means[1], sds[1], records.NOT_REPORTED])
    bar = Line2D([], [], color=MAGNESIUM, marker="o", linestyle="-", label="mean; the bar reaches one SD to each side")
    fig.legend(handles=[bar], loc="outside lower left")
    alt = (
        f"Four small charts, magnesium arm, before and at 6 months: {'; '.join(words)}. "
        "The control arm has no figures in the abstract."
    )
    columns = ["outcome", "unit", "mean before", "SD before", "mean at 6 months", "SD at 6 months", "control arm"]
    return Picture(fig, alt, pd.DataFrame(rows, columns=columns).set_index("outcome"))


# ── 07: traffic lights ──────────────────────────────────────────────────────────────────────────────────────────────

LIGHTS = {  # the sign says what the colour says
    "Low": ("#009E73", "+", "white"),
    "Some concerns": ("#F0E442", "–", INK),
    "High": ("#A11D1D", "×", "white"),
    "not judged": ("white", "?", QUIET),
}


@styled
def traffic_lights(assessments: Mapping[str, Mapping[str, str | None]], label: str = "") -> Picture:
    """Judgements by RoB 2, one row an assessment, one column a domain; a sign stands beside every colour.

    `assessments` maps a name to {"D1": "Low", …, "Overall": "High"}; a domain that is None or missing is shown as not
    judged. `label` is written to every judgement of the legend: use "on this text" where only a text was judged.
    Raises ValueError for a judgement that RoB 2 does not have.
    """
    if not assessments:
        raise ValueError("expected at least one assessment")
    columns = list(dict.fromkeys(d for row in assessments.values() for d in row))
    shown = pd.DataFrame("not judged", index=pd.Index(list(assessments), name="assessed"), columns=columns)
    for name, row in assessments.items():
        for domain, judgement in row.items():
            if judgement is not None and judgement not in LIGHTS:
                raise ValueError(f"{name}, {domain}: expected Low, Some concerns or High; found {judgement!r}")
            shown.loc[name, domain] = judgement or "not judged"
    fig = Figure(figsize=(max(5.0, 1.0 + 0.95 * len(columns) + 2.2), 0.62 * len(shown) + 1.5))
    ax = fig.add_subplot()
    for y, name in enumerate(shown.index):
        for x, domain in enumerate(columns):
            colour, sign, ink = LIGHTS[str(shown.loc[name, domain])]
            ax.plot(x, y, marker="o", markersize=25, color=colour, markeredgecolor=INK, linestyle="")
            ax.text(x, y, sign, ha="center", va="center_baseline", fontsize=17, weight="bold", color=ink)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(shown)), [_wrap(str(name), 26) for name in shown.index])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_xlim(-0.6, len(columns) - 0.4)
    ax.set_ylim(len(shown) - 0.5, -0.5)
    for spine in ax.spines.values():
        spine.set_visible(False)
    used = [j for j in LIGHTS if j != "not judged" or (shown == j).any(axis=None)]
    handles = [
        Line2D(
            [],
            [],
            marker="o",
            markersize=13,
            color=LIGHTS[j][0],
            markeredgecolor=INK,
            linestyle="",
            label=f"{LIGHTS[j][1]}  {j} {label if j != 'not judged' else ''}".rstrip(),
        )
        for j in used
    ]
    fig.legend(handles=handles, loc="outside lower left", ncols=2)
    words = [f"{name}: " + ", ".join(f"{d} {shown.loc[name, d]}" for d in columns) for name in shown.index]
    alt = f"Traffic lights, risk of bias{f' {label}' if label else ''}. {'. '.join(words)}."
    return Picture(fig, alt, shown)


# ── 08: p against the correlation ───────────────────────────────────────────────────────────────────────────────────


@styled
def p_against_r(outcome: str = "pain") -> Picture:
    """The p value that a paired t-test gives for the printed means and SDs, for every correlation, and the printed p.

    Under four assumptions, printed below the plot. Raises ValueError for an outcome that the abstract does not print.
    """
    from appraise.consistency import t_paired

    table = records.numbers()
    table = table[(table["source"] == "painscience") & (table["passage"] == "abstract") & (table["arm"] == "magnesium")]
    if outcome not in set(table["outcome"]):
        raise ValueError(f"expected one of {', '.join(dict.fromkeys(table['outcome']))}; found {outcome!r}")
    part = table[table["outcome"] == outcome]
    printed = {(r.time_point, r.statistic): str(r.printed) for r in part.itertuples() if r.statistic != "p"}
    stated = float(part.loc[part["statistic"] == "p", "value"].iloc[0])
    n = int(_value("n-magnesium") or 0)
    grid = [round(-0.99 + 0.01 * k, 2) for k in range(199)]
    mean1, sd1, mean2, sd2 = (printed[t, s] for t in ("baseline", "6 months") for s in ("mean", "sd"))
    values = [t_paired(mean1, sd1, mean2, sd2, n, r).pvalue for r in grid]

    fig = Figure(figsize=(8.4, 5.0))
    ax = fig.add_subplot()
    ax.semilogy(grid, values, color=MAGNESIUM, marker="", linestyle="-", label="recomputed, by correlation")
    ax.axhline(stated, color=CONTROL, linestyle="--", linewidth=2, label=f"printed: p = {stated:g}")
    ax.set_xlim(-1, 1)
    ax.set_ylim(min(values) / 10, 1)
    ax.set_xlabel("correlation of before and after")
    ax.set_ylabel("p")
    ax.grid(True, axis="y")
    ax.legend(loc="lower left")
    ax.set_title(f"{outcome}: {mean1} ({sd1}) and {mean2} ({sd2})")
    fig.supxlabel(
        f"For one reading of the sentence, one test and one n: the comparison is within the magnesium arm,\n"
        f"the test is a t-test, all {n} are analysed, and the figures are as printed. Other readings are open.",
        fontsize=10,
        color=QUIET,
        x=0.01,
        ha="left",
    )
    largest = max(values)
    alt = (
        f"Line chart, logarithmic: p of a paired t-test on {outcome}, {mean1} ({sd1}) and {mean2} ({sd2}), n = {n}, "
        f"against the correlation. The largest p is {largest:.2g}, at correlation {grid[values.index(largest)]:g}. "
        f"The printed p, {stated:g}, is a level line {'above' if stated > largest else 'across'} it. This holds for a "
        "comparison within the arm, a t-test, all analysed and figures as printed."
    )
    few = [-0.99, -0.5, 0.0, 0.5, 0.9]
    rows = pd.DataFrame(
        {"p recomputed": [f"{values[grid.index(r)]:.2g}" for r in few], "p printed": [f"{stated:g}"] * len(few)},
        index=pd.Index(few, name="correlation"),
    )
    return Picture(fig, alt, rows)


# ── 09: distance from the abstract ──────────────────────────────────────────────────────────────────────────────────


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
    fills = [
        ("#0B4F7D", "", "white"),
        (SKY, "", INK),
        ("#FBE3C0", "////", INK),
        ("white", "", QUIET),
        (PALE, "....", INK),
        (PINK, "xx", INK),
    ]
    fig = Figure(figsize=(8.4, 0.46 * len(counts) + 1.7))
    ax = fig.add_subplot()
    left = pd.Series(0, index=counts.index)
    for (face, hatch, ink), column in zip(fills * (1 + len(counts.columns) // len(fills)), counts.columns):
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
    cells, frame = records.cells(), records.frame()
    trial = cells[cells["about"] == "trial"]
    ours = trial[(trial["source"] == "painscience") & (trial["passage"] == "abstract")].set_index("item")
    fates = ("same figure", "another figure", "told in words or another unit", "not told of this trial")
    rows = {}
    for key, name in _names().items():
        if key == ("painscience", "abstract"):
            continue
        theirs = trial[(trial["source"] == key[0]) & (trial["passage"] == key[1])].set_index("item")
        count = dict.fromkeys(fates, 0)
        for item in ours.index:
            if item not in theirs.index:
                count["not told of this trial"] += 1
            elif frame.loc[item, "type"] != "number" or theirs.loc[item, "unit"] != ours.loc[item, "unit"]:
                count["told in words or another unit"] += 1
            else:
                count["same figure" if theirs.loc[item, "value"] == ours.loc[item, "value"] else "another figure"] += 1
        rows[name] = count
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(fates)).rename_axis("passage")


# ── 11: a forest plot ───────────────────────────────────────────────────────────────────────────────────────────────


@styled
def forest(
    trials: pd.DataFrame,
    favours: tuple[str, str] = ("favours treatment", "favours control"),
    measure: str = "difference of means",
    title: str = "Invented trials",
) -> Picture:
    """A forest plot of invented trials: estimate and 95 % interval, one row a trial, a diamond where they are pooled.

    `trials` has columns `trial`, `estimate`, `low`, `high`, and may have `n` (participants: size of the square) and
    `pooled` (True for the diamond). Raises ValueError where a column is missing or an interval misses its estimate.
    """
    if missing := {"trial", "estimate", "low", "high"} - set(trials.columns):
        raise ValueError(f"expected columns trial, estimate, low and high; missing: {', '.join(sorted(missing))}")
    rows = [{k: v for k, v in row.items() if pd.notna(v)} for row in trials.to_dict("records")]
    for row in rows:
        if not row["low"] <= row["estimate"] <= row["high"]:
            raise ValueError(f"{row['trial']}: expected low ≤ estimate ≤ high")
    biggest = max((row.get("n") or 1) for row in rows)
    fig = Figure(figsize=(8.4, 0.46 * len(rows) + 1.9))
    ax = fig.add_subplot()
    for y, row in enumerate(rows):
        if row.get("pooled"):
            points = [(row["low"], y), (row["estimate"], y - 0.28), (row["high"], y), (row["estimate"], y + 0.28)]
            ax.add_patch(Polygon(points, facecolor="white", edgecolor=INK, linewidth=1.8, zorder=3))
        else:
            ax.plot(
                [row["low"], row["high"]], [y, y], color=INK, linewidth=1.6, linestyle="-", marker="|", markersize=9
            )
            size = 6 + 7 * ((row.get("n") or 1) / biggest) ** 0.5
            ax.plot(row["estimate"], y, marker="s", markersize=size, color=MAGNESIUM, linestyle="")
        text = f"{row['estimate']:g} ({row['low']:g} to {row['high']:g})".replace("-", "−")
        ax.text(1.02, y, text, transform=ax.get_yaxis_transform(), va="center", fontsize=10.5)
    ax.axvline(0, color=QUIET, linewidth=1.2, linestyle="--")
    ax.set_ylim(len(rows) - 0.4, -0.7)
    ax.set_yticks(
        range(len(rows)), [f"{row['trial']} (n = {row['n']:g})" if row.get("n") else str(row["trial"]) for row in rows]
    )
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"← {favours[0]}   ·   {measure}, 95 % interval   ·   {favours[1]} →")
    ax.set_title(title)
    words = [f"{row['trial']} {row['estimate']:g} ({row['low']:g} to {row['high']:g})" for row in rows]
    alt = f"Forest plot, {title.lower()}, {measure} with 95 % interval; below 0 {favours[0]}. {'; '.join(words)}."
    return Picture(fig, alt, trials.set_index("trial"))


# ── 06: one mean, many stories ──────────────────────────────────────────────────────────────────────────────────────

# three invented groups of forty with one mean change: change in points to number of people
_GROUPS = {
    "everybody a little": {-3: 32, -2: 8},
    "most of them, more": {-4: 28, 0: 12},
    "a few, very much": {-8: 14, 0: 26},
}


@styled
def one_mean() -> Picture:
    """Three invented groups of forty with the same mean change and different shares that reach a mark for a person.

    The mark is the smallest important change of Ostelo 2008, from `outside()`; one dot is one person.

    >>> shown = one_mean().table
    >>> set(shown["mean change"]), list(shown["reach the mark"])
    ({-2.8}, [40, 28, 14])
    """
    mark = cast(float, records.outside().loc["mic-points", "value"])
    fig = Figure(figsize=(8.4, 3.6))
    first: Axes | None = None
    rows, words = [], []
    for k, (name, people) in enumerate(_GROUPS.items()):
        n = sum(people.values())
        mean = sum(change * count for change, count in people.items()) / n
        reached = sum(count for change, count in people.items() if change <= -mark)
        ax = fig.add_subplot(1, len(_GROUPS), k + 1, sharey=first)
        first = first or ax
        for change, count in people.items():
            better = change <= -mark
            ax.plot(
                [change + 0.34 * (i % 2) - 0.17 for i in range(count)],
                [i // 2 for i in range(count)],
                marker="o" if better else "s",
                markersize=5.5,
                color=MAGNESIUM if better else "white",
                markeredgecolor=MAGNESIUM if better else QUIET,
                linestyle="",
            )
        ax.axvline(mean, color=INK, linewidth=1.6, linestyle="-", zorder=1)
        ax.axvline(-mark, color=CONTROL, linewidth=1.6, linestyle="--", zorder=1)
        ax.set_xlim(-9, 1)
        ax.set_xticks([-8, -6, -4, -2, 0], ["−8", "−6", "−4", "−2", "0"])
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.set_title(name)
        ax.set_xlabel(f"change in points\n{100 * reached / n:.0f} % reach the mark")
        rows.append([name, n, mean, reached, 100 * reached / n])
        words.append(f"{name}: {reached} of {n} people reach the mark ({100 * reached / n:.0f} %)")
    handles = [
        Line2D([], [], color=INK, linewidth=1.6, linestyle="-", label=f"mean, {rows[0][2]:g}".replace("-", "−")),
        Line2D([], [], color=CONTROL, linewidth=1.6, linestyle="--", label=f"mark for a person, −{mark:g}"),
    ]
    fig.legend(handles=handles, loc="outside lower left", ncols=2)
    alt = (
        f"Three dot plots, invented groups of {rows[0][1]}, each with a mean change of {rows[0][2]:g} points; "
        f"the mark for a person is {-mark:g}. {'; '.join(words)}."
    )
    columns = ["group", "people", "mean change", "reach the mark", "share, %"]
    return Picture(fig, alt, pd.DataFrame(rows, columns=columns).set_index("group"))


# ── 07: the first domain as a chart ─────────────────────────────────────────────────────────────────────────────────


@styled
def randomisation_chart() -> Picture:
    """The ways through the first domain of RoB 2, from question 1.2 to a judgement; topics in the course's words.

    The judgements at the ends are those of `rob2.judge_domain`. Source: the guidance of 22 August 2019, Figure 1.
    """
    from appraise import rob2

    boxes = {
        "1.2": (1.2, 5.4, "1.2  Was the order\nhidden until the\nperson was in?"),
        "1.3": (6.1, 6.6, "1.3  Do the groups differ\nsuspiciously?"),
        "1.1": (3.5, 3.6, "1.1  Did chance\nmake the order?"),
        "1.3 again": (6.1, 1.5, "1.3  Do the groups differ\nsuspiciously?"),
    }
    # the last step of each way: where its arrow begins and ends, and one set of answers that goes there
    ends = [
        ((1.2, 6.2), "no", 9.0, {"1.1": "NI", "1.2": "N", "1.3": "NI"}, "1.2 no"),
        ((7.5, 6.85), "yes", 7.5, {"1.1": "NI", "1.2": "NI", "1.3": "Y"}, "1.2 NI, 1.3 yes"),
        ((7.5, 6.35), "no or NI", 5.8, {"1.1": "NI", "1.2": "NI", "1.3": "N"}, "1.2 NI, 1.3 no or NI"),
        ((4.65, 3.7), "no", 4.1, {"1.1": "N", "1.2": "Y", "1.3": "N"}, "1.2 yes, 1.1 no"),
        ((7.5, 1.75), "yes", 2.4, {"1.1": "Y", "1.2": "Y", "1.3": "Y"}, "1.2 yes, 1.1 yes or NI, 1.3 yes"),
        ((7.5, 1.25), "no or NI", 0.7, {"1.1": "Y", "1.2": "Y", "1.3": "N"}, "1.2 yes, 1.1 yes or NI, 1.3 no or NI"),
    ]
    fig = Figure(figsize=(9.6, 5.2))
    ax = fig.add_subplot()
    _bare(ax)
    ax.set_xlim(0, 12.2)
    ax.set_ylim(0.1, 9.6)

    def lead(start: tuple[float, float], end: tuple[float, float], word: str) -> None:
        _edge(ax, start, end)
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        around = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        ax.text(x, y, word, ha="center", va="center", fontsize=10, color=QUIET, bbox=around, zorder=3)

    for name, (x, y, text) in boxes.items():
        _box(ax, x, y, 2.8 if "1.3" in name else 2.3, 1.6 if name == "1.2" else 1.15, text, shape="round")
    lead((2.35, 5.6), (4.7, 6.6), "NI")
    lead((1.5, 4.6), (2.35, 3.6), "yes")
    lead((3.8, 3.02), (4.7, 1.5), "yes or NI")
    ways = []
    for start, word, y, answers, way in ends:
        judgement = rob2.judge_domain("D1", answers)
        colour, sign, ink = LIGHTS[judgement]
        lead(start, (9.75, y), word)
        ax.plot(10.05, y, marker="o", markersize=19, color=colour, markeredgecolor=INK, linestyle="", zorder=4)
        ax.text(10.05, y, sign, ha="center", va="center_baseline", fontsize=13, weight="bold", color=ink, zorder=5)
        ax.text(10.4, y, judgement, va="center", fontsize=11)
        ways.append((way, judgement))
    table = pd.DataFrame(ways, columns=["answers", "judgement"]).set_index("answers")
    words = "; ".join(f"{way}: {judgement}" for way, judgement in ways)
    return Picture(fig, f"Flow chart, first domain of RoB 2. It begins at 1.2. {words}.", table)


# ── 05: what a group's change is made of ────────────────────────────────────────────────────────────────────────────


@styled
def parts_of_better() -> Picture:
    """What can make each arm of a trial better; not to scale, since no part's size is known.

    Chance made the arms, so the four common parts are the same in both but for chance; what is left over belongs to the
    treatment, if there is any.
    """
    common = (
        ("natural course", "#DDDDDD", ""),
        ("regression to the mean", SKY, "////"),
        ("co-treatment", "#F0E442", "...."),
        ("placebo response", PINK, "\\\\\\\\"),
    )
    added = "what the treatment adds, if anything"
    fig = Figure(figsize=(8.4, 3.2))
    ax = fig.add_subplot()
    _bare(ax)
    for y, arm in ((1, "treated arm"), (0, "control arm")):
        ax.text(-0.1, y, arm, ha="right", va="center", fontsize=11)
        for x, (word, colour, hatch) in enumerate(common):
            ax.barh(y, 1, left=x, height=0.62, color=colour, hatch=hatch, edgecolor=INK)
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
            ax.text(x + 0.5, y, _wrap(word, 13), ha="center", va="center", fontsize=10.5, bbox=box)
    ax.barh(1, 1.2, left=4, height=0.62, color="white", edgecolor=INK, linestyle=BROKEN, linewidth=1.4)
    ax.text(4.6, 1, _wrap(added, 15), ha="center", va="center", fontsize=10.5)
    ax.annotate("", (4, -0.55), (0, -0.55), arrowprops={"arrowstyle": "<->", "color": INK})
    ax.text(2, -0.62, "in both arms, but for chance", ha="center", va="top", fontsize=10.5)
    ax.text(4.6, 0, "only a comparison\nof the arms\nshows this", ha="center", va="center", color=QUIET, fontsize=10.5)
    ax.set_xlim(-1.1, 5.3)
    ax.set_ylim(-1.0, 1.5)
    names = [word for word, *_ in common]
    alt = (
        f"Two bars, not to scale: no size is known. Control arm: {_and(names)}. Treated arm: the same four and, drawn "
        f"broken, {added}."
    )
    rows = [[word, "yes", "yes"] for word in names] + [[added, "no", "not known"]]
    table = pd.DataFrame(rows, columns=["part of the change", "in the control arm", "in the treated arm"])
    return Picture(fig, alt, table.set_index("part of the change"))


# ── 08: which means can be ──────────────────────────────────────────────────────────────────────────────────────────


@styled
def possible_means(sizes: Sequence[int] = (7, 40), start: int = 4) -> Picture:
    """For groups of n whole-number ratings, the means that can be from `start` to `start` + 1, and the printed figures.

    A tick is a mean that can be; a box is a figure of one decimal, hatched where no mean rounds to it, by GRIM with
    both roundings of a half allowed.

    >>> list(possible_means().table["figures that cannot be"])
    ['4.2, 4.5, 4.8', 'none']
    """
    from appraise.consistency import grim

    figures = [f"{start + k / 10:.1f}" for k in range(11)]
    fig = Figure(figsize=(8.4, 1.15 * len(sizes) + 1.3))
    rows, words = [], []
    first: Axes | None = None
    for k, n in enumerate(sizes):
        ax = fig.add_subplot(len(sizes), 1, k + 1, sharex=first)
        first = first or ax
        empty = [f for f in figures if not grim(f, n)]
        for f in figures:
            face, hatch = ("#FBE3C0", "////") if f in empty else ("white", "")
            ax.add_patch(Rectangle((float(f) - 0.05, 0), 0.1, 1, facecolor=face, hatch=hatch, edgecolor="#555555"))
            ax.text(float(f), 1.12, f, ha="center", va="bottom", fontsize=10, weight="bold" if f in empty else "normal")
        means = [m / n for m in range((start - 1) * n, (start + 2) * n) if start - 0.05 <= m / n <= start + 1.05]
        ax.vlines(means, 0.12, 0.88, color=MAGNESIUM, linewidth=2.2)
        ax.set_xlim(start - 0.06, start + 1.06)
        ax.set_ylim(0, 1.5)
        ax.set_xticks([])
        ax.set_yticks([0.5], [f"n = {n}"])
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        rows.append([n, len(means), _some(empty).replace(" and ", ", ")])
        words.append(f"{n} ratings: {_some(empty)} cannot be")
    fig.legend(
        handles=[
            Line2D([], [], color=MAGNESIUM, marker="|", markersize=13, markeredgewidth=2, linestyle="", label="a mean"),
            Patch(facecolor="white", edgecolor="#555555", label="printed figure"),
            Patch(facecolor="#FBE3C0", hatch="////", edgecolor="#555555", label="figure that no ratings give"),
        ],
        loc="outside lower left",
        ncols=3,
    )
    alt = (
        f"Ticks for the means that whole-number ratings can have from {start} to {start + 1}, over boxes for the "
        f"figures of one decimal. {'; '.join(words)}."
    )
    columns = ["n", "means that can be", "figures that cannot be"]
    return Picture(fig, alt, pd.DataFrame(rows, columns=columns).set_index("n"))
