"""The autograded folder of one submission, as nbgrader leaves it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from appraise.grading.settings import Settings
from appraise.grading.submission.folder import Submission


def autograded_path(settings: Settings, student: str, slug: str) -> Path:
    """Where the autograded notebook of a student lies."""
    return settings.folder("autograded", student, slug) / f"{slug}.ipynb"


def write_autograded(settings: Settings, slug: str, submission: Submission, notebook: str) -> None:
    """Write a submission's autograded folder and put it in its place in one step."""
    folder = Path(tempfile.mkdtemp(prefix="autograded-", dir=settings.own / ".run"))
    for file in (f for f in submission.attachments if f.is_harmless):
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    if submission.timestamp:
        (folder / "timestamp.txt").write_text(submission.timestamp, encoding="utf-8")
    (folder / f"{slug}.ipynb").write_text(notebook, encoding="utf-8")
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
    folder.chmod(0o755)
    place = autograded_path(settings, submission.student, slug).parent
    if place.is_symlink() or place.is_file():
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    folder.replace(place)
