"""One exercise, and the judgement of one answer to it.

An exercise is a dictionary made by `appraise.authoring` from the solutions notebook and `exercises.yml`; an answer is
plain data (`appraise.plain`). The learner's `check` and the grader call the same `judge`; the grader's exercise holds
`hidden` cases besides. Nothing here runs a learner's code: functions are reached through `call`, which is handed in.

An answer is taken apart into **parts**, one for each thing asked (a passage, a cell, a field). A part is found by the
words of its name, whatever their order and whatever the container: a dictionary, a Series, a tidy or a wide table say
the same. A plain sequence is read in the order of the question.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from appraise.plain import Plain, describe_type, short

Exercise = Mapping[str, Any]
Key = tuple[str, ...]  # the sorted words of a part's name
NOT_REPORTED = "not reported"
_NR = {"not reported", "nr", "n r", "not stated", "not given", "not mentioned"}


@dataclass(frozen=True)
class Called:
    """What a call of a learner's function gave: its result and its arguments afterwards, or an error in words."""

    result: Plain = None
    args: list[Plain] = field(default_factory=list)
    error: str | None = None


Call = Callable[[list[Plain]], Called]


@dataclass(frozen=True)
class Verdict:
    """The judgement of one answer.

    Attributes
    ----------
    share : float
        Part of the points earned, 0 to 1.
    status : str
        "right", "partly", "wrong" or "no answer"; "marked" for prose, which no check can judge.
    remark : str
        For the learner: what is wrong and why. Never the right answer.
    misconception : str or None
        The id of the misconception that the answer shows.
    wrong : tuple of str
        Names of the parts that are not right.
    """

    share: float
    status: str
    remark: str
    misconception: str | None = None
    wrong: tuple[str, ...] = ()


class Form(Exception):
    """The answer cannot be read; the text says what was expected."""


# ── reading values ──────────────────────────────────────────────────────────────────────────────────────────────────


def words(x: Plain) -> list[str]:
    """The words of a name: case, dashes, underscores and order of nesting do not matter.

    >>> words({"tuple": ["Walsh", "post"]})
    ['walsh', 'post']
    """
    if isinstance(x, dict):
        return [w for v in x.get("tuple", []) for w in words(v)]
    if isinstance(x, float) and x.is_integer():
        x = int(x)
    text = str(x)
    return list(_words(text) if len(text) < 200 else _words.__wrapped__(text))  # an answer's long texts are not kept


@lru_cache(maxsize=4096)  # the names of a table's parts are read again for every answer
def _words(text: str) -> tuple[str, ...]:
    text = unicodedata.normalize("NFKC", text).casefold()
    return tuple(w.strip(".") for w in re.findall(r"[\w.]+", text.replace("_", " ")) if w.strip("."))


def key(*names: Plain) -> Key:
    return tuple(sorted(w for n in names for w in words(n)))


def normal(text: str) -> str:
    """Text as compared: without regard to case, spacing, kinds of dash and quotation mark, or a closing full stop.

    >>> normal("  Double–Blind. ") == normal("double blind")
    True
    """
    text = unicodedata.normalize("NFKC", text).casefold().strip().strip("\"'“”‘’«»").rstrip(".").strip()
    text = text.replace("−", "-").replace("’", "'")
    return re.sub(r"(?<=\w)[\s\-_‐‑–—]+(?=\w)", " ", re.sub(r"\s+", " ", text))


_NUMBER = re.compile(r"([-+]?)\s*(\d+(?:[.,]\d+)?|[.,]\d+)(?:e([-+]?\d+))?\s*(.*)", re.S)


def number(x: Plain, units: tuple[str, ...] = ()) -> float | None:
    """The number that a value is, or that a text with a decimal comma, a sign or one of `units` stands for, else None.

    >>> number("−4,7 points", ("points",))
    -4.7
    >>> number("about four") is None
    True
    """
    if isinstance(x, bool):
        return None
    if isinstance(x, int | float):
        return float(x)
    if isinstance(x, dict):
        return float(x["float"]) if "float" in x else None
    if isinstance(x, str) and len(x) < 60:
        text = unicodedata.normalize("NFKC", x).strip().replace("−", "-").replace("–", "-")
        if m := _NUMBER.fullmatch(text):
            sign, digits, power, rest = m.groups()
            if not rest or normal(rest) in {normal(u) for u in units}:
                value = float(digits.replace(",", ".")) * 10.0 ** min(int(power or 0), 300)
                return -value if sign == "-" else value
    return None


