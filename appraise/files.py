"""Where the project's files lie, how YAML is read into models, and how a file is written whole or not at all.

YAML is composed by PyYAML, whose nodes know their lines: ruamel.yaml gives lines too, but takes twenty times as long
for `seeds/`, which every lesson reads when its first table is asked for.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from appraise.errors import DataFileError

ROOT = Path(__file__).resolve().parent.parent
SEEDS, ASSETS, SOLUTIONS, LESSONS = (ROOT / name for name in ("seeds", "assets", "solutions", "lessons"))
PACKS = ROOT / "appraise" / "packs"

YamlPath = tuple[str | int, ...]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # CSafeLoader is absent where PyYAML lacks libyaml


class StrictModel(BaseModel):
    """A model of a data file: unknown keys are errors, and its values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # built when first used


_M = TypeVar("_M", bound=BaseModel)


class _WordsLoader(_Loader):  # type: ignore[misc]
    """YAML whose yes, no and dates stay words, as in YAML 1.2; the other plain scalars are as usual."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [pair for pair in pairs if pair[0] not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
        for first, pairs in _Loader.yaml_implicit_resolvers.items()
    }


_WordsLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


class YamlFile:
    """A YAML file as plain data, and the line of every path in it.

    Parameters
    ----------
    path : Path
    error : type of DataFileError
        The class of the errors that this file's faults raise.
    name : Path or str
        How these errors name the file; its own name where nothing is given.

    Raises
    ------
    DataFileError
        Where the file is not there, is not YAML in UTF-8, or holds a key twice.
    """

    def __init__(self, path: Path, error: type[DataFileError] = DataFileError, name: Path | str = "") -> None:
        self.name = str(name or path.name)
        self._error = error
        self._lines: dict[YamlPath, int] = {}
        text = ""
        try:
            text = path.read_text(encoding="utf-8")
            loader = _WordsLoader(text)
            try:
                node = loader.get_single_node()
                self.data = None if node is None else self._construct(loader, node, ())
            finally:
                loader.dispose()
        except OSError:
            raise error(self.name, "", "expected this file; use the library from a clone of the course") from None
        except yaml.YAMLError as fault:
            mark = getattr(fault, "problem_mark", None)
            line = None if mark is None else min(mark.line, text.rstrip().count("\n")) + 1
            raise error(self.name, "", f"expected YAML; {getattr(fault, 'problem', None) or fault}", line) from None
        except UnicodeDecodeError:
            raise error(self.name, "", "expected text in UTF-8") from None

    def _construct(self, loader: Any, node: Any, path: YamlPath) -> object:
        self._lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            return [self._construct(loader, child, (*path, i)) for i, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            mapping: dict[object, object] = {}
            for key_node, child in node.value:
                key = loader.construct_object(key_node)
                if key in mapping:
                    line = key_node.start_mark.line + 1
                    raise self._error(self.name, self.spell((*path, key)), "expected each key once", line)
                mapping[key] = self._construct(loader, child, (*path, key))
            return mapping
        return loader.construct_object(node)

    def spell(self, path: YamlPath) -> str:
        """The path in words: members of a list that have an id go by it."""
        words: list[str] = []
        here: Any = getattr(self, "data", None)
        for step in path:
            here = here[step] if _contains(here, step) else None
            words.append(
                str(here["id"]) if isinstance(here, dict) and "id" in here and isinstance(step, int) else str(step)
            )
        return ".".join(words)

    def error(self, path: YamlPath, expected: str) -> DataFileError:
        """An error at the path, with the line of the nearest part of it that stands in the file."""
        known = path
        while known and known not in self._lines:
            known = known[:-1]
        return self._error(self.name, self.spell(path), expected, self._lines.get(known))

    def validated(self, model: type[_M], at: YamlPath = ()) -> _M:
        """The data, or the part of it at a path, as a model. Raises the first thing that is wrong with it."""
        data: Any = self.data
        for step in at:
            data = data[step]
        try:
            return model.model_validate(data)
        except ValidationError as fault:
            first = fault.errors()[0]
            path = (*at, *first["loc"])
            while path and path not in self._lines and first["type"] not in ("missing", "extra_forbidden"):
                path = path[:-1]  # the tail names a branch of the schema, not a place in the file
            shows = first["type"] != "missing" and not isinstance(first["input"], dict | list)
            actual = f", found {first['input']!r}" if shows else ""
            hints = {"missing": "expected this key", "extra_forbidden": "expected no key of this name"}
            expected = hints.get(first["type"], f"expected {_expectation(first['msg'])}{actual}")
            raise self.error(path, expected) from None


def read_yaml(path: Path, model: type[_M], error: type[DataFileError] = DataFileError) -> _M:
    """A YAML file as a model.

    Parameters
    ----------
    path : Path
    model : type of BaseModel
    error : type of DataFileError
        What to raise where the file cannot be used.

    Raises
    ------
    DataFileError
        The file, the line, the place in it and what was expected.
    """
    return YamlFile(path, error).validated(model)


def _contains(here: object, step: str | int) -> bool:
    if isinstance(here, dict):
        return step in here
    return isinstance(here, list) and isinstance(step, int) and step < len(here)


def _expectation(message: str) -> str:
    """Pydantic's message as the tail of "expected …"."""
    message = message.replace("a valid string", "text, in quotes where it looks like a number")
    message = re.sub(r"^(Input|Value|String|Tuple|List|Dictionary|Mapping) should (be |have |match )?", "", message)
    return message.removeprefix("Value error, expected ").replace(" after validation", "")


def write_whole(file: Path, content: bytes | str) -> None:
    """Write a file in one step, its folder too: whoever reads it sees the old content or the new, and no part.

    Raises
    ------
    OSError
        Where it cannot be written; the old content stays then.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        new.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        new.replace(file)
    except OSError:
        new.unlink(missing_ok=True)
        raise
