"""What stands below a check in the autograded notebook."""

from __future__ import annotations

from typing import Any

from appraise.exercises.exercise import Exercise, Status, Verdict
from appraise.grading.judging.outcome import ItemResult
from appraise.grading.sanitize import clean_text, escape
from appraise.learner.remark import render_remark


def check_output(item: ItemResult, ex: Exercise) -> list[dict[str, Any]]:
    """The output of a check cell: the points, which nbgrader reads, and the remark for the feedback."""
    remark = clean_text(item.remark)
    if item.status in (Status.FAULT, Status.UNREADABLE):  # nbgrader must not read points here
        text = f"{item.status}: {remark}"
        return [{"output_type": "error", "ename": str(item.status), "evalue": remark, "traceback": [text]}]
    if item.status.is_judged:
        page: str = render_remark(ex, Verdict(0.0, item.status, remark), item.earned or 0.0)
    else:
        head = f"<strong>{item.status.word}</strong> · 0 of {item.points:g} points"
        page = f"<p>{head}</p><p>{escape(remark)}</p>"
    # a remark may quote the learner, and MathJax makes links of what looks like LaTeX
    page = f'<div class="tex2jax_ignore mathjax_ignore">{page}</div>'
    data = {"text/plain": repr(item.earned or 0.0), "text/html": page}
    return [{"output_type": "execute_result", "execution_count": None, "data": data, "metadata": {}}]
