"""The forms of a lesson: `choose`, `mark`, `predict`, `write_text`.

A form stands under its answer cell and writes what is chosen into that cell's text, so that the notebook that is handed
in holds plain text. Where no page can show a form (a lesson that is graded, compiled or run by a program) each of these
does nothing. A form is never saved: `appraise.learner.waking`, which a lesson's opening cell calls, shows all again.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from appraise.exercises.packs import find_exercise
from appraise.learner.answers import Answer
from appraise.learner.calls import answer_name
from appraise.learner.session import AnswerSession, Prediction, PredictionSession, Words
from appraise.runtime import is_live, kernel_shell

if TYPE_CHECKING:
    from appraise.widgets.form_session import Session
    from appraise.widgets.form_widget import FormWidget


class Cell(NamedTuple):
    """A cell of the learner's notebook, as the page names it, and its text."""

    id: str
    source: str


open_forms: dict[tuple[str, str], FormWidget] = {}  # by exercise and cell, for as long as the kernel lives
predictions: dict[str, Prediction] = {}


# ── what lessons call ───────────────────────────────────────────────────────────────────────────────────────────────


def choose(exercise_id: str, answer: Any, words: Words | None = None) -> None:
    """Show a form in which labels are chosen for the parts of an answer.

    Parameters
    ----------
    exercise_id : str
        The exercise's id, as in the check.
    answer : dict, DataFrame or one value
        What the answer cell's name holds; its parts that are not answered are three dots, or empty texts in a table.
    words : mapping, optional
        What a part's line says in the place of its key; or, where labels are letters, what each of them stands for:
        by letter where the answer is one thing, by part and letter where it has parts.

    Examples
    --------
    >>> choose("numbers-follow-it-home", {"walsh post": ...})  # nothing happens outside a notebook
    """
    _show_from_cell("choose", exercise_id, answer, words)


def mark(exercise_id: str, answer: dict[str, Any], sentences: Mapping[str, str] | Sequence[str] | None = None) -> None:
    """Show a passage whose sentences are clicked and given a label.

    Parameters
    ----------
    exercise_id : str
        The exercise's id, as in the check.
    answer : dict
        A key for each sentence.
    sentences : mapping or sequence of str, optional
        The words of each sentence, by the answer's keys or in their order. Without it the keys are the sentences.

    Raises
    ------
    ValueError
        Where a sequence has another length than the answer.

    Examples
    --------
    >>> mark("telling-sentence-by-sentence", {"sentence 1": ...}, ["Pain fell."])  # nothing outside a notebook
    """
    if sentences is not None and not isinstance(sentences, Mapping):
        if len(sentences) != len(answer):
            raise ValueError(f"mark {exercise_id}: expected {len(answer)} sentences, found {len(sentences)}")
        sentences = dict(zip(map(str, answer), sentences))
    _show_from_cell("mark", exercise_id, answer, sentences)


def write_text(exercise_id: str, text: Any) -> None:
    """Show a text area for an answer in words, with a count and the points that are still missing.

    Parameters
    ----------
    exercise_id : str
        The exercise's id, as in the check.
    text : str or the three dots
        What the answer cell's name holds.

    Examples
    --------
    >>> write_text("telling-two-hundred-words", ...)  # nothing outside a notebook
    """
    _show_from_cell("write", exercise_id, text)


def predict(
    prediction_id: str,
    low: float,
    high: float,
    *,
    unit: str = "",
    question: str = "",
    value: float | None = None,
    reason: str = "",
) -> None:
    """Show a line on which a number is predicted, with a reason in a few words that can be left out. Nobody judges it.

    Parameters
    ----------
    prediction_id : str
        By this id `predicted` finds the number.
    low, high : float
        The ends of the line.
    unit : str
        What the number counts or measures.
    question : str
        The line's heading.
    value, reason
        What was predicted. The form writes them here, so that they last.

    Raises
    ------
    ValueError
        Where `low` is not below `high`.

    Examples
    --------
    >>> predict("how-much-lower", 0, 10, unit="points", value=2.5)
    >>> predicted("how-much-lower")
    2.5
    """
    if not low < high:
        raise ValueError(f"predict {prediction_id}: expected the lower end first, found {low} and {high}")
    made = Prediction(prediction_id, low, high, unit, question, value, reason)
    predictions[prediction_id] = made
    cell = running_cell()
    if cell is not None:
        show_form("predict", prediction_id, PredictionSession(made), cell, display=True)


def predicted(prediction_id: str) -> float | None:
    """The number that was predicted, or None.

    >>> predicted("never-asked") is None
    True
    """
    made = predictions.get(prediction_id)
    return made.value if made else None


def predicted_reason(prediction_id: str) -> str:
    """The reason that was given for a prediction; empty where none was.

    >>> predicted_reason("never-asked")
    ''
    """
    made = predictions.get(prediction_id)
    return made.reason if made else ""


# ── showing a form ──────────────────────────────────────────────────────────────────────────────────────────────────


def running_cell() -> Cell | None:
    """The cell that runs, or None where no page has asked for it: only a page names its cells."""
    shell = kernel_shell() if is_live() else None
    if shell is None:
        return None
    parent = shell.kernel.get_parent() or {}
    cell_id = parent.get("metadata", {}).get("cellId")
    return Cell(str(cell_id), str(parent.get("content", {}).get("code", ""))) if cell_id else None


def _show_from_cell(kind: str, exercise_id: str, value: Any, sentences: Words | None = None) -> None:
    cell = running_cell()
    if cell is not None:
        show_answer(kind, exercise_id, value, sentences, cell, display=True)


def show_answer(kind: str, exercise_id: str, value: Any, sentences: Words | None, cell: Cell, display: bool) -> None:
    """Open the form of an exercise at a cell, on the value that the cell's name holds."""
    known = find_exercise(exercise_id)
    if known is None:
        print(f"The course's library knows no exercise “{exercise_id}”, so there is no form for it.")
        return
    exercise = known[1]
    name = answer_name(cell.source, exercise_id) or exercise.name
    answer = Answer(exercise, value, name, kernel_names())
    show_form(kind, exercise_id, AnswerSession(exercise, answer, sentences), cell, display)


def kernel_names() -> MutableMapping[str, Any]:
    """The names of the learner's kernel."""
    names: MutableMapping[str, Any] = kernel_shell().user_ns
    return names


def show_form(kind: str, exercise_id: str, session: Session, cell: Cell, display: bool) -> None:
    """Open a form at a cell, or renew the one that is open there."""
    from appraise.widgets.form_widget import FormWidget

    place = (exercise_id, cell.id)
    widget = open_forms.get(place)
    if widget is None:
        widget = open_forms[place] = FormWidget(kind, exercise_id, session, cell.id, cell.source)
    else:
        widget.renew(session, cell.source)
    if display:
        from IPython.display import display as show

        # the page takes this output away once the form stands in its cell; `appraise` marks it for that
        bundle, _ = widget._repr_mimebundle_() or ({}, {})
        bundle["text/plain"] = "Run this cell to see its form."
        show(bundle, metadata={"appraise": "form"}, raw=True)
