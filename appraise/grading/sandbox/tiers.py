"""The sandboxes that can be had, and which of them this machine lacks the parts for.

Tier 1: the fork server runs inside bubblewrap (read-only interpreter and library, no packs, no solutions, no gradebook,
no network, no environment). Each submission has in it its own process, mount and user namespaces, its own scratch
folder of limited size, no privileges, and a filter on system calls; a supervisor beside it watches its memory.
Tier 2, where namespaces are forbidden: Landlock, a filter on system calls that also forbids new processes, and limits.
Neither is believed because it was set up: `appraise.grading.worker.probe` tries to get out of it, and grading starts
only where it cannot.
"""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appraise.grading.sandbox.bubblewrap import HOME, bubblewrap_command
from appraise.grading.sandbox.landlock import landlock_version
from appraise.grading.sandbox.seccomp import ARCHITECTURES


@dataclass(frozen=True)
class Sandbox:
    """What stands between a submission and this machine.

    Attributes
    ----------
    tier : int
        1, 2, or 0 for none.
    name : str
        In words, as reports show it.

    Examples
    --------
    >>> str(NO_SANDBOX), str(LANDLOCK)
    ('no sandbox: the submissions were trusted', 'tier 2 (Landlock, limits and a filter on system calls)')
    """

    tier: int
    name: str

    def __str__(self) -> str:
        return f"tier {self.tier} ({self.name})" if self.tier else self.name

    def home(self, home: Path) -> Path:
        """The process's home folder as it sees it."""
        return Path(HOME) if self.tier == 1 else home

    def wrap(self, command: Sequence[str], home: Path) -> list[str]:
        """The command that starts the fork server inside the outer sandbox."""
        return [*bubblewrap_command(home), *command] if self.tier == 1 else list(command)


NO_SANDBOX = Sandbox(0, "no sandbox: the submissions were trusted")
BUBBLEWRAP = Sandbox(1, "bubblewrap, with namespaces, limits and a filter on system calls for each submission")
LANDLOCK = Sandbox(2, "Landlock, limits and a filter on system calls")
TIERS = (BUBBLEWRAP, LANDLOCK)


def unavailable_tiers() -> dict[Sandbox, str]:
    """Why each tier cannot be had here at all; "" where it can be tried."""
    why = {BUBBLEWRAP: "", LANDLOCK: ""}
    if sys.platform != "linux":
        return dict.fromkeys(why, "only Linux has what it is made of")
    if shutil.which("bwrap") is None:
        why[BUBBLEWRAP] = "bubblewrap is not installed"
    if (version := landlock_version()) < 3:
        why[LANDLOCK] = f"Landlock is version {version} in this kernel, and 3 is needed"
    if platform.machine() not in ARCHITECTURES:
        why = dict.fromkeys(why, f"the filter on system calls is not known for {platform.machine()}")
    return why
