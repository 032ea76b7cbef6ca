"""What counts as a figure, its numbers, its kind and its unit; what is left out; sentences and bad input."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appraise.workbench import WorkbenchError, figures, looks_swapped, paragraphs, passage, read_text, sentences
from appraise.workbench.reading import LONGEST, read_file
from tests.workbench import texts

READS = [
    ("It fell by 7.5 points.", "amount", ["7.5"], "point"),
    ("Es fiel um 7,5 cm und 3,25 cm.", "amount", ["7.5"], "cm"),
    ("The mean was 5·9 in all.", "number", ["5.9"], ""),
    ("There were 1,284 readers.", "count", ["1284"], "person"),
    ("There were 41 267 residents.", "count", ["41267"], "person"),
    ("Es kostet 1.250,00 € heute.", "money", ["1250.00"], "€"),
    ("Some 1.3 million people.", "count", ["1300000"], "person"),
    ("About 1.5 × 10² cells.", "number", ["150"], ""),
    ("It took 3 to 5 weeks.", "range", ["3", "5"], "week"),
    ("It took 3–5 weeks.", "range", ["3", "5"], "week"),
    ("Between 18 and 65 years of age.", "range", ["18", "65"], "year"),
    ("(95% CI −1.13 to −0.05)", "level", ["95"], "%"),
    ("The interval (CI −1.13 to −0.05)", "interval", ["-1.13", "-0.05"], ""),
    ("CI: 0.47; 0.88", "interval", ["0.47", "0.88"], ""),
    ("Toes had ± 1.9 °C.", "spread", ["1.9"], "°C"),
    ("(SD 17.2)", "spread", ["17.2"], ""),
    ("P < 0·001 in all", "p", ["0.001"], "p"),
    ("a p value of .03", "p", ["0.03"], "p"),
    ("thirty per cent of them", "percent", ["30"], "%"),
    ("13.9 percentage points", "percent", ["13.9"], "percentage point"),
    ("forty-eight residents", "count", ["48"], "person"),
    ("two dozen swimmers", "count", ["24"], "person"),
    ("a hundred days", "time", ["100"], "day"),
    ("three hundred and twelve pupils", "count", ["312"], "person"),
    ("two and a half years", "time", ["2.5"], "year"),
    ("two thirds of them", "share", ["2", "3"], ""),
    ("one in four adults", "share", ["1", "4"], "person"),
    ("117 of 195 patients", "share", ["117", "195"], "person"),
    ("half an hour", "share", ["1", "2"], "hour"),
    ("about one seventh", "share", ["1", "7"], ""),
    ("fell by 5.6 mm Hg", "amount", ["5.6"], "mmHg"),
    ("a relative risk of 0.61", "ratio", ["0.61"], ""),
    ("a hazard ratio of 0.78", "ratio", ["0.78"], ""),
    ("25 mg/kg of it", "amount", ["25"], "mg/kg"),
    ("at week 6 of it", "time", ["6"], "week"),
    ("a 60-year-old man", "time", ["60"], "year"),
    ("it rose 2.4-fold", "amount", ["2.4"], "fold"),
    ("just £39.50 each", "money", ["39.50"], "£"),
    ("One clinic took part", "count", ["1"], "centre"),
]


@pytest.mark.parametrize(("text", "kind", "values", "unit"), READS, ids=[r[0] for r in READS])
def test_a_figure_is_read(text: str, kind: str, values: list[str], unit: str) -> None:
    first = figures(text)[0]
    assert (first.kind, [str(v) for v in first.values], first.unit) == (kind, values, unit)
    assert text[first.start : first.end] == first.text


LEFT_OUT = [
    "On 14 October 2020 and June 3rd, 2019, in March 2018, since 1994.",
    "Posted 3.11.2021, updated 2020-05-03, best before 09/2026.",
    "Open from 9 am to 5 pm, from 22:14, and at 3 o'clock.",
    "See doi:10.5555/jir.2020.0117 or https://doi.org/10.5555/12.34 or a1@b2.org.",
    "J Invent Rest 2021;156(8):701-709; 12(3):211-9; pp. 22-25; [3,7-9].",
    "Ring 0555 010 2938, +44 555 010 4455 or (555) 010-2938.",
    "Grants EL-2017-0334, 2018/31/B/NZ7, ICHR 13/104/22, INVT-00481726.",
    "The BX-9, HUM-2, omega-3, vitamin B12, COVID-19, CO2 and SF-36.",
    "Figure 2, Table 1, phase 3, type 2, page 14, version 2.0, no. 43, pages 6 and 7.",
    "No one knew, one of the cushions, the one that, one can say.",
    "The first, the 2nd, the third time; the 1990s; in their 50s.",
    "A 2 x 2 table, t(38), 24/7, a half-life, the second half, halfway.",
]


@pytest.mark.parametrize("text", LEFT_OUT)
def test_what_is_no_figure_is_left_out(text: str) -> None:
    assert [f.text for f in figures(text)] == []


def test_a_year_with_a_unit_is_a_count() -> None:
    assert [f.text for f in figures("In 2019 they asked 2019 people.")] == ["2019 people"]


def test_figures_lie_in_their_sentence_and_in_order() -> None:
    for text in [*texts.abstracts(), *texts.pages()]:
        matches, spans = figures(text.text), sentences(text.text)
        assert [f.start for f in matches] == sorted(f.start for f in matches)
        for f in matches:
            assert spans[f.sentence].start <= f.start < f.end <= spans[f.sentence].end


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="01239.,;:-–±%()[]/<>= pPaonehlftCIof\n½×²", max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    text = f"words stand here {text}"
    for f in figures(text):
        assert all(isinstance(v, Decimal) and v.is_finite() for v in f.values)


BAD = [
    ("", "the page is empty"),
    (" \n\u200b ", "the page is empty"),
    ("%PDF-1.7\n1 0 obj", "the page is a PDF"),
    (b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n", "the page is a PDF"),
    (b"\x89PNG\r\n\x1a\n\x00", "not plain text"),
    ("ab\x00\x01\x02", "not plain text"),
    ("<!DOCTYPE html><html><body>Hello</body></html>", "the page is HTML"),
    ("<div><p>Forty people</p><p>slept</p></div>", "the page is HTML"),
    ("Сорок человек спали лучше", "another alphabet"),
    ("睡眠改善了四十人", "another alphabet"),
    ("12 34 56", "the page has no words"),
    ("a" * (LONGEST + 1), "200,001 characters and at most 200,000"),
]


@pytest.mark.parametrize(("text", "says"), BAD, ids=[b[1] for b in BAD])
def test_bad_input_gets_one_sentence(text: str | bytes, says: str) -> None:
    with pytest.raises(WorkbenchError, match=says) as caught:
        read_text(text, "the page")
    assert "\n" not in str(caught.value)


def test_text_with_a_sign_of_html_or_greek_letters_is_still_a_text() -> None:
    assert read_text("p<0.05 and α = 0.05; a<b>c") == "p<0.05 and α = 0.05; a<b>c"


def test_a_missing_file_is_named(tmp_path: object) -> None:
    from pathlib import Path

    with pytest.raises(WorkbenchError, match=r"the abstract \(nowhere\.txt\) cannot be read"):
        read_file(Path("nowhere.txt"), "the abstract")


def test_swapped_texts_are_noticed_and_right_ones_are_not() -> None:
    pairs = [(p.text, texts.load(p.name.replace("page", "abstract")).text) for p in texts.pages()]
    assert [looks_swapped(page, abstract) for page, abstract in pairs] == [""] * len(pairs)
    assert sum(bool(looks_swapped(abstract, page)) for page, abstract in pairs) >= 10


def test_paragraphs_are_chosen_by_number() -> None:
    text = "One.\n\nTwo.\n\nThree."
    assert len(paragraphs(text)) == 3
    assert passage(text, [3, 1, 3]) == "One.\n\nThree."
    with pytest.raises(WorkbenchError, match="paragraph 4 is chosen, and the text has 3"):
        passage(text, [4])
