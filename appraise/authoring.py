r"""The author's half: `solutions/` becomes keys, packs and lessons, or an error that names the file and the item.

A lesson is one folder `solutions/NN-slug/` with two files edited by hand: the notebook and `exercises.yml`.

In the notebook an exercise is three cells, one after the other: the question (Markdown, its heading starts with
"Exercise"), the answer cell and the check cell::

    fate = ...                                     # a function's stub: def flag(table):\n    ...
    ### BEGIN SOLUTION
    fate = {"walsh post": "same"}
    ### END SOLUTION

    check("numbers-follow-it-home", fate)

`python -m appraise lessons` writes the metadata that nbgrader reads, clears outputs, runs the notebook with `check`
recording what it is handed, and writes `key.json` beside the notebook (with hidden cases; read by the grader),
`appraise/packs/NN-slug.pack` (what a learner's machine holds) and `lessons/NN-slug/` (through nbgrader). The right
answer is typed nowhere but in the notebook.

In `exercises.yml` each id maps to the fields of `Entry`, below. `answer` of a misconception and of `accept`, and
each of `inputs` and `hidden`, is Python, evaluated in the notebook's names: an expression, or statements that set the
exercise's name (for a function: its definition). With `item` an answer stands for one part only; `item: any` means
wherever it is given wrongly. Each of `inputs` and `hidden` gives the arguments of one call, a tuple where there are
several.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import nbformat
import yaml
from nbformat import NotebookNode
from pydantic import BaseModel, ConfigDict, ValidationError

from appraise.course import Course, CourseError, load_course
from appraise.exercise import RULES, Called, Exercise, flatten, judge, key
from appraise.plain import Plain, decode, encode

ROOT = Path(__file__).parent.parent
KINDS = ("extract", "classify", "compare", "compute", "plot", "judge", "write")
_CHECK = re.compile(r'\s*check\("([a-z0-9-]+)",\s*([A-Za-z_]\w*)\)\s*')
_OPENS = re.compile(r'^lesson\("([^"]*)"(?:,\s*"[^"]*")?\)', re.M)


class AuthorError(ValueError):
    """A lesson that cannot be made: the file, the item and what was expected, in one line."""

    def __init__(self, file: Path | str, item: str, expected: str) -> None:
        name = file.relative_to(ROOT).as_posix() if isinstance(file, Path) and file.is_relative_to(ROOT) else file
        super().__init__(": ".join(p for p in (str(name), item, " ".join(expected.split())) if p))


# ── exercises.yml ───────────────────────────────────────────────────────────────────────────────────────────────────


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Misconception(_Strict):
    """A wrong answer that has a reason, and the remark that answers it (what you did, what to look at)."""

    id: str
    answer: str
    remark: str
    item: str | list[str] | None = None


class Accepted(_Strict):
    """Another defensible answer to the exercise, or to one of its items, and the share of the points it earns."""

    answer: str
    item: str | None = None
    share: float = 1.0


class Expect(_Strict):
    """A formal point that a text should hold: a regular expression, and what to say when it is not found."""

    pattern: str
    missing: str


class Entry(_Strict):
    """One exercise of `exercises.yml`."""

    kind: Literal["extract", "classify", "compare", "compute", "plot", "judge", "write"]
    objective: str  # an id of the lesson's objectives in course.yml
    core: bool = True  # graded; False: checked, not graded
    points: float = 1.0
    minutes: float
    sources: list[str] = []  # ids of seeds/, or "all"
    see: str  # a heading of the notebook: where to read again
    misconceptions: list[Misconception] = []
    hint: str | None = None
    right: str | None = None  # one thing to carry away, after "Right."
    options: list[str] | dict[str, list[str]] | None = None  # labels to choose from; a dictionary: by item or field
    means: dict[str, str] = {}  # of a label: its meaning, in the lesson's words; no remark on another label holds it
    unit: str | None = None
    units: list[str] = []  # other spellings of the unit that may follow a number
    tolerance: float | dict[str, float] = 0.0  # absolute, or by item
    accept: list[Accepted] = []
    weights: dict[str, float] | None = None  # of the fields of a judgement
    follows: dict[
        str, dict[str, str]
    ] = {}  # a field that must follow from other fields, by a rule of appraise.exercise
    text: dict[str, list[str]] = {}  # fields of free text, with patterns of which one must be found
    labels: dict[str, list[str]] = {}  # of a plot: patterns that must all be found in the x, y label or title
    inputs: list[str] = []  # of a function: visible cases
    hidden: list[str] = []  # of a function: cases that only the grader holds
    groups: dict[str, list[int]] = {}  # of a function: named groups of cases (numbered over inputs, then hidden)
    expects: list[Expect] = []  # of a text
    most_words: int | None = None
    uncounted: list[str] = []  # of a text: how the lines begin that do not count as words


def read_entries(file: Path) -> dict[str, Entry]:
    """The exercises of one `exercises.yml`, by id, in the order of the file."""
    try:
        raw = yaml.load(file.read_text(encoding="utf-8"), Loader=_NoDuplicates)
    except (OSError, UnicodeDecodeError) as error:
        raise AuthorError(file, "", f"expected a readable UTF-8 file ({error})") from None
    except yaml.YAMLError as error:
        raise AuthorError(file, "", f"expected YAML: {error}") from None
    if not isinstance(raw, dict):
        raise AuthorError(file, "", "expected exercise ids, each with its fields")
    entries = {}
    for name, fields in raw.items():
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", str(name)):
            raise AuthorError(file, str(name), "expected an id of lower-case words joined by hyphens")
        try:
            entries[name] = Entry.model_validate(fields)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(p) for p in first["loc"])
            raise AuthorError(file, f"{name}.{where}", f"{first['msg']}") from None
    return entries


class _NoDuplicates(yaml.SafeLoader):
    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for k, _ in node.value:
            if k.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"“{k.value}” stands twice", k.start_mark)
            seen.add(k.value)
        return super().construct_mapping(node, deep)


# ── the notebook ────────────────────────────────────────────────────────────────────────────────────────────────────


def read_notebook(file: Path) -> Any:
    try:
        return nbformat.read(file, as_version=4)
    except Exception as error:
        raise AuthorError(file, "", f"expected a notebook in JSON ({type(error).__name__})") from None


def headings(nb: NotebookNode) -> list[str]:
    """The headings of a notebook's Markdown cells, in order, without their marks."""
    found = []
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            outside = re.sub(r"^```.*?^```", "", cell.source, flags=re.S | re.M)
            found += [h.strip() for h in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", outside, re.M)]
    return found


def exercises_in(nb: NotebookNode, file: Path) -> dict[str, tuple[str, int, int]]:
    """The exercises of a notebook: id to (name, index of the answer cell, index of the check cell)."""
    found: dict[str, tuple[str, int, int]] = {}
    for i, cell in enumerate(nb.cells):
        if cell.cell_type != "code" or not (m := _CHECK.fullmatch(cell.source)):
            continue
        exercise, name = m.groups()
        if exercise in found:
            raise AuthorError(file, exercise, "is checked twice; an id is used once")
        answer = i - 1
        if answer < 0 or "### BEGIN SOLUTION" not in nb.cells[answer].source:
            raise AuthorError(
                file, exercise, "expected the answer cell, with ### BEGIN SOLUTION, right above its check"
            )
        found[exercise] = (name, answer, i)
    return found


def _title(nb: NotebookNode, answer: int, exercise: str) -> str:
    """The heading above an exercise, without its first word: "Exercise: Follow it home"."""
    above = [
        h for c in nb.cells[:answer] if c.cell_type == "markdown" for h in re.findall(r"^#+\s+(.*)$", c.source, re.M)
    ]
    return re.sub(r"^Exercise\s*:\s*", "", above[-1]).strip() if above else exercise.replace("-", " ")


def stamp(nb: NotebookNode, slug: str, version: str, entries: dict[str, Entry], file: Path) -> None:
    """Write what nbgrader and the grader read into a solutions notebook, and clear what a run left behind."""
    nb.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        appraise={"lesson": slug, "version": version},
    )
    found = exercises_in(nb, file)
    opened = 0
    for i, cell in enumerate(nb.cells):
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k == "tags" and v})
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.source, n = _OPENS.subn(f'lesson("{slug}", "{version}")', cell.source)
            opened += n
        if cell.get("id", "") == "" or not re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", cell.id):
            raise AuthorError(file, f"cell {i + 1}", "expected a cell id")
    if opened != 1:
        raise AuthorError(file, "", f'expected one call lesson("{slug}") in the opening cell, found {opened}')
    for exercise, (_, answer, checked) in found.items():
        entry = entries[exercise]
        prose = entry.kind == "write"
        mark = {"schema_version": 3, "locked": False, "solution": True, "grade": prose and entry.core, "task": False}
        if prose and entry.core:
            nb.cells[answer].metadata["nbgrader"] = {**mark, "grade_id": exercise, "points": entry.points}
        else:
            nb.cells[answer].metadata["nbgrader"] = {**mark, "grade_id": f"{exercise}-answer"}
        graded = entry.core and not prose
        mark = {"schema_version": 3, "locked": True, "solution": False, "grade": graded, "task": False}
        if graded:
            nb.cells[checked].metadata["nbgrader"] = {**mark, "grade_id": exercise, "points": entry.points}
        else:
            nb.cells[checked].metadata["nbgrader"] = {**mark, "grade_id": f"{exercise}-check"}
    stray = [
        i
        for i, c in enumerate(nb.cells)
        if "### BEGIN SOLUTION" in c.source and i not in {a for _, a, _ in found.values()}
    ]
    if stray:
        raise AuthorError(file, f"cell {stray[0] + 1}", 'expected check("id", name) in the cell right below')


