"""A class run: complete, the same as plain nbgrader, and the same after any interruption."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from appraise.errors import ClassError, LessonError
from appraise.exercises.exercise import Status
from appraise.grading.class_run import fingerprint, pool, run
from appraise.grading.class_run.fingerprint import library_digest
from appraise.grading.class_run.run import _exclusive_run, grade_class, run_grade_command
from appraise.grading.class_run.task import close_prepared
from appraise.grading.gradebook.writer import open_gradebook
from appraise.grading.judging.judging import grade_submission
from appraise.grading.judging.lesson import load_course_lesson, start_fork_server
from appraise.grading.settings import read_settings
from appraise.grading.submission.folder import read_submission

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

CORE = {
    **{"n-in-each-arm": 1.0, "which-design": 2.0, "follow-the-figure": 2.0, "mean-of-scores": 2.0},
    **{"the-difference": 1.0, "draw-the-means": 2.0, "judge-the-bias": 2.0, "say-it-plainly": None},
}
ZERO = dict.fromkeys(CORE, 0.0)
NONE = dict.fromkeys(CORE, None)


def points(a_class: Any, url: str | None = None) -> dict[str, Any]:
    return {s: about["points"] for s, about in a_class.scores(url).items()}


def statuses(a_class: Any) -> dict[str, str]:
    return {s: rows[-1][0] for s, rows in a_class.outcomes().items()}


def due(a_class: Any, when: str) -> None:
    with Gradebook(f"sqlite:///{a_class.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
        book.update_or_create_assignment(a_class.slug, duedate=when)


def a_varied_class(a_class: Any) -> dict[str, Any]:
    """Hands in a dozen submissions; gives the points that each must get."""
    text = nbformat.writes(a_class.submission())
    must = {
        "right": ({}, CORE),
        "wrong": ({"which-design": "design = 'case report'"}, {**CORE, "which-design": 0.0}),
        "ends": ({"n-in-each-arm": "import os; os._exit(0)"}, {**CORE, "n-in-each-arm": 0.0}),
        "stops": ({"judge-the-bias": "1 / 0"}, {**CORE, "judge-the-bias": 0.0}),
        "empty": (b"", NONE),
        "list": (b"[]", NONE),
        "breaks-off": (text[: text.index("design =")].encode(), {**NONE, "n-in-each-arm": 1.0}),
        "Zoë Ünal": ({"n-in-each-arm": "arm_n = 80"}, {**CORE, "n-in-each-arm": 0.0}),
        "=cmd|'x'!A1": ({}, CORE),
    }  # fmt: skip
    for student, (work, _) in must.items():
        a_class.hand_in(student, work)
    a_class.hand_in("untouched", right=False)
    (a_class.folder("right") / "data.csv").write_text("1", encoding="utf-8")
    return {s: p for s, (_, p) in must.items()} | {"untouched": ZERO}


def test_a_class_gets_its_points_and_statuses_as_plain_nbgrader_gives_them(a_class: Any, tmp_path: Path) -> None:
    must = a_varied_class(a_class)
    a_class.hand_in("late", when="2026-03-01 10:00:00 UTC")
    must["late"] = CORE
    a_class.set("c.LateSubmissionPlugin.penalty_method = 'zero'")
    to = read_settings()
    with open_gradebook(to) as book:
        book.register(load_course_lesson(to, a_class.slug))
    due(a_class, "2026-02-28 10:00:00 UTC")
    plain, notebooks = a_class.graded_plainly(tmp_path / "before")

    assert grade_class(a_class.slug, workers=2) == 0
    assert points(a_class) == must
    assert a_class.scores() == plain
    assert plain["late"]["penalty"] == 12.0
    assert plain["right"]["person"] == {"say-it-plainly"}
    assert a_class.notebooks() == notebooks
    for name, text in notebooks.items():
        if name.endswith(".ipynb"):
            nbformat.validate(nbformat.reads(text, as_version=4))
    assert statuses(a_class) == {
        **dict.fromkeys(must, "needs a person"),
        **dict.fromkeys(["empty", "list"], "unreadable"),
        "untouched": "graded",
    }
    modes = {oct(p.stat().st_mode & 0o777) for p in (a_class.root / "grading" / "autograded").rglob("*") if p.is_file()}
    assert modes == {"0o444"}
    a_class.call("nbgrader", "generate_feedback", a_class.slug)
    page = a_class.root / "grading" / "feedback" / "ends" / a_class.slug / f"{a_class.slug}.html"
    assert "exit code 0" in page.read_text(encoding="utf-8")


@pytest.mark.usefixtures("in_process")
def test_the_lesson_is_known_by_what_it_holds_and_no_link_is_followed(a_class: Any) -> None:
    secret = a_class.root / "secret.ipynb"
    shutil.copy(a_class.hand_in("source"), secret)
    for student in ("renamed", "two", "other"):
        shutil.copy(a_class.hand_in("source"), a_class.folder(student) / "my lesson (1).ipynb")
    (a_class.folder("two") / f"{a_class.slug}.ipynb").write_text('{"cells": []}', encoding="utf-8")
    other = json.loads((a_class.folder("other") / "my lesson (1).ipynb").read_text(encoding="utf-8"))
    other["metadata"]["appraise"] = {"lesson": "91-other", "version": "x"}
    other["cells"] = other["cells"][:2]
    (a_class.folder("other") / "my lesson (1).ipynb").write_text(json.dumps(other), encoding="utf-8")
    (a_class.folder("linked") / f"{a_class.slug}.ipynb").symlink_to(secret)
    os.mkfifo(a_class.folder("pipe") / f"{a_class.slug}.ipynb")
    a_class.folder("bare")
    (a_class.folder("linked folder").parent / a_class.slug).rmdir()
    (a_class.root / "grading" / "submitted" / "linked folder" / a_class.slug).symlink_to(a_class.folder("source"))
    assert grade_class(a_class.slug) == 0
    got = points(a_class)
    assert sorted(s for s in got if got[s] == CORE) == ["renamed", "source", "two"]
    assert all(got[s] == NONE for s in got if s not in ("renamed", "source", "two"))
    notes = {s: " ".join(rows[-1][2]) for s, rows in a_class.outcomes().items()}
    assert "named “my lesson (1).ipynb”" in notes["renamed"]
    assert "None of the notebooks handed in is of this lesson" in notes["other"]
    assert "is a link" in notes["linked"]
    assert "was not opened" in notes["pipe"]
    assert "No notebook was handed in" in notes["bare"]
    assert "is a link" in notes["linked folder"]


@pytest.mark.usefixtures("in_process")
def test_a_name_that_cannot_be_kept_is_told_and_takes_nobody_along(a_class: Any, capsys: Any) -> None:
    a_class.hand_in("ada")
    a_class.hand_in("x" * 200)
    bad = os.fsdecode(b"odd \xff name")
    a_class.hand_in(bad)
    assert grade_class(a_class.slug) == 1
    said = capsys.readouterr().out
    assert "200 characters; at most 128 are kept" in said
    assert "odd" in said
    assert points(a_class) == {"ada": CORE}


@pytest.mark.usefixtures("in_process")
def test_again_changes_nothing_and_a_change_is_history(a_class: Any, capsys: Any) -> None:
    a_class.hand_in("ada")
    a_class.hand_in("ben", {"which-design": "design = 'cohort study'"})
    grade_class(a_class.slug)
    first = a_class.scores(), a_class.outcomes(), a_class.notebooks()
    stamps = {p: p.stat().st_mtime_ns for p in (a_class.root / "grading" / "autograded").rglob("*.ipynb")}
    capsys.readouterr()
    grade_class(a_class.slug)
    assert "0 graded now; 2 done before" in capsys.readouterr().out
    assert (a_class.scores(), a_class.outcomes(), a_class.notebooks()) == first
    assert {p: p.stat().st_mtime_ns for p in stamps} == stamps

    a_class.hand_in("ada", {"n-in-each-arm": "arm_n = 80"})
    grade_class(a_class.slug)
    assert "1 graded now (1 needs a person); 1 done before" in capsys.readouterr().out
    old, new = a_class.outcomes()["ada"]
    assert old == first[1]["ada"][0]
    assert new[3] == {"n-in-each-arm": [["right", 1.0], ["wrong", 0.0]]}
    assert a_class.outcomes()["ben"] == first[1]["ben"]
    to = read_settings()
    with open_gradebook(to) as book:
        before, after = book.history(a_class.slug, "ada")
    submission = read_submission(to, a_class.slug, "ada", {})
    assert (after["submission"], after["lesson"]) == (submission.digest, load_course_lesson(to, a_class.slug).digest)
    assert before["submission"] != after["submission"]
    assert before["lesson"] == after["lesson"]
    assert before["at"] < after["at"]

    # what the gradebook no longer says, or whose notebook is gone, is graded again
    shutil.rmtree(a_class.root / "grading" / "autograded" / "ben")
    with open_gradebook(to) as book:
        book.book.remove_student("ada")
    grade_class(a_class.slug)
    assert "2 graded now" in capsys.readouterr().out
    assert points(a_class)["ada"] == {**CORE, "n-in-each-arm": 0.0}
    assert len(a_class.outcomes()["ada"]) == 2


def _change_points(a_class: Any, exercise: str, new: float) -> None:
    release = a_class.root / "lessons" / a_class.slug / f"{a_class.slug}.ipynb"
    nb = nbformat.read(release, as_version=4)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == exercise:
            cell.metadata.nbgrader.points = new
    nbformat.write(nb, release)
    key = a_class.root / "solutions" / a_class.slug / "key.json"
    found = json.loads(key.read_text(encoding="utf-8"))
    found["exercises"][exercise]["points"] = new
    key.write_text(json.dumps(found), encoding="utf-8")


@pytest.mark.usefixtures("in_process")
def test_changed_points_and_removed_items_are_graded_anew_and_old_marks_are_kept(a_class: Any, capsys: Any) -> None:
    a_class.hand_in("ada")
    grade_class(a_class.slug)
    url = f"sqlite:///{a_class.root}/grading/gradebook.db"
    with Gradebook(url) as book:
        grade = book.find_grade("say-it-plainly", a_class.slug, a_class.slug, "ada")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        book.find_grade("judge-the-bias", a_class.slug, a_class.slug, "ada").manual_score = 1.5
        book.db.commit()
    _change_points(a_class, "which-design", 5.0)
    # an exercise leaves the lesson
    release = a_class.root / "lessons" / a_class.slug / f"{a_class.slug}.ipynb"
    nb = nbformat.read(release, as_version=4)
    gone = ("judge-the-bias", "judge-the-bias-answer")
    nb.cells = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") not in gone]
    nbformat.write(nb, release)
    for file in (a_class.root / "solutions" / a_class.slug / "key.json",):
        found = json.loads(file.read_text(encoding="utf-8"))
        del found["exercises"]["judge-the-bias"]
        file.write_text(json.dumps(found), encoding="utf-8")
    capsys.readouterr()
    assert grade_class(a_class.slug) == 0
    said = capsys.readouterr().out
    assert "“which-design” has 5 points, and had 2" in said
    assert "“judge-the-bias” is gone" in said
    left = {n: p for n, p in CORE.items() if n != "judge-the-bias"}
    assert points(a_class) == {"ada": {**left, "which-design": 5.0}}
    rows = a_class.outcomes()["ada"]
    assert rows[1][3] == {"judge-the-bias": {"auto": 2.0, "manual": 1.5, "extra": None}}
    assert rows[-1][3]["which-design"] == [["right", 2.0], ["right", 5.0]]
    with Gradebook(url) as book:
        assert book.find_grade("say-it-plainly", a_class.slug, a_class.slug, "ada").manual_score == 2.0
        assert book.find_assignment(a_class.slug).max_score == 16.0


@pytest.mark.usefixtures("in_process")
def test_a_deadline_that_moves_moves_the_penalty(a_class: Any) -> None:
    a_class.set("c.LateSubmissionPlugin.penalty_method = 'zero'")
    a_class.hand_in("ada", when="2026-02-28 10:00:01 UTC")
    a_class.hand_in("ben", when="2026-02-28T11:00:00+01:00")
    a_class.hand_in("odd", when="yesterday, I think")
    grade_class(a_class.slug)
    assert {s: a["penalty"] for s, a in a_class.scores().items()} == {"ada": None, "ben": None, "odd": None}
    for when, ada in [("2026-02-28 10:00:00 UTC", 12.0), ("2026-03-01 10:00:00 UTC", None)]:
        due(a_class, when)
        grade_class(a_class.slug)
        assert {s: a["penalty"] for s, a in a_class.scores().items()} == {"ada": ada, "ben": None, "odd": None}
    assert "timestamp.txt cannot be read" in " ".join(a_class.outcomes()["odd"][-1][2])


def _at_work(folder: Path, ready: Any) -> None:
    with _exclusive_run(folder):
        ready.set()
        time.sleep(900)


@pytest.mark.usefixtures("in_process")
def test_nothing_is_graded_where_it_must_not_be(a_class: Any, monkeypatch: Any) -> None:
    with pytest.raises(ClassError, match="nobody handed in"):
        grade_class(a_class.slug)
    a_class.hand_in("ada")
    key = a_class.root / "solutions" / a_class.slug / "key.json"
    text = key.read_text(encoding="utf-8")
    loose = json.loads(text)
    loose["exercises"]["which-design"]["accept"] = [{"answer": ["canary"] * 3, "share": 1.0}]
    key.write_text(json.dumps(loose), encoding="utf-8")
    with pytest.raises(LessonError, match="known to be wrong gets 2"):
        grade_class(a_class.slug)
    assert a_class.scores() == {} if (a_class.root / "grading" / "gradebook.db").exists() else True
    assert not (a_class.root / "grading" / "autograded").exists()
    key.write_text(text, encoding="utf-8")
    fork = get_context("fork")
    ready = fork.Event()
    other = fork.Process(target=_at_work, args=(a_class.root / "grading", ready))
    other.start()
    ready.wait()
    try:
        with pytest.raises(ClassError, match="another `appraise grade` is at work"):
            grade_class(a_class.slug)
    finally:
        other.kill()
        other.join()
    monkeypatch.chdir(a_class.root / "lessons")
    with pytest.raises(ClassError, match=r"holds no nbgrader_config\.py"):
        grade_class(a_class.slug)


def test_a_fault_of_the_grader_is_no_number_and_is_tried_again(a_class: Any, monkeypatch: Any) -> None:
    for student in ("ada", "ben", "eve"):
        a_class.hand_in(student, {"n-in-each-arm": f"arm_n = 40  # {student}"})
    honest = grade_submission

    def fails(lesson: Any, server: Any, answers: Any, attachments: Any = ()) -> Any:
        text = answers.texts["n-in-each-arm-answer"] or ""
        if "ben" in text:
            raise ValueError("a bug")
        if "eve" in text:
            os.kill(os.getpid(), signal.SIGKILL)  # the worker is lost
        return honest(lesson, server, answers, attachments)

    with monkeypatch.context() as m:
        m.setattr("appraise.grading.judging.student_case.grade_submission", fails)
        # later pools begin anew and do not see the patch: these fork too
        m.setattr(pool.itertools, "repeat", lambda _: ["fork"] * 20)
        assert grade_class(a_class.slug, workers=2) == 1
    assert points(a_class) == {"ada": CORE, "ben": NONE, "eve": NONE}
    assert statuses(a_class) == {"ada": "needs a person", "ben": Status.FAULT, "eve": Status.FAULT}
    notes = {s: " ".join(rows[-1][2]) for s, rows in a_class.outcomes().items()}
    assert "ValueError in fails" in notes["ben"]
    assert "worker was lost 3 times" in notes["eve"]
    assert grade_class(a_class.slug, workers=2) == 0
    assert points(a_class) == {"ada": CORE, "ben": CORE, "eve": CORE}
    assert len(a_class.outcomes()["ada"]) == 1


def test_one_fork_server_is_started_and_proved_for_all_workers(a_class: Any, tmp_path: Path, monkeypatch: Any) -> None:
    for student in ("ada", "ben", "eve", "ida"):
        a_class.hand_in(student)
    honest = start_fork_server

    def opened(*given: Any, **options: Any) -> Any:
        with (tmp_path / "opened").open("a", encoding="utf-8") as f:
            f.write(f"{os.getpid()}\n")
        return honest(*given, **options)

    monkeypatch.setattr("appraise.grading.judging.prepared_lesson.start_fork_server", opened)
    before = descendants(os.getpid())
    assert grade_class(a_class.slug, workers=2) == 0
    assert (tmp_path / "opened").read_text(encoding="utf-8") == f"{os.getpid()}\n"
    assert set(points(a_class)) == {"ada", "ben", "eve", "ida"}
    assert alive(descendants(os.getpid()) - before) == set()


# ── interrupted ─────────────────────────────────────────────────────────────────────────────────────────────────────


def descendants(pid: int) -> set[int]:
    found, new = set(), [pid]
    while new:
        one = new.pop()
        tasks: list[Path] = []
        with suppress(OSError):  # it ended
            tasks += Path(f"/proc/{one}/task").glob("*/children")
        for one in tasks:
            with suppress(OSError):
                kids = {int(k) for k in one.read_text().split()} - found
                found |= kids
                new += kids
    return found


def alive(pids: set[int]) -> set[int]:
    found = set()
    for pid in pids:
        try:
            if " Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace"):
                found.add(pid)
        except OSError:  # it ended
            continue
    return found


def started(slug: str, workers: int) -> BaseProcess:
    """`appraise grade` as a fork of this process: what it imports is loaded, so that twenty starts are cheap."""
    run = get_context("fork").Process(target=run_grade_command, args=(slug, workers, None, False))
    run.start()
    return run


def test_killed_at_20_random_moments_the_gradebook_is_that_of_an_undisturbed_run(a_class: Any, tmp_path: Path) -> None:
    a_varied_class(a_class)
    top = a_class.root / "grading"
    fresh = tmp_path / "fresh"
    shutil.copytree(top, fresh)
    began = time.monotonic()
    assert grade_class(a_class.slug, workers=1) == 0
    whole = time.monotonic() - began
    must = a_class.scores(), a_class.outcomes(), a_class.notebooks()

    def written() -> int:
        return len(list(top.glob("autograded/*")))

    rng = random.Random(20)
    kills, seen = 0, set()
    while kills < 20:
        shutil.rmtree(top)
        shutil.copytree(fresh, top)
        while kills < 20:
            # half at any moment of the whole run, half about when a random number of submissions is written
            target = rng.randint(written(), len(must[0])) if kills % 2 else None
            until, family = time.monotonic() + rng.uniform(0, whole), set()
            run = started(a_class.slug, 1 + (kills % 4 == 3))
            while run.exitcode is None and (time.monotonic() < until if target is None else written() < target):
                family |= descendants(run.pid)
                time.sleep(0.02)
            time.sleep(rng.uniform(0, 0.05))
            family |= descendants(run.pid)
            run.kill()
            run.join()
            if run.exitcode != -signal.SIGKILL:  # it was faster
                assert run.exitcode == 0
                break
            kills += 1
            if (top / "gradebook.db").exists():
                seen.add(len(a_class.scores()) if "submitted_notebook" in _tables(a_class) else 0)
            until = time.monotonic() + 60
            while (left := alive(family)) and time.monotonic() < until:
                time.sleep(0.05)
            assert not left
        assert grade_class(a_class.slug, workers=1) == 0
        now = a_class.scores(), a_class.outcomes(), a_class.notebooks()
        for found, wanted in zip(now, must):
            assert found.keys() == wanted.keys()
            for name in wanted:
                assert found[name] == wanted[name]
        assert not (top / ".run").exists()
    assert len(seen) > 2, seen  # some kills came in the middle


def _tables(a_class: Any) -> set[str]:
    with sqlite3.connect(a_class.root / "grading" / "gradebook.db") as db:
        return {name for (name,) in db.execute("SELECT name FROM sqlite_master")}


# ── Dask ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def a_cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers of one thread each, on loopback, each a program of its own in an empty folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    dask = [sys.executable, "-m", "distributed.cli"]
    env = os.environ | {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "20s"}
    scheduler = [*dask[:2], "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--no-dashboard"]
    worker = [*dask[:2], "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard"]
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(subprocess.Popen([*scheduler, "--port", address.rsplit(":", 1)[1]], env=env, **quiet))
        workers = [subprocess.Popen([*worker, "--host", "127.0.0.1"], env=env, **quiet) for _ in range(2)]
        started += workers
        yield address, workers
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_on_dask_one_of_two_workers_killed_loses_nothing(a_class: Any, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the package distributed is not installed")
    must = a_varied_class(a_class)
    for n in range(8):
        a_class.hand_in(f"more-{n}", {"n-in-each-arm": f"import time; time.sleep(0.3); arm_n = 40 + {n % 2}"})
        must[f"more-{n}"] = CORE if n % 2 == 0 else {**CORE, "n-in-each-arm": 0.0}
    (tmp_path / "empty").mkdir()
    with a_cluster(tmp_path / "empty") as (address, workers):
        run = subprocess.Popen(
            a_class.command("appraise", "grade", a_class.slug, "--dask", address),
            cwd=a_class.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        until = time.monotonic() + 900
        while len(list((a_class.root / "grading").glob("autograded/*"))) < 4:
            assert run.poll() is None, run.stdout.read() if run.stdout else ""
            assert time.monotonic() < until
            time.sleep(0.05)
        # the fork server is a program of its own beside the worker, not a copy of it
        attachments = [Path(f"/proc/{p}/cmdline").read_bytes() for w in workers for p in descendants(w.pid)]
        assert any(b"appraise.grading.worker.server" in line for line in attachments)
        assert not any(b"distributed" in line for line in attachments)
        before = len(list((a_class.root / "grading").glob("autograded/*")))
        family = descendants(workers[0].pid)
        workers[0].kill()
        workers[0].wait()
        said, _ = run.communicate(timeout=900)
        assert run.returncode == 0, said
        assert before < len(must)
        assert points(a_class) == must
        assert all(len(rows) == 1 for rows in a_class.outcomes().values())
        until = time.monotonic() + 60
        while (left := alive(family)) and time.monotonic() < until:
            time.sleep(0.05)
        assert not left


@pytest.mark.usefixtures("in_process")
def test_workers_behind_other_sandbox_are_both_named(a_class: Any, monkeypatch: Any, capsys: Any) -> None:
    for student in ("ada", "ben"):
        a_class.hand_in(student, {"n-in-each-arm": f"arm_n = 40  # {student}"})
    honest = grade_submission

    def elsewhere(lesson: Any, server: Any, answers: Any, attachments: Any = ()) -> Any:
        outcome = honest(lesson, server, answers, attachments)
        outcome.sandbox = "tier 1" if "ada" in answers.texts["n-in-each-arm-answer"] else "tier 2"
        return outcome

    monkeypatch.setattr("appraise.grading.judging.student_case.grade_submission", elsewhere)
    assert grade_class(a_class.slug) == 0
    assert "Sandbox: tier 1.\nSandbox: tier 2.\n" in capsys.readouterr().out


def test_no_cluster_is_one_clear_line(a_class: Any, monkeypatch: Any) -> None:
    distributed = pytest.importorskip("distributed", reason="the package distributed is not installed")
    a_class.hand_in("ada")
    honest = distributed.Client
    monkeypatch.setattr(distributed, "Client", lambda *a, **k: honest(*a, **{**k, "timeout": 1}))
    with pytest.raises(ClassError, match="no Dask cluster with a worker answers at tcp://127"):
        grade_class(a_class.slug, dask="tcp://127.0.0.1:9")


@pytest.mark.usefixtures("in_process")
def test_progress_is_a_bar_on_a_terminal_and_seldom_a_line_elsewhere(
    a_class: Any, capsys: Any, monkeypatch: Any
) -> None:
    import pty
    import termios

    a_class.hand_in("ada")
    grade_class(a_class.slug)
    lines = capsys.readouterr().err
    assert lines.count("1/1") == 1
    assert "\x1b" not in lines
    a_class.hand_in("ada", right=False)
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        grade_class(a_class.slug)
        seen = os.read(ours, 100_000).decode("utf-8")
    os.close(ours)
    assert "1/1" in seen
    assert "submissions/s" in seen or "s/ submissions" in seen


@pytest.mark.usefixtures("in_process")
def test_an_edit_of_the_library_regrades_and_a_new_date_does_not(
    a_class: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    for name in ("appraise/plain.py", "appraise/rob2.yml", "seeds/walsh.yml", "appraise/packs/x.pack"):
        (tmp_path / "home" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "home" / name).write_text("a: 1", encoding="utf-8")
    monkeypatch.setattr(fingerprint, "_LIBRARY_ROOT", tmp_path / "home")

    def digest() -> str:
        library_digest.cache_clear()
        return library_digest()

    try:
        first = digest()
        os.utime(tmp_path / "home" / "appraise" / "plain.py", (1, 1))
        assert digest() == first
        found = {first}
        for name in ("appraise/plain.py", "appraise/rob2.yml", "seeds/walsh.yml", "appraise/new.py"):
            (tmp_path / "home" / name).write_text("a: 2", encoding="utf-8")
            found.add(digest())
        assert len(found) == 5

        a_class.hand_in("ada")
        grade_class(a_class.slug)
        grade_class(a_class.slug)
        assert len(a_class.outcomes()["ada"]) == 1
        (tmp_path / "home" / "appraise" / "plain.py").write_text("a: 3", encoding="utf-8")
        digest()
        close_prepared()  # a run of its own begins with none
        grade_class(a_class.slug)
        assert [changed for *_, changed in a_class.outcomes()["ada"]] == [{}, {}]
    finally:
        library_digest.cache_clear()
        close_prepared()


def test_the_gradebook_is_made_before_workers_start(a_class: Any, monkeypatch: Any) -> None:
    a_class.hand_in("ada")

    def here(workers: int, folder: Path) -> Any:
        with sqlite3.connect(a_class.root / "grading" / "gradebook.db") as db:
            assert len(db.execute("SELECT version_num FROM alembic_version").fetchall()) == 1
        assert _tables(a_class) >= {"submitted_notebook", "appraise_outcome"}
        raise ClassError("seen")

    monkeypatch.setattr(run, "local_pool", here)
    with pytest.raises(ClassError, match="seen"):
        grade_class(a_class.slug)
