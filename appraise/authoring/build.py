"""All lessons made from `solutions/`: keys, packs, released lessons and README's table, written only if all can be."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from appraise.authoring.compile import compile_lesson
from appraise.authoring.entries import read_entries
from appraise.authoring.notebook import write_notebook
from appraise.authoring.release import make_release
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
    from appraise.exercises.packs import pack_bytes

    for nb, made in done:
        slug = made["lesson"]
        files[solutions / slug / f"{slug}.ipynb"] = write_notebook(nb)
        text = json.dumps(made, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
        files[solutions / slug / "key.json"] = text.encode("utf-8")
        files[packs / f"{slug}.pack"] = pack_bytes(made)
        for name, content in make_release(slug, nb, solutions).items():
            files[root / "lessons" / slug / name] = content
    _check_unique_ids({made["lesson"]: made["exercises"] for _, made in done}, solutions, listed)
    readme = root / "README.md"
    if readme.is_file():
        there = {slug for slug in listed if (root / "lessons" / slug).is_dir()} | {made["lesson"] for _, made in done}
        files[readme] = _with_lesson_table(readme.read_text(encoding="utf-8"), course, there).encode("utf-8")
    changed = [f for f, content in files.items() if not f.is_file() or f.read_bytes() != content]
    if not slugs:
        kept = set(files)
        for folder in (root / "lessons", packs):
            stray = (f for f in sorted(folder.rglob("*")) if f.is_file() and f not in kept)
            changed += [f for f in stray if f.parent.name != "cases"]  # issued to a class
    if not check:
        for f in changed:
            if f in files:
                write_whole(f, files[f])
            else:
                f.unlink()
    return changed


def _with_lesson_table(readme: str, course: Course, there: set[str]) -> str:
    """README with its table of lessons, between the marks, as course.yml has it; a lesson that is there has a link."""
    rows = ["| Lesson | Question | Minutes |", "| --- | --- | ---: |"]
    for lesson in course.lessons:
        name = f"{lesson.number} · {lesson.title}"
        if lesson.slug in there:
            name = f"[{name}](lessons/{lesson.notebook})"
        rows.append(f"| {name} | {lesson.question} | {lesson.minutes} |")
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
        print(f"{'differs' if check else 'written'}: {f.relative_to(ROOT).as_posix()}")
    if check and changed:
        print("lessons/ and packs are not what solutions/ generates: run `make lessons` and commit the result.")
        return 1
    print(f"{len(changed)} files {'differ' if check else 'written'}.")
    return 0
