"""Plain nbgrader commands with our configuration: points, feedback and export; and every way to fail is closed."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from tests.grading.conftest import REPO, SLUG
from tests.grading.judging.test_judging import FULL

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

GRADED = {n: p for n, p in FULL.items() if n != "one-more"}
Handed = Callable[..., Any]


class Class:
    """A course folder with its submissions and its gradebook."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def nbgrader(self, *words: str, ok: bool = True) -> str:
        env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=self.root,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done.stdout + done.stderr

    def folder(self, student: str) -> Path:
        folder = self.root / "grading" / "submitted" / student / SLUG
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def hand_in(self, student: str, work: Any) -> None:
        data = work if isinstance(work, bytes) else nbformat.writes(work).encode()
        (self.folder(student) / f"{SLUG}.ipynb").write_bytes(data)

    def scores(self, student: str) -> dict[str, float | None]:
        with Gradebook(f"sqlite:///{self.root}/grading/gradebook.db") as book:
            grades = book.find_submission_notebook(SLUG, SLUG, student).grades
            for g in grades:
                assert g.needs_manual_grade is (g.auto_score is None)
            return {g.name: g.auto_score for g in grades}

    def autograded(self, student: str) -> Any:
        return nbformat.read(self.root / "grading" / "autograded" / student / SLUG / f"{SLUG}.ipynb", as_version=4)


