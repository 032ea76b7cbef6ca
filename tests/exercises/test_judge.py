"""The judgement of answers: every kind, every form of answer, points and remarks."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from appraise.exercises.compare import is_same
from appraise.exercises.exercise import Exercise, Verdict
from appraise.exercises.judge import judge
from appraise.exercises.serialize import encode
from appraise.exercises.values import normalize, read_number
from appraise.learner.check import caller
from tests.exercises.test_serialize import HOSTILE, plain_values


def exercise(expected, kind="compute", **fields):
    return {"id": "x", "name": "x", "kind": kind, "points": 2.0, "expected": encode(expected), **fields}


def tried(ex, value) -> Verdict:
    plain = encode(value)
    return judge(
        Exercise.from_json(ex), plain, caller(value) if isinstance(plain, dict) and "function" in plain else None
    )


CLASSIFY = exercise(
    {"walsh post": "same", "vitamindwiki links": "changed", "shopblog post": "untraceable"},
    "classify",
    options=["same", "changed", "lost", "untraceable"],
    accept=[{"item": "shopblog post", "answer": "lost", "share": 0.5}],
    misconceptions=[
        {
            "id": "whole",
            "answer": encode({"walsh post": "lost", "vitamindwiki links": "lost", "shopblog post": "lost"}),
            "remark": "W",
        },
        {"id": "one", "item": "vitamindwiki links", "answer": "same", "remark": "O"},
        {"id": "anywhere", "item": "any", "answer": "lost", "remark": "A"},
    ],
)


@pytest.mark.parametrize(
    "right",
    [
        {"walsh post": "same", "vitamindwiki links": "changed", "shopblog post": "untraceable"},
        {("shopblog", "post"): "UNTRACEABLE", ("links", "vitamindwiki"): "changed.", "post walsh": " Same "},
        ["same", "changed", "untraceable"],
        np.array(["same", "changed", "untraceable"]),
        pd.Series(["same", "changed", "untraceable"]),
        pd.Series({"vitamindwiki-links": "changed", "walsh_post": "same", "shopblog post": "untraceable"}),
        pd.DataFrame(
            {
                "passage": ["shopblog post", "walsh post", "vitamindwiki links"],
                "fate": ["untraceable", "same", "changed"],
            }
        ),
        pd.DataFrame(
            {
                "s": ["walsh", "vitamindwiki", "shopblog"],
                "p": ["post", "links", "post"],
                "f": ["same", "changed", "untraceable"],
            }
        ).set_index(["p", "s"]),
        [
            {"passage": "walsh post", "fate": "same"},
            {"passage": "vitamindwiki links", "fate": "changed"},
            {"passage": "shopblog post", "fate": "untraceable"},
        ],
        pd.DataFrame(
            [["same", "changed", "untraceable"]], columns=["walsh post", "vitamindwiki links", "shopblog post"]
        ),
    ],
)
def test_parts_are_found_in_any_container(right):
    assert tried(CLASSIFY, right) == Verdict(1.0, "right", "Right.")


def test_points_and_remarks_by_part():
    partly = tried(CLASSIFY, ["same", "same", "untraceable"])
    assert (partly.share, partly.status, partly.misconception) == (pytest.approx(2 / 3), "partly", "one")
    half = tried(CLASSIFY, ["same", "changed", "lost"])
    assert (half.share, half.misconception) == (pytest.approx(2.5 / 3), "anywhere")
    assert tried(CLASSIFY, ["lost", "lost", "lost"]).misconception == "whole"
    other = tried(CLASSIFY, ["untraceable", "changed", "untraceable"])
    assert "“walsh post”" in other.remark
    assert "same" not in other.remark


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["same", "changed"], "has 2 entries, but 3"),
        ("same", "is text"),
        ({"somebody": "same"}, "“somebody”"),
        ({"same", "changed", "untraceable"}, "a set, which has no order"),
        (["same", "changed", "rounded"], "not one of the labels"),
        (["same", "changed", 4], "4 for “shopblog post” is not one of the labels"),
        (["same", "changed", None], "Not answered yet: “shopblog post”"),
        (pd.DataFrame({"a": [1]}), "None of the entries asked for"),
        (len, "is a function"),
        (5, "is a number"),
        (object(), "object of type object"),
        ({float("nan"): "same"}, "entry “nan”"),
        ([{float("inf"): 1}], "None of the entries asked for"),
        (pd.DataFrame({float("nan"): [1]}), "None of the entries asked for"),
        ({(None, 3): 1}, "entry “None 3”"),
    ],
)
def test_a_remark_on_form(wrong, says):
    got = tried(CLASSIFY, wrong)
    assert says in got.remark
    assert got.share < 1


@pytest.mark.parametrize(
    "empty", [..., None, "", [], {}, float("nan"), [..., ..., ...], {"walsh post": ...}, [None] * 3]
)
def test_no_answer_is_not_a_wrong_answer(empty):
    got = tried(CLASSIFY, empty)
    assert (got.status, got.share) == ("no answer", 0.0)
    assert "answer" in got.remark
    assert "press Check" in got.remark


def test_two_options_how_many_but_not_which():
    ex = exercise({"a": "yes", "b": "no", "c": "no"}, "classify", options=["yes", "no"])
    got = tried(ex, ["yes", "yes", "no"])
    assert "1 of 3" in got.remark
    assert "“b”" not in got.remark
    booleans = exercise({"a": True, "b": False})
    assert "1 of 2" in tried(booleans, {"a": True, "b": True}).remark
    assert tried(booleans, {"a": "yes", "b": np.False_}).status == "right"
    assert tried(booleans, {"a": 1, "b": 0}).share == 0


NR = "not reported"
COMPARE = exercise(
    {"walsh": {"n": 80, "dose": NR}, "clip": {"n": NR, "dose": "1 g"}, "links": {"n": NR, "dose": NR}}, "compare"
)


def test_a_comparison_counts_the_smaller_share():
    right = {"walsh": {"n": 80, "dose": NR}, "clip": {"n": NR, "dose": "1 g"}, "links": {"n": NR, "dose": NR}}
    table = pd.DataFrame(right)
    for answer in (right, table, table.T, table.iloc[::-1, ::-1], table.T.reset_index(names="passage")):
        assert tried(COMPARE, answer).status == "right"
    silent = {p: {"n": NR, "dose": NR} for p in right}
    guessed = {p: {"n": 80, "dose": "1 g"} for p in right}
    assert tried(COMPARE, silent).share == 0
    assert tried(COMPARE, guessed).share == 0
    half = {**right, "clip": {"n": NR, "dose": "2 g"}}
    assert tried(COMPARE, half).share == pytest.approx(0.5)
    one = {**right, "links": {"n": 80, "dose": NR}}
    assert tried(COMPARE, one).share == pytest.approx(0.75)


def test_numbers_units_and_slips():
    ex = exercise(2.8, unit="points", units=["point"], tolerance=0.05)
    for right in (2.8, "2,8", "2.8 points", "+2.8 point", np.float32(2.8), [2.84], pd.Series([2.8])):
        assert tried(ex, right).status == "right", right
    assert "sign" in tried(ex, -2.8).remark
    assert "power of ten" in tried(ex, 280).remark
    assert "near" in tried(ex, 2.9).remark
    assert "A number" in tried(ex, "2.8 mg").remark
    assert "A number" in tried(ex, True).remark
    for wrong in (float("inf"), 10**400, -1e308, 3, "nan"):
        got = tried(ex, wrong)
        assert got.share == 0
        assert "2.8" not in got.remark


def test_a_choice_of_several():
    ex = exercise({"a", "c"}, "classify", options=["a", "b", "c", "d"])
    assert tried(ex, ["c", "a"]).status == "right"
    assert tried(ex, {"A", "C"}).status == "right"
    assert tried(ex, ["a"]).share == 0.5
    assert tried(ex, ["a", "b"]).share == 0
    assert tried(ex, ["a", "b", "c", "d"]).share == 0
    assert "of your 2, 1 fit" in tried(ex, ["a", "b"]).remark
    for unknown in ("x", ["x"], ["b", "x"], {"b": "x"}):
        assert "is not one of the labels. Choose from" in tried(ex, unknown).remark


FUNCTION = {
    "id": "f",
    "name": "f",
    "kind": "compute",
    "points": 2.0,
    "cases": [{"args": [1], "expected": 2, "shown": "1"}, {"args": [[3, 1]], "expected": [1, 3], "shown": "[3, 1]"}],
    "misconceptions": [
        {"id": "same", "results": [1, [3, 1]], "remark": "S"},
        {"id": "stops", "results": [2, {"error": True}], "remark": "E"},
    ],
}


def test_functions_are_called_and_hidden_cases_bite():
    hidden = {**FUNCTION, "hidden": [{"args": [5], "expected": 6, "shown": "5"}]}

    def good(x):
        return sorted(x) if isinstance(x, list) else x + 1

    def hard_coded(x):
        return 2 if x == 1 else [1, 3]

    def mutates(x):
        if isinstance(x, list):
            x.sort()
            return x
        return x + 1

    assert tried(hidden, good).status == "right"
    assert tried(FUNCTION, hard_coded).status == "right"
    got = tried(hidden, hard_coded)
    assert (got.share, got.status) == (0.0, "wrong")
    assert "on others" in got.remark
    assert "5" not in got.remark
    assert "6" not in got.remark
    assert "Work on a copy" in tried(hidden, mutates).remark
    assert tried(hidden, lambda x: x).misconception == "same"
    assert tried(hidden, lambda x: x + 1).misconception == "stops"
    assert "TypeError" in tried(FUNCTION, lambda: 1).remark
    assert tried(FUNCTION, lambda x: None).status == "no answer"
    assert "[3, 1]" in tried(FUNCTION, lambda x: 2).remark
    assert tried(FUNCTION, 7).remark == "`f` is a number. A function named `f` is asked for."


def test_groups_of_cases_earn_their_share():
    grouped = {**FUNCTION, "groups": {"numbers": [0], "lists": [1]}}
    assert tried(grouped, lambda x: x + 1 if isinstance(x, int) else x).share == 0.5
    assert tried(FUNCTION, lambda x: x + 1 if isinstance(x, int) else x).share == 0


def test_a_judgement_follows_from_the_path_taken():
    ex = exercise(
        {"answers": {"1.1": "NI", "1.2": "NI", "1.3": "NI"}, "judgement": "Some concerns", "reason": "paragraph 3"},
        "judge",
        weights={"judgement": 60, "answers": 25, "reason": 15},
        follows={"judgement": {"by": "rob2", "domain": "D1", "answers": "answers"}},
        text={"reason": [r"paragraph\W*3"]},
        accept=[{"item": "answers 1.1", "answer": "PY", "share": 1.0}],
    )
    answers = {"1.1": "PY", "1.2": "NI", "1.3": "NI"}
    assert (
        tried(ex, {"answers": answers, "judgement": "Some concerns", "reason": "Paragraph 3 is silent"}).status
        == "right"
    )
    high = {"answers": {**answers, "1.3": "Y"}, "judgement": "High", "reason": "paragraph 3"}
    assert tried(ex, high).share == pytest.approx(0.6 + 0.25 * 2 / 3 + 0.15)
    assert tried(ex, {**high, "judgement": "Some concerns"}).share == pytest.approx(0.25 * 2 / 3 + 0.15)
    assert tried(ex, {**high, "reason": "I think so"}).share == pytest.approx(0.6 + 0.25 * 2 / 3)


def test_grade_levels_follow_from_the_steps_down():
    ex = exercise(
        {"down": {"risk of bias": 1, "imprecision": 1}, "certainty": "Low"},
        "judge",
        follows={"certainty": {"by": "grade", "answers": "down"}},
        accept=[{"item": "down risk of bias", "answer": 2}],
    )
    assert tried(ex, {"down": {"risk of bias": 2, "imprecision": 1}, "certainty": "Very low"}).status == "right"
    assert tried(ex, {"down": {"risk of bias": 2, "imprecision": 1}, "certainty": "Low"}).share < 1


def test_prose_gets_no_points_from_a_machine():
    ex = {
        "id": "w",
        "name": "w",
        "kind": "write",
        "points": 10.0,
        "most_words": 5,
        "expects": [{"pattern": r"\d", "missing": "No number was found."}],
    }
    got = tried(ex, "six words without any number here")
    assert (got.share, got.status) == (0.0, "marked")
    assert "No number was found." in got.remark
    assert "the limit is 5" in got.remark
    assert "Nothing" in tried(ex, "4 words are here").remark
    assert tried(ex, ...).status == "no answer"
    assert "is a list" in tried(ex, ["a"]).remark


def test_lines_outside_the_count_do_not_count():
    ex = {"id": "w", "name": "w", "kind": "write", "points": 3.0, "most_words": 4, "uncounted": ["Reference:"]}
    assert "the limit" not in tried(ex, "four words are here\n  reference: a line that may be long").remark
    assert "has 5 words" in tried(ex, "four words are not\nhere").remark


def test_a_plot_is_judged_by_its_data_and_its_labels():
    import matplotlib.pyplot as plt

    def draw(kind, y, ylabel="mean pain (points)"):
        fig, ax = plt.subplots()
        getattr(ax, kind)(["a", "b"], y)
        ax.set_ylabel(ylabel)
        plt.close(fig)
        return ax

    ex = exercise(draw("bar", [1, 2]), "plot", labels={"y": ["pain", "points"]})
    ex["misconceptions"] = [{"id": "swapped", "answer": encode(draw("bar", [2, 1])), "remark": "S"}]
    assert tried(ex, draw("bar", [1, 2])).status == "right"
    assert tried(ex, draw("plot", [1, 2])).status == "right"
    assert tried(ex, draw("scatter", [1, 2], "Pain in points")).status == "right"
    assert tried(ex, draw("bar", [2, 1])).misconception == "swapped"
    assert "axis is empty" in tried(ex, draw("bar", [1, 2], "")).remark
    assert tried(ex, draw("bar", [5, 6])).share == 0
    assert "Give the Axes" in tried(ex, [1, 2]).remark


@given(plain_values)
@settings(max_examples=200, deadline=None)
def test_any_answer_gets_a_verdict_and_the_same_twice(value):
    for ex in (CLASSIFY, COMPARE, exercise(2.8), exercise("yes"), exercise({"a"}), exercise([1, 2]), FUNCTION):
        got = tried(ex, value)
        assert got == tried(ex, value)
        assert 0 <= got.share <= 1
        assert got.remark


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_objects_get_a_remark_and_no_point(name):
    for ex in (CLASSIFY, COMPARE, exercise(2.8), exercise("yes"), FUNCTION):
        for holder in (HOSTILE[name](), [HOSTILE[name]()] * 3, {"walsh post": HOSTILE[name]()}):
            got = tried(ex, holder)
            assert got.share == 0
            assert got.remark


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.floats(0, 10))
def test_tolerance_is_symmetric(a, b, tolerance):
    assert is_same(a, b, tolerance) == is_same(b, a, tolerance)


@given(st.permutations(range(3)), st.permutations(range(2)))
def test_order_of_rows_and_columns_does_not_matter(rows, columns):
    table = pd.DataFrame({"walsh": [80, NR], "clip": [NR, "1 g"], "links": [NR, NR]}, index=["n", "dose"]).T
    assert tried(COMPARE, table.iloc[list(rows), list(columns)]).status == "right"


def test_reading_numbers_and_text():
    assert read_number("1e3") == 1000
    assert read_number("٣") is not None  # digits of other scripts are digits
    assert read_number("4.7.1") is None
    assert read_number("") is None
    assert math.isnan(read_number({"float": "nan"}))
    assert normalize("Follow‐up") == normalize("follow up") == normalize("follow_up")
    assert normalize("-2.8") != normalize("2.8")
    assert is_same("2 weeks", "2  Weeks")
    assert not is_same("2 weeks", "2 months")
    assert is_same("80", 80)
    assert not is_same(4.7, 4.2)


@given(plain_values, plain_values)
@settings(max_examples=200, deadline=None)
def test_comparing_never_fails(a, b):
    x, y = encode(a), encode(b)
    assume(not isinstance(x, dict) or "function" not in x)
    assert is_same(x, y) in {True, False}
    assert isinstance(is_same(x, x), bool)


def test_what_a_guesser_earns_on_a_comparison():
    rng = np.random.default_rng(4)
    cells = list(itertools.product(["walsh", "clip", "links"], ["n", "dose"]))
    shares = []
    for _ in range(200):
        answer: dict = {}
        for p, i in cells:
            answer.setdefault(p, {})[i] = rng.choice([NR, "80", "1 g"])
        shares.append(tried(COMPARE, answer).share)
    assert np.mean(shares) < 0.3


def test_a_grade_that_cannot_be_judged_leaves_a_range():
    ex = exercise(
        {"down": {"risk of bias": "cannot be judged", "imprecision": 1}, "certainty": "Low"},
        "judge",
        weights={"down": 50, "certainty": 50},
        follows={"certainty": {"by": "grade", "answers": "down", "among": "Low; Very low; cannot be rated from this"}},
        accept=[{"item": "down risk of bias", "answer": 0, "share": 1.0}],
    )
    unknown = {"risk of bias": "Cannot be judged", "imprecision": 1}
    for level in ["Low", "very low", "Cannot be rated from this"]:
        assert tried(ex, {"down": unknown, "certainty": level}).share == 1
    for level in ["Moderate", "High"]:  # Moderate is in the range, and not among what the exercise accepts
        assert tried(ex, {"down": unknown, "certainty": level}).share == pytest.approx(0.5)
    known = {"risk of bias": 0, "imprecision": 1}
    assert tried(ex, {"down": known, "certainty": "cannot be rated from this"}).share == pytest.approx(0.5)
    assert tried(ex, {"down": known, "certainty": "Low"}).share == pytest.approx(0.5)
    assert tried(ex, {"down": {}, "certainty": "High"}).share == 0


def test_a_remark_that_stands_for_several_parts_names_the_one_it_met():
    expected = {"dict": [["walsh post", "2"], ["magx12 post", "3"], ["shopblog post", "none"]]}
    shared = [{"id": "near", "item": ["walsh post", "magx12 post"], "answer": "1", "remark": "Count again."}]
    ex = {"name": "steps", "kind": "classify", "expected": expected, "misconceptions": shared}
    assert judge(Exercise.from_json(ex), ["2", "1", "none"]).remark == "“magx12 post”: Count again."
    alone = {**ex, "misconceptions": [{**shared[0], "item": "magx12 post"}]}
    assert judge(Exercise.from_json(alone), ["2", "1", "none"]).remark == "Count again."
    two = {**ex, "options": ["1", "2"]}  # here the name would tell the answer
    assert "magx12" not in judge(Exercise.from_json(two), ["2", "1", "none"]).remark


def test_a_table_of_silence_is_not_told_where_to_look():
    silent = {p: {"n": NR, "dose": NR} for p in ("walsh", "clip", "links")}
    remark = tried(COMPARE, silent).remark
    assert "Every cell" in remark
    assert "“" + "walsh" not in remark


def test_of_parts_with_two_options_only_how_many():
    ex = exercise({"a": "yes", "b": "no", "c": 4}, "classify", options={"a": ["yes", "no"], "b": ["yes", "no"]})
    remark = tried(ex, {"a": "no", "b": "no", "c": 5}).remark
    assert "1 more entry is not right yet; to name it would tell the answer." in remark
    assert "“c”" in remark
    assert "“a”" not in remark


def test_entries_that_hold_dots_are_not_called_empty():
    assert "Nothing is chosen or filled in yet" in tried(CLASSIFY, {"walsh post": ...}).remark
    assert "is empty" in tried(CLASSIFY, []).remark


def test_a_column_of_labels_may_be_named_like_a_part():
    right = {("walsh", "n"): 80, ("walsh", "dose"): NR, ("clip", "n"): NR, ("clip", "dose"): "1 g"}
    right |= {("links", "n"): NR, ("links", "dose"): NR}
    table = pd.DataFrame([[*labels, value] for labels, value in right.items()], columns=["passage", "dose", "answer"])
    assert tried(COMPARE, table).status == "right"


def test_a_call_is_shown_with_one_pair_of_brackets():
    ex = {**FUNCTION, "cases": [{"args": [1, 2], "expected": 3, "shown": "(1, 2)"}], "hidden": []}
    assert "(1, 2)` gives" in tried(ex, lambda a, b: 0).remark
    assert "((" not in tried(ex, lambda a, b: 0).remark
