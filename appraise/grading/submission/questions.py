"""The files that belong to nobody for certain: asked for in a small CSV that is filled in and given back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from appraise.errors import CollectError
from appraise.files import write_whole
from appraise.grading.submission.people import Person

NOBODY = "-"  # an answer: the file is nobody's, and is not asked for again
_HEAD = ("file", "candidates", "student")


@dataclass(frozen=True)
class Question:
    """A file, and whom it may belong to."""

    file: str
    candidates: Sequence[Person] = ()

    @property
    def named(self) -> str:
        """The candidates in one line, each with the id to fill in."""
        return " or ".join(f"{p.id} ({p.full_name})" if p.full_name else p.id for p in self.candidates)


def questions_file(own: Path, slug: str) -> Path:
    """Where the questions of a lesson are kept; `own` is the folder `grading/`."""
    return own / "collected" / f"{slug}-whose.csv"


def read_answers(file: Path, people: Mapping[str, Person]) -> dict[str, str]:
    """What was filled in: file to student's id, or "-" for nobody.

    Raises
    ------
    CollectError
        For a table with other columns, or an answer that is no student of the roster.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = file.read_bytes().decode("cp1252", "replace")
    except OSError as e:
        raise CollectError(f"{file}: the answers cannot be read: {e.strerror}") from None
    first = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=max((",", ";", "\t"), key=first.count))
    if not {"file", "student"} <= set(rows.fieldnames or ()):
        raise CollectError(f"{file}: expected the columns {', '.join(_HEAD)}; got {', '.join(rows.fieldnames or ())}")
    known = {who.casefold(): who for who in people}
    result = {}
    for row in rows:
        answer = (row["student"] or "").strip()
        if not answer or not row["file"]:
            continue
        if answer != NOBODY and answer.casefold() not in known:
            raise CollectError(
                f"{file}, line {rows.line_num}: “{answer}” is not on the roster; expected an id, or {NOBODY} for nobody"
            )
        result[_unquoted(row["file"])] = known.get(answer.casefold(), NOBODY)
    return result


def write_questions(own: Path, slug: str, questions: Sequence[Question], answers: Mapping[str, str]) -> Path | None:
    """Write what is to be asked and what was answered; None where there is neither."""
    file = questions_file(own, slug)
    if not questions and not answers:
        file.unlink(missing_ok=True)
        return None
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(_HEAD)
    write.writerows([_quoted(q.file), _quoted(q.named), ""] for q in questions)
    write.writerows([_quoted(name), "", who] for name, who in sorted(answers.items()))
    write_whole(file, "\ufeff" + out.getvalue())
    return file


def _quoted(text: str) -> str:
    """A learner names files: no spreadsheet may take a name for a formula."""
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@", "|", "%", "'")) else text


def _unquoted(text: str) -> str:
    return text.removeprefix("'")
