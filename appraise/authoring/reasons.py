"""Every place and every deciding word of the reasons, looked up: in the passages, the outside facts and the lesson."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from nbformat import NotebookNode

from appraise.errors import RecordError
from appraise.exercises.exercise import Exercise
from appraise.exercises.packs import exercises_of, load_packs
from appraise.files import LESSONS
from appraise.sources.places import find_place, stands_at


def sections_of(cells: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """What stands below each heading of a notebook, up to the next one: text and code.

    >>> sections_of([{"cell_type": "markdown", "source": "# One\\n\\nTwo."}, {"cell_type": "code", "source": "x = 3"}])
    {'One': 'Two.\\nx = 3'}
    """
    result: dict[str, str] = {}
    heading = ""
    for cell in cells:
        source = "".join(str(part) for part in cell["source"])  # type: ignore[attr-defined]
        pieces = re.split(r"^#{1,6}\s+(.*?)\s*#*$", source, flags=re.M) if cell["cell_type"] == "markdown" else [source]
        result[heading] = f"{result.get(heading, '')}\n{pieces[0]}".lstrip("\n")
        for heading, text in zip(pieces[1::2], pieces[2::2]):
            result[heading] = text
    return {name: text for name, text in result.items() if name}


def misplaced(exercises: Iterable[Exercise], sections: Mapping[str, str]) -> list[str]:
    """What a lesson's reasons name that is not there, one line each.

    Parameters
    ----------
    exercises : iterable of Exercise
    sections : mapping
        As `sections_of` gives them.
    """
    problems = []
    for ex in exercises:
        for part, reason in ex.reasons.items():
            where = f"{ex.id}, {part}"
            try:
                place = find_place(reason.place)
            except RecordError as error:
                problems.append(f"{where}: {error}")
                continue
            if place is None and reason.place not in sections:
                problems.append(f"{where}: “{reason.place}” is no passage with its paragraphs and no heading")
                continue
            texts = place.texts if place else (sections[reason.place],)
            if not stands_at(reason.words, texts):
                problems.append(f"{where}: “{reason.words}” does not stand in {reason.place}")
    return problems


def look_up_reasons(lessons: Path = LESSONS) -> tuple[int, list[str]]:
    """How many reasons the lessons hold, and what of them is misplaced."""
    count, problems = 0, []
    for slug in load_packs():
        exercises = exercises_of(slug).values()
        cells: list[NotebookNode] = json.loads((lessons / slug / f"{slug}.ipynb").read_text(encoding="utf-8"))["cells"]
        count += sum(len(ex.reasons) for ex in exercises)
        problems += [f"{slug}: {problem}" for problem in misplaced(exercises, sections_of(cells))]
    return count, problems


def run_command() -> int:
    """The second half of `appraise provenance`: prints a line a problem and a count; 0 when all is well."""
    count, problems = look_up_reasons()
    for problem in problems:
        print(problem)
    print(f"{count} reasons looked up in the lessons and passages")
    return 1 if problems else 0


def run_provenance_command(folder: Path) -> int:
    """`appraise provenance`: figures and quotations of the records, then the words of the exercises' reasons."""
    from appraise.sources import provenance

    return max(provenance.main(folder), run_command())
