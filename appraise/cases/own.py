"""A teacher's own case: one Markdown file with an abstract, tellings, and a mark and a reason behind each sentence.

The form is that of `assets/cases/starter.md`. `read_own_case` gives the same two records as a generated case;
`find_problems` says, with line numbers, what is missing or what nobody could decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, cast

from appraise.cases.labels import KINDS, STEPS, Kind, Step
from appraise.cases.public import CaseKey, CaseText, MarkKey, Paragraph, TellingText
from appraise.errors import CaseFileError

LARGEST = 12
"""Sentences of a case, so that half an hour is enough for it."""
_SENTENCE = re.compile(r"\d+\.\s+(.*\S)\s*$")
_DETAIL = re.compile(r"\s+[-*]\s*(\w+)\s*:\s*(.*?)\s*$")
_CHOICE = re.compile(r"[-*]\s*\[([ xX])\]\s*(.*\S)\s*$")
_FIGURE = re.compile(r"(?<![\w.])[−-]?\d+(?:[.,]\d+)*")
_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"")
_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_NUMBERS = {word: str(i) for i, word in enumerate(_WORDS, 1)}


class Problem(NamedTuple):
    """What is missing or undecidable: the line in the file, and a sentence that says what was expected."""

    line: int
    message: str


@dataclass
class OwnSentence:
    """A numbered sentence with what stands below it."""

    line: int
    text: str
    details: dict[str, tuple[int, str]] = field(default_factory=dict)


@dataclass
class OwnTelling:
    """A telling: what kind of text it is, its heading, and its sentences."""

    line: int
    kind: str
    heading: str = ""
    sentences: list[OwnSentence] = field(default_factory=list)


@dataclass
class OwnCase:
    """The parts of a teacher's file, as they stand there."""

    title: str = ""
    abstract: list[str] = field(default_factory=list)
    abstract_line: int = 1
    tellings: list[OwnTelling] = field(default_factory=list)
    headlines: list[tuple[int, bool, str]] = field(default_factory=list)
    strays: list[Problem] = field(default_factory=list)


def parse_own_case(text: str) -> OwnCase:
    """The parts of a file. Lines that have no place are kept as problems; nothing is passed over in silence."""
    case, section = OwnCase(), ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("<!--") or not line.strip():
            continue
        if line.startswith("# "):
            case.title = line[2:].strip()
        elif line.startswith("## "):
            section = line[3:].strip()
            _open_section(case, section, number)
        else:
            _read_line(case, section, number, line)
    return case


def _open_section(case: OwnCase, section: str, number: int) -> None:
    kind, _, rest = section.partition(":")
    if section.lower() == "abstract":
        case.abstract_line = number
    elif kind.strip().lower() == "telling" and rest.strip():
        case.tellings.append(OwnTelling(number, rest.strip()))
    elif section.lower() != "headlines":
        case.strays.append(
            Problem(number, f"section {section!r}; expected “Abstract”, “Telling: press release” or “Headlines”")
        )


def _read_line(case: OwnCase, section: str, number: int, line: str) -> None:
    lower = section.lower()
    if lower == "abstract":
        case.abstract.append(line.strip())
    elif lower == "headlines" and (match := _CHOICE.match(line)):
        case.headlines.append((number, match[1] != " ", match[2]))
    elif lower.startswith("telling") and case.tellings:
        telling = case.tellings[-1]
        if line.startswith(">"):
            telling.heading = line[1:].strip()
        elif match := _SENTENCE.match(line):
            telling.sentences.append(OwnSentence(number, match[1]))
        elif telling.sentences and (match := _DETAIL.match(line)):
            _add_detail(case, telling.sentences[-1], number, match[1].lower(), match[2])
        else:
            case.strays.append(
                Problem(number, "expected “1. A sentence.”, or below it “   - mark: …” or “   - reason: …”")
            )
    else:
        case.strays.append(Problem(number, "this line belongs to no section; expected “## Abstract” before it"))


