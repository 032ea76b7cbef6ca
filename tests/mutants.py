"""Mutation testing of the reference answers: does every change of a right answer cost its points?

`make mutants` changes each reference answer in small ways (operators, constants, conditions, labels, entries) and hands
each mutant to the grader's judge. A mutant with full marks must be listed in `mutants.yml` with the reason why it means
the same; any other survivor ends the command with 1.
"""

from __future__ import annotations

import ast
import copy
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import yaml

from appraise.authoring.lint import with_parts
from appraise.authoring.notebook import exercises_in
from appraise.exercises.exercise import Exercise
from appraise.exercises.judge import judge
from appraise.exercises.parts import flatten
from appraise.exercises.values import read_number
from tests import bank

LISTED = Path(__file__).parent / "mutants.yml"
SECONDS = 3  # a mutant that loops is a dead one

COMPARE = {
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Lt: [ast.LtE, ast.GtE], ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE], ast.GtE: [ast.Gt, ast.Lt], ast.In: [ast.NotIn], ast.NotIn: [ast.In],
    ast.Is: [ast.IsNot], ast.IsNot: [ast.Is],
}  # fmt: skip
ARITHMETIC = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div, ast.Add], ast.Div: [ast.Mult],
    ast.FloorDiv: [ast.Div], ast.Mod: [ast.Mult], ast.Pow: [ast.Mult], ast.BitAnd: [ast.BitOr], ast.BitOr: [ast.BitAnd],
}  # fmt: skip


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """A node's mutants, each with a word on what was done."""
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            for other in COMPARE.get(type(op), []):
                new = copy.deepcopy(node)
                new.ops[i] = other()
                yield f"{type(op).__name__} → {other.__name__}", new
    elif isinstance(node, ast.BinOp):
        for other in ARITHMETIC.get(type(node.op), []):
            new = copy.deepcopy(node)
            new.op = other()
            yield f"{type(node.op).__name__} → {other.__name__}", new
    elif isinstance(node, ast.BoolOp):
        new = copy.deepcopy(node)
        new.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and ↔ or", new
    elif isinstance(node, ast.UnaryOp):
        yield f"without {type(node.op).__name__}", copy.deepcopy(node.operand)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield f"{node.value} → {not node.value}", ast.Constant(not node.value)
        elif isinstance(node.value, int | float):
            for other in (node.value + 1, node.value - 1, -node.value):
                if other != node.value:
                    yield f"{node.value} → {other}", ast.Constant(other)
        elif isinstance(node.value, str) and node.value:
            yield f"{node.value!r} → {node.value + ' x'!r}", ast.Constant(node.value + " x")
    elif isinstance(node, ast.IfExp):
        yield "if ↔ else", ast.IfExp(node.test, copy.deepcopy(node.orelse), copy.deepcopy(node.body))
    elif isinstance(node, ast.Return) and node.value is not None:
        yield "return None", ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Continue):
        yield "continue → break", ast.Break()
    elif isinstance(node, ast.AugAssign):
        for other in ARITHMETIC.get(type(node.op), []):
            new = copy.deepcopy(node)
            new.op = other()
            yield f"{type(node.op).__name__}= → {other.__name__}=", new


def of_source(source: str) -> Iterator[tuple[str, str]]:
    """The mutants of a function's source: (what was done, where), and the new source."""
    tree = ast.parse(source)
    docstrings = {
        id(n.body[0].value)
        for n in ast.walk(tree)
        if isinstance(n, ast.FunctionDef) and n.body and isinstance(n.body[0], ast.Expr)
    }
    nodes = [n for n in ast.walk(tree) if id(n) not in docstrings]
    for index, node in enumerate(nodes):
        for what, new in _changes(node):
            changed = copy.deepcopy(tree)
            mine = list(ast.walk(changed))
            old = mine[[id(n) for n in ast.walk(tree)].index(id(node))]
            _replace(changed, old, new)
            where = ast.unparse(node)
            yield f"{what} in `{where if len(where) < 70 else where[:69] + '…'}` #{index}", ast.unparse(changed)


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list) and any(v is old for v in value):
                value[[v is old for v in value].index(True)] = new
    ast.fix_missing_locations(tree)


