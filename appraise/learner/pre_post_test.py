"""Twelve questions in two parallel forms, before and after the course, and the change within one person.

The items lie in `assets/questions.yml`: each is about one idea and asks about it in two ways, so that no question is
asked two times. Which form comes first is drawn once per learner and kept with the answers in
`work/.progress/questions.json`. Where nothing is kept (no work folder, a lesson that is graded or compiled), form A
comes first. Nothing here tells a learner which answer is right: the report gives two sums, and for each construct
whether it went up, stayed or went down.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import Field

from appraise.errors import QuestionError
from appraise.files import ASSETS, StrictModel, read_yaml
from appraise.learner.progress import progress_file, read_progress, write_progress
from appraise.markup import Markup, element, sign, table
from appraise.runtime import has_page
from appraise.widgets.controls import mend_controls

FILE = ASSETS / "questions.yml"
LETTERS = ("a", "b", "c", "d")
NOT_SURE = "not sure"
LENGTH = 25  # words by which the two forms of an item may differ
CAVEAT = (
    "This is the change within one person. It cannot show that the course caused it: there is no comparison with "
    "somebody who answered twice without the course, and practice, a good or a bad day and chance all have their part."
)
TestForm = Literal["A", "B"]
Time = Literal["first", "second"]


class _Asked(StrictModel):
    """One way to ask: the stem, three options before the way out, and the letter of the key."""

    stem: Annotated[str, Field(min_length=1)]
    options: tuple[str, str, str]
    key: Literal["a", "b", "c", "d"]


class Question(StrictModel):
    """One item: the idea that it is about, and how each form asks about it."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    about: Annotated[str, Field(min_length=1)]
    group: Annotated[str, Field(pattern=r"^\d\.\d(, \d\.\d)*$")]
    forms: dict[TestForm, _Asked]

    def text(self, form: TestForm) -> str:
        """The question as one form asks it."""
        return self.forms[form].stem

    def choices(self, form: TestForm, way_out: str) -> list[str]:
        """The four options as one form shows them; the way out is the last."""
        return [*self.forms[form].options, way_out]

    def key(self, form: TestForm) -> str:
        """The letter of the key in one form."""
        return self.forms[form].key


class Questions(StrictModel):
    """`assets/questions.yml`, checked: twelve items, and the text of the last option of each."""

    way_out: str
    questions: Annotated[tuple[Question, ...], Field(min_length=12, max_length=12)]


@cache
def load_questions(file: Path = FILE) -> Questions:
    """The twelve questions.

    Raises
    ------
    QuestionError
        Names the file and the item: a form that is missing, two forms that are not parallel (length, position of the
        key), an id or an idea that stands twice, keys that are spread otherwise in one form than in the other.

    Examples
    --------
    >>> [q.id for q in load_questions().questions][:2]
    ['harms', 'mechanism']
    """
    test = read_yaml(file, Questions, QuestionError)
    for q in test.questions:
        _check_question(q, file.name, test.way_out)
    for name, values in {
        "id": [q.id for q in test.questions],
        "about": [q.about for q in test.questions],
    }.items():
        if twice := [value for value, n in Counter(values).items() if n > 1]:
            raise QuestionError(file.name, twice[0], f"expected each {name} once")
    spread = {form: Counter(q.key(form) for q in test.questions) for form in ("A", "B")}
    if spread["A"] != spread["B"]:
        raise QuestionError(file.name, "", f"expected the keys of both forms spread alike, found {spread}")
    return test


def _check_question(q: Question, file: str, way_out: str) -> None:
    if set(q.forms) != {"A", "B"}:
        raise QuestionError(file, q.id, "expected the forms A and B")
    if q.key("A") == q.key("B"):
        raise QuestionError(file, q.id, f"expected another place for the key in each form, found {q.key('A')} in both")
    words = {form: len(" ".join([q.text(form), *q.choices(form, way_out)]).split()) for form in q.forms}
    if abs(words["A"] - words["B"]) > LENGTH:
        expected = f"expected two forms of like length, found {words['A']} and {words['B']} words"
        raise QuestionError(file, q.id, expected)


# ── what a learner answered ─────────────────────────────────────────────────────────────────────────────────────────


def read_answers(typed: Mapping[Any, Any]) -> dict[str, str]:
    """Answers as typed, by the question's number 1 to 12: a letter a to d, or "not sure"; blank ones are left out.

    Raises QuestionError for a number or an answer that the questions do not have.

    >>> read_answers({1: "B", "2": "not sure", 3: ...})
    {'1': 'b', '2': 'not sure'}
    """
    answers = {}
    for number, answer in typed.items():
        n = str(number).strip()
        if n not in {str(i) for i in range(1, 13)}:
            raise QuestionError("answers", f"question {number}", "expected a number from 1 to 12")
        if answer is None or answer is ... or not str(answer).strip():
            continue
        text = str(answer).strip().rstrip(".").casefold()
        if text not in (*LETTERS, NOT_SURE):
            expected = f'expected "a", "b", "c", "d" or "not sure", found {answer!r}'
            raise QuestionError("answers", f"question {n}", expected)
        answers[n] = text
    return answers


