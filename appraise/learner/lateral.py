"""Lesson 10: an invented page, and the traces found when one leaves it. All of it lies in `assets/lateral.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from appraise.errors import RecordError
from appraise.files import ASSETS, StrictModel, read_yaml
from appraise.markup import HtmlPage, element

_Text = Annotated[str, Field(min_length=1)]
_BOX = "border: 1px solid #8a8f98; border-radius: 6px; padding: 4px 14px; margin: 6px 0; max-width: 46em"


class InventedPage(StrictModel):
    """The page that a reader starts from."""

    title: _Text
    address: _Text
    paragraphs: Annotated[tuple[_Text, ...], Field(min_length=1)]


class Trace(StrictModel):
    """One search: what was asked for, and what was found."""

    asked: _Text
    result: Annotated[tuple[_Text, ...], Field(min_length=1)]


class LateralReading(StrictModel):
    """`assets/lateral.yml`: a page, and the traces that it left elsewhere, by name."""

    page: InventedPage
    traces: Annotated[dict[str, Trace], Field(min_length=2)]


@cache
def load_lateral_reading(file: Path = ASSETS / "lateral.yml") -> LateralReading:
    """The page and its traces, checked. Raises RecordError, which names the file and the place in it.

    >>> list(load_lateral_reading().traces)
    ['author', 'domain', 'register', 'review']
    """
    return read_yaml(file, LateralReading, RecordError)


def invented_page() -> HtmlPage:
    """The invented page, with its address and numbered paragraphs.

    >>> print(invented_page())  # doctest: +ELLIPSIS
    Warm ginger wraps free stiff knees (https://kneeletter.example/ginger-wraps)
    [1] ...
    """
    known = load_lateral_reading().page
    lines = [f"{known.title} ({known.address})", *(f"[{n}] {p}" for n, p in enumerate(known.paragraphs, start=1))]
    items = element("ol", *(element("li", p) for p in known.paragraphs))
    head = element("p", element("strong", known.title), " · ", element("code", known.address))
    return HtmlPage(element("div", head, items, style=_BOX), "\n".join(lines))


def traces() -> HtmlPage:
    """What one finds when one leaves the page: each search opens with a press.

    >>> print(traces())  # doctest: +ELLIPSIS
    A search for the author's name
    - ...
    """
    known = load_lateral_reading().traces.values()
    lines = [line for trace in known for line in (trace.asked, *(f"- {result}" for result in trace.result))]
    shown = (
        element(
            "details",
            element("summary", trace.asked, style="padding: 4px 0; cursor: pointer"),
            element("ul", *(element("li", result) for result in trace.result)),
            style=_BOX,
        )
        for trace in known
    )
    return HtmlPage(element("div", *shown), "\n".join(lines))
