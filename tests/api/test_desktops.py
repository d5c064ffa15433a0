"""OGC API, tiles and downloads of the service itself: rights, bands for the public, ``?token=``."""

from __future__ import annotations

import io
import math
import zipfile

import pytest

from tests.api.test_proposals import adopt
from tests.api.world import World

KINDS = ("gpkg", "geojson", "shapefile", "flatgeobuf", "xlsx", "csv")


def tile_of(world: World) -> str:
    """z/x/y of a tile of zoom 14 that the committees lie in."""
    frame = world.service.proposals.whole(world.proposal, "committees")
    place = frame.to_crs(3857).union_all().representative_point()
    side = 2 * math.pi * 6378137.0 / 2**14
    x, y = int(place.x / side + 2**13), int(2**13 - place.y / side)
    return f"14/{x}/{y}"


def test_the_public_gets_bands_whatever_the_way(world: World) -> None:
    adopt(world)
    said = world.client.get("/ogc/collections?f=json").json()["collections"]
    assert {c["id"].rpartition(".")[2] for c in said} == {
        "service_grids", "committees", "street_offices",
    }  # fmt: skip
    items = world.client.get(f"/ogc/collections/{world.proposal}.committees/items?f=json").json()
    assert [f["properties"]["households_band"] for f in items["features"]] == ["0-499"] * 2
    assert all("households" not in f["properties"] for f in items["features"])
    tile = world.client.get(f"/tiles/{world.proposal}/committees/{tile_of(world)}.mvt")
    assert tile.status_code == 200
    assert b"households_band" in tile.content
    assert world.client.get(f"/tiles/{world.proposal}/buildings/0/0/0.mvt").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_the_public_can_download_what_is_adopted(world: World, kind: str) -> None:
    adopt(world)
    answer = world.client.get(f"/downloads/{world.proposal}/{kind}")
    assert answer.status_code == 200, answer.text
    if kind == "csv":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            texts = [archive.read(name).decode("utf-8-sig") for name in archive.namelist()]
        assert any("0-499" in text for text in texts)
        assert not any("440" in text for text in texts)


def test_a_token_in_the_query_is_taken_by_desktops(world: World) -> None:
    assert world.proposal
    path, secret = f"/ogc/collections/{world.proposal}.buildings/items", world.secrets["planner"]
    assert world.client.get(path).status_code == 404
    answer = world.client.get(path, params={"token": secret, "f": "json", "limit": 3})
    assert (answer.status_code, len(answer.json()["features"])) == (200, 3)
    wrong = world.client.get(path, params={"token": "rd_wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "token-refused")
