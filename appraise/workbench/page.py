"""A claim's page as HTML that prints on one or two sheets, and as Markdown; the sheets of the eight questions.

Everything that a learner typed is escaped, and a page loads nothing. Addresses become links only if they begin with
http:// or https://.
"""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from appraise.errors import WorkbenchError
from appraise.workbench.claim import WORDS, Claim, FigureVerdict, LeftOut, lost_figures, verdict_rows
from appraise.workbench.data import Question, questions
from appraise.workbench.methods import METHODS

_FOLDER = Path(__file__).parent / "templates"
_HTTP = re.compile(r"https?://[^\s<>\"']{1,2000}")


def page_html(claim: Claim) -> str:
    """The learner's page as one HTML file without anything to load. Verdicts are the learner's; nothing is judged here.

    >>> "<h2>Eight questions</h2>" in page_html(Claim(name="kelp"))
    True
    """
    return (
        _environment()
        .get_template("page.html")
        .render(
            claim=claim,
            compared=_compared(claim),
            words=len(claim.appraisal.split()),
            limit=WORDS,
            verdicts=_judged(claim),
            worked_out=[row for row in claim.worked_out if row.result],
            unjudged=_unjudged(claim),
            left_out=_left_out(claim),
            answers=_answers(claim),
            sources={name: method.source for name, method in METHODS.items()} | _unknown_methods(claim),
            others=questions().sources,
            style=_style(),
        )
    )


def sheet_html(kind: str) -> str:
    """A printable sheet of the eight questions for one kind of study. Raises WorkbenchError for an unknown kind.

    >>> "Eight questions for an observational study" in sheet_html("observational")
    True
    """
    of = questions()
    return (
        _environment()
        .get_template("sheet.html")
        .render(kind=of.kind(kind), questions=of.questions, optional=of.optional, others=of.sources, style=_style())
    )


