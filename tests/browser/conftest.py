"""A learner's lab and a real Chromium, one of each for all browser tests."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from importlib import resources

import pytest

from tests.conftest import copy_tree

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Lab:
    """A learner's JupyterLab on a copy of the tree: its address, the copy, and `restart()`, kernels and all."""

    def __init__(self, tree):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.tree, self.address, self.log = tree, f"http://127.0.0.1:{self.port}", tree / "lab.log"

    def start(self):
        left_out = ("APPRAISE_WORK", "JUPYTER_CONFIG_PATH", "NBGRADER_EXECUTION", "APPRAISE_RECORD")
        env = {key: value for key, value in os.environ.items() if key not in left_out}
        env |= {"PYTHONPATH": str(self.tree), "JUPYTER_CONFIG_DIR": str(self.tree / "config")}
        command = [sys.executable, "-m", "appraise", "lab", "--no-browser", f"--port={self.port}"]
        with self.log.open("ab") as output:
            self.server = subprocess.Popen(
                [*command, "--ServerApp.token=t"], cwd=self.tree, env=env, stdout=output, stderr=output, start_new_session=True
            )  # fmt: skip
        for _ in range(480):
            assert self.server.poll() is None, self.log.read_text(encoding="utf-8")
            try:
                return self.ask("api/status")
            except OSError:
                time.sleep(0.25)
        raise AssertionError(f"expected an answer from {self.address}:\n{self.log.read_text(encoding='utf-8')}")

    def ask(self, path, method="GET"):
        """What the server answers."""
        request = urllib.request.Request(
            f"{self.address}/{path}", method=method, headers={"Authorization": "token t"}
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or "null")

    def stop(self):
        os.killpg(self.server.pid, signal.SIGTERM)
        self.server.wait(timeout=60)

    def restart(self):
        self.stop()
        self.start()

    def forget(self):
        """End all kernels and take away what `check` and JupyterLab's settings remember."""
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", "DELETE")
        for kept in ("work/.progress", "config/lab/user-settings"):
            shutil.rmtree(self.tree / kept, ignore_errors=True)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A learner's lab, running."""
    lab = Lab(copy_tree(tmp_path_factory.mktemp("browser") / "course"))
    try:
        lab.start()
        yield lab
    finally:
        lab.stop()


@pytest.fixture(scope="session")
def context(chromium):
    """One profile for all tests: JupyterLab's scripts are fetched once."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    return context


@pytest.fixture
def room(lab, context):
    """The learner's room, nothing done in it yet: `room.open(slug)`, `room.run_all()` and what they show."""
    page = context.new_page()
    yield Room(page, lab)
    page.close()
    lab.forget()


PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
RAN = f"""() => {{
  const prompts = [...document.querySelectorAll("{PANEL} .jp-CodeCell .jp-InputArea-prompt")];
  return prompts.length > 0 && prompts.every((prompt) => /\\[\\d+\\]/.test(prompt.textContent));
}}"""
VISIBLE = f"""(words) => {{
  const all = [...document.querySelectorAll("{PANEL} h2, {PANEL} h3")];
  const heading = all.find((heading) => heading.textContent.startsWith(words));
  const box = heading.getBoundingClientRect(), view = heading.closest(".jp-WindowedPanel-outer").getBoundingClientRect();
  return box.top >= view.top - 2 && box.bottom <= view.bottom + 2;
}}"""
OUTER = f"document.querySelector('{PANEL} .jp-WindowedPanel-outer')"
# JupyterLab makes a wide output scroll and gives its frame no focus: that one is not the course's
AXE = f"""async (runOnly) => {{
  const found = await axe.run({{include: [["{PANEL} .jp-OutputArea-output"]]}}, {{runOnly}});
  const ours = (rule, node) => rule !== "scrollable-region-focusable" || !node.html.includes("jp-OutputArea-output");
  return found.violations
    .map((v) => [v.id, v.nodes.filter((node) => ours(v.id, node)).map((node) => node.html.slice(0, 200))])
    .filter(([, nodes]) => nodes.length);
}}"""


class Room:
    """A learner's JupyterLab in a browser, in the words of this course."""

    def __init__(self, page, lab):
        self.page, self.lab, self.address, self.tree = page, lab, lab.address, lab.tree

    def open(self, slug):
        self.page.goto(f"{self.address}/lab/tree/work/{slug}/{slug}.ipynb?token=t&reset")
        self.page.wait_for_selector("text=Python 3 (ipykernel) | Idle")

    def run_all(self):
        self.page.click(".lm-MenuBar-item:has-text('Run')")
        self.page.click(".lm-Menu-item:has-text('Run All Cells') >> nth=0")
        self.page.wait_for_function(RAN, timeout=120_000)

    def theme(self, name):
        """Choose a theme of JupyterLab, for instance "JupyterLab Dark"."""
        self.page.click(".lm-MenuBar-item:has-text('Settings')")
        self.page.click(".lm-Menu-item:has-text('Theme') >> nth=0")
        self.page.click(f".lm-Menu-item:text-is('{name}'), .lm-Menu-itemLabel:text-is('{name}')")
        self.page.wait_for_selector(f"body[data-jp-theme-name='{name}']", state="attached")

    def cell(self, start):
        """The code cell that starts with these words."""
        cells = self.page.locator(f"{PANEL} .jp-CodeCell")
        return cells.filter(has=self.page.locator(f".cm-line >> nth=0 >> text={start}")).first

    def run(self, start):
        """Run the code cell that starts with these words."""
        self.cell(start).locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")

    def check(self, exercise):
        """The check cell of an exercise."""
        return self.page.locator(f"{PANEL} .jp-CodeCell").filter(has_text=f'check("{exercise}", ').last

    def answer(self, exercise, text):
        """Replace the text of the answer cell, which stands above its check, and run both."""
        cell = self.check(exercise).locator("xpath=preceding-sibling::*[1]")
        folded = cell.locator(".appraise-quiet:text-is('Show code')")  # the code lies folded under its form
        if folded.count():
            folded.click()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.press("Shift+Enter")

    def remark(self, exercise):
        """What is shown below the check of an exercise."""
        return self.check(exercise).locator(".appraise-remark")

    def validate(self):
        """Press the Validate button; returns what its dialog says."""
        self.page.click(f"{PANEL} .jp-Toolbar >> text=Validate")
        dialog = self.page.locator(".jp-Dialog:has-text('Validation')")
        dialog.wait_for()
        said = dialog.inner_text()
        dialog.locator("button:has-text('OK')").click()
        dialog.wait_for(state="detached")
        return said

    def at(self, heading):
        """Wait until a heading stands in the window."""
        self.page.wait_for_function(VISIBLE, arg=heading)

    def axe(self, rules=None):
        """What axe-core holds against the outputs of the open notebook, WCAG 2.2 A and AA, or by these rules only."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
        # it passes over words that a frame clips: here all below the window, and all in a body without a height
        self.page.evaluate("document.body.style.overflow = 'visible'")
        size, height = self.page.viewport_size, self.page.evaluate(f"{OUTER}.scrollHeight")
        self.page.set_viewport_size({**size, "height": height + size["height"]})
        self.page.wait_for_function(f"{OUTER}.clientHeight >= {height}")
        found = self.page.evaluate(AXE, {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG})
        self.page.set_viewport_size(size)
        return found
