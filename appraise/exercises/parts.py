"""An answer taken apart into parts, one for each thing asked.

A part is found by the words of its name, whatever their order and whatever the container: a dictionary, a Series, a
tidy or a wide table say the same. A plain sequence is read in the order of the question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from appraise.errors import AnswerFormatError
from appraise.exercises.serialize import Json, describe_type, short
from appraise.exercises.values import PartKey, as_scalar, as_sequence, count_of, part_key, words_of

Names = Mapping[PartKey, str]  # the parts asked for: key to name


def flatten(x: Json, prefix: tuple[Json, ...] = ()) -> dict[PartKey, tuple[str, Json]]:
    """A reference answer as parts: key to (name as shown, expected value).

    >>> flatten({"dict": [["walsh post", 4.7], ["shopblog post", "not reported"]]})[("post", "walsh")]
    ('walsh post', 4.7)
    """
    if isinstance(x, dict) and "dict" in x:
        out: dict[PartKey, tuple[str, Json]] = {}
        for k, v in x["dict"]:
            out.update(flatten(v, (*prefix, k)))
        return out
    if isinstance(x, dict) and "series" in x:
        return {
            part_key(*prefix, k): (part_name(*prefix, k), v)
            for k, v in zip(x["series"]["index"], x["series"]["values"])
        }
    if isinstance(x, dict) and "frame" in x:
        f = x["frame"]
        return {
            part_key(row, column): (part_name(row, column), f["data"][j][i])
            for j, column in enumerate(f["columns"])
            for i, row in enumerate(f["index"])
        }
    if isinstance(x, list) or (isinstance(x, dict) and ("tuple" in x or "array" in x)):
        return {part_key(*prefix, i): (part_name(*prefix, i), v) for i, v in enumerate(as_sequence(x) or [], start=1)}
    return {part_key(*prefix): (part_name(*prefix), x)}


def part_name(*parts: Json) -> str:
    return " · ".join(_label_of(p) for p in parts)


def _label_of(p: Json) -> str:
    """A name as a person would write it; a pair of labels is written as its two words."""
    if isinstance(p, dict) and "tuple" in p:
        return " ".join(_label_of(v) for v in p["tuple"])
    return p if isinstance(p, str) else short(p)


def parts_of(answer: Json, asked: Names, name: str) -> dict[PartKey, Json]:
    """The learner's answer, part by part; a part that is not there is left out.

    Parameters
    ----------
    answer : JSON value
        As `appraise.exercises.serialize.encode` gives it.
    asked : mapping of part's key to its name
    name : str
        The name that holds the answer, for messages.

    Raises
    ------
    AnswerFormatError
        Where the answer's container cannot hold the parts asked for.
    """
    many = len(asked)
    if many == 1 and next(iter(asked)) == ():
        return {(): as_scalar(answer)}
    values = as_sequence(answer)
    kind = next(iter(answer)) if isinstance(answer, dict) else None
    if kind == "series":
        index = answer["series"]["index"]
        if any(part_key(i) in asked for i in index):
            return {part_key(i): v for i, v in zip(index, answer["series"]["values"])}
    if kind == "frame":
        return _parts_of_frame(asked, answer["frame"], name)
    if kind == "dict":
        return _known_parts(asked, flatten(answer), name)
    if kind == "set":
        raise AnswerFormatError(f"`{name}` is a set, which has no order. Give {describe_parts([*asked.values()])}.")
    if values is not None:
        if values and all(isinstance(v, dict) and "dict" in v for v in values):  # a list of records is a table
            return _parts_of_records(asked, values, name)
        if len(values) != many:
            has = count_of(len(values), "entry", "entries")
            raise AnswerFormatError(
                f"`{name}` has {has}, but {many} are asked for. Give {describe_parts([*asked.values()])}."
            )
        return dict(zip(asked, values))
    raise AnswerFormatError(f"`{name}` is {describe_type(answer)}. Give {describe_parts([*asked.values()])}.")


def describe_parts(names: Sequence[str]) -> str:
    """The parts that are asked for, and the form in which they can be given."""
    if all(n.isdigit() for n in names):
        return f"a list with {count_of(len(names), 'entry', 'entries')}, in the order of the question"
    shown = ", ".join(f"“{n}”" for n in names[:3]) + (", …" if len(names) > 3 else "")
    return f"one entry for each of {shown}: a dictionary, or a list in the order of the question"


def _known_parts(asked: Names, parts: Mapping[PartKey, tuple[str, Json]], name: str) -> dict[PartKey, Json]:
    if parts and not any(key in asked for key in parts):
        stranger = next(iter(parts.values()))[0]
        wanted = describe_parts([*asked.values()])
        raise AnswerFormatError(
            f"`{name}` has an entry “{stranger}”, which is not among those asked for. Give {wanted}."
        )
    return {key: value for key, (_, value) in parts.items()}


def _parts_of_records(asked: Names, records: list[Json], name: str) -> dict[PartKey, Json]:
    columns: list[Json] = []
    for r in records:
        columns += [k for k, _ in r["dict"] if k not in columns]
    data = [[next((v for k, v in r["dict"] if k == c), None) for r in records] for c in columns]
    frame = {"columns": columns, "index_names": [None], "index": list(range(len(records))), "data": data}
    return _parts_of_frame(asked, frame, name)


def _parts_of_frame(asked: Names, frame: Mapping[str, Any], name: str) -> dict[PartKey, Json]:
    """A table, tidy or wide, either way round: a part is found by the words of its row's labels and its column."""
    # a column of labels may be named like a part; of the two readings the one that finds more parts is meant
    parts = max((_read_frame(asked, frame, by_name) for by_name in (True, False)), key=len)
    if not parts:
        heads = ", ".join(f"“{part_name(c)}”" for c in frame["columns"][:4])
        wanted = describe_parts([*asked.values()])
        raise AnswerFormatError(
            f"None of the entries asked for can be found in the table `{name}` (columns {heads}). Give {wanted}."
        )
    return parts


def _read_frame(asked: Names, frame: Mapping[str, Any], by_name: bool) -> dict[PartKey, Json]:
    index, columns, data = frame["index"], list(frame["columns"]), list(frame["data"])
    known = {w for k in asked for w in k}
    labels: list[list[Json]] = [[i] if i != n else [] for n, i in enumerate(index)]
    # a column whose every entry is made of words from the parts' names, and whose own name is not, labels the rows
    values = []
    for c, col in zip(columns, data):
        named = by_name and set(words_of(c)) <= known and any(set(words_of(c)) <= set(k) for k in asked)
        named = named and not all(
            isinstance(v, str) and part_key(v) in asked for v in col
        )  # whole names label rows, too
        if not named and col and all(isinstance(v, str) and words_of(v) and set(words_of(v)) <= known for v in col):
            for row, v in zip(labels, col):
                row.append(v)
        else:
            values.append((c, col))
    parts: dict[PartKey, Json] = {}
    for c, col in values:
        for row, v in zip(labels, col):
            for k in (part_key(*row, c), part_key(*row)):
                if k in asked and k not in parts:
                    parts[k] = v
                    break
    return parts
