"""A class through plain nbgrader, from the root: release, autograde, feedback, export, with the bank's points."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from appraise.files import ROOT
from tests import bank

SLUG = "04-the-numbers"


def nbgrader(root: Path, *words: str) -> str:
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words], cwd=root, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def submission(choose) -> tuple[nbformat.NotebookNode, dict[str, float]]:
    """The released lesson with an entry of the bank in every answer cell, and the points that each item must get."""
    nb = nbformat.read(ROOT / "lessons" / SLUG / f"{SLUG}.ipynb", as_version=4)
    entries, must = bank.by_hand(SLUG), {}
    for cell in nb.cells:
        exercise = cell.metadata.get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
        here = [e for e in entries if e.exercise == exercise]  # none for a text, which has no points
        if here and cell.metadata.nbgrader.solution:
            entry = choose(here, len(must))
            cell.source = entry.text
            must[exercise] = entry.share * bank.key(SLUG)[exercise]["points"]
    return nb, {i: p for i, p in must.items() if bank.key(SLUG)[i]["core"]}


def right(entries, _):
    return next(e for e in entries if e.share == 1)


def wrong(entries, _):
    return min(entries, key=lambda e: (e.share, e.hidden))


def half_right(entries, n):
    return (right if n % 2 else wrong)(entries, n)


@pytest.mark.slow
def test_a_class_gets_what_the_bank_predicts(tree):
    config = tree / "nbgrader_config.py"
    config.write_text(
        config.read_text(encoding="utf-8") + "\nc.JudgeOutside.trust_submissions = True\n", encoding="utf-8"
    )
    must = {}
    for student, choose in {"right": right, "half": half_right, "wrong": wrong}.items():
        nb, must[student] = submission(choose)
        folder = tree / "grading" / "submitted" / student / SLUG
        folder.mkdir(parents=True)
        nbformat.write(nb, folder / f"{SLUG}.ipynb")
    before = (tree / "lessons" / SLUG / f"{SLUG}.ipynb").read_bytes()
    nbgrader(tree, "generate_assignment", SLUG, "--force")
    assert (tree / "lessons" / SLUG / f"{SLUG}.ipynb").read_bytes() == before
    nbgrader(tree, "autograde", SLUG)
    nbgrader(tree, "generate_feedback", SLUG)
    nbgrader(tree, "export", f"--to={tree / 'grades.csv'}")

    with Gradebook(f"sqlite:///{tree}/grading/gradebook.db") as book:
        for student, points in must.items():
            grades = book.find_submission_notebook(SLUG, SLUG, student).grades
            assert {g.name: g.auto_score for g in grades} == pytest.approx(points, abs=0.006)
    with (tree / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file) if row["assignment"] == SLUG}
    assert told == pytest.approx({s: sum(p.values()) for s, p in must.items()}, abs=0.02)
    assert told["right"] == sum(e["points"] for e in bank.key(SLUG).values() if e["core"])
    assert 0 < told["half"] < told["right"]
    assert told["wrong"] < 1

    page = (tree / "grading" / "feedback" / "half" / SLUG / f"{SLUG}.html").read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" not in page
    wrongs = [i for i, p in must["half"].items() if p == 0]
    remarks = [e.remark for e in bank.by_hand(SLUG) if e.exercise == wrongs[0] and e.share == 0]
    assert any(m["remark"][:30] in page for m in bank.key(SLUG)[wrongs[0]]["misconceptions"]) or remarks[0] in page


@pytest.mark.slow
def test_validate_tells_the_reason(tree):
    """Validate, as the learner's button calls it, names what is not right, in the remark's words."""
    nb, _ = submission(half_right)
    file = tree / "work" / SLUG / f"{SLUG}.ipynb"
    file.parent.mkdir(parents=True)
    nbformat.write(nb, file)
    told = nbgrader(tree, "validate", str(file))
    assert "VALIDATION FAILED ON" in told
    assert "Traceback" not in told
    assert "Read “" in told, told
    nb, _ = submission(right)
    nbformat.write(nb, file)
    assert "Success" in nbgrader(tree, "validate", str(file))