def _add_detail(case: OwnCase, sentence: OwnSentence, number: int, name: str, value: str) -> None:
    if name not in ("mark", "reason"):
        case.strays.append(Problem(number, f"{name!r} is not known; expected “mark” or “reason”"))
    elif name in sentence.details:
        case.strays.append(Problem(number, f"a second {name} for one sentence; expected one"))
    else:
        sentence.details[name] = (number, value)


def find_problems(text: str) -> list[Problem]:
    """All that stands in the way of issuing a file, by line; an empty list where it can be issued.

    >>> [problem.line for problem in find_problems("# A title")]
    [1, 1]
    """
    case = parse_own_case(text)
    problems = [*case.strays, *_check_frame(case)]
    abstract = " ".join(case.abstract)
    for telling in case.tellings:
        if not telling.sentences:
            problems.append(Problem(telling.line, "this telling has no sentences; expected “1. A sentence.”"))
        for sentence in telling.sentences:
            problems += _check_sentence(sentence, abstract)
    return sorted(set(problems))


def _check_frame(case: OwnCase) -> Iterator[Problem]:
    if not case.title:
        yield Problem(1, "no title; expected “# A title” at the start")
    if len(" ".join(case.abstract).split()) < 60:
        yield Problem(case.abstract_line, "the abstract has fewer than 60 words; expected it under “## Abstract”")
    if not case.tellings:
        yield Problem(1, "no telling; expected “## Telling: news item” with numbered sentences")
    sentences = [sentence for telling in case.tellings for sentence in telling.sentences]
    if len(sentences) > LARGEST:
        yield Problem(sentences[LARGEST].line, f"{len(sentences)} sentences; expected at most {LARGEST} in a case")
    seen: dict[str, int] = {}
    for sentence in sentences:
        if sentence.text in seen:
            yield Problem(sentence.line, f"the sentence of line {seen[sentence.text]} again; expected it once")
        seen.setdefault(sentence.text, sentence.line)
    marks = {sentence.details["mark"][1] for sentence in sentences if "mark" in sentence.details}
    if len(sentences) > 3 and len(marks) == 1:
        yield Problem(sentences[0].line, "every sentence has the same mark; expected at least two different ones")
    if case.headlines and (len(case.headlines) < 3 or sum(is_fair for _, is_fair, _ in case.headlines) != 1):
        yield Problem(case.headlines[0][0], "expected three headlines or more, and [x] before the one that is fair")


def read_mark(mark: str) -> tuple[Step, tuple[Kind, ...]]:
    """The first step and the kinds of a mark. Raises ValueError, which says what was expected.

    >>> read_mark("does not fit: figure or people")
    ('does not fit', ('figure', 'people'))
    """
    step, _, rest = (part.strip().lower() for part in mark.partition(":"))
    if step not in STEPS:
        raise ValueError(f"{mark!r} is no mark; expected one of {', '.join(STEPS)}")
    if step != "does not fit":
        if rest:
            raise ValueError(f"a sentence marked “{step}” has no kind; expected nothing after it")
        return cast(Step, step), ()
    if not rest:
        raise ValueError(f"no kind; expected “does not fit: ” and one of {', '.join(KINDS)}")
    kinds = _split_kinds(rest)
    if len(kinds) == 1 and kinds[0] not in KINDS and any(f"{k} and" in rest or f"{k}," in rest for k in KINDS):
        raise ValueError("two faults in one sentence; expected one. Where either can be defended, write “A or B”")
    if wrong := [kind for kind in kinds if kind not in KINDS]:
        raise ValueError(f"{wrong[0]!r} is no kind; expected one of {', '.join(KINDS)}")
    return "does not fit", cast(tuple[Kind, ...], tuple(kinds))


def _split_kinds(text: str) -> list[str]:
    """Kinds that are joined by "or"; two kinds have that word in their own names."""
    kinds: list[str] = []
    while text:
        known = next((kind for kind in KINDS if re.match(rf"{re.escape(kind)}(\s+or\s+|$)", text)), None)
        if known is None:
            return [*kinds, text]
        kinds.append(known)
        text = re.sub(r"^\s*or\s+", "", text[len(known) :]).strip()
    return kinds


