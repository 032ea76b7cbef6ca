"""What the first version made opens in this one: released lessons, a gradebook, a learner's folder."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from appraise.exercises.exercise import Status
from appraise.learner.report import lesson_standing

HERE = Path(__file__).parent
CELLS: dict[str, list[str]] = yaml.safe_load((HERE / "released_cells.yml").read_text(encoding="utf-8"))
RUN = """
import sys, yaml
names = {"display": print}
for n, cell in enumerate(yaml.safe_load(open(sys.argv[1], encoding="utf-8"))[sys.argv[2]]):
    try:
        exec(compile(cell, f"cell {n}", "exec"), names)
    except BaseException as e:
        sys.exit(f"{type(e).__name__}: {e}\\n{cell}")
"""


@pytest.mark.parametrize("slug", CELLS)
def test_a_lesson_that_was_released_runs(slug: str, tmp_path: Path) -> None:
    env = os.environ | {"APPRAISE_WORK": str(tmp_path), "MPLBACKEND": "agg"}
    command = [sys.executable, "-c", RUN, str(HERE / "released_cells.yml"), slug]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_gradebook_opens_and_keeps_its_marks(tmp_path: Path) -> None:
    pytest.importorskip("nbgrader", reason="grading's packages are not installed: make env-teach")
    from appraise.grading.gradebook.writer import Gradebook

    file = tmp_path / "gradebook.db"
    with sqlite3.connect(file) as db:
        db.executescript((HERE / "gradebook.sql").read_text(encoding="utf-8"))
    with Gradebook(f"sqlite:///{file}", "one-trial-five-tellings") as gradebook:
        scores = {student: gradebook.latest("04-the-numbers", student) for student in ("sample-0001", "sample-0002")}
        marks = dict(gradebook.marks("04-the-numbers"))
    assert set(marks) == set(scores)
    points = {student: sum(auto or 0 for _, _, auto, *_ in about["grades"]) for student, about in marks.items()}
    assert points == {"sample-0001": 10.0, "sample-0002": 1.75}
    for outcome in scores.values():
        assert outcome is not None
        assert outcome["walls"].startswith("tier ")
        assert {Status(item["status"]) for item in outcome["items"]}  # every status of then is one of now


def test_a_learners_folder_opens(tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / ".progress").mkdir(parents=True)
    shutil.copy(HERE / "progress.json", work / ".progress" / "04-the-numbers.json")
    tried = [row for row in lesson_standing("04-the-numbers", work) if row.status is not Status.NOT_TRIED]
    assert tried
    assert any(row.status is Status.RIGHT for row in tried)
