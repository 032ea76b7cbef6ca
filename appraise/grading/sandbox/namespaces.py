"""Namespaces of tier 1, around each submission: see namespaces(7). Called in the fork server and in the supervisor."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
from pathlib import Path

from appraise.grading.limits import Limits
from appraise.grading.sandbox.bubblewrap import HOME, course_paths, system_paths
from appraise.grading.sandbox.kernel import (
    MS_BIND,
    MS_NODEV,
    MS_NOSUID,
    MS_RDONLY,
    MS_REMOUNT,
    NEWIPC,
    NEWNS,
    NEWPID,
    PR_SET_DUMPABLE,
    PR_SET_PDEATHSIG,
    call_libc,
    mount,
)
from appraise.grading.sandbox.seccomp import filter_program
from appraise.grading.sandbox.user import NOBODY, can_change_user, counts_namespace_alone


def remount_home_readonly() -> None:
    """In the fork server, after the opening cells: nothing is writable any more."""
    for known in (can_change_user, _is_tmp_free, counts_namespace_alone, lambda: filter_program(True, None)):
        known()  # found out once, and not by each submission
    mount("none", HOME, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def fork_supervisor() -> int:
    """os.fork() whose worker is the first process of a new process namespace."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    call_libc("unshare", NEWPID)
    try:
        return os.fork()
    finally:  # in the parent: its next children are its own again; in the worker this fails and changes nothing
        with contextlib.suppress(OSError):
            call_libc("setns", own, NEWPID)
        os.close(own)


def mount_scratch(scratch: Path, limits: Limits) -> None:
    """In the supervisor: a /proc that shows this namespace alone, and a scratch folder (also /tmp) of limited size."""
    call_libc("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a first process gets from inside only what it has a handler for
    call_libc("unshare", NEWNS | NEWIPC)
    # hidepid: of others' processes not even the names of open files, which an ordinary user's /proc would list
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV, "hidepid=2")
    size = f"size={limits.scratch_bytes},nr_inodes={limits.scratch_files},mode=0755"
    mount("scratch", str(scratch), "tmpfs", MS_NOSUID | MS_NODEV, size)
    if can_change_user():
        os.chown(scratch, NOBODY, NOBODY)
    if _is_tmp_free():
        mount(str(scratch), "/tmp", None, MS_BIND)


@functools.cache
def _is_tmp_free() -> bool:
    return not any(path.is_relative_to("/tmp") for path in (*system_paths(), *course_paths()))


def set_undumpable() -> None:
    """In the supervisor, before it forks the submission: no other process looks into this one."""
    call_libc("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)
