"""Sentences of a passage worth a second look, each with a question and the lesson that explains it.

A prompt is raised by words and says nothing about whether the sentence is right.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from appraise.workbench.data import prompt_kinds
from appraise.workbench.reading import read_text, sentences


class Prompt(NamedTuple):
    """A sentence, `text[start:end]`, with the kind of the prompt, its words, its question and its lesson's slug."""

    kind: str
    sentence: str
    start: int
    end: int
    words: tuple[str, ...]
    asks: str
    lesson: str


def prompts(passage: str) -> list[Prompt]:
    """The prompts for a passage, sentence by sentence; a sentence may have several. Raises as `read_text` does.

    >>> for p in prompts("It is safe. The cream reduces pain. It was tested in May."):
    ...     print(p.kind, p.words, p.lesson)
    safety ('safe',) 06-how-big-how-sure
    cause ('reduces',) 05-compared-with-what
    """
    passage = read_text(passage, "the page")
    raised = []
    for start, end in sentences(passage):
        sentence = passage[start:end]
        for kind, pattern in _patterns().items():
            words = tuple(dict.fromkeys(m[0].lower() for m in pattern.finditer(sentence)))
            if words:
                asks, lesson = prompt_kinds()[kind].asks, prompt_kinds()[kind].lesson
                raised.append(Prompt(kind, sentence, start, end, words, asks, lesson))
    return raised


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """For each kind one alternation of its words; a space in them may be any space of at most three characters."""
    patterns = {}
    for kind, data in prompt_kinds().items():
        words = sorted(data.words, key=len, reverse=True)
        each = (re.escape(w).replace(r"\ ", r"\s{1,3}").replace(r"\*", r"[a-z]{0,12}") for w in words)
        patterns[kind] = re.compile(rf"\b(?:{'|'.join(each)})\b", re.IGNORECASE)
    return patterns
