"""The learner's side of an exercise: `check`, what it remembers, and how a remark is shown.

A lesson's exercises lie in `packs/`, base64 of sorted JSON: out of sight, not secret. Tries are kept in the folder that
the environment variable APPRAISE_WORK names (`appraise lab` sets it), and only from a live kernel.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import sys
import textwrap
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from appraise.exercise import Call, Called, Exercise, Verdict, judge
from appraise.plain import Plain, decode, encode

PACKS = Path(__file__).parent / "packs"
HINT_AFTER = 2  # wrong tries before the hint is shown with the next one
WORKED_AFTER = 3  # wrong tries before a worked answer is offered


class NotYet(Exception):
    """A graded exercise that is not right, while nbgrader validates: shows the remark and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return textwrap.wrap(str(self), 80)  # nbgrader cuts longer lines


class Points(float):
    """The points of one check; shown as its remark, and in plain text as a number, which nbgrader reads.

    >>> repr(Points(1.5, "<p>Partly right.</p>"))
    '1.5'
    """

    _html: str

    def __new__(cls, points: float, shown: str) -> Points:
        self = super().__new__(cls, points)
        self._html = shown
        return self

    def __repr__(self) -> str:
        return float.__repr__(self)

    def _repr_html_(self) -> str:
        return self._html


