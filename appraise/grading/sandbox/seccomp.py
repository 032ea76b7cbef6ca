"""The filter on system calls, as a seccomp program in classic BPF: see seccomp(2).

It is assembled here, and not by pyseccomp, since that needs libseccomp's shared library, which a slim image and a conda
environment lack; and since the tests read the program line by line.
"""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import struct
from collections.abc import Iterable

from appraise.grading.sandbox.kernel import ANY_NEW_NAMESPACE, PR_SET_SECCOMP, call_libc

_X86, _ARM = 0xC000003E, 0xC00000B7
ARCHITECTURES = {"x86_64": (_X86, 0), "aarch64": (_ARM, 1)}
_EPERM, _EAGAIN, _EACCES, _ENOSYS = 1, 11, 13, 38
# numbers on x86_64 and aarch64; None: there is no such call
_REFUSED = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "kexec_load": (246, 104), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    "fanotify_init": (300, 262), "swapon": (167, 224), "reboot": (169, 142), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "adjtimex": (159, 171), "syslog": (103, 116), "acct": (163, 89),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274), "migrate_pages": (256, 238),
    "move_pages": (279, 239),
}  # fmt: skip
# memory that no limit counts, and the ways to others
_DENIED = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "memfd_create": (319, 279),
    "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
}  # fmt: skip
# Landlock does not cover them: they change nothing and say that they did, as copying a file asks for them
_PRETENDED = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
}  # fmt: skip
_SIGNALS = {
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}  # fmt: skip
_FORK, _CLONE, _CLONE3, _SOCKETPAIR, _PRLIMIT = (57, 58), (56, 220), 435, (53, 199), (302, 261)


@functools.cache
def filter_program(forking: bool, only: int | None) -> bytes:
    """The filter in classic BPF: (code, jump if true, jump if false, value) for each line.

    `only`: the process's own number, where it must not signal others.
    """
    if platform.machine() not in ARCHITECTURES:
        raise OSError(f"no filter on system calls for {platform.machine()}")
    which = ARCHITECTURES[platform.machine()][1]
    load, equal, at_least, any_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06
    number, arch, arg0, arg1 = 0, 4, 16, 24
    allow, kill = 0x7FFF0000, 0x80000000

    def error(code: int) -> tuple[int, int, int, int]:
        return (give, 0, 0, 0x00050000 | code)

    out = [(load, 0, 0, arch), (equal, 1, 0, (_X86, _ARM)[which]), (give, 0, 0, kill), (load, 0, 0, number)]
    if which == 0:
        out += [(at_least, 0, 1, 0x40000000), error(_ENOSYS)]

    def refuse(calls: Iterable[int | None], code: int) -> None:
        for call in calls:
            if call is not None:
                out.extend([(equal, 0, 1, call), error(code)])

    def inspect(call: int, tests: list[tuple[int, int, int, int]]) -> None:
        # the tests end in a verdict, so the number need not be loaded again
        out.append((equal, 0, len(tests), call))
        out.extend(tests)

    refuse((n[which] for n in _REFUSED.values()), _EPERM)
    refuse((n[which] for n in _DENIED.values()), _EACCES)
    refuse([_CLONE3], _ENOSYS)  # its arguments cannot be seen; the C library falls back to clone
    new = [(load, 0, 0, arg0), (any_bit, 0, 1, ANY_NEW_NAMESPACE & ~0x80), error(_EPERM)]
    if not forking:
        new += [(any_bit, 1, 0, 0x10000), error(_EAGAIN)]
        if which == 0:
            refuse(_FORK, _EAGAIN)
    inspect(_CLONE[which], [*new, (give, 0, 0, allow)])
    stream = [(load, 0, 0, arg1), (0x54, 0, 0, 0xF), (equal, 1, 0, 1), error(_EACCES), (give, 0, 0, allow)]
    inspect(_SOCKETPAIR[which], stream)
    if only is not None:
        refuse((n[which] for n in _PRETENDED.values()), 0)
        own = [(load, 0, 0, arg0), (equal, 1, 0, only), error(_EPERM), (give, 0, 0, allow)]
        for numbers in _SIGNALS.values():
            inspect(numbers[which], own)
        inspect(_PRLIMIT[which], [(load, 0, 0, arg0), (equal, 2, 0, 0), *own[1:]])
    return b"".join(struct.pack("=HBBI", *line) for line in [*out, (give, 0, 0, allow)])


def install_filter(forking: bool, only_self: bool) -> None:
    """Refuse system calls that no answer needs and that reach beyond this process."""
    program = filter_program(forking, os.getpid() if only_self else None)
    code = ctypes.create_string_buffer(program)
    head = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
    call_libc("prctl", PR_SET_SECCOMP, 2, ctypes.c_ulong(ctypes.addressof(head)), 0, 0)