def figures_of(text: str) -> set[str]:
    """The figures of a text, with small numbers in words counted too.

    >>> sorted(figures_of("Three of 44 people left, 1.2 points."))
    ['1.2', '3', '44']
    """
    figures = {figure.replace("−", "-").rstrip(".,") for figure in _FIGURE.findall(text)}
    return figures | {
        _NUMBERS[word] for word in re.findall(r"[a-z]+", text.lower()) if word in _NUMBERS and word != "one"
    }


def _check_sentence(sentence: OwnSentence, abstract: str) -> Iterator[Problem]:
    if "mark" not in sentence.details:
        yield Problem(sentence.line, "no mark; expected “   - mark: …” below the sentence")
        return
    mark_line, mark = sentence.details["mark"]
    line, reason = sentence.details.get("reason", (sentence.line, ""))
    if len(reason.split()) < 4:
        yield Problem(line, "no reason, or hardly one; expected “   - reason: …” with the abstract's own words in “ ”")
    quotes = [one or two for one, two in _QUOTED.findall(reason)]
    for quote in quotes:
        if _flat(quote) not in _flat(abstract):
            yield Problem(line, f"“{quote}” is not in the abstract; expected its own words, letter for letter")
    try:
        step, kinds = read_mark(mark)
    except ValueError as error:
        yield Problem(mark_line, str(error))
        return
    needs_quote = step == "fits" or not set(kinds) & {"added", "silence taken for a finding"}
    if step != "cannot tell" and needs_quote and reason and not quotes:
        yield Problem(line, "the reason quotes nothing; expected the abstract's own words in “ ”")
    nowhere = sorted(figures_of(sentence.text) - figures_of(abstract))
    if step == "fits" and (missing := [figure for figure in nowhere if figure not in figures_of(reason)]):
        yield Problem(
            sentence.line,
            f"{missing[0]} is nowhere in the abstract, and the sentence is marked “fits”; expected the "
            "reason to show how it is worked out",
        )
    if kinds and nowhere and not set(kinds) & {"figure", "added", "silence taken for a finding"}:
        can = [figure for figure in nowhere if figure not in figures_of(reason)]
        if can:
            yield Problem(
                sentence.line,
                f"{can[0]} is nowhere in the abstract, which is a second fault beside “{kinds[0]}”; "
                "expected one fault a sentence",
            )


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().strip(".").lower()


def read_own_case(path: Path, code: str = "OWN") -> tuple[CaseText, CaseKey]:
    """Text and key of a teacher's file. Raises CaseFileError with the first problem: file, line, what was expected."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CaseFileError(path, "", "expected a Markdown file in UTF-8; it cannot be read") from None
    if problems := find_problems(text):
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise CaseFileError(path.name, "", f"{problems[0].message}{more}", problems[0].line)
    case = parse_own_case(text)
    return _own_text(case, code), _own_key(case, code)


def _own_text(case: OwnCase, code: str) -> CaseText:
    return CaseText(
        code=code,
        title=case.title,
        abstract=tuple(_paragraph(line) for line in case.abstract),
        tellings=tuple(
            TellingText(
                kind=telling.kind,
                heading=telling.heading,
                lead="",
                sentences=tuple(sentence.text for sentence in telling.sentences),
            )
            for telling in case.tellings
        ),
        headlines=tuple(text for _, _, text in case.headlines),
    )


def _paragraph(line: str) -> Paragraph:
    section, colon, text = line.partition(":")
    if colon and len(section.split()) <= 2:
        return Paragraph(section=section.strip("* "), text=text.strip("* "))
    return Paragraph(section="", text=line)


def _own_key(case: OwnCase, code: str) -> CaseKey:
    def key(sentence: OwnSentence) -> MarkKey:
        step, kinds = read_mark(sentence.details["mark"][1])
        return MarkKey(step=step, kinds=kinds, reason=sentence.details["reason"][1])

    fair = [i for i, (_, is_fair, _) in enumerate(case.headlines) if is_fair]
    return CaseKey(
        code=code,
        marks=tuple(tuple(key(sentence) for sentence in telling.sentences) for telling in case.tellings),
        headline=fair[0] if fair else None,
        headline_faults=tuple(() if is_fair else ("what the abstract says",) for _, is_fair, _ in case.headlines),
    )
