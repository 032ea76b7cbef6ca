"""How fast a class is graded: `python -m tests.bench grading`, or `python -m tests.bench.bench_grading --students 50`.

One class of lesson 04 (fixed seed) is graded in one run, on one machine, by

- stock nbgrader: `nbgrader autograde` with no part of ours, a kernel for each submission (a sample of the class);
- plain nbgrader: `nbgrader autograde` with our configuration;
- `appraise grade`, walls on where the machine has them;
- the floor: a fork of the fork server in the same sandbox that runs the answer cells and nothing else.

What counts are the ratios: all four meet the same load. Times hold everything, start-up included; a rate by the slope
(the larger class less the smaller) leaves the start-up out. Points are compared item by item, ours with the bank's and
stock's with ours. The table goes to tests/bench/grading.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SLUG, SEED = "04-the-numbers", 20130301
TABLE = Path(__file__).with_name("grading.md")
STOCK = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = "one-trial-five-tellings"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.db_url = "sqlite:///" + {root!r} + "/grading/gradebook.db"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "exercises.yml", "key.json"]
c.ClearSolutions.code_stub = {{"python": ""}}
"""


@dataclass
class Run:
    """One way to grade, measured."""

    name: str
    submissions: int
    seconds: float
    memory: float = 0.0  # MB, the most that the command's own process held
    note: str = ""

    @property
    def rate(self) -> float:
        return self.submissions / self.seconds


def course(folder: Path, students: int, trust: bool) -> Path:
    """A course folder with the lesson and a class."""
    folder.mkdir(parents=True)
    for step in ("solutions", "lessons"):
        shutil.copytree(ROOT / step / SLUG, folder / step / SLUG)
    (folder / "tests" / "answers").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "answers" / f"{SLUG}.yml", folder / "tests" / "answers")
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    if trust:
        config += "c.JudgeOutside.trust_submissions = True\n"
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    call(folder, "appraise", "sample-class", SLUG, "--students", str(students), "--seed", str(SEED))
    return folder


def call(folder: Path, *words: str) -> tuple[float, float, str]:
    """Seconds, the most memory (MB) that the process itself held, and what it said."""
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        run = subprocess.Popen(
            [sys.executable, "-m", *words], cwd=folder, env=env, stdout=said, stderr=subprocess.STDOUT
        )
        most = 0.0
        while run.poll() is None:
            try:
                status = Path(f"/proc/{run.pid}/status").read_text(encoding="ascii")
                most = max(most, int(m[1]) / 1024 if (m := re.search(r"VmHWM:\s+(\d+)", status)) else 0.0)
            except OSError:
                pass
            time.sleep(0.05)
        seconds = time.perf_counter() - began
        said.seek(0)
        text = said.read()
    if run.returncode:
        sys.exit(f"{' '.join(words)} failed:\n{text[-3000:]}")
    return seconds, most, text


def scores(folder: Path) -> dict[str, dict[str, float | None]]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder}/grading/gradebook.db", "one-trial-five-tellings") as book:
        found = book.notebook_submissions(SLUG, SLUG)
        return {s.student.id: {g.name: g.auto_score for g in s.grades} for s in found}


def stock(folder: Path, students: int) -> tuple[Run, dict[str, dict[str, float | None]]]:
    """nbgrader as shipped, on the first of the class."""
    course(folder, students, False)
    (folder / "nbgrader_config.py").write_text(STOCK.format(root=str(folder)), encoding="utf-8")
    call(folder, "nbgrader", "generate_assignment", SLUG, "--force")
    # it ends with an error where it loses a submission, so a failure is a result here
    seconds, memory, _ = _may_fail(folder)
    return Run("stock nbgrader, as shipped", students, seconds, memory, "sample of the class"), scores(folder)


def _may_fail(folder: Path) -> tuple[float, float, str]:
    program = "import sys; from nbgrader.apps.nbgraderapp import main; sys.argv[1:] = ['autograde', sys.argv[1]]\n"
    program += "try: main()\nexcept SystemExit: pass\n"
    script = folder / "stock.py"
    script.write_text(program, encoding="utf-8")
    return call(folder, "stock", SLUG)


def plain(folder: Path, students: int, trust: bool) -> Run:
    """nbgrader's own command with our configuration."""
    course(folder, students, trust)
    call(folder, "nbgrader", "generate_assignment", SLUG, "--force")
    seconds, memory, _ = call(folder, "nbgrader", "autograde", SLUG)
    return Run("plain nbgrader, our configuration", students, seconds, memory)


def ours(folder: Path, students: int, trust: bool, workers: int) -> tuple[Run, str]:
    """`appraise grade`."""
    course(folder, students, trust)
    seconds, memory, said = call(folder, "appraise", "grade", SLUG, "--workers", str(workers))
    behind = next((line.removeprefix("Sandbox: ") for line in said.splitlines() if line.startswith("Sandbox: ")), "")
    return Run("appraise grade", students, seconds, memory), behind.rstrip(".")


_warm: Any = None
_lesson: Any = None


def _start_server(folder: str, trust: bool) -> None:
    from appraise.grading.judging.lesson import load_lesson, start_fork_server
    from appraise.grading.worker.starting import start_sandboxed

    global _warm, _lesson
    root = Path(folder)
    _lesson = load_lesson(root / "lessons" / SLUG / f"{SLUG}.ipynb", root / "solutions" / SLUG / "key.json")
    _warm = start_sandboxed(lambda behind: start_fork_server(_lesson, sandbox=behind), trust)


