"""The ways to work something out, as forms: what each asks for, what it gives, and what an abstract prefills.

`METHODS` names them. `suggest` reads an abstract and prefills forms from what it prints; each is a guess, and the
learner says what is what. `work_out` takes a filled form and gives one sentence with the figures behind it.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from appraise.errors import WorkbenchError
from appraise.workbench import recheck
from appraise.workbench.figures import Figure, figures
from appraise.workbench.reading import Span, read_text, sentences

_BETWEEN = re.compile(
    r"\b(?:difference|between|compared|comparison|versus|vs?\.?|against|than|ratio|relative|adjusted|more|less|"
    r"fewer|greater|larger|smaller|higher|lower|(?:HR|OR|RR)\b)",
    re.I,
)
_WITHIN = re.compile(
    r"\b(?:baseline|before|initial\w*|from\b.{1,60}?\bto|fell|rose|dropped|decreased|increased|improved|reduced|declined|"
    r"in both groups|within)\b",
    re.I | re.S,
)
_RANDOMISED = re.compile(r"\b(?:randomi[sz]ed|allocated|assigned|enrol?led|recruited|took part|were included)\b", re.I)
_ANALYSED = re.compile(
    r"\b(?:analy[sz]ed|completed|finished|followed up|gave the main outcome|evaluated|assessed)\b", re.I
)
_DIFFERENCE = re.compile(r"\bdifferen|\beffect\b|\breduction\b|\bincrease\b|\bratio", re.I)
_MOST = 12  # suggestions for one abstract
_NEAR = 12  # figures before an interval or a p among which its estimate is looked for


class Method(NamedTuple):
    """One form: its title, its fields with what each asks for, those that may stay empty, its source."""

    title: str
    asks: dict[str, str]
    optional: frozenset[str]
    source: str
    run: Callable[[Mapping[str, str]], str]


class Suggestion(NamedTuple):
    """A form prefilled from an abstract: the method's name, the fields as printed, and the sentence they stand in."""

    method: str
    inputs: dict[str, str]
    sentence: str


def work_out(method: str, inputs: Mapping[str, str]) -> str:
    """The result of a filled form, in one or two sentences. Raises WorkbenchError for a field that cannot be used.

    >>> work_out("percent", {"count": "14", "total": "106"})
    '14 of 106 are 13.2 % (95 % interval 8.0 to 21.0 %).'
    """
    if method not in METHODS:
        raise WorkbenchError(f"{method!r} is not known; expected one of {', '.join(METHODS)}")
    asks = METHODS[method]
    filled = {name: str(inputs.get(name, "")).strip() for name in asks.asks}
    if missing := [name for name, value in filled.items() if not value and name not in asks.optional]:
        raise WorkbenchError(f"{asks.asks[missing[0]]} is empty; fill it in, or choose another way to work it out")
    try:
        result = asks.run(filled)
    except WorkbenchError as error:
        # a field is called as the form calls it
        names = re.compile(rf"\b({'|'.join(asks.asks)}):")
        raise WorkbenchError(names.sub(lambda name: f"{asks.asks[name[1]]}:", str(error))) from None
    return re.sub(r"(?<![\w.,)-])-(?=\d)", "−", result)


# what each form says


def _is_ratio(inputs: Mapping[str, str]) -> bool:
    scale = inputs["scale"].lower()
    if scale not in SCALES:
        raise WorkbenchError(f"{inputs['scale']!r} is no scale; expected {' or '.join(SCALES)}")
    return scale == "ratio"


def _say_p(p: float) -> str:
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def _p_from_interval(i: Mapping[str, str]) -> str:
    level = i["level"] or "95"
    r = recheck.p_from_interval(i["estimate"], i["low"], i["high"], level, _is_ratio(i))
    holds = "holds" if r.holds_no_difference else "does not hold"
    none = "a ratio of 1" if _is_ratio(i) else "0"
    says = f"The interval from {i['low']} to {i['high']} {holds} “no difference” ({none}), and implies {_say_p(r.p)}."
    if not r.is_centred:
        says += f" {i['estimate']} is not in its middle{' on the log scale' if _is_ratio(i) else ''}."
    return says + (f" Printed is {i['p']}." if i["p"] else "")


def _interval_from_p(i: Mapping[str, str]) -> str:
    r = recheck.interval_from_p(i["estimate"], i["p"], i["level"] or "95", _is_ratio(i))
    which = {"": "The 95 % interval", "<": "The widest 95 % interval", ">": "The narrowest 95 % interval"}[r.from_bound]
    which = which.replace("95", (i["level"] or "95").strip(" %"))
    return f"{which} that {i['p']} allows for {i['estimate']} runs from {r.low:.3g} to {r.high:.3g}."


