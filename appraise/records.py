"""The five sources as data: `seeds/*.yml` read, checked, and shown as tables.

A source (`seeds/N-id.yml`) is made of passages. Each passage has a text in our own words, in numbered paragraphs,
and for every item of the coding frame (`seeds/frame.yml`) either a cell or an explicit "not reported".
Documents that stand between a passage and the patients live in `seeds/documents.yml`, facts from outside the five
in `seeds/outside.yml`. Nothing is read before a table is asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache, wraps
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeVar

import pandas as pd
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictFloat, StrictInt, StrictStr, ValidationError

NOT_REPORTED = "not reported"
NO_PATH = "no path shown"
NOT_KNOWN = "not known"
MAX_QUOTED_WORDS = 8

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_QUOTED = re.compile("“([^”]*)”")
_SOURCE_FILE = re.compile(r"\d+-[a-z0-9-]+\.yml")
_OTHER_FILES = ("frame.yml", "documents.yml", "outside.yml", "statements.yml")


class RecordError(ValueError):
    """A record that cannot be used: the file, the place in it and what was expected, in one line.

    Attributes: `file` (name), `item` (path inside the file, "" for the whole file), `line` (from 1, or None).

    >>> print(RecordError("9-new.yml", "passages.post", "expected a title", 12))
    9-new.yml, line 12: passages.post: expected a title
    """

    def __init__(self, file: str, item: str, expected: str, line: int | None = None) -> None:
        self.file, self.item, self.line = file, item, line
        where = file if line is None else f"{file}, line {line}"
        super().__init__(": ".join(part for part in (where, item, " ".join(expected.split())) if part))


# ---------------------------------------------------------------- the schema


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # built when first used


def _one_or_many(value: object) -> object:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Id = Annotated[str, Field(strict=True, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, Field(strict=True, min_length=1)]
Lines = Annotated[str, Field(strict=True, pattern=r"^\d+(-\d+)?(, \d+(-\d+)?)*$")]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_many)]
Places = Annotated[tuple[Annotated[int, Field(strict=True, ge=1)], ...], BeforeValidator(_one_or_many)]
Known = Literal["yes", "no", "not known"]
About = Literal["trial", "a review", "a study that cannot be identified", "magnesium in general"]


class OutcomeNumber(_Model):
    """What an outcome number is; `measured_by` is the item that names its scale or instrument."""

    arm: Literal["magnesium", "control", "between arms"]
    outcome: Text
    time_point: Text
    statistic: Literal["mean", "sd", "n", "p"]
    measured_by: Id


class Item(_Model):
    """One item of the coding frame. `subject` says what it is about; `reference` items may be quoted at any length."""

    id: Id
    frame_no: Annotated[int, Field(strict=True, ge=1)]
    group: Id
    subject: Literal["trial", "telling", "treatment", "own experience", "other studies"]
    meaning: Text
    type: Literal["text", "number", "list", "yes-no", "date", "choice"]
    unit: Text | None = None
    choices: tuple[Text, ...] = ()
    number: OutcomeNumber | None = None
    pico: Literal["population", "intervention", "comparator", "outcome", "time point", "setting"] | None = None
    tidier: Annotated[int, Field(strict=True, ge=1, le=12)] | None = None
    reference: bool = False


class Strength(_Model):
    """One of the four steps of how firmly a sentence is put."""

    id: Id
    step: Annotated[int, Field(strict=True, ge=1, le=4)]
    meaning: Text
    words: Text


class Frame(_Model):
    """`seeds/frame.yml`: the items, and the four steps of strength of a claim."""

    strengths: tuple[Strength, ...]
    items: tuple[Item, ...]


class Document(_Model):
    """A document on the way from a passage to the patients. `includes_trial`: is this trial known to be in it?"""

    id: Id
    kind: Literal["trial report", "review"]
    title: Text
    doi: Text | None = None
    pmid: Text | None = None
    authors: Text
    year: StrictInt
    journal: Text
    includes_trial: Known
    reason: Text
    trials_included: Text
    searched_to: Text
    address: Text


class Cell(_Model):
    """What a passage says on one item.

    `printed`: verbatim, at most eight words each (none where the value is the coder's). `value`: normalised, or in our
    words; for numbers it follows from `printed` where that is a figure. `place`: paragraphs of the passage's text.
    `within`: the words around a figure. `compares`: what a p value compares, as worded. `about`: where not the trial.
    """

    printed: Texts = ()
    value: StrictInt | StrictFloat | StrictStr | tuple[Text, ...] | None = None
    unit: Text | None = None
    place: Places
    within: Text | None = None
    compares: Text | None = None
    about: About = "trial"
    note: Text | None = None


class Scope(_Model):
    """For whom, by which route and on what the claim is made, as claimed."""

    population: Text
    route: Text
    outcome: Text


class Claim(_Model):
    """A statement of a passage, in our words; `strength` is how firmly it is put, whichever way it points."""

    id: Id
    paraphrase: Text
    quote: Text | None = None
    strength: Id
    scope: Scope
    about: Literal["trial", "magnesium in general", "mechanism", "harm", "own experience", "a review", "another study"]
    place: Places


class Paragraph(_Model):
    """A paragraph in our own words, and the lines of the original that it retells."""

    lines: Lines
    says: Text


class Passage(_Model):
    """A part of a source that speaks with one voice.

    `path`: documents from the passage back to the trial report; empty where none is shown. `reprints`: the passage is
    itself (part of) the first document of its path. `identified_by`: what leads a reader to the trial.
    """

    id: Id
    title: Text
    kind: Text
    lines: Lines
    tells_trial: Literal["yes", "through a review", "cannot be shown", "no"]
    reason: Text
    path: tuple[Id, ...]
    reprints: bool = False
    identified_by: tuple[Literal["author", "year", "journal", "title", "doi", "pmid", "link", "review"], ...]
    text: Annotated[tuple[Paragraph, ...], Field(min_length=1)]
    items: dict[Id, Cell]
    not_reported: tuple[Id, ...]
    claims: tuple[Claim, ...] = ()

    @property
    def distance(self) -> int | None:
        """Documents between here and a patient's record, this one counted unless it is a reprint of the next.

        1 for the trial's own report, 2 for a comment on it or a review, 3 for a digest of a review; None: no path.
        """
        return len(self.path) + (not self.reprints) if self.path else None


class Interests(_Model):
    """What could gain or lose if the reader agrees: stated, visible, not found, all in the stored text."""

    stated: Text
    visible: Text
    not_found: Text


class Original(_Model):
    """The stored text that a record was coded from."""

    file: Text
    sha256: Annotated[str, Field(strict=True, pattern=r"^[0-9a-f]{64}$")]


class Date(_Model):
    """A date as the source states it, and what it is the date of."""

    stated: Text
    of: Text


class Source(_Model):
    """One `seeds/N-id.yml`."""

    id: Id
    title: Text
    author: Text
    publisher: Text
    dates: tuple[Date, ...]
    address: Text
    doi: Text | None
    pmid: Text | None
    kind: Text
    original: Original
    interests: Interests
    does_well: Text
    documents: tuple[Document, ...] = ()
    passages: Annotated[tuple[Passage, ...], Field(min_length=1)]


class Fact(_Model):
    """A fact from outside the five sources, with the address where it was found."""

    id: Id
    statement: Text
    value: StrictInt | StrictFloat | StrictStr | None
    unit: Text | None
    address: Annotated[str, Field(strict=True, pattern=r"^https?://\S+$")]
    mark: Literal["F"]


class _Documents(_Model):
    documents: tuple[Document, ...]


class _Facts(_Model):
    facts: tuple[Fact, ...]


class Seeds(_Model):
    """All of `seeds/`, checked. `frame` and `documents` by id, `records` in the order of their file names."""

    frame: dict[str, Item]
    strengths: dict[str, Strength]
    documents: dict[str, Document]
    records: dict[str, Source]
    facts: dict[str, Fact]

    def passages(self) -> Iterator[tuple[Source, Passage]]:
        """Every passage with its source, in order."""
        return ((source, passage) for source in self.records.values() for passage in source.passages)


# ---------------------------------------------------------------- reading YAML, keeping the lines

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # CSafeLoader is absent where PyYAML lacks libyaml
_Path = tuple[str | int, ...]
_M = TypeVar("_M", bound=_Model)


class _PlainLoader(_Loader):  # type: ignore[misc]
    """YAML whose yes, no and dates stay words, as in YAML 1.2; the other plain scalars are as usual."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [pair for pair in pairs if pair[0] not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
        for first, pairs in _Loader.yaml_implicit_resolvers.items()
    }


