"""Every format, byte for byte, read back whole."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest

from redistrict.model.errors import InputError, OutputError
from redistrict.survey import read
from redistrict.synthetic import FORMATS, City, CitySpec, Format, generate_city, write_city


@pytest.fixture(scope="module")
def city() -> City:
    return generate_city(CitySpec(seed=5, buildings=150, block_m=(170, 270), offices=2))


@pytest.mark.parametrize("fmt", FORMATS)
def test_same_bytes_twice(city: City, tmp_path: Path, fmt: Format) -> None:
    one = write_city(city, tmp_path / "one", fmt)
    two = write_city(generate_city(city.spec), tmp_path / "two", fmt)
    assert [p.name for p in one] == [p.name for p in two]
    for a, b in zip(one, two, strict=True):
        assert a.read_bytes() == b.read_bytes(), a.name


@pytest.mark.parametrize("fmt", FORMATS)
def test_survey_reads_back_whole(city: City, tmp_path: Path, fmt: Format) -> None:
    write_city(city, tmp_path / "city", fmt)
    survey = read(tmp_path / "city")[0]
    assert survey.basis == "dwelling_units"
    for name, frame in city.layers.items():
        back = survey.layer(name)
        assert back is not None, name
        assert len(back) == len(frame), name
    buildings = survey.layer("buildings")
    assert buildings is not None
    made = city.layers["buildings"]
    assert buildings["households"].sum() == made["households"].sum()
    for field in ("estate_id", "courtyard_id", "stairwells", "address"):
        assert buildings[field].isna().sum() == made[field].isna().sum(), field


def test_one_feature_per_line(city: City, tmp_path: Path) -> None:
    write_city(city, tmp_path / "city")
    for name, frame in city.layers.items():
        text = (tmp_path / "city" / f"{name}.geojson").read_text(encoding="utf-8")
        assert text.count("\n") == len(frame) + 3


def test_geojson_keeps_every_digit_and_its_crs(city: City, tmp_path: Path) -> None:
    write_city(city, tmp_path / "city")
    read = gpd.read_file(tmp_path / "city" / "committees.geojson")
    assert read.crs.to_epsg() == 4490
    assert (read.geometry.to_wkt() == city.layers["committees"].geometry.to_wkt()).all()


def test_the_date_of_geopackages_is_put_back(city: City, tmp_path: Path) -> None:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    write_city(city, tmp_path / "city", "gpkg")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == before


def test_writing_again_replaces_but_keeps_strangers(city: City, tmp_path: Path) -> None:
    out = tmp_path / "city"
    write_city(city, out, "parquet")
    write_city(city, out, "geojson")
    assert not list(out.glob("*.parquet"))
    (out / "notes.txt").write_text("mine")
    with pytest.raises(OutputError):
        write_city(city, out)
    assert (out / "notes.txt").read_text() == "mine"
    assert not [p for p in tmp_path.iterdir() if p != out], "nothing left aside"


def test_a_file_in_the_way(city: City, tmp_path: Path) -> None:
    (tmp_path / "city").write_text("mine")
    with pytest.raises(OutputError):
        write_city(city, tmp_path / "city")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({}, "synthetic-size"),
        ({"households": 1, "buildings": 1}, "synthetic-size"),
        ({"buildings": 0}, "synthetic-size"),
        ({"households": -5}, "synthetic-size"),
        ({"households": 10**9}, "synthetic-size"),
        ({"buildings": 100, "features": frozenset({"castle"})}, "synthetic-feature"),
        ({"buildings": 100, "crs": "EPSG:3857"}, "synthetic-crs"),
    ],
)
def test_refused(wanted: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as error:
        generate_city(CitySpec(seed=0, **wanted))  # pyright: ignore[reportArgumentType]
    assert [f.code for f in error.value.findings] == [code]
