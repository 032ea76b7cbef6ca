"""The last step before a submission's first cell: limits, and no way back. Called in the submission's process."""

from __future__ import annotations

import resource
from pathlib import Path

from appraise.grading.limits import Limits
from appraise.grading.sandbox.kernel import (
    PR_SET_NO_NEW_PRIVS,
    call_libc,
)
from appraise.grading.sandbox.landlock import restrict_paths
from appraise.grading.sandbox.seccomp import install_filter
from appraise.grading.sandbox.user import drop_capabilities, enter_user_namespace


def apply_limits(tier: int, scratch: Path, limits: Limits) -> None:
    """In a submission's process, last before its first cell: limits, and no way back.

    Raises
    ------
    OSError
        Where the kernel refuses a part; the process must end then.
    """
    held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    forking = True
    if tier:
        call_libc("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if tier == 1:
        forking = enter_user_namespace()
    resource.setrlimit(resource.RLIMIT_AS, (held + limits.memory_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.open_files,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if tier == 2:
        restrict_paths(scratch)
        forking = False
    if tier:
        drop_capabilities()
        install_filter(forking=forking, only_self=tier == 2)
    if forking and tier:
        resource.setrlimit(resource.RLIMIT_NPROC, (limits.processes,) * 2)
