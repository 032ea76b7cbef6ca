"""The instructor's room in a real browser: a lesson from release to feedback, by clicking in formgrader."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import nbformat
import pytest

from appraise.learner.rubric import load_rubric
from tests.browser.conftest import WCAG
from tests.conftest import copy_tree, plain_environment

SLUG, PROSE = "12-a-fair-telling", "telling-two-hundred-words"
CRITERIA = load_rubric().criteria


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the project whose exchange, configuration and home are its own."""
    tree = copy_tree(tmp_path / "course")
    for folder in ("solutions", "lessons"):
        for other in (tree / folder).iterdir():
            if other.is_dir() and other.name != SLUG:
                shutil.rmtree(other)
    exchange = tmp_path / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    with (tree / "nbgrader_config.py").open("a", encoding="utf-8") as f:
        f.write(f"c.Exchange.root = {str(exchange)!r}\nc.Exchange.cache = {str(tmp_path / 'cache')!r}\n")
        f.write("c.ExchangeCollect.check_owner = False\n")  # here one user is both instructor and student
    return tree


def environment(tree: Path) -> dict[str, str]:
    env = plain_environment() | {"PYTHONPATH": str(tree), "JUPYTER_CONFIG_DIR": str(tree / "config")}
    return env | {"PATH": f"{Path(sys.executable).parent}:{env['PATH']}"}


def hand_in(tree: Path, student: str, telling: str) -> None:
    """As a student does: the released notebook with the reference answers and this telling, submitted."""
    work = tree.parent / student / SLUG
    work.mkdir(parents=True)
    nb = nbformat.read(tree / "solutions" / SLUG / f"{SLUG}.ipynb", as_version=4)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == PROSE:
            cell.source = f'telling = """{telling}"""'
    nbformat.write(nb, work / f"{SLUG}.ipynb")
    shutil.copy(tree / "nbgrader_config.py", work.parent)
    command = [sys.executable, "-m", "nbgrader", "submit", SLUG, f"--student={student}"]
    command.append(f"--CourseDirectory.root={work.parent}")
    done = subprocess.run(command, cwd=work.parent, env=environment(tree), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def violations(page) -> list[list[str]]:
    """What axe-core holds against a page, WCAG 2.2 A and AA."""
    script = Path(str(resources.files("axe_playwright_python") / "axe.min.js"))
    page.evaluate(script.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", WCAG)["violations"]
    return [[v["id"], *(n["html"][:200] for n in v["nodes"])] for v in found]


def test_from_release_to_feedback_by_clicking(course, chromium, serving, free_port):
    command = [sys.executable, "-m", "appraise", "lab", "--instructor", "--no-browser", f"--port={free_port}"]
    command.append("--ServerApp.token=t")
    address = f"http://127.0.0.1:{free_port}"
    with serving(command, cwd=course, port=free_port, env=environment(course)):
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(60_000)

        # JupyterLab's menu leads to formgrader
        page.goto(f"{address}/lab?token=t&reset")
        page.click(".lm-MenuBar-item:has-text('Nbgrader')")
        page.click(".lm-Menu-item:has-text('Formgrader') >> nth=0")
        room = page.frame_locator("iframe[src*='formgrader']")

        def press(column: str) -> None:
            """Click a column's sign and wait until formgrader says that it went well."""
            room.locator(f"{column} a").first.click()
            said = room.locator("#success-modal, #error-modal").last
            said.wait_for()
            assert said.get_attribute("id") == "success-modal", said.inner_text()
            said.locator("button:has-text('Close'), button[data-dismiss]").last.click()
            said.wait_for(state="detached")

        press("td.assign")  # generate
        press("td.release")
        hand_in(course, "s01", "Pain fell from 7.5 to 4.7 on a scale of ten.\nReference: Yousef and Al-deeb 2013.")
        hand_in(course, "s02", "It helps.")
        press("td.collect")
        assert (course / "grading/submitted/s01" / SLUG / f"{SLUG}.ipynb").is_file()

        # autograde one, then see it among those for a person
        room.locator("td.num-submissions a").click()
        row = room.locator("tr", has_text="s01")
        row.locator("td.autograde a").click()
        said = room.locator("#success-modal")
        said.wait_for(timeout=180_000)
        said.locator("button").last.click()
        row.locator("text=needs manual grading").wait_for()

        # mark the prose: the rubric stands beside the answer, with its levels and anchors
        room.locator("a:has-text('Manual Grading')").first.click()
        room.locator(f"a:has-text('{SLUG}')").first.click()
        room.locator(f"a:has-text('{SLUG}')").last.click()
        room.locator("a:has-text('Submission #1')").click()
        rubric = room.locator(".appraise-rubric")
        answer = room.locator(".appraise-marking .input_area", has_text="Pain fell from 7.5")
        left, right = answer.bounding_box(), rubric.bounding_box()
        assert left["x"] + left["width"] <= right["x"], "the rubric stands beside the answer"
        assert room.locator(".appraise-rubric").count() == 1
        assert rubric.locator("fieldset").count() == len(CRITERIA)
        for criterion in CRITERIA:
            box = rubric.locator(f"fieldset:has(legend:text-is('{criterion.name}'))")
            words = box.inner_text()
            assert all(criterion.levels[n] in words and criterion.anchors[n] in words for n in (1, 2, 3))
        comment = room.locator(f"[id='{PROSE}-comment']")
        comment.fill("A clear start.")
        comment.press("Tab")  # leads into the rubric
        levels = [(3, 2, 1, 0)[n % 4] for n in range(len(CRITERIA))]

        def kept(words):
            return lambda reply: reply.request.method == "PUT" and words in (reply.request.post_data or "")

        score, last = f'"manual_score":"{sum(levels)}"', f"{CRITERIA[-1].name} {levels[-1]}"
        page.keyboard.press("ArrowUp")  # from 0 round to 3, by keyboard
        with page.expect_response(kept(score)), page.expect_response(kept(last)):
            for criterion, level in [*zip(CRITERIA, levels)][1:]:
                rubric.locator(f"input[name='{criterion.id}'][value='{level}']").check()
        rubric.locator(f"output:has-text('10 of 10 criteria, {sum(levels)} points')").wait_for()
        assert room.locator(f"[id='{PROSE}']").input_value() == str(sum(levels))

        # the marks are there again when the page is opened anew
        page.frames[-1].evaluate("location.reload()")
        rubric.locator(f"output:has-text('10 of 10 criteria, {sum(levels)} points')").wait_for()
        assert room.locator(f"[id='{PROSE}']").input_value() == str(sum(levels))
        assert comment.input_value().endswith("A clear start.")

        # feedback
        room.locator("a:has-text('Manual Grading')").first.click()
        room.locator("a:has-text('Manage Assignments')").first.click()
        press("td.generate-feedback")
        press("td.release-feedback")

        file = course / "grading/feedback/s01" / SLUG / f"{SLUG}.html"
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.lang") == "en"
        told = page.inner_text("main")
        assert f"{11 + sum(levels)} of 41 points" in told
        assert f"{CRITERIA[8].name}\t{levels[8]} of 3" in told
        assert "A clear start." in told
        assert violations(page) == []
        page.close()
    released = list((course.parent / "exchange").rglob("feedback/*.html"))
    assert len(released) == 1
    assert "A clear start." in released[0].read_text(encoding="utf-8")
    assert not re.search(r"<script|https?://(?!www\.w3)[^\s\"<]*\.js", released[0].read_text(encoding="utf-8"))
