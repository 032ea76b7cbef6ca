"""The house: every file in its place, nothing personal in it, links that lead somewhere, commands that run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from appraise.authoring.entries import Entry
from tests.conftest import ROOT, allows, tree_files

FILES = tree_files()
COURSE = yaml.safe_load((ROOT / "course.yml").read_text(encoding="utf-8"))
SLUGS = [lesson["slug"] for lesson in COURSE["lessons"]]
# a lesson's source names headings as its notebook does, which is looked at in its place
PAGES = [path for path in FILES if path.suffix == ".ipynb" or (path.suffix == ".md" and path.parts[0] != "solutions")]


def read(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def run(*command: Path | str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True)


# ── Every file in its place ─────────────────────────────────────────────────────────────────────────────────────────

PLACES = [
    r"(README|CONTRIBUTING|INSTRUCTORS|ARCHITECTURE|CHANGELOG|SECURITY)\.md|LICENSE|LICENSE-CONTENT|CITATION\.cff",
    r"Makefile|pyproject\.toml|requirements\.txt|environment\.yml|postBuild|start|\.ci/(run|environment\.py)",
    r"\.(gitattributes|gitignore|editorconfig)|\.pre-commit-config\.yaml",
    r"\.github/(workflows/ci|ISSUE_TEMPLATE/[a-z-]+)\.yml",
    r"course\.yml|nbgrader_config\.py",
    r"seeds/(frame|documents|outside|statements|\d-[a-z0-9-]+)\.yml",
    r"solutions/jupytext\.toml",
    r"solutions/(?P<slug>\d\d-[a-z0-9-]+)/((?P=slug)\.(md|ipynb)|exercises\.yml|key\.json)",
    r"lessons/(?P<slug>\d\d-[a-z0-9-]+|two-hours)/(?P=slug)\.ipynb",
    r"assets/.+",
    r"appraise/(\w+\.py|py\.typed|packs/\d\d-[a-z0-9-]+\.pack)",
    r"appraise/(sources|methods|figures|exercises|authoring|learner|cases)/\w+\.(py|yml)",
    r"appraise/widgets/\w+\.(py|js|css)",
    r"appraise/workbench/(\w+\.(py|yml)|templates/[\w.]+)",
    r"appraise/grading/(\w+/)?\w+\.(py|yml|html|css|md)",
    r"tests/(\w+\.py|allowed-skips\.txt|mutants\.yml|answers/[a-z0-9-]+\.yml)",
    r"tests/(authoring|bench|browser|cases|compat|exercises|figures|grading|hostile|learner|lessons|methods|sources|widgets|workbench)/.+",
]


def test_every_file_has_its_place() -> None:
    lost = [p.as_posix() for p in FILES if not any(re.fullmatch(place, p.as_posix()) for place in PLACES)]
    assert not lost, f"no place in the house for {', '.join(lost)}"


@pytest.mark.parametrize("folder", ["solutions", "lessons", "appraise/packs", "tests/answers"])
def test_every_lesson_is_in_the_manifest(folder: str) -> None:
    there = {path.relative_to(folder).parts[0].split(".")[0] for path in FILES if path.is_relative_to(folder)}
    # the exceptions for all lessons: of the answer bank, how sources are saved, and notebooks of routes
    there -= {"remarks", "jupytext", *COURSE["routes"]}
    assert there <= set(SLUGS), f"{folder}: not in course.yml: {sorted(there - set(SLUGS))}"


def test_scripts_can_be_run() -> None:
    for name in (".ci/run", "postBuild", "start"):
        assert os.access(ROOT / name, os.X_OK), f"{name}: expected to be executable"
        assert run("bash", "-n", name).returncode == 0


# ── Nothing personal, nothing of one machine ────────────────────────────────────────────────────────────────────────

PERSONAL = re.compile(
    r"^(work|grading|\.venv)/|(^|/)(\.ipynb_checkpoints|__pycache__|\.progress|\.env)(/|$)|\.(db|sqlite3?|log|pyc|part|new)$"
)
# written in pieces, so that this file does not hold what it looks for
UNWANTED = {
    "a path of one machine": r"(?<![A-Za-z0-9_.}])/" r"(root|work|farm)/\w" r"|/(home|Users)/" r"(?!jovyan)[a-z]\w*/",
    "the address of a package registry": r"pypi\." r"org/simple|files\.python" r"hosted|registry\.npm" r"js",
    "work left undone": r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b",
}


@pytest.mark.parametrize("path", ["work/00/x.ipynb", "grading/gradebook.db", "lessons/x/.ipynb_checkpoints/x.ipynb"])
def test_personal_files_are_recognised(path: str) -> None:
    assert PERSONAL.search(path)


def test_nothing_personal_is_in_the_tree() -> None:
    assert [path.as_posix() for path in FILES if PERSONAL.search(path.as_posix())] == []


def test_no_text_holds_what_does_not_belong() -> None:
    found = [
        f"{path.as_posix()}:{number}: {what}"
        for path in FILES
        if path.suffix != ".png"
        for number, line in enumerate(read(path).splitlines(), start=1)
        for what, pattern in UNWANTED.items()
        if re.search(pattern, line)
    ]
    assert found == []


def test_texts_end_their_lines_alike() -> None:
    assert [p.as_posix() for p in FILES if p.suffix != ".png" and b"\r" in (ROOT / p).read_bytes()] == []


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".ipynb" and p.parts[0] != "tests"], ids=str)
def test_notebooks_are_kept_clean(path: Path) -> None:
    notebook = json.loads(read(path))
    for cell in notebook["cells"]:
        assert not cell.get("outputs"), f"{path}: expected no outputs, {cell.get('id')} has some"
        assert cell.get("execution_count") is None
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"


# ── Links inside the project ────────────────────────────────────────────────────────────────────────────────────────


def tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        yield token
        yield from token.children or []


def links(text: str) -> Iterator[str]:
    """Where a Markdown text points to: links, pictures, and those of the HTML in it."""
    for token in tokens(text):
        for name in ("href", "src"):
            if name in token.attrs:
                yield str(token.attrs[name])
        if token.type in ("html_inline", "html_block"):
            yield from re.findall(r"""(?:href|src)=["']([^"']+)""", token.content)


def anchors(texts: list[str], *, notebook: bool) -> set[str]:
    """The names of the headings, as JupyterLab makes them in notebooks and as forges make them in pages."""
    heads = re.findall(r"^#+ +(.+?) *$", "\n".join(texts), flags=re.MULTILINE)
    if notebook:
        return {head.replace(" ", "-") for head in heads}
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def markdown_of(path: Path) -> list[str]:
    if path.suffix == ".md":
        return [path.read_text(encoding="utf-8")]
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]


