"""One lesson compiled: its cells are run, and each exercise put together from the entry and what was recorded."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from appraise.authoring.entries import read_entries
from appraise.authoring.lint import check_exercise, check_reasons
from appraise.authoring.minutes import Minutes, minutes_of
from appraise.authoring.notebook import exercises_in, headings, title_above, write_metadata
from appraise.authoring.source import Source, read_source
from appraise.authoring.writing import resolve
from appraise.course import Course
from appraise.errors import AuthorError
from appraise.exercises.exercise import Exercise
from appraise.exercises.follows import RULES
from appraise.runtime import kernel_environment


def _run_cells(source: Source, slug: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Run a lesson with its answers in a kernel of its own; returns what was recorded, by exercise."""
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        (target / "wanted.json").write_text(json.dumps(wanted, ensure_ascii=False), encoding="utf-8")
        client = NotebookClient(
            nbformat.from_dict(source.notebook),
            timeout=300,
            allow_errors=True,
            extra_arguments=["--IPKernelApp.log_level=40"],
            resources={"metadata": {"path": folder}},
        )
        client.execute(env=kernel_environment(APPRAISE_RECORD=folder))
        for i, cell in enumerate(client.nb.cells):
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    text = f"cell {i + 1} of the solution stopped: {output.ename}: {output.evalue}"
                    raise source.error(i, slug, text)
                if output.output_type == "stream" and output.name == "stderr":
                    text = f"cell {i + 1} of the solution warned: {output.text.strip()[:300]}"
                    raise source.error(i, slug, text)
        return {
            exercise: json.loads((target / f"{exercise}.json").read_text(encoding="utf-8"))
            for exercise in wanted
            if (target / f"{exercise}.json").is_file()
        }


def compile_lesson(slug: str, solutions: Path, course: Course) -> tuple[NotebookNode, dict[str, Any], Minutes]:
    """One lesson's notebook with its metadata, its key, and its minutes.

    Raises
    ------
    AuthorError
        For whatever an author can get wrong: a misconception equal to the right answer, a visible case that does not
        tell a misconception apart, a `see` without its heading, an exercise without its cells, an unknown objective, a
        notebook beside the source that was edited.
    """
    yml = solutions / slug / "exercises.yml"
    lesson = course.lesson(slug)
    source, entries = read_source(solutions / slug / f"{slug}.md"), read_entries(yml)
    nb = source.notebook
    described = exercises_in(nb, source.file, source.lines)
    for exercise in entries.keys() - described.keys():
        raise AuthorError(yml, exercise, f"has no check cell in {source.file.name}")
    for exercise in described.keys() - entries.keys():
        raise source.error(described[exercise][2], exercise, "is not described in exercises.yml")
    known = headings(nb)
    for exercise, entry in entries.items():
        if entry.see not in known:
            raise AuthorError(yml, f"{exercise}.see", f"“{entry.see}” is not a heading of the lesson")
        if entry.objective not in lesson.objectives:
            raise AuthorError(yml, f"{exercise}.objective", f"“{entry.objective}” is not an objective of the lesson")
        lists = entry.options.values() if isinstance(entry.options, dict) else [entry.options or []]
        labels = {label for options in lists for label in options}
        for label in entry.means.keys() - labels:
            raise AuthorError(yml, f"{exercise}.means", f"“{label}” is not among the options")
        for rule in entry.follows.values():
            if rule.get("by") not in RULES:
                raise AuthorError(yml, f"{exercise}.follows", f"expected a rule among {sorted(RULES)}")
    wanted = {
        exercise: {
            **entries[exercise].model_dump(mode="json"),
            "name": name,
            "title": title_above(nb, answer, exercise),
        }
        for exercise, (name, answer, _) in described.items()
    }
    write_metadata(source, slug, "", entries)
    recorded = _run_cells(source, slug, wanted)
    exercises = {e: _exercise(e, wanted[e], recorded.get(e), yml) for e in described}
    version = hashlib.sha256(json.dumps(exercises, sort_keys=True).encode()).hexdigest()[:8]
    write_metadata(source, slug, version, entries)
    return nb, {"lesson": slug, "version": version, "exercises": exercises}, minutes_of(nb, entries)


def _exercise(name: str, entry: dict[str, Any], recorded: dict[str, Any] | None, yml: Path) -> dict[str, Any]:
    """One exercise as it stands in the key: the entry, what was recorded, and the author's errors raised."""
    if recorded is None:
        raise AuthorError(yml, name, "its check cell was not reached")
    if "fault" in recorded:
        raise AuthorError(yml, name, f"expected answers and inputs that can be evaluated: {recorded['fault']}")
    ex: dict[str, Any] = {"id": name}
    for field, value in entry.items():
        if field not in {"inputs", "hidden", "misconceptions", "accept"} and value not in (None, [], {}):
            ex[field] = value
    for field in ("expected", "cases", "hidden"):
        if field in recorded:
            ex[field] = recorded[field]
    is_function = "cases" in recorded
    if entry["kind"] == "write":
        ex.pop("expected", None)
        return {**ex, **{field: value for field, value in resolve(entry, yml, name).items() if value}}
    check_reasons(Exercise.from_json(ex), yml)
    if is_function and not entry["inputs"]:
        raise AuthorError(yml, f"{name}.inputs", "expected at least one visible case for a function")
    wrong = "results" if is_function else "answer"
    ex["misconceptions"] = [
        {"id": m["id"], "remark": m["remark"], wrong: p, **({"item": m["item"]} if m["item"] else {})}
        for m, p in zip(entry["misconceptions"], recorded["misconceptions"])
    ]
    if entry["accept"]:
        ex["accept"] = [
            {"answer": p, "share": a["share"], **({"item": a["item"]} if a["item"] else {})}
            for a, p in zip(entry["accept"], recorded["accept"])
        ]
    check_exercise(Exercise.from_json(ex), yml)
    if is_function:  # only what the visible cases show leaves with the lesson
        for m in ex["misconceptions"]:
            m["results"] = m["results"][: len(ex["cases"])]
    return ex
