"""Cases J and U of CASES.tsv that are GeoJSON, made here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.survey.makers import collection, feature, ring, survey_with
from tests.unit.survey.refusals import answer


def good() -> dict:
    return collection(feature([ring()]))


def two_ids(first: object, second: object) -> dict:
    return collection(
        feature([ring(0)], properties={"building_id": first, "households": 1}),
        feature([ring(1)], properties={"building_id": second, "households": 1}),
    )


def put(coordinate: str) -> str:
    """The good collection with one coordinate written as given."""
    text = json.dumps(good())
    first = json.dumps(ring()[1][0])
    return text.replace(first, coordinate, 1)


def deep_collection(depth: int) -> str:
    inner = '{"type":"Point","coordinates":[117,35]}'
    for _ in range(depth):
        inner = '{"type":"GeometryCollection","geometries":[' + inner + "]}"
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
        + (inner + "}]}")
    )


def deep_property(depth: int) -> str:
    text = json.dumps(collection(feature([ring()], properties={"building_id": "1", "deep": 0})))
    return text.replace('"deep": 0', '"deep": ' + "[" * depth + "]" * depth)


OPEN = ring()[:-1]
SHALLOW = ring()
NAME = {"building_id": "B0", "households": 1}
LONE = NAME | {"address": "\ud800"}

CASES = {
    "J01": (put("NaN"), "coordinate-not-finite"),
    "J02": (put("Infinity"), "coordinate-not-finite"),
    "J03-1e308": (put("1e308"), "coordinate-out-of-range"),
    "J03-1e26": (put("1e26"), "coordinate-out-of-range"),
    "J04": (put("1e400"), "file-corrupt"),
    "J05-null": (put("null"), "geometry-lost"),
    "J05-string": (put('"117"'), "geometry-lost"),
    "J06": (collection(feature(SHALLOW)), "geometry-lost"),
    "J07": (collection(feature([OPEN])), "ring-not-closed"),
    "J08-two": (collection(feature([ring()[:2]])), "geometry-empty"),
    "J08-ring": (collection(feature([[]])), "geometry-empty"),
    "J08-polygon": (collection(feature([])), "geometry-empty"),
    "J10": (deep_collection(1000), "too-deep"),
    "J10-within-json-limit": (deep_collection(20), "too-deep"),
    "J11": (deep_property(1000), "too-deep"),
    "J12": ("[" * 100_000, "file-corrupt"),
    "J13": (
        collection(
            *(feature([ring()], properties={f"k{i}": 1}) for i in range(20_000))
        ),
        "too-many-columns",
    ),
    "J14": (collection(feature([ring()], properties=NAME | {"address": "长" * 20_000_000})),
            "field-too-long"),
    "J15": (json.dumps(good()).encode("utf-16"), "encoding-undecodable"),
    "J15-no-mark": (json.dumps(good()).encode("utf-16-le"), "encoding-undecodable"),
    "J16": (json.dumps(collection(feature([ring()], properties=NAME | {"address": "荆河路"})),
                       ensure_ascii=False).encode("gbk"), "encoding-undecodable"),
    "J17": ('{"type":"FeatureCollection",' + json.dumps(good())[1:], "file-corrupt"),
    "J18": (json.dumps(good())[:-40], "file-corrupt"),
    "J19": (json.dumps(feature([ring(0)])) + "\n" + json.dumps(feature([ring(1)])) + "\n",
            "unsupported-format"),
    "J20": (two_ids("a", "a"), "id-duplicate"),
    "J21-number": (two_ids(1, "1"), "id-duplicate"),
    "J21-float": (two_ids(1.0, "1"), "id-duplicate"),
    "J21-full-width": (two_ids("1", "１"), "id-duplicate"),
    "J22-nfc": (two_ids("e\u0301", "\u00e9"), "id-duplicate"),
    "J22-trim": (two_ids("a", " a "), "id-duplicate"),
    "J23": (two_ids(2**53 + 1, 2**53 + 2), "id-not-text"),
    "J23-digits": (two_ids(1, 2).__repr__().replace("'", '"').replace("1,", "9" * 5000 + ",", 1),
                   "file-corrupt"),
    "J24-null": (two_ids(None, "b"), "accepted"),  # repair makes ids and says so (decision 0002)
    "J25-nul": (collection(feature([ring()], properties=NAME | {"address": "a\0b"})),
                "text-not-allowed"),
    "J25-surrogate": (json.dumps(collection(feature([ring()], properties=LONE))),
                      "text-not-allowed"),
    "J25-bidi": (collection(feature([ring()], properties=NAME | {"address": "a\u202eb"})),
                 "text-not-allowed"),
    "J25-unused-column": (collection(feature([ring()], properties=NAME | {"note": "a\u202eb"})),
                          "accepted"),
    "J26": (collection(feature([[[y, x] for x, y in ring()]])), "coordinate-out-of-area"),
    "J27-cut": (collection(feature([[[179, 35], [-179, 35], [-179, 36], [179, 35]]])),
                "coordinate-out-of-area"),
    "J27-beyond": (collection(feature([[[179, 35], [181, 35], [181, 36], [179, 35]]])),
                   "coordinate-out-of-area"),
    "J28": (collection(feature([[[x * 111_000, y * 111_000] for x, y in ring()]])),
            "coordinate-out-of-range"),
    "J32-3d": (collection(feature([[[*p, 5.0] for p in ring()]])), "accepted"),
    "J32-4d": (collection(feature([[[*p, 5.0, 1.0] for p in ring()]])), "accepted"),
    "U06": ({**good(), "crs": {"type": "link", "properties": {"href": "http://127.0.0.1/x"}}},
            "external-reference"),
    "U07": ({**good(), "crs": {"type": "url", "properties": {"url": "http://127.0.0.1/x"}}},
            "external-reference"),
    "U01": ("<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>CSV:/etc/passwd"
            "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>", "unsupported-format"),
    "U03": ({"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline"},
            "unsupported-format"),
    "U05": ("<OGRWFSDataSource><URL>http://127.0.0.1/</URL></OGRWFSDataSource>",
            "unsupported-format"),
    "bow-tie": (collection(feature([[ring()[i] for i in (0, 2, 1, 3, 0)]])), "accepted"),
    "no-features": (collection(), "layer-empty"),
    "geometry-type": (collection(feature(ring(), "LineString")), "geometry-type"),
    "unknown-type": (collection(feature(ring(), "Blob")), "geometry-type"),
    "no-households": (collection(feature([ring()], properties={"building_id": "B0"})),
                      "field-missing"),
    "elsewhere": (collection(feature([[[x - 5, y] for x, y in ring()]])), "coordinate-out-of-area"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_case_answers_with_its_problem_type(case: str, tmp_path: Path) -> None:
    content, expected = CASES[case]
    assert answer(survey_with(tmp_path, "buildings.geojson", content)) == expected


def test_too_many_vertices_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """J31, through the scan itself: ten million points of GeoJSON do not fit the suite's minute."""
    from redistrict.survey.inside import finish, limits
    from redistrict.survey.inside.raw import RawLayer
    from redistrict.survey.inside.refused import Refused
    from tests.unit.survey.makers import house

    monkeypatch.setattr(limits, "VERTICES", 12)
    layer = RawLayer("f", {}, [house(0).wkb, house(1).wkb, house(2).wkb], 3)
    with pytest.raises(Refused) as refused:
        finish.finish(layer)
    assert refused.value.code == "too-many-vertices"
