"""Cells of a lesson that give everybody the same, so that a fork server runs them once for a whole class.

Such a cell calls what the opening cells import, with fixed arguments, and makes names from it. It uses nothing that an
answer made. What it made is put into a worker at the cell's own place, and only where each name that it uses still
stands for what the opening cells imported; elsewhere the worker runs the cell itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from appraise.grading.worker.protocol import ConstantCell

_FREE_BUILTINS = frozenset(
    {"bool", "dict", "display", "float", "int", "len", "list", "max", "min", "range", "round", "set", "sorted", "str"}
    | {"sum", "tuple", "zip"}
)
_PANDAS = "pd"
_MAKERS = {"DataFrame", "Series", "Index", "concat", "merge"}  # of pandas, which also has options and reads files
_STATEFUL = {"random", "sample", "plot", "hist", "boxplot"}  # attributes: chance, and pictures that stay open
_EXPRESSIONS = (
    *(ast.Assign, ast.Expr, ast.Call, ast.keyword, ast.Name, ast.Load, ast.Store, ast.Constant, ast.List, ast.Tuple),
    *(ast.Dict, ast.Set, ast.Attribute, ast.Subscript, ast.Slice, ast.Starred, ast.ListComp, ast.comprehension),
    *(ast.BinOp, ast.operator, ast.UnaryOp, ast.unaryop, ast.BoolOp, ast.boolop, ast.Compare, ast.cmpop, ast.IfExp),
)


def as_constant(source: str, imported: set[str]) -> ConstantCell | None:
    """The cell as one that gives everybody the same, or None where it may depend on an answer.

    Parameters
    ----------
    source : str
    imported : set of str
        The names that the opening cells import from the course's library and from pandas.

    Examples
    --------
    >>> as_constant("pain = numbers().query('arm == 1')", {"numbers"})
    ConstantCell(source="pain = numbers().query('arm == 1')", uses=('numbers',), makes=('pain',))
    >>> as_constant("numbers(mine)", {"numbers"}), as_constant("scores.append(2)", {"numbers"})
    (None, None)
    """
    tree = parse_source(source)
    if tree is None or not tree.body:
        return None
    uses, makes = set[str](), dict[str, None]()
    for statement in tree.body:
        nodes = list(ast.walk(statement))
        if not all(map(_is_harmless, nodes)) or not _only_makes_with_pandas(nodes) or not _binds_names_alone(statement):
            return None
        bound = {n.id for n in nodes if isinstance(n, ast.comprehension) for n in _names(n.target)}
        loaded = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)} - bound - {*makes}
        if not loaded <= imported | _FREE_BUILTINS:
            return None
        uses |= loaded
        if isinstance(statement, ast.Assign):
            makes |= dict.fromkeys(n.id for target in statement.targets for n in _names(target))
    return ConstantCell(source, tuple(sorted(uses)), tuple(makes))


def _is_harmless(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr not in _STATEFUL and not node.attr.startswith(("_", "to_"))
    if isinstance(node, ast.Constant):  # a query with @ may use a learner's name
        return not (isinstance(node.value, str) and "@" in node.value)
    return isinstance(node, _EXPRESSIONS)


def _only_makes_with_pandas(nodes: Sequence[ast.AST]) -> bool:
    """Whether pandas is only asked for new objects: it stands before a dot, and a maker behind it."""
    asked = [n.value for n in nodes if isinstance(n, ast.Attribute) and n.attr in _MAKERS]
    return all(n in asked for n in nodes if isinstance(n, ast.Name) and n.id == _PANDAS)


def _binds_names_alone(statement: ast.stmt) -> bool:
    """Whether a statement changes nothing that is there: it makes names, or none."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return all(isinstance(n, ast.Name | ast.Tuple | ast.Store) for target in targets for n in ast.walk(target))


def _names(target: ast.expr) -> Iterator[ast.Name]:
    return (n for n in ast.walk(target) if isinstance(n, ast.Name))


def imported_names(sources: Sequence[str]) -> set[str]:
    """The names that these cells import from the course's library, and pandas' where it has its usual one."""
    statements = [n for s in sources if (tree := parse_source(s)) for n in tree.body]
    names = {
        a.asname or a.name
        for n in statements
        if isinstance(n, ast.ImportFrom) and (n.module or "").split(".")[0] == "appraise"
        for a in n.names
    }
    libraries = [(a.name, a.asname) for n in statements if isinstance(n, ast.Import) for a in n.names]
    return names | ({_PANDAS} if ("pandas", _PANDAS) in libraries else set())


def parse_source(source: str) -> ast.Module | None:
    """The syntax tree of a cell; None where it holds a magic or is broken."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return None
