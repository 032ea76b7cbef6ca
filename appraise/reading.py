"""The passages as a learner reads them: numbered paragraphs, in our own words, with every figure exact."""

from __future__ import annotations

import html
import re

from appraise.records import RecordError, passages

_PARAGRAPH = re.compile(r"\[(\d+)\] (.*)")


class Reading:
    """A passage, or some of its paragraphs; shown as a numbered list.

    >>> print(read("painscience", "abstract", 4))
    The abstract, as reprinted (painscience, abstract)
    [4] ...
    """

    def __init__(self, head: str, paragraphs: list[tuple[int, str]]) -> None:
        self.head, self.paragraphs = head, paragraphs

    def __repr__(self) -> str:
        return "\n".join([self.head, *(f"[{n}] {says}" for n, says in self.paragraphs)])

    def _repr_html_(self) -> str:
        items = "".join(f'<li value="{n}">{html.escape(says)}</li>' for n, says in self.paragraphs)
        return f'<div style="max-width: 46em"><p><strong>{html.escape(self.head)}</strong></p><ol>{items}</ol></div>'


def read(source: str, passage: str, *paragraphs: int) -> Reading:
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
    found = {int(n): says for n, says in _PARAGRAPH.findall(row["text"].item())}
    missing = [n for n in paragraphs if n not in found]
    if missing:
        expected = f"expected paragraphs from 1 to {len(found)}, not {missing[0]}"
        raise RecordError("seeds/", f"{source} {passage}", expected)
    head = f"{row['title'].item()} ({source}, {passage})"
    return Reading(head, [(n, found[n]) for n in (paragraphs or found)])
