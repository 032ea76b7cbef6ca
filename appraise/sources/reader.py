"""The passages as a learner reads them: numbered paragraphs, in our own words, with every figure exact."""

from __future__ import annotations

import re

from appraise.errors import RecordError
from appraise.markup import element
from appraise.sources.tables import passages

_PARAGRAPH = re.compile(r"\[(\d+)\] (.*)")


class PassageView:
    """A passage, or some of its paragraphs; shown as a numbered list.

    >>> print(read("painscience", "abstract", 4))
    The abstract, as reprinted (painscience, abstract)
    [4] ...
    """

    def __init__(self, head: str, paragraphs: list[tuple[int, str]]) -> None:
        self.head, self.paragraphs = head, paragraphs

    def __repr__(self) -> str:
        return "\n".join([self.head, *(f"[{n}] {text}" for n, text in self.paragraphs)])

    def _repr_html_(self) -> str:
        items = (element("li", text, value=str(n)) for n, text in self.paragraphs)
        head = element("p", element("strong", self.head))
        return element("div", head, element("ol", *items), style="max-width: 46em")


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
    return PassageView(head, [(n, texts[n]) for n in (paragraphs or texts)])
