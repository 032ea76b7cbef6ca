"""The twelve questions: two parallel forms without the course's content, kept answers, and no word on right or wrong."""

from __future__ import annotations

import json
import re
from collections import Counter

import ipywidgets
import pytest
import yaml

from appraise.errors import QuestionError
from appraise.learner.pre_post_test import CAVEAT, FILE, load_questions, own_change, read_answers, twelve_questions
from appraise.sources.tables import numbers

KNOWN = load_questions()
FORMS = ("A", "B")


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """A learner's work folder and a live kernel; gives the file that is kept."""
    monkeypatch.setenv("APPRAISE_WORK", str(tmp_path))
    for name in ("NBGRADER_EXECUTION", "APPRAISE_RECORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("appraise.runtime.is_kernel", lambda: True)
    return tmp_path / ".progress" / "questions.json"


def keys(form):
    return {n: q.key(form) for n, q in enumerate(KNOWN.questions, start=1)}


def shown(q, form):
    return [q.text(form), *q.choices(form, KNOWN.way_out)]


# ── the items ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_forms_are_parallel():
    for q in KNOWN.questions:
        words = {form: len(" ".join(shown(q, form)).split()) for form in FORMS}
        assert abs(words["A"] - words["B"]) <= 25, q.id
        assert q.key("A") != q.key("B"), f"{q.id}: a remembered position must not help"
    for form in FORMS:
        assert Counter(keys(form).values()) == {"a": 3, "b": 3, "c": 3, "d": 3}


def test_the_forms_are_not_twins():
    """The two ways to ask about an idea share few words, so that a remembered question does not help."""
    for q in KNOWN.questions:
        texts = (" ".join([q.text(form), *q.forms[form].options]).casefold() for form in FORMS)
        told = [set(re.findall(r"[a-z]{5,}", text)) for text in texts]
        both = told[0] & told[1]
        assert len(both) <= 0.3 * min(map(len, told)), (q.id, both)


def guessed(rank):
    """How many keys somebody gets who takes the option that ranks highest by its wording, in each form; ties by lot."""
    sums = {}
    for form in FORMS:
        sums[form] = 0.0
        for q in KNOWN.questions:
            ranks = [rank(choice) for choice in q.choices(form, KNOWN.way_out)[:3]]
            best = ["abc"[i] for i, r in enumerate(ranks) if r == max(ranks)]
            sums[form] += (q.key(form) in best) / len(best)
    return sums


def count(pattern):
    return lambda choice: len(re.findall(rf"\b({pattern})\b", choice, re.I))


RULES = {
    "the longest": len,
    "the shortest": lambda choice: -len(choice),
    "the most careful": count("may|might|can|could|perhaps|some|part|little|hardly|most|rare"),
    "the one that says no": count("no|not|none|never|without|neither"),
    "the one without reasons": lambda choice: -count("as|since|because|though")(choice),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_wording_alone_does_not_tell_the_key(rule):
    assert max(guessed(RULES[rule]).values()) <= 5, rule


def test_the_options_of_a_question_are_of_like_length():
    for q in KNOWN.questions:
        for form in FORMS:
            words = [len(choice.split()) for choice in q.forms[form].options]
            assert max(words) - min(words) <= 3, (q.id, form, words)


def test_nothing_of_the_course_is_in_them():
    abstract = numbers().query("passage == 'abstract'")["printed"]
    taught = {str(value) for value in abstract} | {"40", "80", "4.2", "0.034"}
    for q in KNOWN.questions:
        for form in FORMS:
            text = " ".join(shown(q, form))
            assert not re.search(r"magnesium|back|spine|neuropath|infusion|capsule", text, re.I), text
            assert not taught & set(re.findall(r"\d+(?:\.\d+)?", text)), text


def test_options_differ_and_end_alike():
    for q in KNOWN.questions:
        for form in FORMS:
            choices = q.choices(form, KNOWN.way_out)
            assert len(set(choices)) == 4
            assert choices[-1] == KNOWN.way_out
            assert all(choice.endswith(".") for choice in choices)


def changed(tmp_path, change):
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    change(data)
    file = tmp_path / "questions.yml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["questions"].pop(), "questions"),
        (lambda d: d["questions"][0]["forms"]["A"].update(stem="wool " * 90), "harms: expected two forms of like"),
        (lambda d: d["questions"][0]["forms"]["A"].update(key="b"), "harms: expected another place for the key"),
        (lambda d: d["questions"][0]["forms"]["A"].update(key="a"), "spread alike"),
        (lambda d: d["questions"][0]["forms"]["A"]["options"].pop(), "questions.harms.forms.A.options"),
        (lambda d: d["questions"][1].update(id="harms"), "harms: expected each id once"),
        (lambda d: d["questions"][1].update(about=d["questions"][0]["about"]), "expected each about once"),
        (lambda d: d["questions"][0]["forms"].pop("B"), "harms: expected the forms A and B"),
        (lambda d: d["questions"][0].update(hint="x"), "questions.harms.hint"),
    ],
)
def test_a_faulty_file_is_named(tmp_path, change, told):
    with pytest.raises(QuestionError, match=re.escape(told)):
        load_questions(changed(tmp_path, change))


