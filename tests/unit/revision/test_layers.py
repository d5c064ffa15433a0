"""The layers of a revision: what freezing it would publish, made edit by edit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from redistrict.publish.rows import KEYS
from redistrict.revision import (
    Area,
    Base,
    Event,
    Members,
    Merge,
    Move,
    Rename,
    Renumber,
    Split,
    State,
    start,
)
from redistrict.revision.freeze import assembled
from redistrict.revision.layers import Shown, first_shown
from tests.unit.revision.asking import borders, building, done, grid, some_move

AREAS = ("service_grids", "committees", "street_offices")
APART = {"geometry", "reason", "colour"}
"""Sentences and fills are nothing that freezing decides in the same way."""


@pytest.fixture(scope="module")
def frozen(folder: Path) -> dict[str, gpd.GeoDataFrame]:
    """The layers as they were published."""
    return {
        name: gpd.read_file(folder / "proposal.gpkg", layer=name, engine="pyogrio")
        for name in ("buildings", "rulings", *AREAS)
    }


def _across_committees(state: State) -> Event:
    """A grid to the committee beside it, of the same street office, if neither is frozen."""
    base, owner = state.base, state.committee[state.grid]
    a, b = base.a, base.b
    free = ~base.frozen[owner[a]] & ~base.frozen[owner[b]] & (owner[a] != owner[b])
    edge = int(np.flatnonzero(free)[0])
    here = Members(service_grids=(grid(state, int(a[edge])),))
    return Move(id="c", members=here, to=Area("committees", state.committee_ids[owner[b[edge]]]))


def _story(state: State) -> list[Event]:
    """One of each kind, each possible after those before it."""
    edge = int(borders(state)[-1])
    gone, kept = grid(state, int(state.base.a[edge])), grid(state, int(state.base.b[edge]))
    first = done(state, some_move(state))[0]
    merged = done(first, Merge(id="m", layer="service_grids", areas=(gone,), into=kept))[0]
    large = merged.grid_ids[int(merged.grid_households.argmax())]
    cells = merged.cells_of("service_grids", merged.find(Area("service_grids", large)) or 0)
    half = tuple({building(state, int(c)) for c in cells[: len(cells) // 2]})
    split = Split(id="s", area=Area("service_grids", large), parts=(Members(buildings=half),))
    after = done(merged, split)[0]
    return [
        some_move(state),
        Merge(id="m", layer="service_grids", areas=(gone,), into=kept),
        split,
        _across_committees(after),
        Renumber(id="r", area=Area("service_grids", kept), new_id="G-new"),
        Rename(id="n", committee_id=state.committee_ids[0], name="新名社区"),
    ]


def _told(base: Base, frozen: dict[str, gpd.GeoDataFrame]) -> tuple[State, Shown]:
    state, shown = start(base), first_shown(base, frozen)
    for event in _story(state):
        state = done(state, event)[0]
        shown = shown.then(state)
    return state, shown


def _values(frame: Any, name: str) -> list[Any]:
    return [None if pd.isna(v) else v for v in frame[name].astype(object)]


def test_layers_say_what_freezing_would(base: Base, frozen: dict[str, gpd.GeoDataFrame]) -> None:
    state, shown = _told(base, frozen)
    wanted = assembled(state).layers
    for layer in ("buildings", *AREAS):
        mine, theirs = shown.layers[layer], wanted[layer]
        assert list(mine.columns) == list(frozen[layer].columns)
        assert str(mine.crs) == str(frozen[layer].crs)
        keys = [k for k in KEYS[layer] if k in mine]
        order = [f.assign(part=0 if "part" not in f else f["part"].fillna(0).astype(int)) for f in
                 (mine, theirs)]  # fmt: skip
        mine, theirs = (f.sort_values(keys, ignore_index=True) for f in order)
        for name in set(theirs.columns) - APART - {"code", "area_m2"}:
            assert _values(mine, name) == _values(theirs, name), (layer, name)
        if "area_m2" in theirs:
            off = (mine["area_m2"].astype(float) - theirs["area_m2"].astype(float)).abs()
            assert (off < 0.05 * theirs["area_m2"].astype(float) + 30).all(), layer
    codes = shown.layers["service_grids"]["code"]
    assert codes.notna().all()
    assert codes.is_unique


def test_layers_are_coverages_that_fit_each_other(
    base: Base, frozen: dict[str, gpd.GeoDataFrame]
) -> None:
    _, shown = _told(base, frozen)
    grids, committees = (shown.layers[x] for x in ("service_grids", "committees"))
    for frame in (grids, committees):
        shapes = np.asarray(frame.geometry.array, dtype=object)
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
    before = frozen["service_grids"].geometry.area.sum()
    assert abs(grids.geometry.area.sum() - before) < 0.05
    for name, polygon in zip(committees["committee_id"], committees.geometry, strict=True):
        own = grids.geometry[grids["committee_id"] == name]
        assert polygon.symmetric_difference(shapely.union_all(own)).area < 0.01
    for field in ("service_grid_id", "committee_id"):
        assert set(shown.layers["buildings"][field]) <= set(
            (grids if field == "service_grid_id" else committees)[field]
        )


def test_what_an_edit_leaves_alone_is_the_same_object(
    base: Base, frozen: dict[str, gpd.GeoDataFrame]
) -> None:
    state = start(base)
    shown = first_shown(base, frozen)
    assert shown.layers is frozen
    after = shown.then(done(state, some_move(state))[0])
    old = {id(g) for g in frozen["service_grids"].geometry}
    new = {id(g) for g in after.layers["service_grids"].geometry}
    assert 2 <= len(new - old) < len(new)
    assert len(after.layers["buildings"]) == len(frozen["buildings"])
