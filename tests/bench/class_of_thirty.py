"""A class of thirty with a case each: roster, issue, the real exchange as thirty Unix users, grades, export, feedback.

Too long for every change: `pytest tests/bench/class_of_thirty.py` runs it, as root on Linux.
"""

from __future__ import annotations

import csv
import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.test_hub import COURSE, EXCHANGE, HUB, PROGRAMS, ROOT, Machine, blocks


def what_is_missing() -> str:
    """Why users cannot be made here; the hub and its proxy are not needed."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "makes Unix users, so it needs root on Linux"
    lost = [name for name in ("unshare", "nsenter", "setpriv", "useradd", "ip") if not shutil.which(name)]
    return f"missing: {', '.join(lost)}" if lost else ""


pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(bool(what_is_missing()), reason=what_is_missing()),
]

SLUG = "13-an-unseen-case"
CLASS = [f"s{n:02d}" for n in range(1, 31)]
LATE = "s31"
FULL = 22.0  # points that a key gives; three more are a person's

# What the instructor's machine knows: for each student the texts of the answer cells that are right.
RIGHT = """
import json
from pathlib import Path
from appraise.cases.exercising import task_fields
from appraise.cases.shelf import Shelf
shelf = Shelf(Path("grading"), "13-an-unseen-case")
names = {"unseen-own-figures": "figures", "unseen-own-difference": "difference", "unseen-own-p": "p_fits"}
names |= {f"unseen-own-marks-{i}": f"marks_{i}" for i in (1, 2, 3)}
names |= {"unseen-own-bias": "bias", "unseen-own-headline": "headline"}
made = {}
for student, case in shelf.all_stored():
    made[student] = {"unseen-own-code-answer": f"code = {case.text.code!r}"}
    for task, fields in task_fields(case.text, case.key).items():
        right = fields["expected"]
        value = dict(right["dict"]) if isinstance(right, dict) else right
        made[student][f"{task}-answer"] = f"{names[task]} = {value!r}"
print(json.dumps(made))
"""

# Run by root: each student in turn, as their own Unix user, fetches the lesson, answers, and submits.
STUDENTS = """
import json, os, pwd, sys
import nbformat
from nbgrader.apps.nbgraderapp import NbGraderApp
from nbgrader.apps import fetchassignmentapp, submitapp

def nbgrader(command):
    try:
        NbGraderApp.clear_instance()
        NbGraderApp.launch_instance([command, "13-an-unseen-case"])
    except SystemExit as end:
        if end.code:
            raise

def work(user, answers):
    who = pwd.getpwnam(user)
    os.initgroups(user, who.pw_gid)
    os.setgid(who.pw_gid)
    os.setuid(who.pw_uid)
    os.environ.update(HOME=who.pw_dir, USER=user, LOGNAME=user)
    os.chdir(who.pw_dir)
    nbgrader("fetch_assignment")
    path = "one-trial-five-tellings/13-an-unseen-case/13-an-unseen-case.ipynb"
    nb = nbformat.read(path, as_version=4)
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            cell.source = answers[grade_id]
    nbformat.write(nb, path)
    nbgrader("submit")

for user, answers in json.load(sys.stdin).items():
    pid = os.fork()
    if pid == 0:
        try:
            work(user, answers)
        except BaseException as error:
            print(f"{user}: {type(error).__name__}: {error}", flush=True)
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        sys.exit(f"{user} could not hand in")
print("all handed in")
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Users and folders as the hub's guide makes them; no hub is needed for commands in a terminal."""
    machine = Machine(tmp_path_factory.mktemp("class") / "hub.log")
    try:
        machine.do("root", blocks("Users and folders")[0])
        add = "useradd --create-home --key HOME_MODE=0700 --shell /bin/bash --groups students"
        machine.do("root", "\n".join(f"{add} {user}" for user in (*CLASS, LATE)))
        path = f"{PROGRAMS}:/usr/local/bin:/usr/bin:/bin"
        common = {"PATH": path, "LANG": "C.UTF-8"}
        machine.environment["instructor"] = common | {
            "HOME": "/home/instructor",
            "JUPYTER_CONFIG_PATH": f"{ROOT}:{HUB}",
        }
        learner = f"{HUB / 'learner'}:{HUB}:{ROOT / 'assets' / 'jupyter'}"
        machine.environment["root"] = common | {"HOME": "/root", "JUPYTER_CONFIG_PATH": learner}
        for user in ("s01", "s02"):
            machine.environment[user] = common | {"HOME": f"/home/{user}", "JUPYTER_CONFIG_PATH": learner}
        yield machine
    finally:
        machine.close()


