"""Answers in words: a check counts, finds that a point is not touched, and stops at wordings that often say too much.

It cannot read. A person marks the text, or the writer does, beside models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from appraise.exercises.exercise import Exercise
from appraise.sources.rules import text_figures

_SMALL = 12  # whole numbers up to it are written in every text, for other things than results
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?![\s\n]|$)[^.!?\n]*)*(?:[.!?]+|\n|$)")


def counted_lines(text: str, uncounted: Sequence[str] = ()) -> str:
    """The lines of a text that count as words: all but those that begin with one of `uncounted`.

    >>> counted_lines("Pain fell.\\nReference: Yousef 2013", ["Reference:"])
    'Pain fell.'
    """
    heads = tuple(head.casefold() for head in uncounted)
    return "\n".join(line for line in text.splitlines() if not heads or not line.strip().casefold().startswith(heads))


def count_words(text: str, uncounted: Sequence[str] = ()) -> int:
    """The words of a text, without the lines that do not count.

    >>> count_words("Pain fell from 7.5 to 4.7.")
    6
    """
    return len(re.findall(r"\b[\w’'.-]+\b", counted_lines(text, uncounted)))


def missing_points(exercise: Exercise, text: str) -> list[str]:
    """The formal points of an exercise that a text does not show yet, one sentence each.

    >>> points = [{"pattern": "placebo", "missing": "No comparison was found."}]
    >>> missing_points(Exercise("tell", name="telling", kind="write", expects=points), "Pain fell.")
    ['No comparison was found.']
    """
    missing = [e["missing"] for e in exercise.expects if not re.search(e["pattern"], text, re.I)]
    count = count_words(text, exercise.uncounted)
    if exercise.most_words and count > exercise.most_words:
        missing.append(f"It has {count} words; the limit is {exercise.most_words}.")
    return missing


def things_to_reconsider(exercise: Exercise, text: str) -> list[str]:
    """What to look at again: the sentence that an alarm stops at, in quotation marks, and why.

    >>> proof = {"finds": "prove", "unless": "not", "reconsider": "Which word fits?"}
    >>> ex = Exercise("tell", name="telling", kind="write", alarms=[proof])
    >>> things_to_reconsider(ex, "It proves it. It does not prove that.")
    ['“It proves it.” Which word fits?']
    """
    lines = counted_lines(text, exercise.uncounted)
    sentences = [s.strip() for s in _SENTENCE.findall(lines) if s.strip()]
    result = []
    for alarm in exercise.alarms:
        if alarm["finds"] == "figures":
            result += _unknown_figures(lines, exercise, alarm["reconsider"])
            continue
        for sentence in sentences:
            is_let_pass = alarm["unless"] and re.search(alarm["unless"], sentence, re.I)
            if re.search(alarm["finds"], sentence, re.I) and not is_let_pass:
                result.append(f"“{_short(sentence)}” {alarm['reconsider']}")
    return list(dict.fromkeys(result))


def _unknown_figures(text: str, exercise: Exercise, words: str) -> list[str]:
    known = {*map(_bare, exercise.figures), *map(str, range(_SMALL + 1))}
    return [f"{figure} {words}" for figure in dict.fromkeys(text_figures(text)) if _bare(figure) not in known]


def _bare(figure: str) -> str:
    return figure.rstrip("% ")


def _short(sentence: str, most: int = 14) -> str:
    words = sentence.split()
    return sentence if len(words) <= most else " ".join(words[:most]) + " …"
