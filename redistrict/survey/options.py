"""ReadOptions: what the user states about a survey that its files do not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Everything here may also stand in the survey's ``survey.toml``; what is here goes first."""

    crs: str | None = None
    """CRS of layers that state none, ``EPSG:n``; also settles an ambiguous one."""
    encoding: str | None = None
    """Encoding of Shapefile and CSV text, e.g. ``gb18030``."""
    basis: str | None = None
    """``registered``, ``resident``, ``dwelling_units`` or ``planned``."""
    trusted: Path | None = None
    """A file whose features are known to lie right (surveyed boundaries, control points): where
    buildings are compared with it, a GCJ-02 or BD-09 offset is reported, never taken out."""
    accept_ballpark_datum: bool = False
    """Accept Xian 1980 and Beijing 1954 although the shift to CGCS2000 is a ballpark one."""
    duplicate_ids: str = "refuse"
    """``rename``: an id on different features is told apart by a suffix instead of refused."""
    rulings: tuple[Mapping[str, str | None], ...] = ()
    """Rulings recorded elsewhere (5.1(5)), with the fields of ``rulings.csv``. They replace the
    rows that the survey itself has on the same estates."""
