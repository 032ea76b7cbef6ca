"""Fair marking: the second marker's table, agreement by hand, and whom it names."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from appraise.grading.class_run.run import grade_class
from appraise.grading.reports import rubric_marking as marking
from appraise.learner.rubric import load_rubric
from appraise.methods.agreement import from_table

IDS = [c.id for c in load_rubric().criteria]
PROSE = "say-it-plainly"
STUDENTS = [f"s{n:02d}" for n in range(1, 13)]


def test_what_the_form_writes_is_read_again() -> None:
    names = [c.name for c in load_rubric().criteria]
    line = "Levels: " + " · ".join(f"{name} {n % 4}" for n, name in enumerate(names))
    assert marking.levels_in(f"Good.\n{line}\nMore.") == {i: n % 4 for n, i in enumerate(IDS)}
    assert marking.levels_in(None) == marking.levels_in("Identity 3") == {}
    assert marking.levels_in("Levels: Identity 7 · Size 2") == {"size": 2}


def test_agreement_is_per_criterion_and_weighted() -> None:
    first = {str(n): {"size": level} for n, level in enumerate([0, 1, 2, 3, 3, 1])}
    second = {str(n): {"size": level} for n, level in enumerate([0, 1, 3, 3, 1, 1])} | {"9": {"size": 3}}
    by, apart = marking.compare(first, second)
    table = [[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 0, 1], [0, 1, 0, 1]]
    expected = from_table(table, "quadratic")
    assert by["size"] is not None
    assert (by["size"].n, by["size"].percent) == (6, pytest.approx(100 * 4 / 6))
    assert by["size"].kappa == pytest.approx(expected.kappa)
    assert (by["size"].low, by["size"].high) == pytest.approx((expected.low, expected.high))
    assert by["harms"] is None
    assert apart == [("4", 2, {"size": -2}), ("2", 1, {"size": 1})]


@pytest.fixture
def marked(a_class: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Eleven tellings and one untouched notebook, handed in; the rubric is the fixture lesson's for once."""
    monkeypatch.setattr(marking, "RUBRIC_OF", PROSE)
    for student in STUDENTS:
        source = f'summary = """Pain fell; telling {student[1:]}."""' if student != "s12" else None
        a_class.hand_in(student, {PROSE: source} if source else None, right=source is not None)
    return a_class


def grade_and_mark(a_class: Any) -> None:
    """Grade them; the first marker gives all eleven size 2 and harms 1, and s03 harms 3."""
    grade_class(a_class.slug, workers=1)
    with Gradebook(f"sqlite:///{a_class.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
        for student in STUDENTS[:-1]:
            comment = book.find_comment(PROSE, a_class.slug, a_class.slug, student)
            comment.manual_comment = f"Levels: Size 2 · Harms {3 if student == 's03' else 1}\n\nThank you."
        book.db.commit()


def rows(sheet: Path) -> list[dict[str, str]]:
    with sheet.open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def fill(sheet: Path, table: list[dict[str, str]], delimiter: str = ",") -> None:
    with sheet.open("w", encoding="utf-8", newline="") as f:
        write = csv.DictWriter(f, list(table[0]), delimiter=delimiter)
        write.writeheader()
        write.writerows(table)


def test_from_the_drawn_scripts_to_agreement(marked: Any, capsys: pytest.CaptureFixture[str]) -> None:
    slug = marked.slug
    with pytest.raises(marking.MarkingError, match="there is no graded answer"):
        marking.second_marker(slug)
    grade_and_mark(marked)
    with pytest.raises(marking.MarkingError, match="no second marker's table yet"):
        marking.report(slug)
    marking.second_marker(slug, share=100)
    sheet = marked.root / "grading" / "second-marker" / f"{slug}.csv"
    page = sheet.with_suffix(".html").read_text(encoding="utf-8")
    table = rows(sheet)
    assert len(table) == 11, "the untouched answer is no script"
    assert list(table[0]) == ["script", *IDS]

    # blind: neither names nor the first marker's marks, and in no order that tells names
    assert not any(student in page or student in sheet.read_text(encoding="utf-8") for student in STUDENTS)
    assert "Thank you" not in page
    texts = {marking._code(s, f'summary = """Pain fell; telling {s[1:]}."""'): s for s in STUDENTS[:-1]}
    assert [row["script"] for row in table] == sorted(texts)
    assert [texts[code] for code in sorted(texts)] != STUDENTS[:-1]
    for criterion in load_rubric().criteria:
        assert all(criterion.anchors[n] in page.replace("&#x27;", "'") for n in (1, 2, 3))

    with pytest.raises(
        marking.MarkingError, match=r"no script has levels of both markers\. Of 11 scripts .* for 11 .* for 0"
    ):
        marking.report(slug)

    for row in table:
        row |= {"size": "2", "harms": "1"}
    odd = {texts[row["script"]]: row for row in table}
    odd["s05"]["size"] = "0"
    odd["s07"]["harms"] = ""
    fill(sheet, table, delimiter=";")  # as some spreadsheets save it
    filled = sheet.read_bytes()
    capsys.readouterr()
    assert marking.report(slug) == 0
    said = capsys.readouterr().out
    lines = {line.split()[0]: line.split() for line in said.splitlines() if line}
    assert lines["size"][1:4] == ["11", "91", "%"]
    assert lines["harms"][1:4] == ["10", "90", "%"]
    assert "no script has both levels" in " ".join(lines["trust"])
    assert said.index("(s03): 2 in all: harms -2") > 0
    assert said.index("(s05): 2 in all: size -2") > 0
    assert "(s01)" not in said

    marking.second_marker(slug)
    assert sheet.read_bytes() == filled, "what was filled in is never written over"


def test_the_draw_is_the_same_each_time_and_grows() -> None:
    found = [marking._Script(f"s{n}", f"{n:06x}", "") for n in range(200)]
    assert len(marking.draw(found, 15)) == 30
    assert marking.draw(found, 20)[:30] == marking.draw(found, 15)
    assert len(marking.draw(found, 1)) == marking.FEWEST
    assert len(marking.draw(found[:4], 15)) == 4


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t[1].update(size="4"), "line 3: size is “4”; expected 0, 1, 2, 3 or an empty cell"),
        (lambda t: t[1].update(script=t[0]["script"]), "line 3: script a1 stands in the table twice"),
        (lambda t: [row.pop("harms") for row in t], "expected the columns script, identity, .*; got script"),
    ],
)
def test_a_table_that_cannot_be_used(tmp_path: Path, change: Any, told: str) -> None:
    table = [{"script": code, **dict.fromkeys(IDS, "2")} for code in ("a1", "a2")]
    change(table)
    sheet = tmp_path / "sheet.csv"
    fill(sheet, table)
    with pytest.raises(marking.MarkingError, match=told):
        marking._read_sheet(sheet, load_rubric())
