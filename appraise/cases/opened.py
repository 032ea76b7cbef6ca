"""A case in a learner's notebook: what its cells show, and the sentences that its forms are handed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from appraise.cases.casemaking import make_case
from appraise.cases.exercising import BLOCKS, CODE_TASK, TASKS, Spot
from appraise.cases.issuing import CODE, DEMO_SECRET, draw_code, issue, spell_code
from appraise.cases.labels import STEPS
from appraise.cases.public import CaseKey, CaseText, case_key, case_text
from appraise.cases.showing import (
    blocks_of,
    show_abstract,
    show_block,
    show_headlines,
    show_reasons,
    show_telling,
    show_worked,
)
from appraise.cases.wordings import Voice
from appraise.errors import AppraiseError
from appraise.exercises.exercise import Exercise
from appraise.exercises.parts import flatten
from appraise.exercises.serialize import Json
from appraise.exercises.values import is_blank
from appraise.learner.formal import Formal, formal_checks
from appraise.markup import HtmlPage, element
from appraise.runtime import open_notebook

DEMO_STUDENT = "demo"
_CODE = re.compile(r'^code\s*=\s*["\']([^"\']*)["\']', re.MULTILINE)

Pair = tuple[CaseText, CaseKey]


class OpenCase:
    """A case whose key is open: the worked example, and the practice cases.

    Parameters
    ----------
    make : callable
        Gives text and key; called once, when something of the case is shown.
    """

    gives_sentences = True  # a form may be shown again from `sentences` and its like: see appraise.learner.waking

    def __init__(self, make: Callable[[], Pair]) -> None:
        self._make = make

    @cached_property
    def _pair(self) -> Pair:
        return self._make()

    def prepare(self) -> None:
        """Make the case now."""
        _ = self._pair

    @property
    def text(self) -> CaseText:
        """The case as a learner sees it."""
        return self._pair[0]

    @property
    def _blocks(self) -> tuple[tuple[Spot, ...], ...]:
        counts = [len(telling.sentences) for telling in self.text.tellings]
        return tuple(tuple(Spot(i, j) for j in range(count)) for i, count in enumerate(counts))

    def abstract(self) -> HtmlPage:
        """The title and the abstract."""
        return show_abstract(self.text)

    def telling(self, number: int = 1) -> HtmlPage:
        """Heading, lead and sentences of a telling, counted from 1."""
        telling = self.text.tellings[number - 1]
        return show_telling(telling, telling.sentences)

    def sentences(self, number: int = 1) -> dict[str, str]:
        """The sentences that an exercise asks about, by the names that its answer has for them."""
        block = self._blocks[number - 1]
        return {f"sentence {i}": self._words(spot) for i, spot in enumerate(block, 1)}

    def _words(self, spot: Spot) -> str:
        return self.text.tellings[spot.telling].sentences[spot.sentence]

    def figures(self) -> dict[str, str]:
        """The sentences whose figure is asked about."""
        places = [Spot(place.telling - 1, place.sentence - 1) for place in self.text.figures]
        return {f"figure {i}": self._words(spot) for i, spot in enumerate(places, 1)}

    def questions(self) -> dict[str, str]:
        """The questions on bias; with them, in a practice case, the one on the p value."""
        return dict(self.text.questions)

    def headlines(self) -> HtmlPage:
        """The four headlines."""
        return show_headlines(self.text)

    def fitting(self) -> int:
        """How many sentences fit the abstract, over all tellings."""
        return sum(mark.step == STEPS[0] for marks in self._pair[1].marks for mark in marks)

    def worked(self) -> HtmlPage:
        """Every sentence with its mark and its reason."""
        return show_worked(*self._pair)

    def reasons(self, marks: object, number: int = 1) -> HtmlPage:
        """The reason behind each sentence that you have marked."""
        return show_reasons(self._pair[1], self._blocks[number - 1], marks)


def practice_case(seed: str, voice: Voice) -> OpenCase:
    """A case of one telling, by its seed; text and key are in the open.

    >>> len(practice_case("a seed", "news").sentences())
    8
    """

    def make() -> Pair:
        case = make_case(seed, voices=(voice,))
        return case_text(case, "PRACTICE"), case_key(case, "PRACTICE")

    return OpenCase(make)


def demo_pair(slug: str) -> Pair:
    """The case of the demonstration student of a lesson: its secret is public, and so is its key."""
    one = next(iter(issue(DEMO_SECRET, slug, [DEMO_STUDENT])))
    return one.text, one.key


class CaseNotFound(AppraiseError):
    """No case with this code lies beside the notebook."""


class MyCase(OpenCase):
    """The case that a code opens: the demonstration's, whose key is open, or one that a teacher has issued.

    Parameters
    ----------
    slug : str
        The lesson.
    folder : Path
        Where the lesson's cases lie, each as CODE.json.
    """

    def __init__(self, slug: str, folder: Path = Path("cases")) -> None:
        super().__init__(lambda: demo_pair(slug))
        self.slug, self.folder = slug, folder
        self._issued: CaseText | None = None
        self._code: str | None = None

    @property
    def demo_code(self) -> str:
        """The code of the demonstration's case."""
        return draw_code(DEMO_SECRET, self.slug, DEMO_STUDENT)

    def open(self, code: object) -> HtmlPage:
        """Open the case of a code, and show its abstract; says in a sentence where there is none."""
        self._issued = self._code = None
        if not isinstance(code, str) or not code.strip():
            return _note("Put your code into the cell above, run it and its check, and then run this cell again.")
        spelt = spell_code(code)
        if spelt != self.demo_code:
            try:
                self._issued = read_case(self.folder, spelt)
            except CaseNotFound as error:
                return _note(str(error))
        self._code = spelt
        return self.abstract()

    @property
    def is_open(self) -> bool:
        """Whether a code has opened a case; after a restart the saved notebook's code opens it again."""
        if self._code is None and (code := _saved_code()):
            self.open(code)
        return self._code is not None

    @property
    def is_issued(self) -> bool:
        """Whether the case is a teacher's, so that its key is not here."""
        return self.is_open and self._issued is not None

    @property
    def text(self) -> CaseText:
        return self._issued or self._pair[0]

    @property
    def _blocks(self) -> tuple[tuple[Spot, ...], ...]:
        return blocks_of(self.text)

    def telling(self, number: int = 1) -> HtmlPage:
        """Heading and lead of the telling that a block of sentences comes from, and the sentences."""
        if not self.is_open:
            return _note("Your case is not open yet.")
        return show_block(self.text, number)

    def sentences(self, number: int = 1) -> dict[str, str]:
        return super().sentences(number) if self.is_open else {}

    def figures(self) -> dict[str, str]:
        return super().figures() if self.is_open else {}

    def questions(self) -> dict[str, str]:
        return super().questions() if self.is_open else {}

    def headlines(self) -> HtmlPage:
        return super().headlines() if self.is_open else _note("Your case is not open yet.")

    def outcome(self) -> HtmlPage:
        """The outcome that the questions on the difference and on p are about."""
        if not self.is_open:
            return _note("Your case is not open yet.")
        return _note(f"The outcome is: {self.text.outcome}." if self.text.outcome else "This case does not ask it.")

    def reasons(self, marks: object, number: int = 1) -> HtmlPage:
        """The reasons, where the case is the demonstration's; an issued case keeps them until it is given back."""
        if not self.is_open:
            return _note("Your case is not open yet.")
        if self.is_issued:
            return _note("The reasons come with your feedback, after the last date on which anybody can hand in.")
        return super().reasons(marks, number)

    # ── what the check says of an issued case ───────────────────────────────────────────────────────────────────────

    def check_form(self, exercise: Exercise, answer: Json) -> Formal | None:
        """The form of an answer to an issued case; None for the demonstration's, which is judged."""
        if exercise.id == CODE_TASK:
            return self._check_code(answer)
        if not self.is_issued:
            return None
        count, done, faults = self._count_answers(exercise, answer)
        words = f"{done} of {count} answered." if count else "Your case does not ask this."
        if faults:
            words += f" {faults[0]}"
        elif done == count:
            words += " Your teacher’s copy of the key judges them; nothing of it is on this machine."
        return Formal(done == count and not faults, words)

    def _count_answers(self, exercise: Exercise, answer: Json) -> tuple[int, int, list[str]]:
        asked = self._asked(exercise.id)
        parts = dict(flatten(answer).values())
        argument = {name: parts.get(name) for name in asked}
        done = {name: value for name, value in argument.items() if not is_blank(value)}
        faults = [
            f"“{name}” holds a word that is not on the list." for name, v in done.items() if not _is_known(exercise, v)
        ]
        if exercise.id in TASKS[:BLOCKS]:
            half = [name for name, value in done.items() if value == STEPS[1]]
            faults += [f"“{name}” does not fit, you say: choose the kind as well." for name in half]
        return len(asked), len(done), faults

    def _asked(self, task: str) -> list[str]:
        """The parts of a task that this case asks."""
        if task in TASKS[:BLOCKS]:
            return list(self.sentences(TASKS.index(task) + 1))
        outcome = bool(self.text.outcome)
        asked = {
            "unseen-own-figures": list(self.figures()),
            "unseen-own-difference": ["difference", "lower end", "upper end"] if outcome else [],
            "unseen-own-p": [""] if outcome else [],
            "unseen-own-bias": list(self.questions()),
            "unseen-own-headline": [""] if self.text.headlines else [],
        }
        return asked[task]

    def _check_code(self, answer: Json) -> Formal | None:
        if not isinstance(answer, str) or not answer.strip() or spell_code(answer) == self.demo_code:
            return None
        if not self.folder.is_dir() and not CODE.fullmatch(spell_code(answer)):
            # nobody issued cases here: the demonstration's code is meant, and its remarks say what is amiss
            return None
        try:
            text = read_case(self.folder, spell_code(answer))
        except CaseNotFound as error:
            return Formal(False, str(error))
        return Formal(True, f"This code opens “{text.title}”.")


