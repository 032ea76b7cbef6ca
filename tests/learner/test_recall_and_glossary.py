"""The opening questions of a lesson, and the words of the course."""

import pytest

from appraise.course import load_course
from appraise.errors import GlossaryError, RecallError
from appraise.learner import recall as asking
from appraise.learner.glossary import glossary, load_glossary

SLUG = "05-compared-with-what"
ONE = """
- about: 04-the-numbers
  question: A page prints 4.2 where the abstract prints 4.7. What <happened>?
  options:
    - {text: It was rounded, why: Rounding keeps the leading digits.}
    - {text: It was changed, right: true, why: Another value stands there.}
"""
FURTHER = ONE.replace("04-the-numbers", "02-the-question")
WRITTEN = sorted(file.stem for file in asking.FOLDER.glob("*.yml"))


def written(folder, text, slug=SLUG):
    (folder / f"{slug}.yml").write_text(text, encoding="utf-8")
    return folder


def test_three_questions_are_shown_with_reasons_that_open(tmp_path, monkeypatch):
    asked = asking.load_recall(SLUG, written(tmp_path, ONE + ONE + FURTHER))
    monkeypatch.setattr(asking, "load_recall", lambda slug: asked)
    shown = asking.recall(SLUG)
    assert shown.html.count("<details") == 6
    assert shown.html.count("✓ Yes.") == 3
    assert "What &lt;happened&gt;?" in shown.html
    assert "From lesson 04 How numbers travel" in shown.html
    assert "Another value" not in shown.text  # a terminal prints the questions, not their answers


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ONE + ONE, "at least 3 items"),
        (ONE + ONE + ONE, "expected two questions on 04-the-numbers and one on a lesson before it"),
        (ONE + FURTHER + FURTHER, "expected two questions on 04-the-numbers"),
        (ONE + ONE + FURTHER.replace("right: true, ", ""), "question 3: expected exactly one option"),
        (ONE + ONE + ONE.replace("04-the-numbers", "06-how-big-how-sure"), "question 3: expected a lesson before"),
    ],
)
def test_questions_that_do_not_keep_the_rule_are_one_clear_line(tmp_path, text, said):
    with pytest.raises(RecallError, match=said) as error:
        asking.load_recall(SLUG, written(tmp_path, text))
    assert "\n" not in str(error.value)
    with pytest.raises(RecallError, match="expected this file"):
        asking.load_recall("07-risk-of-bias", tmp_path)


def test_lesson_01_asks_three_times_on_00(tmp_path):
    on_start = ONE.replace("04-the-numbers", "00-start-here")
    assert len(asking.load_recall("01-five-tellings", written(tmp_path, on_start * 3, "01-five-tellings"))) == 3


def test_the_questions_of_every_lesson_can_be_used():
    for slug in WRITTEN:
        places = [[option.right for option in asked.options].index(True) for asked in asking.load_recall(slug)]
        assert len(set(places)) > 1, f"{slug}: the right option stands in the same place three times"


def test_the_glossary_is_in_order_and_knows_its_lessons():
    terms = load_glossary()
    numbers = {lesson.number for lesson in load_course().lessons}
    assert {term.lesson for term in terms.values()} <= numbers
    assert all(not term.means.endswith(".") for term in terms.values())
    assert {"power", "null hypothesis", "intention to treat", "correction for many tests", "Pearson's r"} <= set(terms)
    assert repr(glossary("NULL hypothesis")).startswith("null hypothesis: ")
    assert glossary("average").text == glossary("mean").text
    with pytest.raises(GlossaryError, match="expected a word of the glossary"):
        glossary("unheard-of")


def test_a_glossary_out_of_order_or_with_a_word_twice_is_refused(tmp_path):
    file = tmp_path / "glossary.yml"
    file.write_text('b: {means: x, lesson: "01"}\na: {means: y, lesson: "01"}\n', encoding="utf-8")
    with pytest.raises(GlossaryError, match="a: expected alphabetical order; it stands after “b”"):
        load_glossary(file)
    file = tmp_path / "twice.yml"
    file.write_text('a: {means: x, lesson: "01", also: [b]}\nB: {means: y, lesson: "01"}\n', encoding="utf-8")
    with pytest.raises(GlossaryError, match="b: expected each word once"):
        load_glossary(file)