def blank(x: Plain) -> bool:
    """Is this no answer: None, the three dots, an empty text, list or dictionary, or not-a-number?"""
    if x is None or x == [] or (isinstance(x, str) and not x.strip()):
        return True
    if isinstance(x, dict):
        kind, v = next(iter(x.items()))
        return kind == "stub" or (kind == "float" and v == "nan") or (kind in _SEQUENCES | {"dict"} and not v)
    return False


_SEQUENCES = {"tuple", "set", "array"}


def _sequence(x: Plain) -> list[Plain] | None:
    if isinstance(x, list):
        return x
    if isinstance(x, dict):
        kind, v = next(iter(x.items()))
        if kind in _SEQUENCES:
            return list(v)
        if kind == "series":
            return list(v["values"])
    return None


def _scalar(x: Plain) -> Plain:
    """A lone value, also out of a sequence of length one."""
    values = _sequence(x)
    if values is not None and len(values) == 1 and not (isinstance(x, dict) and "set" in x):
        return values[0]
    return x


# ── taking an answer apart ──────────────────────────────────────────────────────────────────────────────────────────


def flatten(x: Plain, prefix: tuple[Plain, ...] = ()) -> dict[Key, tuple[str, Plain]]:
    """A reference answer as parts: key to (name as shown, expected value).

    >>> flatten({"dict": [["walsh post", 4.7], ["shopblog post", "not reported"]]})[("post", "walsh")]
    ('walsh post', 4.7)
    """
    if isinstance(x, dict) and "dict" in x:
        out: dict[Key, tuple[str, Plain]] = {}
        for k, v in x["dict"]:
            out.update(flatten(v, (*prefix, k)))
        return out
    if isinstance(x, dict) and "series" in x:
        return {key(*prefix, k): (_name(*prefix, k), v) for k, v in zip(x["series"]["index"], x["series"]["values"])}
    if isinstance(x, dict) and "frame" in x:
        f = x["frame"]
        return {
            key(row, column): (_name(row, column), f["data"][j][i])
            for j, column in enumerate(f["columns"])
            for i, row in enumerate(f["index"])
        }
    if isinstance(x, list) or (isinstance(x, dict) and ("tuple" in x or "array" in x)):
        return {key(*prefix, i): (_name(*prefix, i), v) for i, v in enumerate(_sequence(x) or [], start=1)}
    return {key(*prefix): (_name(*prefix), x)}


def _name(*parts: Plain) -> str:
    return " · ".join(_label(p) for p in parts)


def _label(p: Plain) -> str:
    """A name as a person would write it; a pair of labels is written as its two words."""
    if isinstance(p, dict) and "tuple" in p:
        return " ".join(_label(v) for v in p["tuple"])
    return p if isinstance(p, str) else short(p)


def parts_of(ex: Exercise, answer: Plain) -> dict[Key, Plain]:
    """The learner's answer, part by part; a part that is not there is left out.

    Raises
    ------
    Form
        Where the answer's container cannot hold the parts asked for.
    """
    asked = flatten(ex["expected"])
    name, many = ex["name"], len(asked)
    if many == 1 and next(iter(asked)) == ():
        return {(): _scalar(answer)}
    values = _sequence(answer)
    kind = next(iter(answer)) if isinstance(answer, dict) else None
    if kind == "series":
        index = answer["series"]["index"]
        if any(key(i) in asked for i in index):
            return {key(i): v for i, v in zip(index, answer["series"]["values"])}
    if kind == "frame":
        return _parts_of_frame(asked, answer["frame"], name)
    if kind == "dict":
        return _known(asked, flatten(answer), name)
    if kind == "set":
        raise Form(f"`{name}` is a set, which has no order. Give {_each(asked)}.")
    if values is not None:
        if values and all(isinstance(v, dict) and "dict" in v for v in values):  # a list of records is a table
            return _parts_of_records(asked, values, name)
        if len(values) != many:
            has = _count(len(values), "entry", "entries")
            raise Form(f"`{name}` has {has}, but {many} are asked for. Give {_each(asked)}.")
        return dict(zip(asked, values))
    raise Form(f"`{name}` is {describe_type(answer)}. Give {_each(asked)}.")


def _each(asked: Mapping[Key, tuple[str, Plain]]) -> str:
    names = [n for n, _ in asked.values()]
    if all(n.isdigit() for n in names):
        return f"a list with {_count(len(names), 'entry', 'entries')}, in the order of the question"
    shown = ", ".join(f"“{n}”" for n in names[:3]) + (", …" if len(names) > 3 else "")
    return f"one entry for each of {shown}: a dictionary, or a list in the order of the question"


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _known(
    asked: Mapping[Key, tuple[str, Plain]], given: Mapping[Key, tuple[str, Plain]], name: str
) -> dict[Key, Plain]:
    if given and not any(k in asked for k in given):
        theirs = next(iter(given.values()))[0]
        raise Form(f"`{name}` has an entry “{theirs}”, which is not among those asked for. Give {_each(asked)}.")
    return {k: v for k, (_, v) in given.items()}


