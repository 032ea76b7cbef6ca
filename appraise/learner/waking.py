"""Shows the forms of a notebook again when it is opened again: called by `lesson(...)` in its opening cell."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from appraise.learner import forms
from appraise.learner.calls import calls
from appraise.learner.desks import WAKERS
from appraise.learner.forms import Cell
from appraise.learner.literal import NotWritable
from appraise.learner.session import Prediction, PredictionSession
from appraise.learner.source import FORMS, assignments
from appraise.runtime import open_notebook


def wake() -> None:
    """Show all forms of the notebook that this kernel belongs to, without running their cells.

    It reads the saved notebook. A cell with more than literals is left alone: its form comes when the cell is run.
    """
    if forms.running_cell() is None:
        return
    for cell in _saved_cells(open_notebook()):
        if any(f"{name}(" in cell.source for name in FORMS):
            _wake_cell(cell)
        if any(f"{name}(" in cell.source for name in WAKERS):
            _wake_desks(cell)


def _saved_cells(notebook: Path) -> list[Cell]:
    """The code cells of a saved notebook that have an id; none where it cannot be read."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        code = [c for c in cells if c["cell_type"] == "code" and c.get("id")]
        return [Cell(c["id"], "".join(c["source"])) for c in code]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _wake_cell(cell: Cell) -> None:
    try:
        result = list(calls(cell.source))
    except NotWritable:
        return
    for call in result:
        first, function = call.args[0], call.func
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str) and isinstance(function, ast.Name)):
            continue
        if (first.value, cell.id) in forms.open_forms:
            continue
        if function.id == "predict":
            _wake_prediction(call, cell)
        else:
            _wake_answer("write" if function.id == "write_text" else function.id, first.value, call, cell)


def _wake_desks(cell: Cell) -> None:
    """Wake the desks of a cell whose calls hold texts alone."""
    try:
        tree = ast.parse(cell.source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WAKERS:
            argument = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if len(argument) == len(node.args) and argument:
                WAKERS[node.func.id](cell.id, *argument)


def _wake_answer(kind: str, exercise_id: str, call: ast.Call, cell: Cell) -> None:
    names = forms.kernel_names()
    answer, sentences = (*call.args[1:], None, None)[:2]
    if not isinstance(answer, ast.Name) or not _make_answer(cell.source, answer.id, names):
        return
    words: Any = None
    if sentences is not None:
        words = _sentences(sentences, cell.source, names)
        if words is None:
            return
        if not isinstance(words, Mapping):
            words = dict(zip(map(str, names[answer.id]), words))
    forms.show_answer(kind, exercise_id, names[answer.id], words, cell, display=False)


def _sentences(node: ast.expr, source: str, names: MutableMapping[str, Any]) -> Any:
    """What a marked passage is handed in the third place: a literal, a name of literals, a case's call; else None."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        owner = names.get(node.func.value.id)
        if not getattr(owner, "gives_sentences", False) or node.keywords:
            return None
        with suppress(ValueError):
            return getattr(owner, node.func.attr)(*map(ast.literal_eval, node.args))
        return None
    try:
        return ast.literal_eval(node)
    except ValueError:
        is_there = isinstance(node, ast.Name) and _make_answer(source, node.id, names)
        return names[node.id] if is_there and isinstance(node, ast.Name) else None


def _make_answer(source: str, name: str, names: MutableMapping[str, Any]) -> bool:
    """Give an answer's name its value by running the cell's own lines, where all they hold is literals."""
    if name in names:
        return True
    try:
        lines = assignments(source, name)
    except NotWritable:
        return False
    if not all(isinstance(s, ast.Assign) and _is_simple(s.value) for s in lines):
        return False
    try:
        exec(compile(ast.Module(lines, []), "<answer cell>", "exec"), names)  # type: ignore[arg-type]
    except Exception:  # a table of other cells' rows: its form comes when the cell is run
        names.pop(name, None)
        return False
    return name in names


_SIMPLE = (ast.Constant, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Name, ast.Attribute, ast.Subscript, ast.keyword)
_SIMPLE_CALLS = {"pd.DataFrame", "pandas.DataFrame", "DataFrame"}


def _is_simple(node: ast.AST) -> bool:
    """Does an expression only name things and put literals together, or make a table of them?"""
    if isinstance(node, ast.Call):
        parts = [*node.args, *node.keywords]
        return ast.unparse(node.func) in _SIMPLE_CALLS and all(map(_is_simple, parts))
    if isinstance(node, ast.UnaryOp | ast.expr_context | ast.unaryop):
        return all(map(_is_simple, ast.iter_child_nodes(node)))
    return isinstance(node, _SIMPLE) and all(map(_is_simple, ast.iter_child_nodes(node)))


def _wake_prediction(call: ast.Call, cell: Cell) -> None:
    try:
        places = [ast.literal_eval(a) for a in call.args]
        named = {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg}
        made = Prediction(*places, **named)
    except (ValueError, TypeError):  # ends that are computed: the form comes when the cell is run
        return
    forms.predictions[made.exercise] = made
    forms.show_form("predict", made.exercise, PredictionSession(made), cell, display=False)
