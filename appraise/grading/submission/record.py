"""What was collected before: of each student the file, its time and what the LMS wrote, with the history."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from appraise.errors import CollectError
from appraise.files import write_whole


@dataclass(frozen=True)
class Collected:
    """One student's file as it was collected.

    Attributes
    ----------
    digest : str
        SHA-256 of the notebook.
    source : str
        Its path in the download.
    submitted_at : str
        The time of handing in, as nbgrader writes it; "" where it is not known.
    order : str
        A time to order several files by, without a zone.
    prefix : str
        What the LMS wrote before the file's name, to send a file back under.
    lms : str
    is_late : bool
        Whether the LMS marked it as late.
    notes : list of str
    at : str
        When it was collected.
    """

    digest: str
    source: str
    submitted_at: str = ""
    order: str = ""
    prefix: str = ""
    lms: str = ""
    is_late: bool = False
    notes: list[str] = field(default_factory=list)
    at: str = ""


def _file(own: Path, slug: str) -> Path:
    return own / "collected" / f"{slug}.json"


def load_collected(own: Path, slug: str) -> dict[str, Collected]:
    """What was collected last of each student; empty where nothing was.

    Raises
    ------
    CollectError
        Where the record is there and cannot be read.
    """
    return {who: Collected(**row[-1]) for who, row in _load(_file(own, slug)).items() if row}


def _load(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        result = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(result, dict):
            raise ValueError("no mapping")
    except ValueError:
        raise CollectError(f"{file}: expected the record of what was collected; delete it to collect anew") from None
    return result


def add_collected(own: Path, slug: str, new: dict[str, Collected]) -> None:
    """Add to the history of each student what was collected now."""
    if not new:
        return
    result = _load(_file(own, slug))
    at = datetime.now(UTC).isoformat(timespec="seconds")
    for who, one in new.items():
        result.setdefault(who, []).append(asdict(one) | {"at": at})
    write_whole(_file(own, slug), json.dumps(result, ensure_ascii=False, indent=1) + "\n")


def load_numbers(own: Path) -> dict[str, str]:
    """The LMS' numbers that were learnt ("canvas 4711"), each with the student's id."""
    return {str(k): str(v) for k, v in _load(own / "collected" / "numbers.json").items()}


def save_numbers(own: Path, numbers: dict[str, str]) -> None:
    """Keep the LMS' numbers for the next download."""
    write_whole(own / "collected" / "numbers.json", json.dumps(numbers, ensure_ascii=False, indent=1) + "\n")
