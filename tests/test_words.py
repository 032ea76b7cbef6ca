"""The names that this project defines are the field's words: none is of the private language that it once spoke."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[1] / "appraise"
# a name may not be one of these, nor hold one of them between underscores
PRIVATE = {
    *("wall", "walls", "walled", "breaches", "warm", "twin", "twins", "divide", "warden", "furnish", "confine"),
    *(
        "told",
        "said",
        "found",
        "given",
        "about",
        "mine",
        "theirs",
        "ours",
        "handed",
        "beside",
        "proper",
        "plain",
        "stamp",
    ),
}

# what data files and lessons call so
FILES_AND_LESSONS = {
    ("authoring/entries.py", "about"),
    ("cases/lesson.py", "mine"),
    ("learner/pre_post_test.py", "about"),
    ("learner/recall.py", "about"),
    ("methods/coding.py", "codes_beside"),
    ("sources/models.py", "About"),
    ("sources/models.py", "about"),
    ("sources/models.py", "not_found"),
    ("sources/reader.py", "read_beside"),
}


def defined_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of every class, function, parameter, variable and attribute that a module defines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr
        elif isinstance(node, ast.alias) and node.asname:
            yield getattr(node, "lineno", 0), node.asname


def private_names(source: str) -> list[tuple[int, str]]:
    return [(line, name) for line, name in defined_names(ast.parse(source)) if PRIVATE & set(name.lower().split("_"))]


def test_a_private_word_is_found() -> None:
    source = "def stand(warm, *, said=1):\n    found_here = [twin for twin in warm]\nclass Handed_in: ...\nsafe = 1"
    assert sorted(name for _, name in private_names(source)) == ["Handed_in", "found_here", "said", "twin", "warm"]


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.py")), ids=lambda p: str(p.relative_to(LIBRARY)))
def test_names_are_the_fields_words(path: Path) -> None:
    assert not PRIVATE & set(path.stem.lower().split("_"))
    here = path.relative_to(LIBRARY).as_posix()
    names = private_names(path.read_text(encoding="utf-8"))
    assert [(line, name) for line, name in names if (here, name) not in FILES_AND_LESSONS] == []
