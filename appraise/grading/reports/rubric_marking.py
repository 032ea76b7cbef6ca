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
    details = cell.metadata.get("nbgrader", {})
    if details.get("grade_id") != RUBRIC_OF or not details.get("grade") or not details.get("solution"):
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
        shown += f'<li><label><input type="radio" name="{c.id}" value="{n}"> {n} {html.escape(c.levels[n])}</label>'
        shown += f"<q>{html.escape(c.anchors[n])}</q></li>" if n else "</li>"
    return (
        f'<fieldset data-name="{html.escape(c.name)}"><legend>{html.escape(c.name)}</legend>'
        f"<p>{html.escape(c.asks)}</p><ul>{shown}</ul></fieldset>"
    )


def levels_in(comment: str | None) -> dict[str, int]:
    """The levels by criterion that a marker's comment holds, as the form writes them.

    Where one of them is of a criterion that the rubric has no longer, an older rubric gave them all, and none is taken:
    the same name may have meant something else then.

    Examples
    --------
    >>> levels_in("Levels: Question 3 · Interests and source 1\\nA clear first line.")
    {'question': 3, 'interests': 1}
    """
    line = re.search(r"^Levels: (.*)$", comment or "", re.M)
    ids = {c.name: c.id for c in load_rubric().criteria}
    matches = re.findall(r"(?:^|·)\s*([^·]+?)\s+([0-3])\s*(?=·|$)", line[1]) if line else []
    if any(name not in ids for name, _ in matches):
        return {}
    return {ids[name]: int(level) for name, level in matches}


def without_levels(comment: str) -> str:
    """A marker's own words: a comment without the line that the form writes, if `levels_in` reads that line.

    Examples
    --------
    >>> without_levels("Levels: Question 3 · Wording 1\\nSay how much.")
    'Say how much.'
    """
    return re.sub(r"^Levels: .*\n?", "", comment, count=1, flags=re.M).strip() if levels_in(comment) else comment


# ── the second marker: a table of scripts without names ─────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Script:
    """One answer: the student's id, the code that stands for it, and the text."""

    student: str
    code: str
    text: str


_LETTERS = "bcdfghjkmnpqrstvwxz"  # no vowels: no word, and nothing that a spreadsheet reads as a number or a date


def _digest(student: str, text: str) -> str:
    return hashlib.sha256(f"{student} {text}".encode()).hexdigest()  # another answer, another code


def _code(student: str, text: str) -> str:
    number, code = int(_digest(student, text)[:16], 16), ""
    for _ in range(6):
        number, rest = divmod(number, len(_LETTERS))
        code += _LETTERS[rest]
    return code


def _former_code(student: str, text: str) -> str:
    """The code in tables that were made before codes were letters: six hexadecimal digits."""
    return _digest(student, text)[:6]


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
    matches = []
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
            matches.append(_Script(student, _code(student, text), text))
    if not matches:
        raise MarkingError(f"{slug}: there is no graded answer to “{RUBRIC_OF}”: appraise grade {slug}")
    return sorted(matches, key=lambda s: s.code)


