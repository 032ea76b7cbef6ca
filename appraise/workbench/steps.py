"""What each step of an appraisal shows of a claim, and what it takes over. `desk.py` puts them on the page.

A `draw_…` function lists blocks; a `take_…` function changes the claim and returns a word for the learner or nothing.
"""

from __future__ import annotations

from typing import Any

from appraise.course import load_course
from appraise.errors import WorkbenchError
from appraise.workbench.claim import (
    VERDICTS,
    WORDS,
    Claim,
    FigureVerdict,
    LeftOut,
    Noted,
    WorkedOut,
    lost_figures,
    rows_with_traces,
    unanswered,
)
from appraise.workbench.data import prompt_kinds, questions
from appraise.workbench.figures import figures
from appraise.workbench.methods import METHODS, SCALES, Suggestion, suggest, within_arm, work_out
from appraise.workbench.page import page_html, page_markdown
from appraise.workbench.prompts import prompts
from appraise.workbench.reading import looks_swapped, paragraphs, read_text, sentences
from appraise.workbench.tracing import Trace

Block = str | dict[str, Any]
_SHOWN_PARAGRAPHS = 200  # of a page; the rest is rarely a page's own text
_SHOWN_ROWS = 150
MEANS = {
    "same": "same: it stands so in the study",
    "rounded": "rounded: the value, made rounder",
    "changed": "changed: another value",
    "renamed": "renamed: said of something else",
    "untraceable": "untraceable: nothing leads to it",
}


def clean(value: Any) -> str:
    """What was typed, as text that can be saved.

    >>> clean("a\\ud800b")
    'a?b'
    """
    return str(value).encode("utf-8", "replace").decode()


def sentence(error: WorkbenchError) -> str:
    """An error as a sentence.

    >>> sentence(WorkbenchError("the page is empty; paste its text"))
    'The page is empty; paste its text.'
    """
    words = str(error)
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?")) else ".")


def _area(id: str, label: str, value: str, rows: int = 1, **more: Any) -> Block:
    return {"kind": "area", "id": id, "label": label, "value": value, "rows": rows, **more}


def _quiet(words: str) -> Block:
    return {"kind": "quiet", "words": words}


# the page and the abstract


def draw_paste(claim: Claim) -> list[Block]:
    """Text areas for the page and the abstract, and boxes for where they are from."""
    kinds = [["", "not said yet"], *([kind.id, kind.name] for kind in questions().kinds)]
    shown: list[Block] = [
        _area("page", "The page: its text, pasted", claim.page, 8),
        *_unreadable(claim.page, "the page"),
        {
            "kind": "row",
            "blocks": [
                _area("address", "Its address", claim.address),
                _area("date", "Its date, or the day you read it", claim.date),
            ],
        },
        {"kind": "list", "id": "kind", "label": "What was found behind it", "options": kinds, "value": claim.kind},
    ]
    if claim.kind:
        shown.append(_quiet(questions().kind(claim.kind).is_))
    shown += [
        {
            "kind": "row",
            "blocks": [
                _area("study", "The study: authors, year, journal", claim.study),
                _area("study_address", "Its address or DOI", claim.study_address),
            ],
        },
        _area("abstract", "The study's abstract, pasted", claim.abstract, 8),
        *_unreadable(claim.abstract, "the abstract"),
    ]
    if claim.page and claim.abstract and (swapped := looks_swapped(claim.page, claim.abstract)):
        shown.append({"kind": "warning", "words": swapped[:1].upper() + swapped[1:]})
        shown.append({"kind": "button", "id": "swap", "label": "Put each into the other box"})
    return shown


def _unreadable(text: str, name: str) -> list[Block]:
    """A warning where a text was pasted that cannot be read."""
    if not text:
        return []
    try:
        read_text(text, name)
    except WorkbenchError as error:
        return [{"kind": "warning", "words": sentence(error)}]
    return []


def take_text(claim: Claim, id: str, value: Any) -> str:
    """Take over one of the claim's texts, or exchange page and abstract."""
    if id == "swap":
        claim.page, claim.abstract, claim.paragraphs = claim.abstract, claim.page, []
        return "Page and abstract were exchanged."
    if id == "page" and clean(value) != claim.page:
        claim.paragraphs = _still_there(claim, clean(value))
    setattr(claim, id, clean(value))
    return ""


def _still_there(claim: Claim, page: str) -> list[int]:
    """The marks that stand on the same words in a page that was changed."""
    old = [claim.page[a:b] for a, b in paragraphs(claim.page)]
    new = [page[a:b] for a, b in paragraphs(page)]
    marked = {old[n - 1] for n in claim.paragraphs if n <= len(old)}
    return [n for n, words in enumerate(new, start=1) if words in marked]


# the passage


