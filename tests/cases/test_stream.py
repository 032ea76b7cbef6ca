"""Draws from a hash."""

from __future__ import annotations

from collections import Counter
from statistics import fmean, pstdev

from appraise.cases.stream import Stream


def test_the_same_seed_draws_the_same_on_every_machine():
    stream = Stream("fixed")
    assert [stream.below(1000) for _ in range(5)] == FIXED
    assert Stream(b"fixed").below(1000) == FIXED[0]


FIXED = [847, 104, 850, 212, 892]


def test_a_worker_is_another_stream_and_does_not_move_its_parent():
    one, two = Stream("s"), Stream("s")
    one.child("a").below(10**6)
    assert one.below(10**6) == two.below(10**6)
    assert [Stream("s").child("a").below(10**6), Stream("s").child("b").below(10**6)] != [0, 0]
    assert Stream("s").child("a").below(10**9) != Stream("s").child("b").below(10**9)


def test_draws_are_even():
    stream = Stream("even")
    counts = Counter(stream.below(6) for _ in range(12000))
    assert set(counts) == set(range(6))
    assert all(1800 < n < 2200 for n in counts.values())
    assert sum(stream.happens(1, 4) for _ in range(8000)) / 8000 == stream_share(0.25)
    draws = [stream.normal() for _ in range(8000)]
    assert abs(fmean(draws)) < 0.05
    assert abs(pstdev(draws) - 1) < 0.05


def stream_share(share: float) -> object:
    import pytest

    return pytest.approx(share, abs=0.02)


def test_a_shuffle_keeps_every_item():
    rows = [tuple(Stream(f"s{i}").shuffled("abcd")) for i in range(400)]
    assert all(sorted(row) == list("abcd") for row in rows)
    assert len(set(rows)) == 24
