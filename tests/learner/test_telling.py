"""Lesson 12's texts: the rubric with its anchors, the items of an abstract, the unseen telling, the reference telling."""

from __future__ import annotations

import re

import pytest
import yaml

from appraise.authoring.writing import load_writing, resolve
from appraise.errors import RubricError
from appraise.exercises.exercise import Exercise
from appraise.exercises.judge import judge
from appraise.exercises.prose import count_words, things_to_reconsider
from appraise.exercises.serialize import encode
from appraise.learner.rubric import (
    ASSETS,
    abstract_items,
    anchors,
    load_abstract_items,
    load_rubric,
    rubric,
    unseen_telling,
)
from appraise.sources.rules import text_figures
from appraise.sources.tables import numbers
from tests import bank

SLUG = "12-a-fair-telling"
WRITE = "telling-two-hundred-words"


def test_the_rubric_is_shown_whole():
    html = rubric()._repr_html_()
    for c in load_rubric().criteria:
        for text in (c.name, c.asks, *c.levels.values()):
            assert text in repr(rubric())
            assert text in html
    assert load_rubric().gate in html


def test_every_level_of_every_criterion_has_an_anchor_of_its_own():
    told = [c.anchors[level] for c in load_rubric().criteria for level in (1, 2, 3)]
    assert len(told) == len(set(told)) == 30
    shown = repr(anchors())
    assert all(text in shown for text in told)
    for c in load_rubric().criteria:
        assert len(c.anchors[3].split()) > len(c.anchors[1].split()), c.id


def test_the_best_anchors_fit_into_the_limit_and_say_nothing_too_much(tmp_path):
    known = load_rubric()
    telling = " ".join(c.anchors[3] for c in known.criteria)
    assert 150 <= count_words(telling, known.outside_the_count) <= known.words
    alarms = resolve({"expects": [], "alarms": list(load_writing().alarms), "figures": []}, tmp_path, "x")
    ex = Exercise("x", name="x", kind="write", **alarms)
    assert things_to_reconsider(ex, telling) == []
    assert things_to_reconsider(ex, " ".join(c.anchors[1] for c in known.criteria)) != []


def test_every_criterion_has_a_level_for_nothing_and_for_what_is_false():
    for c in load_rubric().criteria:
        assert list(c.levels) == [0, 1, 2, 3], c.id
        assert len({*c.levels.values()}) == 4, c.id
    assert "false earns level 0" in load_rubric().gate


def test_the_rubric_and_the_exercise_agree():
    ex = bank.key(SLUG)[WRITE]
    assert ex["points"] == load_rubric().points == 30
    assert ex["most_words"] == load_rubric().words
    assert tuple(ex["uncounted"]) == load_rubric().outside_the_count


def test_an_unknown_criterion_is_named():
    with pytest.raises(RubricError, match="style: expected one of the criteria reader"):
        anchors("style")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["criteria"].pop(), "rubric.yml, line 2: criteria"),
        (lambda d: d["criteria"][2]["anchors"].pop(2), "criteria.size.anchors"),
        (lambda d: d["criteria"][2].pop("asks"), "criteria.size.asks"),
    ],
)
def test_a_faulty_rubric_is_named(tmp_path, change, told):
    data = yaml.safe_load((ASSETS / "rubric.yml").read_text(encoding="utf-8"))
    change(data)
    file = tmp_path / "rubric.yml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(RubricError, match=re.escape(told)):
        load_rubric(file)


def test_the_items_are_those_of_the_exercise_and_name_their_source():
    expected = bank.key(SLUG)["telling-abstract-items"]["expected"]["dict"]
    asked = [name for name, _ in expected]
    assert len(asked) == 10
    assert [name for name in load_abstract_items().items if name in asked] == asked
    assert load_abstract_items().source in repr(abstract_items())
    assert load_abstract_items().address in abstract_items()._repr_html_()


def test_every_fair_coding_of_the_abstract_gets_full_marks_and_lies_in_the_range():
    """The range that the praise names: 2 to 4 full, 1 to 5 in part, 3 to 5 absent, over codings that are accepted whole."""
    ex = bank.key(SLUG)["telling-abstract-items"]
    codes = {name: {value} for name, value in ex["expected"]["dict"]}
    for a in ex["accept"]:
        if a["share"] == 1:
            codes[a["item"]].add(a["answer"])
    for code, low, high in (("full", 2, 4), ("partial", 1, 5), ("absent", 3, 5)):
        least = sum(c == {code} for c in codes.values())
        most = sum(code in c for c in codes.values())
        assert low <= least <= most <= high, (code, least, most)
    generous = {name: "partial" if "partial" in c else next(iter(c)) for name, c in codes.items()}
    assert judge(Exercise.from_json(ex), encode(generous)).status == "right"


