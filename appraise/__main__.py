"""The commands: `python -m appraise COMMAND`, or `appraise COMMAND`. Each imports its half when asked."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

# The size of the environment that brings a package which a learner's does not have: `make TARGET` adds it.
TARGETS = {
    "distributed": "env-teach",
    "jupytext": "env-teach",
    "nh3": "env-teach",
    "psycopg": "env-teach",
    "tqdm": "env-teach",
    "docutils": "env-dev",
    "myst_nb": "env-dev",
    "sphinx": "env-dev",
}


def _lab(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.learner.lab import copy_missing, open_lab, print_copied

    if given.copy_only:
        return print_copied(copy_missing())
    return open_lab(rest, instructor=given.instructor)


def _report(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports.own_notebook import run_report_command

    return run_report_command(given.slug, given.notebook)


def _lessons(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.authoring.build import run_command

    return run_command(given.slugs, check=given.check)


def _provenance(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.authoring import reasons
    from appraise.sources import provenance

    return max(provenance.main(given.folder), reasons.run_command())


def _grade(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading import roster
    from appraise.grading.class_run.run import run_grade_command

    roster.tell_strangers(given.slug)
    return run_grade_command(given.slug, given.workers, given.dask, given.trust_submissions)


def _export(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports import export

    return export.export(given.format, given.to, given.slugs, given.blanks, given.out_of)


def _sample_class(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports import sample_class as sample

    return sample.main(given.slug, given.students, given.seed)


def _roster(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading import roster

    return roster.import_roster(given.file, given.id)


def _collect(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading import collecting

    return collecting.collect(given.slug, given.folder, given.answers, given.zone)


def _feedback(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports import returning

    return returning.give_feedback(given.slug, given.student, given.zip)


def _overview(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports import overview

    return overview.write_overview(given.to, given.server)


def _due(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.settings import read_settings
    from appraise.grading.submission import arrangements

    print(arrangements.set_due(read_settings(), given.slug, None if given.none else given.time))
    return 0


def _extend(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.settings import read_settings
    from appraise.grading.submission import arrangements

    print(arrangements.extend(read_settings(), given.slug, given.student, given.until, given.days, given.why))
    return 0


def _excuse(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.settings import read_settings
    from appraise.grading.submission import arrangements

    print(arrangements.excuse(read_settings(), given.slug, given.student, given.undo, given.why))
    return 0


def _student(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading import students

    return students.merge_student(given.id, given.into) if given.what == "merge" else students.remove_student(given.id)


def _second_marker(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports import rubric_marking

    return rubric_marking.second_marker(given.slug, given.share)


def _agreement(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports import calibration, rubric_marking

    if given.calibrate:
        return calibration.calibrate(given.slug, given.marker)
    return rubric_marking.report(given.slug)


def _items(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports import item_analysis as items

    return items.main(given.slug)


def _misconceptions(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports import item_analysis as items

    return items.tell_misconceptions(given.slugs)


def _doctor(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.doctor import doctor

    return doctor()


def _cases(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.cases import commands

    def read_roster(file: Path) -> list[str]:
        from appraise.grading.submission.class_list import read_class_list

        return [person.id for person in read_class_list(file).people]

    return commands.main(rest, read_roster)


def _site(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.authoring.reading_site import run_site_command

    return run_site_command()


def _workbench(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.workbench import command

    return command.main(given.page, given.abstract, given.name, given.to, given.sheets)


def _positive(text: str) -> int:
    if (n := int(text)) < 1:
        raise argparse.ArgumentTypeError("expected 1 or more")
    return n


class _Version(argparse.Action):
    """Print the version; it is looked up only then, since that takes longer than most commands need to start."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"appraise {version('appraise')}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="appraise", description="The commands of One Trial, Five Tellings.")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the library's version and stop")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)

    lab = commands.add_parser(
        "lab",
        help="copy the lessons to work/ and open JupyterLab there",
        description="Copies what is missing from lessons/ to work/, never overwriting, and opens JupyterLab. "
        "Other flags go to JupyterLab as they are.",
        allow_abbrev=False,  # --no-browser and its like belong to JupyterLab
    )
    lab.add_argument("--instructor", action="store_true", help="keep the instructor's tabs")
    lab.add_argument("--copy-only", action="store_true", help="copy the lessons and stop")
    lab.set_defaults(run=_lab, passes_on=True)

    report = commands.add_parser("report", help="how you stand in a lesson")
    report.add_argument("slug", metavar="SLUG", help="the lesson, for instance 04-the-numbers")
    report.add_argument("--notebook", type=Path, metavar="PATH", help="run this notebook and report on it instead")
    report.set_defaults(run=_report)

    lessons = commands.add_parser("lessons", help="make lessons/ and the packs from solutions/")
    lessons.add_argument("slugs", nargs="*", metavar="SLUG", help="only these lessons; all where none is named")
    lessons.add_argument("--check", action="store_true", help="change nothing; fail where something is out of date")
    lessons.set_defaults(run=_lessons)

    grade = commands.add_parser(
        "grade",
        help="grade what a class handed in",
        description="Grades all submissions of a lesson into nbgrader's gradebook. Those that are graded as they are "
        "stay; a run that was ended goes on where it stopped.",
    )
    grade.add_argument("slug", metavar="SLUG", help="the lesson")
    grade.add_argument("--workers", type=_positive, metavar="N", help="processes; as many as processors if left out")
    grade.add_argument("--dask", metavar="ADDRESS", help="use the workers of this Dask scheduler")
    grade.add_argument("--trust-submissions", action="store_true", help="grade although no sandbox stands")
    grade.set_defaults(run=_grade)

    export = commands.add_parser("export", help="write grades, with a status for every student and lesson")
    export.add_argument("slugs", nargs="*", metavar="SLUG", help="only these lessons; all where none is named")
    export.add_argument("--format", choices=["nbgrader", "canvas", "moodle"], default="nbgrader")
    export.add_argument("--to", type=Path, metavar="FILE", help="the file to write; grades-FORMAT.csv if left out")
    export.add_argument("--blanks", action="store_true", help="one file with everybody; empty cells delete marks there")
    export.add_argument("--out-of", type=float, metavar="N", help="the maximum in the LMS, to which points are scaled")
    export.set_defaults(run=_export)

    sample = commands.add_parser("sample-class", help="write varied submissions, with the points that each must get")
    sample.add_argument("slug", metavar="SLUG", help="the lesson")
    sample.add_argument("--students", type=_positive, default=30, metavar="N")
    sample.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same class")
    sample.set_defaults(run=_sample_class)

    roster = commands.add_parser("roster", help="import who is in the class")
    roster.add_argument(
        "file", type=Path, metavar="FILE", help="CSV with nbgrader's columns, or as Canvas or Moodle exports it"
    )
    roster.add_argument("--id", metavar="COLUMN", help="the column with the ids; the usual ones if left out")
    roster.set_defaults(run=_roster)

    collect = commands.add_parser(
        "collect",
        help="sort what was downloaded from an LMS into the folders that are graded",
        description="Takes loose files, zips and downloads of Canvas, Moodle and others, and finds each student on the "
        "roster. A second download changes only what is new. What is nobody's for certain is asked for in a table.",
    )
    collect.add_argument("slug", metavar="SLUG", help="the lesson")
    collect.add_argument("folder", type=Path, metavar="FOLDER", help="the folder with the downloads, or one zip")
    collect.add_argument("--answers", type=Path, metavar="FILE", help="the table of questions, filled in")
    collect.add_argument("--zone", metavar="ZONE", help="of the times in zips and names, for instance Europe/Berlin")
    collect.set_defaults(run=_collect)

    feedback = commands.add_parser("feedback", help="a page for each learner, as the gradebook is now")
    feedback.add_argument("slug", metavar="SLUG", help="the lesson")
    feedback.add_argument("--student", action="append", default=[], metavar="ID", help="only this one; may be repeated")
    feedback.add_argument("--zip", choices=["plain", "canvas", "moodle"], help="a zip too, with names the LMS knows")
    feedback.set_defaults(run=_feedback)

    overview = commands.add_parser("overview", help="one page: how every student stands in every lesson")
    overview.add_argument("--to", type=Path, metavar="FILE", help="grading/overview.html if left out")
    overview.add_argument("--server", metavar="ADDRESS", help="where formgrader answers; a JupyterLab that runs here")
    overview.set_defaults(run=_overview)

    due = commands.add_parser("due", help="set when a lesson is due")
    due.add_argument("slug", metavar="SLUG", help="the lesson")
    when = due.add_mutually_exclusive_group(required=True)
    when.add_argument("time", nargs="?", metavar="TIME", help="with its zone, for instance “2026-03-01 17:00 +01:00”")
    when.add_argument("--none", action="store_true", help="take the due date away")
    due.set_defaults(run=_due)

    extend = commands.add_parser("extend", help="give one student more time for a lesson")
    extend.add_argument("slug", metavar="SLUG", help="the lesson")
    extend.add_argument("student", metavar="ID")
    how = extend.add_mutually_exclusive_group(required=True)
    how.add_argument("--until", metavar="TIME", help="a due date of their own; UTC where no zone is given")
    how.add_argument("--days", type=float, metavar="N", help="so many days more than all others")
    how.add_argument("--none", action="store_true", help="take it back")
    extend.add_argument("--why", default="", metavar="TEXT")
    extend.set_defaults(run=_extend)

    excuse = commands.add_parser("excuse", help="excuse one student from a lesson")
    excuse.add_argument("slug", metavar="SLUG", help="the lesson")
    excuse.add_argument("student", metavar="ID")
    excuse.add_argument("--undo", action="store_true", help="take it back")
    excuse.add_argument("--why", default="", metavar="TEXT")
    excuse.set_defaults(run=_excuse)

    student = commands.add_parser("student", help="remove a student who left, or merge two ids of one student")
    of = student.add_subparsers(metavar="WHAT", dest="what", required=True)
    remove = of.add_parser("remove", help="take a student out; what they handed in is kept in grading/removed/")
    remove.add_argument("id", metavar="ID")
    merge = of.add_parser("merge", help="give what one id has to another")
    merge.add_argument("id", metavar="OLD")
    merge.add_argument("into", metavar="ID")
    student.set_defaults(run=_student)

    second = commands.add_parser("second-marker", help="draw scripts for a second marker, without names")
    second.add_argument("slug", metavar="SLUG", help="the lesson")
    second.add_argument(
        "--share", type=_positive, default=15, metavar="P", help="percent of the scripts; 15 if left out"
    )
    second.set_defaults(run=_second_marker)

    agreement = commands.add_parser("agreement", help="how far two markers agree, criterion by criterion")
    agreement.add_argument("slug", metavar="SLUG", help="the lesson")
    agreement.add_argument("--calibrate", action="store_true", help="mark twelve tellings whose levels are agreed")
    agreement.add_argument("--marker", default="marker", metavar="NAME", help="whose table, where several calibrate")
    agreement.set_defaults(run=_agreement)

    items = commands.add_parser("items", help="what to teach again: difficulty, discrimination, misconceptions met")
    items.add_argument("slug", metavar="SLUG", help="the lesson")
    items.set_defaults(run=_items)

    misconceptions = commands.add_parser("misconceptions", help="the misconceptions that the checks know, with remarks")
    misconceptions.add_argument("slugs", nargs="*", metavar="SLUG", help="only these lessons; all where none is named")
    misconceptions.set_defaults(run=_misconceptions)

    doctor = commands.add_parser("doctor", help="what this machine has for grading: versions, walls, browser, database")
    doctor.set_defaults(run=_doctor)

    provenance = commands.add_parser("provenance", help="check every figure and quotation against the originals")
    provenance.add_argument("folder", type=Path, metavar="FOLDER", help="the folder with the originals' texts")
    provenance.set_defaults(run=_provenance)

    workbench = commands.add_parser("workbench", help="a page and a study's abstract of your own, side by side")
    workbench.add_argument("page", type=Path, nargs="?", metavar="PAGE", help="a text file with the page")
    workbench.add_argument("abstract", type=Path, nargs="?", metavar="ABSTRACT", help="a text file with the abstract")
    workbench.add_argument("--name", default="", metavar="NAME", help="the claim's name; made of the page's first line")
    workbench.add_argument("--to", type=Path, metavar="FOLDER", help="where claims lie; work/my-claims if left out")
    workbench.add_argument("--sheets", type=Path, metavar="FOLDER", help="write sheets of the eight questions there")
    workbench.set_defaults(run=_workbench)

    cases = commands.add_parser(
        "cases", help="unseen cases: check one of your own, issue and print a class's", add_help=False
    )
    cases.set_defaults(run=_cases, passes_on=True)

    site = commands.add_parser("site", help="make a copy of the lessons to read without Jupyter, in _site/")
    site.set_defaults(run=_site)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. An error of the course's own is one line and 1; others are bugs."""
    for stream in (sys.stdout, sys.stderr):  # a console that lacks a sign of ours shows ? instead
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    parser = _parser()
    given, rest = parser.parse_known_args(argv)
    if rest and not getattr(given, "passes_on", False):
        parser.error(f"unknown: {' '.join(rest)}")
    try:
        return int(given.run(given, rest))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in TARGETS:
            raise
        print(
            f"appraise {given.command}: the package {package} is not installed: run `make {TARGETS[package]}`",
            file=sys.stderr,
        )
        return 1
    except Exception as error:
        if not type(error).__module__.startswith("appraise."):
            raise
        print(f"appraise: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
