"""Alternatives of one run: kept together, listed, read, compared and adopted like any proposal."""

from __future__ import annotations

import io
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from api.proposals import review
from api.runs import endings, ledger
from api.runs.ledger import Asked
from api.runs.supervise import Ending, Made
from api.store import Store
from api.store.migrate import migrate, upgrade
from api.store.tables import proposals, runs
from api.store.types import now, today
from redistrict.synthetic import write_city
from tests.api.processes import serving
from tests.api.surveys import files_of
from tests.api.test_durable import ask, ended
from tests.api.world import OWN, World
from tests.cities import small
from tests.proposals import Paper, town
from tests.suites.faults import CITY, account

STEPS: list[dict[str, Any]] = [
    {"name": "as_asked", "leaning": [], "content_hash": "0" * 64, "distance": {}},
    {
        "name": "best_balanced",
        "leaning": ["service_grids"],
        "content_hash": "1" * 64,
        "distance": {"as_asked": {"committees": 0.0, "service_grids": 0.25}},
    },
]
for step in STEPS:
    step["measures"] = {"households_moved": 1}


def beside(world: World) -> str:
    """A run that ended with a proposal and one alternative, drawn by hand."""
    asked = Asked(world.survey, 1, "tengzhou-2007", 0, "quick", 2)
    store = world.service.store
    with store.write() as connection:
        number = ledger.ask(connection, world.accounts["planner"].id, asked, 99)
    other = town()
    other.set("buildings", "B02", service_grid_id="a", committee_id="C1")
    first, second = layers(world, town()), layers(world, other)
    made = asdict(Made("best_balanced", {}, second, "1" * 64))
    listing = {"steps": STEPS, "left_out": [{"name": "most_compact", "reason": "dominated"}]}
    endings.keep(store, number, Ending("done", [], {}, first, "0" * 64, None, [made], listing))
    return number


def layers(world: World, paper: Paper) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, frame in paper.layers.items():
        out = io.BytesIO()
        frame.to_parquet(out)
        said[name] = world.service.artifacts.put([out.getvalue()])
    return said


def get(world: World, path: str) -> Any:
    answer = world.client.get(path, headers=dict(world.as_("planner")) | {"accept-language": "en"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_they_are_listed_compared_and_adopted(world: World) -> None:
    run = beside(world)
    told = get(world, f"/api/runs/{run}/alternatives")
    assert (told["asked"], told["state"]) == (2, "done")
    first, second = told["alternatives"]
    assert [first["step"], second["step"]] == ["as_asked", "best_balanced"]
    assert second["distance"] == STEPS[1]["distance"]
    assert second["title"] == "Best balanced"
    assert told["left_out"][0]["reason"] == "dominated"
    assert "listed" in told["left_out"][0]["message"]
    said = get(world, f"/api/runs/{run}")
    assert (said["proposal"], said["alternatives"]) == (first["proposal"], 2)
    assert [r["id"] for r in get(world, "/api/runs")].count(run) == 1
    listed = {p["id"]: p["title"] for p in get(world, "/api/proposals")}
    assert listed[second["proposal"]] == f"{listed[first['proposal']]}（最均衡）"
    moves = get(world, f"/api/proposals/{first['proposal']}/moves/{second['proposal']}")
    assert moves[0]["households"] > 0
    by = world.accounts["city_bureau"].id
    for act, body in (
        ("submit", {}),
        ("approve", {}),
        ("adopt", {"effective": today().isoformat()}),
    ):
        review.say(world.service.store, second["proposal"], OWN, by, act, body)
    public = world.client.get("/api/proposals").json()
    assert [p["id"] for p in public] == [second["proposal"]]


def test_a_run_without_lists_only_its_own(world: World) -> None:
    run = ledger.find(world.service.store, world.run)
    told = get(world, f"/api/runs/{run.id}/alternatives")
    assert (told["asked"], told["alternatives"], told["left_out"]) == (0, [], [])
    body = {"survey": world.survey, "alternatives": 3}
    answer = world.client.post("/api/runs", json=body, headers=world.as_("planner"))
    assert (answer.status_code, answer.json()["code"]) == (422, "out-of-range")


def test_the_service_makes_them(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        account(served)
        write_city(small(CITY), tmp_path / "city")
        survey = served.client.post("api/surveys", files=files_of(tmp_path / "city")).json()["id"]
        served.client.post(f"api/surveys/{survey}/versions/1/confirmation")
        run = ask(served, survey, alternatives=2)
        assert ended(served, run)["state"] == "done"
        told = served.client.get(f"api/runs/{run}/alternatives").json()
        names = [one["step"] for one in told["alternatives"] + told["left_out"]]
        assert sorted(names) == ["as_asked", "best_balanced", "most_compact"]
        assert len(told["alternatives"]) > 1
        first, *others = (one["proposal"] for one in told["alternatives"])
        for other in others:
            moves = served.client.get(
                f"api/proposals/{first}/moves/{other}", params={"area": "service_grid_id"}
            )
            assert moves.json()
            assert served.client.get(f"downloads/{other}/gpkg").status_code == 200


def test_proposals_of_before_are_those_as_asked(tmp_path: Path, database_url: str | None) -> None:
    store = Store.open(tmp_path, database_url)
    with store.write() as connection:
        upgrade(connection, "0009")
        _old_rows(connection)
    migrate(store.engine)
    with store.read() as connection:
        row = connection.execute(sa.select(proposals)).one()
        assert (row.id, row.run, row.step, row.files) == ("p", "r", "as_asked", {"a": "b"})
        kept = connection.execute(sa.text("SELECT count(*) FROM edits WHERE proposal = 'p'"))
        assert kept.scalar_one() == 1
        assert connection.execute(sa.select(runs.c.alternatives)).scalar_one() == 0
        if database_url is None:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    store.close()


def _old_rows(connection: sa.Connection) -> None:
    """A proposal with an edit, as version 0009 kept them."""
    no, at = False, now().replace(tzinfo=None)
    rows: dict[str, dict[str, object]] = {
        "accounts": {"id": "a", "login": "a", "name": "a", "role": "planner", "disabled": no,
                     "created": at},
        "surveys": {"id": "s", "title": "t", "created": at, "created_by": "a"},
        "survey_versions": {"survey": "s", "number": 1, "content_hash": "h", "files": "[]",
                            "stated": "{}", "crs": "c", "basis": "b", "rows": "{}",
                            "mapping": "{}", "findings": "f", "confirmed": no, "created": at,
                            "created_by": "a"},
        "runs": {"id": "r", "survey": "s", "version": 1, "profile": "p", "seed": 0,
                 "effort": "quick", "state": "done", "owner": "a", "attempts": 1,
                 "cancel_asked": no, "created": at, "findings": "[]"},
        "proposals": {"id": "p", "run": "r", "title": "t", "content_hash": "h",
                      "files": '{"a": "b"}', "layers": "{}", "created": at},
        "edits": {"proposal": "p", "seq": 1, "author": "a", "at": at, "event": "{}"},
    }  # fmt: skip
    for table, values in rows.items():
        names = ", ".join(f'"{name}"' for name in values)
        holes = ", ".join(f":{name}" for name in values)
        connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({holes})"), values)
