"""How far a program gets that reads words without understanding: naive Bayes and a logistic model on bags of words.

Learnt from cases that anybody can make, tried on others. The floor is what naming each subject's commonest label
earns. Where words, or a look-up of each figure in the abstract, give labels away, the programs rise above it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from appraise.cases.casemaking import Case, make_case
from appraise.cases.labels import FIXED_BY_ONE_FACT

_Floats = npt.NDArray[np.float64]


class Row(NamedTuple):
    """A sentence as a program sees it: its subject, its features, and its label."""

    subject: str
    features: tuple[str, ...]
    label: str


class Score(NamedTuple):
    """The share of labels that a program got right, and the floor on the same sentences."""

    name: str
    accuracy: float
    floor: float

    @property
    def above(self) -> float:
        """How far the program is above the floor."""
        return self.accuracy - self.floor


_Model = Callable[[Sequence[Row], Sequence[Row]], list[str]]


def rows_of(case: Case, looks_up: bool) -> list[Row]:
    """The sentences of a case; with `looks_up`, also whether their figures and words stand in the abstract."""
    abstract = " ".join(sentence.text for sentence in case.abstract)
    figures = set(re.findall(r"\d+(?:\.\d+)?", abstract))
    known = set(re.findall(r"[a-z]+", abstract.lower()))
    rows = []
    for telling in case.tellings:
        for sentence in telling.sentences:
            text = sentence.text.lower()
            words = re.findall(r"[a-z]+|\d+(?:\.\d+)?", text)
            features = [*words, *(f"{one}_{two}" for one, two in pairwise(words))]
            if looks_up:
                numbers = [word for word in words if word[0].isdigit()]
                features += [f"#{'in' if number in figures else 'out'}" for number in numbers]
                letters = [word for word in words if word[0].isalpha()]
                features.append(f"#share{10 * sum(word in known for word in letters) // max(1, len(letters))}")
            rows.append(Row(sentence.claim.subject, tuple(features), sentence.label))
    return rows


def score_cheats(train: Iterable[str], test: Iterable[str]) -> list[Score]:
    """The scores of four programs: two kinds of model, with and without a look-up. Seeds name the cases."""
    scores = []
    train, test = list(train), list(test)
    learnt, tried = [make_case(seed) for seed in train], [make_case(seed) for seed in test]
    for looks_up in (False, True):
        first = [row for case in learnt for row in rows_of(case, looks_up)]
        second = [row for case in tried for row in rows_of(case, looks_up)]
        if looks_up:
            first = [row for row in first if row.subject not in FIXED_BY_ONE_FACT]
            second = [row for row in second if row.subject not in FIXED_BY_ONE_FACT]
        for name, model in (("naive Bayes", _bayes), ("logistic", _logistic)):
            scores.append(_score(f"{name}, {'with a look-up' if looks_up else 'words only'}", model, first, second))
    return scores


def _score(name: str, model: _Model, train: Sequence[Row], test: Sequence[Row]) -> Score:
    by_subject, right, floor = defaultdict(list), 0, 0
    for row in train:
        by_subject[row.subject].append(row)
    for subject, rows in by_subject.items():
        tried = [row for row in test if row.subject == subject]
        commonest = Counter(row.label for row in rows).most_common(1)[0][0]
        floor += sum(row.label == commonest for row in tried)
        right += sum(a == row.label for a, row in zip(model(rows, tried), tried, strict=True))
    return Score(name, right / len(test), floor / len(test))


def _matrix(rows: Sequence[Row], vocabulary: dict[str, int]) -> _Floats:
    matrix = np.zeros((len(rows), len(vocabulary)))
    for i, row in enumerate(rows):
        for feature in row.features:
            if feature in vocabulary:
                matrix[i, vocabulary[feature]] = 1
    return matrix


def _prepare(train: Sequence[Row], test: Sequence[Row]) -> tuple[_Floats, _Floats, _Floats, list[str]]:
    counts = Counter(feature for row in train for feature in set(row.features))
    vocabulary = {name: i for i, name in enumerate(sorted(name for name, n in counts.items() if n > 1))}
    labels = sorted({row.label for row in train})
    targets = np.array([labels.index(row.label) for row in train])
    return _matrix(train, vocabulary), _matrix(test, vocabulary), targets, labels


def _bayes(train: Sequence[Row], test: Sequence[Row]) -> list[str]:
    seen, unseen, targets, labels = _prepare(train, test)
    scores = []
    for k in range(len(labels)):
        rows = seen[targets == k]
        share = (rows.sum(axis=0) + 1) / (len(rows) + 2)
        scores.append(np.log(len(rows)) + unseen @ np.log(share) + (1 - unseen) @ np.log(1 - share))
    return [labels[k] for k in np.argmax(scores, axis=0)]


def _logistic(train: Sequence[Row], test: Sequence[Row]) -> list[str]:
    seen, unseen, targets, labels = _prepare(train, test)
    goal = np.eye(len(labels))[targets]
    weights, base = np.zeros((seen.shape[1], len(labels))), np.zeros(len(labels))
    for _ in range(150):
        scores = seen @ weights + base
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        error = (goal - shares) / len(seen)
        weights += 0.5 * (seen.T @ error - 0.01 * weights)
        base += 0.5 * error.sum(axis=0)
    return [labels[k] for k in np.argmax(unseen @ weights + base, axis=1)]
