"""Folders that the grader makes for a while, in the folder for temporary files, and clears away again.

Each lies alone in a folder of its own with a file that its process keeps locked. The system takes the lock away when
the process ends, however it ends; so a later run knows what a process of the same user left, and removes just that.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

NAME = re.compile(r"appraise-[a-z0-9_]{8}")
LOCK = "in-use"
_EMPTY_FOR = 3600.0  # seconds after which a folder without a lock and without content is taken for one left behind
_held: dict[Path, int] = {}


def make(name: str, mode: int = 0o700) -> Path:
    """A new folder; what processes that have ended left behind is removed first.

    Parameters
    ----------
    name : str
        Its name; the folder that it lies in has a name that nobody else has.
    mode : int
        0o711 or 0o755 where another user must get in.

    Examples
    --------
    >>> folder = make("home")
    >>> folder.name, folder.is_dir()
    ('home', True)
    >>> remove(folder)
    >>> folder.parent.exists()
    False
    """
    top = Path(tempfile.gettempdir())
    clear(top)
    while True:
        around = Path(tempfile.mkdtemp(prefix="appraise-", dir=top))
        lock = os.open(around / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # another process has just taken it for one left behind, and removes it
            os.close(lock)
            continue
        if os.fstat(lock).st_nlink:
            break
        os.close(lock)
    folder = around / name
    folder.mkdir()
    folder.chmod(mode)
    if mode != 0o700:
        around.chmod(0o711)
    _held[folder] = lock
    return folder


def remove(folder: Path) -> None:
    """Remove a folder that `make` gave."""
    _remove_around(folder.parent)
    if (lock := _held.pop(folder, None)) is not None:
        os.close(lock)


def clear(top: Path) -> None:
    """Remove what processes of this user that have ended left in a folder, and nothing else."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(top):
            if NAME.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    _clear(Path(entry.path))


def _clear(folder: Path) -> None:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        return
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        if time.time() - status.st_mtime > _EMPTY_FOR:
            folder.rmdir()  # only where it is empty
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove_around(folder)
    finally:
        os.close(lock)


def _remove_around(folder: Path) -> None:
    # the lock goes last: what is left over is then known again the next time
    with contextlib.suppress(FileNotFoundError):
        for entry in list(os.scandir(folder)):
            if entry.name != LOCK:
                remove_tree(Path(entry.path))
        if {entry.name for entry in os.scandir(folder)} <= {LOCK}:
            remove_tree(folder)


def remove_tree(folder: Path) -> None:
    """Remove a folder, also where a submission took away its own rights. Nothing outside it changes.

    Rights are given back to folders alone: a link leads elsewhere, and a file may be one that stands elsewhere too.

    Examples
    --------
    >>> remove_tree(Path("/tmp/appraise/there/is/no/such/folder"))
    """

    def again(function: Callable[..., Any], path: str, _: Any) -> None:
        with contextlib.suppress(OSError):
            for place in (Path(path).parent, Path(path)):
                if place.is_relative_to(folder) and stat.S_ISDIR(place.lstat().st_mode):
                    place.chmod(0o700)
            if function in (os.rmdir, os.unlink):
                function(path)

    for _ in range(3):  # rights that are given back count from the next time; a process may just have written more
        if not folder.is_symlink():
            shutil.rmtree(folder, onerror=again)
        if not os.path.lexists(folder):
            return
