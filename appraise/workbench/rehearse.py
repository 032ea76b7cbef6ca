"""The tables of the rehearsal in lesson 14, and the tables of the eight questions."""

from __future__ import annotations

from appraise.course import load_course
from appraise.errors import WorkbenchError
from appraise.files import ASSETS, StrictModel, read_yaml
from appraise.markup import HtmlPage, Markup, element, escape, table
from appraise.sources.reader import read
from appraise.workbench.data import questions
from appraise.workbench.methods import METHODS, suggest
from appraise.workbench.tracing import lost, traces


def passage_text(source: str, passage: str, *paragraphs: int) -> str:
    """The text of a passage of the course's sources, or of some of its paragraphs, as one would paste it.

    Raises RecordError as `read` does.

    >>> passage_text("walsh", "post", 3).startswith("The study is a “double-blinded RCT”")
    True
    """
    return "\n\n".join(text for _, text in read(source, passage, *paragraphs).paragraphs)


def figure_table(page: str, abstract: str) -> HtmlPage:
    """Each figure of a page, its sentence, and where the abstract prints it or what could be behind it.

    Raises WorkbenchError as `traces` does.

    >>> print(figure_table("Twelve people slept 31% longer.", "12 adults slept longer by 30.8% in 6 weeks."))
    Twelve people: printed (12 adults)
    31%: rounded (30.8%)
    """
    rows, lines = [], []
    for trace in traces(page, abstract):
        if trace.matches:
            where = " / ".join(dict.fromkeys(f.text for f in trace.matches))
        else:
            where = " / ".join(f"{c.text}?" for c in trace.candidates)
        rows.append([trace.figure.text, trace.status, where, trace.sentence])
        lines.append(f"{trace.figure.text}: {trace.status}" + (f" ({where})" if where else ""))
    heads = ("on the page", "status", "in the abstract", "sentence")
    return HtmlPage(_wide(table(heads, rows, "Figures of the page", narrow=2)), "\n".join(lines))


def left_out(page: str, abstract: str) -> HtmlPage:
    """The figures of an abstract that a page leaves out.

    >>> print(left_out("Pain fell by 2 points.", "Pain fell by 2 points (p=0.2); 14 had headaches."))
    p=0.2, 14
    """
    words = ", ".join(dict.fromkeys(f.text for f in lost(page, abstract)))
    return HtmlPage(element("p", element("strong", "Left out: "), words), words)


def prefilled(abstract: str) -> HtmlPage:
    """The forms that an abstract prefills: each with its fields as printed.

    >>> print(prefilled("The odds ratio was 0.64 (95% CI 0.47 to 0.88)."))  # doctest: +ELLIPSIS
    What an interval between the arms says: the estimate 0.64, the lower end 0.47, ...
    """
    rows = []
    for each in suggest(abstract):
        method = METHODS[each.method]
        fields = ", ".join(f"{asks} {each.inputs.get(name) or '(empty)'}" for name, asks in method.asks.items())
        rows.append([method.title, fields, each.sentence])
    shown = table(("form", "fields", "from the sentence"), rows, "Prefilled from the abstract")
    return HtmlPage(_wide(shown), "\n".join(f"{title}: {fields}" for title, fields, _ in rows))


def study_kinds() -> HtmlPage:
    """The kinds of study that may be found behind a claim, and what each is.

    >>> print(study_kinds())  # doctest: +ELLIPSIS
    a randomised trial: Chance decided ...
    """
    rows = [[kind.name, kind.is_] for kind in questions().kinds]
    shown = table(("what was found", "what it is"), rows, "Five things that a search can lead to")
    return HtmlPage(shown, "\n".join(f"{name}: {what}" for name, what in rows))


def what_changes(kind: str) -> HtmlPage:
    """The eight questions, each with what changes in it for a kind of study. Raises WorkbenchError for an unknown kind.

    >>> print(what_changes("observational").text.splitlines()[3])  # doctest: +ELLIPSIS
    What was it compared with? Nobody was drawn by lot. ...
    """
    of = questions()
    changes = of.kind(kind).changes
    rows = [[question.asks, changes[question.id]] for question in of.questions]
    shown = table(("question", f"for {of.kind(kind).name}"), rows, "Eight questions")
    return HtmlPage(shown, "\n".join(f"{asks} {change}" for asks, change in rows))


class _Concept(StrictModel):
    number: str
    name: str
    lessons: dict[str, str]


class _Link(StrictModel):
    name: str
    url: str


class _Concepts(StrictModel):
    sources: list[_Link]
    concepts: list[_Concept]


def concept_map() -> HtmlPage:
    """The Key Concepts of Informed Health Choices, each with the lessons of this course that work on it.

    Raises WorkbenchError where the map names a lesson that the course does not have.

    >>> print(concept_map())  # doctest: +ELLIPSIS
    1.1 Assumptions that treatments are safe or effective can be misleading. Lesson 05: ...
    """
    known = read_yaml(ASSETS / "workbench" / "key-concepts.yml", _Concepts)
    titles = {lesson.slug: lesson.number for lesson in load_course().lessons}
    rows, lines = [], []
    for concept in known.concepts:
        if wrong := [slug for slug in concept.lessons if slug not in titles]:
            raise WorkbenchError(f"assets/workbench/key-concepts.yml: {wrong[0]} is no lesson of the course")
        where = [f"Lesson {titles[slug]}: {what}" for slug, what in concept.lessons.items()]
        rows.append([f"{concept.number} {concept.name}", Markup("<br>").join(escape(words) for words in where)])
        lines.append(f"{concept.number} {concept.name} {' '.join(where)}")
    links = Markup("; ").join(element("a", s.name, href=s.url) for s in known.sources)
    note = element("p", "The concepts are theirs: ", links, Markup("."))
    return HtmlPage(table(("key concept", "where this course works on it"), rows) + note, "\n".join(lines))


def _wide(shown: Markup) -> Markup:
    return element("div", shown, style="overflow-x: auto", tabindex="0", role="region", aria_label="table")
