"""Which of several notebooks in a folder is the lesson's."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from appraise.grading.submission.cells import MOST_BYTES, SubmittedNotebook
from appraise.grading.submission.reading import read_notebook


def which_lesson(notebook: SubmittedNotebook, lessons: Mapping[str, set[str]]) -> str | None:
    """The lesson that a submission belongs to: what it says itself, else the one whose grade ids it holds most of.

    Parameters
    ----------
    notebook : SubmittedNotebook
    lessons : mapping of lesson to the grade ids in it

    Examples
    --------
    >>> from appraise.grading.submission.cells import SubmittedCell
    >>> notebook = SubmittedNotebook([SubmittedCell("code", "", None, "a-answer")])
    >>> which_lesson(notebook, {"01-x": {"a-answer"}, "02-y": {"b-answer"}})
    '01-x'
    """
    if notebook.lesson in lessons:
        return notebook.lesson
    held = {c.grade_id for c in notebook.cells if c.grade_id}
    counts = {slug: len(held & ids) for slug, ids in lessons.items()}
    best = max(counts, key=lambda s: counts[s], default=None)
    return best if best is not None and counts[best] else None


def choose_notebook(
    folder: Path, slug: str, stubs: Mapping[str, str], notes: list[str]
) -> tuple[bytes | None, str | None]:
    """The lesson's notebook in a folder; of several, the one in which most answers were worked on.

    Parameters
    ----------
    folder : Path
    slug : str
    stubs : mapping of str to str
        As `stubs` gives it.
    notes : list of str
        Gets what a person should know of the choice.

    Returns
    -------
    (bytes or None, str or None)
        What the file holds; where there is none, why.
    """
    names = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".ipynb")
    named = folder / f"{slug}.ipynb"
    if not names:
        return None, "No notebook was handed in."
    if names == [named]:
        return read_bytes(named)
    names.sort(key=lambda p: p != named)
    why = None
    of_lesson: list[tuple[int, Path, bytes]] = []
    for path in names:
        data, refused = read_bytes(path)
        if data is not None and which_lesson(notebook := read_notebook(data), {slug: set(stubs)}) == slug:
            of_lesson.append((count_changed(notebook, stubs), path, data))
        why = why or refused
    if of_lesson:
        _, path, data = max(of_lesson, key=lambda one: one[0])  # of equals the first
        if path != named:
            notes.append(f"The notebook is named “{path.name}”; it was known by the lesson that it holds.")
        if others := [p.name for p in names if p != path]:
            notes.append(f"Other notebooks lie beside it and were not graded: {', '.join(others)}.")
        if len(of_lesson) > 1:
            counts = ", ".join(f"“{p.name}” {n}" for n, p, _ in of_lesson)
            notes.append(f"“{path.name}” was graded, since most of its answers were worked on: {counts}.")
        return data, None
    if named in names:
        return read_bytes(named)
    return None, why or "None of the notebooks handed in is of this lesson: " + ", ".join(p.name for p in names)


def read_bytes(path: Path) -> tuple[bytes | None, str | None]:
    """What a file holds, without following a link; or why it was not opened."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return None, f"“{path.name}” is a link, a folder or a device, and was not opened."
        if status.st_size > MOST_BYTES:
            return None, f"The file has {status.st_size} bytes; at most {MOST_BYTES} are read."
        # it may have become a link, or something that never ends, since it was looked at
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as f:
            return f.read(MOST_BYTES), None
    except OSError as e:
        return None, f"The file cannot be opened ({e.strerror})."


def count_changed(notebook: SubmittedNotebook, released: Mapping[str, str]) -> int:
    """How many answers of a notebook hold something else than what was released.

    Examples
    --------
    >>> from appraise.grading.submission.cells import SubmittedCell
    >>> notebook = SubmittedNotebook([SubmittedCell("code", "a = 1", None, "a-answer")])
    >>> count_changed(notebook, {"a-answer": "a = ..."})
    1
    """
    changed = {
        c.grade_id for c in notebook.cells if c.source.strip() not in ("", released.get(str(c.grade_id), "").strip())
    }
    return len(changed & released.keys())