def broken(page: Path) -> list[str]:
    """The links of a page that lead nowhere inside the project."""
    lost = []
    for link in (link for text in markdown_of(page) for link in links(text)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        folder = ROOT / "lessons" / page.stem if "routes" in page.parts else page.parent  # where a route is read
        target = folder / name if name else page
        if not target.exists() or (
            anchor
            and target.suffix in (".md", ".ipynb")
            and anchor not in anchors(markdown_of(target), notebook=target.suffix == ".ipynb")
        ):
            lost.append(link)
    return lost


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    assert broken(ROOT / path) == []


def test_broken_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# What can happen?\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(
        "[](there.md#what-can-happen) [](gone.md) ![](gone.png) [](there.md#no) <img src='lost.png'>\n\n[](#gone)\n",
        encoding="utf-8",
    )
    assert broken(page) == ["gone.md", "gone.png", "there.md#no", "lost.png", "#gone"]


# ── README ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_readme_has_the_table_of_lessons() -> None:
    found = re.search(r"<!-- lessons -->\n(.+?)<!-- /lessons -->", read("README.md"), flags=re.DOTALL)
    assert found, "README.md: expected the marks <!-- lessons --> and <!-- /lessons -->"
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in found[1].strip().splitlines()[2:]]
    assert len(rows) == len(SLUGS)
    for (title, question, minutes, extras), lesson in zip(rows, COURSE["lessons"], strict=True):
        slug = lesson["slug"]
        notebook = f"lessons/{slug}/{slug}.ipynb"
        named = f"{slug[:2]} · {lesson['title']}"
        assert title == (f"[{named}]({notebook})" if (ROOT / notebook).is_file() else named)
        assert (question, minutes) == (lesson["question"], str(lesson["minutes"]))
        assert extras == str(lesson["extra_minutes"] or "")


