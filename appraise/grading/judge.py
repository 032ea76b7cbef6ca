"""The judge: holds the tests, drives a learner's process from outside, and decides item by item.

Nothing of the learner's is run here. What comes from their process is plain data, and is checked to be that before
it is compared (`proper`).
"""

from __future__ import annotations

import ast
import hashlib
import json
import math
import re
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat

from appraise.exercises.exercise import Called, Exercise, Status, Verdict
from appraise.exercises.judge import judge
from appraise.exercises.serialize import Json
from appraise.grading import rebuild, safe
from appraise.grading.channel import Ended
from appraise.grading.learner import PATIENCE, Broken, Child, Ran, Warm
from appraise.grading.rebuild import Answers, Beside, nbgrader_of
from appraise.learner.remark import render_remark

FAULT = "grader's fault"
UNREADABLE = "unreadable"  # of an item: the file is damaged where its answer stands, or stands most likely
_JUDGED = ("right", "partly", "wrong", "no answer", "marked")
RESTARTS = 8  # beyond one for each answer cell


READ_ALL_THE_SAME = "A person reads your text all the same."
_WORDS = re.compile(r"(?:[^\W\d_]+[,;:]?\s+){3}[^\W\d_]+")  # four words in a row: text, not code


class LessonError(Exception):
    """The lesson's files do not fit together; the text names file, item and what was expected."""


# ── the lesson ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Lesson:
    """A lesson as the grader knows it.

    Attributes
    ----------
    slug, version : str
    release : notebook
        The released notebook.
    exercises : mapping of id to exercise, hidden cases included
    opening : list of int
        Places of the code cells before the first answer cell.
    shows : list of int
        Places of later code cells that only show something of the course, whatever the answers are.
    makes : list of int
        Places of later code cells that make their values of the opening cells' names alone, the same for everybody.
    checks : dict
        Place of a check cell to the id of its exercise.
    answer_of : dict
        Exercise id to the place of its answer cell.
    graded : dict
        Grade id to points, of the cells that nbgrader grades by their output.
    digest : str
        Of release and key: what a verdict depends on beside the submission.
    """

    slug: str
    version: str
    release: Any
    exercises: Mapping[str, Exercise]
    opening: list[int]
    shows: list[int]
    makes: list[int]
    checks: dict[int, str]
    answer_of: dict[str, int]
    graded: dict[str, float]
    digest: str


def load_lesson(release: Path, key: Path) -> Lesson:
    """Read a lesson from its released notebook and its key.

    Raises
    ------
    LessonError
        Where a file is missing or the two do not fit together.
    """
    try:
        released, held = release.read_bytes(), key.read_bytes()
    except OSError as e:
        raise LessonError(f"{e.filename}: {e.strerror}; `make lessons` writes it") from None
    try:
        nb = nbformat.reads(released.decode("utf-8"), as_version=4)
        found = json.loads(held)
        exercises = {n: Exercise.from_json(ex) for n, ex in found["exercises"].items()}
        slug, version = str(found["lesson"]), str(found["version"])
    except (ValueError, KeyError, TypeError) as e:
        raise LessonError(f"{release} or {key} cannot be read ({type(e).__name__}: {e}); run `make lessons`") from None
    ours = nb.metadata.get("appraise") or {}
    if (ours.get("lesson"), ours.get("version")) != (slug, version):
        raise LessonError(
            f"{release} is {ours.get('lesson')} {ours.get('version')}, its key is {slug} {version}; run `make lessons`"
        )
    answers = rebuild.answer_cells(nb)
    checks: dict[int, str] = {}
    graded: dict[str, float] = {}
    answer_of: dict[str, int] = {}
    for i, cell in enumerate(nb.cells):
        about = nbgrader_of(cell)
        grade_id = str(about.get("grade_id", ""))
        if about.get("solution"):
            answer_of[grade_id if about.get("grade") else grade_id.removesuffix("-answer")] = i
            continue
        if not (about.get("grade") or about.get("locked")) or cell.cell_type != "code":
            continue
        name = grade_id if about.get("grade") else grade_id.removesuffix("-check")
        if name not in exercises:
            if about.get("grade"):
                raise LessonError(f"{release}: the check “{grade_id}” is not in {key}; run `make lessons`")
            continue
        checks[i] = name
        if about.get("grade"):
            points = float(about["points"])
            if points != float(exercises[name].points):
                raise LessonError(f"{release}: “{name}” has {points} points, {exercises[name].points} in {key}")
            graded[grade_id] = points
    for name in exercises:
        if name not in checks.values() or name not in answer_of:
            raise LessonError(f"{release}: the exercise “{name}” has no answer cell or no check; run `make lessons`")
    first = min(answers.values(), default=len(nb.cells))
    opening = [i for i, c in enumerate(nb.cells[:first]) if c.cell_type == "code" and i not in checks]
    ours = _imported([nb.cells[i].source for i in opening])
    rest = [
        i for i, c in enumerate(nb.cells) if c.cell_type == "code" and i not in {*opening, *answers.values(), *checks}
    ]
    shows = [i for i in rest if only_shows(nb.cells[i].source, ours)]
    makes = [i for i in rest if i not in shows and only_makes(nb.cells[i].source)]
    digest = hashlib.sha256(released + b"\0" + held).hexdigest()
    return Lesson(slug, version, nb, exercises, opening, shows, makes, checks, answer_of, graded, digest)


