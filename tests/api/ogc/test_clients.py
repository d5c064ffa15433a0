"""Real clients against a served app: ogrinfo, pyogrio, owslib and QGIS, with a token."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from owslib.ogcapi.features import Features

from tests.api.folder import TOKEN, FolderSource, served
from tests.api.shown import QUOTED, both

PROBE = Path(__file__).with_name("qgis_features.py")
SYSTEM_PYTHON = "/usr/bin/python3"


@pytest.fixture(scope="module")
def address(shown_folders: dict[str, Path]) -> Iterator[str]:
    with served(both(shown_folders)) as root:
        yield root


def wanted(source: FolderSource) -> dict[str, int]:
    """Collection -> features, as the files have them."""
    return {
        f"{name}.{layer}": int(pyogrio.read_info(folder / "proposal.gpkg", layer=layer)["features"])
        for name, folder in source.folders.items()
        for layer, kind in pyogrio.list_layers(folder / "proposal.gpkg")
        if kind is not None
    }


def test_pyogrio_reads_every_collection_and_filters(address: str, source: FolderSource) -> None:
    """GDAL's OAPIF driver: all collections with the token, bbox, and an attribute filter."""
    where = f"OAPIF:{address}/ogc?token={TOKEN}"
    listed = {str(name) for name, _ in pyogrio.list_layers(where)}
    assert listed == set(wanted(source))
    for name, count in wanted(source).items():
        frame = pyogrio.read_dataframe(where, layer=name)
        assert len(frame) == count, name
    frame = pyogrio.read_dataframe(where, layer="city.buildings")
    middle = frame.geometry.iloc[0].centroid
    box = (middle.x - 1e-4, middle.y - 1e-4, middle.x + 1e-4, middle.y + 1e-4)
    some = pyogrio.read_dataframe(where, layer="city.buildings", bbox=box)
    assert 0 < len(some) < len(frame)
    assert set(some["building_id"]) == set(
        frame["building_id"][shapely.intersects(frame.geometry.values, shapely.box(*box))]
    )
    condition = "households > 10 AND building_id LIKE 'B-01%'"
    some = pyogrio.read_dataframe(where, layer="city.buildings", where=condition)
    right = (frame["households"] > 10) & frame["building_id"].str.startswith("B-01")
    assert 0 < len(some) == int(right.sum())
    town = pyogrio.read_dataframe(where, layer="town.committees", where="name = 'O''Brien 社区'")
    assert town["name"].tolist() == [QUOTED]


def test_ogrinfo_reads_and_without_the_token_sees_adopted_only(address: str) -> None:
    def told(*arguments: str) -> str:
        command = ["ogrinfo", "-ro", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.stdout

    everything = told(f"OAPIF:{address}/ogc?token={TOKEN}")
    assert "town.committees" in everything
    assert "city.committees" in everything
    public = told(f"OAPIF:{address}/ogc")
    assert "town.committees" not in public
    assert "city.committees" in public
    counted = told("-so", f"OAPIF:{address}/ogc?token={TOKEN}", "town.committees")
    assert "Feature Count: 8" in counted


def test_owslib_reads_and_filters(address: str, source: FolderSource) -> None:
    client = Features(f"{address}/ogc/", headers={"Authorization": f"Bearer {TOKEN}"})
    assert set(client.feature_collections()) == set(wanted(source))
    assert any("filter" in c for c in client.conformance()["conformsTo"])
    assert "households" in client.collection_queryables("town.committees")["properties"]
    for name, count in wanted(source).items():
        assert client.collection_items(name, limit=10_000)["numberMatched"] == count
    found = client.collection_items("town.committees", filter="name = 'O''Brien 社区'")
    assert [f["properties"]["name"] for f in found["features"]] == [QUOTED]
    one = client.collection_item("town.committees", found["features"][0]["id"])
    assert one["geometry"] == found["features"][0]["geometry"]
    assert client.collection_items("town.committees", bbox=[1, 1, 2, 2])["numberMatched"] == 0


def has_qgis() -> bool:
    """Whether Debian's QGIS is here."""
    if not Path(SYSTEM_PYTHON).exists():
        return False
    done = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True)
    return done.returncode == 0


def asked_of_qgis(folder: Path, *arguments: str) -> dict[str, Any]:
    """What `qgis_features.py` answers; ``folder``: a home for QGIS."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))},
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
    }
    done = subprocess.run(
        [SYSTEM_PYTHON, str(PROBE), *arguments],
        capture_output=True, text=True, timeout=110, env=environment, check=False,
    )  # fmt: skip
    said = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
    assert said, done.stderr
    return json.loads(said[0].removeprefix("ANSWER "))


@pytest.mark.real
@pytest.mark.skipif(not has_qgis(), reason="QGIS (Debian: python3-qgis) is not installed")
def test_qgis_reads_every_collection(address: str, source: FolderSource, tmp_path: Path) -> None:
    """QGIS's own provider: every collection with the token in the address, bbox and subset."""
    where = f"{address}/ogc/?token={TOKEN}"
    names = sorted(wanted(source))
    answer = asked_of_qgis(tmp_path, where, "city.buildings", "town.committees", QUOTED, *names)
    assert answer["features"] == wanted(source)
    assert answer["bbox"] == answer["bbox_wanted"]
    assert 0 < answer["bbox"] < answer["features"]["city.buildings"]
    assert answer["subset"] == [QUOTED]