def _parts_of_records(asked: Mapping[Key, tuple[str, Plain]], records: list[Plain], name: str) -> dict[Key, Plain]:
    columns: list[Plain] = []
    for r in records:
        columns += [k for k, _ in r["dict"] if k not in columns]
    data = [[next((v for k, v in r["dict"] if k == c), None) for r in records] for c in columns]
    frame = {"columns": columns, "index_names": [None], "index": list(range(len(records))), "data": data}
    return _parts_of_frame(asked, frame, name)


def _parts_of_frame(asked: Mapping[Key, tuple[str, Plain]], frame: Mapping[str, Any], name: str) -> dict[Key, Plain]:
    """A table, tidy or wide, either way round: a part is found by the words of its row's labels and its column."""
    # a column of labels may be named like a part; of the two readings the one that finds more parts is meant
    found = max((_read_frame(asked, frame, by_name) for by_name in (True, False)), key=len)
    if not found:
        heads = ", ".join(f"“{_name(c)}”" for c in frame["columns"][:4])
        raise Form(
            f"None of the entries asked for can be found in the table `{name}` (columns {heads}). Give {_each(asked)}."
        )
    return found


def _read_frame(asked: Mapping[Key, tuple[str, Plain]], frame: Mapping[str, Any], by_name: bool) -> dict[Key, Plain]:
    index, columns, data = frame["index"], list(frame["columns"]), list(frame["data"])
    known = {w for k in asked for w in k}
    labels: list[list[Plain]] = [[i] if i != n else [] for n, i in enumerate(index)]
    # a column whose every entry is made of words from the parts' names, and whose own name is not, labels the rows
    values = []
    for c, col in zip(columns, data):
        named = by_name and set(words(c)) <= known and any(set(words(c)) <= set(k) for k in asked)
        named = named and not all(isinstance(v, str) and key(v) in asked for v in col)  # whole names label rows, too
        if not named and col and all(isinstance(v, str) and words(v) and set(words(v)) <= known for v in col):
            for row, v in zip(labels, col):
                row.append(v)
        else:
            values.append((c, col))
    found: dict[Key, Plain] = {}
    for c, col in values:
        for row, v in zip(labels, col):
            for k in (key(*row, c), key(*row)):
                if k in asked and k not in found:
                    found[k] = v
                    break
    return found


# ── comparing one part ──────────────────────────────────────────────────────────────────────────────────────────────


def is_not_reported(x: Plain) -> bool:
    return isinstance(x, str) and normal(x) in _NR


def same(expected: Plain, given: Plain, tolerance: float = 0.0, units: tuple[str, ...] = ()) -> bool:
    """Do two plain values say the same?

    Numbers agree within `tolerance` (absolute) or one part in 10⁹; text as by `normal`; sequences entry by entry;
    sets without order; tables whatever the order of rows and columns.

    >>> same(4.7, "4,7"), same("same", "Same "), same(True, 1), same(1.0, 1.04, 0.05)
    (True, True, False, True)
    """
    if isinstance(expected, bool):
        yes = {"yes": True, "true": True, "no": False, "false": False}
        return given is expected or (isinstance(given, str) and yes.get(normal(given)) is expected)
    if (a := number(expected) if not isinstance(expected, str) else None) is not None:
        b = number(given, units)
        if b is None:
            return False
        if not (math.isfinite(a) and math.isfinite(b)):
            return a == b or (math.isnan(a) and math.isnan(b))
        return abs(a - b) <= max(tolerance, 1e-9 * max(abs(a), abs(b))) + 1e-12
    if isinstance(expected, str):
        if is_not_reported(expected):
            return is_not_reported(given)
        if isinstance(given, int | float) and not isinstance(given, bool):
            given = f"{given:.15g}"
        if not isinstance(given, str):
            return False
        e, g = normal(expected), normal(given)
        if e == g:
            return True
        x, y = number(expected, units), number(given, units)
        return x is not None and x == y
    if isinstance(expected, dict) and "set" in expected:
        theirs = _sequence(given)
        if theirs is None:
            return False
        ours = expected["set"]
        return all(any(same(o, t, tolerance, units) for t in theirs) for o in ours) and all(
            any(same(o, t, tolerance, units) for o in ours) for t in theirs
        )
    if isinstance(expected, dict) and ("dict" in expected or "frame" in expected):
        ours2 = flatten(expected)
        if not isinstance(given, dict) or next(iter(given)) not in {"dict", "frame", "series"}:
            return False
        try:
            got = parts_of({"expected": expected, "name": ""}, given)
        except Form:
            return False
        return len(got) == len(ours2) and all(
            k in got and same(v, got[k], tolerance, units) for k, (_, v) in ours2.items()
        )
    mine = _sequence(expected)
    if mine is not None:
        theirs = _sequence(given)
        return (
            theirs is not None
            and len(mine) == len(theirs)
            and all(same(a, b, tolerance, units) for a, b in zip(mine, theirs))
        )
    return bool(expected == given)


