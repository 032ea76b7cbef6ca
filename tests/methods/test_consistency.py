"""Figures recomputed against the published ones' tables, against scipy on real samples, and against brute force."""

import math
import subprocess
import sys
from collections.abc import Callable
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from appraise.errors import ConsistencyError
from appraise.methods.consistency import (
    Rounding,
    _pairs,
    _totals,
    ci_p,
    control_mean_needed,
    grim,
    grimmer,
    largest_p,
    p_agrees,
    p_interval,
    printed,
    sd_change,
    sd_change_largest,
    sd_needed,
    sem_reading,
    t_paired,
    t_unpaired,
)

# Before and after in the magnesium arm of n = 40: mean, SD, mean, SD, printed p, and which way is better.
N = 40
PAIN = ("7.5", "2.2", "4.7", "1.8")
FLEXION = ("22.2", "8.4", "34.7", "11.5")
EXTENSION = ("11.8", "3.4", "16.9", "3.5")
LATERAL = ("11.4", "3.6", "17.2", "4.4")


def two(value: float) -> str:
    return f"{value:.1e}"


@pytest.mark.parametrize(
    ("r", "sd", "t", "p"),
    [
        (-0.99, 3.99, 4.44, "7.2e-05"),
        (-0.5, 3.47, 5.10, "9.0e-06"),
        (0, 2.84, 6.23, "2.5e-07"),
        (0.25, 2.47, 7.17, "1.3e-08"),
        (0.5, 2.03, 8.72, "1.1e-10"),
        (0.9, 0.98, 18.15, "1.3e-20"),
    ],
)
def test_paired_t_for_pain_at_six_correlations(r: float, sd: float, t: float, p: str) -> None:
    assert round(sd_change(PAIN[1], PAIN[3], r), 2) == sd
    result = t_paired(*PAIN, n=N, r=r)
    assert result.statistic == pytest.approx(t, abs=0.005)
    assert (result.df, two(result.pvalue)) == (39, p)


@pytest.mark.parametrize(
    ("outcome", "printed_p", "worst_r", "largest", "r0", "r5", "unpaired", "needed", "most", "control"),
    [
        (PAIN, "0.034", "7.2e-05", "1.6e-04", "2.5e-07", "1.1e-10", "2.2e-08", "8.06", "4.0", "5.6"),
        (FLEXION, "0.018", "2.9e-04", "3.4e-04", "2.2e-06", "2.6e-09", "3.8e-07", "32.0", "19.9", "28.5"),
        (EXTENSION, "0.039", "3.4e-05", "5.5e-05", "7.4e-08", "1.7e-11", "4.3e-09", "15.1", "6.9", "15.3"),
        (LATERAL, "0.035", "4.4e-05", "6.7e-05", "1.2e-07", "4.2e-11", "8.5e-09", "16.8", "8.0", "15.1"),
    ],
)
def test_four_outcomes(
    outcome: tuple[str, str, str, str],
    printed_p: str,
    worst_r: str,
    largest: str,
    r0: str,
    r5: str,
    unpaired: str,
    needed: str,
    most: str,
    control: str,
) -> None:
    mean1, sd1, mean2, sd2 = outcome
    assert [two(t_paired(*outcome, n=N, r=r).pvalue) for r in (-0.99, 0, 0.5)] == [worst_r, r0, r5]
    assert two(largest_p(*outcome, n=N)) == largest
    assert not p_agrees(printed_p, largest_p(*outcome, n=N))
    assert two(t_unpaired(mean1, sd1, N, mean2, sd2, N).pvalue) == unpaired
    digits = len(needed.partition(".")[2])
    assert f"{sd_needed(printed_p, mean1, mean2, n=N):.{digits}f}" == needed
    assert f"{sd_change_largest(sd1, sd2):.1f}" == most
    better = "lower" if outcome is PAIN else "higher"
    assert f"{control_mean_needed(printed_p, mean2, sd2, N, better=better):.1f}" == control


def test_what_is_needed_gives_the_p_back() -> None:
    sd = sd_needed("0.034", "7.5", "4.7", n=N)
    assert t_paired(7.5, sd, 4.7, 0, n=N, r=0).pvalue == pytest.approx(0.034)
    for better in ("lower", "higher"):
        mean = control_mean_needed(0.02, "4.7", "1.8", 30, sd_control="2.5", n_control=45, better=better)
        assert (mean > 4.7) == (better == "lower")
        assert t_unpaired("4.7", "1.8", 30, mean, "2.5", 45).pvalue == pytest.approx(0.02)


