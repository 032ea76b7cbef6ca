"""The records: what the tables hold, what breaks a record, and that a sixth source needs no code."""

import shutil
from pathlib import Path

import pytest

from appraise.errors import RecordError
from appraise.files import SEEDS
from appraise.sources import tables
from appraise.sources.loading import load
from appraise.sources.models import NO_PATH, NOT_REPORTED
from appraise.sources.statements import statements
from appraise.sources.tables import documents, passages, sources, strengths

FIVE = ["painscience", "walsh", "vitamindwiki", "magx12", "shopblog"]
PASSAGES = [
    ("painscience", "abstract"),
    ("painscience", "comment"),
    ("walsh", "post"),
    ("vitamindwiki", "clip"),
    ("vitamindwiki", "links"),
    ("vitamindwiki", "story"),
    ("vitamindwiki", "ai"),
    ("magx12", "post"),
    ("shopblog", "post"),
]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A copy of the course's seeds that a test may break."""
    return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))


def change(seeds: Path, file: str, old: str, new: str) -> None:
    path = seeds / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"the test's own text {old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(seeds: Path, file: str, text: str) -> int:
    lines = (seeds / file).read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, 1) if text in line)


# ---------------------------------------------------------------- the five


def test_the_five_sources_and_their_nine_passages() -> None:
    assert list(sources().index) == FIVE
    table = passages()
    assert list(zip(table.source, table.passage, strict=True)) == PASSAGES


def test_the_frame_holds_every_question_once_printed() -> None:
    frame = tables.frame()
    assert len(frame) >= 60
    assert set(range(1, 61)) <= set(frame.frame_no)
    assert frame.index.is_unique
    assert set(frame.tidier) - {""} == set(range(1, 13))
    assert set(frame.pico) - {""} == {"population", "intervention", "comparator", "outcome", "time point", "setting"}


def test_at_least_45_claims_and_some_in_every_source() -> None:
    claims = tables.claims()
    assert len(claims) >= 45
    assert set(claims.source) == set(FIVE)
    assert claims.claim.is_unique
    assert set(claims.strength) == set(strengths().index)  # each of the four steps occurs


def test_reports_has_a_cell_for_every_item_and_passage() -> None:
    reports = tables.reports()
    assert list(reports.columns) == PASSAGES
    assert reports.shape == (len(tables.frame()), len(PASSAGES))
    assert all(isinstance(cell, str) and cell for cell in reports.to_numpy().ravel())


@pytest.mark.parametrize(
    "table",
    ["sources", "passages", "reports", "cells", "numbers", "claims", "outside", "frame", "strengths", "documents"],
)
def test_no_table_holds_a_missing_value(table: str) -> None:
    frame = getattr(tables, table)()
    assert len(frame)
    assert not frame.isna().any(axis=None)


def test_tables_are_fresh_copies() -> None:
    reports, numbers = tables.reports(), tables.numbers()
    reports.loc["n-total", ("walsh", "post")] = "spoilt"
    numbers["value"] = 0.0
    assert tables.reports().loc["n-total", ("walsh", "post")] == "80"
    assert (tables.numbers()["value"] > 0).all()


@pytest.mark.parametrize(
    ("source", "passage", "count"),
    [
        ("painscience", "abstract", 20),
        ("painscience", "comment", 0),
        ("walsh", "post", 12),
        ("vitamindwiki", "clip", 0),
        ("vitamindwiki", "links", 2),
        ("magx12", "post", 0),
        ("shopblog", "post", 0),
    ],
)
def test_outcome_numbers_that_each_passage_prints(source: str, passage: str, count: int) -> None:
    numbers = tables.numbers()
    assert len(numbers[(numbers.source == source) & (numbers.passage == passage)]) == count


def test_the_abstract_prints_eight_means_eight_sds_and_four_p() -> None:
    abstract = tables.numbers().query("passage == 'abstract'")
    assert abstract.statistic.value_counts().to_dict() == {"mean": 8, "sd": 8, "p": 4}
    assert set(abstract.arm) == {"magnesium"}
    assert set(abstract.outcome) == {"pain", "flexion", "extension", "lateral flexion"}


def test_the_abstract_as_reprinted_agrees_with_the_abstract_as_indexed() -> None:
    abstract = tables.numbers().query("passage == 'abstract'").set_index("item").value
    indexed = tables.outside().value
    assert {item: indexed[f"{item}-indexed"] for item in abstract.index} == abstract.to_dict()


def test_walsh_keeps_means_and_p_and_loses_every_sd() -> None:
    walsh = tables.numbers().query("source == 'walsh'")
    assert walsh.statistic.value_counts().to_dict() == {"mean": 8, "p": 4}


def test_no_passage_prints_a_number_of_the_control_arm() -> None:
    assert set(tables.numbers().arm) == {"magnesium"}
    frame = tables.frame()
    assert len(frame.query("arm == 'control'")) >= 5


