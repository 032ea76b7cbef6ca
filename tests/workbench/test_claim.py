"""A claim: kept whole, opened again, several side by side; its page; the command; sheets; data; confounding."""

from __future__ import annotations

import html
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup

from appraise.__main__ import main
from appraise.course import load_course
from appraise.workbench import (
    Claim,
    FigureVerdict,
    LeftOut,
    Noted,
    WorkbenchError,
    WorkedOut,
    World,
    expected_crude,
    list_claims,
    load_claim,
    lost_figures,
    page_html,
    page_markdown,
    questions,
    safe_name,
    save_claim,
    sheet_html,
    simulate,
    start_claim,
    unanswered,
    verdict_rows,
    work_out,
    write_sheets,
)
from tests.browser.conftest import WCAG
from tests.workbench import texts

NASTY = '<script>alert(1)</script> & "quotes" | *stars* [link](javascript:x) `code`\n# heading'


def full(number: int = 10) -> Claim:
    """A claim in which everything is filled in, about one of the invented pairs."""
    page, abstract = texts.load(f"page-{number:02}"), texts.load(f"abstract-{number:02}")
    claim = start_claim(page.text, abstract.text, f"claim-{number:02}", "A patch for hiccups")
    claim.paragraphs = [n + 1 for n, p in enumerate(page.text.split("\n\n")) if p in page.marked()]
    claim.address, claim.date, claim.by = "https://example.org/news?a=1&b=2", "Spring 2018", "A. Reader"
    claim.study, claim.study_address, claim.kind = "Invented trial, 2017", "https://doi.org/10.5555/1", "trial"
    claim.claim = "A patch stops hiccups after surgery."
    claim.verdicts = verdict_rows(claim)
    for row in claim.verdicts:
        row.verdict, row.against, row.note = "same", row.figure, "It stands so in the results."
    claim.left_out = [LeftOut(figure="52", note="how many were drowsy")]
    claim.noted = [Noted(kind="cause", sentence="It stops them.", note="Chance decided, so a cause may be named.")]
    inputs = {"count1": "117", "total1": "195", "count2": "89", "total2": "193"}
    claim.worked_out = [
        WorkedOut(method="difference of counts", inputs=inputs, result=work_out("difference of counts", inputs))
    ]
    claim.answers = {
        q.id: "The abstract says so, in two sentences that I have put into my own words here."
        for q in questions().questions
    }
    claim.appraisal = "word " * 150
    return claim


# on disk


def test_a_claim_is_opened_again_as_it_was_saved_and_changed(tmp_path: Path) -> None:
    claim = full()
    place = save_claim(claim, tmp_path)
    assert sorted(f.name for f in place.iterdir()) == ["claim.json", "page.html", "page.md"]
    again = load_claim(claim.name, tmp_path)
    assert again == claim
    again.appraisal = "Changed."
    save_claim(again, tmp_path)
    assert load_claim(claim.name, tmp_path).appraisal == "Changed."
    assert "Changed." in (place / "page.html").read_text(encoding="utf-8")


