"""The answer bank: answers with the points and the remark that they must get.

`tests/answers/NN-slug.yml` maps an exercise's id to entries written by hand, from the question and before the check was
run on them. An entry has `answer` (the text put into the answer cell), `points`, `remark` (a misconception's id, or words
that stand in the remark) and, where only the grader can tell, `hidden: true`; `id` where a test names it. Entries that a
rule can make (stub, None, wrong types, misconceptions, slips, other containers) are generated here.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import yaml

from appraise.authoring.notebook import exercises_in
from appraise.exercises.exercise import Exercise, Verdict
from appraise.exercises.judge import judge
from appraise.exercises.parts import flatten
from appraise.exercises.serialize import decode, encode
from appraise.learner.check import caller

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Entry:
    """One answer: the text of the answer cell (or a value), and what it must get."""

    exercise: str
    name: str  # of the entry, for the test's report
    text: str | None = None
    value: Any = None
    share: float | None = None  # exact share of the points; None: anything but full marks
    remark: str = ""
    hidden: bool = False
    by_hand: bool = False


def slugs() -> list[str]:
    """The lessons that are built."""
    return sorted(p.parent.name for p in (ROOT / "solutions").glob("*/key.json"))


@cache
def key(slug: str) -> dict[str, Any]:
    return json.loads((ROOT / "solutions" / slug / "key.json").read_text(encoding="utf-8"))["exercises"]


def by_hand(slug: str) -> list[Entry]:
    file = ROOT / "tests" / "answers" / f"{slug}.yml"
    if not file.is_file():
        return []
    entries = []
    for exercise, rows in yaml.safe_load(file.read_text(encoding="utf-8")).items():
        ex = key(slug).get(exercise)
        assert ex is not None, f"{file.name}: {exercise} is not an exercise of the lesson"
        for i, row in enumerate(rows):
            unknown = row.keys() - {"id", "answer", "points", "remark", "hidden"}
            assert not unknown, f"{file.name}: {exercise}[{i}]: unknown field {unknown}"
            share = row["points"] / ex["points"]
            name = row.get("id") or f"hand {i + 1}"
            remark = row.get("remark", "")
            hidden = row.get("hidden", False)
            entries.append(Entry(exercise, name, row["answer"], None, share, remark, hidden, by_hand=True))
    return entries


def _solution(slug: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "solutions" / slug / f"{slug}.ipynb", as_version=4)


def _copied(names: dict[str, Any]) -> dict[str, Any]:
    """Names as a cell finds them: containers copied, so that one entry cannot change another's."""
    kinds = (list, dict, set, pd.DataFrame, pd.Series, np.ndarray)
    return {k: copy.deepcopy(v) if isinstance(v, kinds) and not k.startswith("_") else v for k, v in names.items()}


class Bench:
    """A lesson's solution, run cell by cell; at an exercise, answers can be tried."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.nb = _solution(slug)
        self.exercises = key(slug)

    def walk(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Each exercise's id, name and the names known before its answer cell."""
        found = exercises_in(self.nb, ROOT / "solutions" / self.slug)
        answers = {answer: (exercise, name) for exercise, (name, answer, _) in found.items()}
        checks = {check for _, _, check in found.values()}
        space: dict[str, Any] = {"__name__": "__main__"}
        for i, cell in enumerate(self.nb.cells):
            if cell.cell_type != "code" or i in checks:
                continue
            if i in answers:
                yield *answers[i], space
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(cell.source, f"{self.slug} cell {i + 1}", "exec"), space)


def run_text(text: str, name: str, space: dict[str, Any]) -> Any:
    """The value of `name` after an answer's text; `...` where the text stops or does not set it."""
    names = _copied(space)
    names.pop(name, None)
    plt.close("all")  # a notebook closes its figures after each cell; pandas would draw into one that is left open
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(text, "<answer>", "exec"), names)
    except Exception:
        return ...
    return names.get(name, ...)


def cell_text(entry: Entry, name: str) -> str:
    """The entry as the text of an answer cell, also where it was generated as a value."""
    if entry.text is not None:
        return entry.text
    for made, text in _TEXTS.items():
        if entry.name == made or entry.name.startswith(made):
            return text.format(name=name)
    if isinstance(entry.value, np.float64):
        return f"import numpy as np\n{name} = np.float64({float(entry.value)!r})"
    if entry.name == "hard-coded":
        return _hard_coded(key(slug_of(entry.exercise))[entry.exercise], name)
    plain = json.dumps(encode(entry.value))
    return f"import json\nfrom appraise.exercises.serialize import decode\n{name} = decode(json.loads({plain!r}))"


def _hard_coded(ex: dict[str, Any], name: str) -> str:
    table = json.dumps([[c["args"], c["expected"]] for c in ex["cases"]])
    return (
        "import json\nfrom appraise.exercises.serialize import decode, encode\n"
        f"def {name}(*given):\n"
        "    args = json.loads(json.dumps([encode(a) for a in given]))\n"
        f"    for known, result in json.loads({table!r}):\n"
        "        if known == args:\n"
        "            return decode(result)\n"
    )


def slug_of(exercise: str) -> str:
    return next(s for s in slugs() if exercise in key(s))


# generated entries that are not plain data, as a learner could write them
_TEXTS = {
    "generated wrong 6": "{name} = object()",
    "returns nothing": "def {name}(*given):\n    return None",
    "stops": "def {name}(*given):\n    raise KeyError('no such column')",
}


def verdict(ex: dict[str, Any], value: Any) -> Verdict:
    plain = encode(value)
    call = caller(value) if isinstance(plain, dict) and "function" in plain else None
    return judge(Exercise.from_json(ex), plain, call)


