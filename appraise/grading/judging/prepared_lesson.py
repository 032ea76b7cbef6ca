"""A lesson that is ready to grade: its fork servers behind a sandbox that was probed, in one process of the grader."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from appraise.grading.judging.canaries import run_canaries
from appraise.grading.judging.lesson import Lesson, start_fork_server
from appraise.grading.limits import Limits
from appraise.grading.worker.fork_server import ForkServer
from appraise.grading.worker.starting import start_sandboxed


class PreparedLesson:
    """A lesson with the fork servers that nobody uses at the moment.

    Parameters
    ----------
    lesson : Lesson
    limits : Limits
    trust : bool
        Whether to go on where no sandbox stands.
    secrets : sequence of (label, path)
        What no submission may reach; the probe tries to.
    """

    def __init__(self, lesson: Lesson, limits: Limits, trust: bool, secrets: Sequence[tuple[str, Path]]) -> None:
        self.lesson, self.limits, self.trust, self.secrets = lesson, limits, trust, secrets
        self._idle: list[ForkServer] = []

    @contextmanager
    def fork_server(self) -> Iterator[ForkServer]:
        """A fork server for one submission: one that is idle, or a new one, started and probed."""
        server = self._idle.pop() if self._idle else self._start()
        try:
            yield server
        finally:
            self._idle.append(server)

    def _start(self) -> ForkServer:
        return start_sandboxed(
            lambda sandbox: start_fork_server(self.lesson, limits=self.limits, sandbox=sandbox),
            self.trust,
            self.secrets,
        )

    def run_canaries(self, solution: Path | None) -> str:
        """Grade submissions whose points are known; what stands between them and the machine, in words.

        Raises
        ------
        LessonError, NoSandbox, SandboxError
            Where nothing may be graded.
        """
        with self.fork_server() as server:
            run_canaries(self.lesson, server, solution)
            return str(server.sandbox)

    def after_fork(self) -> None:
        """In a fork of this process: clones of the fork servers in their place."""
        parents, self._idle = self._idle, []
        for parent in parents:
            with contextlib.suppress(OSError):  # it has died, and one is started when it is needed
                self._idle.append(parent.clone())
            parent.connection.close()

    def close(self) -> None:
        """End the fork servers."""
        while self._idle:
            self._idle.pop().close()
