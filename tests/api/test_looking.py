"""Totals that reconcile within one's rights, one area, two versions side by side, a search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.layers import Role
from tests.api.editing import a_move, opened, seen, send
from tests.api.test_proposals import adopt
from tests.api.test_revisions import adopted
from tests.api.world import OTHER, OWN, World
from tests.proposals import draw
from tests.unit.revision.asking import borders

SCOPED: tuple[tuple[Role, str, int], ...] = (
    ("city_bureau", "city", 3),
    ("planner", "city", 3),
    ("street_office", "street_office", 2),
    ("committee", "committee", 1),
)


@pytest.mark.parametrize(("role", "scope", "committees"), SCOPED)
def test_totals_add_up_in_every_scope(
    world: World, role: Role, scope: str, committees: int
) -> None:
    told = seen(world, f"{world.proposal}/totals", role).json()
    assert (told["scope"], told["reconciled"], told["differences"]) == (scope, True, [])
    assert told["indicators"]["committees"] == len(told["committees"]) == committees
    parts = told["street_offices"] if scope != "committee" else told["committees"]
    for figure in ("households", "buildings", "service_grids"):
        assert sum(p[figure] for p in parts) == told["indicators"][figure] > 0
    for office in told["street_offices"]:
        own = [c for c in told["committees"] if c["street_office_id"] == office["street_office_id"]]
        assert sum(c["households"] for c in own) == office["households"]
    if scope != "city":
        city = seen(world, f"{world.proposal}/totals").json()
        own = {c["committee_id"]: c for c in told["committees"]}
        assert own.items() <= {c["committee_id"]: c for c in city["committees"]}.items()
    assert world.client.get(f"/api/proposals/{world.proposal}/totals").status_code == 401


def test_totals_that_do_not_add_up_are_said(world: World) -> None:
    paper = draw(["ab"], [[30, 47]], {"a": "C1", "b": "C1"}, {"C1": "S1"})
    paper.layers["committees"]["households"] += 1
    told = seen(world, f"{world.keep(paper)}/totals").json()
    assert not told["reconciled"]
    assert {(d["layer"], d["id"], d["below"]) for d in told["differences"]} >= {
        ("committees", "C1", "service_grids"),
        ("committees", "C1", "buildings"),
    }


def test_one_area_with_what_lies_in_it(world: World) -> None:
    path = f"{world.proposal}/areas"
    told = seen(world, f"{path}/committees/C1").json()
    assert (told["reconciled"], told["indicators"]["committees"]) == (True, 1)
    assert {g["committee_id"] for g in told["within"]} == {"C1"}
    grid = seen(world, f"{path}/service_grids/{told['within'][0]['service_grid_id']}").json()
    assert sum(b["households"] for b in grid["within"]) == grid["properties"]["households"]
    office = seen(world, f"{path}/street_offices/{OWN}", "street_office").json()
    assert office["indicators"]["households"] == office["properties"]["households"]
    hidden: tuple[tuple[Role, str], ...] = (
        ("street_office", f"street_offices/{OTHER}"),
        ("committee", "committees/C3"),
        ("public", "committees/C1"),
        ("planner", "committees/?"),
    )
    for role, missing in hidden:
        assert seen(world, f"{path}/{missing}", role).status_code == 404
    adopt(world)
    shown = seen(world, f"{path}/committees/C1", "public").json()
    assert (shown["indicators"], shown["reconciled"]) == (None, None)
    assert all("households" not in row for row in (shown["properties"], *shown["within"]))
    assert shown["within"][0]["households_band"] == "200-249"


def test_two_revisions_side_by_side(world: World, proposal: str, folder: Path) -> None:
    state = opened(folder)
    first = send(world, proposal, a_move(folder), 0).json()
    sent = send(world, proposal, a_move(folder, len(borders(state)) - 1), 1)
    assert sent.status_code == 201, sent.text
    told = seen(world, f"{proposal}@0/compare/{proposal}@1").json()
    assert (told["households"], told["buildings"]) == (first["households"], first["buildings"])
    assert sum(m["households"] for m in told["movers"]) == first["households"]
    by_grid = told["moves"]["service_grid_id"]
    assert sum(m["households"] for m in by_grid) == first["households"]
    changed = {c["before"]["id"] for c in first["changes"] if c["layer"] == "service_grids"}
    measured = {a["id"]: a for a in told["areas"]["service_grids"]}
    assert {i for i, a in measured.items() if "households" in a["after"]} == changed
    figures = told["figures"]["households_in_window"]
    assert figures["change"] == figures["after"] - figures["before"]
    assert told["figures"]["households"]["change"] == 0
    back = seen(world, f"{proposal}@1/compare/{proposal}@0", limit=1).json()
    assert len(back["movers"]) == 1
    assert back["households"] == told["households"]
    none = seen(world, f"{proposal}@1/compare/{proposal}@1").json()
    assert (none["households"], none["areas"]) == (
        0, {"street_offices": [], "committees": [], "service_grids": []},
    )  # fmt: skip


def test_who_leaves_ones_area_is_told_to_it(world: World) -> None:
    path = f"{world.proposal}/compare/{world.other_proposal}"
    city = seen(world, path).json()
    own = seen(world, path, "committee").json()
    assert city["moves"]["committee_id"] == own["moves"]["committee_id"]
    assert own["moves"]["committee_id"] == [
        {"before": "C2", "after": "C1", "households": 110, "buildings": 1}
    ]
    assert own["areas"]["committees"] == [a for a in city["areas"]["committees"] if a["id"] == "C1"]
    assert seen(world, path, "public").status_code == 401


def test_search_within_ones_own(world: World, proposal: str, folder: Path) -> None:
    state = opened(folder)
    name, address = state.base.addresses[0]
    label = state.base.building.index[name]
    cell = int(state.base.building.cells(label)[0])
    grid = state.grid_ids[state.grid[cell]]

    def found(q: str, role: Role = "planner") -> list[dict[str, Any]]:
        answer = seen(world, f"{proposal}/search", role, q=q)
        assert answer.status_code == 200, answer.text
        return answer.json()

    hit = next(f for f in found(address) if f["id"] == name)
    assert (hit["kind"], hit["service_grid_id"], hit["text"]) == ("address", grid, address)
    assert state.base.to_working.transform(hit["lon"], hit["lat"])[0] == pytest.approx(
        state.base.workings.cells.frame["footprint"].iloc[cell].centroid.x, abs=100
    )
    assert found(name)[0]["kind"] == "buildings"
    assert found(grid)[0] | {"lon": 0, "lat": 0} == {
        "kind": "service_grids", "id": grid, "text": grid, "service_grid_id": grid,
        "committee_id": state.committee_ids[state.committee[state.grid[cell]]],
        "street_office_id": state.base.office.ids[state.base.office.of[cell]], "lon": 0, "lat": 0,
    }  # fmt: skip
    code = world.service.proposals.whole(proposal, "service_grids")["code"].iloc[0]
    assert found(code)[0]["kind"] == "service_grids"
    assert found("没有这样的东西") == []
    assert seen(world, f"{proposal}/search", "public", q=grid).status_code == 404
    office = state.base.office.ids[state.base.office.of[cell]]
    adopted(world, proposal, office)
    told = found(address, "public")
    assert [(f["kind"], f["id"], f["service_grid_id"], f["lon"]) for f in told] == [
        ("address", None, grid, None)
    ]
    assert found(address[:-1], "public") == []
    assert found(name, "public") == []
    assert found(grid, "public")[0]["id"] == grid
