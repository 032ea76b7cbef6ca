"""A habit, a disease and what lies behind both: a simulation of confounding.

Some people have a common cause (they are old, or ill, or well off). It makes the habit more or less usual, and the
disease more or less likely. The habit itself may do nothing. Whoever compares those with the habit and those without
finds a ratio all the same; comparing within those who have the cause, and within those who have it not, takes it away,
and so does letting chance decide who takes up the habit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from appraise.errors import WorkbenchError

MOST_PEOPLE = 1_000_000


class World(NamedTuple):
    """What is true: shares and risks from 0 to 1, and two ratios that multiply the risk.

    `cause_share` of the people have the common cause. The habit has `habit_without` of those without the cause and
    `habit_with` of those with it. The disease comes to `risk` of those with neither; the cause multiplies the risk by
    `cause_ratio`, the habit by `habit_ratio` (1 for a habit that does nothing).
    """

    cause_share: float = 0.5
    habit_without: float = 0.6
    habit_with: float = 0.2
    risk: float = 0.05
    cause_ratio: float = 4.0
    habit_ratio: float = 1.0


class Observed(NamedTuple):
    """What a study of these people finds.

    `people[cause, habit]` and `ill[cause, habit]` are 2 × 2 arrays of counts, index 1 for those who have it. The ratios
    are risks with the habit over risks without it: `crude` in all people, `adjusted` within those with and without the
    cause (Mantel and Haenszel's weights), `randomised` where chance decided on the habit. NaN where nobody without the
    habit fell ill.
    """

    people: NDArray[np.int64]
    ill: NDArray[np.int64]
    crude: float
    adjusted: float
    randomised: float


def simulate(world: World | None = None, n: int = 10_000, seed: int = 1) -> Observed:
    """Draw n people from a world and count, once as they choose and once as chance decides on the habit.

    The same seed gives the same people. Raises WorkbenchError for a share outside 0 to 1, a ratio that is not positive,
    a risk that the ratios raise above 1, and an n that is not from 10 to 1,000,000.
    Source of the adjusted ratio: Greenland S, Robins JM. Biometrics 1985;41:55-68.

    >>> study = simulate(n=100_000, seed=3)
    >>> round(study.crude, 1), round(study.adjusted, 1), round(study.randomised, 1)
    (0.6, 1.0, 1.0)
    """
    world = world or World()
    _check(world, n)
    draw = np.random.default_rng(seed)
    cause = (draw.random(n) < world.cause_share).astype(np.int64)
    chance_of_habit = np.where(cause == 1, world.habit_with, world.habit_without)
    habit = (draw.random(n) < chance_of_habit).astype(np.int64)
    luck = draw.random(n)
    people, ill = _count(cause, habit, luck, world)
    lot = (draw.random(n) < 0.5).astype(np.int64)
    people_by_lot, ill_by_lot = _count(cause, lot, luck, world)
    return Observed(people, ill, _crude(people, ill), _adjusted(people, ill), _crude(people_by_lot, ill_by_lot))


def expected_crude(world: World | None = None) -> float:
    """The crude ratio that a study of very many people would find; `world.habit_ratio` is the true one.

    >>> round(expected_crude(World()), 2), round(expected_crude(World(habit_with=0.6)), 2)
    (0.58, 1.0)
    """
    world = world or World()
    _check(world, 10)
    share = np.array([1 - world.cause_share, world.cause_share])
    habit = np.array([world.habit_without, world.habit_with])
    risk = world.risk * np.array([1.0, world.cause_ratio])
    with_habit = float((share * habit * risk).sum() / (share * habit).sum()) * world.habit_ratio
    return with_habit / float((share * (1 - habit) * risk).sum() / (share * (1 - habit)).sum())


def _check(world: World, n: int) -> None:
    for name in ("cause_share", "habit_without", "habit_with", "risk"):
        if not 0 < getattr(world, name) < 1:
            raise WorkbenchError(f"{name}: {getattr(world, name)} does not serve; expected a share between 0 and 1")
    for name in ("cause_ratio", "habit_ratio"):
        if not getattr(world, name) > 0:
            raise WorkbenchError(f"{name}: {getattr(world, name)} does not serve; expected a ratio above 0")
    highest = world.risk * max(1.0, world.cause_ratio) * max(1.0, world.habit_ratio)
    if highest > 1:
        raise WorkbenchError(f"the highest risk would be {highest:.2f}, more than everybody; lower the risk or a ratio")
    if isinstance(n, bool) or not 10 <= n <= MOST_PEOPLE:
        raise WorkbenchError(f"n: {n} does not serve; expected from 10 to {MOST_PEOPLE:,} people")


def _count(
    cause: NDArray[np.int64], habit: NDArray[np.int64], luck: NDArray[np.float64], world: World
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many people there are and how many are ill, by cause and habit."""
    risk = world.risk * world.cause_ratio ** cause.astype(float) * world.habit_ratio ** habit.astype(float)
    cell = 2 * cause + habit
    people = np.bincount(cell, minlength=4).reshape(2, 2)
    return people, np.bincount(cell[luck < risk], minlength=4).reshape(2, 2)


def _crude(people: NDArray[np.int64], ill: NDArray[np.int64]) -> float:
    without, with_ = ill.sum(axis=0) / np.maximum(people.sum(axis=0), 1)
    return float(with_ / without) if without else float("nan")


def _adjusted(people: NDArray[np.int64], ill: NDArray[np.int64]) -> float:
    total = np.maximum(people.sum(axis=1), 1)
    above = (ill[:, 1] * people[:, 0] / total).sum()
    below = (ill[:, 0] * people[:, 1] / total).sum()
    return float(above / below) if below else float("nan")
