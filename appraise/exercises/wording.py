"""Sentences that more than one kind of exercise says: what is asked, and that an answer is right."""

from __future__ import annotations

from collections.abc import Sequence

from appraise.exercises.exercise import Exercise
from appraise.exercises.parts import describe_parts


def praise(ex: Exercise) -> str:
    """The line after a right answer, with the one thing to carry away, or the first reason.

    >>> from appraise.exercises.exercise import Reason
    >>> because = Reason("What a difference is", "The later mean is taken from the earlier one.")
    >>> praise(Exercise("fall", name="fall", kind="compute", expected=2.8, reasons={"fall": because}))
    'Right. The later mean is taken from the earlier one.'
    """
    first = next(iter(ex.reasons.values()), None)
    why = ex.right or (first.why if first else "")
    return f"Right. {why}".strip()


def what_is_asked(ex: Exercise) -> str:
    """What kind of value the exercise asks for, in one sentence."""
    expected = ex.expected
    if ex.is_function:
        return f"A function named `{ex.name}` is asked for."
    if len(ex.parts) > 1:
        return f"Give {describe_parts([part.name for part in ex.parts.values()])}."
    if isinstance(expected, dict) and "set" in expected:
        return f"Give a list with your choice of {len(expected['set'])}."
    if ex.is_plot:
        return "Give the Axes of your plot, for example `ax` from `fig, ax = plt.subplots()`."
    if isinstance(expected, bool):
        return "Give True or False."
    if isinstance(expected, str):
        options = next(iter(ex.parts.values())).options
        return "Give a text in quotation marks" + (f": {list_labels(options)}." if options else ".")
    return "Give one number" + (f" ({ex.unit})." if ex.unit else ".")


def list_labels(labels: Sequence[str]) -> str:
    """Labels as a list in words.

    >>> list_labels(["yes", "no"])
    '"yes" or "no"'
    """
    quoted = [f'"{label}"' for label in labels]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]


def quote_some(names: Sequence[str], most: int = 6) -> str:
    """The first names in quotation marks, and how many more there are."""
    quoted = [f"“{name}”" for name in names[:most]]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(quoted) + more