def _chosen(expected: list[Plain], given: list[Plain]) -> float:
    """Share of a choice of several: right picks less wrong picks, of the number to be picked; never below 0."""
    hits = sum(any(same(e, g) for g in given) for e in expected)
    false = sum(not any(same(e, g) for e in expected) for g in given)
    return max(0.0, (hits - false) / len(expected))


# ── the judgement ───────────────────────────────────────────────────────────────────────────────────────────────────


def judge(ex: Exercise, answer: Plain, call: Call | None = None) -> Verdict:
    """Judge an answer.

    Parameters
    ----------
    ex : mapping
        The exercise (from a pack, or with hidden cases from a key).
    answer : plain data
        See `appraise.plain.encode`.
    call : callable, optional
        Calls the learner's function with plain arguments; needed where the answer is a function.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> ex = {"name": "x", "kind": "compute", "expected": 4.7, "misconceptions":
    ...       [{"id": "typed", "answer": 4.2, "remark": "Where does that digit come from?"}]}
    >>> judge(ex, 4.7).status, judge(ex, 4.2).misconception, judge(ex, {"stub": True}).status
    ('right', 'typed', 'no answer')
    """
    name = ex["name"]
    if ex["kind"] == "write":
        return _judge_prose(ex, answer)
    if blank(answer):
        return Verdict(0.0, "no answer", _no_answer(ex, answer))
    if isinstance(answer, dict) and "other" in answer:
        return Verdict(0.0, "wrong", f"`{name}` holds {describe_type(answer)}, which cannot be read. {_wanted(ex)}")
    try:
        if "cases" in ex:
            return _judge_function(ex, answer, call)
        if isinstance(ex["expected"], dict) and "axes" in ex["expected"]:
            return _judge_plot(ex, answer)
        if isinstance(answer, dict) and ("function" in answer or "axes" in answer):
            raise Form(f"`{name}` is {describe_type(answer)}. {_wanted(ex)}")
        return _judge_parts(ex, answer)
    except Form as form:
        return Verdict(0.0, "wrong", str(form))


def _no_answer(ex: Exercise, answer: Plain) -> str:
    name = ex["name"]
    if isinstance(answer, dict) and "stub" in answer:
        return f"`{name}` still holds the three dots. Put your answer in their place and run both cells again."
    if answer is None and "cases" not in ex:
        return f"`{name}` is None, which is Python's word for nothing. Put your answer there and run both cells again."
    if isinstance(answer, dict) and any(answer.get(k) for k in ("dict", "frame", "series")):
        return f"The entries of `{name}` are not filled in yet. Put your answers there and run both cells again."
    return f"`{name}` is empty. Put your answer there and run both cells again."


def _wanted(ex: Exercise) -> str:
    if "cases" in ex:
        return f"A function named `{ex['name']}` is asked for."
    expected = ex["expected"]
    asked = flatten(expected)
    if len(asked) > 1:
        return f"Give {_each(asked)}."
    if isinstance(expected, dict) and "set" in expected:
        return f"Give a list with your choice of {len(expected['set'])}."
    if isinstance(expected, dict) and "axes" in expected:
        return "Give the Axes of your plot, for example `ax` from `fig, ax = plt.subplots()`."
    if isinstance(expected, bool):
        return "Give True or False."
    if isinstance(expected, str):
        return "Give a text in quotation marks" + (f": {_listed(ex['options'])}." if ex.get("options") else ".")
    return "Give one number" + (f" ({ex['unit']})." if ex.get("unit") else ".")


def _listed(options: list[str]) -> str:
    quoted = [f'"{o}"' for o in options]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]


def _options(ex: Exercise, name: str) -> list[str] | None:
    """The labels to choose from for a part: of the whole exercise, of the part, or of its column."""
    options = ex.get("options")
    if isinstance(options, dict):
        options = options.get(name) or options.get(name.split(" · ")[-1])
    return options


def _tolerance(ex: Exercise, name: str) -> float:
    t = ex.get("tolerance", 0.0)
    return float(t.get(name, 0.0) if isinstance(t, dict) else t)


def _units(ex: Exercise) -> tuple[str, ...]:
    return tuple(u for u in [ex.get("unit"), *ex.get("units", [])] if u)


