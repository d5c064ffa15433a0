"""Functions of texts, put to each different text once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np

from api.ogc.cql2.table import Column, Kind


def mapped(value: Column, change: Callable[[str], Any], kind: Kind = "text") -> Column:
    """``change`` of every text of ``value``, as a column of ``kind``."""
    dtype = np.bool_ if kind == "boolean" else object
    if not value.values.shape:
        return Column(kind, np.array(change(str(value.values[()])), dtype=dtype), value.known)
    made: dict[str, Any] = {}
    out = np.empty(value.values.shape, dtype=dtype)
    for at, text in enumerate(value.values.tolist()):
        if text not in made:
            made[text] = change(text)
        out[at] = made[text]
    return Column(kind, out, value.known)


def accents_removed(text: str) -> str:
    """The text without combining marks (canonical decomposition)."""
    apart = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)
