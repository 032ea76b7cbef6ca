"""Simulated patients. Every figure of an abstract is computed from them, so that each fits every other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from appraise.cases.stream import Stream


class NoFit(ValueError):
    """No patients were found with the figures wanted; the draw is made again."""


@dataclass(frozen=True)
class Ratings:
    """One arm's ratings from 0 to 10 before and after treatment; a lower rating is better."""

    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def falls(self) -> list[int]:
        """How many points each patient's rating fell."""
        return [b - a for b, a in zip(self.before, self.after, strict=True)]


def _shift(values: list[int], total: int, allowed: Callable[[int, int], bool], stream: Stream) -> None:
    """Move single values by one until they add up to `total`; `allowed(i, value)` says what value i may be."""
    for _ in range(5000):
        missing = total - sum(values)
        if not missing:
            return
        i = stream.below(len(values))
        value = values[i] + (1 if missing > 0 else -1)
        if allowed(i, value):
            values[i] = value
    raise NoFit("no patients with this mean")


def rate(stream: Stream, n: int, before: float, fall: float, spread: float) -> Ratings:
    """An arm of n patients whose printed mean before is `before`, and whose printed mean fall is `fall`.

    `spread` is roughly the SD of the fall, in points. Raises NoFit where no such arm was found.
    """
    first = [min(10, max(2, round(before + 1.4 * stream.normal()))) for _ in range(n)]
    _shift(first, round(before * n), lambda i, value: 2 <= value <= 10, stream)
    last = [min(10, max(0, b - round(fall + spread * stream.normal()))) for b in first]
    total = sum(first) - round(fall * n)
    _shift(last, total, lambda i, value: 0 <= value <= 10, stream)
    return Ratings(tuple(first), tuple(last))


def change(stream: Stream, n: int, average: int, spread: float, limit: int) -> tuple[int, ...]:
    """n patients' changes of a measure, in its unit, with the mean `average` exactly and none beyond `limit`."""
    values = [max(-limit, min(limit, round(average + spread * stream.normal()))) for _ in range(n)]
    _shift(values, average * n, lambda i, value: -limit <= value <= limit, stream)
    return tuple(values)


def change_with_count(
    stream: Stream, n: int, count: int, threshold: int, spreads: tuple[float, float], limit: int
) -> tuple[int, ...]:
    """n patients' changes, of whom exactly `count` reach `threshold`; `spreads` says how far above and below it."""
    above, below = spreads
    values = [min(limit, threshold + round(abs(above * stream.normal()))) for _ in range(count)]
    values += [max(-limit, threshold - 1 - round(abs(below * stream.normal()))) for _ in range(n - count)]
    return tuple(values)
