"""Sheets for a room without computers: a question sheet for each case, and the keys apart, as HTML to print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from appraise.cases.labels import KINDS, STEPS
from appraise.cases.public import CaseKey, CaseText
from appraise.cases.tasks import CONCERNS, FATES, P_FITS
from appraise.cases.wordings import load_remarks

_STYLE = """
@page { size: A4; margin: 15mm }
body { font: 11pt/1.4 serif; max-width: 46em; margin: auto }
section { break-after: page }
table { border-collapse: collapse; width: 100% }
td, th { border: 1px solid #666; padding: .2em .4em; vertical-align: top; text-align: left }
td.mark { white-space: nowrap; width: 12em }
.line { border-bottom: 1px solid #666; height: 1.8em }
"""
_LETTERS = "ABCDEFGH"


Owners = Mapping[str, str]
_NOBODY: Owners = {}


def print_questions(texts: Iterable[CaseText], owners: Owners = _NOBODY) -> Iterator[str]:
    """A page of question sheets, in pieces, so that a class of any size needs little memory. No key is in it.

    With `owners` (code to student), the boxes to tick are left to the answer sheets of `print_answers`.
    """
    yield _open("Cases")
    for text in texts:
        yield f"<section>{''.join(_question_sheet(text, owners))}</section>\n"
    yield "</body></html>\n"


def print_answers(texts: Iterable[CaseText], owners: Owners = _NOBODY) -> Iterator[str]:
    """A page of answer sheets, in pieces: boxes and lines alone, to be collected while the questions stay."""
    yield _open("Answer sheets")
    for text in texts:
        yield f"<section>{''.join(_answer_sheet(text, owners))}</section>\n"
    yield "</body></html>\n"


def print_keys(keys: Iterable[CaseKey], owners: Owners = _NOBODY) -> Iterator[str]:
    """A page with the keys by code, in pieces."""
    yield _open("Keys to the cases")
    for key in keys:
        yield f"<section>{''.join(_key_sheet(key, owners))}</section>\n"
    yield "</body></html>\n"


def _name(code: str, owners: Owners) -> str:
    return escape(owners[code]) if code in owners and not owners[code].startswith("spare-") else "_" * 30


def _open(title: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>\n"
    )


def _question_sheet(text: CaseText, owners: Owners) -> Iterator[str]:
    yield f"<p>Code: <b>{escape(text.code)}</b> &nbsp; Name: {_name(text.code, owners)}</p>"
    yield f"<h1>{escape(text.title)}</h1>"
    for paragraph in text.abstract:
        section = f"<b>{escape(paragraph.section)}.</b> " if paragraph.section else ""
        yield f"<p>{section}{escape(paragraph.text)}</p>"
    remarks = load_remarks()
    yield "<p>Mark each sentence. Where it does not fit, write the letter of what is wrong.</p><dl>"
    yield "".join(f"<dt><b>{step}</b></dt><dd>{escape(remarks.steps[step])}</dd>" for step in STEPS)
    for letter, kind in zip(_LETTERS, KINDS, strict=True):
        yield f"<dt><b>{letter}</b> {kind}</dt><dd>{escape(remarks.kinds[kind])}</dd>"
    yield "</dl>"
    for telling in text.tellings:
        yield f"<h2>{escape(telling.kind)}: {escape(telling.heading)}</h2>"
        if telling.lead:
            yield f"<p><i>{escape(telling.lead)}</i></p>"
        yield "<table>"
        for i, sentence in enumerate(telling.sentences, 1):
            boxes = "☐ fits<br>☐ does not fit: ___<br>☐ cannot tell"
            mark = "" if owners else f'<td class="mark">{boxes}</td>'
            yield f"<tr><td>{i}</td><td>{escape(sentence)}</td>{mark}</tr>"
        yield "</table>"
    yield from _questions(text, bool(owners))


def _answer_sheet(text: CaseText, owners: Owners) -> Iterator[str]:
    yield f"<p>Code: <b>{escape(text.code)}</b> &nbsp; Name: {_name(text.code, owners)}</p><h1>Answers</h1>"
    for telling in text.tellings:
        yield f"<h2>{escape(telling.kind)}</h2><table>"
        for i, _ in enumerate(telling.sentences, 1):
            yield f"<tr><td>{i}</td><td>☐ fits</td><td>☐ does not fit: letter ___</td><td>☐ cannot tell</td></tr>"
        yield "</table>"
    yield from _questions(text, False)


def _questions(text: CaseText, is_apart: bool) -> Iterator[str]:
    """The questions after the marks; `is_apart`: the answers are written on another sheet, so no lines are left."""
    line = "" if is_apart else '<div class="line"></div>'
    if text.figures:
        yield f"<h2>What became of the figure in these sentences? ({escape(', '.join(FATES))})</h2>"
        for place in text.figures:
            telling = text.tellings[place.telling - 1]
            yield f"<p>{escape(telling.kind)}, sentence {place.sentence}:</p>{line}"
    if text.outcome:
        outcome = escape(text.outcome)
        yield f"<h2>The difference between the groups in {outcome}, with its 95% interval, or “cannot”</h2>"
        yield line
        yield f"<h2>Can the p value that is printed for {outcome} fit the other figures?</h2>"
        yield f"<p>☐ {'<br>☐ '.join(P_FITS)}</p>"
    for question in text.questions.values():
        yield f"<p>{escape(question)} The text ☐ {' ☐ '.join(CONCERNS)}.</p>"
    if text.headlines:
        yield "<h2>Which headline is fair?</h2>"
        yield "".join(f"<p>☐ {i}. {escape(line)}</p>" for i, line in enumerate(text.headlines, 1))
    if text.rewrites:
        yield "<h2>Choose one sentence that does not fit, and write it so that it does</h2>"
        yield line + line


def _key_sheet(key: CaseKey, owners: Owners) -> Iterator[str]:
    yield f"<h1>Key to {escape(key.code)}{f' ({escape(owners[key.code])})' if key.code in owners else ''}</h1>"
    for i, telling in enumerate(key.marks, 1):
        heads = "".join(f"<th>{head}</th>" for head in ("Sentence", "Mark", "Kinds that count", "Reason"))
        yield f"<h2>Telling {i}</h2><table><tr>{heads}</tr>"
        for j, mark in enumerate(telling, 1):
            kinds = " or ".join(f"{_LETTERS[KINDS.index(kind)]} {kind}" for kind in mark.kinds)
            reason = mark.reason + (f" “{mark.evidence}”" if mark.evidence else "")
            yield f"<tr><td>{j}</td><td>{mark.step}</td><td>{kinds}</td><td>{escape(reason)}</td></tr>"
        yield "</table>"
    if key.figures:
        yield f"<p>Figures: {escape('; '.join(key.figures))}</p>"
    if key.difference:
        ends = " to ".join(key.difference.interval) if key.difference.interval else "cannot"
        yield f"<p>Difference: {key.difference.difference or 'cannot'}; interval: {ends}</p>"
    if key.p:
        yield f"<p>The p value: {key.p}</p>"
    for question, answer in key.bias.items():
        yield f"<p>{escape(question.capitalize())}: {answer}</p>"
    if key.headline is not None:
        yield f"<p>Fair headline: {key.headline + 1}</p>"
