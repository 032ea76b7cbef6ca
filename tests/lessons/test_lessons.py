"""What every lesson keeps: the manifest, the shape of a lesson, coverage, remarks, and how it runs."""

from __future__ import annotations

import itertools
import json
import os
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

from appraise.authoring.entries import read_entries
from appraise.authoring.minutes import minutes_of
from appraise.authoring.notebook import headings
from appraise.authoring.source import read_source
from appraise.course import load_course
from appraise.exercises.parts import flatten
from appraise.exercises.values import is_not_reported
from appraise.sources.tables import numbers, sources
from tests import bank

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

ROOT = Path(__file__).parents[2]
COURSE = load_course()
SLUGS = [lesson.slug for lesson in COURSE.lessons if (ROOT / "solutions" / lesson.slug).is_dir()]
SECONDS = 120  # ends a notebook that hangs
SPECIAL = {"00-start-here", "12-a-fair-telling", "13-an-unseen-case"}  # stand outside some rules of CURRICULUM.md


@cache
def notebook(folder: str, slug: str):
    return nbformat.read(ROOT / folder / slug / f"{slug}.ipynb", as_version=4)


@cache
def entries(slug: str):
    return read_entries(ROOT / "solutions" / slug / "exercises.yml")


def text_of(slug: str) -> str:
    return "\n".join(c.source for c in notebook("solutions", slug).cells if c.cell_type == "markdown")


def run(folder: str, slug: str, tmp_path: Path):
    env = {k: v for k, v in os.environ.items() if k not in {"NBGRADER_EXECUTION", "APPRAISE_WORK", "APPRAISE_RECORD"}}
    client = NotebookClient(
        nbformat.from_dict(notebook(folder, slug)),
        timeout=SECONDS,
        allow_errors=True,
        extra_arguments=["--IPKernelApp.log_level=40"],
        resources={"metadata": {"path": str(tmp_path)}},
    )
    client.execute(env=env)
    return client.nb


def faults(nb) -> list[str]:
    out = []
    for i, cell in enumerate(nb.cells, start=1):
        for o in cell.get("outputs", []):
            if o.output_type == "error":
                out.append(f"cell {i}: {o.ename}: {o.evalue}")
            if o.output_type == "stream" and o.name == "stderr":
                out.append(f"cell {i}: {o.text}")
    return out


def points(nb) -> dict[str, float]:
    """The points that each graded check shows, as nbgrader reads them."""
    shown = {}
    for cell in nb.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("grade") and not mark.get("solution"):
            shown[mark["grade_id"]] = float(cell.outputs[-1].data["text/plain"])
    return shown


@pytest.mark.parametrize("slug", SLUGS)
def test_a_solution_runs_clean_and_gets_full_marks(slug, tmp_path):
    nb = run("solutions", slug, tmp_path)
    assert faults(nb) == []
    assert points(nb) == {i: e.points for i, e in entries(slug).items() if e.core and e.kind != "write"}
    for cell in nb.cells:  # the checked, not graded ones as well
        if cell.cell_type == "code" and cell.source.startswith("check("):
            html = cell.outputs[-1].data["text/html"]
            assert "✓" in html or "✎" in html, (cell.source, html)


@pytest.mark.parametrize("slug", SLUGS)
def test_an_untouched_lesson_reaches_its_end_and_gets_nothing(slug, tmp_path):
    nb = run("lessons", slug, tmp_path)
    assert faults(nb) == []
    assert set(points(nb).values()) <= {0.0}
    for cell in nb.cells:
        if cell.cell_type == "code" and cell.source.startswith("check("):
            assert "○" in cell.outputs[-1].data["text/html"], cell.source


