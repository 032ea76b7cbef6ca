"""Pictures of appraisal: traffic lights, allocation, one mean for many groups, a forest plot, parts of a change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from appraise.figures.drawing import (
    BROKEN,
    CONTROL,
    INK,
    LIGHTS,
    MAGNESIUM,
    PINK,
    QUIET,
    SKY,
    Picture,
    draw_arrow,
    draw_box,
    join_words,
    remove_frame,
    styled,
    wrap_text,
)
from appraise.sources.tables import outside


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
    ax.set_yticks(range(len(shown)), [wrap_text(str(name), 26) for name in shown.index])
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


# ── 11: a forest plot ───────────────────────────────────────────────────────────────────────────────────────────────


@styled
def forest(
    trials: pd.DataFrame,
    favours: tuple[str, str] = ("favours treatment", "favours control"),
    measure: str = "difference of means",
    title: str = "",
) -> Picture:
    """A forest plot of trials: estimate and 95 % interval, one row a trial, a diamond where they are pooled.

    `trials` has columns `trial`, `estimate`, `low`, `high`, and may have `n` (participants: size of the square) and
    `pooled` (True for the diamond). Raises ValueError where a column is missing or an interval misses its estimate.
    Where trials are invented, `title` has to say so.
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
    head = f"Forest plot, {title.lower()}" if title else "Forest plot"
    alt = f"{head}, {measure} with 95 % interval; below 0 {favours[0]}. {'; '.join(words)}."
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
    mark = cast(float, outside().loc["mic-points", "value"])
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
    from appraise.methods.rob2 import judge_domain

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
    remove_frame(ax)
    ax.set_xlim(0, 12.2)
    ax.set_ylim(0.1, 9.6)

    def lead(start: tuple[float, float], end: tuple[float, float], word: str) -> None:
        draw_arrow(ax, start, end)
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        around = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        ax.text(x, y, word, ha="center", va="center", fontsize=10, color=QUIET, bbox=around, zorder=3)

    for name, (x, y, text) in boxes.items():
        draw_box(ax, x, y, 2.8 if "1.3" in name else 2.3, 1.6 if name == "1.2" else 1.15, text, shape="round")
    lead((2.35, 5.6), (4.7, 6.6), "NI")
    lead((1.5, 4.6), (2.35, 3.6), "yes")
    lead((3.8, 3.02), (4.7, 1.5), "yes or NI")
    ways = []
    for start, word, y, answers, way in ends:
        judgement = judge_domain("D1", answers)
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
    remove_frame(ax)
    for y, arm in ((1, "treated arm"), (0, "control arm")):
        ax.text(-0.1, y, arm, ha="right", va="center", fontsize=11)
        for x, (word, colour, hatch) in enumerate(common):
            ax.barh(y, 1, left=x, height=0.62, color=colour, hatch=hatch, edgecolor=INK)
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
            ax.text(x + 0.5, y, wrap_text(word, 13), ha="center", va="center", fontsize=10.5, bbox=box)
    ax.barh(1, 1.2, left=4, height=0.62, color="white", edgecolor=INK, linestyle=BROKEN, linewidth=1.4)
    ax.text(4.6, 1, wrap_text(added, 15), ha="center", va="center", fontsize=10.5)
    ax.annotate("", (4, -0.55), (0, -0.55), arrowprops={"arrowstyle": "<->", "color": INK})
    ax.text(2, -0.62, "in both arms, but for chance", ha="center", va="top", fontsize=10.5)
    ax.text(4.6, 0, "only a comparison\nof the arms\nshows this", ha="center", va="center", color=QUIET, fontsize=10.5)
    ax.set_xlim(-1.1, 5.3)
    ax.set_ylim(-1.0, 1.5)
    names = [word for word, *_ in common]
    alt = (
        f"Two bars, not to scale: no size is known. Control arm: {join_words(names)}. "
        f"Treated arm: the same four and, drawn broken, {added}."
    )
    rows = [[word, "yes", "yes"] for word in names] + [[added, "no", "not known"]]
    table = pd.DataFrame(rows, columns=["part of the change", "in the control arm", "in the treated arm"])
    return Picture(fig, alt, table.set_index("part of the change"))
