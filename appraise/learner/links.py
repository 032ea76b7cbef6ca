"""Links to headings of the notebook in which they are shown."""

from __future__ import annotations

from appraise.markup import Markup, element, escape


def heading_link(heading: str, words: str) -> Markup:
    """A link to a heading of the same notebook; words alone where JupyterLab would not find it.

    Browsers write some characters of an address in percent signs, and JupyterLab does not read them back.

    >>> print(heading_link("Look: what?", "look"), heading_link("Exercise · One", "one"))
    <a href="#Look:-what?" style="text-decoration: underline">look</a> one
    """
    anchor = heading.replace(" ", "-")
    if not anchor or not anchor.isascii() or set(anchor) & set('"<>`%'):
        return escape(words)
    # JupyterLab tells a link by its colour alone
    return element("a", words, href=f"#{anchor}", style="text-decoration: underline")