def test_several_claims_live_side_by_side(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        save_claim(full(number), tmp_path)
    assert list_claims(tmp_path) == ["claim-01", "claim-02", "claim-03"]
    assert load_claim("claim-02", tmp_path).page == texts.load("page-02").text


def test_an_older_copy_does_not_overwrite_a_newer_one(tmp_path: Path) -> None:
    save_claim(full(), tmp_path)
    one, two = load_claim("claim-10", tmp_path), load_claim("claim-10", tmp_path)
    one.appraisal = "Mine."
    save_claim(one, tmp_path)
    with pytest.raises(WorkbenchError, match="was saved from elsewhere since you opened it"):
        save_claim(two, tmp_path)
    assert load_claim("claim-10", tmp_path).appraisal == "Mine."
    with pytest.raises(WorkbenchError, match="saved from elsewhere"):
        save_claim(full(), tmp_path)  # a new claim of a name that is taken


def test_an_error_while_writing_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = save_claim(full(), tmp_path)
    before = {f.name: f.read_bytes() for f in place.iterdir()}
    claim = load_claim("claim-10", tmp_path)
    claim.appraisal = "Lost?"
    calls = []

    def full_disk(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(WorkbenchError, match="No space left on device; nothing was changed"):
        save_claim(claim, tmp_path)
    assert {f.name: f.read_bytes() for f in place.iterdir()} == before
    assert claim.appraisal == "Lost?"
    calls.clear()
    with pytest.raises(WorkbenchError, match="nothing was changed"):
        save_claim(full(1), tmp_path)
    assert list_claims(tmp_path) == ["claim-10"]
    assert not (tmp_path / "claim-01").exists()


def test_what_is_no_saved_claim_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="there is no claim 'kelp'; there are: none yet"):
        load_claim("kelp", tmp_path)
    save_claim(full(), tmp_path)
    file = tmp_path / "claim-10" / "claim.json"
    file.write_text(file.read_text(encoding="utf-8")[:100], encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"claim\.json is no saved claim: the whole file"):
        load_claim("claim-10", tmp_path)
    file.write_text('{"name": "claim-10", "kind": "opinion"}', encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"claim\.json is no saved claim: kind"):
        load_claim("claim-10", tmp_path)


@pytest.mark.parametrize("name", ["../up", "a/b", "", "con", "A B", "x" * 61, ".", "ä"])
def test_a_name_that_names_no_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="cannot name a claim"):
        load_claim(name, tmp_path)
    with pytest.raises(WorkbenchError, match="cannot name a claim"):
        save_claim(Claim(name=name), tmp_path)


def test_a_title_makes_a_name() -> None:
    assert safe_name("Über 9 Kühe!") == "uber-9-kuhe"
    assert safe_name("Con") == "claim-con"
    with pytest.raises(WorkbenchError, match="makes no name"):
        safe_name("睡眠")


def test_verdicts_stay_with_their_figures_when_the_passage_changes() -> None:
    claim = Claim(name="x", page="It has 5 cats and 5 dogs.\n\nIt has 7 hens.", abstract="There are 5 cats.")
    claim.verdicts = verdict_rows(claim)
    claim.verdicts[1].verdict, claim.verdicts[2].verdict = "changed", "untraceable"
    claim.paragraphs = [1]
    assert [row.verdict for row in verdict_rows(claim)] == ["", "changed"]
    claim.paragraphs = []
    assert [row.verdict for row in verdict_rows(claim)] == ["", "changed", "untraceable"]


def test_what_is_left_to_do_is_said() -> None:
    claim = full()
    assert unanswered(claim) == []
    claim.answers["harms"] = " "
    assert unanswered(claim) == ["What harms were seen in both groups?"]
    assert "388" in lost_figures(claim)


# the page


def test_verdicts_on_the_page_are_the_learners_alone() -> None:
    claim = full()
    claim.verdicts = [row.model_copy(update={"verdict": "changed"}) for row in verdict_rows(claim)[:1]]
    for page in (page_html(claim), page_markdown(claim)):
        text = BeautifulSoup(page, "html.parser").get_text()
        assert "changed" in text
        assert "printed" not in text.lower().replace("what the page prints", "")
        assert "not found" not in text
        assert "without a verdict" in text


def test_what_was_typed_is_escaped_everywhere() -> None:
    claim = Claim(
        name="x", title=NASTY, address="javascript:alert(1)", study_address='https://a.b/"onclick="x', date=NASTY, claim=NASTY,
        by=NASTY, study=NASTY, appraisal=NASTY, answers={q.id: NASTY for q in questions().questions},
        verdicts=[FigureVerdict(figure=NASTY, sentence=NASTY, verdict="same", against=NASTY, note=NASTY)],
        left_out=[LeftOut(figure=NASTY, note=NASTY)], noted=[Noted(kind="x", sentence=NASTY, note=NASTY)],
        worked_out=[WorkedOut(method="an older one", inputs={}, result=NASTY, note=NASTY)],
    )  # fmt: skip
    soup = BeautifulSoup(page_html(claim), "html.parser")
    assert soup.find_all(["script", "img", "iframe", "object"]) == []
    assert all(str(a["href"]).startswith(("http://", "https://")) for a in soup.find_all("a"))
    assert not any(name.startswith("on") for tag in soup.find_all(True) for name in tag.attrs)
    assert NASTY.split("\n")[0] in soup.get_text()
    markdown = page_markdown(claim)
    assert "<script" not in markdown
    assert not re.search(r"(?<!\\)\]\(javascript", markdown)
    assert "\n# heading" not in markdown
    row = next(line for line in markdown.splitlines() if "| same |" in line)
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


