"""Part 1, written from its abstract test suite (OGC 17-069r4, Annex A): core, GeoJSON."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import shapely
import shapely.geometry
from fastapi.testclient import TestClient

from api.ogc.conformance import CLASSES
from tests.api.folder import CREATED, PLANNER, TOKEN, FolderSource, app

GEOJSON = "application/geo+json"


def linked(document: dict[str, Any], rel: str, kind: str | None = None) -> list[str]:
    return [
        str(one["href"])
        for one in document["links"]
        if one["rel"] == rel and (kind is None or one["type"].startswith(kind))
    ]


def ask(client: TestClient, path: str, **query: Any) -> dict[str, Any]:
    answer = client.get(path, params={k.replace("_", "-"): v for k, v in query.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(client: TestClient, path: str, query: str) -> str:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    return answer.json()["code"]


def test_landing_page_leads_everywhere(shown: TestClient) -> None:
    """A.2.2: service-desc or service-doc, conformance, data; each answers with its type."""
    document = ask(shown, "/ogc/")
    for rel in ("self", "alternate", "service-desc", "service-doc", "conformance", "data"):
        (href, *_) = linked(document, rel)
        assert shown.get(href).status_code == 200
    (api,) = linked(document, "service-desc")
    assert shown.get(api).headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"


def test_conformance_names_the_classes(shown: TestClient) -> None:
    """A.2.4."""
    assert ask(shown, "/ogc/conformance")["conformsTo"] == list(CLASSES)


def test_collections_are_complete_and_equal_to_their_own_documents(
    shown: TestClient, source: FolderSource
) -> None:
    """A.2.5, A.2.6: ids, links, extent and items of every collection; the list is complete."""
    document = ask(shown, "/ogc/collections")
    assert linked(document, "self")
    assert linked(document, "alternate", "text/html")
    listed = {one["id"]: one for one in document["collections"]}
    wanted = {f"{p.id}.{name}" for p in source.proposals(PLANNER) for name in p.layers}
    assert set(listed) == wanted
    for name, one in listed.items():
        own = ask(shown, f"/ogc/collections/{name}")
        assert own == one
        assert linked(own, "items", GEOJSON)
        assert linked(own, "items", "text/html")
        assert own["extent"]["temporal"]["interval"] == [["2026-03-01T08:00:00Z", None]]
        assert own["itemType"] == "feature"


def test_every_feature_lies_in_the_extent_of_its_collection(shown: TestClient) -> None:
    for one in ask(shown, "/ogc/collections")["collections"]:
        spatial = one["extent"].get("spatial")
        features = ask(shown, f"/ogc/collections/{one['id']}/items", limit=10000)["features"]
        placed = [shapely.geometry.shape(f["geometry"]) for f in features if f["geometry"]]
        if not placed:
            assert spatial is None
            continue
        west, south, east, north = spatial["bbox"][0]
        box = shapely.total_bounds(placed)
        assert west <= box[0] <= box[2] <= east
        assert south <= box[1] <= box[3] <= north


def test_items_have_the_counts_the_links_and_the_type(shown: TestClient) -> None:
    """A.2.7: timeStamp, numberMatched, numberReturned, self, alternate."""
    answer = shown.get("/ogc/collections/city.buildings/items")
    assert answer.headers["content-type"] == GEOJSON
    document = answer.json()
    assert document["type"] == "FeatureCollection"
    assert document["numberReturned"] == len(document["features"]) == 100
    assert document["numberMatched"] == 121
    assert abs(datetime.fromisoformat(document["timeStamp"]).timestamp() - time.time()) < 60
    for rel in ("self", "alternate", "next"):
        assert len(linked(document, rel)) == 1
    assert linked(document, "prev") == []


def test_pages_walked_by_next_and_back_by_prev_hold_each_feature_once(shown: TestClient) -> None:
    for query in ("", "&filter=households%20%3E%2010"):
        href = f"/ogc/collections/city.buildings/items?limit=17{query}"
        seen: list[str] = []
        pages: list[str] = []
        while href:
            document = ask_url(shown, href)
            seen += [f["id"] for f in document["features"]]
            pages.append(href)
            (href,) = linked(document, "next") or [""]
        assert len(seen) == len(set(seen)) == document["numberMatched"]
        assert len(pages) == -(-len(seen) // 17)
        (back,) = linked(document, "prev")
        first = ask_url(shown, pages[-2])["features"]
        assert ask_url(shown, back)["features"] == first


def ask_url(client: TestClient, href: str) -> dict[str, Any]:
    answer = client.get(href)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(("limit", "returned"), [(1, 1), (121, 121), (10_000, 121), (999_999, 121)])
def test_limit(shown: TestClient, limit: int, returned: int) -> None:
    """A.2.7 limit: at most so many; more than the maximum is brought down to it."""
    document = ask(shown, "/ogc/collections/city.buildings/items", limit=limit)
    assert document["numberReturned"] == returned


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=-1", "limit=abc", "limit=", "limit=1.5", "limit=1&limit=2",
        "offset=-1", "offset=x",
        "bbox=1,2,3", "bbox=1,2,3,x", "bbox=1,2,3,4,5", "bbox=1,2,nan,4", "bbox=1,2,inf,4",
        "bbox=0,5,1,4", "bbox=",
        "datetime=yesterday", "datetime=2026-13-01", "datetime=../..", "datetime=/",
        "datetime=2026-01-02/2026-01-01", "datetime=2026-01-01/2026-01-02/2026-01-03",
        "f=xml", "f=", "crs=http://example.com/none", "bbox-crs=x", "filter-crs=x",
        "filter-lang=cql-text&filter=true", "filter=(", "households=many",
    ],
)  # fmt: skip
def test_invalid_parameters_are_400(shown: TestClient, query: str) -> None:
    """7.6: parameters with invalid values."""
    refused(shown, "/ogc/collections/city.buildings/items", query)


@pytest.mark.parametrize(
    "path",
    ["/ogc/", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/city.buildings",
     "/ogc/collections/city.buildings/queryables", "/ogc/collections/city.buildings/items",
     "/ogc/collections/city.buildings/items/{first}"],
)  # fmt: skip
def test_unknown_parameters_are_400_everywhere(shown: TestClient, path: str) -> None:
    """7.6: parameters that are not in the API definition."""
    first = ask(shown, "/ogc/collections/city.buildings/items", limit=1)["features"][0]["id"]
    assert refused(shown, path.format(first=first), "unknown=1") == "unknown-parameter"


@pytest.mark.parametrize(
    "path",
    ["nowhere.buildings", "city.nothing", "city", "town.buildings.x", "city.buildings/items/none"],
)
def test_what_is_not_there_is_404(shown: TestClient, path: str) -> None:
    assert shown.get(f"/ogc/collections/{path}").status_code == 404


def test_bbox_chooses_what_meets_it(shown: TestClient) -> None:
    """A.2.7 bbox: exactly the features whose geometry meets the box."""
    path = "/ogc/collections/city.buildings/items"
    everything = ask(shown, path, limit=10000)["features"]
    shapes = {f["id"]: shapely.geometry.shape(f["geometry"]) for f in everything}
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    middle = (west, south, (west + east) / 2, (south + north) / 2)
    box = shapely.box(*middle)
    found = ask(shown, path, limit=10000, bbox=",".join(map(repr, map(float, middle))))
    wanted = {name for name, shape in shapes.items() if shape.intersects(box)}
    assert 0 < len(wanted) < len(shapes)
    assert {f["id"] for f in found["features"]} == wanted
    world = ask(shown, path, bbox="-180,-90,180,90")
    assert world["numberMatched"] == len(shapes)
    assert ask(shown, path, bbox="170,-90,-170,90")["numberMatched"] == 0  # antimeridian
    assert ask(shown, path, bbox="100,-90,-170,90")["numberMatched"] == len(shapes)
    assert ask(shown, path, bbox="100,0,0,140,60,9")["numberMatched"] == len(shapes)


def test_datetime_chooses_what_is_valid_then(shown: TestClient) -> None:
    """A.2.7 datetime: features hold from the proposal's creation on."""
    path = "/ogc/collections/city.committees/items"
    every = ask(shown, path)["numberMatched"]
    before = (CREATED - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    at = CREATED.strftime("%Y-%m-%dT%H:%M:%SZ")
    cases = {
        before: 0, f"../{before}": 0, f"2020-01-01T00:00:00Z/{before}": 0,
        at: every, f"{at}/..": every, f"../{at}": every, f"/{at}": every, f"{at}/": every,
        "2026-03-01": every, "2026-02-28": 0, "2030-01-01T00:00:00+08:00": every,
    }  # fmt: skip
    assert {k: ask(shown, path, datetime=k)["numberMatched"] for k in cases} == cases


def test_a_feature_by_its_id_is_that_of_the_collection(shown: TestClient) -> None:
    """A.2.8."""
    for one in ask(shown, "/ogc/collections")["collections"]:
        path = f"/ogc/collections/{one['id']}/items"
        for listed in ask(shown, path, limit=3)["features"]:
            answer = shown.get(f"{path}/{listed['id']}")
            assert answer.status_code == 200
            assert answer.headers["content-type"] == GEOJSON
            own = answer.json()
            for rel in ("self", "alternate", "collection"):
                assert linked(own, rel)
            assert {k: own[k] for k in listed} == listed


def test_a_feature_is_not_sent_twice(shown: TestClient, source: FolderSource) -> None:
    first = shown.get("/ogc/collections/town.committees/items/SO0-N0")
    again = {"If-None-Match": first.headers["etag"]}
    answer = shown.get("/ogc/collections/town.committees/items/SO0-N0", headers=again)
    assert (answer.status_code, answer.content) == (304, b"")
    source.revisions["town"] = 1
    answer = shown.get("/ogc/collections/town.committees/items/SO0-N0", headers=again)
    assert answer.status_code == 200


def test_geojson_is_rfc_7946(shown: TestClient) -> None:
    """A.3: valid GeoJSON; shells counter-clockwise, longitude first."""
    for feature in ask(shown, "/ogc/collections/city.committees/items")["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.is_valid
        parts = shapely.get_parts(shape)
        assert all(shapely.is_ccw(shapely.get_exterior_ring(p)) for p in parts)
        assert 73 < shape.centroid.x < 136


def test_who_may_not_see_a_proposal_finds_nothing_of_it(source: FolderSource) -> None:
    public = TestClient(app(source))
    listed = {c["id"] for c in ask(public, "/ogc/collections")["collections"]}
    assert listed
    assert all(name.startswith("city.") for name in listed)
    for path in ("town.buildings", "town.buildings/items", "town.buildings/queryables"):
        assert public.get(f"/ogc/collections/{path}").status_code == 404
    assert public.get("/ogc/?token=wrong").status_code == 401


def test_links_carry_the_token_of_the_query_and_no_other(source: FolderSource) -> None:
    client = TestClient(app(source))
    waiting, seen = [f"/ogc/?token={TOKEN}"], set[str]()
    while waiting:
        href = waiting.pop()
        where = urlsplit(href)
        pattern = f"{where.path}?{sorted(parse_qs(where.query))}"
        if pattern in seen or len(seen) > 60:
            continue
        seen.add(pattern)
        answer = client.get(href)
        assert answer.status_code == 200, href
        if "json" not in answer.headers["content-type"]:
            continue
        document = answer.json()
        for holder in (document, *document.get("collections", [])):
            for one in holder.get("links", []):
                assert parse_qs(urlsplit(one["href"]).query)["token"] == [TOKEN]
                waiting.append(one["href"])
    assert any("/items" in s for s in seen)
    header = TestClient(app(source), headers={"Authorization": f"Bearer {TOKEN}"})
    assert TOKEN not in header.get("/ogc/collections").text
