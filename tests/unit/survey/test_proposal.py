"""Proposals are read through the same sandbox, ours and those drawn by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from redistrict.model.errors import ProposalError
from redistrict.survey import read, read_proposal
from tests.unit.survey import makers as m


def ours(folder: Path) -> Path:
    folder.mkdir(parents=True)
    path = folder / "proposal.gpkg"
    buildings = m.buildings(
        4,
        building_id=["a", "b", "b", "plan:E1:1"],
        part=[None, 1, 2, None],
        service_grid_id=["G1"] * 4,
        committee_id="C1",
        street_office_id="S1",
        previous_committee_id=["C0"] * 4,
        kind=["surveyed"] * 3 + ["planned_plot"],
    )
    area = {"committee_id": "C1", "street_office_id": "S1", "households": 86}
    grids = m.frame([{"service_grid_id": "G1", "within_window": False, **area}], [m.office()])
    rulings = m.frame(
        [{"estate_id": "E1", "street_office_id": "S1", "outcome": "decided", "basis": "more-land",
          "areas_m2": json.dumps({"S1": 12.5, "S2": 3}), "decided_by": "rule"}], [m.house(0)],
    )  # fmt: skip
    for name, layer in {
        "buildings": buildings,
        "service_grids": grids,
        "committees": m.frame([area | {"name": "安康"}], [m.office()]),
        "street_offices": m.offices(),
        "rulings": rulings,
        "estates": m.frame([{"estate_id": "E1", "stage": "planned"}], [m.house(3)]),
    }.items():
        m.write(layer, path, layer=name)
    (folder / "proposal.json").write_text('{"schema": "redistrict-proposal"}', encoding="utf-8")
    # geojson copies beside it are not read a second time
    m.write(grids, folder / "service_grids.geojson")
    return folder


def test_our_own_folder(tmp_path: Path) -> None:
    files = read_proposal(ours(tmp_path / "out"))
    assert files.manifest == {"schema": "redistrict-proposal"}
    assert files.crs == "EPSG:4490"
    assert files.working_crs == "EPSG:4548"
    assert list(files.layers["buildings"]["building_id"]) == ["a", "b", "b", "plan:E1:1"]
    parts = files.layers["buildings"]["part"]
    assert np.isnan(parts[0])
    assert list(parts[1:3]) == [1, 2]
    assert files.layers["buildings"]["households"].dtype == np.int64
    assert list(files.layers["service_grids"]["within_window"]) == [False]
    assert files.layers["rulings"]["areas_m2"][0] == {"S1": 12.5, "S2": 3.0}


def test_our_own_folder_is_a_survey_again(tmp_path: Path) -> None:
    survey, findings = read(ours(tmp_path / "out"))
    houses = survey.layers["buildings"]
    assert list(houses["building_id"]) == ["a", "b", "b"]
    assert list(houses["committee_id"]) == ["C1"] * 3  # not the previous one
    assert list(houses["service_grid_id"]) == ["G1"] * 3
    assert list(survey.tables["rulings"]["estate_id"]) == ["E1"]
    assert "estates" in survey.layers
    assert "planned-plots-left-out" in [f.code for f in findings]
    assert "columns-dropped" not in [f.code for f in findings]


def test_a_hand_drawn_geopackage_of_one_layer(tmp_path: Path) -> None:
    path = tmp_path / "drawn.gpkg"
    m.write(m.frame([{"SERVICE_GRID_ID": "g"}], [m.office()]), path, layer="网格")
    files = read_proposal(path)
    assert list(files.layers) == ["service_grids"]
    assert list(files.layers["service_grids"]["service_grid_id"]) == ["g"]
    assert files.manifest is None


def test_a_folder_of_geojson(tmp_path: Path) -> None:
    m.write(m.buildings(), tmp_path / "buildings.geojson")
    m.write(m.frame([{"committee_id": "C"}], [m.office()]), tmp_path / "committees.geojson")
    (tmp_path / "correspondence.csv").write_text("committee_id,households\nC,5\n")
    files = read_proposal(tmp_path)
    assert sorted(files.layers) == ["buildings", "committees"]
    assert list(files.tables["correspondence"]["households"]) == [5]


def test_what_is_no_proposal_is_refused(tmp_path: Path) -> None:
    m.write_offices(tmp_path)
    with pytest.raises(ProposalError, match="layer-missing"):
        read_proposal(tmp_path)
    with pytest.raises(ProposalError, match="source-missing"):
        read_proposal(tmp_path / "none")
    hostile = m.with_sql(m.geopackage(tmp_path / "g"), "CREATE VIEW v AS SELECT 1")
    with pytest.raises(ProposalError, match="database-content"):
        read_proposal(hostile)
