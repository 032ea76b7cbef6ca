"""Points and remarks: two steps, defensible kinds, and no answer given away before there is one."""

from __future__ import annotations

from fractions import Fraction

import pytest

from appraise.cases.issuing import DEMO_SECRET, issue
from appraise.cases.judging import (
    AnswerError,
    Mark,
    chance_points,
    check_marks,
    judge_bias,
    judge_difference,
    judge_figures,
    judge_headline,
    judge_marks,
    judge_p,
)
from appraise.cases.labels import KINDS, KINDS_OF, STEPS, step_of
from appraise.cases.public import CaseKey, DifferenceKeyRecord, MarkKey, case_key, case_text
from appraise.cases.wordings import load_remarks

KEY = CaseKey(
    code="T",
    marks=(
        (
            MarkKey(step="fits", reason="It is so.", evidence="It is so"),
            MarkKey(step="cannot tell", reason="Nothing is said."),
            MarkKey(step="does not fit", kinds=("comparison", "figure"), reason="The other group.", evidence="Arms"),
        ),
    ),
    figures=("same", "calculated"),
    difference=DifferenceKeyRecord(difference="1.2", interval=("−0.1", "2.5"), tolerance=0.05),
    p="can fit",
    headline=2,
    headline_faults=(("people",), ("outcome", "people"), ()),
    bias={"allocation": "does not say", "missing": "speaks for low risk"},
)


def points(*marks):
    return judge_marks(KEY, 1, marks).points


def test_points_of_the_two_steps():
    assert points(Mark("fits"), Mark("cannot tell"), Mark("does not fit", "comparison")) == 3
    assert points(Mark("fits"), Mark("cannot tell"), Mark("does not fit", "figure")) == 3
    assert points(Mark("fits"), Mark("cannot tell"), Mark("does not fit", "people")) == 2 + Fraction(2, 3)
    assert points(Mark("fits"), Mark("cannot tell"), Mark("does not fit")) == 2 + Fraction(2, 3)
    assert points(Mark("does not fit", "figure"), Mark("fits"), Mark("fits")) == 0
    assert points(Mark(), Mark(), Mark()) == 0


def test_remarks_say_the_reason_after_an_answer_and_nothing_before():
    before = judge_marks(KEY, 1, [Mark(), Mark(), Mark()]).remarks
    assert before == tuple(f"Sentence {i} has no mark yet." for i in (1, 2, 3))
    after = judge_marks(KEY, 1, [Mark("cannot tell"), Mark("cannot tell"), Mark("does not fit", "figure")]).remarks
    assert "you marked it as “cannot tell”" in after[0]
    assert "The abstract: “It is so”" in after[0]
    assert after[1] == "Sentence 2: right. Nothing is said."
    assert "One would also call it “comparison”" in after[2]
    open_kind = judge_marks(KEY, 1, [Mark(), Mark(), Mark("does not fit")]).remarks[2]
    assert "group" not in open_kind
    assert "still to be chosen" in open_kind


def test_a_wrong_answer_that_comes_close_gets_a_word_of_its_own():
    silent = MarkKey(
        step="does not fit",
        kinds=("silence taken for a finding",),
        label="silence as finding",
        reason="Not printed does not mean not there.",
    )
    key = KEY.model_copy(update={"marks": ((silent,),)})
    (remark,) = judge_marks(key, 1, [Mark("cannot tell")]).remarks
    assert "True, nobody can tell from this" in remark
    assert remark.endswith("Not printed does not mean not there.")
    (remark,) = judge_marks(key, 1, [Mark("does not fit", "added")]).remarks
    assert "adds nothing" in remark
    (remark,) = judge_marks(key, 1, [Mark("fits")]).remarks
    assert remark == "Sentence 1: you marked it as “fits”. Not printed does not mean not there."


def test_no_word_of_its_own_is_for_a_right_answer():
    for row in load_remarks().confusions:
        assert row.answer != step_of(row.label)
        assert row.answer not in KINDS_OF.get(row.label, ())


def test_a_word_on_form_says_the_same_whatever_is_right():
    marks = [Mark("fits"), Mark("does not fit"), Mark()]
    assert check_marks(marks, 3) == (
        "2 of 3 sentences marked. Sentence 2 does not fit, you say: choose a kind as well."
    )


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ([Mark("fits")], "expected one a sentence"),
        ([Mark("good"), Mark(), Mark()], "sentence 1: 'good' is no mark; expected one of fits, does not fit"),
        ([Mark(), Mark("does not fit", "wrong"), Mark()], "sentence 2: 'wrong' is no kind; expected one of people"),
    ],
)
def test_marks_that_cannot_be_read(marks, message):
    with pytest.raises(AnswerError, match=message):
        judge_marks(KEY, 1, marks)


