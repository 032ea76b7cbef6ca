"""`appraise collect SLUG FOLDER`: from what an LMS gives, or a teacher saved, to the folders that are graded.

Who a file belongs to is found by `names.py`, which of several counts by `choosing.py`. A file that is nobody's for
certain is asked for in a table (`questions.py`) and stops nobody else. What was collected is kept (`record.py`), so a
second download changes only what is new; a notebook that is replaced is moved to `grading/collected/earlier/`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from appraise.course import load_course
from appraise.errors import CollectError, CourseError, TimeError
from appraise.files import write_whole
from appraise.grading.gradebook.writer import open_gradebook
from appraise.grading.settings import Settings, read_settings
from appraise.grading.submission.choosing import Notebook, choose, is_notebook_name, read_state
from appraise.grading.submission.downloads import Download, EntryTime, FoundFile, read_download
from appraise.grading.submission.names import Finder, LmsName, Whose, fold, read_lms_names
from appraise.grading.submission.people import Person, load_people
from appraise.grading.submission.questions import (
    NOBODY,
    Question,
    questions_file,
    read_answers,
    write_questions,
)
from appraise.grading.submission.record import (
    Collected,
    add_collected,
    load_collected,
    load_numbers,
    save_numbers,
)
from appraise.grading.submission.times import find_zone, read_time, read_time_file, write_time

ONE_MOMENT = timedelta(minutes=10)  # a zip whose files all have one time says when it was made, not what came when
MOST_ATTACHMENTS, MOST_ATTACHMENT_BYTES = 100, 20_000_000


@dataclass
class Sorted:
    """A download, sorted by students.

    Attributes
    ----------
    notebooks, beside : dict
        Student's id to their notebooks, and to the other files that came with them.
    questions : list of Question
    elsewhere : list of (path, lesson)
        Notebooks of another lesson.
    numbers : dict
        The LMS' numbers, each with the student's id.
    """

    notebooks: dict[str, list[Notebook]] = field(default_factory=dict)
    attachments: dict[str, list[FoundFile]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    elsewhere: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)


def collect(slug: str, folder: Path, answers: Path | None = None, zone: str | None = None) -> int:
    """The command `appraise collect`; returns the exit code 0, also where files are left to be asked for.

    Parameters
    ----------
    slug : str
        The lesson.
    folder : Path
        A folder with downloads, or one zip.
    answers : Path, optional
        The table of questions, filled in; the one that was written if left out.
    zone : str, optional
        The zone of the times in zips and names, which are then taken as times of handing in.

    Raises
    ------
    CollectError
        Where there is no such lesson, folder or roster, or the answers cannot be used.
    """
    to = read_settings()
    stubs = _stubs(to, slug)
    if not folder.exists():
        raise CollectError(f"{folder}: expected a folder with downloads, or a zip")
    people = {person.id: person for person in _people(to)}
    place = find_zone(zone) if zone else None
    kept = questions_file(to.own, slug)
    known = read_answers(kept, people) if kept.is_file() else {}
    if answers is not None:
        known |= read_answers(answers, people)
    download = read_download(folder)
    result = sort_download(download, slug, people, stubs, known, load_numbers(to.own), place)
    lines, new = _take_over(to, slug, people, result)
    add_collected(to.own, slug, new)
    save_numbers(to.own, result.numbers)
    asked = write_questions(to.own, slug, result.questions, known)
    for line in lines:
        print(line)
    _tell(slug, folder, download, result, asked)
    return 0


def _stubs(to: Settings, slug: str) -> dict[str, str]:
    file = to.folder("release", ".", slug) / f"{slug}.ipynb"
    try:
        nb = json.loads(file.read_text(encoding="utf-8"))
    except OSError as e:
        raise CollectError(f"{file}: {e.strerror}; is “{slug}” spelt as in lessons/?") from None
    result = {}
    for cell in nb["cells"]:
        details = cell["metadata"].get("nbgrader", {})
        if details.get("solution"):
            result[details["grade_id"]] = "".join(cell["source"])
    return result


def _people(to: Settings) -> list[Person]:
    if people := load_people(to.own):
        return people
    with open_gradebook(to) as book:
        known = book.students()
        result = [
            Person(s.id, s.first_name or "", s.last_name or "", s.email or "", s.lms_user_id or "") for s in known
        ]
    if not result:
        raise CollectError("nobody is known yet: import who is in the class first (appraise roster FILE)")
    return result


# ── whose ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def sort_download(
    download: Download,
    slug: str,
    people: Mapping[str, Person],
    stubs: Mapping[str, str],
    answers: Mapping[str, str],
    numbers: Mapping[str, str],
    zone: tzinfo | None = None,
) -> Sorted:
    """Sort what was downloaded by students.

    Parameters
    ----------
    download : Download
    slug : str
    people : mapping
        Id to person.
    stubs : mapping
        Grade id of each answer cell to what was released in it.
    answers : mapping
        Path of a file to the id that a person filled in.
    numbers : mapping
        The LMS' numbers that are known, each with an id.
    zone : tzinfo, optional
        As `collect`.
    """
    result = Sorted(numbers=dict(numbers) | _worksheets(download, people))
    finder = Finder(list(people.values()), result.numbers, _lessons(slug))
    files = [f for f in download.files if not any(name.is_text for name in read_lms_names(f.parts))]
    whose = {f.path: _answered(f, finder, people, answers) for f in files}
    _without_doubles(whose, answers)
    spread = _spread(files, whose)
    times = _time_files(files, whose)
    for file in files:
        who, path = whose[file.path], file.path
        if not is_notebook_name(file.parts[-1]):
            if who.person is not None and file.parts[-1] != "timestamp.txt":
                result.attachments.setdefault(who.person.id, []).append(file)
            continue
        worked, lesson = read_state(file.data, stubs)
        if answers.get(path) == NOBODY:
            continue
        if who.person is None:
            result.questions.append(Question(path, who.candidates))
            continue
        if lesson not in ("", slug) and not worked:
            result.elsewhere.setdefault(who.person.id, []).append((path, lesson))
            continue
        submitted, order = _times(file, who, spread, zone, times.get(file.parts[:-1]))
        notebook = Notebook(file, who, submitted, order, worked, lesson)
        result.notebooks.setdefault(who.person.id, []).append(notebook)
        if who.lms is not None and who.lms.number:
            result.numbers[f"{who.lms.lms} {who.lms.number}"] = who.person.id
    return result


def _lessons(slug: str) -> list[str]:
    try:
        known = [lesson.slug for lesson in load_course().lessons]
    except CourseError:
        known = []
    return sorted({slug, *known}, key=len, reverse=True)


def _answered(file: FoundFile, finder: Finder, people: Mapping[str, Person], answers: Mapping[str, str]) -> Whose:
    who = finder.find(file.parts)
    answer = answers.get(file.path)
    if answer is not None and answer != NOBODY:
        return Whose(people[answer], [], "your answer", who.lms, who.place)
    return who


def _without_doubles(whose: dict[str, Whose], answers: Mapping[str, str]) -> None:
    """Two people of the LMS who both name themselves as one student: a person says who it is."""
    claims: dict[tuple[str, str], set[str]] = {}
    for path, who in whose.items():
        if who.person and who.lms and who.lms.number and path not in answers:
            claims.setdefault((who.person.id, who.lms.lms), set()).add(who.lms.number)
    for path, who in whose.items():
        if who.person and who.lms and path not in answers and who.by.startswith("id"):
            several = len(claims.get((who.person.id, who.lms.lms), ())) > 1
            whose[path] = Whose(None, [who.person], "", who.lms, who.place) if several else who


def _worksheets(download: Download, people: Mapping[str, Person]) -> dict[str, str]:
    """Moodle's grading worksheet among the files: its "Participant 12345" beside an e-mail address or an ID number."""
    by_key: dict[str, list[Person]] = {}
    for person in people.values():
        for key in {person.id, person.email, person.sis_id, fold(person.full_name)} - {""}:
            by_key.setdefault(key.casefold(), []).append(person)
    result = {}
    for file in download.files:
        if not file.parts[-1].lower().endswith(".csv") or b"dentifier" not in file.data[:200]:
            continue
        text = file.data.decode("utf-8-sig", "replace")
        for row in csv.DictReader(io.StringIO(text)):
            cells = {(k or "").strip().casefold(): (v or "").strip() for k, v in row.items() if isinstance(v, str)}
            number = "".join(c for c in cells.get("identifier", "") if c.isdigit())
            keys = (cells.get("id number", ""), cells.get("email address", ""), fold(cells.get("full name", "")))
            same = next((by_key[k.casefold()] for k in keys if len(by_key.get(k.casefold(), ())) == 1), None)
            if number and same:
                result[f"moodle {number}"] = same[0].id
    return result


