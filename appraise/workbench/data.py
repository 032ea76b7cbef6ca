"""The data beside this package: prompts, the eight questions, and what changes for each kind of study."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from appraise.errors import WorkbenchError

_FOLDER = Path(__file__).parent


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_AModel = TypeVar("_AModel", bound=_Model)


class PromptKind(_Model):
    """One kind of prompt: its title, what it asks, the lesson that explains it, and the words that call for it."""

    title: str
    asks: str
    lesson: str
    words: tuple[str, ...]


class Question(_Model):
    """One question put to a claim: a short name, the question, and what it asks for."""

    id: str
    asks: str
    means: str


class StudyKind(_Model):
    """What was found behind a claim, and what changes in each question for it."""

    id: str
    name: str
    is_: str
    changes: dict[str, str]


class Source(_Model):
    """Somebody else's list of questions, named and linked."""

    name: str
    url: str
    note: str


class Questions(_Model):
    """The eight questions, two optional ones, the kinds of study, and the sources."""

    questions: tuple[Question, ...]
    optional: tuple[Question, ...]
    kinds: tuple[StudyKind, ...]
    sources: tuple[Source, ...]

    @model_validator(mode="after")
    def _each_kind_answers_each_question(self) -> Questions:
        asked = [q.id for q in self.questions]
        for kind in self.kinds:
            if list(kind.changes) != asked:
                raise ValueError(f"{kind.id}: expected a line for each of {', '.join(asked)}, in this order")
        return self

    def kind(self, id: str) -> StudyKind:
        """A kind of study by its short name. Raises WorkbenchError where there is none.

        >>> questions().kind("review").name
        'a review of studies'
        """
        for kind in self.kinds:
            if kind.id == id:
                return kind
        raise WorkbenchError(f"{id!r} is no kind of study; expected one of {', '.join(k.id for k in self.kinds)}")


@cache
def questions() -> Questions:
    """The eight questions with what changes for each kind of study.

    >>> [q.id for q in questions().questions]
    ['study', 'people', 'treatment', 'comparison', 'size', 'harms', 'bias', 'interests']
    >>> [k.id for k in questions().kinds]
    ['trial', 'observational', 'review', 'laboratory', 'nothing']
    """
    raw = yaml.safe_load((_FOLDER / "questions.yml").read_text(encoding="utf-8"))
    for kind in raw["kinds"]:
        kind["is_"] = kind.pop("is")  # `is` is a word of Python's
    return _valid(Questions, raw, "questions.yml")


@cache
def prompt_kinds() -> dict[str, PromptKind]:
    """The kinds of prompts by their short names.

    >>> list(prompt_kinds()), prompt_kinds()["cause"].lesson
    (['strength', 'cause', 'people', 'advice', 'safety', 'within'], '05-compared-with-what')
    """
    raw = yaml.safe_load((_FOLDER / "prompts.yml").read_text(encoding="utf-8"))
    return {name: _valid(PromptKind, kind, f"prompts.yml, {name}") for name, kind in raw.items()}


def _valid(model: type[_AModel], raw: object, place: str) -> _AModel:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WorkbenchError(f"{place}: {where}: {first['msg']}") from None
