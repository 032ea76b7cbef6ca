"""A class, graded: `appraise grade SLUG`. What was handed in goes out to workers, what comes back to the one writer.

The seam is `concurrent.futures.Executor`: processes of this machine, or the workers of a Dask cluster. A task carries
all that it needs (the lesson, the submission, the files beside it), so workers share no folder with this one. Each
worker keeps the lesson's warm parent, a program of its own (on this machine forks of one), and never runs a learner's
code itself.

A run can be ended at any moment, by `kill -9` too; the same command goes on where it stopped. A submission counts as
done when the gradebook holds an outcome for its key (submission, lesson, library) and its autograded notebook is there.
The notebook is written first, the gradebook afterwards in one transaction, so nothing is ever half done.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import functools
import hashlib
import itertools
import json
import os
import pickle
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import active_children, get_context
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from nbformat.v4.rwbase import split_lines, strip_transient
from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_solution

from appraise.errors import TimeError
from appraise.grading import judge, plugins, rebuild, safe, walls
from appraise.grading import scratch as scratch_folders
from appraise.grading.gradebook import Book, GradebookError, Stamp
from appraise.grading.judge import FAULT, UNREADABLE, Lesson, Outcome
from appraise.grading.learner import Limits, Warm
from appraise.grading.rebuild import Answers, Beside, Read
from appraise.grading.submission import times

TRIES = 3  # for a submission whose worker was lost
_HOME = Path(__file__).resolve().parents[2]


class ClassError(Exception):
    """The class cannot be graded; the text says why and what to do."""


# ── settings ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Settings:
    """What nbgrader_config.py in the course's folder says."""

    root: Path
    dirs: Any
    config: Any
    limits: Limits
    trust: bool

    def folder(self, step: str, student: str, slug: str) -> Path:
        """The folder of a step ("submitted", "autograded", …) for a student and a lesson."""
        return Path(self.dirs.format_path(getattr(self.dirs, f"{step}_directory"), student, slug))

    @property
    def own(self) -> Path:
        """Where a run keeps what it needs while it runs: beside what is handed in."""
        return self.root / Path(self.dirs.submitted_directory).parent

    def lesson(self, slug: str) -> Lesson:
        """The released lesson with its key."""
        return judge.load_lesson(
            self.folder("release", ".", slug) / f"{slug}.ipynb", self.folder("source", ".", slug) / "key.json"
        )

    def book(self) -> Book:
        return Book(self.dirs.db_url, self.dirs.course_id, self.config)


def settings() -> Settings:
    """The settings of the course in the current folder.

    Raises
    ------
    ClassError
        Where there is no nbgrader_config.py, or it cannot be read.
    """
    root = Path.cwd()
    if not (root / "nbgrader_config.py").is_file():
        raise ClassError(f"{root} holds no nbgrader_config.py: run this in the course's folder")
    app = NbGrader(raise_config_file_errors=True)
    app.coursedir = CourseDirectory(parent=app)
    try:
        app.load_config_file()
    except Exception as e:
        raise ClassError(f"nbgrader_config.py cannot be read: {type(e).__name__}: {e}") from None
    dirs = CourseDirectory(config=app.config)
    given = plugins.JudgeOutside(config=app.config)
    return Settings(Path(dirs.root), dirs, app.config, given.limits(), given.trust_submissions)


# ── what was handed in ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Handed:
    """One submission as it lies in its folder.

    Attributes
    ----------
    data : bytes or None
        The notebook's; None where there is none that may be read, and `unreadable` says why.
    beside : tuple of Beside
        Files handed in with it.
    timestamp : str or None
        When it was handed in, where that is known and can be read.
    digest : str
        SHA-256 of all of it.
    """

    student: str
    folder: str
    data: bytes | None
    unreadable: str | None
    beside: tuple[Beside, ...]
    notes: tuple[str, ...]
    timestamp: str | None
    digest: str


def students(to: Settings, slug: str) -> list[str]:
    """The ids of those who handed something in, sorted."""
    of = to.dirs.format_path(to.dirs.submitted_directory, "(?P<student>[^/]*)", slug, escape=True)
    pattern = re.compile(of, re.DOTALL)
    paths = to.root.glob(str(to.folder("submitted", "*", slug).relative_to(to.root)))
    found = [m["student"] for p in paths if (m := pattern.fullmatch(str(p)))]
    return sorted(s for s in found if not s.startswith("."))


