"""What was predicted and what is so, on one line."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from appraise.figures.drawing import CONTROL, MAGNESIUM, QUIET, Picture, styled


@styled
def prediction_line(
    predicted: float | None,
    actual: float,
    low: float,
    high: float,
    unit: str,
    reason: str = "",
    name: str = "the figure",
) -> Picture:
    """Draw a prediction beside the figure that it was about.

    Parameters
    ----------
    predicted : float or None
        None where nothing was predicted: the figure then stands alone.
    found : float
        The figure.
    low, high : float
        Ends of the line, as in the prediction.
    unit : str
        Of all four numbers.
    reason : str
        Why the number was predicted; it comes back above the line.
    name : str
        What the figure is called beside its point.

    Raises
    ------
    ValueError
        Where `low` is not below `high`.

    Examples
    --------
    >>> prediction_line(40, 88, 0, 100, "of 100").alt
    'A line from 0 to 100 (of 100). You predicted 40. The figure: 88.'
    """
    if not low < high:
        raise ValueError(f"expected the lower end first, found {low} and {high}")
    fig = Figure(figsize=(7.2, 1.6))
    ax = fig.add_subplot()
    ax.set_xlim(low, high)
    ax.set_ylim(-1, 1)
    ax.axhline(0, color=QUIET, linewidth=2)
    ax.get_yaxis().set_visible(False)
    for side in ("left", "top", "right", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_xlabel(unit)
    points = [(name, actual, "o", MAGNESIUM, 0.45)]
    if predicted is not None:
        points.insert(0, ("you", predicted, "D", CONTROL, -0.75))
    for point, value, marker, colour, height in points:
        ax.plot([value], [0], marker=marker, markersize=11, color=colour, clip_on=False, zorder=3)
        ax.text(value, height, f"{point}: {value:g}", ha="center", color=colour)
    message = f"You predicted {predicted:g}. " if predicted is not None else "Nothing was predicted. "
    because = f" Your reason was: {reason}" if reason else ""
    table = pd.DataFrame({"what": [p[0] for p in points], unit or "value": [p[1] for p in points]}).set_index("what")
    ax.set_title(f"Your reason: {reason}" if reason else "", fontsize=10, color=QUIET, loc="left", wrap=True)
    return Picture(
        fig, f"A line from {low:g} to {high:g} ({unit}). {message}{name.capitalize()}: {actual:g}.{because}", table
    )
