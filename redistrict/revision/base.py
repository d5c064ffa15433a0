"""Base: a frozen proposal with everything about its land that edits ask for, loaded once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from redistrict import profiles, workings
from redistrict.atoms import IntArray, components
from redistrict.grids import problems
from redistrict.model.cells import UNCROSSABLE
from redistrict.model.errors import ProposalError
from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.model.workings import Workings


@dataclass(frozen=True)
class Groups:
    """Cells by label: ``of`` (n,) label of each cell or -1, ``ids`` the name of each label."""

    of: IntArray
    ids: tuple[str, ...]
    start: IntArray
    member: IntArray

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Name -> label."""
        return {name: i for i, name in enumerate(self.ids)}

    def cells(self, label: int) -> IntArray:
        """Cells of a label, ascending."""
        return self.member[self.start[label] : self.start[label + 1]]

    def __len__(self) -> int:
        return len(self.ids)


def groups(values: NDArray[Any]) -> Groups:
    """`Groups` of (n,) ids; None is no label. Labels are numbered by first cell."""
    code, ids = pd.factorize(np.asarray(values, dtype=object))
    of = code.astype(np.int64)
    member = np.argsort(of, kind="stable")
    member = member[np.searchsorted(of[member], 0) :]
    start = np.searchsorted(of[member], np.arange(len(ids) + 1))
    return Groups(of, tuple(str(i) for i in ids), start, member)


@dataclass(frozen=True, eq=False, repr=False)
class Base:
    """n cells, e edges, g service grids, c committees; nothing here ever changes.

    ``households`` (n,); ``building``, ``courtyard``, ``estate``, ``office``: cells by id;
    ``ground`` (n,): cells whose buildings stand on one ground share it; ``a``, ``b`` (e,) edges,
    ``length`` metres, ``open`` (e,) False where only an uncrossable barrier lies between;
    ``start``, ``neighbour``, ``edge``: the same as CSR; ``land`` (n,): connected piece of the
    street office's own land; ``grid`` (n,), ``grid_committee`` (g,), ``committee_office`` (c,).
    """

    folder: Path
    content_hash: str
    manifest: Mapping[str, Any]
    profile: Profile
    workings: Workings
    households: IntArray
    building: Groups
    courtyard: Groups
    estate: Groups
    office: Groups
    ground: IntArray
    a: IntArray
    b: IntArray
    length: NDArray[np.float64]
    open: NDArray[np.bool_]
    start: IntArray
    neighbour: IntArray
    edge: IntArray
    land: IntArray
    grid: NDArray[np.int32]
    grid_ids: tuple[str, ...]
    grid_committee: NDArray[np.int32]
    committee_ids: tuple[str, ...]
    committee_names: tuple[str | None, ...]
    committee_office: NDArray[np.int32]
    frozen: NDArray[np.bool_]
    """(c,) committees that neither gain nor lose a household (2.2)."""
    standalone: NDArray[np.bool_]
    """(n,) cells of estates with a committee of their own (2.2)."""
    ruled: Mapping[str, str]
    """Estate -> street office, of decided rulings (5.1(5))."""
    part: IntArray
    """(n,) 0 for a whole building, else the stairwell 1..k."""

    @property
    def n(self) -> int:
        """Cells."""
        return len(self.households)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Of the cells' polygons, working CRS."""
        return shapely.STRtree(np.asarray(self.workings.cells.frame.geometry.array, dtype=object))

    @cached_property
    def columns(self) -> problems.GridColumns:
        """What the engine is told of every cell."""
        return problems.grid_columns(self.workings.cells)

    @cached_property
    def to_working(self) -> pyproj.Transformer:
        """From longitude and latitude (WGS84) to the working CRS."""
        return pyproj.Transformer.from_crs(4326, self.workings.working_crs, always_xy=True)

    @cached_property
    def addresses(self) -> tuple[tuple[str, str], ...]:
        """(building id, address) of the buildings whose address is known."""
        frame = self.workings.survey["buildings"]
        if "address" not in frame:
            return ()
        told = zip(frame["building_id"].tolist(), frame["address"].tolist(), strict=True)
        return tuple((str(i), a) for i, a in told if isinstance(a, str) and a.strip())


def load(folder: Path) -> Base:
    """The proposal that `redistrict run` wrote into ``folder``, for editing.

    Raises `ProposalError`: ``proposal-manifest`` where there is no proposal of ours, and what
    `redistrict.workings.read` raises where its workings are missing or not what was written.
    """
    manifest = _manifest(folder)
    kept = workings.read(folder, cast("str | None", manifest.get("workings")))
    return made(kept, manifest, folder)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / "proposal.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = None
    if not isinstance(told, dict) or told.get("schema") != "redistrict-proposal":
        raise ProposalError(Finding("proposal-manifest", "error", folder.name))
    return cast("dict[str, Any]", told)


def made(kept: Workings, manifest: Mapping[str, Any], folder: Path) -> Base:
    """A `Base` from workings and manifest; ``folder``: where the rest of the proposal lies."""
    cells, frame = kept.cells, kept.cells.frame
    n = len(cells)
    a, b = cells.a.astype(np.int64), cells.b.astype(np.int64)
    both = np.concatenate([a, b])
    order = np.argsort(both, kind="stable")
    grid = groups(kept.service_grid)
    committee = groups(kept.committee)
    office = groups(frame["street_office_id"].to_numpy(dtype=object))
    first = grid.member[grid.start[:-1]]
    held = committee.member[committee.start[:-1]]
    areas, rulings = kept.layers["committees"], kept.layers["rulings"]
    names = dict(zip(areas["committee_id"], areas["name"], strict=True))
    decided = rulings[rulings["outcome"] == "decided"]
    frozen = np.zeros(len(committee), dtype=bool)
    frozen[committee.of[frame["frozen"].to_numpy(dtype=bool)]] = True
    return Base(
        folder=folder,
        content_hash=str(manifest.get("content_hash", "")),
        manifest=manifest,
        profile=profiles.from_dict(manifest["profile"]),
        workings=kept,
        households=cells.households,
        building=groups(frame["building_id"].to_numpy(dtype=object)),
        courtyard=groups(frame["courtyard_id"].to_numpy(dtype=object)),
        estate=groups(frame["estate_id"].to_numpy(dtype=object)),
        office=office,
        ground=frame["ground"].to_numpy(dtype=np.int64),
        a=a,
        b=b,
        length=cells.length,
        open=cells.barrier != UNCROSSABLE,
        start=np.searchsorted(both[order], np.arange(n + 1)),
        neighbour=np.concatenate([b, a])[order],
        edge=np.concatenate([np.arange(len(a))] * 2)[order],
        land=components(n, a, b),
        grid=grid.of.astype(np.int32),
        grid_ids=grid.ids,
        grid_committee=committee.of[first].astype(np.int32),
        committee_ids=committee.ids,
        committee_names=tuple(_text(names.get(i)) for i in committee.ids),
        committee_office=office.of[held].astype(np.int32),
        frozen=frozen,
        standalone=frame["standalone"].to_numpy(dtype=bool),
        ruled=dict(zip(decided["estate_id"], decided["street_office_id"], strict=True)),
        part=frame["part"].to_numpy(dtype=np.int64),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