def samples() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    return rng.normal(5, 2, 12), rng.normal(4, 3, 12)


def test_t_tests_agree_with_scipy_on_the_samples_themselves() -> None:
    x, y = samples()
    y5 = y[:5]
    for equal_var in (True, False):
        mine = t_unpaired(x.mean(), x.std(ddof=1), 12, y5.mean(), y5.std(ddof=1), 5, equal_var=equal_var)
        theirs = stats.ttest_ind(x, y5, equal_var=equal_var)
        assert mine == pytest.approx((theirs.statistic, theirs.df, theirs.pvalue))
    mine = t_paired(x.mean(), x.std(ddof=1), y.mean(), y.std(ddof=1), 12, r=float(np.corrcoef(x, y)[0, 1]))
    theirs = stats.ttest_rel(x, y)
    assert mine == pytest.approx((theirs.statistic, theirs.df, theirs.pvalue))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(-99, 99), st.integers(1, 60), st.integers(-99, 99), st.integers(1, 60), st.integers(2, 60), st.randoms()
)
def test_no_rounding_and_no_correlation_beats_largest_p(m1, s1, m2, s2, n, random) -> None:
    tenths = [f"{x / 10:.1f}" for x in (m1, s1, m2, s2)]
    worst = largest_p(*tenths, n=n)
    ends = []
    for _ in range(20):
        a, b, d, e = (float(t) + random.choice([-0.05, 0.05, random.uniform(-0.05, 0.05)]) for t in tenths)
        ends.append(t_paired(a, max(b, 0), d, max(e, 0), n, r=random.uniform(-0.99, 0.99)).pvalue)
    assert max(ends) <= worst * (1 + 1e-9)
    half = 0.05 if m1 > m2 else -0.05  # the corner itself is reached
    if abs(m1 - m2) > 1:
        corner = t_paired(m1 / 10 - half, s1 / 10 + 0.05, m2 / 10 + half, s2 / 10 + 0.05, n, r=-0.99).pvalue
        assert corner == pytest.approx(worst, rel=1e-6)


def test_numbers_are_exact_and_strings_are_not() -> None:
    assert largest_p(7.5, 2.2, 4.7, 1.8, n=N) == pytest.approx(t_paired(*PAIN, n=N, r=-0.99).pvalue)
    assert largest_p("7.50", "2.20", "4.70", "1.80", n=N) < largest_p(*PAIN, n=N)
    assert largest_p("4.7", "1.8", "4.8", "1.8", n=N) == 1.0  # rounding lets the means meet


def test_no_spread() -> None:
    assert t_paired(5, 1, 4, 1, n=9, r=1) == (math.inf, 8, 0)
    assert t_paired(4, 0, 5, 0, n=9, r=0.3) == (-math.inf, 8, 0)
    assert math.isnan(t_paired(5, 0, 5, 0, n=9, r=0).pvalue)
    assert t_unpaired(5, 0, 9, 4, 0, 9).pvalue == 0
    assert math.isnan(t_unpaired(5, 0, 9, 5, 0, 9, equal_var=False).pvalue)
    assert largest_p("5.0", "0.0", "4.0", "0.0", n=9) > 0  # a printed SD of 0.0 may hide some spread
    assert largest_p(5, 0, 4, 0, n=9) == 0
    with pytest.raises(ConsistencyError, match="no arm has any spread"):
        control_mean_needed(0.03, 5, 0, 9)


def test_extreme_p_values() -> None:
    assert sd_needed(0, 5, 4, n=9) == 0
    assert sd_needed(1, 5, 4, n=9) == math.inf
    assert control_mean_needed(1, 5, 2, 9) == 5
    assert control_mean_needed(0, 5, 2, 9) == math.inf
    with pytest.raises(ConsistencyError, match="mean1 and mean2 are equal"):
        sd_needed("0.034", "5", "5", n=9)
    with pytest.raises(ConsistencyError, match=r"'< 0.001' is a bound; expected one value: give 0.001"):
        sd_needed("< 0.001", "5", "4", n=9)


@pytest.mark.parametrize(
    ("p", "low", "high"),
    [
        ("< 0.001", 0, 0.001),
        ("p<.03", 0, 0.03),
        ("P <= 0.05", 0, 0.05),
        ("≥ 0.05", 0.05, 1),
        ("> 0.05", 0.05, 1),
        ("0.034", 0.0335, 0.0345),
        ("p = .034", 0.0335, 0.0345),
        ("0.000", 0, 0.0005),
        ("0", 0, 0.5),
        ("1.00", 0.995, 1),
        (0, 0, 0),
        (0.034, 0.034, 0.034),
    ],
)
def test_p_interval(p: str | float, low: float, high: float) -> None:
    assert p_interval(p) == pytest.approx((low, high))


