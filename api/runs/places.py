"""Where the process of a run leaves what its parent gathers, below the folder of the attempt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.store.tables import AS_ASKED
from redistrict.publish.alternatives import FOLDER, LISTING, place


def places(folder: Path, step: str) -> tuple[Path, Path]:
    """The files and the layers (GeoParquet) of the proposal of this step."""
    if step == AS_ASKED:
        return folder / "out", folder / "layers"
    return place(folder / "out", step), folder / f"layers-{step}"


def alternatives_of(out: Path) -> Mapping[str, Any] | None:
    """What tells the proposals of a run apart; None where it was asked for one."""
    listing = out / FOLDER / LISTING
    return json.loads(listing.read_bytes()) if listing.is_file() else None
