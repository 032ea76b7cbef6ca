"""All lessons made from `solutions/`: keys, packs, released lessons and README's table, written only if all can be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from appraise.authoring.compile import compile_lesson
from appraise.authoring.entries import read_entries
from appraise.authoring.made import refuse_edits
from appraise.authoring.minutes import Minutes
from appraise.authoring.notebook import write_notebook
from appraise.authoring.release import make_release
from appraise.authoring.routes import compose, minutes_of_route
from appraise.authoring.signposts import find_places, with_signposts
from appraise.course import Course, load_course
from appraise.errors import AuthorError, CourseError
from appraise.files import ROOT, write_whole

KINDS = ("extract", "classify", "compare", "compute", "plot", "judge", "write")


def build_lessons(
    slugs: Sequence[str] = (), root: Path = ROOT, check: bool = False, packs: Path | None = None
) -> list[Path]:
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
    listed = [lesson.slug for lesson in course.lessons]
    _check_slugs(slugs, listed, solutions)
    with ThreadPoolExecutor(max_workers=2) as pool:
        done = list(pool.map(lambda s: compile_lesson(s, solutions, course), slugs or listed))
    course = _with_minutes(course, {made["lesson"]: minutes for _, made, minutes in done})
    first = listed[0]
    places = find_places(_lesson_notebook(first, root, [nb for nb, made, _ in done if made["lesson"] == first]), first)
    files: dict[Path, bytes] = {}
    for nb, made, minutes in done:
        shown = with_signposts(nb, course.lesson(made["lesson"]), course, minutes, places)
        files |= _files_of_lesson(root, packs, shown, made)
    made_now = {made["lesson"]: made["exercises"] for _, made, _ in done}
    _check_unique_ids(made_now, solutions, listed)
    for name, (nb, minutes_of_it) in _route_notebooks(root, course, files).items():
        files[root / "lessons" / course.notebook_of(name)] = write_notebook(nb)
        route = course.routes[name].model_copy(update={"minutes": minutes_of_it})
        course = course.model_copy(update={"routes": {**course.routes, name: route}})
    there = {slug for slug in listed if (root / "lessons" / slug).is_dir()} | set(made_now)
    files |= _pages_with_minutes(root, course, there)
    changed = [f for f, content in files.items() if not f.is_file() or f.read_bytes() != content]
    if not slugs:
        for folder in (root / "lessons", packs):
            stray = (f for f in sorted(folder.rglob("*")) if f.is_file() and f not in files)
            changed += [f for f in stray if f.parent.name != "cases"]  # issued to a class
    if not check:
        for f in changed:
            if f in files:
                write_whole(f, files[f])
            else:
                f.unlink()
    return changed


def _check_slugs(slugs: Sequence[str], listed: Sequence[str], solutions: Path) -> None:
    """Every folder is a lesson of the manifest, and every lesson asked for is listed and has its folder."""
    have = {p.name for p in solutions.iterdir() if p.is_dir() and not p.name.startswith(".")}
    for slug in sorted(have - set(listed)):
        raise AuthorError("course.yml", slug, "expected every folder of solutions/ among the lessons")
    for slug in slugs or listed:
        if slug not in listed or slug not in have:
            raise AuthorError("course.yml", slug, "expected a lesson that is listed and has its folder in solutions/")


def _files_of_lesson(root: Path, packs: Path, nb: NotebookNode, made: dict[str, Any]) -> dict[Path, bytes]:
    """The key, the pack, the notebook beside the source, from which nbgrader releases, and the released files."""
    from appraise.exercises.packs import pack_bytes

    slug, solutions = made["lesson"], root / "solutions"
    refuse_edits(solutions / slug / f"{slug}.ipynb", nb)
    key = json.dumps(made, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
    files = {
        solutions / slug / "key.json": key.encode("utf-8"),
        packs / f"{slug}.pack": pack_bytes(made),
        solutions / slug / f"{slug}.ipynb": write_notebook(nb),
    }
    return files | {root / "lessons" / slug / name: text for name, text in make_release(slug, nb, solutions).items()}


def _lesson_notebook(slug: str, root: Path, made: Sequence[NotebookNode]) -> NotebookNode:
    """A lesson as it was made just now, else as it is released; empty where it is neither."""
    released = root / "lessons" / slug / f"{slug}.ipynb"
    if made:
        return made[0]
    there: NotebookNode = nbformat.read(released, as_version=4) if released.is_file() else nbformat.v4.new_notebook()
    return there


def _route_notebooks(root: Path, course: Course, files: Mapping[Path, bytes]) -> dict[str, tuple[NotebookNode, int]]:
    """The notebooks of routes, put together from the lessons made just now and those that are there, with minutes."""
    lessons: dict[str, NotebookNode] = {}
    minutes: dict[str, float] = {}
    for lesson in course.lessons:
        released, key = root / "lessons" / lesson.notebook, root / "solutions" / lesson.slug / "key.json"
        held = {f: files.get(f) or (f.read_bytes() if f.is_file() else b"") for f in (released, key)}
        if all(held.values()):
            lessons[lesson.slug] = nbformat.reads(held[released].decode("utf-8"), as_version=4)
            exercises = json.loads(held[key])["exercises"]
            minutes |= {exercise: ex["minutes"] for exercise, ex in exercises.items()}
    notebooks = {}
    for name in course.own_notebooks:
        nb = compose(root / "assets" / "routes" / f"{name}.md", name, lessons)
        notebooks[name] = nb, minutes_of_route(nb, minutes)
    return notebooks


def _with_minutes(course: Course, minutes: Mapping[str, Minutes]) -> Course:
    """The manifest with minutes as they were computed just now, for the lessons that were made."""
    lessons = []
    for lesson in course.lessons:
        made = minutes.get(lesson.slug)
        new = {"minutes": made.core, "extra_minutes": made.extra} if made else {}
        lessons.append(lesson.model_copy(update=new))
    return course.model_copy(update={"lessons": lessons})


def _pages_with_minutes(root: Path, course: Course, there: set[str]) -> dict[Path, bytes]:
    """The manifest, README and the instructors' guide with the minutes of every lesson; README only those there."""
    put: dict[str, Callable[[str], str]] = {
        "course.yml": lambda text: _manifest_with_minutes(text, course),
        "README.md": lambda text: _with_routes(_with_lesson_table(text, course, there), course),
        "INSTRUCTORS.md": lambda text: _plan_with_minutes(text, course),
    }
    files = {root / name: change for name, change in put.items() if (root / name).is_file()}
    return {f: change(f.read_text(encoding="utf-8")).encode("utf-8") for f, change in files.items()}


