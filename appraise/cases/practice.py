"""`practice()`: one unseen case after another, with checks and reasons at once, and what went wrong coming back.

A case stands under the cell, in a form of its own; nothing of it is kept in the notebook. How many cases were read, and
how many sentences were right at the first check, stands in the lesson's report.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from appraise.cases.casemaking import make_case, make_case_with
from appraise.cases.judging import (
    CANNOT,
    AnswerError,
    Result,
    judge_bias,
    judge_difference,
    judge_figures,
    judge_headline,
    judge_marks,
    judge_p,
)
from appraise.cases.labels import FAULTS, MARKS
from appraise.cases.public import CaseKey, CaseText, case_key, case_text
from appraise.cases.showing import read_mark_word, show_abstract, show_result
from appraise.cases.tasks import CONCERNS, FATES, P_FITS
from appraise.cases.wordings import VOICES
from appraise.learner.forms import running_cell, show_form
from appraise.learner.progress import progress_file, read_progress, write_progress

if TYPE_CHECKING:  # the widgets bring matplotlib along, which a report in a terminal does not need
    from appraise.widgets.form_session import Message, Reply

LESSON = "13-an-unseen-case"
FORM = "practice-unseen-cases"


def practice(seed: str = "") -> None:
    """Show an unseen case to practise on, and after it as many as you like.

    Parameters
    ----------
    seed : str
        The same seed gives the same cases; without one they differ each time.

    Examples
    --------
    >>> practice()  # nothing happens outside a notebook
    """
    cell = running_cell()
    if cell is not None:
        show_form("practice", FORM, PracticeSession(seed or secrets.token_hex(8)), cell, display=True)


class Field(NamedTuple):
    """One thing that is asked: the group it stands in, its words, its labels (none: a box to type in)."""

    group: str
    words: str
    labels: tuple[str, ...] = ()


class PracticeSession:
    """The form of one practice case, and of those that follow it."""

    def __init__(self, seed: str) -> None:
        self.seed, self.number = seed, 0
        self.wrong: list[str] = []  # labels of sentences that were wrong, which come back
        self.next_case()

    def next_case(self) -> None:
        """Make the next case; a fault that was missed comes back in it."""
        self.number += 1
        seed, voices = f"practice/{self.seed}/{self.number}", (VOICES[self.number % len(VOICES)],)
        wanted = [label for label in self.wrong[:1] if label in FAULTS]
        try:
            case = make_case_with(seed, wanted, voices=voices) if wanted else make_case(seed, voices=voices)
        except ValueError:  # none of a hundred has it
            case = make_case(seed, voices=voices)
        self.text: CaseText = case_text(case, "PRACTICE")
        self.key: CaseKey = case_key(case, "PRACTICE")
        self.fields = _fields(self.text)
        self.answers: list[str | None] = [None] * len(self.fields)
        self.done: list[tuple[int, str | None]] = []
        self.is_checked = False

    # ── what the form asks of a session ─────────────────────────────────────────────────────────────────────────────

    def spec(self) -> dict[str, Any]:
        telling = self.text.tellings[0]
        parts = [
            {"name": f"{f.group}: {f.words}", "short": f.words, "labels": list(f.labels), "several": False}
            for f in self.fields
        ]
        groups = list(dict.fromkeys(field.group for field in self.fields))
        lines = [{"head": g, "parts": [i for i, f in enumerate(self.fields) if f.group == g]} for g in groups]
        return {
            "title": f"Practice case {self.number}",
            "unit": "",
            "parts": parts,
            "lines": lines,
            "abstract": str(show_abstract(self.text).html),
            "heading": f"{telling.kind}: {telling.heading}",
            "lead": telling.lead,
        }

    def states(self) -> list[dict[str, Any]]:
        return [_state(field, answer) for field, answer in zip(self.fields, self.answers, strict=True)]

    def is_writable(self, source: str) -> bool:
        return True  # the cell's code is folded away; nothing is written into it

    def handle(self, message: Message) -> Reply:
        reply: Reply = {"source": None, "seen": message.get("source"), "why": ""}
        match message["do"]:
            case "choose":
                self._choose(message["part"], message["chosen"])
            case "undo" if self.done:
                part, before = self.done.pop()
                self.answers[part] = before
            case "check":
                reply["remark"] = str(show_result(self.judge()).html)  # plain text, or the kernel cannot send it
                self._remember()
            case "next":
                self.next_case()
                reply["spec"] = self.spec()
        return reply | {"states": self.states()}

    def _choose(self, part: int, chosen: Any) -> None:
        labels = self.fields[part].labels
        answer = chosen.strip() if isinstance(chosen, str) else labels[chosen[0]] if chosen else None
        self.done.append((part, self.answers[part]))
        self.answers[part] = answer or None

    # ── judging ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _answer_of(self, group: str) -> list[str | None]:
        return [a for a, field in zip(self.answers, self.fields, strict=True) if field.group == group]

    def _judge_marks(self) -> Result:
        return judge_marks(self.key, 1, [read_mark_word(answer) for answer in self._answer_of(MARKING)])

    def judge(self) -> list[tuple[str, Result]]:
        """What is said of each task that has an answer; tasks without one wait in silence."""
        results = [(MARKING, self._judge_marks())]
        for group in (FIGURES, DIFFERENCE, P_VALUE, BIAS, HEADLINE):
            value = self._answer_of(group)
            if any(value):
                try:
                    results.append((group, self._judge_group(group, value)))
                except AnswerError as error:
                    results.append((group, Result(Fraction(0), 0, (str(error),))))
        return results

    def _judge_group(self, group: str, value: list[str | None]) -> Result:
        if group == FIGURES:
            return judge_figures(self.key, value)
        if group == DIFFERENCE:
            return judge_difference(self.key, value[0], _interval(value[1], value[2]))
        if group == P_VALUE:
            return judge_p(self.key, value[0])
        if group == BIAS:
            return judge_bias(self.key, dict(zip(self.text.questions, value, strict=True)))
        return judge_headline(self.key, self.text.headlines.index(value[0]) + 1 if value[0] else None)

    def _remember(self) -> None:
        """Count the first check of a case whose sentences are all marked, and keep what was wrong for the next one."""
        marks = [read_mark_word(answer) for answer in self._answer_of(MARKING)]
        if self.is_checked or any(mark.step is None for mark in marks):
            return
        self.is_checked = True
        right = [key.step == mark.step for key, mark in zip(self.key.marks[0], marks, strict=True)]
        missed = [str(key.label) for key, is_right in zip(self.key.marks[0], right, strict=True) if not is_right]
        self.wrong = [*missed, *self.wrong[1:]]
        remember_case(sum(right), len(right))


def _interval(low: str | None, high: str | None) -> tuple[str, str] | str | None:
    """The two boxes of an interval as one answer; one box alone is no answer yet."""
    if CANNOT in (low, high):
        return CANNOT
    return (low, high) if low and high else None


def _state(field: Field, answer: str | None) -> dict[str, Any]:
    if answer is None or answer not in field.labels:
        return {"chosen": [], "text": answer or ""}
    return {"chosen": [field.labels.index(answer)], "text": ""}


MARKING = "Mark each sentence"
FIGURES = "What became of the figure in these sentences?"
DIFFERENCE = "The difference between the groups (a figure, or “cannot”)"
P_VALUE = "Can the p value that is printed fit the other figures?"
BIAS = "What does the text let you say?"
HEADLINE = "Which headline is fair?"


def _fields(text: CaseText) -> list[Field]:
    """All that a practice case asks, in the order of the page."""
    sentences = text.tellings[0].sentences
    ends = ("difference", "lower end of its 95% interval", "upper end")
    return [
        *(Field(MARKING, sentence, MARKS) for sentence in sentences),
        *(Field(FIGURES, sentences[place.sentence - 1], FATES) for place in text.figures),
        *(Field(DIFFERENCE, f"{text.outcome}: {end}") for end in ends),
        Field(P_VALUE, text.outcome, P_FITS),
        *(Field(BIAS, question, CONCERNS) for question in text.questions.values()),
        Field(HEADLINE, "", text.headlines),
    ]


def remember_case(right: int, sentences: int) -> None:
    """Add one case to the record of the lesson's report; nothing where no progress is kept."""
    file = progress_file(LESSON)
    if file is None:
        return
    kept = read_progress(file)
    record = kept.setdefault("practice", {"cases": 0, "right": 0, "sentences": 0})
    record["cases"] += 1
    record["right"] += right
    record["sentences"] += sentences
    with suppress(OSError):  # as for a check: a full disk must not take the case away
        write_progress(file, kept)
