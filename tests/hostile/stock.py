"""What stock nbgrader makes of the hostile class: no part of ours, one submission at a time, in a sandbox of its own.

Stock nbgrader runs a submission in a kernel with all rights of the instructor. So it is given a machine that may be
broken: bubblewrap with a scratch home, a scratch course, no network beyond a loopback of its own, and no other process.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from appraise.grading.worker.fork_server import take_font_list
from tests.bench.bench_grading import STOCK
from tests.grading.conftest import SLUG
from tests.hostile.ground import REPO, Ground, compile_course, prepare
from tests.hostile.submissions import CLASS, FULL, UNREADABLE, Submission

RIGHT = "as it must"
MOST_SECONDS = 600  # for a submission
# what this sandbox stops, and nothing of nbgrader's would
STOPPED = {
    *("writes-the-library", "writes-to-the-interpreter", "leaves-a-module-behind", "writes-to-the-system", "tcp-6"),
    *("raw-packets", "user-namespace", "namespace-through-the-shell", "mounts", "changes-root", "becomes-root"),
    *("set-user-program", "calls-another-architecture", "asks-for-what-was-left"),
}
EARLIER = 0.5  # points that a neighbour has for each item, from an earlier run
GRADED = [name for name, points in FULL.items() if points is not None and name != "one-more"]


def expected(submission: Submission) -> dict[str, float]:
    """Points that each item must get which nbgrader grades by its output; tier 1's where the tiers differ."""
    must = {**submission.must, **submission.by_tier.get(1, {})}
    return {n: must[n][1] if n in must else (FULL[n] or 0.0) * submission.right for n in GRADED}


def course(root: Path) -> None:
    """A course with stock settings and a gradebook that knows the lesson."""
    compile_course(root)
    config = STOCK.format(root=str(root)) + "c.Execute.startup_timeout = 300\n"
    (root / "nbgrader_config.py").write_text(config, encoding="utf-8")
    (root / "grading").mkdir()
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", SLUG, "--force"]
    subprocess.run(command, cwd=root, env=env, check=True, capture_output=True)
    with Gradebook(f"sqlite:///{root}/grading/gradebook.db", "one-trial-five-tellings") as book:
        book.add_student("neighbour")
        with book.db.no_autoflush:
            book.add_submission(SLUG, "neighbour")
        for grade in book.find_submission_notebook(SLUG, SLUG, "neighbour").grades:
            grade.auto_score = EARLIER
        book.db.commit()


def sandboxed(made: Path, submission: Submission) -> str:
    """What became of one submission, in words; "as it must" where that is right."""
    with tempfile.TemporaryDirectory(prefix="stock-") as scratch:
        root = Path(scratch, "course")
        shutil.copytree(made, root)
        take_font_list(Path(scratch))
        config = root / "nbgrader_config.py"
        config.write_text(config.read_text(encoding="utf-8").replace(str(made), str(root)), encoding="utf-8")
        command = [
            *("bwrap", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
            *("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net"),
            *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--bind", scratch, scratch),
            *("--ro-bind", str(root / "packs"), str(REPO / "appraise" / "packs"), "--chdir", str(REPO)),
            *("env", "-i", f"PATH={Path(sys.executable).parent}:/usr/bin:/bin", f"HOME={scratch}", "LANG=C.UTF-8"),
            *(f"MPLCONFIGDIR={scratch}/matplotlib",),
            *("PYTHONDONTWRITEBYTECODE=1", "prlimit", f"--as={8 << 30}", f"--fsize={1 << 30}", "--core=0"),
            *(sys.executable, "-m", "tests.hostile.stock", str(root), submission.name),
        ]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", check=False, timeout=MOST_SECONDS
            )
        except subprocess.TimeoutExpired:
            return f"lost: it did not end within {MOST_SECONDS} s"
        told = Path(scratch, "told.json")
        if not told.is_file():
            return f"lost: nbgrader itself was ended ({done.returncode})"
        found = verdict(submission, json.loads(told.read_text(encoding="utf-8")))
        if found == RIGHT and submission.name in STOPPED:
            return "not told: the sandbox stops it"
        errors = re.findall(r"\b(\w+(?:Error|Exception|Died|Timeout)\w*): ", done.stderr)
        return f"{found} ({errors[-1]})" if found.startswith("lost") and errors else found


def verdict(submission: Submission, told: dict[str, Any]) -> str:
    """One submission's row."""
    said: list[str] = []
    if told["lost"]:
        said.append("lost: no points, no feedback")
    elif submission.whole == UNREADABLE:
        said.append(f"given {sum(v or 0 for v in told['points'].values()):g} points")
    else:
        must = expected(submission)
        for name, value in must.items():
            if told["points"].get(name) != value:
                said.append(f"{name}: {told['points'].get(name)} for {value:g}")
    return "; ".join([*said, *told["touched"]]) or RIGHT


def inside(root: Path, name: str) -> None:
    """In the sandbox: hand in, let nbgrader grade in this process, and tell what is to be seen afterwards."""
    from nbgrader.apps import NbGraderApp

    submission = next(s for s in CLASS if s.name == name)
    with prepare(root, made=True) as ground:
        os.chdir(root)
        ground.hand_in(submission, root / "grading" / "submitted" / "hostile" / SLUG)
        ground.remember()
        sys.argv = ["nbgrader", "autograde", SLUG, "--student", "hostile"]
        with contextlib.suppress(SystemExit):
            NbGraderApp.launch_instance()
        points: dict[str, float | None] = {}
        touched: list[str] = []
        try:
            with Gradebook(f"sqlite:///{root}/grading/gradebook.db", "one-trial-five-tellings") as book:
                found = book.find_submission_notebook(SLUG, SLUG, "hostile")
                points = {g.name: g.auto_score for g in found.grades}
                other = book.find_submission_notebook(SLUG, SLUG, "neighbour")
                if any(g.auto_score != EARLIER for g in other.grades):
                    touched.append("changed a neighbour's grades")
        except MissingEntry:
            pass
        lost = not (root / "grading" / "autograded" / "hostile" / SLUG / f"{SLUG}.ipynb").is_file()
        touched += _touched(ground)
    told = {"points": points, "touched": touched, "lost": lost}
    (root.parent / "told.json").write_text(json.dumps(told), encoding="utf-8")


def _touched(ground: Ground) -> list[str]:
    """What is not as it was, apart from what nbgrader writes itself."""
    own = ("grading/autograded", "grading/submitted/hostile", "grading/gradebook.db", ".nbgrader.log")
    was, now = ground.before["course"], ground.look()["course"]
    changed = {p for p in {*was, *now} if was.get(p) != now.get(p) and not p.startswith(own)}
    found = [f"changed {p}" for p in sorted(changed) if p != "grading"]
    ground.before["course"] = now
    ground.before.pop("environment")  # nbgrader sets a name of its own there
    return [*found, *ground.touched(), *ground.left()]


if __name__ == "__main__":
    inside(Path(sys.argv[1]), sys.argv[2])