def handed_in(to: Settings, slug: str, student: str, stubs: Mapping[str, str]) -> Handed:
    """Read one submission; no link is followed.

    Parameters
    ----------
    to : Settings
    slug, student : str
    stubs : mapping of str to str
        Grade ids of the lesson's answer cells, by which a renamed notebook is known, and what was released in them.
    """
    folder = to.folder("submitted", student, slug)
    notes: list[str] = []
    data, unreadable = None, None
    beside: list[Beside] = []
    timestamp = None
    if folder.is_symlink() or not folder.is_dir():
        unreadable = "What was handed in is a link or a file, and a folder with the notebook was expected."
    else:
        data, unreadable = rebuild.choose(folder, slug, stubs, notes)
        try:
            beside, odd = rebuild.files_beside(folder)
            notes += odd
        except OSError as e:
            notes.append(f"The files beside the notebook could not be read ({e.strerror}).")
        timestamp = _timestamp(folder / "timestamp.txt", notes)
    # names that are not UTF-8 cannot be written into a notebook or a database
    notes = [n.encode("utf-8", "backslashreplace").decode("utf-8") for n in notes]
    parts = [data or b"", (unreadable or "").encode(), (timestamp or "").encode(), "\n".join(notes).encode()]
    for b in beside:
        parts += [os.fsencode(b.name), b.data]
    digest = _digest(*parts)
    return Handed(student, str(folder), data, unreadable, tuple(beside), tuple(notes), timestamp, digest)


def _timestamp(path: Path, notes: list[str]) -> str | None:
    if not path.is_symlink() and not path.exists():
        return None
    data, _ = rebuild.read_bytes(path)
    try:
        return times.nbgraders_text(data or b"")
    except TimeError as e:
        notes.append(f"timestamp.txt cannot be read, so it is not known when this was handed in: {e}.")
        return None


def _digest(*parts: bytes) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()


@functools.cache
def library() -> str:
    """SHA-256 of what a verdict depends on beside submission and lesson: the library's code and the sources' data."""
    paths = [p for kind in ("*.py", "*.yml") for p in (_HOME / "appraise").rglob(kind)]
    paths += (_HOME / "seeds").glob("*.yml")
    parts = [b for p in sorted(paths) for b in (p.relative_to(_HOME).as_posix().encode(), p.read_bytes())]
    return _digest(*parts)


# ── in a worker ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Task:
    """One submission on its way to a worker, with all that is needed there."""

    lesson: bytes  # the Lesson and its solution's bytes, packed
    digest: str  # of the above
    library: str
    limits: Limits
    trust: bool
    secrets: tuple[tuple[str, str], ...]  # (what, path): what no submission may reach, proved before the first
    handed: Handed | None = None  # None: only get ready


@dataclass(frozen=True)
class Result:
    """What a worker gives back: plain data and the text of the autograded notebook."""

    outcome: dict[str, Any]
    notebook: str
    answered: frozenset[str]


@dataclass
class _Room:
    """A lesson in a worker, with the warm parents that nobody uses at the moment."""

    lesson: Lesson
    task: Task
    free: list[Warm] = field(default_factory=list)

    @contextmanager
    def warm(self) -> Iterator[Warm]:
        try:
            one = self.free.pop()
        except IndexError:
            one = self._start()
        try:
            yield one
        finally:
            self.free.append(one)

    def _start(self) -> Warm:
        return walls.stand(
            lambda behind: judge.open_warm(self.lesson, limits=self.task.limits, walls=behind),
            self.task.trust,
            [(what, Path(path)) for what, path in self.task.secrets],
        )

    def divide(self) -> None:
        """In a fork of this process: twins of the warm parents in their place."""
        theirs, self.free = self.free, []
        for one in theirs:
            with contextlib.suppress(OSError):  # it has died, and one is started when it is needed
                self.free.append(one.twin())
            one.control.close()

    def close(self) -> None:
        while self.free:
            self.free.pop().close()


_rooms: dict[tuple[str, Limits, bool], _Room] = {}
_opening = threading.Lock()


def close_rooms() -> None:
    """End the warm parents of this process."""
    while _rooms:
        _rooms.popitem()[1].close()