def write_sheets(folder: Path) -> list[Path]:
    """Write a sheet for each kind of study into a folder, as `eight-questions-KIND.html`; returns the files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for kind in questions().kinds:
            file = folder / f"eight-questions-{kind.id}.html"
            file.write_text(sheet_html(kind.id), encoding="utf-8", newline="\n")
            files.append(file)
    except OSError as error:
        raise WorkbenchError(f"{folder} cannot be written: {error.strerror or error}") from None
    return files


def page_markdown(claim: Claim) -> str:
    """The learner's page as Markdown, what was typed escaped.

    >>> print(page_markdown(Claim(name="kelp", title="Kelp | *best*"))[:60].splitlines()[0])
    # Kelp \\| \\*best\\*
    """
    lines = [f"# {_md(claim.title or claim.name)}", ""]
    by = f" by {_md(claim.by)}" if claim.by else ""
    lines += [f"An appraisal{by} of a claim{_compared(claim)}.", ""]
    if claim.claim:
        lines += [f"**The claim:** {_md(claim.claim)}", ""]
    lines += ["## Appraisal", "", _md(claim.appraisal.strip()) or "(not written yet)", ""]
    judged = _judged(claim)
    if judged:
        lines += ["## Figures", "", "| On the page | Verdict | In the study | Note |", "| --- | --- | --- | --- |"]
        lines += [f"| {_cell(v.figure)} | {v.verdict} | {_cell(v.against)} | {_cell(v.note)} |" for v in judged]
        lines.append("")
    if unjudged := _unjudged(claim):
        lines += [unjudged, ""]
    if left_out := _left_out(claim):
        lines += ["## Figures left out that a reader needs", ""]
        lines += [f"- **{_cell(r.figure)}**" + (f": {_cell(r.note)}" if r.note else "") for r in left_out] + [""]
    if claim.noted:
        lines += ["## Wording", "", *(f"- “{_cell(_inner(r.sentence))}” {_cell(r.note)}" for r in claim.noted), ""]
    if worked_out := [row for row in claim.worked_out if row.result]:
        lines += ["## Worked out from the abstract", ""]
        sources = {name: method.source for name, method in METHODS.items()} | _unknown_methods(claim)
        for row in worked_out:
            source = f" ({_md(sources[row.method])})" if sources[row.method] else ""
            lines.append(f"- {_cell(row.result)} {_cell(row.note)}".rstrip() + source)
        lines.append("")
    lines += ["## Eight questions", ""]
    for question, answer in _answers(claim):
        lines += [f"**{question.asks}**", "", _md(answer) or "(no answer yet)", ""]
    lines += ["## Sources", ""]
    lines.append("- The page: " + (", ".join(_cell(p) for p in (claim.address, claim.date) if p) or "not named here"))
    lines.append(
        "- The study: " + ", ".join(_cell(p) for p in (claim.study or "not named here", claim.study_address) if p)
    )
    named = "; ".join(f"[{_md(s.name)}]({s.url})" for s in questions().sources)
    lines += ["", f"The questions are the course's own. Others ask similar ones: {named}.", ""]
    lines.append("The verdicts are the appraiser's. This page is not medical advice.")
    return "\n".join(lines) + "\n"


def _compared(claim: Claim) -> str:
    """With what the claim was compared, as the end of a sentence."""
    if claim.kind == "nothing":
        return "; no study was found behind it"
    return f", compared with {questions().kind(claim.kind).name if claim.kind else 'the study behind it'}"


def _inner(sentence: str) -> str:
    """A sentence as it stands between quotation marks: its own marks single, those around the whole left out.

    >>> _inner("“It works.”"), _inner("It is “safe”.")
    ('It works.', 'It is ‘safe’.')
    """
    if sentence[:1] in ("“", '"') and sentence[-1:] in ("”", '"') and not re.search('[“”"]', sentence[1:-1]):
        return sentence[1:-1]
    return sentence.replace("“", "‘").replace("”", "’")


def _answers(claim: Claim) -> list[tuple[Question, str]]:
    """The eight questions with their answers, and those optional ones that have an answer."""
    of = questions()
    asked = [(q, claim.answers.get(q.id, "").strip()) for q in of.questions]
    return asked + [(q, claim.answers[q.id].strip()) for q in of.optional if claim.answers.get(q.id, "").strip()]


def _judged(claim: Claim) -> list[FigureVerdict]:
    """The verdicts on figures of the passage as it is marked now; all, where the texts cannot be read."""
    try:
        rows = verdict_rows(claim)
    except WorkbenchError:
        rows = claim.verdicts
    return [row for row in rows if row.verdict]


def _left_out(claim: Claim) -> list[LeftOut]:
    """The figures that were ticked and that the passage still leaves out; all, where the texts cannot be read."""
    try:
        lost = lost_figures(claim)
    except WorkbenchError:
        return claim.left_out
    return [row for row in claim.left_out if row.figure in lost]


def _unjudged(claim: Claim) -> str:
    """A sentence on figures of the passage that have no verdict yet, "" where all have one or none can be looked up."""
    if not claim.page or not claim.abstract:
        return ""
    try:
        missing = sum(not row.verdict for row in verdict_rows(claim))
    except WorkbenchError:
        return ""  # a text without figures has none to judge
    return f"{missing} figure{'s' if missing > 1 else ''} of the passage without a verdict." if missing else ""


def _unknown_methods(claim: Claim) -> dict[str, str]:
    """Methods that a claim names and this version does not know; they have no source to print."""
    return {row.method: "" for row in claim.worked_out if row.method not in METHODS}


@cache
def _environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)
    environment.filters["link"], environment.filters["inner"] = _link, _inner
    return environment


@cache
def _style() -> Markup:
    return Markup((_FOLDER / "style.css").read_text(encoding="utf-8"))


def _link(address: str) -> Markup:
    if _HTTP.fullmatch(address.strip()):
        return Markup('<a href="{0}">{0}</a>').format(address.strip())
    return Markup.escape(address)


def _md(text: str) -> str:
    """Text with Markdown's and HTML's signs escaped, line breaks kept."""
    escaped = re.sub(r"([\\`*_{}\[\]|~$])", r"\\\1", html.escape(text, quote=False))
    return re.sub(r"(?m)^(\s{0,3})([#+>=-]|\d{1,9}[.)](?=\s|$))", _escape_start, escaped)


def _escape_start(match: re.Match[str]) -> str:
    mark = match[2]
    return f"{match[1]}{mark[:-1]}\\{mark[-1]}"


def _cell(text: str) -> str:
    """Text for one line: a cell of a table, an item of a list."""
    return _md(" ".join(text.split()))
