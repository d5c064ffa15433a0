"""Cases S, U, G, P and C of CASES.tsv, made here; the shipped ones are in tests/real."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from tests.unit.survey import makers as m
from tests.unit.survey.refusals import answer

Maker = Callable[[Path], Path]
CASES: dict[str, tuple[Maker, str]] = {}


def case(name: str, expected: str) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        CASES[name] = (maker, expected)
        return maker

    return register


@pytest.mark.parametrize("name", CASES)
def test_case_answers_with_its_problem_type(name: str, tmp_path: Path) -> None:
    maker, expected = CASES[name]
    assert answer(maker(tmp_path / "survey")) == expected


def good_zip_members(folder: Path) -> dict[str, bytes]:
    m.good_survey(folder)
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def packed(folder: Path, extra: dict[str, bytes]) -> Path:
    return m.zip_of(folder.with_suffix(".zip"), good_zip_members(folder) | extra)


def spoilt(folder: Path, suffix: str, at: int, data: bytes) -> Path:
    """A good shapefile survey with some bytes overwritten."""
    m.shapefile(folder)
    path = folder / f"buildings{suffix}"
    whole = bytearray(path.read_bytes())
    whole[at : at + len(data)] = data
    path.write_bytes(whole)
    return folder


def without(folder: Path, suffix: str) -> Path:
    m.shapefile(folder)
    (folder / f"buildings{suffix}").unlink()
    return folder


def gbk_dbf(folder: Path, cpg: str | None, language: int = 0, name: str = "地址") -> Path:
    m.shapefile(folder)
    rows = [[f"B{i}".encode(), b"20", "荆河路".encode("gbk")] for i in range(4)]
    fields = [
        (b"building_i", "C", 10),
        ("户数".encode("gbk"), "N", 6),
        (name.encode("gbk"), "C", 20),
    ]
    (folder / "buildings.dbf").write_bytes(m.dbf(fields, rows, language))
    (folder / "buildings.cpg").unlink(missing_ok=True)
    if cpg:
        (folder / "buildings.cpg").write_text(cpg)
    return folder


case("S01", "component-missing")(lambda f: without(f, ".dbf"))
case("S02", "component-missing")(lambda f: without(f, ".shx"))
case("S03", "crs-missing")(lambda f: without(f, ".prj"))
case("shp-missing", "component-missing")(lambda f: without(f, ".shp"))
case("S04", "geometry-lost")(lambda f: spoilt(f, ".shp", 108 + 36, struct.pack("<i", 0x7FFFFFFF)))
case("S05", "file-corrupt")(lambda f: spoilt(f, ".dbf", 4, struct.pack("<I", 0x7FFFFFFF)))
case("S06", "file-corrupt")(lambda f: spoilt(f, ".shx", 100, struct.pack(">i", 1 << 20)))
case("S07", "encoding-ambiguous")(lambda f: gbk_dbf(f, None))
case("S08", "accepted")(lambda f: gbk_dbf(f, "GBK"))
case("S08-language-byte", "accepted")(lambda f: gbk_dbf(f, None, language=0x4D))
case("S09", "encoding-undecodable")(lambda f: gbk_dbf(f, "UTF-8"))
case("html-cpg", "encoding-undecodable")(lambda f: gbk_dbf(f, "<html>"))
case("S11", "geometry-type")(lambda f: spoilt(f, ".shp", 32, struct.pack("<i", 31)))


@case("S10", "schema-mismatch")
def cut_names(folder: Path) -> Path:
    m.shapefile(folder)
    names = ["建筑物户数合计".encode("gbk")[:10], "建筑物户数小计".encode("gbk")[:10]]
    fields = [(b"building_i", "C", 10), *((n, "N", 6) for n in names)]
    (folder / "buildings.dbf").write_bytes(m.dbf(fields, [[b"1", b"2", b"3"]] * 4, 0x4D))
    return folder


@case("S12", "accepted")
def zone_prefix(folder: Path) -> Path:
    m.shapefile(folder, m.buildings().to_crs(4527))
    prj = (folder / "buildings.prj").read_text()
    assert "39500000" in prj
    return folder


@case("S13", "crs-mismatch")
def metres_called_degrees(folder: Path) -> Path:
    return m.shapefile(folder, m.buildings().to_crs(4548).set_crs(4326, allow_override=True))


case("U01-in-zip", "unsupported-format")(
    lambda f: packed(f, {"buildings.geojson": b"<OGRVRTDataSource/>"})
)
case("U11", "archive-unsafe")(lambda f: packed(f, {"../../x.geojson": b"{}"}))
case("U12-backslash", "archive-unsafe")(lambda f: packed(f, {"..\\..\\x.geojson": b"{}"}))
case("U12-absolute", "archive-unsafe")(lambda f: packed(f, {"/x.geojson": b"{}"}))
case("U12-drive", "archive-unsafe")(lambda f: packed(f, {"C:x.geojson": b"{}"}))
case("U14-nested", "archive-unsafe")(lambda f: packed(f, {"inner.zip": b"PK\x05\x06" + bytes(18)}))
case("U19", "archive-too-big")(lambda f: packed(f, {f"{i}.txt": b"" for i in range(100_000)}))
case("U20", "layer-ambiguous")(
    lambda f: packed(f, {"a/buildings.shp": b"", "b/buildings.shp": b""})
)
case("U21-html", "unsupported-format")(
    lambda f: m.survey_with(f, "buildings.zip", "<html>404</html>")
)
case("U21-empty", "unsupported-format")(
    lambda f: m.zip_of(f.with_suffix(".zip"), {"readme.txt": b"x"})
)
case("zip-truncated", "file-corrupt")(
    lambda f: m.survey_with(f, "buildings.zip", b"PK\x03\x04" + bytes(200))
)


@case("U13", "archive-unsafe")
def symlink(folder: Path) -> Path:
    path = packed(folder, {})
    link = zipfile.ZipInfo("link.geojson")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return path


@case("U14-encrypted", "archive-unsafe")
def encrypted(folder: Path) -> Path:
    path = packed(folder, {})
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    return path


@case("U15", "archive-too-big")
def overlapping(folder: Path) -> Path:
    """Two entries of the directory point at the same bytes."""
    path = packed(folder, {"buildings2.geojson": b" " * 1000})
    data = bytearray(path.read_bytes())
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)
    return path


@case("U16-ratio", "archive-too-big")
def bomb(folder: Path) -> Path:
    return packed(folder, {"buildings.kml": b" " * 40_000_000})


@case("U22", "accepted")
def gbk_names(folder: Path) -> Path:
    members = good_zip_members(folder)
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for name, chinese in (("buildings", "楼栋"), ("street_offices", "街道")):
            info = zipfile.ZipInfo("x")
            info.filename = chinese.encode("gbk").decode("cp437") + ".geojson"
            archive.writestr(info, members[f"{name}.geojson"])
    # zipfile marks such names as UTF-8; a Chinese Windows writes the bare GBK bytes
    data = path.read_bytes()
    for chinese in ("楼栋", "街道"):
        wrong = (chinese.encode("gbk").decode("cp437") + ".geojson").encode()
        right = (chinese + ".geojson").encode("gbk")
        data = data.replace(wrong, right + b"_" * (len(wrong) - len(right)))
    return _rewritten(path, members)


def _rewritten(path: Path, members: dict[str, bytes]) -> Path:
    """A stored zip written by hand, names as raw GBK without the UTF-8 flag."""
    import zlib

    body, directory = b"", b""
    for name, chinese in (("buildings", "楼栋"), ("street_offices", "街道")):
        raw, data = f"{chinese}.geojson".encode("gbk"), members[f"{name}.geojson"]
        common = struct.pack("<5HIIIHH", 20, 0, 0, 0, 0, zlib.crc32(data), len(data), len(data),
                             len(raw), 0)  # fmt: skip
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common
        directory += struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + raw
        body += b"PK\x03\x04" + common + raw + data
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), len(body), 0)
    path.write_bytes(body + directory + end)
    return path


@case("U23", "accepted")
def upper_case(folder: Path) -> Path:
    m.shapefile(folder)
    for path in list(folder.glob("buildings.*")):
        path.rename(folder / path.name.upper())
    return folder


KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}
<Placemark><name>1号楼</name><ExtendedData><Data name="户数"><value>20</value></Data></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>{}</coordinates></LinearRing></outerBoundaryIs>
</Polygon></Placemark></Document></kml>"""
POINTS = " ".join(f"{x},{y},0" for x, y in m.ring())

