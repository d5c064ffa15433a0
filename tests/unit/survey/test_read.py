"""Good surveys in every format; names, ids and what is said about them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import LineString, Point

from redistrict.model.errors import SurveyError
from redistrict.model.survey import Survey
from redistrict.survey import ReadOptions, account, read
from tests.unit.survey import makers as m


def codes(findings) -> list[str]:
    return [f.code for f in findings]


def same_survey(a: Survey, b: Survey) -> None:
    assert list(a.layers) == list(b.layers)
    assert list(a.layers["buildings"]["building_id"]) == list(b.layers["buildings"]["building_id"])
    assert list(a.layers["buildings"]["households"]) == list(b.layers["buildings"]["households"])
    for x, y in zip(a.layers["buildings"].geometry, b.layers["buildings"].geometry, strict=True):
        assert x.symmetric_difference(y).area < 0.5


def test_what_is_written_about_the_data_is_no_finding_and_other_files_are_named(
    tmp_path: Path,
) -> None:
    folder = m.good_survey(tmp_path / "survey")
    _, before = read(folder)
    for name in ("README.md", "readme.txt", "README.zh.md", "LICENSE", "数据说明.docx"):
        (folder / name).write_text("about the data")
    assert codes(read(folder)[1]) == codes(before)
    for name in ("小区.dwg", "buildings-readme.txt"):
        (folder / name).write_text("not about the data")
    ignored = [f for f in read(folder)[1] if f.code == "file-ignored"]
    assert {(f.severity, f.params["file"]) for f in ignored} == {
        ("info", "小区.dwg"),
        ("info", "buildings-readme.txt"),
    }


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb", "parquet"])
def test_every_format_gives_the_same_survey(suffix: str, tmp_path: Path) -> None:
    expected, _ = read(m.good_survey(tmp_path / "geojson"))
    survey, _ = read(m.good_survey(tmp_path / suffix, suffix))
    same_survey(expected, survey)
    assert survey.crs == "EPSG:4490"
    assert survey.working_crs == "EPSG:4548"  # 117 degrees east
    assert expected.layers["buildings"].crs.to_epsg() == 4548
    # 0.0005 x 0.0005 degrees at 35 north, in metres
    assert np.allclose(survey.layers["buildings"].area, 45.5 * 55.5, rtol=0.02)


def test_one_geopackage_and_a_zip_and_a_folder_are_the_same_survey(tmp_path: Path) -> None:
    folder = m.good_survey(tmp_path / "folder")
    members = {f"deep/{p.name}": p.read_bytes() for p in folder.iterdir()}
    from_folder, _ = read(folder)
    from_zip, _ = read(m.zip_of(tmp_path / "any.zip", members))
    assert from_zip.content_hash == from_folder.content_hash
    same_survey(from_folder, from_zip)
    from_gpkg, _ = read(m.geopackage(tmp_path / "g"))
    same_survey(from_folder, from_gpkg)


def test_hash_changes_with_the_content_only(tmp_path: Path) -> None:
    one, _ = read(m.good_survey(tmp_path / "one"))
    again, _ = read(m.good_survey(tmp_path / "again"))
    other = m.good_survey(tmp_path / "other")
    m.write(m.buildings(3), other / "buildings.geojson")
    assert one.content_hash == again.content_hash
    assert one.content_hash != read(other)[0].content_hash


def test_a_zipped_shapefile_in_a_folder_takes_the_archives_name(tmp_path: Path) -> None:
    folder = m.shapefile(tmp_path / "s", stem="x1")
    with zipfile.ZipFile(folder / "buildings.zip", "w") as archive:
        for path in sorted(folder.glob("x1.*")):
            archive.write(path, path.name)
            path.unlink()
    survey, _ = read(folder)
    assert len(survey.layers["buildings"]) == 4


def test_chinese_names_of_files_and_fields(tmp_path: Path) -> None:
    rows = [
        {
            "小区名称": "甲园",
            "楼号": "1",
            "住宅套数": 24,
            "单元数": 2,
            "单元号": 1,
            "地上总层数": 6,
        },
        {
            "小区名称": "乙园",
            "楼号": "1",
            "住宅套数": 36,
            "单元数": 3,
            "单元号": 1,
            "地上总层数": 6,
        },
    ]
    m.write(m.frame(rows, [m.house(0), m.house(1)]), tmp_path / "楼栋.geojson")
    m.write(m.frame([{"街道名称": "荆河街道"}], [m.office()]), tmp_path / "街道.geojson")
    estates = [{"小区名称": "甲园", "建成状态": "已建成", "物业公司": "某某物业服务有限公司"},
               {"小区名称": "乙园", "建成状态": "在建", "物业公司": None}]  # fmt: skip
    m.write(m.frame(estates, [m.house(0), m.house(1)]), tmp_path / "小区.geojson")
    m.write(m.frame([{"名称": "荆河"}], [LineString(m.ring())]), tmp_path / "河流.geojson")
    m.write(m.frame([{"名称": "荆河路"}], [LineString(m.ring())]), tmp_path / "道路.geojson")
    survey, findings = read(tmp_path)
    houses = survey.layers["buildings"]
    assert survey.mapping["buildings"] == {
        "building_id": "楼号", "households": "住宅套数", "estate_id": "小区名称",
        "stairwells": "单元数", "floors": "地上总层数",
    }  # fmt: skip
    assert list(houses["building_id"]) == ["甲园/1", "乙园/1"]  # 楼号 repeats between estates
    assert list(houses["stairwells"]) == [2.0, 3.0]
    assert survey.basis == "dwelling_units"
    assert list(survey.layers["street_offices"]["street_office_id"]) == ["荆河街道"]
    assert list(survey.layers["estates"]["estate_id"]) == ["甲园", "乙园"]
    assert list(survey.layers["estates"]["property_managed"]) == ["yes", None]
    assert list(survey.layers["barriers"]["kind"]) == ["river", "road"]
    assert {"id-composed", "id-from-column"} <= set(codes(findings))
    (dropped,) = [f for f in findings if f.code == "columns-dropped"]
    assert dropped.params["columns"] == "单元号"


def test_names_cut_by_a_dbf_are_known(tmp_path: Path) -> None:
    folder = m.shapefile(tmp_path)
    fields = [(b"building_i", "C", 10), (b"households", "N", 6),
              ("地上总层数".encode(), "N", 3), (b"street_off", "C", 10)]  # fmt: skip
    rows = [[f"B{i}".encode(), b"20", b"6", b"S1"] for i in range(4)]
    (folder / "buildings.dbf").write_bytes(m.dbf(fields, rows))
    (folder / "buildings.cpg").write_text("UTF-8")
    survey, _ = read(folder)
    assert survey.mapping["buildings"]["building_id"] == "building_i"
    assert survey.mapping["buildings"]["street_office_id"] == "street_off"
    assert list(survey.layers["buildings"]["floors"]) == [6.0] * 4  # 地上总 is what is left of it


def test_settings_of_the_survey_go_before_what_is_found(tmp_path: Path) -> None:
    rows = [{"id": "a", "户数": 1, "n2": 50}]
    m.write(m.frame(rows, [m.house(0)]), tmp_path / "houses.geojson")
    m.write_offices(tmp_path)
    (tmp_path / "survey.toml").write_text(
        '[files]\nbuildings = "houses.geojson"\n[mapping.buildings]\nbuilding_id = "id"\n'
        'households = "n2"\n[basis]\nhouseholds = "resident"\n',
        encoding="utf-8",
    )
    survey, _ = read(tmp_path)
    assert list(survey.layers["buildings"]["households"]) == [50]
    assert survey.basis == "resident"


@pytest.mark.parametrize(
    "text",
    ['[mapping.buildings]\nhouseholds = "nowhere"', "[mapping.buildings]\nfoo = 'households'",
     "[basis]\nhouseholds = 'guess'", "crs = 5", "not toml", "[mapping]\nbuildings = 'x'",
     "[crs]\ndefault = 'EPSG:99999999'"],
)  # fmt: skip
def test_wrong_settings_are_refused(text: str, tmp_path: Path) -> None:
    m.shapefile(tmp_path)
    (tmp_path / "buildings.prj").unlink()
    (tmp_path / "survey.toml").write_text(text)
    with pytest.raises(SurveyError) as refused:
        read(tmp_path)
    assert refused.value.findings[0].code in ("settings-invalid", "crs-unknown", "crs-missing")
    if "EPSG" in text:
        assert refused.value.findings[0].code == "crs-unknown"


def test_households_stay_as_they_are_for_repair(tmp_path: Path) -> None:
    numbers = m.buildings(3, households=[1.5, None, -2])
    m.write(numbers, m.good_survey(tmp_path / "a") / "buildings.geojson")
    values = read(tmp_path / "a")[0].layers["buildings"]["households"]
    assert values.dtype == np.float64
    assert values[0] == 1.5
    assert np.isnan(values[1])
    text = m.buildings(3, households=["48户", "１２", None])
    m.write(text, m.good_survey(tmp_path / "b") / "buildings.geojson")
    assert list(read(tmp_path / "b")[0].layers["buildings"]["households"]) == ["48户", 12.0, None]


def test_ids_become_text(tmp_path: Path) -> None:
    made = m.buildings(3, building_id=[1.0, 2.0, 370481001001.0])
    m.write(made, m.good_survey(tmp_path) / "buildings.geojson")
    assert list(read(tmp_path)[0].layers["buildings"]["building_id"]) == ["1", "2", "370481001001"]


def test_equal_rows_go_to_repair_different_ones_are_refused(tmp_path: Path) -> None:
    twice = m.frame([{"building_id": "a", "households": 1}] * 2, [m.house(0), m.house(0)])
    m.write(twice, m.good_survey(tmp_path / "equal") / "buildings.geojson")
    assert len(read(tmp_path / "equal")[0].layers["buildings"]) == 2
    other = m.frame([{"building_id": "a", "households": 1}] * 2, [m.house(0), m.house(1)])
    m.write(other, m.good_survey(tmp_path / "other") / "buildings.geojson")
    with pytest.raises(SurveyError, match="id-duplicate"):
        read(tmp_path / "other")
    assert len(read(tmp_path / "other", ReadOptions(duplicate_ids="rename"))[0].layers) == 2


def test_points_and_z_are_accepted_and_said(tmp_path: Path) -> None:
    points = m.frame(
        [{"building_id": "a", "households": 1}], [Point(m.LON, m.LAT, 12.0)], "EPSG:4490"
    )
    m.write(points, m.good_survey(tmp_path) / "buildings.geojson")
    survey, findings = read(tmp_path)
    assert {"buildings-as-points", "z-dropped"} <= set(codes(findings))
    assert not survey.layers["buildings"].geometry.iloc[0].has_z


def test_a_table_beside_a_layer_is_joined_by_id(tmp_path: Path) -> None:
    m.good_survey(tmp_path)
    m.write(m.buildings().drop(columns="households"), tmp_path / "buildings.geojson")
    (tmp_path / "buildings.csv").write_text(
        "building_id,户数,层数\nB0,10,6\nB1,20,\nB2,30,6\nB9,99,6\n", encoding="utf-8"
    )
    survey, findings = read(tmp_path)
    houses = survey.layers["buildings"]
    assert list(houses["households"])[:3] == [10, 20, 30]
    assert np.isnan(houses["households"].iloc[3])
    assert {"table-row-unmatched", "feature-without-row"} <= set(codes(findings))


def test_recorded_rulings_are_a_table(tmp_path: Path) -> None:
    m.good_survey(tmp_path)
    (tmp_path / "rulings.csv").write_text(
        "小区名称,街道,裁定人,依据\n甲园,S1,市民政局,占地较多\n,S1,无人,\n", encoding="utf-8"
    )
    rulings = read(tmp_path)[0].tables["rulings"]
    assert rulings.to_dict("records") == [
        {"estate_id": "甲园", "street_office_id": "S1", "decided_by": "市民政局",
         "basis": "占地较多", "evidence": None, "date": None},
        # Incomplete, and kept: the rulings stage names the row and refuses it.
        {"estate_id": None, "street_office_id": "S1", "decided_by": "无人",
         "basis": None, "evidence": None, "date": None},
    ]  # fmt: skip


def test_what_a_proposal_referred_records_nothing(tmp_path: Path) -> None:
    m.good_survey(tmp_path)
    (tmp_path / "rulings.csv").write_text(
        "小区名称,街道,裁定人,依据\n甲园,,,tie\n", encoding="utf-8"
    )
    assert read(tmp_path)[0].tables["rulings"].empty


def test_names_where_ids_are_meant(tmp_path: Path) -> None:
    committees = m.frame(
        [{"committee_id": "C1", "name": "安康社区", "street_office_id": "荆河街道"}], [m.office()]
    )
    m.good_survey(tmp_path, committees=committees)
    m.write(m.buildings(2, 社区=["安康社区", "C1"]), tmp_path / "buildings.geojson")
    survey, findings = read(tmp_path)
    assert list(survey.layers["committees"]["street_office_id"]) == ["S1"]
    assert list(survey.layers["buildings"]["committee_id"]) == ["C1", "C1"]
    assert codes(findings).count("reference-by-name") == 2


def test_rows_in_are_rows_kept_and_rows_reported(tmp_path: Path) -> None:
    made = m.buildings(4, kind=["surveyed", "planned_plot", None, "surveyed"])
    path = m.geopackage(tmp_path, buildings=made, street_offices=m.offices())
    survey, findings = read(path)
    (said,) = [f for f in findings if f.code == "rows-read" and f.layer == "buildings"]
    assert dict(said.params) == {"read": 4, "kept": 3, "reported": 1}
    assert len(survey.layers["buildings"]) == 3
    (rows,) = account({"buildings": 4}, {"buildings": 3}, findings)
    assert rows.balanced
    (short,) = account({"buildings": 5}, {"buildings": 3}, findings)
    assert not short.balanced


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    m.write_offices(tmp_path)
    with pytest.raises(SurveyError) as refused:
        read(tmp_path)
    assert refused.value.findings[0].code == "layer-missing"
    assert refused.value.findings[0].layer == "buildings"
    with pytest.raises(SurveyError, match="source-missing"):
        read(tmp_path / "nowhere")


def test_row_order_changes_only_the_order(tmp_path: Path) -> None:
    m.good_survey(tmp_path / "a")
    m.good_survey(tmp_path / "b")
    m.write(m.buildings().iloc[::-1], tmp_path / "b" / "buildings.geojson")
    a, b = read(tmp_path / "a")[0], read(tmp_path / "b")[0]
    assert a.working_crs == b.working_crs
    turned = b.layers["buildings"].iloc[::-1].reset_index(drop=True)
    assert a.layers["buildings"].equals(turned)
