"""How long a learner waits: importing the library, a check's answer, each lesson from top to bottom."""

from __future__ import annotations

import contextlib
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import matplotlib
import nbformat
from nbclient import NotebookClient

from appraise.learner.check import check
from tests import bank


def _import(module: str) -> float:
    """Seconds to import a module in a new process, the best of five."""
    code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True) for _ in range(5)]
    return min(float(r.stdout) for r in runs)


def answered(slug: str) -> Iterator[tuple[str, Any]]:
    """Each exercise of a lesson with its reference answer, functions and plots included."""
    before: tuple[str, str] | None = None
    space: dict[str, Any] = {}
    for exercise, name, names in bank.Bench(slug).walk():
        if before:
            yield before[0], space[before[1]]
        before, space = (exercise, name), names
    if before:
        yield before[0], space[before[1]]


def checks() -> dict[str, float]:
    """Seconds of one check of every exercise's reference answer."""
    took = {}
    for slug in bank.slugs():
        for exercise, answer in answered(slug):
            begun = time.perf_counter()
            check(exercise, answer)
            took[exercise] = time.perf_counter() - begun
    return took


def lesson(slug: str) -> tuple[float, float]:
    """Seconds of all cells of a solution, the kernel running: in all, and those of checks and reports."""
    nb = nbformat.read(bank.ROOT / "solutions" / slug / f"{slug}.ipynb", as_version=4)
    whole = ours = 0.0
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            nb, timeout=120, resources={"metadata": {"path": folder}}, extra_arguments=["--IPKernelApp.log_level=40"]
        )
        with client.setup_kernel():
            for i, cell in enumerate(nb.cells):
                begun = time.perf_counter()
                client.execute_cell(cell, i)
                whole += (took := time.perf_counter() - begun)
                if cell.source.startswith(("check(", "lesson_report(", "course_map(")):
                    ours += took
    return whole, ours


def main() -> None:
    """Print the table."""
    matplotlib.use("Agg")
    pandas = _import("pandas")
    extra = _import("pandas, appraise") - pandas
    print(f"import pandas {pandas:.2f} s; import appraise beyond it {extra:.2f} s ({extra / pandas:.2f} of pandas)")
    with contextlib.redirect_stdout(io.StringIO()):
        took = checks()
    slow = max(took, key=took.__getitem__)
    print(
        f"a check's answer: median {1000 * statistics.median(took.values()):.1f} ms of {len(took)} exercises,", end=""
    )
    print(f" slowest {1000 * took[slow]:.0f} ms ({slow}; aim 50 ms)")
    for slug in bank.slugs():
        whole, ours = lesson(slug)
        print(
            f"{slug}: {whole:.1f} s from top to bottom ({whole / pandas:.1f} times importing pandas; aim 5 s), "
            f"{whole / (whole - ours):.2f} times the same cells without checks and report",
            flush=True,
        )


if __name__ == "__main__":
    main()
