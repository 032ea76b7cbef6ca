"""The learner's lab, really started: what it serves, what it hides, and that it keeps what a learner wrote."""

import os
import re
import sys
import urllib.error
import urllib.request

import pytest

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

TABS = [f"@jupyter/nbgrader:{name}" for name in ("assignment-list", "course-list", "create-assignment", "formgrader")]
LESSON = "work/00-start-here/00-start-here.ipynb"


@pytest.fixture
def lab(tree, tmp_path, serving, free_port):
    """`with lab("--flag") as ask`: the lab of a copy of the tree, none of this machine's own settings."""

    def start(*flags):
        env = {**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "PYTHONPATH": str(tree)}
        for name in ("APPRAISE_WORK", "JUPYTER_CONFIG_PATH", "NBGRADER_EXECUTION"):
            env.pop(name, None)
        command = [sys.executable, "-m", "appraise", "lab", *flags, "--no-browser", f"--port={free_port}"]
        return serving([*command, "--ServerApp.token=t"], cwd=tree, port=free_port, env=env)

    start.port = free_port
    return start


def page(port, path):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", headers={"Authorization": "token t"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.url, answer.read().decode("utf-8")


def disabled(port):
    found = re.search(r'"disabledExtensions": (\[[^\]]*\])', page(port, "lab")[1])
    return re.findall(r'"([^"]+)"', found[1]) if found else []


def status(port, path):
    try:
        page(port, path)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def test_a_learner_sees_the_lessons_and_no_tab_of_the_instructor(lab, tree):
    with lab() as ask:
        assert ask(f"api/contents/{LESSON}?content=0")["type"] == "notebook"
        assert page(lab.port, "")[0].endswith("/lab/tree/work/two-hours/two-hours.ipynb")  # for somebody new
        assert set(TABS) | {"@jupyter/nbgrader:menu"} <= set(disabled(lab.port))
        assert not [name for name in disabled(lab.port) if "validate" in name]
        for handler in ("formgrader", "formgrader/api/status", "course_list", "assignments"):
            assert status(lab.port, handler) == 404, handler
        assert status(lab.port, "assignments/validate") == 405  # there, for a POST
        news = ask("lab/api/settings/@jupyterlab/apputils-extension:notification")["schema"]["properties"]
        assert news["fetchNews"]["default"] == "false"

    mine = tree / LESSON
    mine.write_text(mine.read_text(encoding="utf-8").replace("How this course works", "My own words"), encoding="utf-8")
    kept = mine.read_bytes()
    with lab() as ask:
        assert "My own words" in str(ask(f"api/contents/{LESSON}")["content"])
    assert mine.read_bytes() == kept


def test_an_instructor_keeps_the_tabs(lab):
    with lab("--instructor"):
        assert not set(TABS) & set(disabled(lab.port))
        assert status(lab.port, "formgrader/api/status") != 404


def test_the_released_lessons_are_copied_byte_for_byte(lab, tree):
    with lab():
        for released in (tree / "lessons").rglob("*.ipynb"):
            copy = tree / "work" / released.relative_to(tree / "lessons")
            assert copy.read_bytes() == released.read_bytes()
