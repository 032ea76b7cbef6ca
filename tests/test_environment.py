"""The environment: one lock, and three files that agree with it; what conda and Binder install, installed."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from appraise.__main__ import TARGETS
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


def asked_by(lines: list[str]) -> list[Requirement]:
    """What lines of pyproject.toml ask for."""
    return [Requirement(line) for line in lines]


def asked() -> list[Requirement]:
    """What pyproject.toml asks for, all extras included."""
    lists = [PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"].values()]
    return [each for lines in lists for each in asked_by(lines)]


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
    assert not off, f"expected the lock's versions, run make env-dev: {off}"


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


# ── The three sizes ─────────────────────────────────────────────────────────────────────────────────────────────────

SCRIPT = ROOT / ".ci" / "environment.py"
spec = importlib.util.spec_from_file_location("environment", SCRIPT)
assert spec
assert spec.loader
environment = importlib.util.module_from_spec(spec)
spec.loader.exec_module(environment)


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, list[str]]:
    """A folder for an environment, and the sizes that were installed into it; the installing itself is left out."""
    sources = [tmp_path / "requirements.txt", tmp_path / "pyproject.toml"]
    for source in sources:
        source.write_text("", encoding="utf-8")
        os.utime(source, (1, 1))
    sizes: list[str] = []
    monkeypatch.setattr(environment, "SOURCES", sources)
    monkeypatch.setattr(environment, "install", lambda folder, size: sizes.append(size))
    make = venv.EnvBuilder  # without pip, which takes seconds to unpack
    monkeypatch.setattr(venv, "EnvBuilder", lambda **options: make(**(options | {"with_pip": False})))
    return tmp_path / "env", sizes


def stamps(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("built*")}


def test_a_larger_environment_satisfies_the_smaller_targets(builds: tuple[Path, list[str]]) -> None:
    folder, sizes = builds
    environment.build(folder, "teach")
    assert (stamps(folder), sizes) == ({"built", "built-teach"}, ["teach"])
    kept = folder / "kept"
    kept.touch()
    environment.build(folder, "dev")
    assert (stamps(folder), sizes) == ({"built", "built-teach", "built-dev"}, ["teach", "dev"])
    assert kept.exists(), "what stood there was to be added to"


def test_a_changed_lock_builds_again_in_the_larger_size(builds: tuple[Path, list[str]]) -> None:
    folder, sizes = builds
    environment.build(folder, "teach")
    (folder / "old").touch()
    os.utime(folder.parent / "requirements.txt")
    for stamp in folder.glob("built*"):
        os.utime(stamp, (2, 2))
    environment.build(folder, "learner")
    assert (stamps(folder), sizes) == ({"built", "built-teach"}, ["teach", "teach"])
    assert not (folder / "old").exists()


def test_a_link_is_replaced_and_not_emptied(builds: tuple[Path, list[str]], tmp_path: Path) -> None:
    folder, _ = builds
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "kept").touch()
    folder.symlink_to(tmp_path / "other")
    environment.build(folder, "learner")
    assert (tmp_path / "other" / "kept").exists()
    assert not folder.is_symlink()


def test_a_failed_installation_leaves_no_sign_of_success(
    builds: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = builds

    def fail(*_: object) -> None:
        raise subprocess.CalledProcessError(2, ["uv", "pip", "install"])

    monkeypatch.setattr(environment, "install", fail)
    monkeypatch.setattr(sys, "argv", ["environment.py", str(folder), "learner"])
    assert environment.main() == 1
    assert stamps(folder) == set()
    assert "`uv pip install` failed" in capsys.readouterr().err


def test_pips_index_is_uvs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example/index")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    assert environment.settings_of_pip(Path(sys.executable))["UV_DEFAULT_INDEX"] == "https://packages.example/index"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/index")
    assert environment.settings_of_pip(Path(sys.executable))["UV_DEFAULT_INDEX"] == "https://other.example/index"


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


IMPORT_ALL = """
import importlib, json, pkgutil, appraise
lost = {}
for module in pkgutil.walk_packages(appraise.__path__, "appraise."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        lost[module.name] = error.name.partition(".")[0]
print(json.dumps(lost))
"""


def test_what_a_learner_lacks_is_named_with_its_target(installed: tuple[Path, Path]) -> None:
    tree, programs = installed
    done = subprocess.run(
        [programs / "python", "-c", IMPORT_ALL], cwd=tree, env=plain_environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lost = json.loads(done.stdout)
    assert lost, "expected grading to need more than a learner has"
    assert set(lost.values()) <= set(TARGETS), f"appraise/__main__.py: no target for a part of {lost}"
    graded = subprocess.run(
        [programs / "appraise", "grade", "00-start-here"],
        cwd=tree,
        env=plain_environment(),
        capture_output=True,
        text=True,
    )
    assert (graded.returncode, graded.stdout) == (1, "")
    assert re.fullmatch(r"appraise grade: the package \w+ is not installed: run `make env-teach`\n", graded.stderr)


def test_each_target_brings_the_packages_that_it_is_named_for() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    brought = {
        "env-teach": closure(asked_by(extras["teach"])),
        "env-dev": closure(asked_by(extras["teach"] + extras["dev"])),
    }
    learners = closure(asked_by(PROJECT["project"]["dependencies"]))
    for module, target in TARGETS.items():
        assert canonicalize_name(module) in brought[target] - learners, f"{module}: make {target} does not bring it"


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
    # what a lesson imports is there without what graders and testers need
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
