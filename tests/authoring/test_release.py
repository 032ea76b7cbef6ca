"""What learners get holds no answer: neither the released lessons nor an exchange, whatever lies in `solutions/`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from appraise.files import ROOT
from tests.lesson_text import write_lesson

SLUGS = sorted(folder.name for folder in (ROOT / "lessons").iterdir() if folder.is_dir())
LESSONS = [slug for slug in SLUGS if (ROOT / "solutions" / slug).is_dir()]
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)\n[ \t]*### END SOLUTION", re.DOTALL)


def solved(slug: str) -> Any:
    return nbformat.read(ROOT / "solutions" / slug / f"{slug}.ipynb", as_version=4)


def answers_in(folder: Path, slug: str) -> list[str]:
    """The files of a released folder that are not the notebook, and the answers that stand in one of its files."""
    sources = [slug] if (ROOT / "solutions" / slug).is_dir() else LESSONS  # a route takes from the lessons
    solutions = [t.strip() for one in sources for cell in solved(one).cells for t in SOLUTION.findall(cell.source)]
    assert solutions, f"{slug}: expected answers between marks"
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    found = [file.name for file in files if file.name != f"{slug}.ipynb"]
    for file in files:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".ipynb":
            text = "\n".join(cell.source for cell in nbformat.reads(text, as_version=4).cells)
        found += [answer for answer in ["### BEGIN SOLUTION", *solutions] if answer in text]
    return found


@pytest.mark.parametrize("slug", SLUGS)
def test_a_released_lesson_holds_no_answer(slug: str) -> None:
    assert answers_in(ROOT / "lessons" / slug, slug) == []


def test_an_answer_would_be_found(tmp_path: Path) -> None:
    slug = SLUGS[0]
    (tmp_path / slug).mkdir()
    write_lesson(solved(slug), tmp_path / slug)
    assert answers_in(tmp_path / slug, slug)[:2] == [f"{slug}.md", "### BEGIN SOLUTION"]


@pytest.mark.slow
def test_an_exchange_holds_the_lesson_and_no_answer(tree: Path, tmp_path: Path) -> None:
    """Plain nbgrader, from the source folder as authors have it, to where students fetch."""
    slug, exchange = SLUGS[0], tmp_path / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    with (tree / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f"\nc.Exchange.root = {str(exchange)!r}\n")
    write_lesson(solved(slug), tree / "solutions" / slug)
    shutil.rmtree(tree / "lessons" / slug)
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
    }
    for command in (["generate_assignment", slug, "--force"], ["release_assignment", slug]):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command], cwd=tree, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    (released,) = exchange.rglob(f"{slug}.ipynb")
    assert answers_in(tree / "lessons" / slug, slug) == []
    assert answers_in(released.parent, slug) == []
    assert not list(exchange.rglob("*.md"))