_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


class _File:
    """A YAML file as plain data, and the line of every path in it."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._marks: dict[_Path, int] = {}
        text = ""
        try:
            text = path.read_text(encoding="utf-8")
            loader = _PlainLoader(text)
            try:
                node = loader.get_single_node()
                self.data = None if node is None else self._plain(loader, node, ())
            finally:
                loader.dispose()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = None if mark is None else min(mark.line, text.rstrip().count("\n")) + 1
            raise RecordError(
                self.name, "", f"expected YAML; {getattr(error, 'problem', None) or error}", line
            ) from None
        except UnicodeDecodeError:
            raise RecordError(self.name, "", "expected text in UTF-8") from None

    def _plain(self, loader: Any, node: Any, path: _Path) -> object:
        self._marks[path] = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(loader, child, (*path, i)) for i, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            found: dict[str, object] = {}
            for key_node, child in node.value:
                key = str(key_node.value)
                if key in found:
                    line = key_node.start_mark.line + 1
                    raise RecordError(self.name, self.spell((*path, key)), "expected each key once", line)
                found[key] = self._plain(loader, child, (*path, key))
            return found
        return loader.construct_object(node)

    def spell(self, path: _Path) -> str:
        """The path in words: members of a list that have an id go by it."""
        words: list[str] = []
        here: Any = getattr(self, "data", None)
        for step in path:
            here = here[step] if _holds(here, step) else None
            words.append(
                str(here["id"]) if isinstance(here, dict) and "id" in here and isinstance(step, int) else str(step)
            )
        return ".".join(words)

    def error(self, path: _Path, expected: str) -> RecordError:
        """An error at the path, with the line of the nearest part of it that stands in the file."""
        known = path
        while known and known not in self._marks:
            known = known[:-1]
        return RecordError(self.name, self.spell(path), expected, self._marks.get(known))

    def validated(self, model: type[_M]) -> _M:
        """The data as a model, or the first thing that is wrong with it."""
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            first = error.errors()[0]
            path = tuple(first["loc"])
            while path and not self._stands(path) and first["type"] not in ("missing", "extra_forbidden"):
                path = path[:-1]  # the tail names a branch of the schema, not a place in the file
            given = (
                ""
                if first["type"] == "missing" or isinstance(first["input"], dict | list)
                else f", found {first['input']!r}"
            )
            hints = {"missing": "expected this key", "extra_forbidden": "expected no key of this name"}
            wanted = hints.get(first["type"], f"expected {_wish(first['msg'])}{given}")
            raise self.error(path, wanted) from None

    def _stands(self, path: _Path) -> bool:
        return path in self._marks


def _holds(here: object, step: str | int) -> bool:
    if isinstance(here, dict):
        return step in here
    return isinstance(here, list) and isinstance(step, int) and step < len(here)


def _wish(message: str) -> str:
    """Pydantic's message as the tail of "expected …"."""
    message = message.replace("a valid string", "text, in quotes where it looks like a number")
    return re.sub(r"^(Input|Value|String|Tuple) should (be |have |match )?", "", message)


