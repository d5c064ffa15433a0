"""Real clients against `redistrict serve` itself: every collection of a proposal that was edited.

The token of a planner and that of a street office are in the address, as a desktop has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import httpx
import pyogrio
import pytest
import shapely
from owslib.ogcapi.features import Features

from tests.api.editing import a_move, kept, send
from tests.api.ogc.test_clients import asked_of_qgis, has_qgis
from tests.api.processes import serving
from tests.api.world import made

LAYERS = (
    "buildings",
    "service_grids",
    "committees",
    "street_offices",
    "rulings",
    "estates",
    "barriers",
)
EDGE = 1e-7
"""Degrees: a centimetre."""


@dataclass(frozen=True)
class Shown:
    """A service that runs: ``layers`` of the edited proposal as the service itself has them."""

    address: str
    proposal: str
    secrets: dict[str, str]
    layers: dict[str, gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def shown(
    shown_folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shown]:
    folder, data = shown_folders["city"], tmp_path_factory.mktemp("desktops") / "data"
    with made(data, None) as world:
        proposal = kept(world, folder)
        sent = send(world, proposal, a_move(folder), 0)
        assert sent.status_code == 201, sent.text
        layers = {n: world.service.proposals.whole(proposal, n) for n in LAYERS}
        secrets = {str(role): secret for role, secret in world.secrets.items()}
    with serving(data) as served:
        address = str(served.client.base_url).rstrip("/")
        yield Shown(address, proposal, secrets, layers)


def test_gdal_reads_every_collection_with_bbox_and_filter(shown: Shown) -> None:
    where = f"OAPIF:{shown.address}/ogc?token={shown.secrets['planner']}"
    listed = {str(name) for name, _ in pyogrio.list_layers(where)}
    assert listed == {f"{shown.proposal}.{layer}" for layer in LAYERS}
    for layer, frame in shown.layers.items():
        name = f"{shown.proposal}.{layer}"
        read = pyogrio.read_dataframe(where, layer=name)
        assert len(read) == len(frame), layer
        if not len(frame):
            continue
        key = str(frame.columns[0])
        assert sorted(read[key]) == sorted(frame[key])
        box = shapely.bounds(read.geometry.iloc[0])
        some = pyogrio.read_dataframe(where, layer=name, bbox=tuple(box))
        # The box is brought to the survey's CRS: what only touches its edge may be in or out.
        certain, possible = (
            set(read[key][shapely.intersects(read.geometry.values, shapely.box(*box).buffer(by))])
            for by in (-EDGE, EDGE)
        )
        assert certain <= set(some[key]) <= possible, layer
        one = pyogrio.read_dataframe(where, layer=name, where=f"{key} = '{frame[key].iloc[0]}'")
        assert set(one[key]) == {frame[key].iloc[0]}
    grids = pyogrio.read_dataframe(where, layer=f"{shown.proposal}.buildings")
    held = dict(zip(grids["building_id"], grids["service_grid_id"], strict=True))
    for name, grid in shown.layers["buildings"][["building_id", "service_grid_id"]].to_numpy():
        assert name in held
        assert held[name] == grid or (grids["building_id"] == name).sum() > 1


def test_owslib_filters_every_collection_by_cql2(shown: Shown) -> None:
    headers = {"Authorization": f"Bearer {shown.secrets['planner']}"}
    client = Features(f"{shown.address}/ogc/", headers=headers)
    for layer, frame in shown.layers.items():
        name, key = f"{shown.proposal}.{layer}", str(frame.columns[0])
        queried = client.collection_queryables(name)["properties"]
        assert set(frame.columns) - {"geometry"} <= set(queried)
        if not len(frame):
            continue
        wanted = str(frame[key].iloc[0])
        count = int((frame[key] == wanted).sum())
        text = client.collection_items(name, filter=f"{key} = '{wanted}'")
        tree = {"op": "=", "args": [{"property": key}, wanted]}
        more = {"filter": json.dumps(tree), "filter-lang": "cql2-json"}
        said = client.collection_items(name, **more)
        assert text["numberMatched"] == said["numberMatched"] == count
        older = client.collection_items(f"{shown.proposal}@0.{layer}")
        assert older["numberMatched"] > 0


def test_nobody_else_sees_it(shown: Shown) -> None:
    """Neither the street office of another city nor the public, which has nothing adopted."""
    assert "S1" not in set(shown.layers["street_offices"]["street_office_id"])
    for token in (shown.secrets["street_office"], None):
        asked = {} if token is None else {"token": token}
        for path in ("ogc/collections", f"ogc/collections/{shown.proposal}.committees"):
            answer = httpx.get(f"{shown.address}/{path}", params=asked, trust_env=False)
            told = answer.json().get("collections") if answer.status_code == 200 else None
            assert told == ([] if path == "ogc/collections" else None)


@pytest.mark.real
@pytest.mark.skipif(not has_qgis(), reason="QGIS (Debian: python3-qgis) is not installed")
def test_qgis_reads_every_collection(shown: Shown, tmp_path: Path) -> None:
    where = f"{shown.address}/ogc/?token={shown.secrets['planner']}"
    filled = {n: f for n, f in shown.layers.items() if len(f)}
    names = {n: f"{shown.proposal}.{n}" for n in filled}
    called = shown.layers["committees"]["name"].dropna().iloc[0]
    answer = asked_of_qgis(
        tmp_path, where, names["buildings"], names["committees"], called, *names.values()
    )
    assert answer["features"] == {names[n]: len(f) for n, f in filled.items()}
    assert answer["bbox"] == answer["bbox_wanted"]
    assert 0 < answer["bbox"] < len(filled["buildings"])
    assert set(answer["subset"]) == {called}
