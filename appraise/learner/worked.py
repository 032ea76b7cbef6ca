"""The worked answer of an exercise, opened after some tries of the learner's own."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

from appraise.exercises.exercise import Exercise, Status
from appraise.exercises.packs import find_exercise
from appraise.files import SOLUTIONS
from appraise.learner.progress import progress_file, read_progress, write_progress
from appraise.learner.reasons import reasons_table
from appraise.learner.remark import WORKED_AFTER, render_note, render_unknown, shown_models
from appraise.markup import Markup, element


def worked(exercise_id: str) -> Any:
    """Show a worked answer, after three different answers of your own that were not right, or texts.

    It is there only where the course's `solutions/` folder is; the lesson's report says when it was used.
    """
    from IPython.display import HTML

    known = find_exercise(exercise_id)
    if known is None:
        return HTML(render_unknown(exercise_id))
    slug, ex = known
    source = worked_source(slug, exercise_id)
    file = progress_file(slug)
    kept = read_progress(file) if file else {"exercises": {}}
    entry = kept["exercises"].get(exercise_id, {"tries": 0})
    if source is None:
        return HTML(render_note("i", "No worked answer here", "This copy of the course holds no solutions."))
    if entry["tries"] < WORKED_AFTER and entry.get("status") != Status.RIGHT:
        left = WORKED_AFTER - entry["tries"]
        kind = "texts" if ex.is_prose else "answers"
        text = f"A worked answer opens after {WORKED_AFTER} different {kind} of your own; {left} to go."
        return HTML(render_note("i", "Not yet", text))
    if file and entry.get("status") != Status.RIGHT:
        entry["helped"] = True
        with suppress(OSError):  # as in remember_try
            write_progress(file, kept)
    return HTML(render_note("i", "A worked answer", "", _explained(ex, source)))


def _explained(ex: Exercise, source: str) -> Markup:
    """The reasons row by row, with the code behind them; the code alone where there are none; models for a text."""
    code = element("pre", source)
    if ex.is_prose and ex.models:
        return shown_models(ex)
    if not ex.reasons:
        return code
    folded = element("details", element("summary", "As code", style="padding: 4px 0; cursor: pointer"), code)
    return reasons_table(ex) + (code if ex.is_function else folded)


def worked_source(slug: str, exercise_id: str) -> str | None:
    """The reference answer's text from `solutions/`, or None where there is no such folder."""
    notebook = SOLUTIONS / slug / f"{slug}.ipynb"
    if not notebook.is_file():
        return None
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in {f"{exercise_id}-answer", exercise_id}:
            region = re.search(r"### BEGIN SOLUTION\n(.*?)\n\s*### END SOLUTION", "".join(cell["source"]), re.S)
            if region:
                return region.group(1)
    return None
