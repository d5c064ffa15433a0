"""Street offices and committees: exact coverages, every decision reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from redistrict.repair import repair
from tests.unit.repair.towns import (
    PROFILE,
    box,
    building,
    codes,
    committee,
    office,
    only,
    poly,
    shapes,
    survey,
)


def areas(out, layer="street_offices", field="street_office_id") -> dict[str, float]:
    frame = out.layers[layer]
    return dict(zip(frame[field], frame.geometry.area.round(3), strict=True))


def test_a_clean_coverage_is_left_as_it_is() -> None:
    clean = survey([office("A", box(0, 0, 500, 500)), office("B", box(500, 0, 900, 500))])
    out, findings = repair(clean, PROFILE)
    assert findings == []
    assert areas(out) == {"A": 250_000, "B": 200_000}


@pytest.mark.parametrize("order", [1, -1])
def test_an_overlap_goes_to_the_longest_border(order: int) -> None:
    # the tongue of B inside A borders B's undisputed land along 10 m and A's along 110 m
    tongue = poly(
        (500, 0), (900, 0), (900, 500), (500, 500), (500, 210), (450, 210), (450, 200), (500, 200)
    )
    rows = [office("A", box(0, 0, 500, 500)), office("B", tongue)][::order]
    out, findings = repair(survey(rows), PROFILE)
    found = only(findings, "topology-overlap")
    assert found.params == {"area_m2": 500.0, "between": found.params["between"], "given_to": "A"}
    assert sorted(found.params["between"]) == ["A", "B"]
    assert found.geometry is not None
    assert found.geometry.area == pytest.approx(500.0)
    assert areas(out) == {"A": 250_000, "B": 200_000}
    assert shapely.coverage_is_valid(shapes(out, "street_offices"))


def test_an_area_inside_another_keeps_its_land() -> None:
    rows = [office("big", box(0, 0, 1000, 1000)), office("town", box(400, 400, 600, 600))]
    out, findings = repair(survey(rows), PROFILE)
    assert areas(out) == {"big": 960_000, "town": 40_000}
    assert only(findings, "topology-overlap").params["given_to"] == "town"


def test_the_same_area_twice_leaves_one_and_an_error() -> None:
    rows = [office("A", box(0, 0, 500, 500)), office("A2", box(0, 0, 500, 500))]
    out, findings = repair(survey(rows), PROFILE)
    assert len(out.layers["street_offices"]) == 1
    lost = only(findings, "area-lost")
    assert lost.severity == "error"
    assert lost.rows == 1


def test_a_sliver_between_two_is_filled_and_a_lake_is_left() -> None:
    lake = [(100, 100), (100, 200), (200, 200), (200, 100)]
    a = poly((0, 0), (500, 0), (500, 500), (0, 500), holes=[lake])
    b = poly(
        (500, 0), (900, 0), (900, 500), (500, 500), (500, 400), (504, 390), (504, 110), (500, 100)
    )
    out, findings = repair(survey([office("A", a), office("B", b)]), PROFILE)
    assert codes(findings) == ["topology-gap", "topology-hole"]
    gap = only(findings, "topology-gap")
    assert gap.params["area_m2"] == pytest.approx(4 * 290, abs=0.1)
    assert only(findings, "topology-hole").params["area_m2"] == pytest.approx(10_000)
    union = shapely.union_all(shapes(out, "street_offices"))
    assert union.area == pytest.approx(900 * 500 - 10_000)
    assert len(union.interiors) == 1


def test_tiny_changes_are_counted_in_one_finding() -> None:
    teeth = [(500.0, 0.0), (900.0, 0.0), (900.0, 500.0), (500.0, 500.0)]
    for y in range(480, 0, -40):
        teeth += [(500.0, y + 10.0), (499.5, y + 5.0), (500.0, float(y))]
    out, findings = repair(
        survey([office("A", box(0, 0, 500, 500)), office("B", poly(*teeth))]), PROFILE
    )
    (found,) = findings
    assert found.code == "topology-overlap-small"
    assert found.params["count"] == 12
    assert found.params["area_m2"] == pytest.approx(12 * 2.5, abs=0.01)
    assert shapely.coverage_is_valid(shapes(out, "street_offices"))


def test_a_sliver_cut_off_from_its_own_area_goes_to_its_neighbour() -> None:
    # A's thin finger reaches across B's land; what lies beyond B is cut off from A
    a = poly((0, 0), (400, 0), (400, 200), (610, 200), (610, 204), (400, 204), (400, 500), (0, 500))
    b = box(400, 0, 600, 500)
    c = poly(
        (600, 0), (900, 0), (900, 500), (600, 500), (600, 204), (610, 204), (610, 200), (600, 200)
    )
    out, findings = repair(survey([office("A", a), office("B", b), office("C", c)]), PROFILE)
    assert only(findings, "topology-overlap").params["given_to"] == "B"
    assert only(findings, "topology-fragment").params == {
        "area_m2": 40.0,
        "between": ["A"],
        "given_to": "C",
    }
    assert areas(out) == {"A": 200_000, "B": 100_000, "C": 150_000}


def test_an_island_of_its_own_stays_an_island() -> None:
    island = shapely.union_all([box(0, 0, 500, 500), box(2000, 0, 2005, 30)])
    out, findings = repair(survey([office("A", island)]), PROFILE)
    assert findings == []
    assert len(shapely.get_parts(shapes(out, "street_offices")[0])) == 2


OFFICES = [office("A", box(0, 0, 500, 500)), office("B", box(500, 0, 1000, 500))]


def test_committees_share_every_vertex_with_their_offices() -> None:
    rows = [
        committee("a1", box(0, 0, 500, 200)),
        committee("a2", box(0, 200, 500, 500)),
        committee("b1", box(500, 0, 1000, 300)),
        committee("b2", box(500, 300, 1000, 500)),
    ]
    out, findings = repair(survey(OFFICES, committees=rows), PROFILE)
    assert findings == []
    committees = out.layers["committees"]
    for name, office_shape in zip(
        out.layers["street_offices"]["street_office_id"], shapes(out, "street_offices"), strict=True
    ):
        mine = np.array(committees.geometry[committees["street_office_id"] == name], dtype=object)
        dissolved = shapely.normalize(shapely.coverage_union_all(mine))
        # every corner of a committee on the office's line is a vertex of the office too
        assert set(map(tuple, shapely.get_coordinates(dissolved))) == set(
            map(tuple, shapely.get_coordinates(office_shape))
        )


def test_a_straddling_committee_belongs_to_the_stated_office_else_to_the_larger_part() -> None:
    across = box(300, 0, 600, 500)
    for stated, home in ((None, "A"), ("A", "A"), ("B", "B"), ("nowhere", "A")):
        rows = [committee("c", across, stated)]
        out, findings = repair(survey(OFFICES, committees=rows), PROFILE)
        committees = out.layers["committees"]
        assert committees["street_office_id"].tolist() == [home]
        assert committees.geometry.area.iloc[0] == pytest.approx(100_000 if home == "A" else 50_000)
        cut = only(findings, "committee-straddles-offices")
        assert cut.params["street_office_id"] == ("B" if home == "A" else "A")
        assert ("committee-office-unknown" in codes(findings)) == (stated == "nowhere")


def test_an_office_holding_none_of_a_committee_is_not_its_office() -> None:
    rows = [committee("a", box(0, 0, 500, 500), "B"), committee("b", box(500, 0, 1000, 500), "B")]
    out, findings = repair(survey(OFFICES, committees=rows), PROFILE)
    assert out.layers["committees"]["street_office_id"].tolist() == ["A", "B"]
    assert only(findings, "committee-office-contradicted").feature_id == "a"


def test_committee_land_outside_every_office_is_cut_and_a_committee_outside_is_dropped() -> None:
    rows = [committee("a", box(-50, 0, 500, 500)), committee("far", box(5000, 0, 5500, 500))]
    out, findings = repair(survey(OFFICES, committees=rows), PROFILE)
    assert out.layers["committees"]["committee_id"].tolist() == ["a"]
    assert only(findings, "committee-outside-offices").params["area_m2"] == pytest.approx(25_000)
    assert only(findings, "committee-outside-every-office").rows == 1
    bare = only(findings, "office-land-without-committee")
    assert (bare.layer, bare.feature_id) == ("street_offices", "B")
    assert bare.params["area_m2"] == pytest.approx(250_000)


def test_a_committee_drawn_short_of_the_office_line_reaches_it() -> None:
    rows = [committee("a", box(2, 2, 500, 498)), committee("b", box(500, 0, 1000, 500))]
    out, findings = repair(survey(OFFICES, committees=rows), PROFILE)
    assert codes(findings) == ["topology-gap"]
    assert out.layers["committees"].geometry.area.tolist() == pytest.approx([250_000, 250_000])


def test_committees_of_different_offices_never_trade_land() -> None:
    rows = [committee("a", box(0, 0, 505, 500), "A"), committee("b", box(495, 0, 1000, 500), "B")]
    out, findings = repair(survey(OFFICES, [building("x", 10, 10)], committees=rows), PROFILE)
    assert codes(findings) == ["committee-straddles-offices"] * 2
    assert out.layers["committees"].geometry.area.tolist() == pytest.approx([250_000, 250_000])


def test_specks_of_an_office_are_dropped_and_reported() -> None:
    both = shapely.union_all([box(0, 0, 500, 500), box(510, 0, 510.4, 20)])
    given = [
        office("A", both),
        office("B", box(600, 0, 900, 500)),
        office("C", box(950, 0, 950.6, 90)),
    ]
    out, findings = repair(survey(given), PROFILE)
    assert areas(out) == {"A": 250_000, "B": 150_000}
    found = [f for f in findings if f.code == "office-speck"]
    assert [(f.feature_id, f.params["count"], f.rows) for f in found] == [("A", 1, 0), ("C", 1, 1)]
    assert shapely.equals(
        shapely.union_all([f.geometry for f in found[:1]]), box(510, 0, 510.4, 20)
    )


def test_an_islet_wide_enough_for_a_building_stays() -> None:
    both = shapely.union_all([box(0, 0, 500, 500), box(510, 0, 512, 20)])
    out, findings = repair(survey([office("A", both)]), PROFILE)
    assert areas(out) == {"A": 250_040}
    assert not [f for f in findings if f.code == "office-speck"]


@pytest.mark.parametrize(
    "tip",
    [
        ((500, 200), (560, 200.15), (500, 200.3)),
        ((500, 200), (560, 200), (560, 200.3), (500, 200.3)),
    ],
)
def test_a_spike_of_an_office_goes_to_whom_it_reaches_into(tip: Any) -> None:
    spiked = poly((0, 0), (500, 0), *tip, (500, 500), (0, 500))
    out, findings = repair(survey([office("A", spiked)]), PROFILE)
    assert areas(out)["A"] == pytest.approx(250_000, abs=1)
    assert only(findings, "office-needle").action == "part-dropped"
    beside = box(500, 0, 900, 500).difference(spiked)
    out, findings = repair(survey([office("A", spiked), office("B", beside)]), PROFILE)
    assert areas(out) == pytest.approx({"A": 250_000, "B": 200_000}, abs=1)
    assert only(findings, "office-needle").action == "given-to-neighbour"
