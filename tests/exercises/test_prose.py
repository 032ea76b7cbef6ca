"""Answers in words: what is counted, what is missing, and which wordings are stopped at."""

import pytest

from appraise.authoring.writing import load_writing, resolve
from appraise.errors import AuthorError
from appraise.exercises.exercise import Exercise, Status
from appraise.exercises.judge import judge
from appraise.exercises.prose import count_words, missing_points, things_to_reconsider
from appraise.learner.remark import render_remark

ALARMS = list(load_writing().alarms)
ENTRY = {"expects": [{"pattern": "", "about": "scale", "missing": "No scale."}], "alarms": ALARMS, "figures": ["2.8"]}
MODELS = {"plain": "Pain fell.", "exact": "Mean pain fell\nfrom 7.5 to 4.7."}


def exercise(tmp_path, **fields):
    made = resolve(ENTRY, tmp_path / "exercises.yml", "tell-it")
    return Exercise("tell-it", name="telling", kind="write", **{**made, **fields})


STOPPED = {
    "proof": ["This proves that magnesium works.", "Science shows it.", "It shows that magnesium helps."],
    "cure": ["Magnesium ends chronic back pain.", "It cured all patients."],
    "safe": ["It is completely safe.", "It has no side effects."],
    "advice": [
        "Everyone with a sore back should ask for it.",
        "Take magnesium.",
        "It is worth a try.",
        "We recommend it.",
    ],
    "between-groups": ["Pain fell more than with placebo.", "A significant improvement (p = 0.034) over placebo."],
    "motive": ["They only say so because they sell it.", "They want to sell pills."],
    "voices-as-studies": ["Several reviews confirm the result.", "Three pages agree.", "Many studies back this."],
    "overstated": ["A highly significant result.", "A breakthrough."],
    "figures": ["99.9 % were better.", "Pain fell to 3.55."],
}
FAIR = """
This does not prove that magnesium works.
How much of the change is due to magnesium, the abstract does not say.
The abstract does not say whether magnesium did better than placebo.
No text lets us call it safe.
One page says that it is “completely safe”.
Nobody should read this as advice, and it is not worth more than its figures.
Pain at the end of the trial was 4.7 out of ten, 2.8 points lower than before.
At least two of the reviews rest on this same trial.
One page states that it sells a product.
Forty people were in each group; 5 to 12 of them are shown.
It can’t be said how they compared with the placebo group.
Two trials asked people with pain in the back.
""".strip().splitlines()


@pytest.mark.parametrize(("alarm", "sentence"), [(a, s) for a, every in STOPPED.items() for s in every])
def test_a_wording_that_says_too_much_is_stopped_at(tmp_path, alarm, sentence):
    reconsider = load_writing().alarms[alarm].reconsider
    assert any(line.endswith(reconsider) for line in things_to_reconsider(exercise(tmp_path), sentence)), sentence


def test_every_alarm_is_tried():
    assert set(STOPPED) == set(ALARMS)


@pytest.mark.parametrize("sentence", FAIR)
def test_a_fair_sentence_is_left_alone(tmp_path, sentence):
    assert things_to_reconsider(exercise(tmp_path), sentence) == []


def test_a_text_of_key_words_and_false_sentences_does_not_pass_in_silence(tmp_path):
    text = " ".join(sentence for every in STOPPED.values() for sentence in every) + " On a scale."
    ex = exercise(tmp_path)
    verdict = judge(ex, text)
    assert verdict.status is Status.MARKED
    assert verdict.wrong == ()
    assert len(verdict.reconsider) >= len(ALARMS)
    html = render_remark(ex, verdict, 0)
    assert "Look at it again:" in html
    assert html.count("<li>") == len(verdict.reconsider)


def test_points_are_found_in_plain_english(tmp_path):
    ex = exercise(tmp_path)
    assert missing_points(ex, "They rated their pain at 4.7 out of ten.") == []
    assert missing_points(ex, "Pain fell.") == ["No scale."]
    limit = exercise(tmp_path, most_words=3, uncounted=["Reference:"])
    assert missing_points(limit, "On a scale.\nReference: a b c d") == []
    assert missing_points(limit, "On a long scale.") == ["It has 4 words; the limit is 3."]
    assert count_words("One two’s 4.7.") == 3


def test_models_open_behind_the_writers_own_marks(tmp_path):
    ex = exercise(tmp_path, models=MODELS, self_mark=["Is the group named?"], core=False)
    early = render_remark(ex, judge(ex, "Pain fell."), 0, tries=1)
    assert "Mean pain fell" not in early
    whole = render_remark(ex, judge(ex, "On a scale."), 0, tries=1)
    assert whole.index("Is the group named?") < whole.index("<details") < whole.index("Mean pain fell")
    assert "Mean pain fell" in render_remark(ex, judge(ex, "Pain fell."), 0, tries=3)


def test_an_unknown_name_is_one_clear_line(tmp_path):
    for field, value, said in (
        ("alarms", ["prof"], "expected alarms among"),
        ("expects", [{"pattern": "", "about": "scales", "missing": "x"}], "expected a point among"),
        ("expects", [{"pattern": "", "about": None, "missing": "x"}], "expected `pattern` or `about` in the 1. point"),
    ):
        with pytest.raises(AuthorError, match=said):
            resolve({**ENTRY, field: value}, tmp_path / "exercises.yml", "tell-it")