def test_p_agrees_at_the_bound() -> None:
    assert [p_agrees(p, 0.05) for p in ("< 0.05", "<= 0.05", "> 0.05", "≥ 0.05", "0.05")] == [
        False,
        True,
        False,
        True,
        True,
    ]
    assert p_agrees("< 0.03", 1e-7)
    assert not p_agrees("0.034", 1e-7)
    assert not p_agrees("< 0.001", math.nan)


@pytest.mark.parametrize(
    "p", ["ns", "0.034*", "p 0.03 to 0.05", "1.2", "-0.03", "", "0.0.3", 1.5, math.nan, None, True]
)
def test_what_is_no_p(p: object) -> None:
    with pytest.raises(ConsistencyError, match=r"^p: .*expected"):
        p_interval(p)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "figure", ["7,5", "7.5 (2.2)", "", "seven", "7.", "1e3", "nan", "٧", None, True, math.inf, math.nan, [7.5]]
)
def test_what_is_no_figure(figure: object) -> None:
    calls: list[Callable[[], object]] = [
        lambda: t_unpaired(figure, "2.2", N, "4.7", "1.8", N),  # type: ignore[arg-type]
        lambda: t_paired(figure, "2.2", "4.7", "1.8", N, 0),  # type: ignore[arg-type]
        lambda: largest_p(figure, "2.2", "4.7", "1.8", N),  # type: ignore[arg-type]
        lambda: sd_needed("0.034", figure, "4.7", N),  # type: ignore[arg-type]
        lambda: control_mean_needed("0.034", figure, "1.8", N),  # type: ignore[arg-type]
        lambda: grim(figure, n=N),  # type: ignore[arg-type]
        lambda: grimmer(figure, "2.2", n=N),  # type: ignore[arg-type]
    ]
    for call in calls:
        with pytest.raises(ConsistencyError, match=r"^mean1?: .* expected"):
            call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: t_paired(*PAIN, n=1, r=0), "n: 1 does not serve; expected a whole number of at least 2"),
        (lambda: t_unpaired(5, 1, 40, 4, 1, 1), "n2: 1 does not serve"),
        (lambda: t_unpaired(5, -1, 40, 4, 1, 40), "sd1: -1 is negative"),
        (lambda: largest_p(*PAIN, n=40.5), "n: 40.5 does not serve"),
        (lambda: largest_p(*PAIN, n="40"), "n: '40' does not serve"),
        (lambda: t_paired(*PAIN, n=40, r=1.2), "r: 1.2 is no correlation"),
        (lambda: t_paired(*PAIN, n=40, r=math.nan), "r: nan is no correlation"),
        (lambda: grim("7.5", n=0), "n: 0 does not serve; expected a whole number of at least 1$"),
        (lambda: grim("7.5", n=4, items=0), "items: 0 does not serve"),
        (lambda: grim("7.5", n=4, rounding="up"), "rounding: 'up' is not known"),
        (lambda: grimmer("7.5", "2.2", n=1), "n: 1 does not serve; expected a whole number of at least 2, since"),
        (lambda: grimmer("7.5", 2.2, n=40), "sd: 2.2 is not as printed"),
        (lambda: grimmer("7.5", "-2.2", n=40), "sd: '-2.2' is negative"),
        (lambda: control_mean_needed(0.03, 5, 1, 9, better="up"), "better: 'up' is not known"),
        (lambda: ci_p(-0.59, -0.05, -1.13), "low: -0.05 is above high"),
        (lambda: ci_p(1, 0, 2, level=95), "level: 95 is no level"),
        (lambda: sem_reading("2.2", "75", 40, 0, 10), "mean: '75' lies off the scale"),
    ],
)
def test_other_arguments_are_refused_by_name(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ConsistencyError, match=f"^{message}"):
        call()


def test_numpy_numbers_and_a_printed_minus_sign_are_read() -> None:
    assert t_paired(np.float64(7.5), np.float64(2.2), 4.7, 1.8, np.int64(40), 0) == t_paired(*PAIN, n=40, r=0)
    assert printed("−1.13") == printed("-1.13")
    assert printed(" 7 ") == (7, Decimal("6.5"), Decimal("7.5"))
    assert printed(Decimal("7.50")) == (Decimal("7.5"),) * 3


