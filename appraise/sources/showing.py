"""What a lesson shows of the sources: passages side by side, facts from outside the five, and tables of text."""

from __future__ import annotations

import re

import pandas as pd

from appraise.errors import RecordError
from appraise.markup import HtmlPage, Markup, element, table
from appraise.sources.reader import PassageView, read
from appraise.sources.tables import documents, outside

_OPEN = 2  # passages that are open at first
_GRID = (
    "display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22em, 100%), 1fr)); "
    "gap: 0 2em; align-items: start"
)
_ADDRESS = re.compile(r"(https?://[^\s,;)”]+[^\s,;.)”])")


def reader(*places: str) -> HtmlPage:
    """Show passages side by side, paragraphs numbered, addresses as links.

    Parameters
    ----------
    *places : str
        A passage, whole ("walsh post") or some of its paragraphs ("walsh post 4, 5").

    Raises
    ------
    RecordError
        Where there is no such passage or paragraph.

    Examples
    --------
    >>> print(reader("painscience abstract 4", "walsh post 7"))  # doctest: +ELLIPSIS
    The abstract, as reprinted (painscience, abstract)
    [4] ...
    """
    views = [_view(place) for place in places]
    shown = (_passage(view, n < _OPEN) for n, view in enumerate(views))
    return HtmlPage(element("div", *shown, style=_GRID), "\n\n".join(map(repr, views)))


def _view(place: str) -> PassageView:
    result = re.fullmatch(r"(\S+) (\S+)((?: \d+(?:, \d+)*)?)", place)
    if not result:
        raise RecordError("seeds/", place, "expected a source, a passage, and perhaps paragraphs: “walsh post 4, 5”")
    source, passage, paragraphs = result.groups()
    return read(source, passage, *map(int, re.findall(r"\d+", paragraphs)))


def _passage(view: PassageView, is_open: bool) -> Markup:
    items = (element("li", *_linked(text), value=str(n)) for n, text in view.paragraphs)
    head = element("summary", element("strong", view.head), style="padding: 4px 0")
    return element("details", head, element("ol", *items), **({"open": "open"} if is_open else {}))


def _linked(text: str) -> list[str]:
    """A text in pieces, each address in it as a link."""
    return [element("a", part, href=part) if n % 2 else part for n, part in enumerate(_ADDRESS.split(text))]


def paragraph_words(*places: str) -> dict[str, str]:
    """The words of single paragraphs, each after its place: "walsh post 7" to "walsh post 7: …".

    Raises RecordError where there is no such paragraph.

    >>> paragraph_words("walsh post 7")["walsh post 7"].startswith("walsh post 7: ")
    True
    """
    return {place: f"{place}: " + " ".join(text for _, text in _view(place).paragraphs) for place in places}


def facts(*ids: str) -> HtmlPage:
    """Show facts from outside the five sources, one a line; a figure with its unit.

    Raises RecordError for an id that `outside()` does not have.

    >>> print(facts("park-trials"))
    - Park 2020: randomised trials included. 9 trials
    """
    known = outside()
    if missing := [fact for fact in ids if fact not in known.index]:
        raise RecordError("outside.yml", missing[0], "expected the id of a fact from outside the five")
    lines, items = [], []
    for message, value, unit in zip(*(known.loc[list(ids), column] for column in ("statement", "value", "unit"))):
        unit = str(unit).removesuffix("s") if value == 1 else str(unit)
        figure = "" if isinstance(value, str) else f"{value:,g} {unit}"
        lines.append(f"- {message} {figure}".rstrip())
        items.append(element("li", str(message), " ", element("strong", figure)))
    return HtmlPage(element("ul", *items, style="max-width: 46em"), "\n".join(lines))


def reviews() -> pd.DataFrame:
    """The reviews behind the tellings, each by its first author and year: authors, journal, year, searched to.

    >>> list(reviews().index)
    ['Peck 2020', 'Park 2020', 'Morel 2021', 'Shin 2020']
    """
    known = documents().query("kind == 'review'")
    known.index = known["authors"].str.split("[ ,]").str[0] + " " + known["year"].astype(str)
    return known[["authors", "journal", "year", "searched_to"]]


def text_table(data: pd.DataFrame) -> HtmlPage:
    """Show a table of text, left-aligned; a wide one scrolls.

    >>> print(text_table(pd.DataFrame({"says": ["pain fell"]}, index=["walsh"])))
                says
    walsh  pain fell
    """
    rows = [[str(name), *map(_as_text, row)] for name, row in zip(data.index, data.to_numpy())]
    shown = table([str(data.index.name or ""), *map(str, data.columns)], rows)
    return HtmlPage(element("div", shown, style="overflow-x: auto"), data.to_string())


def _as_text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
