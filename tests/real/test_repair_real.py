"""Repair on real maps: hand-traced Beijing, Japanese wards, Shinagawa, Vologda."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from redistrict.model.errors import SurveyError
from redistrict.model.survey import Survey
from redistrict.repair import repair
from redistrict.repair.areas import clean_areas
from tests.real.places import need
from tests.unit.repair.towns import PROFILE, building, codes, frame, office, survey

pytestmark = pytest.mark.real


def shapes(frame_: gpd.GeoDataFrame) -> np.ndarray:
    return np.array(frame_.geometry.array, dtype=object)


def folder(path: Path) -> Survey:
    """The layers of a folder in a metric CRS, as the survey stage would hand them over."""
    layers: dict[str, gpd.GeoDataFrame] = {}
    for file in sorted(path.iterdir()):
        read = gpd.read_parquet if file.suffix == ".parquet" else gpd.read_file
        layers[file.stem] = read(file)
    crs = layers["street_offices"].estimate_utm_crs()
    metric = {k: v.to_crs(crs).reset_index(drop=True) for k, v in layers.items()}
    return Survey(metric, "EPSG:4326", crs.to_string(), "0")


def test_beijing_becomes_a_coverage_with_every_change_reported() -> None:
    given = gpd.read_file(need("beijing_street_offices.geojson"))
    given = given.rename(columns={"code": "street_office_id"}).to_crs("EPSG:4548")
    before = shapes(given)
    assert not shapely.coverage_is_valid(before)
    out, findings = clean_areas(given, "street_offices", "street_office_id")
    after = shapes(out)
    assert len(out) == len(given) == 343
    assert shapely.coverage_is_valid(after)
    assert shapely.is_valid(after).all()
    # no sliver hole is left between neighbours (the rest are inlets of the outer line)
    assert all(len(p.interiors) == 0 for p in shapely.get_parts(shapely.coverage_union_all(after)))
    amount = {
        kind: sum(f.params["area_m2"] for f in findings if f.code.startswith(f"topology-{kind}"))
        for kind in ("overlap", "gap", "fragment")
    }
    change = shapely.area(after).sum() - shapely.area(before).sum()
    assert change == pytest.approx(amount["gap"] - amount["overlap"], abs=50.0)
    assert abs(change) < 2e-6 * shapely.area(before).sum()
    pairs = {tuple(sorted(f.params["between"])) for f in findings if f.code == "topology-overlap"}
    assert len(pairs) > 30
    # every office keeps all but a trifle of its land
    kept = shapely.area(shapely.intersection(before, after)) / shapely.area(before)
    assert kept.min() > 0.99
    # and the row order is of no matter
    again, _ = clean_areas(given[::-1].reset_index(drop=True), "street_offices", "street_office_id")
    assert shapely.equals_exact(shapes(again)[::-1], after).all()


def test_tottori_polygons_as_committees() -> None:
    path = need("tottori_chome_h27_raw_sjis.zip")
    given = gpd.read_file(path, encoding="cp932").to_crs("EPSG:6673")
    assert (~given.geometry.is_valid).sum() == 1
    given = given.rename(columns={"MOJI": "name"})
    key = "KEY_CODE" if "KEY_CODE" in given else "KIHON1"
    given["committee_id"] = given["CITY"].astype(str) + given[key].astype(str)
    repeated = int(given["committee_id"].duplicated().sum())
    assert repeated > 0
    given["street_office_id"] = None
    given = given[["committee_id", "street_office_id", "CITY", "geometry"]]
    towns = given.assign(geometry=given.geometry.make_valid()).dissolve("CITY").reset_index()
    offices = [office(str(c), g) for c, g in zip(towns["CITY"], towns.geometry, strict=True)]
    spot = given.geometry.iloc[0].representative_point().buffer(5)
    made = survey(offices, [({"building_id": "b", "households": 1}, spot)])
    layers = {k: v.set_crs("EPSG:6673", allow_override=True) for k, v in made.layers.items()}
    made = Survey({**layers, "committees": given}, "EPSG:6673", "EPSG:6673", "0")
    out, findings = repair(made, PROFILE)
    committees = out.layers["committees"]
    assert shapely.coverage_is_valid(shapes(committees))
    assert "geometry-invalid" in codes(findings)
    assert sum(f.code in ("id-renamed", "row-duplicate") for f in findings) > 0
    reported = sum(f.rows for f in findings if f.layer == "committees")
    assert len(given) == len(committees) + reported
    assert committees["committee_id"].is_unique
    land = shapes(out.layers["street_offices"])
    assert shapely.area(shapes(committees)).sum() == pytest.approx(
        shapely.area(land).sum(), rel=1e-6
    )


@pytest.mark.parametrize("name", ["yashio", "vologda", "shinagawa"])
def test_real_cities_keep_every_building(name: str) -> None:
    given = folder(need(name))
    out, findings = repair(given, PROFILE)
    buildings = out.layers["buildings"]
    dropped = sum(f.rows for f in findings if f.layer == "buildings")
    assert len(given.layers["buildings"]) == len(buildings) + dropped
    assert dropped == 0
    assert buildings["households"].sum() == given.layers["buildings"]["households"].sum()
    assert buildings["street_office_id"].notna().all()
    assert shapely.coverage_is_valid(shapes(out.layers["street_offices"]))
    if "committees" in out.layers:
        assert buildings["committee_id"].notna().all()
        home = out.layers["committees"].set_index("committee_id")["street_office_id"]
        assert (buildings["committee_id"].map(home) == buildings["street_office_id"]).all()
        assert shapely.coverage_is_valid(shapes(out.layers["committees"]))


def test_the_star_of_the_hostile_collection_is_refused() -> None:
    star = gpd.read_file(need("hostile/reproducers/make_valid_star_501.geojson")).to_crs(
        "EPSG:4549"
    )
    made = survey([office("A", star.geometry.iloc[0])], [building("b", 0, 0)])
    made = made.with_layers(buildings=frame([building("b", 0, 0)]))
    with pytest.raises(SurveyError) as refused:
        repair(made, PROFILE)
    assert refused.value.findings[0].code == "processing-limit"
