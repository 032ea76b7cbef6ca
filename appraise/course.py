"""The course as a whole: `course.yml`, the learner's lab, where a learner stands, and the zip of a learner's work.

Lessons are copied from `lessons/` to `work/`, where the learner writes; `work/.progress` holds what `check` remembers.
"""

from __future__ import annotations

import base64
import html
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from appraise import checking

ROOT = Path(__file__).resolve().parent.parent
ZIP_NAME = "my-work.zip"
ZIP_LIMIT = 200 * 2**20  # bytes, unpacked: a learner's course is a few megabytes


class CourseError(ValueError):
    """Something about the course as a whole that cannot be used; one line says what and where."""


# ── course.yml ──────────────────────────────────────────────────────────────────────────────────────────────────────

_Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
_Text = Annotated[str, Field(min_length=1)]


class Lesson(BaseModel):
    """One lesson of `course.yml`: `minutes` for an attentive learner, `objectives` by id, `graded` or not."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    slug: Annotated[str, Field(pattern=r"^\d{2}-[a-z0-9]+(-[a-z0-9]+)*$")]
    title: _Text
    question: _Text
    minutes: Annotated[int, Field(ge=1, le=120)]
    graded: bool = True
    objectives: Annotated[dict[_Id, _Text], Field(min_length=1)]

    @property
    def number(self) -> str:
        """The two digits at the start of the slug."""
        return self.slug[:2]

    @property
    def notebook(self) -> str:
        """Where the lesson's notebook lies inside `solutions/`, `lessons/` or `work/`.

        >>> load_course().lesson("04-the-numbers").notebook
        '04-the-numbers/04-the-numbers.ipynb'
        """
        return f"{self.slug}/{self.slug}.ipynb"


class Course(BaseModel):
    """`course.yml`: the one manifest, the lessons in their order."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: _Text
    lessons: Annotated[list[Lesson], Field(min_length=1)]

    def lesson(self, slug: str) -> Lesson:
        """The lesson of a slug. Raises CourseError, which names the lessons that there are."""
        for lesson in self.lessons:
            if lesson.slug == slug:
                return lesson
        raise CourseError(f"there is no lesson {slug!r}; course.yml has {', '.join(x.slug for x in self.lessons)}")