def test_brackets_as_standard_errors() -> None:
    reading = sem_reading("2.2", "7.5", N, 0, 10)
    assert (round(reading.sd, 1), round(reading.sd_largest, 1), reading.possible) == (13.9, 4.4, False)
    # the bound is reached by persons at the two ends of the scale, and by none beyond
    ends = [0] * 10 + [10] * 30
    largest = float(np.std(ends, ddof=1))
    assert sem_reading(largest / math.sqrt(N), 7.5, N, 0, 10).sd_largest == pytest.approx(largest)
    assert sem_reading(0.999 * largest / math.sqrt(N), 7.5, N, 0, 10).possible
    assert not sem_reading(1.001 * largest / math.sqrt(N), 7.5, N, 0, 10).possible
    # rounding is read at its kindest: 0.7 may be 0.65, and a mean of 7.5 may be 7.45, nearer to the middle
    assert sem_reading("0.7", 7.5, N, 0, 10).possible
    assert not sem_reading(0.7, 7.5, N, 0, 10).possible
    assert sem_reading(1.003 * largest / math.sqrt(N), "7.5", N, 0, 10).possible
    assert not sem_reading(1.003 * largest / math.sqrt(N), 7.5, N, 0, 10).possible


def test_no_bracket_read_as_standard_error_gives_the_printed_p() -> None:
    sds = [float(sd) * math.sqrt(N) for sd in (PAIN[1], PAIN[3])]
    for r in (-0.99, 0, 0.5):
        assert t_paired(PAIN[0], sds[0], PAIN[2], sds[1], N, r).pvalue > 0.15


def test_an_interval_that_lost_a_minus_sign() -> None:
    as_indexed = ci_p("-0.59", "-1.13", "0.05")
    assert (round(as_indexed.midpoint, 2), as_indexed.centred) == (-0.54, False)
    with_it = ci_p("-0.59", "-1.13", "-0.05")
    assert (round(with_it.midpoint, 2), round(with_it.pvalue, 3), with_it.centred) == (-0.59, 0.032, True)
    assert ci_p("1.96", "0", "3.92").pvalue == pytest.approx(0.05, abs=1e-5)
    assert ci_p(1, 1, 1).pvalue == 0
    assert math.isnan(ci_p(0, 0, 0).pvalue)
    # a midpoint off by no more than rounding is still a midpoint
    assert ci_p("0.5", "0.0", "1.1").centred
    assert not ci_p("0.5", "0.0", "1.3").centred
    assert not ci_p("0.5", "0.0", "0.7").centred


# GRIM and GRIMMER

RULES = {
    "half_up": [ROUND_HALF_UP],
    "half_down": [ROUND_HALF_DOWN],
    "half_even": [ROUND_HALF_EVEN],
    "either": [ROUND_HALF_UP, ROUND_HALF_DOWN],
}


def rounds_to(value: Decimal, decimals: int, rounding: str) -> set[str]:
    unit = Decimal(1).scaleb(-decimals)
    rounded = {value.quantize(unit, rule) for rule in RULES[rounding]}
    return {str(value if value else abs(value)) for value in rounded}


@pytest.mark.parametrize(("n", "impossible"), [(3, 70), (6, 40), (7, 30), (9, 10), (10, 0), (11, 0), (40, 0)])
def test_share_of_impossible_means_at_one_decimal(n: int, impossible: int) -> None:
    means = [f"{i / 10:.1f}" for i in range(101)]
    assert sum(not grim(mean, n=n) for mean in means) == impossible


@pytest.mark.parametrize(("rounding", "share"), [("either", 40), ("half_up", 60), ("half_down", 60), ("half_even", 60)])
def test_share_of_impossible_means_at_two_decimals_and_forty_persons(rounding: Rounding, share: int) -> None:
    means = [f"{i / 100:.2f}" for i in range(1000)]
    assert 100 * sum(not grim(mean, n=40, rounding=rounding) for mean in means) / len(means) == share


@pytest.mark.parametrize("rounding", RULES)
@pytest.mark.parametrize(
    ("n", "items", "decimals"), [(3, 1, 1), (8, 1, 2), (40, 1, 2), (4, 5, 2), (16, 1, 0), (1, 2, 1)]
)
def test_grim_against_rounding_every_mean(rounding: Rounding, n: int, items: int, decimals: int) -> None:
    scale = 10**decimals
    possible = set()
    for total in range(-6 * n * items, 6 * n * items + 1):
        possible |= rounds_to(Decimal(total) / (n * items), decimals, rounding)
    for i in range(-5 * scale, 5 * scale + 1):
        mean = str(Decimal(i).scaleb(-decimals))
        assert grim(mean, n, items, rounding) == (mean in possible), mean


