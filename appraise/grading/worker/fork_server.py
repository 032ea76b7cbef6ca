"""The grader's end of a lesson's fork server.

The fork server runs the lesson's opening cells once. Each submission is a fork of it. It never judges: it holds no
check, no right answer, no key. The grader's socket for a worker is passed through the fork server (SCM_RIGHTS), so a
worker speaks to the grader alone.
"""

from __future__ import annotations

import contextlib
import copy
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from appraise.errors import SandboxError, WorkerDied
from appraise.grading import scratch as scratch_folders
from appraise.grading.limits import Limits
from appraise.grading.sandbox.tiers import NO_SANDBOX, Sandbox
from appraise.grading.worker.protocol import UNKNOWN_END, Command, Connection, ConstantCell


class ForkServer:
    """The grader's end of a lesson's fork server.

    Parameters
    ----------
    opening : sequence of str
        Source of the lesson's opening cells, run once.
    limits : Limits
    sandbox : Sandbox
        What it runs in. `start_sandboxed` starts it in a sandbox that was seen to hold.
    constants : mapping of int to ConstantCell
        Cells that give everybody the same, by their place in the lesson; run once too.

    Attributes
    ----------
    outputs : list of list of dict
        Outputs of the opening cells, sanitized.
    kept : dict of int to list of dict
        Outputs of `constants`, without those that give nothing or stop, which each submission must run for itself.

    Raises
    ------
    SandboxError
        Where the process does not start or an opening cell fails.
    """

    def __init__(
        self,
        opening: Sequence[str],
        limits: Limits | None = None,
        sandbox: Sandbox = NO_SANDBOX,
        constants: Mapping[int, ConstantCell] | None = None,
    ) -> None:
        self.opening, self.constants = list(opening), dict(constants or {})
        self.limits = limits or Limits()
        self.sandbox = sandbox
        self.own = True  # whether `process` and `home` are this one's, and not those of the one it is a clone of
        self.outputs: list[list[dict[str, Any]]] = []
        self.kept: dict[int, list[dict[str, Any]]] = {}
        self._start()

    def _start(self) -> None:
        from appraise.grading import sanitize

        self.own = True
        self.home, self.process, self.connection = _start_process(self.sandbox)
        try:
            constants = [{"place": i, **asdict(cell)} for i, cell in self.constants.items()]
            cells = {"opening": self.opening, "constants": constants}
            setup = {**cells, "limits": asdict(self.limits), "tier": self.sandbox.tier}
            self.connection.send(setup, 10)
            ready = self.connection.receive(120)
        except WorkerDied as e:
            self.close()
            raise SandboxError(f"the learner's process does not start: {e.detail}") from None
        if ready["error"]:
            self.close()
            raise SandboxError(f"an opening cell of the lesson fails: {ready['error']}")
        self.outputs = [sanitize.clean_outputs(out) for out in ready["outputs"]]
        self.kept = {place: sanitize.clean_outputs(out) for place, out in ready["kept"]}

    def fork(self) -> socket.socket:
        """A new worker; the grader's end of its channel. A fork server that has died is started again first."""
        for again in (False, True):
            if again or (self.own and self.process.poll() is not None):
                self.close()
                self._start()
            our_end, their_end = socket.socketpair()
            try:
                self.connection.sock.settimeout(10)
                socket.send_fds(self.connection.sock, [Command.FORK], [their_end.fileno()])
                return our_end
            except OSError:
                our_end.close()
            finally:
                their_end.close()
        raise SandboxError("the learner's process cannot be started again")

    def clone(self) -> ForkServer:
        """Another fork server, forked from this one: as ready, in the same sandbox, and with nothing to start.

        It ends with this one. A clone that has died is started again as a fork server of its own.

        Raises
        ------
        OSError
            Where this one has died.
        """
        our_end, their_end = socket.socketpair()
        with their_end:
            self.connection.sock.settimeout(10)
            socket.send_fds(self.connection.sock, [Command.CLONE], [their_end.fileno()])
        other = copy.copy(self)
        other.connection, other.own = Connection(our_end), False
        return other

    def time(self) -> None:
        """From here on, count what the worker that runs spends."""
        with contextlib.suppress(OSError):
            self.connection.sock.sendall(Command.START_CLOCK)

    def spent(self) -> tuple[float, float]:
        """Seconds of processor time since `time`, and seconds spent waiting for a processor."""
        try:
            self.connection.sock.settimeout(10)
            self.connection.sock.sendall(Command.QUERY)
            worked, waited = self.connection.receive(60)
            return float(worked), float(waited)
        except (OSError, WorkerDied):
            return 0.0, 0.0

    def end(self, gone: bool = False) -> dict[str, Any]:
        """End the worker that runs, with all that it started; how it ended (`code`, `signal`, `limit`).

        `gone`: the worker seems to have ended by itself, and is given a moment for it, so that we learn how.
        """
        try:
            self.connection.sock.settimeout(10)
            self.connection.sock.sendall(Command.WAIT if gone else Command.KILL)
            how = self.connection.receive(20)
        except (OSError, WorkerDied):
            self.close()
            return UNKNOWN_END
        return how if isinstance(how, dict) else UNKNOWN_END

    def close(self) -> None:
        """End the fork server and remove its folder."""
        self.connection.close()
        if self.own:  # a clone ends when nobody speaks to it any more
            _end_process(self.process, self.home)

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _start_process(sandbox: Sandbox) -> tuple[Path, subprocess.Popen[bytes], Connection]:
    """Python in a sandbox, which imports what all lessons need and then waits for one; its home, process, channel."""
    our_end, their_end = socket.socketpair()
    # in tier 1 a submission is another user, and reads the list of fonts
    home = scratch_folders.make("home", 0o755 if sandbox.tier == 1 else 0o700)
    take_font_list(home)
    command = [sys.executable, "-s", "-P", "-m", "appraise.grading.worker.server", str(their_end.fileno())]
    process = subprocess.Popen(
        sandbox.wrap(command, home),
        env=_worker_environment(sandbox.home(home)),
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[their_end.fileno()],
        start_new_session=True,
    )
    their_end.close()
    return home, process, Connection(our_end)


def _end_process(process: subprocess.Popen[bytes], home: Path) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    scratch_folders.remove(home)


def _worker_environment(home: Path) -> dict[str, str]:
    """Nothing of the grader's environment; one thread for numerical libraries, or forking is not safe."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return dict.fromkeys(threads, "1") | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "NBGRADER_EXECUTION": "autograde",
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }


def take_font_list(home: Path) -> None:
    """matplotlib's list of fonts takes a second to make: take over the one that is there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib"
    (home / "matplotlib").mkdir()
    for path in cache.glob("fontlist-*.json"):
        shutil.copy(path, home / "matplotlib" / path.name)
