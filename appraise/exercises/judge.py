"""The judgement of one answer to one exercise.

The learner's `check` and the grader call the same `judge`; the grader's exercise holds hidden cases besides. Nothing
here runs a learner's code: functions are reached through `call`, which is handed in. An answer is a JSON value, as
`appraise.exercises.serialize.encode` gives it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from appraise.errors import AnswerFormatError
from appraise.exercises.compare import is_same, share_of_choices
from appraise.exercises.exercise import Call, Exercise, Misconception, Part, Status, Verdict
from appraise.exercises.follows import apply_follow_rules
from appraise.exercises.functions import judge_function
from appraise.exercises.parts import flatten, parts_of
from appraise.exercises.plots import judge_plot
from appraise.exercises.prose import missing_points, things_to_reconsider
from appraise.exercises.serialize import Json, describe_type, short
from appraise.exercises.values import (
    PartKey,
    as_scalar,
    as_sequence,
    count_of,
    is_blank,
    is_not_reported,
    normalize,
    part_key,
    read_number,
)
from appraise.exercises.wording import list_labels, praise, quote_some, what_is_asked

Answers = Mapping[PartKey, Json]


def judge(ex: Exercise, answer: Json, call: Call | None = None) -> Verdict:
    """Judge an answer.

    Parameters
    ----------
    ex : Exercise
        From a pack, or with hidden cases from a key.
    answer : JSON value
        See `appraise.exercises.serialize.encode`.
    call : callable, optional
        Calls the learner's function with JSON arguments; needed where the answer is a function.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> typed = Misconception("typed", "Where does that digit come from?", answer=4.2)
    >>> ex = Exercise("one-digit", name="x", kind="compute", expected=4.7, misconceptions=[typed])
    >>> str(judge(ex, 4.7).status), judge(ex, 4.2).misconception, str(judge(ex, {"stub": True}).status)
    ('right', 'typed', 'no answer')
    """
    if ex.is_prose:
        return _judge_prose(ex, answer)
    if is_blank(answer):
        return Verdict(0.0, Status.NO_ANSWER, _no_answer_remark(ex, answer))
    if isinstance(answer, dict) and "other" in answer:
        remark = f"`{ex.name}` holds {describe_type(answer)}, which cannot be read. {what_is_asked(ex)}"
        return Verdict(0.0, Status.WRONG, remark)
    try:
        if ex.is_function:
            return judge_function(ex, answer, call)
        if ex.is_plot:
            return judge_plot(ex, answer)
        if isinstance(answer, dict) and ("function" in answer or "axes" in answer):
            raise AnswerFormatError(f"`{ex.name}` is {describe_type(answer)}. {what_is_asked(ex)}")
        return _judge_parts(ex, answer)
    except AnswerFormatError as fault:
        return Verdict(0.0, Status.WRONG, str(fault))


_AND_CHECK = "Then press Check; without a form, run the answer cell and the check cell."


def _no_answer_remark(ex: Exercise, answer: Json) -> str:
    name = ex.name
    if isinstance(answer, dict) and "stub" in answer:
        return (
            f"`{name}` still holds the three dots. Answer in its form, or put your answer in their place. {_AND_CHECK}"
        )
    if answer is None and not ex.is_function:
        return f"`{name}` is None, which is Python's word for nothing. Put your answer there. {_AND_CHECK}"
    if isinstance(answer, dict) and any(answer.get(k) for k in ("dict", "frame", "series")):
        return f"Nothing is chosen or filled in yet for `{name}`. Give your answers. {_AND_CHECK}"
    return f"`{name}` is empty. Put your answer there. {_AND_CHECK}"


# ── parts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _judge_parts(ex: Exercise, answer: Json) -> Verdict:
    """Judge each part of an answer, and choose the one remark that helps most."""
    answers = parts_of(answer, {key: part.name for key, part in ex.parts.items()}, ex.name)
    shares: dict[str, float] = {}
    empty: list[str] = []
    faults: list[str] = []
    for key, part in ex.parts.items():
        value = answers.get(key)
        if is_blank(value):
            shares[part.name] = 0.0
            empty.append(part.name)
            continue
        shares[part.name] = _share_of_part(ex, part, value)
        if shares[part.name] == 0 and (fault := _format_fault(ex, part, value)):
            faults.append(fault)
    apply_follow_rules(ex, answers, shares)
    wrong = tuple(name for name, share in shares.items() if share < 1)
    if not wrong:
        return Verdict(1.0, Status.RIGHT, praise(ex))
    if len(empty) == len(ex.parts):
        return Verdict(0.0, Status.NO_ANSWER, _no_answer_remark(ex, answer), wrong=wrong)
    share = _total_share(ex, shares)
    status = Status.PARTLY if share > 0 else Status.WRONG
    all_silent = ex.kind == "compare" and all(is_not_reported(answers.get(key)) for key in ex.parts)
    if (shown := _shown_misconception(ex, answers, shares)) and not (all_silent and shown[0].item):
        misconception, at = shown
        remark = (f"“{at}”: " if at else "") + misconception.remark + _parts_to_see(ex, wrong, empty, explained=True)
        return Verdict(share, status, remark, misconception.id, wrong)
    return Verdict(share, status, _best_remark(ex, answers, faults, wrong, empty, all_silent), wrong=wrong)


def _best_remark(
    ex: Exercise, answers: Answers, faults: list[str], wrong: tuple[str, ...], empty: list[str], all_silent: bool
) -> str:
    """The remark on an answer that shows no known misconception."""
    if faults:
        more = f" ({count_of(len(faults) - 1, 'more entry', 'more entries')} like this.)" if len(faults) > 1 else ""
        return faults[0] + more
    if len(ex.parts) == 1:
        return _generic_remark(ex, answers)
    if all_silent:
        # naming the cells that are not right would fill in half of the table
        remark = f"Every cell of `{ex.name}` reads “not reported”. Some of the passages do print what is asked. "
        return remark + "Take one passage, and look for each column in turn."
    return _parts_to_see(ex, wrong, empty, explained=False).strip()


def _share_of_part(ex: Exercise, part: Part, value: Json) -> float:
    """Share of one part: 1 if it is the reference, else the share that the exercise grants to another answer."""
    if patterns := ex.text.get(part.name):
        return float(isinstance(value, str) and any(re.search(p, value, re.I) for p in patterns))
    if part.is_choice_of_several:
        chosen = as_sequence(value)
        best = share_of_choices(part.expected["set"], [value] if chosen is None else chosen)
    else:
        best = float(is_same(part.expected, as_scalar(value), part.tolerance, ex.all_units))
    for other in ex.accept:
        is_meant = other.item is None or part_key(other.item) == part.key
        if is_meant and is_same(other.answer, as_scalar(value), part.tolerance):
            best = max(best, float(other.share))
    return best


def _format_fault(ex: Exercise, part: Part, value: Json) -> str | None:
    """What is wrong with the form of one part, if anything: a label not on the list, text for a number."""
    where = f" for “{part.name}”" if part.name else f" in `{ex.name}`"
    value, expected = as_scalar(value), part.expected
    is_text = isinstance(value, str)
    if part.name in ex.text:
        return None if is_text else f"Your entry{where} is {describe_type(value)}. Write a sentence there."
    if part.options and (part.is_choice_of_several or isinstance(expected, str)):
        for label in (as_sequence(value) or [value]) if part.is_choice_of_several else [value]:
            if not isinstance(label, str) or normalize(label) not in part.labels:
                return f"{short(label)}{where} is not one of the labels. Choose from {list_labels(part.options)}."
        return None
    is_number = not isinstance(expected, str | bool) and read_number(expected) is not None
    if is_number and read_number(value, ex.all_units) is None and not is_not_reported(value):
        unit = f" ({ex.unit})" if ex.unit else ""
        return f"Your entry{where} is {short(value)}. A number{unit} is expected there."
    says_yes_or_no = isinstance(value, bool) or (is_text and normalize(value) in {"yes", "no", "true", "false"})
    if isinstance(expected, bool) and not says_yes_or_no:
        return f"Your entry{where} is {short(value)}. Give True or False."
    return None


def _total_share(ex: Exercise, shares: Mapping[str, float]) -> float:
    """The share of the whole answer: the mean of its parts, weighted where the exercise says so."""
    if ex.kind == "compare":
        # the smaller of two shares, so that an all-blank or an all-guessed table earns nothing
        reported = [shares[p.name] for p in ex.parts.values() if not is_not_reported(p.expected)]
        silent = [shares[p.name] for p in ex.parts.values() if is_not_reported(p.expected)]
        return min(sum(group) / len(group) for group in (reported, silent) if group)
    if not ex.weights:
        return sum(shares.values()) / len(shares)
    total = 0.0
    for group, weight in ex.weights.items():
        members = [share for name, share in shares.items() if name.split(" · ")[0] == group]
        total += weight * sum(members) / len(members)
    return float(total / sum(ex.weights.values()))


def _shown_misconception(
    ex: Exercise, answers: Answers, shares: Mapping[str, float]
) -> tuple[Misconception, str] | None:
    """The first misconception that the answer shows: the whole of it, else at one of its wrong parts.

    With it the part's name, where the remark stands for several parts and naming one does not tell the answer.
    """
    for m in ex.misconceptions:
        if m.item is None and all(
            not is_blank(answers.get(key))
            and is_same(value, as_scalar(answers[key]), ex.tolerance_of(name), ex.all_units)
            for key, (name, value) in flatten(m.answer).items()
        ):
            return m, ""
    for m in ex.misconceptions:
        if m.item is None:
            continue
        items = [m.item] if isinstance(m.item, str) else m.item
        keys = set(ex.parts) if m.item == "any" else {part_key(item) for item in items}
        for key, part in ex.parts.items():
            if key not in keys or shares[part.name] == 1 or is_blank(answers.get(key)):
                continue
            if is_same(m.answer, as_scalar(answers[key]), part.tolerance, ex.all_units):
                return m, part.name if len(keys) > 1 and not part.has_two_options else ""
    return None


def _parts_to_see(ex: Exercise, wrong: tuple[str, ...], empty: list[str], explained: bool) -> str:
    """Which parts to look at again. Where there are two options only, how many, since naming them tells the answer.

    `explained`: a remark on one of them stands before this sentence.
    """
    if len(ex.parts) == 1:
        return ""
    two = {part.name for part in ex.parts.values() if part.has_two_options}
    filled = [name for name in wrong if name not in empty]
    closed = [name for name in filled if name in two]
    named = [name for name in filled if name not in two]
    sentences = []
    if closed and len(two) == len(ex.parts):
        sentences.append(f"Not right yet: {len(closed)} of {len(two)}.")
    if named and not (explained and len(filled) == 1):
        sentences.append(f"Look again at {quote_some(named)}.")
    if empty:
        sentences.append(f"Not answered yet: {quote_some(empty)}.")
    if closed and len(two) < len(ex.parts):
        more = "more " if named else ""
        they = "is not right yet; to name it" if len(closed) == 1 else "are not right yet; to name them"
        sentences.append(f"{count_of(len(closed), f'{more}entry', f'{more}entries')} {they} would tell the answer.")
    return "".join(f" {sentence}" for sentence in sentences)


def _generic_remark(ex: Exercise, answers: Answers) -> str:
    """The remark on a single value that no misconception explains: its sign, its size, its form."""
    (part,) = ex.parts.values()
    expected, name = part.expected, ex.name
    value = as_scalar(answers.get((), next(iter(answers.values()), None)))
    if part.is_choice_of_several:
        chosen = as_sequence(value)
        choices = [value] if chosen is None else chosen
        right = sum(any(is_same(e, choice) for e in expected["set"]) for choice in choices)
        wanted = count_of(len(expected["set"]), "choice is", "choices are")
        return f"{wanted} asked for; of your {len(choices)}, {right} fit."
    a = None if isinstance(expected, str | bool) else read_number(expected)
    b = read_number(value, ex.all_units)
    if a is None or b is None or not math.isfinite(b):
        return f"{short(value)} is not the answer to this question."
    unit, tolerance = f" The unit asked for is {ex.unit}." if ex.unit else "", ex.tolerance_of("")
    if is_same(-a, b, tolerance) and a:
        return f"The size of `{name}` fits, its sign does not. Which value is taken from which?"
    for factor in (100.0, 0.01, 10.0, 0.1, 1000.0, 0.001):
        if a and is_same(a * factor, b, tolerance * factor):
            return f"`{name}` is off by a power of ten. Look at the units and at percent against proportion.{unit}"
    if a and abs(a - b) <= 0.05 * abs(a):
        near = "Round only at the end, and check the figures you began with."
        return f"`{name}` is near, but outside the tolerance. {near}{unit}"
    return f"`{name}` is not the number asked for.{unit}"


# ── prose ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _judge_prose(ex: Exercise, answer: Json) -> Verdict:
    """Prose is marked by a person; the check only points at what is missing."""
    if is_blank(answer):
        return Verdict(0.0, Status.NO_ANSWER, _no_answer_remark(ex, answer))
    if not isinstance(answer, str):
        remark = f"`{ex.name}` is {describe_type(answer)}. Write a text in quotation marks."
        return Verdict(0.0, Status.WRONG, remark)
    missing = missing_points(ex, answer)
    formal = " ".join(missing) if missing else "Nothing on the list of formal points is missing."
    alarms = things_to_reconsider(ex, answer)
    look = f" Look again: {' '.join(alarms)}" if alarms else ""
    if ex.core:
        marks = "A person marks this text with the rubric; this check cannot."
    else:
        marks = "You wrote it for yourself: nobody else marks it."
    return Verdict(0.0, Status.MARKED, f"{formal}{look} {marks}", wrong=tuple(missing), reconsider=tuple(alarms))