def test_distance_counts_documents_or_says_that_no_path_is_shown() -> None:
    distance = passages().set_index(["source", "passage"]).distance
    assert distance.to_dict() == dict(zip(PASSAGES, [1, 2, 2, 2, 2, NO_PATH, NO_PATH, 3, NO_PATH], strict=True))


def test_three_sources_tell_the_trial_one_reaches_it_and_one_cannot_be_shown() -> None:
    table = passages()
    told = table.groupby("source").tells_trial.agg(set)
    assert {source for source in FIVE if "yes" in told[source]} == {"painscience", "walsh", "vitamindwiki"}
    assert told["magx12"] == {"through a review"}
    assert told["shopblog"] == {"cannot be shown"}


def test_reviews_that_are_known_to_rest_on_the_trial() -> None:
    reviews = documents().query("kind == 'review'")
    assert reviews.includes_trial.to_dict() == {
        "otc-review-2020": "yes",
        "park-2020": "yes",
        "morel-2021": "not known",
        "shin-2020": "not known",
    }


def test_outside_facts_bear_an_address_and_the_mark_of_a_found_fact() -> None:
    outside = tables.outside()
    assert set(outside.mark) == {"F"}
    assert outside.address.str.startswith("http").all()


# ---------------------------------------------------------------- what breaks a record


def broken(seeds: Path) -> RecordError:
    with pytest.raises(RecordError) as caught:
        load(seeds)
    assert "\n" not in str(caught.value)
    return caught.value


def test_not_yaml(seeds: Path) -> None:
    (seeds / "1-walsh.yml").write_text("id: walsh\ntitle: [\n", encoding="utf-8")
    error = broken(seeds)
    assert (error.file, error.line) == ("1-walsh.yml", 2)
    assert "expected YAML" in str(error)


def test_an_empty_record(seeds: Path) -> None:
    (seeds / "1-walsh.yml").write_text("", encoding="utf-8")
    assert broken(seeds).file == "1-walsh.yml"


def test_a_missing_key_is_named_with_its_line(seeds: Path) -> None:
    change(seeds, "1-walsh.yml", "    kind: retelling\n", "")
    error = broken(seeds)
    assert (error.file, error.item) == ("1-walsh.yml", "passages.post.kind")
    assert error.line == line_of(seeds, "1-walsh.yml", "- id: post")


def test_an_unknown_key(seeds: Path) -> None:
    change(seeds, "1-walsh.yml", "doi: null", "doi: null\nrating: 5")
    error = broken(seeds)
    assert (error.item, error.line) == ("rating", line_of(seeds, "1-walsh.yml", "rating: 5"))


def test_an_unknown_item(seeds: Path) -> None:
    change(seeds, "1-walsh.yml", "      n-total:", "      n-grand-total:")
    error = broken(seeds)
    assert error.item == "passages.post.items.n-grand-total"
    assert error.line == line_of(seeds, "1-walsh.yml", "n-grand-total")


def test_an_item_that_is_neither_coded_nor_not_reported(seeds: Path) -> None:
    change(seeds, "1-walsh.yml", "n-analysed,", "")
    assert "n-analysed" in str(broken(seeds))


def test_an_item_that_is_both(seeds: Path) -> None:
    change(seeds, "1-walsh.yml", "n-analysed,", "n-analysed, n-total,")
    assert "found both" in str(broken(seeds))


def test_a_key_that_stands_twice(seeds: Path) -> None:
    change(seeds, "1-walsh.yml", "      n-total: ", '      n-total: {printed: "81", place: 3}\n      n-total: ')
    error = broken(seeds)
    assert error.item.endswith("items.n-total")
    assert error.line == line_of(seeds, "1-walsh.yml", '"81"') + 1


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("1-walsh.yml", "id: walsh-lasted", "id: walsh-pain"),
        ("1-walsh.yml", "id: walsh-lasted", "id: clip-note"),  # claims are named once in all records
        ("2-vitamindwiki.yml", "- id: links", "- id: clip"),
        ("frame.yml", "{id: trial-doi,", "{id: trial-year,"),
        ("documents.yml", "id: shin-2020", "id: park-2020"),
        ("outside.yml", "id: park-participants", "id: park-trials"),
    ],
)
def test_a_duplicate_id(seeds: Path, file: str, old: str, new: str) -> None:
    change(seeds, file, old, new)
    assert "once" in str(broken(seeds))


