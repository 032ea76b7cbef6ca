"""The statistics against scipy, and figures near a rounding edge."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy import stats as reference

from appraise.cases import stats
from appraise.cases.stream import Stream


@pytest.mark.parametrize("df", [1, 2, 3, 10, 57, 58, 95])
@pytest.mark.parametrize("t", [0.0, 0.3, 1.1, -2.0, 3.9])
def test_p_is_that_of_scipy(df, t):
    assert stats.t_two_sided(t, df) == pytest.approx(2 * reference.t.sf(abs(t), df), abs=1e-12)


@pytest.mark.parametrize("df", [5, 40, 77])
def test_the_quantile_is_that_of_scipy(df):
    assert stats.t_quantile(df) == pytest.approx(reference.t.ppf(0.975, df), abs=1e-9)


def test_means_are_compared_as_scipy_does():
    stream = Stream("compared")
    one, two = ([stream.between(0, 10) for _ in range(n)] for n in (31, 44))
    difference, se, p = stats.compare_means(one, two)
    expected = reference.ttest_ind(one, two)
    assert difference == pytest.approx(np.mean(one) - np.mean(two))
    assert difference / se == pytest.approx(expected.statistic)
    assert p == pytest.approx(expected.pvalue)
    assert stats.sd(one) == pytest.approx(np.std(one, ddof=1))


@pytest.mark.parametrize("counts", [((30, 35), (13, 26)), ((3, 40), (9, 31)), ((5, 20), (10, 40))])
def test_chi_square_is_that_of_scipy(counts):
    table = [[count, of - count] for count, of in counts]
    assert stats.chi_square(*counts) == pytest.approx(reference.chi2_contingency(table, correction=False).statistic)
    assert stats.chi_square((0, 5), (0, 7)) == 0


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [(Fraction(7, 3), 1, "2.3"), (-0.24, 1, "−0.2"), (0.96, 1, "1.0"), (Fraction(1, 3), 0, "0"), (-0.04, 1, "0.0")],
)
def test_figures_are_rounded(value, decimals, printed):
    assert stats.round_figure(value, decimals) == printed


@pytest.mark.parametrize("value", [Fraction(1, 4), 0.25, 0.25 + 1e-9, -0.35])
def test_a_figure_near_an_edge_is_refused(value):
    with pytest.raises(stats.NearEdge):
        stats.round_figure(value, 1)


@pytest.mark.parametrize("p", [0.001, 0.0995 + 1e-9])
def test_a_p_near_an_edge_of_its_form_is_refused(p):
    with pytest.raises(stats.NearEdge):
        stats.print_p(p)
