"""The invented texts of this folder with their labels: read, checked, and without the braces.

`texts/README.md` says how they are written.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "texts"
_LABEL = re.compile(r"\{([^{}|]+)\|([^{}|]+)(?:\|([^{}|]+))?\}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Label(NamedTuple):
    """One figure as its labeller reads it: where it stands, its numbers, its unit, and what became of it.

    `status` is "printed", "rounded", "changed", "absent", or "" outside the passage; `counterpart` holds the numbers of
    the abstract's figure behind a rounded or changed one.
    """

    surface: str
    start: int
    end: int
    values: tuple[Decimal, ...]
    unit: str
    status: str
    counterpart: tuple[Decimal, ...]


class Text(NamedTuple):
    """A text without braces, its labels in order, and the spans of its marked paragraphs."""

    name: str
    text: str
    labels: tuple[Label, ...]
    passage: tuple[tuple[int, int], ...]

    def marked(self) -> str:
        """The passage that speaks of the study, paragraphs joined by an empty line."""
        return "\n\n".join(self.text[a:b] for a, b in self.passage)


def _values(stated: str) -> tuple[tuple[Decimal, ...], str]:
    """The numbers of a label and its unit: "12/40 person" gives (12, 40) and "person"."""
    head, _, unit = stated.partition(" ")
    if head.startswith("p"):
        head, unit = re.sub(r"^p[<=>]", "", head), "p"
    numbers = tuple(Decimal(n) for n in re.split(r"\.\.|/|:", head))
    return numbers, unit


def _status(mark: str | None) -> tuple[str, tuple[Decimal, ...]]:
    if not mark:
        return "", ()
    kind = {"=": "printed", "~": "rounded", ">": "changed", "-": "absent"}[mark[0]]
    return kind, _values(mark[1:])[0] if kind in ("rounded", "changed") else ()


def load(name: str) -> Text:
    """One text by its name, such as "page-01". Raises ValueError for a label that its surface contradicts."""
    raw = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").strip()
    text, labels, passage, at = "", [], [], 0
    for paragraph in raw.split("\n\n"):
        begun = len(text) + (2 if text else 0)
        text += "\n\n" if text else ""
        marked = paragraph.startswith(">> ")
        body, at = paragraph.removeprefix(">> "), 0
        for match in _LABEL.finditer(body):
            text += body[at : match.start()]
            values, unit = _values(match[2])
            status, counterpart = _status(match[3])
            if bool(status) != marked:
                raise ValueError(f"{name}: {match[0]}: a status stands in the passage, and only there")
            labels.append(Label(match[1], len(text), len(text) + len(match[1]), values, unit, status, counterpart))
            text, at = text + match[1], match.end()
        text += body[at:]
        if marked:
            passage.append((begun, len(text)))
    if "{" in text or "}" in text:
        raise ValueError(f"{name}: a brace is left over near {text[max(0, text.find('{') - 20) :][:60]!r}")
    return Text(name, text, tuple(labels), tuple(passage))


def abstracts() -> list[Text]:
    """The fifteen abstracts."""
    return [load(p.stem) for p in sorted(FOLDER.glob("abstract-*.txt"))]


def pages() -> list[Text]:
    """The twelve pages."""
    return [load(p.stem) for p in sorted(FOLDER.glob("page-*.txt"))]


def misfits() -> list[str]:
    """Labels that cannot be right: a plain surface with another value, or a counterpart the abstract does not hold."""
    wrong = []
    for text in [*abstracts(), *pages()]:
        for label in text.labels:
            plain = _NUMBER.fullmatch(label.surface.replace("−", "-"))
            if plain and abs(Decimal(plain[0])) != abs(label.values[0]):
                wrong.append(f"{text.name}: {label.surface} is labelled {label.values}")
        if not text.passage:
            continue
        printed = [f.values for f in load(text.name.replace("page", "abstract")).labels]
        ratios = {Fraction(v[0]) / Fraction(v[1]) for v in printed if len(v) == 2 and v[1]}
        singles = {abs(n) for v in printed for n in v}
        for label in text.labels:
            wanted = label.counterpart or (label.values if label.status == "printed" else ())
            fits = all(abs(n) in singles for n in wanted)
            if not fits and not (len(wanted) == 2 and Fraction(wanted[0]) / Fraction(wanted[1]) in ratios):
                wrong.append(f"{text.name}: {label.surface} {label.status} {wanted}")
    return wrong
