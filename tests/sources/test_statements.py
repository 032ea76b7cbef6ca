"""Lesson 09's coded statements, the exercises made of them, and lesson 07's chart of the first domain."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest
import yaml

from appraise.authoring.entries import read_entries
from appraise.errors import RecordError
from appraise.figures.appraisal import randomisation_chart
from appraise.methods.coding import agreement_with_course, codes_beside
from appraise.methods.rob2 import judge_domain
from appraise.sources.loading import seeds_folder
from appraise.sources.statements import statement_words, statements
from appraise.sources.tables import outside
from tests import bank

ROOT = Path(__file__).parents[2]
EXERCISES = ROOT / "solutions" / "09-spin" / "exercises.yml"


def test_thirty_statements_from_all_sources():
    table = statements()
    assert len(table) == 30
    assert table["asked"].sum() == 8
    assert table.loc[table["asked"], "source"].nunique() == 5
    anchored = table[table["anchors"] != ""]
    assert 7 <= len(anchored) <= 10
    assert set(anchored["anchors"].str.split(", ").sum()) == {"fidelity", "spin"}
    for code in ("fidelity", "spin"):
        assert all(labels[main] == 1 for main, labels in zip(table[code], table[f"{code}_set"]))
        assert table[code].nunique() == 5


BROKEN = {
    "unknown claim": ("claim: walsh-pain", "claim: walsh-penguin", "expected a claim"),
    "a statement twice": ("claim: walsh-pain", "claim: links-score", "expected each statement once"),
    "unknown label": ("fidelity: {reversed: 1}", "fidelity: {turned: 1}", "expected"),
    "a weight above 1": ("fidelity: {reversed: 1}", "fidelity: {reversed: 2}", "expected"),
    "no label of weight 1": ("fidelity: {reversed: 1}", "fidelity: {reversed: 0.5}", "with the weight 1"),
    "no label": ("fidelity: {reversed: 1}", "fidelity: {}", "with the weight 1"),
    "an anchor of two labels": ("fidelity: {reversed: 1}", "fidelity: {reversed: 1, changed: 0.5}", "one label only"),
    "a long quotation": ("“equivocal”", "“one two three four five six seven eight nine”", "8 quoted words"),
    "an unknown key": ("asked: true", "asked: true\n    colour: red", "expected no key of this name"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_statement_is_named_in_one_line(fault, tmp_path):
    shutil.copytree(seeds_folder(), tmp_path, dirs_exist_ok=True)
    file = tmp_path / "statements.yml"
    old, new, expected = BROKEN[fault]
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RecordError) as error:
        statements(tmp_path)
    assert error.value.file == "statements.yml"
    assert error.value.line
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("exercise", "code"), [("spin-what-happened", "fidelity"), ("spin-which-kind", "spin")])
def test_the_exercises_accept_what_the_statements_say(exercise, code):
    table = statements()
    table = table[table["asked"]]
    entry = read_entries(EXERCISES)[exercise]
    wanted = {
        (name, label, weight)
        for name, row in table.iterrows()
        for label, weight in row[f"{code}_set"].items()
        if label != row[code]
    }
    assert {(a.item, yaml.safe_load(a.answer), a.share) for a in entry.accept} == wanted
    weights = {name: 3 if code in row["anchors"].split(", ") else 1 for name, row in table.iterrows()}
    assert entry.weights == weights
    assert dict(bank.key("09-spin")[exercise]["expected"]["dict"]) == table[code].to_dict()


def test_every_wrong_label_of_the_core_statements_has_a_remark():
    entries, table = read_entries(EXERCISES), statements()
    for exercise, code in (("spin-what-happened", "fidelity"), ("spin-which-kind", "spin")):
        entry = entries[exercise]
        told = {
            (item, yaml.safe_load(m.answer))
            for m in entry.misconceptions
            for item in ([m.item] if isinstance(m.item, str) else m.item or [])
        }
        for name, row in table[table["asked"]].iterrows():
            for label in entry.options:
                if row[f"{code}_set"].get(label) != 1:
                    assert (name, label) in told, f"{exercise}: {name} has no remark on {label}"


def test_the_chart_leads_where_the_algorithm_leads():
    """Every vector of answers follows one way of the chart, and ends at the algorithm's judgement."""
    chart = randomisation_chart()
    ways = {way: row["judgement"] for way, row in chart.table.iterrows()}
    read = {"Y": "yes", "PY": "yes", "N": "no", "PN": "no", "NI": "NI"}
    for vector in itertools.product(read, repeat=3):
        answers = dict(zip(("1.1", "1.2", "1.3"), vector))
        fits = [
            way
            for way in ways
            if all(read[answers[step.split()[0]]] in step.split(" ", 1)[1].split(" or ") for step in way.split(", "))
        ]
        assert len(fits) == 1
        assert ways[fits[0]] == judge_domain("D1", answers)
        assert f"{fits[0]}: {ways[fits[0]]}" in chart.alt


def test_the_codes_of_the_course_come_after_a_label_is_given():
    """The words of the statements hold no codes; the table of both codes leaves out stubs and what is no label."""
    table = statements()
    for name, words in statement_words().items():
        assert table.loc[name, "reason"] not in words
    for label, shown in ((..., 0), ("x", 0), ("Changed ", 1)):
        assert len(codes_beside({"links-score": label}, {"links-score": "none"})) == shown, label


def test_agreement_counts_only_what_was_labelled():
    fidelity = {"links-score": "Changed", "walsh-pain": "lost", "links-nmda": ..., "walsh-harms": "nonsense"}
    found = agreement_with_course(fidelity, {})
    assert found.loc["fidelity", ["statements", "percent"]].tolist() == [2, 50]
    assert list(found.index) == ["fidelity"]


def test_the_typed_key_of_percentage_points_is_the_difference_of_the_facts():
    facts = outside()["value"]
    expected = bank.key("09-spin")["spin-in-percentage-points"]["expected"]
    assert expected == facts["sumner-advice-news"] - facts["sumner-advice-news-clean"]
