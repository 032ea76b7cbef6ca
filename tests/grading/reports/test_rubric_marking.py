"""Fair marking: the second marker's table, agreement by hand, and whom it names."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from appraise.errors import RubricError
from appraise.grading.class_run.run import grade_class
from appraise.grading.reports import rubric_marking as marking
from appraise.grading.reports.calibration import calibrate, load_calibration
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
    assert marking.levels_in("Levels: Question 7 · Size 2") == {"size": 2}
    older = "Levels: Identity 3 · Size 2\nSay how much."
    assert marking.levels_in(older) == {}, "what an older rubric called size is not put beside today's"
    assert marking.without_levels(older) == older


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


def _damaged(tmp_path: Path, change: Any, codes: tuple[str, ...] = ("bcd", "fgh")) -> Path:
    table = [{"script": code, **dict.fromkeys(IDS, "2")} for code in codes]
    change(table)
    sheet = tmp_path / "sheet.csv"
    fill(sheet, table)
    return sheet


@pytest.mark.parametrize(
    ("change", "told", "left"),
    [
        (lambda t: t[1].update(size="4"), "line 3: size is “4”; expected 0, 1, 2, 3 or an empty cell", 19),
        (lambda t: t[1].update(script=t[0]["script"]), "line 3: script bcd stands in the table twice", 10),
        (lambda t: t[0].update(size="2.0", harms="3,0"), "", 20),  # as spreadsheets of some languages save them
        (lambda t: t.insert(1, dict.fromkeys(t[0], "")), "", 20),
    ],
)
def test_one_bad_row_costs_itself(tmp_path: Path, change: Any, told: str, left: int) -> None:
    found, problems = marking.read_sheet(_damaged(tmp_path, change), load_rubric())
    assert [told in problem for problem in problems] == ([True] if told else [])
    assert sum(map(len, found.values())) == left


def test_a_table_with_other_columns(tmp_path: Path) -> None:
    sheet = _damaged(tmp_path, lambda t: [row.pop("harms") for row in t])
    with pytest.raises(marking.MarkingError, match=r"expected the columns script, reader, .*; got script"):
        marking.read_sheet(sheet, load_rubric())


def test_no_code_is_a_number_or_a_word_to_a_spreadsheet() -> None:
    codes = {marking._code(f"s{n}", "text") for n in range(5000)}
    assert len(codes) > 4990
    assert all(set(code) <= set("bcdfghjkmnpqrstvwxz") and len(code) == 6 for code in codes)


def test_a_script_that_is_gone_or_changed_does_not_stop_the_others(
    marked: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    slug = marked.slug
    grade_and_mark(marked)
    marking.second_marker(slug, share=100)
    sheet = marked.root / "grading" / "second-marker" / f"{slug}.csv"
    table = rows(sheet)
    for row in table:
        row |= {"size": "2"}
    texts = {s: f'summary = """Pain fell; telling {s[1:]}."""' for s in STUDENTS[:-1]}
    by_code = {marking._code(s, text): s for s, text in texts.items()}
    former = next(row for row in table if by_code[row["script"]] == "s03")
    former["script"] = marking._former_code("s03", texts["s03"])  # a table that was made by an older version
    table[0 if table[0] is not former else 1]["script"] = "4.40E+270"
    fill(sheet, table)
    capsys.readouterr()
    assert marking.report(slug) == 0
    said = capsys.readouterr().out
    assert (
        "Script 4.40E+270 is no longer one of the graded answers, and does not count: a spreadsheet made a number"
        in said
    )
    line = next(line.split() for line in said.splitlines() if line.startswith("size"))
    assert line[1] == "10"


def test_twelve_tellings_are_agreed() -> None:
    known = load_calibration()
    points = sorted(t.points for t in known.tellings)
    assert points[0] <= 6
    assert points[-1] == 30
    assert len({t.text for t in known.tellings}) == 12
    for c in IDS:
        met = {t.levels[c][0] for t in known.tellings}
        assert len(met) >= 3, f"{c}: something to tell apart"
    for n in (1, 2):
        assert {
            "low": min(t.points for t in known.round(n)) < 10,
            "high": max(t.points for t in known.round(n)) > 25,
        } == {"low": True, "high": True}
    assert all(len(t.text.split()) <= 240 for t in known.tellings)


def test_mark_compare_talk_and_mark_again(a_class: Any, capsys: pytest.CaptureFixture[str]) -> None:
    slug, folder = a_class.slug, a_class.root / "grading" / "calibration"
    calibrate(slug, "ann")
    sheet = folder / slug / "ann-round-1.csv"
    page = (folder / slug / "round-1.html").read_text(encoding="utf-8")
    first = load_calibration().round(1)
    assert all(t.id in page for t in first)
    assert not any(t.id in page for t in load_calibration().round(2))
    assert not any(why in page for t in first for _, why in t.levels.values() if len(why) > 30), "blind"
    calibrate(slug, "ann")
    assert "not filled in yet" in capsys.readouterr().out
    with sheet.open(encoding="utf-8-sig", newline="") as f:
        table = list(csv.DictReader(f))
    for row, telling in zip(table, first):
        row |= {c: str(level) for c, (level, _) in telling.levels.items()}
    table[0]["size"] = "3"
    fill(sheet, table)
    calibrate(slug, "ann")
    said = capsys.readouterr().out
    agreed, why = first[0].levels["size"]
    assert f"{first[0].id}, size {3 - agreed:+d}: agreed {agreed}. {why}" in said
    assert said.count(": agreed ") == 1
    assert (folder / slug / "ann-round-2.csv").is_file(), "then the other six"
    assert sheet.read_text(encoding="utf-8").count("\n") == 7, "what was filled in stays"
    with pytest.raises(RubricError, match="cannot be a file's name"):
        calibrate(slug, "../x")
