"""The widgets: controls above a picture, kept as they were left, and mended for screen readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from appraise.figures.drawing import Picture
from appraise.markup import element
from appraise.runtime import has_page
from appraise.sources.tables import numbers
from appraise.widgets.plots import (
    LARGEST_SD,
    draw_confounding,
    draw_correlation,
    draw_precision,
    draw_regression,
    draw_sampling,
    draw_two_groups,
)

KEPT_STATES: dict[str, dict[str, Any]] = {}  # by name, for as long as the kernel lives


def _playground(
    name: str, title: str, controls: Mapping[str, Any], draw: Callable[..., Picture], buttons: Mapping[str, str]
) -> Any:
    """Controls above a picture that follows them. `buttons` maps a word to what it does: "again" or "repeat"."""
    import ipywidgets as w

    kept = KEPT_STATES.setdefault(name, {})
    kept.setdefault("seed", 1)
    picture = w.HTML()  # as wide as the box; 100 % and the margin would be more
    caption = w.HTML()

    def show(*_: object) -> None:
        kept.update({key: control.value for key, control in controls.items()})
        drawn = draw(**kept)
        picture.value = drawn.img()
        caption.value = element("p", drawn.alt, role="status", style="max-width: 46em")

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
    heading = w.HTML(element("strong", title))
    mend_controls()
    return w.VBox([heading, *controls.values(), w.HBox(row), picture, caption])


_MEND_SCRIPT = """
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

    display({"application/javascript": _MEND_SCRIPT, "text/plain": ""}, raw=True)


def _number_box(label: str, value: float, low: float, high: float, step: float) -> Any:
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
    if not has_page():
        return draw_two_groups()
    controls = {
        "common": _number_box("Improvement in everyone", 0.3, 0.0, 1.5, 0.05),
        "effect": _number_box("Added by the treatment", 0.0, 0.0, 1.5, 0.05),
        "sd": _number_box("SD of the change", 1.0, 0.5, 3.0, 0.1),
        "n": _number_box("Persons in each arm", 40, 5, 200, 5),
    }
    buttons = {"Draw again": "again", "Repeat 1,000 times": "repeat"}
    return _playground(name, "Two groups", controls, draw_two_groups, buttons)


def regression_to_the_mean(name: str = "regression to the mean") -> Any:
    """People measured twice, untreated, of whom only those above a mark are let in (lesson 05)."""
    if not has_page():
        return draw_regression()
    controls = {
        "mark": _number_box("Pain needed to enter", 6.0, 0.0, 9.0, 0.5),
        "sd": _number_box("SD of true pain", 2.0, 0.5, 3.0, 0.1),
        "error": _number_box("SD of one measurement", 1.5, 0.0, 3.0, 0.1),
    }
    return _playground(name, "Measured twice, nobody treated", controls, draw_regression, {"Draw again": "again"})


def sampling_distribution(name: str = "sampling distribution") -> Any:
    """Means of 1,000 samples, by n and SD (lesson 06)."""
    if not has_page():
        return draw_sampling()
    controls = {
        "n": _number_box("Persons in a sample", 40, 2, 400, 1),
        "sd": _number_box("SD of persons", 2.0, 0.5, LARGEST_SD, 0.1),
    }
    return _playground(name, "Where do means fall?", controls, draw_sampling, {"Draw again": "again"})


def precision(name: str = "precision") -> Any:
    """What a trial of two arms can tell, by n and SD (lesson 06)."""
    if not has_page():
        return draw_precision()
    controls = {
        "n": _number_box("Persons in each arm", 40, 5, 640, 5),
        "sd": _number_box("SD (points)", 2.0, 0.5, 4.0, 0.1),
    }

    def draw(n: int, sd: float, seed: int) -> Picture:  # nothing is drawn by chance here
        return draw_precision(n, sd)

    return _playground(name, "What could a trial of this size see?", controls, draw, {})


def confounding(name: str = "confounding") -> Any:
    """A habit, a disease and a common cause of both: what an observer sees, and what is true (lesson 14)."""
    if not has_page():
        return draw_confounding()
    controls = {
        "cause_ratio": _number_box("Risk with the cause : without", 4.0, 1.0, 6.0, 0.5),
        "habit_with": _number_box("Share with the habit, of these", 0.2, 0.05, 0.95, 0.05),
        "habit_ratio": _number_box("What the habit truly does (ratio)", 1.0, 0.5, 2.0, 0.1),
    }
    return _playground(
        name, "A habit, a disease, and what lies behind both", controls, draw_confounding, {"Draw again": "again"}
    )


def correlation_slider(name: str = "correlation", **figures: Any) -> Any:
    """Made pairs with given means and SDs at any correlation (lesson 08).

    `figures`: mean1, sd1, mean2, sd2 and n, numbers, and scale, a pair of numbers; without them those of pain in the
    abstract, on the scale from 0 to 10.
    """
    figures = figures or _pain_figures() | {"scale": (0.0, 10.0)}
    if not has_page():
        return draw_correlation(0.5, **figures)

    def draw(r: float, seed: int) -> Picture:
        return draw_correlation(r, seed=seed, **figures)

    controls = {"r": _number_box("Correlation", 0.5, -0.99, 0.99, 0.01)}
    return _playground(name, "Made pairs: the correlation of before and after", controls, draw, {"Draw again": "again"})


def _pain_figures() -> dict[str, float]:
    """Mean and SD of pain in the magnesium arm, before and at 6 months, by the abstract."""
    table = numbers()
    in_the_arm = (table["source"] == "painscience") & (table["passage"] == "abstract") & (table["arm"] == "magnesium")
    pain = table[in_the_arm & (table["outcome"] == "pain")].set_index(["time_point", "statistic"])["value"]
    return {
        f"{statistic}{n}": float(pain[time_point, statistic])
        for n, time_point in enumerate(("baseline", "6 months"), 1)
        for statistic in ("mean", "sd")
    }