def drawn_first() -> TestForm:
    """Which form this learner meets first: drawn once and kept; form A where nothing is kept."""
    file = progress_file("questions")
    if file is None:
        return "A"
    kept = read_progress(file)
    if kept.get("first_form") not in ("A", "B"):
        kept["first_form"] = random.SystemRandom().choice("AB")  # the one draw of the course that is not seeded
        _write(file, kept)
    return "A" if kept["first_form"] == "A" else "B"


def _write(file: Path, kept: dict[str, Any]) -> None:
    try:
        write_progress(file, kept)
    except OSError:  # a full or read-only disk must not take the questions away
        return


class Attempt:
    """One of the two times: its form, and the answers by number. Shown as a form to fill in, or as a list to read."""

    def __init__(self, time: Time, form: TestForm, answers: dict[str, str]) -> None:
        self.time, self.form, self.answers = time, form, answers
        self.closed = False  # the first time, once the second has begun
        self._questions = load_questions()

    @property
    def open(self) -> list[str]:
        """The numbers of the questions without an answer; "not sure" is an answer."""
        return [n for n in map(str, range(1, 13)) if n not in self.answers]

    def points(self) -> dict[str, int]:
        """1 where the key was chosen, else 0, by construct; "not sure" is 0."""
        return {
            q.about: int(self.answers.get(str(n)) == q.key(self.form))
            for n, q in enumerate(self._questions.questions, start=1)
        }

    def answer(self, typed: Mapping[Any, Any]) -> None:
        """Take answers over, as `read_answers` reads them, and keep them."""
        if self.closed:
            return
        self.answers.update(read_answers(typed))
        if file := progress_file("questions"):
            kept = read_progress(file)
            kept[self.time] = {"form": self.form, "answers": self.answers}
            _write(file, kept)

    def status(self) -> str:
        """How far this time is, in words; never how well."""
        form = f"This is form {self.form}."
        if self.closed:
            return f"{form} The first time is closed, since you have begun the second."
        if self.open:
            return f"{form} {12 - len(self.open)} of 12 answered. Still open: {', '.join(self.open)}."
        return f"{form} All 12 are answered."

    def __repr__(self) -> str:
        lines = []
        for n, q in enumerate(self._questions.questions, start=1):
            lines.append(f"{n}. {q.text(self.form)}")
            choices = q.choices(self.form, self._questions.way_out)
            lines += [f"   {letter}  {choice}" for letter, choice in zip(LETTERS, choices)]
        return "\n".join([*lines, self.status()])

    def _repr_html_(self) -> str:
        items = []
        for q in self._questions.questions:
            choices = q.choices(self.form, self._questions.way_out)
            items.append(element("li", element("p", q.text(self.form), _lettered(choices))))
        return element("div", element("ol", *items), element("p", self.status()), style="max-width: 46em")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if not has_page():
            return {"text/plain": repr(self), "text/html": self._repr_html_()}
        mend_controls()
        return self._widget()._repr_mimebundle_(include=include, exclude=exclude)

    def _widget(self) -> Any:
        import ipywidgets as w

        status = w.HTML()
        rows = []

        def show() -> None:
            status.value = element("p", self.status(), role="status")

        for n, q in enumerate(self._questions.questions, start=1):
            choices = q.choices(self.form, self._questions.way_out)
            asked = (f"{n}. {q.text(self.form)}", _lettered(choices))
            question = w.HTML(element("div", *asked, style="max-width: 46em; line-height: 1.4"))
            options = [("–", ""), *((letter, letter) for letter in LETTERS), ("I don’t know", NOT_SURE)]
            field = w.Dropdown(
                options=options,
                value=self.answers.get(str(n), ""),
                description=f"Question {n}",
                disabled=self.closed,
                layout=w.Layout(width="16em", margin="0 0 1.2em 0"),
            )

            def take(change: Mapping[str, Any], n: int = n) -> None:
                self.answers.pop(str(n), None)
                self.answer({n: change["new"]})
                show()

            field.observe(take, names="value")
            rows.append(w.VBox([question, field]))
        show()
        return w.VBox([*rows, status])


def _lettered(choices: list[str]) -> Markup:
    """The options of a question, each on a line of its own behind its letter."""
    lines = (Markup("<br>") + element("strong", letter) + f" {choice}" for letter, choice in zip(LETTERS, choices))
    return Markup("").join(lines)