def _floor_one(path: str) -> None:
    from appraise.errors import WorkerDied
    from appraise.grading.submission.matching import match_answers
    from appraise.grading.submission.reading import read_notebook
    from appraise.grading.worker.client import Worker

    texts = match_answers(_lesson.release, read_notebook(Path(path).read_bytes())).texts
    worker = Worker(_warm)
    for text in texts.values():
        try:
            worker.run(text or "", 20)
        except WorkerDied:
            return
    worker.close()


def floor(folder: Path, students: int, trust: bool, workers: int) -> Run:
    """Nothing but walled forks that run the answer cells."""
    course(folder, students, trust)
    paths = sorted(str(p) for p in (folder / "grading" / "submitted").glob(f"*/{SLUG}/*.ipynb"))
    began = time.perf_counter()
    with ProcessPoolExecutor(workers, get_context("spawn"), _start_server, (str(folder), trust)) as pool:
        for _ in pool.map(_floor_one, paths):
            pass
    return Run("floor: walled fork, answer cells alone", students, time.perf_counter() - began)


def differences(got: dict[str, Any], must: dict[str, Any]) -> tuple[int, int]:
    """(items that differ, items compared), of the items that both have."""
    pairs = [(got[s][i], must[s][i]) for s in got if s in must for i in got[s] if i in must[s]]
    return sum(a != b for a, b in pairs), len(pairs)


def machine() -> str:
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    names = ("nbgrader", "ipykernel", "numpy", "pandas", "matplotlib", "SQLAlchemy")
    load = os.getloadavg()[0]
    return (
        f"{model}, {len(os.sched_getaffinity(0))} processors, {platform.system()} {platform.release()}, "
        f"load {load:.1f} at the start; Python {platform.python_version()}, "
        + ", ".join(f"{n} {version(n)}" for n in names)
        + f"; {date.today():%Y-%m-%d}"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def main(argv: Sequence[str] = ()) -> int:
    """Measure, print and write the table; 1 where a point differs from the bank's or a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--large", type=int, default=2000, help="the second class of `appraise grade`; 0 for none")
    parser.add_argument("--stock", type=int, default=12, help="submissions of the class that stock nbgrader grades")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--trust-submissions", action="store_true", help="measure although no sandbox stands")
    parser.add_argument("--to", type=Path, default=TABLE)
    given = parser.parse_args(argv)
    trust, n, workers = given.trust_submissions, given.students, given.workers
    here = machine()
    top = Path(tempfile.mkdtemp(prefix="appraise-bench-"))
    runs: list[Run] = []

    def note(run: Run) -> Run:
        runs.append(run)
        print(f"{run.name}: {run.submissions} in {run.seconds:.1f} s, {run.rate:.2f} a second", flush=True)
        return run

    try:
        stocks, of_stock = stock(top / "stock", given.stock)
        note(stocks)
        note(plain(top / "plain", n, trust))
        of_ours, behind = ours(top / "ours", n, trust, workers)
        note(of_ours)
        of_floor = note(floor(top / "floor", n, trust, workers))
        got = scores(top / "ours")
        from appraise.grading.reports.sample_class import expected

        must = expected(top / "ours" / "grading" / "expected" / f"{SLUG}.csv")
        wrong, checked = differences(got, must)
        unlike, both = differences(scores(top / "plain"), got)
        right = {s: {i: p for i, p in items.items() if p == must[s].get(i)} for s, items in of_stock.items()}
        other, shared = differences(right, got)
        asked = sum(len(got[s]) for s in sorted(got)[: given.stock])
        large = None
        if given.large:
            large, _ = ours(top / "large", given.large, trust, workers)
            note(large)
            more, many = differences(
                scores(top / "large"), expected(top / "large" / "grading" / "expected" / f"{SLUG}.csv")
            )
            wrong, checked = wrong + more, checked + many
    finally:
        shutil.rmtree(top, ignore_errors=True)

    ratio, over = of_ours.rate / stocks.rate, of_floor.rate / of_ours.rate
    goals = {
        f"at least 40 times stock's rate: {ratio:.0f} times": ratio >= 40,
        f"at most 2 times the floor: {over:.1f} times": over <= 2,
        f"every point as the bank says: {wrong} of {checked} items differ": wrong == 0,
        f"plain nbgrader gives the same points: {unlike} of {both} items differ": unlike == 0,
        f"where stock is right, the points are the same: {other} of {shared} items differ": other == 0 < shared,
    }
    if large is not None:
        goals[
            f"the rate at {large.submissions} is at least that at {n}: {large.rate:.1f} and {of_ours.rate:.1f} a second"
        ] = large.rate >= of_ours.rate
        grown = large.memory - of_ours.memory
        goals[f"the command's memory does not grow with the class: {grown:+.0f} MB"] = grown < 10
    lines = [
        "# Grading, measured",
        "",
        f"Lesson {SLUG}, seed {SEED}, {workers} workers, {behind}. {here}.",
        "Written by `make bench`. All rows of a table are of one run, start-up included; what counts is their ratio.",
        "",
        "| way | submissions | seconds | a second | times stock | memory of the command, MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for r in runs:
        memory = f"{r.memory:.0f}" if r.memory else ""
        extra = f" ({r.note})" if r.note else ""
        lines.append(
            f"| {r.name}{extra} | {r.submissions} | {r.seconds:.1f} | {r.rate:.2f} | {r.rate / stocks.rate:.1f} | {memory} |"
        )
    lines += ["", f"Stock gives the right points for {shared} of the {asked} items of its sample.", ""]
    lines += [f"- {'met' if ok else 'MISSED'}: {goal}" for goal, ok in goals.items()]
    text = "\n".join(lines) + "\n"
    given.to.write_text(text, encoding="utf-8")
    print(text)
    return 0 if all(goals.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
