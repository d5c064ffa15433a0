"""CQL2 text against an independent parser (the library ``cql2``), and bounds on hostile text."""

from __future__ import annotations

import contextlib
from typing import Any

import cql2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.errors import BadRequest
from api.ogc.cql2 import parse_json, parse_text

GOOD = (
    "a = 1",
    "a <> 'x'",
    "a BETWEEN 1 AND 3",
    "a NOT BETWEEN 1 AND 3",
    "a IN (1,2)",
    "a NOT IN ('x','y')",
    "casei(name) IN (casei('a'), casei('b'))",
    "a IS NULL",
    "a IS NOT NULL",
    "a LIKE 'x%'",
    "a NOT LIKE 'x%'",
    "CASEI(a) LIKE casei('x%')",
    "ACCENTI(a)=accenti('é')",
    "a + 3*2 > 1",
    "a - b - c = 1",
    "a*b+c*-2 >= (3 - -4)",
    "a^2=4",
    "a % 2 = 1",
    "a div 2 = 1",
    "-a < 3",
    "-(a+1)=2",
    "a=1 or b=2 and c=3",
    "NOT (a=1 or b=2) and c=3",
    "not (a=1) and not b=2",
    "not not a=1",
    "S_INTERSECTS(geom, POINT(1 2))",
    "S_INTERSECTS(geom, POINT Z(1 2 3))",
    "S_INTERSECTS(geom,LINESTRING(0 0,1.5 -10))",
    "S_INTERSECTS(geom, POLYGON((0 0,1 0,1 1,0 0)))",
    "s_within(geometry, MULTIPOLYGON(((0 0,1 0,1 1,0 0))))",
    "S_INTERSECTS(geom,GEOMETRYCOLLECTION(POINT(1 2)))",
    "S_INTERSECTS(geom, BBOX(0,0,1,1))",
    "d > TIMESTAMP('2020-01-01T00:00:00Z')",
    "date = DATE('2020-01-01')",
    "T_DURING(INTERVAL(a,b), INTERVAL('2020-01-01','..'))",
    "A_CONTAINS(x,('a','b'))",
    "true",
    "flag = true",
    '"户数" > 200',
    "户数 > 200",
    '"a""b"=1',
    "foo(a) = 1",
    "a = 'it''s'",
    "'x' = a",
    "a = b",
)
BAD = ("", "a=", "a='x' AND", "a = 'x", "(a=1", "a=1)", "a BETWEEN 1", "a IN ()", "a NOT 1",
       "a = 1 b = 2", "POINT(1", "a = 1e400", "a ! b", "AND", "a IS 1", "POINT(a b)")  # fmt: skip


def plain(tree: Any) -> Any:
    """Trees of both parsers in one notation."""
    if isinstance(tree, dict) and tree.get("op") in ("and", "or"):
        args = [plain(a) for a in tree["args"]]
        same = [
            a["args"] if isinstance(a, dict) and a.get("op") == tree["op"] else [a] for a in args
        ]
        return {"op": tree["op"], "args": [a for some in same for a in some]}
    if isinstance(tree, dict):
        return {k: v.lower() if k == "op" else plain(v) for k, v in tree.items()}
    if isinstance(tree, list):
        return [plain(v) for v in tree]
    if isinstance(tree, int | float) and not isinstance(tree, bool):
        return float(tree)
    return tree


def _terms(op: str, tree: Any) -> list[Any]:
    return tree["args"] if isinstance(tree, dict) and tree.get("op") == op else [tree]


@pytest.mark.parametrize("text", GOOD)
def test_read_as_the_library_reads_it(text: str) -> None:
    assert plain(parse_text(text)) == plain(cql2.parse_text(text).to_json())


@pytest.mark.parametrize("text", BAD)
def test_what_is_not_cql2_is_refused_with_the_place(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_text(text)
    assert refused.value.code == "filter-syntax"
    assert 0 <= refused.value.params["position"] <= len(text)


LEAVES = st.sampled_from(["a = 1", "b <> 'x'", "c IS NULL", "a + b * 2 < c", "d LIKE '%x_'"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda t: f"NOT ({t})"),
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(" ".join),
        inner.map(lambda t: f"({t})"),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_nested_conditions_are_read_as_the_library_reads_them(text: str) -> None:
    assert plain(parse_text(text)) == plain(cql2.parse_text(text).to_json())


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="()'\"%=<>+-*/ aANDORTINLKEPU0123.,\\网", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BadRequest):
        parse_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 8000 + "a=1" + ")" * 8000,
        "(" * 8000,
        "NOT " * 4000 + "a=1",
        "-" * 8000 + "a=1",
        "casei(" * 2000 + "a" + ")" * 2000 + "='x'",
        "POLYGON" + "(" * 8000 + "0 0" + ")" * 8000,
        "(" * 12 + " and ".join(["a=1"] * 1500) + " and )" + ")" * 11,
        "a IN (" + ",".join("1" * 5000) + ")",
        "a = 1 OR " * 2000 + "a = 1",
    ],
)
def test_text_that_other_parsers_choke_on_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_text(text)


@pytest.mark.parametrize(
    "text", ["[" * 5000, '{"op":"not","args":[' * 60 + "true" + "]}" * 60, "{", "NaN", '"\\ud800"']
)
def test_json_that_is_deep_or_broken_is_refused(text: str) -> None:
    with pytest.raises(Exception) as refused:
        parse_json(text)
    assert getattr(refused.value, "status", None) in (400, 422)
