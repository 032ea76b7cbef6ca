"""Every entry of the answer bank gets the points and the remark that it must get."""

from __future__ import annotations

import matplotlib
import pytest

from tests import bank

matplotlib.use("Agg")


@pytest.fixture(scope="module", params=bank.slugs())
def tried(request):
    """A lesson's entries with the verdicts of the grader's and of the learner's judge."""
    slug = request.param
    rows, neighbour = [], None
    hand = bank.by_hand(slug)
    for exercise, name, space in bank.Bench(slug).walk():
        ex = bank.key(slug)[exercise]
        entries = [e for e in hand if e.exercise == exercise]
        entries += bank.generated(slug, exercise, space, neighbour)
        for entry in entries:
            value = entry.value if entry.text is None else bank.run_text(entry.text, name, space)
            rows.append((entry, ex, bank.verdict(ex, value), bank.verdict(bank.learners(ex), value)))
        neighbour = None if "expected" not in ex else bank.decode(ex["expected"]) if _decodes(ex) else None
    return slug, rows


def _decodes(ex):
    return not (isinstance(ex["expected"], dict) and "axes" in ex["expected"])


def test_points_and_remarks(tried):
    slug, rows = tried
    faults = []
    for entry, ex, grader, learner in rows:
        where = f"{slug} {entry.exercise} [{entry.name}]"
        if entry.share is None and grader.share >= 1:
            faults.append(f"{where}: full marks for a wrong answer")
        if entry.share is not None and abs(grader.share - entry.share) > 0.005:
            got, must = grader.share * ex["points"], entry.share * ex["points"]
            faults.append(f"{where}: {got:g} points, must be {must:g} ({grader.remark})")
        if entry.remark and entry.remark != grader.misconception and entry.remark not in grader.remark:
            faults.append(f"{where}: expected “{entry.remark}”, got {grader.misconception}: {grader.remark}")
        if not grader.remark:
            faults.append(f"{where}: no remark")
        if entry.hidden and not learner.share > grader.share:
            faults.append(f"{where}: marked hidden, and the learner's check tells it too")
        if not entry.hidden and (learner.share, learner.remark) != (grader.share, grader.remark):
            faults.append(f"{where}: the learner's check says {learner.share}: {learner.remark}")
    hand = sum(e.by_hand for e, *_ in rows)
    print(f"{slug}: {len(rows)} entries, {hand} by hand, {len(rows) - hand} generated")
    assert not faults, "\n".join(faults)


def test_enough_entries_by_hand(tried):
    """At least three right and three wrong an exercise, six of each kind for functions; prose is marked by a person."""
    slug, rows = tried
    short = []
    for exercise, ex in bank.key(slug).items():
        mine = [e for e, *_ in rows if e.exercise == exercise and e.by_hand]
        right = sum(e.share == 1 for e in mine)
        wrong = sum(e.share is not None and e.share < 1 for e in mine)
        need = 0 if ex["kind"] == "write" else 3
        wrong_need = 6 if "cases" in ex else need
        if right < need or wrong < wrong_need:
            short.append(f"{exercise}: {right} right and {wrong} wrong by hand, {need} and {wrong_need} needed")
    assert not short, f"{slug}: " + "; ".join(short)
