"""The ground that the hostile class is graded on: a course with secrets, and eyes on all that must stay untouched."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import matplotlib
import nbformat

from appraise.authoring.build import build_lessons
from appraise.errors import NoSandbox
from appraise.exercises.exercise import Status
from appraise.grading.judging.judging import grade_submission
from appraise.grading.judging.lesson import Lesson, load_lesson, start_fork_server
from appraise.grading.judging.outcome import Outcome, outcome_without_numbers
from appraise.grading.limits import Limits
from appraise.grading.sandbox.tiers import NO_SANDBOX, TIERS, Sandbox
from appraise.grading.submission.attachments import read_attachments
from appraise.grading.submission.matching import match_answers
from appraise.grading.submission.reading import read_notebook
from appraise.grading.submission.release import answer_cells
from appraise.grading.worker.fork_server import ForkServer
from appraise.grading.worker.probe import course_secrets
from appraise.grading.worker.starting import start_sandboxed
from tests.grading.conftest import HERE, SLUG, _solution
from tests.hostile.submissions import FULL, LATE, UNREADABLE, Submission

REPO = Path(__file__).parents[2]
# less memory and time than a class has, so that a submission that takes all of it soon has; what is not about time
# gets enough of it for a machine with much else to do
LIMITS = Limits(item_seconds=60.0, notebook_seconds=240.0, memory_bytes=600_000_000)
SHORT = 3.0  # seconds an item, where an item must reach the limit on time
SECRET = "appraise-hostile-secret"
CASE_WORD = "appraise-hostile-case"  # stands in the key of a case
MARK = "67.75"  # seconds that daemons of the class sleep


def compile_course(root: Path) -> None:
    """The fixture lesson, compiled as the course's own lessons are."""
    folder = root / "solutions" / SLUG
    folder.mkdir(parents=True)
    shutil.copy(HERE / "course.yml", root)
    shutil.copy(HERE / "exercises.yml", folder)
    nbformat.write(_solution(), folder / f"{SLUG}.ipynb")
    build_lessons(root=root, packs=root / "packs")


def _state(folder: Path) -> dict[str, Any]:
    """Contents and modes of all files in a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if "__pycache__" not in path.parts:
            digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            found[str(path.relative_to(folder))] = (path.lstat().st_mode, digest)
    return found


def _times(folder: Path) -> dict[str, Any]:
    """Sizes and times of all files in a large folder."""
    return {str(p): (p.lstat().st_size, p.lstat().st_mtime_ns) for p in folder.rglob("*.py")}


@dataclass
class Ground:
    """A course, its lesson and what watches it.

    Attributes
    ----------
    places : dict
        What the words between @ signs in the submissions stand for.
    """

    root: Path
    lesson: Lesson
    places: dict[str, str]
    ears: list[socket.socket]
    solved: Any
    release: Any
    before: dict[str, Any] = field(default_factory=dict)

    def remember(self) -> None:
        self.before = self.look()

    def look(self) -> dict[str, Any]:
        library = REPO / "appraise"
        return {
            "course": _state(self.root),
            "library": _times(library),
            "environment": dict(os.environ),
            "folder": str(Path.cwd()),
            "system": [p for p in ("/etc/appraise-hostile", "/tmp/left") if Path(p).exists()],
        }

    def touched(self) -> list[str]:
        """What is not as it was; nothing where the submissions touched nothing but their own."""
        now = self.look()
        found = [f"{what} is not as it was" for what, was in self.before.items() if now[what] != was]
        for ear in self.ears:
            with contextlib.suppress(BlockingIOError):
                if ear.type == socket.SOCK_STREAM:
                    ear.accept()[0].close()
                else:
                    ear.recv(10)
                found.append(f"something came through a socket ({ear.family.name}, {ear.type.name})")
        return found

    def left(self) -> list[str]:
        """Processes that submissions left behind, when none of them runs any more."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                line = path.read_bytes()
                if MARK.encode() in line and b"sleep" in line:
                    found.append("a process was left behind")
        return found

    def file(self, submission: Submission) -> bytes:
        """The notebook that is handed in."""
        nb = nbformat.from_dict(json.loads(json.dumps(self.solved if submission.right else self.release)))
        places = answer_cells(nb)
        for exercise, text in submission.given.items():
            for word, value in self.places.items():
                text = text.replace(f"@{word}@", value)
            nb.cells[places.get(exercise, places.get(f"{exercise}-answer"))].source = text
        return submission.file(nb) if submission.file else nbformat.writes(nb).encode("utf-8", "surrogatepass")

    def hand_in(self, submission: Submission, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{SLUG}.ipynb").write_bytes(self.file(submission))
        for name, data in submission.attachments.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)

    def grade(self, submission: Submission, server: ForkServer, folder: Path) -> Outcome:
        """Hand in and grade, as the commands do."""
        self.hand_in(submission, folder)
        found = read_notebook((folder / f"{SLUG}.ipynb").read_bytes())
        if found.unreadable:
            return outcome_without_numbers(self.lesson, found.unreadable, UNREADABLE)
        answers = match_answers(self.lesson.release, found)
        attachments, notes = read_attachments(folder)
        answers.notes[:0] = [*found.notes, *notes]
        late = LATE in {**submission.must, **submission.by_tier.get(server.sandbox.tier, {})}.values()
        server.limits = replace(LIMITS, item_seconds=SHORT) if late else LIMITS
        return grade_submission(self.lesson, server, answers, attachments)

    def wrong(self, submission: Submission, outcome: Outcome, tier: int) -> list[str]:
        """Where an outcome is not the one that the submission must get."""
        must = {**submission.must, **submission.by_tier.get(tier, {})}
        found = []
        for name, points in FULL.items():
            item = outcome.items[name]
            is_ = (str(item.status), item.earned)
            if submission.whole == UNREADABLE:
                ok, expected = item.earned is None, "no number"
            elif name in must:
                ok, expected = is_ == must[name], str(must[name])
            elif submission.right:
                ok, expected = is_ == ("marked" if points is None else "right", points), "full points"
            else:
                ok, expected = item.earned == 0.0 and item.status != Status.FAULT, "0 points"
            if not ok:
                found.append(f"{name}: {is_}, must be {expected}; {item.remark}")
            if not item.remark:
                found.append(f"{name}: no remark")
            if item.status in ("time limit", "output limit") and not any(f"cell “{name}" in n for n in outcome.notes):
                found.append(f"{name}: no note says which limit ended it, and in which cell")
        if submission.whole and outcome.status != submission.whole:
            found.append(f"status {outcome.status}, must be {submission.whole}")
        if submission.noted and not any(submission.noted in note for note in outcome.notes):
            found.append(f"“{submission.noted}” is in no note: {outcome.notes}")
        if outcome.sandbox != ("" if submission.whole else str(_OF[tier])):
            found.append(f"the tier is not on the outcome: {outcome.sandbox!r}")
        return found


