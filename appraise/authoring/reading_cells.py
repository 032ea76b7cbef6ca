"""A lesson's cells as somebody reads them who does not run them.

What a cell shows stays; the code that shows it is folded, and opens with a click. An answer cell stays as it is where
code is asked for. Where labels are asked for, its place is taken by a plain list of what to choose for what.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from appraise.exercises.exercise import Exercise, Part

Letters = Mapping[str, Any]

FOLDED, REMOVED = "hide-input", "remove-cell"  # tags of MyST-NB


def cells_to_read(notebook: NotebookNode, exercises: dict[str, Exercise]) -> list[NotebookNode]:
    """The cells of a lesson that has been run, with tags that say which code is folded, and with the plain lists.

    Parameters
    ----------
    notebook : NotebookNode
        A released lesson with its outputs. It is not changed.
    exercises : dict of Exercise
        The exercises of the lesson, by id.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> price = Exercise(id="price", name="price", kind="classify", expected="stated", options=["stated", "not stated"])
    >>> cells = [new_code_cell(text) for text in ("import pandas", "price = ...", 'check("price", price)')]
    >>> cells[1].metadata["nbgrader"] = {"solution": True}
    >>> for cell in cells_to_read(new_notebook(cells=cells), {"price": price}):
    ...     print(cell.metadata.get("tags"), cell.source)
    ['hide-input'] import pandas
    ['hide-input'] price = ...
    None Choose *stated* or *not stated*.
    ['remove-cell'] check("price", price)
    """
    cells = [cell for n, cell in enumerate(notebook.cells) if not _only_reports(notebook.cells[n : n + 2])]
    asked = [_exercise_of(cell, exercises) for cell in cells]
    return [
        shown
        for n, cell in enumerate(cells)
        for shown in _shown(cell, next((exercise for exercise in asked[n:] if exercise), None))
    ]


def _shown(cell: NotebookNode, exercise: Exercise | None) -> Iterator[NotebookNode]:
    """A cell for readers, and what follows it. `exercise`: the one whose check comes next."""
    if cell.cell_type != "code":
        yield cell
        return
    call = _called(cell.source)
    is_answer = cell.metadata.get("nbgrader", {}).get("solution", False)
    choices = list_of_choices(exercise, _letters(cell.source)) if is_answer and exercise is not None else ""
    if call is not None and _name(call) == "predict":
        yield _tagged(cell, REMOVED)
        yield from _prediction(call)
    elif call is not None and _name(call) in ("check", "choose", "write_text", "lesson_report"):
        yield _tagged(cell, REMOVED)
    elif is_answer and not choices:
        yield cell
    else:
        yield _tagged(cell, FOLDED)
    if choices:
        yield new_markdown_cell(choices)


def _only_reports(cells: list[NotebookNode]) -> bool:
    """Whether the first of two cells is a heading, and all that follows it is how a learner stands."""
    heading, *report = cells
    is_bare = heading.cell_type == "markdown" and re.fullmatch(r"#+ [^\n]+", heading.source.strip()) is not None
    call = _called(report[0].source) if is_bare and report and report[0].cell_type == "code" else None
    return call is not None and _name(call) == "lesson_report"


def _letters(source: str) -> Letters:
    """What letters stand for, where a `choose` of an answer cell says it in the third place."""
    with suppress(SyntaxError, ValueError):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and _name(node) == "choose" and len(node.args) > 2:
                return dict(ast.literal_eval(node.args[2]))
    return {}


def list_of_choices(exercise: Exercise, letters: Letters | None = None) -> str:
    """What an exercise asks labels for, and the labels, as Markdown; empty where some part asks for something else.

    `letters`: what labels stand for that are letters, by letter, or by part and letter.

    Examples
    --------
    >>> expected = {"dict": [["dose", "yes"], ["route", "no"]]}
    >>> both = Exercise(id="x", name="x", kind="classify", expected=expected, options=["yes", "no"])
    >>> print(list_of_choices(both))
    For each, choose *yes* or *no*:
    <BLANKLINE>
    - dose
    - route
    >>> list_of_choices(Exercise(id="x", name="x", kind="compute", expected=4.7))
    ''
    """
    parts = list(exercise.parts.values()) if not (exercise.is_function or exercise.is_plot) else []
    if not parts or any(part.options is None for part in parts):
        return ""
    if len(parts) == 1 and not parts[0].name:
        if letters:
            return "Choose one:\n\n" + "\n".join(f"- *{o}*: {_escape(str(letters[o]))}" for o in parts[0].options or ())
        return f"Choose {_either(parts[0])}."
    names = [_escape(part.name) for part in parts]
    if len({part.options for part in parts}) == 1 and not letters:
        if all(len(name) <= 2 for name in names):  # letters, which the question explains
            return f"For {_listed(names, 'and')}, choose {_either(parts[0])}."
        return f"For each, choose {_either(parts[0])}:\n\n" + "\n".join(f"- {name}" for name in names)
    rows = (f"- {_escape(part.name)}: {_either(part, letters)}" for part in parts)
    return "For each, choose one:\n\n" + "\n".join(rows)


def _either(part: Part, letters: Letters | None = None) -> str:
    words = (letters or {}).get(part.name, {})
    stands_for = words if isinstance(words, Mapping) else {}
    options = [
        f"*{_escape(o)}*" + (f" ({_escape(stands_for[o])})" if o in stands_for else "") for o in part.options or ()
    ]
    return _listed(options, "or")


def _listed(words: list[str], before_last: str) -> str:
    *first, last = words
    return f"{', '.join(first)} {before_last} {last}" if first else last


def _escape(text: str) -> str:
    """Text that Markdown and HTML leave as it is."""
    return re.sub(r"([\\`*_{}\[\]()#|~$])", r"\\\1", html.escape(text, quote=False))


def _prediction(call: ast.Call) -> Iterator[NotebookNode]:
    """The question of a prediction, where it is written out in the call."""
    question = next((keyword.value for keyword in call.keywords if keyword.arg == "question"), None)
    if isinstance(question, ast.Constant) and isinstance(question.value, str):
        yield new_markdown_cell(f"**Before you read on:** {_escape(question.value)}")


def _exercise_of(cell: NotebookNode, exercises: dict[str, Exercise]) -> Exercise | None:
    """The exercise that a check cell checks."""
    call = _called(cell.source) if cell.cell_type == "code" else None
    if call is None or _name(call) != "check" or not call.args or not isinstance(call.args[0], ast.Constant):
        return None
    return exercises.get(str(call.args[0].value))


def _called(source: str) -> ast.Call | None:
    """The call that a cell is made of, if it is one call of a function by its name."""
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a cell with a command of Jupyter
        return None
    if len(body) != 1 or not isinstance(body[0], ast.Expr) or not isinstance(body[0].value, ast.Call):
        return None
    return body[0].value if isinstance(body[0].value.func, ast.Name) else None


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _tagged(cell: NotebookNode, tag: str) -> NotebookNode:
    metadata = NotebookNode({**cell.metadata, "tags": [*cell.metadata.get("tags", []), tag]})
    return NotebookNode({**cell, "metadata": metadata})
