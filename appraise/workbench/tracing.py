"""Each figure of a passage looked up in an abstract: printed there, rounded from what is there, or not found.

A figure that is not found gets up to three candidates: figures of the abstract that could be behind it, with the reason
why each is shown. Whether a figure was changed, renamed or worked out is not said here: that is for a reader to judge.
"""

from __future__ import annotations

import bisect
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal, NamedTuple

from appraise.errors import WorkbenchError
from appraise.workbench import units
from appraise.workbench.figures import Figure, figures
from appraise.workbench.reading import read_text, sentences
from appraise.workbench.words import word_set

Status = Literal["printed", "rounded", "not found"]
CANDIDATES = 3  # shown for one figure, at most
_NEAREST = 6  # looked at on each side of a value
_SMALL = 12  # a whole number up to this stands for anything, unless its unit says for what
_SAME_WORD = 25  # figures beside one word that are looked at
_NEEDS_UNIT = frozenset(("time", "mass", "volume", "length", "money", "times", "fold"))
_WINDOW = 3  # figures after one with which its difference is formed
_COMMON = word_set(
    "that with were from this than been have their after before about which these those other into only also they "
    "there more less most when what each both study trial group groups people patients participants adults"
)


class Candidate(NamedTuple):
    """One or two figures of the abstract that could be behind a figure, and why they are shown."""

    figures: tuple[Figure, ...]
    why: str

    @property
    def text(self) -> str:
        """The figures as printed.

        >>> traces("The group shrank by 14.", "Of 402 adults, 388 were analysed.")[0].candidates[0].text
        '402 adults, 388'
        """
        return ", ".join(f.text for f in self.figures)


class Trace(NamedTuple):
    """A figure of the passage, its sentence, its status, and where: the abstract's figures, or candidates for it."""

    figure: Figure
    sentence: str
    status: Status
    matches: tuple[Figure, ...]
    candidates: tuple[Candidate, ...]


def traces(passage: str, abstract: str) -> list[Trace]:
    """Look up each figure of a passage in an abstract; one entry a figure, in the passage's order.

    `matches` holds up to three figures of the abstract that print the same, in the status "printed", or that round to
    it, in the status "rounded". `candidates` holds up to three where the status is "not found". A number word counts
    as the number, and a sign that the words carry ("fell by 2.3" for −2.3) is passed over.

    Raises WorkbenchError for a text that cannot be read, an abstract or a passage without a figure, and two texts
    that are the same.

    >>> rows = traces("Twelve people slept 31% longer.", "12 adults slept longer by 30.8% (p=0.04) in 6 weeks.")
    >>> [(row.figure.text, row.status, [f.text for f in row.matches]) for row in rows]
    [('Twelve people', 'printed', ['12 adults']), ('31%', 'rounded', ['30.8%'])]
    """
    passage, abstract = read_text(passage, "the page"), read_text(abstract, "the abstract")
    if passage == abstract:
        raise WorkbenchError(
            "the page and the abstract are the same text; paste the page in one box, the abstract in the other"
        )
    rows, source = figures(passage), figures(abstract)
    if not source:
        raise WorkbenchError(
            "the abstract holds no figure, so that none can be looked up in it; is it the whole abstract?"
        )
    if not rows:
        raise WorkbenchError("the passage holds no figure; choose the paragraphs that speak of the study")
    spans = sentences(passage)
    index = _Index(source)
    matches = []
    result: dict[object, tuple[Status, tuple[Figure, ...], tuple[Candidate, ...]]] = {}
    for figure in rows:
        message = _what_it_says(figure)
        if message not in result:
            status, where = index.look_up(figure)
            result[message] = (status, where, index.candidates(figure) if status == "not found" else ())
        span = spans[figure.sentence]
        matches.append(Trace(figure, passage[span.start : span.end], *result[message]))
    return matches


def lost(passage: str, abstract: str) -> list[Figure]:
    """The figures of an abstract that a passage leaves out: neither printed there nor rounded.

    >>> [f.text for f in lost("Pain fell by 2 points.", "Pain fell by 2 points (p=0.2); 14 had headaches.")]
    ['p=0.2', '14']
    """
    index = _Index(figures(passage))
    kept: dict[object, bool] = {}
    left_out = []
    for figure in figures(abstract):
        message = _what_it_says(figure)
        if message not in kept:
            kept[message] = index.look_up(figure)[0] == "printed" or index.holds_rounded(figure)
        if not kept[message]:
            left_out.append(figure)
    return left_out


def _what_it_says(figure: Figure) -> object:
    """All of a figure but its place: figures that agree in it are looked up once."""
    return figure.text, figure.kind, figure.values, figure.unit, figure.sign, figure.words