def _manifest_with_minutes(manifest: str, course: Course) -> str:
    """The text of course.yml with `minutes` and `extra_minutes` of each lesson; the rest stays as it is written."""
    for lesson in course.lessons:
        lines = f"minutes: {lesson.minutes}\n    extra_minutes: {lesson.extra_minutes}\n"
        own = rf"(- slug: {lesson.slug}\n(?:(?!  - slug:).*\n)*?    )minutes: .*\n(?:    extra_minutes: .*\n)?"
        manifest = re.sub(own, lambda m, lines=lines: m[1] + lines, manifest)  # type: ignore[misc]
    for name in course.own_notebooks:
        own = rf"(^  {name}:\n(?:    .*\n)*?    minutes: )\d+"
        minutes = course.minutes_of(course.routes[name])
        manifest = re.sub(own, lambda m, n=minutes: f"{m[1]}{n}", manifest, flags=re.M)  # type: ignore[misc]
    return manifest


def _with_routes(readme: str, course: Course) -> str:
    """README with its list of routes, between the marks, as course.yml has them."""
    lines = []
    for name, route in course.routes.items():
        minutes = course.minutes_of(route)
        time = f"{minutes} minutes" if minutes <= 120 else f"{round(minutes / 60, 1):g} hours"
        many = f", {len(route.lessons)} lessons" if route.lessons else ""
        lines.append(f"- **[{route.title}](lessons/{course.notebook_of(name)})** ({time}{many}): {route.for_whom}.")
    marks = re.compile(r"(<!-- routes -->\n).*?(<!-- /routes -->)", re.S)
    return marks.sub(lambda m: m[1] + "\n".join(lines) + "\n" + m[2], readme)


def _plan_with_minutes(guide: str, course: Course) -> str:
    """The instructors' guide with the minutes of the core in its plan."""
    for lesson in course.lessons:
        row = rf"(\| {re.escape(f'{lesson.number} · {lesson.title}')} \| )\d+( \|)"
        guide = re.sub(row, lambda m, n=lesson.minutes: f"{m[1]}{n}{m[2]}", guide)  # type: ignore[misc]
    return guide


def _with_lesson_table(readme: str, course: Course, there: set[str]) -> str:
    """README with its table of lessons, between the marks, as course.yml has it; a lesson that is there has a link."""
    rows = ["| Lesson | Question | Minutes | Extras |", "| --- | --- | ---: | ---: |"]
    for lesson in course.lessons:
        name = f"{lesson.number} · {lesson.title}"
        if lesson.slug in there:
            name = f"[{name}](lessons/{lesson.notebook})"
        rows.append(f"| {name} | {lesson.question} | {lesson.minutes} | {lesson.extra_minutes or ''} |")
    marks = re.compile(r"(<!-- lessons -->\n).*?(<!-- /lessons -->)", re.S)
    return marks.sub(lambda m: m[1] + "\n".join(rows) + "\n" + m[2], readme)


def _check_unique_ids(made: dict[str, dict[str, Any]], solutions: Path, listed: list[str]) -> None:
    """An id is used once in the whole course."""
    owner: dict[str, str] = {}
    for slug in listed:
        file = solutions / slug / "exercises.yml"
        ids = made.get(slug) or (read_entries(file) if file.is_file() else {})
        for exercise in ids:
            if exercise in owner:
                raise AuthorError(file, exercise, f"is an id of {owner[exercise]} already")
            owner[exercise] = slug


def run_command(slugs: Sequence[str] = (), check: bool = False) -> int:
    """The command `python -m appraise lessons`."""
    try:
        changed = build_lessons(slugs, check=check)
    except (AuthorError, CourseError) as error:
        print(error)
        return 1
    for f in changed:
        print(f"{'behind' if check else 'written'}: {f.relative_to(ROOT).as_posix()}")
    if check and changed:
        print("These files are not what solutions/ and course.yml give: run `make lessons` and commit the result.")
        return 1
    print(f"{len(changed)} files {'are behind' if check else 'written'}.")
    return 0
