"""Walls between a submission and the machine that grades it, and the proof at every start that they stand.

Tier 1: the warm parent runs inside bubblewrap (read-only interpreter and library, no packs, no solutions, no gradebook,
no network, no environment). Each submission has in it its own process, mount and user namespaces, its own scratch
folder of limited size, no privileges, and a filter on system calls; a warden beside it watches its memory.
Tier 2, where namespaces are forbidden: Landlock, a filter on system calls that also forbids new processes, and limits.
Neither is believed because it was set up: `prove` tries to get out, and grading starts only where it cannot.

The kernel's interfaces are used as their manual pages describe them: namespaces(7), seccomp(2), landlock(7),
capabilities(7). What runs inside a submission's process is called from `appraise.grading.learner`.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import json
import os
import platform
import resource
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from appraise.grading import scratch

if TYPE_CHECKING:
    from appraise.grading.learner import Limits, Warm

ROOT = Path(__file__).resolve().parents[2]
HOME = "/home/learner"  # the home folder inside tier 1
NOBODY = 65534


class NotWalled(Exception):
    """No walls stand on this machine, and nobody said that the submissions are trusted."""


@dataclass(frozen=True)
class Walls:
    """What stands between a submission and this machine.

    Attributes
    ----------
    tier : int
        1, 2, or 0 for none.
    name : str
        In words, as reports show it.

    Examples
    --------
    >>> str(NONE), str(LANDLOCK)
    ('no walls: the submissions were trusted', 'tier 2 (Landlock, limits and a filter on system calls)')
    """

    tier: int
    name: str

    def __str__(self) -> str:
        return f"tier {self.tier} ({self.name})" if self.tier else self.name

    def home(self, home: Path) -> Path:
        """The process's home folder as it sees it."""
        return Path(HOME) if self.tier == 1 else home

    def wrap(self, command: Sequence[str], home: Path) -> list[str]:
        """The command that starts the warm parent behind the outer wall."""
        return [*_bubblewrap(home), *command] if self.tier == 1 else list(command)


NONE = Walls(0, "no walls: the submissions were trusted")
BUBBLEWRAP = Walls(1, "bubblewrap, with namespaces, limits and a filter on system calls for each submission")
LANDLOCK = Walls(2, "Landlock, limits and a filter on system calls")
TIERS = (BUBBLEWRAP, LANDLOCK)


# ── outside: the command that starts the warm parent ────────────────────────────────────────────────────────────────


def _course() -> list[Path]:
    """What a lesson may read of the course: the library without its packs, and the seeds."""
    return [p for p in (ROOT / "appraise", ROOT / "seeds", ROOT / "assets", ROOT / "course.yml") if p.exists()]


def _system() -> list[Path]:
    """Interpreter and libraries of this machine."""
    etc = ("ld.so.cache", "localtime", "fonts")
    found = [Path("/usr"), *(Path("/etc") / n for n in etc), Path(sys.prefix), Path(sys.base_prefix)]
    return [p for p in found if p.exists()]


