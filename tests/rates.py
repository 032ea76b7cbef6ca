"""How often the grader errs: `make rates` prints false accepts and false rejects over the answer bank, with intervals.

Only entries written by hand, from the question and before the check was run on them, count in the rates; generated ones
are printed apart. For each exercise it prints what a blank answer and a random guesser earn. With `--hostile`
it grades the hostile class too, and prints tampering that paid and submissions lost. With `--rearranged` it grades right
solutions that a generator cut, joined, copied or damaged, and prints answers lost and numbers given to what was unread.
"""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import matplotlib
from scipy.stats import binomtest

from appraise.authoring.lint import with_parts
from appraise.exercises.exercise import Exercise
from appraise.exercises.judge import judge
from appraise.exercises.parts import flatten
from appraise.exercises.serialize import decode
from tests import bank

if TYPE_CHECKING:
    from tests.hostile.ground import Result

GUESSES = 300
FILES = 2000  # with --rearranged


def tried(slug: str) -> Iterator[tuple[bank.Entry, float]]:
    """A lesson's entries, each with the share of the points that the grader gives."""
    hand, neighbour = bank.by_hand(slug), None
    for exercise, name, space in bank.Bench(slug).walk():
        ex = bank.key(slug)[exercise]
        for entry in itertools.chain(
            [e for e in hand if e.exercise == exercise], bank.generated(slug, exercise, space, neighbour)
        ):
            value = entry.value if entry.text is None else bank.run_text(entry.text, name, space)
            yield entry, bank.verdict(ex, value).share
        plot = isinstance(ex.get("expected"), dict) and "axes" in ex["expected"]
        neighbour = decode(ex["expected"]) if "expected" in ex and not plot else None


def rate(errors: int, of: int) -> str:
    """k of N with its exact (Clopper-Pearson) 95 % interval."""
    if not of:
        return "0 of 0"
    low, high = binomtest(errors, of).proportion_ci(method="exact")
    return f"{errors} of {of} (95 % interval {100 * low:.2f} to {100 * high:.2f} %)"


def guesser(ex: dict[str, Any], rng: random.Random) -> float | None:
    """Mean share of the points that random choices earn, or None where there is nothing to choose from."""
    asked, options = flatten(ex["expected"]) if "expected" in ex else {}, ex.get("options") or []
    pools = {}
    for name, value in asked.values():
        mine = (options.get(name) or options.get(name.split(" · ")[-1])) if isinstance(options, dict) else options
        if isinstance(value, bool):
            mine = [True, False]
        elif not mine and ex["kind"] == "compare":  # the entries of the table itself
            mine = list({str(v): v for _, v in asked.values()}.values())
        if not mine or isinstance(value, dict):
            return None
        pools[name] = mine
    if not pools:
        return None
    total = 0.0
    for _ in range(GUESSES):
        guess = {name: rng.choice(pool) for name, pool in pools.items()}
        total += judge(Exercise.from_json(ex), guess[""] if "" in guess else with_parts(ex["expected"], guess)).share
    return total / GUESSES


def of_hostile(results: list[Result]) -> tuple[list[str], int]:
    """Lines on the hostile class, and how many of it went wrong."""
    from tests.hostile.submissions import TAMPERING

    tampering = [r for r in results if r.submission.name in TAMPERING]
    paid, lost = [r for r in tampering if r.paid], [r for r in results if r.lost]
    lines = [
        f"tampering that paid {rate(len(paid), len(tampering))}",
        f"submissions lost {rate(len(lost), len(results))}",
    ]
    lines += [f"WRONGLY {r.submission.name}: {'; '.join(r.found)}" for r in results if r.found]
    return lines, sum(bool(r.found) for r in results)


def main() -> int:
    """Print the rates; 1 where a wrong answer got full marks, a right one less, a blank one anything, or tampering paid."""
    matplotlib.use("Agg")
    rng = random.Random(20130301)
    counted = {True: [0, 0, 0, 0], False: [0, 0, 0, 0]}  # by hand or generated: accepts, wrong, rejects, right
    blanks, wrongly = 0, []
    for slug in bank.slugs():
        mine = {True: [0, 0, 0, 0], False: [0, 0, 0, 0]}
        for entry, share in tried(slug):
            row = mine[entry.by_hand]
            if entry.share == 1:
                row[3] += 1
                row[2] += share < 1
            else:
                row[1] += 1
                row[0] += share >= 1
            if (share < 1) is (entry.share == 1):
                wrongly.append(f"{slug} {entry.exercise} [{entry.name}]: {'refused' if share < 1 else 'accepted'}")
        for hand, row in mine.items():
            counted[hand] = [a + b for a, b in zip(counted[hand], row)]
        print(
            f"{slug}: {len(bank.key(slug))} exercises; by hand {mine[True][3]} right and {mine[True][1]} wrong, "
            f"generated {mine[False][3]} right and {mine[False][1]} wrong"
        )
        for exercise, ex in bank.key(slug).items():
            if ex["kind"] == "write":
                continue
            nothing = judge(Exercise.from_json(ex), {"stub": True}).share
            blanks += nothing > 0
            luck = guesser(ex, rng)
            told = "nothing to choose from" if luck is None else f"{luck * ex['points']:.2f} of {ex['points']:g}"
            print(f"    {exercise}: blank {nothing:g}, a random guesser {told}")
    for hand, (accepts, wrong, rejects, right) in counted.items():
        print(f"{'by hand' if hand else 'generated'}: false accepts {rate(accepts, wrong)}")
        print(f"{'by hand' if hand else 'generated'}: false rejects {rate(rejects, right)}")
    for line in wrongly:
        print(f"WRONGLY {line}")
    errors = 0
    if "--hostile" in sys.argv:
        from tests.hostile.ground import first_tier
        from tests.hostile.submissions import CLASS

        tier, results = first_tier(CLASS)
        lines, errors = of_hostile(results)
        print(f"hostile class of {len(CLASS)}, behind {tier}:", *lines, sep="\n    ")
    if "--rearranged" in sys.argv:
        from tests.rearranged import tally

        found = tally(FILES)
        print(f"{found.files} right solutions, cut, joined, copied or damaged:")
        print(f"    answers lost between report and grade {rate(len(found.lost), found.answers)}")
        print(f"    final numbers given to unread work {rate(len(found.numbered), found.unread)}")
        for line in [*found.lost, *found.numbered]:
            print(f"    WRONGLY {line}")
        errors += len(found.lost) + len(found.numbered)
    errors += blanks + sum(row[0] + row[2] for row in counted.values())
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