def _room(task: Task) -> _Room:
    """The lesson's room in this process; made, and proved with the canaries, by the first task that needs it."""
    with _opening:
        place = (task.digest, task.limits, task.trust)
        if place not in _rooms:
            if task.library != library():
                raise ClassError(
                    f"the worker {os.uname().nodename} has another version of the library than this machine"
                )
            lesson, solution = pickle.loads(zlib.decompress(task.lesson))
            room = _Room(lesson, task)
            if not _rooms:
                Finalize(None, close_rooms, exitpriority=10)
            try:
                with tempfile.NamedTemporaryFile(suffix=".ipynb") as f, room.warm() as warm:
                    f.write(solution)
                    f.flush()
                    judge.canary(lesson, warm, Path(f.name) if solution else None)
            except BaseException:
                room.close()
                raise
            _rooms[place] = room
        return _rooms[place]


def grade_one(task: Task) -> Result | None:
    """Grade one submission; runs in a worker. What goes wrong with it is its outcome, not this function's.

    Raises
    ------
    ClassError, LessonError, Broken
        Where nothing at all can be graded here.
    """
    room = _room(task)
    if task.handed is None:
        return None
    with room.warm() as warm:
        return _graded(room, warm, task.handed)


def _graded(room: _Room, warm: Warm, handed: Handed) -> Result:
    lesson = room.lesson
    found, answers = Read(), Answers({}, [])
    try:
        found = rebuild.read(handed.data) if handed.data is not None else Read(unreadable=handed.unreadable)
        answers = rebuild.answers(lesson.release, found)
        notes = [*found.notes, *answers.notes]
        if found.lesson not in (None, lesson.slug):
            notes.append(f"The notebook says that it is lesson {found.lesson}.")
        if found.version not in (None, lesson.version):
            notes.append(f"The notebook is of version {found.version}; it was graded as version {lesson.version}.")
        answers = replace(answers, notes=[*notes, *handed.notes])
        if why := rebuild.why_not(lesson.slug, found, answers):
            found = replace(found, unreadable=why)
            outcome = judge.at_fault(lesson, why, UNREADABLE)
            outcome.notes += handed.notes
        else:
            outcome = judge.grade(lesson, warm, answers, handed.beside)
        text = _autograded(lesson, found, answers, outcome, handed.folder)
    except Exception as e:  # ours, not the learner's: their code runs elsewhere
        where = traceback.extract_tb(e.__traceback__)[-1]
        why = f"The grader failed: {type(e).__name__} in {where.name}, line {where.lineno}."
        outcome = judge.at_fault(lesson, why)
        text = _autograded(lesson, Read(), Answers({}, []), outcome, handed.folder)
    stubs = {g: lesson.release.cells[i].source for g, i in rebuild.answer_cells(lesson.release).items()}
    at = {i: g for g, i in rebuild.answer_cells(lesson.release).items()}
    cells = {name: at[i] for name, i in lesson.answer_of.items()}
    answered = frozenset(g for g, t in answers.texts.items() if t is not None and t != stubs[g])
    plain = outcome.plain()
    for item in plain["items"]:  # by which the gradebook knows what did not change since a person marked it
        given = answers.texts.get(cells[item["id"]]) if item["id"] in cells else None
        item["text"] = None if given is None else _digest(given.encode("utf-8", "backslashreplace"))
    return Result(plain, text, answered)


