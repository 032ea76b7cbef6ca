"""The steps of lesson 14: what each shows and takes over, bad inputs, several claims, and the lines of earlier lessons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from appraise.errors import CourseError
from appraise.learner import desks
from appraise.learner.own_claim import QUESTIONS, OwnClaimSession, keep_lines, own_claim, own_lines
from appraise.widgets.confounding import simulate
from appraise.widgets.controls import confounding
from appraise.workbench import WorkbenchError, claim_rubric, load_claim, load_claim_rubric, my_claim
from appraise.workbench.claim import lost_figures
from appraise.workbench.desk import STEPS, ChooseStep, ClaimStep, _Announced
from appraise.workbench.open_claim import OpenClaim
from tests.workbench import texts


class Desk:
    """The steps on claims in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.opened = OpenClaim(folder)
        self.choose = _Announced(ChooseStep(self.opened))

    def begin(self, title: str, number: int = 0) -> None:
        self.choose.set("new", title)
        self.choose.press("begin")
        if number:
            self.step("paste").set("page", texts.load(f"page-{number:02}").text)
            self.step("paste").set("abstract", texts.load(f"abstract-{number:02}").text)

    def step(self, name: str) -> _Announced:
        return _Announced(ClaimStep(self.opened, name))

    def control(self, step: str, id: str) -> dict[str, Any]:
        """The control of this id, wherever it stands in a step."""
        found = [block for block in every(self.step(step).blocks()) if block.get("id") == id]
        assert len(found) == 1, (step, id, len(found))
        return found[0]

    def warnings(self, step: str) -> list[str]:
        return [b["words"] for b in every(self.step(step).blocks()) if b.get("kind") == "warning"]


def every(part: Any) -> list[dict[str, Any]]:
    """All blocks, those inside others too."""
    if isinstance(part, dict):
        inner = [each for value in part.values() for each in every(value)]
        return [part, *inner] if "kind" in part or "id" in part else inner
    return [each for value in part for each in every(value)] if isinstance(part, list) else []


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_everything_is_there_after_a_restart(desk: Desk, tmp_path: Path) -> None:
    desk.begin("Humming", 3)
    for n in (4, 5, 6):
        desk.step("mark").set(f"paragraph {n}", True)
    desk.step("figures").set("verdict 0", "same")
    desk.step("figures").set("note 0", "as printed")
    desk.step("figures").set("left –1·6", True)
    desk.step("figures").set("left note –1·6", "the difference")
    desk.step("words").set("cause: Now a trial of 620 people has found that humming clears the nose.", "Too firm.")
    desk.step("work out").press("use 1")
    desk.step("questions").set("answer size", "1.6 points")
    desk.step("page").set("appraisal", "A small gain.")
    again = Desk(tmp_path)
    assert again.opened.claim == desk.opened.claim
    assert again.control("mark", "paragraph 5")["value"] is True
    assert again.control("figures", "verdict 0")["value"] == "same"
    assert again.control("figures", "against 0")["value"] == "620"  # what it was found as, to be changed
    assert again.control("figures", "left note –1·6")["value"] == "the difference"
    assert again.control("words", "cause: Now a trial of 620 people has found that humming clears the nose.")["value"]
    assert again.control("questions", "answer size")["value"] == "1.6 points"
    page = next(b for b in every(again.step("page").blocks()) if b.get("kind") == "page")
    for words in ("A small gain.", "as printed", "the difference", "Too firm.", "1.6 points"):
        assert words in page["html"]
        assert words in page["markdown"]


def test_several_claims_lie_side_by_side_and_an_earlier_one_is_opened_again(desk: Desk) -> None:
    desk.begin("Roses", 5)
    desk.begin("Plankton", 9)
    desk.begin("Roses")
    assert desk.opened.names == ["plankton", "roses", "roses-2"]
    options = next(b for b in every(desk.choose.blocks()) if b.get("id") == "open")["options"]
    assert [value for value, _ in options] == ["", "plankton", "roses"]
    assert desk.choose.set("open", "roses") == "Roses is open."
    desk.step("paste").set("date", "today")
    assert load_claim("roses", desk.opened.folder).date == "today"
    assert load_claim("roses-2", desk.opened.folder).date == ""


