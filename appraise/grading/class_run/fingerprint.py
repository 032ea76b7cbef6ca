"""What an outcome depends on, as digests: the submission, the lesson, the library and the limits.

A submission whose fingerprint is in the gradebook is not graded again. The processor, the kernel and the versions of
other packages are not in it: after an update of these, `appraise grade` grades nothing anew by itself.
"""

from __future__ import annotations

import functools

from appraise.files import ROOT
from appraise.grading.judging.lesson import Lesson
from appraise.grading.settings import Settings
from appraise.grading.submission.folder import Submission, digest

_LIBRARY_ROOT = ROOT


@functools.cache
def library_digest() -> str:
    """SHA-256 of the library's code and of the sources' data."""
    paths = [p for kind in ("*.py", "*.yml") for p in (_LIBRARY_ROOT / "appraise").rglob(kind)]
    paths += (_LIBRARY_ROOT / "seeds").glob("*.yml")
    return digest(
        *(part for p in sorted(paths) for part in (p.relative_to(_LIBRARY_ROOT).as_posix().encode(), p.read_bytes()))
    )


def fingerprint_key(settings: Settings, lesson: Lesson, submission: Submission) -> str:
    """SHA-256 of all that an outcome depends on: what was handed in (with its time and the files beside the notebook),
    the released lesson with its key, the library, and the limits."""
    return digest(*(str(x).encode() for x in (submission.digest, lesson.digest, library_digest(), settings.limits)))