# ── recording: the solutions notebook is run with check() handing its answers here ──────────────────────────────────


def _steady(p: Plain) -> Plain:
    """Floats to twelve digits, so that a key has the same bytes on every machine."""
    if isinstance(p, float):
        return float(f"{p:.12g}")
    if isinstance(p, list):
        return [_steady(v) for v in p]
    if isinstance(p, dict):
        return {k: _steady(v) for k, v in p.items()}
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


def _case(source: str, names: dict[str, Any]) -> tuple[list[Plain], str]:
    value = _evaluate(source, names, "")
    args = value if type(value) is tuple else (value,)
    return [_steady(encode(a)) for a in args], " ".join(source.split())


def _results(function: Any, cases: Iterable[list[Plain]]) -> list[Plain]:
    """What a function gives for each case: a plain value, or {"error": true}."""
    out: list[Plain] = []
    for args in cases:
        try:
            out.append(_steady(encode(function(*[decode(a) for a in args]))))
        except Exception:  # a misconception may be one that stops with an error
            out.append({"error": True})
    return out


def record(exercise_id: str, answer: Any) -> float:
    """Called by `check` while a solutions notebook is compiled: writes the reference answer and all that is derived."""
    from IPython import get_ipython

    target = Path(os.environ["APPRAISE_RECORD"])
    wanted = json.loads((target / "wanted.json").read_text(encoding="utf-8"))
    if exercise_id not in wanted:
        return 0.0
    entry, names = wanted[exercise_id], dict(get_ipython().user_ns)
    out: dict[str, Any] = {}
    try:
        plain = _steady(encode(answer))
        if isinstance(plain, dict) and "function" in plain:
            cases = [_case(s, names) for s in [*entry["inputs"], *entry["hidden"]]]
            results = _results(answer, [args for args, _ in cases])
            done = [{"args": a, "expected": r, "shown": s} for (a, s), r in zip(cases, results)]
            visible = len(entry["inputs"])
            out = {"cases": done[:visible], "hidden": done[visible:], "misconceptions": []}
            for m in entry["misconceptions"]:
                wrong = _evaluate(m["answer"], names, entry["name"])
                out["misconceptions"].append(_results(wrong, [c["args"] for c in done]))
        else:
            out["expected"] = plain
            for group in ("misconceptions", "accept"):
                out[group] = [_steady(encode(_evaluate(m["answer"], names, entry["name"]))) for m in entry[group]]
    except Exception as error:
        out = {"fault": f"{type(error).__name__}: {error}"}
    (target / f"{exercise_id}.json").write_text(json.dumps(out, ensure_ascii=False), encoding="utf-8")
    return 0.0


