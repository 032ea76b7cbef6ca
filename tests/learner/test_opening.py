"""The opening of a lesson: how far one is, the map and the glossary one click away, and who comes back another day."""

import json
import os
import subprocess
import sys

import pytest
from jupyter_client.manager import start_new_kernel

from appraise.files import ROOT
from appraise.learner.report import lesson_standing
from appraise.learner.standing import opening_box

SLUG = "04-the-numbers"
STARTUP = ROOT / "appraise" / "learner" / "not_run_yet.py"


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.setenv("APPRAISE_WORK", str(tmp_path))
    return tmp_path


def remember(work, **exercises):
    (work / ".progress").mkdir(exist_ok=True)
    (work / ".progress" / f"{SLUG}.json").write_text(json.dumps({"exercises": exercises}), encoding="utf-8")


def test_the_box_says_how_far_one_is_and_what_comes_next(work):
    assert opening_box(SLUG).text.startswith("Nothing tried yet here")
    core = [row for row in lesson_standing(SLUG) if row.core]
    done = {"tries": 0, "status": "right", "points": 1.0, "remark": ""}
    remember(work, **{core[0].id: done})
    box = opening_box(SLUG)
    assert box.text.startswith(f"1 of {len(core)} core exercises here are done.")
    assert core[1].title in box.html.split("<details", 1)[0]
    assert box.html.count("<details") == 2
    assert "Words of this course" in box.html
    assert "intention to treat" in box.html
    remember(work, **{row.id: done for row in core})
    assert opening_box(SLUG).text.startswith("All core exercises here are done.")
    assert "Next:" not in opening_box(SLUG).html


def run(code, **env):
    """What a fresh kernel prints for a cell, and the error that it ends with."""
    manager, client = start_new_kernel(env={**os.environ, **env})
    try:
        said = []
        reply = client.execute_interactive(
            code, output_hook=lambda message: said.append(message["content"]), timeout=60
        )
        text = "".join(content.get("text", "") for content in said)
        return text, reply["content"].get("ename"), [c["traceback"] for c in said if "traceback" in c]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.slow
def test_a_name_error_says_what_to_run_even_before_the_opening_cell(tmp_path):
    text, error, traceback = run('check("x", 1)', PYTHONSTARTUP=str(STARTUP))
    assert error == "NameError"
    assert traceback
    assert "The name “check” is not known in this session" in text
    assert "Run All Above Selected Cell" in text
    theirs = tmp_path / "mine.py"
    theirs.write_text("mine = 5", encoding="utf-8")
    env = {"PYTHONSTARTUP": str(STARTUP), "APPRAISE_PYTHONSTARTUP": str(theirs)}
    text, error, _ = run("print(mine, [n for n in ('os', 'explain_name_errors', '_theirs') if n in globals()])", **env)
    assert (text.strip(), error) == ("5 []", None)


@pytest.mark.slow
def test_a_lesson_explains_name_errors_where_no_startup_file_is_named():
    code = "from appraise import lesson\nlesson('04-the-numbers')\nabstract"
    text, error, _ = run(code, PYTHONSTARTUP="")
    assert error == "NameError"
    assert "The name “abstract” is not known" in text
    text, error, _ = run("1 / 0", PYTHONSTARTUP=str(STARTUP))
    assert (text, error) == ("", "ZeroDivisionError")


def test_the_startup_file_does_nothing_outside_ipython():
    env = {**os.environ, "PYTHONSTARTUP": str(STARTUP)}
    done = subprocess.run([sys.executable, str(STARTUP)], capture_output=True, text=True, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
