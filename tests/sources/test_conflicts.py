"""Where the tellings differ: each difference that the lessons teach can be derived from the tables."""

from functools import cache

import pandas as pd
import pytest

from appraise.sources.models import NOT_REPORTED
from appraise.sources.tables import cells, documents, frame, numbers, outside, reports

ABSTRACT, COMMENT = ("painscience", "abstract"), ("painscience", "comment")
WALSH = ("walsh", "post")
CLIP, LINKS, STORY, AI = (("vitamindwiki", name) for name in ("clip", "links", "story", "ai"))
MAGX12, SHOPBLOG = ("magx12", "post"), ("shopblog", "post")

Key = tuple[str, str]


@cache
def said(item: str) -> dict[Key, str]:
    """What each passage prints on an item; silent passages are left out."""
    row = reports().loc[item]
    return {key: value for key, value in row.items() if value != NOT_REPORTED}


def cell(item: str, key: Key) -> pd.Series:
    table = cells().set_index(["source", "passage", "item"])
    return table.loc[(*key, item)]


def outside_fact(fact: str) -> object:
    return outside().value[fact]


def value(item: str, key: Key) -> float:
    return float(cell(item, key)["value"])


def test_01_pain_at_six_months_differs_in_one_passage() -> None:
    assert said("pain-mg-6m-mean") == {ABSTRACT: "4.7", WALSH: "4.7", LINKS: "4.2"}
    indexed = outside_fact("pain-mg-6m-mean-indexed")
    assert [key for key in said("pain-mg-6m-mean") if value("pain-mg-6m-mean", key) != indexed] == [LINKS]
    before = value("pain-mg-before-mean", LINKS)
    assert before == value("pain-mg-before-mean", ABSTRACT)
    changes = {key: round(before - value("pain-mg-6m-mean", key), 1) for key in (ABSTRACT, LINKS)}
    assert changes == {ABSTRACT: 2.8, LINKS: 3.3}


def test_02_the_scale_is_renamed_in_the_link_list() -> None:
    assert said("pain-scale") == {
        ABSTRACT: "numerical rating scale",
        WALSH: "NRS",
        CLIP: "11-point numeric scale (NRS)",
        LINKS: "Visual pain score",
    }
    scales = numbers().query("item == 'pain-mg-before-mean'").set_index("passage").scale
    assert scales["links"] == "Visual pain score"


def test_03_the_route() -> None:
    route = said("route-label")
    assert route[LINKS] == "injection"
    assert {key for key in route if "oral" in route[key]} == {ABSTRACT, WALSH, CLIP, MAGX12}
    assert {key for key in route if "supplementation" in route[key]} == {COMMENT, WALSH}
    assert SHOPBLOG not in route
    assert cell("route-label", MAGX12).about == "a review"


def test_04_the_year_is_2012_in_the_clip_and_2013_elsewhere() -> None:
    assert said("trial-year") == {COMMENT: "2013", WALSH: "2013", CLIP: "2012", LINKS: "2013"}
    assert (outside_fact("trial-online"), outside_fact("trial-in-print")) == ("17 December 2012", "March 2013")


def test_05_the_population_is_wider_in_the_link_list_and_the_digests() -> None:
    assert said("neuropathic-kept") == {
        ABSTRACT: "kept",
        COMMENT: "kept",
        WALSH: "kept",
        CLIP: "kept",
        LINKS: "lost",
        MAGX12: "lost",
        SHOPBLOG: "other",
    }
    assert set(said("lanss-threshold").values()) == {"≥ 12"}
    assert set(said("lanss-threshold")) == {ABSTRACT, WALSH}
    assert value("lanss-threshold", WALSH) == outside_fact("lanss-threshold")
    assert "confirmed neuropathic features" in said("condition")[WALSH]  # features are what the instrument finds


def test_06_six_weeks_of_treatment_and_six_months_of_follow_up() -> None:
    assert said("treatment-duration") == {MAGX12: "6 weeks or less"}
    assert cell("treatment-duration", MAGX12).about == "a review"
    follow_up = {key: value("follow-up", key) for key in said("follow-up")}
    assert follow_up == dict.fromkeys((ABSTRACT, COMMENT, WALSH, CLIP), 6.0)
    for key in (ABSTRACT, WALSH, CLIP):
        assert value("iv-duration", key) + value("oral-duration", key) == 6.0


def test_07_only_two_passages_tell_that_both_groups_improved_early() -> None:
    assert set(said("two-week-result")) == {COMMENT, CLIP}
    assert all(cell("two-week-result", key)["value"].startswith("both groups") for key in (COMMENT, CLIP))
    assert outside_fact("account-two-weeks") == "no significant difference between the groups"


