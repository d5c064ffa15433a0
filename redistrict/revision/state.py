"""State: which area every cell belongs to, after some events. Never changed, only succeeded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from redistrict.atoms import IntArray
from redistrict.revision.base import Base
from redistrict.revision.events import Area, AreaLayer, Edit, Event

Index = NDArray[np.int32]


@dataclass(frozen=True, eq=False, repr=False)
class State:
    """g grids and c committees, the dissolved ones among them; areas keep their number for good.

    ``grid`` (n,): grid of each cell; ``committee`` (g,): committee of each grid; ``office`` (c,).
    ``grid_households``, ``grid_cells`` (g,), ``committee_households``, ``committee_grids`` (c,):
    totals; an area without cells or grids is dissolved. ``locked``: areas that are locked.
    ``log``: every event so far; ``effective``: the edits that hold, in order.
    """

    base: Base
    grid: Index
    committee: Index
    office: Index
    grid_ids: tuple[str, ...]
    committee_ids: tuple[str, ...]
    committee_names: tuple[str | None, ...]
    grid_households: IntArray
    grid_cells: IntArray
    committee_households: IntArray
    committee_grids: IntArray
    locked: frozenset[tuple[AreaLayer, int]] = frozenset()
    log: tuple[Event, ...] = ()
    effective: tuple[Edit, ...] = ()
    before: tuple[State, ...] = field(default=(), repr=False)
    """The states before the latest of ``effective``, the last one last; as many as are kept."""

    @property
    def households(self) -> int:
        """Of the whole city; no event changes it."""
        return int(self.grid_households.sum())

    def index(self, layer: AreaLayer) -> Mapping[str, int]:
        """Number of each area of ``layer`` that is not dissolved, by id."""
        ids, size = (
            (self.grid_ids, self.grid_cells)
            if layer == "service_grids"
            else (self.committee_ids, self.committee_grids)
        )
        return {name: i for i, name in enumerate(ids) if size[i] > 0}

    def find(self, area: Area) -> int | None:
        """Number of the area, None where there is none of that id."""
        ids, size = (
            (self.grid_ids, self.grid_cells)
            if area.layer == "service_grids"
            else (self.committee_ids, self.committee_grids)
        )
        return next((i for i, name in enumerate(ids) if name == area.id and size[i] > 0), None)

    def cells_of(self, layer: AreaLayer, number: int) -> IntArray:
        """The cells of one area, ascending."""
        if layer == "service_grids":
            return np.flatnonzero(self.grid == number)
        return np.flatnonzero(self.committee[self.grid] == number)

    def grids_of(self, committee: int) -> IntArray:
        """The grids of one committee, ascending."""
        return np.flatnonzero((self.committee == committee) & (self.grid_cells > 0))

    def digest(self) -> str:
        """sha256 (hex) of what the state says: area ids per cell, names, locks; not of its log."""
        told = hashlib.sha256()
        grids = np.array(self.grid_ids, dtype=object)
        committees = np.array(self.committee_ids, dtype=object)
        told.update("\x1f".join(grids[self.grid].tolist()).encode())
        told.update("\x1f".join(committees[self.committee[self.grid]].tolist()).encode())
        names = {
            self.committee_ids[i]: self.committee_names[i] or ""
            for i in np.flatnonzero(self.committee_grids > 0).tolist()
        }
        locks = sorted((layer, self.ids(layer)[i]) for layer, i in self.locked)
        told.update(repr((sorted(names.items()), locks)).encode())
        return told.hexdigest()

    def ids(self, layer: AreaLayer) -> tuple[str, ...]:
        """Ids by number, those of dissolved areas too."""
        return self.grid_ids if layer == "service_grids" else self.committee_ids

    def with_cells(self, cells: IntArray, grid: IntArray | int) -> State:
        """``cells`` (k,) belong to ``grid`` (k,); totals follow."""
        base = self.base
        cells = cells[self.grid[cells] != grid]
        grid = np.broadcast_to(np.asarray(grid, dtype=np.int32), cells.shape)
        old = self.grid[cells]
        new = self.grid.copy()
        new[cells] = grid
        weight = base.households[cells]
        households, count = self.grid_households.copy(), self.grid_cells.copy()
        np.subtract.at(households, old, weight)
        np.add.at(households, grid, weight)
        np.subtract.at(count, old, 1)
        np.add.at(count, grid, 1)
        changed = replace(self, grid=new, grid_households=households, grid_cells=count)
        return changed.counted()

    def with_committee(self, grids: IntArray, committee: int) -> State:
        """``grids`` belong to ``committee``."""
        new = self.committee.copy()
        new[grids] = committee
        return replace(self, committee=new).counted()

    def with_grids(self, ids: tuple[str, ...], committee: int) -> State:
        """New grids of ``committee``, without cells as yet."""
        more = np.zeros(len(ids), dtype=np.int64)
        return replace(
            self,
            grid_ids=(*self.grid_ids, *ids),
            committee=np.r_[self.committee, np.full(len(ids), committee, dtype=np.int32)],
            grid_households=np.r_[self.grid_households, more],
            grid_cells=np.r_[self.grid_cells, more],
        )

    def with_committees(self, ids: tuple[str, ...], office: int) -> State:
        """New committees of a street office, without grids as yet."""
        more = np.zeros(len(ids), dtype=np.int64)
        return replace(
            self,
            committee_ids=(*self.committee_ids, *ids),
            committee_names=(*self.committee_names, *(None for _ in ids)),
            office=np.r_[self.office, np.full(len(ids), office, dtype=np.int32)],
            committee_households=np.r_[self.committee_households, more],
            committee_grids=np.r_[self.committee_grids, more],
        )

    def counted(self) -> State:
        """Totals of the committees from those of the grids; locks of dissolved areas are gone."""
        count = len(self.committee_ids)
        alive = self.grid_cells > 0
        households = np.bincount(self.committee, self.grid_households, count).astype(np.int64)
        grids = np.bincount(self.committee, alive, count).astype(np.int64)
        size = {"service_grids": self.grid_cells, "committees": grids}
        locked = frozenset((layer, i) for layer, i in self.locked if size[layer][i] > 0)
        return replace(self, committee_households=households, committee_grids=grids, locked=locked)


def start(base: Base) -> State:
    """The proposal as it was frozen."""
    g = len(base.grid_ids)
    return State(
        base=base,
        grid=base.grid,
        committee=base.grid_committee,
        office=base.committee_office,
        grid_ids=base.grid_ids,
        committee_ids=base.committee_ids,
        committee_names=base.committee_names,
        grid_households=np.bincount(base.grid, base.households, g).astype(np.int64),
        grid_cells=np.bincount(base.grid, minlength=g).astype(np.int64),
        committee_households=np.zeros(len(base.committee_ids), dtype=np.int64),
        committee_grids=np.zeros(len(base.committee_ids), dtype=np.int64),
    ).counted()
