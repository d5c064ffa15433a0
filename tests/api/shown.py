"""Proposals to show: a generated city that was really run, and a town with hostile names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from redistrict import publish
from redistrict.model.proposal import Proposal
from tests.api.folder import TOKEN, FolderSource, app
from tests.cities import proposed, small
from tests.unit.publish.fakes import town

MARKUP = "<script>alert('网')</script>&"
FORMULA = '=HYPERLINK("http://127.0.0.1/","x")'
QUOTED = "O'Brien 社区"
RARE = "𠮷祥社区"
"""The first character is not in GBK."""


def hostile_town() -> Proposal:
    """The town in degrees, with names that want to be run."""
    made = town("EPSG:4490")
    committees = made.layers["committees"].copy()
    names = [MARKUP, FORMULA, QUOTED, RARE]
    committees["name"] = [
        names[i] if i < len(names) else n for i, n in enumerate(committees["name"])
    ]
    committees["reason"] = ["长" * 200 if i == 0 else None for i in range(len(committees))]
    return replace(made, layers={**made.layers, "committees": committees})


@pytest.fixture(scope="session")
def shown_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders as `redistrict run` writes them: ``city`` (metres, EPSG:4527), ``town`` (degrees)."""
    folder = tmp_path_factory.mktemp("shown")
    publish.write(proposed(small(5)), folder / "city")
    publish.write(hostile_town(), folder / "town")
    return {"city": folder / "city", "town": folder / "town"}


@pytest.fixture
def source(shown_folders: dict[str, Path]) -> FolderSource:
    """Both proposals; the public sees the city only."""
    return both(shown_folders)


def both(folders: dict[str, Path]) -> FolderSource:
    """A source of the proposals in ``folders``."""
    return FolderSource(
        folders,
        titles={"city": "滕州方案", "town": f"小镇 {MARKUP}"},
        adopted=frozenset(("city",)),
    )


@pytest.fixture
def shown(source: FolderSource) -> TestClient:
    """A client of the app that shows them, with the planner's token in its header."""
    return TestClient(app(source), headers={"Authorization": f"Bearer {TOKEN}"})