def test_a_missing_or_broken_file_is_named(tmp_path):
    with pytest.raises(QuestionError, match=r"none\.yml: expected this file"):
        load_questions(tmp_path / "none.yml")
    broken = tmp_path / "broken.yml"
    broken.write_text("a: [", encoding="utf-8")
    with pytest.raises(QuestionError, match=r"broken\.yml, line 1: expected YAML"):
        load_questions(broken)


# ── answers and what is kept ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("given", [{13: "a"}, {"x": "a"}, {1: "e"}, {1: 2}, {1: ["a"]}])
def test_answers_that_cannot_be_used_are_named(given):
    with pytest.raises(QuestionError, match="question"):
        read_answers(given)


@pytest.mark.parametrize(("time", "form"), [("third", None), ("first", "C")])
def test_another_time_or_form_is_refused(time, form):
    with pytest.raises(QuestionError, match="expected"):
        twelve_questions(time, form=form)


def test_the_draw_is_made_once_and_the_second_time_has_the_other_form(kept, monkeypatch):
    seen = set()
    for _ in range(40):
        first = twelve_questions("first").form
        assert [twelve_questions("first").form for _ in range(3)] == [first] * 3
        assert twelve_questions("second").form == ({"A", "B"} - {first}).pop()
        assert json.loads(kept.read_text(encoding="utf-8"))["first_form"] == first
        seen.add(first)
        kept.unlink()
    assert seen == {"A", "B"}


def test_answers_are_kept_and_shown_again(kept):
    twelve_questions("first", {1: "a", "2": "Not sure"})
    again = twelve_questions("first")
    assert again.answers == {"1": "a", "2": "not sure"}
    assert again.open == [str(n) for n in range(3, 13)]
    twelve_questions("first", {1: "b"})
    assert twelve_questions("first").answers["1"] == "b"


def test_the_first_time_is_closed_once_the_second_has_begun(kept):
    twelve_questions("first", {1: "a"})
    twelve_questions("second")
    assert not twelve_questions("first").closed  # looking is not beginning
    twelve_questions("second", {1: "a"})
    closed = twelve_questions("first", {1: "b"})
    assert closed.closed
    assert twelve_questions("first").answers == {"1": "a"}


@pytest.mark.parametrize("name", ["NBGRADER_EXECUTION", "APPRAISE_RECORD"])
def test_nothing_is_kept_while_a_lesson_is_graded_or_compiled(kept, monkeypatch, name):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.setenv(name, "autograde")
    assert twelve_questions("first", {1: "a"}).form == "A"
    assert twelve_questions("second").form == "B"
    assert not kept.exists()


def test_nothing_is_kept_without_a_work_folder(kept, monkeypatch):
    monkeypatch.delenv("APPRAISE_WORK")
    assert twelve_questions("first", {1: "a"}).form == "A"
    assert not kept.exists()


