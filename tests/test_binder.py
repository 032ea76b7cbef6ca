"""Binder, as far as it shows without a container: what repo2docker would run, and the steps that are ours, run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Binder's machines run Linux, and so does repo2docker")


def badge() -> str:
    """The address inside the server that the badge in README.md leads to."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    (address,) = re.findall(r"https://mybinder\.org/v2/gh/[\w-]+/[\w-]+/HEAD\?urlpath=([^)\s]+)", page)
    return urllib.parse.unquote(address)


@pytest.fixture
def build(tree: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The container file that repo2docker makes of the tree."""
    app = pytest.importorskip("repo2docker.app", reason="jupyter-repo2docker is not installed").Repo2Docker()
    monkeypatch.chdir(tree)
    pack = next(pack for pack in (make(app.base_image) for make in app.buildpacks) if pack.detect())
    assert type(pack).__name__ == "CondaBuildPack"
    assert f"python={pack.python_version}" in (tree / "environment.yml").read_text(encoding="utf-8")
    pack.platform = "linux/amd64"
    return str(pack.render({}))


def test_the_build_installs_from_the_whole_tree(build: str) -> None:
    steps = ["COPY --chown=1000:1000 src/", 'env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"']
    steps += ["RUN ./postBuild", 'ENV R2D_ENTRYPOINT="${REPO_DIR}/start"', "ENTRYPOINT", "CMD"]
    places = [build.find(step) for step in steps]
    # the lock and the library must lie there before pip is run on them
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.slow
def test_the_image_is_finished_and_the_badge_opens_the_first_lesson(
    build: str, installed: tuple[Path, Path], serving: Callable[..., Any], free_port: int, tmp_path: Path
) -> None:
    tree, programs = installed
    env = {"PATH": f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin", "HOME": str(tmp_path), "REPO_DIR": str(tree)}
    done = subprocess.run([tree / "postBuild"], cwd=tree, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\d+ sources\n", done.stdout)
    assert list((tmp_path / ".cache" / "matplotlib").glob("fontlist-*.json")), "expected matplotlib's font list"

    shutil.rmtree(tree / "work", ignore_errors=True)  # another test may have started the lab there
    env["R2D_ENTRYPOINT"] = re.findall(r'ENV R2D_ENTRYPOINT="(.+)"', build)[0].replace("${REPO_DIR}", str(tree))
    env["BINDER_LAUNCH_HOST"] = "https://mybinder.org/"
    entrypoint = resources.files("repo2docker") / "buildpacks" / "repo2docker-entrypoint"
    (command,) = re.findall(r"^CMD \[(.+)\]$", build, flags=re.MULTILINE)
    words = re.findall(r'"([^"]+)"', command)
    words[words.index("0.0.0.0")] = "127.0.0.1"  # on this machine nobody else needs to reach it
    flags = [f"--port={free_port}", "--no-browser", "--ServerApp.token=t"]
    flags += ["--allow-root"] if os.geteuid() == 0 else []  # Binder's user is not root
    with serving([sys.executable, str(entrypoint), *words, *flags], cwd=tree, port=free_port, env=env) as ask:
        assert badge() == "lab/tree/work/two-hours/two-hours.ipynb"
        assert ask(f"api/contents/{badge().removeprefix('lab/tree/')}?content=0")["type"] == "notebook"
        request = urllib.request.Request(
            f"http://127.0.0.1:{free_port}/{badge()}", headers={"Authorization": "token t"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            page = answer.read().decode("utf-8")
        hidden = re.findall(r'"disabledExtensions": \[([^\]]*)\]', page)[0]
        for tab in ("assignment-list", "course-list", "create-assignment", "formgrader"):
            assert f"@jupyter/nbgrader:{tab}" in hidden
        assert "validate" not in hidden
        extensions = {extension["name"] for extension in ask("lab/api/extensions") if extension["enabled"]}
        assert "jupyter-nbgrader" in extensions  # it brings the Validate button