def watch(case: MyCase) -> None:
    """Let the checks of a graded case's exercises ask this case first."""
    for task in (CODE_TASK, *TASKS):
        formal_checks[task] = case.check_form


def read_case(folder: Path, code: str) -> CaseText:
    """The text of an issued case. Raises CaseNotFound where there is none, or it cannot be read."""
    if not CODE.fullmatch(code):
        raise CaseNotFound(f"“{code[:20]}” is no code. Expected four letters or digits, a hyphen, and four more.")
    try:
        return CaseText.model_validate_json((folder / f"{code}.json").read_bytes())
    except OSError:
        raise CaseNotFound(
            f"No case with the code {code} lies beside this notebook, in the folder “cases”. Look at the code letter "
            "by letter; if it is the one that you were given, ask your teacher."
        ) from None
    except ValidationError:
        raise CaseNotFound(f"The case {code} cannot be read. Ask your teacher for it again.") from None


def _is_known(exercise: Exercise, value: Json) -> bool:
    labels = {label.casefold() for part in exercise.parts.values() for label in part.options or ()}
    return not labels or (isinstance(value, str) and value.strip().casefold() in labels)


def _note(words: str) -> HtmlPage:
    return HtmlPage(element("p", words, style="max-width: 46em"), words)


def _saved_code() -> str:
    """The code in the notebook that this kernel was started for, as it was saved; "" where there is none."""
    try:
        cells = json.loads(open_notebook().read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    result = [match[1] for source in sources if (match := _CODE.search(source))]
    return result[0] if result else ""
