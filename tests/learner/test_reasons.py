"""Reasons: a line after a right answer, the rows of a worked one, looked up, and never seen before their time."""

import json
from dataclasses import replace

import pytest

from appraise.authoring.lint import check_reasons, missing_reasons
from appraise.authoring.reasons import look_up_reasons, misplaced, sections_of
from appraise.errors import AuthorError, RecordError
from appraise.exercises.exercise import Exercise, Reason, Status
from appraise.exercises.judge import judge
from appraise.exercises.packs import exercises_of, load_packs
from appraise.files import LESSONS
from appraise.learner.answers import Answer
from appraise.learner.links import heading_link
from appraise.learner.reasons import reasons_table
from appraise.learner.remark import render_remark
from appraise.learner.session import AnswerSession
from appraise.learner.worked import _explained
from appraise.sources.places import find_place

FELL = Reason("walsh post 4", "The abstract prints <it>.", "pain", "Lost would need a result without figures.")
REACHED = Reason("What a difference is", "The figure is another one.")
EX = Exercise(
    "tell-fate", name="fate", kind="classify", title="Follow it", points=2, options=["same", "changed", "lost"],
    expected={"dict": [["walsh post", "same"], ["shopblog post", "changed"]]},
    reasons={"walsh post": FELL, "shopblog post": REACHED},
)  # fmt: skip
RIGHT = {"dict": [["walsh post", "same"], ["shopblog post", "changed"]]}
WRONG = [
    {"dict": [["walsh post", "lost"], ["shopblog post", "changed"]]},
    {"dict": [["walsh post", "lost"]]},
    {"stub": True},
    4,
]


def shown(ex, answer, tries=5):
    verdict = judge(ex, answer)
    return render_remark(ex, verdict, verdict.share * ex.points, tries)


def sentences(ex):
    """The sentences of an exercise's reasons, as they are in HTML."""
    every = [s for r in ex.reasons.values() for s in (r.why, r.tempting) if s]
    return [s.replace("<", "&lt;").replace(">", "&gt;") for s in every]


def test_a_right_answer_carries_a_line_and_all_reasons_behind_it():
    html = shown(EX, RIGHT)
    head, fold = html.split("<details", 1)
    assert "The abstract prints &lt;it&gt;." in head
    assert "Why, line by line" in fold
    assert all(s in fold for s in sentences(EX))
    assert "walsh post, paragraph 4" in fold
    assert '<a href="#What-a-difference-is"' in fold
    carried = shown(replace(EX, right="Take this along."), RIGHT)
    assert "Take this along." in carried.split("<details", 1)[0]


@pytest.mark.parametrize("answer", WRONG)
def test_no_reason_is_seen_before_an_answer_is_right(answer):
    html = shown(EX, answer)
    assert not any(s in html for s in sentences(EX))
    assert "<details" not in html


def test_neither_forms_nor_lessons_hold_a_reason():
    form = AnswerSession(EX, Answer(EX, {"walsh post": ..., "shopblog post": ...}, "fate", {}))
    sent = json.dumps([form.spec(), form.states(), form.handle({"do": "read", "source": None})])
    assert not any(s in sent for r in EX.reasons.values() for s in (r.why, r.tempting) if s)
    for slug in load_packs():
        lesson = (LESSONS / slug / f"{slug}.ipynb").read_text(encoding="utf-8")
        for ex in exercises_of(slug).values():
            for reason in ex.reasons.values():
                assert json.dumps(reason.why, ensure_ascii=False)[1:-1] not in lesson, (ex.id, reason.why)


def test_no_remark_of_the_course_shows_a_reason_of_a_wrong_answer():
    for slug in load_packs():
        for ex in exercises_of(slug).values():
            told = [m.remark for m in ex.misconceptions] + [ex.hint or ""]
            if not (ex.is_function or ex.is_plot or ex.is_prose):
                told += [shown(ex, m.answer) for m in ex.misconceptions if m.item is None]
            for sentence in (s for r in ex.reasons.values() for s in (r.why, r.tempting) if s):
                assert not any(sentence in one for one in told), (ex.id, sentence)


