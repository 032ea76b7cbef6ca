"""Item analysis: what to teach again. `appraise items SLUG`, and `appraise misconceptions` for what may be met.

Difficulty is the mean share of an exercise's points; discrimination is the corrected item-total correlation: of an
exercise's points with the points for all other graded exercises (Crocker & Algina, Introduction to Classical and Modern
Test Theory, 1986). Both come from the gradebook as it is now, a person's marks included; misconceptions and
what went wrong come from the last outcome of each submission.
"""

from __future__ import annotations

import html
import io
import math
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import yaml
from matplotlib.figure import Figure

from appraise.cases.shelf import chance_line
from appraise.course import load_course
from appraise.errors import ItemsError
from appraise.exercises.exercise import Exercise, Status
from appraise.figures.drawing import BROKEN, INK, MAGNESIUM, QUIET, Picture, styled
from appraise.files import ROOT, write_whole
from appraise.grading.gradebook.writer import Gradebook, open_gradebook
from appraise.grading.judging.lesson import Lesson, load_course_lesson
from appraise.grading.judging.outcome import OutcomeStatus
from appraise.grading.reports.export import table
from appraise.grading.settings import read_settings

FEW = 20  # below it, correlations mislead more than they tell
STOPPED = (Status.TIME_LIMIT, Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT, Status.CRASHED)


