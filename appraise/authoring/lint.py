"""An author's errors that only judging shows: misconceptions that are right, cases that tell nothing apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from appraise.errors import AuthorError
from appraise.exercises.exercise import Call, Called, Case, Exercise, Status
from appraise.exercises.judge import judge
from appraise.exercises.serialize import Json
from appraise.exercises.values import part_key

STOPS = {"error": True}  # how a call that stopped with an error is recorded


def replies(results: Sequence[Json], cases: Sequence[Case]) -> Call:
    """A stand-in for a function that gives recorded results, as `judge` calls it."""
    left = iter(zip(results, cases))

    def call(args: list[Json]) -> Called:
        result, case = next(left)
        return Called(error="an error") if result == STOPS else Called(result, case.args)

    return call


def with_parts(expected: Json, values: Mapping[str, Json]) -> Json:
    """A reference answer with some of its parts replaced, each by its name.

    >>> with_parts({"dict": [["walsh post", 4.7], ["shopblog post", 3]]}, {"shopblog post": 2})
    {'dict': [['walsh post', 4.7], ['shopblog post', 2]]}
    """
    by_key = {part_key(item): value for item, value in values.items()}

    def walk(p: Json, names: tuple[Json, ...]) -> Json:
        if isinstance(p, dict) and "dict" in p:
            return {"dict": [[k, walk(v, (*names, k))] for k, v in p["dict"]]}
        if isinstance(p, dict) and "series" in p:
            s = p["series"]
            return {"series": {**s, "values": [walk(v, (*names, k)) for k, v in zip(s["index"], s["values"])]}}
        if isinstance(p, dict) and "frame" in p:
            f = p["frame"]
            data = [
                [walk(v, (row, column)) for row, v in zip(f["index"], values)]
                for column, values in zip(f["columns"], f["data"])
            ]
            return {"frame": {**f, "data": data}}
        if isinstance(p, list):
            return [walk(v, (*names, i)) for i, v in enumerate(p, start=1)]
        if isinstance(p, dict) and ("tuple" in p or "array" in p):
            kind = next(iter(p))
            return {kind: [walk(v, (*names, i)) for i, v in enumerate(p[kind], start=1)]}
        return by_key.get(part_key(*names), p)

    return walk(expected, ())


def wrong_answers(ex: Exercise) -> list[tuple[str, Json]]:
    """Each misconception of an exercise (not of a function) as a whole answer."""
    answers = []
    for m in ex.misconceptions:
        if m.item is None:
            answers.append((m.id, m.answer))
            continue
        # where an item takes this wrong value: all it is meant for, or the first where it is wrong
        wrong_at = [part.name for part in ex.parts.values() if part.expected != m.answer]
        names = wrong_at if m.item == "any" else m.item
        first = names if isinstance(names, str) else next(iter(names), "")
        answers.append((m.id, with_parts(ex.expected, {first: m.answer})))
    return answers


def check_exercise(ex: Exercise, yml: Path) -> None:
    """Raise AuthorError for the first thing that is wrong with an exercise as it was compiled."""
    if ex.is_function:
        _check_function(ex, yml)
        return
    if isinstance(ex.expected, dict) and "other" in ex.expected:
        raise AuthorError(yml, ex.id, f"the reference answer is {ex.expected['other']}, which no answer can equal")
    if not ex.is_plot:
        _check_parts(ex, yml)
    verdict = judge(ex, ex.expected)
    if verdict.share < 1:
        raise AuthorError(yml, ex.id, f"the reference answer is not judged right: {verdict.remark}")
    for name, wrong in wrong_answers(ex):
        verdict = judge(ex, wrong)
        if verdict.status is Status.RIGHT:
            raise AuthorError(yml, f"{ex.id}.{name}", "this misconception is judged right")
        if verdict.misconception != name:
            shown = f"its answer is met with the remark of “{verdict.misconception}”"
            raise AuthorError(yml, f"{ex.id}.{name}", shown)


def _check_parts(ex: Exercise, yml: Path) -> None:
    groups = {part.name.split(" · ")[0] for part in ex.parts.values()}
    for field in ("text", "weights", "follows"):
        for item in getattr(ex, field):
            if part_key(item) not in ex.parts and item not in groups:
                raise AuthorError(yml, f"{ex.id}.{field}", f"“{item}” is not a part of the answer")
    for group in ("misconceptions", "accept"):
        for one in getattr(ex, group):
            for item in [one.item] if isinstance(one.item, str) else one.item or []:
                if item != "any" and part_key(item) not in ex.parts:
                    raise AuthorError(yml, f"{ex.id}.{group}", f"“{item}” is not an item of the answer")
    if sum(1 for _ in _leaves(ex.expected)) != len(ex.parts):
        raise AuthorError(yml, ex.id, "two parts of the answer have the same words for a name")


def _leaves(p: Json) -> Iterable[Json]:
    if isinstance(p, dict) and "dict" in p:
        for _, v in p["dict"]:
            yield from _leaves(v)
    elif isinstance(p, dict) and "series" in p:
        yield from p["series"]["values"]
    elif isinstance(p, dict) and "frame" in p:
        for column in p["frame"]["data"]:
            yield from column
    elif isinstance(p, list):
        yield from p
    elif isinstance(p, dict) and ("tuple" in p or "array" in p):
        yield from next(iter(p.values()))
    else:
        yield p


def _check_function(ex: Exercise, yml: Path) -> None:
    cases, visible = [*ex.cases, *ex.hidden], len(ex.cases)
    for case in cases:
        if case.expected == STOPS:
            raise AuthorError(yml, ex.id, f"the reference answer stops on the input {case.shown}")
    grouped = [i for members in ex.groups.values() for i in members]
    if grouped and sorted(grouped) != list(range(len(cases))):
        raise AuthorError(yml, f"{ex.id}.groups", f"expected each of the {len(cases)} cases in exactly one group")
    for m in ex.misconceptions:
        shown = replace(ex, hidden=(), groups={}, misconceptions=(replace(m, results=m.results[:visible]),))
        verdict = judge(shown, {"function": ex.name}, replies(m.results[:visible], ex.cases))
        if verdict.status is Status.RIGHT:
            expected = "no visible case tells this misconception from the right answer"
            raise AuthorError(yml, f"{ex.id}.{m.id}", expected)
        for group, members in ex.groups.items():
            if all(m.results[i] == cases[i].expected for i in members):
                raise AuthorError(yml, f"{ex.id}.groups.{group}", f"the misconception “{m.id}” earns this group")


MOST_WORDS = 8  # of a quotation that decides


def check_reasons(ex: Exercise, yml: Path) -> None:
    """Raise AuthorError where a reason names no part, quotes too much, or gives no sentence."""
    known = {*ex.asked, *(name.split(" · ")[0] for name in ex.asked)}
    for name, reason in ex.reasons.items():
        place = f"{ex.id}.reasons.{name}"
        if name not in known:
            raise AuthorError(yml, place, f"expected a part of the answer: {', '.join(ex.asked)}")
        if len(reason.words.split()) > MOST_WORDS:
            raise AuthorError(yml, place, f"expected at most {MOST_WORDS} deciding words")
        for field in ("why", "tempting"):
            message = getattr(reason, field).strip()
            if (message or field == "why") and not message.endswith((".", "?", "!", "”", ")")):
                raise AuthorError(yml, place, f"expected `{field}` as a whole sentence")


def missing_reasons(ex: Exercise) -> list[str]:
    """The parts of an exercise without a full reason: none at all, or labels to choose from and no tempting one.

    >>> missing_reasons(Exercise("a", name="x", kind="compute", expected=4.7))
    ['x']
    """
    if ex.is_prose:
        return []
    labelled = {part.name or ex.name for part in ex.parts.values() if part.options or part.has_two_options}
    reasons = {name: ex.reason_for(name) for name in ex.asked}
    return [name for name, reason in reasons.items() if not reason or (name in labelled and not reason.tempting)]