def _quantities(figure: Figure) -> list[tuple[str, Fraction]]:
    """What a figure's numbers say: a dimension and a size in its base unit, without sign."""
    dimension = units.dimension(figure.unit)
    if figure.kind == "p":
        return [("share", abs(Fraction(figure.values[0])))]
    if figure.kind == "share" and figure.values[1]:
        ratio = Fraction(figure.values[0]) / Fraction(figure.values[1])
        if dimension == "time":
            return [("time", ratio * Fraction(units.in_base(Decimal(1), figure.unit)))]
        counts = figure.values if _is_pair_of_counts(figure) else ()  # "two thirds" counts neither two nor three
        return [("share", ratio), *(("count", abs(Fraction(v))) for v in counts)]
    if dimension == "share":
        return [("share", abs(Fraction(v)) / 100) for v in figure.values]
    sizes = [(dimension, abs(Fraction(units.in_base(v, figure.unit)))) for v in figure.values]
    if dimension in ("times", "fold") or figure.kind == "ratio":
        one = sizes[0][1]
        sizes += [("share", one), ("share", abs(one - 1))]
    return sizes


class _Entry(NamedTuple):
    size: float
    figures: tuple[Figure, ...]
    why: str


class _Index:
    """The figures of one text, by value; and, for candidates alone, by words, by digits and by size."""

    def __init__(self, source: list[Figure]) -> None:
        self.source = source
        self.by_value: dict[Decimal, list[Figure]] = defaultdict(list)
        for figure in source:
            for value in figure.values:
                self.by_value[abs(value)].append(figure)
        self.values = sorted(self.by_value)

    @cached_property
    def by_word(self) -> dict[str, list[Figure]]:
        """The figures that stand beside a word, 25 of each at most."""
        neighbours: dict[str, list[Figure]] = defaultdict(list)
        for figure in self.source:
            for word in figure.words - _COMMON:
                if len(neighbours[word]) < _SAME_WORD:
                    neighbours[word].append(figure)
        return neighbours

    @cached_property
    def by_digits(self) -> dict[str, list[Figure]]:
        """The figures that are written with the same digits in any order, 25 of each at most."""
        written: dict[str, list[Figure]] = defaultdict(list)
        for figure in self.source:
            for value in figure.values:
                if len(those := written[_digits(value)]) < _SAME_WORD:
                    those.append(figure)
        return written

    @cached_property
    def sizes(self) -> dict[str, list[_Entry]]:
        """The figures of each dimension in order of size, and what two of them give together."""
        sizes: dict[str, list[_Entry]] = defaultdict(list)
        for entry in _ratios(self.source):
            sizes["share"].append(entry)
        for figure in self.source:
            for dimension, size in _quantities(figure):
                sizes[dimension].append(_Entry(float(size), (figure,), "close in size"))
        for dimension, entry in _worked_out(self.source):
            sizes[dimension].append(entry)
        return {d: sorted(entries, key=lambda e: e.size) for d, entries in sizes.items()}

    @cached_property
    def keys(self) -> dict[str, list[float]]:
        """The sizes of `sizes` alone."""
        return {d: [e.size for e in entries] for d, entries in self.sizes.items()}

    def look_up(self, figure: Figure) -> tuple[Status, tuple[Figure, ...]]:
        """The status of a figure, and up to three figures that print it or round to it."""
        same = [[f for f in self.by_value.get(abs(v), [])[:200] if _same_meaning(figure, f)] for v in figure.values]
        if len(figure.values) == 2:
            whole = [f for f in same[0] if {abs(v) for v in f.values} == {abs(v) for v in figure.values}]
            if whole:
                return "printed", tuple(whole[:CANDIDATES])
            if figure.kind == "share" and not _is_pair_of_counts(figure):
                return "not found", ()
        where: list[Figure] = []
        status: Status = "printed"
        for value, others in zip(figure.values, same):
            exact = [f for f in others if _has_the_decimals(value, f)]
            if not exact:
                exact, status = [f for f in self._near(value, _rounded_to) if _rounds(value, figure, f)], "rounded"
            if not exact:
                return "not found", ()
            where += exact
        # of several figures that say the same, those with the same words beside them come first
        return status, tuple(sorted(dict.fromkeys(where), key=lambda f: -len(f.words & figure.words))[:CANDIDATES])

    def holds_rounded(self, figure: Figure) -> bool:
        """Is there a rounding of each of a figure's numbers?"""
        return all(
            any(_rounds(v, f, figure) for f in self._near(value, _rounds_to) for v in f.values)
            for value in figure.values
        )

    def _near(self, value: Decimal, agree: Callable[[Decimal, Decimal], bool]) -> Iterable[Figure]:
        """The figures with a number around a value, as far away as rounding goes, that agrees with it."""
        value = abs(value)
        middle = bisect.bisect_left(self.values, value)
        for other in self.values[max(0, middle - 2 * _NEAREST) : middle + 2 * _NEAREST]:
            if agree(value, other):
                yield from self.by_value[other][:_SAME_WORD]

    def candidates(self, figure: Figure) -> tuple[Candidate, ...]:
        """Up to three figures that could be behind one that was not found, the likeliest first."""
        scores: dict[tuple[Figure, ...], tuple[float, str]] = {}

        def offer(of: tuple[Figure, ...], score: float, why: str) -> None:
            score += 0.25 * sum(len(f.words & figure.words - _COMMON) for f in of) / len(of)
            score += 0.3 * all(f.kind == figure.kind for f in of) - 0.35 * (len(of) - 1)
            if score > scores.get(of, (-math.inf, ""))[0]:
                scores[of] = score, why

        for dimension, size in _quantities(figure):
            for entry in self._nearest(dimension, float(size)):
                distance = abs(entry.size - float(size)) / max(entry.size, float(size), 1e-12)
                if len(entry.figures) == 1 or distance < 0.05:
                    exact = 1.0 if distance < 0.02 and not (len(entry.figures) > 1 and size < 2) else 0.0
                    offer(entry.figures, 1.6 * max(0.0, 1 - 1.5 * distance) + exact, entry.why)
        for word in figure.words:
            for other in self.by_word.get(word, []):
                offer((other,), 0.2 if _comparable(figure, other) else -0.6, "the same words beside it")
        for value in figure.values:
            digits = _digits(value)
            for other in self.by_digits.get(digits, []) if len(digits) > 1 else []:
                if _comparable(figure, other):
                    offer((other,), 1.2, "the same digits")
        best = sorted(scores.items(), key=lambda item: (-item[1][0], item[0][0].start))
        chosen: list[Candidate] = []
        seen: set[tuple[str, str]] = set()
        for of, (score, why) in best:
            if (
                score > 0
                and len(chosen) < CANDIDATES
                and (why, of[0].text) not in seen
                and not any(set(of) <= set(c.figures) for c in chosen)
            ):
                seen.add((why, of[0].text))
                chosen.append(Candidate(of, why))
        return tuple(chosen)

    def _nearest(self, dimension: str, size: float) -> list[_Entry]:
        wanted = [dimension] if dimension else list(self.sizes)
        if dimension == "count":
            wanted.append("")
        nearest = []
        for d in wanted:
            if d in self.sizes:
                middle = bisect.bisect_left(self.keys[d], size)
                nearest += self.sizes[d][max(0, middle - _NEAREST) : middle + _NEAREST]
        return nearest