def load_course(path: Path | None = None) -> Course:
    """The manifest, checked. Raises CourseError: the file, the place in it, what was expected.

    >>> load_course().lessons[0].slug
    '00-start-here'
    """
    file = path or ROOT / "course.yml"
    if not file.is_file():
        raise CourseError(f"{file}: expected the course's manifest; use the library from a clone of the course")
    return _load(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _load(file: Path, _changed: int) -> Course:
    try:
        course = Course.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise CourseError(f"{file.name}{line}: expected YAML; {getattr(error, 'problem', error)}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the whole file"
        raise CourseError(f"{file.name}: {where}: {first['msg'][0].lower()}{first['msg'][1:]}") from None
    slugs = [lesson.slug for lesson in course.lessons]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise CourseError(f"{file.name}: expected each lesson once, {slug!r} stands twice")
    if slugs != sorted(slugs):
        raise CourseError(f"{file.name}: expected the lessons in the order of their numbers")
    return course


# ── the learner's lab ───────────────────────────────────────────────────────────────────────────────────────────────


def work_folder() -> Path:
    """Where the learner's copies lie: the environment variable APPRAISE_WORK, else `work/` beside the library."""
    return Path(os.environ.get("APPRAISE_WORK") or ROOT / "work").absolute()


def copy_missing(lessons: Path | None = None, work: Path | None = None) -> list[Path]:
    """Copy what is missing from `lessons/` to `work/`; what is there stays as it is. Returns the new files.

    Raises CourseError for a folder of `lessons/` that `course.yml` does not name.
    """
    lessons, work = lessons or ROOT / "lessons", work or work_folder()
    known = {lesson.slug for lesson in load_course().lessons}
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


def tell_copied(new: list[Path]) -> int:
    """Say what was copied; returns the exit code 0."""
    print(
        f"{len(new)} new in {work_folder()}" if new else f"Nothing new; your work in {work_folder()} is as you left it."
    )
    return 0


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
        if page := first_page():
            command.append(f"--LabApp.default_url={page}")
    return [*command, *rest], env


def first_page() -> str | None:
    """The address, inside the running server, of the first lesson in `work/`; None where there is none."""
    for lesson in load_course().lessons:
        file = work_folder() / lesson.notebook
        if file.is_file() and file.is_relative_to(ROOT):
            return "/lab/tree/" + urllib.parse.quote(file.relative_to(ROOT).as_posix())
    return None


def lab(rest: list[str], instructor: bool = False) -> int:
    """Copy the lessons, open JupyterLab and wait until it ends; returns its exit code."""
    tell_copied(copy_missing())
    command, env = lab_command(rest, instructor)
    server = subprocess.Popen(command, env=env, cwd=ROOT)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:  # the server has it too, and asks before it stops
            continue


# ── where a learner stands ──────────────────────────────────────────────────────────────────────────────────────────


class Report:
    """A page for people: a table in a notebook, plain text in a terminal."""

    def __init__(self, html: str, text: str) -> None:
        self.html, self.text = html, text

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


_SIGNS = {"right": "✓", "partly": "◐", "wrong": "✗", "no answer": "○", "marked": "✎", "not tried": "·"}


def standing(slug: str, work: Path | None = None) -> list[dict[str, Any]]:
    """Every exercise of a lesson in its order: id, heading, title, core, status, points, of, remark, see, tries…

    `status` is "right", "partly", "wrong", "no answer", "marked" (prose) or "not tried"; `points` and
    `of` are None where there are none to earn. An id that a newer lesson no longer has is left out.
    """
    load_course().lesson(slug)
    exercises = checking.packs().get(slug, {}).get("exercises", {})
    kept = checking.read_progress((work or work_folder()) / ".progress" / f"{slug}.json")["exercises"]
    rows = []
    titles = _questions(slug)
    for exercise_id in [i for i in titles if i in exercises] + [i for i in exercises if i not in titles]:
        ex, tried = exercises[exercise_id], kept.get(exercise_id) or {}
        graded = ex["core"] and ex["kind"] != "write"
        rows.append(
            {
                "id": exercise_id,
                "heading": titles.get(exercise_id, ""),
                "title": _title(titles.get(exercise_id, "")) or exercise_id.replace("-", " "),
                "core": bool(ex["core"]),
                "status": tried.get("status", "not tried"),
                "points": float(tried.get("points", 0)) if graded else None,
                "of": float(ex["points"]) if graded else None,
                "remark": tried.get("remark", ""),
                "see": ex.get("see", ""),
                "tries": int(tried.get("tries", 0)),
                "helped": bool(tried.get("helped", False)),
            }
        )
    return rows


def _title(heading: str) -> str:
    """The title in a question's heading.

    >>> _title("Exercise · Find it (more)")
    'Find it'
    """
    return re.sub(r"^Exercise\W+|\s*\([^()]*\)$", "", heading)


def _questions(slug: str) -> dict[str, str]:
    """The exercises of a released lesson in their order, id to the heading of the question."""
    file = ROOT / "lessons" / slug / f"{slug}.ipynb"
    try:
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    found, title = {}, ""
    for cell in cells:
        source = "".join(cell["source"])
        if heading := re.search(r"^#+ (Exercise.*?)\s*$", source, re.M) if cell["cell_type"] == "markdown" else None:
            title = heading[1]
        if called := re.match(r'check\("([^"]+)"', source) if cell["cell_type"] == "code" else None:
            found[called[1]] = title
    return found


def _counts(rows: list[dict[str, Any]]) -> str:
    said = {"right": "right", "partly": "partly right", "wrong": "not right yet", "no answer": "without an answer"}
    said |= {"marked": "written", "not tried": "not tried"}
    counts = [(sum(row["status"] == status for row in rows), words) for status, words in said.items()]
    return ", ".join(f"{n} {words}" for n, words in counts if n)


def _points(rows: list[dict[str, Any]]) -> str:
    graded = [row for row in rows if row["of"] is not None]
    return f"{sum(row['points'] for row in graded):g} of {sum(row['of'] for row in graded):g} points" if graded else ""


def lesson_report(slug: str, work: Path | None = None) -> Report:
    """How a learner stands in a lesson: every exercise with status, points, remark and the section to read again.

    The last try counts. Shown as a table in a notebook, as text elsewhere. Raises CourseError for an unknown lesson.
    """
    lesson, rows = load_course().lesson(slug), standing(slug, work)
    if not rows:
        text = f"{lesson.number} {lesson.title}: no exercises are known here."
        return Report(f"<p>{html.escape(text)}</p>", text)
    colon = "" if lesson.title.endswith("?") else ":"
    head = f"{lesson.number} {lesson.title}{colon} {', '.join(filter(None, [_points(rows), _counts(rows)]))}."
    body, lines = [], [head, ""]
    for row in rows:
        points = "" if row["of"] is None else f"{row['points']:g} of {row['of']:g}"
        told = row["remark"] + (" A worked answer was opened." if row["helped"] else "")
        again = row["see"] if row["status"] in {"partly", "wrong", "no answer"} else ""
        name = checking.heading_link(row["heading"], row["title"]) + ("" if row["core"] else " (more)")
        sign, read = _SIGNS[row["status"]], checking.heading_link(again, again)
        word = "written" if row["status"] == "marked" else row["status"]  # until a person has marked it
        body.append(
            f'<tr><th scope="row" style="{_CELL}">{name}</th>'
            f'<td style="{_CELL}; white-space: nowrap"><span aria-hidden="true">{sign}</span> {word}</td>'
            f'<td style="{_CELL}; white-space: nowrap">{points}</td>'
            f'<td style="{_CELL}">{checking._text(told)}</td><td style="{_CELL}">{read}</td></tr>'
        )
        lines.append(f"{sign} {row['title']}: {word}{f', {points} points' if points else ''}")
        lines += [f"    {words}" for words in (told, f"Read “{again}” again." if again else "") if words]
    return Report(_table(head, ["Exercise", "Status", "Points", "Remark", "Read again"], body), "\n".join(lines))


def course_map(work: Path | None = None) -> Report:
    """The lessons in their order, each with its question, its minutes and how far the learner is."""
    folder = work or work_folder()
    body, lines = [], []
    for lesson in load_course().lessons:
        rows = [row for row in standing(lesson.slug, folder) if row["core"]]
        tried = any(row["status"] != "not tried" for row in rows)
        done = sum(row["status"] in {"right", "marked"} for row in rows)
        stand = f"{done} of {len(rows)} core exercises" if rows else ""
        if rows and not tried:
            stand = "not started"
        elif rows and done < len(rows) and _points(rows):
            stand += f", {_points(rows)}"
        there = (folder / lesson.notebook).is_file()
        title = html.escape(lesson.title)
        link = f'<a href="../{lesson.notebook}">{title}</a>' if there else title
        dots = "●" * done + "○" * (len(rows) - done) if tried else ""
        body.append(
            f'<tr><td style="{_CELL}">{lesson.number}</td><th scope="row" style="{_CELL}">{link}</th>'
            f'<td style="{_CELL}">{html.escape(lesson.question)}</td>'
            f'<td style="{_CELL}; white-space: nowrap">{lesson.minutes} min</td>'
            f'<td style="{_CELL}"><span aria-hidden="true">{dots}</span> {stand}</td></tr>'
        )
        lines.append(f"{lesson.number} {lesson.title} ({lesson.minutes} min){f': {stand}' if stand else ''}")
    columns = ["No.", "Lesson", "Question", "Time", "Where you stand"]
    return Report(_table(load_course().title, columns, body), "\n".join(lines))


_CELL = "text-align: left; vertical-align: top"


def _table(caption: str, columns: list[str], rows: list[str]) -> str:
    head = "".join(f'<th scope="col" style="{_CELL}">{column}</th>' for column in columns)
    caption = f'<caption style="{_CELL}; caption-side: top; font-weight: bold">{html.escape(caption)}</caption>'
    return (
        f'<table class="appraise-report">{caption}<thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )


def report(slug: str, notebook: Path | None = None) -> Report:
    """How a learner stands in a lesson, from the tries kept in `work/`; or from a notebook, run afresh.

    Of a notebook the answers are taken as the grader takes them, so that both give the same points; they are run in the
    lesson, in the notebook's folder, and the tries are not kept. Raises CourseError where it cannot be read.
    """
    if notebook is None:
        return lesson_report(slug)
    load_course().lesson(slug)
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    try:
        read = nbformat.read(notebook, as_version=4)
    except OSError as error:
        raise CourseError(f"{notebook}: cannot be read: {error.strerror}") from None
    except Exception:  # nbformat has several errors of its own for what is no notebook
        raise CourseError(f"{notebook}: expected a notebook") from None
    lesson = read.metadata.get("appraise", {}).get("lesson", slug)
    if lesson != slug:
        raise CourseError(f"{notebook}: expected lesson {slug}, found {lesson}")
    read = _with_its_answers(slug, notebook) or read
    with tempfile.TemporaryDirectory() as folder:
        env = {k: v for k, v in os.environ.items() if k not in {"NBGRADER_EXECUTION", "APPRAISE_RECORD"}}
        client = NotebookClient(
            read, timeout=120, allow_errors=True, resources={"metadata": {"path": str(notebook.absolute().parent)}}
        )
        try:
            client.execute(env={**env, "APPRAISE_WORK": folder})
        except (CellTimeoutError, DeadKernelError) as error:
            why = str(error).partition("\n")[0]
            raise CourseError(f"{notebook}: could not be run to its end: {why}") from None
        return lesson_report(slug, Path(folder))


def _with_its_answers(slug: str, notebook: Path) -> Any:
    """The released lesson with a notebook's answers, cell by cell; None where the notebook holds none of them."""
    import nbformat

    from appraise.grading import rebuild

    file = ROOT / "lessons" / slug / f"{slug}.ipynb"
    if not file.is_file():
        return None
    release = nbformat.read(file, as_version=4)
    found = rebuild.answers(release, rebuild.read(notebook.read_bytes()))
    if all(text is None for text in found.texts.values()):
        return None
    built = rebuild.build(release, found.texts)
    built.cells = [
        nbformat.from_dict({**cell, "source": part, "id": cell.id if n == 0 else f"{cell.id[:50]}-{n}"})
        for cell in built.cells
        for n, part in enumerate(rebuild.parts(cell.source))
    ]
    return built


# ── one's work as one zip ───────────────────────────────────────────────────────────────────────────────────────────


def pack_work(work: Path | None = None) -> bytes:
    """The learner's work, progress included, as the bytes of a zip."""
    work = work or work_folder()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(work.rglob("*")):
            name = file.relative_to(work)
            if file.is_file() and not file.is_symlink() and _ours(PurePosixPath(name.as_posix())):
                archive.write(file, name.as_posix())
    return packed.getvalue()


def _ours(name: PurePosixPath) -> bool:
    """Is this what a zip of one's work holds: plain files of a learner, and the progress?"""
    parts = name.parts
    if name.is_absolute() or not parts or ":" in str(name) or "\\" in str(name):
        return False
    if parts[0] == ".progress":
        return len(parts) == 2 and name.suffix == ".json"
    return name.name != ZIP_NAME and not any(part.startswith(".") for part in parts)


def unpack_work(data: bytes, work: Path | None = None, lessons: Path | None = None) -> list[str]:
    """Take a zip of one's work back in; returns the names that were written.

    A file in `work/` that differs from the zip's and is not as it was released is kept aside under another name. Tries
    in the zip win over tries here. Raises CourseError, before anything is written, where the zip cannot be used.
    """
    work, lessons = work or work_folder(), lessons or ROOT / "lessons"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            for info in infos:
                if not _ours(PurePosixPath(info.filename)):
                    raise CourseError(f"{info.filename}: expected a zip of the work/ folder, made by the course")
            if sum(info.file_size for info in infos) > ZIP_LIMIT:
                raise CourseError(f"expected a zip of at most {ZIP_LIMIT // 2**20} MB of files")
            held = {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        raise CourseError(f"expected a zip: {error}") from None
    for name, content in held.items():
        target = work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith(".progress/"):
            new = target.with_name(f"{target.name}.part")
            new.write_bytes(content)
            kept, taken = checking.read_progress(target), checking.read_progress(new)
            new.unlink()
            checking.write_progress(target, {**kept, **taken, "exercises": {**kept["exercises"], **taken["exercises"]}})
            continue
        if target.exists():
            there, released = target.read_bytes(), lessons / name
            if there == content:
                continue
            if not (released.is_file() and there == released.read_bytes()):
                target.replace(_aside(target))
        part = target.with_name(f"{target.name}.part")
        part.write_bytes(content)
        part.replace(target)
    return list(held)


def _aside(file: Path) -> Path:
    """A free name beside a file: "x (kept 1).ipynb"."""
    n = 1
    while (free := file.with_name(f"{file.stem} (kept {n}){file.suffix}")).exists():
        n += 1
    return free


def my_work() -> Any:
    """Two controls: download one's work as one zip, and take such a zip back in. Where none can run, a sentence."""
    on_binder = "BINDER_SERVICE_HOST" in os.environ or "BINDER_LAUNCH_HOST" in os.environ
    notice = (
        "This machine is lent to you for a while. After about ten minutes without use it is gone, and your work with "
        "it. Download your work before you leave; bring it back the next time."
        if on_binder
        else f"Your work lies in {work_folder()}. As one zip you can take it to another machine."
    )
    if os.environ.get("NBGRADER_EXECUTION") or not any(x in os.environ for x in ("JPY_SESSION_NAME", "VSCODE_PID")):
        return Report(f"<p>{html.escape(notice)}</p>", notice)
    import ipywidgets as w

    link, said = w.HTML(), w.HTML()

    def make(_: object) -> None:
        packed = pack_work()
        data = base64.b64encode(packed).decode("ascii")
        link.value = (
            f'<p role="status"><a download="{ZIP_NAME}" href="data:application/zip;base64,{data}">'
            f"Download {ZIP_NAME}</a> ({len(packed) / 1024:.0f} kB). Save your open notebooks first: what is not saved "
            "is not in it.</p>"
        )

    def take(change: dict[str, Any]) -> None:
        for file in change["new"]:
            try:
                names = unpack_work(bytes(file["content"]))
                told = f"{len(names)} files are back. Close and open a lesson that was open before."
            except (CourseError, OSError) as error:
                told = f"Nothing was taken in: {error}"
            said.value = f'<p role="status">{html.escape(told)}</p>'

    button = w.Button(description="Make a zip of my work", layout=w.Layout(width="auto"))
    button.on_click(make)
    upload = w.FileUpload(accept=".zip", description="Take a zip back in", layout=w.Layout(width="auto"))
    upload.observe(take, names="value")
    words = w.HTML(f"<p><strong>{html.escape(notice)}</strong></p>" if on_binder else f"<p>{html.escape(notice)}</p>")
    return w.VBox([words, button, link, upload, said], layout=w.Layout(align_items="flex-start"))
