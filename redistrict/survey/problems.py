"""Every problem type a survey can be refused with, and what its sentence needs at least.

The names are those of CASES.tsv where it has one. A parameter that the place of discovery does
not know is shown as a question mark rather than left out of the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redistrict.survey.inside import limits

PROBLEMS: Mapping[str, Mapping[str, Any]] = {
    "archive-too-big": {},
    "archive-unsafe": {"member": "?", "reason": "?"},
    "component-missing": {"component": "?"},
    "coordinate-not-finite": {},
    "coordinate-out-of-area": {"reason": "?"},
    "coordinate-out-of-range": {"x": "?", "y": "?"},
    "crs-datum": {},
    "crs-mismatch": {"x": "?", "y": "?", "crs": "?", "candidates": "?"},
    "crs-missing": {"candidates": "?"},
    "crs-unknown": {"crs": "?"},
    "database-content": {"object": "?"},
    "encoding-ambiguous": {"guess": "?"},
    "encoding-undecodable": {"encoding": "?"},
    "external-reference": {"what": "?"},
    "field-missing": {"field": "?"},
    "field-too-long": {"limit": limits.FIELD_CHARACTERS},
    "file-corrupt": {"reason": "?"},
    "file-too-big": {"bytes": 0, "limit": limits.FILE_BYTES},
    "formula-not-allowed": {},
    "geometry-empty": {},
    "geometry-lost": {},
    "geometry-type": {"type": "?"},
    "id-duplicate": {"other": "?"},
    "id-not-text": {"value": "?"},
    "layer-ambiguous": {"names": "?"},
    "layer-empty": {},
    "layer-missing": {},
    "processing-limit": {"measure": "?", "limit": 0},
    "ring-not-closed": {},
    "schema-mismatch": {"reason": "?"},
    "settings-invalid": {"reason": "?"},
    "source-missing": {},
    "text-not-allowed": {"column": "?", "row": "?"},
    "too-deep": {"limit": limits.GEOMETRY_DEPTH},
    "too-many-columns": {"count": 0, "limit": limits.COLUMNS},
    "too-many-features": {"count": 0, "limit": limits.FEATURES},
    "too-many-files": {"limit": limits.FILES},
    "too-many-vertices": {"limit": limits.VERTICES},
    "unsupported-format": {"found": "?"},
}
