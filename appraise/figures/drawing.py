"""A picture with its alternative text and its data as a table, the house style, and parts that all pictures use."""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, cast

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyBboxPatch, Patch, Rectangle

from appraise.files import ASSETS
from appraise.markup import data_table, escape

STYLE = ASSETS / "appraise.mplstyle"
DPI = 160


# Okabe & Ito's palette; the two arms also differ by marker, dash and hatch
MAGNESIUM, CONTROL, GREEN, PINK, SKY, AMBER = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"
INK, QUIET, PALE = "#222222", "#595959", "#F2F2F2"
BROKEN = (0, (4, 3))
_P = ParamSpec("_P")


class Picture:
    """A picture with its words: `fig` and `axes` (matplotlib), `alt` (what it shows) and `table` (its data, or None).

    >>> from appraise.figures import timeline
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
            f'<img alt="{escape(self.alt)}" src="data:image/png;base64,{data}" width="{width}" '
            'style="max-width: 100%; height: auto; background: white">'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        shown = self.img()
        if self.table is not None:
            shown += f"<details><summary>The picture’s data as a table</summary>{data_table(self.table)}</details>"
        return {"text/html": f'<div class="appraise-picture">{shown}</div>', "text/plain": repr(self)}

    def __repr__(self) -> str:
        words = textwrap.fill(self.alt, 100, break_on_hyphens=False)
        return words if self.table is None else f"{words}\n\n{self.table.to_string()}"


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


def join_words(parts: Iterable[str], word: str = "and") -> str:
    parts = list(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def join_or_none(names: Sequence[str], none: str = "none") -> str:
    return join_words(names) if names else none


def wrap_text(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width)) or text


def remove_frame(ax: Axes) -> None:
    ax.set_axis_off()


def draw_box(ax: Axes, x: float, y: float, w: float, h: float, text: str, **style: Any) -> None:
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


def draw_arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], **style: Any) -> None:
    """An arrow from start to end that leaves and arrives level."""
    arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 13}
    ax.annotate("", end, start, arrowprops=arrow | {"connectionstyle": "arc3,rad=0"} | style, zorder=2)


# ── 07: traffic lights ──────────────────────────────────────────────────────────────────────────────────────────────

LIGHTS = {  # the sign says what the colour says
    "Low": ("#009E73", "+", "white"),
    "Some concerns": ("#F0E442", "–", INK),
    "High": ("#A11D1D", "×", "white"),
    "not judged": ("white", "?", QUIET),
}
