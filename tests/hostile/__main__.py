"""`python -m tests.hostile`: grade the hostile class behind each tier that stands here, and print what went wrong."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib.metadata import version
from pathlib import Path

from appraise.errors import NoSandbox
from appraise.grading.sandbox.tiers import TIERS
from tests.hostile import stock
from tests.hostile.ground import as_user, grade_class, prepare
from tests.hostile.stock import RIGHT
from tests.hostile.submissions import CLASS, UNREADABLE, Submission

PAGE = Path(__file__).with_name("README.md")
MARK = "<!-- the rest is written by `python -m tests.hostile --table` -->"


def ours(chosen: Sequence[Submission], tiers: Sequence[int], together: int) -> dict[str, dict[str, str]]:
    """By the tier's name: each submission's outcome in words. Tiers that do not stand are left out."""
    rows: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder, prepare(Path(folder, "course")) as ground:
        for tier in TIERS:
            if tiers and tier.tier not in tiers:
                continue
            began = time.monotonic()
            try:
                results = grade_class(ground, tier, chosen, together)
            except NoSandbox as e:
                print(f"{tier}: does not stand. {e}")
                continue
            for result in results:
                for line in result.found:
                    print(f"{result.submission.name} ({result.outcome.seconds:.1f} s): {line}", flush=True)
            good = sum(not r.found for r in results)
            print(f"{tier}: {good} of {len(chosen)} as they must be, {time.monotonic() - began:.0f} s", flush=True)
            rows[f"tier {tier.tier}"] = {r.submission.name: "; ".join(r.found) or RIGHT for r in results}
    return rows


def theirs(chosen: Sequence[Submission], together: int) -> dict[str, str]:
    """Stock nbgrader's outcomes, in words."""
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        made = Path(folder, "course")
        stock.course(made)

        def one(s: Submission) -> tuple[str, str]:
            said = f"not run: takes {s.too_much} without end" if s.too_much else stock.sandboxed(made, s)
            print(f"stock: {s.name}: {said}", flush=True)
            return s.name, said

        with ThreadPoolExecutor(together) as pool:
            return dict(pool.map(one, chosen))


def must(s: Submission) -> str:
    """What a submission must get, in words."""
    if s.whole == UNREADABLE:
        return "unreadable: no number"
    said = [f"{n}: {status}" for n, (status, _) in s.must.items()]
    if len({status for status, _ in s.must.values()}) == 1 and len(said) > 2:
        said = [f"{len(said)} items: {next(iter(s.must.values()))[0]}"]
    for tier, other in s.by_tier.items():
        said += [f"in tier {tier} {n}: {status}" for n, (status, _) in other.items()]
    if not s.right:
        said.append("nothing for any item")
    return "; ".join(said) or "all points"


def page(rows: dict[str, dict[str, str]]) -> str:
    """The table, and above it how many came out as they must."""
    lines = [f"Measured {date.today():%Y-%m-%d}, Linux {platform.release()}, nbgrader {version('nbgrader')}.", ""]
    for who, row in rows.items():
        ran = [said for said in row.values() if not said.startswith("not ")]
        right, lost = sum(r == RIGHT for r in ran), sum(r.startswith("lost") for r in ran)
        lines.append(f"- {who}: {right} of {len(ran)} as they must be, {lost} lost, {len(row) - len(ran)} not told")
    lines += ["", f"| submission | must get | {' | '.join(rows)} |", "| --- | --- |" + " --- |" * len(rows)]
    for s in CLASS:
        cells = [row.get(s.name, "").replace("|", "\\|") for row in rows.values()]
        lines.append(f"| `{s.name}` | {must(s)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("--tier", type=int, choices=[1, 2], action="append", help="only this tier; it must stand")
    parser.add_argument("--as-user", action="store_true", help="run as root: grade as an ordinary user")
    parser.add_argument("--stock", action="store_true", help="see what stock nbgrader makes of the class, nothing else")
    parser.add_argument("--table", action="store_true", help="all tiers and stock nbgrader, written into README.md")
    parser.add_argument("--together", type=int, default=2, help="submissions at a time")
    parser.add_argument("names", nargs="*", help="only these submissions")
    given = parser.parse_args()
    if given.as_user:
        return as_user([a for a in sys.argv[1:] if a != "--as-user"])
    if unknown := set(given.names) - {s.name for s in CLASS}:
        parser.error(f"no submission of the class is called {', '.join(sorted(unknown))}")
    chosen = [s for s in CLASS if not given.names or s.name in given.names]
    rows = {} if given.stock else ours(chosen, given.tier or [], given.together)
    bad = not given.stock and (
        len(rows) < len(given.tier or [1]) or {s for r in rows.values() for s in r.values()} != {RIGHT}
    )
    if given.stock or given.table:
        rows[f"stock nbgrader {version('nbgrader')}"] = theirs(chosen, given.together)
    if given.table:
        PAGE.write_text(PAGE.read_text(encoding="utf-8").split(MARK)[0] + MARK + "\n\n" + page(rows), encoding="utf-8")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