def draw_mark(claim: Claim) -> list[Block]:
    """The page's paragraphs, to be pressed."""
    read_text(claim.page, "the page")
    spans = paragraphs(claim.page)
    items = [
        {"id": f"paragraph {n}", "number": n, "text": claim.page[a:b], "value": n in claim.paragraphs}
        for n, (a, b) in enumerate(spans[:_SHOWN_PARAGRAPHS], start=1)
    ]
    count = len(claim.paragraphs)
    words = f"{count} of {len(spans)} paragraphs marked." if count else "None is marked, so the whole page is read."
    if len(spans) > _SHOWN_PARAGRAPHS:
        words += f" The first {_SHOWN_PARAGRAPHS} are shown."
    return [{"kind": "paragraphs", "label": "Paragraphs of the page", "items": items}, _quiet(words)]


def take_mark(claim: Claim, id: str, value: Any) -> str:
    """Mark a paragraph, or take its mark away."""
    number = int(id.removeprefix("paragraph "))
    claim.paragraphs = sorted({*claim.paragraphs, number} if value else {*claim.paragraphs} - {number})
    return ""


# figures


def draw_figures(claim: Claim) -> list[Block]:
    """The table of figures with status, candidates and the learner's verdict; below it the figures left out."""
    if not claim.abstract.strip():
        return _without_abstract(claim, "so that the page's figures can be looked up in it", "the words below")
    rows = rows_with_traces(claim)
    judged = sum(bool(row.verdict) for row, _ in rows)
    heads = ["on the page", "in the abstract", "your verdict"]
    cells = [_figure_cells(k, row, trace) for k, (row, trace) in enumerate(rows[:_SHOWN_ROWS])]
    shown: list[Block] = [
        {"kind": "table", "caption": f"{len(rows)} figures, {judged} judged", "heads": heads, "rows": cells}
    ]
    if len(rows) > _SHOWN_ROWS:
        shown.append(_quiet(f"The first {_SHOWN_ROWS} are shown. Mark fewer paragraphs to see the others."))
    left = lost_figures(claim)
    if left:
        shown.append({"kind": "head", "words": "Figures of the abstract that the passage leaves out"})
        shown.append("Tick those that a reader of the page would need, and say what each is.")
        for words, those in _by_sentence(claim.abstract, left[:_SHOWN_ROWS]):
            blocks = [{"kind": "quote", "words": words}, *(_left_out(claim, figure) for figure in those)]
            shown.append({"kind": "group", "label": words, "blocks": blocks})
    return shown


def _without_abstract(claim: Claim, what_for: str, on: str) -> list[Block]:
    """What stands in a step that needs the abstract, for a learner who has none or has not pasted it yet."""
    if claim.kind == "nothing":
        return [_quiet(f"No study was found, so there is no abstract to look into. Go on to {on}.")]
    return [{"kind": "warning", "words": f"Paste the abstract above, {what_for}. If you have none, go on to {on}."}]


def _by_sentence(abstract: str, left: list[str]) -> list[tuple[str, list[str]]]:
    """Figures that were left out, each below the first sentence that prints it."""
    text = read_text(abstract, "the abstract")
    spans = sentences(text)
    first: dict[str, int] = {}
    for figure in figures(text):
        first.setdefault(figure.text, figure.sentence)
    places = sorted({first[figure] for figure in left})
    return [(text[slice(*spans[n])], [figure for figure in left if first[figure] == n]) for n in places]


def _figure_cells(k: int, row: FigureVerdict, trace: Trace) -> list[Any]:
    if trace.matches:
        match: list[Block] = [f"{trace.status}: {' / '.join(dict.fromkeys(f.text for f in trace.matches))}"]
    else:
        match = ["not found"]
        match += [_quiet(f"perhaps {c.text} ({c.why})") for c in trace.candidates]
    options = [["", "no verdict yet"], *([v, MEANS[v]] for v in VERDICTS)]
    label = f"verdict on {row.figure}"
    verdict = {
        "kind": "list",
        "id": f"verdict {k}",
        "label": label,
        "hidden": True,
        "options": options,
        "value": row.verdict,
    }
    against = _area(
        f"against {k}",
        f"figure of the study that {row.figure} is compared with",
        row.against,
        hidden=True,
        example="in the study",
    )
    note = _area(f"note {k}", f"note on {row.figure}", row.note, 2, hidden=True, example="why")
    return [[{"kind": "head", "words": row.figure}, _quiet(row.sentence)], match, [verdict, against, note]]


def _left_out(claim: Claim, figure: str) -> Block:
    kept = next((each for each in claim.left_out if each.figure == figure), None)
    tick = {"kind": "tick", "id": f"left {figure}", "label": figure, "value": kept is not None}
    if kept is None:
        return tick
    return {
        "kind": "row",
        "blocks": [
            tick,
            _area(f"left note {figure}", f"What {figure} is", kept.note, hidden=True, example="what it is"),
        ],
    }


