"""Prose that is there and does not run is read by a person; prose that gives no points waits for nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from appraise.grading.judging.outcome import Outcome

Graded = Callable[..., Outcome]
PROSE = "say-it-plainly"


@pytest.mark.parametrize(
    "source",
    [
        "summary = 'The trial didn't print the placebo group's scores. '",
        "summary = \u201cPain fell in patients given magnesium.\u201d",
        'summary = "Pain fell in patients given magnesium.",',
        'Summary = "Pain fell in patients given magnesium."',
        'summary = ["Pain fell in patients", "given magnesium."]',
        'summary = "Pain fell"\nsummary = sumary',
        'summary = """Pain fell in patients given magnesium.',
        "Pain fell in patients given magnesium.",
        'summary = "It helps."\nwhile True:\n    pass',
        'summary = "It helps."\nimport os\nos._exit(3)',
        'summary = "It helps." + 3',
        "疼痛有所减轻",
    ],
)
def test_a_person_reads_it_whatever_broke_it(graded: Graded, source: str) -> None:
    outcome = graded({PROSE: source})
    item = outcome.items[PROSE]
    assert (item.earned, item.status) == (None, "marked")
    if "sumary" not in source:  # there it had a value before it stopped
        assert "A person reads your text all the same." in item.remark
    assert "no points" not in item.remark
    assert outcome.status == "needs a person"


@pytest.mark.parametrize("source", ["summary = ...", "summary = None", "summary = 7", "", "summary = ''"])
def test_what_is_no_text_stays_a_zero(graded: Graded, source: str) -> None:
    item = graded({PROSE: source}).items[PROSE]
    assert item.earned == 0.0
    assert item.status != "marked"


def test_prose_without_points_waits_for_nobody(graded: Graded, lesson: Any) -> None:
    assert graded().status == "needs a person"
    assert lesson.exercises[PROSE].core
    other = lesson.exercises[PROSE]
    object.__setattr__(other, "core", False)
    try:
        outcome = graded()
        assert outcome.items[PROSE].status == "marked"
        assert outcome.status == "graded"
    finally:
        object.__setattr__(other, "core", True)