# ---------------------------------------------------------------- rules that one model cannot see


def line_numbers(lines: str) -> frozenset[int]:
    """The line numbers meant by a text like "95-111, 329".

    >>> sorted(line_numbers("3-5, 9"))
    [3, 4, 5, 9]
    """
    numbers: set[int] = set()
    for part in lines.split(", "):
        first, _, last = part.partition("-")
        numbers.update(range(int(first), int(last or first) + 1))
    return frozenset(numbers)


_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_MARKUP = re.compile(r"</?\w[^<>]*>|\*\*")  # tags and bold marks of a stored page


def _plain_words(text: str) -> str:
    return " ".join(_MARKUP.sub("", text).translate(_SAME).split())


def stands_in(phrase: str, text: str) -> bool:
    """Whether the phrase stands in the text as it is: whole words, whole figures; spaces, quotes and markup aside.

    >>> stands_in("4.7 (1.8)", "compared  with 4.7 (1.8)"), stands_in("4.7", "14.7 or 4.75"), stands_in("ran", "trans")
    (True, False, False)
    """
    phrase, text = _plain_words(phrase), _plain_words(text)
    before = r"(?<!\w)(?<!\d[.,])" if phrase[:1].isalnum() else ""
    after = r"(?!\w)(?![.,]\d)" if phrase[-1:].isalnum() else ""
    return re.search(before + re.escape(phrase) + after, text) is not None


def _figure(printed: str) -> float | None:
    """The one figure in a printed value, or None where it holds none or several.

    >>> _figure("≥ 12"), _figure("7.5 (2.2)"), _figure("50,000 IU"), _figure("two weeks")
    (12.0, None, 50000.0, None)
    """
    found = _FIGURE.findall(printed)
    return float(found[0].replace(",", "")) if len(found) == 1 else None


