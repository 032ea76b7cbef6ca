"""Twelve tellings whose levels are agreed: markers mark six, compare, talk, and mark the other six.

`appraise agreement SLUG --calibrate` writes a page to read and a table to fill in, and once it is filled in, says where
a marker differs from what was agreed, with the reason. The tellings are in `assets/calibration.yml`.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from appraise.errors import RubricError
from appraise.files import ASSETS, StrictModel, read_yaml, write_whole
from appraise.grading.reports.rubric_marking import agreement_lines, compare, read_sheet, report, script_page
from appraise.grading.settings import read_settings
from appraise.learner.rubric import load_rubric

ROUNDS = (1, 2)

_Reasoned = Annotated[tuple[Annotated[int, Field(ge=0, le=3)], Annotated[str, Field(min_length=3)]], Field()]


class CalibrationTelling(StrictModel):
    """One telling: its text, and the agreed level with the reason for each criterion of the rubric."""

    id: Annotated[str, Field(pattern=r"^[a-z]+$")]
    text: Annotated[str, Field(min_length=1)]
    levels: dict[str, _Reasoned]

    @model_validator(mode="after")
    def _has_all_criteria(self) -> CalibrationTelling:
        wanted = [c.id for c in load_rubric().criteria]
        if list(self.levels) != wanted:
            raise ValueError(f"expected the criteria {', '.join(wanted)}, in this order")
        return self

    @property
    def points(self) -> int:
        """The sum of the agreed levels."""
        return sum(level for level, _ in self.levels.values())


class Calibration(StrictModel):
    """`assets/calibration.yml`: the first half is marked first, the second half after talking."""

    tellings: Annotated[tuple[CalibrationTelling, ...], Field(min_length=12, max_length=12)]

    def round(self, n: int) -> tuple[CalibrationTelling, ...]:
        """The tellings of the first or the second round."""
        half = len(self.tellings) // 2
        return self.tellings[:half] if n == 1 else self.tellings[half:]


@cache
def load_calibration(file: Path = ASSETS / "calibration.yml") -> Calibration:
    """The tellings, checked. Raises RubricError, which names the file and the place in it.

    >>> [len(load_calibration().round(n)) for n in ROUNDS]
    [6, 6]
    """
    return read_yaml(file, Calibration, RubricError)


def calibrate(slug: str, marker: str = "marker") -> int:
    """The command `appraise agreement SLUG --calibrate`; returns the exit code 0.

    Parameters
    ----------
    slug : str
        The lesson whose rubric it is.
    marker : str
        Whose table; each marker has their own.

    Raises
    ------
    RubricError
        For a marker's name that cannot be that of a file, or a table with other columns.
    """
    if not re.fullmatch(r"[\w.-]{1,60}", marker) or marker.startswith("."):
        raise RubricError(
            "calibration.yml", "", f"“{marker[:60]}” cannot be a file's name; expected letters and digits"
        )
    folder = read_settings().own / "calibration" / slug
    known = load_calibration()
    for n in ROUNDS:
        sheet = folder / f"{marker}-round-{n}.csv"
        chosen = known.round(n)
        if not sheet.is_file():
            _begin(slug, n, folder, sheet, chosen)
            return 0
        second, problems = read_sheet(sheet, load_rubric())
        for problem in problems:
            print(problem)
        agreed = {t.id: {c: level for c, (level, _) in t.levels.items()} for t in chosen}
        answer = {name: levels for name, levels in second.items() if name in agreed and levels}
        if not answer:
            print(f"Round {n} is not filled in yet: levels from 0 to 3 in {sheet}; the tellings: {_page(folder, n)}")
            return 0
        _tell(n, agreed, answer, chosen)
    print("Both rounds are done. Mark the class now.")
    return 0


def _page(folder: Path, n: int) -> Path:
    return folder / f"round-{n}.html"


def _begin(slug: str, n: int, folder: Path, sheet: Path, chosen: Sequence[CalibrationTelling]) -> None:
    known = load_rubric()
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(["script", *(c.id for c in known.criteria)])
    write.writerows([t.id, *("" for _ in known.criteria)] for t in chosen)
    write_whole(sheet, "\ufeff" + out.getvalue())
    title = f"Calibration, round {n}: {slug}"
    write_whole(_page(folder, n), script_page(title, [(t.id, t.text) for t in chosen], known))
    print(f"\nRound {n}: {len(chosen)} tellings to mark, with the rubric: {_page(folder, n)}")
    print(f"Fill in a level from 0 to 3 in each cell of {sheet}, without talking; then the same command again.")


def _tell(
    n: int,
    agreed: Mapping[str, Mapping[str, int]],
    answer: Mapping[str, Mapping[str, int]],
    chosen: Sequence[CalibrationTelling],
) -> None:
    by_criterion, apart = compare({name: agreed[name] for name in answer}, answer)
    print(f"\nRound {n}: {len(answer)} of {len(agreed)} tellings marked, beside the agreed levels.")
    for line in agreement_lines(by_criterion):
        print(line)
    reasons = {t.id: t.levels for t in chosen}
    print("\nTo talk about (yours minus agreed):" if apart else "\nAll as agreed.")
    for name, _, gaps in apart:
        for criterion, gap in gaps.items():
            level, why = reasons[name][criterion]
            print(f"  {name}, {criterion} {gap:+d}: agreed {level}. {html.unescape(why)}")


def run_agreement_command(slug: str, calibrate_first: bool, marker: str) -> int:
    """`appraise agreement`."""
    return calibrate(slug, marker) if calibrate_first else report(slug)