def _imported(sources: Sequence[str]) -> set[str]:
    """The names that these cells import from the course's library."""
    trees = [_parsed(s) for s in sources]
    found = [n for t in trees if t for n in t.body if isinstance(n, ast.ImportFrom)]
    return {a.asname or a.name for n in found if (n.module or "").split(".")[0] == "appraise" for a in n.names}


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except SyntaxError:  # a magic
        return None


_SHOWING = (
    *(ast.Module, ast.Expr, ast.Call, ast.keyword, ast.Name, ast.Load, ast.Constant),
    *(ast.List, ast.Tuple, ast.Attribute, ast.Subscript, ast.Slice),
)


def only_shows(source: str, ours: set[str]) -> bool:
    """Whether a cell only calls what the course gives (`ours`), with fixed arguments: so it shows everybody the same.

    Examples
    --------
    >>> only_shows("read('walsh', 'post', 4)", {"read"}), only_shows("read(mine)", {"read"})
    (True, False)
    """
    tree = _parsed(source)
    if tree is None or not tree.body:
        return False
    for node in ast.walk(tree):
        if not isinstance(node, _SHOWING) or (isinstance(node, ast.Name) and node.id not in ours | {"display"}):
            return False
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "@" in node.value:
            return False  # a query that may use a learner's name
    return True


_STATEFUL = {"plt", "display", "open", "input", "exec", "eval", "set_option", "reset_option", "seed", "inplace"}
_NOT_MAKING = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Delete, ast.AugAssign),
    *(ast.While, ast.With, ast.Try, ast.Global, ast.Await, ast.NamedExpr),
)


def only_makes(source: str) -> bool:
    """Whether a cell does nothing but give names to values, and show them, as far as its text tells.

    It may be run once for all if it reads nothing but what the opening cells gave: see `appraise.grading.shell.make`.

    Examples
    --------
    >>> only_makes("pain = numbers().query('arm == 1')\\npain"), only_makes("pain.sort_values(inplace=True)")
    (True, False)
    """
    tree = _parsed(source)
    if tree is None or not any(isinstance(n, ast.Assign) for n in tree.body):
        return False
    named = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for node in ast.walk(tree):
        words = {getattr(node, part, None) for part in ("id", "attr", "arg")}
        if isinstance(node, _NOT_MAKING) or words & _STATEFUL:
            return False
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            owner = node.value
            while isinstance(owner, ast.Attribute | ast.Subscript):
                owner = owner.value
            if isinstance(node, ast.Attribute) or not isinstance(owner, ast.Name) or owner.id not in named:
                return False
        of = getattr(getattr(node, "value", None), "attr", None)
        if of == "random" and getattr(node, "attr", None) != "default_rng":
            return False  # the others draw from a generator that all share
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "@" in node.value:
            return False  # a query that may use a learner's name
    return True


def open_warm(lesson: Lesson, **options: Any) -> Warm:
    """Start the lesson's warm parent."""
    cells = lesson.release.cells
    places = (lesson.opening, lesson.shows, lesson.makes)
    opening, shows, makes = ([cells[i].source for i in some] for some in places)
    return Warm(opening, shows=shows, makes=makes, **options)


