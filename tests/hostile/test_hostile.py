"""The hostile class: each submission gets exactly what it must, and touches nothing but its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appraise.errors import NoSandbox
from appraise.grading.judging.outcome import outcome_without_numbers
from appraise.grading.sandbox.tiers import NO_SANDBOX, TIERS, Sandbox
from tests.hostile.ground import MARK, REPO, Ground, grade_class, prepare
from tests.hostile.submissions import CLASS

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

NAMED = {s.name: s for s in CLASS}
stood: list[int] = []


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with prepare(tmp_path_factory.mktemp("ground") / "course") as made:
        yield made


def test_the_class_is_large_and_no_name_stands_twice() -> None:
    assert len(NAMED) == len(CLASS) >= 80


@pytest.mark.parametrize("tier", TIERS, ids=lambda w: f"tier {w.tier}")
def test_each_gets_what_it_must_and_touches_nothing(tier: Sandbox, ground: Ground) -> None:
    try:
        results = grade_class(ground, tier, CLASS)
    except NoSandbox as e:
        if "a submission can" in str(e):  # these walls are had here, and do not hold
            raise
        pytest.skip(f"tier {tier.tier} cannot be had on this machine: {e}")
    stood.append(tier.tier)
    assert {r.submission.name: r.found for r in results if r.found} == {}
    assert [r.submission.name for r in results if r.paid or r.lost] == []


def test_at_least_one_tier_stands_here() -> None:
    assert stood, "no walls stand on this machine, so nothing could be graded"


def test_without_sandbox_each_reach_outside_is_seen(ground: Ground) -> None:
    """What the other tests look at can be seen: here the same submissions get through."""
    names = ["reads-the-key", "reads-the-environment", "writes-to-a-neighbour", "tcp", "local-socket", "all-right"]
    with subprocess.Popen(["sleep", MARK]) as left:
        results = grade_class(ground, NO_SANDBOX, [NAMED[n] for n in names], together=1)
        left.kill()
    found = {r.submission.name: "; ".join(r.found) for r in results}
    paid = "n-in-each-arm: ('right', 1.0), must be ('wrong', 0.0)"
    assert paid in found["reads-the-key"]
    assert found["reads-the-environment"] == ""  # the environment is not handed on even then
    assert paid in found["writes-to-a-neighbour"]
    assert "course is not as it was" in found["writes-to-a-neighbour"]
    for way in ("tcp", "local-socket"):
        assert "something came through a socket" in found[way]
    assert "a process was left behind" in found["all-right"]
    # what `make rates` counts
    assert {r.submission.name for r in results if r.paid} == {
        "reads-the-key",
        "writes-to-a-neighbour",
        "tcp",
        "local-socket",
    }
    assert not any(r.lost for r in results)
    assert replace(results[0], outcome=outcome_without_numbers(ground.lesson, "why")).lost


@pytest.mark.skipif(os.getuid() != 0, reason="the other tests run as an ordinary user already")
def test_the_sandbox_stands_for_an_ordinary_user_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile", "--as-user"],
        cwd=REPO, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(CLASS)} of {len(CLASS)} as they must be" in done.stdout


def test_what_the_readme_says_is_of_this_class() -> None:
    page = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert rows == [s.name for s in CLASS], "run `python -m tests.hostile --table`"