def _difference_of_counts(i: Mapping[str, str]) -> str:
    d = recheck.difference_of_counts(i["count1"], i["total1"], i["count2"], i["total2"])
    says = (
        f"{i['count1']} of {i['total1']} are {d.first:.1f} %, {i['count2']} of {i['total2']} are {d.second:.1f} %: "
        f"a difference of {d.difference:.1f} percentage points (95 % interval {d.low:.1f} to {d.high:.1f})"
    )
    if d.ratio == d.ratio:
        says += f", a ratio of {d.ratio:.2f} ({d.ratio_low:.2f} to {d.ratio_high:.2f})"
    return says + "."


def _percent(i: Mapping[str, str]) -> str:
    p = recheck.percent(i["count"], i["total"])
    says = f"{i['count']} of {i['total']} are {p.percent:.1f} % (95 % interval {p.low:.1f} to {p.high:.1f} %)."
    return says + (f" Printed is {i['printed']}." if i.get("printed") else "")


def _difference_of_changes(i: Mapping[str, str]) -> str:
    d = recheck.difference_of_changes(
        i["change1"], i["low1"], i["high1"], i["change2"], i["low2"], i["high2"], i["level"] or "95"
    )
    return _say_estimate("changes", d)


def _difference_of_means(i: Mapping[str, str]) -> str:
    d = recheck.difference_of_means(i["mean1"], i["sd1"], i["n1"], i["mean2"], i["sd2"], i["n2"])
    return _say_estimate("means", d)


def _say_estimate(of: str, d: recheck.Estimate) -> str:
    return (
        f"The difference between the {of} is {d.value:.3g} ({100 * d.level:g} % interval {d.low:.3g} to {d.high:.3g}, "
        f"{_say_p(d.p)})."
    )


def _analysed(i: Mapping[str, str]) -> str:
    a = recheck.analysed(i["randomised"], i["analysed"])
    if not a.missing:
        return f"All {i['randomised']} people who were randomised are in the analysis."
    return f"{a.missing} of {i['randomised']} people who were randomised ({a.percent:.1f} %) are not in the analysis."


SCALES = ("difference", "ratio")  # without one of these an interval cannot be read
_SCALE = {"scale": "difference or ratio"}
METHODS: dict[str, Method] = {
    "p from interval": Method(
        "What an interval between the arms says",
        {"estimate": "the estimate", "low": "the lower end", "high": "the upper end", **_SCALE}
        | {"level": "the level in percent (95 if empty)", "p": "the printed p, to compare"},
        frozenset(("level", "p")),
        "Altman and Bland, BMJ 2011;343:d2304",
        _p_from_interval,
    ),
    "interval from p": Method(
        "The interval that a p between the arms implies",
        {"estimate": "the estimate", "p": "the printed p", **_SCALE, "level": "the level in percent (95 if empty)"},
        frozenset(("level",)),
        "Altman and Bland, BMJ 2011;343:d2090",
        _interval_from_p,
    ),
    "difference of counts": Method(
        "The difference between the arms from counts",
        {"count1": "people with it, first arm", "total1": "people in the first arm"}
        | {"count2": "people with it, second arm", "total2": "people in the second arm"},
        frozenset(),
        "Newcombe, Stat Med 1998;17:873-890",
        _difference_of_counts,
    ),
    "percent": Method(
        "A percentage from a count",
        {"count": "how many", "total": "out of how many", "printed": "the printed percentage, to compare"},
        frozenset(("printed",)),
        "Wilson, J Am Stat Assoc 1927;22:209-212",
        _percent,
    ),
    "difference of changes": Method(
        "The difference between the arms from each arm's own interval",
        {"change1": "the change in the first arm", "low1": "its lower end", "high1": "its upper end"}
        | {"change2": "the change in the second arm", "low2": "its lower end", "high2": "its upper end"}
        | {"level": "the level in percent (95 if empty)"},
        frozenset(("level",)),
        "Altman and Bland, BMJ 2003;326:219",
        _difference_of_changes,
    ),
    "analysed": Method(
        "How many of those randomised were analysed",
        {"randomised": "people randomised", "analysed": "people in the analysis"},
        frozenset(),
        "",
        _analysed,
    ),
    "difference of means": Method(
        "The difference between the arms from means and SDs",
        {"mean1": "mean, first arm", "sd1": "SD, first arm", "n1": "people in the first arm"}
        | {"mean2": "mean, second arm", "sd2": "SD, second arm", "n2": "people in the second arm"},
        frozenset(),
        "Welch, Biometrika 1947;34:28-35",
        _difference_of_means,
    ),
}


# what an abstract prefills


