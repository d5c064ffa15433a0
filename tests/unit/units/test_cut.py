"""What becomes of buildings, barriers, frozen committees and empty land."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from redistrict.model.cells import CROSSABLE, NO_BARRIER, UNCROSSABLE
from redistrict.model.profile import GridRule
from redistrict.units.plots import plot_count
from tests.unit.units.town import assert_tiles, box, cell, edge, made, profile, shapes_of, town

SQUARE = {"SO": box(0, 0, 100, 100)}
FOUR = [
    ("a", box(10, 10, 30, 30), 5),
    ("b", box(70, 10, 90, 30), 6),
    ("c", box(10, 70, 30, 90), 7),
    ("d", box(70, 70, 90, 90), 8),
]


def test_cells_meet_midway() -> None:
    survey = town(FOUR, SQUARE)
    cells, findings = made(survey)
    assert findings == []
    assert_tiles(cells, survey)
    assert [
        cell(cells, n).symmetric_difference(q).area
        for n, q in (
            ("a", box(0, 0, 50, 50)),
            ("b", box(50, 0, 100, 50)),
            ("c", box(0, 50, 50, 100)),
            ("d", box(50, 50, 100, 100)),
        )
    ] == pytest.approx([0, 0, 0, 0], abs=50.0)  # half a metre along two sides of 50 m
    length, barrier = edge(cells, "a", "b") or (0.0, -1)
    assert length == pytest.approx(50, abs=0.5)
    assert barrier == NO_BARRIER


def test_rail_cuts_and_closes() -> None:
    rail = shapely.LineString([(40, -10), (40, 110)])
    survey = town(FOUR, SQUARE, [(rail, False)])
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    assert not shapely.crosses(rail, shapes_of(cells)).any()
    assert (edge(cells, "a", "b") or (0, -1))[1] == UNCROSSABLE
    assert (edge(cells, "a", "c") or (0, -1))[1] == NO_BARRIER
    assert cells.frame["piece"].nunique() == 2


def test_road_is_noted_and_cuts_nothing() -> None:
    road = shapely.LineString([(47, 0), (47, 100)])
    survey = town(FOUR, SQUARE, [(road, True)])
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    assert (edge(cells, "a", "b") or (0, -1))[1] == CROSSABLE
    assert (edge(cells, "a", "c") or (0, -1))[1] == NO_BARRIER
    assert cells.frame["piece"].nunique() == 1


def test_dangling_rail_closes_but_leaves_a_way_round() -> None:
    rail = shapely.LineString([(50, -10), (50, 52)])
    survey = town(FOUR, SQUARE, [(rail, False)])
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    assert (edge(cells, "a", "b") or (0, -1))[1] == UNCROSSABLE
    assert (edge(cells, "c", "d") or (0, -1))[1] == NO_BARRIER
    assert cells.frame["piece"].nunique() == 1


def test_dangling_rail_runs_between_cells_and_through_none() -> None:
    # Midway between the walls lies x = 50: the rail cuts a strip off what is nearest to "a".
    rail = shapely.LineString([(42, -10), (42, 70)])
    survey = town(FOUR, SQUARE, [(rail, False)])
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    inner = shapely.buffer(shapes_of(cells), -0.1)
    through = shapely.length(shapely.intersection(shapely.LineString([(42, 0), (42, 50)]), inner))
    assert through == pytest.approx(np.zeros(4), abs=0.01)
    assert cell(cells, "a").bounds[2] == pytest.approx(42, abs=0.01)
    assert cells.frame["piece"].nunique() == 1


def test_a_river_that_ends_does_not_carry_a_building_to_the_other_bank() -> None:
    river = box(38, -5, 44, 60)
    survey = town(FOUR, SQUARE, [(river, False)])
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    assert cell(cells, "a").bounds[2] <= 44
    assert (edge(cells, "a", "b") or (0, -1))[1] == UNCROSSABLE


def test_what_stands_in_the_river_has_the_water_around_it() -> None:
    river = box(40, -5, 60, 105)
    pier = box(45, 40, 55, 70)
    survey = town([*FOUR, ("pier", pier, 0)], SQUARE, [(river, False)])
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    assert cell(cells, "pier").intersection(pier).area > 0.9 * pier.area


def test_buildings_on_one_spot_have_one_ground() -> None:
    block = box(40, 40, 60, 60)
    inner = box(42, 42, 58, 50)
    beside = box(59, 40, 80, 60)
    survey = town([("a", block, 5), ("b", inner, 0), ("c", beside, 6)], SQUARE)
    cells, _ = made(survey)
    ground = dict(zip(cells.frame["building_id"], cells.frame["ground"], strict=True))
    assert ground["a"] == ground["b"] != ground["c"]


def test_rail_that_stops_short_of_the_line_is_drawn_on() -> None:
    rail = shapely.LineString([(40, 1.5), (40, 99)])
    cells, _ = made(town(FOUR, SQUARE, [(rail, False)]))
    assert cells.frame["piece"].nunique() == 2


def test_river_is_shared_to_its_midline() -> None:
    river = box(40, -5, 60, 105)
    survey = town(FOUR, SQUARE, [(river, False)])
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    assert cell(cells, "a").bounds[2] == pytest.approx(50, abs=1.0)
    assert cell(cells, "b").bounds[0] == pytest.approx(50, abs=1.0)
    assert (edge(cells, "a", "b") or (0, -1))[1] == UNCROSSABLE
    # along one bank the land is open, the water is not
    assert (edge(cells, "a", "c") or (0, -1))[1] == NO_BARRIER


def test_two_tracks_leave_no_thread_and_no_bridge() -> None:
    tracks = [(shapely.LineString([(x, -1), (x, 101)]), False) for x in (48, 52)]
    survey = town(FOUR, SQUARE, tracks)
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    assert (edge(cells, "a", "b") or (0, -1))[1] == UNCROSSABLE
    assert cell(cells, "a").bounds[2] == pytest.approx(50, abs=1.0)


def test_island_in_the_river_without_building() -> None:
    river = shapely.Polygon(box(30, -5, 70, 105).exterior, [box(45, 40, 55, 60).exterior])
    buildings = [("a", box(5, 5, 20, 20), 5), ("b", box(80, 80, 95, 95), 5)]
    survey = town(buildings, SQUARE, [(river, False)])
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    assert (shapely.get_type_id(shapes_of(cells)) == 3).all()


def test_frozen_committee_is_exactly_its_land() -> None:
    frozen = box(0, 0, 40, 100)
    committees = [
        {"committee_id": "F", "frozen_reason": "利益分配", "geometry": frozen},
        {"committee_id": "G", "geometry": box(40, 0, 100, 100)},
    ]
    # b stands across the frozen boundary but belongs to G
    buildings = [*FOUR, ("e", box(35, 45, 55, 55), 3)]
    survey = town(buildings, SQUARE, committees=committees)
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    own = (cells.frame["committee_id"] == "F").to_numpy()
    land = shapely.union_all(shapes_of(cells)[own])
    assert land.symmetric_difference(frozen).area < 0.1
    assert cells.frame["frozen"].to_numpy().tolist() == own.tolist()
    between = own[cells.a] != own[cells.b]
    assert between.any()
    assert (cells.barrier[between] == UNCROSSABLE).all()


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param(("x", box(10, 10, 30, 30), 1), id="the same footprint"),
        pytest.param(("x", box(15, 15, 25, 25), 1), id="wholly inside"),
        pytest.param(("x", box(20, 20, 45, 45), 1), id="overlapping"),
        pytest.param(("x", box(30, 10, 50, 30), 1), id="sharing a wall"),
        pytest.param(("x", box(90, 40, 130, 60), 1), id="poking over the office line"),
        pytest.param(("x", box(60, 60, 95, 95), 1), id="around another one"),
        pytest.param(
            ("x", shapely.Polygon(box(2, 2, 48, 48).exterior, [box(5, 5, 40, 40).exterior]), 1),
            id="courtyard block around another",
        ),
        pytest.param(
            ("x", shapely.MultiPolygon([box(40, 40, 45, 45), box(50, 40, 60, 60)]), 1),
            id="in two parts",
        ),
    ],
)
def test_every_footprint_gets_a_cell(extra: tuple[str, shapely.Geometry, int]) -> None:
    survey = town([*FOUR, extra], SQUARE)
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    assert sorted(cells.frame["building_id"]) == ["a", "b", "c", "d", "x"]
    assert (shapely.get_type_id(shapes_of(cells)) == 3).all()
    assert cells.frame["piece"].nunique() == 1


def test_many_buildings_on_one_spot() -> None:
    same = [(f"p{i}", box(50, 50, 50.5, 50.5), 1) for i in range(12)]
    survey = town([*FOUR, *same], SQUARE)
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    assert len(cells) == 16
    assert (shapely.get_type_id(shapes_of(cells)) == 3).all()


def test_building_off_its_land_is_told() -> None:
    offices = {"A": box(0, 0, 50, 100), "B": box(50, 0, 100, 100)}
    survey = town(FOUR, offices, columns={"street_office_id": ["A", "B", "A", "A"]})
    cells, findings = made(survey)
    assert_tiles(cells, survey)
    assert [(f.code, f.feature_id) for f in findings] == [("building-off-its-land", "d")]
    (told,) = findings
    assert told.params == {"building": "d", "street_office": "A", "committee": "—"}
    assert (told.severity, told.clause, told.action, told.rows) == (
        "warning",
        "6.5",
        "nearest-land",
        0,
    )
    assert cell(cells, "d").within(offices["A"].buffer(0.01))


def test_many_buildings_off_their_land_share_a_spot() -> None:
    offices = {"A": box(0, 0, 50, 100), "B": box(50, 0, 100, 100)}
    far = [(f"f{i}", box(70 + i, 40, 71 + i, 41), 1) for i in range(9)]
    survey = town([*FOUR, *far], offices, columns={"street_office_id": ["A", "B"] * 2 + ["A"] * 9})
    cells, findings = made(survey)
    assert_tiles(cells, survey)
    assert len(findings) == 9
    assert cells.frame["stage"].tolist() == [None] * 13


def test_open_land_that_a_frozen_committee_cuts_off_is_a_cell_of_its_own() -> None:
    offices = {"A": box(-40, 0, 300, 100)}
    wall = {"committee_id": "F", "frozen_reason": "x", "geometry": box(0, 0, 200, 100)}
    beyond = ("far", box(240, 40, 260, 60), 10)
    survey = town([*FOUR, beyond], offices, committees=[wall])
    cells, findings = made(survey)
    assert_tiles(cells, survey)
    assert [f.code for f in findings] == ["land-without-building"]
    assert cell(cells, "land:A").bounds == (-40, 0, 0, 100)
    assert cell(cells, "far").geom_type == "Polygon"


def test_office_without_building_is_land() -> None:
    offices = {"A": box(0, 0, 100, 100), "B": box(100, 0, 200, 100)}
    survey = town(FOUR, offices)
    cells, findings = made(survey)
    assert_tiles(cells, survey)
    assert [f.code for f in findings] == ["land-without-building"]
    row = cells.frame[cells.frame["building_id"] == "land:B"].iloc[0]
    assert (row["kind"], row["households"]) == ("land", 0)


def test_far_island_goes_with_the_nearest_cell() -> None:
    land = shapely.MultiPolygon([box(0, 0, 100, 100), box(120, 0, 140, 20)])
    survey = town(FOUR, {"SO": land})
    cells, findings = made(survey)
    assert_tiles(cells, survey)
    (told,) = findings
    assert (told.code, told.feature_id) == ("island-without-building", "SO")
    assert told.params == {"building": "b", "street_office": "SO", "area_m2": 400.0}
    assert (told.severity, told.clause, told.action, told.rows) == (
        "info",
        "6.5",
        "nearest-cell",
        0,
    )
    assert cell(cells, "b").geom_type == "MultiPolygon"
    assert cells.frame["piece"].nunique() == 1


def test_neighbouring_offices_share_vertices_and_no_edge() -> None:
    offices = {"A": box(0, 0, 50, 100), "B": box(50, 0, 100, 100)}
    many = [
        (f"{i}-{j}", box(7 * i + 2, 9 * j + 2, 7 * i + 6, 9 * j + 8), 2)
        for i in range(14)
        for j in range(11)
        if i != 7 or j % 2
    ]
    survey = town(many, offices)
    cells, _ = made(survey)
    assert_tiles(cells, survey)


def test_stairwells_of_a_large_building() -> None:
    slab = shapely.Polygon([(10, 40), (70, 52), (68, 62), (8, 50)])
    survey = town(
        [*FOUR, ("s", slab, 302)], SQUARE, columns={"stairwells": [None, None, None, None, 4]}
    )
    cells, findings = made(survey)
    assert findings == []
    assert_tiles(cells, survey)
    mine = cells.frame[cells.frame["building_id"] == "s"]
    assert mine["part"].tolist() == [1, 2, 3, 4]
    assert mine["households"].tolist() == [76, 76, 75, 75]
    footprint = shapely.union_all(np.asarray(mine["footprint"], dtype=object))
    assert footprint.symmetric_difference(slab).area < 1e-6
    at = mine.index.to_numpy()
    linked = set(zip(cells.a.tolist(), cells.b.tolist(), strict=True))
    assert all((int(i), int(i) + 1) in linked for i in at[:-1])


def test_large_building_without_stairwells() -> None:
    survey = town([*FOUR, ("s", box(40, 40, 60, 60), 302)], SQUARE)
    cells, findings = made(survey)
    assert [f.code for f in findings] == ["building-above-window"]
    assert (cells.frame["building_id"] == "s").sum() == 1
    cells, findings = made(survey, profile(assumed_stairwells=3))
    assert [f.code for f in findings] == ["stairwells-assumed"]
    assert (cells.frame["building_id"] == "s").sum() == 3


def test_parts_of_our_own_proposal_are_kept() -> None:
    halves = [("s", box(40, 40, 50, 60), 200), ("s", box(50, 40, 60, 60), 260)]
    survey = town([*FOUR, *halves], SQUARE, columns={"part": [0, 0, 0, 0, 1, 2]})
    cells, _ = made(survey)
    mine = cells.frame[cells.frame["building_id"] == "s"]
    assert mine["part"].tolist() == [1, 2]
    assert mine["households"].tolist() == [200, 260]


def _estate(**more: object) -> dict[str, object]:
    return {
        "estate_id": "E",
        "stage": "planned",
        "planned_households": 1000,
        "geometry": box(40, 0, 100, 60),
    } | more


def test_planned_estate_is_laid_out_as_plots() -> None:
    survey = town([FOUR[0], FOUR[2], FOUR[3]], SQUARE, estates=[_estate()])
    cells, findings = made(survey)
    assert findings == []
    assert_tiles(cells, survey)
    plots = cells.frame[cells.frame["kind"] == "planned_plot"]
    assert sorted(plots["building_id"]) == [f"plan:E:{n}" for n in range(1, 6)]
    assert plots["households"].tolist() == [200] * 5
    area = shapely.area(np.asarray(plots["footprint"], dtype=object))
    assert area == pytest.approx([720] * 5, rel=0.01)
    assert set(plots["stage"]) == {"planned"}


@pytest.mark.parametrize(
    ("households", "plots"), [(1000, 5), (685, 6), (450, 4), (9000, 45), (120, 1), (270, 2), (0, 0)]
)
def test_plots_make_whole_grids_where_any_fit(households: int, plots: int) -> None:
    rule = GridRule()
    assert plot_count(households, rule) == plots
    if households and -(-households // rule.upper) <= households // rule.lower:
        least = households // plots  # the lightest plot
        assert any(m * least >= rule.lower and m * -(-households // plots) <= rule.upper
                   for m in range(1, plots + 1))  # fmt: skip


def test_planned_estate_with_inhabitants_keeps_its_buildings() -> None:
    survey = town(FOUR, SQUARE, estates=[_estate()], columns={"estate_id": [None, "E", None, None]})
    cells, findings = made(survey)
    assert [f.code for f in findings] == ["estate-buildings-used"]
    assert (cells.frame["kind"] == "surveyed").all()


def test_planned_estate_in_two_offices_follows_the_land() -> None:
    offices = {"A": box(0, 0, 60, 100), "B": box(60, 0, 100, 100)}
    estate = _estate(geometry=box(40, 40, 80, 60), planned_households=900)
    survey = town([FOUR[0], FOUR[1]], offices, estates=[estate])
    cells, _ = made(survey)
    assert_tiles(cells, survey)
    plots = cells.frame[cells.frame["kind"] == "planned_plot"]
    assert plots.groupby("street_office_id")["households"].sum().to_dict() == {"A": 450, "B": 450}


def test_row_order_and_names_decide_nothing() -> None:
    names = {"a": "z", "b": "y", "c": "x", "d": "w"}
    one, _ = made(town(FOUR, SQUARE))
    other, _ = made(town([(names[n], g, h) for n, g, h in FOUR[::-1]], SQUARE))
    assert [names[n] for n in one.frame["building_id"]] == other.frame["building_id"].tolist()
    assert shapely.equals_exact(shapes_of(one), shapes_of(other), 0).all()
    assert one.a.tolist() == other.a.tolist()
    assert one.length.tolist() == other.length.tolist()
