"""GeoParquet 1.x by pyarrow: sizes looked at in the footer, types before a page is decoded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from . import limits
from .json_text import parse_small
from .raw import RawLayer, check_counts
from .refused import Note, Refused


def read(path: Path, name: str) -> RawLayer:
    """One layer; nested columns other than a covering bbox are named and left out."""
    try:
        file = pq.ParquetFile(
            path,
            thrift_string_size_limit=16 * limits.MEGABYTE,
            thrift_container_size_limit=1_000_000,
        )
        metadata = file.metadata
        schema = file.schema_arrow
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Refused("file-corrupt", {"reason": "parquet"}) from error
    flat = [f.name for f in schema if not pa.types.is_nested(f.type)]
    check_counts(metadata.num_rows, len(schema))
    size = sum(metadata.row_group(g).total_byte_size for g in range(metadata.num_row_groups))
    if size > limits.FILE_BYTES:
        raise Refused("archive-too-big", {"bytes": size, "limit": limits.FILE_BYTES})
    geo = _geo(schema.metadata or {})
    primary = geo.get("primary_column", "geometry")
    described = geo["columns"].get(primary, {})
    if len(set(schema.names)) < len(schema.names):
        raise Refused("schema-mismatch", {"reason": "column-twice"})
    if not isinstance(described, dict) or described.get("encoding", "WKB") != "WKB":
        raise Refused("unsupported-format", {"found": "GeoParquet " + str(described)[:40]})
    if primary not in flat or not _is_binary(schema.field(primary).type):
        raise Refused("file-corrupt", {"reason": "geometry column"})
    try:
        # one thread, one pass; page checksums are verified where the writer gave them
        table = pq.read_table(
            path, columns=flat, use_threads=False, page_checksum_verification=True, memory_map=False
        ).combine_chunks()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, NotImplementedError) as error:
        raise Refused("file-corrupt", {"reason": "parquet"}) from error
    notes = [
        Note("column-nested", "info", {"column": f.name})
        for f in schema
        if pa.types.is_nested(f.type) and f.name != "bbox"
    ]
    wkb = table.column(primary).to_pylist()
    columns = {c: _plain(table.column(c)) for c in flat if c != primary}
    return RawLayer(
        file=name,
        columns=columns,
        wkb=wkb,
        rows=table.num_rows,
        crs=_crs(described),
        crs_stated="crs" in described,
        notes=notes,
    )


def _geo(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    text = metadata.get(b"geo")
    if text is None:
        raise Refused("crs-missing", {"reason": "geo metadata"})
    geo = parse_small(text)
    if not isinstance(geo, dict) or not isinstance(geo.get("columns"), dict):
        raise Refused("file-corrupt", {"reason": "geo metadata"})
    return geo


def _crs(described: dict[str, Any]) -> str | None:
    if "crs" not in described:
        return "OGC:CRS84"  # the specification's default
    return None if described["crs"] is None else json.dumps(described["crs"], sort_keys=True)


def _is_binary(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _plain(column: pa.ChunkedArray) -> Any:
    """Numbers, booleans and text as Arrow; anything else as text."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_integer(kind) and kind != pa.uint64():
        return _one(column.cast(pa.int64()))
    if pa.types.is_floating(kind):
        return _one(column.cast(pa.float64()))
    if pa.types.is_boolean(kind):
        return _one(column)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _one(column.cast(pa.large_string()))
    return [None if v is None else v if isinstance(v, int | float) else str(v)
            for v in column.to_pylist()]  # fmt: skip


def _one(column: pa.ChunkedArray) -> pa.Array:
    joined = column.combine_chunks()
    if isinstance(joined, pa.ChunkedArray):
        joined = pa.concat_arrays(joined.chunks) if joined.num_chunks else pa.nulls(0, column.type)
    return joined
