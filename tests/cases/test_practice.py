"""Practice without a page: what the form sends and gets, what is said, and what comes back."""

from __future__ import annotations

from appraise.cases.labels import FAULTS, MARKS
from appraise.cases.practice import MARKING, PracticeSession


def answered(session: PracticeSession, mark: str) -> None:
    for part in range(8):
        session.handle({"do": "choose", "part": part, "chosen": [MARKS.index(mark)]})


def test_what_is_sent_is_plain_text_that_a_kernel_can_send() -> None:
    session = PracticeSession("a seed")
    assert type(session.spec()["abstract"]) is str
    answered(session, "fits")
    assert type(session.handle({"do": "check"})["remark"]) is str


def test_each_marked_sentence_gets_its_reason_and_a_missed_fault_comes_back() -> None:
    session = PracticeSession("a seed")
    before = session.judge()[0]
    assert before[0] == MARKING
    assert all(remark.endswith("has no mark yet.") for remark in before[1].remarks)
    answered(session, "fits")
    missed = next(str(m.label) for m in session.key.marks[0] if m.label in FAULTS)
    session.handle({"do": "check"})
    assert session.wrong[0] in {str(m.label) for m in session.key.marks[0] if m.step != "fits"}
    session.wrong = [missed]
    reply = session.handle({"do": "next"})
    assert reply["spec"]["title"] == "Practice case 2"
    assert missed in {m.label for m in session.key.marks[0]}
    assert all(not state["chosen"] for state in reply["states"])


def test_a_choice_is_taken_back() -> None:
    session = PracticeSession("a seed")
    session.handle({"do": "choose", "part": 0, "chosen": [0]})
    session.handle({"do": "undo"})
    assert session.answers[0] is None