_OF = {w.tier: w for w in (NO_SANDBOX, *TIERS)}


@contextlib.contextmanager
def prepare(root: Path, made: bool = False) -> Iterator[Ground]:
    """A ground in a folder that is empty, or holds a course that was `made`.

    The files stay open to other users, so that walls alone keep a submission out.
    """
    if not made:
        compile_course(root)
    neighbour = root / "grading" / "submitted" / "neighbour" / SLUG / f"{SLUG}.ipynb"
    neighbour.parent.mkdir(parents=True)
    shutil.copy(root / "solutions" / SLUG / f"{SLUG}.ipynb", neighbour)
    book = root / "grading" / "gradebook.db"
    with contextlib.closing(sqlite3.connect(book)) as db, db:
        db.execute("create table if not exists grade (auto_score real)")
        if not made:
            db.execute("insert into grade values (1.0)")
    cases = root / "grading" / "cases" / SLUG
    cases.mkdir(parents=True)
    (cases / "secret").write_text("00" * 32, encoding="ascii")
    (cases / "AAAA-BBBB.json").write_text(f'{{"key": "{CASE_WORD}"}}', encoding="ascii")
    for path in (book, neighbour, *cases.iterdir()):
        path.chmod(0o666)
    os.environ["APPRAISE_HOSTILE"] = SECRET
    with contextlib.ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        ears = [tcp]
        port = tcp.getsockname()[1]
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", port))
        ears.append(udp)
        for name, kind in (
            (str(root / "s"), socket.SOCK_STREAM),
            (f"\0{SECRET}{port}", socket.SOCK_STREAM),
            (str(root / "s.datagram"), socket.SOCK_DGRAM),
        ):
            local = stack.enter_context(socket.socket(socket.AF_UNIX, kind))
            local.bind(name)
            if kind == socket.SOCK_STREAM:
                local.listen()
            ears.append(local)
        for ear in ears:
            ear.setblocking(False)
        for name in ("s", "s.datagram"):
            (root / name).chmod(0o777)
        lesson = load_lesson(root / "lessons" / SLUG / f"{SLUG}.ipynb", root / "solutions" / SLUG / "key.json")
        places = {
            "CASES": str(cases),
            "CASEKEY": str(cases / "AAAA-BBBB.json"),
            "CASESECRET": str(cases / "secret"),
            "CASEWORD": CASE_WORD,
            "GRADEBOOK": str(book),
            "NEIGHBOUR": str(neighbour),
            "SUBMITTED": str(root / "grading" / "submitted"),
            "KEY": str(root / "solutions" / SLUG / "key.json"),
            "PACKS": str(REPO / "appraise" / "packs"),
            "LIBRARY": str(REPO / "appraise" / "grading" / "judging" / "judging.py"),
            "PID": str(os.getpid()),
            "PORT": str(port),
            "UNIX": str(root / "s"),
            "ABSTRACT": f"{SECRET}{port}",
            "SECRET": SECRET,
        }
        solved = nbformat.read(root / "solutions" / SLUG / f"{SLUG}.ipynb", as_version=4)
        ground = Ground(root, lesson, places, ears, solved, lesson.release)
        ground.remember()
        try:
            yield ground
        finally:
            del os.environ["APPRAISE_HOSTILE"]