def _ratios(source: list[Figure]) -> Iterable[_Entry]:
    """What a ratio says in percent: 0.71 is 29 % less. A ratio is called one, or its interval stands right after it."""
    for k, figure in enumerate(source):
        value, after = figure.values[0], source[k + 1 : k + 3]
        if len(figure.values) > 1 or not 0 < value < 2 or value == value.to_integral_value():
            continue
        ends = next((f.values for f in after if f.kind in ("interval", "range") and f.values[0] > 0), ())
        bare = figure.kind == "number" and not figure.unit
        if figure.kind == "ratio" or (bare and ends and ends[0] <= value <= ends[1]):
            percent = f"{abs(100 * (value - 1)).normalize():f} % {'less' if value < 1 else 'more'}"
            yield _Entry(float(abs(value - 1)), (figure,), f"a ratio that says {percent}")


def _worked_out(source: list[Figure]) -> Iterable[tuple[str, _Entry]]:
    """What two figures near each other give: their difference, and how much larger or smaller one is in percent."""
    for i, one in enumerate(source):
        for two in source[i + 1 : i + 1 + _WINDOW]:
            same = one.unit == two.unit or {units.dimension(one.unit), units.dimension(two.unit)} <= {"count", ""}
            if len(one.values) > 1 or len(two.values) > 1 or not same or abs(one.sentence - two.sentence) > 1:
                continue
            if "p" in (one.kind, two.kind) or "spread" in (one.kind, two.kind):
                continue
            a, b = one.values[0], two.values[0]
            if a == b:
                continue
            dimension = units.dimension(one.unit or two.unit)
            gap = abs(units.in_base(a, one.unit) - units.in_base(b, two.unit))
            gap = gap / 100 if dimension == "share" else gap
            yield dimension, _Entry(float(gap), (one, two), "their difference")
            if a:
                yield "share", _Entry(abs(float((b - a) / a)), (one, two), "their difference in percent of the first")
            if a and b and one.kind == two.kind and one.kind != "percent":
                yield (
                    "share",
                    _Entry(
                        abs(float(min(a, b, key=abs) / max(a, b, key=abs))), (one, two), "one in percent of the other"
                    ),
                )
            if b:
                yield "share", _Entry(abs(float((a - b) / b)), (one, two), "their difference in percent of the second")


