"""What a picture is taken of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

Prepare = Callable[[Page], None]


@dataclass(frozen=True)
class Screen:
    """One screen: where it is, who sees it, what is done before the picture is taken."""

    name: str
    at: str
    login: str | None = None
    map: bool = True
    prepare: Prepare | None = None
    whole: bool = False
    """The whole page, not only what fits the window."""
