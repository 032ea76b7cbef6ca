"""What lessons 05 to 08 show of invented trials: simulations, the pictures beside a prediction, and their tables."""

from __future__ import annotations

import numpy as np
import pytest

from appraise.figures import false_alarms, four_kinds, means_by_size, shuffled_piles, thin_envelope
from appraise.methods import rob2
from appraise.methods.intervals import interval_of_change, interval_of_share
from appraise.methods.recomputed import control_means, printed_figures, recompute, spread_of_change
from appraise.widgets import compare_improvements, enrol, hospital_means, leave_trial, shuffle_piles


def test_shuffling_keeps_the_cards_and_both_signs() -> None:
    dealt = shuffle_piles([4, 2, 5], [1, 3, 0, 2], shuffles=500)
    assert np.allclose(dealt * 12, np.round(dealt * 12))  # sums of whole numbers over 3 and 4
    assert dealt.min() < 0 < dealt.max()
    assert abs(dealt.mean()) < 0.2


def test_as_far_counts_both_sides_and_exactly_as_far() -> None:
    drawn = shuffled_piles([1.0, -1.0, 0.5, 2.0], observed=-1.0)
    assert drawn.table is not None
    assert drawn.table["of 1,000 shuffles"].to_list() == [750.0]
    with pytest.raises(ValueError, match="at least one difference"):
        shuffled_piles([], observed=1.0)


@pytest.mark.parametrize(
    "draw",
    [
        lambda said: shuffled_piles([0.0, 1.0], 1.0, said),
        lambda said: four_kinds(0.3, said),
        lambda said: thin_envelope(enrol(False, 40), enrol(True, 40), said),
        lambda said: means_by_size(hospital_means(groups=20), said),
        lambda said: false_alarms(said),
    ],
)
def test_a_picture_shows_a_prediction_only_where_there_is_one(draw) -> None:
    assert "prediction" not in draw(None).alt
    assert "your prediction" in draw(3).alt
    assert "3" in draw(3).alt


def test_four_kinds_are_all_trials() -> None:
    table = four_kinds(0.3).table
    assert table is not None
    assert table["of 100 trials"].to_dict() == {
        "both": 9.0,
        "only the first": 21.0,
        "only the second": 21.0,
        "neither": 49.0,
    }
    with pytest.raises(ValueError, match="between 0 and 1"):
        four_kinds(1.0)


def test_only_a_seen_order_bends_the_start() -> None:
    hidden, seen = enrol(False, people=4000), enrol(True, people=4000)
    assert abs(hidden["treatment"] - hidden["control"]) < 0.2
    assert seen["control"] - seen["treatment"] > 0.5


def test_leaving_bends_the_difference_in_one_scenario() -> None:
    lost = leave_trial()
    assert lost["difference"].iloc[0] == 0
    assert lost["difference"].iloc[3] < -0.5
    assert lost["difference"].iloc[4] == 0
    assert lost["mean, treatment"].iloc[4] < lost["mean, treatment"].iloc[0]


def test_means_draw_together_with_the_root_of_n() -> None:
    spread = hospital_means()["SD of the means"]
    assert spread[10] / spread[40] == pytest.approx(2, abs=0.25)
    assert spread[40] / spread[160] == pytest.approx(2, abs=0.25)


def test_groups_that_get_the_same_differ_rarely() -> None:
    table = compare_improvements(trials=400)
    assert (table["groups differ, seen"] < 0.1).all()
    assert table["exactly one, seen"].max() > 0.4


def test_an_interval_of_the_change_narrows_with_r_and_needs_people() -> None:
    table = interval_of_change(7.5, 2.2, 4.7, 1.8, 40, mark=2)
    width = table["high"] - table["low"]
    assert width.is_monotonic_decreasing
    assert table["share that reaches the mark, %"].between(50, 100).all()
    with pytest.raises(ValueError, match="at least two people"):
        interval_of_change(7.5, 2.2, 4.7, 1.8, 1)


def test_wilson_is_narrower_than_exact() -> None:
    table = interval_of_share(4, [40, 80])
    width = (table["upper end, %"] - table["lower end, %"]).unstack()
    assert (width["wilson"] < width["exact"]).all()


def test_no_printed_p_fits_and_pain_needs_twice_the_spread() -> None:
    printed = printed_figures()
    table = recompute(printed, 40)
    assert (table["largest p, any r"].astype(float) < table["printed p"].astype(float)).all()
    spread = spread_of_change(printed, 40).loc["pain"]
    assert spread["needed"] / spread["largest that the SDs allow"] == pytest.approx(2, abs=0.05)
    means = control_means(printed, 40)
    assert means.loc["pain", "control mean needed"] > means.loc["pain", "magnesium mean, printed"]
    assert (means["control mean needed"] < means["magnesium mean, printed"]).iloc[1:].all()


def test_a_whole_form_is_judged_from_what_is_asked() -> None:
    judged = rob2.judge_all({**rob2.no_information(), "3.1": "Y"})
    assert judged["D3"] == "Low"
    assert list(judged) == ["D1", "D2", "D3", "D4", "D5", "Overall"]
    with pytest.raises(rob2.Rob2Error):
        rob2.judge_all({"1.1": "Y"})
