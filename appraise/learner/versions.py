"""Whether a copy of a lesson and the course's library are of one version.

A lesson's version stands in its notebook's metadata and in its pack; it changes with any exercise of the lesson.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from appraise.exercises.packs import load_packs
from appraise.runtime import open_notebook


def version_of(notebook: Path, slug: str) -> str | None:
    """The version in a notebook's metadata; None where it is no copy of the lesson, holds none or cannot be read."""
    try:
        result: Any = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]["appraise"]
        version = result["version"] if result["lesson"] == slug else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return version if isinstance(version, str) else None


def open_version(slug: str) -> str | None:
    """The version of the lesson's copy that this kernel was started for; None where that is not known."""
    return version_of(open_notebook(), slug)


def is_other_version(slug: str, version: str | None) -> bool:
    """Whether the library holds this lesson in another version, or not at all. Without a version nobody can say."""
    if version is None or not (packs := load_packs()):
        return False
    return slug not in packs or packs[slug]["version"] != version


def version_note(slug: str, version: str | None) -> str:
    """What to tell a learner whose copy is of another version; empty where it fits.

    >>> version_note("04-the-numbers", None)
    ''
    >>> version_note("04-the-numbers", "00000000").partition(",")[0]
    "This copy of lesson 04-the-numbers is newer or older than the course's library"
    """
    if not is_other_version(slug, version):
        return ""
    return (
        f"This copy of lesson {slug} is newer or older than the course's library, so remarks may not fit it. "
        "Your answers are safe: save them, rename this file, and start the course again for a fresh copy."
    )
