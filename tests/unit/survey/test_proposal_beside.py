"""proposal.json beside layers in any form, and the files that we write besides the contract's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from redistrict import publish
from redistrict.model.errors import ProposalError
from redistrict.publish import files as files_
from redistrict.survey import read, read_proposal
from tests.unit.publish.fakes import town
from tests.unit.survey import makers as m


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proposal of ours with a table that is not of the contract."""
    out = tmp_path_factory.mktemp("written") / "town"
    made = town("EPSG:4490")
    tables = {**made.tables, "priority_estates": made.tables["premises_plan"].iloc[:1]}
    counts = {name: len(frame) for name, frame in {**made.layers, **tables}.items()}
    told = {**made.manifest, "counts": counts, "profile": {"name": "drawn"}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files_, "write_overviews", lambda *given: list)
        publish.write(type(made)(made.layers, tables, made.crs, made.working_crs, told), out, "zh")
    return out


def without_database(written: Path, to: Path) -> Path:
    """The same folder as somebody who sent the GeoJSON and the tables only."""
    to.mkdir()
    for path in written.iterdir():
        if path.name != "proposal.gpkg":
            (to / path.name).write_bytes(path.read_bytes())
    return to


def drawn(folder: Path, manifest: Any) -> Path:
    """A map drawn by hand as GeoJSON, with something called proposal.json beside it."""
    m.write(m.buildings(), folder / "buildings.geojson")
    m.write(m.frame([{"committee_id": "C"}], [m.office()]), folder / "committees.geojson")
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    (folder / "proposal.json").write_text(text, "utf-8")
    return folder


def test_geojson_alone_has_its_manifest_and_its_tables(written: Path, tmp_path: Path) -> None:
    whole, sent = read_proposal(written), read_proposal(without_database(written, tmp_path / "g"))
    assert sent.manifest == whole.manifest
    assert sent.manifest is not None
    assert sent.manifest["profile"] == {"name": "drawn"}
    assert sorted(sent.layers) == sorted(whole.layers)
    assert {n: len(t) for n, t in sent.tables.items()} == {
        n: len(t) for n, t in whole.tables.items()
    }


def test_what_we_wrote_ourselves_is_not_warned_of(written: Path, tmp_path: Path) -> None:
    sent = without_database(written, tmp_path / "g")
    for folder in (written, sent):
        assert [f.code for f in read_proposal(folder).findings if "ignored" in f.code] == []


def test_what_somebody_else_laid_there_is_told(written: Path, tmp_path: Path) -> None:
    sent = without_database(written, tmp_path / "g")
    (sent / "trees.geojson").write_bytes((sent / "barriers.geojson").read_bytes())
    told = [f for f in read_proposal(sent).findings if f.code == "file-ignored"]
    assert [f.params["file"] for f in told] == ["trees.geojson"]


def test_a_proposal_among_the_files_of_a_survey_is_left_out(written: Path, tmp_path: Path) -> None:
    m.good_survey(tmp_path / "survey")
    survey = tmp_path / "survey"
    rows = {n: len(f) for n, f in read(survey)[0].layers.items()}
    for name in ("out", "deeper/out"):
        shutil.copytree(written, survey / name)
    given, findings = read(survey)
    assert {n: len(f) for n, f in given.layers.items()} == rows
    told = sorted(f.params["file"] for f in findings if f.code == "proposal-ignored")
    assert told == ["deeper/out/", "out/"]


def test_a_stranger_s_layer_in_our_geopackage_is_told(written: Path, tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    for name in ("proposal.gpkg", "proposal.json"):
        (tmp_path / "p" / name).write_bytes((written / name).read_bytes())
    m.write(m.frame([{"a": 1}], [m.office()]), tmp_path / "p" / "proposal.gpkg", layer="trees")
    told = [f for f in read_proposal(tmp_path / "p").findings if f.code == "layer-ignored"]
    assert [f.params["name"] for f in told] == ["trees"]


def test_a_drawing_by_hand_may_bring_its_profile(tmp_path: Path) -> None:
    told = {"schema": "redistrict-proposal", "profile": {"name": "x"}}
    assert read_proposal(drawn(tmp_path, told)).manifest == told


def test_a_proposal_json_of_something_else_is_none_of_ours(tmp_path: Path) -> None:
    files = read_proposal(drawn(tmp_path, {"title": "budget"}))
    assert files.manifest is None
    assert [f.params["file"] for f in files.findings if f.code == "file-ignored"] == [
        "proposal.json"
    ]


def test_a_broken_proposal_json_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ProposalError) as caught:
        read_proposal(drawn(tmp_path, "{broken"))
    (finding,) = caught.value.findings
    assert finding.params["file"] == "proposal.json"


def test_geojson_of_a_proposal_is_a_survey_again(written: Path, tmp_path: Path) -> None:
    survey, _ = read(without_database(written, tmp_path / "g"))
    whole, _ = read(written)
    assert len(survey.layers["buildings"]) == len(whole.layers["buildings"])
