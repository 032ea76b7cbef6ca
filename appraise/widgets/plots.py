"""What the widgets draw: one picture for each setting of their controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from appraise.figures.drawing import CONTROL, INK, MAGNESIUM, QUIET, STYLE, Picture
from appraise.methods.consistency import sd_change, t_paired
from appraise.widgets.confounding import World, simulate
from appraise.widgets.simulations import (
    LEVEL,
    changes,
    exactly_one,
    expected_regression,
    made_pairs,
    measure_twice,
    power_within,
    repeat_two_groups,
    sample_means,
    two_arm_precision,
)


def _new_figure(height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    fig = Figure(figsize=(8.4, height))
    return fig, [fig.add_subplot(1, columns, n + 1) for n in range(columns)]


def _format_p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def _format_percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def draw_two_groups(
    common: float = 0.3, effect: float = 0.0, sd: float = 1.0, n: int = 40, seed: int = 1, repeat: bool = True
) -> Picture:
    """One invented trial: the change of every person, the three tests; beside it, where asked, 1,000 repetitions."""
    treated, control = (arm[0] for arm in changes(common, effect, sd, n, seed=seed))
    once = repeat_two_groups(common, effect, sd, n, trials=1, seed=seed)
    p = [float(values[0]) for values in once]
    arms = ((0, treated, MAGNESIUM, "o", p[0], "treated"), (1, control, CONTROL, "s", p[1], "control"))
    rows = {"one trial, p": p}
    alt = (
        f"Two groups of {n} invented persons. Mean improvement: treated {treated.mean():.2f}, control "
        f"{control.mean():.2f}. Within treated {_format_p(p[0])}, within control {_format_p(p[1])}, "
        f"between the arms {_format_p(p[2])}."
    )
    with mpl.rc_context(fname=STYLE):
        fig, axes = _new_figure(4.4, 2 if repeat else 1)
        _draw_one_trial(axes[0], arms, p[2], seed)
        if repeat:
            many = repeat_two_groups(common, effect, sd, n, seed=seed)
            shares = {
                "within treated": float(np.mean(many.treated < LEVEL)),
                "within control": float(np.mean(many.control < LEVEL)),
                "within exactly one": many.in_exactly_one,
                "between the arms": many.between_arms,
            }
            _draw_shares(axes[1], shares)
            named = ", ".join(f"{test} {_format_percent(share)}" for test, share in shares.items())
            alt += f" Of 1,000 repetitions significant: {named}."
            if effect == 0:
                expected = exactly_one(power_within(common / sd, n))
                axes[1].axvline(expected, ymin=0.25, ymax=0.5, color=INK, linestyle=":")
                alt += f" The formula 2π(1−π) gives {_format_percent(expected)} for exactly one."
            rows["of 1,000, share significant"] = [shares[test] for test in shares if test != "within exactly one"]
    table = pd.DataFrame(rows, index=pd.Index(["within treated", "within control", "between the arms"], name="test"))
    return Picture(fig, alt, table.round(3))


def _draw_one_trial(ax: Axes, arms: Sequence[tuple[Any, ...]], between: float, seed: int) -> None:
    """Every person's change, a line for each mean; `arms`: place, changes, colour, marker, p within, name."""
    rng = np.random.default_rng(seed)
    for x, values, colour, marker, _, _ in arms:
        at = x + rng.uniform(-0.14, 0.14, len(values))
        ax.plot(at, values, marker, color=colour, alpha=0.55, markersize=5, linestyle="")
        ax.hlines(values.mean(), x - 0.28, x + 0.28, color=INK, linewidth=2.5)
    ax.axhline(0, color=QUIET, linewidth=1, linestyle="--")
    ax.set_xticks([0, 1], [f"{word}\nwithin: {_format_p(within)}" for *_, within, word in arms])
    ax.set_xlim(-0.6, 1.6)
    ax.set_ylabel("improvement")
    ax.set_title(f"One trial; between the arms: {_format_p(between)}", fontsize=11)


def _draw_shares(ax: Axes, shares: Mapping[str, float]) -> None:
    """A bar for each test: how often it was significant."""
    fills = [MAGNESIUM, CONTROL, "#E69F00", "white"]
    for y, (share, fill, hatch) in enumerate(zip(shares.values(), fills, ["", "", "////", ""])):
        ax.barh(y, share, color=fill, hatch=hatch, edgecolor=INK, height=0.6)
        ax.text(share + 0.02, y, _format_percent(share), va="center")
    ax.set_yticks(range(len(shares)), list(shares))
    ax.invert_yaxis()
    ax.set_xlim(0, 1.15)
    ax.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    ax.set_title("Significant, of 1,000 repetitions", fontsize=11)


