"""Agreement of two raters: published patterns, hand arithmetic, and the cases in which kappa says nothing."""

import math

import pandas as pd
import pytest

from appraise.errors import AgreementError
from appraise.methods.agreement import Agreement, agreement, crosstab, from_table

pytestmark = pytest.mark.filterwarnings("error")  # a lesson shows no warning from within


def ninety_percent(both_yes: int) -> list[list[int]]:
    """A 2 × 2 table of 100 ratings of which 90 agree, `both_yes` of these on yes."""
    return [[both_yes, 5], [5, 90 - both_yes]]


def test_the_same_percent_gives_kappas_far_apart() -> None:
    balanced, lopsided = from_table(ninety_percent(45)), from_table(ninety_percent(90))
    assert balanced.percent == lopsided.percent == 90
    assert round(balanced.kappa, 2) == 0.80
    assert round(lopsided.kappa, 2) == -0.05
    assert balanced.margins.to_numpy().tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert lopsided.margins.to_numpy().tolist() == [[0.95, 0.95], [0.05, 0.05]]
    kappas = [from_table(ninety_percent(both)).kappa for both in range(45, 91, 5)]
    assert kappas == sorted(kappas, reverse=True)  # the margins alone drive it down


def test_kappa_and_interval_by_hand() -> None:
    """Balanced margins: kappa 2·0.9 − 1, standard error √(0.9·0.1) / (0.5·√100)."""
    found = from_table(ninety_percent(45))
    half = 1.959964 * math.sqrt(0.9 * 0.1) / (0.5 * 10)
    assert (found.low, found.high) == pytest.approx((0.8 - half, 0.8 + half), abs=1e-6)
    # Observed 0.7; by chance 0.5·0.6 + 0.5·0.4 = 0.5
    assert from_table([[20, 5], [10, 15]]).kappa == pytest.approx(0.4)


def test_interval_stays_within_its_bounds() -> None:
    near = from_table([[5, 1], [0, 4]])
    assert near.high == 1
    assert near.low < near.kappa < 1


def test_full_agreement_has_no_interval_and_says_so() -> None:
    for weights in (None, "linear", "quadratic"):
        perfect = from_table([[5, 0, 0], [0, 3, 0], [0, 0, 4]], weights)
        assert (perfect.percent, perfect.kappa) == (100, pytest.approx(1))
        assert math.isnan(perfect.low)
        assert math.isnan(perfect.high)
        assert perfect.note.startswith("the large-sample interval has no width")


@pytest.mark.parametrize("table", [[[7, 0], [0, 0]], [[7]]])
def test_one_label_only_leaves_kappa_undefined(table: list[list[int]]) -> None:
    found = from_table(table)
    assert (found.n, found.percent) == (7, 100)
    assert all(math.isnan(x) for x in (found.kappa, found.low, found.high))
    assert found.note.startswith("both raters used one label only")


def test_one_label_only_from_ratings() -> None:
    for weights in (None, "linear"):
        found = agreement(["same"] * 3, ["same"] * 3, labels=["same", "lost"], weights=weights)
        assert math.isnan(found.kappa)
        assert found.note
    # One rater with one label, the other with two, or each with its own: kappa is defined, and 0.
    assert agreement(["a"] * 4, ["a", "a", "a", "b"]).kappa == 0
    apart = agreement(["a"] * 4, ["b"] * 4)
    assert (apart.percent, apart.kappa) == (0, 0)
    assert apart.note.startswith("the large-sample interval has no width")


def test_ratings_and_table_agree() -> None:
    one = ["same", "lost", "same", "changed", "same", "lost"]
    two = ["same", "lost", "changed", "changed", "same", "same"]
    labels = ["same", "changed", "lost", "reversed"]
    table = crosstab(one, two, labels)
    assert list(table.index) == list(table.columns) == labels
    assert table.to_numpy().tolist() == [[2, 1, 0, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]
    found = agreement(one, two, labels)
    assert (found.n, found.percent) == (6, pytest.approx(400 / 6))
    assert found.kappa == pytest.approx(from_table(table).kappa)
    # A label that nobody used changes nothing for plain kappa.
    assert found.kappa == pytest.approx(agreement(one, two).kappa)
    assert found.margins.loc["lost"].tolist() == pytest.approx([2 / 6, 1 / 6])


def test_series_are_paired_by_position() -> None:
    one = pd.Series(["a", "b", "b"], index=[2, 1, 0])
    two = pd.Series(["a", "b", "b"], index=[0, 1, 2])
    assert agreement(one, two).percent == 100


def test_weights_count_near_misses() -> None:
    """Kappa is 1 − observed over expected disagreement; by hand for one step off in three ordered labels."""
    table = [[4, 2, 0], [0, 4, 0], [0, 0, 2]]
    rows, columns, n = (6, 4, 2), (4, 6, 2), 12

    def by_hand(power: int) -> float:
        seen = sum(table[i][j] * abs(i - j) ** power for i in range(3) for j in range(3)) / n
        expected = sum(rows[i] * columns[j] * abs(i - j) ** power for i in range(3) for j in range(3)) / n**2
        return 1 - seen / expected

    plain, linear, quadratic = from_table(table), from_table(table, "linear"), from_table(table, "quadratic")
    assert linear.kappa == pytest.approx(by_hand(1))
    assert quadratic.kappa == pytest.approx(by_hand(2))
    assert plain.kappa < linear.kappa < quadratic.kappa
    assert plain.percent == linear.percent == quadratic.percent  # percent knows no near miss
    for found in (linear, quadratic):
        assert found.low < found.kappa < found.high <= 1


def refused(message: str) -> "pytest.RaisesExc[AgreementError]":
    return pytest.raises(AgreementError, match=message)


def test_ratings_that_cannot_be_compared() -> None:
    with refused("rater1 has 2 ratings and rater2 1"):
        agreement(["a", "b"], ["a"])
    with refused("there are no ratings"):
        agreement([], [])
    for missing in (None, float("nan"), pd.NA):
        with refused("rater2 has no rating at position 1"):
            agreement(["a", "b"], ["a", missing])
    with refused(r"rater1 has 'c' at position 0; expected one of \['a', 'b'\]"):
        agreement(["c"], ["a"], labels=["a", "b"])
    with refused("weights need the order of the labels"):
        agreement(["a"], ["a"], weights="linear")


def test_tables_that_cannot_be_compared() -> None:
    with refused("the table has 1 rows and 2 columns"):
        from_table([[1, 2]])
    with refused("the table is empty"):
        from_table([[0, 0], [0, 0]])
    with refused("something else than counts"):
        from_table([[1, -1], [0, 2]])
    with refused("rows and columns have other labels"):
        from_table(pd.DataFrame([[1, 0], [0, 1]], index=["a", "b"], columns=["b", "a"]))
    with refused("weights: 'cubic' is not known"):
        from_table([[1, 0], [0, 1]], weights="cubic")  # type: ignore[arg-type]


def test_the_result_is_named() -> None:
    assert Agreement._fields == ("n", "percent", "kappa", "low", "high", "margins", "note")
