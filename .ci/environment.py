"""Build the environment, in one of three sizes, from the versions in requirements.txt: the Makefile calls this.

    python3 .ci/environment.py FOLDER SIZE

SIZE is `learner` (what `make lab` needs), `teach` (grading and authoring too) or `dev` (tests and linters too). What
stands in FOLDER is kept and added to while the lock and pyproject.toml are older than it; otherwise it is built again,
in the larger of both sizes. The file `built` in FOLDER says that a learner's packages are there, `built-teach` and
`built-dev` say it of the larger sizes.

pip installs uv, and uv installs the rest in a tenth of pip's time. This file must be understood by older Pythons, since
it is the one that says that a newer one is needed.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"learner": "built", "teach": "built-teach", "dev": "built-dev"}
EXTRAS = {"learner": "", "teach": "[teach]", "dev": "[teach,dev]"}
PURPOSE = {"learner": "the lessons need", "teach": "grading and authoring need too", "dev": "the tests need too"}
SOURCES = [ROOT / "requirements.txt", ROOT / "pyproject.toml"]


def need_a_whole_python() -> None:
    """End with what to do where this Python is too old or cannot make environments."""
    version = ".".join(map(str, sys.version_info[:2]))
    if sys.version_info < (3, 11):  # noqa: UP036  an older one must be able to say so
        sys.exit(f"Python 3.11 or newer is needed, and this is {version}. Name another: make PYTHON=python3.11")
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(f"Python's venv is incomplete here. On Debian or Ubuntu: apt-get install python{version}-venv")


def size_of(folder: Path) -> "str | None":
    """The largest size that was built there; None where none was finished."""
    return next((size for size in reversed(list(SIZES)) if (folder / SIZES[size]).is_file()), None)


def is_current(folder: Path) -> bool:
    """Whether what stands there was built after the last change of the lock and of pyproject.toml."""
    size = size_of(folder)
    if size is None or not (folder / "bin" / "python").exists():
        return False
    built = (folder / SIZES[size]).stat().st_mtime
    return all(built >= source.stat().st_mtime for source in SOURCES)


def settings_of_pip(python: Path) -> "dict[str, str]":
    """The index and the certificates that pip was told to use, in uv's words: uv does not read pip's settings."""
    listed = subprocess.run([str(python), "-m", "pip", "config", "list"], stdout=subprocess.PIPE, text=True, check=True)
    found = dict(line.partition("=")[::2] for line in listed.stdout.splitlines())
    env = dict(os.environ)
    for name, uvs in (("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")):
        for section in ("global", "install", ":env:"):  # the last one counts
            value = found.get(section + "." + name, "").strip("'\"")
            if value and uvs not in os.environ:
                env[uvs] = value
    return env


def install(folder: Path, size: str) -> None:
    """Add what a size needs to the environment in the folder."""
    python = folder / "bin" / "python"
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    (uv,) = (line for line in lock if line.startswith("uv=="))
    env = settings_of_pip(python)
    with tempfile.TemporaryDirectory(dir=str(folder)) as tool:  # uv takes 50 MB, and a learner needs it once
        target = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", tool, uv]
        subprocess.run(target, check=True)
        command = [str(Path(tool, "bin", "uv")), "pip", "install", "--quiet", "--python", str(python)]
        if size != "learner":
            # on a hub, and in the sandbox, nobody may write the compiled files afterwards
            command.append("--compile-bytecode")
        command += ["--constraint", "requirements.txt", "--editable", "." + EXTRAS[size]]
        subprocess.run(command, cwd=str(ROOT), env=env, check=True)


def build(folder: Path, size: str) -> None:
    """Build or extend the environment and note its size. Where that fails, no size is noted that is not there."""
    kept = size_of(folder)
    names = list(SIZES)
    if kept and names.index(kept) > names.index(size):
        size = kept
    print(f"Installing what {PURPOSE[size]} into {os.path.relpath(str(folder))}", flush=True)
    if not is_current(folder):
        if folder.is_symlink():  # what it points to is not ours to empty
            folder.unlink()
        # in this process: the Python that runs this may itself be the one in the folder
        venv.EnvBuilder(with_pip=True, symlinks=True, clear=True).create(str(folder))
    install(folder, size)
    for name in names[: names.index(size) + 1]:
        (folder / SIZES[name]).touch()


def main() -> int:
    """Build what the command line names; 1 where a step failed, which has said why."""
    need_a_whole_python()
    folder, size = sys.argv[1:]
    try:
        build(Path(folder).absolute(), size)
    except subprocess.CalledProcessError as error:
        command = " ".join(map(str, error.cmd))
        print(f"The environment in {folder} is not finished: `{command}` failed.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
