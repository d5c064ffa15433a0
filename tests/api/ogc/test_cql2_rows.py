"""Which rows a filter chooses, told beforehand or worked out row by row."""

from __future__ import annotations

import itertools
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from api.errors import BadRequest
from api.ogc.cql2 import chosen, parse_json, parse_text
from api.ogc.cql2.like import pattern
from api.ogc.crs import crs84
from api.ogc.layer import Layer

FRAME = gpd.GeoDataFrame(
    {
        "name": ["Alpha", "béta", "社区", "a%b_c", None],
        "households": [200, 250, 0, -5, 7],
        "area": [1.5, np.nan, 2.0, 0.0, 4.0],
        "flag": [True, False, True, False, True],
        "day": ["2026-01-01", "2026-02-30", None, "2027-12-31", "soon"],
        "nothing": [None] * 5,
    },
    geometry=[
        shapely.box(0, 0, 2, 2),
        shapely.box(2, 0, 4, 2),
        shapely.Point(1, 1),
        shapely.LineString([(-1, 1), (3, 1)]),
        None,
    ],
    crs="OGC:CRS84",
)
LAYER = Layer("x", FRAME, "OGC:CRS84")

CASES: list[tuple[str, list[int]]] = [
    ("households = 250", [1]),
    ("households <> 250", [0, 2, 3, 4]),
    ("households >= 200 AND flag = true", [0]),
    ("area > 1", [0, 2, 4]),
    ("NOT area > 1", [3]),  # the unknown one is in neither
    ("area IS NULL", [1]),
    ("area IS NOT NULL", [0, 2, 3, 4]),
    ("area > 1 OR households = 250", [0, 1, 2, 4]),
    ("area > 1 AND households = 250", []),
    ("NOT (area > 1 AND households = 0)", [0, 1, 3, 4]),  # unknown AND false is false
    ("nothing = 1 OR true", [0, 1, 2, 3, 4]),
    ("nothing = 'x' AND true", []),
    ("NOT nothing = 1", []),
    ("nothing IS NULL", [0, 1, 2, 3, 4]),
    ("households BETWEEN 0 AND 200", [0, 2, 4]),
    ("households NOT BETWEEN 0 AND 200", [1, 3]),
    ("households IN (0, 7, 9)", [2, 4]),
    ("name IN ('Alpha', '社区')", [0, 2]),
    ("name NOT IN ('Alpha', '社区')", [1, 3]),
    ("name < 'a'", [0]),
    ("name LIKE 'A%'", [0]),
    ("name LIKE '%a'", [0, 1]),
    ("name LIKE '__'", [2]),
    ("name LIKE 'a\\%b\\_c'", [3]),
    ("name NOT LIKE '%a%'", [2]),
    ("CASEI(name) = CASEI('ALPHA')", [0]),
    ("ACCENTI(name) = ACCENTI('beta')", [1]),
    ("CASEI(ACCENTI(name)) LIKE 'b%'", [1]),
    ("households + 50 = 250", [0]),
    ("households * 2 > area + 300", [0]),
    ("households / 0 = 1", []),
    ("households % 2 = 1", [4]),
    ("households DIV 100 = 2", [0, 1]),
    ("area ^ 2 = 4", [2]),
    ("-households = 5", [3]),
    ("households > area", [0, 4]),
    ("flag = false", [1, 3]),
    ("flag", [0, 2, 4]),
    ("day < DATE('2026-06-01')", [0]),
    ("day = TIMESTAMP('2026-01-01T08:00:00+08:00')", [0]),
    ("S_INTERSECTS(geometry, POINT(1 1))", [0, 2, 3]),
    ("S_INTERSECTS(geometry, BBOX(3,0,5,5))", [1, 3]),
    ("S_INTERSECTS(POINT(3.5 1), geometry)", [1]),
    ("NOT S_INTERSECTS(geometry, POINT(1 1))", [1]),
    ("S_DISJOINT(geometry, POINT(1 1))", [1]),
    ("S_EQUALS(geometry, POLYGON((0 0,2 0,2 2,0 2,0 0)))", [0]),
    ("S_TOUCHES(geometry, POLYGON((0 2,2 2,2 3,0 3,0 2)))", [0, 1]),
    ("S_WITHIN(geometry, POLYGON((-1 -1,3 -1,3 3,-1 3,-1 -1)))", [0, 2, 3]),
    ("S_CONTAINS(geometry, POINT(3 1.5))", [1]),
    ("S_CROSSES(geometry, LINESTRING(1 -1,1 1.5))", [0, 3]),
    ("S_OVERLAPS(geometry, POLYGON((1 1,3 1,3 3,1 3,1 1)))", [0, 1]),
    ("S_INTERSECTS(geometry, geometry)", [0, 1, 2, 3]),
    ("geometry IS NULL", [4]),
]


