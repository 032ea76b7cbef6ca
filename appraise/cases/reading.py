"""YAML files read into models. An error names the file, the line, the entry, and what was expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

_M = TypeVar("_M", bound=BaseModel)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CaseFileError(ValueError):
    """A file that cannot be used: which file, which line, and what was expected there."""


def read_yaml(path: Path, model: type[_M]) -> _M:
    """The file as a model. Raises CaseFileError, which names file, line, entry and what was expected.

    The nodes of the parser keep their lines, so that nothing is read twice. A key that stands twice is refused.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError:
        raise CaseFileError(f"{path}: expected this file; it cannot be read") from None
    except UnicodeDecodeError:
        raise CaseFileError(f"{path}: expected text in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CaseFileError(f"{path.name}, line {line}: expected YAML; {error.problem}") from None
    if node is None:
        raise CaseFileError(f"{path.name}, line 1: the file is empty; expected entries")
    value = _value(node, path)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        entry = ".".join(str(step) for step in first["loc"])
        line = _line(node, first["loc"])
        raise CaseFileError(f"{path.name}, line {line}: {entry}: {_sentence(first['msg'])}") from None


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")


def _value(node: Any, path: Path) -> Any:
    if isinstance(node, yaml.MappingNode):
        result: dict[Any, Any] = {}
        for key, value in node.value:
            if key.value in result:
                raise CaseFileError(f"{path.name}, line {key.start_mark.line + 1}: {key.value!r} stands twice here")
            result[key.value] = _value(value, path)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, path) for item in node.value]
    return int(node.value) if node.tag == "tag:yaml.org,2002:int" else node.value


def _line(node: Any, loc: tuple[int | str, ...]) -> int:
    """The line of an entry, or of the nearest entry around it that the file has."""
    for step in loc:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            inside = [value for key, value in node.value if key.value == str(step)]
            if not inside:
                break
            node = inside[0]
        else:
            break
    return int(node.start_mark.line) + 1
