"""Cells that give everybody the same: which they are, and that a worker has what it would have made itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from appraise.grading.judging.constant_cells import as_constant, imported_names
from appraise.grading.sanitize import clean_outputs
from appraise.grading.worker.client import Worker
from appraise.grading.worker.fork_server import ForkServer
from appraise.grading.worker.protocol import ConstantCell

OPENING = """
import pandas as pd
from appraise import numbers, outside, read
from appraise.cases.lesson import example
"""
PAIN = """
pain = numbers().query("outcome == 'pain'")
first, second = pain.index[0], len(pain)
pd.DataFrame({"all": [second]})
"""


@pytest.mark.parametrize(
    ("source", "makes"),
    [
        ("read('walsh', 'post', 4)", ()),
        ("display(read('walsh', 'post', 4))\nread('walsh', 'post', 5)", ()),
        ("outside().loc[['a', 'b'], 'statement']", ()),
        ("[read('walsh', 'post', n) for n in (1, 2)]", ()),
        (PAIN, ("pain", "first", "second")),
        ("pain = read('walsh', 'post', 4)", ("pain",)),
        ("read(mine)", None),
        ("mine = 3\nread(mine)", ("mine",)),
        ("read(mine)\nmine = 3", None),
        ("show(read('walsh', 'post', 4))", None),
        ("read.cache = 3", None),
        ("pain = numbers()\npain['value'] = 3", None),
        ("total += 1", None),
        ("scores.append(2)", None),
        ("middle = sum(scores) / len(scores)", None),
        ("numbers().query('mean == @mine')", None),
        ("numbers().plot()", None),
        ("some = pd.DataFrame().sample(random_state=numbers().random)", None),
        ("some = numbers().sample(2)", None),
        ("numbers().to_csv('numbers.csv')", None),
        ("table = pd.read_csv('numbers.csv')", None),
        ("done = pd.set_option('display.max_rows', 2)", None),
        ("library = pd\ndone = library.set_option('display.max_rows', 2)", None),
        ("(lambda: 1)()", None),
        ("(seen := 3)", None),
        ("import os", None),
        ("def f():\n    return 1", None),
        ("read.__globals__", None),
        ("%time read('walsh', 'post', 4)", None),
        ("# nothing", None),
    ],
)
def test_a_cell_that_gives_everybody_the_same_is_known_by_its_parts(source: str, makes: tuple[str, ...] | None) -> None:
    imported = imported_names([OPENING, "from os import path as show", "%matplotlib inline"])
    assert imported == {"numbers", "outside", "read", "example", "pd"}
    cell = as_constant(source, imported)
    assert (None if cell is None else cell.makes) == makes


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    sources = {3: PAIN, 4: "read('walsh', 'post', 4)", 5: "None", 6: "numbers(3)", 7: "example.abstract()"}
    imported = imported_names([OPENING])
    cells = {place: cell for place, source in sources.items() if (cell := as_constant(source, imported))}
    assert sorted(cells) == sorted(sources)
    with ForkServer([OPENING], constants=cells) as server:
        yield server


def shown(worker: Worker, source: str) -> Any:
    return worker.run(source, 30).outputs[-1]["data"]["text/plain"]


def test_what_shows_nothing_stops_or_asks_an_object_is_left_to_each_worker(server: ForkServer) -> None:
    assert sorted(server.kept) == [3, 4]
    assert "all" in str(server.kept[3])
    worker = Worker(server)
    assert "NameError" in str(worker.run("pain", 30).outputs)
    assert not worker.restore(7, 30)
    assert not worker.restore(99, 30)
    worker.close()


def test_a_worker_has_what_it_would_have_made_itself(server: ForkServer) -> None:
    asked = "pain.to_csv(), first, second, 'sources' in globals()"
    worker = Worker(server)
    ran = worker.run(PAIN, 30)
    made = shown(worker, asked)
    worker.close()
    assert [out["data"] for out in clean_outputs(ran.outputs)] == [out["data"] for out in server.kept[3]]
    for _ in range(2):  # one changes its own table, and the next has it as it was
        worker = Worker(server)
        assert worker.restore(3, 30)
        assert shown(worker, asked) == made
        worker.run("pain['value'] = 0", 30)
        assert shown(worker, asked) != made
        worker.close()


@pytest.mark.parametrize("answer", ["numbers = None", "def len(x):\n    return 3", "pd = 3", "del numbers"])
def test_a_worker_runs_the_cell_itself_where_a_name_that_it_uses_means_something_else(
    server: ForkServer, answer: str
) -> None:
    worker = Worker(server)
    worker.run(answer, 30)
    assert not worker.restore(3, 30)
    assert worker.restore(4, 30)
    worker.close()


def test_names_stand_where_the_cell_stands_and_not_before(server: ForkServer) -> None:
    worker = Worker(server)
    worker.run("second = 'an answer'", 30)
    assert shown(worker, "second") == "'an answer'"
    assert worker.restore(3, 30)
    assert shown(worker, "second") != "'an answer'"
    worker.close()


def test_the_cell_is_what_is_sent(server: ForkServer) -> None:
    assert server.constants[4] == ConstantCell("read('walsh', 'post', 4)", ("read",), ())