def test_08_the_control_group_at_six_months_in_words_and_never_in_numbers() -> None:
    assert set(said("control-6m-words")) == {COMMENT, WALSH, CLIP}
    control = frame().query("arm == 'control'").index
    assert len(control)
    assert all(not said(item) for item in control)
    assert (outside_fact("account-pain-control-before-mean"), outside_fact("account-pain-control-6m-mean")) == (
        7.4,
        7.2,
    )


def test_09_p_is_worded_as_within_the_arm_and_no_passage_prints_one_between_the_arms() -> None:
    p = numbers().query("statistic == 'p'")
    assert len(p) == 8
    assert p.compares.str.startswith("worded as within").all()
    assert p.compares.str.endswith("test not stated").all()
    assert not said("pain-between-p")
    assert not said("test-named")
    assert set(said("between-arms-claim")) == {COMMENT, CLIP}
    assert "control group values" in said("between-arms-claim")[CLIP]
    assert outside_fact("account-between-p") == 0.03


def test_10_more_than_halving_and_4_7_do_not_belong_to_one_moment() -> None:
    assert said("two-week-result")[COMMENT] == "more than halving their pain"
    assert "stayed low" in said("magnesium-result-words")[COMMENT]
    before, after = value("pain-mg-before-mean", ABSTRACT), value("pain-mg-6m-mean", ABSTRACT)
    assert after > before / 2
    assert round(100 * (before - after) / before) == 37


def test_12_harms_of_the_trial_stand_in_one_passage_and_the_arm_in_none() -> None:
    assert said("harms-trial") == {WALSH: "Mild diarrhoea in 4 participants"}
    assert value("harms-trial-count", WALSH) == 4
    assert not said("harms-trial-arm")
    assert set(said("harms-general")) == {CLIP, LINKS, MAGX12}
    assert said("safety-words") == {WALSH: "safe when used correctly", MAGX12: "safer than ketamine"}
    for key in (ABSTRACT, COMMENT, SHOPBLOG):
        assert all(key not in said(item) for item in ("harms-trial", "harms-general", "safety-words"))
    assert outside_fact("park-safety") == "No judgment could be made about safety"


def test_21_who_rated_the_pain() -> None:
    assert said("pain-rater") == {
        ABSTRACT: "Patients were asked to rate their pain",
        CLIP: "using an independent pain physician",
    }


def test_22_both_arms_had_other_drugs_and_accounts_differ_on_what_came_before() -> None:
    assert set(said("co-drugs")) == {ABSTRACT, WALSH, CLIP}
    assert all(len(drugs.split("; ")) == 3 for drugs in said("co-drugs").values())
    for key in (COMMENT, LINKS, MAGX12, SHOPBLOG):
        assert key not in said("co-drugs")
    assert set(said("earlier-drugs")) == {WALSH}
    assert "continued" in said("earlier-drugs")[WALSH]
    assert (outside_fact("account-continued"), outside_fact("other-account-replaced")) == ("continued", "replaced")


def test_24_names_in_the_reference_and_in_the_instrument() -> None:
    assert "et al" in said("trial-authors")[COMMENT]
    assert len(said("trial-authors")[WALSH].split("; ")) == outside_fact("trial-authors-indexed") == 2
    printed, own = said("lanss-name")[ABSTRACT], str(outside_fact("lanss-name"))
    assert printed != own
    assert sorted(printed.split()) == sorted(own.split())  # the same words in another order


def test_28_references_that_lead_somewhere_and_references_that_do_not() -> None:
    assert set(said("trial-link")) == {WALSH, LINKS}
    assert said("trial-doi") == {WALSH: "10.1111/anae.12107"}
    assert said("trial-pmid") == {LINKS: "23384256"}
    report = documents().loc["trial-report"]
    assert (report.doi, report.pmid) == ("10.1111/anae.12107", "23384256")
    assert said("reference-mark") == {CLIP: "[37]", SHOPBLOG: "[1]"}
    marks = said("other-studies")[SHOPBLOG]
    assert [mark for mark in "1234567" if f"[{mark}]" in marks + said("reference-mark")[SHOPBLOG]] == list("1234567")
    assert outside_fact("haneef-no-reference") == 78


def test_32_the_unit_of_the_owner_s_dose() -> None:
    assert said("own-dose") == {STORY: "1 teaspoon (160 ml)"}
    assert value("own-daily-total", STORY) == 800
    assert cell("own-daily-total", STORY).unit == "mg"


@pytest.mark.parametrize("key", [STORY, AI])
def test_what_is_not_about_the_trial_is_not_coded_as_being_about_it(key: Key) -> None:
    about_trial = frame().query("subject == 'trial'").index
    assert all(key not in said(item) for item in about_trial)
