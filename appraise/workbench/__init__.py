"""A claim of one's own against its study: figures traced, prompts, what an abstract lets one work out, one page.

Nothing here judges. `traces` says where a figure is printed and shows candidates; `prompts` asks questions; `suggest`
prefills forms; the verdicts are the learner's, kept in a `Claim`, saved under `work/my-claims/NAME/`.
"""

from appraise.errors import WorkbenchError
from appraise.widgets.confounding import Observed, World, expected_crude, simulate
from appraise.workbench.claim import (
    VERDICTS,
    Claim,
    FigureVerdict,
    LeftOut,
    Noted,
    WorkedOut,
    lost_figures,
    rows_with_traces,
    safe_name,
    start_claim,
    unanswered,
    verdict_rows,
)
from appraise.workbench.claim_rubric import claim_rubric, load_claim_rubric
from appraise.workbench.data import prompt_kinds, questions
from appraise.workbench.desk import my_claim
from appraise.workbench.figures import Figure, figures
from appraise.workbench.methods import METHODS, Suggestion, suggest, within_arm, work_out
from appraise.workbench.page import page_html, page_markdown, sheet_html, write_sheets
from appraise.workbench.prompts import Prompt, prompts
from appraise.workbench.reading import looks_swapped, paragraphs, passage, read_text, sentences
from appraise.workbench.rehearse import (
    concept_map,
    figure_table,
    left_out,
    passage_text,
    prefilled,
    study_kinds,
    what_changes,
)
from appraise.workbench.store import list_claims, load_claim, save_claim
from appraise.workbench.tracing import Candidate, Trace, lost, traces

__all__ = [
    "METHODS",
    "VERDICTS",
    "Candidate",
    "Claim",
    "Figure",
    "FigureVerdict",
    "LeftOut",
    "Noted",
    "Observed",
    "Prompt",
    "Suggestion",
    "Trace",
    "WorkbenchError",
    "WorkedOut",
    "World",
    "claim_rubric",
    "concept_map",
    "expected_crude",
    "figure_table",
    "figures",
    "left_out",
    "list_claims",
    "load_claim",
    "load_claim_rubric",
    "looks_swapped",
    "lost",
    "lost_figures",
    "my_claim",
    "page_html",
    "page_markdown",
    "paragraphs",
    "passage",
    "passage_text",
    "prefilled",
    "prompt_kinds",
    "prompts",
    "questions",
    "read_text",
    "rows_with_traces",
    "safe_name",
    "save_claim",
    "sentences",
    "sheet_html",
    "simulate",
    "start_claim",
    "study_kinds",
    "suggest",
    "traces",
    "unanswered",
    "verdict_rows",
    "what_changes",
    "within_arm",
    "work_out",
    "write_sheets",
]
