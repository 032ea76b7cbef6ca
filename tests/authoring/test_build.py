"""What an author gets: lessons made from `solutions/`, the same bytes each time, or one clear line."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from appraise.authoring.build import build_lessons, run_command
from appraise.authoring.source import read_source
from appraise.errors import AuthorError, CourseError
from appraise.exercises.packs import pack_bytes
from appraise.files import ROOT
from tests.lesson_text import write_lesson

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

SLUG = "01-toy"
COURSE = {
    "title": "Toy",
    "lessons": [{"slug": SLUG, "title": "Toy", "question": "What?", "minutes": 10, "objectives": {"add": "add up"}}],
}
ENTRIES = {
    "toy-how-many": {
        "kind": "compute",
        "objective": "add",
        "minutes": 2,
        "see": "Adding",
        "points": 2,
        "misconceptions": [{"id": "one-less", "answer": "total - 1", "remark": "You left one out. Which?"}],
    },
    "toy-add": {
        "kind": "compute",
        "objective": "add",
        "minutes": 2,
        "see": "Adding",
        "core": False,
        "inputs": ["(1, 2)", "(0, 5)"],
        "hidden": ["(-1, 1)"],
        "misconceptions": [
            {"id": "times", "answer": "def add(a, b):\n    return a * b", "remark": "You multiply. Why?"}
        ],
    },
}


def notebook():
    sources = [
        "# Toy",
        "from appraise import check, lesson\n\ntotal = 3\nlesson('x')".replace("'x'", '"01-toy"'),
        "## Adding\n\n### Exercise: How many?",
        "how_many = ...\n### BEGIN SOLUTION\nhow_many = total\n### END SOLUTION",
        'check("toy-how-many", how_many)',
        "### Exercise: Add",
        "def add(a, b):\n    ...\n    ### BEGIN SOLUTION\n    return a + b\n    ### END SOLUTION",
        'check("toy-add", add)',
    ]
    make = {"#": new_markdown_cell}
    cells = [make.get(s[0], new_code_cell)(s) for s in sources]
    for i, cell in enumerate(cells):
        cell.id = f"c{i}"
    return new_notebook(cells=cells)


class Toy:
    """A course of one lesson in a folder of its own; parts can be written anew, and the course made."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "solutions" / SLUG

    def write(self, nb=None, entries=None, course=None) -> None:
        if nb:
            write_lesson(nb, self.folder)
        if entries:
            text = yaml.safe_dump(entries, sort_keys=False)
            (self.folder / "exercises.yml").write_text(text, encoding="utf-8")
        if course:
            (self.root / "course.yml").write_text(yaml.safe_dump(course, sort_keys=False), encoding="utf-8")

    def build(self, **options):
        return build_lessons(root=self.root, packs=self.root / "packs", **options)

    def files(self):
        return {p.relative_to(self.root).as_posix(): p.read_bytes() for p in self.root.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The toy course, made once."""
    toy = Toy(tmp_path_factory.mktemp("toy"))
    toy.folder.mkdir(parents=True)
    toy.write(notebook(), ENTRIES, COURSE)
    shutil.copy(ROOT / "nbgrader_config.py", toy.root)
    toy.written = toy.build()
    return toy


@pytest.fixture
def toy(made, tmp_path):
    shutil.copytree(made.root, tmp_path, dirs_exist_ok=True)
    return Toy(tmp_path)


def changed(**fields):
    """The entries with fields of the first exercise changed."""
    return {**ENTRIES, "toy-how-many": {**ENTRIES["toy-how-many"], **fields}}


def test_a_lesson_is_made_and_made_the_same_again(made, toy):
    written = {p.relative_to(made.root).as_posix() for p in made.written}
    assert written == {
        f"solutions/{SLUG}/{SLUG}.ipynb",
        f"solutions/{SLUG}/key.json",
        f"packs/{SLUG}.pack",
        f"lessons/{SLUG}/{SLUG}.ipynb",
    }
    first = toy.files()
    assert toy.build(check=True) == []
    shutil.rmtree(toy.root / "lessons")
    shutil.rmtree(toy.root / "packs")
    toy.build()
    assert toy.files() == first
    key = json.loads(first[f"solutions/{SLUG}/key.json"])
    assert key["exercises"]["toy-how-many"]["expected"] == 3
    assert [c["expected"] for c in key["exercises"]["toy-add"]["hidden"]] == [0]
    assert b"hidden" not in base64.decodebytes(first[f"packs/{SLUG}.pack"])
    assert pack_bytes(key) == first[f"packs/{SLUG}.pack"]


def test_the_release_holds_stubs_and_no_answer(toy):
    nb = nbformat.read(toy.root / "lessons" / SLUG / f"{SLUG}.ipynb", as_version=4)
    text = "\n".join(c.source for c in nb.cells)
    assert "SOLUTION" not in text
    assert "return a + b" not in text
    assert "how_many = ..." in text
    marks = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader for c in nb.cells if "nbgrader" in c.metadata}
    assert marks["toy-how-many"].points == 2
    assert marks["toy-how-many"].grade
    assert not marks["toy-add-check"].grade
    assert marks["toy-add-answer"].solution
    assert nb.metadata.appraise.lesson == SLUG


def test_check_tells_of_a_changed_lesson_and_writes_nothing(toy):
    lesson = toy.root / "lessons" / SLUG / f"{SLUG}.ipynb"
    lesson.write_text(lesson.read_text(encoding="utf-8").replace("Adding", "Subtracting"), encoding="utf-8")
    stray = toy.root / "lessons" / SLUG / "notes.txt"
    stray.write_text("mine", encoding="utf-8")
    before = toy.files()
    assert {p.name for p in toy.build(check=True)} == {f"{SLUG}.ipynb", "notes.txt"}
    assert toy.files() == before
    toy.build()
    assert not stray.exists()
    assert toy.build(check=True) == []


def test_adding_an_exercise_touches_one_folder_and_one_command(toy):
    nb = read_source(toy.folder / f"{SLUG}.md").notebook
    extra = [
        new_markdown_cell("### Exercise: Label", id="n1"),
        new_code_cell('kind = ...\n### BEGIN SOLUTION\nkind = "sum"\n### END SOLUTION', id="n2"),
        new_code_cell('check("toy-label-it", kind)', id="n3"),
    ]
    nb.cells += extra
    wrong = [{"id": f"m{w}", "answer": repr(w), "remark": f"You chose {w}. Why?"} for w in ("product", "share", "mean")]
    entry = {
        "kind": "classify",
        "objective": "add",
        "minutes": 1,
        "see": "Adding",
        "options": ["sum", "product", "share", "mean"],
        "misconceptions": wrong,
    }
    toy.write(nb, {**ENTRIES, "toy-label-it": entry})
    toy.build()
    key = json.loads((toy.folder / "key.json").read_text(encoding="utf-8"))
    assert [m["id"] for m in key["exercises"]["toy-label-it"]["misconceptions"]] == ["mproduct", "mshare", "mmean"]


MISTAKES = {
    "misconception equal to the answer": (
        changed(misconceptions=[{"id": "m", "answer": "1 + 2", "remark": "r"}]),
        "toy-how-many.m: this misconception is judged right",
    ),
    "not told apart": (
        {**ENTRIES, "toy-add": {**ENTRIES["toy-add"], "inputs": ["(2, 2)"]}},
        "toy-add.times: no visible case tells",
    ),
    "no such heading": (changed(see="Multiplying"), "toy-how-many.see: “Multiplying” is not a heading"),
    "no such objective": (changed(objective="multiply"), "toy-how-many.objective: “multiply” is not an objective"),
    "unknown field": (changed(colour="red"), "toy-how-many.colour: expected no key of this name"),
    "unknown kind": (changed(kind="guess"), "toy-how-many.kind"),
    "not in the notebook": ({**ENTRIES, "toy-gone": ENTRIES["toy-how-many"]}, "toy-gone: has no check cell"),
    "not described": ({"toy-add": ENTRIES["toy-add"]}, "toy-how-many: is not described in exercises.yml"),
    "a bad id": ({"Toy": ENTRIES["toy-add"]}, "Toy: expected an id of lower-case words"),
    "an answer that stops": (
        changed(misconceptions=[{"id": "m", "answer": "1 / 0", "remark": "r"}]),
        "toy-how-many: expected answers and inputs that can be evaluated: ZeroDivisionError",
    ),
    "an unknown item": (
        changed(misconceptions=[{"id": "m", "item": "x", "answer": "1", "remark": "r"}]),
        "“x” is not an item of the answer",
    ),
    "a function without cases": (
        {**ENTRIES, "toy-add": {**ENTRIES["toy-add"], "inputs": []}},
        "toy-add.inputs: expected at least one visible case",
    ),
    "groups with a gap": (
        {**ENTRIES, "toy-add": {**ENTRIES["toy-add"], "groups": {"a": [0]}}},
        "toy-add.groups: expected each of the 3 cases",
    ),
    "a group that luck earns": (
        {**ENTRIES, "toy-add": {**ENTRIES["toy-add"], "hidden": ["(2, 2)"], "groups": {"a": [0, 1], "b": [2]}}},
        "toy-add.groups.b: the misconception “times” earns this group",
    ),
    "a rule that is none": (changed(follows={"x": {"by": "magic"}}), "toy-how-many.follows: expected a rule among"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_an_authors_mistake_is_one_clear_line_and_nothing_is_written(toy, mistake):
    entries, says = MISTAKES[mistake]
    toy.write(entries=entries)
    before = toy.files()
    with pytest.raises(AuthorError) as stopped:
        toy.build()
    assert says in str(stopped.value)
    assert "\n" not in str(stopped.value)
    assert "exercises.yml" in str(stopped.value) or ".md" in str(stopped.value)
    assert toy.files() == before


def with_cell(index, source):
    nb = notebook()
    nb.cells[index].source = source
    return nb


NOTEBOOKS = {
    "stops": (
        with_cell(1, 'from appraise import check, lesson\nlesson("01-toy")\n1 / 0'),
        ".md, line 17: 01-toy: cell 2 of the solution stopped: ZeroDivisionError",
    ),
    "warns": (
        with_cell(
            1, 'import warnings\nfrom appraise import check, lesson\ntotal = 3\nlesson("01-toy")\nwarnings.warn("old")'
        ),
        "cell 2 of the solution warned",
    ),
    "another lesson's opening": (
        with_cell(1, 'from appraise import check, lesson\ntotal = 3\nlesson("02-other")'),
        'line 17: cell 2: expected lesson("01-toy"), found lesson("02-other")',
    ),
    "an opening with a version": (
        with_cell(1, 'from appraise import check, lesson\ntotal = 3\nlesson("01-toy", "1234abcd")'),
        'expected lesson("01-toy"), found lesson("01-toy", "1234abcd")',
    ),
    "no opening": (with_cell(1, "from appraise import check\ntotal = 3"), 'expected one call lesson("01-toy")'),
    "no solution above its check": (with_cell(3, "how_many = 3"), "toy-how-many: expected the answer cell"),
    "checked twice": (with_cell(7, 'check("toy-how-many", add)'), "toy-how-many: is checked twice"),
    "a solution that nobody checks": (with_cell(4, "how_many"), "is not described in exercises.yml"),
}


@pytest.mark.parametrize("mistake", NOTEBOOKS)
def test_a_notebook_that_cannot_be_a_lesson(toy, mistake):
    nb, says = NOTEBOOKS[mistake]
    toy.write(nb)
    before = toy.files()
    with pytest.raises(AuthorError) as stopped:
        toy.build()
    assert says in str(stopped.value) or "has no check cell" in str(stopped.value)
    assert toy.files() == before


def test_files_that_are_not_what_they_should_be(toy):
    file = toy.folder / f"{SLUG}.md"
    good = file.read_bytes()
    file.unlink()
    with pytest.raises(AuthorError, match=r"01-toy/01-toy\.md: expected this file"):
        toy.build()
    file.write_bytes(good)
    (toy.folder / "exercises.yml").write_text("toy-a: [", encoding="utf-8")
    with pytest.raises(AuthorError, match=r"exercises.yml, line 1: expected YAML"):
        toy.build()
    (toy.folder / "exercises.yml").write_text("toy-a: {}\ntoy-a: {}", encoding="utf-8")
    with pytest.raises(AuthorError, match="line 2: toy-a: expected each key once"):
        toy.build()


def test_an_edited_notebook_stops_and_one_that_is_behind_is_named_and_made_again(toy):
    made, source = toy.folder / f"{SLUG}.ipynb", toy.folder / f"{SLUG}.md"
    good = made.read_text(encoding="utf-8")
    made.write_text(good.replace("how_many = total", "how_many = 3"), encoding="utf-8")
    before = toy.files()
    for check in (False, True):
        with pytest.raises(AuthorError, match=r"01-toy\.ipynb: c3: was edited here, .* Make the change in 01-toy\.md"):
            toy.build(check=check)
    assert toy.files() == before
    made.write_text(good, encoding="utf-8")
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("# Toy", "# A toy"), encoding="utf-8")
    behind = {f"solutions/{SLUG}/{SLUG}.ipynb", f"lessons/{SLUG}/{SLUG}.ipynb"}
    assert {p.relative_to(toy.root).as_posix() for p in toy.build(check=True)} == behind
    toy.build()
    assert "# A toy" in made.read_text(encoding="utf-8")
    assert source.read_text(encoding="utf-8") == text.replace("# Toy", "# A toy")


def test_the_manifest_and_the_folders_agree(toy):
    (toy.root / "solutions" / "02-more").mkdir()
    with pytest.raises(AuthorError, match=r"course.yml: 02-more: expected every folder"):
        toy.build()
    (toy.root / "solutions" / "02-more").rmdir()
    lesson = {**COURSE["lessons"][0], "slug": "02-more"}
    toy.write(course={**COURSE, "lessons": [COURSE["lessons"][0], lesson]})
    with pytest.raises(AuthorError, match="02-more: expected a lesson that is listed and has its folder"):
        toy.build()
    toy.write(course={"title": "x", "lessons": [{"slug": SLUG}]})
    with pytest.raises(CourseError, match=r"course.yml, line 3: lessons.0.title"):
        toy.build()


def test_the_command_prints_the_line_and_ends_with_1(toy, capsys, monkeypatch):
    monkeypatch.setattr("appraise.authoring.build.ROOT", toy.root)
    monkeypatch.setattr(build_lessons, "__defaults__", ((), toy.root, False, toy.root / "packs"))
    toy.write(entries=changed(see="Nowhere"))
    assert run_command() == 1
    assert "“Nowhere” is not a heading" in capsys.readouterr().out
    toy.write(entries=ENTRIES)
    (toy.root / "packs" / f"{SLUG}.pack").unlink()
    assert run_command(check=True) == 1
    assert "behind: packs/01-toy.pack\nThese files are not what solutions/" in capsys.readouterr().out
    assert run_command() == 0
    assert run_command(check=True) == 0
