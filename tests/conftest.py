"""What the tests share: a copy of the tree to work in, a JupyterLab to ask, and the list of skips that CI allows."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
CHROMIUM += ["--disable-component-update", "--disable-sync", "--no-first-run"]
APART = ["tests/lessons/test_bank_paths.py", "tests/browser/test_lessons.py"]
TOGETHER = {"tests/test_environment.py": "installed", "tests/test_binder.py": "installed"}
SKIPPED: dict[str, str] = {}  # test → why, as the run goes on


def tree_files() -> list[Path]:
    """The files of the project relative to its root: all that git tracks or would track, none that it ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    paths = {Path(name) for name in listed.decode("utf-8").split("\0") if name}
    return sorted(path for path in paths if (ROOT / path).is_file())


def copy_tree(copy: Path) -> Path:
    """Copy the project's files to a new folder, times kept, as a clone would have them; returns the folder."""
    for path in tree_files():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, copy / path)
    return copy


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the project's files in a new folder."""
    return copy_tree(tmp_path / "course")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A copy of the project, and the folder of programs of an empty environment with what environment.yml's pip adds."""
    tree = copy_tree(tmp_path_factory.mktemp("installed") / "course")
    venv.create(tree.parent / "env", with_pip=True)
    programs = tree.parent / "env" / ("Scripts" if os.name == "nt" else "bin")
    conda = yaml.safe_load((tree / "environment.yml").read_text(encoding="utf-8"))
    lines = next(part["pip"] for part in conda["dependencies"] if isinstance(part, dict))
    # conda writes the section beside environment.yml and hands it to pip in one call; here uv reads it, in less time
    (tree / "condaenv.requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    uv = [Path(sys.executable).with_name("uv"), "pip", "install", "--quiet", "--python", programs / "python"]
    command = [*map(str, uv), "-r", "condaenv.requirements.txt"]
    done = subprocess.run(command, cwd=tree, env=plain_environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return tree, programs


def plain_environment() -> dict[str, str]:
    """This machine's environment without what the course sets."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("APPRAISE_", "PYTHONPATH"))}


Ask = Callable[[str], Any]


@pytest.fixture
def serving() -> Callable[..., Any]:
    """`with serving(command, cwd=folder, port=p) as ask`: a JupyterLab; `ask("api/contents/x")` gives its JSON."""

    @contextmanager
    def serve(command: list[str], *, cwd: Path, port: int, env: dict[str, str] | None = None) -> Iterator[Ask]:
        log = cwd / "lab.log"

        def ask(path: str) -> Any:
            request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", headers={"Authorization": "token t"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)

        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            for _ in range(240):
                assert process.poll() is None, f"{command} ended early:\n{log.read_text(encoding='utf-8')}"
                try:
                    ask("api/status")
                    break
                except OSError:
                    time.sleep(0.25)
            else:
                pytest.fail(f"{command} serves nothing after a minute:\n{log.read_text(encoding='utf-8')}")
            yield ask
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)

    return serve


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A Chromium without a window, one for all tests of a process."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def free_port() -> int:
    """A port on this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# A test that asks for one of these waits for a server, a browser, kernels or an installation: `make fast` leaves it out.
HEAVY = {"a_class", "chromium", "executed", "graded", "installed", "machine", "serving", "warm"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HEAVY & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where two processes run the tests, a file stays whole, since its tests share what is slow to make.

    The tests of some files share nothing and are shared out one by one; those that need the empty environment go
    together. (xdist's own `loadgroup` does not work with pytest 9.2: it changes node ids, which are fixed now.)
    """
    from xdist.scheduler import LoadScopeScheduling

    class Files(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::")[0]
            return nodeid if file in APART else TOGETHER.get(file, file)

    return Files(config, log)


# Where APPRAISE_ALLOWED_SKIPS names the list, a skip that it does not allow fails the run: CI sets it, so that a
# browser or a database that is missing there cannot pass for a green run.


def allows(line: str, test: str, *, root: bool) -> bool:
    """Whether a line of the list, "when | test | why", allows this test to be skipped."""
    parts = [part.strip() for part in line.split("|")]
    if len(parts) != 3 or parts[0] not in ("always", "not root") or not parts[2]:
        raise pytest.UsageError(f'allowed-skips.txt: "{line}": expected "always" or "not root", a test and why, by |')
    return fnmatchcase(test, parts[1]) and (parts[0] == "always" or not root)


def unlisted() -> list[str]:
    """The tests that were skipped and may not be, each with its reason; empty where no list is asked for."""
    named = os.environ.get("APPRAISE_ALLOWED_SKIPS")
    if not named:
        return []
    lines = [line for line in Path(named).read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        f"{test}: {why}" for test, why in SKIPPED.items() if not any(allows(line, test, root=root) for line in lines)
    ]


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        SKIPPED[report.nodeid] = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _note(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if unlisted() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in unlisted():
        terminalreporter.write_line(f"SKIPPED, AND NOT ON THE LIST {line}", red=True)
