"""`check` as a learner meets it: at once, in words, without solutions, and quiet where nbgrader looks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

from appraise.exercises.exercise import Exercise
from appraise.exercises.judge import judge
from appraise.exercises.packs import load_packs
from appraise.learner.opening import lesson
from appraise.learner.progress import write_progress
from appraise.learner.remark import render_remark
from appraise.learner.worked import worked
from appraise.markup import inline

ROOT = Path(__file__).parents[2]
EXERCISE = "numbers-why-that-one"  # four options, one point, not graded
GRADED = "numbers-follow-it-home"
FUNCTION = "numbers-how-far-can-it-stretch"
WRITTEN = "telling-two-hundred-words"


class Kernel:
    """A kernel of its own: what a cell shows, and what it stops with."""

    def __init__(self, folder: Path, **env: str) -> None:
        clean = {
            k: v for k, v in os.environ.items() if k not in {"NBGRADER_EXECUTION", "APPRAISE_WORK", "JPY_SESSION_NAME"}
        }
        self.manager, self.client = start_new_kernel(env={**clean, **env}, cwd=str(folder))

    def run(self, source: str) -> dict:
        shown: dict = {"error": None, "html": "", "plain": "", "stderr": ""}

        def hook(message):
            content = message["content"]
            if message["msg_type"] in {"execute_result", "display_data"}:
                shown["html"] += content["data"].get("text/html", "")
                shown["plain"] += content["data"].get("text/plain", "")
            elif message["msg_type"] == "error":
                shown["error"] = "\n".join(content["traceback"])
            elif message["msg_type"] == "stream" and content["name"] == "stderr":
                shown["stderr"] += content["text"]

        self.client.execute_interactive(source, output_hook=hook, timeout=60)
        return shown

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(tmp_path):
    opened = []

    def make(**env: str) -> Kernel:
        opened.append(Kernel(tmp_path, **env))
        opened[-1].run("from appraise import check, worked")
        return opened[-1]

    yield make
    for k in opened:
        k.close()


def test_a_live_kernel_shows_the_remark_and_a_number_and_never_raises(kernel):
    live = kernel()
    wrong = live.run(f'check("{EXERCISE}", "a")')
    assert wrong["error"] is None
    assert wrong["plain"] == "0.5"
    assert "You counted pages" in wrong["html"]
    assert "Which figure to believe" in wrong["html"]
    assert "Partly right" in wrong["html"]
    right = live.run(f'check("{EXERCISE}", "c")')
    assert right["plain"] == "1.0"
    assert "Right" in right["html"]
    for odd in (
        "...",
        "None",
        "[]",
        "object()",
        "float('nan')",
        "print",
        "type('L', (), {'__eq__': lambda s, o: True})()",
    ):
        got = live.run(f'check("{EXERCISE}", {odd})')
        assert got["error"] is None
        assert got["plain"] == "0.0"
    assert "newer or older" in live.run('check("gone-for-good", 1)')["html"]


def test_it_raises_quietly_only_while_nbgrader_validates(kernel):
    validating = kernel(NBGRADER_EXECUTION="validate")
    got = validating.run(f'check("{GRADED}", ["same"] * 8)')
    told = " ".join(got["error"].split())
    assert "digit by digit" in told
    assert "Read “What can happen to a number” again." in told
    assert "Traceback" not in got["error"]
    assert "File" not in got["error"]
    assert validating.run(f'check("{EXERCISE}", "a")')["error"] is None  # not graded: no reason to stop
    autograding = kernel(NBGRADER_EXECUTION="autograde")
    assert autograding.run(f'check("{GRADED}", ["same"] * 8)')["plain"] == "0.5"


def test_a_live_kernel_started_while_validate_runs_does_not_raise(kernel):
    """Validate sets its variable in the server; a kernel that the server starts meanwhile inherits it."""
    live = kernel(NBGRADER_EXECUTION="validate", JPY_SESSION_NAME="work/04-the-numbers/04-the-numbers.ipynb")
    got = live.run(f'check("{GRADED}", ["same"] * 8)')
    assert got["error"] is None
    assert got["plain"] == "0.5"


def test_tries_are_kept_and_help_grows(kernel, tmp_path):
    work = tmp_path / "work"
    live = kernel(APPRAISE_WORK=str(work))
    file = work / ".progress" / "04-the-numbers.json"
    assert "opens after 3 different answers" in live.run(f'worked("{EXERCISE}")')["html"]
    first = live.run(f'check("{EXERCISE}", "a")')
    assert "Hint" not in first["html"]
    for _ in range(3):
        live.run(f'check("{EXERCISE}", "a")')  # the same answer again is no new try
    assert json.loads(file.read_text(encoding="utf-8"))["exercises"][EXERCISE]["tries"] == 1
    live.run(f'check("{EXERCISE}", ...)')
    live.run(f'check("{EXERCISE}", "b")')
    third = live.run(f'check("{EXERCISE}", "d")')
    assert "Hint" in third["html"]
    assert "worked(" in third["html"]
    opened = live.run(f'worked("{EXERCISE}")')
    assert "reason = " in opened["html"]
    kept = json.loads(file.read_text(encoding="utf-8"))["exercises"][EXERCISE]
    assert (kept["tries"], kept["helped"], kept["status"]) == (3, True, "wrong")
    file.write_text("{ damaged", encoding="utf-8")
    assert live.run(f'check("{EXERCISE}", "c")')["plain"] == "1.0"


def test_a_worked_text_opens_after_three_texts(kernel, tmp_path):
    live = kernel(APPRAISE_WORK=str(tmp_path / "work"))
    assert "3 different texts of your own; 3 to go" in live.run(f'worked("{WRITTEN}")')["html"]
    said = [live.run(f'check("{WRITTEN}", "{text}")')["html"] for text in ("One.", "One.", "One. Two.", "Three.")]
    assert ["Mark your own text first" in html for html in said] == [False, False, False, True]
    assert "Mark your own text first" in live.run(f'worked("{WRITTEN}")')["html"]


def test_a_function_is_a_new_try_when_it_gives_something_else(kernel, tmp_path):
    live = kernel(APPRAISE_WORK=str(tmp_path / "work"))
    said = []
    for half in ("0.05", "0.05", "0.5", "5"):
        live.run(f"def stretch(printed):\n    return float(printed) - {half}, float(printed) + {half}")
        said.append(live.run(f'check("{FUNCTION}", stretch)')["html"])
    kept = json.loads((tmp_path / "work" / ".progress" / "04-the-numbers.json").read_text(encoding="utf-8"))
    assert kept["exercises"][FUNCTION]["tries"] == 3
    assert ["worked(" in html for html in said] == [False, False, False, True]


@pytest.mark.parametrize("env", [{"NBGRADER_EXECUTION": "autograde"}, {"NBGRADER_EXECUTION": "validate"}, {}])
def test_nothing_is_kept_while_grading_or_without_a_kernel(env, tmp_path):
    work = tmp_path / "work"
    code = f'from appraise import check; check("{EXERCISE}", "a")'
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **env, "APPRAISE_WORK": str(work)})
    assert not work.exists()


@pytest.mark.parametrize("mode", ["autograde", "validate"])
def test_a_kernel_that_grades_or_validates_keeps_nothing_and_opens_no_worked_answer(mode, kernel, tmp_path):
    grading = kernel(APPRAISE_WORK=str(tmp_path / "work"), NBGRADER_EXECUTION=mode)
    for answer in ("a", "b", "d"):
        grading.run(f'check("{EXERCISE}", "{answer}")')
    assert "3 to go" in grading.run(f'worked("{EXERCISE}")')["html"]
    assert not (tmp_path / "work").exists()


def test_a_full_disk_takes_no_worked_answer_away(monkeypatch, tmp_path):
    file = tmp_path / "04-the-numbers.json"
    write_progress(file, {"exercises": {EXERCISE: {"tries": 3, "status": "wrong"}}})
    monkeypatch.setattr("appraise.learner.worked.progress_file", lambda slug: file)
    monkeypatch.setattr("appraise.learner.worked.write_progress", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    assert "reason = " in worked(EXERCISE).data


def test_checks_say_the_same_without_the_solutions(tmp_path):
    """The library and its packs alone give every remark; only the worked answer needs `solutions/`."""
    bare = tmp_path / "bare"
    for part in ("appraise", "seeds"):
        shutil.copytree(ROOT / part, bare / part, ignore=shutil.ignore_patterns("__pycache__", "grading"))
    shutil.copy(ROOT / "course.yml", bare / "course.yml")
    code = (
        "import json, appraise; from appraise.exercises.packs import load_packs\n"
        "from appraise.exercises.serialize import decode\n"
        "def answers(ex):\n"
        "    yield from [..., None, [], 'x', 1.5, {'a': 1}, len]\n"
        "    for m in ex.get('misconceptions', []):\n"
        "        if 'answer' in m and 'axes' not in str(m['answer'])[:8]: yield decode(m['answer'])\n"
        "out = {}\n"
        "for slug, pack in load_packs().items():\n"
        "    for i, ex in pack['exercises'].items():\n"
        "        out[i] = [appraise.check(i, a)._repr_html_() for a in answers(ex)]\n"
        "print(json.dumps([appraise.__file__, out]))\n"
    )
    told = {}
    for folder in (ROOT, bare):
        run = subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True)
        where, told[folder] = json.loads(run.stdout)
        assert Path(where).is_relative_to(folder)
    assert told[ROOT] == told[bare]
    assert len(told[ROOT]) > 10
    code = f"from appraise import worked; print(worked({EXERCISE!r}).data)"
    run = subprocess.run([sys.executable, "-c", code], cwd=bare, check=True, capture_output=True, text=True)
    assert "holds no solutions" in run.stdout


def test_a_lesson_of_another_version_says_so_in_one_sentence(capsys):
    lesson("04-the-numbers", load_packs()["04-the-numbers"]["version"])
    assert capsys.readouterr().out == ""
    lesson("04-the-numbers", "00000000")
    assert "newer or older" in capsys.readouterr().out


def test_packs_hold_no_hidden_cases():
    for pack in load_packs().values():
        for ex in pack["exercises"].values():
            assert "hidden" not in ex
            for m in ex.get("misconceptions", []):
                assert len(m.get("results", [])) <= len(ex.get("cases", []))


def test_remarks_are_escaped():
    assert inline("<b>`x < y`</b>") == "&lt;b&gt;<code>x &lt; y</code>&lt;/b&gt;"


def test_prose_that_nobody_marks_says_so() -> None:
    text = "I would ask for the figures of both groups."
    ex = Exercise("say", name="said", kind="write", core=False, see="Where to look")
    verdict = judge(ex, text)
    assert verdict.status == "marked"
    shown = render_remark(ex, verdict, 0.0)
    assert "Written for yourself" in shown
    assert "nobody else marks it" in shown
    graded = replace(ex, core=True)
    marked = render_remark(graded, judge(graded, text), 0.0)
    assert "Marked by a person" in marked
    assert "nobody" not in marked
