"""The sample class: varied, the same for the same seed, and graded as the bank says."""

from __future__ import annotations

import csv
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from appraise.errors import ClassError
from appraise.exercises.exercise import Status
from appraise.grading.class_run.run import grade_class
from appraise.grading.gradebook.writer import open_gradebook
from appraise.grading.judging.lesson import load_course_lesson
from appraise.grading.reports import sample_class as sample
from appraise.grading.settings import Settings, read_settings

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

REPO = Path(__file__).parents[3]
ANSWERS = {
    "n-in-each-arm": [{"answer": "arm_n = '40'", "points": 1}, {"answer": "arm_n = 80", "points": 0}],
    "which-design": [{"answer": "design = 'case report'", "points": 0}],
    "follow-the-figure": [
        {"answer": "fate = {'walsh': 'same', 'shop': 'different', 'wiki': 'different'}", "points": 0}
    ],
    "judge-the-bias": [
        {"answer": "bias = {'answers': {'1.1': 'Y', '1.2': 'NI'}, 'judgement': 'Low'}", "points": 1.3333}
    ],
    "mean-of-scores": [
        {"answer": "def mean_of(scores):\n    return sum(scores)", "points": 0},
        {"answer": "mean_of = lambda s: float(np.mean(s))", "points": 2},
    ],
    "the-difference": [{"answer": "gap = 2", "points": 1}, {"answer": "gap = mean_of([5.0]) - 9", "points": 0}],
}


@pytest.fixture
def banked(a_class: Any) -> Any:
    file = a_class.root / "tests" / "answers" / f"{a_class.slug}.yml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(ANSWERS), encoding="utf-8")
    return a_class


def text_of(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.mark.usefixtures("in_process")
def test_the_class_gets_the_points_that_stand_beside_it(banked: Any) -> None:
    assert sample.main(banked.slug, 40, 7) == 0
    must = sample.expected(banked.root / "grading" / "expected" / f"{banked.slug}.csv")
    assert len(must) == 40
    assert grade_class(banked.slug) == 0
    got = {student: {i["id"]: i["earned"] for i in rows[-1][1]} for student, rows in banked.outcomes().items()}
    assert got == must


def test_it_is_varied_and_the_seed_decides(banked: Any, tmp_path: Path) -> None:
    sample.main(banked.slug, 30, 3)
    first = text_of(banked.root / "grading")
    with (banked.root / "grading" / "expected" / f"{banked.slug}.csv").open(encoding="utf-8") as f:
        drawn = Counter(row["drawn"] for row in csv.DictReader(f))
    assert drawn.keys() == {"right", "by hand", "blank", "none", "crash"}
    shutil.rmtree(banked.root / "grading")
    sample.main(banked.slug, 30, 3)
    assert text_of(banked.root / "grading") == first
    shutil.rmtree(banked.root / "grading")
    sample.main(banked.slug, 40, 3)
    more = text_of(banked.root / "grading")
    assert {n: b for n, b in more.items() if n in first and n.endswith(".ipynb")} == {
        n: b for n, b in first.items() if n.endswith(".ipynb")
    }
    shutil.rmtree(banked.root / "grading")
    sample.main(banked.slug, 30, 4)
    assert text_of(banked.root / "grading") != first


def test_an_answer_is_not_drawn_where_a_neighbour_would_spoil_it(banked: Any) -> None:
    bank = sample.bank(read_settings(), banked.slug)
    needs = {p for p, n in bank.exercise.items() if n == "the-difference"}
    gives = {p for p, n in bank.exercise.items() if n == "mean-of-scores"}
    (difference,), (mean) = needs, next(iter(gives))
    seen = Counter()
    for n in range(400):
        drawn = bank.draw(random.Random(n))
        as_reference = drawn[mean] is bank.reference[mean]
        uses = "mean_of" in drawn[difference].text
        seen[as_reference, uses] += 1
    assert seen[False, True] == 0
    assert min(seen[True, True], seen[True, False], seen[False, False]) > 10


def test_no_bank_is_one_clear_line(a_class: Any) -> None:
    with pytest.raises(ClassError, match="has no answer bank"):
        sample.main(a_class.slug, 3, 1)


def a_course_of(slug: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A course with one real lesson and its answer bank, in which the test goes on."""
    shutil.copy(REPO / "nbgrader_config.py", folder)
    for step in ("solutions", "lessons"):
        shutil.copytree(REPO / step / slug, folder / step / slug)
    (folder / "tests" / "answers").mkdir(parents=True)
    shutil.copy(REPO / "tests" / "answers" / f"{slug}.yml", folder / "tests" / "answers")
    monkeypatch.chdir(folder)
    return read_settings()


@pytest.mark.parametrize("slug", sorted(p.stem for p in (REPO / "tests" / "answers").glob("[0-9]*.yml")))
def test_every_lessons_bank_gives_a_class(slug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    to = a_course_of(slug, tmp_path, monkeypatch)
    must = sample.expected(sample.make(to, slug, 8, 11))
    assert {n for items in must.values() for n in items} == set(load_course_lesson(to, slug).exercises)
    for student in must:
        nb = nbformat.read(to.folder("submitted", student, slug) / f"{slug}.ipynb", as_version=4)
        nbformat.validate(nb)
        assert "SOLUTION" not in nbformat.writes(nb)  # the author's marks are no learner's


@pytest.mark.usefixtures("in_process")
def test_lesson_04s_sample_gets_its_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slug = "04-the-numbers"
    to = a_course_of(slug, tmp_path, monkeypatch)
    must = sample.expected(sample.make(to, slug, 40, 1))
    assert grade_class(slug, trust=True) == 0
    with open_gradebook(to) as book:
        got = {s: {i["id"]: i["earned"] for i in (book.latest(slug, s) or {"items": []})["items"]} for s in must}
    assert got == must
    assert Status.FAULT not in {i for items in got.values() for i in items}
