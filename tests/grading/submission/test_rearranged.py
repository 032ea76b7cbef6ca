"""The generator behind two rows of `make rates`, on a few files, and that the rows would show a loss."""

from __future__ import annotations

import json
from typing import Any

import pytest

from appraise.grading.submission.matching import _Matching
from tests.rearranged import DAMAGES, damaged, tally

pytestmark = pytest.mark.slow  # grades

LESSON = "04-the-numbers"


def test_nothing_is_lost_and_nothing_unread_has_a_number() -> None:
    found = tally(44, [LESSON])
    assert found.files >= 44
    assert found.answers > 100
    assert found.unread > 100
    assert found.lost == []
    assert found.numbered == []


def test_the_rows_show_a_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = _Matching.worked

    def first_only(self: Any, g: str) -> list[int]:
        return honest(self, g)[:1]

    monkeypatch.setattr(_Matching, "worked", first_only)
    assert tally(4, [LESSON]).lost


def test_every_damage_changes_the_file() -> None:
    text = json.dumps({"cells": [{"source": ["a = 1\\n", "b = 2"]}] * 40}, indent=1)
    assert {damaged(text, n)[1] for n in range(5)} == set(DAMAGES)
    assert all(damaged(text, n)[0] != text.encode() for n in range(20))