def _abstract():
    return {f"{v:g}" for v in numbers().query("source == 'painscience' and passage == 'abstract'")["value"]}


def test_the_unseen_telling_has_the_faults_that_the_key_names_and_no_other_figure():
    sentences = dict(unseen_telling().paragraphs)
    fault = dict(bank.key(SLUG)["telling-sentence-by-sentence"]["expected"]["dict"])
    assert [f"sentence {n}" for n in sentences] == list(fault)
    assert len(set(fault.values())) == 9  # every label is met
    decimals = {n: set(re.findall(r"\d+\.\d+", re.sub(r"https?://\S+", "", s))) for n, s in sentences.items()}
    assert decimals[8] - _abstract() == {"37.4"}
    assert fault["sentence 8"] == "figure changed"
    assert decimals[5] == {"7.5", "4.7"} <= _abstract()
    assert decimals[6] - _abstract() == {"2.8"}  # the difference of the two means of sentence 5
    assert "there were none" in sentences[9]
    assert "neuropath" not in sentences[3]
    asked = next(c.source for c in bank._solution(SLUG).cells if "### Exercise: Mend one sentence" in c.source)
    assert f"“{sentences[6]}”" in asked


def _reference():
    return next(
        c.source.split("### BEGIN SOLUTION")[1].split("### END")[0]
        for c in bank._solution(SLUG).cells
        if 'check("' not in c.source and "What I did not see: the paper" in c.source
    )


def test_the_reference_telling_passes_its_own_formal_points():
    names: dict[str, str] = {}
    exec(_reference(), names)
    got = judge(Exercise.from_json(bank.key(SLUG)[WRITE]), names["telling"])
    assert got.status == "marked"
    assert "Nothing on the list of formal points is missing." in got.remark
    decimals = {f for f in text_figures(re.sub(r"https?://\S+|68\(3\)", "", names["telling"])) if "." in f}
    assert decimals <= _abstract()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Magnesium works.", "No line that begins with"),
        ("Pain fell from 7.5 to 4.7.", "No scale or unit"),
        ("Reference: Yousef\nWhat I did not see: the paper", "No figure with a decimal"),
        ("word " * 201, "the limit is 200"),
    ],
)
def test_the_formal_points_say_only_what_was_not_found(text, told):
    got = judge(Exercise.from_json(bank.key(SLUG)[WRITE]), text)
    assert told in got.remark
    assert (got.share, got.status) == (0.0, "marked")
    assert "fair" not in got.remark


PLAIN = """
They rated their pain at 7.5 out of ten before and 4.7 six months later. Luck may explain some of that. Nobody knows who
paid for it. Forty had dummy pills. Their nerves were part of it. One had a side-effect. Other research is scarce.
Reference: Yousef 2013
What I did not see: the paper
"""


def test_plain_english_is_found_as_well_as_the_words_of_the_course():
    assert (
        "Nothing on the list of formal points is missing."
        in judge(Exercise.from_json(bank.key(SLUG)[WRITE]), PLAIN).remark
    )


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Those who got magnesium went from 7.5 to 4.7 of ten in six months; a figure for dummy pills is missing.", ""),
        ("On magnesium pain fell 2.8 points in half a year. The abstract doesn't say how the placebo group fared.", ""),
        (
            "After six months the magnesium group was at 4.7 of 10, against placebo patients who got worse.",
            "comparison",
        ),
        ("2.8 points in the magnesium group more than in the placebo group at six months.", "comparison"),
        ("Pain was 2.8 points lower after some months. How placebo fared is not said.", "group that the figures"),
    ],
)
def test_the_mended_sentence_is_searched_for_what_it_must_hold(text, missing):
    remark = judge(Exercise.from_json(bank.key(SLUG)["telling-mend-one-sentence"]), text).remark
    assert (missing or "Nothing on the list of formal points is missing.") in remark
    assert ("Nothing on the list" in remark) == (not missing)