# ── what comes out ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Item:
    """One exercise of one submission.

    Attributes
    ----------
    earned : float or None
        Points; None where a person marks, and where the grader could not judge.
    status : str
        "right", "partly", "wrong", "no answer", "missing", "crashed", "time limit", "memory limit", "output limit",
        "marked" (a person marks it), "unreadable" (the file is damaged there) or "grader's fault".
    core : bool
        Whether its points count; others are judged for the feedback alone.
    """

    id: str
    earned: float | None
    points: float
    status: str
    remark: str
    misconception: str | None = None
    wrong: tuple[str, ...] = ()
    core: bool = True


@dataclass
class Outcome:
    """One submission, judged.

    Attributes
    ----------
    status : str
        "graded", "needs a person", "unreadable" or "grader's fault".
    outputs : dict
        Place of a code cell to its outputs, made harmless.
    notes : list of str
        What a person should know.
    walls : str
        What stood between the submission and this machine; "" where nothing of it was run.
    """

    status: str
    items: dict[str, Item]
    outputs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    walls: str = ""

    def plain(self) -> dict[str, Any]:
        """All but the outputs, as JSON."""
        items = [asdict(i) for i in self.items.values()]
        return {"status": self.status, "items": items, "notes": self.notes, "walls": self.walls}


def at_fault(lesson: Lesson, why: str, status: str = FAULT) -> Outcome:
    """An outcome without numbers: nothing could be judged."""
    items = {n: Item(n, None, float(ex.points), FAULT, why, core=bool(ex.core)) for n, ex in lesson.exercises.items()}
    return Outcome(status, items, notes=[why])


# ── plain data, checked ─────────────────────────────────────────────────────────────────────────────────────────────


def proper(value: Any, most: int = 50_000) -> Json:
    """A value from a learner's process if it is well-formed plain data, else a refused object.

    Examples
    --------
    >>> proper({"tuple": [1, 2]}), proper({"tuple": 1}), proper({"array": [], "set": []})
    ({'tuple': [1, 2]}, {'other': 'unreadable object'}, {'other': 'unreadable object'})
    """
    left = most

    def good(v: Any, depth: int) -> bool:
        nonlocal left
        left -= 1
        if left < 0 or depth > 30:
            return False
        if v is None or isinstance(v, bool | str):
            return True
        if isinstance(v, int):
            return abs(v) < 10**300
        if isinstance(v, float):
            return math.isfinite(v)
        if isinstance(v, list):
            return many(v, depth)
        if not isinstance(v, dict) or len(v) != 1:
            return False
        ((kind, x),) = v.items()
        match kind:
            case "float":
                return x in ("nan", "inf", "-inf")
            case "tuple" | "set" | "array":
                return many(x, depth)
            case "dict":
                return isinstance(x, list) and all(isinstance(p, list) and len(p) == 2 and many(p, depth) for p in x)
            case "series":
                return (
                    _has(x, "name", "index", "values")
                    and good(x["name"], depth + 1)
                    and many(x["index"], depth)
                    and many(x["values"], depth)
                    and len(x["index"]) == len(x["values"])
                )
            case "frame":
                return (
                    _has(x, "columns", "index", "index_names", "data")
                    and all(many(x[k], depth) for k in ("columns", "index", "index_names", "data"))
                    and len(x["data"]) == len(x["columns"])
                    and all(isinstance(c, list) and len(c) == len(x["index"]) for c in x["data"])
                )
            case "axes":
                return axes(x, depth)
            case "function" | "other":
                return isinstance(x, str) and len(x) < 1000
            case "stub":
                return x is True
        return False

    def many(v: Any, depth: int) -> bool:
        return isinstance(v, list) and all(good(x, depth + 1) for x in v)

    def axes(x: Any, depth: int) -> bool:
        return (
            _has(x, "title", "xlabel", "ylabel", "xticks", "yticks", "legend", "marks")
            and all(isinstance(x[k], str) for k in ("title", "xlabel", "ylabel"))
            and all(many(x[k], depth) for k in ("xticks", "yticks", "legend"))
            and all(isinstance(t, list) and len(t) == 2 and isinstance(t[1], str) for t in x["xticks"] + x["yticks"])
            and isinstance(x["marks"], list)
            and all(
                _has(m, "kind", "label", "x", "y")
                and isinstance(m["kind"], str)
                and isinstance(m["label"], str)
                and many(m["x"], depth)
                and many(m["y"], depth)
                for m in x["marks"]
            )
        )

    if not good(value, 0):
        return {"other": "answer too large to read" if left < 0 else "unreadable object"}
    return value


