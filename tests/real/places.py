"""Where the real data lies; tests that need it say so when it is absent."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"
DEMONSTRATION = Path(__file__).parents[2] / "data" / "boundaries"


def need(name: str) -> Path:
    """The path of a data set beside the repository, or a skip that names it."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs ../shared/data/{name}, which is not beside this checkout")
    return path