case("kml", "accepted")(lambda f: m.survey_with(f, "buildings.kml", KML.format("", POINTS)))
case("U08", "file-corrupt")(
    lambda f: m.survey_with(
        f,
        "buildings.kml",
        KML.format("", POINTS).replace(
            "<kml", '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml'
        ),
    )
)
case("U09", "file-corrupt")(
    lambda f: m.survey_with(
        f,
        "buildings.kml",
        KML.format("&b;", POINTS).replace(
            "<kml", '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><kml'
        ),
    )
)
case("U10", "external-reference")(
    lambda f: m.survey_with(
        f,
        "buildings.kml",
        KML.format(
            "<NetworkLink><Link><href>http://127.0.0.1/</href></Link></NetworkLink>", POINTS
        ),
    )
)
case("kml-deep", "too-deep")(
    lambda f: m.survey_with(
        f, "buildings.kml", KML.format("<Folder>" * 500 + "</Folder>" * 500, POINTS)
    )
)
case("kmz", "accepted")(
    lambda f: m.survey_with(
        f, "buildings.kmz", m.zip_of(f.parent / "k", {"doc.kml": KML.format("", POINTS).encode()})
        .read_bytes()
    )
)  # fmt: skip

case("gpkg", "accepted")(lambda f: m.geopackage(f))
case("G01", "database-content")(
    lambda f: m.with_sql(
        m.geopackage(f),
        "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c)"
        " SELECT x FROM c",
    )
)
case("G02", "database-content")(
    lambda f: m.with_sql(m.geopackage(f), "CREATE VIEW v AS SELECT zeroblob(900000000) AS geom")
)
case("G03", "database-content")(
    lambda f: m.with_sql(
        m.geopackage(f),
        "CREATE TRIGGER t AFTER INSERT ON buildings BEGIN DELETE FROM buildings; END",
    )
)
case("generated-column", "database-content")(
    lambda f: m.with_sql(
        m.geopackage(f), "ALTER TABLE buildings ADD COLUMN g AS (zeroblob(900000000))"
    )
)
for _name, _wkb in {
    "nested": m.wkb_nested(1000),
    "count": b"\x01\x03\x00\x00\x00\xff\xff\xff\x7f",
    "type": b"\x01\x63\x00\x00\x00" + bytes(16),
    "truncated": m.house(0).wkb[:50],
    "order": b"\x07" + m.house(0).wkb[1:],
}.items():
    case(f"G04-{_name}", "geometry-lost")(
        lambda f, wkb=_wkb: m.with_sql(m.geopackage(f), blob=m.gp_blob(wkb))
    )
