"""How well and how fast the workbench reads the invented texts: each bar with its figure."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from appraise.errors import WorkbenchError
from appraise.workbench.figures import figures, forget_texts
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


@cache
def ordinary(characters: int) -> str:
    """A text of this length, made of the invented ones."""
    every = "\n\n".join(t.text for t in [*texts.abstracts(), *texts.pages()])
    return (every * (characters // len(every) + 1))[:characters]


def read_everything(page: str) -> None:
    """What the workbench does with a page: figures traced, figures lost, prompts, and forms as if it were an abstract."""
    abstract = texts.load("abstract-03").text
    forget_texts()  # as if it were the first time
    with contextlib.suppress(WorkbenchError):  # some hostile texts hold no figure
        traces(page, abstract)
    lost(page, abstract)
    prompts(page)
    suggest(page)
    within_arm(page)


def lengths() -> dict[str, str]:
    """The texts that are timed: ordinary ones by their number of characters, hostile ones by piece and times."""
    timed = {f"ordinary {n}": ordinary(n) for n in (1_000, 10_000, 60_000, 100_000)}
    return timed | {f"{piece} {k}": "x " + piece * k for piece in HOSTILE for k in (1_000, 10_000)}


def one_round() -> dict[str, float]:
    """Seconds of processor time for each text, once each, in this process: a new one, whose collector has little to do."""
    took = {}
    read_everything("One of 2 to 3 people.")  # patterns are compiled once a process
    for name, text in lengths().items():
        begun = time.process_time()
        read_everything(text)
        took[name] = max(time.process_time() - begun, 1e-6)
    return took


def seconds(rounds: int = 3) -> dict[str, float]:
    """The shortest processor time of some rounds, each in a process of its own.

    Pandas and the texts are measured in turn, so that a machine that is busy for a while is busy for both.
    """
    # pandas first, since the library imports it too
    code = """
import time
begun = time.process_time()
import pandas
took = {"pandas": time.process_time() - begun}
import json
from tests.workbench import measure
print(json.dumps(took | measure.one_round()))
"""
    command = [sys.executable, "-c", code]
    root = Path(__file__).parents[2]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True, cwd=root) for _ in range(rounds)]
    took = [json.loads(run.stdout) for run in runs]
    return {name: min(each[name] for each in took) for name in took[0]}


def speed() -> list[Bar]:
    """The bars of speed: against the import of pandas, and how the time grows with the length. Ratios of one run."""
    took = seconds()
    pandas = took["pandas"]
    bars = [
        Bar("60,000 characters, in times that importing pandas takes", took["ordinary 60000"] / pandas, 4, False),
        Bar("10,000 characters, in times 1,000", took["ordinary 10000"] / took["ordinary 1000"], 20, False),
        Bar("100,000 characters, in times 10,000", took["ordinary 100000"] / took["ordinary 10000"], 20, False),
    ]
    for piece in HOSTILE:
        short, long = took[f"{piece} 1000"], took[f"{piece} 10000"]
        # the bar is one of 60,000 characters: of a longer text its part of the time counts
        part = min(1.0, 60_000 / (10_000 * len(piece)))
        bars.append(Bar(f"{piece!r} ten thousand times, in times a thousand", long / short, 20, False))
        bars.append(Bar(f"{piece!r} the same, in times that importing pandas takes", part * long / pandas, 4, False))
    return bars
