"""Every figure of every abstract fits every other: properties over thousands of seeds, read from the printed text."""

from __future__ import annotations

import re
from collections import Counter

from scipy import stats as reference

from appraise.cases.absurd import find_absurd
from appraise.cases.casemaking import make_case
from appraise.cases.labels import FAULTS, LABELS, SUBJECTS, label
from appraise.cases.wordings import load_topics
from appraise.methods import consistency


def text_of(case):
    return " ".join(sentence.text for sentence in case.abstract)


def test_nothing_is_absurd(many_cases):
    assert [absurd for case in many_cases for absurd in find_absurd(case)] == []


def test_percentages_are_of_whole_persons(many_cases):
    for case in many_cases:
        match = re.findall(r"(\d+) of (\d+) \((\d+)%\)", text_of(case))
        assert len(match) == 2
        for count, of, percent in match:
            assert int(percent) == round(100 * int(count) / int(of) + 1e-9)


def test_people_add_up(many_cases):
    for case in many_cases:
        world = case.world
        one, two = world.treated, world.control
        assert world.randomised == one.randomised + two.randomised
        assert world.analysed + one.left + two.left == world.randomised
        assert str(world.randomised) in text_of(case)
        assert one.left > 0
        assert two.left > 0
        assert one.left != two.left


def test_means_of_whole_ratings_pass_grim(many_cases):
    for case in many_cases[:500]:
        for arm in (case.world.treated, case.world.control):
            for figure in (arm.before, arm.after, arm.fall):
                assert consistency.grim(figure, arm.analysed)


def test_printed_sds_pass_grimmer(many_cases):
    for case in many_cases[:300]:
        for arm in (case.world.treated, case.world.control):
            assert consistency.grimmer(arm.fall, arm.fall_sd, arm.analysed)


def test_printed_means_give_the_printed_falls_and_difference(many_cases):
    for case in many_cases:
        world = case.world
        for arm in (world.treated, world.control):
            assert round(float(arm.before) - float(arm.after), 1) == float(arm.fall)
        assert round(float(world.treated.fall) - float(world.control.fall), 1) == float(world.difference)
        assert float(world.low.replace("−", "-")) < float(world.difference) < float(world.high)


def test_a_mean_follows_from_its_counts(many_cases):
    counted = 0
    for case in many_cases:
        world, limit = case.world, case.topic.measure.limit
        if (threshold := world.count_threshold) is None:
            continue
        counted += 1
        for arm in (world.treated, world.control):
            n, k, mean = arm.analysed, arm.count, int(arm.measure_fall)
            assert (k * threshold - (n - k) * limit) / n <= mean <= (k * limit + (n - k) * (threshold - 1)) / n
    assert counted > 500


def weeks_of(case, outcome):
    """The weeks in which the abstract says that an outcome was recorded, and the week of its end; read from the text."""
    parts = {sentence.part.removesuffix("_later"): sentence.text for sentence in case.abstract}
    end = int(re.search(r"for (\d+) weeks; follow-up", parts["use"])[1])
    words = re.search(rf"{outcome}.*", parts["outcomes"], re.IGNORECASE)[0]
    named = {int(week) for week in re.findall(r"week (\d+)", words)}
    return named or {end}


def test_what_is_counted_on_a_measure_is_counted_when_it_was_recorded(many_cases):
    seen = Counter()
    for case in many_cases:
        if case.world.count_threshold is None:
            continue
        week = int(re.search(r"In week (\d+), \d+ of", text_of(case))[1])
        seen[week == case.world.weeks] += 1
        assert week in weeks_of(case, case.topic.measure.name), text_of(case)
    assert min(seen[True], seen[False]) > 200


def test_people_counted_on_a_measure_and_its_means_say_the_same(many_cases):
    """Where a measure's means do not differ beyond chance, neither do the counts of those whom it counts."""
    seen = 0
    for case in many_cases:
        world = case.world
        if world.count_threshold is None or world.differs == "measure":
            continue
        seen += 1
        one, two = world.treated, world.control
        table = [[arm.count, arm.analysed - arm.count] for arm in (one, two)]
        assert reference.chi2_contingency(table, correction=False).pvalue > 0.05, text_of(case)
    assert seen > 200


