"""The short texts of lessons 09 to 11: plain English passes, the usual faults are named, and each model passes."""

from __future__ import annotations

import pytest

from appraise.exercises.exercise import Exercise
from appraise.exercises.judge import judge
from tests import bank

NOTHING_MISSING = "Nothing on the list of formal points is missing."
FAIR, LETTER, HEADLINE = "spin-make-it-fair", "teller-line-to-the-editor", "rest-fair-headline"
SLUGS = {FAIR: "09-spin", LETTER: "10-who-is-telling", HEADLINE: "11-one-study-or-many"}


def exercise(name: str) -> Exercise:
    return Exercise.from_json(bank.key(SLUGS[name])[name])


GOOD = {
    FAIR: [
        "In this small trial, patients with back pain from the nerves hurt less six months after taking magnesium than "
        "before it. We can't tell how the placebo patients did: the abstract leaves them out.",
        "One trial: among those given magnesium for a back pain with a nerve part, the mean was 2.8 points lower after "
        "half a year. The abstract has no figure for the dummy group.",
    ],
    LETTER: [
        "You print that magnesium “has proved to help” with headache. The source has numbers in brackets and no list, so "
        "I couldn't find a single study. Would you correct this?",
        "On headache: the words “has proved to help” stand on [5] [6] [7], and there is no reference list. I suggest that "
        "you name the studies.",
    ],
    HEADLINE: [
        "Magnesium for back pain: one trial, four voices. Two reviews count the same trial; whether the other two do "
        "nobody knows.",
        "Only one study behind reviews of magnesium and backs. For two of the four it is not known what they rest on.",
    ],
}
FAULTY = [
    (FAIR, "Magnesium relieved back pain for six months in one trial.", "nerves had"),
    (FAIR, "In one trial, nerve-related back pain fell in the magnesium group after six months.", "missing for a comp"),
    (
        FAIR,
        "Back pain from nerves was lower in patients on magnesium than before, in one trial, placebo unknown.",
        "time",
    ),
    (LETTER, "Your page on headache is wrong. Please withdraw “has proved to help”.", "what you looked for"),
    (LETTER, "For headache “has proved to help” has no source.", "what the paper should do"),
    (HEADLINE, "Four reviews agree that magnesium eases back pain, though much is not known.", "how many trials"),
    (HEADLINE, "One trial of magnesium and the back stands behind two reviews.", "not known"),
]
ALARMING = [
    (FAIR, "One trial proves that magnesium works better than placebo for nerve pain after six months.", "placebo"),
    (FAIR, "Magnesium is safe and ends back pain.", "count of people"),
    (LETTER, "The shop only says so because it wants to sell magnesium for headache.", "motive"),
    (HEADLINE, "Several reviews confirm it.", "Several voices"),
]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in GOOD.items() for text in texts])
def test_plain_english_passes(name: str, text: str) -> None:
    verdict = judge(exercise(name), text)
    assert NOTHING_MISSING in verdict.remark
    assert verdict.reconsider == ()


@pytest.mark.parametrize(("name", "text", "told"), FAULTY)
def test_what_is_not_there_is_named(name: str, text: str, told: str) -> None:
    assert told in judge(exercise(name), text).remark


@pytest.mark.parametrize(("name", "text", "told"), ALARMING)
def test_wordings_that_say_too_much_are_stopped_at(name: str, text: str, told: str) -> None:
    assert told in " ".join(map(str, judge(exercise(name), text).reconsider))


@pytest.mark.parametrize("name", SLUGS)
def test_two_models_and_two_lines_of_ones_own(name: str) -> None:
    ex = exercise(name)
    assert set(ex.models) == {"plain", "exact"}
    assert len(ex.self_mark) == 2
    for text in ex.models.values():
        verdict = judge(ex, text)
        assert NOTHING_MISSING in verdict.remark, verdict.remark
        assert verdict.reconsider == ()


@pytest.mark.parametrize("name", ["telling-two-hundred-words", "telling-mend-one-sentence"])
def test_the_models_of_lesson_12_pass_too(name: str) -> None:
    ex = Exercise.from_json(bank.key("12-a-fair-telling")[name])
    assert set(ex.models) == {"plain", "exact"}
    for text in ex.models.values():
        verdict = judge(ex, text)
        assert NOTHING_MISSING in verdict.remark, verdict.remark
        assert verdict.reconsider == (), verdict.reconsider