case("G04-header", "geometry-lost")(lambda f: m.with_sql(m.geopackage(f), blob=b"XX"))
case("G06", "layer-ambiguous")(lambda f: m.geopackage(f, one=m.buildings(), two=m.offices()))
case("G07", "crs-missing")(
    lambda f: m.with_sql(m.geopackage(f), "UPDATE gpkg_geometry_columns SET srs_id = -1")
)
case("sqlite", "unsupported-format")(
    lambda f: m.with_sql(f.with_suffix(".gpkg"), "CREATE TABLE t (a)")
)


@case("G05-truncated", "file-corrupt")
def gpkg_cut(folder: Path) -> Path:
    path = m.geopackage(folder)
    path.write_bytes(path.read_bytes()[:60_000])
    return path


@case("G05-rotten", "file-corrupt")
def gpkg_rotten(folder: Path) -> Path:
    path = m.geopackage(folder)
    data = bytearray(path.read_bytes())
    for page in range(2, len(data) // 4096):
        data[page * 4096 + 5 : page * 4096 + 60] = b"\xff" * 55
    path.write_bytes(data)
    return path


def parquet(folder: Path, wkb: list[bytes], geo: bool = True, **described: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    m.write_offices(folder)
    column = {"encoding": "WKB", "geometry_types": [], **described}
    meta = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = pa.table({"building_id": [str(i) for i in range(len(wkb))],
                      "households": [1] * len(wkb), "geometry": wkb})  # fmt: skip
    if geo:
        table = table.replace_schema_metadata({"geo": json.dumps(meta)})
    pq.write_table(table, folder / "buildings.parquet")
    return folder


NAN = shapely.to_wkb(shapely.polygons([[117.15, 35.09], [117.151, float("nan")],
                                       [117.151, 35.091], [117.15, 35.09]]))  # fmt: skip
case("parquet", "accepted")(lambda f: parquet(f, [m.house(0).wkb]))
case("P01", "too-deep")(lambda f: parquet(f, [m.wkb_nested(50_000)]))
case("P03", "crs-missing")(lambda f: parquet(f, [m.house(0).wkb], geo=False))
case("P03-null", "crs-missing")(lambda f: parquet(f, [m.house(0).wkb], crs=None))
case("P05", "coordinate-not-finite")(lambda f: parquet(f, [NAN]))


@case("P04", "file-corrupt")
def parquet_rotten(folder: Path) -> Path:
    path = parquet(folder, [m.house(i).wkb for i in range(50)]) / "buildings.parquet"
    data = bytearray(path.read_bytes())
    data[20:400] = b"\xff" * 380
    path.write_bytes(data)
    return folder


@case("P04-footer", "file-corrupt")
def parquet_footer(folder: Path) -> Path:
    path = parquet(folder, [m.house(0).wkb]) / "buildings.parquet"
    data = bytearray(path.read_bytes())
    data[-200:-8] = b"\x19" * 192
    path.write_bytes(data)
    return folder


def csv(text: str | bytes) -> Maker:
    return lambda f: m.survey_with(f, "buildings.csv", text)


WKT = m.house(0).wkt
case("csv-wkt", "crs-missing")(csv(f'building_id,households,wkt\n1,20,"{WKT}"\n'))
case("csv-lonlat", "accepted")(csv("楼号,户数,经度,纬度\n1,20,117.15,35.09\n"))
case("csv-xy", "crs-missing")(csv("building_id,households,x,y\n1,20,513700,3884000\n"))
case("C01", "too-deep")(
    csv('building_id,households,wkt\n1,2,"' + "GEOMETRYCOLLECTION(" * 5000 + ")" * 5000 + '"\n')
)
case("C02-nul", "file-corrupt")(csv(b"building_id,households,x,y\n1,2,\0,4\n"))
case("C02-header", "file-corrupt")(csv("1,20,117.15,35.09\n2,20,117.15,35.09\n"))
case("C02-ragged", "file-corrupt")(csv("building_id,households,lon,lat\n1,20,117.15\n"))
case("C05", "encoding-ambiguous")(csv("楼号,户数,经度,纬度\n1,20,117.15,35.09\n".encode("gbk")))


def workbook(folder: Path, rows: list[list[object]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    m.write_offices(folder)
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "buildings.xlsx")
    return folder


HEAD = ["building_id", "households", "lon", "lat"]
case("xlsx", "accepted")(lambda f: workbook(f, [HEAD, ["1", 20, 117.15, 35.09]]))
case("C04", "formula-not-allowed")(lambda f: workbook(f, [HEAD, ["1", "=1+1", 117.15, 35.09]]))
case("U18", "too-many-columns")(lambda f: workbook(f, [HEAD, [None] * 400 + [1]]))


@case("U17", "archive-too-big")
def long_workbook(folder: Path) -> Path:
    path = workbook(folder, [HEAD]) / "buildings.xlsx"
    row = b'<row r="2"><c r="A2" t="inlineStr"><is><t>some inline text</t></is></c></row>'
    with zipfile.ZipFile(path) as archive:
        members = {n: archive.read(n) for n in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    members["xl/worksheets/sheet1.xml"] = sheet.replace(
        b"</sheetData>", row * 400_000 + b"</sheetData>"
    )
    m.zip_of(path, members)
    return folder
