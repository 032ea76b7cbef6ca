"""One submission as it lies in its folder."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from appraise.cases.student_case import StudentCase, find_case
from appraise.errors import TimeError
from appraise.grading.settings import Settings
from appraise.grading.submission.attachments import Attachment, read_attachments
from appraise.grading.submission.notebook_choice import choose_notebook, read_bytes
from appraise.grading.submission.times import nbgraders_text


@dataclass(frozen=True)
class Submission:
    """One submission as it lies in its folder.

    Attributes
    ----------
    data : bytes or None
        The notebook's; None where there is none that may be read, and `unreadable` says why.
    beside : tuple of Attachment
        Files handed in with it.
    timestamp : str or None
        When it was handed in, where that is known and can be read.
    digest : str
        SHA-256 of all of it.
    """

    student: str
    folder: str
    data: bytes | None
    unreadable: str | None
    attachments: tuple[Attachment, ...]
    notes: tuple[str, ...]
    timestamp: str | None
    digest: str
    case: StudentCase | None = None  # of a lesson whose cases were issued


def list_students(settings: Settings, slug: str) -> list[str]:
    """The ids of those who handed something in, sorted."""
    of = settings.dirs.format_path(settings.dirs.submitted_directory, "(?P<student>[^/]*)", slug, escape=True)
    pattern = re.compile(of, re.DOTALL)
    paths = settings.root.glob(str(settings.folder("submitted", "*", slug).relative_to(settings.root)))
    matches = [m["student"] for p in paths if (m := pattern.fullmatch(str(p)))]
    return sorted(s for s in matches if not s.startswith("."))


def read_submission(settings: Settings, slug: str, student: str, stubs: Mapping[str, str]) -> Submission:
    """Read one submission; no link is followed.

    Parameters
    ----------
    settings : Settings
    slug, student : str
    stubs : mapping of str to str
        Grade ids of the lesson's answer cells, by which a renamed notebook is known, and what was released in them.
    """
    folder = settings.folder("submitted", student, slug)
    notes: list[str] = []
    data, unreadable = None, None
    attachments: list[Attachment] = []
    timestamp = None
    if folder.is_symlink() or not folder.is_dir():
        unreadable = "What was handed in is a link or a file, and a folder with the notebook was expected."
    else:
        data, unreadable = choose_notebook(folder, slug, stubs, notes)
        try:
            attachments, odd = read_attachments(folder)
            notes += odd
        except OSError as e:
            notes.append(f"The files beside the notebook could not be read ({e.strerror}).")
        timestamp = _read_timestamp(folder / "timestamp.txt", notes)
    # names that are not UTF-8 cannot be written into a notebook or a database
    notes = [n.encode("utf-8", "backslashreplace").decode("utf-8") for n in notes]
    parts = [data or b"", (unreadable or "").encode(), (timestamp or "").encode(), "\n".join(notes).encode()]
    for b in attachments:
        parts += [os.fsencode(b.name), b.data]
    case = find_case(settings.own, slug, student, data)
    parts += [case.digest.encode()] if case else []
    return Submission(
        student, str(folder), data, unreadable, tuple(attachments), tuple(notes), timestamp, digest(*parts), case
    )


def digest(*parts: bytes) -> str:
    """SHA-256 of parts whose borders count: `digest(b"ab", b"c")` is another than `digest(b"a", b"bc")`.

    >>> digest(b"ab", b"c") == digest(b"a", b"bc")
    False
    """
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big") + part)
    return hashed.hexdigest()


def _read_timestamp(path: Path, notes: list[str]) -> str | None:
    if not path.is_symlink() and not path.exists():
        return None
    data, _ = read_bytes(path)
    try:
        return nbgraders_text(data or b"")
    except TimeError as e:
        notes.append(f"timestamp.txt cannot be read, so it is not known when this was handed in: {e}.")
        return None
