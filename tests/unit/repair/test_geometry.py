"""Geometry: mended, dropped or refused, and always said so."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from redistrict.model.errors import SurveyError
from redistrict.repair import repair
from tests.unit.repair.towns import (
    EAST,
    NORTH,
    PROFILE,
    box,
    building,
    codes,
    office,
    only,
    poly,
    shapes,
    survey,
)

A = office("A", box(0, 0, 1000, 1000))


def star(points: int) -> shapely.Polygon:
    """A self-crossing star: every edge crosses almost every other."""
    turn = np.arange(points) * (points // 2) * 2 * math.pi / points
    return shapely.Polygon(np.c_[EAST + 500 + 400 * np.cos(turn), NORTH + 500 + 400 * np.sin(turn)])


def test_a_bow_tie_is_mended_and_reported() -> None:
    bow = poly((10, 10), (30, 30), (30, 10), (10, 30))
    out, findings = repair(survey([A], [({"building_id": "bow", "households": 5}, bow)]), PROFILE)
    found = only(findings, "geometry-invalid")
    assert found.feature_id == "bow"
    assert found.params["area_m2"] == pytest.approx(200.0)
    assert found.rows == 0
    assert shapely.is_valid(shapes(out, "buildings")).all()
    assert out.layers["buildings"]["households"].tolist() == [5]


def test_a_valid_shape_is_left_alone() -> None:
    out, findings = repair(survey([A], [building("b", 10, 10)]), PROFILE)
    assert findings == []
    assert shapely.equals_exact(shapes(out, "buildings")[0], box(10, 10, 20, 20))


def test_a_star_built_to_exhaust_us_is_refused_before_it_is_mended() -> None:
    hostile = survey([A], [({"building_id": "star", "households": 5}, star(501))])
    with pytest.raises(SurveyError) as refused:
        repair(hostile, PROFILE)
    (finding,) = refused.value.findings
    assert (finding.code, finding.layer, finding.feature_id) == (
        "processing-limit",
        "buildings",
        "star",
    )


def test_a_small_star_is_mended() -> None:
    out, findings = repair(
        survey([A], [({"building_id": "s", "households": 5}, star(31))]), PROFILE
    )
    assert codes(findings) == ["geometry-invalid"]
    assert shapely.is_valid(shapes(out, "buildings")).all()


def comb(teeth: int, upright: bool) -> shapely.Polygon:
    """A valid comb; two of them across one another cross teeth x teeth times."""
    xy = [(0.0, 0.0)]
    for i in range(teeth):
        xy += [(2 * i, 1000), (2 * i + 1, 1000), (2 * i + 1, 1), (2 * i + 2, 1)]
    xy += [(2.0 * teeth, 0.0)]
    xy_ = np.array(xy) * [500 / teeth, 1]
    return shapely.Polygon((xy_ if upright else xy_[:, ::-1]) + [EAST, NORTH])


@pytest.mark.parametrize("layer", ["street_offices", "buildings"])
def test_combs_across_one_another_are_refused(layer: str) -> None:
    if layer == "street_offices":
        hostile = survey([office("A", comb(400, True)), office("B", comb(400, False))])
    else:
        footprint = ({"building_id": "comb", "households": 1}, comb(400, False))
        hostile = survey([office("A", comb(400, True))], [footprint])
    with pytest.raises(SurveyError) as refused:
        repair(hostile, PROFILE)
    assert refused.value.findings[0].code == "processing-limit"
    assert refused.value.findings[0].layer == layer


def test_a_hundred_estates_on_every_building_are_refused() -> None:
    from redistrict.planar.shares import PiledTooHigh, shares

    footprints = np.array([box(i, 0, i + 1, 1) for i in range(1000)])
    layers = np.array([box(0, 0, 1000, 1000)] * 1100)
    with pytest.raises(PiledTooHigh):
        shares(footprints, layers)


def test_no_geometry_and_wrong_geometry_are_dropped_one_finding_each() -> None:
    line = shapely.LineString([(EAST, NORTH), (EAST + 5, NORTH)])
    rows = [
        building("kept", 10, 10),
        ({"building_id": "none", "households": 7}, None),
        ({"building_id": "empty", "households": 7}, shapely.Polygon()),
        ({"building_id": "line", "households": 7}, line),
    ]
    out, findings = repair(survey([A], rows), PROFILE)
    assert out.layers["buildings"]["building_id"].tolist() == ["kept"]
    assert {f.feature_id: f.code for f in findings} == {
        "none": "row-without-geometry",
        "empty": "row-without-geometry",
        "line": "row-of-other-geometry",
    }
    assert len(rows) == len(out.layers["buildings"]) + sum(f.rows for f in findings)


def test_what_is_no_polygon_in_a_collection_is_left_behind() -> None:
    mixed = shapely.GeometryCollection(
        [box(10, 10, 20, 20), shapely.Point(EAST, NORTH), box(30, 10, 40, 20)]
    )
    out, findings = repair(survey([A], [({"building_id": "m", "households": 1}, mixed)]), PROFILE)
    assert codes(findings) == ["geometry-leftover"]
    assert shapes(out, "buildings")[0].area == pytest.approx(200.0)


def test_a_bow_tie_without_area_is_dropped() -> None:
    flat = poly((10, 10), (20, 10), (30, 10))
    rows = [building("b", 50, 50), ({"building_id": "flat", "households": 1}, flat)]
    out, findings = repair(survey([A], rows), PROFILE)
    assert only(findings, "geometry-without-area").rows == 1
    assert len(out.layers["buildings"]) == 1


def test_points_become_squares_with_one_warning() -> None:
    points = [
        ({"building_id": str(i), "households": 3}, shapely.Point(EAST + 100 * i + 50, NORTH + 50))
        for i in range(3)
    ]
    out, findings = repair(survey([A], points), PROFILE)
    assert only(findings, "building-as-point").params["count"] == 3
    assert shapely.area(shapes(out, "buildings")).tolist() == pytest.approx([16.0] * 3)


def test_a_survey_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(SurveyError) as refused:
        repair(survey([A], [({"building_id": "b", "households": 1}, None)]), PROFILE)
    assert [f.code for f in refused.value.findings] == [
        "required-layer-empty",
        "row-without-geometry",
    ]


def test_barriers_keep_lines_and_lose_nothing_silently() -> None:
    line = shapely.LineString([(EAST, NORTH), (EAST + 500, NORTH)])
    rows = [
        ({"kind": "铁路"}, line),
        ({"kind": "河"}, box(0, 500, 9, 600)),
        ({"kind": "road"}, None),
    ]
    out, findings = repair(survey([A], barriers=rows), PROFILE)
    barriers = out.layers["barriers"]
    assert sorted(zip(barriers["kind"], barriers["crossable"], strict=True)) == [
        ("railway", False),
        ("river", False),
    ]
    assert only(findings, "row-without-geometry").layer == "barriers"
