"""Prose marked fairly: the rubric beside the answer, a second marker who does not see the first, and their agreement.

The first marker marks in formgrader, where the rubric stands beside the answer as a form: it writes the sum into
nbgrader's score and the levels as a line into nbgrader's comment, so a learner reads them too. The second marker fills
in a table of some scripts drawn from all, with codes in the place of names: `appraise second-marker SLUG` makes it.
`appraise agreement SLUG` compares both.
"""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nbgrader.api import MissingEntry

from appraise.errors import MarkingError
from appraise.grading.gradebook.writer import open_gradebook
from appraise.grading.judging.lesson import load_course_lesson
from appraise.grading.settings import Settings, read_settings
from appraise.learner.rubric import Criterion, Rubric, load_rubric
from appraise.methods.agreement import Agreement, agreement

RUBRIC_OF = "telling-two-hundred-words"  # the exercise that the rubric in assets/ is for
LEVELS: tuple[Literal[0, 1, 2, 3], ...] = (0, 1, 2, 3)
FEWEST = 10  # a smaller sample says nothing on agreement


# ── the first marker: formgrader ────────────────────────────────────────────────────────────────────────────────────
def rubric_form(cell: Any) -> str:
    """The rubric as a form to stand beside an answer in formgrader; "" for every cell that it is not for.

    Parameters
    ----------
    cell : notebook cell
        Of the autograded notebook.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell
    >>> cell = new_code_cell("", metadata={"nbgrader": {"grade_id": RUBRIC_OF, "grade": True, "solution": True}})
    >>> rubric_form(cell).count('type="radio"')
    40
    >>> rubric_form(new_code_cell(""))
    ''
    """
    about = cell.metadata.get("nbgrader", {})
    if about.get("grade_id") != RUBRIC_OF or not about.get("grade") or not about.get("solution"):
        return ""
    known = load_rubric()
    parts = "".join(_criterion(c) for c in known.criteria)
    return (
        f'<form class="appraise-rubric" data-cell="{RUBRIC_OF}" aria-label="Rubric"><p><strong>Rubric</strong> · '
        f"<output>0 of {len(known.criteria)} criteria</output></p><p>{html.escape(known.gate)}</p>{parts}</form>"
    )


def _criterion(c: Criterion) -> str:
    shown = ""
    for n in LEVELS:
        says = "Absent throughout." if n == 0 else c.levels[n]
        shown += f'<li><label><input type="radio" name="{c.id}" value="{n}"> {n} {html.escape(says)}</label>'
        shown += f"<q>{html.escape(c.anchors[n])}</q></li>" if n else "</li>"
    return (
        f'<fieldset data-name="{html.escape(c.name)}"><legend>{html.escape(c.name)}</legend>'
        f"<p>{html.escape(c.asks)}</p><ul>{shown}</ul></fieldset>"
    )


def levels_in(comment: str | None) -> dict[str, int]:
    """The levels by criterion that a marker's comment holds, as the form writes them.

    Examples
    --------
    >>> levels_in("Levels: Identity 3 · Interests and limits 1\\nA clear first line.")
    {'identity': 3, 'interests': 1}
    """
    line = re.search(r"^Levels: (.*)$", comment or "", re.M)
    ids = {c.name: c.id for c in load_rubric().criteria}
    found = re.findall(r"(?:^|·)\s*([^·]+?)\s+([0-3])\s*(?=·|$)", line[1]) if line else []
    return {ids[name]: int(level) for name, level in found if name in ids}


# ── the second marker: a table of scripts without names ─────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Script:
    """One answer: the student's id, the code that stands for it, and the text."""

    student: str
    code: str
    text: str


def _code(student: str, text: str) -> str:
    return hashlib.sha256(f"{student} {text}".encode()).hexdigest()[:6]  # another answer, another code


