"""Rules over records that one model cannot see: places that exist, quotations that stand in the text, ids once."""

from __future__ import annotations

import re

from appraise.files import YamlFile, YamlPath
from appraise.sources.models import MAX_QUOTED_WORDS, Cell, Frame, Item, Passage, Seeds

FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
QUOTED = re.compile("“([^”]*)”")


def line_numbers(lines: str) -> frozenset[int]:
    """The line numbers meant by a text like "95-111, 329".

    >>> sorted(line_numbers("3-5, 9"))
    [3, 4, 5, 9]
    """
    numbers: set[int] = set()
    for part in lines.split(", "):
        first, _, last = part.partition("-")
        numbers.update(range(int(first), int(last or first) + 1))
    return frozenset(numbers)


_SAME_SIGNS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_MARKUP = re.compile(r"</?\w[^<>]*>|\*\*")  # tags and bold marks of a stored page


def _without_markup(text: str) -> str:
    return " ".join(_MARKUP.sub("", text).translate(_SAME_SIGNS).split())


def stands_in(phrase: str, text: str) -> bool:
    """Whether the phrase stands in the text as it is: whole words, whole figures; spaces, quotes and markup aside.

    >>> stands_in("4.7 (1.8)", "compared  with 4.7 (1.8)"), stands_in("4.7", "14.7 or 4.75"), stands_in("ran", "trans")
    (True, False, False)
    """
    phrase, text = _without_markup(phrase), _without_markup(text)
    before = r"(?<!\w)(?<!\d[.,])" if phrase[:1].isalnum() else ""
    after = r"(?!\w)(?![.,]\d)" if phrase[-1:].isalnum() else ""
    return re.search(before + re.escape(phrase) + after, text) is not None


def single_figure(printed: str) -> float | None:
    """The one figure in a printed value, or None where it holds none or several.

    >>> single_figure("≥ 12"), single_figure("7.5 (2.2)"), single_figure("50,000 IU"), single_figure("two weeks")
    (12.0, None, 50000.0, None)
    """
    figures = FIGURE.findall(printed)
    return float(figures[0].replace(",", "")) if len(figures) == 1 else None


def check_once(file: YamlFile, ids: list[tuple[str, YamlPath]], what: str) -> None:
    seen: set[str] = set()
    for name, path in ids:
        if name in seen:
            raise file.error(path, f"expected each {what} once, {name!r} stands twice")
        seen.add(name)


def check_frame(file: YamlFile, frame: Frame) -> None:
    check_once(file, [(item.id, ("items", i)) for i, item in enumerate(frame.items)], "item")
    check_once(file, [(step.id, ("strengths", i)) for i, step in enumerate(frame.strengths)], "strength")
    known = {item.id for item in frame.items}
    for i, item in enumerate(frame.items):
        if (item.type == "choice") != bool(item.choices):
            raise file.error(("items", i, "choices"), "expected choices for an item of type choice, and for no other")
        if item.number and (item.type != "number" or item.number.measured_by not in known):
            raise file.error(("items", i, "number"), "expected type number, and measured_by an item of the frame")


def _check_cell(file: YamlFile, path: YamlPath, cell: Cell, item: Item, passage: Passage) -> None:
    if not cell.printed and cell.value is None:
        raise file.error(path, "expected printed or value")
    if not item.reference:
        for phrase in (*cell.printed, *([cell.within] if cell.within else [])):
            if len(phrase.split()) > MAX_QUOTED_WORDS:
                raise file.error(
                    (*path, "printed"), f"expected at most {MAX_QUOTED_WORDS} quoted words, found {phrase!r}"
                )
    if max(cell.place) > len(passage.text):
        raise file.error((*path, "place"), f"expected a paragraph from 1 to {len(passage.text)}")
    shown = "\n".join(passage.text[n - 1].says for n in cell.place)
    for phrase in cell.printed:
        if not stands_in(phrase, shown):  # learners extract from our text, so it must hold what is coded
            raise file.error((*path, "printed"), f"expected words of the paragraphs named in place, found {phrase!r}")
    if item.type == "number":
        figure = single_figure(cell.printed[0]) if len(cell.printed) == 1 else None
        if cell.value is None and figure is None:
            raise file.error(path, "expected one printed figure, or value where it is printed in words")
        if cell.value is not None and (not isinstance(cell.value, int | float) or figure not in (None, cell.value)):
            raise file.error((*path, "value"), f"expected the number that is printed, found {cell.value!r}")
        if item.number and (cell.within is None or not stands_in(cell.printed[0], cell.within)):
            raise file.error((*path, "within"), "expected the words around the figure, the figure included")
    elif isinstance(cell.value, int | float):
        raise file.error((*path, "value"), "expected words, in quotes where they are figures")
    options = item.choices or (("yes", "no") if item.type == "yes-no" else ())
    if options and cell.value not in options:
        raise file.error((*path, "value"), f"expected one of {', '.join(options)}")
    if item.subject == "trial" and (cell.about == "trial") != (passage.tells_trial == "yes"):
        raise file.error((*path, "about"), "expected `about` exactly where the passage does not tell the trial")


