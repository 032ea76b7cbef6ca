"""The bars of accuracy and of speed, on invented texts. `python -m tests.workbench` prints them."""

from __future__ import annotations

import pytest

from tests.workbench import measure


@pytest.mark.parametrize("bar", measure.accuracy(), ids=lambda bar: bar.name)
def test_accuracy(bar: measure.Bar) -> None:
    assert bar.holds, f"{bar.name}: {bar.figure:.3f}, asked {bar.asked}"


@pytest.mark.slow
def test_speed_is_a_ratio_within_its_bar() -> None:
    missed = [f"{bar.name}: {bar.figure:.1f}, asked {bar.asked}" for bar in measure.speed() if not bar.holds]
    assert missed == []
