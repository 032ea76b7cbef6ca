"""The few statistics that an abstract prints, without importing scipy: its import takes longer than many cases.

`tests/cases/test_stats.py` holds every function against scipy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache


class NearEdge(ValueError):
    """A figure so close to a rounding edge that two machines might print it differently; the draw is made again."""


def mean(values: Sequence[int]) -> Fraction:
    """The mean of whole numbers, exact."""
    return Fraction(sum(values), len(values))


def sd(values: Sequence[int]) -> float:
    """The standard deviation of whole numbers, with n - 1 below.

    >>> round(sd([1, 2, 3, 4]), 4)
    1.291
    """
    n = len(values)
    squares = Fraction(n * sum(v * v for v in values) - sum(values) ** 2, n * (n - 1))
    return math.sqrt(squares)


def t_two_sided(t: float, df: int) -> float:
    """The two-sided p of Student's t with whole degrees of freedom.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.

    >>> round(t_two_sided(2.0, 60), 4)
    0.05
    """
    theta = math.atan2(abs(t), math.sqrt(df))
    sine, cosine = math.sin(theta), math.cos(theta)
    if df == 1:
        return 1 - 2 * theta / math.pi
    term = total = cosine if df % 2 else 1.0
    for k in range(3 if df % 2 else 2, df - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    share = 2 / math.pi * (theta + sine * total) if df % 2 else sine * total
    return max(0.0, 1 - share)


@cache
def t_quantile(df: int) -> float:
    """The t that leaves 2.5 % above it, by halving an interval.

    >>> round(t_quantile(60), 3)
    2.0
    """
    low, high = 0.0, 20.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if t_two_sided(middle, df) > 0.05 else (low, middle)
    return (low + high) / 2


def round_figure(value: float | Fraction, decimals: int) -> str:
    """A figure as it is printed. Raises NearEdge where another machine might round it the other way.

    >>> round_figure(Fraction(7, 3), 1)
    '2.3'
    """
    scaled = value * 10**decimals
    edge = abs(float(scaled - math.floor(scaled)) - 0.5)
    if edge < (1e-12 if isinstance(value, Fraction) else 1e-6):
        raise NearEdge(str(value))
    whole = math.floor(scaled + (Fraction(1, 2) if isinstance(scaled, Fraction) else 0.5))
    sign = "−" if whole < 0 else ""
    digits = str(abs(whole)).rjust(decimals + 1, "0")
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def print_p(p: float) -> str:
    """A p value as journals print it: two decimals from 0.10 on, three below, and "< 0.001".

    >>> print_p(0.0312), print_p(0.31415), print_p(0.0002), print_p(0.0997)
    ('p = 0.031', 'p = 0.31', 'p < 0.001', 'p = 0.10')
    """
    for edge in (0.001, 0.0995):
        if abs(p - edge) < 1e-6:
            raise NearEdge(str(p))
    return "p < 0.001" if p < 0.001 else f"p = {round_figure(p, 2 if p > 0.0995 else 3)}"


def compare_means(first: Sequence[int], second: Sequence[int]) -> tuple[float, float, float]:
    """Mean of the first minus mean of the second, its standard error (pooled), and the two-sided p of Student's t."""
    n1, n2 = len(first), len(second)
    df = n1 + n2 - 2
    pooled = ((n1 - 1) * sd(first) ** 2 + (n2 - 1) * sd(second) ** 2) / df
    se = math.sqrt(pooled * (1 / n1 + 1 / n2))
    difference = float(mean(first) - mean(second))
    return difference, se, t_two_sided(difference / se, df)


def chi_square(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Pearson's chi-square, one degree of freedom, of two counts, each with the number of people that it is of.

    >>> round(chi_square((30, 35), (13, 26)), 2)
    9.15
    """
    (k1, n1), (k2, n2) = first, second
    counted = k1 + k2
    total = n1 + n2
    if not 0 < counted < total:
        return 0.0
    return total * (k1 * n2 - k2 * n1) ** 2 / (counted * (total - counted) * n1 * n2)
