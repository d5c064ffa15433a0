"""River, railway and roads as barrier features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from redistrict.synthetic.land import Floats, Ints, Lot
from redistrict.synthetic.mesh import Mesh, Segments
from redistrict.synthetic.names import Names
from redistrict.synthetic.spec import CitySpec
from redistrict.synthetic.streets import MM, Streets
from redistrict.synthetic.warp import Warp

_BEYOND = 260.0
"""Metres that river and railway run on outside the city."""


@dataclass(frozen=True)
class Roads:
    """Road of each mesh segment (-1: none), and the name of each road."""

    of_segment: Ints
    names: list[str]
    runs: list[tuple[int, Ints]]
    """(road, consecutive segments) of every unbroken stretch."""


def lay_roads(lots: list[Lot], cells: Ints, mesh: Mesh, streets: Streets, names: Names) -> Roads:
    """A road on every border between lots that are not of one estate, river and track apart."""
    s = mesh.segments
    estate = np.array([-1 if lot.estate is None else id(lot.estate) for lot in lots])
    block = np.array([lot.superblock for lot in lots], dtype=np.int64)
    level = s.horizontal
    at = np.where(level, s.v0, s.u0)
    arterial = np.where(level, np.isin(at, streets.vs), np.isin(at, streets.us))
    road = s.right >= 0
    road &= (estate[s.left] < 0) | (estate[s.left] != estate[s.right])
    if streets.river is not None:
        road &= ~(level & (at == streets.vs[streets.river]))
    if streets.rail is not None:
        road &= ~(~level & (at == streets.us[streets.rail]))
    old = np.array([lot.old_town for lot in lots])
    which = np.flatnonzero(road)
    key = np.column_stack([np.where(arterial, -1, block[s.left]), level.astype(np.int64), at])[
        which
    ]
    kinds, number = np.unique(key, axis=0, return_inverse=True)
    number = number.ravel().astype(np.int64)
    in_old = np.bincount(number, old[s.left[which]], len(kinds)) > 0
    named = [
        names.arterial.take() if kind[0] < 0 else (names.lane if lane else names.branch).take()
        for kind, lane in zip(kinds.tolist(), in_old.tolist(), strict=True)
    ]
    of_segment = np.full(len(s.left), -1, dtype=np.int64)
    of_segment[which] = number
    return Roads(of_segment, named, list(_runs(s, which, number)))


def _runs(s: Segments, which: Ints, number: Ints) -> Iterator[tuple[int, Ints]]:
    along = np.where(s.horizontal, s.u0, s.v0)[which]
    end = np.where(s.horizontal, s.u1, s.v1)[which]
    order = np.lexsort((along, number))
    broken = (number[order][1:] != number[order][:-1]) | (along[order][1:] != end[order][:-1])
    for run in np.split(order, np.flatnonzero(broken) + 1):
        yield int(number[run[0]]), which[run]


def barrier_rows(
    roads: Roads,
    mesh: Mesh,
    streets: Streets,
    cells: Ints,
    island: tuple[float, float, float, float] | None,
    warp: Warp,
    spec: CitySpec,
) -> list[tuple[str, str, bool, shapely.Geometry]]:
    """(kind, name, crossable, geometry in the city's CRS)."""
    rows: list[tuple[str, str, bool, shapely.Geometry]] = []
    if streets.river is not None and _on_line(cells[:, 1], streets.river):
        near = cells[(cells[:, 1] == streets.river) | (cells[:, 1] == streets.river - 1)]
        ends = _extent(streets.us, near[:, 0])
        water = _river(ends, streets, island, spec)
        rows.append(("river", "澜河", False, _bent(water, warp, spec.crs)))
    if streets.rail is not None and _on_line(cells[:, 0], streets.rail):
        near = cells[(cells[:, 0] == streets.rail) | (cells[:, 0] == streets.rail - 1)]
        low, high = _extent(streets.vs, near[:, 1])
        u = streets.us[streets.rail] / MM
        track = shapely.segmentize(shapely.LineString([(u, low), (u, high)]), 60.0)
        rows.append(("railway", "云安铁路", False, _bent(track, warp, spec.crs)))
    return rows + _road_rows(roads, mesh.segments, warp, spec.crs)


def _road_rows(
    roads: Roads, s: Segments, warp: Warp, crs: str
) -> list[tuple[str, str, bool, shapely.Geometry]]:
    if not roads.runs:
        return []
    chosen = np.concatenate([run for _, run in roads.runs])
    size = np.array([len(run) for _, run in roads.runs])
    start = warp.points(s.u0[chosen] / MM, s.v0[chosen] / MM, crs)
    last = np.cumsum(size) - 1
    end = warp.points(s.u1[chosen[last]] / MM, s.v1[chosen[last]] / MM, crs)
    lines = shapely.linestrings(
        np.insert(start, last + 1, end, axis=0), indices=np.repeat(np.arange(len(size)), size + 1)
    )
    return [
        ("road", roads.names[road], True, line)
        for (road, _), line in zip(roads.runs, np.asarray(lines), strict=True)
    ]


def _on_line(index: Ints, line: int) -> bool:
    """Whether the city lies on both sides of lattice line ``line``."""
    return bool((index >= line).any() and (index < line).any())


def _extent(lines: Ints, index: Ints) -> tuple[float, float]:
    return (
        float(lines[int(index.min())]) / MM - _BEYOND,
        float(lines[int(index.max()) + 1]) / MM + _BEYOND,
    )


def _river(
    ends: tuple[float, float],
    streets: Streets,
    island: tuple[float, float, float, float] | None,
    spec: CitySpec,
) -> shapely.Geometry:
    assert streets.river is not None
    # straight here, bent later: no vertex may be spared
    v = float(streets.vs[streets.river]) / MM
    u = np.arange(ends[0], ends[1] + 1, 20.0 if spec.small_scale else 40.0)
    if spec.river_as_line and island is None:
        return shapely.LineString(np.column_stack([u, np.full(len(u), v)]))
    wide = streets.river_half_m
    north = wide * (0.85 + 0.15 * np.sin(u / 310.0) * np.cos(u / 170.0))
    south = wide * (0.85 + 0.15 * np.cos(u / 270.0))
    banks: Floats = np.r_[np.column_stack([u, v + north]), np.column_stack([u, v - south])[::-1]]
    water: shapely.Geometry = shapely.Polygon(banks)
    if island is not None:
        at_u, at_v, half_long, half_wide = island
        turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        # pointed at both ends, as islands in rivers are
        shore = np.column_stack(
            [at_u + half_long * np.cos(turn), at_v + half_wide * np.sin(turn) * np.sqrt(
                np.abs(np.sin(turn)))]
        )  # fmt: skip
        land = shapely.Polygon(shore)
        around = shapely.buffer(land, 10.0 if spec.small_scale else 30.0, quad_segs=4)
        water = shapely.difference(shapely.union(water, around), land)
        # the channel on the far side must not be open only towards the main stream
        assert shapely.get_num_interior_rings(water) == 1
    return water


def _bent(geometry: shapely.Geometry, warp: Warp, crs: str) -> shapely.Geometry:
    return shapely.transform(geometry, lambda c: warp.points(c[:, 0], c[:, 1], crs))
