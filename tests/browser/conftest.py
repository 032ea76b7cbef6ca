"""A learner's lab and a real Chromium, one of each for all browser tests."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from importlib import resources
from pathlib import Path

import pytest

from tests.conftest import ROOT, tree_files

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
ARGS += ["--disable-component-update", "--disable-sync", "--no-first-run"]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address of a learner's lab on a copy of the tree, and the copy."""
    tree = tmp_path_factory.mktemp("browser") / "course"
    for path in tree_files():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, tree / path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "PYTHONPATH": str(tree), "JUPYTER_CONFIG_DIR": str(tree / "config")}
    for name in ("APPRAISE_WORK", "JUPYTER_CONFIG_PATH", "NBGRADER_EXECUTION", "APPRAISE_RECORD"):
        env.pop(name, None)
    flags = ["--no-browser", f"--port={port}", "--ServerApp.token=t"]
    log = tree / "lab.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "appraise", "lab", *flags]
        server = subprocess.Popen(
            command, cwd=tree, env=env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        for _ in range(240):
            assert server.poll() is None, log.read_text(encoding="utf-8")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token=t", timeout=5).close()
                break
            except OSError:
                time.sleep(0.25)
        yield f"http://127.0.0.1:{port}", tree
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def room(lab, chromium):
    """The learner's room: `room.open(slug)`, `room.run_all()` and what they show."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    yield Room(page, *lab)
    page.close()


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
# JupyterLab makes a wide output scroll and gives its frame no focus: that one is not the course's
AXE = f"""async (tags) => {{
  const found = await axe.run({{include: [["{PANEL} .jp-OutputArea-output"]]}}, {{runOnly: {{type: "tag", values: tags}}}});
  const ours = (rule, node) => rule !== "scrollable-region-focusable" || !node.html.includes("jp-OutputArea-output");
  return found.violations
    .map((v) => [v.id, v.nodes.filter((node) => ours(v.id, node)).map((node) => node.html.slice(0, 200))])
    .filter(([, nodes]) => nodes.length);
}}"""


class Room:
    """A learner's JupyterLab in a browser, in the words of this course."""

    def __init__(self, page, address, tree):
        self.page, self.address, self.tree = page, address, tree

    def open(self, slug):
        self.page.goto(f"{self.address}/lab/tree/work/{slug}/{slug}.ipynb?token=t&reset")
        self.page.wait_for_selector("text=Python 3 (ipykernel) | Idle")

    def run_all(self):
        self.page.click(".lm-MenuBar-item:has-text('Run')")
        self.page.click(".lm-Menu-item:has-text('Run All Cells') >> nth=0")
        self.page.wait_for_function(RAN, timeout=120_000)

    def cell(self, start):
        """The code cell that starts with these words."""
        cells = self.page.locator(f"{PANEL} .jp-CodeCell")
        return cells.filter(has=self.page.locator(f".cm-line >> nth=0 >> text={start}")).first

    def answer(self, start, text):
        """Replace the text of an answer cell, and run it and the check below it."""
        self.cell(start).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.press("Shift+Enter")

    def at(self, heading):
        """Wait until a heading stands in the window."""
        self.page.wait_for_function(VISIBLE, arg=heading)

    def axe(self):
        """What axe-core holds against the outputs of the open notebook, WCAG 2.2 A and AA."""
        script = resources.files("axe_playwright_python") / "axe.min.js"
        self.page.evaluate(Path(str(script)).read_text(encoding="utf-8"))
        return self.page.evaluate(AXE, WCAG)
