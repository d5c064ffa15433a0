"""RunSettings: what the caller of a run may choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Effort = Literal["quick", "standard", "certify"]


@dataclass(frozen=True, slots=True)
class RunSettings:
    """``workers`` never changes the answer; ``seed`` and ``effort`` may."""

    seed: int = 0
    effort: Effort = "standard"
    workers: int = 1
    scheduler: str | None = None
    """Address of a Dask scheduler; replaces the local process pool."""
    alternatives: int = 0
    """Proposals wanted beside the one as asked, at most; they do not change it."""
