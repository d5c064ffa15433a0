"""look: what the columns of a survey's files hold, before anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from redistrict.model.survey import LAYERS
from redistrict.survey.fields import FIELDS
from redistrict.survey.sandbox import open_sandboxed

SAMPLES = 5
LONGEST = 60
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class Column:
    """A column as the file has it. ``samples``: its first different values, as text."""

    name: str
    kind: str
    empty: int
    distinct: int
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """A layer of a file, and the fields of the contract that its columns can be read as."""

    layer: str
    file: str
    rows: int
    columns: tuple[Column, ...]
    fields: tuple[str, ...]
    required: tuple[str, ...]


_REQUIRED = {"buildings": ("building_id", "households"), "premises": ("premises_id", "area_m2")}


def look(path: Path, encoding: str | None = None) -> list[Columns]:
    """Every layer of the survey at ``path``, opened in the sandbox. Raises SurveyError."""
    safe = open_sandboxed(path, LAYERS, encoding)
    return [
        Columns(
            one.layer,
            one.file,
            one.rows,
            tuple(
                _column(n, one.columns.column(i)) for i, n in enumerate(one.columns.column_names)
            ),
            tuple(f.name for f in FIELDS[one.layer] if not f.extra),
            _REQUIRED.get(one.layer, (f"{one.layer.removesuffix('s')}_id",)),
        )
        for one in safe.layers
        if one.layer in FIELDS
    ]


def _column(name: str, values: pa.ChunkedArray) -> Column:
    try:
        different = values.drop_null().unique().to_pylist()
    except pa.ArrowNotImplementedError:
        different = []
    samples = tuple(_shown(v) for v in different[:SAMPLES])
    kind = "number" if _number(values.type) else "text"
    return Column(name, kind, int(values.null_count), len(different), samples)


def _number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def _shown(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
