"""`redistrict check`: exit 0 when all holds, 1 when something fails, 2 when it cannot be read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from redistrict import profiles
from redistrict.cli import build
from tests.proposals import Paper, town
from tests.unit.verify.rules import rules

CITY = """
extends = "tengzhou-2007"
[committee]
target = 450
lower = 400
upper = 500
small_old_town = 100
[latitude]
"committee.target" = "测试小镇"
"committee.lower" = "测试小镇"
"committee.upper" = "测试小镇"
"committee.small_old_town" = "测试小镇"
"""


def save(paper: Paper, folder: Path) -> Path:
    """As our GeoPackage where it has a manifest, else as GeoJSON rounded to 1e-9 degree."""
    folder.mkdir()
    if paper.manifest is not None:
        for name, frame in paper.layers.items():
            # Somewhere in the zone of the town's coordinate system.
            there = frame.set_geometry(frame.translate(480_000, 3_880_000))
            there.to_file(folder / "proposal.gpkg", layer=name)
        (folder / "proposal.json").write_text(json.dumps(paper.manifest), "utf-8")
        return folder
    for name, frame in paper.layers.items():
        frame.to_crs(4326).to_file(
            folder / f"{name}.geojson", driver="GeoJSON", COORDINATE_PRECISION=9
        )
    paper.correspondence.to_csv(folder / "correspondence.csv", index=False)
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build(("check", "run")), ["check", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("check")
    (base / "city.toml").write_text(CITY, "utf-8")
    save(town(), base / "drawn")
    broken = town()
    broken.set("buildings", "B00", households=111)
    save(broken, base / "broken")
    carried = town()
    own = replace(rules(), name="own")
    carried.manifest = {"profile": profiles.as_dict(own), "counts": {"households": 1320}}
    save(carried, base / "ours")
    (base / "empty").mkdir()
    return base


def test_a_map_drawn_by_hand_holds(folder: Path) -> None:
    result = run(folder / "drawn", "--profile", folder / "city.toml")
    assert result.exit_code == 0, result.output
    assert "方案各项均成立" in result.output


def test_a_broken_one_fails_and_says_where(folder: Path) -> None:
    result = run(folder / "broken", "--profile", folder / "city.toml", "--lang", "en")
    assert result.exit_code == 1
    assert "service_grids a: It says 220 households; there are 221" in result.output


def test_the_proposal_s_own_profile_is_the_default(folder: Path) -> None:
    result = run(folder / "ours", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.output)
    assert answer["ok"]
    assert (answer["profile"], answer["profile_origin"]) == ("own", "manifest")
    assert {c["invariant"] for c in answer["checks"]} == {1, 2, 3, 4, 5}
    # By the policy's own band the little town's committees are too small.
    strict = run(folder / "ours", "--profile", "tengzhou-2007", "--json")
    assert strict.exit_code == 1
    failed = [c for c in json.loads(strict.output)["checks"] if c["outcome"] == "fail"]
    assert {c["name"] for c in failed} == {"window-flags", "committee-reasons"}
    assert all(len(f["place"]) == 2 for c in failed for f in c["findings"])


@pytest.mark.parametrize("arguments", [["empty"], ["absent"], ["drawn", "--profile", "nowhere"]])
def test_what_cannot_be_read(folder: Path, arguments: list[str]) -> None:
    result = run(folder / arguments[0], *arguments[1:])
    assert result.exit_code == 2
    assert "Traceback" not in result.output
