"""The grader's end of one worker: runs cells in it, fetches values, calls functions, and keeps its time."""

from __future__ import annotations

import base64
import math
import select
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from appraise.errors import SandboxError, WorkerDied
from appraise.exercises.exercise import Status
from appraise.exercises.serialize import Json
from appraise.grading.limits import PATIENCE
from appraise.grading.submission.attachments import Attachment
from appraise.grading.worker.fork_server import ForkServer
from appraise.grading.worker.protocol import Connection


@dataclass(frozen=True)
class CellRun:
    """What running one cell gave."""

    outputs: list[Any]
    error: str | None


class Worker:
    """The grader's end of one submission's process. Every method raises `WorkerDied` where that does not answer."""

    def __init__(self, server: ForkServer, attachments: Sequence[Attachment] = (), until: float = math.inf) -> None:
        self.server = server
        self.until = until  # of time.monotonic: the end of the notebook's time
        files = [{"name": b.name, "data": base64.b64encode(b.data).decode("ascii")} for b in attachments]
        try:
            self._begin(files)
        except (
            WorkerDied
        ):  # nothing of the learner's has run yet: the fork server was about to die, and another is started
            self._begin(files)

    def _begin(self, files: list[dict[str, str]]) -> None:
        self.connection = Connection(self.server.fork())
        self.count = 0
        self.counted = -math.inf  # since when `server` counts what is spent
        if fault := self._ask({"op": "begin", "files": files}, 10).get("fault"):
            self.close()
            raise SandboxError(f"the sandbox cannot be set up: {fault}")

    def allow(self, seconds: float) -> None:
        """What is asked from here on may take so many seconds of processor time together; see `Limits`."""
        self.seconds, self.began = seconds, time.monotonic()
        if self.began - self.counted > seconds / 20:  # counting anew costs as much as running a small cell
            self.server.time()
            self.counted = self.began

    def run(self, source: str, seconds: float | None = None, pictures: bool = False) -> CellRun:
        """Run a cell; `seconds` for this alone, in place of what `allow` said."""
        reply = self._ask({"op": "run", "source": source, "pictures": pictures}, seconds)
        outputs, error = reply.get("outputs"), reply.get("error")
        return CellRun(outputs if isinstance(outputs, list) else [], error if isinstance(error, str) else None)

    def restore(self, place: int, seconds: float | None = None) -> bool:
        """Put in place what the fork server kept of a cell; False where this worker must run the cell itself."""
        return self._ask({"op": "restore", "place": place}, seconds).get("restored") is True

    def fetch(self, name: str, seconds: float | None = None) -> tuple[bool, Json]:
        """(is there such a name, its value as the worker encodes it); what comes is not to be trusted."""
        reply = self._ask({"op": "fetch", "name": name}, seconds)
        return reply.get("found") is True, reply.get("value")

    def call(self, name: str, args: list[Json], seconds: float | None = None) -> dict[str, Any]:
        """Call the function fetched last under `name`: `result`, `args` afterwards, `error`."""
        return self._ask({"op": "call", "name": name, "args": args}, seconds)

    def _ask(self, request: dict[str, Any], seconds: float | None) -> dict[str, Any]:
        if seconds is not None:
            self.allow(seconds)
        self.count += 1
        end = min(self.began + PATIENCE * self.seconds, self.until)
        try:
            if time.monotonic() >= self.until:
                raise WorkerDied(Status.TIME_LIMIT, "no time is left for this notebook")
            self.connection.send({"count": self.count, **request}, max(end - time.monotonic(), 1.0))
            self._wait(end)
            reply = self.connection.receive(max(end - time.monotonic(), 1.0))
            if not isinstance(reply, dict) or reply.get("count") != self.count:
                raise WorkerDied(Status.CRASHED, "the process sent something unreadable")
            return reply
        except WorkerDied as e:
            raise self._ended(e) from None

    def _wait(self, end: float) -> None:
        """Wait for the answer to begin, as long as time is left."""
        began_waiting = time.monotonic()
        until = min(self.began + self.seconds, end)
        while not select.select([self.connection.sock], [], [], max(until - time.monotonic(), 0.0))[0]:
            worked, waited = self.server.spent()
            worked -= self.began - self.counted  # at most so long other cells have worked since
            now = time.monotonic()
            asleep = worked + waited < (now - began_waiting) / 2
            if worked >= self.seconds or asleep or now >= end:
                raise WorkerDied(Status.TIME_LIMIT, "no answer in time")
            until = min(now + max(self.seconds - worked, 0.1), end)

    def _ended(self, e: WorkerDied) -> WorkerDied:
        """End the process and say why it stopped answering."""
        gone = e.status is Status.CRASHED and e.detail == "the process ended"
        how = self.close(gone)
        if how.get("fault"):
            raise SandboxError(f"the sandbox cannot be set up: {how['fault']}")
        if how["limit"]:
            status, detail = how["limit"]
            return WorkerDied(Status(status), detail)
        if not gone:
            return e
        if how["signal"] == signal.SIGXCPU:
            return WorkerDied(Status.TIME_LIMIT, "the limit on processor time was reached")
        if how["signal"] == signal.SIGKILL:
            return WorkerDied(Status.MEMORY_LIMIT, "the system ended the process, most likely for want of memory")
        if how["signal"]:
            return WorkerDied(Status.CRASHED, f"the process ended with signal {how['signal']}")
        return WorkerDied(Status.CRASHED, f"the process ended with exit code {how['code']}")

    def close(self, gone: bool = False) -> dict[str, Any]:
        self.connection.close()
        return self.server.end(gone)
