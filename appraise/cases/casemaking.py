"""A case: an invented trial's abstract with its tellings, what is asked about them, and the key, all from one seed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from appraise.cases.drawing import draw
from appraise.cases.labels import LABELS, SUBJECTS, Claim, Label, Step, label, step_of
from appraise.cases.rendering import AbstractSentence, render_abstract, render_claim, render_frame
from appraise.cases.stream import Stream
from appraise.cases.tasks import (
    FIGURE_SUBJECTS,
    Concern,
    DifferenceKey,
    Fate,
    HeadlineKey,
    PFit,
    bias_key,
    difference_key,
    fate_of,
    headline_key,
    p_key,
    p_reason,
)
from appraise.cases.wordings import VOICES, Topic, Voice, load_names, load_remarks, load_topics
from appraise.cases.worlds import World

_LONGEST_ROW = 100
VOICE_NAMES: dict[Voice, str] = {"press": "Press release", "shop": "Shop page", "news": "News item"}


@dataclass(frozen=True)
class Sentence:
    """One sentence of a telling, with the claim behind it and the label that the world gives the claim."""

    text: str
    claim: Claim
    label: Label

    @property
    def step(self) -> Step:
        """The first step of the right answer."""
        return step_of(self.label)


@dataclass(frozen=True)
class Telling:
    """A text on the trial: heading and lead, which are not marked, and the sentences."""

    voice: Voice
    heading: str
    lead: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class FigureTask:
    """A figure in a sentence (telling and sentence counted from 1), and what became of it."""

    telling: int
    sentence: int
    fate: Fate


@dataclass(frozen=True)
class Case:
    """A whole case. `public.py` makes from it what a learner may see, and the key apart."""

    world: World
    topic: Topic
    title: str
    abstract: tuple[AbstractSentence, ...]
    tellings: tuple[Telling, ...]
    figures: tuple[FigureTask, ...]
    headline: HeadlineKey

    @property
    def difference(self) -> DifferenceKey:
        """The difference with its interval, as far as they can be had."""
        return difference_key(self.world)

    @property
    def p(self) -> PFit:
        """Whether the printed p can fit."""
        return p_key(self.world)

    @property
    def p_reason(self) -> str:
        """Why the printed p can fit, cannot, or leaves it open."""
        return p_reason(self.world)

    @property
    def bias(self) -> dict[str, Concern]:
        """What the text lets one say on bias, by question."""
        return bias_key(self.world)

    def evidence(self, claim: Claim) -> str:
        """What the abstract says on a claim's subject, or "" where it says nothing."""
        parts = load_remarks().matters[claim.subject].parts
        return " ".join(sentence.text for sentence in self.abstract if sentence.part in parts)


def make_case(seed: str | bytes, sentences: int = 8, voices: tuple[Voice, ...] = VOICES) -> Case:
    """The case of a seed: the same on every machine. `sentences` says how many each telling has, at most 8.

    >>> case = make_case("a seed")
    >>> [len(telling.sentences) for telling in case.tellings]
    [8, 8, 8]
    >>> make_case("a seed") == case
    True
    """
    if not 1 <= sentences <= 8:
        raise ValueError(f"sentences: {sentences} a telling; expected 1 to 8")
    stream = Stream(seed)
    topic = stream.choose(load_topics())
    drawn = draw(stream.child("world"), topic, load_names())
    texts = stream.child("texts")
    title, abstract = render_abstract(drawn.world, topic, texts)
    labels = {subject: label(drawn.world, claim) for subject, claim in drawn.claims.items()}
    tellings = []
    for voice, subjects in zip(voices, _share_out(labels, len(voices), sentences, texts), strict=True):
        heading, lead = render_frame(drawn.world, topic, voice, texts)
        rows = [_sentence(drawn.world, topic, drawn.claims[subject], voice, texts) for subject in subjects]
        tellings.append(Telling(voice, heading, lead, tuple(rows)))
    figures = _choose_figures(drawn.world, tellings, texts)
    headline = headline_key(drawn.world, topic, texts.choose(voices), texts)
    return Case(drawn.world, topic, title, abstract, tuple(tellings), figures, headline)


def make_case_with(
    seed: str, wanted: Collection[Label], sentences: int = 8, voices: tuple[Voice, ...] = VOICES
) -> Case:
    """The first case from a seed's row of cases that has each wanted label, so that what went wrong comes back.

    Raises ValueError for a label that is not known, or for more labels than a hundred cases have together in one.

    >>> case = make_case_with("a seed", ["time moved"], voices=("news",))
    >>> "time moved" in [sentence.label for sentence in case.tellings[0].sentences]
    True
    """
    if unknown := sorted(set(wanted) - set(LABELS)):
        raise ValueError(f"{unknown[0]!r} is no label; expected some of {', '.join(LABELS)}")
    for i in range(_LONGEST_ROW):
        case = make_case(f"{seed}/{i}", sentences, voices)
        if set(wanted) <= {sentence.label for telling in case.tellings for sentence in telling.sentences}:
            return case
    raise ValueError(f"no case of {_LONGEST_ROW} has {', '.join(sorted(wanted))} together; expected fewer labels")


def _share_out(labels: dict[str, Label], tellings: int, sentences: int, stream: Stream) -> list[list[str]]:
    """The subjects of each telling, in the order of a text, so that a telling seldom repeats a fault.

    A telling never says both that the authors conclude and that they leave it open, and three sentences of a case
    print a figure that can be asked for. Labels and subjects alone decide, not words.
    """
    figures = 3 if tellings * sentences >= 8 else 0
    ways = []
    for _ in range(12):
        order = stream.shuffled(list(labels))
        rows = [sorted(order[i * sentences : (i + 1) * sentences], key=SUBJECTS.index) for i in range(tellings)]
        has_figures = sum(subject in FIGURE_SUBJECTS for row in rows for subject in row) >= figures
        if has_figures and not any({"concludes", "stays_open"} <= set(row) for row in rows):
            ways.append((sum(_count_repeats([labels[subject] for subject in row]) for row in rows), rows))
    if not ways:
        return _share_out(labels, tellings, sentences, stream)
    return min(ways, key=lambda way: way[0])[1]


def _count_repeats(labels: list[Label]) -> int:
    faults = [name for name in labels if step_of(name) == "does not fit"]
    return len(faults) - len(set(faults))


def _sentence(world: World, topic: Topic, claim: Claim, voice: Voice, stream: Stream) -> Sentence:
    return Sentence(render_claim(world, topic, claim, voice, stream), claim, label(world, claim))


def _choose_figures(world: World, tellings: list[Telling], stream: Stream) -> tuple[FigureTask, ...]:
    """Three sentences with a figure; their fates are left to chance, so that one tells nothing of the next."""
    places = [
        FigureTask(i, j, fate_of(world, sentence.claim, sentence.label))
        for i, telling in enumerate(tellings, 1)
        for j, sentence in enumerate(telling.sentences, 1)
        if sentence.claim.subject in FIGURE_SUBJECTS
    ]
    return tuple(sorted(stream.shuffled(places)[:3], key=lambda row: (row.telling, row.sentence)))