def _has(x: Any, *names: str) -> bool:
    return isinstance(x, dict) and set(x) == set(names)


# ── judging ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def grade(lesson: Lesson, warm: Warm, answers: Answers, beside: Sequence[Beside] = ()) -> Outcome:
    """Run and judge one submission.

    Returns
    -------
    Outcome
        Always; what the grader itself could not do is in it as "grader's fault" and has no number.
    """
    began = time.monotonic()
    run = _Run(lesson, warm, answers, beside)
    try:
        outcome = run.whole()
    except Broken as e:
        outcome = at_fault(lesson, str(e))
    finally:
        run.close()
    outcome.seconds = time.monotonic() - began
    outcome.walls = str(warm.walls)
    return outcome


class _Run:
    """One submission on its way through the cells."""

    def __init__(self, lesson: Lesson, warm: Warm, answers: Answers, beside: Sequence[Beside]) -> None:
        self.lesson = lesson
        self.warm = warm
        self.answers = answers
        self.beside = beside
        self.sources = rebuild.sources(lesson.release, answers.texts)
        self.limits = warm.limits
        self.until = time.monotonic() + self.limits.notebook_seconds * PATIENCE
        self.late = False  # whether the time limit was reached
        self.could_be_read = False
        self.child: Child | None = None
        self.ran: list[int] = []  # places of the cells that a new process must run again
        self.ended: dict[int, Ended] = {}
        self.errors: dict[int, str] = {}
        self.outputs: dict[int, list[dict[str, Any]]] = {}
        self.notes = list(answers.notes)
        self.restarts = 0
        self.pictures = {i for n, i in lesson.answer_of.items() if lesson.exercises[n].kind in {"plot", "write"}}
        self.grade_ids = {i: g for g, i in rebuild.answer_cells(lesson.release).items()}

    def close(self) -> None:
        if self.child:
            self.child.close()
            self.child = None

    def whole(self) -> Outcome:
        items: dict[str, Item] = {}
        done = [*zip(self.lesson.opening, self.warm.outputs), *zip(self.lesson.shows, self.warm.shown)]
        self.outputs = {i: out for i, out in done if out is not None}
        for i in self.sources:
            if i in self.outputs:
                continue
            if i in self.lesson.checks:
                name = self.lesson.checks[i]
                item = replace(self._item(name), core=bool(self.lesson.exercises[name].core))
                items[name] = item
                self.outputs[i] = shown(item, self.lesson.exercises[name])
            else:
                self._cell(i)
        self.close()
        self._doubt(items)
        status = "graded"
        if any(i.core and i.status in ("marked", UNREADABLE) for i in items.values()):
            status = "needs a person"  # what gives no points waits for nobody
        if items and all(i.status == UNREADABLE for i in items.values()):
            status = UNREADABLE
        if any(i.status == FAULT for i in items.values()):
            status = FAULT
        return Outcome(status, items, self.outputs, self.notes)

    def _doubt(self, items: dict[str, Item]) -> None:
        """An answer that uses one that could not be read has no number either, unless it is right."""
        names = {str(self.lesson.exercises[n].name) for n, i in items.items() if i.status == UNREADABLE}
        for name, item in items.items():
            ex, place = self.lesson.exercises[name], self.lesson.answer_of[name]
            used = names & set(re.findall(r"\w+", self.sources[place])) if names else set()
            if item.status in ("right", "marked", UNREADABLE) or not used - {ex.name}:
                continue
            names.add(str(ex.name))
            remark = f"Your answer uses `{min(used - {ex.name})}`, which could not be read. A person looks at it."
            items[name] = replace(item, earned=None, status=UNREADABLE, remark=remark, misconception=None, wrong=())
            check = next(i for i, n in self.lesson.checks.items() if n == name)
            self.outputs[check] = shown(items[name], ex)

    @property
    def _seconds(self) -> float:
        # who has once used up the time of an item gets less for the others: ten endless loops must not take ten times
        return self.limits.item_seconds / (4 if self.late else 1)

    def _cell(self, i: int) -> None:
        """Run one cell; if the process ends in it, that is remembered and the cell is not run again."""
        try:
            ran = self._run(self._ready(), i, self._seconds)
        except Ended as e:
            self._lost(i, e)
            return
        self.ran.append(i)
        self.outputs[i] = safe.clean_outputs(ran.outputs)
        if ran.error:
            self.errors[i] = ran.error

    def _run(self, child: Child, i: int, seconds: float) -> Ran:
        """Run a cell, or one by one the cells of an answer that has several; they share the time."""
        outputs, error = [], None
        for n, part in enumerate(rebuild.parts(self.sources[i])):
            ran = child.run(part, seconds if n == 0 else None, i in self.pictures)
            outputs += ran.outputs
            error = ran.error or error
        return Ran(outputs, error)

    def _lost(self, i: int, e: Ended) -> None:
        self.child = None
        self.ended[i] = e
        self.late |= e.status == "time limit"
        where = f"the answer cell “{self.grade_ids[i]}”" if i in self.grade_ids else f"cell {i + 1}"
        self.notes.append(f"In {where}: {e.detail} ({e.status}). The rest was graded in a new process.")
        self.outputs[i] = [
            {"output_type": "error", "ename": e.status, "evalue": e.detail, "traceback": [f"{e.status}: {e.detail}"]}
        ]

    def _ready(self) -> Child:
        """A process in which all cells so far have run; made anew after one that ended."""
        while self.child is None:
            self.restarts += 1
            if self.restarts > len(self.lesson.answer_of) + RESTARTS:
                raise Ended("crashed", "the process ended too often")
            at = -1
            child = None
            try:
                child = Child(self.warm, self.beside, self.until)
                for at in self.ran:
                    self._run(child, at, self.limits.item_seconds)
            except Ended as e:
                if at < 0:
                    raise Broken(f"a new learner's process does not answer: {e.detail}") from None
                self.ran.remove(at)  # it ran before and does not now: the others must not suffer
                self.notes.append(f"Cell {at + 1} ran once and ended the process when it was run again ({e.detail}).")
                continue
            self.child = child
        return self.child

    def _item(self, name: str) -> Item:
        ex = self.lesson.exercises[name]
        points = float(ex.points)
        place = self.lesson.answer_of[name]
        written = ex.is_prose

        def nothing(status: str, remark: str) -> Item:
            if written and self._is_changed(place):
                remark = (
                    f"{remark.removesuffix(' It gets no points; the other cells were graded.')} {READ_ALL_THE_SAME}"
                )
                return Item(name, None, points, "marked", remark)
            return Item(name, 0.0, points, status, remark)

        if self.grade_ids[place] in self.answers.unread:
            remark = "The file that was handed in is damaged, and this answer could not be read. A person looks at it."
            return Item(name, None, points, UNREADABLE, remark)
        if self.answers.texts.get(self.grade_ids[place]) is None:
            return nothing("missing", "The answer cell is not in the notebook that was handed in.")
        if place in self.ended:
            e = self.ended[place]
            return nothing(e.status, _ended_remark(e))
        try:
            verdict = self._verdict(name, ex, place)
        except Ended as e:
            before = self.outputs.get(place, [])
            self._lost(place, e)
            # the cell itself ran, so a new process runs it again for the cells below; but not where its value could not
            # even be read: what it did would then meet every other item too
            if not self.could_be_read and place in self.ran:
                self.ran.remove(place)
            self.outputs[place] = [*before, *self.outputs[place]]
            return nothing(e.status, _ended_remark(e))
        except Broken:
            raise
        except Exception as e:
            where = traceback.extract_tb(e.__traceback__)[-1]
            self.notes.append(f"“{name}” could not be judged: {type(e).__name__} in {where.name}, line {where.lineno}.")
            return Item(name, None, points, FAULT, "This answer could not be judged; a person looks at it.")
        if verdict is None:
            error = self.errors.get(place)
            if error == "MemoryError":
                return nothing("memory limit", "Your cell asked for more memory than it may use.")
            if error:
                return nothing("crashed", f"Your cell stopped with {error} before `{ex.name}` had a value.")
            return nothing("no answer", f"There is no name `{ex.name}` after your cell ran. Was it renamed?")
        if written and verdict.status == "marked":
            return Item(name, None, points, "marked", verdict.remark)
        if written and verdict.status != "no answer" and _WORDS.search(self.sources[place]):
            return Item(name, None, points, "marked", f"{verdict.remark} {READ_ALL_THE_SAME}")
        earned = round(min(max(verdict.share, 0.0), 1.0) * points, 2)
        return Item(name, earned, points, verdict.status, verdict.remark, verdict.misconception, verdict.wrong)

    def _is_changed(self, place: int) -> bool:
        text = self.sources[place].strip()
        return text not in ("", str(self.lesson.release.cells[place].source).strip())

    def _verdict(self, name: str, ex: Exercise, place: int) -> Verdict | None:
        child = self._ready()
        self.could_be_read = False
        found, value = child.fetch(ex.name, self._seconds)
        self.could_be_read = True
        if not found:
            return None

        def call(args: list[Json]) -> Called:
            reply = child.call(ex.name, args)
            if (error := reply.get("error")) is not None:
                return Called(error=safe.clean_text(str(error))[:200])
            after = proper(reply.get("args"))
            return Called(proper(reply.get("result")), after if isinstance(after, list) else [])

        return judge(ex, proper(value), call)