def draw_regression(
    mark: float = 6.0, mean: float = 5.0, sd: float = 2.0, error: float = 1.5, people: int = 400, seed: int = 1
) -> Picture:
    """People measured twice without treatment: those at or above the entry mark, and the others."""
    first, second = measure_twice(mean, sd, error, people, seed)
    entered = first >= mark
    with mpl.rc_context(fname=STYLE):
        fig, (ax,) = _new_figure(4.6)
        ax.plot(
            first[~entered], second[~entered], "o", color="#999999", markersize=4, linestyle="", label="not entered"
        )
        ax.plot(first[entered], second[entered], "s", color=MAGNESIUM, markersize=4, linestyle="", label="entered")
        ends = [float(min(first.min(), second.min())), float(max(first.max(), second.max()))]
        ax.plot(ends, ends, color=QUIET, linewidth=1, linestyle="--", marker="", label="no change")
        ax.axvline(mark, color=INK, linewidth=1.2, linestyle=":", label=f"entry mark {mark:g}")
        ax.set_xlabel("first measurement")
        ax.set_ylabel("second measurement")
        one, two = expected_regression(mean, sd, error, mark)
        alt = f"Scatter plot of {people} invented people measured twice, nobody treated, true pain unchanged."
        rows = [["expected", round(one, 2), round(two, 2)]]
        if entered.any():
            means = float(first[entered].mean()), float(second[entered].mean())
            x, y = means
            ax.plot(x, y, "D", color=CONTROL, markersize=11, markeredgecolor=INK, label="mean of the entered")
            ax.set_title(f"The {entered.sum()} who entered: {means[0]:.1f}, then {means[1]:.1f}; nobody was treated")
            alt += f" The {entered.sum()} at or above {mark:g} at first: mean {means[0]:.1f}, then {means[1]:.1f}."
            rows.insert(0, ["seen", round(means[0], 2), round(means[1], 2)])
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        alt += f" Expected: {one:.1f}, then {two:.1f}."
    table = pd.DataFrame(rows, columns=["those who entered", "first mean", "second mean"])
    return Picture(fig, alt, table.set_index("those who entered"))


SCALE = (0.0, 10.0)  # of a pain rating; the axis of the means, fixed
LARGEST_SD = 2.5  # with it, 95 % of persons still lie on the scale


def draw_sampling(n: int = 40, sd: float = 2.0, mean: float = 5.0, seed: int = 1) -> Picture:
    """Means of 1,000 samples of n invented persons, with the population's spread above them.

    The axis is the scale from 0 to 10, whatever n and the SD are, so that both are seen to move the width.
    """
    means, se = sample_means(mean, sd, n, seed=seed), sd / n**0.5
    inside = float(np.mean(np.abs(means - mean) < 1.96 * se))
    with mpl.rc_context(fname=STYLE):
        fig, (ax,) = _new_figure(4.2)
        edges = np.linspace(*SCALE, 101)
        heights, *_ = ax.hist(means, bins=list(edges), color=MAGNESIUM, edgecolor="white", linewidth=0.3)
        top = float(np.max(heights)) * 1.1
        ax.set_ylim(0, top * 1.45)
        persons, samples = f"95 % of persons (SD {sd:g})", f"95 % of means (standard error {se:.2f})"
        for y, spread, word in ((top * 1.25, sd, persons), (top * 1.02, se, samples)):
            ax.hlines(y, mean - 1.96 * spread, mean + 1.96 * spread, color=INK, linewidth=2.5)
            ax.plot(mean, y, marker="|", color=INK, markersize=14)
            ax.text(mean + 0.15, y + top * 0.03, word, va="bottom")
        ax.set_xlim(*SCALE)
        ax.set_xlabel("mean of a sample, on a scale from 0 to 10")
        ax.set_ylabel("samples of 1,000")
        ax.set_title(f"1,000 samples of {n}")
    alt = (
        f"Histogram of the means of 1,000 samples of {n} invented persons (mean {mean:g}, SD {sd:g}). The means have a "
        f"standard deviation of {means.std(ddof=1):.2f}; SD divided by the root of n is {se:.2f}. "
        f"{_format_percent(inside)} of them lie within 1.96 standard errors of {mean:g}."
    )
    names = ["SD of persons", "standard error, SD/√n", "SD of the 1,000 means", "share within 1.96 SE"]
    values = [sd, se, float(means.std(ddof=1)), inside]
    return Picture(fig, alt, pd.DataFrame({"value": np.round(values, 3)}, index=pd.Index(names, name="quantity")))


