"""Plain data: what an answer becomes before anything looks at it."""

from __future__ import annotations

import json

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appraise.exercises.serialize import NODES, decode, describe, describe_type, encode, short

matplotlib.use("Agg")


class Liar:
    """Says yes to everything, and fails at the rest."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __repr__(self):
        raise RuntimeError("no")

    def __len__(self):
        raise RuntimeError("no")

    def __array__(self, *_, **__):
        raise RuntimeError("no")

    def __getattr__(self, name):
        raise RuntimeError("no")

    @property
    def __class__(self):
        raise RuntimeError("no")


class SlyList(list):
    def __iter__(self):
        raise RuntimeError("no")


class SlyFloat(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


HOSTILE = {  # made inside the test: even the test runner would trip over the things themselves
    "Liar": lambda: Liar(),
    "SlyList": lambda: SlyList([1]),
    "SlyFloat": lambda: SlyFloat(2.0),
    "type": lambda: Liar,
    "Meta": lambda: type("Meta", (type,), {})("X", (), {}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_has_no_plain_form_is_refused_by_the_name_of_its_type(name):
    thing = HOSTILE[name]()
    assert encode(thing) == {"other": name}
    for holder in ([thing], {"a": thing}, (thing,), pd.Series([thing], dtype=object)):
        assert '"other"' in json.dumps(encode(holder))


plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=5).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.floats() | st.tuples(st.none(), st.integers()), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(plain_values)
@settings(max_examples=150, deadline=None)
def test_round_trip(value):
    encoded = encode(value)
    assert encode(decode(json.loads(json.dumps(encoded)))) == encoded


@given(st.lists(st.tuples(st.integers(-99, 99), st.floats(-1e6, 1e6), st.text(max_size=4)), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_round_trip_of_tables(rows):
    frame = pd.DataFrame(rows, columns=["a", "b", "c"])
    for table in (frame, frame.set_index("c"), frame.set_index(["a", "c"]), frame["b"], frame.T):
        encoded = encode(table)
        assert encode(decode(json.loads(json.dumps(encoded)))) == encoded


@pytest.mark.parametrize(
    ("value", "same"),
    [
        (np.float64(1.5), 1.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array(2.0), 2.0),
        (range(2), [0, 1]),
        ({"a": 1}.keys(), ["a"]),
        (float("inf"), {"float": "inf"}),
        (pd.NA, {"float": "nan"}),
        (10**400, {"float": "inf"}),
        (pd.Series([1, 2], dtype="category"), encode(pd.Series([1, 2]))),
        ("\ud800", "?"),
    ],
)
def test_the_same_thing_in_other_types(value, same):
    assert encode(value) == same


def test_too_large_and_too_deep_are_refused():
    assert "too large" in encode(list(range(NODES + 1)))["other"]
    deep: list = []
    for _ in range(100):
        deep = [deep]
    assert "too large" in encode(deep)["other"]
    endless: list = []
    endless.append(endless)
    assert "too large" in encode(endless)["other"]


def test_words_for_a_beginner():
    assert describe_type(encode(pd.DataFrame())) == "a table (DataFrame)"
    assert describe_type(encode(Liar())) == "an object of type Liar"
    assert short(encode("x" * 100)).endswith("…")
    assert short({"other": "Liar"}) == "an object of type Liar"


def test_a_plot_is_described_by_what_it_shows():
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots()
    ax.bar(["a", "b"], [1, 2])
    ax.plot([0, 1], [3, 4], label="line")
    ax.scatter([5], [6])
    ax.set(xlabel="group", ylabel="mean (points)", title="T")
    ax.legend()
    told = encode(ax)["axes"]
    assert told == encode(fig)["axes"]
    assert {m["kind"]: (m["x"], m["y"]) for m in told["marks"]} == {
        "bar": ([0.0, 1.0], [1.0, 2.0]),
        "line": ([0.0, 1.0], [3.0, 4.0]),
        "points": ([5.0], [6.0]),
    }
    assert told["ylabel"] == "mean (points)"
    assert told["legend"] == ["line"]
    assert [label for _, label in told["xticks"]][:2] == ["a", "b"]
    assert json.loads(json.dumps(describe(ax))) == told
    plt.close(fig)