@pytest.mark.parametrize("slug", SLUGS)
def test_the_opening_is_the_manifests(slug):
    lesson = COURSE.lesson(slug)
    cells = [c for c in notebook("solutions", slug).cells if c.cell_type == "markdown"]
    opening = "\n".join(c.source for c in cells[:4])
    assert cells[0].source.splitlines()[0] == f"# {lesson.title}"
    released = notebook("lessons", slug).cells  # the minutes are computed; no author types them
    assert f"the core takes about {lesson.minutes} minutes" in released[0].source
    assert released[-1].id == "where-to-go-on"
    assert lesson.question in opening
    for objective in lesson.objectives.values():
        assert f"- {objective}" in opening
    last = "\n".join(c.source for c in notebook("solutions", slug).cells[-8:])
    assert "## Key points" in last
    assert f'lesson_report("{slug}")' in "\n".join(c.source for c in notebook("solutions", slug).cells)


@pytest.mark.parametrize("slug", SLUGS)
def test_headings_are_in_order_and_unique(slug):
    nb = notebook("solutions", slug)
    levels = [
        len(m)
        for c in nb.cells
        if c.cell_type == "markdown"
        for m in re.findall(r"^(#{1,6})\s", re.sub(r"^```.*?^```", "", c.source, flags=re.S | re.M), re.M)
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    names = headings(nb)
    assert len(names) == len(set(names)), [n for n in names if names.count(n) > 1]


@pytest.mark.parametrize("slug", [s for s in SLUGS if s not in SPECIAL])
def test_the_shape_of_a_lesson(slug):
    lesson, mine = COURSE.lesson(slug), entries(slug)
    core = [e for e in mine.values() if e.core]
    more = [i for i, e in mine.items() if not e.core]
    assert len(core) == 5
    assert 2 <= len(more) <= 8  # nobody has to do them
    assert any("all" in e.sources or set(e.sources) >= set(sources().index) for e in mine.values())
    assert set(lesson.objectives) <= {e.objective for e in core}
    titles = {i: ex["title"] for i, ex in bank.key(slug).items()}
    for i in more:
        assert titles[i].endswith("(extra)"), i


@pytest.mark.parametrize("slug", [s for s in SLUGS if s != "00-start-here"])
def test_the_minutes_of_the_manifest_are_computed(slug):
    lesson = COURSE.lesson(slug)
    source = read_source(ROOT / "solutions" / slug / f"{slug}.md").notebook
    assert minutes_of(source, entries(slug)) == (lesson.minutes, lesson.extra_minutes)


@pytest.mark.parametrize("slug", SLUGS)
def test_never_long_reading_between_two_things_to_do(slug):
    """Two screens are about 400 words; a code cell to run is something to look at, an exercise something to do."""
    run_of_words = 0
    for cell in notebook("solutions", slug).cells:
        if cell.cell_type == "code":
            run_of_words = 0
        elif "| ---" not in cell.source:  # a table is looked up, not read through
            run_of_words += len(re.findall(r"\b\w+", cell.source))
            assert run_of_words <= 400, cell.source[:80]


def test_lesson_04_shows_each_figure_before_it_is_followed_home():
    """Every paragraph that prints an outcome number is shown above the first exercise that needs it."""
    nb = notebook("solutions", "04-the-numbers")
    before = list(itertools.takewhile(lambda c: c.id != "numbers-follow-it-home-answer", nb.cells))
    shown = {
        (source, passage, int(place))
        for cell in before
        for source, passage, places in re.findall(r'^read\("(\w+)", "(\w+)"((?:, \d+)*)\)', cell.source, re.M)
        for place in re.findall(r"\d+", places)
    }
    readers = [cell.source for cell in before if cell.source.startswith("read_beside(")]
    shown |= {
        (source, passage, int(place))
        for reader in readers
        for source, passage, places in re.findall(r'"(\w+) (\w+)((?:,? \d+)+)"', reader)
        for place in re.findall(r"\d+", places)
    }
    printed = numbers()
    asked = printed[
        printed["passage"].isin(["abstract", "post", "links"]) & printed["outcome"].isin(["pain", "flexion"])
    ]
    needed = set(zip(asked["source"], asked["passage"], asked["place"].astype(int), strict=True))
    assert ("painscience", "abstract", 6) in needed
    assert needed <= shown


def test_every_source_takes_part_in_at_least_eight_lessons():
    if len(SLUGS) < len(COURSE.lessons):
        pytest.skip("not all lessons of course.yml are built")
    for source in sources().index:
        taking = [s for s in SLUGS if any({"all", source} & set(e.sources) for e in entries(s).values())]
        assert len(taking) >= 8, (source, taking)


def test_the_sources_that_exercises_name_exist():
    known = {"all", *sources().index}
    for slug in SLUGS:
        for i, e in entries(slug).items():
            assert set(e.sources) <= known, (slug, i)


# a remark may hold a word of the answer where the answer's words are the question's own
KEEPS_A_WORD: dict[str, str] = yaml.safe_load((ROOT / "tests" / "answers" / "remarks.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("slug", SLUGS)
def test_remarks(slug):
    bad = []
    for i, ex in bank.key(slug).items():
        remarks = [m["remark"] for m in ex.get("misconceptions", [])]
        if len(remarks) != len(set(remarks)):
            bad.append(f"{i}: two misconceptions share a remark")
        needed = 0 if ex["kind"] == "write" else 1 if ex["kind"] == "plot" else 2
        if len(remarks) < needed:
            bad.append(f"{i}: {len(remarks)} misconceptions")
        if not ex.get("hint") and ex["kind"] != "write":
            bad.append(f"{i}: no hint")
        for m in ex.get("misconceptions", []):
            where = f"{i}.{m['id']}"
            if len(m["remark"].split()) >= 60:
                bad.append(f"{where}: {len(m['remark'].split())} words")
            if "!" in m["remark"]:
                bad.append(f"{where}: an exclamation mark")
            if len(re.findall(r"[.?](?=\s|$)", m["remark"])) < 2:
                bad.append(f"{where}: expected what you did, and what to look at")
            bad += [f"{where}: holds the answer “{a}”" for a in _given_away(ex, m) if where not in KEEPS_A_WORD]
    assert not bad, "\n".join(bad)


def _given_away(ex, m) -> list[str]:
    """Right answers, numbers of two or more digits and labels of two or more words, that stand in a remark."""
    if "expected" not in ex or (isinstance(ex["expected"], dict) and "axes" in ex["expected"]):
        return []
    found = []
    wanted = m.get("item")
    for name, value in list(flatten(ex["expected"]).values()):
        if wanted and wanted != "any" and name not in ([wanted] if isinstance(wanted, str) else wanted):
            continue
        if isinstance(value, bool) or value is None or is_not_reported(value) or name in ex.get("text", {}):
            continue
        text = f"{value:g}" if isinstance(value, int | float) else str(value)
        if isinstance(value, int | float) and len(re.sub(r"\D", "", text)) < 2:
            continue
        if isinstance(value, str) and len(text.split()) < 2:
            continue
        if re.search(rf"(?<![\w.]){re.escape(text.casefold())}(?![\w])", m["remark"].casefold()):
            found.append(text)
    return found


def test_the_not_medical_advice_sentence_stands_where_it_must():
    for slug in {"00-start-here", "03-the-treatment", "06-how-big-how-sure", "10-who-is-telling"} & set(SLUGS):
        assert "medical advice" in text_of(slug), slug
        assert "ask a clinician" in text_of(slug), slug


@pytest.mark.parametrize("slug", SLUGS)
def test_prose_keeps_the_voice(slug):
    text = text_of(slug)
    for banned in ("In this lesson", "Great job", "simply", "obviously", "Let's", "let's", "Note that the reader"):
        assert banned not in text, banned
    prose = re.sub(r"`[^`]*`|“[^”]*”|\"[^\"]*\"|!\[[^\]]*\]", "", text)
    assert "!" not in prose, re.findall(r".{30}!", prose)


def test_ids_are_unique_and_packs_are_there():
    seen: dict[str, str] = {}
    for slug in SLUGS:
        for i in bank.key(slug):
            assert i not in seen, (i, seen[i], slug)
            seen[i] = slug
        assert (ROOT / "appraise" / "packs" / f"{slug}.pack").is_file()
    nb = json.loads((ROOT / "lessons" / SLUGS[0] / f"{SLUGS[0]}.ipynb").read_text(encoding="utf-8"))
    assert nb["metadata"]["appraise"]["lesson"] == SLUGS[0]