def scripts(to: Settings, slug: str) -> list[_Script]:
    """All answers to the exercise with the rubric, in the order of their codes, which has nothing to do with names.

    Raises
    ------
    MarkingError
        Where the lesson has no such exercise, or nobody has answered it in what was graded.
    """
    lesson = load_course_lesson(to, slug)
    if RUBRIC_OF not in lesson.exercises:
        raise MarkingError(f"{slug}: no exercise of this lesson is marked by the rubric; it is for “{RUBRIC_OF}”")
    place = lesson.answer_of[RUBRIC_OF]
    stub = lesson.release.cells[place].source.strip()
    found = []
    pattern = str(to.folder("autograded", "*", slug).relative_to(to.root))
    for folder in sorted(to.root.glob(pattern)):
        file = folder / f"{slug}.ipynb"
        if not file.is_file():
            continue
        student = folder.parent.name
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        source = next(c["source"] for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == RUBRIC_OF)
        text = "".join(source)
        if text.strip() and text.strip() != stub:
            found.append(_Script(student, _code(student, text), text))
    if not found:
        raise MarkingError(f"{slug}: there is no graded answer to “{RUBRIC_OF}”: appraise grade {slug}")
    return sorted(found, key=lambda s: s.code)


def draw(found: Sequence[_Script], share: int) -> list[_Script]:
    """Some scripts, drawn by their codes: the same in every call, and the first of those drawn of a larger share."""
    return list(found[: min(len(found), max(FEWEST, -(-len(found) * share // 100)))])


def _sheet(to: Settings, slug: str) -> Path:
    return to.own / "second-marker" / f"{slug}.csv"


def second_marker(slug: str, share: int = 15) -> int:
    """`appraise second-marker`: the scripts to read, and beside them the table to fill in; never written over."""
    to = read_settings()
    chosen = draw(scripts(to, slug), share)
    sheet = _sheet(to, slug)
    page = sheet.with_suffix(".html")
    known = load_rubric()
    sheet.parent.mkdir(parents=True, exist_ok=True)
    if sheet.is_file():
        old = _read_sheet(sheet, known)
        chosen = [s for s in scripts(to, slug) if s.code in old]
        print(f"{sheet} is there already and stays as it is.")
    else:
        out = io.StringIO()
        write = csv.writer(out, lineterminator="\n")
        write.writerow(["script", *(c.id for c in known.criteria)])
        write.writerows([s.code, *("" for _ in known.criteria)] for s in chosen)
        sheet.write_text(out.getvalue(), encoding="utf-8", newline="\n")
    page.write_text(_page(slug, chosen, known), encoding="utf-8", newline="\n")
    print(f"{len(chosen)} scripts to read, with the rubric: {page}")
    print(f"Fill in a level from 0 to 3 in each cell of {sheet}; then: appraise agreement {slug}")
    return 0


def _page(slug: str, chosen: Sequence[_Script], known: Rubric) -> str:
    rubric = "".join(
        f"<h3>{html.escape(c.name)}</h3><p>{html.escape(c.asks)} 0: absent throughout.</p><ol>"
        + "".join(f"<li>{html.escape(c.levels[n])}<br><q>{html.escape(c.anchors[n])}</q></li>" for n in (1, 2, 3))
        + "</ol>"
        for c in known.criteria
    )
    texts = "".join(f"<h3>Script {s.code}</h3><pre>{html.escape(s.text)}</pre>" for s in chosen)
    style = "body{font:16px/1.5 sans-serif;max-width:50em;margin:auto;padding:1em}pre{white-space:pre-wrap}"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Second marking: {slug}</title>'
        f"<style>{style}</style></head><body><main><h1>Second marking: {slug}</h1><p>{html.escape(known.gate)}</p>"
        f"<h2>Rubric</h2>{rubric}<h2>Scripts</h2>{texts}</main></body></html>\n"
    )


def _read_sheet(file: Path, known: Rubric) -> dict[str, dict[str, int]]:
    """Levels by script and criterion; cells that are empty are left out.

    Raises
    ------
    MarkingError
        For a table with other columns, a script that stands twice, or a level that is none.
    """
    text = file.read_text(encoding="utf-8-sig")
    first = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    wanted = ["script", *(c.id for c in known.criteria)]
    if sorted(rows.fieldnames or []) != sorted(wanted):
        raise MarkingError(f"{file}: expected the columns {', '.join(wanted)}; got {', '.join(rows.fieldnames or [])}")
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        where = f"{file}, line {rows.line_num}"
        code = (row["script"] or "").strip()
        if code in found:
            raise MarkingError(f"{where}: script {code} stands in the table twice")
        found[code] = {}
        for c in known.criteria:
            level = (row[c.id] or "").strip()
            if level and level not in map(str, LEVELS):
                raise MarkingError(f"{where}: {c.id} is “{level}”; expected 0, 1, 2, 3 or an empty cell")
            if level:
                found[code][c.id] = int(level)
    return found


# ── agreement ───────────────────────────────────────────────────────────────────────────────────────────────────────
def first_marks(to: Settings, slug: str, students: Sequence[str]) -> dict[str, dict[str, int]]:
    """The levels that stand in the gradebook's comments, by student."""
    found = {}
    with open_gradebook(to) as book:
        for student in students:
            try:
                comment = book.book.find_comment(RUBRIC_OF, slug, slug, student)
            except MissingEntry:
                continue
            if levels := levels_in(comment.manual_comment):
                found[student] = levels
    return found


Marks = Mapping[str, Mapping[str, int]]


def compare(first: Marks, second: Marks) -> tuple[dict[str, Agreement | None], list[tuple[str, int, dict[str, int]]]]:
    """Agreement by criterion, and the scripts on which the markers differ, the most distant first.

    Parameters
    ----------
    first, second : mapping
        Script to criterion to level.

    Returns
    -------
    tuple
        Criterion to `Agreement` with quadratic weights, None where no script has both levels; and for each script on
        which they differ (script, sum of the differences without sign, criterion to second minus first).
    """
    by_criterion: dict[str, Agreement | None] = {}
    for c in load_rubric().criteria:
        both = [s for s in first if c.id in first[s] and c.id in second.get(s, {})]
        one, two = [first[s][c.id] for s in both], [second[s][c.id] for s in both]
        by_criterion[c.id] = agreement(one, two, labels=LEVELS, weights="quadratic") if both else None
    apart = []
    for script in first:
        gaps = {k: second[script][k] - v for k, v in first[script].items() if k in second.get(script, {})}
        if gaps := {k: v for k, v in gaps.items() if v}:
            apart.append((script, sum(map(abs, gaps.values())), gaps))
    return by_criterion, sorted(apart, key=lambda a: (-a[1], a[0]))


def report(slug: str) -> int:
    """`appraise agreement`."""
    to = read_settings()
    sheet, known = _sheet(to, slug), load_rubric()
    found = {s.code: s.student for s in scripts(to, slug)}
    if not sheet.is_file():
        raise MarkingError(f"{slug}: no second marker's table yet ({sheet}): appraise second-marker {slug}")
    second = _read_sheet(sheet, known)
    if strange := sorted(second.keys() - found.keys()):
        raise MarkingError(
            f"{sheet}: script {strange[0]} is none of the graded answers; was one handed in again since?"
        )
    marks = first_marks(to, slug, [found[code] for code in second])
    first = {code: marks[found[code]] for code in second if found[code] in marks}
    by_criterion, apart = compare(first, second)
    if not any(by_criterion.values()):
        raise MarkingError(
            f"{slug}: no script has levels of both markers. Of {len(second)} scripts the first marker has levels for "
            f"{len(first)} (chosen in formgrader's rubric), the second for {sum(map(bool, second.values()))} ({sheet})"
        )
    print(f"{slug}, “{RUBRIC_OF}”: {len(first)} of {len(second)} scripts in the table have the first marker's levels.")
    print("Weighted kappa counts a step of two as four steps of one (quadratic weights); its interval is 95 %.\n")
    print(f"{'criterion':<18}{'n':>4}{'agree':>8}{'kappa':>8}  interval")
    for name, result in by_criterion.items():
        print(_line(name, result))
    for note in sorted({r.note for r in by_criterion.values() if r is not None and r.note}):
        print(f"–: {note}.")
    if not apart:
        print("\nThe markers differ on no script.")
        return 0
    print("\nOn these they differ most (second marker minus first):")
    for code, sum_of, gaps in apart[:10]:
        print(f"  {code} ({found[code]}): {sum_of} in all: {', '.join(f'{k} {v:+d}' for k, v in gaps.items())}")
    return 0


def _line(name: str, result: Agreement | None) -> str:
    if result is None:
        return f"{name:<18}{0:>4}       –       –  no script has both levels"
    kappa = f"{result.kappa:.2f}" if result.kappa == result.kappa else "–"
    between = f"{result.low:.2f} to {result.high:.2f}" if result.low == result.low else "–"
    return f"{name:<18}{result.n:>4}{result.percent:>6.0f} %{kappa:>8}  {between}"
