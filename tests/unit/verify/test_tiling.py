"""Invariant 2: grids tile their committee, committees their office; clean polygons."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from shapely import Polygon, box

from tests.proposals import CRS, Paper, draw, town
from tests.unit.verify.rules import checked, codes, failing, reason, rules


def test_a_gap_between_grids() -> None:
    paper = town()
    paper.reshape("service_grids", "a", box(0, 0, 199, 100))
    report = checked(paper)
    assert "grids-tile-committee" in failing(report)
    assert "check-gap" in codes(report, "grids-tile-committee")
    gap = report.check("grids-tile-committee").findings[0].geometry
    assert gap is not None
    assert gap.area == pytest.approx(100)


def test_an_overlap_between_grids() -> None:
    paper = town()
    paper.reshape("service_grids", "a", box(0, 0, 201, 100))
    report = checked(paper)
    assert "check-overlap" in codes(report, "shared-vertices")
    assert "check-outside-parent" in codes(report, "grids-tile-committee")


def test_a_missing_vertex_on_a_shared_boundary() -> None:
    paper = town()
    outline = paper.shape("service_grids", "d")
    nodes = [p for p in outline.exterior.coords[:-1] if p != (100.0, 100.0)]
    assert len(nodes) < len(outline.exterior.coords) - 1
    paper.reshape("service_grids", "d", Polygon(nodes))
    report = checked(paper)
    assert failing(report) == {"shared-vertices"}
    assert codes(report, "shared-vertices") == {"check-vertices-differ"}


@pytest.mark.parametrize("away", [0.001, 0.015])
def test_a_seam_that_is_open_by_a_hair(away: float) -> None:
    paper = town()
    outline = paper.shape("service_grids", "d")
    nodes = [(x + away, y + away) if (x, y) == (100.0, 100.0) else (x, y)
             for x, y in outline.exterior.coords[:-1]]  # fmt: skip
    assert nodes != outline.exterior.coords[:-1]
    paper.reshape("service_grids", "d", Polygon(nodes))
    report = checked(paper)
    assert failing(report) == {"shared-vertices"}
    assert codes(report, "shared-vertices") == {"check-vertices-differ"}


def test_committees_leave_part_of_the_office() -> None:
    paper = town()
    paper.reshape(
        "street_offices",
        "S1",
        shapely.union(paper.shape("street_offices", "S1"), box(-50, 0, 0, 100)),
    )
    assert "check-gap" in codes(checked(paper), "committees-tile-office")


def test_two_centimetres_are_rounding_between_levels() -> None:
    paper = town()
    paper.reshape("street_offices", "S2", shapely.box(200, 100, 600, 200.009))
    report = checked(paper)
    assert "committees-tile-office" not in failing(report)


@pytest.mark.parametrize(
    "shape",
    [
        None,
        Polygon(),
        Polygon([(0, 0), (200, 100), (200, 0), (0, 100)]),
        shapely.LineString([(0, 0), (1, 1)]),
    ],
)
def test_what_is_no_polygon(shape: shapely.Geometry | None) -> None:
    paper = town()
    paper.reshape("service_grids", "a", shape)
    assert "area-geometry" in failing(checked(paper))


def test_a_grid_in_two_pieces() -> None:
    paper = draw(
        ["aba", "cca"],
        [[110, 220, 50], [110, 110, 60]],
        {"a": "C1", "b": "C1", "c": "C1"},
        {"C1": "S1"},
    )
    report = checked(paper, rules(600, 700))
    assert "one-polygon" in failing(report)
    assert codes(report, "one-polygon") == {"check-in-pieces"}


def _islands(code: str | None) -> Paper:
    """An island of 60 households off the coast; its grid reaches over the water."""
    paper = draw(
        ["aa.a", "bb.."],
        [[80, 80, 0, 60], [110, 110, 0, 0]],
        {"a": "C1", "b": "C1"},
        {"C1": "S1"},
        band=(400, 500),
    )
    if code is not None:
        reason(paper, "service_grids", "a", code, total=60, lower=200, upper=250)
        reason(paper, "committees", "C1", code)
    return paper


def test_land_in_pieces_needs_a_reason() -> None:
    assert checked(_islands("island")).ok
    report = checked(_islands(None))
    assert failing(report) == {"one-polygon"}
    assert codes(report, "one-polygon") == {"check-pieces-without-reason"}


def _with_grid_a(shape: Polygon) -> Paper:
    """Grid a becomes ``shape``; its neighbour d gives way, so that the tiling stays exact."""
    paper = town()
    whole = shapely.union(paper.shape("service_grids", "a"), paper.shape("service_grids", "d"))
    paper.reshape("service_grids", "a", shape)
    paper.reshape("service_grids", "d", shapely.difference(whole, shape))
    return paper


def test_a_spike() -> None:
    spike = Polygon(
        [(0, 0), (200, 0), (200, 100), (100, 100), (99.98, 160), (99.96, 100), (0, 100)]
    )
    report = checked(_with_grid_a(spike))
    assert codes(report, "no-slivers") == {"check-thread"}
    finding = report.check("no-slivers").findings[0]
    assert finding.feature_id == "a"
    assert finding.params["length_m"] == pytest.approx(60, abs=2)


def test_a_sharp_corner_is_no_spike() -> None:
    corner = Polygon([(0, 0), (200, 0), (200, 100), (110, 100), (100, 150), (90, 100), (0, 100)])
    assert checked(_with_grid_a(corner)).ok


def test_a_sliver() -> None:
    paper = town()
    thin = box(0, 99.5, 200, 100)
    paper.reshape("service_grids", "a", shapely.MultiPolygon([box(0, 0, 200, 99), thin]))
    report = checked(paper)
    assert "check-sliver" in codes(report, "no-slivers")


def test_a_building_outside_its_grid() -> None:
    paper = town()
    paper.set("buildings", "B00", geometry=box(230, 30, 270, 70))
    report = checked(paper)
    assert failing(report) == {"buildings-inside"}
    assert report.check("buildings-inside").findings[0].feature_id == "B00"


def test_a_building_mostly_inside_its_grid_is_inside() -> None:
    paper = town()
    # The representative point of this crescent lies in the next grid; most of it does not.
    paper.set("buildings", "B10", geometry=box(80, 60, 120, 180))
    assert paper.shape("buildings", "B10").intersection(paper.shape("service_grids", "d")).area > (
        0.5 * 40 * 120
    )
    assert checked(paper).ok


def test_of_buildings_that_overlap_what_is_their_own_decides() -> None:
    paper = town()
    # Most of this building lies in the next grid, but there others stand on the same ground.
    paper.set("buildings", "B00", geometry=box(130, 30, 290, 70))
    assert failing(checked(paper)) == {"buildings-inside"}
    paper.set("buildings", "B10", geometry=box(180, 20, 300, 80))
    report = checked(paper)
    assert "B00" not in {f.feature_id for f in report.check("buildings-inside").findings}


def test_of_a_building_over_the_edge_of_the_city_what_is_in_the_city_counts() -> None:
    paper = town()
    paper.set("buildings", "B00", geometry=box(-90, 30, 10, 70))
    assert checked(paper).ok


def test_a_building_wholly_off_the_land_belongs_to_the_grid_beside_it() -> None:
    paper = town()
    paper.set("buildings", "B00", geometry=box(-90, 30, -1, 70))
    assert checked(paper).ok
    paper.set("buildings", "B00", geometry=box(401, 30, 490, 70))
    assert failing(checked(paper)) == {"buildings-inside"}


def test_a_building_cut_in_several_stands_where_its_largest_piece_stands() -> None:
    paper = town()
    a, b = (paper.shape("service_grids", g) for g in ("a", "b"))
    long = box(160, 40, 280, 45)
    assert long.intersection(b).area > long.intersection(a).area > 0
    paper.set("buildings", "B00", geometry=long)
    assert failing(checked(paper)) == {"buildings-inside"}


def _wall(*lines: shapely.Geometry, kind: str = "railway", crossable: object = False) -> Paper:
    paper = town()
    paper.extra["barriers"] = gpd.GeoDataFrame(
        {"kind": [kind] * len(lines), "crossable": [crossable] * len(lines)},
        geometry=list(lines),
        crs=CRS,
    )
    return paper


ACROSS = shapely.LineString([(100, -10), (100, 100)])
"""Cuts grid a (and nothing of grid d above it): committee C1 stays connected round the end."""


def test_a_barrier_through_a_grid() -> None:
    report = checked(_wall(ACROSS))
    assert failing(report) == {"barriers-respected"}
    assert report.check("barriers-respected").findings[0].code == "check-barrier-crossed"


@pytest.mark.parametrize(
    "paper",
    [
        _wall(ACROSS, crossable=True),
        _wall(ACROSS, kind="road", crossable=None),
        _wall(shapely.LineString([(100, -10), (100, 90)])),
        _wall(shapely.LineString([(0, 100), (600, 100)])),
    ],
)
def test_barriers_that_part_nothing(paper: Paper) -> None:
    report = checked(paper)
    assert report.ok
    assert report.check("barriers-respected").outcome == "pass"


def test_a_barrier_is_crossed_where_one_side_cannot_stand_alone() -> None:
    """C1 is cut into 110 + 330: neither fits 200-250, so a grid may reach across."""
    paper = draw(
        ["aabb"],
        [[110, 110, 110, 110]],
        {"a": "C1", "b": "C1"},
        {"C1": "S1"},
        band=(400, 500),
    )
    wall = gpd.GeoDataFrame(
        {"kind": ["river"], "crossable": [False]},
        geometry=[shapely.LineString([(100, -10), (100, 110)])],
        crs=CRS,
    )
    paper.extra["barriers"] = wall
    assert codes(checked(paper), "barriers-respected") == {"check-barrier-without-reason"}
    reason(paper, "service_grids", "a", "barrier", total=110, lower=200, upper=250)
    assert checked(paper).ok
