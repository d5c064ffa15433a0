"""Alternatives of a run: told apart, none worse in everything, the proposal itself untouched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from redistrict import pipeline
from redistrict.assembly.beside import Beside, measures, stood
from redistrict.cli import build
from redistrict.districting.alternatives import FIRST
from redistrict.leaning import leaned, leaning
from redistrict.model.settings import RunSettings
from redistrict.publish.alternatives import FOLDER, LISTING
from redistrict.synthetic import write_city
from tests.cities import PROFILE, proposed, small
from tests.problems import random_problem

SEED = 13


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pipeline.RunResult]:
    folder = tmp_path_factory.mktemp("alternatives")
    write_city(small(SEED), folder / "city")
    settings = RunSettings(effort="quick", alternatives=2)
    return folder, pipeline.run(folder / "city", folder / "out", settings=settings)


def test_each_is_a_proposal_and_the_first_is_as_without(
    made: tuple[Path, pipeline.RunResult], tmp_path: Path
) -> None:
    folder, result = made
    alone = pipeline.run(folder / "city", tmp_path / "alone", settings=RunSettings(effort="quick"))
    assert alone.content_hash == result.content_hash
    assert not (tmp_path / "alone" / FOLDER).exists()
    told = json.loads((folder / "out" / FOLDER / LISTING).read_text("utf-8"))
    assert told["steps"][0]["name"] == "as_asked"
    names = [one["name"] for one in told["steps"] + told["left_out"]]
    assert sorted(names) == ["as_asked", "best_balanced", "most_compact"]
    assert len(told["steps"]) > 1, "a city in which no step brings anything shows nothing"
    for one in told["steps"][1:]:
        place = folder / "out" / FOLDER / one["name"]
        manifest = json.loads((place / "proposal.json").read_text("utf-8"))
        assert manifest["content_hash"] == one["content_hash"] != result.content_hash
        assert (
            manifest["profile"]
            == json.loads((folder / "out" / "proposal.json").read_text("utf-8"))["profile"]
        )
        checked = CliRunner().invoke(build(), ["check", str(place)])
        assert checked.exit_code == 0, checked.output


def test_none_leaves_more_outside_and_each_is_better_in_something(
    made: tuple[Path, pipeline.RunResult],
) -> None:
    first, *others = made[1].alternatives
    for number, one in enumerate(others, 1):
        for key in ("households_outside_window", "households_outside_band"):
            assert one.measures[key] <= first.measures[key]
        assert any(one.measures[k] < v for k, v in first.measures.items()), one.step
        assert set(one.distance) == {b.step for b in made[1].alternatives[:number]}
        for apart in one.distance.values():
            assert max(apart.values()) >= 0.02
            assert all(0 <= share <= 1 for share in apart.values())


def test_a_run_without_takes_the_old_ones_away(
    made: tuple[Path, pipeline.RunResult],
) -> None:
    folder, _ = made
    (folder / "out" / "letter.txt").write_text("kept")
    pipeline.run(folder / "city", folder / "out", settings=RunSettings(effort="quick"))
    assert not (folder / "out" / FOLDER).exists()
    assert (folder / "out" / "letter.txt").read_text() == "kept"


def test_the_same_plan_twice_is_one(made: tuple[Path, pipeline.RunResult]) -> None:
    proposal = proposed(small(SEED))
    first = stood("as_asked", proposal, PROFILE, ())
    assert isinstance(first, Beside)
    assert first.measures == measures(proposal, PROFILE)
    assert stood("most_compact", proposal, PROFILE, [first]) == "not-distinct"


def test_a_worse_one_is_left_out(made: tuple[Path, pipeline.RunResult]) -> None:
    first, other, *_ = made[1].alternatives
    better = Beside(first.step, first.proposal, dict.fromkeys(first.measures, 0), {})
    assert stood(other.step, other.proposal, PROFILE, [better]) == "more-outside"
    same = dict(other.measures)
    same["grid_boundary_m"] -= 1
    better = Beside(first.step, first.proposal, same, {})
    assert stood(other.step, other.proposal, PROFILE, [better]) == "dominated"


def test_a_lean_changes_the_order_and_nothing_else() -> None:
    problem = next(
        p
        for p in map(random_problem, range(99))
        if p.terms[0] == "outside" and p.terms[1] != "target"
    )
    leant = leaning(PROFILE, "best_balanced", ("service_grids",))
    assert leaned(problem, PROFILE.grid) is problem
    assert leaned(problem, leant.committee) is problem
    terms = leaned(problem, leant.grid).terms
    hard = [t for t in problem.terms if t in FIRST]
    assert terms[: len(hard) + 1] == (*hard, "target")
    assert set(problem.terms) <= set(terms)
