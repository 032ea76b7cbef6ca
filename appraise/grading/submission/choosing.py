"""Which of several files of one student counts: the newest that was worked on."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appraise.grading.submission.downloads import FoundFile
from appraise.grading.submission.names import Whose


@dataclass(frozen=True)
class Notebook:
    """One notebook of one student.

    Attributes
    ----------
    found : Found
    whose : Whose
    submitted_at : datetime or None
        In UTC, where it is known.
    order : datetime or None
        A time without a zone by which several are ordered.
    worked : int or None
        How many answer cells hold something else than the release; None where the file cannot be read as a whole.
    lesson : str
        The lesson that the notebook says it is; "" where it says nothing.
    """

    result: FoundFile
    whose: Whose
    submitted_at: datetime | None
    order: datetime | None
    worked: int | None
    lesson: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.result.data).hexdigest()

    @property
    def copy_number(self) -> int:
        """The number that Canvas or a browser gave a later copy of the same name; 0 for the first."""
        stem = re.sub(r"(?:\.(?:ipynb|json|txt))+$", "", self.result.parts[-1], flags=re.IGNORECASE)
        number = re.search(r"(?:-(\d{1,2})|\((\d{1,2})\)|-Copy(\d{1,2}))$", stem)
        return int(next(filter(None, number.groups()))) if number else 0


def is_notebook_name(name: str) -> bool:
    """Whether a file's name says that it is a notebook, also one that a browser or a mail program named anew.

    >>> is_notebook_name("a.ipynb.txt"), is_notebook_name("notes.txt")
    (True, False)
    """
    return re.search(r"\.ipynb(?:\.(?:txt|json))?$", name, re.IGNORECASE) is not None


def read_state(data: bytes, stubs: Mapping[str, str]) -> tuple[int | None, str]:
    """How many answers a notebook holds that are not the release's, and which lesson it says it is.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": "x = 1", "metadata": {"nbgrader": {"grade_id": "a"}}}
    >>> read_state(json.dumps({"cells": [cell]}).encode(), {"a": "x = ..."})
    (1, '')
    >>> read_state(b"{broken", {})
    (None, '')
    """
    try:
        nb = json.loads(data.decode("utf-8-sig"))
        cells = nb["cells"] if "cells" in nb else nb["worksheets"][0]["cells"]
        texts = [(_grade_id(cell), _text(cell.get("source", ""))) for cell in cells]
        lesson = (nb.get("metadata") or {}).get("appraise") or {}
        slug = str(lesson.get("lesson", "")) if isinstance(lesson, dict) else ""
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return None, ""
    return sum(g in stubs and text.strip() not in ("", stubs[g].strip()) for g, text in texts), slug


def _grade_id(cell: Any) -> str:
    details = (cell.get("metadata") or {}).get("nbgrader") or {}
    return str(details.get("grade_id", "")) if isinstance(details, dict) else ""


def _text(source: Any) -> str:
    return "".join(source) if isinstance(source, list) else str(source)


def choose(notebooks: Sequence[Notebook]) -> tuple[Notebook, list[str]]:
    """The notebook that counts, and what there is to say of the choice.

    It is the newest by the time of the LMS or the zip, then by the LMS' own number, then by the number of the copy. A
    notebook that nobody worked on, or that cannot be read, counts only where there is no other.
    """
    different = list({n.digest: n for n in sorted(notebooks, key=_age)}.values())
    newest = max(different, key=_age)
    worked = [n for n in different if n.worked]
    best = newest if newest.worked or not worked else max(worked, key=_age)
    if len(different) == 1:
        return best, []
    others = ", ".join(f"“{n.result.path}”" for n in different if n is not best)
    if best is not newest:
        why = "the newest is as it was released" if newest.worked == 0 else "the newest cannot be read"
        return best, [f"Of {len(different)} notebooks “{best.result.path}” counts: {why}. Left: {others}."]
    alike = [n for n in different if _age(n)[:3] == _age(best)[:3]]
    if len(alike) > 1:
        best = max(alike, key=lambda n: (n.worked or 0, n.copy_number))
        others = ", ".join(f"“{n.result.path}”" for n in different if n is not best)
        why = "nothing says which is the newest, and most was worked on in it"
        return best, [f"Of {len(different)} notebooks “{best.result.path}” counts: {why}. Left: {others}."]
    return best, [f"Of {len(different)} notebooks the newest counts, “{best.result.path}”. Left: {others}."]


def _age(n: Notebook) -> tuple[datetime, int, int, str]:
    order = n.whose.lms.order if n.whose.lms else 0
    return n.order or datetime.min, order, n.copy_number, n.result.path