# ── when ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _spread(files: list[FoundFile], whose: Mapping[str, Whose]) -> dict[tuple[str, ...], bool]:
    """For each zip, whether its files have times that differ as those of a class do."""
    moments: dict[tuple[str, ...], list[datetime]] = {}
    for file in files:
        entry = file.time_at(whose[file.path].place) if file.times else None
        if entry is not None and not entry.is_of_disk and entry.local is not None:
            moments.setdefault(file.parts[: entry.begins], []).append(entry.local)
    return {zip_: max(result) - min(result) > ONE_MOMENT for zip_, result in moments.items()}


def _time_files(files: list[FoundFile], whose: Mapping[str, Whose]) -> dict[tuple[str, ...], datetime]:
    """nbgrader's timestamp.txt, by the folder that it lies in."""
    result = {}
    for file in files:
        if file.parts[-1] == "timestamp.txt":
            try:
                result[file.parts[:-1]] = read_time_file(file.data)
            except TimeError:
                continue
    return result


def _times(
    file: FoundFile,
    who: Whose,
    spread: Mapping[tuple[str, ...], bool],
    zone: tzinfo | None,
    stated: datetime | None,
) -> tuple[datetime | None, datetime | None]:
    """When a file was handed in, where that is known, and a time to order several files by."""
    entry = file.time_at(who.place) if file.times else EntryTime(0, None, None)
    order = entry.local
    if stated is not None:
        return stated, stated.replace(tzinfo=None)
    if named := _time_in_name(who.lms):
        return (named.replace(tzinfo=zone).astimezone(UTC) if zone else None), named
    if entry.is_of_disk or entry.local is None:
        return None, order
    if zone is not None:
        return entry.moment or entry.local.replace(tzinfo=zone).astimezone(UTC), order
    return (entry.moment if spread.get(file.parts[: entry.begins]) else None), order


