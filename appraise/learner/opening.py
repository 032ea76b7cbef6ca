"""`lesson`, the call in the opening cell of every lesson."""

from __future__ import annotations

from appraise.exercises.packs import load_packs
from appraise.runtime import has_page, is_live, kernel_shell


def lesson(slug: str, version: str | None = None) -> None:
    """Open a lesson: wake its forms, show how far one is, and say when notebook and library are not of one version."""
    if is_live():
        from appraise.learner.not_run_yet import explain_name_errors
        from appraise.learner.waking import wake  # forms are needed in a live kernel alone

        wake()
        explain_name_errors(kernel_shell())
        if has_page():
            from IPython.display import display

            from appraise.learner.standing import opening_box

            display(opening_box(slug))
    pack = load_packs().get(slug)
    if version is None or not load_packs():
        return
    if pack is None or pack["version"] != version:
        print(
            f"This copy of lesson {slug} is newer or older than the course's library, so remarks may not fit it. "
            "Your answers are safe: save them, rename this file, and start the course again for a fresh copy."
        )
