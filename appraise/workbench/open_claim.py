"""The claim that is open in this kernel: chosen, begun, changed and saved after each change.

Everything that a learner types is kept as typed, also a text that cannot be read as a page or an abstract, so that
nothing is lost; what is wrong with it is said where it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from appraise.errors import WorkbenchError
from appraise.files import write_whole
from appraise.workbench.claim import Claim, safe_name
from appraise.workbench.store import claims_folder, list_claims, load_claim, save_claim


class OpenClaim:
    """One claim at a time, in the folder of claims. `claim` is None before one was begun or opened.

    Which one was open last is kept in `open.json` beside the claims, so that it is open again after a restart.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self.claim: Claim | None = None
        with suppress(WorkbenchError, OSError, ValueError):
            name = json.loads(self._last.read_text(encoding="utf-8"))
            self.claim = load_claim(str(name), self.folder)

    @property
    def folder(self) -> Path:
        """Where the claims lie."""
        return self._folder or claims_folder()

    @property
    def _last(self) -> Path:
        return self.folder / "open.json"

    @property
    def names(self) -> list[str]:
        """The claims that there are."""
        return list_claims(self.folder)

    def begin(self, title: str) -> Claim:
        """Begin a claim; a name that is taken gets a number. Raises WorkbenchError for a title that makes no name."""
        name = wanted = safe_name(title)
        number = 2
        while name in self.names:
            name, number = f"{wanted[:56]}-{number}", number + 1
        self.claim = Claim(name=name, title=title.strip())
        save_claim(self.claim, self.folder)
        self._remember()
        return self.claim

    def open(self, name: str) -> Claim:
        """Open a saved claim. Raises WorkbenchError where there is none."""
        self.claim = load_claim(name, self.folder)
        self._remember()
        return self.claim

    def change(self, act: Callable[[Claim], None]) -> None:
        """Change the open claim and save it. Raises WorkbenchError where none is open or it cannot be saved.

        Where it was saved from elsewhere meanwhile, as by the same lesson in another tab, the newer one is opened and
        the change made in it.
        """
        if self.claim is None:
            raise WorkbenchError("no claim is open; begin one, or open one, in the step above")
        file_revision = self._revision_on_disk()
        if file_revision not in (None, self.claim.revision):
            self.claim = load_claim(self.claim.name, self.folder)
        act(self.claim)
        if file_revision is None:
            self.claim.revision = 0  # its folder was taken away: it is written anew
        save_claim(self.claim, self.folder)

    def _revision_on_disk(self) -> int | None:
        if self.claim is None or self.claim.name not in self.names:
            return None
        return load_claim(self.claim.name, self.folder).revision

    def _remember(self) -> None:
        if self.claim is not None:
            write_whole(self._last, json.dumps(self.claim.name))