@pytest.mark.parametrize(
    "damage",
    ["{", "[]", '{"exercises": {}, "first": 3}', '{"exercises": {}, "first": {"form": "A", "answers": {"99": "a"}}}'],
)
def test_a_damaged_file_is_like_none(kept, damage):
    kept.parent.mkdir()
    kept.write_text(damage, encoding="utf-8")
    assert twelve_questions("first").answers == {}
    assert own_change().sums is None


# ── never right or wrong ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sitting_reads_the_same_whether_right_or_wrong():
    right = twelve_questions("first", keys("A"), form="A")
    wrong = twelve_questions("first", dict.fromkeys(range(1, 13), "d"), form="A")
    assert repr(right) == repr(wrong)
    assert right._repr_html_() == wrong._repr_html_()
    assert right.points() != wrong.points()


def test_every_question_and_option_can_be_read_without_widgets(monkeypatch):
    for name in ("JPY_SESSION_NAME", "VSCODE_PID"):
        monkeypatch.delenv(name, raising=False)
    sitting = twelve_questions("second", form="B")
    assert set(sitting._repr_mimebundle_()) == {"text/plain", "text/html"}
    for q in KNOWN.questions:
        for text in shown(q, "B"):
            assert text in repr(sitting)


def test_the_form_takes_answers_and_gives_no_hint(kept, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "lesson.ipynb")
    sitting = twelve_questions("first")
    box = sitting._widget()
    fields = [c for row in box.children[:-1] for c in row.children if isinstance(c, ipywidgets.Dropdown)]
    assert [f.description for f in fields] == [f"Question {n}" for n in range(1, 13)]
    for n, field in enumerate(fields, start=1):
        field.value = "d" if n % 2 else "not sure"
    assert twelve_questions("first").open == []
    assert "All 12 are answered" in box.children[-1].value
    fields[3].value = ""
    assert twelve_questions("first").open == ["4"]
    assert "Still open: 4" in box.children[-1].value
    assert not re.search(r"right|wrong|correct|✓|✗", box.children[-1].value)
    twelve_questions("second", {1: "a"})
    again = twelve_questions("first")._widget()
    assert all(c.disabled for row in again.children[:-1] for c in row.children if isinstance(c, ipywidgets.Dropdown))


# ── the change ──────────────────────────────────────────────────────────────────────────────────────────────────────


def both(before, after):
    return twelve_questions("first", before, form="B"), twelve_questions("second", after, form="A")


def test_the_change_is_told_by_construct():
    before = dict.fromkeys(range(1, 13), "not sure") | {1: keys("B")[1], 2: keys("B")[2]}
    after = dict.fromkeys(range(1, 13), "not sure") | {2: keys("A")[2], 3: keys("A")[3], 4: keys("A")[4]}
    change = own_change(*both(before, after))
    assert change.sums == (2, 3)
    assert change.table["change"].tolist() == ["down", "same", "up", "up", *["same"] * 8]
    assert list(change.table.index) == [q.about for q in KNOWN.questions]
    assert CAVEAT in repr(change)
    assert "cannot show that the course caused it" in change._repr_html_()


def test_the_change_is_kept_from_one_kernel_to_the_next(kept):
    first = twelve_questions("first", dict.fromkeys(range(1, 13), "not sure")).form
    twelve_questions("second", keys("B" if first == "A" else "A"))
    assert own_change().sums == (0, 12)


def test_what_is_missing_is_said_and_no_sum_is_given():
    full = dict.fromkeys(range(1, 13), "a")
    part = dict.fromkeys(range(1, 12), "a")
    assert "The second time lacks an answer to 12." in repr(own_change(*both(full, part)))
    assert own_change(*both(full, part)).sums is None
    assert "No answers of the first time" in repr(own_change(second=twelve_questions("second", full, form="A")))
    same = own_change(twelve_questions("first", full, form="A"), twelve_questions("second", full, form="A"))
    assert same.sums is None
    assert "Both times are form A" in repr(same)
    assert CAVEAT in repr(same)
