"""A case on a page: its abstract, its tellings, and the reasons behind marks, as HTML with the same in plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from appraise.cases.exercising import BLOCKS, TASKS, Spot, share_out
from appraise.cases.judging import CANNOT, AnswerError, Mark, Result, judge_marks
from appraise.cases.labels import MARKS
from appraise.cases.public import CaseKey, CaseText, MarkKey, TellingText
from appraise.exercises.values import normalize
from appraise.markup import HtmlPage, Markup, element, table

_MARKS = {normalize(mark): mark for mark in MARKS}
_WIDE = "max-width: 46em"


def show_abstract(text: CaseText) -> HtmlPage:
    """A case's title and abstract."""
    rows = [(f"{row.section}. " if row.section else "", row.text) for row in text.abstract]
    shown = [element("p", element("strong", section), row) for section, row in rows]
    head = element("p", element("strong", text.title))
    box = element("div", head, *shown, style=f"{_WIDE}; border-left: 3px solid #888; padding-left: 0.9em")
    return HtmlPage(box, "\n".join([text.title, *(section + row for section, row in rows)]))


def show_telling(telling: TellingText, sentences: Sequence[str]) -> HtmlPage:
    """A telling: its heading and its lead, which are not marked, and its sentences in a line that opens."""
    lead = element("p", element("em", telling.lead)) if telling.lead else Markup("")
    rows = element("ol", *(element("li", sentence) for sentence in sentences))
    folded = element("details", element("summary", "The sentences as a list"), rows)
    head = element("p", element("strong", f"{telling.kind}: {telling.heading}"))
    lines = [f"{telling.kind}: {telling.heading}", telling.lead, *(f"{i}. {s}" for i, s in enumerate(sentences, 1))]
    return HtmlPage(element("div", head, lead, folded, style=_WIDE), "\n".join(filter(None, lines)))


def show_headlines(text: CaseText) -> HtmlPage:
    """The headlines of a case, numbered as the exercise calls them."""
    rows = [f"headline {i}: {line}" for i, line in enumerate(text.headlines, 1)]
    return HtmlPage(element("ul", *(element("li", row) for row in rows), style=_WIDE), "\n".join(rows))


def show_worked(text: CaseText, key: CaseKey) -> HtmlPage:
    """Every sentence of a case with its mark and its reason, in a table."""
    lines = [
        (sentence, f"{mark.step}: {mark.kinds[0]}" if mark.kinds else mark.step, mark.reason)
        for telling, marks in zip(text.tellings, key.marks, strict=True)
        for sentence, mark in zip(telling.sentences, marks, strict=True)
    ]
    shown = table(["Sentence", "Mark", "Why"], lines, "", "appraise-report")
    return HtmlPage(shown, "\n".join(f"{i}. {s}\n   {m}. {why}" for i, (s, m, why) in enumerate(lines, 1)))


def read_mark_word(word: object) -> Mark:
    """A learner's answer on one sentence as a step and a kind. Raises AnswerError for a word that is none.

    >>> read_mark_word("Does not fit: figure")
    Mark(step='does not fit', kind='figure')
    >>> read_mark_word(...)
    Mark(step=None, kind=None)
    """
    if word is ... or word is None or word == "":
        return Mark()
    known = _MARKS.get(normalize(word)) if isinstance(word, str) else None
    if known is None:
        raise AnswerError(f"{word!r} is no mark; expected one of {', '.join(MARKS)}")
    step, _, kind = known.partition(": ")
    return Mark(step, kind or None)


def read_marks(answer: object, count: int) -> list[Mark]:
    """The marks of an answer, a dictionary by "sentence 1" and on. Raises AnswerError where it is none."""
    if not isinstance(answer, dict):
        raise AnswerError(f"{type(answer).__name__}: expected a dictionary with a mark for each sentence")
    return [read_mark_word(answer.get(f"sentence {i}")) for i in range(1, count + 1)]


def block_key(key: CaseKey, block: Iterable[Spot]) -> CaseKey:
    """A key that holds the marks of one block alone."""
    return key.model_copy(update={"marks": (tuple(key.marks[spot.telling][spot.sentence] for spot in block),)})


def show_reasons(key: CaseKey, block: Sequence[Spot], answer: object) -> HtmlPage:
    """The reason behind each sentence that is marked; a sentence without a mark keeps its reason for later."""
    try:
        result = judge_marks(block_key(key, block), 1, read_marks(answer, len(block)))
    except AnswerError as error:
        return HtmlPage(element("p", f"There are no reasons to show: {error}."), f"No reasons: {error}.")
    return show_result([("", result)])


def show_result(parts: Iterable[tuple[str, Result]]) -> HtmlPage:
    """Remarks under their heads, a line each."""
    shown, lines = [], []
    for head, result in parts:
        rows = element("ul", *(element("li", remark) for remark in result.remarks))
        shown.append(element("p", element("strong", head)) + rows if head else rows)
        lines += [head, *result.remarks] if head else list(result.remarks)
    return HtmlPage(element("div", *shown, style=_WIDE), "\n".join(lines))


def blocks_of(text: CaseText) -> tuple[tuple[Spot, ...], ...]:
    """The sentences of a graded case as its three exercises ask for them."""
    return share_out([len(telling.sentences) for telling in text.tellings])


def show_block(text: CaseText, number: int) -> HtmlPage:
    """The telling that a block of a graded case comes from, with the sentences of the block; blocks count from 1."""
    block = blocks_of(text)[number - 1]
    if not block:
        return HtmlPage(element("p", "This case asks for no marks here."), "This case asks for no marks here.")
    sentences = [text.tellings[spot.telling].sentences[spot.sentence] for spot in block]
    return show_telling(text.tellings[block[0].telling], sentences)


def show_key(text: CaseText, key: CaseKey, task: str, blocks: Sequence[Sequence[Spot]]) -> HtmlPage | None:
    """What is right in a task of a graded case, and why; None for a task that the case does not ask."""
    if task in TASKS[:BLOCKS]:
        rows = [
            f"Sentence {i}: {_right_mark(mark)}. {mark.reason}"
            + (f" The abstract: “{mark.evidence}”" if mark.evidence else "")
            for i, spot in enumerate(blocks[TASKS.index(task)], 1)
            for mark in [key.marks[spot.telling][spot.sentence]]
        ]
    else:
        rows = _key_rows(text, key).get(task, [])
    if not rows:
        return None
    return HtmlPage(element("ul", *(element("li", row) for row in rows), style=_WIDE), "\n".join(rows))


def _right_mark(mark: MarkKey) -> str:
    return f"{mark.step}: {' or '.join(mark.kinds)}" if mark.kinds else mark.step


def _key_rows(text: CaseText, key: CaseKey) -> dict[str, list[str]]:
    rows = {"unseen-own-figures": [f"Figure {i}: {fate}." for i, fate in enumerate(key.figures, 1)]}
    if key.difference:
        ends = " to ".join(key.difference.interval) if key.difference.interval else CANNOT
        rows["unseen-own-difference"] = [f"Difference: {key.difference.difference or CANNOT}; interval: {ends}."]
    if key.p:
        rows["unseen-own-p"] = [f"The p value: {key.p}. {key.p_reason}".rstrip()]
    rows["unseen-own-bias"] = [
        f"{text.questions.get(name, name)} The text {answer}." for name, answer in key.bias.items()
    ]
    if key.headline is not None:
        rows["unseen-own-headline"] = [f"Headline {key.headline + 1}: {text.headlines[key.headline]}"]
    return rows