def learners(ex: dict[str, Any]) -> dict[str, Any]:
    """The exercise as a learner's pack holds it."""
    return {k: v for k, v in ex.items() if k != "hidden"}


def generated(slug: str, exercise: str, space: dict[str, Any], neighbour: Any) -> Iterator[Entry]:
    """Entries that a rule makes: wrong ones for every exercise, slips for numbers, and right ones in other containers."""
    ex = key(slug)[exercise]
    if ex["kind"] == "write":
        return
    for i, wrong in enumerate([..., None, "", [], {}, float("nan"), object(), "something else", [1, "a"], -987654.321]):
        yield Entry(exercise, f"generated wrong {i}: {type(wrong).__name__}", value=wrong)
    if neighbour is not None and encode(neighbour) != ex.get("expected"):
        yield Entry(exercise, "the neighbour's answer", value=neighbour)
    for m in ex.get("misconceptions", []):
        if "results" in m:
            text = _source(slug, exercise, m["id"])
            yield Entry(exercise, f"misconception {m['id']}", text=text, remark=m["id"])
    if "cases" in ex:
        yield Entry(exercise, "returns nothing", value=lambda *a: None, share=0.0)
        yield Entry(exercise, "stops", value=_stops, share=0.0)
        table = {json.dumps(c["args"], sort_keys=True): decode(c["expected"]) for c in ex["cases"]}
        yield Entry(
            exercise,
            "hard-coded",
            value=lambda *a: table.get(json.dumps([encode(x) for x in a], sort_keys=True)),
            hidden=bool(ex.get("hidden")),
        )
        return
    if isinstance(ex["expected"], dict) and "axes" in ex["expected"]:
        return
    from appraise.authoring.lint import wrong_answers

    for (m, plain), remark in zip(
        wrong_answers(Exercise.from_json(ex)), [m["id"] for m in ex.get("misconceptions", [])]
    ):
        yield Entry(exercise, f"misconception {m}", value=decode(plain), remark=remark)
    value = decode(ex["expected"])
    yield Entry(exercise, "the reference", value=value, share=1.0, remark="Right")
    parts = flatten(ex["expected"])
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _numbers(exercise, float(value), ex)
    elif isinstance(value, str):
        for name, text in {"upper": value.upper(), "spaces": f"  {value} ", "quotes": f"“{value}”"}.items():
            yield Entry(exercise, name, value=text, share=1.0)
    elif isinstance(value, dict) and all(not isinstance(v, dict) for v in value.values()):
        yield Entry(exercise, "reversed dictionary", value=dict(reversed(value.items())), share=1.0)
        if not any(isinstance(v, set | list | tuple) for v in value.values()):
            yield Entry(exercise, "series", value=pd.Series(value, dtype=object), share=1.0)
            yield Entry(exercise, "list in order", value=list(value.values()), share=1.0)
            yield Entry(exercise, "tuple in order", value=tuple(value.values()), share=1.0)
            frame = pd.DataFrame({"which": list(value), "answer": pd.Series(list(value.values()), dtype=object)})
            yield Entry(exercise, "two-column table", value=frame.iloc[::-1].reset_index(drop=True), share=1.0)
        if len(value) > 1:
            yield Entry(exercise, "one entry short", value=dict(list(value.items())[1:]))
    elif isinstance(value, pd.DataFrame):
        yield Entry(exercise, "rows and columns turned round", value=value.iloc[::-1, ::-1], share=1.0)
        yield Entry(exercise, "with another column", value=value.assign(note="mine"), share=1.0)
        yield Entry(exercise, "all not reported", value=value.map(lambda _: "not reported"), share=0.0)
        yield Entry(exercise, "nested dictionary", value=value.to_dict(orient="index"), share=1.0)
    elif isinstance(value, list | tuple):
        yield Entry(exercise, "tuple", value=tuple(value), share=1.0)
        yield Entry(exercise, "one entry short", value=list(value)[1:])
    if len(parts) > 1:
        yield Entry(exercise, "text instead of parts", value="yes")


def _numbers(exercise: str, value: float, ex: dict[str, Any]) -> Iterator[Entry]:
    yield Entry(exercise, "numpy scalar", value=np.float64(value), share=1.0)
    yield Entry(exercise, "list of one", value=[value], share=1.0)
    yield Entry(exercise, "decimal comma", value=f"{value:.12g}".replace(".", ","), share=1.0)
    if ex.get("unit"):
        yield Entry(exercise, "with its unit", value=f"{value:.12g} {ex['unit']}", share=1.0)
    if value:
        yield Entry(exercise, "sign slip", value=-value)
        yield Entry(exercise, "off by a hundred", value=value * 100)
        slack = ex.get("tolerance") or 0.0
        if not isinstance(slack, dict):
            yield Entry(exercise, "outside the tolerance", value=value + 2.5 * slack + abs(value) * 1e-3)


def _stops(*_: Any) -> Any:
    raise KeyError("no such column")


@cache
def _yml(slug: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / "solutions" / slug / "exercises.yml").read_text(encoding="utf-8"))


def _source(slug: str, exercise: str, misconception: str) -> str:
    return next(m["answer"] for m in _yml(slug)[exercise]["misconceptions"] if m["id"] == misconception)


def reference(ex: dict[str, Any], name: str, space: dict[str, Any]) -> Any:
    """The reference answer of the exercise just passed, for use as the next one's neighbour."""
    value = space.get(name)
    return None if isinstance(value, types.FunctionType) or "expected" not in ex else value
