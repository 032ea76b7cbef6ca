"""The library of the course "One Trial, Five Tellings": the five sources as tables, and the check of an answer."""

from appraise.checking import check, lesson, worked
from appraise.reading import read
from appraise.records import claims, documents, frame, numbers, outside, passages, reports, sources

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
