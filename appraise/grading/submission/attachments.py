"""The files handed in beside the notebook."""

from __future__ import annotations

import mimetypes
import os
import stat
import sys
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

_LIBRARY = {"appraise", "sitecustomize", "usercustomize"}
# what a browser shows or saves, and runs nothing of
_HARMLESS_TYPES = {
    *("text/plain", "text/csv", "text/tab-separated-values", "text/markdown", "text/x-python", "application/json"),
    *("image/png", "image/jpeg", "image/gif", "application/zip", None),
}
MOST_FILES, MOST_FILE_BYTES, MOST_ALL_BYTES = 50, 5_000_000, 10_000_000


@dataclass(frozen=True)
class Attachment:
    """A file handed in beside the notebook.

    Examples
    --------
    >>> Attachment("own.csv", b"a,b").is_harmless, Attachment("page.html", b"<script>").is_harmless
    (True, False)
    """

    name: str
    data: bytes

    @property
    def is_harmless(self) -> bool:
        """Whether a browser runs nothing of it: formgrader hands on what lies in the graded folder."""
        return mimetypes.guess_type(f"/{self.name}")[0] in _HARMLESS_TYPES


def read_attachments(folder: Path) -> tuple[list[Attachment], list[str]]:
    """The files handed in beside the notebook: no links followed, no modules shadowed, sizes limited.

    Returns
    -------
    (files, notes)
    """
    taken: list[Attachment] = []
    notes: list[str] = []
    total = 0
    for root, folders, names in os.walk(folder, followlinks=False):
        here = Path(root)
        for name in sorted(folders):
            if (here / name).is_symlink() or name.startswith(".") or name == "__pycache__":
                folders.remove(name)
                if (here / name).is_symlink():
                    notes.append(f"“{(here / name).relative_to(folder)}” is a link and was not followed.")
        folders.sort()
        for name in sorted(names):
            path = here / name
            relative = path.relative_to(folder)
            if name.endswith(".ipynb") or name == "timestamp.txt" or name.startswith("."):
                continue
            if relative.parts[0] == "cases" and path.suffix == ".json":  # released with the lesson, for all its readers
                continue
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                notes.append(f"“{relative}” is a link or a device and was not followed.")
                continue
            module = relative.parts[0].split(".")[0]
            importable = len(relative.parts) > 1 or path.suffix in {".py", ".pyc", ".so"}
            if importable and (
                module in sys.stdlib_module_names or module in _installed_modules() or module in _LIBRARY
            ):
                notes.append(f"“{relative}” has the name of a library and was left out; the real library is used.")
                continue
            total += status.st_size
            if len(taken) >= MOST_FILES or status.st_size > MOST_FILE_BYTES or total > MOST_ALL_BYTES:
                notes.append(f"“{relative}” was left out: too many or too large files beside the notebook.")
                continue
            # O_NOFOLLOW: the file may have become a link since it was looked at
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(fd, "rb") as f:
                taken.append(Attachment(relative.as_posix(), f.read(MOST_FILE_BYTES)))
            if not taken[-1].is_harmless:
                notes.append(f"“{relative}” could run in a browser and was not copied to the graded folder.")
    return taken, notes


_installed_names: set[str] = set()


def _installed_modules() -> set[str]:
    if not _installed_names:
        _installed_names.update(packages_distributions())
    return _installed_names
