"""How much memory processes hold, as /proc says.

psutil reads the same files, but looks up each process's name and age first; a supervisor asks ten times a second.
"""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path


def private_memory(pid: int | str) -> int:
    """Bytes of memory that a process holds and no file backs."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
        return (int(pages[1]) - int(pages[2])) * resource.getpagesize()
    return 0


def total_memory(base: int, most: int) -> int:
    """Bytes that all other processes of this namespace hold beyond what they were born with, near enough to `most`."""
    me = str(os.getpid())
    pids = [path.name for path in Path("/proc").iterdir() if path.name.isdigit() and path.name != me]
    quick = sum(max(private_memory(pid) - base, 0) for pid in pids)
    if len(pids) == 1:  # its address space is limited
        return 0
    if quick <= most:
        return quick
    return sum(_share(pid) for pid in pids)  # what several share counts once


def _share(pid: str) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1]) * 1024
    return private_memory(pid)
