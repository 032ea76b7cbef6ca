"""Item analysis: figures by hand, a class whose figures are known, and what is printed and written."""

from __future__ import annotations

import csv
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from appraise.course import load_course
from appraise.errors import CourseError, LessonError
from appraise.exercises.exercise import Exercise
from appraise.grading.class_run.run import grade_class
from appraise.grading.reports import item_analysis as items
from tests.conftest import ROOT

EXERCISES = {
    "a": Exercise("a", name="a", kind="compute", points=2.0),
    "b": Exercise("b", name="b", kind="extract"),
    "c": Exercise("c", name="c", kind="write", points=4.0),
    "more": Exercise("more", name="more", kind="extract", core=False),
}
A, B, MORE = [1.0, 0.5, 0.0, 1.0, 0.5], [1.0, 1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0, 1.0]


def outcomes(*rows: tuple[str, str, str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["student", "exercise", "status", "misconception"])


def points(c: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"a": A, "b": B, "c": c, "more": MORE}, index=[f"s{n}" for n in range(5)])


def test_difficulty_and_corrected_correlation_by_hand() -> None:
    c = [0.75, 0.5, 0.25, 1.0, 0.5]
    found = items.analyse(points(c), outcomes(), EXERCISES)
    assert found["difficulty"].round(6).to_dict() == {"a": 0.6, "b": 0.6, "c": 0.6, "more": 0.8}
    # the exercise itself is not in the total, and what is worth more weighs more in it
    total = {"a": np.add(B, np.multiply(c, 4)), "b": np.add(np.multiply(A, 2), np.multiply(c, 4))}
    total["more"] = np.multiply(A, 2) + B + np.multiply(c, 4)
    for name, others in total.items():
        own = {"a": A, "b": B, "more": MORE}[name]
        assert found.loc[name, "discrimination"] == pytest.approx(np.corrcoef(own, others)[0, 1])
        assert found.loc[name, "low"] < found.loc[name, "discrimination"] < found.loc[name, "high"]


def test_the_interval_is_fishers() -> None:
    x = pd.Series(range(28), dtype=float)
    r, low, high = items.correlation(x, x + pd.Series([0, 12] * 14))
    assert (low, high) == pytest.approx(
        (math.tanh(math.atanh(r) - 1.959964 / 5), math.tanh(math.atanh(r) + 1.959964 / 5))
    )


def test_prose_counts_when_all_of_it_is_marked() -> None:
    found = items.analyse(points([0.75, math.nan, 0.25, math.nan, 0.5]), outcomes(), EXERCISES)
    assert found.loc["c", ["n", "waiting"]].tolist() == [3, 2]
    assert math.isnan(found.loc["c", "difficulty"])
    assert found.loc["a", "discrimination"] == pytest.approx(np.corrcoef(A, B)[0, 1]), "c is not in the total yet"


@pytest.mark.filterwarnings("error")
def test_no_variation_has_no_correlation() -> None:
    same = points([0.5] * 5).assign(a=1.0)
    found = items.analyse(same, outcomes(), EXERCISES)
    assert math.isnan(found.loc["a", "discrimination"])
    assert found.loc["a", "difficulty"] == 1.0


def test_what_was_met_and_what_stopped() -> None:
    seen = outcomes(
        ("s0", "a", "wrong", "adds-only"),
        ("s1", "a", "partly", "adds-only"),
        ("s2", "a", "wrong", "turned-round"),
        ("s3", "a", "time limit", None),
        ("s4", "a", "crashed", None),
        ("s0", "b", "missing", None),
        ("s1", "b", "grader's fault", None),
    )
    found = items.analyse(points([0.5] * 5), seen, EXERCISES)
    assert found.loc["a", ["most_met", "met", "stopped", "time_outs"]].tolist() == ["adds-only", 2, 2, 1]
    assert found.loc["b", ["most_met", "no_answer", "faults"]].tolist() == ["", 1, 1]
    often = items.met(seen)
    assert often.to_dict("list") == {
        "exercise": ["a", "a"],
        "misconception": ["adds-only", "turned-round"],
        "met": [2, 1],
        "of": [5, 5],
    }


def test_a_class(a_class: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """From submissions to the table, the files and the picture's words; a second time gives the same bytes."""
    with pytest.raises(items.ItemsError, match=f"{a_class.slug}: nothing is graded yet: appraise grade"):
        items.main(a_class.slug)
    a_class.set("c.JudgeOutside.item_seconds = 1.0")
    a_class.hand_in("s01")
    a_class.hand_in("s02", {"n-in-each-arm": "arm_n = 80"})
    a_class.hand_in("s03", {"n-in-each-arm": "arm_n = 80", "the-difference": "while True: pass"})
    a_class.hand_in("s04", right=False)
    a_class.hand_in("s05", b"")  # unreadable: no answer of theirs is known
    grade_class(a_class.slug, workers=1)
    capsys.readouterr()
    assert items.main(a_class.slug) == 0
    said = capsys.readouterr().out
    assert f"{a_class.slug}: 4 submissions" in said
    assert "2 of 4 met “everyone” in n-in-each-arm" in said
    assert "fewer than 20" in said
    folder = a_class.root / "grading" / "items"
    with (folder / f"{a_class.slug}.csv").open(encoding="utf-8-sig", newline="") as f:
        rows = {row["exercise"]: row for row in csv.DictReader(f)}
    assert rows["n-in-each-arm"]["difficulty"] == "0.25"
    assert rows["which-design"]["difficulty"] == "0.75"
    assert rows["the-difference"]["time_outs"] == "1"
    assert rows["say-it-plainly"]["difficulty"] == ""
    assert list(rows) == list(
        json.loads((a_class.root / "solutions" / a_class.slug / "key.json").read_text())["exercises"]
    )
    with (folder / f"{a_class.slug}-misconceptions.csv").open(encoding="utf-8", newline="") as f:
        (met,) = csv.DictReader(f)
    assert met["remark"].startswith("That is everyone")
    page = (folder / f"{a_class.slug}.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert 'alt="Two dot plots with a row for each of the 9 exercises' in page
    assert "lowest for n-in-each-arm 0.25" in page
    first = {p.name: p.read_bytes() for p in folder.iterdir()}
    items.main(a_class.slug)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == first


def test_a_lesson_that_is_not_released_is_one_line(a_class: Any) -> None:
    with pytest.raises(LessonError, match=r"lessons/99-none/99-none\.ipynb: No such file"):
        items.main("99-none")


def test_every_misconception_is_told_with_its_remark(capsys: pytest.CaptureFixture[str]) -> None:
    items.tell_misconceptions([])
    said = " ".join(capsys.readouterr().out.split())
    count = 0
    for lesson in load_course().lessons:
        known = yaml.safe_load((ROOT / "solutions" / lesson.slug / "exercises.yml").read_text(encoding="utf-8"))
        for name, exercise in known.items():
            assert name in said
            for one in exercise.get("misconceptions") or ():
                count += 1
                assert f"{one['id']}: " in said
                assert " ".join(one["remark"].split()) in said
    assert count > 300
    with pytest.raises(CourseError, match="99-none"):
        items.misconceptions("99-none")