def draw_precision(n: int = 40, sd: float = 2.0) -> Picture:
    """How wide the interval of a difference is, and what difference a trial of n an arm finds four times in five."""
    sizes = [5, 7, 10, 14, 20, 28, 40, 57, 80, 113, 160, 226, 320, 452, 640]
    lines = [two_arm_precision(size) for size in sizes]
    here = two_arm_precision(n)
    with mpl.rc_context(fname=STYLE):
        fig, (ax,) = _new_figure(4.2)
        ax.plot(
            sizes,
            [p.detectable * sd for p in lines],
            color=CONTROL,
            linestyle="--",
            marker="",
            label="found in 80 of 100 such trials",
        )
        ax.plot(sizes, [p.half_width * sd for p in lines], color=MAGNESIUM, marker="", label="half the 95 % interval")
        ax.plot(n, here.detectable * sd, marker="s", color=CONTROL, markersize=10, linestyle="")
        ax.plot(n, here.half_width * sd, marker="o", color=MAGNESIUM, markersize=10, linestyle="")
        ax.set_xscale("log")
        ax.set_xticks([5, 10, 20, 40, 80, 160, 320, 640], ["5", "10", "20", "40", "80", "160", "320", "640"])
        ax.minorticks_off()
        ax.set_ylim(0)
        ax.set_xlabel("persons in each arm")
        ax.set_ylabel("difference of means (points)")
        detectable = f"found in 80 of 100: {here.detectable * sd:.2f}"
        ax.set_title(f"{n} in each arm, SD {sd:g}: interval ± {here.half_width * sd:.2f}; {detectable}", fontsize=11)
        ax.legend()
        ax.grid(True, axis="y")
    alt = (
        f"Line chart: with {n} in each arm and SD {sd:g}, the 95 % interval of a difference reaches "
        f"{here.half_width * sd:.2f} to either side, and a true difference of {here.detectable * sd:.2f} "
        f"({here.detectable:.2f} SD) is found in 80 of 100 such trials. "
        "Both shrink as the root of the number of persons grows."
    )
    few = sorted({10, 20, 40, 80, 160, 320, n})
    rows = [[round(x * sd, 2) for x in two_arm_precision(size)] for size in few]
    columns = ["half the 95 % interval", "found in 80 of 100 such trials"]
    return Picture(fig, alt, pd.DataFrame(rows, columns=columns, index=pd.Index(few, name="n in each arm")))


def draw_correlation(
    r: float,
    mean1: float,
    sd1: float,
    mean2: float,
    sd2: float,
    n: int = 40,
    seed: int = 1,
    scale: tuple[float, float] | None = None,
) -> Picture:
    """Made pairs with given means and SDs at a correlation r: the pairs, and the change of every person."""
    before, after = made_pairs(mean1, sd1, mean2, sd2, r, n, seed, scale)
    spread, test = sd_change(sd1, sd2, r), t_paired(mean1, sd1, mean2, sd2, n, r)
    with mpl.rc_context(fname=STYLE):
        fig, (pairs, change) = _new_figure(4.2, 2)
        pairs.plot(before, after, "o", color=MAGNESIUM, markersize=5, linestyle="")
        pairs.set_xlabel("before")
        pairs.set_ylabel("after")
        if scale:
            room = 0.03 * (scale[1] - scale[0])  # so that a point at the end of the scale is seen whole
            pairs.set_xlim(scale[0] - room, scale[1] + room)
            pairs.set_ylim(scale[0] - room, scale[1] + room)
        pairs.set_title(f"Made pairs, correlation {r:.2f}".replace("-", "−"), fontsize=11)
        low, high = mean2 - mean1 - 3.2 * (sd1 + sd2), mean2 - mean1 + 3.2 * (sd1 + sd2)
        change.hist(after - before, bins=list(np.linspace(low, high, 33)), color=CONTROL, edgecolor="white", hatch="//")
        change.set_xlim(low, high)
        change.set_xlabel("change of a person")
        change.set_ylabel("persons")
        change.yaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
        change.set_title(f"SD of the change {spread:.2f}\npaired t-test {_format_small_p(test.pvalue)}", fontsize=11)
    alt = (
        f"{n} made pairs with means {mean1:g} and {mean2:g}, SDs {sd1:g} and {sd2:g} and correlation {r:.2f}. "
        f"The SD of the change is {spread:.2f}; a paired t-test gives {_format_small_p(test.pvalue)}. "
        "The values are made, not the trial's."
    )
    names = ["correlation", "SD of the change", "t", "p"]
    values = [f"{r:.2f}", f"{spread:.2f}", f"{abs(test.statistic):.2f}", f"{test.pvalue:.1e}"]
    return Picture(fig, alt, pd.DataFrame({"value": values}, index=pd.Index(names, name="quantity")))


