"""The rubric for a page on a claim of one's own, for those who work with a teacher."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from appraise.errors import RubricError
from appraise.files import ASSETS, StrictModel, read_yaml
from appraise.learner.rubric import Criterion, Text
from appraise.markup import HtmlPage, element, table


class ClaimRubric(StrictModel):
    """`assets/rubric-claim.yml`: seven criteria, levels 0 to 3."""

    words: int
    outside_the_count: tuple[Text, ...]
    gate: Text
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=7, max_length=7)]

    @property
    def points(self) -> int:
        """The most that a page can get."""
        return 3 * len(self.criteria)


@cache
def load_claim_rubric(file: Path = ASSETS / "rubric-claim.yml") -> ClaimRubric:
    """The rubric, checked. Raises RubricError, which names the file and the place in it.

    >>> load_claim_rubric().points
    21
    """
    return read_yaml(file, ClaimRubric, RubricError)


def claim_rubric() -> HtmlPage:
    """The rubric as a table: each criterion with its levels 1 to 3 and an anchor for each.

    >>> print(claim_rubric())  # doctest: +ELLIPSIS
    The study: Can a reader find the study, ...
    """
    known = load_claim_rubric()
    rows, lines = [], []
    for c in known.criteria:
        cells = [element("span", c.levels[n], element("br"), element("em", c.anchors[n])) for n in (1, 2, 3)]
        rows.append([element("span", element("strong", c.name), element("br"), c.asks), *cells])
        lines.append(f"{c.name}: {c.asks}")
    shown = table(("criterion", "1", "2", "3"), rows, f"Seven criteria, {known.points} points")
    return HtmlPage(shown + element("p", known.gate), "\n".join([*lines, known.gate]))
