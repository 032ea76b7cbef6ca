"""What the cells of lesson 13 name: a worked example, three practice cases, and the learner's own case."""

from __future__ import annotations

from appraise.cases.opened import MyCase, OpenCase, Pair, practice_case, watch
from appraise.cases.practice import practice
from appraise.cases.wordings import ASSETS

SLUG = "13-an-unseen-case"


def _read_example() -> Pair:
    from appraise.cases.own import read_own_case

    return read_own_case(ASSETS / "worked-example.md", "EXAMPLE")


example = OpenCase(_read_example)
first = practice_case("lesson-13-news-99", "news")
second = practice_case("lesson-13-press-265", "press")
third = practice_case("lesson-13-shop-247", "shop")
mine = MyCase(SLUG)
watch(mine)
for each in (example, first, second, third):
    each.prepare()  # once for a class: each submission of it is run in a copy of a process that has these

__all__ = ["SLUG", "example", "first", "mine", "practice", "second", "third"]