def _check_once(file: _File, ids: list[tuple[str, _Path]], what: str) -> None:
    seen: set[str] = set()
    for name, path in ids:
        if name in seen:
            raise file.error(path, f"expected each {what} once, {name!r} stands twice")
        seen.add(name)


def _check_frame(file: _File, frame: Frame) -> None:
    _check_once(file, [(item.id, ("items", i)) for i, item in enumerate(frame.items)], "item")
    _check_once(file, [(step.id, ("strengths", i)) for i, step in enumerate(frame.strengths)], "strength")
    known = {item.id for item in frame.items}
    for i, item in enumerate(frame.items):
        if (item.type == "choice") != bool(item.choices):
            raise file.error(("items", i, "choices"), "expected choices for an item of type choice, and for no other")
        if item.number and (item.type != "number" or item.number.measured_by not in known):
            raise file.error(("items", i, "number"), "expected type number, and measured_by an item of the frame")


def _check_cell(file: _File, path: _Path, cell: Cell, item: Item, passage: Passage) -> None:
    if not cell.printed and cell.value is None:
        raise file.error(path, "expected printed or value")
    if not item.reference:
        for phrase in (*cell.printed, *([cell.within] if cell.within else [])):
            if len(phrase.split()) > MAX_QUOTED_WORDS:
                raise file.error(
                    (*path, "printed"), f"expected at most {MAX_QUOTED_WORDS} quoted words, found {phrase!r}"
                )
    if max(cell.place) > len(passage.text):
        raise file.error((*path, "place"), f"expected a paragraph from 1 to {len(passage.text)}")
    shown = "\n".join(passage.text[n - 1].says for n in cell.place)
    for phrase in cell.printed:
        if not stands_in(phrase, shown):  # learners extract from our text, so it must hold what is coded
            raise file.error((*path, "printed"), f"expected words of the paragraphs named in place, found {phrase!r}")
    if item.type == "number":
        figure = _figure(cell.printed[0]) if len(cell.printed) == 1 else None
        if cell.value is None and figure is None:
            raise file.error(path, "expected one printed figure, or value where it is printed in words")
        if cell.value is not None and (not isinstance(cell.value, int | float) or figure not in (None, cell.value)):
            raise file.error((*path, "value"), f"expected the number that is printed, found {cell.value!r}")
        if item.number and (cell.within is None or not stands_in(cell.printed[0], cell.within)):
            raise file.error((*path, "within"), "expected the words around the figure, the figure included")
    elif isinstance(cell.value, int | float):
        raise file.error((*path, "value"), "expected words, in quotes where they are figures")
    options = item.choices or (("yes", "no") if item.type == "yes-no" else ())
    if options and cell.value not in options:
        raise file.error((*path, "value"), f"expected one of {', '.join(options)}")
    if item.subject == "trial" and (cell.about == "trial") != (passage.tells_trial == "yes"):
        raise file.error((*path, "about"), "expected `about` exactly where the passage does not tell the trial")


def _check_passage(file: _File, path: _Path, passage: Passage, seeds: Seeds) -> None:
    items = seeds.frame
    for n, name in enumerate(passage.not_reported):
        if name not in items:
            raise file.error((*path, "not_reported", n), f"expected an item of the frame, found {name!r}")
        if name in passage.items:
            raise file.error((*path, "items", name), "expected a cell or not_reported, found both")
    _check_once(file, [(x, (*path, "not_reported", n)) for n, x in enumerate(passage.not_reported)], "item")
    for name, cell in passage.items.items():
        if name not in items:
            raise file.error((*path, "items", name), f"expected an item of the frame, found {name!r}")
        _check_cell(file, (*path, "items", name), cell, items[name], passage)
    missing = [name for name in items if name not in passage.items and name not in passage.not_reported]
    if missing:
        raise file.error((*path, "not_reported"), f"expected a cell or not_reported for: {', '.join(missing)}")
    for n, paragraph in enumerate(passage.text):
        if not line_numbers(paragraph.lines) <= line_numbers(passage.lines):
            raise file.error((*path, "text", n, "lines"), f"expected lines of the passage ({passage.lines})")
        for phrase in _QUOTED.findall(paragraph.says):
            if len(phrase.split()) > MAX_QUOTED_WORDS:
                raise file.error(
                    (*path, "text", n), f"expected at most {MAX_QUOTED_WORDS} quoted words, found {phrase!r}"
                )
    for n, document in enumerate(passage.path):
        if document not in seeds.documents:
            raise file.error(
                (*path, "path", n), f"expected a document of documents.yml or of this record, found {document!r}"
            )
    if passage.path and seeds.documents[passage.path[-1]].kind != "trial report":
        raise file.error((*path, "path"), "expected the path to end at the trial report")
    if bool(passage.path) != (passage.tells_trial in ("yes", "through a review")):
        raise file.error((*path, "path"), "expected a path exactly where tells_trial is yes or through a review")
    for n, claim in enumerate(passage.claims):
        if claim.strength not in seeds.strengths:
            raise file.error((*path, "claims", n, "strength"), f"expected one of {', '.join(seeds.strengths)}")
        if claim.quote and len(claim.quote.split()) > MAX_QUOTED_WORDS:
            raise file.error((*path, "claims", n, "quote"), f"expected at most {MAX_QUOTED_WORDS} quoted words")
        if max(claim.place) > len(passage.text):
            raise file.error((*path, "claims", n, "place"), f"expected a paragraph from 1 to {len(passage.text)}")


