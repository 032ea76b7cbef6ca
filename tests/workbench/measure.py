"""How well and how fast the workbench reads the invented texts: each bar with its figure."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from appraise.workbench.errors import WorkbenchError
from appraise.workbench.figures import figures
from appraise.workbench.methods import suggest, within_arm
from appraise.workbench.prompts import prompts
from appraise.workbench.tracing import Trace, lost, traces
from tests.workbench import texts

HOSTILE = ("1,", "a-", "1 ", ". ", "one ", "1 to 2 ", "95% CI 1 to 2, ")


class Bar(NamedTuple):
    """A bar: its name, the figure measured, the figure asked for, and whether more is better."""

    name: str
    figure: float
    asked: float
    more_is_better: bool = True

    @property
    def holds(self) -> bool:
        """Is the bar reached?"""
        return self.figure >= self.asked if self.more_is_better else self.figure <= self.asked


class Found(NamedTuple):
    """Numbers found as labelled, labelled and not found, found and not labelled; figures whose unit is as labelled."""

    right: int
    missed: list[str]
    extra: list[str]
    units_right: int
    units: int


@cache
def matches() -> Found:
    """Each labelled number against the numbers found: the same value in an overlapping place counts, once each."""
    right = units_right = units = 0
    missed, extra = [], []
    for text in [*texts.abstracts(), *texts.pages()]:
        there = [(f, v) for f in figures(text.text) for v in f.values]
        used: set[int] = set()
        for label in text.labels:
            for value in label.values:
                fits = [
                    k
                    for k, (f, v) in enumerate(there)
                    if k not in used and v == value and f.start < label.end and label.start < f.end
                ]
                if not fits:
                    missed.append(f"{text.name}: {label.surface} ({value})")
                    continue
                used.add(fits[0])
                right += 1
                units += bool(label.unit)
                units_right += bool(label.unit) and there[fits[0]][0].unit == label.unit
        extra += [f"{text.name}: {f.text} ({v})" for k, (f, v) in enumerate(there) if k not in used]
    return Found(right, missed, extra, units_right, units)


def labelled_traces(page: texts.Text) -> list[tuple[texts.Label, Trace | None]]:
    """Each label of a page's passage with what was found for the figure in its place."""
    abstract = texts.load(page.name.replace("page", "abstract"))
    rows = traces(page.marked(), abstract.text)
    pairs, offset = [], 0
    for start, end in page.passage:
        for label in page.labels:
            if start <= label.start < end:
                a, b = label.start - start + offset, label.end - start + offset
                hit = [row for row in rows if row.figure.start < b and a < row.figure.end]
                pairs.append((label, hit[0] if hit else None))
        offset += end - start + 2
    return pairs


class Traced(NamedTuple):
    """Figures said to be printed, those labelled so, and both; changed figures, and those whose source is shown."""

    stated: int
    labelled: int
    both: int
    changed: int
    shown: int


@cache
def traced() -> Traced:
    """The statuses of all pages' passages against their labels."""
    stated = labelled = both = changed = shown = 0
    for page in texts.pages():
        for label, row in labelled_traces(page):
            status = row.status if row else "missing"
            stated += status == "printed"
            labelled += label.status == "printed"
            both += status == label.status == "printed"
            if label.status == "changed":
                changed += 1
                shown += row is not None and _shows(row, label.counterpart)
    return Traced(stated, labelled, both, changed, shown)


def _shows(row: Trace, counterpart: tuple[Decimal, ...]) -> bool:
    """Is the labelled counterpart among the candidates, all its numbers in one of them?"""
    wanted = {abs(v) for v in counterpart}
    shown = [{abs(v) for f in c.figures for v in f.values} for c in row.candidates]
    return any(wanted <= values for values in shown)


def accuracy() -> list[Bar]:
    """The five bars of accuracy."""
    f, t = matches(), traced()
    return [
        Bar("figures found: recall", f.right / (f.right + len(f.missed)), 0.97),
        Bar("figures found: precision", f.right / (f.right + len(f.extra)), 0.97),
        Bar("“printed”: precision", t.both / t.stated, 0.95),
        Bar("“printed”: recall", t.both / t.labelled, 0.90),
        Bar("the true counterpart of a changed figure among three candidates", t.shown / t.changed, 0.70),
    ]


def seconds(run: Callable[[], object], times: int = 3) -> float:
    """The shortest processor time of some runs."""
    took = []
    for _ in range(times):
        begun = time.process_time()
        run()
        took.append(time.process_time() - begun)
    return max(min(took), 1e-6)


@cache
def ordinary(characters: int) -> str:
    """A text of this length, made of the invented ones."""
    every = "\n\n".join(t.text for t in [*texts.abstracts(), *texts.pages()])
    return (every * (characters // len(every) + 1))[:characters]


def read_everything(page: str) -> None:
    """What the workbench does with a page: figures traced, figures lost, prompts, and forms as if it were an abstract."""
    abstract = texts.load("abstract-03").text
    with contextlib.suppress(WorkbenchError):  # some hostile texts hold no figure
        traces(page, abstract)
    lost(page, abstract)
    prompts(page)
    suggest(page)
    within_arm(page)


def seconds_of(piece: str, times: int) -> float:
    """Seconds for a text that repeats a piece."""
    text = "x " + piece * times
    return seconds(lambda: read_everything(text), 2)


def import_pandas() -> float:
    """Seconds of processor time that importing pandas takes in a new process, the best of three."""
    code = "import time; t = time.process_time(); import pandas; print(time.process_time() - t)"
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True) for _ in range(3)]
    return min(float(r.stdout) for r in runs)


def speed() -> list[Bar]:
    """The bars of speed: against the import of pandas, and how the time grows with the length. Ratios of one run."""
    pandas = import_pandas()
    took = {n: seconds(lambda n=n: read_everything(ordinary(n))) for n in (1_000, 10_000, 60_000, 100_000)}  # type: ignore[misc]
    bars = [
        Bar("60,000 characters, in times that importing pandas takes", took[60_000] / pandas, 4, False),
        Bar("10,000 characters, in times 1,000", took[10_000] / took[1_000], 20, False),
        Bar("100,000 characters, in times 10,000", took[100_000] / took[10_000], 20, False),
    ]
    for piece in HOSTILE:
        short, long = seconds_of(piece, 1_000), seconds_of(piece, 10_000)
        # the bar is one of 60,000 characters: of a longer text its part of the time counts
        part = min(1.0, 60_000 / (10_000 * len(piece)))
        bars.append(Bar(f"{piece!r} ten thousand times, in times a thousand", long / short, 20, False))
        bars.append(Bar(f"{piece!r} the same, in times that importing pandas takes", part * long / pandas, 4, False))
    return bars
