"""A copy of another version than the library's: its opening, the report and the lab say so, and a copy that fits is quiet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from appraise import lesson
from appraise.exercises.packs import load_packs
from appraise.learner.lab import other_versions, print_copied
from appraise.learner.report import lesson_report, with_version_note
from appraise.learner.versions import version_of
from appraise.markup import HtmlPage, element

SLUG, OTHER = "04-the-numbers", "00000000"
OURS = load_packs()[SLUG]["version"]


def copy(work: Path, version: Any, slug: str = SLUG) -> Path:
    file = work / slug / f"{slug}.ipynb"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"cells": [], "metadata": {"appraise": {"lesson": slug, "version": version}}}), "utf-8")
    return file


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("APPRAISE_WORK", str(tmp_path))
    return tmp_path


@pytest.fixture
def in_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appraise.learner.opening.is_live", lambda: True)
    monkeypatch.setattr("appraise.learner.not_run_yet.explain_name_errors", lambda shell: None)  # it needs a shell


@pytest.mark.usefixtures("in_a_kernel")
@pytest.mark.parametrize(("version", "told"), [(OURS, False), (OTHER, True), (None, False)])
def test_the_opening_reads_the_version_of_the_open_notebook(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], version: Any, told: bool
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", str(copy(work, version)))
    lesson(SLUG)
    assert ("newer or older" in capsys.readouterr().out) == told


@pytest.mark.usefixtures("in_a_kernel")
def test_a_copy_in_use_names_its_version_in_the_call(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", str(copy(work, OURS)))
    lesson(SLUG, OTHER)
    assert "newer or older" in capsys.readouterr().out
    lesson(SLUG, OURS)
    assert "newer or older" not in capsys.readouterr().out


def test_the_report_compares_the_learners_copy(work: Path) -> None:
    copy(work, OURS)
    assert "newer or older" not in lesson_report(SLUG).text
    copy(work, OTHER)
    report = lesson_report(SLUG)
    assert report.text.endswith("start the course again for a fresh copy.")
    assert "<p>This copy of lesson 04-the-numbers is newer or older" in report.html
    assert "<table" in report.html


def test_a_report_keeps_its_markup_with_the_note_under_it() -> None:
    page = with_version_note(HtmlPage(element("p", "a < b"), "a < b"), SLUG, OTHER)
    assert page.html.startswith("<p>a &lt; b</p><p>This copy")


def test_the_report_compares_the_open_notebook_first(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy(work, OURS)
    monkeypatch.setenv("JPY_SESSION_NAME", str(copy(work / "elsewhere", OTHER)))
    assert "newer or older" in lesson_report(SLUG).text
    monkeypatch.setenv("JPY_SESSION_NAME", str(copy(work / "elsewhere", OTHER, "05-compared-with-what")))
    assert "newer or older" not in lesson_report(SLUG).text


def test_the_lab_lists_the_copies_that_do_not_fit(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy(work, OURS)
    assert other_versions() == []
    print_copied([])
    assert "Newer or older" not in capsys.readouterr().out
    other = copy(work, OTHER, "05-compared-with-what")
    assert other_versions() == [other]
    print_copied([])
    assert "may not fit: 05-compared-with-what.ipynb. Your answers are safe" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"metadata": {"appraise": 3}}', '{"metadata": {"appraise": {}}}'])
def test_what_tells_no_version_has_none(tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.ipynb"
    file.write_text(content, encoding="utf-8")
    assert version_of(file, SLUG) is None
    assert version_of(tmp_path / "gone.ipynb", SLUG) is None
    assert version_of(copy(tmp_path, 7), SLUG) is None
