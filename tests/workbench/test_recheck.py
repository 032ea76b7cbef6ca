"""What can be worked out from printed figures, against published examples and against other ways to get there."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from appraise.workbench import METHODS, WorkbenchError, suggest, within_arm, work_out
from appraise.workbench import recheck as r
from tests.workbench import texts


def test_p_from_an_interval_as_in_the_paper() -> None:
    """Altman and Bland 2011, d2304: a ratio of 0.81 (0.70 to 0.94) has p = 0.005."""
    matches = r.p_from_interval("0.81", "0.70", "0.94", ratio=True)
    assert matches.p == pytest.approx(0.005, abs=0.0005)
    assert matches.is_centred
    assert not matches.holds_no_difference
    assert not r.p_from_interval("0.81", "0.70", "0.99", ratio=True).is_centred


def test_interval_from_p_as_in_the_paper() -> None:
    """Altman and Bland 2011, d2090: the same way back."""
    matches = r.interval_from_p("0.81", "0.005", ratio=True)
    assert (matches.low, matches.high) == pytest.approx((0.70, 0.94), abs=0.005)


@pytest.mark.parametrize("ratio", [False, True])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_p_and_interval_lead_back_to_each_other(ratio: bool, level: float) -> None:
    estimate = 1.7
    interval = r.interval_from_p(estimate, 0.031, level, ratio)
    assert r.p_from_interval(estimate, interval.low, interval.high, level, ratio).p == pytest.approx(0.031)


def test_a_bound_gives_the_widest_interval() -> None:
    bound, exact = r.interval_from_p("-1.6", "p < 0.001"), r.interval_from_p("-1.6", 0.0001)
    assert bound.from_bound == "<"
    assert bound.low < exact.low < exact.high < bound.high


def test_newcombes_own_example() -> None:
    """Newcombe 1998, table II, method 10: 56/70 − 48/80 has 0.0524 to 0.3339."""
    matches = r.difference_of_counts(56, 70, 48, 80)
    assert (matches.difference, matches.low, matches.high) == pytest.approx((20.0, 5.24, 33.39), abs=0.01)


def test_wilsons_interval_agrees_with_scipy() -> None:
    matches = r.percent("14", "106")
    other = stats.binomtest(14, 106).proportion_ci(method="wilson")
    assert (matches.low, matches.high) == pytest.approx((100 * other.low, 100 * other.high))


def test_a_count_of_none_has_no_ratio() -> None:
    assert math.isnan(r.difference_of_counts(0, 20, 3, 20).ratio)


def test_difference_of_means_agrees_with_data() -> None:
    draw = np.random.default_rng(5)
    one, two = draw.normal(5, 2, 40), draw.normal(4, 3, 30)
    test = stats.ttest_ind(one, two, equal_var=False)
    interval = test.confidence_interval()
    matches = r.difference_of_means(one.mean(), one.std(ddof=1), 40, two.mean(), two.std(ddof=1), 30)
    assert (matches.low, matches.high, matches.p) == pytest.approx((interval.low, interval.high, test.pvalue))


def test_difference_of_changes_adds_the_squares() -> None:
    matches = r.difference_of_changes(3, 2, 4, 1, 0, 2)
    assert matches.value == 2
    assert matches.high - matches.low == pytest.approx(2 * math.sqrt(2))


WRONG = [
    (lambda: r.p_from_interval("1", "3", "2"), "low: 3 is not below high: 2"),
    (lambda: r.p_from_interval("1", "-1", "2", ratio=True), "no ratio"),
    (lambda: r.p_from_interval("about 1", "0", "2"), "estimate: 'about 1' is not one figure"),
    (lambda: r.interval_from_p("1.2", "0"), "no p value"),
    (lambda: r.interval_from_p("0", "0.04"), "no difference at all"),
    (lambda: r.interval_from_p("2", "1"), "is 1, and no interval"),
    (lambda: r.percent("7", "5"), "7 of 5 cannot be"),
    (lambda: r.percent("7.5", "20"), "whole number"),
    (lambda: r.analysed("20", "21"), "21 analysed is more than 20 randomised"),
    (lambda: r.difference_of_means("1", "0", 9, "2", "1", 9), "no SD to work with"),
    (lambda: r.difference_of_changes("1", "2", "0", "1", "0", "2"), "the first interval runs from 2 to 0"),
    (lambda: r.p_from_interval("1", "0", "2", level="20"), "no level of confidence"),
    (lambda: work_out("magic", {}), "'magic' is not known"),
    (lambda: work_out("percent", {"count": "3"}), "out of how many is empty"),
]


@pytest.mark.parametrize(("run", "says"), WRONG, ids=[w[1] for w in WRONG])
def test_what_cannot_be_worked_out_says_why(run: object, says: str) -> None:
    assert callable(run)
    with pytest.raises(WorkbenchError, match=says) as caught:
        run()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("written", ["1234.5", "1,234.5"])
def test_printed_figures_are_read_in_several_styles(written: str) -> None:
    assert r._number(written, "x") == 1234.5
    assert (r._number("−0·5", "x"), r._number("7,25", "x")) == (-0.5, 7.25)


EXPECTED = {
    "abstract-01": ("p from interval", ["4.5", "-0.4", "9.4", "difference", "95", "p = 0.07"]),
    "abstract-03": ("difference of counts", ["41", "311", "19", "309"]),
    "abstract-04": ("difference of changes", ["2.3", "1.7", "2.9", "1.9", "1.3", "2.5", "95"]),
    "abstract-05": ("p from interval", ["0.91", "0.79", "1.05", "ratio", "95", ""]),
    "abstract-07": ("analysed", ["36", "31"]),
    "abstract-10": ("difference of counts", ["117", "195", "89", "193"]),
    "abstract-12": ("analysed", ["346", "331"]),
    "abstract-13": ("p from interval", ["0.64", "0.47", "0.88", "ratio", "95", ""]),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_an_abstract_prefills_its_forms(name: str) -> None:
    method, inputs = EXPECTED[name]
    assert inputs in [list(s.inputs.values()) for s in suggest(texts.load(name).text) if s.method == method]


def test_every_prefilled_form_names_its_fields_and_gives_a_sentence() -> None:
    for abstract in texts.abstracts():
        for suggestion in suggest(abstract.text):
            method = METHODS[suggestion.method]
            assert set(suggestion.inputs) <= set(method.asks)
            if all(suggestion.inputs.get(name) for name in set(method.asks) - method.optional):
                assert work_out(suggestion.method, suggestion.inputs).endswith(".")


def test_a_printed_p_stands_beside_the_one_worked_out() -> None:
    says = work_out(
        "p from interval", {"estimate": "-1.6", "low": "-2.6", "high": "-0.6", "scale": "difference", "p": "p=0.0014"}
    )
    assert "implies p = 0.002" in says
    assert "Printed is p=0.0014" in says


def test_results_of_one_arm_are_flagged_and_comparisons_are_not() -> None:
    flagged = {t.name: within_arm(t.text) for t in texts.abstracts()}
    assert len(flagged["abstract-07"]) == 3
    assert len(flagged["abstract-02"]) == 1
    assert len(flagged["abstract-04"]) == 1
    assert not any(flagged[name] for name in ("abstract-01", "abstract-03", "abstract-10", "abstract-13"))
