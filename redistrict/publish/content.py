"""The content hash: what a proposal says, not how, when or in which language it was made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from redistrict.model.proposal import Proposal
from redistrict.publish.rows import KEYS, compact, plain, series, tokens

GRAIN = 3
"""Decimals of a coordinate (working CRS, metres) that count."""

SENTENCES = ("reason",)
"""Columns worded in the language of the run; ``reason_code`` and ``reason_params`` say the same."""

PASSING = frozenset(
    ("seconds", "time", "times", "versions", "workers", "scheduler", "created", "lang", "host")
)
"""Manifest keys that tell about the run and not about the plan."""


def content_hash(proposal: Proposal) -> str:
    """sha256 (hex) of the canonical content.

    The same survey, profile, seed and effort give the same hash whatever the number of workers,
    the language of the run or the order of rows in the frames.
    """
    return content_hashes(proposal)["content"]


def content_hashes(proposal: Proposal) -> dict[str, str]:
    """Hash of each layer and table, of the ``manifest``, and of all together (``content``)."""
    parts = {name: frame_hash(name, frame) for name, frame in sorted(proposal.layers.items())}
    parts |= {name: frame_hash(name, table) for name, table in sorted(proposal.tables.items())}
    lasting = {"manifest": proposal.manifest, "consequences": proposal.consequences}
    parts["manifest"] = _sha256([compact(_lasting(lasting)).encode()])
    whole = _sha256(f"{name} {value}\n".encode() for name, value in sorted(parts.items()))
    return {"content": whole, **parts}


def frame_hash(name: str, frame: pd.DataFrame) -> str:
    """Hash of the rows in the order of their names, columns in alphabetical order."""
    geometry = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
    leading = [k for k in KEYS.get(name, ()) if k in frame.columns]
    rest = sorted(set(frame.columns) - {*leading, geometry, *SENTENCES})
    columns = [tokens(series(frame, c)) for c in (*leading, *rest)]
    if geometry is not None:
        columns.append(_shapes(np.asarray(frame[geometry].array, dtype=object)))
    rows = sorted("\x1f".join(row) for row in zip(*columns, strict=True))
    header = "\x1f".join((*leading, *rest))
    return _sha256(f"{line}\n".encode() for line in (header, *rows))


def _shapes(geometry: np.ndarray) -> list[str]:
    rounded = shapely.transform(shapely.force_2d(geometry), lambda xy: np.round(xy, GRAIN) + 0.0)
    binary = cast("list[bytes | None]", shapely.to_wkb(shapely.normalize(rounded)).tolist())
    return [hashlib.sha256(b).hexdigest() if b else "null" for b in binary]


def _lasting(value: Any) -> Any:
    value = plain(value)
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value)
        return {k: _lasting(v) for k, v in items.items() if k not in PASSING}
    if isinstance(value, list):
        return [_lasting(v) for v in cast("list[Any]", value)]
    return round(value, 6) if isinstance(value, float) else value


def _sha256(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
