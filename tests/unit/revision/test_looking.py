"""Looking at a revision: redrawn polygons, comparison, places."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely

from redistrict.revision import (
    Merge,
    State,
    at_point,
    compare,
    of_address,
    of_building,
    redraw,
)
from redistrict.revision.answer import totals
from tests.unit.revision.asking import area, borders, building, done, grid, some_move


def _polygons(state: State) -> dict[str, shapely.Geometry]:
    """Of the state: the base's, with what `redraw` says laid over them."""
    layer = state.base.workings.layers["service_grids"]
    known = dict(zip(layer["service_grid_id"], layer.geometry, strict=True))
    found = redraw(state)
    known = {name: g for name, g in known.items() if name not in found.gone}
    ids = found.service_grids["service_grid_id"]
    return known | dict(zip(ids, found.service_grids.geometry, strict=True))


def test_redrawn_areas_and_the_rest_are_one_coverage(state: State) -> None:
    whole = state.base.workings.layers["service_grids"].geometry.area.sum()
    assert not len(redraw(state).service_grids)
    for pick in range(0, len(borders(state)), 40):
        after, answer = done(state, some_move(state, pick=pick))
        if [b for b in answer.breaks if b.code in ("pieces", "barrier")]:
            continue
        shapes = np.array(list(_polygons(after).values()), dtype=object)
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
        assert abs(shapely.area(shapes).sum() - whole) < 0.01


def test_moved_buildings_stand_in_the_polygon_of_their_new_grid(state: State) -> None:
    frame = state.base.workings.cells.frame
    for pick in range(0, len(borders(state)), 60):
        after, answer = done(state, some_move(state, pick=pick))
        shapes = _polygons(after)
        for cell in answer.changed_cells.tolist():
            footprint = frame["footprint"].iloc[cell]
            inside = shapely.intersection(shapes[grid(after, cell)], footprint).area
            assert inside > 0.5 * footprint.area


def test_a_merged_grid_is_gone_and_the_other_is_both(state: State) -> None:
    edge = int(borders(state)[0])
    gone, kept = grid(state, int(state.base.a[edge])), grid(state, int(state.base.b[edge]))
    after, _ = done(state, Merge(id="m", layer="service_grids", areas=(gone,), into=kept))
    found = redraw(after)
    assert found.gone == (gone,)
    layer = state.base.workings.layers["service_grids"].set_index("service_grid_id").geometry
    new = found.service_grids.set_index("service_grid_id").geometry[kept]
    assert abs(new.area - layer[gone].area - layer[kept].area) < 0.01


def test_comparison_says_who_moves(state: State) -> None:
    after, answer = done(state, some_move(state))
    found = compare(state, after)
    assert found.households_moved == answer.households
    assert found.moves["building_id"].nunique() == answer.buildings
    assert set(found.areas["service_grids"]) == {
        m.id for c in answer.changes if c.layer == "service_grids" and (m := c.after or c.before)
    }
    assert found.totals == (totals(state), totals(after))
    table = found.correspondence["service_grids"]
    assert table["households"].sum() == state.households
    giver = found.moves["from_service_grid_id"].iloc[0]
    parts = {x for f, x in zip(table["from_id"], table["extent"], strict=True) if f == giver}
    assert parts == {"part"}
    assert set(found.correspondence["committees"]["extent"]) == {"whole"}
    back = compare(after, state)
    assert back.households_moved == found.households_moved
    assert not len(compare(after, after).moves)


def test_places(state: State) -> None:
    base = state.base
    back = pyproj.Transformer.from_crs(base.workings.working_crs, 4326, always_xy=True)
    after, answer = done(state, some_move(state))
    cell = int(answer.changed_cells[0])
    inner = base.workings.cells.frame.geometry.iloc[cell].representative_point()
    for now in (state, after):
        place = at_point(now, *back.transform(inner.x, inner.y))
        assert place is not None
        assert place.service_grid_id == grid(now, cell)
        assert place in of_building(now, building(now, cell))
    assert at_point(state, 0.0, 0.0) is None
    assert at_point(state, float("nan"), 1e300) is None
    assert of_building(state, "nobody") == ()


def test_addresses(state: State) -> None:
    known = state.base.addresses
    assert known, "the test city has addresses"
    name, address = known[len(known) // 2]
    found = of_address(state, f" {address} ")
    assert name in {p.building_id for p in found if p.address == address}
    assert found[0].address == address
    assert of_address(state, "") == ()
    assert of_address(state, "不存在的地址\x00") == ()
    assert area("service_grids", found[0].service_grid_id).id in state.index("service_grids")
