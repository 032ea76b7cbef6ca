"""RoB 2, effect of assignment, for a result of an individually randomised trial: the judgement its algorithm proposes.

Source: Sterne JAC et al. BMJ 2019;366:l4898, and the guidance of 22 August 2019 at riskofbias.info. The logic stands
as data in `rob2.yml`, one rule for each way through a flow chart; this module only walks it. The topics are in the
course's words: whoever judges a trial answers the questions as they are worded at riskofbias.info.

Three choices, so that nothing is decided in silence:

- A question that is asked and has no answer raises. It is never read as "no information", nor as High.
- A question that is not asked takes "NA" or nothing. Another answer there is refused, since it would not count.
- Several "Some concerns" are never counted up to High. The overall judgement then says that a person must decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

import yaml

from appraise.errors import Rob2Error

Judgement = Literal["Low", "Some concerns", "High"]
Answers = Mapping[str, str | None]
JUDGEMENTS: tuple[Judgement, ...] = ("Low", "Some concerns", "High")  # from best to worst
READS_AS = {"Y": "Y", "PY": "Y", "PN": "N", "N": "N", "NI": "NI"}  # Y and PY lead the same way, as do N and PN


class Question(NamedTuple):
    """One signalling question: its number, its topic in our words, what may be ticked, and when it is asked."""

    id: str
    domain: str
    topic: str
    answers: tuple[str, ...]
    asked_if: str


class Rule(NamedTuple):
    """One way through a flow chart: pairs of a question and the answers that lead on (Y for Y or PY, N for N or PN)."""

    domain: str
    part: str
    conditions: tuple[tuple[str, tuple[str, ...]], ...]
    judgement: Judgement

    def __str__(self) -> str:
        return f"{_in_words(dict(self.conditions))} → {self.judgement}"


class Walk(NamedTuple):
    """The way through a domain: `questions` walked, in order; the `rules` that held, one a part; and `decided_by`.

    `decided_by` is the rule whose judgement the domain takes, the first such where two parts agree.
    """

    judgement: Judgement
    questions: tuple[str, ...]
    rules: tuple[Rule, ...]
    decided_by: Rule


class Overall(NamedTuple):
    """The overall judgement, and whether a person must decide if several "Some concerns" amount to High."""

    judgement: Judgement
    needs_human: bool


def domains() -> dict[str, str]:
    """The five domains, number and title.

    >>> list(domains())
    ['D1', 'D2', 'D3', 'D4', 'D5']
    """
    return {domain: content["title"] for domain, content in _data().items()}


def questions(domain: str | None = None) -> tuple[Question, ...]:
    """The signalling questions of a domain, or all 22, in the order of the form.

    >>> [q.id for q in questions("D3")]
    ['3.1', '3.2', '3.3', '3.4']
    >>> questions("D3")[1].asked_if
    '3.1 PN/N/NI'
    """
    names = list(_data()) if domain is None else [domain]
    return tuple(
        Question(id_, name, q["topic"], tuple(q["answers"]), " or ".join(_in_words(gate) for gate in _gates(q)))
        for name in names
        for id_, q in _domain(name)["questions"].items()
    )


@cache
def rules(domain: str) -> tuple[Rule, ...]:
    """Every way through a domain, for a flow chart. Of each part exactly one rule holds.

    >>> print(rules("D1")[1])
    1.2 NI and 1.3 Y/PY → High
    """
    return tuple(
        Rule(domain, part, tuple((id_, tuple(wanted)) for id_, wanted in _listed(row["if"]).items()), row["then"])
        for part, rows in _domain(domain)["parts"].items()
        for row in rows
    )


def reachable(domain: str, answers: Answers) -> tuple[str, ...]:
    """The questions that are asked, given the answers so far: what a form shows.

    Answers to questions that are not asked do not count, so a form may keep what was ticked before an earlier answer
    changed. A question whose turn depends on one still open is not asked yet. Raises Rob2Error for an unknown answer.

    >>> reachable("D3", {"3.1": "PN", "3.2": "N"})
    ('3.1', '3.2', '3.3')
    """
    _refuse_strangers(domain, answers)
    asked: list[str] = []
    read: dict[str, str] = {}
    for id_ in _domain(domain)["questions"]:
        if _is_asked(domain, id_, read):
            asked.append(id_)
            if answers.get(id_) is not None:
                read[id_] = _read(domain, id_, answers[id_])
    return tuple(asked)


def path(domain: str, answers: Answers) -> Walk:
    """The judgement of a domain with the questions walked and the rules that held. Raises as `judge_domain` does.

    >>> way = path("D1", {"1.1": "NI", "1.2": "PY", "1.3": "N"})
    >>> way.judgement, way.questions
    ('Low', ('1.2', '1.1', '1.3'))
    >>> print(way.decided_by)
    1.2 Y/PY and 1.1 Y/PY/NI and 1.3 PN/N/NI → Low
    """
    read = _complete(domain, answers)
    held = tuple(rule for rule in rules(domain) if _holds(dict(rule.conditions), read))
    worst = max(held, key=lambda rule: JUDGEMENTS.index(rule.judgement))
    walked = dict.fromkeys(step for rule in held for id_, _ in rule.conditions for step in _way_to(domain, id_))
    return Walk(worst.judgement, tuple(walked), held, worst)


def judge_domain(domain: str, answers: Answers) -> Judgement:
    """The judgement that the algorithm proposes for a domain ("D1" to "D5") from answers such as {"1.1": "Y", …}.

    Answers are Y, PY, PN, N and NI; 3.2 has no NI; a question that is not asked takes NA or nothing.
    Raises Rob2Error, which names the question: asked and not answered, answered and not asked, unknown.
    Source: the guidance of 22 August 2019, the tables and figures named in `rob2.yml`.

    >>> judge_domain("D1", {"1.1": "NI", "1.2": "NI", "1.3": "NI"})
    'Some concerns'
    >>> judge_domain("D3", {"3.1": "N"})
    Traceback (most recent call last):
        ...
    appraise.errors.Rob2Error: 3.2 is asked here and has no answer; expected Y, PY, PN or N
    """
    return path(domain, answers).judgement


def judge_overall(judgements: Mapping[str, str]) -> Overall:
    """The overall judgement from those of all five domains.

    Low if all are Low, High if one is High, else Some concerns. Where two or more are Some concerns and none is High,
    the guidance lets a person decide that together they amount to High: `needs_human` says so, and nothing is counted.
    Source: Sterne et al. BMJ 2019, on the overall judgement. Raises Rob2Error for a domain missing or unknown.

    >>> judge_overall({"D1": "Low", "D2": "Some concerns", "D3": "Low", "D4": "Some concerns", "D5": "Low"})
    Overall(judgement='Some concerns', needs_human=True)
    """
    for domain, judgement in judgements.items():
        _domain(domain)
        if judgement not in JUDGEMENTS:
            raise Rob2Error(domain, f"{domain} is {judgement!r}; expected {_or(JUDGEMENTS)}")
    for domain in _data():
        if domain not in judgements:
            raise Rob2Error(domain, f"{domain} has no judgement; expected all of {', '.join(_data())}")
    values = list(judgements.values())
    if "High" in values:
        return Overall("High", False)
    concerns = values.count("Some concerns")
    return Overall("Some concerns", concerns >= 2) if concerns else Overall("Low", False)


def judge_all(answers: Answers) -> dict[str, str]:
    """The judgement of every domain and "Overall", from the answers of a whole form; those not asked do not count.

    Parameters
    ----------
    answers : mapping of str to str
        By question, {"1.1": "Y", …}; every question that is asked needs one.

    Raises
    ------
    Rob2Error
        As `judge_domain` does.

    Examples
    --------
    >>> judge_all(no_information())["Overall"]
    'High'
    """
    judged: dict[str, Judgement] = {}
    for domain in _data():
        own = {q.id: answers[q.id] for q in questions(domain) if q.id in answers}
        judged[domain] = judge_domain(domain, {q: own.get(q) for q in reachable(domain, own)})
    return {**judged, "Overall": judge_overall(judged).judgement}


def no_information() -> dict[str, str]:
    """A whole form in which silence is read as an answer: NI everywhere, and N at 3.2, which has no NI.

    >>> no_information()["3.2"], no_information()["1.1"]
    ('N', 'NI')
    """
    return {q.id: "NI" if "NI" in q.answers else "N" for q in questions()}


@cache
def _data() -> dict[str, Any]:
    text = Path(__file__).with_name("rob2.yml").read_text(encoding="utf-8")
    return cast(dict[str, Any], yaml.safe_load(text))


def _domain(domain: str) -> dict[str, Any]:
    if domain not in _data():
        raise Rob2Error(str(domain), f"{domain!r} is no domain; expected {_or(tuple(_data()))}")
    return cast(dict[str, Any], _data()[domain])


def _listed(condition: Mapping[str, Any]) -> dict[str, list[str]]:
    """A condition with each question's answers as a list, whether the file gives one or several."""
    return {id_: wanted if isinstance(wanted, list) else [wanted] for id_, wanted in condition.items()}


