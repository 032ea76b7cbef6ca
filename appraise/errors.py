"""All errors that this project raises on purpose, in one file; the command line shows them as one line.

Every class derives from `AppraiseError`. Those that lessons and scripts may meet are ValueErrors too, as they were
before they had a common root. `WorkerDied` stands apart: it must pass through code that catches Exception.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appraise.exercises.exercise import Status


class AppraiseError(Exception):
    """The root of this project's own errors. Its text is one line: where, what was expected, what to do."""


class DataFileError(AppraiseError, ValueError):
    """A data file that cannot be used: the file, the place in it and what was expected, in one line.

    Attributes
    ----------
    file : str
        The file's name.
    item : str
        The path inside the file; "" for the whole file.
    line : int or None
        The line in the file, counted from 1.

    Examples
    --------
    >>> print(DataFileError("9-new.yml", "passages.post", "expected a title", 12))
    9-new.yml, line 12: passages.post: expected a title
    """

    def __init__(self, file: Path | str, item: str, expected: str, line: int | None = None) -> None:
        self.file, self.item, self.line = str(file), item, line
        where = self.file if line is None else f"{self.file}, line {line}"
        super().__init__(": ".join(part for part in (where, item, " ".join(expected.split())) if part))


# ── the course and its data ─────────────────────────────────────────────────────────────────────────────────────────


class RecordError(DataFileError):
    """A record of `seeds/` that cannot be used."""


class RubricError(DataFileError):
    """The rubric or another file of lesson 12 that cannot be used, or a criterion that is not there."""


class QuestionError(DataFileError):
    """A question of the test before and after the course, or an answer to one, that cannot be used."""


class CaseFileError(DataFileError):
    """A file of the unseen cases, or a teacher's own case, that cannot be used."""


class AuthorError(DataFileError):
    """A lesson that cannot be made from `solutions/`; a file is named with its two folders."""

    def __init__(self, file: Path | str, item: str, expected: str, line: int | None = None) -> None:
        super().__init__("/".join(Path(file).parts[-3:]), item, expected, line)


class CourseError(AppraiseError, ValueError):
    """Something about the course as a whole that cannot be used; the text says what and where."""


class CourseFileError(CourseError, DataFileError):
    """`course.yml` that cannot be used: the line, the place in it and what was expected."""


class SiteError(AppraiseError):
    """The copy of the lessons to read cannot be made; the text says which lesson or page and why."""


# ── methods ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class ConsistencyError(AppraiseError, ValueError):
    """A figure that cannot be read or used; the text names it and says what was expected."""


class AgreementError(AppraiseError, ValueError):
    """Ratings or a table that cannot be compared; the text says what was expected."""


class DoseError(AppraiseError, ValueError):
    """A formula or an amount that cannot be used; the text says which and what was expected."""


class Rob2Error(AppraiseError, ValueError):
    """An answer that the algorithm cannot use. `question` holds its number, or the domain where none is at fault."""

    def __init__(self, question: str, message: str) -> None:
        super().__init__(message)
        self.question = question


# ── answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class AnswerTooLarge(AppraiseError):
    """An answer that is nested too deeply or holds too many values."""


class AnswerFormatError(AppraiseError):
    """An answer whose form cannot be read; the text says what was expected."""


class CheckFailed(AppraiseError):
    """A graded answer that is not right, while nbgrader validates: it shows the remark and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return textwrap.wrap(str(self), 80)  # nbgrader cuts longer lines


# ── grading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class ClassError(AppraiseError):
    """The class cannot be graded; the text says why and what to do."""


class LessonError(AppraiseError):
    """The lesson's files do not fit together; the text names file, item and what was expected."""


class RosterError(AppraiseError):
    """A roster that cannot be used; the text names file, line and what was expected."""


class GradebookError(AppraiseError):
    """The gradebook cannot be used, or something cannot be written to it; the text says what."""


class MarkingError(AppraiseError):
    """Marks that cannot be used; the text names file, line and what was expected."""


class ItemsError(AppraiseError):
    """There is nothing to analyse; the text says what to do first."""


class NoSandbox(AppraiseError):
    """No sandbox stands on this machine, and nobody said that the submissions are trusted."""


class SandboxError(AppraiseError):
    """A fork server cannot be started, or has died: the grader's fault, not a learner's."""


class WorkerDied(BaseException):
    """The other side gave no usable answer. Derived from BaseException, so that comparing code cannot swallow it.

    Attributes
    ----------
    status : Status
        `CRASHED`, `TIME_LIMIT`, `MEMORY_LIMIT` or `OUTPUT_LIMIT`.
    detail : str
        What was seen, in words.
    """

    def __init__(self, status: Status, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
