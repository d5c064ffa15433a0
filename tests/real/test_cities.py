"""Whole runs through the command line: a real ward and the demonstration city."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from tests.real.places import DEMONSTRATION, need

pytestmark = pytest.mark.real

COMMAND = Path(sys.executable).parent / "redistrict"
FIELDS = {
    "buildings": (
        "building_id part households service_grid_id committee_id street_office_id estate_id "
        "previous_committee_id kind"
    ),
    "service_grids": (
        "service_grid_id code committee_id street_office_id households buildings within_window "
        "reason priority area_m2"
    ),
    "committees": (
        "committee_id name street_office_id action households service_grids within_band reason "
        "staff_required premises_required_m2 premises_present_m2 area_m2"
    ),
    "street_offices": "street_office_id name households committees area_m2",
    "rulings": "estate_id street_office_id outcome areas_m2 basis decided_by",
}
TABLES = {
    "correspondence": "previous_committee_id committee_id households buildings extent",
    "premises_plan": "premises_id previous_committee_id committee_id area_m2 status proposal",
}
SECONDS = 600
WINDOW, BAND = (200, 250), (2500, 3500)


def redistrict(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(COMMAND), *map(str, arguments)], capture_output=True, text=True, timeout=SECONDS
    )


def run(survey: Path, out: Path, workers: int = 1, effort: str = "quick") -> dict[str, Any]:
    """The manifest of a run that must succeed."""
    done = redistrict(
        "run", survey, "--out", out, "--effort", effort, "--workers", workers, "--lang", "en"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((out / "proposal.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def yashio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("yashio") / "out"
    run(need("yashio"), out)
    return out


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demonstration") / "out"
    run(DEMONSTRATION, out, workers=2)
    return out


@pytest.fixture(scope="module", params=["yashio", "demonstration"])
def proposal(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


def manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "proposal.json").read_text(encoding="utf-8"))


def test_check_holds(proposal: Path) -> None:
    done = redistrict("check", proposal, "--lang", "en")
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_and_fields_of_the_contract(proposal: Path) -> None:
    for layer, fields in FIELDS.items():
        frame = gpd.read_file(proposal / "proposal.gpkg", layer=layer)
        assert set(fields.split()) <= set(frame.columns), layer
        lonlat = json.loads((proposal / f"{layer}.geojson").read_text(encoding="utf-8"))
        assert "crs" not in lonlat, "RFC 7946 knows no crs member"
        for feature in lonlat["features"]:
            assert set(fields.split()) <= set(feature["properties"]), layer
        assert len(lonlat["features"]) == len(frame), layer
    for table, fields in TABLES.items():
        frame = gpd.read_file(proposal / "proposal.gpkg", layer=table)
        assert set(fields.split()) <= set(frame.columns), table
    findings = json.loads((proposal / "findings.json").read_text(encoding="utf-8"))
    rows = findings if isinstance(findings, list) else findings["findings"]
    assert len(rows) == manifest(proposal)["findings"]
    for row in rows:
        assert {"code", "severity", "layer", "feature_id", "clause", "outcome"} <= set(row)


def test_manifest_of_the_contract(proposal: Path) -> None:
    told = manifest(proposal)
    for name in ("schema_version", "survey_hash", "profile", "seed", "effort", "versions",
                 "counts", "measures", "solver", "content_hash"):  # fmt: skip
        assert name in told, name
    assert told["solver"]["committees"]
    assert told["solver"]["service_grids"]
    for solved in (*told["solver"]["committees"], *told["solver"]["service_grids"]):
        assert solved["status"] in ("optimal", "feasible", "infeasible", "unknown")
        assert solved["seconds"] >= 0
        assert all({"value", "bound", "gap"} <= set(t) for t in solved["terms"])


def test_households_are_those_of_the_survey(yashio: Path, demonstration: Path) -> None:
    for survey, out in ((need("yashio"), yashio), (DEMONSTRATION, demonstration)):
        surveyed = int(gpd.read_file(survey / "buildings.geojson")["households"].sum())
        rows = gpd.read_file(out / "buildings.geojson")
        assert int(rows.loc[rows["kind"] == "surveyed", "households"].sum()) == surveyed
        assert manifest(out)["counts"]["households"] == int(rows["households"].sum())


def test_windows_and_bands_are_told_as_they_are(proposal: Path) -> None:
    """The flags are counted again here, from the buildings alone."""
    rows = gpd.read_file(proposal / "buildings.geojson")
    for layer, field, flag, (lower, upper) in (
        ("service_grids", "service_grid_id", "within_window", WINDOW),
        ("committees", "committee_id", "within_band", BAND),
    ):
        frame = gpd.read_file(proposal / f"{layer}.geojson").set_index(field)
        total = rows.groupby(field)["households"].sum().reindex(frame.index, fill_value=0)
        assert (frame["households"] == total).all()
        inside = total.between(lower, upper)
        assert (frame[flag].astype(bool) == inside).all(), layer
        assert frame.loc[~inside, "reason"].str.len().gt(0).all(), layer


def test_yashio_fits(yashio: Path) -> None:
    """Every committee fits; outside the window are three buildings too large and dead ends.

    How many dead ends there are depends on the committees, which are drawn before the grids.
    """
    told = manifest(yashio)["measures"]
    assert told["households"] == 21_633
    assert told["committees_outside_band"] == 0
    apart = told["households"] - told["households_in_buildings_above_window"]
    assert told["households_in_window"] >= 0.975 * apart


def test_demonstration_fits(demonstration: Path) -> None:
    """Only the frozen committee and the standalone estate are outside the band."""
    committees = gpd.read_file(demonstration / "committees.geojson")
    outside = committees.loc[~committees["within_band"].astype(bool), "reason_code"]
    assert sorted(outside) == ["frozen", "standalone"]
    assert manifest(demonstration)["measures"]["share_in_window"] >= 0.82


def test_workers_do_not_change_the_answer(yashio: Path, tmp_path: Path) -> None:
    one, two = manifest(yashio), run(need("yashio"), tmp_path / "out", workers=2)
    assert one["content_hashes"] == two["content_hashes"]
    assert one["content_hash"] == two["content_hash"]


MOMENTS = ("reading", "writing", "proposal.gpkg", "proposal.json")
"""When a run is killed: soon after its start, or as soon as the file is there, unfinished."""


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_leaves_the_old_proposal_whole(
    yashio: Path, tmp_path: Path, moment: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    old = {p.name: p.read_bytes() for p in sorted(yashio.iterdir()) if p.is_file()}
    for name, data in old.items():
        (out / name).write_bytes(data)
    killed_run(need("yashio"), out, moment)
    after = {p.name: p.read_bytes() for p in sorted(out.iterdir())}
    whole_and_new = after != old and manifest(out)["seed"] == 1
    assert after == old or whole_and_new
    assert redistrict("check", out).returncode == 0
    if moment == MOMENTS[-1]:
        assert run(need("yashio"), out)["seed"] == 0
        assert [p.name for p in tmp_path.iterdir()] == ["out"], "what was left aside is cleared"


def test_a_killed_first_run_leaves_no_proposal(tmp_path: Path) -> None:
    out = tmp_path / "out"
    killed_run(need("yashio"), out, "proposal.gpkg")
    assert not out.exists() or redistrict("check", out).returncode == 0


def killed_run(survey: Path, out: Path, moment: str) -> None:
    """A run with two workers, killed at ``moment``; nothing of it may go on."""
    process = subprocess.Popen(
        [str(COMMAND), "run", str(survey), "--out", str(out), "--effort", "quick", "--workers",
         "2", "--seed", "1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + SECONDS
        reading = time.monotonic() + 4
        while process.poll() is None and time.monotonic() < deadline:
            if moment == "reading" and time.monotonic() > reading:
                break
            if any(_reached(f, moment) for f in out.parent.glob(f"{out.name}.partial-*")):
                break
            time.sleep(0.005)
        assert process.poll() is None, "the run ended before it could be killed"
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while _alive(process.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not _alive(process.pid), "workers outlive the run"
    finally:
        if _alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)


def _reached(folder: Path, moment: str) -> bool:
    return moment == "writing" or (folder / moment).exists()


def _alive(group: int) -> bool:
    """Whether any process of the session is left (its first process has been waited for)."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
