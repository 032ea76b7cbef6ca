"""The feedback page: what was wrong and why, for each exercise, to a learner, and nothing of the hidden tests."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from appraise.grading.class_run.run import grade_class
from appraise.grading.judging.judging import grade_submission
from tests.browser.test_formgrader import violations

WRONG = {
    "n-in-each-arm": "arm_n = 80",
    "which-design": "design = None",
    "mean-of-scores": "def mean_of(scores):\n    return {6.0 + 4.0: 5.0, 6: 2.0, 10: 10.0}[sum(scores)]  # typed in",
    "the-difference": "1 / 0",
    "draw-the-means": "fig, ax = plt.subplots()\nax.bar(['a'], [1])\nprint('<b onclick=x()>drawn')",
    "one-more": "import pandas as pd\nextra = 24\ndisplay = pd.DataFrame({'a': [1]})\ndisplay",
}


@pytest.fixture
def pages(a_class: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Feedback of five: one marked, one wrong in many ways, one untouched, one broken file, one the grader failed on."""
    a_class.hand_in("s01")
    a_class.hand_in("s02", WRONG)
    a_class.hand_in("s03", right=False)
    a_class.hand_in("s04", b"not a notebook")
    a_class.hand_in("s05", {"n-in-each-arm": "arm_n = 40  # broken"})
    honest = grade_submission

    def fails(lesson: Any, server: Any, answers: Any, attachments: Any = ()) -> Any:
        if "broken" in (answers.texts["n-in-each-arm-answer"] or ""):
            raise ValueError("a bug")
        return honest(lesson, server, answers, attachments)

    monkeypatch.setattr("appraise.grading.judging.student_case.grade_submission", fails)
    grade_class(a_class.slug, workers=1)
    with Gradebook(f"sqlite:///{a_class.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
        for exercise, points in (("say-it-plainly", 2.5), ("n-in-each-arm", 0.5)):
            grade = book.find_grade(exercise, a_class.slug, a_class.slug, "s01")
            grade.manual_score, grade.needs_manual_grade = points, False
        comment = book.find_comment("say-it-plainly", a_class.slug, a_class.slug, "s01")
        comment.manual_comment = "Levels: Identity 3 · Size 2\n\nSay *how much*."
        book.db.commit()
    a_class.call("nbgrader", "generate_feedback", a_class.slug)
    files = (a_class.root / "grading" / "feedback").rglob("*.html")
    return {f.parent.parent.name: f.read_text(encoding="utf-8") for f in files}


class _Words(HTMLParser):
    """The words of each section, by its id; "" is what stands before the first."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found, self.now = {"": ""}, ""
        self.feed(page.partition("<body>")[2])

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "section":
            self.now = dict(attrs)["id"]
            self.found[self.now] = ""

    def handle_data(self, data: str) -> None:
        self.found[self.now] = " ".join(f"{self.found[self.now]} {data}".split())


def test_the_pages(pages: dict[str, str], a_class: Any, chromium: Any, tmp_path: Path) -> None:
    """One class, graded once: each assertion names what it is about."""
    assert set(pages) == {"s01", "s02", "s03", "s04", "s05"}
    said = {student: _Words(page).found for student, page in pages.items()}
    key = json.loads((a_class.root / "solutions" / a_class.slug / "key.json").read_text(encoding="utf-8"))["exercises"]
    for student, page in pages.items():
        assert '<html lang="en">' in page
        assert not re.search(r"<script|<link|src=\"(?!data:)|onclick=x\(\)>", page), (
            f"{student}: something runs or loads"
        )
        assert set(said[student]) == {"", *key}, f"{student}: every exercise has its section"
        assert "check(" not in page
        assert "key.json" not in page
    hidden = [json.dumps(c["args"]) for ex in key.values() for c in ex.get("hidden", [])]
    assert len(hidden) == 2
    for page in pages.values():
        assert not any(h.strip("[]") in page for h in hidden), "an input of the hidden tests is shown"

    # marked: a person's points, sentence and levels, and the points that a person changed
    s01 = said["s01"]
    assert s01[""].count("14 of 15 points") == 1
    assert "Say how much ." in s01["say-it-plainly"]
    # a criterion that the rubric of today does not know: the line of the older one stays as it was written
    assert "Levels: Identity 3 · Size 2" in s01["say-it-plainly"]
    assert "A person looked at it and gave 0.5 of 1 points." in s01["n-in-each-arm"]
    assert "say it plainly Marked by a person 2.5 of 3" in s01[""]

    # wrong: what and why, in the check's own words
    s02 = said["s02"]
    assert "That is everyone who was randomised, both arms together." in s02["n-in-each-arm"]
    assert "arm_n = 80" in s02["n-in-each-arm"], "one's own answer"
    assert "Read “Reading” again." in s02["n-in-each-arm"]
    assert "0 of 2" in s02["mean-of-scores"]
    assert "ZeroDivisionError" in s02["the-difference"]
    assert "<b onclick=x()>drawn" in s02["draw-the-means"], "shown as text"
    assert 'alt="The picture that your answer drew"' in pages["s02"]
    assert "say it plainly Waits for a person not yet" in s02[""]
    assert "so far. 1 exercise waits for a person." in s02[""]
    assert "one more Right none to earn" in s02[""]

    assert "0 of 15 points" in said["s03"][""]
    assert "No answer 0 of 1" in said["s03"][""]

    assert "could not be read" in said["s04"][""]
    assert " of 15 points" not in said["s04"][""], "no number where nothing could be judged"
    assert "Could not be graded not yet" in said["s05"][""]
    assert "A person looks at it." in said["s05"]["n-in-each-arm"]
    assert "ValueError" not in pages["s05"], "what failed in the grader is the instructor's"

    for student, page in pages.items():
        file = tmp_path / f"{student}.html"
        file.write_text(page, encoding="utf-8")
        tab = chromium.new_page()
        tab.goto(file.as_uri())
        assert violations(tab) == [], student
        tab.close()
