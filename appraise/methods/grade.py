"""GRADE for one outcome: from the levels taken off for each reason to the certainty (Guyatt 2008, BMJ 336:924)."""

from __future__ import annotations

from collections.abc import Iterable

LEVELS = ("High", "Moderate", "Low", "Very low")


def certainty(steps: Iterable[int]) -> str:
    """The certainty of a body of randomised trials.

    Parameters
    ----------
    steps : iterable of int
        Levels taken off for each of the five reasons, 0 to 2.

    Examples
    --------
    >>> certainty([1, 0, 1]), certainty([2, 2, 0])
    ('Low', 'Very low')
    """
    return LEVELS[min(sum(steps), len(LEVELS) - 1)]


def possible_certainties(steps: Iterable[int], not_judged: int) -> list[str]:
    """Every certainty that is possible where some reasons cannot be judged: each may hide none, one or two levels.

    >>> possible_certainties([1], 1)
    ['Moderate', 'Low', 'Very low']
    """
    known = sum(steps)
    return list(dict.fromkeys(certainty([known, hidden]) for hidden in range(2 * not_judged + 1)))
