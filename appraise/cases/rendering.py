"""A world as an abstract in the field's form; claims as sentences of a press release, a shop page or a news item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appraise.cases.labels import Claim
from appraise.cases.stream import Stream
from appraise.cases.wordings import Topic, Voice, capitalize, fill, load_abstract, load_tellings
from appraise.cases.worlds import Comparator, World

SECTIONS = ("Background", "Methods", "Results", "Conclusion", "Registration", "Funding")
_ONE_POINT = re.compile(r"(?<![\d.])1\.0 points\b")
_ONES = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


@dataclass(frozen=True)
class AbstractSentence:
    """One sentence of an abstract: its section, the entry of abstract.yml that it is made from, and its text."""

    section: str
    part: str
    text: str


def number_in_words(number: int) -> str:
    """A whole number from 1 to 99 in words.

    >>> number_in_words(42), number_in_words(7)
    ('forty-two', 'seven')
    """
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")


def print_count(number: int) -> str:
    """A whole number as editors print it: up to nine in words.

    >>> print_count(9), print_count(10)
    ('nine', '10')
    """
    return number_in_words(number) if number < 10 else str(number)


def count_people(number: int) -> str:
    """A number of people, small ones in words.

    >>> count_people(1), count_people(4), count_people(13)
    ('one person', 'four people', '13 people')
    """
    return "one person" if number == 1 else f"{print_count(number)} people"


def topic_slots(world: World, topic: Topic) -> dict[str, str]:
    """The words that every text on a world may use, by the names of their slots."""
    measure = topic.measure
    first, last = world.person.split("|")
    counted = topic.met
    if world.count_threshold is not None:
        counted = f"cut {measure.name} by at least {world.count_threshold} {measure.unit}"
    words = topic.model_dump(include=set(Topic.model_fields) - {"id", "use", "ages", "measure"})
    return {
        **words,
        "thing": topic.name.split()[-1],
        "measure": measure.name,
        "unit": measure.unit,
        "by": measure.by,
        "first": first,
        "last": last,
        "town": world.town,
        "institute": world.institute,
        "counted": counted,
        "comparator": comparator_words(world.comparator, topic),
    }


def comparator_words(comparator: Comparator, topic: Topic) -> str:
    """What the treatment was compared with, as a noun phrase."""
    return {"sham": topic.sham, "usual": topic.usual, "nothing": "no treatment"}[comparator]


# ── the abstract ────────────────────────────────────────────────────────────────────────────────────────────────────


def render_abstract(world: World, topic: Topic, stream: Stream) -> tuple[str, tuple[AbstractSentence, ...]]:
    """The title and the sentences of the abstract. Facts that the world leaves open are passed over."""
    words = topic_slots(world, topic)
    parts = load_abstract()

    def say(part: str, **values: object) -> str:
        return capitalize(
            fill(stream.choose(parts[part]), words | {name: str(value) for name, value in values.items()}, stream)
        )

    sections = zip(SECTIONS, (_background, _methods, _results, _conclusion, _registration, _funding), strict=True)
    sentences = [
        AbstractSentence(section, part, say(part, **values))
        for section, make in sections
        for part, values in make(world, topic)
    ]
    return say("title"), tuple(sentences)


_Parts = Iterator[tuple[str, Mapping[str, object]]]


def _background(world: World, topic: Topic) -> _Parts:
    yield "what_it_is", {}
    if not world.is_mechanism_measured:
        yield "mechanism_supposed", {}
    if world.earlier_trials:
        yield "earlier_some", {"count": number_in_words(world.earlier_trials)}
    else:
        yield "earlier_none", {}


def _methods(world: World, topic: Topic) -> _Parts:
    place = f"{number_in_words(world.sites)} {topic.sites} in and around {world.town}" if world.sites else ""
    where, recruited = (f", at {place}", f"; we recruited at {place}") if place else ("", "")
    yield "people_narrow" if world.is_narrow else "people_wide", {"where": where, "recruited": recruited}
    treated, control = world.treated.randomised, world.control.randomised
    yield "groups", {"number": world.randomised, "treated": treated, "control": control}
    if world.allocation:
        yield world.allocation, {}
    use = topic.use.format(minutes=world.minutes)
    yield "use", {"use": use, "weeks": world.weeks, "follow_up": world.follow_up}
    if world.are_participants_unaware is not None:
        yield "unaware" if world.are_participants_unaware else "aware", {}
    # people are counted on the measure in a week in which it was recorded
    is_later = world.count_threshold is not None and world.count_week != world.weeks
    yield "outcomes_later" if is_later else "outcomes", {"week": world.count_week}
    if world.are_assessors_blind:
        yield "assessors", {}
    yield "count_time", {"week": world.count_week}


def _results(world: World, topic: Topic) -> _Parts:
    if world.age and world.women:
        yield "age_women", {"age": world.age, "women": world.women}
    elif world.age:
        yield "age", {"age": world.age}
    elif world.women:
        yield "women", {"women": world.women}
    one, two = world.treated, world.control
    show = print_count if max(one.left, two.left) < 10 else str
    left = {"left_treated": show(one.left), "left_control": show(two.left)}
    yield "flow", {"number": world.analysed, "treated": one.analysed, "control": two.analysed, **left}
    yield _rating_part(world), _rating_values(world)
    falls = {"fall_1": one.measure_fall, "fall_2": two.measure_fall, "p": world.measure_p}
    yield "measure", falls
    yield (
        "count",
        {
            "week": world.count_week,
            **{"k_1": one.count, "n_1": one.analysed, "percent_1": one.percent},
            **{"k_2": two.count, "n_2": two.analysed, "percent_2": two.percent},
        },
    )
    if world.is_mechanism_measured:
        yield "mechanism_measured", {}
    if world.do_sexes_differ is not None:
        yield "sexes_differ" if world.do_sexes_differ else "sexes_alike", {}
    if world.extra is not None:
        yield "extra_some" if world.extra else "extra_none", {"people": capitalize(count_people(world.extra or 1))}
    if world.harms is not None:
        harmed = {"harmed_1": count_people(world.harms[0]), "harmed_2": count_people(max(1, world.harms[1]))}
        yield "harms_some" if any(world.harms) else "harms_none", harmed


def _rating_part(world: World) -> str:
    is_same = world.style == "within" and world.differs == "measure"
    return f"rating_{world.style}{'_same' if is_same else ''}"


def _rating_values(world: World) -> Mapping[str, object]:
    one, two = world.treated, world.control
    side = "p < 0.05" if world.differs == "rating" else "p > 0.05"
    return {
        **{"before_1": one.before, "after_1": one.after, "fall_1": one.fall, "sd_1": one.fall_sd},
        **{"before_2": two.before, "after_2": two.after, "fall_2": two.fall, "sd_2": two.fall_sd},
        **{"difference": world.difference, "low": world.low, "high": world.high},
        **{"p": world.rating_p, "side": side},
    }


def _conclusion(world: World, topic: Topic) -> _Parts:
    yield "conclusion_clear" if world.differs == "rating" else "conclusion_open", {}
    yield "advised" if world.is_advised else "not_advised", {}


def _registration(world: World, topic: Topic) -> _Parts:
    if world.is_registered:
        yield "registered", {}


def _funding(world: World, topic: Topic) -> _Parts:
    if world.funder:
        yield "funded", {"funder": world.funder}


# ── the tellings ────────────────────────────────────────────────────────────────────────────────────────────────────


def render_claim(world: World, topic: Topic, claim: Claim, voice: Voice, stream: Stream) -> str:
    """A claim as one sentence in a voice. The label plays no part in it."""
    words = topic_slots(world, topic) | claim_words(claim, topic)
    wording = stream.choose(load_tellings().subjects[claim.subject][voice])
    return _begin(_ONE_POINT.sub("1 point", fill(wording, words, stream)))


def render_frame(world: World, topic: Topic, voice: Voice, stream: Stream) -> tuple[str, str]:
    """The heading and the lead of a telling; they claim nothing, and are not marked."""
    words, tellings = topic_slots(world, topic), load_tellings()
    heading, lead = (fill(stream.choose(part[voice]), words, stream) for part in (tellings.headings, tellings.leads))
    return capitalize(heading), capitalize(lead)


def render_headline(
    topic: Topic, voice: Voice, stream: Stream, variants: Sequence[Mapping[str, str]]
) -> tuple[str, ...]:
    """One wording of a headline, once for each of the variants of its parts."""
    wording = stream.choose(load_tellings().headlines[voice])
    chosen = fill(wording, {name: "{" + name + "}" for name in ("name", "outcome", "comparator", "who")}, stream)
    return tuple(capitalize(chosen.format(name=f"the {topic.name}", **parts)) for parts in variants)


def claim_words(claim: Claim, topic: Topic) -> dict[str, str]:
    """The words for a claim's values."""
    words = {name: str(value) for name, value in claim.values.items()}
    if "outcome" in words:
        words["outcome"] = topic.rating if words["outcome"] == "rating" else topic.measure.name
    if claim.subject == "comparator":
        kinds: dict[str, Comparator] = {"sham": "sham", "nothing": "nothing", "usual": "usual"}
        words["comparator"] = comparator_words(kinds[words["comparator"]], topic)
    number = claim.values.get("number")
    if isinstance(number, int):
        words |= {"count": number_in_words(number), "people": count_people(number)}
        words["use"] = topic.use.format(minutes=number)
    return words


def _begin(sentence: str) -> str:
    """The sentence with a capital letter at its start, and a whole number there in words, as editors ask."""
    match = re.match(r"(“?)(\d{1,2})(?![\d.])", sentence)
    if match:
        sentence = match[1] + number_in_words(int(match[2])) + sentence[match.end() :]
    return sentence[0] + capitalize(sentence[1:]) if sentence.startswith("“") else capitalize(sentence)
