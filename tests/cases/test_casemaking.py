"""Cases as a whole: the same words with another label in another world, tasks, and the evidence behind a mark."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from appraise.cases.casemaking import make_case, make_case_with
from appraise.cases.labels import FAULTS, Claim, label
from appraise.cases.public import case_key
from appraise.cases.rendering import render_claim
from appraise.cases.stream import Stream
from appraise.cases.tasks import CONCERNS, FATES, P_FITS, bias_key


@pytest.mark.parametrize(
    ("claim", "right", "wrong"),
    [
        (Claim("harms"), {"harms": (0, 0)}, {"harms": None}),
        (Claim("people"), {"is_narrow": False}, {"is_narrow": True}),
        (Claim("comparator", {"comparator": "sham"}), {"comparator": "sham"}, {"comparator": "usual"}),
        (Claim("duration", {"number": 8}), {"weeks": 8, "follow_up": 12}, {"weeks": 5, "follow_up": 8}),
        (Claim("which_outcome", {"outcome": "rating"}), {"differs": "rating"}, {"differs": "measure"}),
        (Claim("earlier", {"number": 3}), {"earlier_trials": 3}, {"earlier_trials": 0}),
        (Claim("funding", {"funder": "the Fund"}), {"funder": "the Fund"}, {"funder": None}),
    ],
)
def test_the_same_words_are_right_in_one_world_and_not_in_another(cases, claim, right, wrong):
    case = cases[0]
    one, two = replace(case.world, **right), replace(case.world, **wrong)
    for voice in ("press", "shop", "news"):
        texts = [render_claim(world, case.topic, claim, voice, Stream("words")) for world in (one, two)]
        assert texts[0] == texts[1]
    assert label(one, claim) == "faithful"
    assert label(two, claim) != "faithful"


def test_a_case_takes_up_each_subject_once_and_has_three_figures():
    for sentences in (4, 8):
        for i in range(60):
            case = make_case(f"whole-{i}", sentences=sentences)
            subjects = [s.claim.subject for telling in case.tellings for s in telling.sentences]
            assert len(subjects) == len(set(subjects)) == 3 * sentences
            assert len(case.figures) == 3


def test_one_telling_can_be_had_alone():
    case = make_case("alone", sentences=8, voices=("news",))
    assert [telling.voice for telling in case.tellings] == ["news"]
    with pytest.raises(ValueError, match="9 a telling; expected 1 to 8"):
        make_case("alone", sentences=9)


def test_tellings_of_a_case_begin_differently(cases):
    for case in cases[:50]:
        assert len({telling.lead.split(".")[0] for telling in case.tellings}) == 3


def test_every_answer_of_a_task_occurs_and_none_is_nearly_always_right(many_cases):
    for name, answers, words in (
        ("figures", [f.fate for case in many_cases for f in case.figures], FATES),
        ("p", [case.p for case in many_cases], P_FITS),
        *((q, [case.bias[q] for case in many_cases], None) for q in ("allocation", "rating", "missing")),
    ):
        counts = Counter(answers)
        assert set(counts) == set(words) if words else len(counts) >= 2, name
        assert max(counts.values()) / len(answers) < 0.85, (name, counts)
    differences = [case.difference for case in many_cases]
    assert any(d.difference is None for d in differences)
    assert any(d.difference and d.interval is None for d in differences)
    assert any(d.difference and d.interval for d in differences)


def test_evaluators_kept_unaware_do_not_blind_ratings_that_patients_give_themselves(cases):
    world = replace(cases[0].world, comparator="nothing", are_participants_unaware=None, are_assessors_blind=True)
    assert bias_key(world)["rating"] == CONCERNS[1]


def test_each_part_of_the_headlines_is_right_in_two_of_four(cases):
    for case in cases:
        for part in ("outcome", "comparison", "people"):
            assert sum(part in faults for faults in case.headline.wrong) == 2
        assert case.headline.wrong[case.headline.fair] == ()
        assert len(set(case.headline.headlines)) == 4


def test_the_evidence_behind_a_mark_is_in_the_abstract(cases):
    for case in cases[:60]:
        text = " ".join(sentence.text for sentence in case.abstract)
        for row, telling in zip(case_key(case, "T").marks, case.tellings, strict=True):
            for mark, sentence in zip(row, telling.sentences, strict=True):
                is_silent = sentence.label in ("unknown", "silence as finding")
                assert bool(mark.evidence) != is_silent, sentence
                assert all(part in text for part in mark.evidence.split(". "))


@pytest.mark.parametrize("wanted", FAULTS)
def test_what_went_wrong_comes_back(wanted):
    case = make_case_with("again", [wanted])
    assert wanted in [sentence.label for telling in case.tellings for sentence in telling.sentences]


def test_labels_that_no_case_has_together_are_refused():
    with pytest.raises(ValueError, match="'fault' is no label"):
        make_case_with("again", ["fault"])
    with pytest.raises(ValueError, match="no case of 100 has stronger, weaker together"):
        make_case_with("again", ["stronger", "weaker"])
