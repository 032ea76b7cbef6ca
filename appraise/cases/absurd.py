"""A linter for what no editor would print, and for figures that cannot go together. It knows no labels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from appraise.cases.casemaking import Case, Telling

LONGEST = 48
"""Words of the longest sentence that a telling may have."""
_LEFT_OVER = re.compile(r"[{}\[\]|]|\bNone\b(?! of)|\bTrue\b|\bFalse\b")
_DOUBLED = re.compile(r"\b(\w+) \1\b", re.IGNORECASE)
_BLUNT = re.compile(
    r"\b(main outcome|primary outcome|you should|ask your doctor|take it|buy now|guarantee\w*|miracle|cures?)\b", re.I
)
_ARTICLE = re.compile(r"\b(?:[Aa] [aeio]\w+|[Aa]n [bcdfgjklmnpqrstvwxyz]\w+)\b")
_AGREEMENT = re.compile(r"\b\w*[^\Ws]s does\b")
_SIDES = re.compile(r"\b(?:one group|the first) [^,;.]*, on the other\b", re.IGNORECASE)
_FEW = re.compile(r"(?<![\d.-])\b(1|one) (people|weeks|points|minutes|trials|persons)\b", re.IGNORECASE)


def find_absurd(case: Case) -> list[str]:
    """What is absurd in a case, a sentence each; an empty list where nothing is.

    >>> from appraise.cases.casemaking import make_case
    >>> find_absurd(make_case("a seed"))
    []
    """
    return [*_check_words(case), *_check_world(case), *_check_abstract_figures(case)]


def _texts(case: Case) -> Iterator[str]:
    yield case.title
    yield from (sentence.text for sentence in case.abstract)
    yield from case.headline.headlines
    for telling in case.tellings:
        yield from (telling.heading, telling.lead, *(sentence.text for sentence in telling.sentences))


def _check_words(case: Case) -> Iterator[str]:
    for text in _texts(case):
        for name, pattern in (
            ("left over", _LEFT_OVER),
            ("doubled", _DOUBLED),
            ("not for print", _BLUNT),
            ("article", _ARTICLE),
            ("one of many", _FEW),
            ("number", _AGREEMENT),
            ("sides", _SIDES),
        ):
            if match := pattern.search(text):
                yield f"{name}: {match[0]!r} in {text!r}"
        if text != text.strip() or "  " in text:
            yield f"spaces: {text!r}"
        if not re.match(r"“?[A-Z0-9]", text):
            yield f"does not begin with a capital letter: {text!r}"
        if text.count("“") != text.count("”"):
            yield f"quotation marks do not close: {text!r}"
    for telling in case.tellings:
        yield from _check_telling(telling)


def _check_telling(telling: Telling) -> Iterator[str]:
    for sentence in telling.sentences:
        if not re.search(r"[.?!]”?$", sentence.text):
            yield f"does not end as a sentence: {sentence.text!r}"
        if len(sentence.text.split()) > LONGEST:
            yield f"longer than {LONGEST} words: {sentence.text!r}"
        if re.match(r"“?\d+ ", sentence.text):
            yield f"begins with a numeral: {sentence.text!r}"
    subjects = [sentence.claim.subject for sentence in telling.sentences]
    if len(subjects) != len(set(subjects)):
        yield "a telling takes up one subject twice"
    if {"concludes", "stays_open"} <= set(subjects):
        yield "a telling says that the authors conclude, and that they leave it open"


def _check_world(case: Case) -> Iterator[str]:
    world = case.world
    one, two = world.treated, world.control
    if world.comparator == "nothing" and world.are_participants_unaware is not None:
        yield "participants cannot be unaware of no treatment"
    for arm in (one, two):
        if not 0 < arm.analysed < arm.randomised:
            yield "more people analysed than randomised, or nobody left"
        if float(arm.fall) <= 0 or int(arm.measure_fall.replace("−", "-")) <= 0:
            yield "an arm gets worse without a reason"
        if not 0 < arm.count < arm.analysed:
            yield "nobody or everybody is counted"
        if abs(arm.percent - 100 * arm.count / arm.analysed) > 0.5:
            yield "a percentage that no whole number of these people gives"
    if not world.weeks < world.follow_up:
        yield "follow-up ends before treatment does"
    if world.women is not None and not 0 < world.women < world.randomised:
        yield "more women than people"
    if world.harms and any(world.harms) and max(world.harms) > min(one.randomised, two.randomised):
        yield "more people harmed than treated"
    if world.extra and world.extra > world.randomised:
        yield "more people used something else than took part"
    is_clear = float(world.low.replace("−", "-")) > 0
    if is_clear != (world.differs == "rating"):
        yield "the interval says otherwise than the conclusion"


def _check_abstract_figures(case: Case) -> Iterator[str]:
    """Sums of people as a reader would add them up, from the printed text."""
    text = " ".join(sentence.text for sentence in case.abstract)
    for percent in re.finditer(r"(\d+) of (\d+) \((\d+)%\)", text):
        count, of, printed = (int(part) for part in percent.groups())
        if abs(printed - 100 * count / of) > 0.5:
            yield f"{percent[0]} does not add up"
    groups = next(s.text for s in case.abstract if s.part == "groups")
    numbers = [int(n) for n in re.findall(r"\b\d+\b", groups)]
    if numbers[0] != numbers[1] + numbers[2]:
        yield f"the groups do not add up: {groups!r}"
    flow = next(s.text for s in case.abstract if s.part == "flow")
    stayed = [int(n) for n in re.findall(r"(\d+) who stayed \((\d+) and (\d+)\)", flow)[0]]
    if stayed[0] != stayed[1] + stayed[2]:
        yield f"those who stayed do not add up: {flow!r}"
