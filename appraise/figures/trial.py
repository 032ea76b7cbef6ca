"""Pictures of the trial: what was given when, means before and after, and which p values the figures allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from appraise.figures.drawing import AMBER, CONTROL, INK, MAGNESIUM, QUIET, SKY, Picture, join_or_none, styled
from appraise.figures.tellings import reported_number
from appraise.sources.models import NOT_REPORTED
from appraise.sources.tables import numbers

# ── 03: six weeks, six months ───────────────────────────────────────────────────────────────────────────────────────

WEEKS_A_MONTH = 365.25 / 12 / 7


@styled
def timeline() -> Picture:
    """Treatment and follow-up on one line, in weeks, by the abstract; what is not stated is left open."""
    infusion, oral, control, months = (
        float(reported_number(item) or 0) for item in ("iv-duration", "oral-duration", "control-duration", "follow-up")
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
    return Picture(fig, *_timeline_in_words(infusion, oral, control, months))


def _timeline_in_words(infusion: float, oral: float, control: float, months: float) -> tuple[str, pd.DataFrame]:
    """The picture's text and table; lengths in weeks, the follow-up in months."""
    end, follow = infusion + oral, months * WEEKS_A_MONTH
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
    return alt, table


@styled
def before_after() -> Picture:
    """The magnesium arm before and at six months, four outcomes, mean and SD; the control arm as far as it is told."""
    table = numbers()
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
        rows.append([outcome, unit, means[0], sds[0], means[1], sds[1], NOT_REPORTED])
    bar = Line2D([], [], color=MAGNESIUM, marker="o", linestyle="-", label="mean; the bar reaches one SD to each side")
    fig.legend(handles=[bar], loc="outside lower left")
    alt = (
        f"Four small charts, magnesium arm, before and at 6 months: {'; '.join(words)}. "
        "The control arm has no figures in the abstract."
    )
    columns = ["outcome", "unit", "mean before", "SD before", "mean at 6 months", "SD at 6 months", "control arm"]
    return Picture(fig, alt, pd.DataFrame(rows, columns=columns).set_index("outcome"))


# ── 08: p against the correlation ───────────────────────────────────────────────────────────────────────────────────


@styled
def p_against_r(outcome: str = "pain") -> Picture:
    """The p value that a paired t-test gives for the printed means and SDs, for every correlation, and the printed p.

    Under four assumptions, printed below the plot. Raises ValueError for an outcome that the abstract does not print.
    """
    from appraise.methods.consistency import t_paired

    table = numbers()
    table = table[(table["source"] == "painscience") & (table["passage"] == "abstract") & (table["arm"] == "magnesium")]
    if outcome not in set(table["outcome"]):
        raise ValueError(f"expected one of {', '.join(dict.fromkeys(table['outcome']))}; found {outcome!r}")
    part = table[table["outcome"] == outcome]
    printed = {(r.time_point, r.statistic): str(r.printed) for r in part.itertuples() if r.statistic != "p"}
    stated = float(part.loc[part["statistic"] == "p", "value"].iloc[0])
    n = int(reported_number("n-magnesium") or 0)
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


# ── 08: which means can be ──────────────────────────────────────────────────────────────────────────────────────────


@styled
def possible_means(sizes: Sequence[int] = (7, 40), start: int = 4) -> Picture:
    """For groups of n whole-number ratings, the means that can be from `start` to `start` + 1, and the printed figures.

    A tick is a mean that can be; a box is a figure of one decimal, hatched where no mean rounds to it, by GRIM with
    both roundings of a half allowed.

    >>> list(possible_means().table["figures that cannot be"])
    ['4.2, 4.5, 4.8', 'none']
    """
    from appraise.methods.consistency import grim

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
        rows.append([n, len(means), join_or_none(empty).replace(" and ", ", ")])
        words.append(f"{n} ratings: {join_or_none(empty)} cannot be")
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
