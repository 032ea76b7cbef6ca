"""Reading `seeds/`: all files into one model, checked against each other, and again only when one has changed."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from appraise.errors import RecordError
from appraise.files import SEEDS, YamlFile, YamlPath
from appraise.sources.models import Claim, Document, DocumentsFile, Fact, FactsFile, Frame, Seeds, Source
from appraise.sources.rules import check_frame, check_once, check_passage

_SOURCE_FILE = re.compile(r"\d+-[a-z0-9-]+\.yml")
_OTHER_FILES = ("frame.yml", "documents.yml", "outside.yml", "statements.yml")


def seeds_folder(folder: Path | str | None = None) -> Path:
    """The folder of records: the argument, else APPRAISE_SEEDS, else `seeds/` beside the library."""
    chosen = folder or os.environ.get("APPRAISE_SEEDS") or SEEDS
    path = Path(chosen)
    if not (path / "frame.yml").is_file():
        raise RecordError(
            str(path),
            "",
            "expected the course's records here (frame.yml and one file a source); "
            "the library is used from a clone of the course, installed with pip install -e .",
        )
    return path


def load(folder: Path | str | None = None) -> Seeds:
    """All records, validated; read again only when a file has changed. Raises RecordError, in one line."""
    path = seeds_folder(folder).resolve()
    files = sorted(path.glob("*.yml"), key=lambda file: (len(file.name.partition("-")[0]), file.name))  # 9- before 10-
    return _load(path, tuple((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in files))


@lru_cache(maxsize=4)
def _load(path: Path, files: tuple[tuple[str, int, int], ...]) -> Seeds:
    names = [name for name, _, _ in files]
    for name in names:
        if name not in _OTHER_FILES and not _SOURCE_FILE.fullmatch(name):
            raise RecordError(name, "", "expected a name like 5-short-id.yml for the record of a source")
    frame_file = YamlFile(path / "frame.yml", RecordError)
    frame = frame_file.validated(Frame)
    check_frame(frame_file, frame)

    documents: dict[str, Document] = {}
    facts: dict[str, Fact] = {}
    if "documents.yml" in names:
        file = YamlFile(path / "documents.yml", RecordError)
        _add_once(file, ("documents",), file.validated(DocumentsFile).documents, documents, "document")
    if "outside.yml" in names:
        file = YamlFile(path / "outside.yml", RecordError)
        _add_once(file, ("facts",), file.validated(FactsFile).facts, facts, "fact")

    read: list[tuple[YamlFile, Source]] = []
    records: dict[str, Source] = {}
    for name in filter(_SOURCE_FILE.fullmatch, names):
        file = YamlFile(path / name, RecordError)
        source = file.validated(Source)
        if not re.fullmatch(rf"\d+-{re.escape(source.id)}\.yml", name):
            raise file.error(("id",), f"expected the id in the file's name, found {source.id!r}")
        if source.id in records:
            raise file.error(("id",), f"expected each source once, {source.id!r} stands twice")
        records[source.id] = source
        _add_once(file, ("documents",), source.documents, documents, "document")
        read.append((file, source))

    seeds = Seeds(
        frame={item.id: item for item in frame.items},
        strengths={step.id: step for step in frame.strengths},
        documents=documents,
        records=records,
        facts=facts,
    )
    claims: dict[str, Claim] = {}
    for file, source in read:
        check_once(file, [(p.id, ("passages", i)) for i, p in enumerate(source.passages)], "passage")
        for i, passage in enumerate(source.passages):
            check_passage(file, ("passages", i), passage, seeds)
            _add_once(file, ("passages", i, "claims"), passage.claims, claims, "claim")
    return seeds


_T = TypeVar("_T", Document, Fact, Claim)


def _add_once(file: YamlFile, path: YamlPath, new: tuple[_T, ...], known: dict[str, _T], what: str) -> None:
    for i, one in enumerate(new):
        if one.id in known:
            raise file.error((*path, i, "id"), f"expected each {what} once, {one.id!r} stands twice")
        known[one.id] = one
