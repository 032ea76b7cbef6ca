"""The bars of the unseen cases that a program can measure, each with its figure.

What readers must judge is named and not measured: how cold readers agree, and how long a teacher's first case takes.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from appraise.cases.absurd import find_absurd
from appraise.cases.casemaking import make_case
from appraise.cases.cheating import score_cheats
from appraise.cases.issuing import DEMO_SECRET, SENTENCES_A_TELLING, draw_seed, issue
from appraise.cases.labels import FAULTS, SUBJECTS
from appraise.cases.own import find_problems
from appraise.cases.public import TEXT_LIMIT
from appraise.cases.wordings import ASSETS, VOICES, expand, load_tellings, load_topics

_TIMED = """
import json, time
start = time.perf_counter()
import pandas
pandas_time = time.perf_counter() - start
import appraise
start = time.perf_counter()
from appraise.cases.casemaking import make_case
from appraise.cases.public import case_text
from appraise.cases.sheets import print_questions
"".join(print_questions([case_text(make_case("timed"), "TIMED")]))
print(json.dumps([pandas_time, time.perf_counter() - start]))
"""


class Bar(NamedTuple):
    """One bar: what is asked, the figure, the limit as text, and whether it is met."""

    name: str
    figure: str
    asked: str
    is_met: bool


def measure(cases: int = 2000, train: int = 800, students: int = 200) -> Iterator[Bar]:
    """The bars, one at a time. `cases` are looked at for absurdities; half of `train` more cases test the programs."""
    yield from _measure_wordings()
    yield from _measure_cheats(train)
    yield from _measure_sharing(students)
    yield from _measure_speed()
    yield from _measure_class(students)
    yield from _measure_texts(cases)
    problems = find_problems((ASSETS / "starter.md").read_text(encoding="utf-8"))
    yield Bar("problems in the starter of a teacher's own case", str(len(problems)), "0", not problems)


def _measure_wordings() -> Iterator[Bar]:
    voices = load_tellings().subjects.values()
    fewest = min(sum(len(expand(wording)) for wording in row[voice]) for row in voices for voice in VOICES)
    for name, count, least in (
        ("topics", len(load_topics()), 24),
        ("subjects", len(SUBJECTS), 20),
        ("expanded wordings of a subject and voice, the fewest", fewest, 4),
    ):
        yield Bar(name, str(count), f"≥ {least}", count >= least)


def _measure_cheats(train: int) -> Iterator[Bar]:
    seeds = [f"public-{i}" for i in range(train)]
    for score in score_cheats(seeds, [f"unseen-{i}" for i in range(train // 2)]):
        figure = f"{score.above:+.3f} ({score.accuracy:.3f} against {score.floor:.3f})"
        yield Bar(f"a program above its floor: {score.name}", figure, "≤ 0.05", score.above <= 0.05)


def share_pairs(students: int, sentences: int) -> float:
    """The share of pairs of students whose cases have a sentence with its label in common."""
    rows = []
    for i in range(students):
        case = make_case(draw_seed(DEMO_SECRET, "measured", f"student-{i}"), sentences=sentences)
        rows.append({(s.text, s.label) for telling in case.tellings for s in telling.sentences})
    pairs = list(combinations(rows, 2))
    return sum(not a.isdisjoint(b) for a, b in pairs) / len(pairs)


def _measure_sharing(students: int) -> Iterator[Bar]:
    for sentences in (SENTENCES_A_TELLING, 8):
        share = share_pairs(students, sentences)
        name = f"pairs of {students} students that share a sentence and its label, {3 * sentences} sentences"
        yield Bar(name, f"{100 * share:.1f} %", "< 10 %", share < 0.1)


def _measure_speed() -> Iterator[Bar]:
    """A case made and shown in a new process that has the course's library, against what importing pandas takes."""
    runs = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", _TIMED], capture_output=True, text=True, check=True)
        runs.append(json.loads(done.stdout))
    ratio = min(row[1] for row in runs) / min(row[0] for row in runs)
    yield Bar("a case made and shown, against importing pandas", f"{ratio:.2f}", "< 0.5", ratio < 0.5)


def _run_class(students: int) -> None:
    for one in issue(DEMO_SECRET, "measured", (f"student-{i}" for i in range(students))):
        one.text.to_json()
        one.key.model_dump_json()


def _time(students: int) -> float:
    start = time.process_time()
    _run_class(students)
    return time.process_time() - start


def _measure_class(students: int) -> Iterator[Bar]:
    """A class against one a quarter its size: time a student, and memory that is held."""
    few = students // 4
    make_case("first")
    small, large = (min(_time(n), _time(n)) / n for n in (few, students))
    ratio = large / small
    yield Bar(f"time a student, {students} against {few}", f"{ratio:.2f}", "< 1.3", ratio < 1.3)
    held = _measure_held(few, students)
    # a student's id is kept, so that nobody is named twice; a text and a key would take ten thousand bytes
    yield Bar("memory held for each more student of a class", f"{held:.0f} bytes", "< 500", held < 500)


def _measure_held(few: int, students: int) -> float:
    """The bytes that a class still holds for each student between the first `few` and all."""
    used = []
    tracemalloc.start()
    for i, one in enumerate(issue(DEMO_SECRET, "measured", (f"student-{i}" for i in range(students))), 1):
        one.text.to_json()
        if i in (few, students):
            gc.collect()
            used.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    return (used[1] - used[0]) / (students - few)


def _measure_texts(cases: int) -> Iterator[Bar]:
    largest = max(
        len(one.text.to_json()) for one in issue(DEMO_SECRET, "measured", (f"text-{i}" for i in range(min(cases, 200))))
    )
    yield Bar("the largest text of a graded case", f"{largest} bytes", f"≤ {TEXT_LIMIT}", largest <= TEXT_LIMIT)
    absurd, faults = 0, set()
    for i in range(cases):
        case = make_case(f"looked-at-{i}")
        absurd += len(find_absurd(case))
        faults |= {s.label for telling in case.tellings for s in telling.sentences}
    yield Bar(f"absurdities in {cases} cases", str(absurd), "0", absurd == 0)
    met = len(faults & set(FAULTS))
    yield Bar("kinds of fault that occur", str(met), str(len(FAULTS)), met == len(FAULTS))
