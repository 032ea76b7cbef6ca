"""The library of the course "One Trial, Five Tellings": the five sources as tables, and the check of an answer."""

from appraise import aliases
from appraise.learner.check import check
from appraise.learner.opening import lesson
from appraise.learner.worked import worked
from appraise.sources.reader import read
from appraise.sources.tables import claims, documents, frame, numbers, outside, passages, reports, sources

aliases.install()

__all__ = [
    "check",
    "claims",
    "documents",
    "frame",
    "lesson",
    "numbers",
    "outside",
    "passages",
    "read",
    "reports",
    "sources",
    "worked",
]
