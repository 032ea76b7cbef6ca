"""The passages as a learner reads them: numbered paragraphs, in our own words, with every figure exact."""

from __future__ import annotations

import re

from appraise.errors import RecordError
from appraise.markup import HtmlPage, Markup, element, escape
from appraise.sources.tables import passages, sources

_PARAGRAPH = re.compile(r"\[(\d+)\] (.*)")
_NAMED = re.compile(r"(\w+) (\w+)((?: \d+(?:, ?\d+)*)?)")
_ADDRESS = re.compile(r"https?://[^\s,;)]*[^\s,;).]")
OPEN_AT_FIRST = 2
"""How many of the passages side by side stand open; the others are opened by who needs them."""
_SCROLLS = "max-height: 26em; overflow-y: auto"
_TWO_WIDE = "display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26em, 100%), 1fr)); gap: 0 2em"


class PassageView:
    """A passage, or some of its paragraphs; shown as a numbered list.

    >>> print(read("painscience", "abstract", 4))
    The abstract, as reprinted (painscience, abstract)
    [4] ...
    """

    def __init__(self, head: str, paragraphs: list[tuple[int, str]], address: str = "") -> None:
        self.head, self.paragraphs, self.address = head, paragraphs, address

    def __repr__(self) -> str:
        return "\n".join([self.head, *(f"[{n}] {text}" for n, text in self.paragraphs)])

    def _repr_html_(self) -> str:
        head = element("p", element("strong", self.head))
        return element("div", head, self.listed(), self.original(), style="max-width: 46em")

    def listed(self) -> Markup:
        """The paragraphs as a numbered list; an address in them is a link."""
        return element("ol", *(element("li", with_links(text), value=str(n)) for n, text in self.paragraphs))

    def original(self) -> Markup:
        """A line that leads from what is retold to the page itself; empty where its address is not known."""
        if not _ADDRESS.fullmatch(self.address):
            return Markup("")
        link = element("a", "the page itself", href=self.address, style="text-decoration: underline")
        return element("p", "Retold; here is ", link, ".")


def with_links(text: str) -> Markup:
    """A text as HTML, with a link for each web address in it.

    >>> with_links("At https://doi.org/10. Then <it>.")
    Markup('At <a href="https://doi.org/10">https://doi.org/10</a>. Then &lt;it&gt;.')
    """
    shown, at = Markup(""), 0
    for result in _ADDRESS.finditer(text):
        shown += escape(text[at : result.start()]) + element("a", result[0], href=result[0])
        at = result.end()
    return shown + escape(text[at:])


def read(source: str, passage: str, *paragraphs: int) -> PassageView:
    """Show a passage, or only the paragraphs named.

    Parameters
    ----------
    source, passage : str
        As in `passages()`, for instance "walsh", "post".
    *paragraphs : int
        Numbers of paragraphs; all where none is given.

    Raises
    ------
    RecordError
        Where there is no such passage or paragraph.

    Examples
    --------
    >>> len(read("painscience", "abstract", 4, 5).paragraphs)
    2
    """
    table = passages()
    row = table[(table["source"] == source) & (table["passage"] == passage)]
    if row.empty:
        known = ", ".join(f"{s} {p}" for s, p in zip(table["source"], table["passage"]))
        raise RecordError("seeds/", f"{source} {passage}", f"expected one of the passages: {known}")
    texts = {int(n): says for n, says in _PARAGRAPH.findall(row["text"].item())}
    missing = [n for n in paragraphs if n not in texts]
    if missing:
        expected = f"expected paragraphs from 1 to {len(texts)}, not {missing[0]}"
        raise RecordError("seeds/", f"{source} {passage}", expected)
    head = f"{row['title'].item()} ({source}, {passage})"
    address = sources().loc[source, "address"]
    return PassageView(head, [(n, texts[n]) for n in (paragraphs or texts)], str(address))


def read_place(place: str) -> PassageView:
    """A passage, whole ("walsh post") or some of its paragraphs ("walsh post 4, 5").

    Raises RecordError where there is no such passage or paragraph.

    >>> [n for n, _ in read_place("walsh post 4, 5").paragraphs]
    [4, 5]
    """
    named = _NAMED.fullmatch(place)
    if not named:
        raise RecordError("seeds/", place, 'expected a source and a passage, such as "walsh post" or "walsh post 3, 4"')
    return read(named[1], named[2], *map(int, re.findall(r"\d+", named[3])))


def read_beside(*names: str) -> HtmlPage:
    """Show the passages that a lesson needs, two at a time side by side on a wide screen.

    The first two are open; each is opened and folded away by a click.

    Parameters
    ----------
    *names : str
        A source and its passage, such as "walsh post"; "walsh post 3, 4" shows only these paragraphs.

    Raises
    ------
    RecordError
        Where a name is no passage, or a paragraph is not there.

    Examples
    --------
    >>> print(read_beside("painscience abstract 4", "walsh post 7"))
    The abstract, as reprinted (painscience, abstract)
    [4] ...
    <BLANKLINE>
    The blog post (walsh, post)
    [7] ...
    """
    views = [read_place(name) for name in names]
    scrolls = {"style": _SCROLLS, "tabindex": "0", "role": "region"}
    folded = [
        element(
            "details",
            element("summary", element("strong", view.head), style="padding: 4px 0"),
            element("div", view.listed(), view.original(), **scrolls, aria_label=view.head),
            **({"open": ""} if n < OPEN_AT_FIRST else {}),
        )
        for n, view in enumerate(views)
    ]
    return HtmlPage(element("div", *folded, style=_TWO_WIDE), "\n\n".join(map(repr, views)))