def test_the_owner_is_the_same_everywhere() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    citation = yaml.safe_load(read("CITATION.cff"))
    assert citation["repository-code"] == project["urls"]["repository"]
    assert citation["version"] == project["version"]
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in project["authors"]]
    ours = project["urls"]["repository"].removeprefix("https://github.com/")
    for page in (path for path in PAGES if path.suffix == ".md"):
        for named in re.findall(r"(?:mybinder\.org/v2/gh|github\.com)/([\w-]+/[\w-]+)(?:\.git|/HEAD)", read(page)):
            assert named == ours, f"{page}: expected {ours}"


def test_the_binder_badge_opens_the_first_lesson() -> None:
    opened = re.findall(r"https://mybinder\.org/v2/gh/\S+?/HEAD\?urlpath=lab/tree/([^)\s]+)", read("README.md"))
    first = next(iter(COURSE["routes"]))
    assert set(opened) == {f"work/{first}/{first}.ipynb"}
    assert (ROOT / opened[0].replace("work/", "lessons/", 1)).is_file()


def test_the_workflow_runs_the_gate_on_every_promised_python() -> None:
    promised = re.findall(r"Programming Language :: Python :: (3\.\d+)", read("pyproject.toml"))
    job = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]["gate"]
    assert job["strategy"]["matrix"]["python"] == promised
    assert job["steps"][-1] == {"run": ".ci/run"}


def test_the_version_is_printed_and_has_its_place_in_the_changelog() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert run(sys.executable, "-m", "appraise", "--version").stdout == f"appraise {version}\n"
    assert re.findall(r"^## \[(.+?)\]", read("CHANGELOG.md"), flags=re.MULTILINE)[:2] == ["Unreleased", version]


def commands(page: str) -> list[str]:
    """The lines of a page's fenced shell blocks."""
    blocks = [t.content for t in tokens(read(page)) if t.type == "fence" and t.info.strip() == "sh"]
    return [line for block in blocks for line in block.splitlines() if line.strip() and not line.startswith("#")]


def test_every_command_of_the_readme_is_run() -> None:
    repository = tomllib.loads(read("pyproject.toml"))["project"]["urls"]["repository"]
    name = yaml.safe_load(read("environment.yml"))["name"]
    run_by = {
        f"git clone {repository}.git": "CI, which runs in a clone",
        "cd course": "CI",
        "make lab": "test_make_lab_serves_the_lessons",
        "make test": "CI, which is this run",
        "conda env create -f environment.yml": "test_environment: its pip section in a new environment",
        f"conda activate {name}": "test_environment: the new environment's own Python",
        "python -m appraise lab": "test_environment: in the new environment",
    }
    assert repository.endswith("/course")
    assert set(commands("README.md")) == set(run_by)


# ── Commands ────────────────────────────────────────────────────────────────────────────────────────────────────────

MAKE = [
    "make",
    *(f"--assume-old=.venv/{name}" for name in ("built", "built-teach", "built-dev")),
]  # the environment as it is: a test does not build it again


@pytest.fixture
def with_environment(tree: Path) -> Path:
    """A copy of the project that uses the environment of this test run."""
    (tree / ".venv").symlink_to(sys.prefix)
    return tree