@pytest.fixture(scope="module")
def returned(machine: Machine) -> dict[str, dict[str, str]]:
    """The whole way; the right answers' texts, which the tests compare with."""
    roster = "id\n" + "\n".join(CLASS) + "\n"
    machine.do("instructor", "cat > grading/list.csv && appraise roster grading/list.csv", stdin=roster)
    machine.do("instructor", f"nbgrader generate_assignment {SLUG} --force")
    machine.do("instructor", f"appraise cases issue {SLUG} --spares 2 && nbgrader release_assignment {SLUG}")
    right: dict[str, dict[str, str]] = json.loads(machine.do("instructor", f"{sys.executable} -c {shlex.quote(RIGHT)}"))
    work: dict[str, Any] = {student: right[student] for student in CLASS}
    work["s02"] = right["s01"]  # a neighbour's code, and the answers to it
    work["s03"] = {k: v for k, v in right["s03"].items() if "marks" not in k}
    work[LATE] = right["spare-1"]
    said = machine.do("root", f"{sys.executable} -c {shlex.quote(STUDENTS)}", stdin=json.dumps(work))
    assert "all handed in" in said
    machine.do("instructor", f"nbgrader collect {SLUG} && appraise grade {SLUG}")
    machine.do("instructor", "appraise export --to grading/grades.csv")
    due = (
        "from datetime import datetime; from nbgrader.api import Gradebook; "
        f"book = Gradebook('sqlite:///{ROOT}/grading/gradebook.db', '{COURSE}'); "
        f"book.find_assignment('{SLUG}').duedate = datetime(2020, 1, 1); book.db.commit()"
    )
    machine.do("instructor", f"{sys.executable} -c {shlex.quote(due)}")
    machine.do("instructor", f"nbgrader generate_feedback {SLUG} && nbgrader release_feedback {SLUG}")
    for user in ("s01", "s02"):
        machine.do(user, f"nbgrader fetch_feedback {SLUG}")
    return right


def test_from_the_roster_to_the_export(machine: Machine, returned: dict[str, dict[str, str]]) -> None:
    rows = list(csv.DictReader(machine.do("instructor", "cat grading/grades.csv").splitlines()))
    here = {r["student_id"]: (r["status"], r["raw_score"]) for r in rows if r["assignment"] == SLUG}
    expected = {student: ("graded", str(FULL)) for student in CLASS}
    expected["s02"] = ("needs a person", "")
    expected["s03"] = ("graded", "10.0")
    assert here == expected | {LATE: ("needs a person", "")}
    why = {r["student_id"]: r["why"] for r in rows if r["assignment"] == SLUG}
    assert "(the code of s01), and s02 has" in why["s02"]
    assert "(a spare code): `appraise cases assign" in why[LATE]


def test_feedback_goes_back_with_the_students_own_reasons(machine: Machine, returned: dict[str, Any]) -> None:
    page = machine.do("s01", f"cat {COURSE}/{SLUG}/feedback/*/{SLUG}.html")
    assert "Sentence 1:" in page
    other = machine.do("s02", f"cat {COURSE}/{SLUG}/feedback/*/{SLUG}.html")
    assert "Sentence 1:" not in other
    assert "A person looks at it" in other


def test_no_student_reaches_a_key(machine: Machine, returned: dict[str, Any]) -> None:
    for line in (f"cat {ROOT}/grading/cases/{SLUG}/secret", f"ls {ROOT}/grading/cases"):
        assert machine.do("instructor", line)
        refused = machine.run("s01", line)
        assert refused.returncode != 0
        assert "Permission denied" in refused.stdout
    texts = machine.do("s01", f"cat {EXCHANGE}/outbound/{SLUG}/cases/*.json")
    assert texts.count('"title"') == len(CLASS) + 2
    assert not any(word in texts for word in ('"step"', '"reason"', '"label"', '"marks"', "s01"))