def test_a_verdict_waits_while_its_paragraph_is_not_marked(desk: Desk) -> None:
    desk.begin("Humming", 3)
    desk.step("mark").set("paragraph 4", True)
    desk.step("figures").set("verdict 1", "renamed")
    desk.step("mark").set("paragraph 4", False)
    desk.step("mark").set("paragraph 6", True)
    desk.step("figures").set("verdict 0", "same")
    page = next(b for b in every(desk.step("page").blocks()) if b.get("kind") == "page")
    assert "renamed" not in page["markdown"]
    desk.step("mark").set("paragraph 4", True)
    assert desk.control("figures", "verdict 1")["value"] == "renamed"


def test_marks_stay_on_their_words_when_the_page_is_changed(desk: Desk) -> None:
    desk.begin("Humming", 3)
    desk.step("mark").set("paragraph 4", True)
    assert desk.opened.claim
    desk.step("paste").set("page", "A line above.\n\n" + desk.opened.claim.page)
    assert desk.opened.claim.paragraphs == [5]


def test_a_field_that_is_changed_takes_the_old_result_away(desk: Desk) -> None:
    desk.begin("Hiccups", 10)
    desk.step("work out").press("use 0")
    assert desk.opened.claim
    old = desk.opened.claim.worked_out[0].result
    desk.step("work out").set("field 0 high", "12")
    assert desk.opened.claim.worked_out[0].result == ""
    desk.step("work out").press("work 0")
    assert desk.opened.claim.worked_out[0].result not in ("", old)
    desk.step("work out").set("field 0 high", "wide")
    assert "'wide'" in desk.step("work out").press("work 0")
    desk.step("work out").press("drop 0")
    assert desk.opened.claim.worked_out == []


BAD = [
    ("page", "", "mark", "The page is empty"),
    ("page", "%PDF-1.7 \x00 endobj", "paste", "The page is a PDF"),
    ("page", "<!doctype html><html><body><p>x</p></body></html>", "paste", "The page is HTML"),
    ("page", "Ходить босиком полезно для здоровья, говорят 12 врачей.", "paste", "another alphabet"),
    ("page", "12 a " * 60_000, "paste", "at most 200,000"),
    ("abstract", "Nothing is counted here.", "figures", "The abstract holds no figure"),
    ("abstract", "", "figures", "Paste the abstract above"),
    ("abstract", "", "work out", "Paste the abstract above"),
]


@pytest.mark.parametrize(("box", "pasted", "step", "says"), BAD, ids=[f"{b[0]} {b[3]}" for b in BAD])
def test_bad_input_gets_one_sentence_and_nothing_is_lost(
    desk: Desk, box: str, pasted: str, step: str, says: str
) -> None:
    desk.begin("Humming", 3)
    desk.step("questions").set("answer size", "kept")
    desk.step("paste").set(box, pasted)
    warnings = desk.warnings(step)
    assert len(warnings) == 1
    assert says in warnings[0]
    assert warnings[0].count("\n") == 0
    assert warnings[0][-1] in ".?"
    assert desk.control("paste", box)["value"] == pasted  # as it was pasted
    assert desk.control("questions", "answer size")["value"] == "kept"
    for name in STEPS:
        desk.step(name).blocks()  # no step stops


def test_page_and_abstract_in_each_others_box_are_noticed_and_exchanged(desk: Desk) -> None:
    desk.begin("Humming")
    page, abstract = texts.load("page-03").text, texts.load("abstract-03").text
    desk.step("paste").set("page", abstract)
    desk.step("paste").set("abstract", page)
    assert "each other's box?" in desk.warnings("paste")[0]
    desk.step("paste").press("swap")
    assert desk.control("paste", "page")["value"] == page
    assert desk.warnings("paste") == []


def test_a_lone_half_of_a_sign_does_not_stop_the_saving(desk: Desk) -> None:
    desk.begin("Humming")
    assert desk.step("page").set("appraisal", "a\ud800b") == ""
    assert desk.control("page", "appraisal")["value"] == "a?b"


def test_the_same_claim_changed_in_two_kernels_keeps_both_changes(desk: Desk, tmp_path: Path) -> None:
    desk.begin("Humming", 3)
    other = Desk(tmp_path)
    other.step("paste").set("date", "today")
    desk.step("page").set("by", "A. Reader")
    assert load_claim("humming", tmp_path).date == "today"
    assert load_claim("humming", tmp_path).by == "A. Reader"


