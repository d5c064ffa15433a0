"""Every file of ../shared/data/hostile, as the buildings of a survey with good street offices."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from redistrict.survey.problems import PROBLEMS
from tests.unit.survey.makers import write_offices
from tests.unit.survey.refusals import answer

pytestmark = pytest.mark.real

FOLDER = Path(__file__).parents[2] / ".." / "shared" / "data" / "hostile"
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
if not FOLDER.is_dir():
    pytest.skip("../shared/data/hostile is not here", allow_module_level=True)
FILES = sorted(p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("*.*") if p.is_file())

# what CASES.tsv says of the files that are shipped; several answers where a file has several faults
SHIPPED = {
    "reproducers/vrt_reads_passwd.geojson": {"unsupported-format"},  # U01
    "reproducers/gdalg_pipeline.geojson": {"unsupported-format"},  # U03
    "reproducers/wfs_ssrf.geojson": {"unsupported-format"},  # U05
    "reproducers/crs_link_ssrf.geojson": {"external-reference"},  # U06
    "reproducers/kmz_500MB.kmz": {"archive-too-big"},  # U16
    "reproducers/xlsx_sparse_XFD1048576.xlsx": {"too-many-columns"},  # U18
    "reproducers/gbk_no_cpg.shp": {"encoding-ambiguous"},  # S07
    "reproducers/coord_infinity.geojson": {"coordinate-not-finite"},  # J02
    "reproducers/coord_null.geojson": {"geometry-lost"},  # J05
    "reproducers/gpkg_recursive_view.gpkg": {"database-content"},  # G01
    "reproducers/gpkg_wkb_nest_1k.gpkg": {"geometry-lost"},  # G04
    "reproducers/parquet_wkb_nest_50000.parquet": {"too-deep"},  # P01
    "reproducers/parquet_3M_rows_315KB.parquet": {"too-many-features"},  # P02
    "reproducers/formula.xlsx": {"formula-not-allowed"},  # C04
    "shapefile/fiona_tin/test_tin.shp": {"geometry-type"},  # S11
    "shapefile/pyshp/latin1.shp": {"component-missing"},  # S02
    "shapefile/shapefile-js/badzip.zip": {"unsupported-format"},  # U21
    "shapefile/pyshp/empty_zipfile.zip": {"unsupported-format"},  # U21
    "gpkg/pyogrio/curvepolygon.gpkg": {"geometry-type"},  # G08
    "gpkg/pyogrio/multisurface.gpkg": {"geometry-type"},
    "parquet/pyogrio_nested/list_field_values_file.parquet": {"crs-missing"},  # P03
    "geojson/jsontestsuite/y_object_duplicated_key.json": {"file-corrupt"},  # J17
    "geojson/jsontestsuite/n_structure_lone-open-bracket.json": {"file-corrupt"},  # J18
    "geojson/jsontestsuite/i_string_truncated-utf-8.json": {"encoding-undecodable"},
}


def as_buildings(file: str, folder: Path) -> Path:
    """The file, and what belongs to it, under the name of the buildings layer."""
    source = FOLDER / file
    folder.mkdir()
    write_offices(folder)
    together = [source]
    if source.suffix in PARTS:
        together = [p for p in source.parent.iterdir() if p.stem == source.stem]
    for path in together:
        shutil.copyfile(path, folder / f"buildings{path.suffix}")
    return folder


@pytest.mark.parametrize("file", [f for f in FILES if f != "CASES.tsv"])
def test_file_is_read_or_refused_with_a_known_problem_type(file: str, tmp_path: Path) -> None:
    said = answer(as_buildings(file, tmp_path / "survey"))
    assert said == "accepted" or said in PROBLEMS
    assert said in SHIPPED.get(file, {said})


def test_expectations_name_files_that_exist() -> None:
    assert set(SHIPPED) <= set(FILES)


def test_problem_types_of_the_table_are_known() -> None:
    """Every problem type of a file case can be answered by the survey, or is repair's to say."""
    with (FOLDER / "CASES.tsv").open(encoding="utf-8") as stream:
        rows = [r for r in csv.DictReader(stream, delimiter="\t") if r["id"][0] in "USJGPC"]
    named = {r["problem_type"] for r in rows if r["problem_type"][0].isalpha()}
    repaired = {"topology-overlap", "id-missing", "geometry-invalid"}  # decision 0002
    assert named - repaired <= set(PROBLEMS)