def _ended_remark(e: Ended) -> str:
    what = {
        "crashed": "Your cell ended Python itself",
        "time limit": "Your cell took longer than it may",
        "memory limit": "Your cell asked for more memory than it may use",
        "output limit": "Your cell gave more than can be read",
    }[e.status]
    return f"{what}: {e.detail}. It gets no points; the other cells were graded."


def shown(item: Item, ex: Exercise) -> list[dict[str, Any]]:
    """The output of a check cell: the points, which nbgrader reads, and the remark for the feedback."""
    remark = safe.clean_text(item.remark)
    if item.status in (FAULT, UNREADABLE):  # nbgrader must not read points here
        text = f"{item.status}: {remark}"
        return [{"output_type": "error", "ename": item.status, "evalue": remark, "traceback": [text]}]
    if item.status in _JUDGED:
        page: str = render_remark(ex, Verdict(0.0, Status(item.status), remark), item.earned or 0.0)
    else:
        head = f"<strong>{item.status.capitalize()}</strong> · 0 of {item.points:g} points"
        page = f"<p>{head}</p><p>{safe.escape(remark)}</p>"
    # a remark may quote the learner, and MathJax makes links of what looks like LaTeX
    page = f'<div class="tex2jax_ignore mathjax_ignore">{page}</div>'
    data = {"text/plain": repr(item.earned or 0.0), "text/html": page}
    return [{"output_type": "execute_result", "execution_count": None, "data": data, "metadata": {}}]


