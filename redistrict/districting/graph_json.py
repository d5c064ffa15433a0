"""Graphs as redistricting tools exchange them: networkx adjacency or node-link JSON.

Nothing is guessed: whatever cannot be used is refused with a `GraphError` whose findings name
the node, edge or field. Numbers are read as decimals, so that a weight of 12.5 is exactly that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, cast

import numpy as np
from numpy.typing import NDArray

from redistrict.model.errors import GraphError
from redistrict.model.finding import Finding

MAX_BYTES = 48 * 2**20
"""Largest file that is opened; a JSON text takes about ten times its size in memory."""
MAX_VALUES = 6_000_000
"""Most values in a file: a value of two bytes (`{}`, `0.`) takes a hundred in memory."""
MAX_NODES = 50_000
MAX_EDGES = 400_000
MAX_TOTAL = 2**52
"""Totals stay below this after scaling, so that sums and products never overflow."""
LENGTH_TOTAL = 10**9
"""Edge lengths are scaled by the power of ten that brings their sum just below this."""

Json = Any


@dataclass(frozen=True)
class Graph:
    """An undirected simple graph with exact integer weights.

    ``weights`` (n,) are the file's figures times ``weight_scale`` (a power of ten, 1 where all
    are whole numbers). ``edges`` (m, 2), a < b, sorted. ``lengths`` (m,) are the file's figures
    as floats; ``lengths_scaled`` the same times ``length_scale``, rounded to whole numbers.
    """

    ids: tuple[str, ...]
    weights: NDArray[np.int64]
    weight_scale: int
    edges: NDArray[np.int32]
    lengths: NDArray[np.float64] | None = None
    lengths_scaled: NDArray[np.int64] | None = None
    length_scale: int = 1


def refuse(code: str, feature: str | None = None, /, **params: object) -> NoReturn:
    """Raise the `GraphError` for one fault; ``params`` fill the catalogue's sentence."""
    raise GraphError(Finding(code, "error", layer="graph", feature_id=feature, params=params))


def read_graph(path: Path, weight: str, edge_length: str | None = None) -> Graph:
    """The graph in ``path``, node weights from field ``weight``.

    Raises `GraphError` (findings ``graph-*``) for a file that cannot be read or is not such a
    graph: missing or non-numeric fields, negative or infinite figures, duplicate nodes, edges to
    nowhere, parallel or one-way edges, more than `MAX_NODES` nodes or `MAX_BYTES` bytes.
    """
    data = _load(path)
    _refuse_kind(data)
    nodes = data.get("nodes")
    if not isinstance(nodes, list):
        refuse("graph-no-nodes", file=path.name)
    rows = cast("list[Json]", nodes)
    if len(rows) > MAX_NODES:
        refuse("graph-too-large", nodes=len(rows), limit=MAX_NODES)
    if not rows:
        refuse("graph-empty", file=path.name)
    index, ids = _node_ids(rows)
    weights, scale = _weights(rows, ids, weight)
    arcs = _adjacency(data, ids) if "adjacency" in data else _links(data, path.name)
    edges, lengths = _edges(arcs, index, ids, edge_length, bool(data.get("directed")))
    if lengths is None:
        return Graph(ids, weights, scale, edges)
    total = sum(lengths)
    length_scale = 1
    while total * length_scale * 10 <= LENGTH_TOTAL and length_scale < 10**15:
        length_scale *= 10
    return Graph(
        ids,
        weights,
        scale,
        edges,
        np.array([float(x) for x in lengths], dtype=np.float64),
        np.array([int((x * length_scale).to_integral_value()) for x in lengths], dtype=np.int64),
        length_scale,
    )


def to_integer(value: Decimal, scale: int, *, up: bool) -> int:
    """``value * scale`` rounded up or down to a whole number, exactly; beyond `MAX_TOTAL` squared
    just that, since no weight compares with it."""
    if value.adjusted() > 2 * len(str(MAX_TOTAL)):  # its digits might not fit in memory
        return MAX_TOTAL**2 if value > 0 else -(MAX_TOTAL**2)
    scaled = value * scale
    return int(scaled.to_integral_value(rounding="ROUND_CEILING" if up else "ROUND_FLOOR"))


