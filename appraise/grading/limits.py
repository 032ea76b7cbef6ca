"""What one submission may use of the machine."""

from __future__ import annotations

from dataclasses import dataclass

PATIENCE = 6  # how much slower a loaded machine may be before honest work is ended


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes
    ----------
    item_seconds : float
        Processor time, of all its processes, for an answer cell, and as much again for its checks; a twentieth more
        at the most. What sleeps in place of working has that long by the clock; what waits for a busy machine has
        `PATIENCE` times that long.
    notebook_seconds : float
        For the notebook, by the clock, times `PATIENCE`.
    memory_bytes : int
        Address space of a process beyond what the fork server holds; also memory of all processes together.
    output_bytes : int
        Characters that one cell may print.
    file_bytes, open_files : int
        Size of a file that is written; open files.
    processes : int
        Processes and threads at a time; in tier 2, which allows no second process, threads are limited by memory.
    scratch_bytes, scratch_files : int
        What all files of a submission together may hold, and how many there may be.
    """

    item_seconds: float = 20.0
    notebook_seconds: float = 120.0
    memory_bytes: int = 1 << 30
    output_bytes: int = 500_000
    file_bytes: int = 50_000_000
    open_files: int = 256
    processes: int = 32
    scratch_bytes: int = 100_000_000
    scratch_files: int = 10_000
