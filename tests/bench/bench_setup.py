"""How long setting up takes: from a clone to a served first lesson, now and at the commit before uv, in turn.

Each round clones the committed tree, runs `make lab` there and asks the server for the first lesson. No package is in a
cache before a round. Then the lesson is run once, since an environment that was not compiled makes its first user wait.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

from appraise.course import load_course
from tests.conftest import ROOT, plain_environment

BASELINE = "b0269ef"  # pip installed everything, for everyone
ROUNDS = 2
PATIENCE = 1200  # seconds


class Setup(NamedTuple):
    """One set-up, in seconds; the size of .venv in megabytes of 10⁶ bytes, after the lesson ran."""

    served: float
    ran: float
    size: float


def _clean_environment(folder: Path, port: int) -> dict[str, str]:
    """This machine's environment without the environment that runs this, and with empty caches for pip and uv."""
    env = plain_environment()
    ours = str(Path(ROOT, ".venv", "bin"))
    env["PATH"] = os.pathsep.join(part for part in env["PATH"].split(os.pathsep) if part != ours)
    for name in ("VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "VENV", "PYTHON"):
        env.pop(name, None)
    env |= {"PIP_CACHE_DIR": str(folder / "pip"), "UV_CACHE_DIR": str(folder / "uv")}
    return env | {"LAB_ARGS": f"--no-browser --port={port} --ServerApp.token=t"}


def _wait_until_served(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Return when the address answers; raises RuntimeError where the command ends first or nothing ever answers."""
    request = urllib.request.Request(address, headers={"Authorization": "token t"})
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"make lab ended with {server.returncode}: {log.read_text(encoding='utf-8')[-2000:]}")
        try:
            with urllib.request.urlopen(request, timeout=10):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing was served within {PATIENCE} s: {log.read_text(encoding='utf-8')[-2000:]}")


def _size(folder: Path) -> float:
    """Megabytes of the files below a folder, each file counted once."""
    files = {stat.st_ino: stat.st_blocks * 512 for path in folder.rglob("*") if (stat := path.lstat())}
    return sum(files.values()) / 1e6


def set_up(commit: str) -> Setup:
    """Clone the project at a commit, open the first lesson, run it once."""
    notebook = load_course().lessons[0].notebook
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        course, log = folder / "course", folder / "log"
        env = _clean_environment(folder, port)
        began = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(course)], check=True)
        subprocess.run(["git", "checkout", "--quiet", commit], cwd=course, check=True)
        with log.open("wb") as output:
            server = subprocess.Popen(
                ["make", "lab"], cwd=course, env=env, stdout=output, stderr=output, start_new_session=True
            )
        try:
            _wait_until_served(server, f"http://127.0.0.1:{port}/api/contents/work/{notebook}", log)
            served = time.monotonic() - began
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGTERM)
                server.wait(timeout=60)
        began = time.monotonic()
        program = course / ".venv" / "bin" / "jupyter"
        subprocess.run(
            [str(program), "execute", str(course / "work" / notebook)],
            cwd=course,
            env=env | {"PATH": f"{program.parent}{os.pathsep}{env['PATH']}"},
            check=True,
            capture_output=True,
        )
        return Setup(served, time.monotonic() - began, _size(course / ".venv"))


def main() -> None:
    """Print both set-ups, and what the newer one takes of the older one's time."""
    known = subprocess.run(["git", "cat-file", "-e", BASELINE], cwd=ROOT, capture_output=True).returncode == 0
    commits = [BASELINE, "HEAD"] if known else ["HEAD"]
    found: dict[str, list[Setup]] = {commit: [] for commit in commits}
    for _ in range(ROUNDS):
        for commit in commits:
            found[commit].append(each := set_up(commit))
            print(f"{commit}: served after {each.served:.1f} s, then run in {each.ran:.1f} s; .venv {each.size:.0f} MB")
    if known:
        served = {commit: statistics.median(each.served for each in rounds) for commit, rounds in found.items()}
        share = served["HEAD"] / served[BASELINE]
        print(f"HEAD is served after {share:.2f} of the time of {BASELINE} (aim 0.4)")
    print(f".venv takes {max(each.size for each in found['HEAD']):.0f} MB (aim 700)")


if __name__ == "__main__":
    main()
