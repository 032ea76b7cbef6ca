"""What a form does when its learner chooses, types, undoes or checks; the page in between only draws.

The page sends a message with the cell's text as it stands; the reply holds the text with the choice in it, or says why
the form does not write. The page puts the new text in the cell's place only where nobody has changed it meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from appraise.exercises.exercise import Exercise
from appraise.exercises.prose import missing_points, things_to_reconsider
from appraise.learner.answers import Answer, Part
from appraise.learner.calls import answer_name, read_arguments, write_argument
from appraise.learner.check import check
from appraise.learner.literal import NotWritable, literal

if TYPE_CHECKING:  # the widgets bring matplotlib along, which a report in a terminal does not need
    from appraise.widgets.form_session import Message, Reply

Words = Mapping[str, str] | Mapping[str, Mapping[str, str]]


class AnswerSession:
    """A form of parts: lines, a table, a marked passage, or a text.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    sentences : mapping, optional
        The words of each part, by its name; or what each label stands for, of all parts or by part.
    """

    def __init__(self, exercise: Exercise, answer: Answer, sentences: Words | None = None) -> None:
        self.exercise, self.answer, self.sentences = exercise, answer, sentences
        self.done: list[tuple[Part, Any]] = []  # what can be undone: a part and its value before
        self.unwritten: dict[Part, str] = {}  # parts whose choice is not in the cell's text, and why
        self.last: tuple[Part, Any] | None = None  # what was set last, for a page whose cell has changed meanwhile

    def spec(self) -> dict[str, Any]:
        ex = self.exercise
        parts = [self._part(part) for part in self.answer.parts]
        text = {"most": ex.most_words, "uncounted": list(ex.uncounted)} if ex.is_prose else {}
        return {"title": ex.title, "unit": ex.unit or "", "parts": parts, **self.answer.layout(), **text}

    def _part(self, part: Part) -> dict[str, Any]:
        last = str(part.path[-1]) if part.path else ""
        words = (self.sentences or {}).get(last, last) if part.path else self.sentences or last
        labels = [{True: "yes", False: "no"}[v] if isinstance(v, bool) else str(v) for v in part.labels]
        if isinstance(words, Mapping):
            labels = [f"{label}: {words[label]}" if label in words else label for label in labels]
            words = last
        is_left_out = self.sentences is not None and bool(part.path) and last not in self.sentences  # a shorter case
        return {
            "name": part.name,
            "short": words,
            "labels": labels,
            "several": part.has_several,
            "hidden": is_left_out,
        }

    def states(self) -> list[dict[str, Any]]:
        return self.answer.states()

    def is_writable(self, source: str) -> bool:
        return self.answer.is_writable(source)

    def handle(self, message: Message) -> Reply:
        source = message.get("source")
        if isinstance(source, str):
            self.answer.name = answer_name(source, self.exercise.id) or self.answer.name
            self.answer.read(source)
        new = self._act(message, source)
        why = next(iter(self.unwritten.values()), "")
        reply: Reply = {"source": new, "seen": source, "why": why, "states": self.states()}
        if why or not isinstance(source, str):
            reply["copy"] = self.answer.as_text()
        if self.exercise.is_prose:
            value = self.answer.value
            text = value if isinstance(value, str) else ""
            reply["missing"] = missing_points(self.exercise, text)
            reply["reconsider"] = things_to_reconsider(self.exercise, text)
        if message["do"] == "check":
            reply["remark"] = self._check()
        return reply

    def _act(self, message: Message, source: Any) -> str | None:
        """Change the live answer; the cell's new text, or None where nothing is written."""
        match message["do"]:
            case "choose":
                part = self.answer.parts[message["part"]]
                before, value = self.answer.get(part), self.answer.choice(part, message["chosen"])
            case "text":
                part = self.answer.parts[0]
                before, value = self.answer.get(part), message["text"] if message["text"].strip() else self.answer.blank
            case "undo" if self.done:
                part, value = self.done.pop()
                before = None
            case "again" if self.last is not None:
                part, value = self.last
                before = None
            case _:
                return None
        if message["do"] == "choose" and (type(before) is not type(value) or before != value):
            self.done.append((part, before))
        self.answer.set(part, value)
        self.last = (part, value)
        if not isinstance(source, str):
            return None
        try:
            new = self.answer.write(source, part)
        except NotWritable as error:
            self.unwritten[part] = str(error)
            return None
        self.unwritten.pop(part, None)
        return new

    def _check(self) -> str:
        shown = check(self.exercise.id, self.answer.value)._repr_html_()
        return str(shown)


@dataclass
class Prediction:
    """What a learner predicts: a number between `low` and `high`, None before they say one, and a reason."""

    exercise: str
    low: float
    high: float
    unit: str = ""
    question: str = ""
    value: float | None = None
    reason: str = ""


class PredictionSession:
    """A line with a number on it; value and reason are kept as arguments of the call in the cell."""

    def __init__(self, prediction: Prediction) -> None:
        self.prediction = prediction

    def spec(self) -> dict[str, Any]:
        p = self.prediction
        step: float = 1  # what is counted; only points of a scale are measured
        if p.unit == "points" or not all(isinstance(x, int) for x in (p.low, p.high)):
            step = 0.01 if p.high - p.low <= 2 else 0.1
        return {"low": p.low, "high": p.high, "unit": p.unit, "title": p.question or "Your prediction", "step": step}

    def states(self) -> list[dict[str, Any]]:
        return [{"value": self.prediction.value, "reason": self.prediction.reason}]

    def is_writable(self, source: str) -> bool:
        try:
            self._write(source)
        except NotWritable:
            return False
        return True

    def _read(self, source: str) -> None:
        """Take over what the call in the cell says."""
        try:
            wording = read_arguments(source, "predict", self.prediction.exercise)
        except NotWritable:
            return
        value, reason = wording.get("value", self.prediction.value), wording.get("reason", self.prediction.reason)
        if value is None or isinstance(value, int | float):
            self.prediction.value = value
        self.prediction.reason = str(reason)

    def _write(self, source: str) -> str:
        p = self.prediction
        source = write_argument(source, "predict", p.exercise, "value", p.value)
        return write_argument(source, "predict", p.exercise, "reason", p.reason)

    def handle(self, message: Message) -> Reply:
        p, source = self.prediction, message.get("source")
        if isinstance(source, str) and message["do"] == "read":
            self._read(source)
        if message["do"] == "predict":
            value = message["value"]
            p.value = None if value is None else _whole(min(max(value, p.low), p.high))
            p.reason = str(message["reason"])
        reply: Reply = {"source": None, "seen": source, "why": "", "states": self.states()}
        if isinstance(source, str):
            try:
                reply["source"] = self._write(source) if message["do"] in {"predict", "again"} else None
            except NotWritable as error:
                reply["why"] = str(error)
        if reply["why"] or not isinstance(source, str):
            reply["copy"] = self._as_text()
        return reply

    def _as_text(self) -> str:
        p = self.prediction
        words = [literal(p.exercise), literal(p.low), literal(p.high)]
        words += [
            f"{k}={literal(v)}" for k, v in (("unit", p.unit), ("question", p.question), ("reason", p.reason)) if v
        ]
        return f"predict({', '.join([*words, f'value={literal(p.value)}'])})"


def _whole(value: float) -> float:
    """A number of at most four decimals, as an integer where it is one."""
    rounded = round(float(value), 4)
    return int(rounded) if rounded.is_integer() else rounded