def take_figures(claim: Claim, id: str, value: Any) -> str:
    """Take over a verdict, what it is compared with, a note, or a figure left out."""
    if id.startswith("left note "):
        next(each for each in claim.left_out if each.figure == id.removeprefix("left note ")).note = clean(value)
    elif id.startswith("left "):
        figure = id.removeprefix("left ")
        others = [each for each in claim.left_out if each.figure != figure]
        claim.left_out = [*others, LeftOut(figure=figure)] if value else others
    else:
        field, _, k = id.partition(" ")
        rows = rows_with_traces(claim)
        row, trace = rows[int(k)]
        setattr(row, field, clean(value))
        if field == "verdict" and value and not row.against and trace.matches:
            row.against = _counterpart(trace)
        current = [row for row, _ in rows]
        # verdicts on paragraphs that are not marked now wait for them to be marked again
        claim.verdicts = [*current, *(v for v in claim.verdicts if _has_words(v) and not any(v is c for c in current))]
    return ""


def _counterpart(trace: Trace) -> str:
    """What a figure was found as: the first match, or both where its two numbers stand apart in the abstract."""
    is_apart = len(trace.figure.values) > 1 and len(trace.matches[0].values) == 1
    return " / ".join(dict.fromkeys(figure.text for figure in trace.matches[: None if is_apart else 1]))


def _has_words(row: FigureVerdict) -> bool:
    return bool(row.verdict or row.against or row.note)


# words


def draw_words(claim: Claim) -> list[Block]:
    """The sentences that raise a prompt, each with its question, the lesson that explains it, and a box."""
    read_text(claim.page, "the page")
    titles = {lesson.slug: f"lesson {lesson.number}" for lesson in load_course().lessons}
    shown: list[Block] = []
    for prompt in prompts(claim.passage)[:_SHOWN_ROWS]:
        kept = next((n.note for n in claim.noted if (n.kind, n.sentence) == (prompt.kind, prompt.sentence)), "")
        title = prompt_kinds()[prompt.kind].title
        words = ", ".join(f"“{word}”" for word in prompt.words)
        details = f"{title} {words}. {prompt.asks} ({titles[prompt.lesson]})"
        box = _area(
            f"{prompt.kind}: {prompt.sentence}",
            f"{title} Your note",
            kept,
            2,
            hidden=True,
            example="your note, if it deserves one",
        )
        shown.append(
            {
                "kind": "group",
                "label": title,
                "blocks": [{"kind": "quote", "words": prompt.sentence}, _quiet(details), box],
            }
        )
    return shown or [
        "No sentence of the passage holds one of the words that are looked for. Read it yourself all the same."
    ]


def take_words(claim: Claim, id: str, value: Any) -> str:
    """Take over a note on a sentence; an empty one is taken away."""
    kind, _, words = id.partition(": ")
    others = [n for n in claim.noted if (n.kind, n.sentence) != (kind, words)]
    note = clean(value)
    claim.noted = [*others, Noted(kind=kind, sentence=words, note=note)] if note.strip() else others
    return ""


# worked out


def draw_work(claim: Claim) -> list[Block]:
    """Forms prefilled from the abstract, results of one arm, and what was worked out."""
    if not claim.abstract.strip():
        return _without_abstract(claim, "since what it prints fills the forms here", "the eight questions")
    shown: list[Block] = []
    for words in within_arm(claim.abstract)[:12]:
        shown.append({"kind": "quote", "words": words})
        shown.append(_quiet("Is this a change within one group? Then it is no comparison (lesson 05)."))
    offered = suggest(claim.abstract)
    if offered:
        shown.append({"kind": "head", "words": "Prefilled from the abstract: say whether each is what it seems"})
    shown += [_suggested(k, each) for k, each in enumerate(offered)]
    options = [["", "–"], *([name, method.title] for name, method in METHODS.items())]
    shown.append({"kind": "list", "id": "new", "label": "Begin with an empty form", "options": options, "value": ""})
    if claim.worked_out:
        shown.append({"kind": "head", "words": "Your workings"})
    shown += [_working(k, each) for k, each in enumerate(claim.worked_out)]
    return shown


def _suggested(k: int, each: Suggestion) -> Block:
    asks = METHODS[each.method].asks
    filled = "; ".join(f"{asks[name]}: {value}" for name, value in each.inputs.items() if value)
    label = METHODS[each.method].title
    button = {"kind": "button", "id": f"use {k}", "label": f"Use this ({label[:1].lower()}{label[1:]})"}
    return {
        "kind": "group",
        "label": label,
        "blocks": [{"kind": "head", "words": label}, {"kind": "quote", "words": each.sentence}, _quiet(filled), button],
    }