def gather(book: Gradebook, lesson: Lesson) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points and outcomes of a class.

    Returns
    -------
    tuple of DataFrame
        `points`: a row a student, a column an exercise, a cell the share of its points from 0 to 1, missing where
        nobody could judge or a person has yet to mark. `outcomes`: student, exercise, status, misconception.

    Raises
    ------
    ItemsError
        Where no submission of the lesson has been graded.
    """
    slug = lesson.slug
    shares: dict[str, dict[str, float]] = {}
    outcomes: list[tuple[str, str, str, str | None]] = []
    for student, details in book.marks(slug) if book.has(slug) else ():
        latest = book.latest(slug, student)
        if latest is None or latest["status"] == OutcomeStatus.UNREADABLE:
            continue
        items = {i["id"]: i for i in latest["items"] if i["id"] in lesson.exercises}
        own = {n: i["earned"] / i["points"] for n, i in items.items() if i["points"] and i["earned"] is not None}
        for name, _, auto, manual, extra, _ in details["grades"]:
            most = float(lesson.exercises[name].points) if name in lesson.exercises else 0.0
            answer = auto if manual is None else manual
            if most and answer is not None:
                own[name] = (answer + (extra or 0.0)) / most
        shares[student] = own
        outcomes += [(student, n, i["status"], i["misconception"]) for n, i in items.items()]
    if not shares:
        raise ItemsError(f"{slug}: nothing is graded yet: appraise grade {slug}")
    points = pd.DataFrame.from_dict(shares, orient="index", dtype=float).reindex(columns=list(lesson.exercises))
    return points, pd.DataFrame(outcomes, columns=["student", "exercise", "status", "misconception"])


def analyse(points: pd.DataFrame, outcomes: pd.DataFrame, exercises: Mapping[str, Exercise]) -> pd.DataFrame:
    """The table of an item analysis, a row an exercise.

    Parameters
    ----------
    points, outcomes : DataFrame
        As `gather` gives them.
    exercises : mapping
        Exercise id to exercise; of each `core`, `kind` and `points` are read.

    Returns
    -------
    DataFrame
        core; n: with a mark; difficulty: mean share of the points, 0 to 1; discrimination: −1 to 1, NaN where it is
        undefined, with `low` and `high` its 95 % interval (Fisher's z); waiting: for a person, who has to mark all
        before there is a difficulty; no_answer, stopped, time_outs and faults: counts; most_met: the misconception met
        most often, "" where none was; met: how often.
    """
    # what a person marks counts when all of it is marked: the first marks are no fair sample
    open_ = {n for n, ex in exercises.items() if ex.is_prose and points[n].isna().any()}
    core = [n for n, ex in exercises.items() if ex.core and n not in open_]
    most = pd.Series({n: float(exercises[n].points) for n in core})
    rows = {}
    for name, ex in exercises.items():
        share = points[name] if name not in open_ else points[name] * math.nan
        of = outcomes[outcomes["exercise"] == name]
        met = of["misconception"].dropna().value_counts()
        rest = [n for n in core if n != name]
        # only those with a mark for everything: a missing mark is not a zero
        others = (points[rest] * most[rest]).sum(axis=1, skipna=False)
        r, low, high = correlation(share, others)
        rows[name] = {
            "core": ex.core,
            "n": int(points[name].notna().sum()),
            "difficulty": float(share.mean()),
            "discrimination": r,
            "low": low,
            "high": high,
            "waiting": int(points[name].isna().sum()) if name in open_ and ex.core else 0,
            "no_answer": int(of["status"].isin([Status.NO_ANSWER, Status.MISSING]).sum()),
            "stopped": int(of["status"].isin(STOPPED).sum()),
            "time_outs": int((of["status"] == Status.TIME_LIMIT).sum()),
            "faults": int((of["status"] == Status.FAULT).sum()),
            "most_met": str(met.index[0]) if len(met) else "",
            "met": int(met.iloc[0]) if len(met) else 0,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("exercise")


def correlation(one: pd.Series, other: pd.Series) -> tuple[float, float, float]:
    """Pearson's correlation of what both have, and its 95 % interval by Fisher's z; NaN where there is none.

    Examples
    --------
    >>> r, low, high = correlation(pd.Series([0, 0, 1, 1, 1.0]), pd.Series([1, 2, 3, 5, 4.0]))
    >>> round(r, 2), low < r < high
    (0.87, True)
    >>> correlation(pd.Series([1.0, 1.0]), pd.Series([1.0, 2.0]))
    (nan, nan, nan)
    """
    both = pd.concat([one, other], axis=1).dropna()
    n = len(both)
    if n < 3 or (both.nunique() < 2).any():
        return math.nan, math.nan, math.nan
    r = float(both.iloc[:, 0].corr(both.iloc[:, 1]))
    if n < 4 or abs(r) >= 1 - 1e-12:
        return r, math.nan, math.nan
    z, half = math.atanh(r), 1.959964 / math.sqrt(n - 3)
    return r, math.tanh(z - half), math.tanh(z + half)


def met(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Each misconception that was met, the most met first: exercise, misconception, met, of (who handed in)."""
    of = outcomes["student"].nunique()
    counts = outcomes.dropna(subset=["misconception"]).groupby(["exercise", "misconception"]).size()
    result = counts.rename("met").reset_index().assign(of=of)
    return result.sort_values(["met", "exercise", "misconception"], ascending=[False, True, True], ignore_index=True)


@styled
def picture(result: pd.DataFrame, slug: str) -> Picture:
    """Difficulty and discrimination of each exercise, side by side."""
    shown = result.iloc[::-1]
    fig = Figure(figsize=(8.5, 1.3 + 0.32 * len(shown)), layout="constrained")
    left, right = fig.subplots(1, 2, sharey=True, gridspec_kw={"wspace": 0.08})
    names = [n if c else f"{n} (more)" for n, c in zip(shown.index, shown["core"], strict=True)]
    places = range(len(shown))
    left.hlines(places, 0, shown["difficulty"], color=MAGNESIUM)
    left.plot(shown["difficulty"], places, "o", color=MAGNESIUM)
    left.set_yticks(places, names)
    left.set(xlim=(-0.02, 1.02), xlabel="difficulty: mean share of the points", title=slug)
    right.axvline(0, color=QUIET, linestyle=BROKEN)
    right.hlines(places, shown["low"], shown["high"], color=QUIET)
    right.plot(shown["discrimination"], places, "s", color=INK)
    right.set(xlim=(-1.02, 1.02), xlabel="discrimination, with its 95 % interval")
    by = result.sort_values("difficulty")
    hard = ", ".join(f"{n} {v:.2f}" for n, v in by["difficulty"].dropna().head(3).items())
    weak = result["discrimination"].dropna().sort_values().head(3)
    low = ", ".join(f"{n} {v:.2f}" for n, v in weak.items()) or "none can be computed"
    alt = f"""Two dot plots with a row for each of the {len(result)} exercises of {slug}. Left, the mean share of the
        points: lowest for {hard}. Right, the correlation with the rest of the lesson with its interval: lowest for
        {low}. The same figures stand in the table."""
    return Picture(fig, alt, result)


def main(slug: str) -> int:
    """`appraise items`: prints the table; writes CSV and a page with the picture to grading/items/."""
    to = read_settings()
    lesson = load_course_lesson(to, slug)
    with open_gradebook(to) as book:
        points, outcomes = gather(book, lesson)
    result, often = analyse(points, outcomes, lesson.exercises), met(outcomes)
    message = {(n, m.id): m.remark for n, ex in lesson.exercises.items() for m in ex.misconceptions}
    often["remark"] = [message.get(key, "") for key in zip(often["exercise"], often["misconception"], strict=True)]
    folder = to.own / "items"
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{slug}.csv", _csv(result.reset_index()))
    write_whole(folder / f"{slug}-misconceptions.csv", _csv(often))
    write_whole(folder / f"{slug}.html", _page(slug, len(points), picture(result, slug), result, often))
    print(f"{slug}: {len(points)} submissions\n\n{_table(result)}\n")
    if words := chance_line(to.own, slug):
        print(words)
    if len(points) < FEW:
        print(f"With fewer than {FEW} submissions read the correlations with care.")
    for row in often.head(10).itertuples():
        print(f"{row.met} of {row.of} met “{row.misconception}” in {row.exercise}")
    print(f"\nThe same with a picture: {folder / f'{slug}.html'}; as tables: {slug}.csv, {slug}-misconceptions.csv")
    return 0


def _csv(frame: pd.DataFrame) -> str:
    rows = [[None if v != v else round(v, 4) if isinstance(v, float) else v for v in row] for row in frame.to_numpy()]
    return table([str(c) for c in frame.columns], rows)


def _table(result: pd.DataFrame) -> str:
    shown = result[
        ["n", "waiting", "difficulty", "discrimination", "no_answer", "stopped", "time_outs", "most_met"]
    ].copy()
    shown.columns = pd.Index(
        ["n", "waiting", "difficulty", "discrim.", "no answer", "stopped", "time-outs", "met most often"]
    )
    shown["met most often"] = [
        f"{m} ({k})" if k else "" for m, k in zip(result["most_met"], result["met"], strict=True)
    ]
    return str(shown.to_string(float_format=lambda v: f"{v:.2f}", na_rep="–"))


def _page(slug: str, n: int, drawn: Picture, result: pd.DataFrame, often: pd.DataFrame) -> str:
    def rows(frame: pd.DataFrame) -> str:
        shown = frame.rename(columns=lambda c: c.replace("_", " ")).to_html(
            index=False, border=0, justify="left", float_format="{:.2f}".format, na_rep="–"
        )
        return str(shown).replace("<th>", '<th scope="col">')

    out = io.StringIO()
    out.write(f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Items of {slug}</title>')
    out.write("<style>body{font:16px/1.5 sans-serif;max-width:70em;margin:auto;padding:1em}td,th{text-align:left;")
    out.write("vertical-align:top;padding:.1em .8em .1em 0}</style></head><body><main>")
    out.write(f"<h1>Items of {html.escape(slug)}</h1><p>{n} submissions.</p>{drawn.img()}<h2>Exercises</h2>")
    out.write(rows(result.reset_index()))
    out.write("<h2>Misconceptions met</h2>" + (rows(often) if len(often) else "<p>None was met.</p>"))
    out.write("</main></body></html>\n")
    return out.getvalue()


# ── what may be met: exercises.yml ──────────────────────────────────────────────────────────────────────────────────
def misconceptions(slug: str, root: Path = ROOT) -> str:
    """The misconceptions of a lesson's exercises with their remarks, as plain text, from its exercises.yml.

    Raises CourseError for a lesson that is not in course.yml.

    >>> print(misconceptions("04-the-numbers"))  # doctest: +ELLIPSIS
    04-the-numbers: How numbers travel
    ...
    """
    title = load_course().lesson(slug).title
    known = yaml.safe_load((root / "solutions" / slug / "exercises.yml").read_text(encoding="utf-8"))
    lines = [f"{slug}: {title}"]
    for name, ex in known.items():
        lines.append(f"\n{name}" + ("" if ex.get("core", True) else " (more)"))
        for m in ex.get("misconceptions") or ():
            answer = m.get("answer", m.get("results", ""))
            details = f"{m['item']}: {answer}" if "item" in m else str(answer)
            lines.append(f"  {m['id']}: {' '.join(details.split())}")
            lines += textwrap.wrap(m["remark"], 100, initial_indent="      ", subsequent_indent="      ")
        if not ex.get("misconceptions"):
            lines.append("  none: a person marks it" if ex["kind"] == "write" else "  none")
    return "\n".join(lines)


def tell_misconceptions(slugs: Sequence[str]) -> int:
    """`appraise misconceptions`."""
    chosen = list(slugs) or [lesson.slug for lesson in load_course().lessons]
    print("\n\n".join(misconceptions(slug) for slug in chosen))
    return 0
