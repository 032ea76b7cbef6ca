"""Changes one value in the text of an answer cell and leaves every other character as it is.

The text is parsed by Python's own parser, so comments, line ends and unusual formatting survive. A cell whose answer is
computed, or changed again by code of the learner's own, is refused with `NotWritable`: nothing is written there.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from appraise.learner.literal import NotWritable, literal

Path = tuple[Any, ...]  # the keys (or places in a list) that lead from the answer to one of its values; () for itself

FORMS = ("choose", "mark", "predict", "write_text")
_HARMLESS = {*FORMS, "print", "display", "len", "sorted", "list", "type"}  # calls that leave their argument unchanged


# ── positions ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Text:
    """A cell's text with its syntax tree; positions of the tree become places in the text.

    Raises NotWritable where the text is not Python.
    """

    source: str
    tree: ast.Module

    @classmethod
    def parse(cls, source: str) -> Text:
        try:
            return cls(source, ast.parse(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise NotWritable("the cell is not complete Python") from error

    def _line_starts(self) -> list[int]:
        return [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", self.source))]

    def place(self, line: int, byte: int) -> int:
        """The place in the text of a position in the tree, which counts lines from 1 and bytes of UTF-8 from 0."""
        starts = self._line_starts()
        start = starts[line - 1]
        end = starts[line] if line < len(starts) else len(self.source)
        return start + len(self.source[start:end].encode("utf-8")[:byte].decode("utf-8"))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node begins and ends."""
        if node.end_lineno is None or node.end_col_offset is None:
            raise NotWritable("the cell has no positions")
        return self.place(node.lineno, node.col_offset), self.place(node.end_lineno, node.end_col_offset)

    def with_span(self, node: ast.expr, new: str) -> str:
        """The text with a node replaced; refused where a comment stands inside it, which would be lost."""
        start, end = self.span(node)
        if _holds_comment(self.source[start:end]):
            raise NotWritable("a comment stands inside the value")
        return self.source[:start] + new + self.source[end:]

    def line_end(self, node: ast.stmt) -> int:
        """The end of the last line of a statement, after a comment on that line."""
        _, end = self.span(node)
        result = re.compile(r"\r\n|\r|\n").search(self.source, end)
        return result.start() if result else len(self.source)

    def newline(self) -> str:
        """The kind of line end that the text uses."""
        result = re.search(r"\r\n|\r|\n", self.source)
        return result.group() if result else "\n"


def _holds_comment(segment: str) -> bool:
    if "#" not in segment:
        return False
    try:
        return any(t.type == tokenize.COMMENT for t in tokenize.generate_tokens(io.StringIO(f"({segment})").readline))
    except (tokenize.TokenError, SyntaxError):
        return True


# ── what a cell says about an answer ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Setting:
    """One statement that sets a value: where it is put, the value's node, the statement."""

    path: Path
    value: ast.expr
    statement: ast.stmt
    in_table: bool = False


def _mentions(node: ast.AST, name: str) -> bool:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id == name:
            return True
        if isinstance(each, ast.alias) and (each.asname or each.name) in {name, "*"}:
            return True
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and each.name == name:
            return True
    return False


