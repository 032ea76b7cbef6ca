"""All commands, an entry each: what it is for, its arguments, and the function that it calls with their values."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


class Argument:
    """An argument of a command, as argparse's add_argument takes it; of a `group` exactly one is given."""

    def __init__(self, *flags: str, group: str = "", **options: Any) -> None:
        self.flags, self.group, self.options = flags, group, options

    @property
    def name(self) -> str:
        """The name of its value.

        >>> Argument("--copy-only").name, Argument("slug").name
        ('copy_only', 'slug')
        """
        return str(self.options.get("dest") or self.flags[-1].lstrip("-").replace("-", "_"))


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes
    ----------
    target : str
        "module:function" under `appraise`, imported when the command is given; gets the values in their order.
    help, description : str
    arguments : sequence of Argument
    passes_on : bool
        Whether what the command does not know is handed to the function, as its last argument.
    has_help : bool
        Whether `--help` is answered here.
    """

    target: str
    help: str
    arguments: Sequence[Argument] = ()
    description: str = ""
    passes_on: bool = False
    has_help: bool = True

    @property
    def groups(self) -> set[str]:
        """The groups of arguments of which exactly one is given."""
        return {argument.group for argument in self.arguments if argument.group}


def positive(text: str) -> int:
    """A whole number of 1 or more."""
    if (n := int(text)) < 1:
        raise argparse.ArgumentTypeError("expected 1 or more")
    return n


def flag(name: str, help: str, group: str = "") -> Argument:
    """An option without a value."""
    return Argument(name, action="store_true", help=help, group=group)


SLUG = Argument("slug", metavar="SLUG", help="the lesson, for instance 04-the-numbers")
SLUGS = Argument("slugs", nargs="*", metavar="SLUG", help="only these lessons; all where none is named")
STUDENT = Argument("student", metavar="ID")
WHY = Argument("--why", default="", metavar="TEXT")

COMMANDS = {
    "lab": Command(
        "learner.lab:run_lab_command",
        "copy the lessons to work/ and open JupyterLab there",
        [flag("--instructor", "keep the instructor's tabs"), flag("--copy-only", "copy the lessons and stop")],
        "Copies what is missing from lessons/ to work/, never overwriting, and opens JupyterLab. Other flags go to "
        "JupyterLab as they are.",
        passes_on=True,
    ),
    "report": Command(
        "grading.reports.own_notebook:run_report_command",
        "how you stand in a lesson",
        [SLUG, Argument("--notebook", type=Path, metavar="PATH", help="run this notebook and report on it instead")],
    ),
    "lessons": Command(
        "authoring.build:run_command",
        "make lessons/ and the packs from solutions/",
        [SLUGS, flag("--check", "change nothing; fail where something is out of date")],
    ),
    "grade": Command(
        "grading.class_run.run:run_grade_command",
        "grade what a class handed in",
        [
            SLUG,
            Argument("--workers", type=positive, metavar="N", help="processes; as many as processors if left out"),
            Argument("--dask", metavar="ADDRESS", help="use the workers of this Dask scheduler"),
            flag("--trust-submissions", "grade although no sandbox stands"),
        ],
        "Grades all submissions of a lesson into nbgrader's gradebook. Those that are graded as they are stay; a run "
        "that was ended goes on where it stopped.",
    ),
    "export": Command(
        "grading.reports.export:export",
        "write grades, with a status for every student and lesson",
        [
            Argument("--format", choices=["nbgrader", "canvas", "moodle"], default="nbgrader"),
            Argument("--to", type=Path, metavar="FILE", help="the file to write; grades-FORMAT.csv if left out"),
            SLUGS,
            flag("--blanks", "one file with everybody; empty cells delete marks there"),
            Argument("--out-of", type=float, metavar="N", help="the maximum in the LMS, to which points are scaled"),
        ],
    ),
    "sample-class": Command(
        "grading.reports.sample_class:main",
        "write varied submissions, with the points that each must get",
        [
            SLUG,
            Argument("--students", type=positive, default=30, metavar="N"),
            Argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same class"),
        ],
    ),
    "roster": Command(
        "grading.roster:import_roster",
        "import who is in the class",
        [
            Argument(
                "file", type=Path, metavar="FILE", help="CSV with nbgrader's columns, or as Canvas or Moodle exports it"
            ),
            Argument("--id", metavar="COLUMN", help="the column with the ids; the usual ones if left out"),
        ],
    ),
    "collect": Command(
        "grading.collecting:collect",
        "sort what was downloaded from an LMS into the folders that are graded",
        [
            SLUG,
            Argument("folder", type=Path, metavar="FOLDER", help="the folder with the downloads, or one zip"),
            Argument("--answers", type=Path, metavar="FILE", help="the table of questions, filled in"),
            Argument("--zone", metavar="ZONE", help="of the times in zips and names, for instance Europe/Berlin"),
        ],
        "Takes loose files, zips and downloads of Canvas, Moodle and others, and finds each student on the roster. A "
        "second download changes only what is new. What is nobody's for certain is asked for in a table.",
    ),
    "feedback": Command(
        "grading.reports.returning:give_feedback",
        "a page for each learner, as the gradebook is now",
        [
            SLUG,
            Argument("--student", action="append", default=[], metavar="ID", help="only this one; may be repeated"),
            Argument("--zip", choices=["plain", "canvas", "moodle"], help="a zip too, with names the LMS knows"),
        ],
    ),
    "overview": Command(
        "grading.reports.overview:write_overview",
        "one page: how every student stands in every lesson",
        [
            Argument("--to", type=Path, metavar="FILE", help="grading/overview.html if left out"),
            Argument("--server", metavar="ADDRESS", help="where formgrader answers; a JupyterLab that runs here"),
        ],
    ),
    "due": Command(
        "grading.deadlines:run_due_command",
        "set when a lesson is due",
        [
            SLUG,
            Argument(
                "time", nargs="?", metavar="TIME", group="when", help="with its zone, as in “2026-03-01 17:00 +01:00”"
            ),
            flag("--none", "take the due date away", group="when"),
        ],
    ),
    "extend": Command(
        "grading.deadlines:run_extend_command",
        "give one student more time for a lesson",
        [
            SLUG,
            STUDENT,
            Argument(
                "--until", metavar="TIME", group="how", help="a due date of their own; UTC where no zone is given"
            ),
            Argument("--days", type=float, metavar="N", group="how", help="so many days more than all others"),
            flag("--none", "take it back", group="how"),
            WHY,
        ],
    ),
    "excuse": Command(
        "grading.deadlines:run_excuse_command",
        "excuse one student from a lesson",
        [SLUG, STUDENT, flag("--undo", "take it back"), WHY],
    ),
    "student": Command(
        "grading.students:run_student_command",
        "remove a student who left, or merge two ids of one student",
        [
            Argument("what", choices=["remove", "merge"], help="what they handed in is kept in grading/removed/"),
            Argument("id", metavar="ID"),
            Argument("into", nargs="?", metavar="INTO", help="the id that gets what the other has"),
        ],
    ),
    "second-marker": Command(
        "grading.reports.rubric_marking:second_marker",
        "draw scripts for a second marker, without names",
        [
            SLUG,
            Argument("--share", type=positive, default=15, metavar="P", help="percent of the scripts; 15 if left out"),
        ],
    ),
    "agreement": Command(
        "grading.reports.calibration:run_agreement_command",
        "how far two markers agree, criterion by criterion",
        [
            SLUG,
            flag("--calibrate", "mark twelve tellings whose levels are agreed"),
            Argument("--marker", default="marker", metavar="NAME", help="whose table, where several calibrate"),
        ],
    ),
    "items": Command(
        "grading.reports.item_analysis:main",
        "what to teach again: difficulty, discrimination, misconceptions met",
        [SLUG],
    ),
    "misconceptions": Command(
        "grading.reports.item_analysis:tell_misconceptions",
        "the misconceptions that the checks know, with remarks",
        [SLUGS],
    ),
    "doctor": Command(
        "grading.doctor:doctor", "what this machine has for grading: versions, sandbox, browser, database"
    ),
    "provenance": Command(
        "authoring.reasons:run_provenance_command",
        "check every figure and quotation against the originals",
        [Argument("folder", type=Path, metavar="FOLDER", help="the folder with the originals' texts")],
    ),
    "workbench": Command(
        "workbench.command:main",
        "a page and a study's abstract of your own, side by side",
        [
            Argument("page", type=Path, nargs="?", metavar="PAGE", help="a text file with the page"),
            Argument("abstract", type=Path, nargs="?", metavar="ABSTRACT", help="a text file with the abstract"),
            Argument("--name", default="", metavar="NAME", help="the claim's name; made of the page's first line"),
            Argument("--to", type=Path, metavar="FOLDER", help="where claims lie; work/my-claims if left out"),
            Argument("--sheets", type=Path, metavar="FOLDER", help="write sheets of the eight questions there"),
        ],
    ),
    "cases": Command(
        "grading.roster:run_cases_command",
        "unseen cases: check one of your own, issue and print a class's",
        passes_on=True,
        has_help=False,
    ),
    "site": Command(
        "authoring.reading_site:run_site_command", "make a copy of the lessons to read without Jupyter, in _site/"
    ),
}
