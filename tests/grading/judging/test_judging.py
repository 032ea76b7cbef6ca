"""Judged outside: what an answer deserves, whatever the submission does to the process it runs in."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from appraise.errors import LessonError, WorkerDied
from appraise.exercises.exercise import Accepted, Status
from appraise.grading.judging import judging
from appraise.grading.judging.canaries import run_canaries
from appraise.grading.judging.judging import _SubmissionRun
from appraise.grading.judging.outcome import Outcome
from appraise.grading.judging.validation import validate
from appraise.grading.submission.matching import match_answers
from appraise.grading.submission.reading import read_notebook
from appraise.grading.worker.client import Worker
from appraise.grading.worker.fork_server import ForkServer

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

FULL = {
    "n-in-each-arm": 1.0,
    "which-design": 2.0,
    "follow-the-figure": 2.0,
    "mean-of-scores": 2.0,
    "the-difference": 1.0,
    "draw-the-means": 2.0,
    "judge-the-bias": 2.0,
    "say-it-plainly": None,
    "one-more": 1.0,
}
Graded = Callable[..., Outcome]


def points(outcome: Outcome) -> dict[str, float | None]:
    return {n: i.earned for n, i in outcome.items.items()}


def test_all_seven_kinds_right_and_untouched(graded: Graded) -> None:
    right, untouched = graded(), graded(right=False)
    assert points(right) == FULL
    assert right.status == "needs a person"  # the prose
    assert set(points(untouched).values()) == {0.0}
    assert {i.status for i in untouched.items.values()} == {"no answer"}
    assert untouched.status == "graded"


def test_canaries_pass_and_a_key_that_gives_points_away_stops_everything(
    lesson: Any, server: ForkServer, course: Path
) -> None:
    solution = next((course / "solutions").rglob("*.ipynb"))
    run_canaries(lesson, server, solution)
    loose = {
        **lesson.exercises,
        "which-design": replace(lesson.exercises["which-design"], accept=[Accepted(["canary"] * 3)]),
    }
    with pytest.raises(LessonError, match=r"known to be wrong gets 2\.0 points for “which-design”"):
        run_canaries(replace(lesson, exercises=loose), server, solution)
    strict = {**lesson.exercises, "n-in-each-arm": replace(lesson.exercises["n-in-each-arm"], expected=41)}
    with pytest.raises(LessonError, match="own solution"):
        run_canaries(replace(lesson, exercises=strict), server, solution)


def test_what_hangs_every_reading_costs_one_item_once(graded: Any) -> None:
    hang = "import appraise.exercises.serialize as s\ndef hang(x):\n    while True: pass\ns.encode = hang\ndesign = 'x'"
    outcome = graded({"which-design": hang})
    found = {n: i.status for n, i in outcome.items.items() if i.status not in ("right", "marked")}
    assert found == {"which-design": "time limit"}
    assert len([n for n in outcome.notes if "time limit" in n]) == 1


def test_who_has_used_up_an_items_time_has_less_for_the_others(lesson: Any, server: Any, submission: Any) -> None:
    answers = match_answers(lesson.release, read_notebook(nbformat.writes(submission()).encode()))
    run = _SubmissionRun(lesson, server, answers, [])
    assert run._seconds == server.limits.item_seconds
    run._lost(3, WorkerDied(Status.CRASHED, "x"))
    assert run._seconds == server.limits.item_seconds
    run._lost(3, WorkerDied(Status.TIME_LIMIT, "x"))
    assert run._seconds == server.limits.item_seconds / 4


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ({"n-in-each-arm": "arm_n = 80"}, {"n-in-each-arm": ("wrong", 0.0)}),
        ({"n-in-each-arm": "number = 40"}, {"n-in-each-arm": ("no answer", 0.0)}),
        ({"n-in-each-arm": "arm_n = = 40"}, {"n-in-each-arm": ("crashed", 0.0)}),
        ({"n-in-each-arm": "1 / 0"}, {"n-in-each-arm": ("crashed", 0.0)}),
        ({"n-in-each-arm": "import sys; sys.exit()"}, {"n-in-each-arm": ("crashed", 0.0)}),
        ({"n-in-each-arm": "arm_n = int(input())"}, {"n-in-each-arm": ("crashed", 0.0)}),
        ({"n-in-each-arm": "import os; os._exit(0)"}, {"n-in-each-arm": ("crashed", 0.0)}),
        ({"n-in-each-arm": "import os; os.kill(os.getpid(), 11)"}, {"n-in-each-arm": ("crashed", 0.0)}),
        ({"n-in-each-arm": "arm_n = 40\nimport warnings; warnings.warn('old')"}, {}),
        ({"n-in-each-arm": "x = bytearray(8 << 30)"}, {"n-in-each-arm": ("memory limit", 0.0)}),
        ({"n-in-each-arm": "while True:\n    pass"}, {"n-in-each-arm": ("time limit", 0.0)}),
        (
            {"n-in-each-arm": "while True:\n    try:\n        while True: pass\n    except BaseException: pass"},
            {"n-in-each-arm": ("time limit", 0.0)},
        ),
        ({"n-in-each-arm": "arm_n = 40\nprint('x' * 30_000_000)"}, {}),
        ({"n-in-each-arm": "arm_n = 40\nfor _ in range(300_000): print('spam spam spam')"}, {}),
        ({"n-in-each-arm": "f = lambda: f()\nf()"}, {"n-in-each-arm": ("crashed", 0.0)}),
        (
            {"mean-of-scores": "def mean_of(scores):\n    return {3: 2.0, 1: 10.0}[len(scores)]"},
            {"mean-of-scores": ("wrong", 0.0), "the-difference": ("wrong", 0.0)},
        ),
        (
            {"mean-of-scores": "import os\ndef mean_of(scores):\n    os._exit(1)"},
            {"mean-of-scores": ("crashed", 0.0), "the-difference": ("crashed", 0.0)},
        ),
        (
            {"mean-of-scores": "def mean_of(scores):\n    scores.append(1)\n    return 2"},
            {"mean-of-scores": ("wrong", 0.0), "the-difference": ("wrong", 0.0)},
        ),
        ({"draw-the-means": "ax = 'a bar chart'"}, {"draw-the-means": ("wrong", 0.0)}),
    ],
)
def test_one_bad_cell_costs_its_item_and_no_other(
    graded: Graded, given: dict[str, str], changed: dict[str, tuple[str, float]]
) -> None:
    outcome = graded(given)
    must = {**FULL, **{n: p for n, (_, p) in changed.items()}}
    assert points(outcome) == must
    for name, (status, _) in changed.items():
        assert outcome.items[name].status == status
    for item in outcome.items.values():
        assert item.remark


TAMPERING = {
    "displayhook": "import sys\nsys.displayhook(2.0)\nsys.displayhook = lambda x: None",
    "input transformer": "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])",
    "ast transformer": """
        import ast
        class Drop(ast.NodeTransformer):
            def visit_Call(self, node): return ast.Constant(1.0)
        get_ipython().ast_transformers.append(Drop())""",
    "equal to all": """
        class Sly(str):
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __hash__(self): return 0
        design = Sly("x")""",
    "equal inside a list": """
        class Sly:
            def __eq__(self, other): return True
        design = [Sly()]""",
    "patched judge": """
        import appraise.exercises.compare, appraise.exercises.exercise, appraise.exercises.judge
        right = appraise.exercises.exercise.Verdict(1.0, "right", "")
        appraise.exercises.judge.judge = lambda *a, **k: right
        appraise.exercises.compare.is_same = lambda *a, **k: True""",
    "patched encoder": """
        import appraise.exercises.serialize
        appraise.exercises.serialize.encode = lambda x: {"other": "x", "stub": True}""",
    "speaks for the process": """
        import json, os, struct, sys
        for fd in range(3, 64):
            data = json.dumps({"count": 5, "found": True, "value": "x", "share": 1.0, "earned": 2.0}).encode()
            try: os.write(fd, struct.pack(">I", len(data)) + data)
            except OSError: pass""",
    "garbage on the channel": """
        import os
        for fd in range(3, 64):
            try: os.write(fd, b"\\xff" * 400)
            except OSError: pass""",
    "rubbish as plain": """
        import appraise.exercises.serialize
        appraise.exercises.serialize.encode = lambda x: {"frame": {"columns": 3}}""",
    "result in the output": "print('2.0')\n2.0",
    "replaced shell": "type(get_ipython()).run_cell = lambda self, *a, **k: None",
    "kills the fork server": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_earns_nothing(graded: Graded, how: str) -> None:
    """All other answers are left untouched, so every point would be a gift."""
    source = textwrap.dedent(TAMPERING[how]).strip()
    if "design =" not in source:
        source += "\ndesign = 'case report'"
    outcome = graded({"which-design": source}, right=False)
    earned = {n: p for n, p in points(outcome).items() if p}
    assert earned == {}
    assert not [i for i in outcome.items.values() if i.status == Status.FAULT]


def test_the_next_submission_is_whole_after_each_kind_of_damage(graded: Graded) -> None:
    for how in ("kills the fork server", "garbage on the channel"):
        graded({"which-design": textwrap.dedent(TAMPERING[how])}, right=False)
        assert points(graded()) == FULL


def test_nothing_crosses_from_one_submission_to_the_next(graded: Graded) -> None:
    graded({"n-in-each-arm": "import builtins, math\nbuiltins.found = 40\nmath.pi = 3\narm_n = 40"})
    outcome = graded({"n-in-each-arm": "import builtins, math\narm_n = 40 if not hasattr(builtins, 'found') else 1"})
    assert points(outcome) == FULL


def test_nothing_is_left_running_and_no_file_is_left(graded: Graded, server: ForkServer) -> None:
    source = """
        import subprocess, os, sys
        arm_n = 40
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(61.25)"])
            os._exit(0)
        open("mine.txt", "w").write("x")
    """
    outcome = graded({"n-in-each-arm": textwrap.dedent(source)})
    assert points(outcome) == FULL
    running = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            running.append(path.read_bytes())
        except OSError:
            continue
    assert not [c for c in running if b"61.25" in c]
    assert not list(server.home.rglob("mine.txt"))


def test_random_numbers_are_the_same_on_repeat(graded: Graded) -> None:
    source = "import random\nimport numpy as np\nprint(random.random(), np.random.rand(), hash('x'))\narm_n = 40"
    first, again = graded({"n-in-each-arm": source}), graded({"n-in-each-arm": source})
    assert first.outputs[2][0]["text"] == again.outputs[2][0]["text"]


def test_the_environment_is_not_handed_on(graded: Graded, monkeypatch: pytest.MonkeyPatch, server: ForkServer) -> None:
    monkeypatch.setenv("APPRAISE_SECRET", "abc")
    os.kill(server.process.pid, 9)
    server.process.wait()
    outcome = graded({"n-in-each-arm": "import os\nprint(sorted(os.environ))\narm_n = 40"})
    assert "APPRAISE_SECRET" not in outcome.outputs[2][0]["text"]
    assert points(outcome) == FULL


def test_many_ends_in_one_notebook(graded: Graded) -> None:
    end = "import os; os._exit(0)"
    outcome = graded({"n-in-each-arm": end, "follow-the-figure": end, "judge-the-bias": end})
    lost = {"n-in-each-arm": 0.0, "follow-the-figure": 0.0, "judge-the-bias": 0.0}
    assert points(outcome) == {**FULL, **lost}
    assert len([n for n in outcome.notes if "exit code 0" in n]) == 3


def test_what_ran_before_the_end_is_there_after_it(graded: Graded) -> None:
    given = {
        "n-in-each-arm": "arm_n = 40\nkept = 'same'",
        "which-design": "import os; os._exit(0)",
        "follow-the-figure": "fate = {'walsh': kept, 'shop': 'different', 'wiki': 'not reported'}",
    }
    assert points(graded(given)) == {**FULL, "which-design": 0.0}


def test_names_are_fetched_before_later_cells_change_them(graded: Graded) -> None:
    assert points(graded({"which-design": "design = 'randomised trial'\narm_n = 0"}))["n-in-each-arm"] == 1.0
    late = {"n-in-each-arm": "arm_n = 80", "which-design": "design = 'randomised trial'\narm_n = 40"}
    assert points(graded(late))["n-in-each-arm"] == 0.0


def test_a_judge_that_fails_gives_no_number(graded: Graded, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(ex: Any, *rest: Any) -> Any:
        if ex.id == "which-design":
            raise KeyError("x")
        return honest(ex, *rest)

    honest = judging.judge
    monkeypatch.setattr(judging, "judge", broken)
    outcome = graded()
    assert outcome.status == Status.FAULT
    assert points(outcome) == {**FULL, "which-design": None}
    assert outcome.outputs[5][0]["output_type"] == "error"


@pytest.mark.parametrize(
    "value",
    [
        {}, {"tuple": 1}, {"dict": [[1]]}, {"series": {}},
        {"frame": {"columns": [1], "index": [], "index_names": [], "data": []}},
        {"axes": {"marks": []}}, {"float": "3"}, {"stub": 1}, {"other": 3}, {"list": []}, 10**400, [1e999],
        [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]], list(range(60_000)),
        {"tuple": [], "set": []},
    ],
)  # fmt: skip
def test_what_is_not_plain_data_is_refused(value: Any) -> None:
    assert set(validate([1, value])) == {"other"}


def test_a_cell_of_the_lesson_sees_what_a_learner_did_to_its_names() -> None:
    # such cells were once run before the fork, for everybody alike: that gave 5.0, where a kernel gives 4.0
    with ForkServer(["scores = [6, 4]"]) as process:
        worker = Worker(process)
        worker.run("scores.append(2)", 10)
        worker.run("middle = sum(scores) / len(scores)", 10)
        assert worker.fetch("middle", 10) == (True, 4.0)
        worker.close()
