"""What `check` remembers: tries are kept in the work folder, `.progress/SLUG.json`, and only from a live kernel."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from appraise.exercises.exercise import Status, Verdict
from appraise.exercises.serialize import Json
from appraise.files import write_whole
from appraise.runtime import is_live, named_work_folder


def progress_file(slug: str) -> Path | None:
    """Where a lesson's tries are kept; None where nothing is: no work folder, grading, or no live kernel."""
    work = named_work_folder()
    return work / ".progress" / f"{slug}.json" if work and is_live() else None


def read_progress(file: Path) -> dict[str, Any]:
    """What is kept of a lesson: `{"exercises": {id: {"tries", "status", "points", "remark", "helped"}}}`."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none yet, or damaged: progress is a convenience, never in the way
        return {"exercises": {}}
    return kept if isinstance(kept, dict) and isinstance(kept.get("exercises"), dict) else {"exercises": {}}


def write_progress(file: Path, kept: dict[str, Any]) -> None:
    """Replace a lesson's progress in one step, so that a cut-off leaves the old file whole."""
    write_whole(file, json.dumps(kept, ensure_ascii=False, indent=1))


MOST_KEPT_TRIES = 50  # fingerprints of different wrong answers; beyond, none is forgotten that mattered


def remember_try(slug: str, exercise_id: str, answer: Json, verdict: Verdict, points: float) -> int:
    """Keep this try; returns how many different answers that were not right, or different texts, were tried so far.

    An answer that was tried before, however long ago, is no new try.
    """
    file = progress_file(slug)
    if file is None:
        return 0
    kept = read_progress(file)
    entry = kept["exercises"].setdefault(exercise_id, {"tries": 0, "helped": False})
    fingerprint = hashlib.sha256(json.dumps(answer, sort_keys=True, default=str).encode()).hexdigest()[:16]
    tried = list(entry.get("tried") or ([entry["last"]] if "last" in entry else []))
    if verdict.status in (Status.PARTLY, Status.WRONG, Status.MARKED) and fingerprint not in tried:
        entry["tries"] += 1
        tried.append(fingerprint)
    entry.pop("last", None)  # versions before 0.2 kept the last answer's fingerprint alone
    entry.update(tried=tried[-MOST_KEPT_TRIES:], status=verdict.status, points=points, remark=verdict.remark)
    with suppress(OSError):  # a full or read-only disk must not take the check away
        write_progress(file, kept)
    return int(entry["tries"])
