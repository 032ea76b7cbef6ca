"""What stands behind a form: it says what is drawn, and does what the page asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

Message = Mapping[str, Any]
Reply = dict[str, Any]


class Session(Protocol):
    """What stands behind a form."""

    def spec(self) -> dict[str, Any]:
        """What the page draws once."""
        ...

    def states(self) -> list[dict[str, Any]]:
        """What the page draws again after each change."""
        ...

    def is_writable(self, source: str) -> bool:
        """Can the form write into this text?"""
        ...

    def handle(self, message: Message) -> Reply:
        """Do what the page asks; see the module."""
        ...