def check_passage(file: YamlFile, path: YamlPath, passage: Passage, seeds: Seeds) -> None:
    items = seeds.frame
    for n, name in enumerate(passage.not_reported):
        if name not in items:
            raise file.error((*path, "not_reported", n), f"expected an item of the frame, found {name!r}")
        if name in passage.items:
            raise file.error((*path, "items", name), "expected a cell or not_reported, found both")
    check_once(file, [(x, (*path, "not_reported", n)) for n, x in enumerate(passage.not_reported)], "item")
    for name, cell in passage.items.items():
        if name not in items:
            raise file.error((*path, "items", name), f"expected an item of the frame, found {name!r}")
        _check_cell(file, (*path, "items", name), cell, items[name], passage)
    missing = [name for name in items if name not in passage.items and name not in passage.not_reported]
    if missing:
        raise file.error((*path, "not_reported"), f"expected a cell or not_reported for: {', '.join(missing)}")
    for n, paragraph in enumerate(passage.text):
        if not line_numbers(paragraph.lines) <= line_numbers(passage.lines):
            raise file.error((*path, "text", n, "lines"), f"expected lines of the passage ({passage.lines})")
        for phrase in QUOTED.findall(paragraph.says):
            if len(phrase.split()) > MAX_QUOTED_WORDS:
                raise file.error(
                    (*path, "text", n), f"expected at most {MAX_QUOTED_WORDS} quoted words, found {phrase!r}"
                )
    for n, document in enumerate(passage.path):
        if document not in seeds.documents:
            raise file.error(
                (*path, "path", n), f"expected a document of documents.yml or of this record, found {document!r}"
            )
    if passage.path and seeds.documents[passage.path[-1]].kind != "trial report":
        raise file.error((*path, "path"), "expected the path to end at the trial report")
    if bool(passage.path) != (passage.tells_trial in ("yes", "through a review")):
        raise file.error((*path, "path"), "expected a path exactly where tells_trial is yes or through a review")
    for n, claim in enumerate(passage.claims):
        if claim.strength not in seeds.strengths:
            raise file.error((*path, "claims", n, "strength"), f"expected one of {', '.join(seeds.strengths)}")
        if claim.quote and len(claim.quote.split()) > MAX_QUOTED_WORDS:
            raise file.error((*path, "claims", n, "quote"), f"expected at most {MAX_QUOTED_WORDS} quoted words")
        if max(claim.place) > len(passage.text):
            raise file.error((*path, "claims", n, "place"), f"expected a paragraph from 1 to {len(passage.text)}")


def text_figures(text: str) -> list[str]:
    """The figures of a text, as printed.

    >>> text_figures("7.5 (2.2) → 4.7 at 6 months; 50,000 IU")
    ['7.5', '2.2', '4.7', '6', '50,000']
    """
    return FIGURE.findall(text)


def quoted_phrases(text: str) -> list[str]:
    """The phrases between “ and ”.

    >>> quoted_phrases("It calls the result “clearly positive” and “unreplicated”.")
    ['clearly positive', 'unreplicated']
    """
    return QUOTED.findall(text)
