"""Plan: which area every cell goes to, with the certificate of each problem solved on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from redistrict.model.problem import Outcome


@dataclass(frozen=True)
class AreaReason:
    """Why an area is out of its window or band, or in pieces; worded by ``reason.<code>``."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Solved:
    """One problem given to the engine: its scope (ids, for the manifest) and its outcome."""

    scope: Mapping[str, str]
    units: int
    outcome: Outcome
    note: str | None = None
    """``kept``, ``frozen`` ...: answered by policy without a search."""


Way = Literal["new-together", "with-neighbour", "mixed"]
"""2.2: small new estates form a committee among themselves, join a present one, or some of each."""


@dataclass(frozen=True)
class Option:
    """One way to integrate small new estates, as it was drawn; its certificate is its own: it says
    nothing about drawings that go another way."""

    way: Way
    outcome: Outcome
    committees: int


@dataclass(frozen=True)
class Integration:
    """The small new estates of one street office and how they may be integrated (2.2).

    ``new``: their ids, those that adjoin one another together. ``options``: what was drawn: first
    ``mixed``, in which both ways are open; alone where no two of the estates adjoin. ``taken``:
    the way the drawing of the proposal goes.
    """

    scope: Mapping[str, str]
    new: tuple[tuple[str, ...], ...]
    options: tuple[Option, ...]
    taken: Way


@dataclass(frozen=True)
class Plan:
    """``area``: (n,) dense area number per cell, numbered by first cell; nothing is left out."""

    area: NDArray[np.int64]
    reasons: Mapping[int, AreaReason]
    solved: tuple[Solved, ...] = ()
    crossings: Mapping[int, AreaReason] = field(default_factory=dict)
    """Areas that reach across an uncrossable barrier or water, and why they had to."""
    integrations: tuple[Integration, ...] = ()
