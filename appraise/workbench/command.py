"""`appraise workbench PAGE ABSTRACT`: the table of figures and the empty page from two text files."""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from pathlib import Path

from appraise.errors import WorkbenchError
from appraise.workbench.claim import Claim, FigureVerdict, rows_with_traces, start_claim
from appraise.workbench.methods import suggest, within_arm
from appraise.workbench.page import write_sheets
from appraise.workbench.prompts import prompts
from appraise.workbench.reading import looks_swapped, read_file
from appraise.workbench.store import list_claims, load_claim, save_claim
from appraise.workbench.tracing import Trace, lost

TABLE = "figures.csv"
_COLUMNS = ("figure", "kind", "unit", "status", "in the abstract", "your verdict", "sentence")


def main(
    page: Path | None, abstract: Path | None, name: str = "", folder: Path | None = None, sheets: Path | None = None
) -> int:
    """Run the command; returns its exit code. Errors are raised as WorkbenchError, in one sentence.

    Makes `my-claims/NAME/` with the claim, its empty page and `figures.csv`, and prints what there is to look at. A
    claim of that name that was begun before is opened again if its texts are the same, and refused if they are not.
    With `sheets`, writes the sheets of the eight questions there instead.
    """
    if sheets is not None:
        for file in write_sheets(sheets):
            print(file)
        return 0
    if page is None or abstract is None:
        raise WorkbenchError("two text files are needed: appraise workbench PAGE ABSTRACT")
    claim = start_claim(read_file(page, "the page"), read_file(abstract, "the abstract"), name)
    if swapped := looks_swapped(claim.page, claim.abstract):
        print(f"Note: {swapped}", file=sys.stderr)
    if claim.name in list_claims(folder):
        claim = _opened_again(claim, folder)
    rows = rows_with_traces(claim)
    claim.verdicts = [row for row, _ in rows]
    place = save_claim(claim, folder)
    _write_table(place / TABLE, rows)
    _print_summary(claim, rows, place)
    return 0


def _opened_again(claim: Claim, folder: Path | None) -> Claim:
    """The saved claim of this name. Raises WorkbenchError where it is about other texts."""
    saved = load_claim(claim.name, folder)
    if (saved.page, saved.abstract) != (claim.page, claim.abstract):
        raise WorkbenchError(f"there is a claim {claim.name!r} about other texts; give this one another --name")
    return saved


def _write_table(file: Path, rows: list[tuple[FigureVerdict, Trace]]) -> None:
    try:
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".new-")
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as out:  # so that spreadsheets read it as UTF-8
            writer = csv.writer(out)
            writer.writerow(_COLUMNS)
            for row, trace in rows:
                figure = trace.figure
                cells = [
                    figure.text,
                    figure.kind,
                    figure.unit,
                    trace.status,
                    _source(trace),
                    row.verdict,
                    trace.sentence,
                ]
                writer.writerow([_safe(cell) for cell in cells])
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except OSError as error:
        raise WorkbenchError(f"{file} cannot be written: {error.strerror or error}") from None


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that begins with a sign and holds more than a number."""
    flat = " ".join(cell.split())
    starts = flat[:1] in ("=", "+", "-", "@")
    return f"'{flat}" if starts and not flat[1:].replace(".", "").isdigit() else flat


def _source(trace: Trace) -> str:
    """The abstract's figures that print a figure of the page, or candidates with a question mark."""
    if trace.matches:
        return " / ".join(dict.fromkeys(f.text for f in trace.matches))
    return " / ".join(f"{c.text}?" for c in trace.candidates)


def _print_summary(claim: Claim, rows: list[tuple[FigureVerdict, Trace]], place: Path) -> None:
    width = min(28, max(len(row.figure) for row, _ in rows))
    for row, trace in rows:
        print(f"{row.figure[:28]:{width}}  {trace.status:9}  {_source(trace)}".rstrip())
    print(f"\nLeft out: {', '.join(dict.fromkeys(f.text for f in lost(claim.passage, claim.abstract))) or 'nothing'}")
    forms, within = suggest(claim.abstract), within_arm(claim.abstract)
    print(f"Sentences to look at: {len({p.start for p in prompts(claim.passage)})}")
    print(f"Forms prefilled: {len(forms)}; results of one arm, perhaps: {len(within)}")
    print(f"\nThe verdicts are yours. Your claim lies in {place}")
