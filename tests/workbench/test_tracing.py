"""Where the figures of a passage stand in an abstract, and what is left out; prompts."""

from __future__ import annotations

import pytest

from appraise.course import load_course
from appraise.workbench import WorkbenchError, lost, prompt_kinds, prompts, traces

ABSTRACT = (
    "Of 402 adults, 388 were analysed. Pain fell by 2.35 points (95% CI 1.2 to 3.5; p=0.0014) in 8 weeks. "
    "Drowsiness occurred in 52 (26.7%) and 21 (10.9%). The hazard ratio was 0.78. Four of the schools had 24.0 °C. "
    "64% were women. Pressure was lower by -5.6 mm Hg. The hazard ratio for ≥4 times a week versus never was 0·71 (95% CI 0·58–0·87)."
)
STATUS = [
    ("402 people took part.", "printed"),
    ("Four schools took part.", "printed"),
    ("Pain fell by 2.35 points.", "printed"),
    ("The range was 1.2 to 3.5.", "printed"),
    ("It took eight weeks.", "printed"),
    ("Some 400 people took part.", "rounded"),
    ("27% were drowsy.", "rounded"),
    ("It was p=0.001 in all.", "rounded"),
    ("It was 24 °C warm.", "rounded"),
    ("Pain fell by 2.4 points.", "rounded"),
    ("The pressure fell by 5.6 points.", "printed"),
    ("It took two months.", "not found"),
    ("It took 4 weeks.", "not found"),
    ("402% more.", "not found"),
    ("It was p<0.0014 in all.", "not found"),
    ("The risk fell by 22%.", "not found"),
]


@pytest.mark.parametrize(("passage", "status"), STATUS, ids=[s[0] for s in STATUS])
def test_a_figure_has_its_status(passage: str, status: str) -> None:
    row = traces(passage, ABSTRACT)[0]
    assert row.status == status
    assert row.sentence == passage
    assert bool(row.matches) == (status != "not found")
    assert not (row.candidates and row.matches)


CANDIDATES = [
    ("It took two months.", "8 weeks"),
    ("The risk fell by 22%.", "0.78"),
    ("14 dropped out.", "402 adults, 388"),
    ("Pain fell by 23.5 points.", "2.35 points"),
    ("62.7% were drowsy.", "26.7%"),
    ("It cuts the risk by 29%.", "0·71"),
    ("Almost two thirds were women.", "64%"),
]


@pytest.mark.parametrize(("passage", "source"), CANDIDATES, ids=[c[0] for c in CANDIDATES])
def test_the_likely_source_is_among_three_candidates(passage: str, source: str) -> None:
    candidates = traces(passage, ABSTRACT)[0].candidates
    assert len(candidates) <= 3
    assert source in [c.text for c in candidates]


def test_no_status_says_that_a_figure_was_changed() -> None:
    rows = traces("It rose 9% in 7 weeks for 402 people and 27%.", ABSTRACT)
    assert {row.status for row in rows} <= {"printed", "rounded", "not found"}


def test_lost_figures_are_those_that_the_passage_leaves_out() -> None:
    left_out = [f.text for f in lost("Of about 400 adults, 27% were drowsy after 8 weeks.", ABSTRACT)]
    assert "p=0.0014" in left_out
    assert "8 weeks" not in left_out
    assert "26.7%" not in left_out


def test_one_in_a_thousand_keeps_no_ratio_near_one() -> None:
    abstract = "The ratio was 0.91 (95% CI 0.79 to 1.05)."
    left_out = [f.text for f in lost("The odds of chance are one in a thousand. One gardener fell.", abstract)]
    assert left_out == ["0.91", "95%", "0.79 to 1.05"]


def test_texts_without_figures_and_twice_the_same_text_get_one_sentence() -> None:
    with pytest.raises(WorkbenchError, match="the abstract holds no figure"):
        traces("Pain fell by 2 points.", "Pain fell.")
    with pytest.raises(WorkbenchError, match="the passage holds no figure"):
        traces("Pain fell.", "Pain fell by 2 points.")
    with pytest.raises(WorkbenchError, match="the same text"):
        traces("Pain fell by 2.", "Pain fell by 2.")


def test_prompts_name_lessons_of_the_course() -> None:
    slugs = {lesson.slug for lesson in load_course().lessons}
    assert {kind.lesson for kind in prompt_kinds().values()} <= slugs


PROMPTS = [
    ("A breakthrough, experts say.", "strength"),
    ("It cuts the risk of colds.", "cause"),
    ("It works for everyone.", "people"),
    ("Ask your doctor before winter.", "advice"),
    ("It is completely safe.", "safety"),
    ("Scores went from nine to seven.", "within"),
]


@pytest.mark.parametrize(("sentence", "kind"), PROMPTS)
def test_a_sentence_raises_its_prompt(sentence: str, kind: str) -> None:
    raised = [p.kind for p in prompts(sentence)]
    assert kind in raised
    assert prompts("The room was warm that morning.") == []


def test_words_are_whole_words() -> None:
    assert [p.kind for p in prompts("The mustard yousef ordered was in the wheelhouse.")] == []
