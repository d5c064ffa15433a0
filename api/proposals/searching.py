"""Search: areas by name, number or code, estates by name, buildings by number or address."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from redistrict.publish.lonlat import to_lonlat

MOST = 50
FIELDS: Mapping[str, tuple[str, ...]] = {
    "street_offices": ("street_office_id", "name", "code"),
    "committees": ("committee_id", "name"),
    "service_grids": ("service_grid_id", "code"),
}
AREAS = ("service_grid_id", "committee_id", "street_office_id")


@dataclass(frozen=True)
class Found:
    """Something that was asked for. ``text``: what of it matched; ``lon``, ``lat``: WGS84."""

    kind: str
    id: str | None
    text: str
    service_grid_id: str | None
    committee_id: str | None
    street_office_id: str | None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Asked:
    """The words that were asked for, in one form: wide and narrow, case and spaces are alike."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Asked:
        """From what somebody typed."""
        return cls(tuple(folded(text).split()))

    @property
    def whole(self) -> str:
        """Without spaces."""
        return "".join(self.words)

    def rank(self, text: str) -> tuple[int, int] | None:
        """How well ``text`` fits, less is better: equal, begins so, holds all words; else None."""
        said = "".join(folded(text).split())
        if not self.words or not all(word in said for word in self.words):
            return None
        return (0 if said == self.whole else 1 if said.startswith(self.whole) else 2), len(said)


def folded(text: str) -> str:
    """One form of wide and narrow letters, small ones."""
    return unicodedata.normalize("NFKC", text).casefold()


def in_areas(frames: Mapping[str, gpd.GeoDataFrame], asked: Asked) -> Iterable[tuple[Any, Found]]:
    """Areas whose name, number or code fits, with their rank."""
    for layer, fields in FIELDS.items():
        frame = frames[layer]
        for field in (f for f in fields if f in frame):
            for row, text in enumerate(frame[field].tolist()):
                rank = asked.rank(text) if isinstance(text, str) else None
                if rank is not None:
                    yield rank, _area(layer, frame, row, text)


def in_buildings(
    frame: gpd.GeoDataFrame, known: Iterable[tuple[str, str, str]], asked: Asked
) -> Iterable[tuple[Any, Found]]:
    """Buildings of ``frame`` whose number or address fits; ``known``: kind, building id, text.

    ``known`` may name buildings that are not in ``frame``: nothing is told of them.
    """
    there = {str(name) for name in frame["building_id"]}
    fits = [
        (rank, text, name, kind)
        for kind, name, text in known
        if name in there and (rank := asked.rank(text)) is not None
    ]
    fits = sorted(fits)[:MOST]
    wanted = {name for _, _, name, _ in fits}
    rows = np.flatnonzero(frame["building_id"].isin(sorted(wanted)).to_numpy(dtype=bool)).tolist()
    at: dict[str, list[int]] = {}
    for row in rows:
        at.setdefault(str(frame["building_id"].iloc[row]), []).append(row)
    for rank, text, name, kind in fits:
        for row in at[name]:
            yield rank, _found(kind, name, text, frame, row)


def in_estates(
    frame: gpd.GeoDataFrame, names: Mapping[str, str], asked: Asked
) -> Iterable[tuple[Any, Found]]:
    """Estates whose name or number fits, in each service grid that holds a building of them."""
    fits: dict[str, tuple[Any, str]] = {}
    for estate, name in names.items():
        for text in (estate, name):
            rank = asked.rank(text)
            if rank is not None and (estate not in fits or rank < fits[estate][0]):
                fits[estate] = rank, text
    seen: set[tuple[str, str]] = set()
    rows = np.flatnonzero(frame["estate_id"].isin(list(fits)).to_numpy(dtype=bool)).tolist()
    for row in rows:
        estate, grid = str(frame["estate_id"].iloc[row]), str(frame["service_grid_id"].iloc[row])
        if (estate, grid) not in seen:
            seen.add((estate, grid))
            rank, text = fits[estate]
            yield rank, _found("estates", estate, text, frame, row)


def best(found: Iterable[tuple[Any, Found]]) -> list[Found]:
    """The first `MOST`, best first, each area or building once."""
    kept: dict[tuple[Any, ...], Found] = {}
    for _, one in sorted(found, key=lambda f: (f[0], f[1].kind, f[1].id or "", f[1].text)):
        kept.setdefault((one.kind, one.id, one.service_grid_id), one)
    return list(kept.values())[:MOST]


def _area(layer: str, frame: gpd.GeoDataFrame, row: int, text: str) -> Found:
    own = str(frame[FIELDS[layer][0]].iloc[row])
    return _found(layer, own, text, frame, row)


def _found(kind: str, name: str, text: str, frame: gpd.GeoDataFrame, row: int) -> Found:
    grid, committee, office = (_text(frame[a].iloc[row]) if a in frame else None for a in AREAS)
    lon, lat = _place(frame, row)
    return Found(kind, name, text, grid, committee, office, lon, lat)


def _place(frame: gpd.GeoDataFrame, row: int) -> tuple[float | None, float | None]:
    shape = frame.geometry.iloc[row]
    if shape is None or shape.is_empty:
        return None, None
    point = np.array([shapely.point_on_surface(shape)], dtype=object)
    x, y = shapely.get_coordinates(to_lonlat(point, str(frame.crs)))[0].round(7).tolist()
    return x, y


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
