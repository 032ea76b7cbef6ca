"""Temporary folders: those of ended processes are removed, and nothing else changes, whatever is killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appraise.grading import scratch

GRADE = [sys.executable, "-m", "appraise", "grade"]


def state(folder: Path) -> dict[str, Any]:
    """Mode and content of everything in a folder, and of itself; no link is followed."""
    found: dict[str, Any] = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        mode = path.lstat().st_mode
        content = (
            path.read_bytes() if stat.S_ISREG(mode) else str(path.readlink()).encode() if stat.S_ISLNK(mode) else None
        )
        found[str(path)] = (oct(mode), content)
    return found


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder for temporary files as all users of a machine share it, with things of others in it."""
    folder = Path(tempfile.mkdtemp(prefix="shared-"))  # not below pytest's: the name of a socket must be short
    folder.chmod(0o1777)
    others = folder / "appraise-somebody"
    others.mkdir(0o755)
    (others / "work.txt").write_text("of somebody else", encoding="utf-8")
    (others / "work.txt").chmod(0o640)
    (folder / "appraise-abcdefgh").mkdir(0o750)  # named like ours, with no lock in it
    (folder / "appraise-abcdefgh" / "kept").write_text("x", encoding="utf-8")
    (folder / "appraise-link0000").symlink_to(others)
    yield folder
    shutil.rmtree(folder)


def below(pid: int) -> list[int]:
    """The ids of a process's descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [n for c in map(int, children) for n in (c, *below(c))]


def learners(pid: int) -> list[int]:
    """Those of them that are learner's processes."""
    found = []
    for one in below(pid):
        try:
            line = Path(f"/proc/{one}/cmdline").read_bytes()
        except OSError:
            continue
        if b"appraise.grading.worker.server" in line:
            found.append(one)
    return found


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("what", ["learners", "all"])
def test_killed_processes_change_nothing_of_others_and_leave_nothing(a_class: Any, shared: Path, what: str) -> None:
    before = state(shared)
    env = {**os.environ, "TMPDIR": str(shared)}
    for wait in (0.0, 0.3):
        for n in range(12):  # a run that lost its learner's processes alone may have graded all of the round before
            a_class.hand_in(f"s{n}-{wait}")
        run = subprocess.Popen(
            [*GRADE, a_class.slug], cwd=a_class.root, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 60
        while run.poll() is None and not learners(run.pid) and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(wait)
        some = learners(run.pid)
        assert some
        for pid in [run.pid, *some] if what == "all" else some:
            kill(pid)
        run.wait(timeout=120)
    done = subprocess.run(
        [*GRADE, a_class.slug], cwd=a_class.root, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert state(shared) == before


def test_a_folder_that_is_gone_or_closed_costs_its_neighbours_nothing(shared: Path) -> None:
    before = state(shared)
    scratch.remove_tree(shared / "gone")
    own = shared / "own"
    (own / "closed" / "in").mkdir(parents=True)
    outside = shared / "appraise-somebody" / "work.txt"
    (own / "closed" / "link").symlink_to(outside)
    os.link(outside, own / "closed" / "the same file")
    (own / "closed" / "in").chmod(0)
    (own / "closed").chmod(0)
    scratch.remove_tree(own)
    assert state(shared) == before
    scratch.remove_tree(shared / "appraise-link0000")
    assert state(shared) == before


_OPENS = """
import sys
from appraise.grading import scratch
print(scratch.make("home"), flush=True)
sys.stdin.read()
"""


def test_the_folder_of_a_living_process_stays_and_that_of_a_dead_one_goes(shared: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(shared))
    before = state(shared)
    env = {**os.environ, "TMPDIR": str(shared)}
    with subprocess.Popen(
        [sys.executable, "-c", _OPENS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    ) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())
        mine = scratch.make("run")
        assert theirs.is_dir()
        other.kill()
        other.wait()
        scratch.clear(shared)
        assert not theirs.parent.exists()
        assert mine.is_dir()
        scratch.remove(mine)
    assert state(shared) == before
