"""Each check of the linter finds what it is for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appraise.cases.absurd import find_absurd
from appraise.cases.labels import Claim


@pytest.fixture(scope="module")
def case(cases):
    return next(case for case in cases if case.world.comparator == "nothing" and case.world.harms is None)


def with_sentence(case, text):
    telling = case.tellings[0]
    first = replace(telling.sentences[0], text=text)
    return replace(case, tellings=(replace(telling, sentences=(first, *telling.sentences[1:])), *case.tellings[1:]))


def with_world(case, **changes):
    return replace(case, world=replace(case.world, **changes))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("The {name} band helps.", "left over"),
        ("None people came.", "left over"),
        ("The the band was worn.", "doubled"),
        ("The main outcome fell.", "not for print"),
        ("You should wear the band.", "not for print"),
        ("A empty band was worn.", "article"),
        ("There were 1 people.", "one of many"),
        ("It lowers itching more than showers does.", "number"),
        ("One group had the drill, on the other nothing.", "sides"),
        ("It ended well ", "spaces"),
        ("the band was worn.", "capital letter"),
        ("“The band was worn.", "do not close"),
        ("The band was worn", "end as a sentence"),
        ("The band was worn " + "again and " * 30 + "again.", "longer than"),
        ("42 people came.", "numeral"),
    ],
)
def test_words_that_no_editor_prints(case, text, message):
    assert any(message in absurd for absurd in find_absurd(with_sentence(case, text)))


def test_worlds_that_cannot_be(case):
    one, two = case.world.treated, case.world.control
    for changes, message in [
        ({"are_participants_unaware": True}, "unaware of no treatment"),
        ({"treated": replace(one, analysed=one.randomised)}, "nobody left"),
        ({"control": replace(two, fall="0.0")}, "gets worse"),
        ({"control": replace(two, measure_fall="−2")}, "gets worse"),
        ({"treated": replace(one, count=one.analysed)}, "everybody is counted"),
        ({"follow_up": case.world.weeks}, "follow-up"),
        ({"women": 500}, "more women"),
        ({"harms": (300, 2)}, "more people harmed"),
        ({"extra": 900}, "something else"),
        ({"low": "−0.2" if case.world.differs == "rating" else "0.3"}, "interval says otherwise"),
    ]:
        assert any(message in absurd for absurd in find_absurd(with_world(case, **changes))), message


def test_sums_in_the_abstract(case):
    for part, message in (("groups", "the groups do not add up"), ("flow", "those who stayed do not add up")):
        rows = tuple(
            replace(s, text="Of 99 people, 1 and 2: the 99 who stayed (1 and 2).") if s.part == part else s
            for s in case.abstract
        )
        assert any(message in absurd for absurd in find_absurd(replace(case, abstract=rows)))
    rows = tuple(replace(s, text="So 3 of 4 (50%).") if s.part == "count" else s for s in case.abstract)
    assert any("does not add up" in absurd for absurd in find_absurd(replace(case, abstract=rows)))


def test_a_telling_that_contradicts_or_repeats_itself(case):
    telling = case.tellings[0]
    for subjects, message in ((("concludes", "stays_open"), "leave it open"), (("age", "age"), "one subject twice")):
        rows = tuple(replace(telling.sentences[i], claim=Claim(subject)) for i, subject in enumerate(subjects))
        changed = replace(case, tellings=(replace(telling, sentences=rows),))
        assert any(message in absurd for absurd in find_absurd(changed))