def test_quotations_within_a_quotation_stand_in_single_marks() -> None:
    sentences = ("“That is a breakthrough.”", "It was “well tolerated”, he said.", "“One,” he said, “is two.”")
    claim = Claim(name="x", noted=[Noted(kind="strength", sentence=s, note="Is it?") for s in sentences])
    expected = ["That is a breakthrough.", "It was ‘well tolerated’, he said.", "‘One,’ he said, ‘is two.’"]
    assert [q.get_text() for q in BeautifulSoup(page_html(claim), "html.parser").find_all("q")] == expected
    for words in expected:
        assert f"- “{words}” Is it?" in page_markdown(claim)


def test_a_difference_below_zero_has_a_minus() -> None:
    result = work_out("difference of counts", {"count1": "34", "total1": "1162", "count2": "55", "total2": "1154"})
    assert "a difference of −1.8 percentage points (95 % interval −3.5 to −0.3)" in result
    assert "from −4.0 to 1.8" in work_out(
        "p from interval", {"estimate": "-1.1", "low": "-4.0", "high": "1.8", "scale": "difference"}
    )


def test_the_page_and_the_sheets_load_nothing() -> None:
    for page in (page_html(full()), *(sheet_html(k.id) for k in questions().kinds)):
        soup = BeautifulSoup(page, "html.parser")
        assert soup.find_all(["script", "link", "img", "iframe"]) == []
        assert "url(" not in page
        assert "@import" not in page


def test_the_page_names_its_sources_and_answers() -> None:
    for page in (html.unescape(page_html(full())), page_markdown(full())):
        for part in ("Schwitzer", "Informed Health Choices", "DISCERN", "CASP", "Invented trial, 2017", "Spring 2018"):
            assert part in page
        assert all(q.asks in page for q in questions().questions)
        assert "Newcombe" in page


def axe(page: Any) -> list[tuple[str, str]]:
    """What axe-core holds against a page."""
    page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": [*WCAG, "best-practice"]}}
    matches = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [(rule["id"], node["html"][:200]) for rule in matches for node in rule["nodes"]]


def sheets(page: Any) -> int:
    """On how many sheets a page prints."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def test_the_page_is_accessible_and_prints_on_one_or_two_sheets(chromium: Any) -> None:
    context = chromium.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    empty = start_claim(texts.load("page-01").text, texts.load("abstract-01").text)
    for claim, most in ((full(), 2), (empty, 2)):
        page.set_content(page_html(claim))
        assert axe(page) == []
        assert 1 <= sheets(page) <= most
    for kind in questions().kinds:
        page.set_content(sheet_html(kind.id))
        assert axe(page) == []
        assert sheets(page) == 1
    assert asked == []
    context.close()


# the command


def written(tmp_path: Path, number: int = 10) -> list[str]:
    """The files of a pair, as the command's arguments."""
    names = []
    for kind in ("page", "abstract"):
        file = tmp_path / f"{kind}.txt"
        file.write_text(texts.load(f"{kind}-{number:02}").text, encoding="utf-8")
        names.append(str(file))
    return names


def test_the_command_makes_the_table_and_the_empty_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "claims"
    run = ["workbench", *written(tmp_path), "--name", "hiccups", "--to", str(folder)]
    assert main(run) == 0
    assert sorted(f.name for f in (folder / "hiccups").iterdir()) == [
        "claim.json",
        "figures.csv",
        "page.html",
        "page.md",
    ]
    assert "The verdicts are yours." in capsys.readouterr().out
    table = (folder / "hiccups" / "figures.csv").read_text(encoding="utf-8-sig").splitlines()
    assert table[0].startswith("figure,kind,unit,status,in the abstract,your verdict")
    assert any(line.startswith("46%,percent,%,rounded,46.1%,,") for line in table)
    claim = load_claim("hiccups", folder)
    claim.verdicts[0].verdict = "untraceable"
    save_claim(claim, folder)
    assert main(run) == 0  # once more: what was written stays
    assert load_claim("hiccups", folder).verdicts[0].verdict == "untraceable"


