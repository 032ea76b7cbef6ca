"""The signalling questions of RoB 2 as a form, with the judgement that follows from the answers so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from appraise.errors import Rob2Error
from appraise.figures.appraisal import traffic_lights
from appraise.figures.drawing import INK, LIGHTS, Picture
from appraise.markup import Markup, element, escape, table
from appraise.methods.rob2 import domains, judge_domain, judge_overall, path, questions, reachable
from appraise.runtime import has_page
from appraise.widgets.controls import KEPT_STATES, mend_controls

ANSWERS = {"Y": "Yes", "PY": "Probably yes", "PN": "Probably no", "N": "No", "NI": "No information"}


class Rob2Form:
    """RoB 2 for one result, as a form: the questions asked so far, the judgement of each domain, and the way to it.

    `answers` holds what is ticked, {"1.1": "Y", …}. `table()` and `judgements()` give it to the next cell.
    """

    def __init__(self, answers: dict[str, str], label: str = "") -> None:
        self.answers, self.label = answers, label
        self.shown = next(iter(domains()))
        self._box: Any = None
        known = {q.id: q.answers for q in questions()}
        for question, answer in answers.items():
            if answer not in known.get(question, ()):
                wanted = f"one of {', '.join(known[question])}" if question in known else "a question such as 1.1"
                raise Rob2Error(question, f"{question} is answered {answer!r}; expected {wanted}")

    def _domain(self, domain: str) -> tuple[dict[str, str], tuple[str, ...]]:
        ticked = {q.id: self.answers[q.id] for q in questions(domain) if self.answers.get(q.id)}
        asked = reachable(domain, ticked)
        return {q: ticked[q] for q in asked if q in ticked}, asked

    def judgements(self) -> dict[str, str | None]:
        """The judgement of every domain and "Overall"; None where a question that is asked is still open."""
        judged: dict[str, str | None] = {}
        for domain in domains():
            ticked, asked = self._domain(domain)
            judged[domain] = judge_domain(domain, ticked) if len(ticked) == len(asked) else None
        complete = {d: j for d, j in judged.items() if j is not None}
        judged["Overall"] = judge_overall(complete).judgement if len(complete) == len(domains()) else None
        return judged

    def table(self) -> pd.DataFrame:
        """One row a question, index `question`: domain, topic, asked (True or False), answer ("" where open)."""
        rows = []
        for domain in domains():
            ticked, asked = self._domain(domain)
            rows += [[q.id, domain, q.topic, q.id in asked, ticked.get(q.id, "")] for q in questions(domain)]
        columns = ["question", "domain", "topic", "asked", "answer"]
        return pd.DataFrame(rows, columns=columns).set_index("question")

    def way(self, domain: str) -> str:
        """The way from the answers to the judgement of a domain, or the questions that are still open, in words."""
        ticked, asked = self._domain(domain)
        if len(ticked) < len(asked):
            return f"Still open: {', '.join(q for q in asked if q not in ticked)}."
        walk = path(domain, ticked)
        return f"{' → '.join(f'{q} {ticked[q]}' for q in walk.questions)}. Rule: {walk.decided_by}."

    def picture(self) -> Picture:
        """The traffic lights of the form as it stands."""
        return traffic_lights({"this form": self.judgements()}, self.label)

    def _summary(self) -> str:
        judged = self.judgements()
        words = {**domains(), "Overall": "Overall"}
        rows = [
            (
                domain if domain == title else f"{domain} {title}",
                _traffic_light(judged[domain]) + " " + _with_label(judged[domain], self.label),
            )
            for domain, title in words.items()
        ]
        note = Markup("")
        complete = {d: j for d, j in judged.items() if d != "Overall" and j}
        if judged["Overall"] and judge_overall(complete).needs_human:
            note = element(
                "p", "Several domains are of some concern: whether that amounts to High is for a person to judge."
            )
        return element("div", table(("Domain", "Judgement"), rows), note, role="status")

    def _widget(self) -> Any:
        import ipywidgets as w

        summary, way, page = w.HTML(), w.HTML(), w.VBox()
        fields: dict[str, Any] = {}
        rows: dict[str, Any] = {}
        for q in questions():
            options = [("not answered", ""), *((ANSWERS[answer], answer) for answer in q.answers)]
            fields[q.id] = w.Dropdown(options=options, value=self.answers.get(q.id, ""), description=q.id)
            rows[q.id] = w.VBox([w.HTML(escape(f"{q.id} {q.topic}")), fields[q.id]])
        titles = [(f"{domain} {title}", domain) for domain, title in domains().items()]
        shown = w.Dropdown(options=titles, value=self.shown, description="Domain", layout=w.Layout(width="30em"))

        def show(*_changed: object) -> None:
            self.shown = shown.value
            for question, field in fields.items():
                if field.value:
                    self.answers[question] = field.value
                else:
                    self.answers.pop(question, None)
            page.children = [rows[question] for question in self._domain(self.shown)[1]]
            way.value = element("p", self.way(self.shown))
            summary.value = self._summary()

        show()
        for control in (shown, *fields.values()):
            control.observe(show, names="value")
        note = w.HTML(
            "<p>The topics are in the course’s words; the questions that count stand at "
            '<a href="https://www.riskofbias.info">riskofbias.info</a>.</p>'
        )
        return w.VBox([note, shown, page, way, summary])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if not has_page():
            return self.picture()._repr_mimebundle_()
        if self._box is None:
            self._box = self._widget()
        mend_controls()
        return self._box._repr_mimebundle_(include=include, exclude=exclude)

    def __repr__(self) -> str:
        return repr(self.picture())


def _traffic_light(judgement: str | None) -> Markup:
    """The colour of a judgement with its sign in it; the words beside it say the same."""
    colour, shown, _ = LIGHTS[judgement or "not judged"]
    style = f"background: {colour}; color: {'white' if judgement == 'High' else INK}; border: 1px solid {INK}"
    shape = "display: inline-block; width: 1.4em; line-height: 1.4em; border-radius: 50%; text-align: center"
    return element("span", shown, aria_hidden="true", style=f"{style}; {shape}")


def _with_label(judgement: str | None, label: str) -> str:
    return "not judged yet" if judgement is None else f"{judgement} {label}".strip()


def rob2_form(name: str = "rob2", answers: Mapping[str, str] | None = None, label: str = "") -> Rob2Form:
    """RoB 2 for one result as a form, with the live judgement and the way to it; `table()` is for the next cell.

    `answers` are ticked at first; what a learner ticks is kept when the cell is run again. `label`: see
    `figures.traffic_lights`. Raises Rob2Error for a question or an answer that RoB 2 does not have.

    >>> form = rob2_form("doctest", {"1.1": "NI", "1.2": "PY", "1.3": "N"})
    >>> form.judgements()["D1"], form.way("D2")
    ('Low', 'Still open: 2.1, 2.2, 2.6.')
    """
    kept = KEPT_STATES.setdefault(name, {})
    if "form" not in kept:
        kept["form"] = Rob2Form(dict(answers or {}))
    form: Rob2Form = kept["form"]
    form.label, form._box = label, None  # a cell that runs again shows a fresh form with the old answers
    return form
