"""The course's widgets: labelled, worked by keyboard, and as they were left when a cell is run again.

Under each lies a plain function that does the arithmetic. Where no widget can run (a printed lesson, the site, the
grader) the same call shows a picture instead. All chance is seeded: "draw again" moves to the next seed.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from appraise import records, rob2
from appraise.consistency import sd_change, t_paired
from appraise.figures import CONTROL, INK, LIGHTS, MAGNESIUM, QUIET, STYLE, Picture, traffic_lights

Floats = NDArray[np.float64]
LEVEL = 0.05  # the usual mark for "significant", two-sided

# ── what the widgets compute ────────────────────────────────────────────────────────────────────────────────────────


def power_within(change: float, n: int) -> float:
    """Chance that a t-test within one group of n finds a mean change of `change` SDs (SD of the change) at 0.05.

    >>> round(power_within(0.0, 40), 3), round(power_within(0.3176, 40), 2)
    (0.05, 0.5)
    """
    from statsmodels.stats.power import TTestPower

    return float(TTestPower().power(change, n, LEVEL))


def exactly_one(power: float) -> float:
    """Chance that exactly one of two identical groups is significant: 2π(1−π), one half at most.

    Source: Bland and Altman, Trials 2011;12:264.

    >>> exactly_one(0.5), round(exactly_one(0.05), 3)
    (0.5, 0.095)
    """
    return 2 * power * (1 - power)


class TwoGroups(NamedTuple):
    """Repetitions of a two-arm trial: p within each arm, and p between the arms; arrays of one length."""

    treated: Floats
    control: Floats
    between: Floats

    @property
    def in_exactly_one(self) -> float:
        """Share of repetitions that are significant within exactly one arm."""
        return float(np.mean((self.treated < LEVEL) != (self.control < LEVEL)))

    @property
    def between_arms(self) -> float:
        """Share of repetitions in which the arms differ significantly."""
        return float(np.mean(self.between < LEVEL))


def changes(common: float, effect: float, sd: float, n: int, trials: int = 1, seed: int = 1) -> tuple[Floats, Floats]:
    """Changes of n persons in each of two arms, `trials` times: arrays of shape (trials, n), treated and control.

    Everyone improves by `common` on average, the treated by `effect` more; `sd` is the SD of the change, in one arm.
    """
    rng = np.random.default_rng(seed)
    return rng.normal(common + effect, sd, (trials, n)), rng.normal(common, sd, (trials, n))


def repeat_two_groups(common: float, effect: float, sd: float, n: int, trials: int = 1000, seed: int = 1) -> TwoGroups:
    """The tests within and between the arms, in many repetitions of the trial of `changes`.

    >>> many = repeat_two_groups(common=0.32, effect=0, sd=1, n=40)
    >>> 0.45 < many.in_exactly_one < 0.55, many.between_arms < 0.08
    (True, True)
    """
    from scipy import stats

    treated, control = changes(common, effect, sd, n, trials, seed)
    return TwoGroups(
        stats.ttest_1samp(treated, 0, axis=1).pvalue,
        stats.ttest_1samp(control, 0, axis=1).pvalue,
        stats.ttest_ind(treated, control, axis=1).pvalue,
    )


def measure_twice(mean: float, sd: float, error: float, people: int = 2000, seed: int = 1) -> tuple[Floats, Floats]:
    """Two measurements of people whose true pain does not change: true values N(mean, sd), each read with `error`."""
    rng = np.random.default_rng(seed)
    true = rng.normal(mean, sd, people)
    return true + rng.normal(0, error, people), true + rng.normal(0, error, people)


def expected_regression(mean: float, sd: float, error: float, mark: float) -> tuple[float, float]:
    """Mean of the first and of the second measurement of those whose first is at or above `mark`, untreated.

    Source: the mean of a truncated normal; the second keeps sd²/(sd² + error²) of the excess.

    >>> first, second = expected_regression(mean=5, sd=2, error=1.5, mark=6)
    >>> round(first, 1), round(second, 1)
    (7.7, 6.7)
    """
    from scipy import stats

    spread = (sd**2 + error**2) ** 0.5
    excess = spread * float(stats.norm.pdf((mark - mean) / spread) / stats.norm.sf((mark - mean) / spread))
    return mean + excess, mean + excess * sd**2 / spread**2


def sample_means(mean: float, sd: float, n: int, samples: int = 1000, seed: int = 1) -> Floats:
    """Means of `samples` samples of n persons from a normal population.

    >>> round(float(sample_means(5, 2, 100).std()), 1)
    0.2
    """
    return cast(Floats, np.random.default_rng(seed).normal(mean, sd, (samples, n)).mean(axis=1))


class Precision(NamedTuple):
    """What a trial of two equal arms can tell, in SDs: `half_width` of the 95 % interval, and what is `detectable`."""

    half_width: float
    detectable: float


def two_arm_precision(n: int, power: float = 0.8) -> Precision:
    """Half the width of the 95 % interval of a difference of means, and the difference found with `power`, n an arm.

    Both in SDs of one arm, for a t-test at 0.05; the interval takes the SD as known to be the same in both.

    >>> p = two_arm_precision(40)
    >>> round(p.half_width, 2), round(p.detectable, 2)
    (0.45, 0.63)
    """
    from scipy import stats
    from statsmodels.stats.power import TTestIndPower

    mark = float(stats.t.isf(LEVEL / 2, 2 * n - 2))
    return Precision(mark * (2 / n) ** 0.5, float(TTestIndPower().solve_power(nobs1=n, alpha=LEVEL, power=power)))


def made_pairs(
    mean1: float,
    sd1: float,
    mean2: float,
    sd2: float,
    r: float,
    n: int = 40,
    seed: int = 1,
    scale: tuple[float, float] | None = None,
) -> tuple[Floats, Floats]:
    """Made values before and after for n persons, with exactly these means, SDs and correlation r (−1 < r < 1).

    With a `scale`, its lowest and highest value, no value lies outside it, at whatever r. Raises ValueError where no
    such values were found.

    >>> before, after = made_pairs(7.5, 2.2, 4.7, 1.8, r=0.5, scale=(0, 10))
    >>> round(float((after - before).std(ddof=1)), 2)
    2.03
    >>> bool(min(before.min(), after.min()) >= 0), bool(max(before.max(), after.max()) <= 10)
    (True, True)
    """
    chance = np.random.default_rng(seed)
    low, high = scale or (-np.inf, np.inf)
    middle = (mean1 - low) / (high - low) if scale else 0.5
    weight = middle * (1 - middle) / (sd1 / (high - low)) ** 2 - 1 if scale else 1.0  # of a beta with this mean and SD
    if not (0 < middle < 1 and weight > 0):
        raise ValueError(f"a mean of {mean1:g} with an SD of {sd1:g} does not fit on a scale from {low:g} to {high:g}")
    for _ in range(1000):
        if scale:
            first = _standardised(chance.beta(middle * weight, (1 - middle) * weight, n))
            second = chance.uniform(-1, 1, n)
        else:
            first, second = chance.normal(size=(2, n))
            first = _standardised(first)
        second = second - second.mean()
        second = _standardised(second - first * (first @ second) / (first @ first))  # no correlation with the first
        before = mean1 + sd1 * first
        far = np.hypot(first, second)  # the farthest that r can carry a person from the second mean, in SDs
        up = np.where(second > 0, far, np.abs(first))
        down = np.where(second < 0, far, np.abs(first))
        after_high, after_low = mean2 + sd2 * up, mean2 - sd2 * down
        if min(before.min(), after_low.min()) >= low and max(before.max(), after_high.max()) <= high:
            return before, mean2 + sd2 * (r * first + (1 - r**2) ** 0.5 * second)
    raise ValueError(f"no pairs with these means and SDs were found on a scale from {low:g} to {high:g}")


def _standardised(values: Floats) -> Floats:
    return cast(Floats, (values - values.mean()) / values.std(ddof=1))


# ── their pictures ──────────────────────────────────────────────────────────────────────────────────────────────────


def _figure(height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    fig = Figure(figsize=(8.4, height))
    return fig, [fig.add_subplot(1, columns, n + 1) for n in range(columns)]


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def draw_two_groups(
    common: float = 0.3, effect: float = 0.0, sd: float = 1.0, n: int = 40, seed: int = 1, repeat: bool = True
) -> Picture:
    """One invented trial: the change of every person, the three tests; beside it, where asked, 1,000 repetitions."""
    treated, control = (arm[0] for arm in changes(common, effect, sd, n, seed=seed))
    once = repeat_two_groups(common, effect, sd, n, trials=1, seed=seed)
    p = [float(values[0]) for values in once]
    with mpl.rc_context(fname=STYLE):
        fig, axes = _figure(4.4, 2 if repeat else 1)
        ax, rng = axes[0], np.random.default_rng(seed)
        arms = ((0, treated, MAGNESIUM, "o", p[0], "treated"), (1, control, CONTROL, "s", p[1], "control"))
        for x, values, colour, marker, _, _ in arms:
            ax.plot(
                x + rng.uniform(-0.14, 0.14, n), values, marker, color=colour, alpha=0.55, markersize=5, linestyle=""
            )
            ax.hlines(values.mean(), x - 0.28, x + 0.28, color=INK, linewidth=2.5)
        ax.axhline(0, color=QUIET, linewidth=1, linestyle="--")
        ax.set_xticks([0, 1], [f"{word}\nwithin: {_p(within)}" for *_, within, word in arms])
        ax.set_xlim(-0.6, 1.6)
        ax.set_ylabel("improvement")
        ax.set_title(f"One trial; between the arms: {_p(p[2])}", fontsize=11)
        rows = {"one trial, p": p}
        alt = (
            f"Two groups of {n} invented persons. Mean improvement: treated {treated.mean():.2f}, control "
            f"{control.mean():.2f}. Within treated {_p(p[0])}, within control {_p(p[1])}, between the arms {_p(p[2])}."
        )
        if repeat:
            many = repeat_two_groups(common, effect, sd, n, seed=seed)
            shares = {
                "within treated": float(np.mean(many.treated < LEVEL)),
                "within control": float(np.mean(many.control < LEVEL)),
                "within exactly one": many.in_exactly_one,
                "between the arms": many.between_arms,
            }
            bars, ys = axes[1], range(len(shares))
            fills = [MAGNESIUM, CONTROL, "#E69F00", "white"]
            for y, share, fill, hatch in zip(ys, shares.values(), fills, ["", "", "////", ""]):
                bars.barh(y, share, color=fill, hatch=hatch, edgecolor=INK, height=0.6)
                bars.text(share + 0.02, y, _percent(share), va="center")
            bars.set_yticks(ys, list(shares))
            bars.invert_yaxis()
            bars.set_xlim(0, 1.15)
            bars.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
            bars.set_title("Significant, of 1,000 repetitions", fontsize=11)
            alt += (
                " Of 1,000 repetitions significant: " + ", ".join(f"{k} {_percent(v)}" for k, v in shares.items()) + "."
            )
            if effect == 0:
                expected = exactly_one(power_within(common / sd, n))
                bars.axvline(expected, ymin=0.25, ymax=0.5, color=INK, linestyle=":")
                alt += f" The formula 2π(1−π) gives {_percent(expected)} for exactly one."
            rows["of 1,000, share significant"] = [
                shares["within treated"],
                shares["within control"],
                shares["between the arms"],
            ]
    table = pd.DataFrame(rows, index=pd.Index(["within treated", "within control", "between the arms"], name="test"))
    return Picture(fig, alt, table.round(3))


def draw_regression(
    mark: float = 6.0, mean: float = 5.0, sd: float = 2.0, error: float = 1.5, people: int = 400, seed: int = 1
) -> Picture:
    """People measured twice without treatment: those at or above the entry mark, and the others."""
    first, second = measure_twice(mean, sd, error, people, seed)
    entered = first >= mark
    with mpl.rc_context(fname=STYLE):
        fig, (ax,) = _figure(4.6)
        ax.plot(
            first[~entered], second[~entered], "o", color="#999999", markersize=4, linestyle="", label="not entered"
        )
        ax.plot(first[entered], second[entered], "s", color=MAGNESIUM, markersize=4, linestyle="", label="entered")
        ends = [float(min(first.min(), second.min())), float(max(first.max(), second.max()))]
        ax.plot(ends, ends, color=QUIET, linewidth=1, linestyle="--", marker="", label="no change")
        ax.axvline(mark, color=INK, linewidth=1.2, linestyle=":", label=f"entry mark {mark:g}")
        ax.set_xlabel("first measurement")
        ax.set_ylabel("second measurement")
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        one, two = expected_regression(mean, sd, error, mark)
        alt = f"Scatter plot of {people} invented people measured twice, nobody treated, true pain unchanged."
        rows = [["expected", round(one, 2), round(two, 2)]]
        if entered.any():
            means = float(first[entered].mean()), float(second[entered].mean())
            ax.plot(*means, marker="D", color=CONTROL, markersize=11, markeredgecolor=INK, linestyle="")
            ax.set_title(f"The {entered.sum()} who entered: {means[0]:.1f}, then {means[1]:.1f}; nobody was treated")
            alt += f" The {entered.sum()} at or above {mark:g} at first: mean {means[0]:.1f}, then {means[1]:.1f}."
            rows.insert(0, ["seen", round(means[0], 2), round(means[1], 2)])
        alt += f" Expected: {one:.1f}, then {two:.1f}."
    table = pd.DataFrame(rows, columns=["those who entered", "first mean", "second mean"])
    return Picture(fig, alt, table.set_index("those who entered"))


def draw_sampling(n: int = 40, sd: float = 2.0, mean: float = 5.0, seed: int = 1) -> Picture:
    """Means of 1,000 samples of n invented persons, with the population's spread above them."""
    means, se = sample_means(mean, sd, n, seed=seed), sd / n**0.5
    inside = float(np.mean(np.abs(means - mean) < 1.96 * se))
    with mpl.rc_context(fname=STYLE):
        fig, (ax,) = _figure(4.2)
        edges = np.linspace(mean - 4 * sd, mean + 4 * sd, 161)
        heights, *_ = ax.hist(means, bins=list(edges), color=MAGNESIUM, edgecolor="white", linewidth=0.3)
        top = float(np.max(heights)) * 1.1
        ax.set_ylim(0, top * 1.35)
        for y, spread, word in ((top * 1.2, sd, f"persons: SD {sd:g}"), (top, se, f"means: standard error {se:.2f}")):
            ax.hlines(y, mean - 1.96 * spread, mean + 1.96 * spread, color=INK, linewidth=2.5)
            ax.plot(mean, y, marker="|", color=INK, markersize=14)
            ax.text(mean + 1.96 * max(spread, 0.1 * sd) + 0.1 * sd, y, word, va="center")
        ax.set_xlim(mean - 4 * sd, mean + 4 * sd)
        ax.set_xlabel("mean of a sample (bars: where 95 % lie)")
        ax.set_ylabel("samples of 1,000")
        ax.set_title(f"1,000 samples of {n}")
    alt = (
        f"Histogram of the means of 1,000 samples of {n} invented persons (mean {mean:g}, SD {sd:g}). The means have a "
        f"standard deviation of {means.std(ddof=1):.2f}; SD divided by the root of n is {se:.2f}. "
        f"{_percent(inside)} of them lie within 1.96 standard errors of {mean:g}."
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
        fig, (ax,) = _figure(4.2)
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
        found = f"found in 80 of 100: {here.detectable * sd:.2f}"
        ax.set_title(f"{n} in each arm, SD {sd:g}: interval ± {here.half_width * sd:.2f}; {found}", fontsize=11)
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
        fig, (pairs, change) = _figure(4.2, 2)
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
        change.set_title(f"SD of the change {spread:.2f}\npaired t-test {_small(test.pvalue)}", fontsize=11)
    alt = (
        f"{n} made pairs with means {mean1:g} and {mean2:g}, SDs {sd1:g} and {sd2:g} and correlation {r:.2f}. "
        f"The SD of the change is {spread:.2f}; a paired t-test gives {_small(test.pvalue)}. "
        "The values are made, not the trial's."
    )
    names = ["correlation", "SD of the change", "t", "p"]
    values = [f"{r:.2f}", f"{spread:.2f}", f"{abs(test.statistic):.2f}", f"{test.pvalue:.1e}"]
    return Picture(fig, alt, pd.DataFrame({"value": values}, index=pd.Index(names, name="quantity")))


def _small(p: float) -> str:
    if p >= 0.001:
        return _p(p)
    digits, power = f"{p:.1e}".split("e-")
    return f"p = {digits} × 10" + f"−{int(power)}".translate(str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


# ── the widgets ─────────────────────────────────────────────────────────────────────────────────────────────────────

_kept: dict[str, dict[str, Any]] = {}  # by name, for as long as the kernel lives


def can_run() -> bool:
    """Is there a page that can show widgets? Not while a lesson is graded, compiled or printed."""
    return not os.environ.get("NBGRADER_EXECUTION") and any(
        name in os.environ for name in ("JPY_SESSION_NAME", "VSCODE_PID")
    )


def _playground(
    name: str, title: str, controls: Mapping[str, Any], draw: Callable[..., Picture], buttons: Mapping[str, str]
) -> Any:
    """Controls above a picture that follows them. `buttons` maps a word to what it does: "again" or "repeat"."""
    import ipywidgets as w

    kept = _kept.setdefault(name, {})
    kept.setdefault("seed", 1)
    picture = w.HTML()  # as wide as the box; 100 % and the margin would be more
    said = w.HTML()

    def show(*_: object) -> None:
        kept.update({key: control.value for key, control in controls.items()})
        drawn = draw(**kept)
        picture.value = drawn.img()
        said.value = f'<p role="status" style="max-width: 46em">{html.escape(drawn.alt)}</p>'

    for key, control in controls.items():
        if key in kept:
            control.value = kept[key]
        control.observe(show, names="value")

    row = []
    for word, does in buttons.items():
        button = w.Button(description=word, layout=w.Layout(width="auto"))

        def press(_: object, does: str = does) -> None:
            if does == "again":
                kept["seed"] += 1
            else:
                kept["repeat"] = True
            show()

        button.on_click(press)
        row.append(button)
    if "repeat" in buttons.values():
        kept.setdefault("repeat", False)
    show()
    heading = w.HTML(f"<strong>{html.escape(title)}</strong>")
    mend_controls()
    return w.VBox([heading, *controls.values(), w.HBox(row), picture, said])


_MEND = """
const area = element.closest(".jp-OutputArea") || document.body;
const mend = () => {
  area.querySelectorAll(".widget-slider .noUi-handle:not([aria-label])").forEach((handle) => {
    const label = handle.closest(".widget-slider").querySelector(".widget-label");
    if (label) handle.setAttribute("aria-label", label.textContent);
  });
  area.querySelectorAll("select:not([data-lm-suppress-shortcuts])").forEach((list) => {
    list.setAttribute("data-lm-suppress-shortcuts", "true");
    Object.assign(list.style, { appearance: "auto", backgroundImage: "none" });
  });
};
new MutationObserver(mend).observe(area, { childList: true, subtree: true });
mend();
"""


def mend_controls() -> None:
    """Name each slider's handle, which ipywidgets leaves nameless, and give lists their keys and an arrow to be seen.

    Without it JupyterLab takes the keys pressed in a list for its own: an arrow leaves the cell, D twice deletes it.
    The arrow that ipywidgets paints on a list is a picture, as dark in the dark theme as in the light one.
    """
    from IPython.display import display

    display({"application/javascript": _MEND, "text/plain": ""}, raw=True)


def _number(label: str, value: float, low: float, high: float, step: float) -> Any:
    import ipywidgets as w

    kind = w.IntSlider if all(isinstance(x, int) for x in (value, low, high, step)) else w.FloatSlider
    return kind(
        value=value,
        min=low,
        max=high,
        step=step,
        description=label,
        continuous_update=False,
        style={"description_width": "15em"},
        layout=w.Layout(width="36em", max_width="100%"),
    )


def two_groups(name: str = "two groups") -> Any:
    """Two arms that all improve: tests within each arm and between them, once and 1,000 times (lesson 05)."""
    if not can_run():
        return draw_two_groups()
    controls = {
        "common": _number("Improvement in everyone", 0.3, 0.0, 1.5, 0.05),
        "effect": _number("Added by the treatment", 0.0, 0.0, 1.5, 0.05),
        "sd": _number("SD of the change", 1.0, 0.5, 3.0, 0.1),
        "n": _number("Persons in each arm", 40, 5, 200, 5),
    }
    buttons = {"Draw again": "again", "Repeat 1,000 times": "repeat"}
    return _playground(name, "Two groups", controls, draw_two_groups, buttons)


def regression_to_the_mean(name: str = "regression to the mean") -> Any:
    """People measured twice, untreated, of whom only those above a mark are let in (lesson 05)."""
    if not can_run():
        return draw_regression()
    controls = {
        "mark": _number("Pain needed to enter", 6.0, 0.0, 9.0, 0.5),
        "sd": _number("SD of true pain", 2.0, 0.5, 3.0, 0.1),
        "error": _number("SD of one measurement", 1.5, 0.0, 3.0, 0.1),
    }
    return _playground(name, "Measured twice, nobody treated", controls, draw_regression, {"Draw again": "again"})


def sampling_distribution(name: str = "sampling distribution") -> Any:
    """Means of 1,000 samples, by n and SD (lesson 06)."""
    if not can_run():
        return draw_sampling()
    controls = {
        "n": _number("Persons in a sample", 40, 2, 400, 1),
        "sd": _number("SD of persons", 2.0, 0.5, 4.0, 0.1),
    }
    return _playground(name, "Where do means fall?", controls, draw_sampling, {"Draw again": "again"})


def precision(name: str = "precision") -> Any:
    """What a trial of two arms can tell, by n and SD (lesson 06)."""
    if not can_run():
        return draw_precision()
    controls = {
        "n": _number("Persons in each arm", 40, 5, 640, 5),
        "sd": _number("SD (points)", 2.0, 0.5, 4.0, 0.1),
    }

    def draw(n: int, sd: float, seed: int) -> Picture:  # nothing is drawn by chance here
        return draw_precision(n, sd)

    return _playground(name, "What could a trial of this size see?", controls, draw, {})


def correlation_slider(name: str = "correlation", **figures: Any) -> Any:
    """Made pairs with given means and SDs at any correlation (lesson 08).

    `figures`: mean1, sd1, mean2, sd2 and n, numbers, and scale, a pair of numbers; without them those of pain in the
    abstract, on the scale from 0 to 10.
    """
    figures = figures or _pain() | {"scale": (0.0, 10.0)}
    if not can_run():
        return draw_correlation(0.5, **figures)

    def draw(r: float, seed: int) -> Picture:
        return draw_correlation(r, seed=seed, **figures)

    controls = {"r": _number("Correlation", 0.5, -0.99, 0.99, 0.01)}
    return _playground(name, "Made pairs: the correlation of before and after", controls, draw, {"Draw again": "again"})


def _pain() -> dict[str, float]:
    """Mean and SD of pain in the magnesium arm, before and at 6 months, by the abstract."""
    table = records.numbers()
    ours = (table["source"] == "painscience") & (table["passage"] == "abstract") & (table["arm"] == "magnesium")
    pain = table[ours & (table["outcome"] == "pain")].set_index(["time_point", "statistic"])["value"]
    return {
        f"{statistic}{n}": float(pain[time_point, statistic])
        for n, time_point in enumerate(("baseline", "6 months"), 1)
        for statistic in ("mean", "sd")
    }


# ── lesson 07: the form ─────────────────────────────────────────────────────────────────────────────────────────────

ANSWERS = {"Y": "Yes", "PY": "Probably yes", "PN": "Probably no", "N": "No", "NI": "No information"}


class Rob2Form:
    """RoB 2 for one result, as a form: the questions asked so far, the judgement of each domain, and the way to it.

    `answers` holds what is ticked, {"1.1": "Y", …}. `table()` and `judgements()` give it to the next cell.
    """

    def __init__(self, answers: dict[str, str], label: str = "") -> None:
        self.answers, self.label = answers, label
        self.shown = next(iter(rob2.domains()))
        self._box: Any = None
        known = {q.id: q.answers for q in rob2.questions()}
        for question, answer in answers.items():
            if answer not in known.get(question, ()):
                wanted = f"one of {', '.join(known[question])}" if question in known else "a question such as 1.1"
                raise rob2.Rob2Error(question, f"{question} is answered {answer!r}; expected {wanted}")

    def _domain(self, domain: str) -> tuple[dict[str, str], tuple[str, ...]]:
        ticked = {q.id: self.answers[q.id] for q in rob2.questions(domain) if self.answers.get(q.id)}
        asked = rob2.reachable(domain, ticked)
        return {q: ticked[q] for q in asked if q in ticked}, asked

    def judgements(self) -> dict[str, str | None]:
        """The judgement of every domain and "Overall"; None where a question that is asked is still open."""
        found: dict[str, str | None] = {}
        for domain in rob2.domains():
            ticked, asked = self._domain(domain)
            found[domain] = rob2.judge_domain(domain, ticked) if len(ticked) == len(asked) else None
        complete = {d: j for d, j in found.items() if j is not None}
        found["Overall"] = rob2.judge_overall(complete).judgement if len(complete) == len(rob2.domains()) else None
        return found

    def table(self) -> pd.DataFrame:
        """One row a question, index `question`: domain, topic, asked (True or False), answer ("" where open)."""
        rows = []
        for domain in rob2.domains():
            ticked, asked = self._domain(domain)
            rows += [[q.id, domain, q.topic, q.id in asked, ticked.get(q.id, "")] for q in rob2.questions(domain)]
        columns = ["question", "domain", "topic", "asked", "answer"]
        return pd.DataFrame(rows, columns=columns).set_index("question")

    def way(self, domain: str) -> str:
        """The way from the answers to the judgement of a domain, or the questions that are still open, in words."""
        ticked, asked = self._domain(domain)
        if len(ticked) < len(asked):
            return f"Still open: {', '.join(q for q in asked if q not in ticked)}."
        walk = rob2.path(domain, ticked)
        return f"{' → '.join(f'{q} {ticked[q]}' for q in walk.questions)}. Rule: {walk.decided_by}."

    def picture(self) -> Picture:
        """The traffic lights of the form as it stands."""
        return traffic_lights({"this form": self.judgements()}, self.label)

    def _summary(self) -> str:
        judged = self.judgements()
        words = {**rob2.domains(), "Overall": "Overall"}
        rows = "".join(
            f'<tr><th scope="row" style="text-align: left">{domain if domain == title else f"{domain} {title}"}</th>'
            f'<td style="text-align: left">{_light(judged[domain])} '
            f"{html.escape(_on(judged[domain], self.label))}</td></tr>"
            for domain, title in words.items()
        )
        note = ""
        complete = {d: j for d, j in judged.items() if d != "Overall" and j}
        if judged["Overall"] and rob2.judge_overall(complete).needs_human:
            note = "<p>Several domains are of some concern: whether that amounts to High is for a person to judge.</p>"
        head = "".join(f'<th scope="col" style="text-align: left">{word}</th>' for word in ("Domain", "Judgement"))
        return f'<div role="status"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}</div>'

    def _widget(self) -> Any:
        import ipywidgets as w

        summary, way, page = w.HTML(), w.HTML(), w.VBox()
        fields: dict[str, Any] = {}
        rows: dict[str, Any] = {}
        for q in rob2.questions():
            options = [("not answered", ""), *((ANSWERS[answer], answer) for answer in q.answers)]
            fields[q.id] = w.Dropdown(options=options, value=self.answers.get(q.id, ""), description=q.id)
            rows[q.id] = w.VBox([w.HTML(f"{q.id} {html.escape(q.topic)}"), fields[q.id]])
        titles = [(f"{domain} {title}", domain) for domain, title in rob2.domains().items()]
        shown = w.Dropdown(options=titles, value=self.shown, description="Domain", layout=w.Layout(width="30em"))

        def show(*_changed: object) -> None:
            self.shown = shown.value
            for question, field in fields.items():
                if field.value:
                    self.answers[question] = field.value
                else:
                    self.answers.pop(question, None)
            page.children = [rows[question] for question in self._domain(self.shown)[1]]
            way.value = f"<p>{html.escape(self.way(self.shown))}</p>"
            summary.value = self._summary()

        show()
        for control in (shown, *fields.values()):
            control.observe(show, names="value")
        note = w.HTML(
            "<p>The topics are in the course’s words; the questions that count stand at "
            '<a href="https://www.riskofbias.info">riskofbias.info</a>.</p>'
        )
        return w.VBox([note, shown, page, way, summary])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if not can_run():
            return self.picture()._repr_mimebundle_()
        if self._box is None:
            self._box = self._widget()
        mend_controls()
        return self._box._repr_mimebundle_(include=include, exclude=exclude)

    def __repr__(self) -> str:
        return repr(self.picture())


def _light(judgement: str | None) -> str:
    """The colour of a judgement with its sign in it; the words beside it say the same."""
    colour, sign, _ = LIGHTS[judgement or "not judged"]
    style = f"background: {colour}; color: {'white' if judgement == 'High' else INK}; border: 1px solid {INK}"
    shape = "display: inline-block; width: 1.4em; line-height: 1.4em; border-radius: 50%; text-align: center"
    return f'<span aria-hidden="true" style="{style}; {shape}">{sign}</span>'


def _on(judgement: str | None, label: str) -> str:
    return "not judged yet" if judgement is None else f"{judgement} {label}".strip()


def rob2_form(name: str = "rob2", answers: Mapping[str, str] | None = None, label: str = "") -> Rob2Form:
    """RoB 2 for one result as a form, with the live judgement and the way to it; `table()` is for the next cell.

    `answers` are ticked at first; what a learner ticks is kept when the cell is run again. `label`: see
    `figures.traffic_lights`. Raises Rob2Error for a question or an answer that RoB 2 does not have.

    >>> form = rob2_form("doctest", {"1.1": "NI", "1.2": "PY", "1.3": "N"})
    >>> form.judgements()["D1"], form.way("D2")
    ('Low', 'Still open: 2.1, 2.2, 2.6.')
    """
    kept = _kept.setdefault(name, {})
    if "form" not in kept:
        kept["form"] = Rob2Form(dict(answers or {}))
    form: Rob2Form = kept["form"]
    form.label, form._box = label, None  # a cell that runs again shows a fresh form with the old answers
    return form