def test_the_command_says_in_one_line_what_it_cannot_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, abstract = written(tmp_path)
    folder = ["--to", str(tmp_path / "claims")]
    pdf = tmp_path / "paper.pdf"
    pdf.write_bytes(b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n")
    plain = tmp_path / "plain.txt"
    plain.write_text("Nothing is counted here.", encoding="utf-8")
    for arguments, says in (
        ([page, "nowhere.txt"], "nowhere.txt) cannot be read"),
        ([page], "two text files are needed"),
        ([page, str(pdf)], "is a PDF"),
        ([page, str(plain)], "the abstract holds no figure"),
    ):
        assert main(["workbench", *arguments, *folder]) == 1
        message = capsys.readouterr().err.strip()
        assert says in message
        assert "\n" not in message
    assert list_claims(tmp_path / "claims") == []
    assert main(["workbench", page, abstract, "--name", "one", *folder]) == 0
    written(tmp_path, 3)
    assert main(["workbench", page, abstract, "--name", "one", *folder]) == 1
    assert "there is a claim 'one' about other texts" in capsys.readouterr().err
    assert main(["workbench", abstract, page, "--name", "two", *folder]) == 0
    assert "are they in each other's box?" in capsys.readouterr().err


def test_the_command_writes_the_sheets(tmp_path: Path) -> None:
    assert main(["workbench", "--sheets", str(tmp_path / "sheets")]) == 0
    assert len(list((tmp_path / "sheets").glob("*.html"))) == 5
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(WorkbenchError, match="cannot be written"):
        write_sheets(tmp_path / "file" / "sheets")


# the data


def test_each_kind_of_study_changes_each_question() -> None:
    of = questions()
    assert len(of.questions) == 8
    assert [list(kind.changes) for kind in of.kinds] == [[q.id for q in of.questions]] * 5
    with pytest.raises(WorkbenchError, match="'opinion' is no kind of study"):
        sheet_html("opinion")


def test_the_map_to_the_key_concepts_names_lessons_of_the_course() -> None:
    file = Path(__file__).resolve().parents[2] / "assets" / "workbench" / "key-concepts.yml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    slugs = {lesson.slug for lesson in load_course().lessons}
    named = {slug for concept in data["concepts"] for slug in concept["lessons"]}
    assert named <= slugs
    assert len(named) == 13  # every lesson but the one that only explains the course, and the unseen cases
    assert all(source["url"].startswith("https://") for source in data["sources"])


# confounding


def test_the_crude_ratio_is_what_the_world_makes_it() -> None:
    for world in (World(), World(habit_ratio=0.5), World(habit_with=0.9, habit_without=0.1), World(cause_ratio=1)):
        matches = simulate(world, n=1_000_000, seed=2)
        assert matches.crude == pytest.approx(expected_crude(world), rel=0.03)
        assert matches.adjusted == pytest.approx(world.habit_ratio, rel=0.05)
        assert matches.randomised == pytest.approx(world.habit_ratio, rel=0.03)
        assert matches.people.sum() == 1_000_000


def test_without_a_common_cause_nothing_is_confounded() -> None:
    assert expected_crude(World(cause_ratio=1)) == pytest.approx(1)
    assert expected_crude(World(habit_with=0.6, habit_without=0.6)) == pytest.approx(1)
    assert expected_crude() < 0.6


def test_the_same_seed_gives_the_same_people() -> None:
    assert (simulate(seed=4).ill == simulate(seed=4).ill).all()
    assert not (simulate(seed=4).ill == simulate(seed=5).ill).all()


@pytest.mark.parametrize(
    ("world", "n", "says"),
    [
        (World(risk=0), 100, "risk: 0 does not serve"),
        (World(habit_ratio=-1), 100, "habit_ratio: -1 does not serve"),
        (World(risk=0.5), 100, "the highest risk would be 2.00"),
        (World(), 3, "n: 3 does not serve"),
    ],
)
def test_a_world_that_cannot_be_is_refused(world: World, n: int, says: str) -> None:
    with pytest.raises(WorkbenchError, match=says):
        simulate(world, n)
