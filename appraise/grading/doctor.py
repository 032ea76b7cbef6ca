"""`appraise doctor`: what this machine has for grading."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

from appraise.grading.worker.starting import probe_tiers


def doctor() -> int:
    """Print what this machine has for grading; 0 where walls stand, 1 where none does."""
    from importlib.metadata import PackageNotFoundError, version

    print(f"Python {platform.python_version()} on {platform.system()} {platform.release()}, {platform.machine()}")
    for name in ("nbgrader", "jupyterlab", "numpy", "pandas", "matplotlib", "ipython", "sqlalchemy"):
        try:
            print(f"{name} {version(name)}")
        except PackageNotFoundError:
            print(f"{name}: not installed; `make env` installs it")
    tiers = probe_tiers()
    for name, result, _ in tiers:
        print(f"Sandbox, {name}: {result}")
    best = next((name for name, _, is_up in tiers if is_up), None)
    print(f"Grading runs behind {best}." if best else "Grading refuses: no sandbox stands (see CONTRIBUTING.md).")
    browser = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
    print(f"Browser for the tests: {browser or 'none; install chromium'}")
    print(f"Database: {_describe_database()}")
    return 0 if best else 1


def _describe_database() -> str:
    import sqlite3

    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    postgres = servers[-1].parts[-3] if servers else None
    with_server = f"PostgreSQL {postgres} for the tests" if postgres else "no PostgreSQL server for the tests"
    return f"SQLite {sqlite3.sqlite_version}; {with_server}"
