"""`python -m tests.workbench`: each bar with its figure, and what was missed. Exit status 1 where a bar is not reached.

`python -m tests.workbench second` measures against the second labeller's labels.
"""

from __future__ import annotations

import sys

from tests.workbench import measure, texts


def main() -> int:
    """Print the bars."""
    if sys.argv[1:] == ["second"]:
        texts.FOLDER /= "second"
    bars = [*measure.accuracy(), *measure.speed()]
    for bar in bars:
        sign = "≥" if bar.more_is_better else "≤"
        print(f"{'ok  ' if bar.holds else 'MISS'} {bar.figure:7.3f} (asked {sign} {bar.asked:g})  {bar.name}")
    matches, traced = measure.matches(), measure.traced()
    print(f"     {matches.right} numbers found, {matches.units_right} of {matches.units} units as labelled")
    print(f"     {traced.stated} said to be printed, {traced.labelled} labelled so; {traced.changed} changed")
    for name, those in (("missed", matches.missed), ("not labelled", matches.extra)):
        for one in those:
            print(f"     {name}: {one}")
    return 0 if all(bar.holds for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
