"""What lessons 09 to 12 show: passages side by side, facts, predictions, invented stories, trials and pages."""

from __future__ import annotations

import pytest

from appraise.errors import RecordError
from appraise.figures import prediction_line
from appraise.learner.lateral import invented_page, load_lateral_reading, traces
from appraise.methods.pooling import invented_trials, pooled, with_pooled
from appraise.methods.stories import bouts_without_effect, people_by_day
from appraise.sources.reader import read, read_beside
from appraise.sources.showing import facts, paragraph_words, reviews, text_table
from appraise.sources.tables import outside
from tests import bank


def test_the_reader_keeps_numbers_and_makes_links() -> None:
    shown = read_beside("walsh post 5, 11", "magx12 post 6")._repr_html_()
    assert '<li value="5">' in shown
    assert '<a href="https://doi.org/10.1111/anae.12107">' in shown
    assert shown.count("<details") == 2
    assert shown.count('open=""') == 2


def test_a_passage_leads_to_its_page_where_the_address_is_known() -> None:
    link = '<a href="https://vitamindwiki.com/posts/back-pain"'
    assert link in read("vitamindwiki", "clip", 3)._repr_html_()
    shown = read_beside("vitamindwiki clip 3", "shopblog post 5")._repr_html_()
    assert shown.count("the page itself") == shown.count(link) == 1


def test_the_third_passage_is_closed_at_first() -> None:
    shown = read_beside("walsh post 5", "magx12 post 6", "shopblog post 5")._repr_html_()
    assert shown.count('open=""') == 2 < shown.count("<details")


@pytest.mark.parametrize("place", ["walsh", "walsh post 99", "walsh essay 1", "walsh post five"])
def test_a_place_that_is_not_there_is_named(place: str) -> None:
    with pytest.raises(RecordError):
        read_beside(place)
    with pytest.raises(RecordError):
        paragraph_words(place)


def test_facts_have_their_unit_in_the_singular_where_there_is_one() -> None:
    assert repr(facts("park-lbp-trials")).endswith(" 1 trial")
    assert "**" not in facts("park-trials")._repr_html_()
    with pytest.raises(RecordError, match="no-such-fact"):
        facts("no-such-fact")


def test_tables_of_text_are_left_aligned() -> None:
    shown = text_table(reviews())._repr_html_()
    assert "text-align: left" in shown
    assert "overflow-x: auto" in shown
    assert shown.count("<tr>") == 5


def test_a_prediction_stands_beside_the_figure() -> None:
    both = prediction_line(10, 88, 0, 100, "of 100", "a guess")
    alone = prediction_line(None, 88, 0, 100, "of 100")
    assert both.table is not None
    assert alone.table is not None
    assert both.table["of 100"].tolist() == [10, 88]
    assert alone.table["of 100"].tolist() == [88]
    assert "a guess" in both.alt
    with pytest.raises(ValueError, match="lower end first"):
        prediction_line(1, 2, 3, 3, "points")


def test_the_key_on_stories_is_the_count_of_the_invented_people() -> None:
    bouts = bouts_without_effect()
    asked = bank.key("10-who-is-telling")["teller-who-will-tell"]["expected"]
    assert asked == (bouts["day"] <= 3).sum() == people_by_day(bouts)["people"].iloc[:3].sum()


def test_the_key_of_the_forest_is_read_off_the_invented_trials() -> None:
    table = with_pooled(invented_trials())
    trials, together = table[~table["pooled"]], table[table["pooled"]]
    expected = dict(bank.key("11-one-study-or-many")["rest-read-the-forest"]["expected"]["dict"])
    assert expected["intervals that hold 0"] == ((trials["low"] <= 0) & (trials["high"] >= 0)).sum()
    assert expected["weighs most"] == trials.loc[trials["se"].idxmin(), "trial"]
    assert expected["widest interval"] == trials.loc[(trials["high"] - trials["low"]).idxmax(), "trial"]
    assert expected["pooled interval holds 0"] == "no"
    assert (together["high"] < 0).all()
    assert pooled(invented_trials()) < pooled(invented_trials(drawer=True)) < 0


def test_the_invented_page_and_its_traces_carry_the_keys_of_lesson_10() -> None:
    found = {name: " ".join(trace.result) for name, trace in load_lateral_reading().traces.items()}
    assert "maker of ginger wraps" in found["domain"]
    assert "history of gardens" in found["author"]
    assert "walked in six minutes, after 12 weeks" in found["register"]
    assert "0.2 of 10 points" in found["review"]
    page = repr(invented_page())
    assert not any(word in page for word in ("Warmroot", "gardens", "walked"))
    assert traces()._repr_html_().count("<summary") == 4
    assert ".example" in page


def test_the_prediction_of_lesson_11_is_about_a_known_figure() -> None:
    assert outside()["value"]["park-lbp-trials"] == 1
