"""Which user a submission is, and what that user may do."""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import struct
from pathlib import Path

from appraise.grading.sandbox.kernel import (
    NEWUSER,
    PR_CAPBSET_DROP,
    PR_SET_DUMPABLE,
    call_libc,
    libc,
)

NOBODY = 65534


@functools.cache
def can_change_user() -> bool:
    return os.getuid() == 0 and not is_mapped_root()


def is_mapped_root() -> bool:
    """Whether this process is root only inside a user namespace, and so cannot become another user."""
    with contextlib.suppress(OSError):
        return Path("/proc/self/uid_map").read_text(encoding="ascii").split() != ["0", "0", "4294967295"]
    return False


def enter_user_namespace() -> bool:
    """A user of our own in a namespace of our own; whether RLIMIT_NPROC counts its processes alone there."""
    if can_change_user():
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    call_libc(
        "prctl", PR_SET_DUMPABLE, 1, 0, 0, 0
    )  # hidden like the supervisor until here, and it has to open its own uid_map
    uid, gid = os.getuid(), os.getgid()
    try:
        call_libc("unshare", NEWUSER)
    except OSError:
        return False
    for name, text in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
        Path(f"/proc/self/{name}").write_text(text, encoding="ascii")
    return counts_namespace_alone()


@functools.cache
def counts_namespace_alone() -> bool:
    version = tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in platform.release().split(".")[:2])
    return version >= (5, 14)  # before, all processes of the user counted, wherever they ran


def drop_capabilities() -> None:
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break
    head = struct.pack("=II", 0x20080522, 0)
    call_libc("capset", head, bytes(24))
