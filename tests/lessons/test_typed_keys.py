"""Right answers of lessons 01 to 04 are typed, so that a worked answer can be read; here they are held to the records."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest

from appraise.exercises.parts import flatten
from appraise.methods.dose import elemental_magnesium
from appraise.sources.tables import cells, numbers, passages, reports
from tests import bank


def typed(slug: str, exercise: str) -> dict[str, Any]:
    """The right answer of an exercise, by the names of its parts."""
    return dict(flatten(bank.key(slug)[exercise]["expected"]).values())


def of_passages(column: str) -> dict[str, str]:
    """One column of the table of passages, by source and passage."""
    table = passages()
    return {f"{s} {p}": str(v) for s, p, v in zip(table["source"], table["passage"], table[column])}


def test_the_way_from_a_passage_to_the_trial():
    distance, tells = of_passages("distance"), of_passages("tells_trial")
    words = {"yes": "tells the trial", "no": "another matter"}
    for name, answer in typed("01-five-tellings", "tellings-count-the-steps").items():
        assert answer == distance[name], name
    for name, answer in typed("01-five-tellings", "tellings-which-can-be-followed").items():
        assert answer == words.get(tells[name], tells[name]), name


COLUMNS = {
    ("01-five-tellings", "tellings-what-does-it-print"): {
        "author of the trial": ("trial-authors",),
        "year of the trial": ("trial-year",),
        "number of the trial": ("trial-doi", "trial-pmid"),
    },
    ("02-the-question", "question-who-says-what"): {
        "entry score": ("lanss-threshold",),
        "pain scale": ("pain-scale",),
        "country": ("setting",),
    },
    ("02-the-question", "question-where-do-the-words-come-from"): {
        "randomised": ("random-allocation",),
        "blinded": ("blinding-word",),
    },
}


@pytest.mark.parametrize(("slug", "exercise"), COLUMNS)
def test_what_a_passage_prints(slug, exercise):
    told = reports()
    for name, answer in typed(slug, exercise).items():
        passage, column = name.split(" · ")
        stated = [told.loc[item, tuple(passage.split())] for item in COLUMNS[slug, exercise][column]]
        printed = " ".join(text for text in stated if text != "not reported").casefold().replace("nrs", "numeric")
        if answer in ("said", "not said", "not reported"):
            assert bool(printed) == (answer == "said"), name
        else:
            assert str(answer).casefold() in printed, (name, printed)


def test_the_words_that_narrow():
    phrases = reports().loc["condition"]
    every = ("chronic", "low", "neuropathic")
    for name, answer in typed("02-the-question", "question-which-words-narrow").items():
        kept = [word for word in every if word in phrases[tuple(name.split())].casefold()]
        assert answer == ("all three" if len(kept) == len(every) else f"{kept[0]} alone"), (name, kept)


def test_the_paragraphs_of_a_treatment():
    items = {
        "amount by vein": "iv-dose",
        "weeks by vein": "iv-duration",
        "compounds by mouth": "oral-compounds",
        "who gave it": "who-provided",
    }
    place = cells().set_index(["source", "passage", "item"])["place"]
    for name, answer in typed("03-the-treatment", "treatment-tick-the-list").items():
        passage, column = name.split(" · ")
        assert str(answer) == str(place.get((*passage.split(), items[column]), "not reported")), name


def test_the_weights_and_the_weeks_of_a_treatment():
    clip = cells().query("passage == 'clip'").set_index("item")["value"]
    metal = typed("03-the-treatment", "treatment-weigh-the-metal")
    oxide = elemental_magnesium(clip["oral-dose-oxide"], "MgO", water=0)
    assert metal["400 mg oxide"] == pytest.approx(oxide)
    sulfate = elemental_magnesium(1000 * clip["iv-dose"], "MgSO4", water=7)
    assert metal["1 g sulfate, with water"] == pytest.approx(sulfate)
    abstract = cells().query("passage == 'abstract'").set_index("item")["value"]
    line = typed("03-the-treatment", "treatment-draw-the-line")
    assert line["treatment ends"] == abstract["iv-duration"] + abstract["oral-duration"]
    assert line["result, earliest"] == 52 / 12 * abstract["follow-up"]
    assert line["result, latest"] == line["treatment ends"] + line["result, earliest"]


def test_the_figures_that_survive():
    table = numbers()
    abstract = table[table["passage"] == "abstract"].set_index("item")["value"]
    for name, answer in typed("04-the-numbers", "numbers-what-is-left-of-twenty").items():
        kind, source, passage = re.fullmatch(r"(.+) in (\w+) (\w+)", name).groups()
        told = table[(table["source"] == source) & (table["passage"] == passage)]
        told = told[told["statistic"] == {"means": "mean", "SDs": "SD", "p values": "p"}[kind]]
        assert answer == sum(abstract.get(row.item) == row.value for row in told.itertuples()), name


def test_the_piece_with_the_two_means_of_pain():
    (call,) = [
        node
        for cell in bank.Bench("09-spin").nb.cells
        if "spin-rewrite-the-note-answer" in (cell.id, cell.metadata.get("nbgrader", {}).get("grade_id"))
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call)
    ]
    piece = ast.literal_eval(call.args[2])["size"][typed("09-spin", "spin-rewrite-the-note")["size"]]
    pain = numbers().query("passage == 'abstract' and outcome == 'pain' and statistic == 'mean'")
    assert re.findall(r"[\d.]+", piece) == [f"{value:g}" for value in pain.set_index("time_point")["value"]]
