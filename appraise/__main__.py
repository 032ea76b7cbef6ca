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
    from appraise.sources import provenance

    return provenance.main(given.folder)


def _grade(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading import roster
    from appraise.grading.class_run.run import run_grade_command

    roster.tell_strangers(given.slug)
    return run_grade_command(given.slug, given.workers, given.dask, given.trust_submissions)


def _export(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports import export

    return export.main(given.format, given.to)


def _sample_class(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports import sample_class as sample

    return sample.main(given.slug, given.students, given.seed)


def _roster(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading import roster

    return roster.main(given.file)


def _second_marker(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports import rubric_marking as marking

    return marking.second_marker(given.slug, given.share)


def _agreement(given: argparse.Namespace, rest: list[str]) -> int:
    from appraise.grading.reports import rubric_marking as marking

    return marking.report(given.slug)


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
        from appraise.grading import roster

        return [line["id"] for line in roster.read(file)]

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
    export.add_argument("--format", choices=["nbgrader", "canvas", "moodle"], default="nbgrader")
    export.add_argument("--to", type=Path, metavar="FILE", help="the file to write; grades-FORMAT.csv if left out")
    export.set_defaults(run=_export)

    sample = commands.add_parser("sample-class", help="write varied submissions, with the points that each must get")
    sample.add_argument("slug", metavar="SLUG", help="the lesson")
    sample.add_argument("--students", type=_positive, default=30, metavar="N")
    sample.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same class")
    sample.set_defaults(run=_sample_class)

    roster = commands.add_parser("roster", help="import who is in the class")
    roster.add_argument(
        "file", type=Path, metavar="FILE", help="CSV with nbgrader's columns, or as Canvas or Moodle has"
    )
    roster.set_defaults(run=_roster)

    second = commands.add_parser("second-marker", help="draw scripts for a second marker, without names")
    second.add_argument("slug", metavar="SLUG", help="the lesson")
    second.add_argument(
        "--share", type=_positive, default=15, metavar="P", help="percent of the scripts; 15 if left out"
    )
    second.set_defaults(run=_second_marker)

    agreement = commands.add_parser("agreement", help="how far two markers agree, criterion by criterion")
    agreement.add_argument("slug", metavar="SLUG", help="the lesson")
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
