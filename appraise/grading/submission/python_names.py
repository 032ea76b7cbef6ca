"""The names that cells give and need, as their text tells."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from appraise.grading.submission.cells import SubmittedCell
from appraise.grading.submission.release import stub_name


def gives_name(cell: SubmittedCell, stub: str) -> bool:
    name = stub_name(stub)
    return bool(name and re.search(rf"^(?:def\s+{name}\s*\(|{name}\s*(?::[^=\n]+)?=(?!=))", cell.source, re.M))


def names_in(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell gives, and those that it reads; none where it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(), set()
    return _names_of(tree)


def _names_of(tree: ast.AST) -> tuple[set[str], set[str]]:
    gives: set[str] = set()
    reads: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else gives).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            gives.add(node.name)
        elif isinstance(node, ast.alias):
            gives.add(node.asname or node.name.partition(".")[0])
    return gives, reads


def names_needed(sources: Sequence[str]) -> set[str]:
    """The names that cells read before they give them themselves.

    >>> sorted(names_needed(["x = [n + 1 for n in x]", "y = x"]))
    ['x']
    """
    needs: set[str] = set()
    names_answer: set[str] = set()
    for source in sources:
        for statement in _statements(source):
            gives, reads = _names_of(statement)
            # `x = f(x)` reads the x of before; a loop or a definition gives its names before it reads them
            own = gives - _assigned(statement)
            needs |= reads - names_answer - own
            names_answer |= gives
    return needs


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _assigned(statement: ast.stmt) -> set[str]:
    """The names that an assignment gives once its value has been read; none of another statement."""
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AugAssign | ast.AnnAssign):
        targets = [statement.target]
    else:
        return set()
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