def test_two_records_of_one_source(seeds: Path) -> None:
    shutil.copy(seeds / "1-walsh.yml", seeds / "7-walsh.yml")
    assert "'walsh' stands twice" in str(broken(seeds))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('n-total: {printed: "80", place: 3}', "n-total: {printed: 80, place: 3}", "text, in quotes"),
        ('n-total: {printed: "80", place: 3}', 'n-total: {printed: "80", value: 81, place: 3}', "is printed"),
        ('n-total: {printed: "80", place: 3}', "n-total: {printed: many, place: 3}", "paragraphs named in place"),
        ('n-total: {printed: "80", place: 3}', 'n-total: {printed: "80", place: 99}', "paragraph from 1 to 11"),
        ('n-total: {printed: "80", place: 3}', "n-total: {place: 3}", "printed or value"),
        ("within: from 7.5 to, ", "", "words around the figure"),
        ("neuropathic-kept: {value: kept", "neuropathic-kept: {value: certainly", "kept, lost, other"),
        ("path: [trial-report]", "path: [trial-raport]", "a document"),
        ("path: [trial-report]", "path: [park-2020]", "end at the trial report"),
        ("path: [trial-report]", "path: []", "a path exactly where"),
        ("strength: certain", "strength: surely", "may, can, does, certain"),
        ("That’s it.", "one two three four five six seven eight nine", "at most 8 quoted words"),
        ('lines: "10-11"', 'lines: "10-43"', "lines of the passage"),
        ("sha256: eff9", "sha256: xyz9", "pattern"),
    ],
)
def test_what_a_record_may_not_say(seeds: Path, old: str, new: str, expected: str) -> None:
    change(seeds, "1-walsh.yml", old, new)
    error = broken(seeds)
    assert error.file == "1-walsh.yml"
    assert error.line is not None
    assert expected in str(error)


def test_a_passage_that_does_not_tell_the_trial_must_say_what_it_is_about(seeds: Path) -> None:
    change(seeds, "3-magx12.yml", "condition: {printed: chronic back pain, place: 6, about: a review}",
           "condition: {printed: chronic back pain, place: 6}")  # fmt: skip
    assert "about" in str(broken(seeds))


def test_a_file_that_is_no_record(seeds: Path) -> None:
    (seeds / "notes.yml").write_text("id: notes\n", encoding="utf-8")
    assert str(broken(seeds)).startswith("notes.yml: expected a name like")


def test_seeds_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPRAISE_SEEDS", str(tmp_path))
    with pytest.raises(RecordError, match="used from a clone") as caught:
        sources()
    assert "\n" not in str(caught.value)


# ---------------------------------------------------------------- a sixth source


def test_a_sixth_record_appears_everywhere(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coded = {
        "identifies-trial": '{value: "yes", place: 1}',
        "n-total": '{printed: "80", place: 1}',
        "pain-mg-6m-mean": '{printed: "4.7", within: pain 4.7 at six months, place: 1}',
    }
    missing = ", ".join(item for item in load(seeds).frame if item not in coded)
    cells = "\n".join(f"      {item}: {cell}" for item, cell in coded.items())
    (seeds / "5-sixth.yml").write_text(
        f"""
id: sixth
title: A sixth telling
author: not named
publisher: none
dates: []
address: not known
doi: null
pmid: null
kind: invented
original: {{file: 5-sixth.txt, sha256: {"ab" * 32}}}
interests: {{stated: none, visible: none, not_found: all}}
does_well: It is short.
documents:
  - {{id: new-review, kind: review, title: An invented review, authors: none, year: 2024, journal: none,
     includes_trial: "yes", reason: invented, trials_included: one, searched_to: not known, address: not known}}
passages:
  - id: post
    title: The sixth telling
    kind: digest
    lines: "1"
    tells_trial: "yes"
    reason: invented
    path: [new-review, trial-report]
    identified_by: [review]
    text:
      - {{lines: "1", says: "80 patients; pain 4.7 at six months."}}
    items:
{cells}
    not_reported: [{missing}]
    claims:
      - id: sixth-claim
        paraphrase: Pain was 4.7.
        strength: does
        scope: {{population: patients, route: not stated, outcome: pain}}
        about: trial
        place: 1
""",
        encoding="utf-8",
    )
    monkeypatch.setenv("APPRAISE_SEEDS", str(seeds))
    assert list(sources().index) == [*FIVE, "sixth"]
    assert passages().iloc[-1][["source", "passage", "distance"]].tolist() == ["sixth", "post", 3]
    column = tables.reports()[("sixth", "post")]
    assert column["n-total"] == "80"
    assert column["age"] == NOT_REPORTED
    assert tables.numbers().query("source == 'sixth'").value.tolist() == [4.7]
    assert tables.claims().query("source == 'sixth'").claim.tolist() == ["sixth-claim"]
    assert "new-review" in documents().index


def test_a_changed_file_is_read_again(seeds: Path) -> None:
    assert sources(seeds).author["walsh"] == "Edward Walsh"
    change(seeds, "1-walsh.yml", "author: Edward Walsh", "author: E. Walsh")
    assert sources(seeds).author["walsh"] == "E. Walsh"


def test_changing_a_table_changes_no_other(seeds: Path) -> None:
    for table in (tables.numbers, tables.reports, tables.claims, statements):
        mine = table(seeds)
        mine.iloc[0, 0] = "mine"
        assert table(seeds).iloc[0, 0] != "mine"
