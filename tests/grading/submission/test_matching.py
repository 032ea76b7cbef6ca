"""Damaged, renamed, stripped and rearranged files: the answers are found, and the rest is the release."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from appraise.grading.judging.lesson import Lesson
from appraise.grading.judging.outcome import Outcome
from appraise.grading.submission.attachments import MOST_FILE_BYTES, read_attachments
from appraise.grading.submission.notebook_choice import which_lesson
from appraise.grading.submission.reading import read_notebook
from tests.grading.judging.test_judging import FULL, points

Graded = Callable[..., Outcome]
Handed = Callable[..., Any]


def text_of(nb: Any) -> str:
    return str(nbformat.writes(nb))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\x7fELF\x00\x00\x00\xff\xfe\x90", "not text"),
        (b"[]", "a list"),
        (b"3", "single value"),
        (b"{}", "no cells"),
        (b'{"cells": 3}', "no cells"),
        (b'{"cells": [3, null]}', "None of the file's cells"),
        (b'{"cells": [{"cell_ty', "no cell of it can be read"),
        (b"not json", "no cell of it can be read"),
        (b"[" * 100_000, "no cell of it can be read"),
    ],
)
def test_unreadable_files_say_why(data: bytes, why: str) -> None:
    assert why in (read_notebook(data).unreadable or "")


def test_a_zip_is_named() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("x.ipynb", "{}")
    assert "zip" in (read_notebook(archive.getvalue()).unreadable or "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings_are_graded(graded: Graded, submission: Handed, encoding: str) -> None:
    assert points(graded(text_of(submission()).encode(encoding))) == FULL


def test_windows_line_ends_are_graded(graded: Graded, submission: Handed) -> None:
    nb = submission()
    for cell in nb.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    assert points(graded(nb)) == FULL


def test_a_truncated_file_keeps_its_whole_cells(graded: Graded, submission: Handed) -> None:
    text = text_of(submission())
    cut = text[: text.index("mean_of")]
    outcome = graded(cut.encode())
    kept = {"n-in-each-arm", "which-design", "follow-the-figure"}
    # nobody knows what was in the rest
    assert points(outcome) == {n: FULL[n] if n in kept else None for n in FULL}
    assert {i.status for n, i in outcome.items.items() if n not in kept} == {"unreadable"}
    assert outcome.status == "needs a person"
    assert any("breaks off" in n for n in read_notebook(cut.encode()).notes)


def test_old_formats_and_wrong_numbers(graded: Graded, submission: Handed) -> None:
    nb = json.loads(text_of(submission()))
    nb["nbformat"] = 99
    assert points(graded(json.dumps(nb).encode())) == FULL
    old = nbformat.convert(submission(), 3)
    assert points(graded(json.dumps(old).encode())) == FULL


def _without(nb: Any, *what: str) -> Any:
    for cell in nb.cells:
        if "grade id" in what:
            cell.metadata = nbformat.NotebookNode()
        if "cell id" in what:
            cell.pop("id", None)
    return nb


@pytest.mark.parametrize("lost", [("grade id",), ("cell id",), ("grade id", "cell id")])
def test_lost_ids(graded: Graded, submission: Handed, lost: tuple[str, ...]) -> None:
    data = json.dumps(_without(submission(), *lost)).encode()
    outcome = graded(data)
    assert points(outcome) == FULL
    assert bool(outcome.notes) == ("grade id" in lost)


def test_all_cells_with_one_grade_id(graded: Graded, submission: Handed) -> None:
    nb = submission()
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.grade_id = "n-in-each-arm-answer"
    outcome = graded(json.dumps(nb).encode())
    assert points(outcome) == FULL
    assert any("Several cells" in n for n in outcome.notes)


def test_cells_in_another_order_and_all_ids_the_same(graded: Graded, submission: Handed) -> None:
    nb = submission()
    nb.cells = nb.cells[::-1]
    assert points(graded(json.dumps(nb).encode())) == FULL
    nb = submission()
    for cell in nb.cells:
        cell.id = "same"
    assert points(graded(json.dumps(nb).encode())) == FULL


def test_deleted_checks_come_back_and_deleted_answers_are_missing(graded: Graded, submission: Handed) -> None:
    nb = submission()
    nb.cells = [c for c in nb.cells if not c.source.startswith("check(")]
    assert points(graded(nb)) == FULL
    nb.cells = [c for c in nb.cells if not c.source.startswith("design =")]
    outcome = graded(nb)
    assert points(outcome) == {**FULL, "which-design": 0.0}
    assert outcome.items["which-design"].status == "missing"


def test_changed_checks_points_types_and_tags_do_not_matter(graded: Graded, submission: Handed) -> None:
    nb = submission({"which-design": "design = 'case report'"})
    for cell in nb.cells:
        cell.metadata.tags = ["skip-execution"]
        if cell.source.startswith("check("):
            cell.source = "assert True"
            cell.cell_type = "raw"
            cell.pop("outputs", None), cell.pop("execution_count", None)
            cell.metadata.get("nbgrader", {})["points"] = 200
            cell.metadata.get("nbgrader", {})["solution"] = True
    nb.metadata.kernelspec = {"name": "bash", "display_name": "x"}
    outcome = graded(json.dumps(nb).encode())
    assert points(outcome) == {**FULL, "which-design": 0.0}


def test_an_answer_cell_of_another_type_is_restored(graded: Graded, submission: Handed) -> None:
    nb = submission()
    for cell in nb.cells:
        if cell.source.startswith("design ="):
            cell.cell_type = "markdown"
    outcome = graded(json.dumps(nb).encode())
    assert points(outcome) == FULL
    assert any("type was restored" in n for n in outcome.notes)


def test_a_repeated_answer_cell_gives_the_one_that_was_worked_on(
    graded: Graded, submission: Handed, lesson: Lesson
) -> None:
    nb = submission()
    stub = next(c for c in lesson.release.cells if c.source.startswith("design ="))
    nb.cells.insert(2, nbformat.from_dict({**stub, "id": "another"}))
    outcome = graded(json.dumps(nb).encode())
    assert points(outcome) == FULL
    assert any("Several cells" in n for n in outcome.notes)


def test_added_cells_are_noted(graded: Graded, submission: Handed) -> None:
    nb = submission()
    nb.cells.insert(3, nbformat.v4.new_code_cell("arm_n = 1"))
    outcome = graded(nb)
    assert points(outcome) == FULL
    assert any("added to the lesson" in n for n in outcome.notes)


def test_the_lesson_is_known_by_its_identity(submission: Handed, lesson: Lesson) -> None:
    ids = {"90-fixture": {"n-in-each-arm-answer"}, "04-other": {"x-answer"}}
    nb = submission()
    assert which_lesson(read_notebook(text_of(nb).encode()), ids) == "90-fixture"
    nb.metadata = nbformat.NotebookNode()
    found = read_notebook(text_of(nb).encode())
    assert (found.lesson, found.version) == ("90-fixture", None)  # lessons name their version in the metadata alone
    nb.cells[1].source = f'lesson("90-fixture", "{lesson.version}")'  # as lessons of the first version did
    found = read_notebook(text_of(nb).encode())
    assert (found.lesson, found.version) == ("90-fixture", lesson.version)
    del nb.cells[1]
    assert which_lesson(read_notebook(text_of(nb).encode()), ids) == "90-fixture"
    assert which_lesson(read_notebook(text_of(_without(nb, "grade id")).encode()), ids) is None


def test_files_beside_follow_no_link_and_shadow_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    folder = tmp_path / "submission-in"
    (folder / "numpy").mkdir(parents=True)
    (folder / "numpy" / "__init__.py").write_text("", encoding="utf-8")
    (folder / "math.py").write_text("", encoding="utf-8")
    (folder / "math.csv").write_text("1", encoding="utf-8")
    (folder / "notes").mkdir()
    (folder / "notes" / "a.txt").write_text("a", encoding="utf-8")
    (folder / "big.bin").write_bytes(b"x" * (MOST_FILE_BYTES + 1))
    (folder / "link.txt").symlink_to(secret)
    (folder / "links").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    files, notes = read_attachments(folder)
    assert {f.name for f in files} == {"math.csv", "notes/a.txt"}
    assert len(notes) == 6
