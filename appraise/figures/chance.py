"""Pictures of invented trials that a reader has predicted: shuffled piles, two identical groups, a thin envelope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from appraise.figures.drawing import AMBER, CONTROL, INK, MAGNESIUM, QUIET, SKY, Picture, styled


@styled
def shuffled_piles(differences: Sequence[float], observed: float, predicted: float | None = None) -> Picture:
    """Differences of two shuffled piles as a histogram; what lies as far from zero as the observed one is shaded.

    Parameters
    ----------
    differences : sequence of float
        One difference of means a shuffle, in points.
    observed : float
        The difference that was seen, in points.
    predicted : float, optional
        How many of 1,000 shuffles a reader expected to lie that far out.

    Raises
    ------
    ValueError
        Where there are no differences.

    Examples
    --------
    >>> shuffled_piles([0.5, -1.0, 2.0, 0.0], observed=1.0, predicted=400).table["of 1,000 shuffles"].to_list()
    [500.0, 400.0]
    """
    values = np.asarray(differences, dtype=float)
    if not len(values):
        raise ValueError("expected at least one difference")
    is_far = np.abs(values) >= abs(observed) - 1e-9  # sums of eighths: exactly as far counts
    shares = {"as far from zero as observed": 1000 * float(is_far.mean())}
    if predicted is not None:
        shares["your prediction"] = float(predicted)
    fig = Figure(figsize=(7.4, 3.4))
    ax = fig.add_subplot()
    edge = float(np.ceil(np.abs(values).max() * 4) / 4) + 0.125
    bins = [float(cut) for cut in np.arange(-edge, edge + 0.25, 0.25)]
    drawn: dict[str, Any] = {"edgecolor": INK, "linewidth": 0.6}
    ax.hist(values[~is_far], bins=bins, color=SKY, label="nearer to zero", **drawn)
    ax.hist(values[is_far], bins=bins, color=CONTROL, hatch="//", label="as far as observed, or further", **drawn)
    for line in (-abs(observed), abs(observed)):
        ax.axvline(line, color=QUIET, linewidth=1.4, linestyle="--")
    ax.set_xlabel("difference of the two piles’ means (points)")
    ax.set_ylabel("shuffles")
    ax.legend(loc="upper left")
    sentences = [f"{name}: {share:.0f} of 1,000" for name, share in shares.items()]
    ax.set_title("\n".join(sentences), fontsize=11, loc="left")
    alt = f"Histogram of {len(values)} shuffled differences, heaped around 0. Dashed lines stand at plus and minus "
    alt += f"{abs(observed):g}. {'; '.join(sentences)}."
    return Picture(fig, alt, pd.DataFrame({"of 1,000 shuffles": shares}).round(1))


@styled
def four_kinds(pi: float = 0.5, predicted: float | None = None) -> Picture:
    """A square of 100 trials of two identical groups, cut by whether each group is significant on its own.

    Parameters
    ----------
    pi : float
        The chance that one group is significant, between 0 and 1.
    predicted : float, optional
        How many of 100 trials a reader expected to have exactly one significant group.

    Raises
    ------
    ValueError
        Where `pi` does not lie between 0 and 1.

    Examples
    --------
    >>> four_kinds(0.5).table["of 100 trials"].to_dict()
    {'both': 25.0, 'only the first': 25.0, 'only the second': 25.0, 'neither': 25.0}
    """
    if not 0 < pi < 1:
        raise ValueError(f"expected a chance between 0 and 1, found {pi}")
    yes, no = pi, 1 - pi
    kinds = {
        "both": (0.0, no, yes, yes, "white", ""),
        "only the first": (0.0, 0.0, yes, no, AMBER, "//"),
        "only the second": (yes, no, no, yes, AMBER, "//"),
        "neither": (yes, 0.0, no, no, "white", ""),
    }
    fig = Figure(figsize=(5.4, 4.6))
    ax = fig.add_subplot()
    table = {}
    for kind, (x, y, width, height, colour, hatch) in kinds.items():
        ax.add_patch(Rectangle((x, y), width, height, facecolor=colour, edgecolor=INK, hatch=hatch, linewidth=1.2))
        table[kind] = round(100 * width * height, 2)
        label = f"{kind}\n{table[kind]:g} of 100"
        box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
        ax.text(x + width / 2, y + height / 2, label, ha="center", va="center", fontsize=10.5, bbox=box)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_aspect("equal")
    ax.set_xticks([yes / 2, yes + no / 2], ["yes", "no"])
    ax.set_yticks([no + yes / 2, no / 2], ["yes", "no"])
    ax.tick_params(length=0)
    ax.set_xlabel("first group significant?")
    ax.set_ylabel("second group significant?")
    sentences = [f"exactly one: {table['only the first'] + table['only the second']:g} of 100"]
    sentences += [] if predicted is None else [f"your prediction: {predicted:g} of 100"]
    ax.set_title("\n".join(sentences), fontsize=11, loc="left")
    shares = ", ".join(f"{kind} {share:g}" for kind, share in table.items())
    alt = f"A square of 100 trials of two identical groups, each significant with a chance of {pi:g}: {shares}. "
    alt += f"Hatched: exactly one. {'; '.join(sentences)}."
    return Picture(fig, alt, pd.DataFrame({"of 100 trials": table}))


@styled
def thin_envelope(hidden: Mapping[str, float], seen: Mapping[str, float], predicted: float | None = None) -> Picture:
    """Mean pain of two arms before any treatment, with the order hidden and with the order seen.

    Parameters
    ----------
    hidden, seen : mapping of str to float
        The mean of "treatment" and of "control", in points from 0 to 10.
    predicted : float, optional
        By how many points a reader expected the treatment arm to start lower where the order is seen.

    Examples
    --------
    >>> drawn = thin_envelope({"treatment": 6.5, "control": 6.5}, {"treatment": 5.9, "control": 6.4}, predicted=1)
    >>> drawn.table["control minus treatment"].to_dict()
    {'order hidden': 0.0, 'order seen': 0.5, 'your prediction': 1.0}
    """
    runs = {"order hidden": hidden, "order seen": seen}
    gaps = {run: round(means["control"] - means["treatment"], 2) for run, means in runs.items()}
    if predicted is not None:
        gaps["your prediction"] = float(predicted)
    fig = Figure(figsize=(7.0, 2.9))
    ax = fig.add_subplot()
    arms = {"treatment": (MAGNESIUM, "o"), "control": (CONTROL, "s")}
    for y, means in enumerate(runs.values()):
        ax.plot([means["treatment"], means["control"]], [y, y], color=QUIET, linewidth=1.4, linestyle="-", marker="")
        for arm, (colour, marker) in arms.items():
            label = arm if y == 0 else None
            ax.plot(means[arm], y, marker=marker, color=colour, markersize=12, linestyle="", label=label)
        ax.text(7.05, y, f"{means['treatment']:.1f} and {means['control']:.1f}", va="center", fontsize=11)
    ax.set_yticks(range(len(runs)), list(runs))
    ax.set_ylim(1.6, -0.6)
    ax.set_xlim(5, 7)
    ax.set_xlabel("mean pain before any treatment (points)")
    ax.legend(loc="upper left", ncols=2)
    sentences = [f"control minus treatment, order seen: {gaps['order seen']:.1f} points"]
    sentences += [] if predicted is None else [f"your prediction: {predicted:g} points"]
    ax.set_title("\n".join(sentences), fontsize=11, loc="left")
    shown = ", ".join(f"{run}: treatment {m['treatment']:.1f}, control {m['control']:.1f}" for run, m in runs.items())
    alt = f"Mean pain of two arms of an invented trial before any treatment. {shown}. {'; '.join(sentences)}."
    return Picture(fig, alt, pd.DataFrame({"control minus treatment": gaps}))


@styled
def means_by_size(means: pd.DataFrame, predicted: float | None = None) -> Picture:
    """From the smallest to the largest mean of many groups, one line a size of group.

    Parameters
    ----------
    means : DataFrame
        From `appraise.widgets.hospital_means`, index n.
    predicted : float, optional
        How far apart a reader expected the smallest and the largest mean of groups of 40, in points.

    Examples
    --------
    >>> table = pd.DataFrame({"smallest mean": [4.0], "largest mean": [6.0], "SD of the means": [0.3]}, index=[40])
    >>> means_by_size(table, predicted=1).alt.endswith("groups of 40: 2.0 points apart; your prediction: 1 points.")
    True
    """
    fig = Figure(figsize=(7.0, 0.6 * len(means) + 1.8))
    ax = fig.add_subplot()
    lengths = {int(str(n)): {str(k): float(v) for k, v in row.items()} for n, row in means.to_dict("index").items()}
    for y, row in enumerate(lengths.values()):
        ends = [row["smallest mean"], row["largest mean"]]
        ax.plot(ends, [y, y], color=MAGNESIUM, linewidth=3, linestyle="-", marker="|", markersize=14)
        ax.text(8.05, y, f"{ends[0]:.1f} to {ends[1]:.1f}", va="center", fontsize=11)
    ax.set_yticks(range(len(means)), [f"groups of {n}" for n in means.index])
    ax.set_ylim(len(means) - 0.5, -0.6)
    ax.set_xlim(2, 8)
    ax.set_xlabel("smallest and largest of 1,000 means (points)")
    apart = lengths[40]["largest mean"] - lengths[40]["smallest mean"]
    sentences = [f"groups of 40: {apart:.1f} points apart"]
    sentences += [] if predicted is None else [f"your prediction: {predicted:g} points"]
    ax.set_title("\n".join(sentences), fontsize=11, loc="left")
    lines = [f"groups of {n}, {r['smallest mean']:.1f} to {r['largest mean']:.1f}" for n, r in lengths.items()]
    alt = f"The smallest and the largest of 1,000 means: {', '.join(lines)}. {'; '.join(sentences)}."
    return Picture(fig, alt, means)


@styled
def false_alarms(predicted: float | None = None, most: int = 20, level: float = 0.05) -> Picture:
    """The chance of at least one false alarm, for 1 to `most` looks that know nothing of each other.

    Parameters
    ----------
    predicted : float, optional
        In how many of 100 cases a reader expected a false alarm among 16 looks.
    most : int
        The largest number of looks.
    level : float
        The level of each look, between 0 and 1.

    Examples
    --------
    >>> false_alarms().table.loc[[1, 2, 16], "of 100 cases, at least one false alarm"].to_list()
    [5.0, 9.8, 56.0]
    """
    looks = list(range(1, most + 1))
    shares = [100 * (1 - (1 - level) ** n) for n in looks]
    fig = Figure(figsize=(7.4, 3.4))
    ax = fig.add_subplot()
    ax.bar(looks, shares, color=[CONTROL if share > 50 else SKY for share in shares], edgecolor=INK, linewidth=0.6)
    ax.axhline(50, color=QUIET, linewidth=1.4, linestyle="--")
    if predicted is not None and most >= 16:
        ax.plot(16, predicted, marker="D", color=AMBER, markeredgecolor=INK, markersize=9, linestyle="")
    ax.set_xticks(looks)
    ax.set_ylim(0, 100)
    ax.set_xlabel("looks")
    ax.set_ylabel("of 100 cases")
    sentences = [f"at least one false alarm among 16 looks: {shares[15]:.0f} of 100"] if most >= 16 else []
    sentences += [] if predicted is None else [f"your prediction (diamond): {predicted:g} of 100"]
    ax.set_title("\n".join(sentences), fontsize=11, loc="left")
    first = next((n for n, share in zip(looks, shares) if share > 50), None)
    alt = f"Bars that rise from {shares[0]:.0f} of 100 cases at one look to {shares[-1]:.0f} at {most} looks. "
    alt += f"The bars pass 50 at {first} looks. {'; '.join(sentences)}." if first else f"{'; '.join(sentences)}."
    table = pd.DataFrame({"of 100 cases, at least one false alarm": shares}, index=pd.Index(looks, name="looks"))
    return Picture(fig, alt, table.round(1))
