"""Fields of an answer that must follow from the learner's own other fields: a judgement from the path taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from appraise.errors import Rob2Error
from appraise.exercises.compare import is_same
from appraise.exercises.exercise import Exercise
from appraise.exercises.serialize import Json
from appraise.exercises.values import PartKey, is_blank, part_key, read_number
from appraise.methods.grade import possible_certainties

CANNOT_BE_JUDGED, CANNOT_BE_RATED = "cannot be judged", "cannot be rated from this"


def apply_follow_rules(ex: Exercise, answers: Mapping[PartKey, Json], shares: dict[str, float]) -> None:
    """Set the share of each field that must follow from others to 1 where it does, and to 0 where it does not."""
    for name, rule in ex.follows.items():
        prefix = rule["answers"] + " · "
        path = {
            part.name.removeprefix(prefix): answers[key]
            for key, part in ex.parts.items()
            if part.name.startswith(prefix) and not is_blank(answers.get(key))
        }
        following = RULES[rule["by"]](rule, path)
        shares[name] = float(any(is_same(one, answers.get(part_key(name))) for one in following))


def _by_rob2(rule: Mapping[str, str], path: Mapping[str, Json]) -> list[str]:
    from appraise.methods.rob2 import judge_domain

    try:
        return [str(judge_domain(rule["domain"], {q: str(a).strip().upper() for q, a in path.items()}))]
    except Rob2Error:
        return []


def _by_grade(rule: Mapping[str, str], path: Mapping[str, Json]) -> list[str]:
    """The ratings that follow from the steps down; the rule's `among` keeps those that the exercise accepts."""
    open_reasons = sum(is_same(CANNOT_BE_JUDGED, a) for a in path.values())
    steps = [read_number(a) for a in path.values() if not is_same(CANNOT_BE_JUDGED, a)]
    if not path or any(s is None or s < 0 for s in steps):
        return []
    known = int(sum(s for s in steps if s is not None))
    ratings = possible_certainties([known], open_reasons) + [CANNOT_BE_RATED] * bool(open_reasons)
    among = rule.get("among", "")
    return [rating for rating in ratings if not among or rating in among.split("; ")]


RULES: dict[str, Callable[[Mapping[str, str], Mapping[str, Json]], list[str]]] = {"rob2": _by_rob2, "grade": _by_grade}
