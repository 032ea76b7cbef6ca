"""The commands on cases: `python -m appraise cases check FILE`, `issue`, `assign`, `print`, `measure`, `show`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ReadRoster = Callable[[Path], list[str]]
SPARES = 5


def main(arguments: Sequence[str], read_roster: ReadRoster) -> int:
    """Run one command on cases; returns its exit code. `read_roster` gives the ids of the students in a CSV file."""
    parser = argparse.ArgumentParser(prog="appraise cases", description="Invented trials with tellings.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    check = commands.add_parser("check", help="what is missing or undecidable in a case of your own")
    check.add_argument("file", type=Path, metavar="FILE", help="a Markdown file in the form of assets/cases/starter.md")
    check.set_defaults(run=_check)
    issue = commands.add_parser("issue", help="write a case for each student of a class")
    issue.add_argument("slug", metavar="SLUG", help="the lesson, for instance 13-an-unseen-case")
    issue.add_argument(
        "--roster", type=Path, metavar="FILE", help="who is in the class; grading/roster.csv if left out"
    )
    issue.add_argument("--own", type=Path, metavar="FILE", help="a case of your own, which everybody gets")
    issue.add_argument("--spares", type=_positive, default=SPARES, metavar="N", help="for late joiners; 5 if left out")
    issue.add_argument("--afresh", action="store_true", help="draw a new secret: new cases and codes for everybody")
    issue.set_defaults(run=lambda options: _issue(options, read_roster))
    assign = commands.add_parser("assign", help="give a spare code to a late joiner")
    assign.add_argument("slug", metavar="SLUG", help="the lesson")
    assign.add_argument("student", metavar="STUDENT")
    assign.add_argument("code", metavar="CODE")
    assign.set_defaults(run=_assign)
    sheets = commands.add_parser("print", help="sheets for a room without computers, and the keys apart")
    sheets.add_argument("slug", metavar="SLUG", help="the lesson")
    sheets.add_argument(
        "--to", type=Path, metavar="FOLDER", help="where to write; grading/cases/SLUG/sheets if left out"
    )
    sheets.set_defaults(run=_print)
    measure = commands.add_parser("measure", help="the bars that a program can measure, each with its figure")
    measure.add_argument("--cases", type=_positive, default=2000, metavar="N", help="cases looked at; 2000 if left out")
    measure.set_defaults(run=_measure)
    show = commands.add_parser("show", help="a case of a seed, with its key")
    show.add_argument("seed", metavar="SEED")
    show.add_argument("--no-key", action="store_true", help="only what a learner sees")
    show.set_defaults(run=_show)
    options = parser.parse_args(arguments)
    return int(options.run(options))


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("expected 1 or more")
    return number


def _check(options: argparse.Namespace) -> int:
    from appraise.cases.own import find_problems, parse_own_case
    from appraise.errors import CaseFileError

    file: Path = options.file
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CaseFileError(file, "", "expected a Markdown file in UTF-8; it cannot be read") from None
    problems = find_problems(text)
    for problem in problems:
        print(f"{file.name}, line {problem.line}: {problem.message}", file=sys.stderr)
    if not problems:
        case = parse_own_case(text)
        count = sum(len(telling.sentences) for telling in case.tellings)
        print(f"{file.name}: {count} sentences in {len(case.tellings)} telling(s), each with a mark and a reason.")
    return 1 if problems else 0


def _course() -> tuple[Path, Path]:
    """The folders `grading/` and `lessons/` of the course in the current folder."""
    from appraise.cases.shelf import ShelfError

    root = Path.cwd()
    if not (root / "nbgrader_config.py").is_file():
        raise ShelfError(f"{root} holds no nbgrader_config.py: run this in the course's folder")
    return root / "grading", root / "lessons"


def _issue(options: argparse.Namespace, read_roster: ReadRoster) -> int:
    from appraise.cases.shelf import CASES, Shelf

    grading, lessons = _course()
    students = read_roster(options.roster or grading / "roster.csv")
    shelf, release = Shelf(grading, options.slug), lessons / options.slug
    done = shelf.issue(release, students, options.spares, options.own, options.afresh)
    print(f"{done.students} students have a case ({done.new} of them new), and there are {done.spares} spare codes.")
    print(f"Texts, without labels: {release / CASES}. Release the lesson again, so that they go out with it.")
    print(f"Secret, keys, and who has which code: {shelf.folder}. Keep a copy of it where no learner can read.")
    for student, code in {**shelf.index().students, **shelf.index().spares}.items():
        print(f"  {code}  {student}")
    return 0


def _assign(options: argparse.Namespace) -> int:
    from appraise.cases.issuing import spell_code
    from appraise.cases.shelf import Shelf

    Shelf(_course()[0], options.slug).assign(options.student, options.code)
    print(f"{options.student} has the code {spell_code(options.code)} now. Grade the lesson again.")
    return 0


def _print(options: argparse.Namespace) -> int:
    from appraise.cases.sheets import print_answers, print_keys, print_questions
    from appraise.cases.shelf import Shelf

    shelf = Shelf(_course()[0], options.slug)
    folder = options.to or shelf.folder / "sheets"
    folder.mkdir(parents=True, exist_ok=True)
    owners = {code: who for who, code in (*shelf.index().students.items(), *shelf.index().spares.items())}
    pages: dict[str, Iterable[str]] = {
        "questions.html": print_questions((case.text for _, case in shelf.all_stored()), owners),
        "answers.html": print_answers((case.text for _, case in shelf.all_stored()), owners),
        "keys.html": print_keys((case.key for _, case in shelf.all_stored()), owners),
    }
    for name, pieces in pages.items():
        with (folder / name).open("w", encoding="utf-8") as file:
            file.writelines(pieces)
    print(f"{len(owners)} cases in {folder}: questions.html and answers.html to hand out, keys.html for you alone.")
    return 0


def _measure(options: argparse.Namespace) -> int:
    from appraise.cases.measuring import measure

    missed = 0
    for bar in measure(cases=options.cases, train=max(40, options.cases * 2 // 5)):
        missed += not bar.is_met
        print(f"{'met   ' if bar.is_met else 'MISSED'}  {bar.name}: {bar.figure} (asked: {bar.asked})", flush=True)
    print("Not measured here: how far cold readers agree with the keys, and the hour of a teacher's first case.")
    return 1 if missed else 0


def _show(options: argparse.Namespace) -> int:
    from appraise.cases.casemaking import make_case
    from appraise.cases.public import case_key, case_text

    case = make_case(options.seed)
    text, key = case_text(case, "SHOWN"), case_key(case, "SHOWN")
    print(text.title, *(f"{part.section}. {part.text}" for part in text.abstract), sep="\n\n")
    for telling, marks in zip(text.tellings, key.marks, strict=True):
        print(f"\n{telling.kind}: {telling.heading}\n{telling.lead}")
        for i, (sentence, mark) in enumerate(zip(telling.sentences, marks, strict=True), 1):
            print(f"{i}. {sentence}")
            if not options.no_key:
                print(f"   {mark.step}{': ' if mark.kinds else ''}{' or '.join(mark.kinds)}. {mark.reason}")
    print("", *(f"Headline {i}: {line}" for i, line in enumerate(text.headlines, 1)), sep="\n")
    if not options.no_key:
        print(key.model_dump_json(exclude={"marks", "code"}, indent=1))
    return 0
