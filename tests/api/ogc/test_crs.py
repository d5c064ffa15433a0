"""Part 2, written from its abstract test suite (OGC 18-058r1, Annex A)."""

from __future__ import annotations

import pyogrio
import pyproj
import pytest
import shapely
import shapely.geometry
from fastapi.testclient import TestClient

from api.ogc.crs import CRS84, EPSG, offered
from tests.api.folder import FolderSource
from tests.api.ogc.test_core import ask

ORDER = {CRS84: "lon", f"{EPSG}4326": "lat", f"{EPSG}4490": "lat", f"{EPSG}3857": "lon",
         f"{EPSG}4527": "lat"}  # fmt: skip
"""Which axis comes first: of the zone 4527 the northing."""
PATH = "/ogc/collections/city.buildings/items"


def test_collections_say_their_systems(shown: TestClient) -> None:
    """crs-uri, storageCrs: the list begins with the default and holds the storage CRS."""
    city = ask(shown, "/ogc/collections/city.buildings")
    assert set(city["crs"]) == set(ORDER)
    assert city["crs"][0] == CRS84
    assert city["storageCrs"] == f"{EPSG}4527"
    town = ask(shown, "/ogc/collections/town.buildings")
    assert town["storageCrs"] == f"{EPSG}4490"
    assert len(set(town["crs"])) == len(town["crs"]) == 4


@pytest.mark.parametrize("uri", ORDER)
def test_coordinates_come_in_the_system_and_its_axis_order(
    shown: TestClient, source: FolderSource, uri: str
) -> None:
    """fc-md-crs, crs-action: transformed, axes in order, Content-Crs in angle brackets."""
    for path in (PATH, f"{PATH}/{ask(shown, PATH, limit=1)['features'][0]['id']}"):
        answer = shown.get(path, params={"crs": uri})
        assert answer.headers["content-crs"] == f"<{uri}>"
    path = source.folders["city"] / "proposal.gpkg"
    stored = pyogrio.read_dataframe(path, layer="buildings").set_index("building_id")
    code = uri.replace(EPSG, "EPSG:").replace(CRS84, "OGC:CRS84")
    change = pyproj.Transformer.from_crs("EPSG:4527", code, always_xy=True)
    tolerance = 2e-7 if pyproj.CRS(code).is_geographic else 0.02
    for feature in ask(shown, PATH, crs=uri)["features"]:
        name = feature["properties"]["building_id"]
        given = shapely.geometry.shape(feature["geometry"]).centroid
        here = (given.y, given.x) if ORDER[uri] == "lat" else (given.x, given.y)
        rows = stored.loc[[name]].geometry
        near = [change.transform(p.x, p.y) for p in rows.centroid]
        assert min(abs(here[0] - x) + abs(here[1] - y) for x, y in near) < tolerance


def test_without_crs_it_is_crs84(shown: TestClient) -> None:
    answer = shown.get(PATH)
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    assert answer.json()["features"] == ask(shown, PATH, crs=CRS84)["features"]


@pytest.mark.parametrize("uri", ORDER)
def test_bbox_is_read_in_its_system_and_axis_order(shown: TestClient, uri: str) -> None:
    """bbox-crs: the same box in every system chooses the same features."""
    middle = _middle(shown, uri)
    by_box = ask(shown, PATH, limit=1000, bbox=middle, bbox_crs=uri)
    names = {f["id"] for f in by_box["features"]}
    reference = ask(shown, PATH, limit=1000, bbox=_middle(shown, f"{EPSG}4527"),
                    bbox_crs=f"{EPSG}4527")  # fmt: skip
    wanted = {f["id"] for f in reference["features"]}
    assert 0 < len(wanted) < 121
    # A box of degrees leans against one of metres: those at its edge may differ.
    assert len(names ^ wanted) <= 8
    outside = ask(shown, PATH, bbox="1,1,2,2", bbox_crs=uri)
    assert outside["numberMatched"] == 0


def _middle(shown: TestClient, uri: str) -> str:
    """The lower left quarter of the city, as a box in ``uri`` with its axes in order."""
    features = ask(shown, PATH, limit=1000, crs=uri)["features"]
    box = shapely.total_bounds([shapely.geometry.shape(f["geometry"]) for f in features])
    first, second, first_end, second_end = (float(v) for v in box)
    return f"{first},{second},{(first + first_end) / 2},{(second + second_end) / 2}"


def test_filters_read_geometries_in_filter_crs(shown: TestClient) -> None:
    counts: dict[str, int] = {}
    for uri in ORDER:
        text = f"S_INTERSECTS(geometry, BBOX({_middle(shown, uri)}))"
        counts[uri] = ask(shown, PATH, filter=text, filter_crs=uri)["numberMatched"]
    assert min(counts.values()) > 0
    assert max(counts.values()) - min(counts.values()) <= 8
    world = "S_WITHIN(geometry, POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90)))"
    assert ask(shown, PATH, filter=world)["numberMatched"] == 121


def test_links_of_pages_keep_the_system(shown: TestClient) -> None:
    document = ask(shown, PATH, crs=f"{EPSG}3857", limit=10)
    (following,) = [x["href"] for x in document["links"] if x["rel"] == "next"]
    assert shown.get(following).headers["content-crs"] == f"<{EPSG}3857>"


def test_a_survey_without_a_register_number_is_offered_without_its_own() -> None:
    wkt = pyproj.CRS.from_proj4("+proj=tmerc +lon_0=117.3 +x_0=500000 +ellps=GRS80").to_wkt()
    assert [c.uri for c in offered(wkt)] == [CRS84, *(f"{EPSG}{c}" for c in (4490, 4326, 3857))]
