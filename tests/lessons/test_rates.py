"""The grader as a measuring instrument: mutants die, rates are zero, and the same bank gives the same verdicts anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import mutants, rates

ROOT = Path(__file__).parents[2]


def command(module: str) -> subprocess.CompletedProcess[str]:
    """Run a measurement as `make` does, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.mark.slow
def test_no_mutant_survives_without_a_reason():
    done = command("tests.mutants")
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_mutator_changes_what_it_should():
    made = dict(mutants.of_source("def f(x):\n    return x + 1 if x > 2 else 0"))
    assert "def f(x):\n    return x - 1 if x > 2 else 0" in made.values()
    assert "def f(x):\n    return x + 1 if x >= 2 else 0" in made.values()
    assert "def f(x):\n    return 0 if x > 2 else x + 1" in made.values()
    assert len(set(made.values())) >= 10
    for source in made.values():
        compile(source, "<mutant>", "exec")


def test_a_weak_check_lets_mutants_live():
    """The measure itself can fail: a label list of one option, a function with one case."""
    loose = {"id": "x", "name": "x", "kind": "compute", "expected": 10.0, "tolerance": 5.0, "points": 1}
    assert all(v is not None for _, v in mutants.of_value(loose))
    weak = {"cases": [{"args": [3], "expected": 4, "shown": "3"}], "name": "f", "kind": "compute", "points": 1}
    source = "def f(x):\n    return x + 1 if x > 2 else 0"
    alive = [
        m for _, m in mutants.of_source(source) if rates.bank.verdict(weak, rates.bank.run_text(m, "f", {})).share == 1
    ]
    assert len(alive) >= 2


@pytest.mark.slow
def test_rates_are_zero():
    done = command("tests.rates")
    assert done.returncode == 0, done.stdout[-3000:]


VERDICTS = """
import json, sys, matplotlib
matplotlib.use("Agg")
from tests import bank
out = {}
for slug in bank.slugs():
    hand = bank.by_hand(slug)
    for exercise, name, space in bank.Bench(slug).walk():
        ex = bank.key(slug)[exercise]
        entries = [e for e in hand if e.exercise == exercise] + list(bank.generated(slug, exercise, space, None))
        for e in (reversed(entries) if "reversed" in sys.argv else entries):
            value = e.value if e.text is None else bank.run_text(e.text, name, space)
            v = bank.verdict(ex, value)
            out[f"{exercise} {e.name}"] = [v.share, v.status, v.remark]
print(json.dumps(out, sort_keys=True))
"""


@pytest.mark.slow
def test_the_same_verdicts_in_any_order_hash_seed_locale_and_time_zone():
    settings = [
        ([], {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}),
        (["reversed"], {"PYTHONHASHSEED": "77", "TZ": "Asia/Kathmandu", "LC_ALL": "C"}),
        ([], {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}),
    ]

    def run(setting):
        words, env = setting
        done = subprocess.run(
            [sys.executable, "-c", VERDICTS, *words],
            cwd=ROOT,
            env={**os.environ, **env, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])

    with ThreadPoolExecutor(3) as pool:
        first, *others = pool.map(run, settings)
    assert len(first) > 500
    for other in others:
        assert other == first