def _share(ex: Exercise, k: Key, name: str, expected: Plain, given: Plain) -> float:
    """Share of one part: 1 if it is the reference, else the share that the exercise grants to another answer."""
    if patterns := ex.get("text", {}).get(name):
        return float(isinstance(given, str) and any(re.search(p, given, re.I) for p in patterns))
    if isinstance(expected, dict) and "set" in expected:
        theirs = _sequence(given)
        best = _chosen(expected["set"], [given] if theirs is None else theirs)
    else:
        best = float(same(expected, _scalar(given), _tolerance(ex, name), _units(ex)))
    for a in ex.get("accept", []):
        if (a.get("item") is None or key(a["item"]) == k) and same(a["answer"], _scalar(given), _tolerance(ex, name)):
            best = max(best, float(a.get("share", 1.0)))
    return best


def _part_form(ex: Exercise, name: str, expected: Plain, given: Plain) -> str | None:
    """What is wrong with the form of one part, if anything: a label not on the list, text for a number."""
    where = f" for “{name}”" if name else f" in `{ex['name']}`"
    given = _scalar(given)
    if name in ex.get("text", {}):
        return (
            None if isinstance(given, str) else f"Your entry{where} is {describe_type(given)}. Write a sentence there."
        )
    options = _options(ex, name)
    several = isinstance(expected, dict) and "set" in expected
    if options and (several or isinstance(expected, str)):
        allowed = {normal(o) for o in options} | (_NR if NOT_REPORTED in options else set())
        for label in (_sequence(given) or [given]) if several else [given]:
            if not isinstance(label, str) or normal(label) not in allowed:
                return f"{short(label)}{where} is not one of the labels. Choose from {_listed(options)}."
        return None
    if not isinstance(expected, str | bool) and number(expected) is not None and number(given, _units(ex)) is None:
        if is_not_reported(given):
            return None
        unit = f" ({ex['unit']})" if ex.get("unit") else ""
        return f"Your entry{where} is {short(given)}. A number{unit} is expected there."
    if isinstance(expected, bool) and not (
        isinstance(given, bool) or (isinstance(given, str) and normal(given) in {"yes", "no", "true", "false"})
    ):
        return f"Your entry{where} is {short(given)}. Give True or False."
    return None


def _judge_parts(ex: Exercise, answer: Plain) -> Verdict:
    asked, name = flatten(ex["expected"]), ex["name"]
    given = parts_of(ex, answer)
    shares: dict[str, float] = {}
    empty: list[str] = []
    forms: list[str] = []
    for k, (part, expected) in asked.items():
        value = given.get(k)
        if blank(value):
            shares[part] = 0.0
            empty.append(part)
            continue
        shares[part] = _share(ex, k, part, expected, value)
        if shares[part] == 0 and (fault := _part_form(ex, part, expected, value)):
            forms.append(fault)
    _follow(ex, given, asked, shares)
    share = _total(ex, asked, shares)
    wrong = tuple(n for n, s in shares.items() if s < 1)
    if not wrong:
        return Verdict(1.0, "right", _praise(ex))
    status = "partly" if share > 0 else "wrong"
    if len(empty) == len(asked):
        return Verdict(0.0, "no answer", _no_answer(ex, answer), wrong=wrong)
    silent = ex["kind"] == "compare" and all(is_not_reported(given.get(k)) for k in asked)
    if (shown := _shown(ex, given, shares)) and not (silent and "item" in shown[0]):
        m, at = shown
        remark = (f"“{at}”: " if at else "") + m["remark"] + _which(ex, wrong, empty, shown=True)
        return Verdict(share, status, remark, m["id"], wrong)
    if forms:
        more = f" ({_count(len(forms) - 1, 'more entry', 'more entries')} like this.)" if len(forms) > 1 else ""
        return Verdict(share, status, forms[0] + more, wrong=wrong)
    if len(asked) == 1:
        return Verdict(share, status, _generic(ex, next(iter(asked.values()))[1], given), wrong=wrong)
    if silent:
        # naming the cells that are not right would fill in half of the table
        remark = f"Every cell of `{name}` reads “not reported”. Some of the passages do print what is asked. "
        return Verdict(share, status, remark + "Take one passage, and look for each column in turn.", wrong=wrong)
    return Verdict(share, status, _which(ex, wrong, empty, shown=False).strip(), wrong=wrong)


def _praise(ex: Exercise) -> str:
    return "Right." + (f" {ex['right']}" if ex.get("right") else "")