def constant(node: ast.expr) -> Any:
    """The value of a literal node; NotWritable for anything else."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise NotWritable("the value is computed") from error


def _target(target: ast.expr, name: str) -> tuple[Path, bool] | None:
    """The path that an assignment's target stands for, and whether it is a table's line; None for another kind."""
    keys: list[Any] = []
    while isinstance(target, ast.Subscript):
        key = constant(target.slice)
        value = target.value
        if isinstance(value, ast.Attribute) and value.attr in {"loc", "at"}:
            is_own = isinstance(value.value, ast.Name) and value.value.id == name and not keys
            return ((key if isinstance(key, tuple) else (key,)), True) if is_own else None
        keys.insert(0, key)
        target = value
    return (tuple(keys), False) if isinstance(target, ast.Name) and target.id == name else None


def sets_of(text: Text, name: str) -> list[Setting]:
    """The statements that set the answer or a part of it, in order, from its last own assignment on.

    Raises NotWritable where the name is not assigned, or where other code of the cell may change what it holds.
    """
    result: list[Setting] = []
    for statement in text.tree.body:
        if not _mentions(statement, name):
            continue
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, value = statement.target, statement.value
        elif isinstance(statement, ast.Expr) and _only_shows(statement.value, name):
            continue
        else:
            raise NotWritable("code of your own changes the answer")
        placed = _target(target, name)
        if placed is None or _mentions(value, name):
            raise NotWritable("code of your own changes the answer")
        if placed == ((), False):
            result = []
        elif not result:
            raise NotWritable("the answer is made in another cell")
        result.append(Setting(placed[0], value, statement, placed[1]))
    if not result:
        raise NotWritable("the answer is made in another cell")
    return result


def _only_shows(node: ast.expr, name: str) -> bool:
    """Is this the bare name, or a call of a form, of `print` and their like, with the bare name in it?"""
    if isinstance(node, ast.Name):
        return True
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _HARMLESS):
        return False
    arguments = [*node.args, *(k.value for k in node.keywords)]
    return all(_only_shows(a, name) or not _mentions(a, name) for a in arguments)


def descend(node: ast.expr, path: Path) -> ast.expr:
    """The node of one value inside a literal."""
    for step in path:
        if isinstance(node, ast.Dict):
            if None in node.keys:
                raise NotWritable("the dictionary is put together from others")
            keys = [constant(k) for k in node.keys if k is not None]
            places = [i for i, k in enumerate(keys) if type(k) is type(step) and k == step]
            if not places:
                raise NotWritable("the dictionary in the cell has no such entry")
            node = node.values[places[-1]]
        elif isinstance(node, ast.List | ast.Tuple) and isinstance(step, int):
            if any(isinstance(e, ast.Starred) for e in node.elts) or not 0 <= step < len(node.elts):
                raise NotWritable("the list is put together from others")
            node = node.elts[step]
        else:
            raise NotWritable("the answer is computed")
    return node


def assignments(source: str, name: str) -> list[ast.stmt]:
    """The statements of a cell that make an answer, where nothing else in the cell changes it.

    >>> len(assignments('fate = {"walsh": ...}\\nfate["walsh"] = "same"', "fate"))
    2
    """
    return [each.statement for each in sets_of(Text.parse(source), name)]


def _value_node(sets: Sequence[Setting], path: Path) -> ast.expr:
    """The node whose value the path has after the cell has run."""
    for each in reversed(sets):
        if not each.in_table and path[: len(each.path)] == each.path:
            return descend(each.value, path[len(each.path) :])
        if each.path[: len(path)] == path:
            raise NotWritable("a part of the value is set on its own")
    raise NotWritable("the answer is made in another cell")


# ── reading and writing one value ───────────────────────────────────────────────────────────────────────────────────


def read_value(source: str, name: str, path: Path) -> Any:
    """The value that the cell's text gives to one part of an answer.

    >>> read_value('fate = {"walsh": "same"}', "fate", ("walsh",))
    'same'
    """
    return constant(_value_node(sets_of(Text.parse(source), name), path))


def write_value(source: str, name: str, path: Path, value: Any) -> str:
    """The cell's text with the value of one part replaced.

    Parameters
    ----------
    source : str
        The cell's text.
    name : str
        The name that holds the answer.
    path : tuple
        Keys of dictionaries and places in lists that lead to the value; empty for the answer itself.
    value : object
        A literal: text, number, truth value, the three dots, or a list, tuple, set or dictionary of them.

    Raises
    ------
    NotWritable
        Where the text holds no literal for this value.

    Examples
    --------
    >>> write_value('fate = {"walsh": ...}  # mine', "fate", ("walsh",), "same")
    'fate = {"walsh": "same"}  # mine'
    """
    text = Text.parse(source)
    node = _value_node(sets_of(text, name), path)
    constant(node)
    return verified(text, node, literal(value), lambda new: _value_node(sets_of(new, name), path), value)


def verified(text: Text, node: ast.expr, new: str, find: Callable[[Text], ast.expr], value: Any) -> str:
    """Replace a node; refuse a result in which anything but its value has changed."""
    changed = Text.parse(text.with_span(node, new))
    there = find(changed)
    if not _alike(constant(there), value) or _without(text.tree, node) != _without(changed.tree, there):
        raise NotWritable("the value cannot be replaced alone")
    return changed.source


def _alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) and (one == other or repr(one) == repr(other))


def _without(tree: ast.Module, node: ast.expr) -> str:
    """A tree in words, with one node left out. The tree is changed by it."""

    class Blank(ast.NodeTransformer):
        def visit(self, each: ast.AST) -> Any:
            return ast.Name("…", ast.Load()) if each is node else self.generic_visit(each)

    return ast.dump(Blank().visit(tree))
