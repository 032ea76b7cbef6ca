"""What comes out of judging: a result for each exercise, and the outcome of a whole submission."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from appraise.exercises.exercise import Status
from appraise.grading.judging.lesson import Lesson


class OutcomeStatus(StrEnum):
    """What became of a whole submission."""

    GRADED = "graded"
    NEEDS_A_PERSON = "needs a person"
    UNREADABLE = "unreadable"
    FAULT = "grader's fault"


@dataclass(frozen=True)
class ItemResult:
    """One exercise of one submission.

    Attributes
    ----------
    earned : float or None
        Points; None where a person marks, and where the grader could not judge.
    status : Status
    core : bool
        Whether its points count; others are judged for the feedback alone.
    """

    id: str
    earned: float | None
    points: float
    status: Status
    remark: str
    misconception: str | None = None
    wrong: tuple[str, ...] = ()
    core: bool = True


@dataclass
class Outcome:
    """One submission, judged.

    Attributes
    ----------
    status : OutcomeStatus
    outputs : dict
        Place of a code cell to its sanitized outputs.
    notes : list of str
        What a person should know.
    sandbox : str
        What stood between the submission and this machine; "" where nothing of it was run.
    """

    status: OutcomeStatus
    items: dict[str, ItemResult]
    outputs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    sandbox: str = ""

    def to_json(self) -> dict[str, Any]:
        """All but the outputs, as gradebooks and notebooks hold it; "walls" is the former name of the sandbox."""
        items = [{**asdict(i), "status": str(i.status)} for i in self.items.values()]
        return {"status": str(self.status), "items": items, "notes": self.notes, "walls": self.sandbox}


def outcome_without_numbers(lesson: Lesson, why: str, status: OutcomeStatus = OutcomeStatus.FAULT) -> Outcome:
    """An outcome of which no exercise has a number, since nothing could be judged."""
    items = {
        name: ItemResult(name, None, float(ex.points), Status.FAULT, why, core=bool(ex.core))
        for name, ex in lesson.exercises.items()
    }
    return Outcome(status, items, notes=[why])
