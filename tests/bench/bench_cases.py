"""How fast a class with a case each is graded: `python -m tests.bench cases`.

Two classes of the same size, on one machine and in one run: lesson 04, where all have the same key, and lesson 13, where
each student has another case. What counts is the ratio of the two rates, start-up left out: each class is graded at two
sizes, and the rate is that of the submissions that the larger one has more.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from appraise.cases.exercising import task_fields
from appraise.cases.shelf import Shelf
from tests.bench.bench_grading import ROOT, call

ONE_KEY, OWN_KEYS, SEED = "04-the-numbers", "13-an-unseen-case", 20130301


def course(folder: Path, slug: str) -> None:
    """A course folder with one lesson."""
    folder.mkdir(parents=True)
    for step in ("solutions", "lessons"):
        shutil.copytree(ROOT / step / slug, folder / step / slug, ignore=shutil.ignore_patterns("cases"))
    (folder / "tests" / "answers").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "answers" / f"{slug}.yml", folder / "tests" / "answers")
    shutil.copy(ROOT / "nbgrader_config.py", folder)


def class_with_one_key(folder: Path, students: int) -> None:
    """The class of the grading benchmark."""
    course(folder, ONE_KEY)
    call(folder, "appraise", "sample-class", ONE_KEY, "--students", str(students), "--seed", str(SEED))


def class_with_own_keys(folder: Path, students: int) -> None:
    """Everybody has another case; every second answers it rightly, the others leave each second task blank."""
    import nbformat

    course(folder, OWN_KEYS)
    names = [f"s{i:04d}" for i in range(students)]
    (folder / "roster.csv").write_text("id\n" + "\n".join(names) + "\n", encoding="utf-8")
    call(folder, "appraise", "cases", "issue", OWN_KEYS, "--roster", "roster.csv")
    shelf = Shelf(folder / "grading", OWN_KEYS)
    codes = shelf.index().students
    solved = nbformat.read(ROOT / "solutions" / OWN_KEYS / f"{OWN_KEYS}.ipynb", as_version=4)
    for n, name in enumerate(names):
        stored = shelf.stored(codes[name])
        answers = {"unseen-own-code": stored.text.code}
        for i, (task, fields) in enumerate(task_fields(stored.text, stored.key).items()):
            right = fields["expected"]
            answers[task] = (dict(right["dict"]) if isinstance(right, dict) else right) if n % 2 or i % 2 else ...
        work = nbformat.from_dict(solved)
        for cell, after in zip(work.cells, work.cells[1:], strict=False):
            task = cell.metadata.get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
            if task in answers and cell.metadata.nbgrader.solution:
                value = "..." if answers[task] is ... else repr(answers[task])
                cell.source = f"{after.source.split(', ')[1].rstrip(')')} = {value}"
        place = folder / "grading" / "submitted" / name / OWN_KEYS
        place.mkdir(parents=True)
        nbformat.write(work, place / f"{OWN_KEYS}.ipynb")


def seconds(folder: Path, slug: str, workers: int) -> float:
    """How long `appraise grade` takes for a class."""
    return call(folder, "appraise", "grade", slug, "--workers", str(workers))[0]


def main(argv: Sequence[str] = ()) -> int:
    """Measure and print; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--few", type=int, default=20, help="the smaller class, which tells the start-up")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    given = parser.parse_args(argv)
    top = Path(tempfile.mkdtemp(prefix="appraise-bench-"))
    rates: dict[str, float] = {}
    try:
        for slug, make in ((ONE_KEY, class_with_one_key), (OWN_KEYS, class_with_own_keys)):
            took = []
            for students in (given.few, given.students):
                make(top / slug / str(students), students)
                took.append(seconds(top / slug / str(students), slug, given.workers))
            rates[slug] = (given.students - given.few) / (took[1] - took[0])
            print(
                f"{slug}: {given.students} in {took[1]:.1f} s; {rates[slug]:.2f} a second without start-up", flush=True
            )
    finally:
        shutil.rmtree(top, ignore_errors=True)
    ratio = rates[OWN_KEYS] / rates[ONE_KEY]
    print(
        f"{'met   ' if ratio >= 0.8 else 'MISSED'}  rate with a case each, of the rate with one key: {ratio:.2f} (≥ 0.8)"
    )
    return 0 if ratio >= 0.8 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