def test_make_lab_serves_the_lessons(with_environment: Path, serving: Callable[..., Any], free_port: int) -> None:
    flags = f"LAB_ARGS=--no-browser --port={free_port} --ServerApp.token=t"
    with serving([*MAKE, "lab", flags], cwd=with_environment, port=free_port) as ask:
        for slug in (slug for slug in SLUGS if (ROOT / "lessons" / slug).is_dir()):
            notebook = ask(f"api/contents/work/{slug}/{slug}.ipynb")["content"]
            assert notebook["metadata"]["appraise"]["lesson"] == slug
    assert (with_environment / "work" / SLUGS[0]).is_dir()


@pytest.mark.parametrize(("role", "flag"), [("learner", False), ("instructor", True)])
def test_make_lab_passes_role_and_flags_on(role: str, flag: bool) -> None:
    shown = run(*MAKE, "-n", "lab", f"ROLE={role}", "LAB_ARGS=--port=8891").stdout
    assert "python -m appraise lab" in shown
    assert "--port=8891" in shown
    assert ("--instructor" in shown) == flag


def test_make_test_runs_all_four_tools() -> None:
    shown = run(*MAKE, "-n", "test").stdout
    for tool in ("ruff check .", "ruff format --check .", "mypy", "pytest"):
        assert tool in shown


def test_make_format_changes_no_notebook(with_environment: Path) -> None:
    notebook = with_environment / "solutions" / "04-the-numbers" / "04-the-numbers.ipynb"
    text = notebook.read_text(encoding="utf-8").replace("import pandas as pd", "import   pandas as pd")
    notebook.write_text(text, encoding="utf-8")
    script = with_environment / "appraise" / "files.py"
    kept, script_kept = notebook.read_bytes(), script.read_bytes()
    assert b"import   pandas" in kept
    script.write_bytes(script_kept + b"x  =  1\n")
    assert run(*MAKE, "format", cwd=with_environment).returncode == 0
    assert notebook.read_bytes() == kept
    assert script.read_bytes() == script_kept + b"\n\nx = 1\n"