def p_from_text(case):
    """The range of p that the printed figures allow, worked out apart from the library, and the printed p."""
    text = text_of(case)
    df = case.world.analysed - 2
    if case.world.style == "full":
        match = re.search(r"difference ([\d.]+), 95% CI (−?[\d.]+) to ([\d.]+); p ([=<]) ([\d.]+)", text)
        difference, low, high = (float(part.replace("−", "-")) for part in match.groups()[:3])
        t = reference.t.ppf(0.975, df)
        ends = [
            2 * reference.t.sf((difference + d) * 2 * t / (high - low + w), df)
            for d in (-0.05, 0.05)
            for w in (-0.1, 0.1)
        ]
    else:
        match = re.search(r"\(t test of the changes, p ([=<]) ([\d.]+)\)", text)
        one, two = case.world.treated, case.world.control
        ends = []
        for d in (-0.1, 0.1):
            for s in (-0.05, 0.05):
                mean = float(one.fall) - float(two.fall) + d
                test = reference.ttest_ind_from_stats(
                    mean, float(one.fall_sd) + s, one.analysed, 0, float(two.fall_sd) + s, two.analysed
                )
                ends.append(test.pvalue if mean > 0 else 1.0)
    sign, printed = match.groups()[-2:]
    return min(ends), max(ends), 0.0005 if sign == "<" else float(printed)


def test_a_printed_p_lies_in_the_range_that_figures_allow_and_a_false_one_far_outside(many_cases):
    seen = Counter()
    for case in many_cases:
        if case.world.style not in ("full", "arms"):
            continue
        low, high, p = p_from_text(case)
        seen[case.world.does_p_fit] += 1
        if case.world.does_p_fit:
            step = 0.0005 if p < 0.1 else 0.005
            assert p - step <= high, case.world
            assert p + step >= low, case.world
        else:
            assert p > 1.5 * high or p < low / 1.5, case.world
    assert seen[True] > 300
    assert seen[False] > 100


def test_the_reason_of_the_p_says_what_its_figures_allow(many_cases):
    for case in many_cases:
        said = re.search(
            r"go with a p (?:from ([\d.]+) to |of at most |below )([\d.e-]+); (p .*) is printed", case.p_reason
        )
        assert (said is None) == (case.world.style not in ("full", "arms"))
        if said is None:
            continue
        p = 0.0005 if "<" in said[3] else float(said[3].split()[-1])
        is_inside = 0.9 * float(said[1] or 0) <= p <= 1.1 * float(said[2])
        assert is_inside == case.world.does_p_fit, case.p_reason


def test_a_p_stays_on_its_side(many_cases):
    for case in many_cases:
        for outcome, printed in (("rating", case.world.rating_p), ("measure", case.world.measure_p)):
            p = float(printed.split()[-1])
            assert "0.100" not in printed  # two decimals from 0.10 on
            assert (p < 0.05) == (case.world.differs == outcome)


def test_every_label_is_that_of_its_world(many_cases):
    for case in many_cases:
        for telling in case.tellings:
            for sentence in telling.sentences:
                assert label(case.world, sentence.claim) == sentence.label


def test_all_labels_subjects_and_topics_occur(many_cases):
    sentences = [s for case in many_cases for telling in case.tellings for s in telling.sentences]
    assert {s.label for s in sentences} == set(LABELS)
    assert {s.claim.subject for s in sentences} == set(SUBJECTS)
    assert {case.topic.id for case in many_cases} == {topic.id for topic in load_topics()}
    faulty = sum(s.label in FAULTS for s in sentences) / len(sentences)
    assert 0.3 < faulty < 0.6


def test_no_label_is_most_of_a_subject(many_cases):
    by_subject = {}
    for case in many_cases:
        for telling in case.tellings:
            for sentence in telling.sentences:
                by_subject.setdefault(sentence.claim.subject, Counter())[sentence.label] += 1
    for subject, counts in by_subject.items():
        assert max(counts.values()) / sum(counts.values()) < 0.66, (subject, counts)


def test_one_point_is_printed_as_one(many_cases):
    seen = 0
    for case in many_cases:
        for telling in case.tellings:
            for sentence in telling.sentences:
                if sentence.claim.values.get("number") == "1.0":
                    seen += 1
                    assert re.search(r"\b(1|[Oo]ne) point\b", sentence.text), sentence.text
    assert seen > 5


def test_funding_and_register_have_their_own_sections(many_cases):
    own = {"registered": "Registration", "funded": "Funding"}
    for case in many_cases:
        for sentence in case.abstract:
            if sentence.part in own or sentence.section in own.values():
                assert own.get(sentence.part) == sentence.section


def test_the_same_seed_makes_the_same_case():
    assert make_case("again") == make_case("again")
    assert make_case("again").world != make_case("another").world


def test_each_topic_can_be_drawn():
    from appraise.cases.drawing import draw
    from appraise.cases.stream import Stream
    from appraise.cases.wordings import load_names

    for topic in load_topics():
        assert draw(Stream(topic.id), topic, load_names()).world.topic == topic.id
