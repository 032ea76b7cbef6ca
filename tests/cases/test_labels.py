"""The label follows from world and claim; a claim with no label, or two, is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appraise.cases.casemaking import make_case
from appraise.cases.labels import FAULTS, KINDS, KINDS_OF, LABELS, Claim, LabelError, label, step_of


@pytest.fixture(scope="module")
def world():
    return next(w for i in range(50) if (w := make_case(f"labelled-{i}").world).style == "full")


def test_every_fault_has_kinds_and_every_kind_has_a_fault():
    assert set(KINDS_OF) == set(FAULTS)
    assert {kinds[0] for kinds in KINDS_OF.values()} == set(KINDS)
    assert [step_of(name) for name in LABELS[:3]] == ["fits", "cannot tell", "does not fit"]


@pytest.mark.parametrize(
    ("changes", "claim", "expected"),
    [
        ({"harms": None}, Claim("harms"), "silence as finding"),
        ({"harms": (0, 0)}, Claim("harms"), "faithful"),
        ({"harms": (4, 1)}, Claim("harms"), "reported but denied"),
        ({"is_narrow": True}, Claim("people"), "people widened"),
        ({"is_narrow": False}, Claim("people"), "faithful"),
        ({"age": None}, Claim("age", {"number": 40}), "unknown"),
        ({"age": 40}, Claim("age", {"number": 40}), "faithful"),
        ({"age": 41}, Claim("age", {"number": 40}), "figure changed"),
        ({"comparator": "sham"}, Claim("comparator", {"comparator": "usual"}), "comparison changed"),
        ({"weeks": 8, "follow_up": 12}, Claim("duration", {"number": 12}), "time moved"),
        ({"weeks": 8, "follow_up": 12}, Claim("duration", {"number": 8}), "faithful"),
        ({"differs": "rating"}, Claim("which_outcome", {"outcome": "measure"}), "outcome swapped"),
        ({"differs": "rating"}, Claim("concludes"), "faithful"),
        ({"differs": "measure"}, Claim("concludes"), "stronger"),
        ({"differs": "rating"}, Claim("stays_open"), "weaker"),
        ({"earlier_trials": 0}, Claim("earlier", {"number": 3}), "one study as several"),
        ({"is_mechanism_measured": False}, Claim("mechanism"), "mechanism as finding"),
        ({"is_advised": False}, Claim("advice"), "advice added"),
    ],
)
def test_one_claim_has_another_label_in_another_world(world, changes, claim, expected):
    assert label(replace(world, **changes), claim) == expected


def test_a_figure_of_another_thing_is_named(world):
    one, two = world.treated, world.control
    assert label(world, Claim("took_part", {"number": world.randomised})) == "faithful"
    assert label(world, Claim("took_part", {"number": world.analysed})) == "part for whole"
    assert label(world, Claim("left_early", {"number": two.left})) == "arms swapped"
    assert label(world, Claim("final_rating", {"number": two.after})) == "arms swapped"
    assert label(world, Claim("difference", {"number": one.fall})) == "change for difference"
    assert label(world, Claim("share", {"number": world.ratio_percent})) == "relative for absolute"
    assert label(world, Claim("took_part", {"number": 1})) == "figure changed"


def test_a_claim_with_two_labels_is_refused(world):
    same = replace(world, control=replace(world.control, after=world.treated.after))
    with pytest.raises(LabelError, match="faithful and arms swapped"):
        label(same, Claim("final_rating", {"number": same.treated.after}))
    twice = replace(world, difference="9.9", control=replace(world.control, fall=world.treated.fall))
    with pytest.raises(LabelError, match="arms swapped"):
        label(twice, Claim("difference", {"number": world.treated.fall}))


def test_a_claim_with_no_label_is_refused(world):
    silent = replace(world, count_threshold=None)
    with pytest.raises(LabelError, match="neither faithful nor a known fault"):
        label(silent, Claim("most_reached", {"number": 99}))
    with pytest.raises(LabelError, match="one arm alone"):
        label(replace(world, style="within"), Claim("difference", {"number": world.difference}))
    with pytest.raises(LabelError, match="'weather' is not known"):
        label(world, Claim("weather"))
