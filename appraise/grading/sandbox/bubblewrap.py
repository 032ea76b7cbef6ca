"""The command that starts a fork server inside bubblewrap, and what it can see there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from appraise.grading.sandbox.user import is_mapped_root

ROOT = Path(__file__).resolve().parents[3]
HOME = "/home/learner"  # the home folder inside tier 1


def course_paths() -> list[Path]:
    """What a lesson may read of the course: the library without its packs, and the seeds."""
    return [p for p in (ROOT / "appraise", ROOT / "seeds", ROOT / "assets", ROOT / "course.yml") if p.exists()]


def system_paths() -> list[Path]:
    """Interpreter and libraries of this machine."""
    etc = ("ld.so.cache", "localtime", "fonts")
    paths = [Path("/usr"), *(Path("/etc") / n for n in etc), Path(sys.prefix), Path(sys.base_prefix)]
    return [p for p in paths if p.exists()]


def bubblewrap_command(home: Path) -> list[str]:
    args = ["bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts", "--die-with-parent"]
    # the fork server makes namespaces for its children, sees their memory and, as root, becomes another user in them
    args += ["--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SYS_PTRACE"]
    if os.getuid() == 0 and not is_mapped_root():
        for capability in ("SETUID", "SETGID", "CHOWN", "KILL"):
            args += ["--cap-add", f"CAP_{capability}"]
    else:
        args += ["--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "CAP_SETFCAP"]  # to hand on user 0
    parents = {p for path in (*system_paths(), *course_paths(), Path(HOME)) for p in path.parents}
    for path in sorted(parents, key=lambda p: len(p.parts)):  # bubblewrap would make them for its own user alone
        if path != Path("/"):
            args += ["--perms", "0755", "--dir", str(path)]
    for path in system_paths():
        args += ["--ro-bind", str(path), str(path)]
    for link in map(Path, ("/bin", "/sbin", "/lib", "/lib32", "/lib64")):
        if link.is_symlink():
            args += ["--symlink", str(link.readlink()), str(link)]
        elif link.is_dir():
            args += ["--ro-bind", str(link), str(link)]
    for path in course_paths():
        args += ["--ro-bind", str(path), str(path)]
    args += ["--tmpfs", str(ROOT / "appraise" / "packs"), "--remount-ro", str(ROOT / "appraise" / "packs")]
    args += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", "--dir", "/tmp", "--bind", str(home), HOME]
    return [*args, "--remount-ro", "/", "--chdir", HOME]


def bubblewrap_version() -> str | None:
    """bubblewrap's version, or None where it is not installed."""
    if (path := shutil.which("bwrap")) is None:
        return None
    return subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip()