def test_a_worked_answer_explains_row_by_row_with_the_code_behind():
    html = _explained(EX, 'fate = {"walsh post": "same"}')
    assert html.index("Entry") < html.index("As code")
    assert all(s in html for s in sentences(EX))
    assert "<strong>pain</strong>" in html.casefold() or "“pain”" in html
    one = Exercise("f-add", name="add", kind="compute", cases=[{}], reasons={"add": Reason("Adding", "Sums add up.")})
    assert "As code" not in _explained(one, "def add(): ...")
    assert "Sums add up." in reasons_table(one)
    assert _explained(replace(EX, reasons={}), "fate = 1") == "<pre>fate = 1</pre>"


def test_a_reason_is_for_a_part_a_row_or_the_whole(tmp_path):
    yml = tmp_path / "exercises.yml"
    table = Exercise(
        "t-a",
        name="t",
        kind="extract",
        expected={"frame": {"index": ["a"], "columns": ["x", "y"], "data": [[1], [2]], "index_names": [None]}},
    )
    for key in ("a · x", "a"):
        check_reasons(replace(table, reasons={key: REACHED}), yml)
    assert missing_reasons(table) == ["a · x", "a · y"]
    assert missing_reasons(replace(table, reasons={"a": REACHED})) == []
    assert missing_reasons(EX) == ["shopblog post"]  # labels to choose from, and no word on the one that tempts
    for key, reason, in_words in (
        ("b", REACHED, "expected a part of the answer: a · x, a · y"),
        ("a", replace(REACHED, words="one two three four five six seven eight nine"), "at most 8 deciding words"),
        ("a", replace(REACHED, why="no sentence"), "expected `why` as a whole sentence"),
    ):
        with pytest.raises(AuthorError, match=in_words):
            check_reasons(replace(table, reasons={key: reason}), yml)


def test_places_and_words_are_looked_up():
    cells = [
        {"cell_type": "markdown", "source": "# What a difference is\n\nOne from the other."},
        {"cell_type": "code", "source": "x"},
    ]
    sections = sections_of(cells)
    assert sections["What a difference is"].endswith("x")
    paragraph = find_place("walsh post 4").texts[0]
    there = " ".join(paragraph.split()[:5])
    fits = {"walsh post": replace(FELL, words=there.upper()), "shopblog post": replace(REACHED, words="from the other")}
    assert misplaced([replace(EX, reasons=fits)], sections) == []
    wrong = {"walsh post": replace(FELL, words="no such words"), "shopblog post": replace(REACHED, place="Nowhere")}
    assert [line.split(": ", 1)[0] for line in misplaced([replace(EX, reasons=wrong)], sections)] == [
        "tell-fate, walsh post",
        "tell-fate, shopblog post",
    ]
    assert (
        "expected paragraphs"
        in misplaced([replace(EX, reasons={"walsh post": replace(FELL, place="walsh post 99")})], sections)[0]
    )
    with pytest.raises(RecordError, match="expected the id of a line"):
        find_place("outside nothing-of-this-name")


def test_every_reason_of_the_course_stands_where_it_says():
    _, problems = look_up_reasons()
    assert problems == []


def test_the_statuses_that_reveal_are_one():
    assert [
        status for status in Status if "<details" in render_remark(EX, replace(judge(EX, RIGHT), status=status), 0)
    ] == [Status.RIGHT]


def test_in_a_routes_notebook_a_link_leads_into_the_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 'href="#What-it-is-called"' in heading_link("What it is called", "there", "numbers-follow-it-home")
    monkeypatch.setenv("JPY_SESSION_NAME", "work/two-hours/two-hours.ipynb")
    there = "../04-the-numbers/04-the-numbers.ipynb#What-it-is-called"
    assert f'href="{there}"' in heading_link("What it is called", "there", "numbers-follow-it-home")
    monkeypatch.setenv("JPY_SESSION_NAME", "work/04-the-numbers/04-the-numbers-Copy1.ipynb")
    assert 'href="#What-it-is-called"' in heading_link("What it is called", "there", "numbers-follow-it-home")
