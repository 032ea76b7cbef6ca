"""How long a learner waits: importing the library, a check's answer, each lesson from top to bottom."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time

import matplotlib
import nbformat
from nbclient import NotebookClient

from appraise.checking import check
from appraise.plain import decode
from tests import bank


def _import(module: str) -> float:
    """Seconds to import a module in a new process, the best of five."""
    code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True) for _ in range(5)]
    return min(float(r.stdout) for r in runs)


def checks() -> list[float]:
    """Seconds of one check of each exercise's reference answer (functions and plots apart)."""
    took = []
    for slug in bank.slugs():
        for exercise, ex in bank.key(slug).items():
            if "expected" not in ex or (isinstance(ex["expected"], dict) and "axes" in ex["expected"]):
                continue
            answer = decode(ex["expected"])
            begun = time.perf_counter()
            check(exercise, answer)
            took.append(time.perf_counter() - begun)
    return took


def lesson(slug: str) -> float:
    """Seconds of all cells of a solution, the kernel running."""
    nb = nbformat.read(bank.ROOT / "solutions" / slug / f"{slug}.ipynb", as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            nb, timeout=120, resources={"metadata": {"path": folder}}, extra_arguments=["--IPKernelApp.log_level=40"]
        )
        with client.setup_kernel():
            begun = time.perf_counter()
            for i, cell in enumerate(nb.cells):
                client.execute_cell(cell, i)
            return time.perf_counter() - begun


def main() -> None:
    """Print the table."""
    matplotlib.use("Agg")
    pandas = _import("pandas")
    extra = _import("pandas, appraise") - pandas
    print(f"import pandas {pandas:.2f} s; import appraise beyond it {extra:.2f} s ({extra / pandas:.2f} of pandas)")
    took = checks()
    print(f"a check's answer: median {1000 * statistics.median(took):.1f} ms of {len(took)} exercises, ", end="")
    print(f"slowest {1000 * max(took):.0f} ms (aim 50 ms)")
    for slug in bank.slugs():
        seconds = lesson(slug)
        print(f"{slug}: {seconds:.1f} s from top to bottom ({seconds / pandas:.0f} times importing pandas; aim 5 s)")


if __name__ == "__main__":
    main()
