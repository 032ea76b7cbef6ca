"""The measures count what they say, and can fail."""

from nbformat.v4 import new_code_cell

from appraise.exercises.exercise import Exercise
from tests import measures


def labelled(*right):
    return Exercise(
        "a-b", name="a", kind="classify", options=["x", "y"], expected={"dict": [[f"part {n}", r] for n, r in enumerate(right)]}
    )  # fmt: skip


def test_entries_and_labels_are_counted():
    assert measures.entries_asked(labelled(*"xyxyx")) == 5
    assert measures.entries_asked(Exercise("f-a", name="f", kind="compute", cases=[{}])) == 1
    assert measures.share_of_one_label(labelled(*"xxxy")) == 0.75
    assert measures.share_of_one_label(labelled(*"xxx")) == 0.0  # fewer than four
    table = dict(row[:2] for row in measures._of_exercises({"a": labelled(*"xxxxxxxxxxxxy"), "b": labelled("x")}))
    assert table["exercises of more than 12 entries"] == "1 (a)"
    assert table["exercises with one label right in over 60 %"] == "1 (a)"
    assert table["“Right” without a reason"] == "2 (a, b)"
    assert table["worked answers without all reasons"] == "2 (a (13), b (1)); 14 parts"


def test_entries_are_those_of_the_lessons_for_which_the_bar_was_set(monkeypatch):
    asked = {"00-a": {"a": labelled(*"x" * 300)}, "12-b": {"b": labelled(*"y" * 230)}, "13-c": {"c": labelled("x")}}
    monkeypatch.setattr(measures, "exercises", asked.get)
    row = measures._of_entries([*asked])
    assert row[1] == "530 in lessons 00 to 12; 1 in the 1 after them"
    assert row[3]
    asked["12-b"]["b2"] = labelled("x")
    assert not measures._of_entries([*asked])[3]


def test_an_answer_without_a_form_is_typed_code():
    cells = [
        new_code_cell('a = {}\nchoose("one-a", a)'), new_code_cell('check("one-a", a)'),
        new_code_cell("def f(x): ..."), new_code_cell('check("two-b", f)'),
    ]  # fmt: skip
    assert measures.typed_code(cells) == ["two-b"]


def test_what_can_be_moved_early_is_seen(monkeypatch):
    cells = [new_code_cell("x = 1")] * 2 + [new_code_cell('predict("p", 0, 1)')] * 2 + [new_code_cell("y = 2")] * 5
    monkeypatch.setattr(measures, "cells_of", lambda slug: cells)
    assert measures.moves_early("x")
    cells[2:4] = [new_code_cell("z = 3")] * 2
    assert not measures.moves_early("x")


def test_every_row_of_the_course_is_printed(capsys, monkeypatch):
    monkeypatch.setattr(measures, "ignored_arguments", list)
    code = measures.main()
    out = capsys.readouterr().out
    assert code == (1 if "✗" in out else 0)
    assert out.count("(asked:") == 15
    assert len(list(measures.by_lesson())) == len(measures.bank.slugs()) + 1