def _total(ex: Exercise, asked: Mapping[Key, tuple[str, Plain]], shares: Mapping[str, float]) -> float:
    if ex["kind"] == "compare":
        # the smaller of two shares, so that an all-blank or an all-guessed table earns nothing
        reported = [shares[n] for n, v in asked.values() if not is_not_reported(v)]
        silent = [shares[n] for n, v in asked.values() if is_not_reported(v)]
        return min(sum(g) / len(g) for g in (reported, silent) if g)
    weights = ex.get("weights")
    if not weights:
        return sum(shares.values()) / len(shares)
    total = 0.0
    for group, weight in weights.items():
        mine = [s for n, s in shares.items() if n.split(" · ")[0] == group]
        total += weight * sum(mine) / len(mine)
    return float(total / sum(weights.values()))


def _follow(
    ex: Exercise, given: Mapping[Key, Plain], asked: Mapping[Key, tuple[str, Plain]], shares: dict[str, float]
) -> None:
    """Fields that must follow from the learner's own answers: a judgement from the path taken."""
    for name, rule in ex.get("follows", {}).items():
        prefix = rule["answers"] + " · "
        answers = {
            n.removeprefix(prefix): given[k]
            for k, (n, _) in asked.items()
            if n.startswith(prefix) and not blank(given.get(k))
        }
        follow = RULES[rule["by"]](rule, answers)
        shares[name] = float(any(same(f, given.get(key(name))) for f in follow))


def _by_rob2(rule: Mapping[str, Any], answers: Mapping[str, Plain]) -> list[str]:
    from appraise import rob2

    try:
        return [str(rob2.judge_domain(rule["domain"], {q: str(a).strip().upper() for q, a in answers.items()}))]
    except ValueError:
        return []


CANNOT_BE_JUDGED, CANNOT_BE_RATED = "cannot be judged", "cannot be rated from this"


def _by_grade(rule: Mapping[str, Any], answers: Mapping[str, Plain]) -> list[str]:
    """GRADE: a randomised trial starts High and goes down by the levels named (Guyatt 2008, BMJ 336:924).

    A reason that cannot be judged may hide none, one or two steps: a range of levels follows, or no rating. The rule's
    `among` (labels between semicolons) keeps the levels that the exercise accepts.
    """
    levels = ["High", "Moderate", "Low", "Very low"]
    hidden = sum(same(CANNOT_BE_JUDGED, a) for a in answers.values())
    steps = [number(a) for a in answers.values() if not same(CANNOT_BE_JUDGED, a)]
    if not answers or any(s is None or s < 0 for s in steps):
        return []
    least = int(sum(s for s in steps if s is not None))
    follow = levels[min(least, 3) : min(least + 2 * hidden, 3) + 1] + [CANNOT_BE_RATED] * bool(hidden)
    among = rule.get("among", "")
    return [f for f in follow if not among or f in among.split("; ")]


RULES: dict[str, Callable[[Mapping[str, Any], Mapping[str, Plain]], list[str]]] = {
    "rob2": _by_rob2,
    "grade": _by_grade,
}


def _shown(
    ex: Exercise, given: Mapping[Key, Plain], shares: Mapping[str, float]
) -> tuple[Mapping[str, Any], str] | None:
    """The first misconception that the answer shows: the whole of it, else at one of its wrong parts.

    With it the part's name, where the remark stands for several parts and naming one does not tell the answer.
    """
    asked = flatten(ex["expected"])
    for m in ex.get("misconceptions", []):
        if "item" not in m:
            theirs = flatten(m["answer"])
            if all(
                not blank(given.get(k)) and same(v, _scalar(given[k]), _tolerance(ex, n), _units(ex))
                for k, (n, v) in theirs.items()
            ):
                return m, ""
    for m in ex.get("misconceptions", []):
        if "item" in m:
            items = m["item"] if isinstance(m["item"], list) else [m["item"]]
            keys = set(asked) if items == ["any"] else {key(i) for i in items}
            for k, (n, _) in asked.items():
                if (
                    k in keys
                    and shares[n] < 1
                    and not blank(given.get(k))
                    and same(m["answer"], _scalar(given[k]), _tolerance(ex, n), _units(ex))
                ):
                    return m, n if len(keys) > 1 and not _two_options(ex, *asked[k]) else ""
    return None


def _two_options(ex: Exercise, name: str, expected: Plain) -> bool:
    return len(_options(ex, name) or []) == 2 or isinstance(expected, bool)


