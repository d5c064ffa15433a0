"""A small city, proposed once for all tests of revisions."""

from __future__ import annotations

from pathlib import Path

import pytest

from redistrict import publish
from redistrict.revision import Base, State, load, start
from tests.cities import proposed, small

SEED = 22


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proposal as `redistrict run` writes it."""
    out = tmp_path_factory.mktemp("revision") / "proposal"
    publish.write(proposed(small(SEED)), out)
    return out


@pytest.fixture(scope="package")
def base(folder: Path) -> Base:
    return load(folder)


@pytest.fixture
def state(base: Base) -> State:
    return start(base)