# ── canaries ────────────────────────────────────────────────────────────────────────────────────────────────────────


def canary(lesson: Lesson, warm: Warm, solution: Path | None = None) -> None:
    """Grade submissions whose points are known: one wrong, one untouched, and the lesson's own solution.

    Parameters
    ----------
    lesson : Lesson
    warm : Warm
    solution : Path, optional
        The solutions notebook, which must get all points.

    Raises
    ------
    LessonError
        Where one gets other points than it must: then no submission may be graded.
    """
    cells = {i: g for g, i in rebuild.answer_cells(lesson.release).items()}
    stubs: dict[str, str | None] = {g: str(lesson.release.cells[i].source) for i, g in cells.items()}
    wrong = dict(stubs)
    for name, ex in lesson.exercises.items():
        about = f"def {ex.name}(*given):\n    return 'canary'" if ex.is_function else f"{ex.name} = ['canary'] * 3"
        wrong[cells[lesson.answer_of[name]]] = about
    known = {"known to be wrong": Answers(wrong, []), "untouched": Answers(stubs, [])}
    if solution is not None and solution.is_file():
        known["with the lesson's own solution"] = rebuild.answers(lesson.release, rebuild.read(solution.read_bytes()))
    for what, answers in known.items():
        for item in grade(lesson, warm, answers).items.values():
            must = item.points if what.endswith("solution") else 0.0
            if item.status != "marked" and item.earned != must:
                raise LessonError(
                    f"{lesson.slug}: the submission {what} gets {item.earned} points for “{item.id}” ({item.status}) "
                    f"and must get {must:g}, so nothing is graded. {item.remark}"
                )