def rows(text: str) -> list[int]:
    mask = chosen(parse_text(text), LAYER.table(crs84()))
    return np.flatnonzero(mask).tolist()


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_the_rows_are_those_told(text: str, wanted: list[int]) -> None:
    assert rows(text) == wanted


def test_text_and_json_choose_the_same() -> None:
    tree = '{"op":"and","args":[{"op":">","args":[{"property":"households"},0]},' \
        '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point",' \
        '"coordinates":[1,1]}]}]}'  # fmt: skip
    mask = chosen(parse_json(tree), LAYER.table(crs84()))
    text = "households > 0 AND S_INTERSECTS(geometry, POINT(1 1))"
    assert np.flatnonzero(mask).tolist() == rows(text) == [0]


@pytest.mark.parametrize(("a", "b"), list(itertools.product((True, False, None), repeat=2)))
def test_and_or_not_are_kleenes(a: bool | None, b: bool | None) -> None:
    said = {True: "households = households", False: "households <> households",
            None: "nothing = 1"}  # fmt: skip
    both = False if False in (a, b) else None if None in (a, b) else True
    either = True if True in (a, b) else None if None in (a, b) else False
    for text, wanted in ((f"({said[a]}) AND ({said[b]})", both),
                         (f"({said[a]}) OR ({said[b]})", either)):  # fmt: skip
        assert len(rows(text)) == (5 if wanted is True else 0)
        assert len(rows(f"NOT ({text})")) == (5 if wanted is False else 0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nowhere = 1", "filter-property"),
        ("foo(name) = 1", "filter-function"),
        ("name = 1", "filter-types"),
        ("name + 1 = 2", "filter-types"),
        ("households LIKE 'a%'", "filter-types"),
        ("households", "filter-types"),
        ("geometry = geometry", "filter-types"),
        ("S_INTERSECTS(name, POINT(1 1))", "filter-types"),
        ("day = DATE('2026-02-30')", "filter-types"),
        ("S_INTERSECTS(geometry, POLYGON((0 0,2 2,2 0,0 2,0 0)))", "filter-geometry"),
        ("S_INTERSECTS(geometry, BBOX(0,5,1,1))", "filter-geometry"),
        ("(1, 2) = 3", "filter-types"),
    ],
)
def test_what_cannot_be_evaluated_is_said(text: str, code: str) -> None:
    with pytest.raises(BadRequest) as refused:
        rows(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "tree",
    [
        "1",
        "[]",
        '{"op":"=","args":[]}',
        '{"op":"=","args":[1,2,3]}',
        '{"op":"and","args":[true]}',
        '{"op":5,"args":[]}',
        '{"op":"in","args":[1,[]]}',
        '{"property":["a"]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point"}]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[1]}]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":["a",1,2,3]}]}',
        '{"op":"=","args":[{"property":"area"},null]}',
        '{"op":"like","args":["a",{"property":"name"}]}',
        '{"op":"=","args":[{"date":{"x":1}},{"property":"day"}]}',
    ],
)
def test_json_of_a_wrong_shape_is_refused(tree: str) -> None:
    with pytest.raises(BadRequest):
        chosen(parse_json(tree), LAYER.table(crs84()))


def _likes(wanted: str, text: str) -> bool:
    """LIKE by its definition, trying everything."""
    if not wanted:
        return not text
    if wanted[0] == "%":
        return any(_likes(wanted[1:], text[i:]) for i in range(len(text) + 1))
    return bool(text) and wanted[0] in ("_", text[0]) and _likes(wanted[1:], text[1:])


def test_like_agrees_with_its_definition() -> None:
    texts = ["".join(t) for n in range(5) for t in itertools.product("ab", repeat=n)]
    wanted = ["".join(t) for n in range(5) for t in itertools.product("ab%_", repeat=n)]
    wrong: list[Any] = [
        (w, t)
        for w in wanted
        for t in texts
        if (pattern(w).fullmatch(t) is not None) != _likes(w, t)
    ]
    assert wrong == []


def test_like_with_many_wildcards_ends() -> None:
    assert pattern("%a" * 200 + "%b").fullmatch("a" * 20_000) is None
