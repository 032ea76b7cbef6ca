"""RoB 2 against a second, independent reading of the algorithm, over every way of answering every domain."""

from collections.abc import Callable
from itertools import product

import pytest

from appraise.errors import Rob2Error
from appraise.methods.rob2 import domains, judge_domain, judge_overall, path, questions, reachable, rules

ALL = ("Y", "PY", "PN", "N", "NI")
LOW, SOME, HIGH = "Low", "Some concerns", "High"
VECTORS = {"D1": 125, "D2": 78_125, "D3": 500, "D4": 3_125, "D5": 125}

Vector = dict[str, str]


# The reference: nested ifs, written from the published algorithm and not from rob2.yml.


def yes(answer: str) -> bool:
    return answer in ("Y", "PY")


def no(answer: str) -> bool:
    return answer in ("N", "PN")


def d1(a: Vector) -> str:
    if no(a["1.2"]):
        return HIGH
    if yes(a["1.2"]):
        if no(a["1.1"]):
            return SOME
        return SOME if yes(a["1.3"]) else LOW
    return HIGH if yes(a["1.3"]) else SOME


def d2(a: Vector) -> str:
    if (no(a["2.1"]) and no(a["2.2"])) or no(a["2.3"]):
        first = LOW
    elif yes(a["2.3"]):
        first = SOME if no(a["2.4"]) or yes(a["2.5"]) else HIGH
    else:
        first = SOME
    second = LOW if yes(a["2.6"]) else SOME if no(a["2.7"]) else HIGH
    if HIGH in (first, second):
        return HIGH
    return SOME if SOME in (first, second) else LOW


def d3(a: Vector) -> str:
    if yes(a["3.1"]) or yes(a["3.2"]) or no(a["3.3"]):
        return LOW
    return SOME if no(a["3.4"]) else HIGH


def d4(a: Vector) -> str:
    if yes(a["4.1"]) or yes(a["4.2"]):
        return HIGH
    floor = LOW if no(a["4.2"]) else SOME
    if no(a["4.3"]) or no(a["4.4"]):
        return floor
    return SOME if no(a["4.5"]) else HIGH


def d5(a: Vector) -> str:
    if yes(a["5.2"]) or yes(a["5.3"]):
        return HIGH
    if no(a["5.2"]) and no(a["5.3"]) and yes(a["5.1"]):
        return LOW
    return SOME


REFERENCE: dict[str, Callable[[Vector], str]] = {"D1": d1, "D2": d2, "D3": d3, "D4": d4, "D5": d5}

# When a conditional question is asked, from the published form.
ASKED: dict[str, Callable[[Vector], bool]] = {
    "2.3": lambda a: not (no(a["2.1"]) and no(a["2.2"])),
    "2.4": lambda a: yes(a["2.3"]),
    "2.5": lambda a: a["2.4"] in ("Y", "PY", "NI"),
    "2.7": lambda a: a["2.6"] in ("N", "PN", "NI"),
    "3.2": lambda a: not yes(a["3.1"]),
    "3.3": lambda a: no(a["3.2"]),
    "3.4": lambda a: a["3.3"] in ("Y", "PY", "NI"),
    "4.3": lambda a: not yes(a["4.1"]) and not yes(a["4.2"]),
    "4.4": lambda a: a["4.3"] in ("Y", "PY", "NI"),
    "4.5": lambda a: a["4.4"] in ("Y", "PY", "NI"),
}

IDS = {
    "D1": ["1.1", "1.2", "1.3"],
    "D2": ["2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7"],
    "D3": ["3.1", "3.2", "3.3", "3.4"],
    "D4": ["4.1", "4.2", "4.3", "4.4", "4.5"],
    "D5": ["5.1", "5.2", "5.3"],
}


def normal(vector: Vector) -> Vector:
    """The vector with NA where a question is not asked; later questions see that NA."""
    out: Vector = {}
    for id_, answer in vector.items():
        out[id_] = answer if ASKED.get(id_, lambda _: True)(out) else "NA"
    return out


def vectors(domain: str, letters: tuple[str, ...] = ALL) -> list[Vector]:
    per_question = [tuple(x for x in letters if (id_, x) != ("3.2", "NI")) for id_ in IDS[domain]]
    return [dict(zip(IDS[domain], answers, strict=True)) for answers in product(*per_question)]


