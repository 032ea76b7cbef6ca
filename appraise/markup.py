"""Tables, boxes and pages as HTML. Text is escaped here and nowhere else; what is HTML already is a `Markup`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    import pandas as pd

_CELL = "text-align: left; vertical-align: top; white-space: normal"


class HtmlPage:
    """Something for people to read: HTML in a notebook, plain text in a terminal.

    >>> print(HtmlPage(Markup("<p>Three of five.</p>"), "Three of five."))
    Three of five.
    """

    def __init__(self, shown: str, text: str) -> None:
        self.html, self.text = shown, text

    def _repr_html_(self) -> str:
        return str(self.html)

    def __repr__(self) -> str:
        return self.text


def element(tag: str, *content: str, **attributes: str) -> Markup:
    """An element; names of attributes are written with an underscore for a hyphen, and one at the end is dropped.

    >>> element("p", "2 < 3", class_="note")
    Markup('<p class="note">2 &lt; 3</p>')
    """
    pairs = "".join(f' {escape(name.rstrip("_").replace("_", "-"))}="{escape(v)}"' for name, v in attributes.items())
    return Markup(f"<{tag}{pairs}>") + Markup("").join(content) + Markup(f"</{tag}>")


def inline(text: str) -> Markup:
    """Plain text with `code` and *emphasis* as HTML.

    >>> inline("`x` is *not* <b>")
    Markup('<code>x</code> is <em>not</em> &lt;b&gt;')
    """
    shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"\*([^*\s][^*]*)\*", r"<em>\1</em>", shown))


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "", css_class: str = "", narrow: int = 0
) -> Markup:
    """A table whose heads say what they head; the first cell of a row is its head.

    Parameters
    ----------
    columns, rows : sequences of str or Markup
        Text is escaped, a Markup is taken as it is.
    caption : str
        Shown above the table in bold.
    narrow : int
        How many columns after the first keep their text on one line.

    Examples
    --------
    >>> shown = table(["item", "says"], [["dose", "1 < 2"]])
    >>> shown.count("<td"), "1 &lt; 2" in shown
    (1, True)
    """
    style = {n: f"{_CELL}; white-space: nowrap" if 0 < n <= narrow else _CELL for n in range(len(columns))}
    head = Markup("").join(element("th", column, scope="col", style=_CELL) for column in columns)
    body = [
        element("th", row[0], scope="row", style=_CELL)
        + Markup("").join(element("td", cell, style=style[n]) for n, cell in enumerate(row[1:], start=1))
        for row in rows
    ]
    above = element("caption", caption, style=f"{_CELL}; caption-side: top; font-weight: bold") if caption else ""
    attributes = {"class_": css_class} if css_class else {}
    lines = element("tbody", *(element("tr", line) for line in body))
    return element("table", above, element("thead", element("tr", head)), lines, **attributes)


def data_table(data: pd.DataFrame, **options: Any) -> Markup:
    """A DataFrame as a table whose heads say what they head; `options` go to `DataFrame.to_html`."""
    shown = data.to_html(**{"border": 0, "justify": "left", **options}).replace("<th>", '<th scope="col">')
    head, body = shown.split("<tbody>", 1)
    return Markup(head + "<tbody>" + body.replace('scope="col"', 'scope="row"'))


def text_table(data: pd.DataFrame) -> HtmlPage:
    """A table of texts to read: all of each text, left-aligned; a wide table scrolls instead of running off the page.

    >>> import pandas as pd
    >>> shown = text_table(pd.DataFrame({"says": ["less pain"]}, index=["walsh"]))
    >>> shown.html.count("text-align: left"), "&lt;" in shown.html, "less pain" in repr(shown)
    (5, False, True)
    """
    import pandas as pd

    with pd.option_context("display.max_colwidth", None):
        shown = (
            str(data_table(data, render_links=True))
            .replace("<td>", f'<td style="{_CELL}; overflow-wrap: anywhere; min-width: 5em">')
            .replace("<th ", f'<th style="{_CELL}" ')
        )
    return HtmlPage(element("div", Markup(shown), style="overflow-x: auto"), data.to_string())


def sign(shown: str, words: str) -> Markup:
    """A sign that eyes see, and the words that are read aloud.

    >>> sign("✓", "right")
    Markup('<span aria-hidden="true">✓</span> right')
    """
    return element("span", shown, aria_hidden="true") + Markup(" ") + escape(words)


def page(title: str, body: str, style: str) -> str:
    """A whole page that loads nothing from outside."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body><main>{body}</main></body></html>\n'


__all__ = ["HtmlPage", "Markup", "data_table", "element", "escape", "inline", "page", "sign", "table", "text_table"]
