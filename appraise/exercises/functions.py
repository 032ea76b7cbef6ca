"""Judging a function: it is called with the cases of the exercise, and never run here."""

from __future__ import annotations

from collections.abc import Sequence

from appraise.errors import AnswerFormatError
from appraise.exercises.compare import is_same
from appraise.exercises.exercise import Call, Called, Case, Exercise, Status, Verdict
from appraise.exercises.serialize import Json, describe_type, short
from appraise.exercises.values import is_blank
from appraise.exercises.wording import praise


def judge_function(ex: Exercise, answer: Json, call: Call | None) -> Verdict:
    """All or nothing over the cases, or by named groups of cases; only the grader's exercise has hidden cases."""
    name = ex.name
    if not (isinstance(answer, dict) and "function" in answer) or call is None:
        raise AnswerFormatError(f"`{name}` is {describe_type(answer)}. A function named `{name}` is asked for.")
    cases = [*ex.cases, *ex.hidden]
    results = [call(case.args) for case in cases]
    fits = [_fits(ex, case, result) for case, result in zip(cases, results)]
    if all(fits):
        return Verdict(1.0, Status.RIGHT, praise(ex))
    returns_nothing = all(r.error is None and is_blank(r.result) for r in results)
    if returns_nothing and not all(is_blank(case.expected) for case in cases):
        remark = f"`{name}` returns nothing yet. Write its body and run both cells again."
        return Verdict(0.0, Status.NO_ANSWER, remark)
    groups = ex.groups.values()
    share = sum(1 / len(groups) for members in groups if all(fits[i] for i in members))
    status = Status.PARTLY if share else Status.WRONG
    for m in ex.misconceptions:
        if not all(fits[: len(m.results)]) and _shows(ex, results, m.results):
            return Verdict(share, status, m.remark, m.id)
    first = fits.index(False)
    return Verdict(share, status, _fault(ex, cases[first], results[first], visible=first < len(ex.cases)))


def _fits(ex: Exercise, case: Case, result: Called) -> bool:
    changed = result.args != case.args
    return (
        result.error is None
        and not changed
        and is_same(case.expected, result.result, ex.tolerance_of(""), ex.all_units)
    )


def _shows(ex: Exercise, results: list[Called], wrong: Sequence[Json]) -> bool:
    """Whether the results are those of a known wrong function."""
    stops = {"error": True}
    return all(
        (r.error is not None and w == stops)
        or (r.error is None and w != stops and is_same(w, r.result, ex.tolerance_of(""), ex.all_units))
        for r, w in zip(results, wrong)
    )


def _fault(ex: Exercise, case: Case, result: Called, visible: bool) -> str:
    """What is wrong with the first case that does not fit. Of a hidden case neither input nor result is shown."""
    name = ex.name
    shown = case.shown or ", ".join(short(a) for a in case.args)
    if len(case.args) > 1 and shown.startswith("(") and shown.endswith(")"):
        shown = shown[1:-1]  # several arguments are written as a tuple; a call has one pair of brackets
    if result.error is not None:
        where = f"`{name}({shown})` stopped with {result.error}."
        return where if visible else f"`{name}` stopped with {result.error} on an input that is not shown."
    if result.args != case.args:
        return f"`{name}` changes the table or list that it is given. Work on a copy."
    if not visible:
        return f"`{name}` is right on the inputs shown, but not on others. Write the rule, not the answers."
    if is_blank(result.result) and not is_blank(case.expected):
        return f"`{name}({shown})` gives None. Does every way through the function end in `return`?"
    return f"`{name}({shown})` gives {short(result.result)}, which does not follow from the rule asked for."
