"""The learner's JupyterLab: lessons are copied from `lessons/` to `work/`, where the learner writes."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import urllib.parse
from pathlib import Path

from appraise.course import load_course
from appraise.errors import CourseError
from appraise.files import ROOT
from appraise.learner.versions import is_other_version, version_of
from appraise.runtime import named_work_folder


def work_folder() -> Path:
    """Where the learner's copies lie: the environment variable APPRAISE_WORK, else `work/` beside the library."""
    return (named_work_folder() or ROOT / "work").absolute()


def copy_missing(lessons: Path | None = None, work: Path | None = None) -> list[Path]:
    """Copy what is missing from `lessons/` to `work/`; what is there stays as it is. Returns the new files.

    Raises CourseError for a folder of `lessons/` that `course.yml` does not name.
    """
    lessons, work = lessons or ROOT / "lessons", work or work_folder()
    known = {lesson.slug for lesson in load_course().lessons} | set(load_course().own_notebooks)
    folders = sorted(p for p in lessons.iterdir() if p.is_dir()) if lessons.is_dir() else []
    for folder in folders:
        if folder.name not in known:
            raise CourseError(f"lessons/{folder.name}: expected a lesson that course.yml names")
    new = []
    for file in (f for folder in folders for f in sorted(folder.rglob("*"))):
        target = work / file.relative_to(lessons)
        if file.is_dir() or target.exists() or ".ipynb_checkpoints" in file.parts:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")  # a cut-off copy never bears the lesson's name
        shutil.copyfile(file, part)
        part.replace(target)
        new.append(target)
    work.mkdir(parents=True, exist_ok=True)
    return new


def print_copied(new: list[Path]) -> int:
    """Say what was copied, and which copies do not fit the library; returns the exit code 0."""
    print(
        f"{len(new)} new in {work_folder()}" if new else f"Nothing new; your work in {work_folder()} is as you left it."
    )
    if others := other_versions():
        print(
            f"Newer or older than the course's library, so remarks may not fit: {', '.join(f.name for f in others)}. "
            "Your answers are safe: rename such a file, and start the course again for a fresh copy."
        )
    return 0


def other_versions(work: Path | None = None) -> list[Path]:
    """The copies in `work/` that are of another version than the library, in the order of the course."""
    work = work or work_folder()
    copies = [(lesson.slug, work / lesson.notebook) for lesson in load_course().lessons]
    return [file for slug, file in copies if is_other_version(slug, version_of(file, slug))]


def lab_command(rest: list[str], instructor: bool = False) -> tuple[list[str], dict[str, str]]:
    """The command that opens JupyterLab and the environment that it needs. `rest` comes last, so that it wins."""
    env = dict(os.environ)
    scripts = str(Path(sys.executable).parent)  # nbgrader calls alembic by name
    env["PATH"] = os.pathsep.join(filter(None, [scripts, env.get("PATH")]))
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={ROOT}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # containers and CI: JupyterLab refuses root without it
    if not instructor:
        settings = str(ROOT / "assets" / "jupyter")
        env["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [settings, env.get("JUPYTER_CONFIG_PATH")]))
        env["APPRAISE_WORK"] = str(work_folder())
        env["APPRAISE_PYTHONSTARTUP"] = env.get("PYTHONSTARTUP", "")
        env["PYTHONSTARTUP"] = str(Path(__file__).with_name("not_run_yet.py"))
        if page := first_page():
            command.append(f"--LabApp.default_url={page}")
    return [*command, *rest], env


def first_page() -> str | None:
    """The address, inside the running server, of the notebook to begin with in `work/`; None where there is none.

    For somebody new it is the shortest route's; for somebody who has tried exercises it is the first lesson, whose map
    says how far they are.
    """
    course = load_course()
    lessons = [lesson.notebook for lesson in course.lessons]
    is_new = not any((work_folder() / ".progress").glob("*.json"))
    for notebook in [*(map(course.notebook_of, course.own_notebooks) if is_new else ()), *lessons]:
        file = work_folder() / notebook
        if file.is_file() and file.is_relative_to(ROOT):
            return "/lab/tree/" + urllib.parse.quote(file.relative_to(ROOT).as_posix())
    return None


def open_lab(rest: list[str], instructor: bool = False) -> int:
    """Copy the lessons, open JupyterLab and wait until it ends; returns its exit code."""
    print_copied(copy_missing())
    if instructor and importlib.util.find_spec("jupytext") is None:
        print("To open a lesson's source as a notebook, run `make env-teach` first.")
    command, env = lab_command(rest, instructor)
    server = subprocess.Popen(command, env=env, cwd=ROOT)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:  # the server has it too, and asks before it stops
            continue


def run_lab_command(instructor: bool, copy_only: bool, rest: list[str]) -> int:
    """`appraise lab`; what the command does not know goes to JupyterLab."""
    return print_copied(copy_missing()) if copy_only else open_lab(rest, instructor)