def suggest(abstract: str) -> list[Suggestion]:
    """Forms prefilled from what an abstract prints, at most twelve, in its order. Raises as `read_text` does.

    >>> for s in suggest("The odds ratio was 0.64 (95% CI 0.47 to 0.88, p = 0.006)."):
    ...     print(s.method, list(s.inputs.values()))
    p from interval ['0.64', '0.47', '0.88', 'ratio', '95', 'p = 0.006']
    """
    abstract = read_text(abstract, "the abstract")
    matches = figures(abstract)
    spans = sentences(abstract)
    by_sentence: list[list[Figure]] = [[] for _ in spans]
    for figure in matches:
        by_sentence[figure.sentence].append(figure)
    offered: list[Suggestion] = []
    has_ratios = any(f.kind == "ratio" for f in matches)
    for span, those in zip(spans, by_sentence):
        text = abstract[span.start : span.end]
        intervals = _intervals(text, those, has_ratios)
        offered += intervals + _changes(text, intervals) + _from_p(text, those)
        offered += _counts(text, those, matches) + _means(text, those, matches)
    offered += _randomised(abstract, spans, by_sentence)
    unique: list[Suggestion] = []
    for suggestion in offered:
        if len(unique) < _MOST and all(suggestion[:2] != other[:2] for other in unique):
            unique.append(suggestion)
    return unique


def within_arm(abstract: str) -> list[str]:
    """The sentences whose p or interval may be of a change within one arm, and not of a difference between the arms.

    A sentence with a p or an interval counts if it speaks of a change and not of a comparison.

    >>> within_arm("Pain fell from 7 to 5 in the gel group (p<0.01). Pain was lower than with placebo (p=0.2).")
    ['Pain fell from 7 to 5 in the gel group (p<0.01).']
    """
    abstract = read_text(abstract, "the abstract")
    spans = sentences(abstract)
    numbers = sorted({f.sentence for f in figures(abstract) if f.kind in ("p", "interval")})
    texts = [abstract[spans[n].start : spans[n].end] for n in numbers]
    return [text for text in texts if _WITHIN.search(text[:600]) and not _BETWEEN.search(text[:600])]


def _number(figure: Figure, k: int = 0) -> str:
    return format(figure.values[k], "f")


def _is_estimate(figure: Figure) -> bool:
    return len(figure.values) == 1 and figure.kind not in ("p", "level", "spread")


def _scale(estimate: Figure, interval: Figure, has_ratios: bool) -> str:
    """Is it a ratio? The words say it, or it has ratios and the estimate is nearer the middle of the logs."""
    low, high = (float(v) for v in interval.values)
    if estimate.kind == "ratio":
        return "ratio"
    if not has_ratios or low <= 0:
        return "difference"
    value = float(estimate.values[0])
    return "ratio" if abs(value - math.sqrt(low * high)) < abs(value - (low + high) / 2) else "difference"


def _intervals(text: str, those: list[Figure], has_ratios: bool) -> list[Suggestion]:
    """Each interval with the estimate before it, and the p after it."""
    offered = []
    for k, figure in enumerate(those):
        if figure.kind != "interval":
            continue
        near = those[max(0, k - _NEAR) : k]
        before = [f for f in near if _is_estimate(f)]
        level = next((f for f in reversed(near) if f.kind == "level"), None)
        inside = [f for f in before[-3:] if figure.values[0] <= f.values[0] <= figure.values[1]]
        if not inside:
            continue
        after = those[k + 1] if k + 1 < len(those) and those[k + 1].kind == "p" else None
        estimate = inside[-1]
        inputs = {"estimate": _number(estimate), "low": _number(figure), "high": _number(figure, 1)}
        inputs["scale"] = _scale(estimate, figure, has_ratios)
        inputs |= {"level": _number(level) if level else "95", "p": after.text if after else ""}
        offered.append(Suggestion("p from interval", inputs, text))
    return offered


def _changes(text: str, intervals: list[Suggestion]) -> list[Suggestion]:
    """Two intervals in one sentence that speaks of a change: each arm's own, perhaps."""
    if len(intervals) < 2 or "differen" in text.lower() or any(s.inputs["scale"] == "ratio" for s in intervals):
        return []
    one, two = intervals[0].inputs, intervals[1].inputs
    inputs = {f"{new}1": one[old] for new, old in (("change", "estimate"), ("low", "low"), ("high", "high"))}
    inputs |= {f"{new}2": two[old] for new, old in (("change", "estimate"), ("low", "low"), ("high", "high"))}
    return [Suggestion("difference of changes", inputs | {"level": one["level"]}, text)]


def _named_scale(estimate: Figure) -> str:
    return "ratio" if estimate.kind == "ratio" else "difference"