def _bubblewrap(home: Path) -> list[str]:
    args = ["bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts", "--die-with-parent"]
    # the warm parent makes namespaces for its children, sees their memory and, as root, becomes another user in them
    args += ["--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SYS_PTRACE"]
    if os.getuid() == 0 and not _mapped():
        for capability in ("SETUID", "SETGID", "CHOWN", "KILL"):
            args += ["--cap-add", f"CAP_{capability}"]
    else:
        args += ["--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "CAP_SETFCAP"]  # to hand on user 0
    parents = {p for path in (*_system(), *_course(), Path(HOME)) for p in path.parents}
    for path in sorted(parents, key=lambda p: len(p.parts)):  # bubblewrap would make them for its own user alone
        if path != Path("/"):
            args += ["--perms", "0755", "--dir", str(path)]
    for path in _system():
        args += ["--ro-bind", str(path), str(path)]
    for link in map(Path, ("/bin", "/sbin", "/lib", "/lib32", "/lib64")):
        if link.is_symlink():
            args += ["--symlink", str(link.readlink()), str(link)]
        elif link.is_dir():
            args += ["--ro-bind", str(link), str(link)]
    for path in _course():
        args += ["--ro-bind", str(path), str(path)]
    args += ["--tmpfs", str(ROOT / "appraise" / "packs"), "--remount-ro", str(ROOT / "appraise" / "packs")]
    args += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", "--dir", "/tmp", "--bind", str(home), HOME]
    return [*args, "--remount-ro", "/", "--chdir", HOME]


def _mapped() -> bool:
    """Whether this process is root only inside a user namespace, and so cannot become another user."""
    with contextlib.suppress(OSError):
        return Path("/proc/self/uid_map").read_text(encoding="ascii").split() != ["0", "0", "4294967295"]
    return False


# ── inside: the kernel's calls ──────────────────────────────────────────────────────────────────────────────────────

_libc = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWIPC, NEWUSER, NEWPID = 0x20000, 0x8000000, 0x10000000, 0x20000000
_ANY_NEW = 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x80
_RDONLY, _NOSUID, _NODEV, _REMOUNT, _BIND = 1, 2, 4, 32, 4096
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 24, 38


def _do(name: str, *args: object) -> int:
    """A call of the C library; its failure is an OSError."""
    if (result := int(getattr(_libc, name)(*args))) < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def _mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    _do("mount", source.encode(), target.encode(), kind and kind.encode(), ctypes.c_ulong(flags), data.encode())


def close_home() -> None:
    """In the warm parent, after the opening cells: nothing is writable any more."""
    for known in (_can_become, _tmp_is_free, _counts_alone, lambda: _program(True, None)):
        known()  # found out once, and not by each submission
    _mount("none", HOME, None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)


def fork_warden() -> int:
    """os.fork() whose child is the first process of a new process namespace."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    _do("unshare", NEWPID)
    try:
        return os.fork()
    finally:  # in the parent: its next children are its own again; in the child this fails and changes nothing
        with contextlib.suppress(OSError):
            _do("setns", own, NEWPID)
        os.close(own)


def furnish(scratch: Path, limits: Limits) -> None:
    """In the warden: a /proc that shows this namespace alone, and a scratch folder (also /tmp) of limited size."""
    _do("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a first process gets from inside only what it has a handler for
    _do("unshare", NEWNS | NEWIPC)
    # hidepid: of others' processes not even the names of open files, which an ordinary user's /proc would list
    _mount("proc", "/proc", "proc", _NOSUID | _NODEV, "hidepid=2")
    size = f"size={limits.scratch_bytes},nr_inodes={limits.scratch_files},mode=0755"
    _mount("scratch", str(scratch), "tmpfs", _NOSUID | _NODEV, size)
    if _can_become():
        os.chown(scratch, NOBODY, NOBODY)
    if _tmp_is_free():
        _mount(str(scratch), "/tmp", None, _BIND)


@functools.cache
def _can_become() -> bool:
    return os.getuid() == 0 and not _mapped()


@functools.cache
def _tmp_is_free() -> bool:
    return not any(path.is_relative_to("/tmp") for path in (*_system(), *_course()))


def hide() -> None:
    """In the warden, before it forks the submission: no other process looks into this one."""
    _do("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)


def own_memory(pid: int | str) -> int:
    """Bytes of memory that a process holds and no file backs."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
        return (int(pages[1]) - int(pages[2])) * resource.getpagesize()
    return 0


def family_memory(base: int, most: int) -> int:
    """Bytes that all other processes of this namespace hold beyond what they were born with, near enough to `most`."""
    me = str(os.getpid())
    pids = [path.name for path in Path("/proc").iterdir() if path.name.isdigit() and path.name != me]
    quick = sum(max(own_memory(pid) - base, 0) for pid in pids)
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
    return own_memory(pid)


def confine(tier: int, scratch: Path, limits: Limits) -> None:
    """In a submission's process, last before its first cell: limits, and no way back.

    Raises
    ------
    OSError
        Where the kernel refuses a part; the process must end then.
    """
    held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    forking = True
    if tier:
        _do("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if tier == 1:
        forking = _own_user()
    resource.setrlimit(resource.RLIMIT_AS, (held + limits.memory_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.open_files,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if tier == 2:
        _landlock(scratch)
        forking = False
    if tier:
        _no_capabilities()
        _filter(forking=forking, only_self=tier == 2)
    if forking and tier:
        resource.setrlimit(resource.RLIMIT_NPROC, (limits.processes,) * 2)


def _own_user() -> bool:
    """A user of our own in a namespace of our own; whether RLIMIT_NPROC counts its processes alone there."""
    if _can_become():
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _do("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)  # hidden like the warden until here, and it has to open its own uid_map
    uid, gid = os.getuid(), os.getgid()
    try:
        _do("unshare", NEWUSER)
    except OSError:
        return False
    for name, text in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
        Path(f"/proc/self/{name}").write_text(text, encoding="ascii")
    return _counts_alone()


@functools.cache
def _counts_alone() -> bool:
    version = tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in platform.release().split(".")[:2])
    return version >= (5, 14)  # before, all processes of the user counted, wherever they ran


def _no_capabilities() -> None:
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break
    head = struct.pack("=II", 0x20080522, 0)
    _do("capset", head, bytes(24))


# ── inside: the filter on system calls ──────────────────────────────────────────────────────────────────────────────

_X86, _ARM = 0xC000003E, 0xC00000B7
_ARCHITECTURE = {"x86_64": (_X86, 0), "aarch64": (_ARM, 1)}
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
def _program(forking: bool, only: int | None) -> bytes:
    """The filter in classic BPF: (code, jump if true, jump if false, value) for each line.

    `only`: the process's own number, where it must not signal others.
    """
    if platform.machine() not in _ARCHITECTURE:
        raise OSError(f"no filter on system calls for {platform.machine()}")
    which = _ARCHITECTURE[platform.machine()][1]
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
    new = [(load, 0, 0, arg0), (any_bit, 0, 1, _ANY_NEW & ~0x80), error(_EPERM)]
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


def _filter(forking: bool, only_self: bool) -> None:
    """Refuse system calls that no answer needs and that reach beyond this process."""
    program = _program(forking, os.getpid() if only_self else None)
    code = ctypes.create_string_buffer(program)
    head = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
    _do("prctl", _PR_SET_SECCOMP, 2, ctypes.c_ulong(ctypes.addressof(head)), 0, 0)


# ── inside: Landlock ────────────────────────────────────────────────────────────────────────────────────────────────

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE = 1, 2, 4, 8, 1 << 14


def landlock_version() -> int:
    """Landlock's version on this kernel; 0 where there is none."""
    return max(int(_libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1)), 0)


def _landlock(scratch: Path) -> None:
    version = landlock_version()
    if version < 3:  # before, cutting off a file that may not be written was allowed
        raise OSError(f"Landlock is version {version} here, and 3 is needed")
    every = (1 << 16 if version >= 5 else 1 << 15) - 1
    about = struct.pack("=QQQ", every, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _do("syscall", _CREATE, about, ctypes.c_size_t(size), 0)

    def allow(path: Path, rights: int) -> None:
        with contextlib.suppress(FileNotFoundError):
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
            if not path.is_dir():
                rights &= _EXECUTE | _WRITE | _READ | _TRUNCATE
            _do("syscall", _ADD, rules, 1, struct.pack("=Qi", rights, fd), 0)
            os.close(fd)

    for path in (*_system(), Path("/lib"), Path("/lib64"), Path("/bin")):
        allow(path, _EXECUTE | _READ | _LIST)
    for path in _course():
        if path.name != "appraise":
            allow(path, _READ | _LIST)
    allow(ROOT / "appraise", _LIST)
    for path in (ROOT / "appraise").iterdir():
        if path.name != "packs":
            allow(path, _READ | _LIST)
    allow(Path(f"/proc/{os.getpid()}"), _READ | _LIST)
    allow(Path(os.environ["MPLCONFIGDIR"]), _READ | _LIST)
    for device in ("null", "zero", "full", "random", "urandom"):
        allow(Path("/dev") / device, _READ | _WRITE)
    allow(scratch, every)
    _do("syscall", _RESTRICT, rules, 0)
    os.close(rules)


# ── the proof ───────────────────────────────────────────────────────────────────────────────────────────────────────

# Runs in a submission's process as an answer would. `seen` lists what it could do and must not.
_PROBE = r"""
import ctypes as _c, json as _json, os as _os, signal as _s, socket as _k
_g = _json.loads(%s)
seen = ["ran"]

# modules that nobody has imported yet
for _name in ("asyncio.subprocess", "xml.dom.minidom", "nbformat.v2", "appraise.methods.rob2"):
    try:
        __import__(_name)
    except ImportError:
        seen.append("library")
        break

def _can(what, act):
    try:
        if act() is not False:
            seen.append(what)
    except BaseException:
        pass

for _label, _path in _g["paths"]:
    _can("read " + _label, lambda: _os.listdir(_path) if _os.path.isdir(_path) else open(_path, "rb").read(1))
    if not _os.path.isdir(_path):
        _can("write " + _label, lambda: open(_path, "ab").close())
_can("read packs", lambda: [open(_os.path.join(_g["packs"], n), "rb").read(1) for n in _g["pack_names"]] and True)
_can("write the library", lambda: open(_g["library"], "ab").close())
_can("truncate a file outside", lambda: _os.truncate(_g["planted"], 0))
_can("remove a file outside", lambda: _os.unlink(_g["spare"]))
_can("see the environment", lambda: _g["secret"] in repr(dict(_os.environ)))

def _grader():
    # the number may belong to another process in here
    try:
        with open(f"/proc/{_g['pid']}/stat") as f:
            return f.read().rpartition(")")[2].split()[19] == _g["born"]
    except OSError:
        return True

_can("see another's environment", lambda: _grader() and open(f"/proc/{_g['pid']}/environ", "rb").read(1) != b"")
_can("signal the grader", lambda: _os.kill(_g["pid"], 0) if _grader() else False)
_can("signal its parent", lambda: _os.kill(_os.getppid(), 0) if _os.getppid() > 1 else False)
_can("connect by TCP", lambda: _k.create_connection(("127.0.0.1", _g["port"]), 2))
_can("send by UDP", lambda: _k.socket(_k.AF_INET, _k.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", _g["port"])))
_can("connect to a local socket", lambda: _k.socket(_k.AF_UNIX).connect(_g["unix"]))
_can("connect to an abstract socket", lambda: _k.socket(_k.AF_UNIX).connect("\0" + _g["abstract"]))
_can("make a namespace", lambda: _c.CDLL(None).unshare(0x10000000) == 0)
_can("write to the system", lambda: [open("/etc/" + _g["secret"], "w").close(), _os.unlink("/etc/" + _g["secret"])])
_can("write to the system", lambda: open("/proc/sys/kernel/core_pattern", "ab").close())
_can("take memory", lambda: bytearray(_g["memory"] + 300_000_000))
_can("write a large file", lambda: _os.truncate(open("large", "w").fileno(), _g["file"] + 1))

def _processes():
    pids = []
    try:
        for _ in range(_g["processes"] + 1):
            pid = _os.fork()
            if not pid:
                _s.pause()
                _os._exit(0)
            pids.append(pid)
    finally:
        for pid in pids:
            _os.kill(pid, _s.SIGKILL)
            _os.waitpid(pid, 0)

_can("start processes without end", _processes)
"""


@contextmanager
def _targets(forbidden: Sequence[tuple[str, Path]]) -> Iterator[tuple[dict[str, object], Path]]:
    """Things that a submission must not reach: planted ones, and those of this course that are there."""
    secret = "appraise" + secrets.token_hex(8)
    folder = scratch.make("walls", 0o755)  # walls must keep a submission out, not the luck of a folder's mode
    os.environ["APPRAISE_WALLS"] = secret
    here = [("a planted neighbour", folder / "neighbour"), *forbidden]
    packs = ROOT / "appraise" / "packs"
    names = [p.name for p in packs.glob("*.pack")][:3]
    try:
        for name in ("neighbour", "spare"):
            (folder / name).write_text(secret, encoding="ascii")
            (folder / name).chmod(0o666)
        with contextlib.ExitStack() as stack:
            tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            local = stack.enter_context(socket.socket(socket.AF_UNIX))
            local.bind(str(folder / "socket"))
            local.listen()
            abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
            abstract.bind("\0" + secret)
            abstract.listen()
            found = [(label, str(path)) for label, path in here if path.exists()]
            yield (
                {
                    "paths": found,
                    "planted": str(folder / "neighbour"),
                    "spare": str(folder / "spare"),
                    "packs": str(packs),
                    "pack_names": names,
                    "library": str(ROOT / "appraise" / "__init__.py"),
                    "secret": secret,
                    "pid": os.getpid(),
                    "born": Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19],
                    "port": tcp.getsockname()[1],
                    "unix": str(folder / "socket"),
                    "abstract": secret,
                },
                folder,
            )
    finally:
        del os.environ["APPRAISE_WALLS"]
        scratch.remove(folder)


def course_secrets(submitted: Path | None = None, gradebook: Path | None = None) -> list[tuple[str, Path]]:
    """What of this course a submission must not read, as far as it is there."""
    secret = [("solutions", ROOT / "solutions"), ("grading", ROOT / "grading")]
    secret += [("solutions", p) for p in sorted((ROOT / "solutions").glob("*/key.json"))[:1]]
    secret += [("a neighbour's submission", submitted)] if submitted else []
    secret += [("the gradebook", gradebook)] if gradebook else []
    return secret


_proving = threading.Lock()  # the planted secret stands in this process's environment


def breaches(warm: Warm, forbidden: Sequence[tuple[str, Path]] | None = None) -> list[str]:
    """What a submission can do on this warm parent and must not; nothing where the walls stand.

    Parameters
    ----------
    warm : Warm
    forbidden : list of (label, path), optional
        Files and folders that must be out of reach; `course_secrets()` if left out.

    Raises
    ------
    Broken
        Where that cannot be told, because nothing runs there.
    """
    from appraise.grading.channel import Ended
    from appraise.grading.learner import Broken, Child

    with _proving, _targets(course_secrets() if forbidden is None else forbidden) as (given, folder):
        about = {
            **given,
            "memory": warm.limits.memory_bytes,
            "file": warm.limits.file_bytes,
            "processes": warm.limits.processes,
        }
        child = None
        try:
            child = Child(warm)
            ran = child.run(_PROBE % repr(json.dumps(about)), 30)
            _, seen = child.fetch("seen", 10)
        except Ended as e:
            raise Broken(f"the test of the walls ended: {e.detail}") from None
        finally:
            if child is not None:
                child.close()
        if ran.error or not isinstance(seen, list) or "ran" not in seen:
            raise Broken(f"the test of the walls stopped with {ran.error}")
        if "library" in seen:
            raise Broken("Python's or the course's library is not readable to all users, so lessons cannot run")
        found = [str(s) for s in seen if s != "ran"]
        if not (folder / "spare").is_file() or not (folder / "neighbour").stat().st_size:
            found.append("change a file outside")
    return list(dict.fromkeys(found))


def available() -> dict[Walls, str]:
    """Why each tier cannot be had here at all; "" where it can be tried."""
    why = {BUBBLEWRAP: "", LANDLOCK: ""}
    if sys.platform != "linux":
        return dict.fromkeys(why, "only Linux has what it is made of")
    if shutil.which("bwrap") is None:
        why[BUBBLEWRAP] = "bubblewrap is not installed"
    if (version := landlock_version()) < 3:
        why[LANDLOCK] = f"Landlock is version {version} in this kernel, and 3 is needed"
    if platform.machine() not in _ARCHITECTURE:
        why = dict.fromkeys(why, f"the filter on system calls is not known for {platform.machine()}")
    return why


def stand(
    start: Callable[[Walls], Warm],
    trust: bool = False,
    forbidden: Sequence[tuple[str, Path]] | None = None,
    tiers: Sequence[Walls] | None = None,
) -> Warm:
    """Start a warm parent behind the first walls that stand.

    Parameters
    ----------
    start : callable
        Starts the warm parent behind the walls that it is given.
    trust : bool
        Go on without walls where none stands.
    forbidden : list of (label, path), optional
        What must be out of reach; see `breaches`.
    tiers : sequence of Walls, optional
        Those to try, in order; `TIERS` if left out.

    Raises
    ------
    NotWalled
        Where none stands; the text says why of each.
    """
    from appraise.grading.learner import Broken

    why = available()
    tiers = TIERS if tiers is None else tiers
    for walls in tiers:
        if why[walls]:
            continue
        try:
            warm = start(walls)
        except Broken as e:
            why[walls] = str(e)
            continue
        try:
            if not (found := breaches(warm, forbidden)):
                return warm
            why[walls] = "a submission can " + ", ".join(found)
        except Broken as e:
            why[walls] = str(e)
        except BaseException:
            warm.close()
            raise
        warm.close()
    if trust:
        return start(NONE)
    reasons = "; ".join(f"tier {w.tier}: {why[w]}" for w in tiers)
    raise NotWalled(
        f"No walls stand on this machine between submissions and your files ({reasons}). Nothing is graded. "
        "`python -m appraise doctor` says more. If you trust these submissions, say so in words: --trust-submissions, "
        "or c.JudgeOutside.trust_submissions = True in nbgrader_config.py."
    )


# ── appraise doctor ─────────────────────────────────────────────────────────────────────────────────────────────────


def report() -> list[tuple[str, str, bool]]:
    """Each tier: (name, what was found, whether it stands). An empty lesson is started behind each and probed."""
    from appraise.grading.learner import Broken, Warm

    lines = []
    why = available()
    for walls in TIERS:
        found = why[walls]
        if not found:
            try:
                with Warm([], walls=walls) as warm:
                    found = ", ".join(breaches(warm))
                    found = found and f"a submission can {found}"
            except Broken as e:
                found = str(e)
        lines.append((str(walls), found or "stands", not found))
    return lines


def doctor() -> int:
    """Print what this machine has for grading; 0 where walls stand, 1 where none does."""
    from importlib.metadata import PackageNotFoundError, version

    print(f"Python {platform.python_version()} on {platform.system()} {platform.release()}, {platform.machine()}")
    for name in ("nbgrader", "jupyterlab", "numpy", "pandas", "matplotlib", "ipython", "sqlalchemy"):
        try:
            print(f"{name} {version(name)}")
        except PackageNotFoundError:
            print(f"{name}: not installed; `make env` installs it")
    tiers = report()
    for name, found, _ in tiers:
        print(f"Walls, {name}: {found}")
    best = next((name for name, _, stands in tiers if stands), None)
    print(f"Grading runs behind {best}." if best else "Grading refuses: no walls stand (see CONTRIBUTING.md).")
    browser = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
    print(f"Browser for the tests: {browser or 'none; install chromium'}")
    print(f"Database: {_database()}")
    return 0 if best else 1


def _database() -> str:
    import sqlite3

    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    postgres = servers[-1].parts[-3] if servers else None
    with_server = f"PostgreSQL {postgres} for the tests" if postgres else "no PostgreSQL server for the tests"
    return f"SQLite {sqlite3.sqlite_version}; {with_server}"


def bubblewrap_version() -> str | None:
    """bubblewrap's version, or None where it is not installed."""
    if (path := shutil.which("bwrap")) is None:
        return None
    return subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip()
