"""What `appraise grade` prints: its progress, and what a run did."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field

SHOWN = 30  # of the submissions that a person should look at
EVERY = 10.0  # seconds between two lines of progress where nobody watches


class Progress:
    """A bar with rate and time left; where the output is no terminal, a line now and then."""

    def __init__(self, total: int) -> None:
        from tqdm import tqdm

        is_watched = sys.stderr.isatty()
        self.bar = tqdm(
            total=total,
            unit=" submissions",
            dynamic_ncols=is_watched,
            ascii=not is_watched,
            mininterval=0.1 if is_watched else EVERY,
            maxinterval=EVERY,
        )

    def step(self) -> None:
        """One more submission is done."""
        self.bar.update()

    def close(self) -> None:
        """End the bar's line."""
        self.bar.close()


@dataclass
class Summary:
    """What a run did.

    Attributes
    ----------
    slug : str
    statuses : Counter
        How many submissions of each `OutcomeStatus` were graded now.
    before : int
        How many had been graded before.
    seconds : float
    sandboxes : set of str
        What stood between submissions and machines; the workers of a cluster may differ in it.
    attention : list of str
        What a person should look at, a line a submission.
    """

    slug: str
    statuses: Counter[str] = field(default_factory=Counter)
    before: int = 0
    seconds: float = 0.0
    sandboxes: set[str] = field(default_factory=set)
    attention: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        graded = sum(self.statuses.values())
        kinds = ", ".join(f"{n} {status}" for status, n in sorted(self.statuses.items()))
        rate = f"{graded / self.seconds:.1f} a second" if self.seconds and graded else ""
        head = f"{self.slug}: {graded} graded now" + (f" ({kinds})" if kinds else "")
        tail = f"{self.before} done before; {self.seconds:.1f} s" + (f", {rate}" if rate else "")
        lines = [f"{head}; {tail}."]
        lines += [f"Sandbox: {sandbox}." for sandbox in sorted(self.sandboxes)]
        lines += [f"  {line}" for line in self.attention[:SHOWN]]
        if len(self.attention) > SHOWN:
            lines.append(f"  … and {len(self.attention) - SHOWN} more; the export names them all.")
        return "\n".join(lines).encode("utf-8", "backslashreplace").decode("utf-8")