def _time_in_name(lms: LmsName | None) -> datetime | None:
    if lms is None or not lms.when:
        return None
    when = lms.when
    if lms.lms == "brightspace":  # "Mar 1, 2026 1022 AM"
        day, clock, half = when.rsplit(" ", 2)
        when = f"{day} {clock[:-2]}:{clock[-2:]} {half}"
    try:
        return read_time(when).replace(tzinfo=None)
    except (TimeError, ValueError):
        return None


# ── into the folders ────────────────────────────────────────────────────────────────────────────────────────────────


def _take_over(
    to: Settings, slug: str, people: Mapping[str, Person], result: Sorted
) -> tuple[list[str], dict[str, Collected]]:
    """Write what is new; a line for each student, and what is to be remembered."""
    before = load_collected(to.own, slug)
    lines, new = [], {}
    for who in sorted(people):
        notebooks = result.notebooks.get(who, [])
        if not notebooks:
            lines.append(f"{who}: {_nothing_new(to, slug, who, result)}")
            continue
        best, notes = choose(notebooks)
        what, taken = _one(to, slug, who, best, before.get(who), notes)
        if taken is not None:
            _attachments(to, slug, who, result.attachments.get(who, []))
            new[who] = taken
        late = ", marked as late by the LMS" if best.whose.lms is not None and best.whose.lms.is_late else ""
        when = f", handed in {best.submitted_at:%Y-%m-%d %H:%M} UTC" if best.submitted_at else ", time not known"
        lines.append(f"{who}: {what} “{best.result.path}”{when}{late}." + "".join(f" {note}" for note in notes))
    return lines, new


