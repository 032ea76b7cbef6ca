"""The library of the course "One Trial, Five Tellings": the five sources as tables, and the check of an answer."""

from appraise import aliases
from appraise.learner.check import check
from appraise.learner.forms import choose, mark, predict, predicted, predicted_reason, write_text
from appraise.learner.glossary import glossary
from appraise.learner.opening import lesson
from appraise.learner.predictions import show_prediction
from appraise.learner.recall import recall
from appraise.learner.worked import worked
from appraise.sources.reader import read, read_beside
from appraise.sources.tables import claims, documents, frame, numbers, outside, passages, reports, sources

aliases.install()

__all__ = [
    "check",
    "choose",
    "claims",
    "documents",
    "frame",
    "glossary",
    "lesson",
    "mark",
    "numbers",
    "outside",
    "passages",
    "predict",
    "predicted",
    "predicted_reason",
    "read",
    "read_beside",
    "recall",
    "reports",
    "show_prediction",
    "sources",
    "worked",
    "write_text",
]
