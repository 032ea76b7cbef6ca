"""The environment: one lock, and three files that agree with it; what conda and Binder install, installed."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.conftest import ROOT, plain_environment

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
SIX = ["jupyterlab", "nbgrader", "pandas", "matplotlib", "ipywidgets", "pytest"]
CONDA_PIP: list[str] = next(part["pip"] for part in CONDA["dependencies"] if isinstance(part, dict))


def locked() -> dict[str, str]:
    """The lock's versions that hold on this machine, by package."""
    lines = [Requirement(line) for line in LOCK.splitlines()]
    here = [line for line in lines if line.marker is None or line.marker.evaluate()]
    names = [canonicalize_name(line.name) for line in here]
    assert len(names) == len(set(names)), "expected each package once"
    return {name: str(line.specifier).removeprefix("==") for name, line in zip(names, here, strict=True)}


def asked() -> list[Requirement]:
    """What pyproject.toml asks for, all extras included."""
    lists = [PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"].values()]
    return [Requirement(line) for lines in lists for line in lines]


def closure(wanted: list[Requirement]) -> set[str]:
    """The packages that the wanted ones need here, themselves included, by what the installed packages declare."""
    seen: set[tuple[str, str]] = set()
    left: list[tuple[Requirement, str]] = [(each, "") for each in wanted]
    while left:
        each, of_extra = left.pop()
        if each.marker is not None and not each.marker.evaluate({"extra": of_extra}):
            continue
        name = canonicalize_name(each.name)
        for extra in ("", *each.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                left += [(Requirement(line), extra) for line in metadata.requires(name) or []]
    return {name for name, _ in seen}


# ── The three files agree ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_lock_names_exact_versions_and_no_address() -> None:
    for line in LOCK.splitlines():
        assert re.fullmatch(r"[a-z0-9.-]+==[0-9][0-9A-Za-z.+!]*( ; [^@:]+)?", line), f"requirements.txt: {line}"


def test_the_lock_is_what_pyproject_needs_and_nothing_else() -> None:
    assert closure(asked()) == set(locked())


def test_the_lock_satisfies_pyproject() -> None:
    for each in asked():
        version = locked()[canonicalize_name(each.name)]
        assert each.specifier.contains(version, prereleases=True), f"{each}: the lock has {version}"


def test_this_environment_is_the_locked_one() -> None:
    off = {name: version for name, version in locked().items() if metadata.version(name) != version}
    assert not off, f"expected the lock's versions, run make env: {off}"


def test_environment_yml_names_the_six_as_locked() -> None:
    assert [*(f"{name}=={locked()[name]}" for name in SIX), "-c requirements.txt", "-e ."] == CONDA_PIP
    assert {canonicalize_name(each.name) for each in asked()} >= set(SIX)


def test_environment_yml_has_a_python_that_the_library_takes() -> None:
    python, pip, _ = CONDA["dependencies"]
    assert pip == "pip"
    # Binder reads this as a prefix: a version with >= would be taken for another one
    assert re.fullmatch(r"python=3\.\d+", python)
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(python.removeprefix("python=") + ".0")


def test_the_build_backend_is_pinned() -> None:
    (backend,) = PROJECT["build-system"]["requires"]
    assert re.fullmatch(r"flit_core==[\d.]+", backend)


def test_the_lock_is_what_its_command_makes(tree: Path) -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^uv pip compile .+$", page, flags=re.MULTILINE)
    uv = Path(sys.executable).with_name("uv")
    done = subprocess.run([uv, *shlex.split(command)[1:]], cwd=tree, capture_output=True, text=True)
    if "error sending request" in done.stderr or "Could not connect" in done.stderr:
        pytest.skip("no package registry is reached from here")
    assert done.returncode == 0, done.stderr
    assert (tree / "requirements.txt").read_text(encoding="utf-8") == LOCK


# ── What conda and Binder do ────────────────────────────────────────────────────────────────────────────────────────


def lesson_imports() -> Iterator[str]:
    """The modules that the lessons import."""
    for path in sorted((ROOT / "lessons").glob("*/*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            for node in ast.walk(ast.parse("".join(cell["source"]))):
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    yield node.module


@pytest.mark.slow
def test_the_pip_section_makes_a_learners_machine(
    installed: tuple[Path, Path], serving: Callable[..., Any], free_port: int
) -> None:
    tree, programs = installed
    env = plain_environment()

    def run(*arguments: str) -> str:
        done = subprocess.run([programs / "python", *arguments], cwd=tree, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("-m", "pip", "check")
    listed = json.loads(run("-m", "pip", "list", "--format=json"))
    there = {canonicalize_name(each["name"]): each["version"] for each in listed}
    lock, free = locked(), {"appraise", "pip", "setuptools"}
    off = {name: got for name, got in there.items() if name not in free and got != lock.get(name)}
    assert not off, f"expected the lock's versions: {off}"
    assert set(SIX) <= set(there)
    # what a lesson imports is there without the extras of graders and testers
    modules = sorted({"appraise", *lesson_imports()})
    run("-c", f"import importlib; [importlib.import_module(name) for name in {modules}]")
    command = [
        str(programs / "python"),
        "-m",
        "appraise",
        "lab",
        "--no-browser",
        f"--port={free_port}",
        "--ServerApp.token=t",
    ]
    with serving(command, cwd=tree, port=free_port, env=env) as ask:
        lessons = {path.parent.name for path in (tree / "lessons").glob("*/*.ipynb")}
        assert {entry["name"] for entry in ask("api/contents/work")["content"]} == lessons