def _working(k: int, each: WorkedOut) -> Block:
    method = METHODS.get(each.method)
    if method is None:
        return _quiet(f"A working by “{each.method}”, which this version does not know: {each.result}")
    fields = [_field(f"field {k} {name}", name, asks, each.inputs.get(name, "")) for name, asks in method.asks.items()]
    result: Block = {"kind": "head", "words": each.result} if each.result else _quiet("Not worked out yet.")
    source = [_quiet(f"Source: {method.source}")] if method.source else []
    buttons = [
        {"kind": "button", "id": f"work {k}", "label": "Work it out", "main": True},
        {"kind": "button", "id": f"drop {k}", "label": "Take it away"},
    ]
    note = _area(f"said {k}", "What it means, for your page", each.note, 2)
    blocks = [
        {"kind": "head", "words": method.title},
        {"kind": "row", "blocks": fields},
        {"kind": "row", "blocks": buttons},
        result,
        note,
        *source,
    ]
    return {"kind": "group", "label": method.title, "blocks": blocks}


def _field(id: str, name: str, asks: str, value: str) -> Block:
    if name == "scale":
        options = [["", "–"], *([scale, f"a {scale}"] for scale in SCALES)]
        return {"kind": "list", "id": id, "label": asks, "options": options, "value": value}
    return _area(id, asks, value)


def take_work(claim: Claim, id: str, value: Any) -> str:
    """Take over a field or a note; begin, work out or take away a working."""
    word, _, rest = id.partition(" ")
    worked = [each.model_copy(deep=True) for each in claim.worked_out]
    message = ""
    if word == "use":
        chosen = suggest(claim.abstract)[int(rest)]
        worked.append(
            WorkedOut(method=chosen.method, inputs=dict(chosen.inputs), result=_result(chosen.method, chosen.inputs))
        )
        message = "It stands below, under “Your workings”."
    elif word == "new" and value:
        worked.append(WorkedOut(method=str(value), inputs=dict.fromkeys(METHODS[str(value)].asks, ""), result=""))
    elif word == "drop":
        del worked[int(rest)]
    elif word == "said":
        worked[int(rest)].note = clean(value)
    elif word == "field":
        k, _, name = rest.partition(" ")
        worked[int(k)].inputs[name] = clean(value)
        worked[int(k)].result = ""  # what stood there was worked out from something else
    elif word == "work":
        each = worked[int(rest)]
        each.result = work_out(each.method, each.inputs)
        message = "Worked out: the result stands below its button."
    claim.worked_out = worked
    return message


def _result(method: str, inputs: dict[str, str]) -> str:
    """What a prefilled form gives, or nothing where a field is still to be filled in."""
    try:
        return work_out(method, inputs)
    except WorkbenchError:
        return ""


# questions, and the page


def draw_questions(claim: Claim) -> list[Block]:
    """The eight questions, with what changes in each for the kind of study, and two that can be left out."""
    of = questions()
    changes = of.kind(claim.kind).changes if claim.kind else {}
    shown: list[Block] = []
    if not claim.kind:
        shown.append(
            _quiet("Say in the form “The page and the study” what was found; then each question says what changes.")
        )
    for n, question in enumerate(of.questions, start=1):
        shown.append(_area(f"answer {question.id}", f"{n}. {question.asks}", claim.answers.get(question.id, ""), 3))
        shown.append(_quiet(f"{question.means} {changes.get(question.id, '')}".strip()))
    extra: list[Block] = []
    for question in of.optional:
        extra += [
            _area(f"answer {question.id}", question.asks, claim.answers.get(question.id, ""), 2),
            _quiet(question.means),
        ]
    shown.append({"kind": "details", "id": "more", "label": "Two more, if you have the time", "blocks": extra})
    return shown


def take_questions(claim: Claim, id: str, value: Any) -> str:
    """Take over an answer."""
    claim.answers = {**claim.answers, id.removeprefix("answer "): clean(value)}
    return ""


def draw_page(claim: Claim) -> list[Block]:
    """The appraisal in words, and the page as it prints."""
    open_questions = unanswered(claim)
    shown: list[Block] = [
        _area("appraisal", f"Your appraisal, in {WORDS} words", claim.appraisal, 8, most=WORDS),
        _area("by", "Your name, if it shall stand on the page", claim.by),
    ]
    if open_questions:
        shown.append(_quiet(f"Without an answer yet: {' · '.join(open_questions)}"))
    shown.append({"kind": "page", "html": page_html(claim), "markdown": page_markdown(claim)})
    shown.append(_quiet(f"Kept as page.html and page.md in work/my-claims/{claim.name}."))
    return shown
