"""The commands on cases: `python -m appraise cases check FILE`, `measure`, `show SEED`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str]) -> int:
    """Run one command on cases; returns its exit code."""
    parser = argparse.ArgumentParser(prog="appraise cases", description="Invented trials with tellings.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    check = commands.add_parser("check", help="what is missing or undecidable in a case of your own")
    check.add_argument("file", type=Path, metavar="FILE", help="a Markdown file in the form of assets/cases/starter.md")
    check.set_defaults(run=_check)
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
    from appraise.cases.reading import CaseFileError

    file: Path = options.file
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CaseFileError(f"{file}: expected a Markdown file in UTF-8; it cannot be read") from None
    problems = find_problems(text)
    for problem in problems:
        print(f"{file.name}, line {problem.line}: {problem.message}", file=sys.stderr)
    if not problems:
        case = parse_own_case(text)
        count = sum(len(telling.sentences) for telling in case.tellings)
        print(f"{file.name}: {count} sentences in {len(case.tellings)} telling(s), each with a mark and a reason.")
    return 1 if problems else 0


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
