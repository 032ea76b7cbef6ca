"""`lesson`, the call in the opening cell of every lesson."""

from __future__ import annotations

from appraise.learner.versions import open_version, version_note
from appraise.runtime import has_page, is_live, kernel_shell


def lesson(slug: str, version: str | None = None) -> None:
    """Open a lesson: wake its forms, show how far one is, and say when notebook and library are not of one version.

    Parameters
    ----------
    slug : str
    version : str, optional
        The version, as lessons released up to 0.1 name it. Newer ones have it in the notebook's metadata alone.
    """
    if is_live():
        from appraise.learner.not_run_yet import explain_name_errors
        from appraise.learner.waking import wake  # forms are needed in a live kernel alone

        wake()
        explain_name_errors(kernel_shell())
        if has_page():
            from IPython.display import display

            from appraise.learner.standing import opening_box

            display(opening_box(slug))
        version = version or open_version(slug)
    if note := version_note(slug, version):
        print(note)