def test_words():
    assert judge_figures(KEY, ["same", "nowhere"]).points == 1
    assert judge_figures(KEY, [None, "calculated"]).remarks == ("Figure 1 has no answer yet.", "Figure 2: right.")
    assert judge_p(KEY, "can fit").points == 1
    assert judge_p(KEY, "cannot fit").points == 0
    explained = KEY.model_copy(update={"p_reason": "No SD is printed."})
    assert judge_p(explained, "cannot fit").remarks[0].endswith(" No SD is printed.")
    assert judge_p(explained, None).remarks == ("The p value has no answer yet.",)
    assert judge_bias(KEY, {"allocation": "does not say"}).points == 1
    assert judge_bias(KEY, {}).points == 0
    with pytest.raises(AnswerError, match="'lost' is no answer; expected one of same"):
        judge_figures(KEY, ["lost", None])
    with pytest.raises(AnswerError, match="'weather' is no question"):
        judge_bias(KEY, {"weather": "does not say"})
    with pytest.raises(AnswerError, match="1 answers for 2 questions"):
        judge_figures(KEY, ["same"])


def test_headlines():
    assert judge_headline(KEY, 3).points == 1
    assert judge_headline(KEY, 2).remarks == ("Headline 2 is wrong on outcome and on people.",)
    assert judge_headline(KEY, None).remarks == ("No headline is chosen yet.",)
    with pytest.raises(AnswerError, match="a number from 1 to 3"):
        judge_headline(KEY, 4)


@pytest.mark.parametrize(
    ("difference", "interval", "expected"),
    [
        ("1.2", ("-0.1", "2.5"), 2),
        ("-1,2", ("−2.5", "0.1"), 2),
        ("1.2", ("2.5", "-0.1"), 2),
        ("1.2", ("0.1", "2.5"), 1),
        ("1.2", "cannot", 1),
        ("cannot", "cannot", 0),
        (None, None, 0),
    ],
)
def test_the_difference(difference, interval, expected):
    assert judge_difference(KEY, difference, interval).points == expected


def test_a_difference_that_cannot_be_had():
    key = KEY.model_copy(update={"difference": DifferenceKeyRecord(difference="0.5", interval=None, tolerance=0.25)})
    assert judge_difference(key, "0.5", "cannot").points == 2
    assert judge_difference(key, "0.5", ("0.1", "0.9")).points == 1
    with pytest.raises(AnswerError, match="'some' is no figure"):
        judge_difference(key, "some", None)
    with pytest.raises(AnswerError, match="expected two ends"):
        judge_difference(KEY, None, "0.3")


def test_the_right_answers_of_a_generated_case_get_all_points(cases):
    for case in cases[:40]:
        key = case_key(case, "T")
        for i, row in enumerate(key.marks, 1):
            marks = [Mark(mark.step, mark.kinds[0] if mark.kinds else None) for mark in row]
            assert judge_marks(key, i, marks).points == len(row)
            wrong = [Mark(next(s for s in STEPS if s != mark.step)) for mark in row]
            assert judge_marks(key, i, wrong).points == 0
        assert judge_figures(key, key.figures).points == 3
        assert judge_p(key, key.p).points == 1
        assert judge_bias(key, key.bias).points == 3
        assert judge_headline(key, key.headline + 1).points == 1
        right = key.difference
        assert judge_difference(key, right.difference or "cannot", right.interval or "cannot").points == 2


def test_the_text_holds_nothing_of_the_key(cases):
    for case in cases[:40]:
        text = case_text(case, "T").model_dump_json()
        key = case_key(case, "T")
        for mark in (mark for row in key.marks for mark in row):
            assert mark.reason not in text
            assert f'"{mark.label}"' not in text
        for word in ("label", "fault", "evidence", 'fair"', *KINDS[:1]):
            assert f'"{word}"' not in text


def test_chance_is_far_below_what_there_is():
    keys = [one.key for one in issue(DEMO_SECRET, "chance", [f"s{i}" for i in range(40)])]
    possible = 12 + 3 + 1 + 3 + 1
    assert 0.3 * possible < chance_points(keys) < 0.6 * possible
    assert chance_points([KEY]) < 3 + 2 + 1 + 2 + 1
    with pytest.raises(AnswerError, match="at least one case"):
        chance_points([])