def _nothing_new(to: Settings, slug: str, who: str, result: Sorted) -> str:
    if other := result.elsewhere.get(who):
        return f"not collected, “{other[0][0]}” is of lesson {other[0][1]}."
    if any(who in (p.id for p in q.candidates) for q in result.questions):
        return "not collected yet, a file may be theirs: see below."
    here = to.folder("submitted", who, slug).is_dir()
    return "unchanged, nothing new in this download." if here else "not handed in."


def _one(
    to: Settings, slug: str, who: str, best: Notebook, before: Collected | None, notes: list[str]
) -> tuple[str, Collected | None]:
    folder = to.folder("submitted", who, slug)
    file = folder / f"{slug}.ipynb"
    now = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
    lms = best.whose.lms
    taken = Collected(
        best.digest,
        best.result.path,
        write_time(best.submitted_at) if best.submitted_at else "",
        best.order.isoformat() if best.order else "",
        lms.prefix if lms else "",
        lms.lms if lms else "",
        bool(lms and lms.is_late),
        notes,
    )
    if before is not None and now is not None and before.digest == best.digest:
        sentences = (before.submitted_at, before.prefix, before.is_late) == (
            taken.submitted_at,
            taken.prefix,
            taken.is_late,
        )
        if now == best.digest and not sentences:
            _write_time(folder, taken)
            return "unchanged, with another time or mark than before,", taken
        return (
            "unchanged," if now == best.digest else "unchanged since it was collected, and changed here by hand,",
            None,
        )
    if now == best.digest and before is None:
        _write_time(folder, taken)
        return "unchanged,", taken
    if before is not None and now is not None and taken.order and before.order and taken.order < before.order:
        return f"unchanged, “{before.source}” is newer than", None
    if folder.exists():
        _keep_earlier(to, slug, who, folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(file, best.result.data)
    _write_time(folder, taken)
    return "collected" if now is None else "collected anew,", taken


def _write_time(folder: Path, taken: Collected) -> None:
    if taken.submitted_at:
        write_whole(folder / "timestamp.txt", taken.submitted_at)
    else:
        (folder / "timestamp.txt").unlink(missing_ok=True)


def _keep_earlier(to: Settings, slug: str, who: str, folder: Path) -> None:
    """Move what is replaced out of the way; nothing that was handed in is deleted."""
    top = to.own / "collected" / "earlier" / slug / who
    top.mkdir(parents=True, exist_ok=True)
    n = 1 + sum(1 for _ in top.iterdir())
    shutil.move(folder, top / f"{n:03d}")


def _attachments(to: Settings, slug: str, who: str, files: list[FoundFile]) -> None:
    """The other files that came with a notebook, under the learner's own names, into the same folder."""
    folder, total = to.folder("submitted", who, slug), 0
    for file in files[:MOST_ATTACHMENTS]:
        lms = read_lms_names(file.parts)
        name = lms[0].rest if lms and lms[0].rest else file.parts[-1]
        total += len(file.data)
        if total <= MOST_ATTACHMENT_BYTES and name not in (".", "..") and "/" not in name and "\0" not in name:
            write_whole(folder / name[:150], file.data)


# ── what is told ────────────────────────────────────────────────────────────────────────────────────────────────────


def _tell(slug: str, folder: Path, download: Download, result: Sorted, asked: Path | None) -> None:
    got = len(result.notebooks)
    print(f"\n{slug}: files of {got} students in {folder}.")
    unknown = sum(not any(n.submitted_at for n in own) for own in result.notebooks.values())
    if unknown:
        print(
            f"Of {unknown} the time of handing in is not known, so none of them counts as late. Where the times in the "
            "zip are those of handing in, --zone ZONE says of which zone they are."
        )
    for path, why in download.broken:
        print(f"Not read: “{path}”: {why}.")
    if result.questions and asked is not None:
        print(f"\n{len(result.questions)} files are nobody's for certain. Fill in the ids in {asked}, then again:")
        for q in result.questions:
            print(f"  “{q.file}”: {q.named or 'nobody on the roster is like it'}")
