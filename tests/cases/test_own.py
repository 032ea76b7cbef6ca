"""A teacher's own case: the starter, and each thing that can be wrong with a file."""

from __future__ import annotations

import re

import pytest

from appraise.cases.issuing import DEMO_SECRET, issue
from appraise.cases.judging import Mark, judge_headline, judge_marks
from appraise.cases.own import figures_of, find_problems, read_mark, read_own_case
from appraise.cases.wordings import ASSETS
from appraise.errors import CaseFileError

STARTER = (ASSETS / "starter.md").read_text(encoding="utf-8")


def test_the_starter_can_be_issued_and_graded():
    text, key = read_own_case(ASSETS / "starter.md", "OWN-1")
    assert [paragraph.section for paragraph in text.abstract] == ["Background", "Methods", "Results", "Conclusion"]
    assert len(text.tellings[0].sentences) == len(key.marks[0]) == 6
    marks = [Mark(mark.step, mark.kinds[0] if mark.kinds else None) for mark in key.marks[0]]
    assert judge_marks(key, 1, marks).points == 6
    assert judge_headline(key, 2).points == 1
    made = list(
        issue(DEMO_SECRET, "own", ["a", "b"], make=lambda seed, code: read_own_case(ASSETS / "starter.md", code))
    )
    assert [one.text.code for one in made] == [one.key.code for one in made] == [one.code for one in made]


def line_of(text, part):
    return next(i for i, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "line_with", "message"),
    [
        ("   - mark: cannot tell\n", "", "39 years old", "no mark"),
        ("mark: cannot tell", "mark: unsure", "mark: unsure", "'unsure' is no mark; expected one of fits"),
        ("mark: cannot tell", "mark: cannot tell: people", "cannot tell: people", "has no kind"),
        ("does not fit: added", "does not fit", "does not fit\n", "no kind; expected"),
        ("does not fit: added", "does not fit: odd", "fit: odd", "'odd' is no kind"),
        ("does not fit: added", "does not fit: added and people", "added and people", "two faults in one sentence"),
        ("   - reason: The abstract does not print their age.\n", "", "39 years old", "no reason"),
        ("“this was not measured”", "“this was measured”", "“this was measured”", "is not in the abstract"),
        ("“We randomised 84 typists”, which", "We randomised 84 typists, which", "84 typists, which", "quotes nothing"),
        ("began with 84 typists", "began with 97 typists", "97 typists", "97 is nowhere in the abstract"),
        ("change taken for a difference or figure", "change taken for a difference", "", ""),
        ("Those with the brine pad ended 2.1", "The 93 with the brine pad ended 2.1", "", ""),
        ("# Brine pads for hot hands\n", "", "", "no title"),
        ("## Abstract", "## Summary", "## Summary", "expected “Abstract”"),
        ("- [x] Brine", "- [ ] Brine", "- [ ] Brine pad cools", "the one that is fair"),
        ("   - mark: cannot tell\n", "   - mark: cannot tell\n   - mark: fits\n", "   - mark: fits\n   - reason: The abstract does", "a second mark"),
        ("   - mark: cannot tell\n", "   - verdict: cannot tell\n", "verdict", "'verdict' is not known"),
        ("6. The pad", "The pad", "The pad cools", "expected “1. A sentence.”"),
        ("5. The typists were 39 years old on average.", "5. The trial began with 84 typists.", "5. The trial", "again"),
    ],
)  # fmt: skip
def test_a_problem_is_named_with_its_line(old, new, line_with, message):
    assert old in STARTER
    problems = find_problems(STARTER.replace(old, new, 1))
    if not message:
        assert problems == []
        return
    named = [problem for problem in problems if message in problem.message]
    assert named, problems
    text = STARTER.replace(old, new, 1)
    if line_with:
        expected = text[: text.index(line_with)].count("\n") + 1
        assert named[0].line in (expected, expected + 1)


def test_a_second_fault_is_found():
    text = STARTER.replace("2.1 points better off", "3.3 points better off").replace(
        "change taken for a difference or figure", "change taken for a difference"
    )
    problems = find_problems(text)
    assert [p.line for p in problems] == [line_of(text, "3.3 points")]
    assert "3.3 is nowhere in the abstract, which is a second fault" in problems[0].message


def test_too_many_sentences_and_marks_that_are_all_alike():
    more = "".join(
        f"{i}. Sentence {i} is new.\n   - mark: cannot tell\n   - reason: It prints nothing of it.\n"
        for i in range(7, 15)
    )
    problems = find_problems(STARTER.replace("## Headlines", more + "\n## Headlines"))
    assert any("14 sentences; expected at most 12" in p.message for p in problems)
    alike = re.sub(r"mark: .*", "mark: cannot tell", STARTER)
    assert any("the same mark" in p.message for p in find_problems(alike))


def test_a_file_that_cannot_be_issued_names_itself_and_the_line(tmp_path):
    file = tmp_path / "own.md"
    file.write_text(STARTER.replace("mark: cannot tell", "mark: unsure"), encoding="utf-8")
    with pytest.raises(CaseFileError, match=r"^own\.md, line \d+: 'unsure' is no mark"):
        read_own_case(file)
    with pytest.raises(CaseFileError, match=r"gone\.md: expected a Markdown file"):
        read_own_case(tmp_path / "gone.md")


def test_kinds_with_or_in_their_names():
    assert read_mark("does not fit: too strong or too weak or outcome or time")[1] == (
        "too strong or too weak",
        "outcome or time",
    )


def test_figures_in_words_and_signs():
    assert figures_of("Three of 1,2 and −0.2 (95%).") == {"3", "1,2", "-0.2", "95"}