def _autograded(lesson: Lesson, found: Read, answers: Answers, outcome: Outcome, folder: str) -> str:
    """The notebook as plain `nbgrader autograde` leaves it with our configuration."""
    nb = rebuild.build(lesson.release, answers.texts)
    for cell in nb.cells:
        if is_solution(cell) and cell.cell_type == "markdown":
            cell.source = safe.clean_markdown(cell.source)
    plugins._fail_all(nb)
    nb.metadata["appraise"] = {
        **nb.metadata.get("appraise", {}),
        "submission": {
            "unreadable": found.unreadable,
            "missing": [g for g, text in answers.texts.items() if text is None],
            "unread": sorted(answers.unread),
            "notes": answers.notes,
            "folder": folder,
        },
    }
    plugins._write(nb, lesson, outcome)
    # as nbformat writes it, without its copy: this notebook is needed no more
    split_lines(nb)
    strip_transient(nb)
    return json.dumps(nb, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")) + "\n"


def _begin_worker(folder: str, parent: int) -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no worker outlives the run, however that ends
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = folder
    Finalize(None, close_rooms, exitpriority=10)
    for room in _rooms.values():  # those of the process that this is a fork of: proved, and warm
        room.divide()


# ── where tasks run ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Place:
    """Where tasks run: makes an executor, and a new one when it broke."""

    make: Callable[[], Executor]
    workers: int

    def __post_init__(self) -> None:
        self.executor = self.make()

    def again(self) -> None:
        self.executor.shutdown(wait=False, cancel_futures=True)
        self.executor = self.make()


@contextmanager
def _here(workers: int, folder: Path) -> Iterator[_Place]:
    # by fork while this process has no thread and no database, and everything is imported already; later from new
    methods = itertools.chain(["fork"], itertools.repeat("spawn"))

    def make() -> Executor:
        return ProcessPoolExecutor(workers, get_context(next(methods)), _begin_worker, (str(folder), os.getpid()))

    place = _Place(make, workers)
    try:
        yield place
    except BaseException:  # stopped: nobody waits for what is under way
        place.executor.shutdown(wait=False, cancel_futures=True)
        for process in active_children():
            process.kill()
        raise
    place.executor.shutdown(cancel_futures=True)


@contextmanager
def _on_dask(address: str) -> Iterator[_Place]:
    try:
        import distributed
    except ImportError:
        raise ClassError("--dask needs the package distributed: run `make env-teach`") from None
    try:
        client: Any = distributed.Client(address, timeout=20, set_as_default=False)  # type: ignore[no-untyped-call]
        client.wait_for_workers(1, timeout=60)
    except (OSError, TimeoutError, ValueError) as e:
        raise ClassError(f"no Dask cluster with a worker answers at {address}: {e}") from None
    try:
        threads = sum(client.nthreads().values())
        yield _Place(lambda: client.get_executor(pure=False), threads)
    finally:
        client.close()


def _lost(error: BaseException) -> bool:
    """Whether a task failed because its worker was lost, and not by itself."""
    return isinstance(error, BrokenExecutor | CancelledError) or type(error).__name__ in {
        "KilledWorker",
        "CommClosedError",
    }


# ── the run ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Progress:
    """A bar with rate and time left on a terminal, otherwise now and then a line."""

    def __init__(self, total: int) -> None:
        from tqdm import tqdm

        self.total, self.count, self.began, self.said = total, 0, time.monotonic(), time.monotonic()
        self.bar = tqdm(total=total, unit=" submissions", disable=None, dynamic_ncols=True)

    def step(self) -> None:
        self.count += 1
        self.bar.update()
        now = time.monotonic()
        if self.bar.disable and (now - self.said > 10 or self.count == self.total):
            self.said = now
            rate = self.count / max(now - self.began, 1e-9)
            left = (self.total - self.count) / rate
            print(f"{self.count} of {self.total}, {rate:.1f} a second, {left:.0f} s left", flush=True)

    def close(self) -> None:
        self.bar.close()


@dataclass
class Summary:
    """What a run did: statuses of what it graded, how many were done before, what a person should look at."""

    slug: str
    statuses: Counter[str] = field(default_factory=Counter)
    before: int = 0
    seconds: float = 0.0
    walls: set[str] = field(default_factory=set)  # workers of a cluster may stand behind different ones
    attention: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        graded = sum(self.statuses.values())
        kinds = ", ".join(f"{n} {status}" for status, n in sorted(self.statuses.items()))
        rate = f"{graded / self.seconds:.1f} a second" if self.seconds and graded else ""
        head = f"{self.slug}: {graded} graded now" + (f" ({kinds})" if kinds else "")
        tail = f"{self.before} done before; {self.seconds:.1f} s" + (f", {rate}" if rate else "")
        lines = [f"{head}; {tail}."]
        lines += [f"Walls: {behind}." for behind in sorted(self.walls)]
        lines += [f"  {line}" for line in self.attention[:30]]
        if len(self.attention) > 30:
            lines.append(f"  … and {len(self.attention) - 30} more; the export names them all.")
        return "\n".join(lines).encode("utf-8", "backslashreplace").decode("utf-8")


def run(slug: str, workers: int | None = None, dask: str | None = None, trust: bool = False) -> int:
    """Grade all submissions of a lesson that are not graded as they are.

    Parameters
    ----------
    slug : str
        The lesson.
    workers : int, optional
        Processes on this machine; as many as it has processors where nothing is said.
    dask : str, optional
        Address of a Dask scheduler to use in their place.
    trust : bool
        Grade although no wall stands.

    Returns
    -------
    int
        0 if every submission has an outcome, 1 if the grader failed on one.

    Raises
    ------
    ClassError, GradebookError, LessonError, Broken
        Where nothing can be graded.
    """
    to = settings()
    began = time.monotonic()
    lesson = to.lesson(slug)
    waiting = students(to, slug)
    if not waiting:
        raise ClassError(f"nobody handed in {slug}: there is no {to.folder('submitted', '*', slug)}")
    solution = to.folder("source", ".", slug) / f"{slug}.ipynb"
    packed = zlib.compress(pickle.dumps((lesson, solution.read_bytes() if solution.is_file() else b"")))
    secrets = tuple((what, str(path)) for what, path in plugins.forbidden(to.dirs))
    blank = Task(packed, _digest(packed), library(), to.limits, trust or to.trust, secrets)
    many = workers or len(os.sched_getaffinity(0))
    summary = Summary(slug)
    with _only_run(to.own) as scratch, contextlib.ExitStack() as stack:
        with to.book() as book:
            # the gradebook is closed again before workers start
            todo = [s for s in waiting if not _is_done(to, lesson, s, book)] if book.has(slug) else waiting
            if not todo:
                _set_right(lesson, book)
        summary.before = len(waiting) - len(todo)
        if todo:
            if not dask:
                stack.callback(close_rooms)
                _room(blank)  # here, once; the workers of this machine take twins of its warm parent
            with _on_dask(dask) if dask else _here(min(many, len(todo)), scratch) as place:
                for future in [place.executor.submit(grade_one, blank) for _ in range(place.workers)]:
                    future.result()  # the canaries come first: nothing is written before they passed
                with to.book() as book:
                    _set_right(lesson, book)
                    _through(to, lesson, todo, blank, place, book, summary)
    summary.seconds = time.monotonic() - began
    print(summary)
    return 1 if summary.statuses[FAULT] else 0


def _set_right(lesson: Lesson, book: Book) -> None:
    for change in book.register(lesson):
        print(f"{lesson.slug}: {change}.")
    book.penalise_all(lesson.slug)


def _key(to: Settings, lesson: Lesson, handed: Handed) -> str:
    return _digest(*(str(x).encode() for x in (handed.digest, lesson.digest, library(), to.limits)))


def _is_done(to: Settings, lesson: Lesson, student: str, book: Book) -> bool:
    if not _file(to, student, lesson.slug).is_file():
        return False
    handed = handed_in(to, lesson.slug, student, rebuild.stubs(lesson.release))
    return book.is_done(lesson.slug, student, _key(to, lesson, handed))


def _through(
    to: Settings,
    lesson: Lesson,
    waiting: list[str],
    blank: Task,
    place: _Place,
    book: Book,
    summary: Summary,
) -> None:
    """All submissions through the workers, a few at a time, each written as soon as it is judged."""
    slug, stubs = lesson.slug, rebuild.stubs(lesson.release)
    progress = _Progress(len(waiting))
    under_way: dict[Future[Result | None], tuple[Handed, str]] = {}
    tries: Counter[str] = Counter()

    def send(handed: Handed, key: str) -> None:
        under_way[place.executor.submit(grade_one, replace(blank, handed=handed))] = (handed, key)

    def take(some: set[Future[Result | None]]) -> None:
        lost: list[tuple[Handed, str]] = []
        for future in some:
            handed, key = under_way.pop(future)
            error = future.exception() if not future.cancelled() else CancelledError()
            if error is None:
                result = future.result()
                assert result is not None
                _keep(to, lesson, handed, key, result, book, summary)
                progress.step()
            elif _lost(error):
                lost.append((handed, key))
            else:
                raise error
        if lost:
            retry(lost)

    def retry(lost: list[tuple[Handed, str]]) -> None:
        """Those whose worker was lost, one at a time: the one that ends workers must not take others along."""
        lost += under_way.values()
        under_way.clear()
        place.again()
        for handed, key in sorted(lost, key=lambda h: h[0].student):
            while True:
                tries[handed.student] += 1
                send(handed, key)
                (future,) = under_way
                if (error := future.exception()) is None:
                    take({future})
                    break
                under_way.clear()
                if not _lost(error):
                    raise error
                place.again()
                if tries[handed.student] >= TRIES:
                    why = f"The worker was lost {TRIES} times while this was graded."
                    outcome = judge.at_fault(lesson, why)
                    text = _autograded(lesson, Read(), Answers({}, []), outcome, handed.folder)
                    gone = Result(outcome.plain(), text, frozenset())
                    _keep(to, lesson, handed, key, gone, book, summary)
                    progress.step()
                    break

    try:
        for student in waiting:
            handed = handed_in(to, slug, student, stubs)
            key = _key(to, lesson, handed)
            send(handed, key)
            while len(under_way) >= 2 * place.workers + 2:
                take(wait(under_way, return_when=FIRST_COMPLETED).done)
        while under_way:
            take(wait(under_way, return_when=FIRST_COMPLETED).done)
    finally:
        progress.close()


def _file(to: Settings, student: str, slug: str) -> Path:
    return to.folder("autograded", student, slug) / f"{slug}.ipynb"


def _keep(
    to: Settings,
    lesson: Lesson,
    handed: Handed,
    key: str,
    result: Result,
    book: Book,
    summary: Summary,
) -> None:
    """Write one outcome: the folder first, then the gradebook, which makes it count."""
    status, behind = result.outcome["status"], result.outcome["walls"]
    stamp = Stamp(key, handed.digest, lesson.digest, handed.timestamp, behind)
    try:
        _write_folder(to, lesson.slug, handed, result.notebook)
        book.record(lesson.slug, handed.student, result.outcome, stamp, set(result.answered))
    except (GradebookError, OSError, UnicodeError) as e:
        status = FAULT
        summary.attention.append(f"{handed.student}: not recorded: {e}")
    else:
        if status in ("graded", "needs a person"):  # as formgrader counts: marks that stand wait for nobody
            status = "needs a person" if book.waits_for_person(lesson.slug, handed.student) else "graded"
        unread = any(i["status"] == UNREADABLE for i in result.outcome["items"])
        if unread or status in (FAULT, UNREADABLE):
            summary.attention.append(f"{handed.student}: {status}: {' '.join(result.outcome['notes'])}")
    summary.statuses[status] += 1
    summary.walls |= {behind} - {""}


def _write_folder(to: Settings, slug: str, handed: Handed, notebook: str) -> None:
    """The autograded folder as nbgrader leaves it, put in its place in one step."""
    new = Path(tempfile.mkdtemp(prefix="autograded-", dir=to.own / ".run"))
    for file in (f for f in handed.beside if f.shown):
        path = new / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    if handed.timestamp:
        (new / "timestamp.txt").write_text(handed.timestamp, encoding="utf-8")
    (new / f"{slug}.ipynb").write_text(notebook, encoding="utf-8")
    for path in new.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
    new.chmod(0o755)
    dest = _file(to, handed.student, slug).parent
    if dest.is_symlink() or dest.is_file():
        dest.unlink()
    elif dest.exists():
        shutil.rmtree(dest)
    dest.parent.mkdir(parents=True, exist_ok=True)
    new.replace(dest)


@contextmanager
def _only_run(own: Path) -> Iterator[Path]:
    """The only run in this course's folder; gives a scratch folder and removes what a run that was killed left."""
    own.mkdir(parents=True, exist_ok=True)
    with (own / ".lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ClassError("another `appraise grade` is at work in this folder; wait until it has ended") from None
        shutil.rmtree(own / ".run", ignore_errors=True)
        (own / ".run").mkdir()
        scratch = scratch_folders.make("run", 0o711)  # behind walls a submission is another user
        tempfile.tempdir = str(scratch)
        try:
            yield scratch
        finally:
            tempfile.tempdir = None
            scratch_folders.remove(scratch)
            shutil.rmtree(own / ".run", ignore_errors=True)


def main(slug: str, workers: int | None, dask: str | None, trust: bool) -> int:
    """`appraise grade`."""
    try:
        return run(slug, workers, dask, trust)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 130
