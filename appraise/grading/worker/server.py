"""The fork server: ``python -m appraise.grading.worker.server``.

It runs the opening cells. Then it forks a worker for each socket that comes, or a clone of itself, and says how each
ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appraise.exercises.exercise import Status
from appraise.grading import scratch as scratch_folders
from appraise.grading.limits import Limits
from appraise.grading.sandbox.memory import private_memory, total_memory
from appraise.grading.sandbox.namespaces import fork_supervisor, mount_scratch, remount_home_readonly, set_undumpable
from appraise.grading.worker import constants
from appraise.grading.worker.answering import run_submission
from appraise.grading.worker.first_use import load_libraries
from appraise.grading.worker.protocol import UNKNOWN_END, Command, Connection
from appraise.grading.worker.shell import forget_last_run, run_cell, start_shell


def main(fd: int) -> None:
    """The fork server: run the opening cells, then fork a worker for each socket that comes, or a clone."""
    gc.disable()  # imports leave nothing to collect, and looking for it takes a tenth of their time
    control = socket.socket(fileno=fd)
    control.set_inheritable(False)
    connection = Connection(control)
    setup = connection.receive()
    limits, tier = Limits(**setup["limits"]), int(setup["tier"])
    connection.send(_run_opening(setup, limits, tier))
    while True:
        command, fds, *_ = socket.recv_fds(control, 1, 4)
        if not command:
            break
        if command == Command.CLONE and fds:
            if clone := os.fork():
                _clones.add(clone)
                os.close(fds[0])
            else:
                _clones.clear()
                _adopt_orphans()  # is not handed on by a fork
                control.close()
                control = socket.socket(fileno=fds[0])
                connection = Connection(control)
        elif command == Command.FORK and fds:
            control.setblocking(True)
            run = _run_supervised if tier == 1 else _run_unsupervised
            connection.send(run(control, fds[0], limits, tier))
    os._exit(0)


def _run_opening(setup: dict[str, Any], limits: Limits, tier: int) -> dict[str, Any]:
    """Run what is the same for all submissions; the answer to the message that sets this process up."""
    _disable_checks()
    if tier == 1:
        Path.home().joinpath("work").mkdir()
    start_shell(limits.output_bytes)
    outputs: list[list[dict[str, Any]]] = []
    error = None
    for source in setup["opening"]:
        out, failed = run_cell(source)
        outputs.append(out)
        error = error or (failed and f"{failed} in “{source.splitlines()[0] if source else ''}”")
    load_libraries()
    tried = [(cell["place"], constants.keep(**cell)) for cell in setup["constants"]]
    kept = [(place, out) for place, out in tried if out is not None]
    forget_last_run()
    _adopt_orphans()
    gc.freeze()  # a collection in a worker would touch, and so copy, the pages of all that is shared
    gc.enable()
    if (threads := len(list(Path("/proc/self/task").iterdir()))) != 1:
        error = error or f"the opening cells leave {threads} threads running, and forking is not safe then"
    try:
        if tier == 1:
            remount_home_readonly()
    except OSError as e:
        error = error or f"the sandbox cannot be closed: {e}"
    return {"outputs": outputs, "kept": kept, "error": error}


_clones: set[int] = set()


def _adopt_orphans() -> None:
    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: what a worker leaves behind comes to us, to be ended


def _run_unsupervised(control: socket.socket, fd: int, limits: Limits, tier: int) -> dict[str, Any]:
    """A submission as a worker of the fork server; how it ended."""
    scratch = Path(tempfile.mkdtemp(prefix="submission-"))
    pid = os.fork()
    if not pid:
        control.close()
        run_submission(fd, scratch, limits, tier)
    os.close(fd)
    status, stopped = _wait_for_end(control, pid, lambda: _is_scratch_full(scratch, limits))
    _end_orphans()
    scratch_folders.remove_tree(scratch)
    return _describe_end(status, _TOO_MANY_FILES if stopped else None)


def _wait_for_end(control: socket.socket, pid: int, too_much: Callable[[], bool] | None = None) -> tuple[int, bool]:
    """Wait until the grader says that a worker is to end, or is seen to have ended.

    Returns
    -------
    (int, bool)
        The worker's status, and whether it was ended because of `too_much`, which is asked ten times a second.
    """
    watch = os.pidfd_open(pid)
    since = (0.0, 0.0)
    status, stopped = None, False
    while True:
        known = [control.fileno()] if status is not None else [control.fileno(), watch]
        ready = select.select(known, [], [], None if too_much is None or status is not None else 0.1)[0]
        if control.fileno() in ready:
            word = control.recv(1)
            if word == Command.START_CLOCK:
                since = _processor_seconds()
            elif word == Command.QUERY:
                Connection(control).send([now - then for now, then in zip(_processor_seconds(), since)])
            else:
                break
        elif ready:
            _, status = os.waitpid(pid, 0)
            # every copy of the worker's socket is closed then, and the grader sees that it ended
            _end_orphans()
        elif too_much is not None and not stopped and too_much():
            stopped = True
            os.kill(pid, signal.SIGKILL)
    if status is None:
        if word == Command.WAIT:
            select.select([watch], [], [], 0.5)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    os.close(watch)
    if not word:
        os._exit(0)
    return status, stopped


def _processor_seconds() -> tuple[float, float]:
    """Seconds that all processes below this one have worked, and that they have waited for a processor."""
    worked = waited = 0.0
    below = [str(os.getpid()).encode()]
    while below:
        above = os.fsdecode(below.pop())
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{above}/task").iterdir():
                for pid in _read_proc(f"{task}/children").split():
                    if int(pid) in _clones:
                        continue
                    below.append(pid)
                    with contextlib.suppress(OSError):
                        ticks = _read_proc(f"/proc/{int(pid)}/stat").rpartition(b")")[2].split()[11:15]
                        worked += sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
                        waited += int(_read_proc(f"/proc/{int(pid)}/schedstat").split()[1]) / 1e9
    return worked, waited


def _read_proc(path: str) -> bytes:
    # not by pathlib: this is asked for every cell
    fd = os.open(path, os.O_RDONLY)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)


_TOO_MUCH_MEMORY = (Status.MEMORY_LIMIT, "the limit on the memory of all processes together was reached")
_TOO_MANY_FILES = (Status.OUTPUT_LIMIT, "the limit on files was reached")


def _describe_end(status: int, limit: tuple[str, str] | None) -> dict[str, Any]:
    code = os.waitstatus_to_exitcode(status)
    return {"code": code if code >= 0 else None, "signal": -code if code < 0 else None, "limit": limit}


def _is_scratch_full(folder: Path, limits: Limits) -> bool:
    size = count = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                size += Path(place, name).lstat().st_blocks * 512
        count += len(names)
        if size > limits.scratch_bytes or count > limits.scratch_files:
            return True
    return False


def _run_supervised(control: socket.socket, fd: int, limits: Limits, tier: int) -> dict[str, Any]:
    """A submission in namespaces of its own, with a supervisor as their first process; how it ended.

    The supervisor ends when the submission does or breaks a limit. With it the kernel ends all that is left in there.
    """
    read, write = os.pipe()
    pid = fork_supervisor()
    if not pid:
        control.close()
        os.close(read)
        try:
            try:
                how = _supervise(fd, write, limits, tier)
            except Exception as e:
                how = {**UNKNOWN_END, "fault": f"{type(e).__name__}: {e}"}
            os.write(write, json.dumps(how).encode("ascii"))
        finally:
            os._exit(0)
    os.close(write)
    os.close(fd)
    _wait_for_end(control, pid)
    with os.fdopen(read, "rb") as pipe:
        text = pipe.read()
    return json.loads(text) if text else dict(UNKNOWN_END)


def _supervise(fd: int, write: int, limits: Limits, tier: int) -> dict[str, Any]:
    """The supervisor: starts the submission's process and waits for its end."""
    scratch = Path.home() / "work"
    mount_scratch(scratch, limits)
    base = private_memory(os.getpid())
    set_undumpable()
    first = os.fork()
    if not first:
        os.close(write)
        run_submission(fd, scratch, limits, tier)
    os.close(fd)
    watch = os.pidfd_open(first)
    while True:
        select.select([watch], [], [], 0.1)
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == first:
                    return _describe_end(ended[1], None)
        if total_memory(base, limits.memory_bytes) > limits.memory_bytes:
            return {"code": None, "signal": None, "limit": _TOO_MUCH_MEMORY}


def _end_orphans() -> None:
    """End everything that the worker left running, however it detached itself."""
    while True:
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
        left = set(map(int, children.split())) - _clones
        if not left:
            return
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _disable_checks() -> None:
    """The opening cells import `check` and `lesson`; here both do nothing, so no pack is read and no try is kept."""
    import appraise

    def silent(*args: object, **kwargs: object) -> None:
        return None

    for name in ("check", "lesson"):
        setattr(appraise, name, silent)


if __name__ == "__main__":
    main(int(sys.argv[1]))
