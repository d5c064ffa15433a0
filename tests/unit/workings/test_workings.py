"""The workings go through their file unchanged, and equal ones give equal bytes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from redistrict import publish, workings
from redistrict.model.proposal import Proposal
from redistrict.model.workings import Workings
from redistrict.survey import ReadOptions, read
from tests.cities import proposed, small


@pytest.fixture(scope="module")
def made() -> Proposal:
    return proposed(small(6))


@pytest.fixture(scope="module")
def kept(made: Proposal) -> Workings:
    assert made.workings is not None
    return made.workings


def test_what_is_read_is_what_was_written(kept: Workings, tmp_path: Path) -> None:
    digest = workings.write(kept, tmp_path)
    found = workings.read(tmp_path, digest)
    pd.testing.assert_frame_equal(found.cells.frame, kept.cells.frame)
    for name in ("a", "b", "length", "barrier", "loose_barriers"):
        ours, theirs = getattr(found.cells, name), getattr(kept.cells, name)
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(found.service_grid, kept.service_grid)
    np.testing.assert_array_equal(found.committee, kept.committee)
    for of in ("survey", "present", "layers"):
        assert set(getattr(found, of)) == set(getattr(kept, of))
        for name, frame in getattr(kept, of).items():
            pd.testing.assert_frame_equal(getattr(found, of)[name], frame)
    assert (found.working_crs, found.lasting) == (kept.working_crs, kept.lasting)


def test_equal_workings_give_equal_bytes(kept: Workings, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        workings.write(kept, tmp_path / name)
    one, two = (tmp_path / name / workings.FILE for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_they_lie_beside_the_layers_and_disturb_nobody(made: Proposal, tmp_path: Path) -> None:
    hashes = publish.write(made, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "proposal.json").read_text(encoding="utf-8"))
    assert workings.FILE in told["files"]
    assert told["content_hash"] == hashes["content"] == publish.content_hash(made)
    workings.read(tmp_path / "out", told["workings"])
    survey, findings = read(tmp_path / "out", ReadOptions())
    assert len(survey.layers["buildings"]) == len(made.layers["buildings"])
    assert not [f for f in findings if f.code == "file-ignored"]
