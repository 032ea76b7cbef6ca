"""The reasons of lesson 13 against its cases: what they quote stands there, and it is what the key rests on."""

from __future__ import annotations

import re

import pytest

from appraise.cases.casemaking import make_case
from appraise.cases.exercising import share_out, task_fields, with_case
from appraise.cases.labels import MARKS
from appraise.cases.lesson import SLUG, example, first, second, third
from appraise.cases.opened import demo_pair
from appraise.cases.public import case_key, case_text
from appraise.cases.tasks import CONCERNS, FATES, P_FITS
from appraise.exercises.packs import exercises_of

EXERCISES = exercises_of(SLUG)
PAIRS = {"first": first._pair, "second": second._pair, "third": third._pair, "own": demo_pair(SLUG)}
LABELS = {*MARKS, *CONCERNS, *FATES, *P_FITS} | {mark.partition(": ")[2] for mark in MARKS}
REASONS = [
    (ex, part, reason)
    for ex in EXERCISES.values()
    if ex.id.split("-")[1] in PAIRS and ex.id != "unseen-own-code"
    for part, reason in ex.reasons.items()
]


def quotes(words):
    return re.findall("“([^”]*)”", words)


def is_in(quote, text):
    """Whether a quotation stands in a text; its first letter may be a capital, for the start of a sentence."""
    return quote in text or quote[0].lower() + quote[1:] in text


def pieces_of(text):
    """The words of a case: its abstract, its tellings and its headlines."""
    yield from (paragraph.text for paragraph in text.abstract)
    for telling in text.tellings:
        yield from telling.sentences


@pytest.mark.parametrize(("ex", "part", "reason"), REASONS, ids=lambda value: getattr(value, "id", None))
def test_what_a_reason_quotes_stands_in_its_case(ex, part, reason):
    text, _ = PAIRS[ex.id.split("-")[1]]
    for quote in quotes(reason.why) + quotes(reason.tempting):
        is_label = quote[0].lower() + quote[1:] in LABELS
        assert is_label or any(is_in(quote, piece) for piece in pieces_of(text)), (ex.id, part, quote)


@pytest.mark.parametrize("name", PAIRS)
def test_the_reason_of_a_mark_quotes_what_the_key_rests_on(name):
    text, key = PAIRS[name]
    marks = [
        key.marks[spot.telling][spot.sentence] for spot in share_out([len(t.sentences) for t in text.tellings], 1)[0]
    ]
    reasons = [ex.reasons for ex in EXERCISES.values() if re.match(f"unseen-{name}-marks", ex.id)]
    rows = [row for block in reasons for row in block.values()]
    assert len(rows) == len(marks)
    for mark, reason in zip(marks, rows, strict=True):
        said = [quote for quote in quotes(reason.why) if mark.evidence and is_in(quote, mark.evidence)]
        assert bool(said) == bool(mark.evidence), reason
        for kind in mark.kinds[1:]:
            assert kind in reason.tempting.lower(), reason


def test_reasons_of_the_demonstration_do_not_go_along_with_another_case():
    case = make_case("another", sentences=4)
    fields = task_fields(case_text(case, "X"), case_key(case, "X"))
    made = with_case(EXERCISES, fields, "X")
    assert EXERCISES["unseen-own-marks-1"].reasons
    assert not any(made[task].reasons for task in fields)
    assert made["unseen-first-marks"].reasons


def test_an_open_case_counts_the_sentences_that_fit():
    assert (example.fitting(), first.fitting()) == (1, 4)
