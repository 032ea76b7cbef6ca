"""The command line: `python -m appraise COMMAND`, or `appraise COMMAND`. A command is an entry of COMMANDS."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from importlib import import_module

from appraise.commands import COMMANDS, TARGETS, Command
from appraise.errors import AppraiseError


class _Version(argparse.Action):
    """Print the version; it is looked up only then, since that takes longer than most commands need to start."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"appraise {version('appraise')}")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(prog="appraise", description="The commands of One Trial, Five Tellings.")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the library's version and stop")
    subparsers = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for name, command in COMMANDS.items():
        sub = subparsers.add_parser(
            name,
            help=command.help,
            description=command.description or None,
            allow_abbrev=not command.passes_on,  # --no-browser and its like belong to JupyterLab
            add_help=command.has_help,
        )
        groups = {group: sub.add_mutually_exclusive_group(required=True) for group in command.groups}
        for argument in command.arguments:
            (groups[argument.group] if argument.group else sub).add_argument(*argument.flags, **argument.options)
    return parser


def run_command(command: Command, values: dict[str, object], rest: list[str]) -> int:
    """Import what a command needs and call it with the values of its arguments, in their order."""
    module, function = command.target.split(":")
    arguments = [values[argument.name] for argument in command.arguments]
    if command.passes_on:
        arguments.append(rest)
    return int(getattr(import_module(f"appraise.{module}"), function)(*arguments))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. An error of the course's own is one line and 1; others are bugs."""
    for stream in (sys.stdout, sys.stderr):  # a console that lacks a sign of ours shows ? instead
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    parser = build_parser()
    known, rest = parser.parse_known_args(argv)
    command = COMMANDS[known.command]
    if rest and not command.passes_on:
        parser.error(f"unknown: {' '.join(rest)}")
    try:
        return run_command(command, vars(known), rest)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in TARGETS:
            raise
        print(
            f"appraise {known.command}: the package {package} is not installed: run `make {TARGETS[package]}`",
            file=sys.stderr,
        )
        return 1
    except AppraiseError as error:
        print(f"appraise: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