@dataclass(frozen=True)
class Result:
    """What became of one submission; `found` is empty where it got what it must and touched nothing."""

    submission: Submission
    outcome: Outcome
    found: list[str]

    @property
    def paid(self) -> bool:
        """Whether an item has more points than it must get."""
        must = {**self.submission.must, **self.submission.by_tier.get(1, {})}
        full = {n: p if self.submission.right else 0.0 for n, p in FULL.items()}
        return any((i.earned or 0.0) > ((must[n][1] if n in must else full[n]) or 0.0) for n, i in self.items())

    @property
    def lost(self) -> bool:
        """Whether an item that could be judged has no number."""
        can = self.submission.whole != UNREADABLE
        unread = {n for n, about in self.submission.must.items() if about == (UNREADABLE, None)}
        return can and any(i.earned is None and i.status != "marked" for n, i in self.items() if n not in unread)

    def items(self) -> list[tuple[str, Any]]:
        return list(self.outcome.items.items())


def grade_class(ground: Ground, tier: Sandbox, chosen: Sequence[Submission], together: int = 2) -> list[Result]:
    """Grade submissions behind just these walls, some at a time, and look each time at what they could have touched.

    Raises
    ------
    NoSandbox
        Where the walls do not stand here.
    """
    free: SimpleQueue[ForkServer] = SimpleQueue()
    with contextlib.ExitStack() as stack:
        proved = stack.enter_context(behind(ground, tier))
        for _ in range(together):  # as a class is graded
            free.put(stack.enter_context(proved.clone()))
        ground.remember()

        def one(submission: Submission) -> Result:
            server = free.get()
            try:
                outcome = ground.grade(submission, server, ground.root.parent / f"tier-{tier.tier}" / submission.name)
            finally:
                free.put(server)
            return Result(submission, outcome, [*ground.wrong(submission, outcome, tier.tier), *ground.touched()])

        with ThreadPoolExecutor(together) as pool:
            done = list(pool.map(one, chosen))
    last = done[-1]  # all are at their end now, and so are the fork servers
    last.found.extend([*ground.left(), *ground.touched()])
    return done


def behind(ground: Ground, tier: Sandbox) -> ForkServer:
    """A fork server behind just these walls, which were seen to stand.

    Raises
    ------
    NoSandbox
        Where they do not stand here.
    """
    if not tier.tier:
        return start_fork_server(ground.lesson, limits=LIMITS, sandbox=tier)
    secret = [("the gradebook", Path(ground.places["GRADEBOOK"])), ("a neighbour", Path(ground.places["NEIGHBOUR"]))]
    return start_sandboxed(
        lambda w: start_fork_server(ground.lesson, limits=LIMITS, sandbox=w),
        forbidden=[*secret, *course_secrets()],
        tiers=[tier],
    )


def first_tier(chosen: Sequence[Submission]) -> tuple[Sandbox, list[Result]]:
    """The class graded behind the first tier that stands here.

    Raises
    ------
    NoSandbox
        Where none stands.
    """
    why = []
    with tempfile.TemporaryDirectory() as folder, prepare(Path(folder, "course")) as ground:
        for tier in TIERS:
            try:
                return tier, grade_class(ground, tier, chosen)
            except NoSandbox as e:
                why.append(str(e))
    raise NoSandbox(" ".join(why))


def as_user(words: Sequence[str]) -> int:
    """`python -m tests.hostile` with these words, started by root as a user without privileges.

    Root's folders may be closed to others, so that user sees the interpreter and the course where they lie, and of
    root's home nothing else.
    """
    places = [REPO, Path(sys.prefix), Path(sys.base_prefix)]
    command = ["bwrap", "--dev-bind", "/", "/", "--perms", "1777", "--tmpfs", "/tmp"]
    if any(p.is_relative_to("/root") for p in places):
        command += ["--perms", "0755", "--tmpfs", "/root"]
    for path in places:
        for parent in reversed(path.parents):
            if any(parent.is_relative_to(top) and parent != Path(top) for top in ("/root", "/tmp")):
                command += ["--perms", "0755", "--dir", str(parent)]
        command += ["--ro-bind", str(path), str(path)]
    for folder in ("/tmp/.cache", "/tmp/.cache/matplotlib"):
        command += ["--perms", "0777", "--dir", folder]
    for fonts in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):  # the list takes a second to make
        command += ["--ro-bind", str(fonts), f"/tmp/.cache/matplotlib/{fonts.name}"]
    command += ["--chdir", str(REPO), "setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"]
    command += ["--inh-caps=-all", "--bounding-set=-all", "env", "-i", f"PATH={os.environ['PATH']}", "HOME=/tmp"]
    command += ["PYTHONDONTWRITEBYTECODE=1", sys.executable, "-m", "tests.hostile", *words]
    return subprocess.run(command, check=False).returncode
