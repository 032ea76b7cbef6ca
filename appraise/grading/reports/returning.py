"""`appraise feedback SLUG`: a page for each learner that agrees with the gradebook, and a zip that an LMS takes back.

nbgrader makes a page anew only where what was handed in is newer than the page. Here a page is made anew whenever what
it tells has changed: the graded notebook, a mark, a comment, a penalty, or how pages look.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from nbconvert.exporters import HTMLExporter
from nbgrader import api
from traitlets.config import Config

from appraise.errors import ExportError
from appraise.files import ASSETS, ROOT, write_whole
from appraise.grading.gradebook.writer import Gradebook, open_gradebook
from appraise.grading.settings import Settings, read_settings
from appraise.grading.submission.people import Person, load_people
from appraise.grading.submission.record import Collected, load_collected

ZIPS = ("plain", "canvas", "moodle")


def give_feedback(slug: str, students: Sequence[str] = (), kind: str | None = None) -> int:
    """The command `appraise feedback`; returns the exit code 0.

    Parameters
    ----------
    slug : str
        The lesson.
    students : sequence of str
        Only these; everybody who was graded if left out.
    kind : str, optional
        Write a zip too: "canvas" or "moodle" under the names that these know, "plain" under ids.

    Raises
    ------
    ExportError
        Where nothing of the lesson is graded, or a student has nothing graded.
    """
    to = read_settings()
    with open_gradebook(to) as book:
        tellings = _what_pages_tell(book, slug) if book.has(slug) else {}
        files = {who: _notebook(to, who, slug) for who in tellings}
        tellings = {who: lines for who, lines in tellings.items() if files[who].is_file()}
        if not tellings:
            raise ExportError(f"{slug}: nothing is graded yet: appraise grade {slug}")
        if missing := [who for who in students if who not in tellings]:
            raise ExportError(f"“{missing[0]}” has nothing graded in {slug}")
    looks, made = _looks(), 0
    exporter = _exporter(to)
    for who in sorted(students or tellings):
        key = _digest(looks, tellings[who], files[who].read_bytes())
        page = _page_file(to, who, slug)
        mark = page.with_suffix(".key")
        if page.is_file() and mark.is_file() and mark.read_text(encoding="utf-8") == _digest(key, page.read_bytes()):
            continue
        text = _page(exporter, to, who, slug, files[who])
        write_whole(page, text)
        write_whole(mark, _digest(key, text.encode("utf-8")))
        made += 1
    everybody = sorted(students or tellings)
    gone = [] if students else _remove_old(to, slug, set(tellings))
    print(f"{slug}: {made} pages made, {len(everybody) - made} were as they should be: {_page_file(to, '*', slug)}")
    if gone:
        print(f"Removed, since nothing of them is graded now: {', '.join(gone)}.")
    if kind:
        _tell_zip(to, slug, everybody, kind)
    return 0


def _notebook(to: Settings, who: str, slug: str) -> Path:
    return to.folder("autograded", who, slug) / f"{slug}.ipynb"


def _page_file(to: Settings, who: str, slug: str) -> Path:
    return to.folder("feedback", who, slug) / f"{slug}.html"


def _digest(*parts: str | bytes) -> str:
    result = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8") if isinstance(part, str) else part
        result.update(len(data).to_bytes(8, "big") + data)
    return result.hexdigest()


def _looks() -> str:
    """A digest of what makes a page beside the marks: the template, the rubric and this code."""
    files = [*sorted((ASSETS / "nbgrader" / "feedback").iterdir()), ASSETS / "rubric.yml", ROOT / "course.yml"]
    files += sorted(Path(__file__).parent.glob("*.py"))
    return _digest(*(f.read_bytes() for f in files))


def _what_pages_tell(book: Gradebook, slug: str) -> dict[str, str]:
    """All of the gradebook that a page tells, as one text for each student who was graded."""
    db, result = book.db, {}
    for who, details in book.marks(slug):
        result[who] = repr((details["penalty"], sorted(details["grades"])))
    asked = (
        sa.select(api.SubmittedAssignment.student_id, api.SolutionCell.name, api.Comment)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == api.Comment.notebook_id)
        .join(api.SubmittedAssignment, api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .join(api.SolutionCell, api.SolutionCell.id == api.Comment.cell_id)
        .where(api.Assignment.name == slug)
        .order_by(api.SubmittedAssignment.student_id, api.SolutionCell.name)
    )
    for who, name, comment in db.execute(asked):
        if who in result:
            result[who] += json.dumps([name, comment.auto_comment, comment.manual_comment])
    return result


def _exporter(to: Settings) -> Any:
    config = Config(to.config)
    config.HTMLExporter.template_name = "feedback"
    config.HTMLExporter.preprocessors = list(to.config.GenerateFeedback.preprocessors)
    make: Any = HTMLExporter
    return make(config=config)


def _page(exporter: Any, to: Settings, who: str, slug: str, file: Path) -> str:
    details = {"student": who, "assignment": slug, "notebook": slug, "db_url": to.dirs.db_url}
    resources: dict[str, Any] = {"unique_key": slug, "output_files_dir": f"{slug}_files", "nbgrader": details}
    text, _ = exporter.from_filename(str(file), resources=resources)
    return str(text)


def _remove_old(to: Settings, slug: str, graded: set[str]) -> list[str]:
    """Pages of those of whom nothing is graded any more: what they say is no longer in the gradebook."""
    gone = []
    pattern = str(to.folder("feedback", "*", slug).relative_to(to.root))
    for folder in sorted(to.root.glob(pattern)):
        who, page = folder.parent.name, folder / f"{slug}.html"
        if who not in graded and page.is_file():
            page.unlink()
            page.with_suffix(".key").unlink(missing_ok=True)
            gone.append(who)
    return gone


# ── a zip for an LMS ────────────────────────────────────────────────────────────────────────────────────────────────


def name_in_zip(kind: str, slug: str, person: Person, collected: Collected | None) -> str | None:
    """The name under which an LMS takes a person's page back; None where it would not know whose it is.

    Canvas and Moodle know a file by what they wrote before its name when it was downloaded, so only who was collected
    from there can be served.

    Examples
    --------
    >>> got = Collected("", "", prefix="doejane_4711_88001_", lms="canvas")
    >>> name_in_zip("canvas", "04-the-numbers", Person("s01"), got)
    'doejane_4711_88001_04-the-numbers.html'
    >>> name_in_zip("plain", "04-the-numbers", Person("s01", "Jane", "Doe"), None)
    's01_04-the-numbers.html'
    """
    if kind == "plain":
        return f"{person.id}_{slug}.html"
    return f"{collected.prefix}{slug}.html" if collected is not None and collected.lms == kind else None


def write_zip(to: Settings, slug: str, students: Sequence[str], kind: str) -> tuple[Path, list[str]]:
    """Write the pages as a zip; its path, and the students whom the LMS would not know."""
    people: Mapping[str, Person] = {person.id: person for person in load_people(to.own)}
    collected = load_collected(to.own, slug)
    out, left = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for who in students:
            name = name_in_zip(kind, slug, people.get(who) or Person(who), collected.get(who))
            if name is None:
                left.append(who)
            else:  # the same time for all: twice is the same file
                info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                z.writestr(info, _page_file(to, who, slug).read_bytes())
    file = to.own / "feedback" / f"{slug}-{kind}.zip"
    write_whole(file, out.getvalue())
    return file, left


def _tell_zip(to: Settings, slug: str, students: Sequence[str], kind: str) -> None:
    file, left = write_zip(to, slug, students, kind)
    print(f"{file}: {len(students) - len(left)} pages.")
    if left:
        some = ", ".join(left[:10]) + (f" and {len(left) - 10} more" if len(left) > 10 else "")
        print(f"Not in it, since they were not collected from {kind.capitalize()}: {some}.")