def _run(nb: NotebookNode, slug: str, wanted: dict[str, Any], file: Path) -> dict[str, Any]:
    """Run a solutions notebook in a kernel of its own; returns what was recorded, by exercise."""
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        (target / "wanted.json").write_text(json.dumps(wanted, ensure_ascii=False), encoding="utf-8")
        env = {**os.environ, "APPRAISE_RECORD": folder, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
        for inherited in ("NBGRADER_EXECUTION", "APPRAISE_WORK"):
            env.pop(inherited, None)
        client = NotebookClient(
            nbformat.from_dict(nb),
            timeout=300,
            allow_errors=True,
            extra_arguments=["--IPKernelApp.log_level=40"],
            resources={"metadata": {"path": folder}},
        )
        client.execute(env=env)
        for i, cell in enumerate(client.nb.cells):
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    text = f"cell {i + 1} of the solution stopped: {output.ename}: {output.evalue}"
                    raise AuthorError(file, slug, text)
                if output.output_type == "stream" and output.name == "stderr":
                    raise AuthorError(file, slug, f"cell {i + 1} of the solution warned: {output.text.strip()[:300]}")
        return {
            exercise: json.loads((target / f"{exercise}.json").read_text(encoding="utf-8"))
            for exercise in wanted
            if (target / f"{exercise}.json").is_file()
        }


# ── compiling one lesson ────────────────────────────────────────────────────────────────────────────────────────────


def compile_lesson(slug: str, solutions: Path, course: Course) -> tuple[NotebookNode, dict[str, Any]]:
    """One lesson's stamped notebook and its key.

    Raises
    ------
    AuthorError
        For whatever an author can get wrong: a misconception equal to the right answer, a visible case that does not
        tell a misconception apart, a `see` without its heading, an exercise without its cells, an unknown objective.
    """
    notebook, yml = solutions / slug / f"{slug}.ipynb", solutions / slug / "exercises.yml"
    lesson = course.lesson(slug)
    nb, entries = read_notebook(notebook), read_entries(yml)
    found = exercises_in(nb, notebook)
    for exercise in entries.keys() - found.keys():
        raise AuthorError(yml, exercise, f"has no check cell in {notebook.name}")
    for exercise in found.keys() - entries.keys():
        raise AuthorError(notebook, exercise, "is not described in exercises.yml")
    known = headings(nb)
    for exercise, entry in entries.items():
        if entry.see not in known:
            raise AuthorError(yml, f"{exercise}.see", f"“{entry.see}” is not a heading of the notebook")
        if entry.objective not in lesson.objectives:
            raise AuthorError(yml, f"{exercise}.objective", f"“{entry.objective}” is not an objective of the lesson")
        lists = entry.options.values() if isinstance(entry.options, dict) else [entry.options or []]
        labels = {label for options in lists for label in options}
        for label in entry.means.keys() - labels:
            raise AuthorError(yml, f"{exercise}.means", f"“{label}” is not among the options")
        for rule in entry.follows.values():
            if rule.get("by") not in RULES:
                raise AuthorError(yml, f"{exercise}.follows", f"expected a rule among {sorted(RULES)}")
    wanted = {
        exercise: {**entries[exercise].model_dump(mode="json"), "name": name, "title": _title(nb, answer, exercise)}
        for exercise, (name, answer, _) in found.items()
    }
    stamp(nb, slug, "", entries, notebook)
    recorded = _run(nb, slug, wanted, notebook)
    exercises = {e: _exercise(e, wanted[e], recorded.get(e), yml) for e in found}
    version = hashlib.sha256(json.dumps(exercises, sort_keys=True).encode()).hexdigest()[:8]
    stamp(nb, slug, version, entries, notebook)
    return nb, {"lesson": slug, "version": version, "exercises": exercises}


def _exercise(name: str, entry: dict[str, Any], recorded: dict[str, Any] | None, yml: Path) -> dict[str, Any]:
    """One exercise as it stands in the key: the entry, what was recorded, and the author's errors raised."""
    if recorded is None:
        raise AuthorError(yml, name, "its check cell was not reached")
    if "fault" in recorded:
        raise AuthorError(yml, name, f"expected answers and inputs that can be evaluated: {recorded['fault']}")
    ex: dict[str, Any] = {"id": name}
    for field, value in entry.items():
        if field not in {"inputs", "hidden", "misconceptions", "accept"} and value not in (None, [], {}):
            ex[field] = value
    for field in ("expected", "cases", "hidden"):
        if field in recorded:
            ex[field] = recorded[field]
    is_function = "cases" in recorded
    if entry["kind"] == "write":
        ex.pop("expected", None)
        return ex
    if is_function and not entry["inputs"]:
        raise AuthorError(yml, f"{name}.inputs", "expected at least one visible case for a function")
    plain = "results" if is_function else "answer"
    ex["misconceptions"] = [
        {"id": m["id"], "remark": m["remark"], plain: p, **({"item": m["item"]} if m["item"] else {})}
        for m, p in zip(entry["misconceptions"], recorded["misconceptions"])
    ]
    if entry["accept"]:
        ex["accept"] = [
            {"answer": p, "share": a["share"], **({"item": a["item"]} if a["item"] else {})}
            for a, p in zip(entry["accept"], recorded["accept"])
        ]
    _author_errors(ex, yml)
    if is_function:  # only what the visible cases show leaves with the lesson
        for m in ex["misconceptions"]:
            m["results"] = m["results"][: len(ex["cases"])]
    return ex


def replies(results: Sequence[Plain], cases: Sequence[dict[str, Any]]) -> Any:
    """A stand-in for a function that gives recorded results, as `judge` calls it."""
    left = iter(zip(results, cases))

    def call(args: list[Plain]) -> Called:
        result, case = next(left)
        return Called(error="an error") if result == {"error": True} else Called(result, case["args"])

    return call


def with_parts(expected: Plain, values: Mapping[str, Plain]) -> Plain:
    """A reference answer with some of its parts replaced, each by its name.

    >>> with_parts({"dict": [["walsh post", 4.7], ["shopblog post", 3]]}, {"shopblog post": 2})
    {'dict': [['walsh post', 4.7], ['shopblog post', 2]]}
    """
    by_key = {key(item): value for item, value in values.items()}

    def walk(p: Plain, names: tuple[Plain, ...]) -> Plain:
        if isinstance(p, dict) and "dict" in p:
            return {"dict": [[k, walk(v, (*names, k))] for k, v in p["dict"]]}
        if isinstance(p, dict) and "series" in p:
            s = p["series"]
            return {"series": {**s, "values": [walk(v, (*names, k)) for k, v in zip(s["index"], s["values"])]}}
        if isinstance(p, dict) and "frame" in p:
            f = p["frame"]
            data = [
                [walk(v, (row, column)) for row, v in zip(f["index"], values)]
                for column, values in zip(f["columns"], f["data"])
            ]
            return {"frame": {**f, "data": data}}
        if isinstance(p, list):
            return [walk(v, (*names, i)) for i, v in enumerate(p, start=1)]
        if isinstance(p, dict) and ("tuple" in p or "array" in p):
            kind = next(iter(p))
            return {kind: [walk(v, (*names, i)) for i, v in enumerate(p[kind], start=1)]}
        return by_key.get(key(*names), p)

    return walk(expected, ())


def wrong_answers(ex: Exercise) -> list[tuple[str, Plain]]:
    """Each misconception of an exercise (not of a function) as a whole answer."""
    out = []
    for m in ex.get("misconceptions", []):
        items = m.get("item")
        if items is None:
            out.append((m["id"], m["answer"]))
            continue
        # where an item takes this wrong value: all it is meant for, or the first where it is wrong
        asked = flatten(ex["expected"])
        names = [n for n, v in asked.values() if v != m["answer"]] if items == "any" else items
        first = names if isinstance(names, str) else next(iter(names), "")
        out.append((m["id"], with_parts(ex["expected"], {first: m["answer"]})))
    return out


def _author_errors(ex: dict[str, Any], yml: Path) -> None:
    name = ex["id"]
    if "cases" in ex:
        _function_errors(ex, yml)
        return
    expected = ex["expected"]
    if isinstance(expected, dict) and "other" in expected:
        raise AuthorError(yml, name, f"the reference answer is {expected['other']}, which has no plain form")
    if not (isinstance(expected, dict) and "axes" in expected):
        asked = flatten(expected)
        for field in ("text", "weights", "follows"):
            for item in ex.get(field, {}):
                if key(item) not in asked and not any(n.split(" · ")[0] == item for n, _ in asked.values()):
                    raise AuthorError(yml, f"{name}.{field}", f"“{item}” is not a part of the answer")
        for group in ("misconceptions", "accept"):
            for m in ex.get(group, []):
                items = m.get("item") or []
                for item in [items] if isinstance(items, str) else items:
                    if item != "any" and key(item) not in asked:
                        raise AuthorError(yml, f"{name}.{group}", f"“{item}” is not an item of the answer")
        values = sum(1 for _ in _leaves(expected))
        if values != len(asked):
            raise AuthorError(yml, name, "two parts of the answer have the same words for a name")
    verdict = judge(ex, expected)
    if verdict.share < 1:
        raise AuthorError(yml, name, f"the reference answer is not judged right: {verdict.remark}")
    for m, wrong in wrong_answers(ex):
        got = judge(ex, wrong)
        if got.status == "right":
            raise AuthorError(yml, f"{name}.{m}", "this misconception is judged right")
        if got.misconception != m:
            raise AuthorError(yml, f"{name}.{m}", f"its answer is met with the remark of “{got.misconception}”")


def _leaves(p: Plain) -> Iterable[Plain]:
    if isinstance(p, dict) and "dict" in p:
        for _, v in p["dict"]:
            yield from _leaves(v)
    elif isinstance(p, dict) and "series" in p:
        yield from p["series"]["values"]
    elif isinstance(p, dict) and "frame" in p:
        for column in p["frame"]["data"]:
            yield from column
    elif isinstance(p, list):
        yield from p
    elif isinstance(p, dict) and ("tuple" in p or "array" in p):
        yield from next(iter(p.values()))
    else:
        yield p


def _function_errors(ex: dict[str, Any], yml: Path) -> None:
    name, cases = ex["id"], [*ex["cases"], *ex["hidden"]]
    visible = len(ex["cases"])
    for case in cases:
        if case["expected"] == {"error": True}:
            raise AuthorError(yml, name, f"the reference answer stops on the input {case['shown']}")
    named = [i for members in ex.get("groups", {}).values() for i in members]
    if named and sorted(named) != list(range(len(cases))):
        raise AuthorError(yml, f"{name}.groups", f"expected each of the {len(cases)} cases in exactly one group")
    stand_in = {"function": ex["name"]}
    for m in ex["misconceptions"]:
        short = {**ex, "hidden": [], "misconceptions": [{**m, "results": m["results"][:visible]}], "groups": {}}
        got = judge(short, stand_in, replies(m["results"][:visible], ex["cases"]))
        if got.status == "right":
            raise AuthorError(
                yml, f"{name}.{m['id']}", "no visible case tells this misconception from the right answer"
            )
        for group, members in ex.get("groups", {}).items():
            if all(m["results"][i] == cases[i]["expected"] for i in members):
                raise AuthorError(yml, f"{name}.groups.{group}", f"the misconception “{m['id']}” earns this group")


# ── all lessons ─────────────────────────────────────────────────────────────────────────────────────────────────────


def write_notebook(nb: NotebookNode) -> bytes:
    text: str = nbformat.writes(nb, version=nbformat.NO_CONVERT, indent=1, ensure_ascii=False)
    return (text + "\n").encode("utf-8")


def release(slug: str, nb: NotebookNode, solutions: Path) -> dict[str, bytes]:
    """The released lesson through nbgrader's GenerateAssignment: file name to bytes."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        shutil.copytree(solutions / slug, work / "solutions" / slug)
        (work / "solutions" / slug / f"{slug}.ipynb").write_bytes(write_notebook(nb))
        config = Config()
        settings = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
        config.merge(settings)
        config.CourseDirectory.root = folder
        config.CourseDirectory.assignment_id = slug
        config.SaveCells.enabled = False  # the release needs no gradebook
        converter = GenerateAssignment(
            coursedir=CourseDirectory(config=config), parent=None, config=config, force=True, no_database=True
        )
        converter.log.setLevel("WARNING")
        converter.start()
        return {p.name: p.read_bytes() for p in sorted((work / "lessons" / slug).iterdir())}


def build(slugs: Sequence[str] = (), root: Path = ROOT, check: bool = False, packs: Path | None = None) -> list[Path]:
    """Make keys, packs, lessons and README's table from `solutions/`; nothing is written unless all can be made.

    Parameters
    ----------
    slugs : sequence of str
        The lessons to make; all of course.yml where empty.
    root : Path
        The course's folder.
    check : bool
        Write nothing, only tell.

    Returns
    -------
    list of Path
        The files that differ from what is there: written, or with `check` only named.
    """
    course = load_course(root / "course.yml")
    solutions = root / "solutions"
    packs = packs or root / "appraise" / "packs"
    have = {p.name for p in solutions.iterdir() if p.is_dir() and not p.name.startswith(".")}
    listed = [lesson.slug for lesson in course.lessons]
    for slug in sorted(have - set(listed)):
        raise AuthorError("course.yml", slug, "expected every folder of solutions/ among the lessons")
    for slug in slugs or listed:
        if slug not in listed or slug not in have:
            raise AuthorError("course.yml", slug, "expected a lesson that is listed and has its folder in solutions/")
    with ThreadPoolExecutor(max_workers=2) as pool:
        done = list(pool.map(lambda s: compile_lesson(s, solutions, course), slugs or listed))
    files: dict[Path, bytes] = {}
    from appraise.checking import pack_bytes

    for nb, made in done:
        slug = made["lesson"]
        files[solutions / slug / f"{slug}.ipynb"] = write_notebook(nb)
        text = json.dumps(made, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
        files[solutions / slug / "key.json"] = text.encode("utf-8")
        files[packs / f"{slug}.pack"] = pack_bytes(made)
        for name, content in release(slug, nb, solutions).items():
            files[root / "lessons" / slug / name] = content
    _unique({made["lesson"]: made["exercises"] for _, made in done}, solutions, listed)
    readme = root / "README.md"
    if readme.is_file():
        there = {slug for slug in listed if (root / "lessons" / slug).is_dir()} | {made["lesson"] for _, made in done}
        files[readme] = _with_table(readme.read_text(encoding="utf-8"), course, there).encode("utf-8")
    changed = [f for f, content in files.items() if not f.is_file() or f.read_bytes() != content]
    if not slugs:
        kept = set(files)
        for folder in (root / "lessons", packs):
            changed += [f for f in sorted(folder.rglob("*")) if f.is_file() and f not in kept]
    if not check:
        for f in changed:
            if f in files:
                f.parent.mkdir(parents=True, exist_ok=True)
                new = f.with_name(f.name + ".new")
                new.write_bytes(files[f])
                new.replace(f)
            else:
                f.unlink()
    return changed


def _with_table(readme: str, course: Course, there: set[str]) -> str:
    """README with its table of lessons, between the marks, as course.yml has it; a lesson that is there has a link."""
    rows = ["| Lesson | Question | Minutes |", "| --- | --- | ---: |"]
    for lesson in course.lessons:
        name = f"{lesson.number} · {lesson.title}"
        if lesson.slug in there:
            name = f"[{name}](lessons/{lesson.notebook})"
        rows.append(f"| {name} | {lesson.question} | {lesson.minutes} |")
    marks = re.compile(r"(<!-- lessons -->\n).*?(<!-- /lessons -->)", re.S)
    return marks.sub(lambda m: m[1] + "\n".join(rows) + "\n" + m[2], readme)


def _unique(made: dict[str, dict[str, Any]], solutions: Path, listed: list[str]) -> None:
    """An id is used once in the whole course."""
    owner: dict[str, str] = {}
    for slug in listed:
        file = solutions / slug / "exercises.yml"
        ids = made.get(slug) or (read_entries(file) if file.is_file() else {})
        for exercise in ids:
            if exercise in owner:
                raise AuthorError(file, exercise, f"is an id of {owner[exercise]} already")
            owner[exercise] = slug


def main(slugs: Sequence[str] = (), check: bool = False) -> int:
    """The command `python -m appraise lessons`."""
    try:
        changed = build(slugs, check=check)
    except (AuthorError, CourseError) as error:
        print(error)
        return 1
    for f in changed:
        print(f"{'differs' if check else 'written'}: {f.relative_to(ROOT).as_posix()}")
    if check and changed:
        print("lessons/ and packs are not what solutions/ generates: run `make lessons` and commit the result.")
        return 1
    print(f"{len(changed)} files {'differ' if check else 'written'}.")
    return 0
