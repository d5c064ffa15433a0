"""Any sound map passes, and every random harm done to it is seen."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proposals import Paper, correspondence, draw
from tests.unit.verify.rules import checked, failing, rules

WIDE = rules(1, 10**6, (1, 10**6))
"""Windows that everything meets: the subject here is the map."""


def city(seed: int, width: int, height: int) -> Paper:
    """A random sound city: grids grown at random over squares, committees over grids."""
    rng = np.random.default_rng(seed)
    label = _grow(rng, width, height, int(rng.integers(2, 7)))
    letters = [[chr(97 + label[r][c]) for c in range(width)] for r in range(height)]
    committee = {x: f"C{int(rng.integers(0, 2))}" for row in letters for x in row}
    committee = _connected(letters, committee)
    households = rng.integers(1, 60, (height, width)).tolist()
    return draw(
        ["".join(row) for row in letters],
        households,
        committee,
        dict.fromkeys(committee.values(), "S1"),
        window=(1, 10**6),
        band=(1, 10**6),
    )


def _grow(rng: np.random.Generator, width: int, height: int, count: int) -> list[list[int]]:
    cells = [(r, c) for r in range(height) for c in range(width)]
    label = np.full((height, width), -1)
    for number, at in enumerate(rng.permutation(len(cells))[:count].tolist()):
        label[cells[at]] = number
    while (label < 0).any():
        for at in rng.permutation(len(cells)).tolist():
            r, c = cells[at]
            if label[r, c] < 0:
                near = [
                    label[i, j]
                    for i, j in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1))
                    if 0 <= i < height and 0 <= j < width and label[i, j] >= 0
                ]
                if near:
                    label[r, c] = near[int(rng.integers(len(near)))]
    return label.tolist()


def _connected(letters: list[list[str]], committee: dict[str, str]) -> dict[str, str]:
    """Every connected group of grids of one draw becomes a committee of its own."""
    height, width = len(letters), len(letters[0])
    near: dict[str, set[str]] = {x: set() for x in committee}
    for r in range(height):
        for c in range(width):
            for i, j in ((r + 1, c), (r, c + 1)):
                if i < height and j < width:
                    near[letters[r][c]].add(letters[i][j])
                    near[letters[i][j]].add(letters[r][c])
    result: dict[str, str] = {}
    for start in sorted(committee):
        if start not in result:
            queue, name = [start], f"C-{start}"
            while queue:
                x = queue.pop()
                if x not in result:
                    result[x] = name
                    queue += [y for y in near[x] if committee[y] == committee[start]]
    return result


CITIES = st.builds(city, st.integers(0, 10**6), st.integers(3, 6), st.integers(2, 5))


@settings(max_examples=25, deadline=None)
@given(CITIES)
def test_sound_cities_hold(paper: Paper) -> None:
    # A grid that encloses another is still one polygon, with a hole.
    assert failing(checked(paper, WIDE)) == set()


@settings(max_examples=25, deadline=None)
@given(CITIES, st.integers(0, 10**6))
def test_row_order_and_names_change_nothing(paper: Paper, seed: int) -> None:
    rng = np.random.default_rng(seed)

    def shuffled(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        mixed = frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
        for column in ("service_grid_id", "committee_id", "previous_committee_id"):
            if column in mixed:
                mixed[column] = [None if v is None else f"{v}′" for v in mixed[column]]
        return mixed

    other = replace(
        paper,
        buildings=shuffled(paper.buildings),
        service_grids=shuffled(paper.service_grids),
        committees=shuffled(paper.committees),
    )
    other.correspondence = correspondence(other.buildings)
    first, second = checked(paper, WIDE), checked(other, WIDE)
    assert [(c.name, c.outcome, c.count) for c in first.checks] == [
        (c.name, c.outcome, c.count) for c in second.checks
    ]


@settings(max_examples=25, deadline=None)
@given(CITIES, st.data())
def test_a_moved_household_is_seen(paper: Paper, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(paper.buildings) - 1))
    paper.buildings.loc[row, "households"] += data.draw(st.sampled_from([-1, 1, 7]))
    if paper.buildings.loc[row, "households"] >= 0:
        assert "households-of-grids" in failing(checked(paper, WIDE))


@settings(max_examples=25, deadline=None)
@given(CITIES, st.data())
def test_a_building_given_to_another_grid_is_seen(paper: Paper, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(paper.buildings) - 1))
    mine = paper.buildings.loc[row, "service_grid_id"]
    others = sorted(set(paper.service_grids["service_grid_id"]) - {mine})
    if others:
        paper.buildings.loc[row, "service_grid_id"] = data.draw(st.sampled_from(others))
        assert "buildings-inside" in failing(checked(paper, WIDE))


@settings(max_examples=25, deadline=None)
@given(CITIES, st.data(), st.sampled_from([-0.5, 0.5, -20.0, 20.0]))
def test_a_nudged_vertex_is_seen(paper: Paper, data: st.DataObject, by: float) -> None:
    grids = paper.service_grids
    row = data.draw(st.integers(0, len(grids) - 1))
    ring = np.array(grids.geometry.iloc[row].exterior.coords)[:-1]
    at = data.draw(st.integers(0, len(ring) - 1))
    ring[at] += [by, by / 2]
    grids.loc[row, "geometry"] = shapely.Polygon(ring)
    assert failing(checked(paper, WIDE)) & {"grids-tile-committee", "shared-vertices"}


@settings(max_examples=25, deadline=None)
@given(CITIES, st.data())
def test_a_building_twice_is_seen(paper: Paper, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(paper.buildings) - 1))
    again = paper.buildings.iloc[[row]]
    twice = gpd.GeoDataFrame(
        pd.concat([paper.buildings, again], ignore_index=True),
        geometry="geometry",
        crs=paper.buildings.crs,
    )
    assert "building-once" in failing(checked(replace(paper, buildings=twice), WIDE))


@settings(max_examples=25, deadline=None)
@given(CITIES, st.data())
def test_a_frozen_committee_that_changed_is_seen(paper: Paper, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(paper.committees) - 1))
    name = paper.committees.loc[row, "committee_id"]
    paper.committees["frozen_reason"] = None
    paper.set("committees", name, frozen_reason="暂缓")
    assert "frozen-households" not in failing(checked(paper, WIDE))
    at = data.draw(st.integers(0, len(paper.buildings) - 1))
    old = paper.buildings.loc[at, "previous_committee_id"]
    paper.buildings.loc[at, "previous_committee_id"] = "elsewhere" if old == name else name
    paper.correspondence = correspondence(paper.buildings)
    assert failing(checked(paper, WIDE)) == {"frozen-households"}
