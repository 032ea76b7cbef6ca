"""Draws from a hash: the same seed gives the same draws on every machine and in every version of Python."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")


class Stream:
    """An endless row of draws from SHA-256 over the seed and a counter.

    >>> Stream("a seed").between(1, 6) == Stream("a seed").between(1, 6)
    True
    >>> sorted(Stream("a seed").shuffled([1, 2, 3]))
    [1, 2, 3]
    """

    def __init__(self, seed: str | bytes) -> None:
        self._seed = seed.encode() if isinstance(seed, str) else seed
        self._numbers = self._draw_numbers()

    def _draw_numbers(self) -> Iterator[int]:
        start, counter = hashlib.sha256(self._seed), 0
        while True:
            block = start.copy()
            block.update(counter.to_bytes(8, "big"))
            digest = block.digest()
            yield from (int.from_bytes(digest[i : i + 4], "big") for i in range(0, 32, 4))
            counter += 1

    def child(self, name: object) -> Stream:
        """Another stream, from this one's seed and a name; draws of one do not move the other's."""
        return Stream(hashlib.sha256(self._seed + b"\0" + str(name).encode()).digest())

    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1, each equally likely."""
        limit = 2**32 - 2**32 % n
        while (number := next(self._numbers)) >= limit:
            pass
        return number % n

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def happens(self, times: int, of: int) -> bool:
        """True `times` out of `of` on average."""
        return self.below(of) < times

    def choose(self, items: Sequence[_T]) -> _T:
        """One of the items."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[_T]) -> list[_T]:
        """The items in another order (Fisher and Yates)."""
        row = list(items)
        for i in range(len(row) - 1, 0, -1):
            j = self.below(i + 1)
            row[i], row[j] = row[j], row[i]
        return row

    def normal(self) -> float:
        """A draw that is close to the standard normal: four uniform numbers, added and scaled to variance 1.

        Only whole numbers and one division are used, which every machine computes alike.
        """
        high, low = next(self._numbers), next(self._numbers)
        total = (high >> 16) + (high & 0xFFFF) + (low >> 16) + (low & 0xFFFF)
        return (total - 131070) / 37837.2  # four uniforms on 0..65535: mean 131070, SD 65536 * sqrt(4 / 12)