def test_an_interval_is_not_read_before_it_is_said_to_be_a_difference_or_a_ratio(desk: Desk) -> None:
    desk.begin("Hiccups", 10)
    desk.step("work out").set("new", "p from interval")
    for name, value in (("estimate", "0.89"), ("low", "0.72"), ("high", "1.10")):
        desk.step("work out").set(f"field 0 {name}", value)
    assert [v for v, _ in desk.control("work out", "field 0 scale")["options"]] == ["", "difference", "ratio"]
    assert desk.step("work out").press("work 0").startswith("Difference or ratio is empty")
    assert desk.opened.claim
    assert desk.opened.claim.worked_out[0].result == ""
    desk.step("work out").set("field 0 scale", "ratio")
    assert desk.step("work out").press("work 0") == "Worked out: the result stands below its button."
    assert "holds “no difference” (a ratio of 1)" in desk.opened.claim.worked_out[0].result


def test_a_field_that_cannot_be_used_is_called_as_in_the_form(desk: Desk) -> None:
    desk.begin("Hiccups", 10)
    desk.step("work out").set("new", "difference of counts")
    for name, value in (("count1", "5.2%"), ("total1", "1 162"), ("count2", "28"), ("total2", "1 154")):
        desk.step("work out").set(f"field 0 {name}", value)
    assert desk.step("work out").press("work 0").startswith("People with it, first arm: '5.2%' is not one figure")
    desk.step("work out").set("field 0 count1", "61")
    assert desk.step("work out").press("work 0").startswith("Worked out")


def test_claims_of_one_title_are_told_apart(desk: Desk) -> None:
    desk.begin("Roses for hay fever")
    desk.begin("Roses for hay fever")
    assert desk.choose.blocks()[0]["words"] == "Open: Roses for hay fever (roses-for-hay-fever-2)"  # type: ignore[index]
    options = next(b for b in every(desk.choose.blocks()) if b.get("id") == "open")["options"]
    assert options[1] == ["roses-for-hay-fever", "Roses for hay fever"]


def test_without_an_abstract_the_learner_hears_how_to_go_on(desk: Desk) -> None:
    desk.begin("Humming")
    desk.step("paste").set("page", texts.load("page-03").text)
    for step in ("figures", "work out"):
        assert "go on to" in desk.warnings(step)[0]
    desk.step("paste").set("kind", "nothing")
    for step in ("figures", "work out"):
        assert desk.warnings(step) == []
        assert "No study was found" in str(desk.step(step).blocks())
    page = next(b for b in every(desk.step("page").blocks()) if b.get("kind") == "page")
    for form in (page["html"], page["markdown"]):
        assert "An appraisal of a claim; no study was found behind it." in form
        assert "abstract was read" not in form


def test_figures_left_out_stand_below_their_sentence(desk: Desk) -> None:
    desk.begin("Humming", 3)
    blocks = desk.step("figures").blocks()
    groups = [b for b in blocks if isinstance(b, dict) and b.get("kind") == "group"]
    assert desk.opened.claim
    for group in groups:
        quote, *ticks = every(group["blocks"])
        assert quote["words"] in desk.opened.claim.abstract
        assert all(tick["label"] in quote["words"] for tick in ticks if tick.get("kind") == "tick")
    assert sum(b.get("kind") == "tick" for b in every(groups)) == len(lost_figures(desk.opened.claim))


def test_a_figure_that_is_marked_after_all_is_not_told_as_left_out(desk: Desk) -> None:
    desk.begin("Humming", 3)
    assert desk.opened.claim
    lost_by_all = lost_figures(desk.opened.claim)
    desk.step("mark").set("paragraph 4", True)
    figure = next(f for f in lost_figures(desk.opened.claim) if f not in lost_by_all)
    desk.step("figures").set(f"left {figure}", True)
    page = next(b for b in every(desk.step("page").blocks()) if b.get("kind") == "page")
    assert "Figures left out" in page["markdown"]
    desk.step("mark").set("paragraph 4", False)  # the whole page is read
    page = next(b for b in every(desk.step("page").blocks()) if b.get("kind") == "page")
    assert "Figures left out" not in page["markdown"]
    assert "Figures left out" not in page["html"]