def _which(ex: Exercise, wrong: tuple[str, ...], empty: list[str], shown: bool) -> str:
    """Which parts to look at again. Where there are two options only, how many, since naming them tells the answer."""
    asked = flatten(ex["expected"])
    if len(asked) == 1:
        return ""
    two = {n for n, v in asked.values() if _two_options(ex, n, v)}
    said = f" Not answered yet: {_some(empty)}." if empty else ""
    wrong = tuple(w for w in wrong if w not in empty)
    closed = [w for w in wrong if w in two]
    named = [w for w in wrong if w not in closed]
    if named and not (shown and len(wrong) == 1):
        said = f" Look again at {_some(named)}." + said
    if closed:
        if len(two) == len(asked):
            said = f" Not right yet: {len(closed)} of {len(two)}." + said
        else:
            more = "more " if named else ""
            they = "is not right yet; to name it" if len(closed) == 1 else "are not right yet; to name them"
            said += f" {_count(len(closed), f'{more}entry', f'{more}entries')} {they} would tell the answer."
    return said


def _some(names: list[str]) -> str:
    quoted = [f"“{n}”" for n in names[:6]]
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return ", ".join(quoted) + more


def _generic(ex: Exercise, expected: Plain, given: Mapping[Key, Plain]) -> str:
    value = _scalar(given.get((), next(iter(given.values()), None)))
    name = ex["name"]
    a, b = number(expected), number(value, _units(ex))
    if not isinstance(expected, str | bool) and a is not None and b is not None and math.isfinite(b):
        unit = f" The unit asked for is {ex['unit']}." if ex.get("unit") else ""
        if same(-a, b, _tolerance(ex, "")) and a:
            return f"The size of `{name}` fits, its sign does not. Which value is taken from which?"
        for factor in (100.0, 0.01, 10.0, 0.1, 1000.0, 0.001):
            if a and same(a * factor, b, _tolerance(ex, "") * factor):
                return f"`{name}` is off by a power of ten. Look at the units and at percent against proportion.{unit}"
        if a and abs(a - b) <= 0.05 * abs(a):
            near = "Round only at the end, and check the figures you began with."
            return f"`{name}` is near, but outside the tolerance. {near}{unit}"
        return f"`{name}` is not the number asked for.{unit}"
    if isinstance(expected, dict) and "set" in expected:
        theirs = _sequence(value)
        given_values = [value] if theirs is None else theirs
        right = sum(any(same(e, g) for e in expected["set"]) for g in given_values)
        asked = _count(len(expected["set"]), "choice is", "choices are")
        return f"{asked} asked for; of your {len(given_values)}, {right} fit."
    return f"{short(value)} is not the answer to this question."


def _judge_prose(ex: Exercise, answer: Plain) -> Verdict:
    """Prose is marked by a person; the check only points at what was not found."""
    if blank(answer):
        return Verdict(0.0, "no answer", _no_answer(ex, answer))
    if not isinstance(answer, str):
        return Verdict(0.0, "wrong", f"`{ex['name']}` is {describe_type(answer)}. Write a text in quotation marks.")
    beside = tuple(head.casefold() for head in ex.get("uncounted", []))
    counted = [line for line in answer.splitlines() if not line.strip().casefold().startswith(beside)]
    count = len(re.findall(r"\b[\w’'.-]+\b", "\n".join(counted)))
    missing = [e["missing"] for e in ex.get("expects", []) if not re.search(e["pattern"], answer, re.I)]
    if (most := ex.get("most_words")) and count > most:
        missing.append(f"It has {count} words; the limit is {most}.")
    found = " ".join(missing) if missing else "Nothing on the list of formal points is missing."
    marks = "A person marks this text with the rubric; this check cannot."
    if not ex.get("core", True):
        marks = "You wrote it for yourself: nobody marks it."
    return Verdict(0.0, "marked", f"{found} {marks}")