def _load(path: Path) -> dict[str, Json]:
    try:
        if not path.is_file():
            refuse("graph-file-missing", file=str(path))
        size = path.stat().st_size
        if size > MAX_BYTES:
            refuse("graph-file-too-large", megabytes=size // 2**20, limit=MAX_BYTES // 2**20)
        raw = path.read_bytes()
    except OSError as error:
        refuse("graph-file-unreadable", file=path.name, why=error.strerror or "")
    if sum(raw.count(mark) for mark in (b",", b"[", b"{")) > MAX_VALUES:
        refuse("graph-too-many-values", file=path.name, limit=MAX_VALUES)
    try:
        data: Json = json.loads(
            raw.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_constant
        )
    except UnicodeDecodeError as error:
        refuse("graph-not-utf8", file=path.name, position=error.start)
    except json.JSONDecodeError as error:
        refuse("graph-not-json", file=path.name, line=error.lineno, column=error.colno)
    except RecursionError:
        refuse("graph-nested-too-deep", file=path.name)
    except ValueError:  # an integer of thousands of digits
        refuse("graph-number-too-large", file=path.name)
    if not isinstance(data, dict):
        refuse("graph-no-nodes", file=path.name)
    return cast("dict[str, Json]", data)


def _constant(name: str) -> Decimal:
    return Decimal(name)  # NaN and the infinities are refused where they are used


def _refuse_kind(data: Mapping[str, Json]) -> None:
    for flag in ("directed", "multigraph"):
        if not isinstance(data.get(flag, False), bool):
            refuse("graph-flag", field=flag)


def _name(value: Json) -> str | None:
    """The id of a node as text; networkx writes tuples as lists."""
    if isinstance(value, list):
        parts = [_name(x) for x in cast("list[Json]", value)]
        return None if None in parts else "(" + ", ".join(cast("list[str]", parts)) + ")"
    if value is None or isinstance(value, (dict, bool)):
        return None
    return str(value)


def _node_ids(rows: list[Json]) -> tuple[dict[str, int], tuple[str, ...]]:
    index: dict[str, int] = {}
    for i, row in enumerate(rows):
        name = _name(row.get("id")) if isinstance(row, dict) else None
        if name is None:
            refuse("graph-node-without-id", f"row:{i}", row=i)
        if name in index:
            refuse("graph-duplicate-node", name, node=name)
        index[name] = i
    return index, tuple(index)


def _number(value: Json) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    return None


def _weights(rows: list[Json], ids: tuple[str, ...], field: str) -> tuple[NDArray[np.int64], int]:
    if not any(field in row for row in rows):
        known = sorted({str(k) for row in rows[:100] for k in row if k != "id"})
        refuse("graph-unknown-weight", field=field, known=", ".join(known[:20]) or "-")
    figures: list[Decimal] = []
    digits = 0
    for row, name in zip(rows, ids, strict=True):
        figure = _number(row.get(field))
        if figure is None:
            refuse("graph-weight-not-a-number", name, node=name, field=field)
        if not figure.is_finite():
            refuse("graph-weight-not-finite", name, node=name, field=field)
        if figure < 0:
            refuse("graph-weight-negative", name, node=name, field=field, value=str(figure))
        if figure > MAX_TOTAL:
            refuse("graph-weights-too-large", name, field=field)
        exponent = figure.normalize().as_tuple().exponent
        digits = max(digits, -exponent if isinstance(exponent, int) else 0)
        figures.append(figure)
    if digits > 15 or sum(figures) * 10**digits > MAX_TOTAL:
        refuse("graph-weights-too-large", field=field)
    scale = 10**digits
    return np.array([int(f * scale) for f in figures], dtype=np.int64), scale


Arc = tuple[Json, Json, Mapping[str, Json]]


def _adjacency(data: Mapping[str, Json], ids: tuple[str, ...]) -> Iterator[Arc]:
    lists = data["adjacency"]
    if not isinstance(lists, list) or len(cast("list[Json]", lists)) != len(ids):
        refuse("graph-adjacency-length", nodes=len(ids))
    for name, neighbours in zip(ids, cast("list[Json]", lists), strict=True):
        if not isinstance(neighbours, list):
            refuse("graph-edge-malformed", name, edge=name)
        for other in cast("list[Json]", neighbours):
            if not isinstance(other, dict):
                refuse("graph-edge-malformed", name, edge=name)
            yield name, cast("dict[str, Json]", other).get("id"), cast("dict[str, Json]", other)


def _links(data: Mapping[str, Json], file: str) -> Iterator[Arc]:
    links = data.get("links", data.get("edges"))
    if not isinstance(links, list):
        refuse("graph-no-edges", file=file)
    for i, link in enumerate(cast("list[Json]", links)):
        if not isinstance(link, dict) or "source" not in link or "target" not in link:
            refuse("graph-edge-malformed", f"row:{i}", edge=i)
        row = cast("dict[str, Json]", link)
        yield row["source"], row["target"], row


def _edges(
    arcs: Iterator[Arc],
    index: Mapping[str, int],
    ids: tuple[str, ...],
    field: str | None,
    directed: bool,
) -> tuple[NDArray[np.int32], list[Decimal] | None]:
    seen: dict[tuple[int, int], Decimal | None] = {}  # direction -> length
    keys: dict[tuple[int, int], Json] = {}
    for source, target, row in arcs:
        names = (_name(source), _name(target))
        for name in names:
            if name is None or name not in index:
                refuse("graph-dangling-edge", name, source=str(names[0]), target=str(names[1]))
        a, b = index[cast("str", names[0])], index[cast("str", names[1])]
        if a == b:
            continue  # a loop is never cut
        if "key" in row:  # a multigraph: parallel edges would have to be counted apart
            pair = (min(a, b), max(a, b))
            if keys.setdefault(pair, row["key"]) != row["key"]:
                refuse("graph-parallel-edges", source=ids[a], target=ids[b])
        length = None
        if field is not None:
            length = _number(row.get(field))
            where = {"source": ids[a], "target": ids[b], "field": field}
            if length is None:
                refuse("graph-edge-length-missing", **where)
            if not length.is_finite() or length < 0 or length > MAX_TOTAL:
                refuse("graph-edge-length-bad", value=str(length), **where)
        for direction in ((a, b), (b, a)):
            if seen.get(direction, length) != length:
                refuse("graph-edge-length-differs", source=ids[a], target=ids[b], field=field)
        seen[a, b] = length
        if len(seen) > 2 * MAX_EDGES:
            refuse("graph-too-many-edges", limit=MAX_EDGES)
    if directed:
        for a, b in seen:
            if (b, a) not in seen:
                refuse("graph-directed", source=ids[a], target=ids[b])
    pairs = sorted({(min(a, b), max(a, b)) for a, b in seen})
    edges = np.array(pairs, dtype=np.int32).reshape(-1, 2)
    if field is None:
        return edges, None
    return edges, [cast("Decimal", seen.get((a, b), seen.get((b, a)))) for a, b in pairs]
