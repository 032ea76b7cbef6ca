"""Reads and changes the entries of a table in the text of its answer cell, one line `name.loc[row] = [...]` a row."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from appraise.learner.literal import NotWritable, literal
from appraise.learner.source import Setting, Text, constant, descend, sets_of, verified


def _entry(each: Setting, row: Any, column: Any, columns: Sequence[Any]) -> ast.expr | None:
    """The node of a table's entry in one line `name.loc[...] = ...`, or None where the line is about another entry."""
    if each.path == (row, column):
        return each.value
    if each.path != (row,):
        if len(each.path) > 2 or any(not isinstance(p, str | int | float) for p in each.path):
            raise NotWritable("a line of the table sets several rows")
        return None
    is_line = isinstance(each.value, ast.List | ast.Tuple) and len(each.value.elts) == len(columns)
    if not is_line:
        raise NotWritable("a line of the table is computed")
    return descend(each.value, (list(columns).index(column),))


def _table_lines(text: Text, name: str) -> list[Setting]:
    sets = sets_of(text, name)
    if not (isinstance(sets[0].value, ast.Call) and all(each.in_table for each in sets[1:])):
        raise NotWritable("the table is not made in this cell alone")
    return sets


def read_entry(source: str, name: str, row: Any, column: Any, columns: Sequence[Any]) -> Any:
    """The value that a line of the cell gives to a table's entry; None where no line names it.

    >>> read_entry('t = pd.DataFrame()\\nt.loc["a"] = ["x", "y"]', "t", "a", "two", ["one", "two"])
    'y'
    """
    for each in reversed(_table_lines(Text.parse(source), name)[1:]):
        node = _entry(each, row, column, columns)
        if node is not None:
            return constant(node)
    return None


def write_entry(source: str, name: str, row: Any, line: Sequence[Any], columns: Sequence[Any], column: Any) -> str:
    """The cell's text with one entry of a table replaced, or with a new line for its row.

    `line` holds the whole row as it shall be, in the order of `columns`. A new line stands below the last one that
    sets the table, and below the comments that follow it.

    >>> print(write_entry('t = pd.DataFrame()\\nt', "t", "a", ["x", ""], ["one", "two"], "one"))
    t = pd.DataFrame()
    t.loc["a"] = ["x", ""]
    t
    """
    text = Text.parse(source)
    lines = _table_lines(text, name)
    value = line[list(columns).index(column)]

    def find(new: Text) -> ast.expr | None:
        for each in reversed(_table_lines(new, name)[1:]):
            node = _entry(each, row, column, columns)
            if node is not None:
                return node
        return None

    node = find(text)
    if node is not None:
        constant(node)

        def result(new: Text) -> ast.expr:
            return find(new) or ast.Constant(None)

        return verified(text, node, literal(value), result, value)
    end = text.line_end(lines[-1].statement)
    comments = re.compile(r"(?:(?:\r\n|\r|\n)#[^\r\n]*)*").match(source, end)
    end = comments.end() if comments else end
    new = f"{text.newline()}{name}.loc[{literal(row)}] = {literal(list(line))}"
    changed = source[:end] + new + source[end:]
    if len(Text.parse(changed).tree.body) != len(text.tree.body) + 1 or find(Text.parse(changed)) is None:
        raise NotWritable("the cell has no place for a new line")
    return changed