# ---------------------------------------------------------------- loading


def seeds_folder(folder: Path | str | None = None) -> Path:
    """The folder of records: the argument, else APPRAISE_SEEDS, else `seeds/` beside the library."""
    chosen = folder or os.environ.get("APPRAISE_SEEDS") or Path(__file__).resolve().parent.parent / "seeds"
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
    frame_file = _File(path / "frame.yml")
    frame = frame_file.validated(Frame)
    _check_frame(frame_file, frame)

    documents: dict[str, Document] = {}
    facts: dict[str, Fact] = {}
    if "documents.yml" in names:
        file = _File(path / "documents.yml")
        _add(file, ("documents",), file.validated(_Documents).documents, documents, "document")
    if "outside.yml" in names:
        file = _File(path / "outside.yml")
        _add(file, ("facts",), file.validated(_Facts).facts, facts, "fact")

    read: list[tuple[_File, Source]] = []
    records: dict[str, Source] = {}
    for name in filter(_SOURCE_FILE.fullmatch, names):
        file = _File(path / name)
        source = file.validated(Source)
        if not re.fullmatch(rf"\d+-{re.escape(source.id)}\.yml", name):
            raise file.error(("id",), f"expected the id in the file's name, found {source.id!r}")
        if source.id in records:
            raise file.error(("id",), f"expected each source once, {source.id!r} stands twice")
        records[source.id] = source
        _add(file, ("documents",), source.documents, documents, "document")
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
        _check_once(file, [(p.id, ("passages", i)) for i, p in enumerate(source.passages)], "passage")
        for i, passage in enumerate(source.passages):
            _check_passage(file, ("passages", i), passage, seeds)
            _add(file, ("passages", i, "claims"), passage.claims, claims, "claim")
    return seeds


_T = TypeVar("_T", Document, Fact, Claim)


def _add(file: _File, path: _Path, new: tuple[_T, ...], known: dict[str, _T], what: str) -> None:
    for i, one in enumerate(new):
        if one.id in known:
            raise file.error((*path, i, "id"), f"expected each {what} once, {one.id!r} stands twice")
        known[one.id] = one


# ---------------------------------------------------------------- the public tables


def _table(rows: list[dict[str, Any]], columns: list[str], index: str | None = None) -> pd.DataFrame:
    """Rows as a DataFrame of plain objects: no <NA>, an empty text where nothing applies."""
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    table = table.where(table.notna(), "")
    return table.set_index(index) if index else table


class _Table(Protocol):
    def __call__(self, folder: Path | str | None = None) -> pd.DataFrame: ...


def _kept(make: _Table) -> _Table:
    """A table is made once for the files as they are; each call gives a copy, so that changing one changes no other."""
    made: list[tuple[Seeds, pd.DataFrame]] = []

    @wraps(make)
    def table(folder: Path | str | None = None) -> pd.DataFrame:
        seeds = load(folder)
        if not made or made[0][0] is not seeds:
            made[:] = [(seeds, make(folder))]
        return made[0][1].copy()

    return table


def _joined(values: tuple[Any, ...]) -> str:
    return ", ".join(map(str, values))


def _distance(passages: tuple[Passage, ...]) -> int | str:
    shown = [passage.distance for passage in passages if passage.distance is not None]
    return min(shown) if shown else NO_PATH


