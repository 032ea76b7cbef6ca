"""`make bench`: every measurement of this folder, one after the other, or those named: `python -m tests.bench lessons`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main(names: list[str]) -> int:
    """Run the benchmarks `bench_NAME.py`, all where none is named."""
    have = sorted(p.stem.removeprefix("bench_") for p in Path(__file__).parent.glob("bench_*.py"))
    if unknown := [n for n in names if n not in have]:
        print(f"no benchmark {unknown[0]!r}; there are {', '.join(have)}")
        return 1
    for name in names or have:
        print(f"== {name}", flush=True)
        importlib.import_module(f"tests.bench.bench_{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