def test_a_number_of_all_is_found_with_both_its_figures(desk: Desk) -> None:
    desk.begin("Seaweed")
    desk.step("paste").set("page", "Just 127 of the 2,318 regular eaters fell ill.")
    desk.step("paste").set("abstract", "Of those who ate it (n=2318), 127 fell ill.")
    desk.step("figures").set("verdict 0", "same")
    assert desk.control("figures", "against 0")["value"] == "127 / 2318"


def test_without_a_title_or_a_claim_a_step_says_what_to_do(desk: Desk) -> None:
    assert desk.choose.press("begin").startswith("Type a title first")
    desk.choose.set("new", "???")
    assert "makes no name" in desk.choose.press("begin")
    assert "No claim is open yet" in str(desk.step("figures").blocks())
    assert "no claim is open" in desk.step("paste").set("page", "x").lower()
    with pytest.raises(WorkbenchError, match="'verdict' is no step"):
        my_claim("verdict")


def test_a_step_tells_the_other_desks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Widget:
        drawn = 0

        def changed(self) -> None:
            self.drawn += 1

    widget = Widget()
    monkeypatch.setitem(desks.open_desks, ("claim mark", "a cell"), widget)
    desk.begin("Humming")
    assert widget.drawn == 2


# the lines of earlier lessons


def test_lines_are_kept_in_the_order_of_the_lessons(tmp_path: Path) -> None:
    file = tmp_path / "lines.json"
    keep_lines("09-spin", "“Proven” is too strong.", file)
    keep_lines("04-the-numbers", " 22 per cent ", file)
    assert own_lines(file) == {"04-the-numbers": "22 per cent", "09-spin": "“Proven” is too strong."}
    keep_lines("09-spin", "", file)
    assert list(own_lines(file)) == ["04-the-numbers"]


def test_lines_that_cannot_be_kept_say_why_and_leave_the_file(tmp_path: Path) -> None:
    file = tmp_path / "lines.json"
    with pytest.raises(CourseError, match="there is no lesson '99-none'"):
        keep_lines("99-none", "x", file)
    with pytest.raises(ValueError, match="at most 2,000 characters"):
        keep_lines("09-spin", "x" * 2001, file)
    file.write_text("{damaged", encoding="utf-8")
    with pytest.raises(ValueError, match="was left as it is"):
        keep_lines("09-spin", "x", file)
    assert file.read_text(encoding="utf-8") == "{damaged"


def test_a_lessons_box_shows_what_was_kept_and_lesson_14_gathers_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPRAISE_WORK", str(tmp_path))
    session = OwnClaimSession("04-the-numbers", QUESTIONS["04-the-numbers"])
    assert session.set("lines", "22 per cent") == "Kept in your work folder for lesson 14."
    assert session.blocks()[0]["value"] == "22 per cent"  # type: ignore[index]
    assert json.loads((tmp_path / "my-claims" / "lines.json").read_text(encoding="utf-8"))
    table = Desk(tmp_path / "my-claims").choose.blocks()[0]
    assert table["rows"] == [["04 · How numbers travel", "22 per cent"]]  # type: ignore[index]
    own_claim("04-the-numbers")  # outside a notebook nothing is shown
    with pytest.raises(CourseError):
        own_claim("99-none")


# the simulation, and the rubric


def test_the_picture_of_confounding_says_what_the_simulation_found() -> None:
    found, picture = simulate(), confounding()
    assert picture.table["ratio"].tolist() == [round(v, 2) for v in (found.crude, found.adjusted, found.randomised, 1)]
    assert f"a ratio of {found.crude:.2f}" in picture.alt
    assert [ax.get_title(loc="left") or ax.get_title() for ax in picture.axes] == [
        "10,000 invented people",
        "Four ratios",
    ]


def test_the_rubric_has_an_anchor_for_every_level() -> None:
    known = load_claim_rubric()
    assert known.points == 21
    anchors = [anchor for c in known.criteria for anchor in c.anchors.values()]
    assert len(anchors) == len(set(anchors)) == 21
    assert all(anchor in claim_rubric()._repr_html_().replace("&#39;", "'") for anchor in anchors[:3])
