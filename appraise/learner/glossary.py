"""The words of the course, from `assets/glossary.yml`: one list for lessons, the opening box and the pages to read."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from appraise.errors import GlossaryError
from appraise.files import ASSETS, StrictModel, read_yaml
from appraise.markup import HtmlPage, Markup, table

FILE = ASSETS / "glossary.yml"
_Text = Annotated[str, Field(min_length=1)]


class Term(StrictModel):
    """What a word means here, other words for it, and the number of the lesson that explains it."""

    means: _Text
    also: tuple[_Text, ...] = ()
    lesson: Annotated[str, Field(pattern=r"^\d\d$")]


class _GlossaryFile(RootModel[dict[str, Term]]):
    root: Annotated[dict[str, Term], Field(min_length=1)]


@cache
def load_glossary(file: Path = FILE) -> dict[str, Term]:
    """The terms by name, in alphabetical order.

    Raises
    ------
    GlossaryError
        Names the file and the term: out of order, or a word that stands twice.

    Examples
    --------
    >>> load_glossary()["arm"].lesson
    '01'
    """
    terms = read_yaml(file, _GlossaryFile, GlossaryError).root
    names = list(terms)
    for one, following in itertools.pairwise(names):
        if one.casefold() > following.casefold():
            raise GlossaryError(file.name, following, f"expected alphabetical order; it stands after “{one}”")
    words = [word.casefold() for name, term in terms.items() for word in (name, *term.also)]
    for word in words:
        if words.count(word) > 1:
            raise GlossaryError(file.name, word, "expected each word once")
    return terms


def glossary(*words: str) -> HtmlPage:
    """The glossary, or only the words named, by their name or another word for it.

    Raises GlossaryError for a word that it does not have.

    >>> print(glossary("SD"))
    SD (standard deviation): how far single values lie from their mean (lesson 04)
    """
    terms = load_glossary()
    by_word = {word.casefold(): name for name, term in terms.items() for word in (name, *term.also)}
    for word in words:
        if word.casefold() not in by_word:
            raise GlossaryError(FILE.name, word, "expected a word of the glossary; glossary() shows all")
    shown = {by_word[word.casefold()]: terms[by_word[word.casefold()]] for word in words} or terms
    lines = [f"{_head(name, term)}: {term.means} (lesson {term.lesson})" for name, term in shown.items()]
    return HtmlPage(glossary_table(shown), "\n".join(lines))


def glossary_table(terms: dict[str, Term]) -> Markup:
    """Terms as a table: the word with its other names, its meaning, and the lesson that explains it."""
    rows = [(_head(name, term), term.means, term.lesson) for name, term in terms.items()]
    return table(("Word", "What it means here", "Lesson"), rows)


def _head(name: str, term: Term) -> str:
    return f"{name} ({', '.join(term.also)})" if term.also else name
