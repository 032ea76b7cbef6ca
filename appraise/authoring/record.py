"""Recording: a solutions notebook is run with `check` handing its answers here, and all that is derived is noted."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from typing import Any

from appraise.exercises.serialize import Json, decode, encode
from appraise.runtime import recording_folder


def steady(p: Json) -> Json:
    """Floats to twelve digits, so that a key has the same bytes on every machine."""
    if isinstance(p, float):
        return float(f"{p:.12g}")
    if isinstance(p, list):
        return [steady(v) for v in p]
    if isinstance(p, dict):
        return {k: steady(v) for k, v in p.items()}
    return p


def _evaluate(source: str, names: dict[str, Any], name: str) -> Any:
    """The value of an expression, or of `name` after statements."""
    space = dict(names)
    try:
        ast.parse(source, mode="eval")
    except SyntaxError:
        exec(compile(source, "<exercises.yml>", "exec"), space)
        return space[name]
    return eval(source.strip(), space)


def _encode_case(source: str, names: dict[str, Any]) -> tuple[list[Json], str]:
    value = _evaluate(source, names, "")
    args = value if type(value) is tuple else (value,)
    return [steady(encode(a)) for a in args], " ".join(source.split())


def _results_of(function: Any, cases: Iterable[list[Json]]) -> list[Json]:
    """What a function gives for each case: a plain value, or {"error": true}."""
    out: list[Json] = []
    for args in cases:
        try:
            out.append(steady(encode(function(*[decode(a) for a in args]))))
        except Exception:  # a misconception may be one that stops with an error
            out.append({"error": True})
    return out


def record(exercise_id: str, answer: Any) -> float:
    """Called by `check` while a solutions notebook is compiled: writes the reference answer and all that is derived."""
    from IPython import get_ipython

    target = recording_folder()
    wanted = json.loads((target / "wanted.json").read_text(encoding="utf-8"))
    if exercise_id not in wanted:
        return 0.0
    entry, names = wanted[exercise_id], dict(get_ipython().user_ns)
    out: dict[str, Any] = {}
    try:
        value = steady(encode(answer))
        if isinstance(value, dict) and "function" in value:
            cases = [_encode_case(s, names) for s in [*entry["inputs"], *entry["hidden"]]]
            results = _results_of(answer, [args for args, _ in cases])
            done = [{"args": a, "expected": r, "shown": s} for (a, s), r in zip(cases, results)]
            visible = len(entry["inputs"])
            out = {"cases": done[:visible], "hidden": done[visible:], "misconceptions": []}
            for m in entry["misconceptions"]:
                wrong = _evaluate(m["answer"], names, entry["name"])
                out["misconceptions"].append(_results_of(wrong, [c["args"] for c in done]))
        else:
            out["expected"] = value
            for group in ("misconceptions", "accept"):
                out[group] = [steady(encode(_evaluate(m["answer"], names, entry["name"]))) for m in entry[group]]
    except Exception as error:
        out = {"fault": f"{type(error).__name__}: {error}"}
    (target / f"{exercise_id}.json").write_text(json.dumps(out, ensure_ascii=False), encoding="utf-8")
    return 0.0
