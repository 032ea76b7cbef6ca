"""Who gets which case: the same for the same secret, another for another, and nothing that tells the secret."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from appraise.cases.issuing import DEMO_SECRET, IssueError, draw_code, draw_seed, issue
from appraise.cases.measuring import share_pairs
from appraise.cases.public import TEXT_LIMIT, CaseText

OTHER = b"another secret of the class"


def test_the_same_secret_gives_the_same_cases_again():
    one, two = (list(issue(DEMO_SECRET, "13", ["ada", "bob"], spares=2)) for _ in range(2))
    assert one == two
    assert [row.student for row in one] == ["ada", "bob", "spare-1", "spare-2"]
    assert len({row.code for row in one}) == 4
    assert all(row.text.code == row.key.code == row.code for row in one)


def test_another_process_with_another_hash_seed_makes_the_same_case():
    code = (
        "from appraise.cases.issuing import *\n"
        "one = next(issue(DEMO_SECRET, '13', ['ada']))\n"
        "print(one.text.model_dump_json() + one.key.model_dump_json())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4242", "LC_ALL": "C", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
    one = next(issue(DEMO_SECRET, "13", ["ada"]))
    assert done.stdout.decode() == one.text.model_dump_json() + one.key.model_dump_json() + "\n"


def test_secret_lesson_and_student_each_change_the_case_and_the_code():
    base = ("13", "ada")
    seeds = {
        draw_seed(DEMO_SECRET, *base),
        draw_seed(OTHER, *base),
        draw_seed(DEMO_SECRET, "14", "ada"),
        draw_seed(DEMO_SECRET, "13", "bob"),
    }
    codes = {
        draw_code(DEMO_SECRET, *base),
        draw_code(OTHER, *base),
        draw_code(DEMO_SECRET, "14", "ada"),
        draw_code(DEMO_SECRET, "13", "bob"),
    }
    assert len(seeds) == len(codes) == 4
    assert draw_seed(DEMO_SECRET, "1", "3ada") != draw_seed(DEMO_SECRET, "13", "ada")


def test_others_in_the_class_do_not_change_ones_case():
    alone = next(iter(issue(OTHER, "13", ["eve"])))
    assert list(issue(OTHER, "13", ["ada", "eve", "zoe"]))[1] == alone


def test_a_class_is_made_one_at_a_time():
    with pytest.raises(IssueError, match="named twice"):
        list(issue(OTHER, "13", ["ada", "ada"]))
    rows = issue(OTHER, "13", ["ada", ""])
    assert next(rows).student == "ada"
    with pytest.raises(IssueError, match="without a name"):
        next(rows)


def test_a_short_secret_is_refused():
    with pytest.raises(IssueError, match="3 bytes; expected at least 16"):
        draw_seed(b"abc", "13", "ada")


def test_a_graded_case_is_small_and_short():
    for one in issue(OTHER, "13", [f"s{i}" for i in range(40)]):
        data = one.text.to_json()
        assert len(data) <= TEXT_LIMIT
        assert CaseText.model_validate_json(data) == one.text
        assert sum(len(telling.sentences) for telling in one.text.tellings) == 12


def test_a_text_that_is_too_large_is_refused():
    one = next(iter(issue(OTHER, "13", ["ada"])))
    with pytest.raises(ValueError, match="expected at most 12000"):
        one.text.model_copy(update={"title": "x" * TEXT_LIMIT}).to_json()


def test_students_seldom_share_a_sentence():
    assert share_pairs(80, 4) < 0.1
    assert share_pairs(80, 8) < 0.1
