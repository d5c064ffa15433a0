"""Tiles read by an independent decoder (GDAL's MVT driver) against the source."""

from __future__ import annotations

import gzip
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient

from api.tiles.attributes import attributes
from api.tiles.encode import encode
from api.tiles.geometry import grouped
from api.tiles.pyramid import HALF, Tile, unit
from tests.api.folder import FolderSource


def tile_of(x: float, y: float, z: int) -> Tile:
    side = 2 * HALF / 2**z
    return Tile(z, int((x + HALF) / side), int((HALF - y) / side))


def decoded(content: bytes, tile: Tile, folder: Path) -> gpd.GeoDataFrame:
    """The tile in EPSG:3857, as GDAL reads it."""
    path = folder / str(tile.z) / str(tile.x) / f"{tile.y}.mvt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return pyogrio.read_dataframe(path, CLIP="NO")


def source_frame(source: FolderSource, layer: str) -> gpd.GeoDataFrame:
    path = source.folders["city"] / "proposal.gpkg"
    return pyogrio.read_dataframe(path, layer=layer).to_crs(3857)


@pytest.mark.parametrize("z", [12, 14, 16, 18])
@pytest.mark.parametrize("layer", ["buildings", "service_grids", "barriers"])
def test_decoded_shapes_and_values_are_the_sources(
    shown: TestClient, source: FolderSource, tmp_path: Path, layer: str, z: int
) -> None:
    frame = source_frame(source, layer)
    middle = frame.geometry.iloc[len(frame) // 2].representative_point()
    tile = tile_of(middle.x, middle.y, z)
    answer = shown.get(f"/tiles/city/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt")
    assert answer.status_code == 200
    found = decoded(answer.content, tile, tmp_path)
    clipped = frame.geometry.values.intersection(shapely.box(*tile.box()))
    near = 6 * unit(z)  # half a pixel of simplifying, and the rounding
    assert len(found) > 0
    for _, row in found.iterrows():
        whole = clipped[int(row["mvt_id"])]
        assert shapely.hausdorff_distance(row.geometry, whole) < max(near, 0.6 * unit(z) + 0.01)
        for name in ("building_id", "households", "service_grid_id", "kind"):
            if name in found and name in frame:
                assert row[name] == frame[name].iloc[int(row["mvt_id"])]
    missing = set(np.flatnonzero(~shapely.is_empty(clipped))) - set(found["mvt_id"].astype(int))
    sizes = [np.ptp(np.array(clipped[i].bounds).reshape(2, 2), axis=0).min() for i in missing]
    assert all(s < 2 * unit(z) for s in sizes)


def test_simplified_neighbours_leave_no_gap(
    shown: TestClient, source: FolderSource, tmp_path: Path
) -> None:
    land = shapely.union_all(source_frame(source, "street_offices").geometry.values)
    for z in (11, 12, 13, 14):
        tile = tile_of(land.centroid.x, land.centroid.y, z)
        content = shown.get(f"/tiles/city/service_grids/{z}/{tile.x}/{tile.y}.mvt").content
        shapes = shapely.make_valid(decoded(content, tile, tmp_path).geometry.values)
        drawn = shapely.union_all(shapes)
        wanted = land.intersection(shapely.box(*tile.box()))
        gaps = wanted.buffer(-6 * unit(z)).difference(drawn)
        # Rounding may pull a vertex off a neighbour's edge by a unit, an eighth of a pixel.
        assert gaps.buffer(-0.75 * unit(z)).is_empty


def test_points_lines_holes_and_odd_values_survive(tmp_path: Path) -> None:
    tile = tile_of(13_000_000, 4_200_000, 14)
    x, y = tile.left + tile.size / 2, tile.top - tile.size / 2
    ring = shapely.Point(x, y).buffer(300)
    shapes = [
        shapely.difference(ring, shapely.Point(x, y).buffer(100)),
        shapely.MultiPoint([(x, y), (x + 50, y - 50)]),
        shapely.LineString([(x - 99_999, y), (x + 99_999, y + 10)]),
        shapely.union(shapely.box(x, y, x + 9, y + 9), shapely.box(x + 99, y, x + 120, y + 9)),
        None,
        shapely.Point(0, 0),
    ]  # fmt: skip
    frame = gpd.GeoDataFrame(
        {
            "t": ["网<格>", "", None, "=1", "x", "x"],
            "n": [1, -5, 2**40, 0, 1, 1],
            "r": [0.5, np.nan, -1e9, 2.0, 1, 1],
            "b": [True, False, None, True, True, True],
        },
        geometry=shapes,
        crs=3857,
    )
    told = attributes(frame, ["t", "n", "r", "b"])
    content = encode("x", grouped(np.array(shapes, dtype=object)), told, tile)
    found = decoded(content, tile, tmp_path).set_index("mvt_id")
    assert sorted(found.index.astype(int)) == [0, 1, 2, 3]
    assert found.loc[0, "t"] == "网<格>"
    assert found["n"].astype(int).to_dict() == {0: 1, 1: -5, 2: 2**40, 3: 0}
    assert found.loc[2, "r"] == -1e9
    assert len(shapely.get_parts(found.loc[0].geometry)[0].interiors) == 1
    assert found.loc[0].geometry.area == pytest.approx(shapes[0].area, rel=0.01)
    assert len(shapely.get_parts(found.loc[1].geometry)) == 2
    assert found.loc[2].geometry.length == pytest.approx(tile.size * (1 + 128 / 4096), rel=0.01)


def test_a_tile_is_sent_once_and_again_after_an_edit(
    shown: TestClient, source: FolderSource
) -> None:
    path = "/tiles/city/buildings/14/13510/6458.mvt"
    first = shown.get(path)
    assert first.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    known = {"If-None-Match": first.headers["etag"]}
    assert shown.get(path, headers=known).status_code == 304
    reads = source.reads
    assert shown.get(path).content == first.content
    assert source.reads == reads  # from memory
    source.revisions["city"] = 1
    assert shown.get(path, headers=known).status_code == 200
    assert source.reads > reads


def test_zipped_is_the_same_tile(shown: TestClient, source: FolderSource) -> None:
    middle = source_frame(source, "buildings").geometry.iloc[0].centroid
    tile = tile_of(middle.x, middle.y, 13)
    path = f"/tiles/city/buildings/{tile.z}/{tile.x}/{tile.y}.mvt"
    plain = shown.get(path, headers={"Accept-Encoding": "identity"})
    with shown.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        raw = b"".join(answer.iter_raw())
    assert gzip.decompress(raw) == plain.content


def test_tilejson_leads_to_tiles(shown: TestClient) -> None:
    for told in shown.get("/tiles/city?token=test-token").json():
        (layer,) = told["vector_layers"]
        assert told["tilejson"] == "3.0.0"
        assert 0 <= told["minzoom"] <= told["maxzoom"] <= 22
        assert told["tiles"][0].endswith("?token=test-token")
        west, south, east, north = told["bounds"]
        assert west < east
        assert south < north
        filled = told["tiles"][0].replace("{z}", "0").replace("{x}", "0").replace("{y}", "0")
        assert shown.get(filled).status_code == 200
        one = shown.get(f"/tiles/city/{layer['id']}.json").json()
        assert one["vector_layers"] == told["vector_layers"]


@pytest.mark.parametrize(
    "path",
    ["city/buildings/3/8/0.mvt", "city/buildings/3/0/-1.mvt", "city/buildings/23/0/0.mvt",
     "city/none/0/0/0.mvt", "none/buildings/0/0/0.mvt", "city/none", "none"],
)  # fmt: skip
def test_there_is_nothing_beyond_the_pyramid(shown: TestClient, path: str) -> None:
    assert shown.get(f"/tiles/{path}").status_code == 404