@pytest.mark.parametrize(
    ("pretend", "told"),
    [
        ("import sys; sys.modules['ensurepip'] = None", f"apt-get install python3.{sys.version_info.minor}-venv"),
        ("import sys; sys.version_info = (3, 9, 2)", "Python 3.11 or newer is needed, and this is 3.9"),
    ],
)
def test_make_env_says_what_is_missing(tree: Path, tmp_path: Path, pretend: str, told: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(pretend, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = run("make", "env", f"PYTHON={sys.executable}", cwd=tree, env=env)
    assert done.returncode == 2
    assert told in done.stderr
    assert not (tree / ".venv").exists()


def test_binder_starts_with_the_learners_copy(with_environment: Path, tmp_path: Path) -> None:
    course = with_environment
    env = {key: value for key, value in os.environ.items() if not key.startswith(("APPRAISE_", "JUPYTER_"))}
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
    built = run(course / "postBuild", cwd=course, env=env)
    assert built.returncode == 0, built.stderr
    started = run(course / "start", "printenv", "JUPYTER_CONFIG_PATH", "APPRAISE_WORK", cwd=tmp_path, env=env)
    assert started.returncode == 0, started.stderr
    assert started.stdout.splitlines()[-2:] == [str(course / "assets" / "jupyter"), str(course / "work")]
    assert {path.name for path in (course / "work").iterdir()} == {path.name for path in (course / "lessons").iterdir()}


def test_the_exercise_in_contributing_is_one() -> None:
    blocks = [t.content for t in tokens(read("CONTRIBUTING.md")) if t.type == "fence" and t.info.strip() == "yaml"]
    ((exercise, fields),) = yaml.safe_load(blocks[0]).items()  # the others are parts of one
    assert Entry.model_validate(fields).misconceptions
    assert f'check("{exercise}"' in read("CONTRIBUTING.md")


def named_commands() -> list[str]:
    """Commands of the course that its pages and its Makefile name."""
    pages = [line for page in PAGES if page.suffix == ".md" for line in commands(str(page))]
    recipes = [line.strip() for line in read("Makefile").splitlines() if line.startswith("\tpython -m appraise")]
    return sorted(set(pages + recipes))


OURS = {command.split("appraise ")[1].split()[0] for command in named_commands() if "appraise " in command}


@pytest.mark.parametrize("name", sorted(OURS))
def test_commands_of_appraise_exist(name: str) -> None:
    done = run(sys.executable, "-m", "appraise", name, "--help")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [c for c in named_commands() if c.startswith("make ")])
def test_targets_of_make_exist(command: str) -> None:
    done = run(*MAKE, "-n", command.split()[1])
    assert done.returncode == 0, done.stderr


# ── The library's arrows ────────────────────────────────────────────────────────────────────────────────────────────


# A module imports from earlier rows only, inside functions too.
def test_folders_import_what_stands_above_them() -> None:
    done = run(Path(sys.executable).with_name("lint-imports"), "--no-cache")
    assert done.returncode == 0, done.stdout


def test_an_arrow_up_is_found(tree: Path) -> None:
    lowest = tree / "appraise" / "errors.py"
    lowest.write_text(f"from appraise.sources import tables\n{lowest.read_text(encoding='utf-8')}", encoding="utf-8")
    done = run(
        Path(sys.executable).with_name("lint-imports"),
        "--no-cache",
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
    )
    assert done.returncode == 1
    assert "appraise.errors is not allowed to import appraise.sources" in done.stdout


def test_the_library_loads_lightly() -> None:
    heavy = ["scipy.stats", "matplotlib.pyplot", "ipywidgets", "IPython", "nbgrader", "statsmodels", "appraise.grading"]
    code = f"import sys, appraise; print([name for name in {heavy} if name in sys.modules])"
    done = run(sys.executable, "-c", code)
    assert done.stdout.strip() == "[]", done.stderr


# ── The list of skips that CI allows ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "root", "allowed"),
    [
        ("always | tests/test_x.py::test_* | no such system", True, True),
        ("not root | tests/test_x.py::test_a | makes users", False, True),
        ("not root | tests/test_x.py::test_a | makes users", True, False),
        ("always | tests/test_x.py::test_b | another test", True, False),
    ],
)
def test_a_line_allows_a_skip(line: str, root: bool, allowed: bool) -> None:
    assert allows(line, "tests/test_x.py::test_a", root=root) == allowed


def test_a_line_without_a_reason_is_refused() -> None:
    with pytest.raises(pytest.UsageError, match="expected"):
        allows("always | tests/test_x.py::test_a |", "tests/test_x.py::test_a", root=True)


@pytest.mark.parametrize(("line", "code"), [("", 1), ("always | test_skips.py* | it is only an example", 0)])
@pytest.mark.parametrize(
    "source",
    [
        'import pytest\n\ndef test_a():\n    pytest.skip("no browser")\n\ndef test_b():\n    pass\n',
        'import pytest\n\npytest.skip("no browser", allow_module_level=True)\n',
    ],
)
def test_a_skip_that_is_not_listed_fails_the_run(tmp_path: Path, source: str, line: str, code: int) -> None:
    (tmp_path / "conftest.py").write_text(read("tests/conftest.py"), encoding="utf-8")
    (tmp_path / "test_skips.py").write_text(source, encoding="utf-8")
    (tmp_path / "test_passes.py").write_text("def test_c():\n    pass\n", encoding="utf-8")
    (tmp_path / "list.txt").write_text(f"# when | test | why\n{line}\n", encoding="utf-8")
    env = {**os.environ, "APPRAISE_ALLOWED_SKIPS": str(tmp_path / "list.txt")}
    done = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path, cwd=tmp_path, env=env)
    assert done.returncode == code, done.stdout
    assert ("NOT ON THE LIST test_skips.py" in done.stdout) == bool(code)