def _as_printed(cell: Cell) -> str:
    if cell.printed:
        return "; ".join(cell.printed)
    return "; ".join(cell.value) if isinstance(cell.value, tuple) else str(cell.value)


@_kept
def sources(folder: Path | str | None = None) -> pd.DataFrame:
    """One row a source, index `source`: identity, kind, distance of its nearest passage, interests, what it does well.

    Interests are as far as the stored text shows them. Raises RecordError where a record is broken.

    >>> list(sources().index)[:2]
    ['painscience', 'walsh']
    """
    rows = [
        {
            "source": s.id,
            "title": s.title,
            "author": s.author,
            "publisher": s.publisher,
            "dates": "; ".join(f"{date.stated} ({date.of})" for date in s.dates),
            "address": s.address,
            "doi": s.doi,
            "pmid": s.pmid,
            "kind": s.kind,
            "distance": _distance(s.passages),
            "interests_stated": s.interests.stated,
            "interests_visible": s.interests.visible,
            "interests_not_found": s.interests.not_found,
            "does_well": s.does_well,
            "original": s.original.file,
            "sha256": s.original.sha256,
        }
        for s in load(folder).records.values()
    ]
    return _table(
        rows,
        [
            *("source", "title", "author", "publisher", "dates", "address", "doi", "pmid", "kind", "distance"),
            *("interests_stated", "interests_visible", "interests_not_found", "does_well", "original", "sha256"),
        ],
        index="source",
    )


@_kept
def passages(folder: Path | str | None = None) -> pd.DataFrame:
    """One row a passage: source, passage, title, kind, text (numbered paragraphs), place (lines of the original), …

    `distance` counts documents back to a patient's record (1 = the trial's own report) or says "no path shown";
    `tells_trial` and `reason` say whether the passage tells this trial; `path` and `identified_by` say how one sees it.

    >>> passages().query("source == 'painscience'").passage.tolist()
    ['abstract', 'comment']
    """
    rows = [
        {
            "source": s.id,
            "passage": p.id,
            "title": p.title,
            "kind": p.kind,
            "text": "\n\n".join(f"[{n}] {paragraph.says}" for n, paragraph in enumerate(p.text, 1)),
            "place": p.lines,
            "distance": _distance((p,)),
            "tells_trial": p.tells_trial,
            "reason": p.reason,
            "path": " → ".join(p.path),
            "identified_by": _joined(p.identified_by),
        }
        for s, p in load(folder).passages()
    ]
    columns = ["source", "passage", "title", "kind", "text", "place", "distance", "tells_trial", "reason", "path"]
    return _table(rows, [*columns, "identified_by"])


@_kept
def reports(folder: Path | str | None = None) -> pd.DataFrame:
    """Items (index `item`) by passages (columns: source, passage); a cell is the value as printed or "not reported".

    >>> reports().loc["pain-mg-6m-mean", ("painscience", "abstract")]
    '4.7'
    """
    seeds = load(folder)
    columns = {
        (s.id, p.id): [_as_printed(p.items[item]) if item in p.items else NOT_REPORTED for item in seeds.frame]
        for s, p in seeds.passages()
    }
    table = pd.DataFrame(columns, index=pd.Index(list(seeds.frame), name="item"), dtype=object)
    table.columns = pd.MultiIndex.from_tuples(list(columns), names=["source", "passage"])
    return table


def _cell_rows(seeds: Seeds) -> Iterator[tuple[Item, dict[str, Any]]]:
    for s, p in seeds.passages():
        for name, item in seeds.frame.items():
            if (cell := p.items.get(name)) is None:
                continue
            value: Any = cell.value
            if value is None:
                value = _figure(cell.printed[0]) if item.type == "number" else _as_printed(cell)
            elif item.type == "number":
                value = float(value)
            elif isinstance(value, tuple):
                value = "; ".join(value)
            yield (
                item,
                {
                    "source": s.id,
                    "passage": p.id,
                    "item": name,
                    "printed": _as_printed(cell),
                    "value": value,
                    "unit": cell.unit or item.unit,
                    "place": _joined(cell.place),
                    "about": cell.about if item.subject == "trial" else item.subject,
                    "compares": cell.compares,
                    "note": cell.note,
                },
            )


