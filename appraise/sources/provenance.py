"""Every figure and every quoted phrase of the records, looked up in the originals.

The originals are not part of the course (only figures, facts and short quotations are). Whoever has them can check
that each stored text is the one that was coded, and that what is printed stands in the lines that a record names.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from appraise.errors import RecordError
from appraise.sources.loading import load
from appraise.sources.models import Passage, Seeds, Source
from appraise.sources.rules import line_numbers, quoted_phrases, stands_in, text_figures

GAP = "…"  # shows, at an end of a quotation, that words of a title are left out there
_TITLE = re.compile(r"\b(?:title[ds]?|entitled|head(?:ing|line)s?|headed)\b[^“”.;]*“([^”]+)”", re.I)
# before a title stands nothing, a bracket or a year such as "(1998). "; after it nothing, a bracket, a stop or a dash
_OPENS = re.compile(r"(?:^|[\[“\"]|\)\.\s)[^\w“”\"]*$")
_CLOSES = re.compile(r"[^\w]*$|[?!]*(?:[\]”\"]|\.\s|\s+[-–—]\s|\s*\*\*)")


def quoted_titles(text: str) -> list[str]:
    """The quotations that a text marks as a title or heading, in order.

    >>> quoted_titles("Its title is “Magnesium for Pain Relief”. It “works”; a link titled “For … Pain …” follows.")
    ['Magnesium for Pain Relief', 'For … Pain …']
    """
    return [match[1] for match in _TITLE.finditer(" ".join(text.split()))]


def cuts_title(quoted: str, lines: list[str]) -> bool:
    """Whether a quotation leaves words of a title out at one of its ends and does not show the gap with "…".

    >>> there = ["Koinig, H. (1998). Magnesium sulfate reduces intra- and postoperative requirements. Anesthesia, 87"]
    >>> cuts_title("postoperative requirements", there), cuts_title("… postoperative requirements", there)
    (True, False)
    >>> cuts_title("Magnesium sulfate reduces intra- and postoperative requirements", there)
    False
    """
    phrase = quoted.strip(f"{GAP} ")
    for line in lines:
        for result in re.finditer(re.escape(phrase), line):
            begins = quoted.startswith(GAP) or _OPENS.search(line[: result.start()])
            ends = quoted.endswith(GAP) or _CLOSES.match(line[result.end() :])
            if begins and ends:
                return False
    return True


@dataclass(frozen=True)
class Problem:
    """One thing that does not stand where the record says.

    >>> print(Problem("walsh", "post", "pain-mg-p", "'0.043' does not stand in lines 17-19"))
    walsh, post, pain-mg-p: '0.043' does not stand in lines 17-19
    """

    source: str
    passage: str
    item: str
    message: str

    def __str__(self) -> str:
        return f"{', '.join(part for part in (self.source, self.passage, self.item) if part)}: {self.message}"


@dataclass
class Report:
    """What was looked up, and what was not found."""

    problems: list[Problem] = field(default_factory=list)
    figures: int = 0
    phrases: int = 0
    sources: int = 0


@dataclass(frozen=True)
class _Lookup:
    """A text that must stand in some lines: whole (`phrase`), or only its figures."""

    item: str
    text: str
    lines: str
    phrase: bool


def _lookups(passage: Passage) -> Iterator[_Lookup]:
    """Everything in a passage that claims to be in the original."""
    place = [paragraph.lines for paragraph in passage.text]

    def lines(paragraphs: tuple[int, ...]) -> str:
        return ", ".join(dict.fromkeys(place[n - 1] for n in paragraphs))

    for n, paragraph in enumerate(passage.text, 1):
        yield _Lookup(f"text [{n}]", paragraph.says, paragraph.lines, phrase=False)
        for quoted in quoted_phrases(paragraph.says):
            yield _Lookup(f"text [{n}]", quoted.strip(f"{GAP} "), paragraph.lines, phrase=True)
    for name, cell in passage.items.items():
        for text in (*cell.printed, *([cell.within] if cell.within else [])):
            yield _Lookup(name, text, lines(cell.place), phrase=True)
        for value in cell.value if isinstance(cell.value, tuple) else (cell.value,):
            if isinstance(value, str):
                yield _Lookup(name, value, lines(cell.place), phrase=False)
    for claim in passage.claims:
        yield _Lookup(claim.id, claim.paraphrase, lines(claim.place), phrase=False)
        if claim.quote:
            yield _Lookup(claim.id, claim.quote, lines(claim.place), phrase=True)


def _check_source(source: Source, original: Path, report: Report) -> None:
    def problem(passage: str, item: str, message: str) -> None:
        report.problems.append(Problem(source.id, passage, item, message))

    if not original.is_file():
        problem("", "original", f"expected the stored text {original.name} in the folder of originals")
        return
    raw = original.read_bytes()
    actual = hashlib.sha256(raw).hexdigest()
    if actual != source.original.sha256:
        problem("", "original", f"{original.name} has SHA-256 {actual}, the record {source.original.sha256}")
        return
    text = raw.decode("utf-8").split("\n")
    report.sources += 1
    for name, stated in (("title", source.title), *(("dates", date.stated) for date in source.dates)):
        report.phrases += 1
        if not stands_in(stated, "\n".join(text)):
            problem("", name, f"{stated!r} does not stand in {original.name}")
    for passage in source.passages:
        for n, paragraph in enumerate(passage.text, 1):
            there_lines = [text[number - 1] for number in sorted(line_numbers(paragraph.lines)) if number <= len(text)]
            for quoted in quoted_titles(paragraph.says):
                if cuts_title(quoted, there_lines):
                    wanted = "expected all of it, or … at the cut"
                    problem(passage.id, f"text [{n}]", f"{quoted!r} is part of a title: {wanted}")
        for look in _lookups(passage):
            numbers = sorted(line_numbers(look.lines))
            where = f"lines {look.lines} of {original.name}"
            if numbers[-1] > len(text):
                problem(passage.id, look.item, f"{where}: the text ends at line {len(text)}")
                continue
            there = "\n".join(text[n - 1] for n in numbers)
            figures = text_figures(look.text)
            report.figures += len(figures)
            report.phrases += look.phrase
            if look.phrase and not stands_in(look.text, there):
                problem(passage.id, look.item, f"{look.text!r} does not stand in {where}")
                continue
            known = set(text_figures(there))
            for figure in figures:
                if figure not in known:
                    problem(passage.id, look.item, f"the figure {figure} does not stand in {where}")


def examine(folder: Path | str, seeds: Seeds | None = None) -> Report:
    """Look up all records (those given, else the course's own) in the folder of originals.

    Counts the figures and phrases that were looked up; `sources` counts the originals that are the ones coded.
    """
    report = Report()
    for source in (seeds or load()).records.values():
        _check_source(source, Path(folder) / source.original.file, report)
    return report


def check(folder: Path | str, seeds: Seeds | None = None) -> list[Problem]:
    """What does not stand in the originals as the records say; empty when all is well."""
    return examine(folder, seeds).problems


def main(folder: Path) -> int:
    """Print one line a problem and a closing count; 0 when all is well, 1 otherwise."""
    if not Path(folder).is_dir():
        print(f"{folder}: expected the folder of originals", file=sys.stderr)
        return 1
    try:
        report = examine(folder)
    except RecordError as error:
        print(error, file=sys.stderr)
        return 1
    for problem in report.problems:
        print(problem, file=sys.stderr)
    print(f"{report.figures} figures and {report.phrases} phrases checked in {report.sources} sources")
    return 1 if report.problems else 0