def test_grim_has_no_power_over_the_trial_and_some_over_others() -> None:
    assert all(grim(mean, n=40) for mean in ("7.5", "4.7", "4.2", "7.4", "7.2"))
    assert len(list(_totals("4.7", 40, 1, "either"))) == 5
    assert not grim("7.51", n=40)
    assert grim("7.51", n=40, items=10)  # a mean of ten items is finer
    assert grim("7", n=1)
    assert not grim("7.5", n=1)
    assert grim("7.33", n=3)
    assert not grim(7.33, n=3)  # a number is exact
    assert grim(7.5, n=2)


@pytest.mark.parametrize(("mean", "sd", "pairs"), [("7.5", "2.2", 40), ("4.7", "1.8", 35), ("4.2", "1.8", 35)])
def test_grimmer_pairs_of_the_trial(mean: str, sd: str, pairs: int) -> None:
    assert len(list(_pairs(mean, sd, 40, 1, "either"))) == pairs
    assert grimmer(mean, sd, n=40)


def printed_sds(n: int, total: int, squares: int, decimals: int, rounding: str) -> set[str]:
    with localcontext() as context:
        context.prec = 60
        return rounds_to(((Decimal(squares) - Decimal(total) ** 2 / n) / (n - 1)).sqrt(), decimals, rounding)


@pytest.mark.parametrize("rounding", RULES)
@pytest.mark.parametrize(("n", "decimals"), [(5, 2), (6, 1), (8, 2)])
def test_grimmer_against_every_sample(rounding: Rounding, n: int, decimals: int) -> None:
    """Of every sample of whole numbers 0 to 6, the printed mean and SD pass; what no sample gives mostly fails."""
    real = set()
    seen = {(sum(s), sum(x * x for x in s)) for s in combinations_with_replacement(range(7), n)}
    for total, squares in seen:
        means = rounds_to(Decimal(total) / n, decimals, rounding)
        real |= set(product(means, printed_sds(n, total, squares, decimals, rounding)))
    assert all(grimmer(mean, sd, n, rounding=rounding) for mean, sd in real)
    # near the middle of the scale and with a small SD, samples of 0 to 6 are all samples, so the answer is exact
    unit = Decimal(1).scaleb(-decimals)
    sds = [str(i * unit) for i in range(int(Decimal(1) / unit) + 1)]
    for mean in {m for m, _ in real if Decimal("2.9") <= Decimal(m) <= Decimal("3.1")}:
        assert [grimmer(mean, sd, n, rounding=rounding) for sd in sds] == [(mean, sd) in real for sd in sds]


def test_grimmer_with_items_is_grimmer_on_totals() -> None:
    """Persons' means of two items, 12 of them: the samples' own figures pass; the same figures fail for one item."""
    rng = np.random.default_rng(3)
    failed_as_one = 0
    for _ in range(50):
        scores = rng.integers(1, 8, size=(6, 2)).mean(axis=1)
        mean, sd = f"{scores.mean():.3f}", f"{scores.std(ddof=1):.3f}"
        assert grimmer(mean, sd, n=6, items=2)
        failed_as_one += not grimmer(mean, sd, n=6)
    assert failed_as_one > 25
    # five persons with a mean of 3: their totals of two items can have SDs of 0, 0.71, 1, …, halved 0, 0.35, 0.5, …
    assert [sd for sd in ("0.00", "0.30", "0.35", "0.45", "0.50") if grimmer("3.0", sd, 5, items=2)] == [
        "0.00",
        "0.35",
        "0.50",
    ]


def test_grimmer_edges() -> None:
    assert grimmer("3.0", "0.0", n=5)
    assert not grimmer("3.2", "0.0", n=5)  # unequal persons have some spread
    assert not grimmer("3.5", "0.0", n=8)  # odd and even would allow it, four persons at 3 and four at 4 do not
    # 3, 3, 3 and 4 have an SD of exactly a half
    rules = ("either", "half_up", "half_down", "half_even")
    assert [grimmer("3.25", "0", 4, rounding=rule) for rule in rules] == [True, False, True, True]
    assert grimmer("3", "1", n=5)
    assert not grimmer("3.1", "0.5", n=5)  # stopped by the mean


def test_importing_is_light() -> None:
    code = "import sys, appraise.consistency, appraise.agreement, appraise.rob2; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"appraise.rob2", "appraise.consistency"} <= set(loaded)
    assert not {"scipy.stats", "statsmodels", "matplotlib.pyplot", "ipywidgets", "IPython"} & set(loaded)