@_kept
def cells(folder: Path | str | None = None) -> pd.DataFrame:
    """Every reported cell, one a row: source, passage, item, printed, value (normalised), unit, place, about, …

    `place` names paragraphs of the passage's text. What is not in this table is not reported.

    >>> cells().query("item == 'lanss-threshold' and passage == 'abstract'").value.item()
    12.0
    """
    columns = ["source", "passage", "item", "printed", "value", "unit", "place", "about", "compares", "note"]
    return _table([row for _, row in _cell_rows(load(folder))], columns)


@_kept
def numbers(folder: Path | str | None = None) -> pd.DataFrame:
    """Outcome numbers, one a row: source, passage, arm, outcome, time_point, statistic, value (float), unit, …

    `scale` is the instrument as that passage names it; `compares` is what a p value compares, as worded.

    >>> len(numbers().query("source == 'painscience' and passage == 'abstract'"))
    20
    """
    seeds = load(folder)
    named = reports(folder)
    columns = ["source", "passage", "arm", "outcome", "time_point", "statistic", "value", "unit", "printed"]
    rows = [
        {
            **row,
            **item.number.model_dump(include={"arm", "outcome", "time_point", "statistic"}),
            "scale": named.loc[item.number.measured_by, (row["source"], row["passage"])],
        }
        for item, row in _cell_rows(seeds)
        if item.number
    ]
    table = _table(rows, [*columns, "place", "scale", "compares", "item"])
    return table.astype({"value": float})


@_kept
def claims(folder: Path | str | None = None) -> pd.DataFrame:
    """One row a claim: source, passage, claim, paraphrase, quote, strength (and its step, 1 to 4), scope, about, place.

    >>> claims().step.between(1, 4).all()
    np.True_
    """
    seeds = load(folder)
    columns = ["source", "passage", "claim", "paraphrase", "quote", "strength", "step", "scope"]
    rows = [
        {
            **c.model_dump(include={"paraphrase", "quote", "strength", "about"}),
            **c.scope.model_dump(),
            "source": s.id,
            "passage": p.id,
            "claim": c.id,
            "step": seeds.strengths[c.strength].step,
            "scope": f"{c.scope.population}; {c.scope.route}; {c.scope.outcome}",
            "place": _joined(c.place),
        }
        for s, p in seeds.passages()
        for c in p.claims
    ]
    return _table(rows, [*columns, "population", "route", "outcome", "about", "place"]).astype({"step": int})


@_kept
def outside(folder: Path | str | None = None) -> pd.DataFrame:
    """Facts from outside the five, index `id`: statement, value, unit, address, mark ("F": found at the address).

    >>> float(outside().loc["pain-mg-6m-mean-indexed", "value"])
    4.7
    """
    rows = [fact.model_dump() for fact in load(folder).facts.values()]
    return _table(rows, ["id", "statement", "value", "unit", "address", "mark"], index="id")


@_kept
def frame(folder: Path | str | None = None) -> pd.DataFrame:
    """The coding frame, index `item`: frame_no, group, subject, meaning, type, unit, choices, pico, tidier, and for
    outcome numbers arm, outcome, time_point, statistic (empty where they do not apply).

    >>> frame().loc["pain-mg-p", "statistic"]
    'p'
    """
    rows = [
        {
            **item.model_dump(exclude={"id", "number", "choices"}),
            **(item.number.model_dump() if item.number else {}),
            "item": item.id,
            "choices": _joined(item.choices),
        }
        for item in load(folder).frame.values()
    ]
    columns = ["item", "frame_no", "group", "subject", "meaning", "type", "unit", "choices", "pico", "tidier"]
    return _table(rows, [*columns, "arm", "outcome", "time_point", "statistic"], index="item").astype({"frame_no": int})


@_kept
def strengths(folder: Path | str | None = None) -> pd.DataFrame:
    """The four steps of how firmly a sentence is put, index `strength`: step, meaning, words that mark it.

    >>> strengths().step.tolist()
    [1, 2, 3, 4]
    """
    rows = [{**step.model_dump(exclude={"id"}), "strength": step.id} for step in load(folder).strengths.values()]
    return _table(rows, ["strength", "step", "meaning", "words"], index="strength").astype({"step": int})


@_kept
def documents(folder: Path | str | None = None) -> pd.DataFrame:
    """Documents between the passages and the patients, index `document`; `includes_trial` is yes, no or not known.

    >>> documents().loc["park-2020", "includes_trial"]
    'yes'
    """
    rows = [{**d.model_dump(exclude={"id"}), "document": d.id} for d in load(folder).documents.values()]
    columns = ["document", "kind", "title", "authors", "year", "journal", "doi", "pmid", "includes_trial", "reason"]
    return _table(rows, [*columns, "trials_included", "searched_to", "address"], index="document").astype({"year": int})