@pytest.fixture(scope="session")
def released(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course with our configuration and the lesson in the gradebook."""
    root = tmp_path_factory.mktemp("released") / "course"
    shutil.copytree(course, root)
    shutil.copy(REPO / "nbgrader_config.py", root)
    Class(root).nbgrader("generate_assignment", SLUG, "--force")
    return root


@pytest.fixture
def empty_class(released: Path, tmp_path: Path) -> Class:
    shutil.copytree(released, tmp_path / "course")
    return Class(tmp_path / "course")


@pytest.fixture
def trusted(empty_class: Class) -> Class:
    with (empty_class.root / "nbgrader_config.py").open("a", encoding="utf-8") as f:
        f.write("c.JudgeOutside.trust_submissions = True\nc.JudgeOutside.item_seconds = 5.0\n")
    return empty_class


def test_nothing_is_graded_unless_submissions_are_trusted_in_words(empty_class: Class, submission: Handed) -> None:
    with (empty_class.root / "nbgrader_config.py").open("a", encoding="utf-8") as f:
        f.write("from appraise.grading.worker import starting\nstarting.TIERS = ()\n")
    empty_class.hand_in("ada", submission())
    said = empty_class.nbgrader("autograde", SLUG, ok=False)
    assert "c.JudgeOutside.trust_submissions = True" in said
    assert "Traceback" not in said
    assert not (empty_class.root / "grading" / "autograded").exists()


def test_a_class_from_release_to_export(trusted: Class, submission: Handed) -> None:
    zero = dict.fromkeys(GRADED, 0.0)
    half = {"n-in-each-arm": "arm_n = 80", "draw-the-means": "ax = 3", "mean-of-scores": "import os; os._exit(0)"}
    skipped = submission({"which-design": "design = 'case report'"})
    for cell in skipped.cells:
        cell.metadata.tags = ["skip-execution"]
    forged = {"which-design": "import sys\nsys.displayhook(2.0)\ndesign = 'x'"}
    drops = "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])"
    sly = "class Sly:\n    def __eq__(self, other): return True\ndesign = Sly()"
    shown = {
        "n-in-each-arm": "from IPython.display import HTML\narm_n = 40\nHTML('<script>alert(1)</script><b>hi</b>')"
    }
    text = nbformat.writes(submission())
    must = {
        "right": (submission(), GRADED),
        "untouched": (submission(right=False), zero),
        "half": (submission(half), {**GRADED, **dict.fromkeys([*half, "the-difference"], 0.0)}),
        "skips": (skipped, {**GRADED, "which-design": 0.0}),
        "forges": (submission(forged, right=False), zero),
        "transforms": (submission({"n-in-each-arm": drops}, right=False), zero),
        "equals": (submission({"which-design": sly}, right=False), zero),
        "shows": (submission(shown), GRADED),
        "ends": (submission({"n-in-each-arm": "import os; os._exit(0)"}), {**GRADED, "n-in-each-arm": 0.0}),
        "breaks-off": (text[: text.index("design =")].encode(), {**dict.fromkeys(GRADED, None), "n-in-each-arm": 1.0}),
        "empty": (b"", dict.fromkeys(GRADED, None)),
        "list": (b"[]", dict.fromkeys(GRADED, None)),
        "utf-16": (text.encode("utf-16"), GRADED),
    }  # fmt: skip
    for student, (work, _) in must.items():
        trusted.hand_in(student, work)
    secret = trusted.root / "secret.txt"
    secret.write_text("secret words", encoding="utf-8")
    (trusted.folder("right") / "link.txt").symlink_to(secret)
    (trusted.folder("right") / "data.csv").write_text("1", encoding="utf-8")
    trusted.nbgrader("autograde", SLUG)
    assert {s: trusted.scores(s) for s in must} == {s: points for s, (_, points) in must.items()}
    attachments = trusted.root / "grading" / "autograded" / "right" / SLUG
    assert {p.name for p in attachments.iterdir()} == {f"{SLUG}.ipynb", "data.csv"}
    assert trusted.autograded("empty").metadata.appraise.outcome.status == "unreadable"

    trusted.nbgrader("generate_feedback", SLUG)
    feedback = trusted.root / "grading" / "feedback"
    page = (feedback / "half" / SLUG / f"{SLUG}.html").read_text(encoding="utf-8")
    assert "That is everyone who was randomised" in page
    assert "exit code 0" in page
    page = (feedback / "shows" / SLUG / f"{SLUG}.html").read_text(encoding="utf-8")
    assert "<b>hi</b>" in page
    assert "alert(1)</script>" not in page

    trusted.nbgrader("export", "--to", "grades.csv")
    with (trusted.root / "grades.csv").open(encoding="utf-8-sig") as f:
        scores = {row["student_id"]: float(row["raw_score"]) for row in csv.DictReader(f)}
    assert scores == {s: sum(p or 0.0 for p in points.values()) for s, (_, points) in must.items()}


def test_a_worse_resubmission_leaves_no_old_point_and_loses_nothing_else(trusted: Class, submission: Handed) -> None:
    trusted.hand_in("ada", submission())
    trusted.nbgrader("autograde", SLUG)
    assert trusted.scores("ada") == GRADED
    worse = submission({"which-design": "design = 'case report'"})
    worse.cells = [c for c in worse.cells if "check(" not in c.source]
    trusted.hand_in("ada", worse)
    trusted.nbgrader("autograde", SLUG, "--force")
    assert trusted.scores("ada") == {**GRADED, "which-design": 0.0}


def test_a_run_that_fails_as_a_whole_leaves_no_old_point(trusted: Class, submission: Handed) -> None:
    trusted.hand_in("ada", submission())
    trusted.nbgrader("autograde", SLUG)
    config = trusted.root / "nbgrader_config.py"
    with config.open("a", encoding="utf-8") as f:
        f.write(
            "from appraise.grading.judging import student_case as plugins\n"
            "def fail(*a, **k): raise MemoryError\n"
            "plugins.grade_submission, honest = (lambda *a, **k: fail() if a[2].notes != [] else honest(*a, **k)), "
            "plugins.grade_submission\n"
        )
    nb = submission()
    nb.cells.insert(3, nbformat.v4.new_code_cell("noted = 1"))
    trusted.hand_in("ada", nb)
    trusted.nbgrader("autograde", SLUG, "--force", ok=False)
    assert trusted.scores("ada") == dict.fromkeys(GRADED, None)


def test_with_the_judge_left_out_there_is_no_point(trusted: Class, submission: Handed) -> None:
    with (trusted.root / "nbgrader_config.py").open("a", encoding="utf-8") as f:
        f.write("c.Autograde.autograde_preprocessors.remove('appraise.grading.nbgrader.JudgeOutside')\n")
    trusted.hand_in("ada", submission())
    trusted.nbgrader("autograde", SLUG)
    assert trusted.scores("ada") == dict.fromkeys(GRADED, None)
    with (trusted.root / "nbgrader_config.py").open("a", encoding="utf-8") as f:
        f.write("c.Autograde.autograde_preprocessors[0] = 'nbgrader.preprocessors.SaveAutoGrades'\n")
    trusted.nbgrader("autograde", SLUG, "--force")
    scores = trusted.scores("ada")
    assert {n: p for n, p in scores.items() if p} == {}


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("key away", "key.json: No such file"),
        ("key of another version", "run `make lessons`"),
        ("not in the gradebook", "generate_assignment"),
        ("points changed", "other items or points: “which-design”"),
    ],
)
def test_files_that_do_not_fit_together_stop_the_run_in_one_line(
    trusted: Class, submission: Handed, damage: str, said: str
) -> None:
    trusted.hand_in("ada", submission())
    key = trusted.root / "solutions" / SLUG / "key.json"
    release = trusted.root / "lessons" / SLUG / f"{SLUG}.ipynb"
    if damage == "key away":
        key.unlink()
    elif damage == "key of another version":
        key.write_text(key.read_text(encoding="utf-8").replace('"version": "', '"version": "f'), encoding="utf-8")
    elif damage == "not in the gradebook":
        (trusted.root / "grading" / "gradebook.db").unlink()
    else:
        nb = nbformat.read(release, as_version=4)
        for cell in nb.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "which-design":
                cell.metadata.nbgrader.points = 5
        nbformat.write(nb, release)
        exercise = '"id": "which-design"'
        text = key.read_text(encoding="utf-8")
        at = text.index(exercise)
        rest = text[at:].replace('"points": 2.0', '"points": 5', 1)
        key.write_text(text[:at] + rest, encoding="utf-8")
    out = trusted.nbgrader("autograde", SLUG, ok=False)
    assert said in out
    assert "Traceback" not in out