def _judge_function(ex: Exercise, answer: Plain, call: Call | None) -> Verdict:
    """All or nothing over the cases, or by named groups of cases; only the grader's exercise has hidden cases."""
    name = ex["name"]
    if not (isinstance(answer, dict) and "function" in answer) or call is None:
        raise Form(f"`{name}` is {describe_type(answer)}. A function named `{name}` is asked for.")
    cases = [*ex["cases"], *ex.get("hidden", [])]
    tolerance, units = _tolerance(ex, ""), _units(ex)
    results: list[Called] = []
    good: list[bool] = []
    fault: str | None = None
    for i, case in enumerate(cases):
        got = call(case["args"])
        changed = got.error is None and got.args != case["args"]
        ok = got.error is None and not changed and same(case["expected"], got.result, tolerance, units)
        results.append(got)
        good.append(ok)
        if not ok and fault is None:
            shown = case.get("shown") or ", ".join(short(a) for a in case["args"])
            if len(case["args"]) > 1 and shown.startswith("(") and shown.endswith(")"):
                shown = shown[1:-1]  # several arguments are written as a tuple; a call has one pair of brackets
            visible = i < len(ex["cases"])
            if got.error is not None:
                fault = (
                    f"`{name}({shown})` stopped with {got.error}."
                    if visible
                    else f"`{name}` stopped with {got.error} on an input that is not shown."
                )
            elif changed:
                fault = f"`{name}` changes the table or list that it is given. Work on a copy."
            elif not visible:
                fault = f"`{name}` is right on the inputs shown, but not on others. Write the rule, not the answers."
            elif blank(got.result) and not blank(case["expected"]):
                fault = f"`{name}({shown})` gives None. Does every way through the function end in `return`?"
            else:
                fault = f"`{name}({shown})` gives {short(got.result)}, which does not follow from the rule asked for."
    if all(good):
        return Verdict(1.0, "right", _praise(ex))
    if all(r.error is None and blank(r.result) for r in results) and not all(blank(c["expected"]) for c in cases):
        return Verdict(0.0, "no answer", f"`{name}` returns nothing yet. Write its body and run both cells again.")
    groups = ex.get("groups") or {}
    share = 0.0
    for members in groups.values():
        if all(good[i] for i in members):
            share += 1 / len(groups)
    status = "partly" if share else "wrong"
    for m in ex.get("misconceptions", []):
        theirs = m["results"]
        if not all(good[: len(theirs)]) and all(
            (r.error is not None and t == {"error": True})
            or (r.error is None and t != {"error": True} and same(t, r.result, tolerance, units))
            for r, t in zip(results, theirs)
        ):
            return Verdict(share, status, m["remark"], m["id"])
    return Verdict(share, status, fault or "")


def _judge_plot(ex: Exercise, answer: Plain) -> Verdict:
    """A plot: its data (whatever the kind of mark), and words that must stand in its axis labels."""
    name = ex["name"]
    if not (isinstance(answer, dict) and "axes" in answer):
        raise Form(f"`{name}` is {describe_type(answer)}. {_wanted(ex)}")
    drawn, reference = answer["axes"], ex["expected"]["axes"]
    tolerance = _tolerance(ex, "")
    shares: dict[str, float] = {}
    faults: list[str] = []
    if not drawn["marks"]:
        return Verdict(0.0, "no answer", f"`{name}` has no points, lines or bars yet.")
    shares["data"] = float(_same_points(reference, drawn, tolerance))
    if not shares["data"]:
        faults.append("The points, lines or bars do not show the figures asked for.")
    for axis, patterns in ex.get("labels", {}).items():
        text = drawn[f"{axis}label"] if axis in {"x", "y"} else drawn["title"]
        what = f"label of the {axis} axis" if axis in {"x", "y"} else "title"
        ok = all(re.search(p, text, re.I) for p in patterns)
        shares[what] = float(ok)
        if not ok:
            faults.append(
                f"The {what} is empty."
                if not text.strip()
                else f"The {what} does not say what is measured, with its unit."
            )
    for m in ex.get("misconceptions", []):
        if not shares["data"] and _same_points(m["answer"]["axes"], drawn, tolerance):
            share = sum(shares.values()) / len(shares)
            return Verdict(share, "partly" if share else "wrong", m["remark"], m["id"])
    wrong = tuple(n for n, s in shares.items() if s < 1)
    share = sum(shares.values()) / len(shares)
    if not wrong:
        return Verdict(1.0, "right", _praise(ex))
    if not shares["data"]:  # labels alone are no answer
        share = 0.0
    return Verdict(share, "partly" if share else "wrong", " ".join(faults), wrong=wrong)


def _points(axes: Mapping[str, Any]) -> list[tuple[str, float | str, float]]:
    """The data of a plot as (label of the place on the category axis or the number there, value), for any mark."""
    out: list[tuple[str, float | str, float]] = []
    for m in axes["marks"]:
        place, value, ticks = ("y", "x", axes["yticks"]) if m["kind"] == "barh" else ("x", "y", axes["xticks"])
        names = {round(number(t) or 0.0, 6): label for t, label in ticks}
        for at, v in zip(m[place], m[value]):
            spot = number(at)
            label = names.get(round(spot or 0.0, 6), "")
            where: float | str = normal(label) if label and number(label) is None else float(spot or 0.0)
            out.append(("", where, number(v) or 0.0))
    return out


def _same_points(reference: Mapping[str, Any], drawn: Mapping[str, Any], tolerance: float) -> bool:
    ours, theirs = _points(reference), _points(drawn)
    if len(ours) != len(theirs):
        return False
    left = list(theirs)
    for _, where, value in ours:
        for i, (_, w, v) in enumerate(left):
            near = (
                w == where if isinstance(where, str) or isinstance(w, str) else abs(w - where) <= max(tolerance, 1e-6)
            )
            if near and abs(v - value) <= max(tolerance, 1e-6 * max(1.0, abs(value))):
                del left[i]
                break
        else:
            return False
    return True