def of_value(ex: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The mutants of a plain answer: each part takes another label, or a number just outside its tolerance."""
    expected = ex["expected"]
    for name, value in flatten(expected).values():
        if name in ex.get("text", {}):
            continue
        for other in _others(ex, name, value):
            yield f"{name or ex['name']}: {other!r}", with_parts(expected, {name: other}) if name else other


def _others(ex: dict[str, Any], name: str, value: Any) -> Iterator[Any]:
    options = ex.get("options") or []
    if isinstance(options, dict):
        options = options.get(name) or options.get(name.split(" · ")[-1]) or []
    if isinstance(value, dict) and "set" in value:
        yield {"set": value["set"][1:]}
        for o in options:
            if o not in value["set"]:
                yield {"set": [*value["set"], o]}
                yield {"set": [o, *value["set"][1:]]}
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        yield from (o for o in options if o != value)
        if not options:
            yield value + " x"
        if value != "not reported" and ex["kind"] == "compare":
            yield "not reported"
    elif (a := read_number(value)) is not None:
        slack = ex.get("tolerance") or 0.0
        slack = slack.get(name, 0.0) if isinstance(slack, dict) else slack
        yield a + 1.5 * slack + 1e-3 * max(abs(a), 1e-3)
        yield a - 1.5 * slack - 1e-3 * max(abs(a), 1e-3)
        yield -a if a else 1.0
        if ex["kind"] == "compare":
            yield "not reported"


class _TooLong(BaseException):
    pass


def _alarm(*_: Any) -> None:
    raise _TooLong


def _granted(ex: dict[str, Any], mutant: Any) -> bool:
    """Is this another defensible answer, which the exercise accepts in full by name?"""
    return judge(Exercise.from_json({**ex, "accept": []}), mutant).share < 1


def survivors(slug: str) -> tuple[int, int, list[str]]:
    """A lesson's mutants: how many, how many the exercise accepts by name, and the others that get full marks."""
    signal.signal(signal.SIGALRM, _alarm)
    count, granted, alive = 0, 0, []
    bench = bank.Bench(slug)
    found = exercises_in(bench.nb, Path(slug))
    for exercise, name, space in bench.walk():
        ex = bench.exercises[exercise]
        if ex["kind"] in {"write", "plot"}:
            continue
        if "cases" in ex:
            source = bench.nb.cells[found[exercise][1]].source
            for what, mutant in of_source(source):
                count += 1
                signal.alarm(SECONDS)
                try:
                    verdict = bank.verdict(ex, bank.run_text(mutant, name, space))
                    if verdict.share >= 1:
                        alive.append(f"{exercise} | {what}")
                except _TooLong:
                    pass
                finally:
                    signal.alarm(0)
        else:
            for what, mutant in of_value(ex):
                count += 1
                if judge(Exercise.from_json(ex), mutant).share < 1:
                    continue
                if _granted(ex, mutant):
                    granted += 1
                else:
                    alive.append(f"{exercise} | {what}")
    return count, granted, alive


def main() -> int:
    """Print mutants, killed, equivalent and survivors for each lesson; 1 where a survivor has no reason."""
    matplotlib.use("Agg")
    listed: dict[str, str] = yaml.safe_load(LISTED.read_text(encoding="utf-8")) or {}
    bad, totals, met = [], [0, 0, 0], set()
    for slug in bank.slugs():
        count, granted, alive = survivors(slug)
        equivalent = [a for a in alive if a in listed]
        met |= set(equivalent)
        bad += [a for a in alive if a not in listed]
        row = [count, granted + len(equivalent), len(alive) - len(equivalent)]
        totals = [a + b for a, b in zip(totals, row)]
        print(f"{slug}: {count} mutants, {count - row[1] - row[2]} killed, {row[1]} equivalent, {row[2]} survive")
        if granted:
            print(f"    the same: {granted} other defensible answers, accepted by name in exercises.yml")
        for a in equivalent:
            print(f"    the same: {a}: {listed[a]}")
    print(
        f"all: {totals[0]} mutants, {totals[0] - totals[1] - totals[2]} killed, {totals[1]} equivalent, {totals[2]} survive"
    )
    for a in bad:
        print(f"SURVIVES, AND NOT LISTED: {a}")
    for a in sorted(listed.keys() - met):
        print(f"LISTED, AND NO SURVIVOR: {a}")
    return 1 if bad or listed.keys() - met else 0


if __name__ == "__main__":
    sys.exit(main())
