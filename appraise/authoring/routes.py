"""The notebook of a route: its own text and cells, and exercises and sections taken from released lessons.

`assets/routes/NAME.md` is Markdown. A fence "```{code-cell}" holds a code cell, "```{opening}" stands where the opening
cell is put together. A line "{take} SLUG: NAME" takes an exercise by its id, or a section by its heading, without its
extras. An exercise keeps its id, so that a check and the learner's progress know it.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from appraise.authoring.minutes import EXTRA, WORDS_A_MINUTE, minutes_of_calls, words_of
from appraise.authoring.notebook import CHECK_CALL
from appraise.errors import AuthorError

_FENCE = re.compile(r"^```\{(code-cell|opening)\}\n(.*?)^```$", re.M | re.S)
_TAKE = re.compile(r"^\{take\} ([\w-]+): (.+)$", re.M)
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$", re.M)
_FORM = re.compile(r"\b(choose|mark|write_text)\(|^def ", re.M)

Lessons = Mapping[str, NotebookNode]


def compose(file: Path, name: str, lessons: Lessons) -> NotebookNode:
    """The notebook of a route.

    Parameters
    ----------
    file : Path
        `assets/routes/NAME.md`.
    name : str
        The route's name in course.yml.
    lessons : mapping of NotebookNode
        Released lessons by slug. What is taken from a lesson that the course does not have yet is left out.

    Raises
    ------
    AuthorError
        Where a lesson has no such exercise or section, or the file not exactly one {opening}.
    """
    cells: list[NotebookNode] = []
    for kind, text in _pieces(file.read_text(encoding="utf-8")):
        if kind == "text":
            cells.append(new_markdown_cell(text))
        elif kind in ("code-cell", "opening"):
            cells.append(new_code_cell(text, metadata={"tags": ["opening"]} if kind == "opening" else {}))
        elif kind in lessons:
            cells += take(lessons[kind], text, file)
    openings = [cell for cell in cells if cell.metadata.get("tags") == ["opening"]]
    if len(openings) != 1:
        raise AuthorError(file, "", "expected one fence {opening}")
    lines = _imports([c.source for c in cells if c.cell_type == "code"], lessons.values())
    openings[0].update(source="\n".join([*lines, "", f'lesson("{name}")']), metadata=NotebookNode())
    for n, cell in enumerate(cells):
        if not cell.metadata.get("nbgrader"):
            cell["id"] = f"{name}-{n}"
    metadata = {**next(iter(lessons.values())).metadata, "appraise": {"lesson": name, "version": ""}}
    return NotebookNode({**new_notebook(cells=cells), "metadata": NotebookNode(metadata), "nbformat_minor": 5})


def minutes_of_route(nb: NotebookNode, minutes: Mapping[str, float]) -> int:
    """The minutes of a route's notebook: reading, what is predicted, and its exercises' own (`minutes` by id)."""
    own = sum(minutes[exercise] for exercise in exercises_of(nb))
    return math.ceil(words_of(nb, {}).core / WORDS_A_MINUTE + own + minutes_of_calls(nb))


def exercises_of(nb: NotebookNode) -> list[str]:
    """The ids of the exercises that a notebook checks, in their order."""
    result = (CHECK_CALL.fullmatch(cell.source) for cell in nb.cells if cell.cell_type == "code")
    return [match[1] for match in result if match]


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a route's file in their order: ("text", …), ("code-cell", …), ("opening", "") or (slug, name)."""
    at = 0
    for match in sorted([*_FENCE.finditer(text), *_TAKE.finditer(text)], key=lambda m: m.start()):
        if between := text[at : match.start()].strip():
            yield "text", between
        yield match[1], match[2].strip()
        at = match.end()
    if rest := text[at:].strip():
        yield "text", rest


def take(lesson: NotebookNode, wanted: str, file: Path) -> list[NotebookNode]:
    """Copies of the cells of an exercise, or of a section without its extras; AuthorError where there is none."""
    blocks = list(_blocks(lesson.cells))
    for n, (heading, level, exercise, cells) in enumerate(blocks):
        if wanted == exercise:
            return [_unmarked(cell) for cell in _with_form(cells)]
        if wanted == heading:
            inside = [cells]
            for deeper, its_level, _, more in blocks[n + 1 :]:
                if deeper and its_level <= level:
                    break
                inside += [] if EXTRA.search(deeper) else [more]
            return [cell for block in inside for cell in _with_form(block)]
    raise AuthorError(file, wanted, f"expected an exercise or a heading of {lesson.metadata['appraise']['lesson']}")


def _blocks(cells: Iterable[NotebookNode]) -> Iterator[tuple[str, int, str | None, list[NotebookNode]]]:
    """A notebook in blocks: (heading, level, exercise, cells). What follows a check is a block without a heading."""
    heading, level, block = "", 0, list[NotebookNode]()
    for cell in cells:
        result = _HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if result:
            yield heading, level, None, block
            heading, level, block = result[2], len(result[1]), []
        block.append(cell)
        if check := CHECK_CALL.fullmatch(cell.source) if cell.cell_type == "code" else None:
            yield heading, level, check[1], block
            heading, level, block = "", 0, []
    yield heading, level, None, block


def _with_form(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Copies of cells; an answer without a form gets one, unless a function is asked for."""
    copies = [NotebookNode({**cell}) for cell in cells]
    check = CHECK_CALL.fullmatch(copies[-1].source) if copies and copies[-1].cell_type == "code" else None
    if check and not _FORM.search(copies[-2].source):
        copies[-2]["source"] = f'{copies[-2].source.rstrip()}\n\nchoose("{check[1]}", {check[2]})'
    return copies


def _unmarked(cell: NotebookNode) -> NotebookNode:
    """A cell whose heading does not call the exercise an extra: here it was chosen."""
    if cell.cell_type != "markdown":
        return cell
    return NotebookNode({**cell, "source": re.sub(r"^(#.*?) \((?:extra|more)\)$", r"\1", cell.source, flags=re.M)})


def _imports(sources: Iterable[str], lessons: Iterable[NotebookNode]) -> list[str]:
    """The lines that import what cells use, as the lessons import it."""
    used = {"lesson"}
    for source in sources:
        used |= {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    unstyled, from_modules = set(), dict[str, set[str]]()
    for module, name, alias in {one for nb in lessons for one in _imported(nb)}:
        if (alias or name) not in used:
            continue
        if not module:
            unstyled.add(f"import {name}" + (f" as {alias}" if alias else ""))
        else:
            from_modules.setdefault(module, set()).add(f"{name} as {alias}" if alias else name)
    for name in ("choose", "check", "lesson", "read"):  # what the route's own cells and added forms call
        if name in used:
            from_modules.setdefault("appraise", set()).add(name)
    return [*sorted(unstyled), *(f"from {m} import {', '.join(sorted(n))}" for m, n in sorted(from_modules.items()))]


def _imported(nb: NotebookNode) -> Iterator[tuple[str, str, str | None]]:
    """What a notebook imports: (module or "", name, other name)."""
    for cell in nb.cells:
        if cell.cell_type != "code" or "import" not in cell.source:
            continue
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.Import):
                yield from (("", alias.name, alias.asname) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((str(node.module), alias.name, alias.asname) for alias in node.names)