@pytest.mark.parametrize("domain", IDS)
def test_every_vector_agrees_with_the_reference(domain: str) -> None:
    every = vectors(domain)
    assert len(every) == VECTORS[domain]
    distinct = {tuple(normal(v).items()) for v in every}
    wrong = [dict(v) for v in distinct if judge_domain(domain, dict(v)) != REFERENCE[domain](dict(v))]
    assert wrong == []
    # The same vectors reach all three judgements, so agreement is not by one constant answer.
    assert {judge_domain(domain, dict(v)) for v in distinct} == {LOW, SOME, HIGH}


@pytest.mark.parametrize("domain", IDS)
def test_of_each_part_exactly_one_rule_holds_and_every_rule_is_needed(domain: str) -> None:
    parts = {rule.part for rule in rules(domain)}
    used = set()
    for vector in vectors(domain, ("Y", "N", "NI")):
        held = path(domain, normal(vector)).rules
        assert len(held) == len(parts)
        assert {rule.part for rule in held} == parts
        used |= set(held)
    assert used == set(rules(domain))


@pytest.mark.parametrize("domain", IDS)
def test_a_worse_answer_never_improves_the_judgement(domain: str) -> None:
    best_first = {"1.1": "Y", "1.2": "Y", "2.5": "Y", "2.6": "Y", "3.1": "Y", "3.2": "Y", "5.1": "Y"}
    rank = {LOW: 0, SOME: 1, HIGH: 2}
    for vector in vectors(domain, ("Y", "N", "NI")):
        here = rank[judge_domain(domain, normal(vector))]
        for id_, answer in vector.items():
            order = ["Y", "NI", "N"] if best_first.get(id_) == "Y" else ["N", "NI", "Y"]
            for worse in order[order.index(answer) + 1 :]:
                if (id_, worse) != ("3.2", "NI"):
                    assert rank[judge_domain(domain, normal({**vector, id_: worse}))] >= here, (vector, id_, worse)


@pytest.mark.parametrize("domain", IDS)
def test_reachable_is_what_is_asked_and_the_path_walks_only_that(domain: str) -> None:
    for vector in vectors(domain, ("Y", "N", "NI")):
        asked = [id_ for id_, answer in normal(vector).items() if answer != "NA"]
        assert list(reachable(domain, vector)) == asked  # answers left over from before do not count
        walked = path(domain, normal(vector)).questions
        assert set(walked) <= set(asked)
        assert len(set(walked)) == len(walked)


def test_all_no_information_with_32_no() -> None:
    """With NI everywhere and N to 3.2, which has no NI."""
    everything = {id_: "NI" for ids in IDS.values() for id_ in ids} | {"3.2": "N"}
    judged = {d: judge_domain(d, normal({id_: everything[id_] for id_ in ids})) for d, ids in IDS.items()}
    assert judged == {"D1": SOME, "D2": HIGH, "D3": HIGH, "D4": HIGH, "D5": SOME}
    assert judge_overall(judged) == (HIGH, False)


def test_the_abstract_alone_read_with_the_title() -> None:
    """Blinding taken from the title, NI where the abstract is silent; then two answers a full paper could supply."""
    d2_blind = {"2.1": "PN", "2.2": "PN", "2.6": "NI", "2.7": "NI"}
    d4_blind = {"4.1": "PN", "4.2": "PN", "4.3": "PN"}
    assert judge_domain("D2", d2_blind) == HIGH
    assert judge_domain("D2", {"2.1": "PN", "2.2": "PN", "2.6": "PY"}) == LOW
    assert judge_domain("D3", {"3.1": "NI", "3.2": "N", "3.3": "NI", "3.4": "NI"}) == HIGH
    assert judge_domain("D3", {"3.1": "PY"}) == LOW
    assert judge_domain("D4", d4_blind) == LOW
    assert judge_domain("D4", {**d4_blind, "4.2": "NI"}) == SOME  # no rater can lift the floor that 4.2 sets


def test_an_open_question_raises_with_its_number_and_is_never_high() -> None:
    for domain, ids in IDS.items():
        with pytest.raises(Rob2Error, match=rf"^{ids[0]} is asked here and has no answer"):
            judge_domain(domain, {})
        with pytest.raises(Rob2Error) as caught:
            judge_domain(domain, {ids[0]: "NI"})
        assert caught.value.question == ids[1]
    with pytest.raises(Rob2Error, match=r"^2\.7 is asked here"):
        judge_domain("D2", {"2.1": "N", "2.2": "N", "2.6": "N"})
    with pytest.raises(Rob2Error, match=r"^1\.3 is asked here"):  # even where 1.2 has decided already
        judge_domain("D1", {"1.1": "Y", "1.2": "N", "1.3": None})