def twelve_questions(time: Time, answers: Mapping[Any, Any] | None = None, form: TestForm | None = None) -> Attempt:
    """The twelve questions, the first or the second time.

    Parameters
    ----------
    time : "first" or "second"
    answers : mapping, optional
        Answers by number, for those who would rather type: `{1: "b", 2: "not sure"}`. The form shows them too.
    form : "A" or "B", optional
        Where nothing is kept from the first time; otherwise the form follows from what was drawn.

    Raises
    ------
    QuestionError
        For another time, and for an answer that the questions do not have.

    Examples
    --------
    >>> attempt = twelve_questions("first", {1: "b"}, form="A")
    >>> attempt.status()
    'This is form A. 1 of 12 answered. Still open: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.'
    """
    if time not in ("first", "second"):
        raise QuestionError("twelve_questions", "", f'expected "first" or "second", found {time!r}')
    if form not in (None, "A", "B"):
        raise QuestionError("twelve_questions", "", f'expected form "A" or "B", found {form!r}')
    file = progress_file("questions")
    kept = read_progress(file) if file else {}
    first = drawn_first()
    before = _kept_attempt(kept, time)
    drawn: TestForm = first if time == "first" else ("B" if first == "A" else "A")
    attempt = before if before and form in (None, before.form) else Attempt(time, form or drawn, {})
    attempt.closed = time == "first" and bool(kept.get("second"))
    if answers:
        attempt.answer(answers)
    return attempt


def _kept_attempt(kept: Mapping[str, Any], time: Time) -> Attempt | None:
    """The attempt as it was kept; None where none is, or where what is kept cannot be read."""
    entry = kept.get(time)
    if not isinstance(entry, dict) or entry.get("form") not in ("A", "B"):
        return None
    try:
        return Attempt(time, entry["form"], read_answers(entry["answers"]))
    except (KeyError, AttributeError, QuestionError):  # damaged: like none
        return None


# ── the change ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Comparison:
    """The change within one person: `table` (index construct, column `change`: "up", "same", "down") and the sums.

    Shown with the sentence on what it cannot show. Where an answer is missing there is no table, but what is missing.
    """

    def __init__(self, first: Attempt | None, second: Attempt | None) -> None:
        self.missing = ""
        self.table = pd.DataFrame({"change": []}, index=pd.Index([], name="construct"), dtype=object)
        self.sums: tuple[int, int] | None = None
        for name, attempt in (("first", first), ("second", second)):
            if attempt is None:
                self.missing += f" No answers of the {name} time are kept here; they lie in the work folder."
            elif attempt.open:
                self.missing += f" The {name} time lacks an answer to {', '.join(attempt.open)}."
        if first and second and first.form == second.form:
            self.missing += f" Both times are form {first.form}: two answers to the same question are no second form."
        if self.missing or first is None or second is None:
            return
        before, after = first.points(), second.points()
        words = {1: "up", 0: "same", -1: "down"}
        self.sums = sum(before.values()), sum(after.values())
        changes = [words[after[c] - before[c]] for c in before]
        self.table = pd.DataFrame({"change": changes}, index=pd.Index(list(before), name="construct"))

    def _head(self) -> str:
        if self.sums is None:
            return f"There is nothing to report yet.{self.missing}"
        return f"The key was chosen {self.sums[0]} times of 12 the first time, {self.sums[1]} times of 12 the second."

    def __repr__(self) -> str:
        lines = [f"{change:<5} {construct}" for construct, change in self.table["change"].items()]
        return "\n".join([self._head(), *lines, CAVEAT])

    def _repr_html_(self) -> str:
        signs = {"up": "▲", "same": "=", "down": "▼"}
        changes = self.table["change"].items()
        rows = [(str(construct), sign(signs[change], change)) for construct, change in changes]
        shown = table(("Construct", "Change"), rows) if rows else ""
        return element("div", element("p", self._head()), shown, element("p", CAVEAT), style="max-width: 46em")


def own_change(first: Attempt | None = None, second: Attempt | None = None) -> Comparison:
    """The change from the first time to the second, for one person and by construct.

    Parameters
    ----------
    first, second : Attempt, optional
        As from `twelve_questions`; without them what is kept in the work folder.

    Examples
    --------
    >>> before = twelve_questions("first", {n: "not sure" for n in range(1, 13)}, form="A")
    >>> after = twelve_questions("second", {n: "a" for n in range(1, 13)}, form="B")
    >>> own_change(before, after).sums
    (0, 3)
    """
    file = progress_file("questions")
    kept = read_progress(file) if file else {}
    return Comparison(first or _kept_attempt(kept, "first"), second or _kept_attempt(kept, "second"))