def text_figures(text: str) -> list[str]:
    """The figures of a text, as printed.

    >>> text_figures("7.5 (2.2) → 4.7 at 6 months; 50,000 IU")
    ['7.5', '2.2', '4.7', '6', '50,000']
    """
    return _FIGURE.findall(text)


def quoted_phrases(text: str) -> list[str]:
    """The phrases between “ and ”.

    >>> quoted_phrases("It calls the result “clearly positive” and “unreplicated”.")
    ['clearly positive', 'unreplicated']
    """
    return _QUOTED.findall(text)


# ---------------------------------------------------------------- lesson 09: coded statements


Fidelity = Literal["same", "changed", "lost", "reversed", "untraceable"]
Spin = Literal["reporting", "interpretation", "extrapolation", "none", "no study"]
_Weight = Annotated[float, Field(gt=0, le=1)]


class _Statement(_Model):
    """A claim held against the finding under it; a code is a set of labels that can be defended, with weights."""

    claim: Id
    against: Text
    fidelity: dict[Fidelity, _Weight]
    spin: dict[Spin, _Weight]
    anchors: tuple[Literal["fidelity", "spin"], ...] = ()
    core: bool
    reason: Text


class _Statements(_Model):
    statements: tuple[_Statement, ...]


@lru_cache(maxsize=1)
def _read_statements(path: Path, changed: int) -> tuple[_File, tuple[_Statement, ...]]:
    file = _File(path)
    return file, file.validated(_Statements).statements


def statements(folder: Path | str | None = None) -> pd.DataFrame:
    """The statements of lesson 09, index `statement`: source, passage, place, says, quote, against, fidelity, spin, …

    `fidelity` and `spin` hold the course's label, `fidelity_set` and `spin_set` every label that can be defended with
    its weight, `anchors` the codes that have one label only; `core` marks those of the graded exercises. Spin is coded
    after the three groups of Haneef R et al., PLoS ONE 2015;10:e0140889. Raises RecordError where a record is broken.

    >>> statements().loc["links-score", ["fidelity", "spin"]].tolist()
    ['changed', 'none']
    """
    known = claims(folder).set_index("claim")
    path = seeds_folder(folder) / "statements.yml"
    file, found = _read_statements(path, path.stat().st_mtime_ns)
    rows = []
    _check_once(file, [(one.claim, ("statements", i, "claim")) for i, one in enumerate(found)], "statement")
    for i, one in enumerate(found):
        if one.claim not in known.index:
            raise file.error(("statements", i, "claim"), f"expected a claim of a source's record, found {one.claim!r}")
        for code in ("fidelity", "spin"):
            labels = getattr(one, code)
            if max(labels.values(), default=0) != 1:
                raise file.error(("statements", i, code), "expected at least one label with the weight 1")
            if code in one.anchors and len(labels) != 1:
                raise file.error(("statements", i, code), "expected one label only, since it is an anchor")
        for phrase in quoted_phrases(one.against):
            if len(phrase.split()) > MAX_QUOTED_WORDS:
                raise file.error(("statements", i, "against"), f"expected at most {MAX_QUOTED_WORDS} quoted words")
        claim = known.loc[one.claim]
        rows.append(
            {
                "statement": one.claim,
                "source": claim["source"],
                "passage": claim["passage"],
                "place": claim["place"],
                "says": claim["paraphrase"],
                "quote": claim["quote"],
                "against": one.against,
                "fidelity": max(one.fidelity, key=lambda label: one.fidelity[label]),
                "spin": max(one.spin, key=lambda label: one.spin[label]),
                "fidelity_set": dict(one.fidelity),
                "spin_set": dict(one.spin),
                "anchors": _joined(one.anchors),
                "core": one.core,
                "reason": one.reason,
            }
        )
    columns = ["statement", "source", "passage", "place", "says", "quote", "against", "fidelity", "spin"]
    columns += ["fidelity_set", "spin_set", "anchors", "core", "reason"]
    return _table(rows, columns, index="statement").astype({"core": bool})


__all__ = [
    *(
        "NOT_REPORTED",
        "NO_PATH",
        "NOT_KNOWN",
        "RecordError",
        "cells",
        "claims",
        "documents",
        "frame",
        "load",
        "numbers",
    ),
    *("outside", "passages", "reports", "sources", "statements", "strengths"),
]
