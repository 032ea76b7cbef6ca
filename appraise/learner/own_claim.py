"""Two lines on a claim of the learner's own, written at the end of a lesson and gathered in lesson 14.

They lie in the work folder, `my-claims/lines.json`, one entry a lesson. Nobody marks them, and they are not handed in.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from appraise.course import load_course
from appraise.files import write_whole
from appraise.learner.lab import work_folder

LONGEST = 2_000  # characters of one lesson's lines

# what each lesson asks of a claim of one's own, in the words of that lesson
QUESTIONS = {
    "01-five-tellings": "Which study is behind your claim, and how would you get there?",
    "02-the-question": "Whom does your claim speak to, and who was studied?",
    "03-the-treatment": "Does your page say enough to give the treatment again? What is missing?",
    "04-the-numbers": "Which figure of your page would you follow home first?",
    "05-compared-with-what": "With what is the result in your claim compared?",
    "06-how-big-how-sure": "How large is the effect in your claim, and how sure is it?",
    "07-risk-of-bias": "What could have bent the result behind your claim?",
    "08-do-the-numbers-fit": "Which figures on your page could be worked out from others?",
    "09-spin": "Which word of your page is stronger than it needs to be?",
    "10-who-is-telling": "Who gains if your claim is believed, and what could you check without knowing?",
    "11-one-study-or-many": "Is there more than one study behind your claim? Where would you look?",
    "12-a-fair-telling": "What would the fair first line of your claim be?",
}


def lines_file() -> Path:
    """Where the lines of all lessons lie."""
    return work_folder() / "my-claims" / "lines.json"


def own_lines(file: Path | None = None) -> dict[str, str]:
    """What the learner wrote at the ends of lessons: slug to lines, in the lessons' order. Empty where nothing is kept.

    A file that cannot be read counts as empty and is left as it is.
    """
    try:
        kept = json.loads((file or lines_file()).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    order = [lesson.slug for lesson in load_course().lessons]
    known = {slug: str(words) for slug, words in kept.items() if slug in order and str(words).strip()}
    return dict(sorted(known.items(), key=lambda item: order.index(item[0])))


def keep_lines(slug: str, words: str, file: Path | None = None) -> None:
    """Keep a lesson's lines; empty ones are taken away.

    Raises CourseError for an unknown lesson, and ValueError for more than 2,000 characters or a file that holds
    something else, which is left as it is.
    """
    load_course().lesson(slug)
    if len(words) > LONGEST:
        raise ValueError(
            f"two lines are asked for, and at most {LONGEST:,} characters are kept; yours are {len(words):,}"
        )
    file = file or lines_file()
    if (
        file.exists()
        and not own_lines(file)
        and file.read_text(encoding="utf-8", errors="replace").strip() not in ("", "{}")
    ):
        raise ValueError(f"{file} cannot be read, and was left as it is; move it away and type again")
    kept = own_lines(file) | {slug: words.strip()}
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, json.dumps({s: w for s, w in kept.items() if w}, ensure_ascii=False, indent=1))


class OwnClaimSession:
    """The question of a lesson with a box of two lines."""

    def __init__(self, slug: str, question: str) -> None:
        self.slug, self.question = slug, question
        self.title = "A claim of your own"

    def blocks(self) -> list[str | dict[str, Any]]:
        """The box, with what is kept."""
        area = {"kind": "area", "id": "lines", "label": self.question, "rows": 2}
        return [{**area, "value": own_lines().get(self.slug, "")}]

    def set(self, id: str, value: Any) -> str:
        """Keep what was typed."""
        try:
            keep_lines(self.slug, str(value).encode("utf-8", "replace").decode())
        except (OSError, ValueError) as error:
            return f"Not kept: {error}."
        return "Kept in your work folder for lesson 14." if str(value).strip() else ""

    def press(self, id: str) -> str:
        """There is no button."""
        return ""


def own_claim(slug: str, question: str = "") -> None:
    """Show a box for two lines on a claim of the learner's own; lesson 14 shows them again.

    Parameters
    ----------
    slug : str
        The lesson in which the box stands.
    question : str
        What is asked; without it the question that `QUESTIONS` has for the lesson.

    Raises
    ------
    CourseError
        For an unknown lesson.

    Examples
    --------
    >>> own_claim("04-the-numbers")  # nothing happens outside a notebook
    """
    load_course().lesson(slug)
    from appraise.learner.desks import show_desk

    asked = question or QUESTIONS.get(slug, "What would you ask of a claim of your own?")
    show_desk(f"own claim {slug}", lambda: OwnClaimSession(slug, asked))