def _from_p(text: str, those: list[Figure]) -> list[Suggestion]:
    """A p without an interval, with the estimate before it, where the sentence compares."""
    if any(f.kind in ("interval", "level") for f in those) or not _DIFFERENCE.search(text):
        return []
    for k, figure in enumerate(those):
        near = those[max(0, k - _NEAR) : k]
        before = [f for f in near if _is_estimate(f) and f.kind not in ("count", "time")]
        if figure.kind == "p" and before:
            inputs = {"estimate": _number(before[-1]), "p": figure.text}
            return [Suggestion("interval from p", inputs | {"scale": _named_scale(before[-1]), "level": "95"}, text)]
    return []


def _counts(text: str, those: list[Figure], matches: list[Figure]) -> list[Suggestion]:
    """Counts with their totals, printed ("41 of 311") or found by the percentage beside ("14 people (13.2%)")."""
    pairs: list[tuple[str, str, str]] = []
    totals = [f for f in matches[:200] if len(f.values) == 1 and f.kind in ("number", "count") and f.values[0] >= 4]
    for k, figure in enumerate(those[:40]):
        after = those[k + 1] if k + 1 < len(those) and those[k + 1].kind == "percent" else None
        neighbours = after and after.start - figure.end <= 3
        if figure.kind == "share" and (figure.values[1] > 10 or "/" in figure.text) and not figure.unit_is_time:
            pairs.append((_number(figure), _number(figure, 1), after.text if after and neighbours else ""))
        elif after and neighbours and figure.kind in ("number", "count") and figure.values[0] == int(figure.values[0]):
            exact = [t for t in totals if t is not figure and _gives(figure, t, after)]
            if exact:
                # where both arms' sizes would do, the first count belongs to the first arm
                pairs.append((_number(figure), _number(exact[min(len(pairs), len(exact) - 1)]), after.text))
    offered = [
        Suggestion("percent", {"count": count, "total": total, "printed": printed}, text)
        for count, total, printed in pairs
        if printed
    ]
    if len(pairs) >= 2:
        (count1, total1, _), (count2, total2, _) = pairs[:2]
        inputs = {"count1": count1, "total1": total1, "count2": count2, "total2": total2}
        offered.insert(0, Suggestion("difference of counts", inputs, text))
    return offered


def _gives(count: Figure, total: Figure, printed: Figure) -> bool:
    """Does a count of this total give the printed percentage, as far as it is printed?"""
    if total.values[0] < count.values[0] or total.values[0] <= 0:
        return False
    step = 10.0 ** int(printed.values[0].as_tuple().exponent)
    return abs(100 * float(count.values[0] / total.values[0]) - float(printed.values[0])) <= step / 2 + 1e-9


def _means(text: str, those: list[Figure], matches: list[Figure]) -> list[Suggestion]:
    """Two means, each with its SD, and the two arms' numbers where the abstract gives n = twice."""
    pairs = [
        (a, b) for a, b in itertools.pairwise(those) if b.kind == "spread" and a.kind not in ("spread", "p", "level")
    ]
    before_and_after = re.search(r"\bfrom\b.{1,60}?\bto\b", text[:600], re.S) is not None
    if len(pairs) != 2 or before_and_after or any(len(a.values) > 1 for a, _ in pairs):
        return []
    sizes = [_number(f) for f in matches if f.sign == "=" and f.kind in ("number", "count")][:2]
    (mean1, sd1), (mean2, sd2) = pairs
    inputs = {"mean1": _number(mean1), "sd1": _number(sd1), "n1": sizes[0] if len(sizes) == 2 else ""}
    inputs |= {"mean2": _number(mean2), "sd2": _number(sd2), "n2": sizes[1] if len(sizes) == 2 else ""}
    return [Suggestion("difference of means", inputs, text)]


def _randomised(abstract: str, spans: list[Span], by_sentence: list[list[Figure]]) -> list[Suggestion]:
    """The number of people nearest to "randomised", else the largest, and the first, no larger, beside "analysed"."""
    total: Figure | None = None
    named = False
    for span, those in zip(spans, by_sentence):
        text = abstract[span.start : span.end]
        people = [f for f in those if _counts_people(f)]
        match = _RANDOMISED.search(text)
        if match and people and not named:
            at, named = span.start + match.start(), True
            # "n = 18" is the size of one arm, and a number with its people comes before a bare one
            total = min(people, key=lambda f: (f.sign == "=", f.unit != "person", abs(f.start - at)))
        elif people and not named:
            total = max([*people, *([total] if total else [])], key=lambda f: f.values[0])
        if total is not None and _ANALYSED.search(text):
            kept = [f for f in people if total.values[0] / 3 < f.values[0] <= total.values[0] and f is not total]
            if kept:
                inputs = {"randomised": _number(total), "analysed": _number(kept[0])}
                return [Suggestion("analysed", inputs, text)]
    return []


def _counts_people(figure: Figure) -> bool:
    value = figure.values[0]
    is_bare = len(figure.values) == 1 and figure.kind in ("number", "count") and figure.unit in ("", "person")
    return is_bare and value >= 8 and value == int(value)