# ── packs ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def pack_bytes(key: dict[str, Any]) -> bytes:
    """The pack made of a key: what a learner's machine holds, without the hidden cases."""
    exercises = {i: {k: v for k, v in ex.items() if k != "hidden"} for i, ex in key["exercises"].items()}
    text = json.dumps({**key, "exercises": exercises}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return base64.encodebytes(text.encode("utf-8"))


@cache
def packs(folder: Path = PACKS) -> dict[str, dict[str, Any]]:
    """All packs by lesson, e.g. `packs()["04-the-numbers"]["exercises"]`."""
    return {p.stem: json.loads(base64.decodebytes(p.read_bytes())) for p in sorted(folder.glob("*.pack"))}


def find(exercise_id: str) -> tuple[str, Exercise] | None:
    """The lesson and the exercise of an id, or None."""
    for slug, pack in packs().items():
        if exercise_id in pack["exercises"]:
            return slug, pack["exercises"][exercise_id]
    return None


def lesson(slug: str, version: str | None = None) -> None:
    """Open a lesson: wakes its forms; says in one sentence when notebook and library are not of one version."""
    if _live():
        from appraise.learner.waking import wake

        wake()
    pack = packs().get(slug)
    if version is None or not packs():
        return
    if pack is None or pack["version"] != version:
        print(
            f"This copy of lesson {slug} is newer or older than the course's library, so remarks may not fit it. "
            "Your answers are safe: save them, rename this file, and start the course again for a fresh copy."
        )


# ── checking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def check(exercise_id: str, answer: Any) -> Points:
    """Check an answer, at once and on this machine.

    Parameters
    ----------
    exercise_id : str
        The exercise's permanent id, as it stands in the lesson.
    answer : object
        What your name holds: a number, a text, a list, a dictionary, a table, a function or a plot.

    Returns
    -------
    Points
        The points earned, shown with a remark.

    Raises
    ------
    NotYet
        Only while nbgrader validates a notebook, which shows reasons from errors alone.

    Examples
    --------
    >>> check("no-such-exercise", 1)
    0.0
    """
    if os.environ.get("APPRAISE_RECORD"):
        from appraise.authoring import record

        return Points(record(exercise_id, answer), "")
    found = find(exercise_id)
    if found is None:
        return Points(0.0, _box("?", "Unknown exercise", _UNKNOWN.format(exercise_id), ""))
    slug, ex = found
    plain = encode(answer)
    told: list[Plain] = []
    is_function = isinstance(plain, dict) and "function" in plain
    verdict = judge(ex, plain, caller(answer, told) if is_function else None)
    points = round(verdict.share * ex["points"], 2)
    if _validating():
        if ex["core"] and ex["kind"] != "write" and verdict.share < 1:
            raise NotYet(f"{verdict.remark} {_read_again(ex)}".strip())
        return Points(points, "")
    tries = _remember(slug, exercise_id, [plain, told], verdict, points)
    return Points(points, render(ex, verdict, points, tries))


_UNKNOWN = (
    "The course's library knows no exercise “{}”. This copy of the lesson is newer or older than the library: "
    "start the course again for a fresh copy."
)


def caller(function: Callable[..., Any], told: list[Plain] | None = None) -> Call:
    """A `Call` for a function in this process: it gets copies of the arguments, which are looked at afterwards.

    What it gives or raises is added to `told`, by which one function is known from another of the same name.
    """
    told = [] if told is None else told

    def call(args: list[Plain]) -> Called:
        copies = [decode(a) for a in args]
        try:
            result = function(*copies)
        except Exception as error:
            told.append(f"{type(error).__name__}: {_first_line(error)}")
            return Called(error=told[-1])
        told.append(encode(result))
        return Called(told[-1], [encode(c) for c in copies])

    return call


def _first_line(error: Exception) -> str:
    try:
        return (str(error).splitlines() or [""])[0][:200]
    except Exception:  # an exception whose text fails
        return ""


def _validating() -> bool:
    # a live kernel started while Validate runs inherits the variable from the server, and is told by JPY_SESSION_NAME
    return os.environ.get("NBGRADER_EXECUTION") == "validate" and "JPY_SESSION_NAME" not in os.environ


# ── remembering tries ───────────────────────────────────────────────────────────────────────────────────────────────


def progress_file(slug: str) -> Path | None:
    """Where a lesson's tries are kept; None where nothing is: no work folder, grading, or no live kernel."""
    work = os.environ.get("APPRAISE_WORK")
    grading = os.environ.get("NBGRADER_EXECUTION") and "JPY_SESSION_NAME" not in os.environ
    if not work or grading or os.environ.get("APPRAISE_RECORD") or not _live():
        return None
    return Path(work) / ".progress" / f"{slug}.json"


def _live() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


def read_progress(file: Path) -> dict[str, Any]:
    """What is kept of a lesson: `{"exercises": {id: {"tries", "status", "points", "remark", "helped"}}}`."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none yet, or damaged: progress is a convenience, never in the way
        return {"exercises": {}}
    return kept if isinstance(kept, dict) and isinstance(kept.get("exercises"), dict) else {"exercises": {}}


def write_progress(file: Path, kept: dict[str, Any]) -> None:
    """Replace a lesson's progress in one step, so that a cut-off leaves the old file whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    new.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
    new.replace(file)


def _remember(slug: str, exercise_id: str, plain: Plain, verdict: Verdict, points: float) -> int:
    """Keep this try; returns the number of different answers tried so far that were not right."""
    file = progress_file(slug)
    if file is None:
        return 0
    kept = read_progress(file)
    entry = kept["exercises"].setdefault(exercise_id, {"tries": 0, "helped": False})
    mark = hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()[:16]
    if verdict.status in {"partly", "wrong"} and mark != entry.get("last"):
        entry["tries"] += 1
    entry.update(last=mark, status=verdict.status, points=points, remark=verdict.remark)
    with suppress(OSError):  # a full or read-only disk must not take the check away
        write_progress(file, kept)
    return int(entry["tries"])


def worked(exercise_id: str) -> Any:
    """Show a worked answer, after three different answers of your own that were not right.

    It is there only where the course's `solutions/` folder is; the lesson's report says when it was used.
    """
    from IPython.display import HTML

    found = find(exercise_id)
    if found is None:
        return HTML(_box("?", "Unknown exercise", _UNKNOWN.format(exercise_id), ""))
    slug, _ = found
    source = worked_source(slug, exercise_id)
    file = progress_file(slug)
    kept = read_progress(file) if file else {"exercises": {}}
    entry = kept["exercises"].get(exercise_id, {"tries": 0})
    if source is None:
        return HTML(_box("i", "No worked answer here", "This copy of the course holds no solutions.", ""))
    if entry["tries"] < WORKED_AFTER and entry.get("status") != "right":
        left = WORKED_AFTER - entry["tries"]
        text = f"A worked answer opens after {WORKED_AFTER} different answers of your own; {left} to go."
        return HTML(_box("i", "Not yet", text, ""))
    if file and entry.get("status") != "right":
        entry["helped"] = True
        with suppress(OSError):  # as in _remember
            write_progress(file, kept)
    return HTML(_box("i", "A worked answer", "", f"<pre>{html.escape(source)}</pre>"))


def worked_source(slug: str, exercise_id: str) -> str | None:
    """The reference answer's text from `solutions/`, or None where there is no such folder."""
    notebook = Path(__file__).parent.parent / "solutions" / slug / f"{slug}.ipynb"
    if not notebook.is_file():
        return None
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in {f"{exercise_id}-answer", exercise_id}:
            region = re.search(r"### BEGIN SOLUTION\n(.*?)\n\s*### END SOLUTION", "".join(cell["source"]), re.S)
            if region:
                return region.group(1)
    return None


# ── showing a remark ────────────────────────────────────────────────────────────────────────────────────────────────

_SIGNS = {
    "right": ("✓", "Right", "#1b7f4d"),
    "partly": ("◐", "Partly right", "#8a5a00"),
    "wrong": ("✗", "Not yet", "#b3261e"),
    "no answer": ("○", "No answer yet", "#5f6368"),
    "marked": ("✎", "Marked by a person", "#3559a8"),
}


def render(ex: Exercise, verdict: Verdict, points: float, tries: int = 0) -> str:
    """The remark as HTML: what it is in words and by a sign, points, what is wrong and why, and where to read again."""
    _, word, _ = _SIGNS[verdict.status]
    if verdict.status == "marked" and not ex.get("core", True):
        word = "Written for yourself"
    remark = verdict.remark
    if verdict.status == "right":
        remark = remark.removeprefix("Right.").strip()
    score = f" · {points:g} of {ex['points']:g} points" if ex["core"] and ex["kind"] != "write" else ""
    more = []
    if verdict.status != "right":
        more.append(_see(ex))
        if tries > HINT_AFTER and ex.get("hint"):
            more.append(f"<p><strong>Hint.</strong> {_text(ex['hint'])}</p>")
        if tries >= WORKED_AFTER and ex["kind"] != "write":
            more.append(f"<p>A worked answer opens with <code>worked(&quot;{ex['id']}&quot;)</code> in a new cell.</p>")
    return _box(verdict.status, word + score, remark, "".join(more))


def _read_again(ex: Exercise) -> str:
    return f"Read “{ex['see']}” again."


def _see(ex: Exercise) -> str:
    return f"<p>Read {heading_link(ex['see'], ex['see'])} again.</p>"


def heading_link(heading: str, words: str) -> str:
    """A link to a heading of the same notebook; words alone where JupyterLab would not find it.

    Browsers write some characters of an address in percent signs, and JupyterLab does not read them back.

    >>> heading_link("Look: what?", "look"), heading_link("Exercise · One", "one")
    ('<a href="#Look:-what?" style="text-decoration: underline">look</a>', 'one')
    """
    anchor = heading.replace(" ", "-")
    if not anchor or not anchor.isascii() or set(anchor) & set('"<>`%'):
        return html.escape(words)
    # JupyterLab tells a link by its colour alone
    return f'<a href="#{html.escape(anchor)}" style="text-decoration: underline">{html.escape(words)}</a>'


def _text(text: str) -> str:
    """Plain text with `code` and *emphasis* as HTML."""
    out = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
    return re.sub(r"\*([^*\s][^*]*)\*", r"<em>\1</em>", out)


def _box(status: str, head: str, remark: str, more: str) -> str:
    sign, _, colour = _SIGNS.get(status, ("i", "", "#3559a8"))
    body = f"<p>{_text(remark)}</p>" if remark else ""
    return (
        f'<div class="appraise-remark" role="status" style="border-left: 4px solid {colour}; padding: 0.1em 0.9em; '
        'margin: 0.2em 0; max-width: 46em">'
        f'<p><strong><span aria-hidden="true">{sign}</span> {html.escape(head)}</strong></p>{body}{more}</div>'
    )
