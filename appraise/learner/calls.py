"""Finds the calls of forms in a cell, and changes the keywords of one, as `predict("id", 0, 10, value=4.5)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from appraise.learner.literal import NotWritable, literal
from appraise.learner.source import FORMS, Text, constant, verified


def calls(source: str) -> Iterator[ast.Call]:
    """The calls of forms in a cell, in order, that name an exercise as a text in the first place."""
    yield from _calls(Text.parse(source).tree)


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in (each for statement in tree.body for each in ast.walk(statement)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORMS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node


def answer_name(source: str, exercise: str) -> str | None:
    """The name that a cell hands to the form of an exercise.

    >>> answer_name('choose("follow-it-home", fate)', "follow-it-home")
    'fate'
    """
    try:
        for call in calls(source):
            first, second = (*call.args, None)[:2]
            if isinstance(first, ast.Constant) and first.value == exercise and isinstance(second, ast.Name):
                return second.id
    except NotWritable:
        pass
    return None


def read_arguments(source: str, function: str, exercise: str) -> dict[str, Any]:
    """The keywords of one call, where they are literals.

    >>> read_arguments('predict("how-much", 0, 10, value=4.5)', "predict", "how-much")
    {'value': 4.5}
    """
    return {k.arg: constant(k.value) for k in _call(Text.parse(source), function, exercise).keywords if k.arg}


def write_argument(source: str, function: str, exercise: str, argument: str, value: Any) -> str:
    """The cell's text with a keyword of one call set, as `predict("id", 0, 10, value=4.5)`.

    >>> write_argument('predict("how-much", 0, 10)', "predict", "how-much", "value", 4.5)
    'predict("how-much", 0, 10, value=4.5)'
    """
    text = Text.parse(source)
    call = _call(text, function, exercise)
    for keyword in call.keywords:
        if keyword.arg == argument:
            constant(keyword.value)

            def find(new: Text) -> ast.expr:
                return next(k.value for k in _call(new, function, exercise).keywords if k.arg == argument)

            return verified(text, keyword.value, literal(value), find, value)
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        raise NotWritable("the call takes values that cannot be told apart")
    wanted = ast.dump(ast.Call(call.func, call.args, [*call.keywords, ast.keyword(argument, ast.Constant(value))]))
    new = f"{argument}={literal(value)}"
    last = max(text.span(node)[1] for node in [*call.args, *(k.value for k in call.keywords)])
    before_bracket = text.span(call)[1] - 1
    for place, words in ((last, f", {new}"), (before_bracket, f", {new}"), (before_bracket, f" {new}")):
        changed = source[:place] + words + source[place:]
        try:
            if ast.dump(_call(Text.parse(changed), function, exercise)) == wanted:
                return changed
        except NotWritable:
            continue
    raise NotWritable("the call has no place for its value")


def _call(text: Text, function: str, exercise: str) -> ast.Call:
    result = [
        call
        for call in _calls(text.tree)
        if isinstance(call.func, ast.Name)
        and call.func.id == function
        and isinstance(call.args[0], ast.Constant)
        and call.args[0].value == exercise
    ]
    if len(result) != 1:
        raise NotWritable("the call does not stand in this cell once")
    return result[0]
