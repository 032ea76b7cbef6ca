"""Claims on disk: `work/my-claims/NAME/` with `claim.json`, `page.html` and `page.md`, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pydantic import ValidationError

from appraise.errors import WorkbenchError
from appraise.workbench.claim import Claim, checked_name
from appraise.workbench.page import page_html, page_markdown

DATA, HTML, MARKDOWN = "claim.json", "page.html", "page.md"


def claims_folder() -> Path:
    """Where claims lie unless another folder is named: `my-claims` in the folder of the learner's work."""
    from appraise.learner.lab import work_folder

    return work_folder() / "my-claims"


def save_claim(claim: Claim, folder: Path | None = None) -> Path:
    """Save a claim with its page as HTML and Markdown; returns the claim's folder and counts up `claim.revision`.

    All three files are written under other names first and then put in place, so that a full disk or an error leaves
    what was there. Raises WorkbenchError for a name that names no folder, where the claim was saved from elsewhere
    since it was opened, and where the folder cannot be written.
    """
    place = (folder or claims_folder()) / checked_name(claim.name)
    there = _revision(place / DATA)
    if there != claim.revision:
        raise WorkbenchError(
            f"{claim.name} was saved from elsewhere since you opened it (revision {there}, yours is {claim.revision}); "
            "open it again, or save under another name"
        )
    saved = claim.model_copy(update={"revision": claim.revision + 1})
    contents = {
        HTML: page_html(saved),
        MARKDOWN: page_markdown(saved),
        DATA: saved.model_dump_json(indent=1) + "\n",  # last: it alone says that a claim is there
    }
    try:
        place.mkdir(parents=True, exist_ok=True)
        _write_all(place, contents)
    except OSError as error:
        raise WorkbenchError(f"{place} cannot be written: {error.strerror or error}; nothing was changed") from None
    claim.revision = saved.revision
    return place


def load_claim(name: str, folder: Path | None = None) -> Claim:
    """Open a saved claim. Raises WorkbenchError where there is none, or where its file cannot be read as one."""
    file = (folder or claims_folder()) / checked_name(name) / DATA
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        have = ", ".join(list_claims(folder)) or "none yet"
        raise WorkbenchError(f"there is no claim {name!r}; there are: {have}") from None
    except OSError as error:
        raise WorkbenchError(f"{file} cannot be read: {error.strerror or error}") from None
    try:
        return Claim.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise WorkbenchError(f"{file} is no saved claim: {where}: {first['msg']}") from None


def list_claims(folder: Path | None = None) -> list[str]:
    """The names of the saved claims, sorted."""
    place = folder or claims_folder()
    return sorted(file.parent.name for file in place.glob(f"*/{DATA}"))


def _revision(file: Path) -> int:
    """The revision on disk, 0 where there is no claim."""
    if not file.exists():
        return 0
    return load_claim(file.parent.name, file.parent.parent).revision


def _write_all(place: Path, contents: dict[str, str]) -> None:
    ready: list[tuple[str, Path]] = []
    try:
        for name, text in contents.items():
            handle, temporary = tempfile.mkstemp(dir=place, prefix=".new-")
            ready.append((temporary, place / name))
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for temporary, target in ready:
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
    finally:
        for temporary, _ in ready:
            Path(temporary).unlink(missing_ok=True)
        if not any(place.iterdir()):
            place.rmdir()