@pytest.mark.parametrize(
    ("domain", "answers", "message"),
    [
        ("D3", {"3.1": "N", "3.2": "NI"}, "3.2 is answered 'NI'; expected Y, PY, PN or N"),
        ("D1", {"1.1": "yes", "1.2": "Y", "1.3": "N"}, "1.1 is answered 'yes'; expected Y, PY, PN, N or NI"),
        ("D1", {"1.1": "NA", "1.2": "Y", "1.3": "N"}, "1.1 is answered 'NA'; expected Y, PY, PN, N or NI"),
        ("D1", {"1.1": ["Y"], "1.2": "Y", "1.3": "N"}, r"1.1 is answered \['Y'\]; expected"),
        ("D1", {"1.4": "Y"}, "D1 has no question '1.4'; expected 1.1, 1.2 or 1.3"),
        ("D3", {"3.1": "Y", "3.2": "N"}, "3.2 is not asked here, so 'N' would not count; expected NA or no answer"),
        ("D6", {}, "'D6' is no domain; expected D1, D2, D3, D4 or D5"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(domain: str, answers: Vector, message: str) -> None:
    with pytest.raises(Rob2Error, match=message):
        judge_domain(domain, answers)


def test_na_and_silence_are_the_same_where_nothing_is_asked() -> None:
    assert judge_domain("D3", {"3.1": "Y", "3.2": "NA", "3.3": None}) == judge_domain("D3", {"3.1": "Y"}) == LOW


def test_a_form_half_filled_shows_the_next_question() -> None:
    assert reachable("D2", {}) == ("2.1", "2.2", "2.6")
    assert reachable("D2", {"2.1": "NI"}) == ("2.1", "2.2", "2.3", "2.6")
    assert reachable("D4", {"4.1": "N"}) == ("4.1", "4.2")
    with pytest.raises(Rob2Error, match=r"^4\.1 is answered 'maybe'"):
        reachable("D4", {"4.1": "maybe"})


def test_the_path_names_what_was_walked_and_what_decided() -> None:
    way = path("D2", {"2.1": "N", "2.2": "NI", "2.3": "Y", "2.4": "PN", "2.6": "Y"})
    assert way.judgement == SOME
    assert way.questions == ("2.1", "2.2", "2.3", "2.4", "2.6")
    assert [rule.judgement for rule in way.rules] == [SOME, LOW]
    assert str(way.decided_by) == "2.4 PN/N → Some concerns"
    assert path("D1", {"1.1": "Y", "1.2": "N", "1.3": "N"}).questions == ("1.2",)


def test_overall_over_every_combination() -> None:
    for judged in product((LOW, SOME, HIGH), repeat=5):
        overall = judge_overall(dict(zip(IDS, judged, strict=True)))
        if HIGH in judged:
            assert overall == (HIGH, False)
        elif SOME in judged:
            assert overall == (SOME, judged.count(SOME) > 1)  # five of them are still not counted up to High
        else:
            assert overall == (LOW, False)


def test_overall_refuses_what_is_missing_or_unknown() -> None:
    four = {"D1": LOW, "D2": LOW, "D3": LOW, "D4": LOW}
    with pytest.raises(Rob2Error, match="D5 has no judgement"):
        judge_overall(four)
    with pytest.raises(Rob2Error, match="D5 is 'low'; expected Low, Some concerns or High"):
        judge_overall({**four, "D5": "low"})
    with pytest.raises(Rob2Error, match="'D9' is no domain"):
        judge_overall({**four, "D5": LOW, "D9": LOW})


def test_the_form_has_22_questions_and_only_32_lacks_ni() -> None:
    assert [q.id for q in questions()] == [id_ for ids in IDS.values() for id_ in ids]
    assert len(questions()) == 22
    assert [q.id for q in questions() if q.answers != ALL] == ["3.2"]
    assert {q.id for q in questions() if q.asked_if} == set(ASKED)
    assert all(q.topic and q.domain in domains() for q in questions())
    assert {q.id: q.asked_if for q in questions("D2") if q.asked_if}["2.3"] == "2.1 Y/PY/NI or 2.2 Y/PY/NI"