def _gates(question: Mapping[str, Any]) -> list[dict[str, list[str]]]:
    return [_listed(gate) for gate in question.get("asked_if", [])]


def _holds(condition: Mapping[str, Any], read: Mapping[str, str]) -> bool:
    return all(read.get(id_) in wanted for id_, wanted in condition.items())


def _is_asked(domain: str, id_: str, read: Mapping[str, str]) -> bool:
    gates = _gates(_domain(domain)["questions"][id_])
    return not gates or any(_holds(gate, read) for gate in gates)


def _read(domain: str, id_: str, answer: object) -> str:
    allowed = _domain(domain)["questions"][id_]["answers"]
    if answer not in allowed:
        raise Rob2Error(id_, f"{id_} is answered {answer!r}; expected {_or(allowed)}")
    return READS_AS[str(answer)]


def _refuse_strangers(domain: str, answers: Answers) -> None:
    known = _domain(domain)["questions"]
    for id_ in answers:
        if id_ not in known:
            raise Rob2Error(str(id_), f"{domain} has no question {id_!r}; expected {_or(tuple(known))}")


def _complete(domain: str, answers: Answers) -> dict[str, str]:
    """The answers as the algorithm reads them, once each question asked has one and no other has."""
    _refuse_strangers(domain, answers)
    read: dict[str, str] = {}
    for id_, question in _domain(domain)["questions"].items():
        answer = answers.get(id_)
        if _is_asked(domain, id_, read):
            if answer is None:
                raise Rob2Error(id_, f"{id_} is asked here and has no answer; expected {_or(question['answers'])}")
            read[id_] = _read(domain, id_, answer)
        elif answer not in (None, "NA"):
            raise Rob2Error(id_, f"{id_} is not asked here, so {answer!r} would not count; expected NA or no answer")
    return read


def _way_to(domain: str, id_: str) -> Iterator[str]:
    """The questions that decide whether this one is asked, then this one."""
    for gate in _gates(_domain(domain)["questions"][id_]):
        for earlier in gate:
            yield from _way_to(domain, earlier)
    yield id_


def _in_words(condition: Mapping[str, Any]) -> str:
    shown = {"Y": "Y/PY", "N": "PN/N", "NI": "NI"}
    return " and ".join(f"{id_} {'/'.join(shown[answer] for answer in wanted)}" for id_, wanted in condition.items())


def _or(words: tuple[str, ...] | list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
