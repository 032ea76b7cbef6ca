"""Where the tasks of a class run are done: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    ProcessPoolExecutor,
)
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

from appraise.errors import ClassError
from appraise.grading.class_run.task import begin_worker


@dataclass
class Pool:
    """Where tasks run: makes an executor, and a new one when it broke."""

    make: Callable[[], Executor]
    workers: int

    def __post_init__(self) -> None:
        self.executor = self.make()

    def restart(self) -> None:
        """A new executor in place of one that broke."""
        self.executor.shutdown(wait=False, cancel_futures=True)
        self.executor = self.make()


@contextmanager
def local_pool(workers: int, folder: Path) -> Iterator[Pool]:
    """Processes of this machine, whose temporary files lie in `folder`."""
    # by fork while this process has no thread and no database, and everything is imported already; later from new
    methods = itertools.chain(["fork"], itertools.repeat("spawn"))

    def make() -> Executor:
        return ProcessPoolExecutor(workers, get_context(next(methods)), begin_worker, (str(folder), os.getpid()))

    pool = Pool(make, workers)
    try:
        yield pool
    except BaseException:  # stopped: nobody waits for what is under way
        pool.executor.shutdown(wait=False, cancel_futures=True)
        for process in active_children():
            process.kill()
        raise
    pool.executor.shutdown(cancel_futures=True)


@contextmanager
def dask_pool(address: str) -> Iterator[Pool]:
    """The workers of the Dask cluster whose scheduler answers at `address`."""
    try:
        import distributed
    except ImportError:
        raise ClassError("--dask needs the package distributed: run `make env-teach`") from None
    try:
        client: Any = distributed.Client(address, timeout=20, set_as_default=False)  # type: ignore[no-untyped-call]
        client.wait_for_workers(1, timeout=60)
    except (OSError, TimeoutError, ValueError) as e:
        raise ClassError(f"no Dask cluster with a worker answers at {address}: {e}") from None
    try:
        threads = sum(client.nthreads().values())
        yield Pool(lambda: client.get_executor(pure=False), threads)
    finally:
        client.close()


def is_worker_lost(error: BaseException) -> bool:
    """Whether a task failed because its worker was lost, and not by itself."""
    return isinstance(error, BrokenExecutor | CancelledError) or type(error).__name__ in {
        "KilledWorker",
        "CommClosedError",
    }
