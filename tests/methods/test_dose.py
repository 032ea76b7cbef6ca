"""Weights of magnesium in its compounds, against molar masses that others printed."""

from __future__ import annotations

import pytest

from appraise import outside
from appraise.errors import DoseError
from appraise.methods.dose import elemental_magnesium, molar_mass
from appraise.sources.tables import cells


@pytest.mark.parametrize(
    ("formula", "water", "printed"),
    [
        ("MgO", 0, 40.30),
        ("MgSO4", 0, 120.36),
        ("MgSO4", 7, 246.47),
        ("Mg(C6H11O7)2", 0, 414.60),  # USP 32, monograph "Magnesium Gluconate"
        ("Mg(C6H11O7)2", 2, 450.64),  # the same
        ("Mg3(C6H5O7)2", 0, 451.11),
    ],
)
def test_molar_masses_as_printed_by_others(formula: str, water: float, printed: float) -> None:
    assert molar_mass(formula, water=water) == pytest.approx(printed, abs=0.03)


def test_brackets_and_plain_formulas_say_the_same() -> None:
    assert molar_mass("Mg(C6H11O7)2", water=0) == pytest.approx(molar_mass("C12H22MgO14", water=0))
    assert molar_mass("((H)2O)3", water=0) == pytest.approx(molar_mass("MgO", water=3) - molar_mass("MgO", water=0))


def test_two_atoms_of_metal_count_twice() -> None:
    one = elemental_magnesium(100, "MgO", water=0)
    assert elemental_magnesium(100, "Mg2O2", water=0) == pytest.approx(one)
    assert elemental_magnesium(100, "Mg", water=0) == pytest.approx(100)


def test_water_halves_the_metal_of_the_sulfate() -> None:
    dry, wet = (elemental_magnesium(1000, "MgSO4", water=n) for n in (0, 7))
    assert (round(dry, 1), round(wet, 1)) == (201.9, 98.6)
    assert dry / wet == pytest.approx(2.05, abs=0.005)


def test_the_capsules_of_the_clip_come_near_to_the_outside_account() -> None:
    clip = cells().query("passage == 'clip'").set_index("item")["value"]
    oxide = elemental_magnesium(clip["oral-dose-oxide"], "MgO", water=0)
    for water, total in ((0, 247.1), (2, 246.6)):
        both = oxide + elemental_magnesium(clip["oral-dose-gluconate"], "Mg(C6H11O7)2", water=water)
        assert round(both, 1) == total
        assert both != pytest.approx(outside().loc["account-oral-dose", "value"], abs=1)


def test_no_water_is_assumed() -> None:
    with pytest.raises(TypeError):
        elemental_magnesium(400, "MgO")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("weight", "salt", "water", "told"),
    [
        (400, "magnesium oxide", 0, "cannot be read"),
        (400, "", 0, "cannot be read"),
        (400, "Mg(C6H11O7", 0, "does not close"),
        (400, "MgO)2", 0, "does not open"),
        (400, "MgCl2", 0, "no atomic weight of 'Cl'"),
        (400, "H2O", 0, "holds no magnesium"),
        (-1, "MgO", 0, "no weight"),
        (float("nan"), "MgO", 0, "no weight"),
        (400, "MgO", -1, "expected 0 or more"),
    ],
)
def test_what_cannot_be_weighed_is_named(weight: float, salt: str, water: float, told: str) -> None:
    with pytest.raises(DoseError, match=told):
        elemental_magnesium(weight, salt, water=water)
