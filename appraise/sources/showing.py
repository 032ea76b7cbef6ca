"""What a lesson shows beside the passages: facts from outside the five sources, and tables of text."""

from __future__ import annotations

import pandas as pd

from appraise.errors import RecordError
from appraise.markup import HtmlPage, element, table
from appraise.sources.reader import read_place
from appraise.sources.tables import documents, outside


def paragraph_words(*places: str) -> dict[str, str]:
    """The words of single paragraphs, each after its place: "walsh post 7" to "walsh post 7: …".

    Raises RecordError where there is no such paragraph.

    >>> paragraph_words("walsh post 7")["walsh post 7"].startswith("walsh post 7: ")
    True
    """
    return {place: f"{place}: " + " ".join(text for _, text in read_place(place).paragraphs) for place in places}


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