def draw(matches: Sequence[_Script], share: int) -> list[_Script]:
    """Some scripts, drawn by their codes: the same in every call, and the first of those drawn of a larger share."""
    return list(matches[: min(len(matches), max(FEWEST, -(-len(matches) * share // 100)))])


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
        old, _ = read_sheet(sheet, known)
        chosen = [s for s in scripts(to, slug) if s.code in old or _former_code(s.student, s.text) in old]
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
    return script_page(f"Second marking: {slug}", [(s.code, s.text) for s in chosen], known)


def script_page(title: str, texts: Sequence[tuple[str, str]], known: Rubric) -> str:
    """A page with the rubric and texts to mark, each under its code."""
    rubric = "".join(
        f"<h3>{html.escape(c.name)}</h3><p>{html.escape(c.asks)} 0: absent throughout.</p><ol>"
        + "".join(f"<li>{html.escape(c.levels[n])}<br><q>{html.escape(c.anchors[n])}</q></li>" for n in (1, 2, 3))
        + "</ol>"
        for c in known.criteria
    )
    shown = "".join(f"<h3>Script {code}</h3><pre>{html.escape(text)}</pre>" for code, text in texts)
    style = "body{font:16px/1.5 sans-serif;max-width:50em;margin:auto;padding:1em}pre{white-space:pre-wrap}"
    style += ":root{color-scheme:light dark}"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{style}</style></head><body><main><h1>{html.escape(title)}</h1><p>{html.escape(known.gate)}</p>"
        f"<h2>Rubric</h2>{rubric}<h2>Scripts</h2>{shown}</main></body></html>\n"
    )


def read_sheet(file: Path, known: Rubric) -> tuple[dict[str, dict[str, int]], list[str]]:
    """A filled-in table: levels by script and criterion, and what is wrong with it, a line for each.

    Cells that are empty are left out; a level that is none costs its cell, and a script that stands twice costs its
    second row.

    Raises
    ------
    MarkingError
        For a table with other columns.
    """
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    first = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=max((",", ";", "\t"), key=first.count))
    wanted = ["script", *(c.id for c in known.criteria)]
    if sorted(rows.fieldnames or []) != sorted(wanted):
        raise MarkingError(f"{file}: expected the columns {', '.join(wanted)}; got {', '.join(rows.fieldnames or [])}")
    matches: dict[str, dict[str, int]] = {}
    problems = []
    for row in rows:
        where = f"{file}, line {rows.line_num}"
        code = (row["script"] or "").strip()
        if not any((cell or "").strip() for cell in row.values() if not isinstance(cell, list)):
            continue
        if code in matches:
            problems.append(f"{where}: script {code} stands in the table twice; the first row is used")
            continue
        matches[code] = {}
        for c in known.criteria:
            level = (row[c.id] or "").strip()
            if re.fullmatch(r"[0-3](?:[.,]0+)?", level):
                matches[code][c.id] = int(level[0])
            elif level:
                problems.append(
                    f"{where}: {c.id} is “{level}”; expected 0, 1, 2, 3 or an empty cell; it does not count"
                )
    return matches, problems


# ── agreement ───────────────────────────────────────────────────────────────────────────────────────────────────────
def first_marks(to: Settings, slug: str, students: Sequence[str]) -> dict[str, dict[str, int]]:
    """The levels that stand in the gradebook's comments, by student."""
    matches = {}
    with open_gradebook(to) as book:
        for student in students:
            try:
                comment = book.book.find_comment(RUBRIC_OF, slug, slug, student)
            except MissingEntry:
                continue
            if levels := levels_in(comment.manual_comment):
                matches[student] = levels
    return matches


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
    """The command `appraise agreement`; returns the exit code 0.

    Raises
    ------
    MarkingError
        Where there is no table, or no script in it has levels of both markers.
    """
    to = read_settings()
    sheet, known = _sheet(to, slug), load_rubric()
    own = scripts(to, slug)
    matches = {_former_code(s.student, s.text): s.student for s in own} | {s.code: s.student for s in own}
    if not sheet.is_file():
        raise MarkingError(f"{slug}: no second marker's table yet ({sheet}): appraise second-marker {slug}")
    second, problems = read_sheet(sheet, known)
    for problem in problems:
        print(problem)
    for code in [code for code in second if code not in matches]:
        print(f"Script {code} is no longer one of the graded answers, and does not count: {_why_gone(code)}.")
        del second[code]
    marks = first_marks(to, slug, [matches[code] for code in second])
    first = {code: marks[matches[code]] for code in second if matches[code] in marks}
    by_criterion, apart = compare(first, second)
    if not any(by_criterion.values()):
        raise MarkingError(
            f"{slug}: no script has levels of both markers. Of {len(second)} scripts the first marker has levels for "
            f"{len(first)} (chosen in formgrader's rubric), the second for {sum(map(bool, second.values()))} ({sheet})"
        )
    print(f"{slug}, “{RUBRIC_OF}”: {len(first)} of {len(second)} scripts in the table have the first marker's levels.")
    for line in agreement_lines(by_criterion):
        print(line)
    if not apart:
        print("\nThe markers differ on no script.")
        return 0
    print("\nOn these they differ most (second marker minus first):")
    for code, sum_of, gaps in apart[:10]:
        print(f"  {code} ({matches[code]}): {sum_of} in all: {', '.join(f'{k} {v:+d}' for k, v in gaps.items())}")
    return 0


def _why_gone(code: str) -> str:
    if re.search(r"[.,+]", code) or code.isdigit():
        return "a spreadsheet made a number of its code"
    return "it was handed in again since; `appraise second-marker` shows those that are left"


def agreement_lines(by_criterion: Mapping[str, Agreement | None]) -> list[str]:
    """Agreement as a table in text, with what its kappas are."""
    lines = ["Weighted kappa counts a step of two as four steps of one (quadratic weights); its interval is 95 %.", ""]
    lines.append(f"{'criterion':<18}{'n':>4}{'agree':>8}{'kappa':>8}  interval")
    lines += [_line(name, result) for name, result in by_criterion.items()]
    notes = sorted({r.note for r in by_criterion.values() if r is not None and r.note})
    return lines + [f"–: {note}." for note in notes]


def _line(name: str, result: Agreement | None) -> str:
    if result is None:
        return f"{name:<18}{0:>4}       –       –  no script has both levels"
    kappa = f"{result.kappa:.2f}" if result.kappa == result.kappa else "–"
    between = f"{result.low:.2f} to {result.high:.2f}" if result.low == result.low else "–"
    return f"{name:<18}{result.n:>4}{result.percent:>6.0f} %{kappa:>8}  {between}"