def _format_small_p(p: float) -> str:
    if p >= 0.001:
        return _format_p(p)
    digits, power = f"{p:.1e}".split("e-")
    return f"p = {digits} × 10" + f"−{int(power)}".translate(str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def draw_confounding(
    cause_ratio: float = 4.0,
    habit_with: float = 0.2,
    habit_ratio: float = 1.0,
    n: int = 10_000,
    seed: int = 1,
) -> Picture:
    """A habit and a disease in invented people: risks as one sees them, within both groups of people, and by lot.

    `habit_with` is the share of those with the common cause who have the habit; of the others 60 % have it.
    """
    world = World(cause_ratio=cause_ratio, habit_with=habit_with, habit_ratio=habit_ratio)
    result = simulate(world, n, seed)
    within = result.ill / np.maximum(result.people, 1)
    together = result.ill.sum(axis=0) / np.maximum(result.people.sum(axis=0), 1)
    ratios = {"as people chose": result.crude, "within both groups": result.adjusted}
    ratios |= {"by lot": result.randomised, "true": habit_ratio}
    with mpl.rc_context(fname=STYLE):
        fig, (left, right) = _new_figure(4.2, 2)
        _draw_risks(left, {"all people": together, "without the cause": within[0], "with the cause": within[1]})
        left.set_title(f"{n:,} invented people", fontsize=11)
        _draw_ratios(right, ratios)
    alt = (
        f"{n:,} invented people. Among all, {_format_percent(together[1])} of those with the habit are ill and "
        f"{_format_percent(together[0])} of those without: a ratio of {result.crude:.2f}. Within those who have the "
        f"common cause and those who have not, taken together, it is {result.adjusted:.2f}. Where a lot decides on the "
        f"habit, it is {result.randomised:.2f}. The true ratio is {habit_ratio:g}."
    )
    table = pd.DataFrame(
        {"ratio": np.round(list(ratios.values()), 2)}, index=pd.Index(list(ratios), name="how it was found")
    )
    return Picture(fig, alt, table)


def _draw_risks(ax: Axes, risks: dict[str, Any]) -> None:
    """Two bars a group: the share that is ill without and with the habit."""
    places = np.arange(len(risks))
    without, with_habit = zip(*risks.values())
    ax.barh(places - 0.19, without, height=0.36, color=CONTROL, edgecolor=INK, hatch="//", label="without the habit")
    ax.barh(places + 0.19, with_habit, height=0.36, color=MAGNESIUM, edgecolor=INK, label="with the habit")
    ax.set_yticks(list(places), list(risks))
    ax.invert_yaxis()
    ax.xaxis.set_major_formatter(mpl.ticker.PercentFormatter(1, decimals=0))
    ax.set_xlabel("ill")
    ax.legend(loc="upper center", bbox_to_anchor=(0.3, -0.2), ncols=2, fontsize=9)


def _draw_ratios(ax: Axes, ratios: dict[str, float]) -> None:
    """A mark for each ratio on a scale on which halving and doubling are equally far from 1."""
    for y, value in enumerate(ratios.values()):
        ax.plot(value, y, marker="osD*"[y], color=INK, markersize=10, linestyle="")
        ax.annotate(f"{value:.2f}", (value, y), xytext=(0, 9), textcoords="offset points", ha="center")
    ax.axvline(1, color=QUIET, linewidth=1, linestyle="--")
    ax.set_yticks(range(len(ratios)), list(ratios))
    ax.set_ylim(3.5, -0.7)
    ax.set_xscale("log")
    ax.set_xlim(0.3, 3.4)
    ax.set_xticks([0.5, 1, 2], ["0.5", "1", "2"])
    ax.minorticks_off()
    ax.set_xlabel("risk with the habit ÷ risk without it")
    ax.set_title("Four ratios", fontsize=11)
