"""A lesson's source: what jupytext writes is read back cell by cell, and what cannot be read is named by its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from appraise.authoring.source import read_source
from appraise.errors import AuthorError
from tests.lesson_text import lesson_text

MAKE = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


def written(folder: Path, text: str) -> Path:
    file = folder / "01-toy" / "01-toy.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def told(nb: Any) -> list[tuple[str, str, str, list[str]]]:
    return [(c.cell_type, c.id, c.source, list(c.metadata.get("tags", []))) for c in nb.cells]


ROUND_TRIPS = {
    "many lines": [("code", "def f(x):\n    y = x\n\n\n    return y\n\n\nf(1)")],
    "neighbours": [("markdown", "# One"), ("markdown", "two"), ("code", "1"), ("code", "2"), ("markdown", "three")],
    "backticks in code": [("code", "s = '''\n```\n````{code-cell}\n'''"), ("markdown", "after")],
    "a fence in Markdown": [("markdown", "Read:\n\n```python\nx = 1\n\ny = 2\n```\n\nand on"), ("code", "x")],
    "raw": [("markdown", "# One"), ("raw", "---\nas: it is\n---"), ("raw", "plain")],
    "magics": [("code", "%matplotlib inline"), ("code", "%%time\nx = 1"), ("code", "!ls"), ("code", "x?")],
    "what looks like options": [("code", ":not: an option"), ("code", "---\nnor: this\n---"), ("markdown", "---\n\nx")],
    "blank lines before code": [("code", "\n\nx = 1")],
    "a comment": [("markdown", "<!-- one\n\n# no heading\n\n-->\n\nText"), ("code", "1")],
    "a list at the end": [("markdown", "- one\n- two\n\n  more of two"), ("markdown", "- a list again")],
    "a table": [("markdown", "| a | b |\n| --- | --- |\n| 1 | 2 |"), ("code", "# | no | table |")],
    "HTML": [("markdown", "<div>\n<b>bold</b>\n</div>"), ("markdown", "after it")],
    "signs": [("markdown", "$x^2$ – “quoted” × −1 \\* é"), ("code", "s = '\\\\n \\t'")],
}


@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_what_is_written_is_read(tmp_path: Path, name: str) -> None:
    nb = new_notebook(cells=[MAKE[kind](text, id=f"c-{n}") for n, (kind, text) in enumerate(ROUND_TRIPS[name])])
    nb.cells[0].metadata["tags"] = ["first", "of all"]
    assert told(read_source(written(tmp_path, lesson_text(nb))).notebook) == told(nb)


# Markdown that MyST leaves whole: no fence, comment or HTML that stays open, no line that begins a cell, no blank ends
WORDS = st.text("abc #*_|>-`'\"\\{}[]():.,;%$&=é–”1 ", min_size=1, max_size=20).map(str.strip).filter(bool)
PROSE = st.lists(WORDS.filter(lambda line: "```" not in line and line[0] != "<"), min_size=1, max_size=5)
CODE = st.lists(st.text("abc #*_|>-`'\"\\{}[]():.,;%$&=é–”1\n ", max_size=40), min_size=1, max_size=5)
IDS = st.from_regex(r"[a-zA-Z0-9_-]{1,12}", fullmatch=True)
CELLS = st.lists(
    st.one_of(
        st.tuples(st.just("markdown"), PROSE.map("\n\n".join)),
        # jupytext takes one newline at the end for the fence's own, and a source that only looks empty for an empty one
        st.tuples(st.sampled_from(["code", "raw"]), CODE.map("\n".join).filter(lambda s: s.strip() and s[-1] != "\n")),
    ),
    min_size=1,
    max_size=6,
)


@given(CELLS, st.lists(IDS, min_size=6, max_size=6, unique=True))
@settings(max_examples=60, deadline=None)
def test_any_cells_survive(tmp_path_factory: pytest.TempPathFactory, cells: Any, ids: list[str]) -> None:
    """Ids that YAML takes for numbers or words of its own are among them."""
    nb = new_notebook(cells=[MAKE[kind](text, id=name) for (kind, text), name in zip(cells, ids)])
    file = written(tmp_path_factory.getbasetemp(), lesson_text(nb))
    assert told(read_source(file).notebook) == told(nb)


HEADER = "---\njupytext:\n  text_representation:\n    format_name: myst\n---\n\n"
FIRST = '+++ {"id": "one"}\n\n# A lesson\n\n'
CODE_CELL = "```{code-cell} ipython3\n:id: two\n\nx = 1\n```\n"

BROKEN = {
    "no id in Markdown": ("Words\n\n", 7, "cell 1: expected an id, for instance `+++ {"),
    "no id in code": (f"{FIRST}```{{code-cell}} ipython3\nx = 1\n```\n", 11, "cell 2: expected an id, for instance `:id: c"),
    "words after code have none": (f"{FIRST}{CODE_CELL}\nMore words\n", 17, "cell 3: expected an id"),
    "an id twice": (f"{FIRST}{CODE_CELL}\n{CODE_CELL}", 17, "two: is the id of the cell of line 11 already"),
    "an id that is a number": (FIRST.replace('"one"', "17"), 7, "in quotes if it looks like a number (17)"),
    "an id of two words": (FIRST.replace("one", "one two"), 7, "of letters, digits and hyphens"),
    "typed metadata": (
        f"{FIRST}```{{code-cell}} ipython3\n---\nid: two\nnbgrader:\n  points: 3\n---\nx = 1\n```\n",
        11,
        "two.nbgrader: expected only id and tags",
    ),
    "tags that are numbers": (FIRST.replace("}", ', "tags": [1]}'), 7, "expected a cell's id, and tags at most"),
    "tags that are none": (FIRST.replace("}", ', "tags": "a"}'), 7, "expected a cell's id, and tags at most"),
    "a block that is no JSON": (f"{FIRST}+++ {{id: two}}\n\nWords\n", 11, "expected a cell's id"),
    "options that are no YAML": (f"{FIRST}```{{code-cell}}\n:id: [two\n\nx\n```\n", 11, "expected a cell's id"),
    "options that are no pairs": (f"{FIRST}```{{code-cell}}\n:two\n\nx\n```\n", 11, "expected a cell's id"),
    "a fence left open": (f"{FIRST}{CODE_CELL[:-4]}\n+++ {{\"id\": \"three\"}}\n\nWords\n", 16, "begins inside the cell of line 11"),
    "a fence left open before code": (f"{FIRST}{CODE_CELL[:-4]}\n{CODE_CELL}", 16, "begins inside the cell of line 11"),
    "a comment left open": (f"{FIRST}<!-- note\n\n{CODE_CELL}", 13, "begins inside the cell of line 7"),
    "a cell without text": (f'{FIRST}+++ {{"id": "none"}}\n\n{CODE_CELL}', 11, "expected text in this cell"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_source_is_named_by_file_and_line(tmp_path: Path, fault: str) -> None:
    text, line, says = BROKEN[fault]
    with pytest.raises(AuthorError) as stopped:
        read_source(written(tmp_path, HEADER + text))
    assert str(stopped.value).startswith(f"{tmp_path.name}/01-toy/01-toy.md, line {line}: ")
    assert says in str(stopped.value)
    assert "\n" not in str(stopped.value)


def test_a_broken_header_is_named(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match=r"01-toy\.md, line 1: "):
        read_source(written(tmp_path, f"---\njupytext: [\n---\n\n{FIRST}"))


def test_a_file_that_is_missing_or_no_text_is_named(tmp_path: Path) -> None:
    file = written(tmp_path, "")
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AuthorError, match=r"01-toy\.md: expected text in UTF-8"):
        read_source(file)
    file.unlink()
    with pytest.raises(AuthorError, match=r"01-toy\.md: expected this file"):
        read_source(file)


def test_an_error_at_a_cell_has_the_line_of_the_cell(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, f"{HEADER}{FIRST}{CODE_CELL}\n\n"))
    assert str(source.error(1, "two", "expected more")).endswith("01-toy.md, line 11: two: expected more")