def _same_meaning(one: Figure, other: Figure) -> bool:
    """Can two figures that share a number mean the same?"""
    kinds = {one.kind, other.kind}
    if "p" in kinds:
        signs = {one.sign or "=", other.sign or "="}
        return len(kinds) == 1 and (len(signs) == 1 or signs <= {"<", "≤"} or signs <= {">", "≥"})
    if "spread" in kinds and len(kinds) > 1:
        return False
    for share in (one, other):
        if share.kind == "share" and not _is_pair_of_counts(share):
            return len(kinds) == 1 and set(one.values) == set(other.values)
    return _units_agree(one, other, abs(one.values[0]))


def _units_agree(one: Figure, other: Figure, value: Decimal) -> bool:
    """Can two figures have the same unit? A small whole number without a unit is no duration, weight or price.

    After a score or a mean the unit is often left out, so that points, degrees and people are let pass, and what is
    counted goes by many names, so that large counts are let pass too.
    """
    small = value <= _SMALL and value == value.to_integral_value()
    dimensions = {units.dimension(one.unit), units.dimension(other.unit)}
    if dimensions == {"count"}:
        return one.unit == other.unit or not small
    if not units.compatible(one.unit, other.unit):
        return "/" in one.unit + other.unit and one.unit.split("/")[0] == other.unit.split("/")[0]
    return not (small and "" in dimensions and dimensions & _NEEDS_UNIT)


def _is_pair_of_counts(figure: Figure) -> bool:
    """Is it a number of all that there are, as in "41 of 311", rather than "one in four" or "two thirds"?"""
    if figure.kind != "share" or figure.values[1] <= 1:
        return False
    words = figure.text.lower().split()
    return "/" in figure.text or words[1:2] == ["of"] or (words[1:2] == ["out"] and figure.values[1] > 10)


def _comparable(one: Figure, other: Figure) -> bool:
    first, second = ({d for d, _ in _quantities(f)} for f in (one, other))
    return bool(first & second) or "" in first | second


def _decimals(value: Decimal) -> int:
    return max(0, -int(value.as_tuple().exponent))


def _digits(value: Decimal) -> str:
    """The digits of a number in order of size, zeros at its ends left out: the same for 2.35, 23.5 and 3.25."""
    return "".join(sorted(format(abs(value), "f").replace(".", "").strip("0")))


def _has_the_decimals(value: Decimal, source: Figure) -> bool:
    """Does a figure keep the decimals that the source prints? 26 for 26.0 is rounded."""
    return any(abs(v) == abs(value) and _decimals(v) <= _decimals(value) for v in source.values)


def _rounds(value: Decimal, figure: Figure, source: Figure) -> bool:
    """Is a number of a figure a rounding of one of the source's? Both directions of a half are let pass.

    Whole hundreds and thousands count as rounded to these, and other round tens where the text says "about" or "over".
    """
    kinds = {figure.kind, source.kind}
    if {"p", "level", "spread", "share"} & kinds and len(kinds) > 1:
        return False
    if not _units_agree(figure, source, abs(value)):
        return False
    counted = units.dimension(figure.unit) == "count" and abs(value) <= _SMALL
    if counted and any(_decimals(v) for v in source.values):
        return False  # three people are no rounding of 2.98
    return any(_one_rounds(abs(value), abs(v), figure.sign) for v in source.values)


def _rounded_to(value: Decimal, source: Decimal) -> bool:
    """Can a number be a rounding of another, whatever its sign?"""
    return _one_rounds(value, source, "≈")


def _rounds_to(source: Decimal, value: Decimal) -> bool:
    """Can another be a rounding of this number?"""
    return _one_rounds(value, source, "≈")


def _one_rounds(value: Decimal, source: Decimal, sign: str) -> bool:
    places = _decimals(value)
    if _decimals(source) > places:
        # a ratio of 0.91 is not told as "one"
        return (places > 0 or source >= 1) and abs(value - source) <= Decimal(1).scaleb(-places) / 2
    if places or value < 20 or value != value.to_integral_value():
        return False
    zeros = len(str(int(value))) - len(str(int(value)).rstrip("0"))
    if zeros >= 2 or (zeros == 1 and sign == "≈"):
        return abs(value - source) <= Decimal(10) ** zeros / 2
    return False
