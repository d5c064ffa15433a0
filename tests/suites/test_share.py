"""A share of the long suites, small enough for every run of the tests; nothing is timed here."""

from __future__ import annotations

from pathlib import Path

from tests.api.conftest import database_url, folder, postgres_server, proposal, world
from tests.api.shown import shown_folders
from tests.api.world import World
from tests.suites.faults import VICTIMS, editors, kills
from tests.suites.fuzz import fuzzed
from tests.suites.load import loaded

__all__ = ["database_url", "folder", "postgres_server", "proposal", "shown_folders", "world"]


def test_kills_at_random_points_lose_nothing_and_do_nothing_twice() -> None:
    found = kills(len(VICTIMS), seed=1)
    assert (found.runs, found.done) == (3, 3), found
    assert (found.lost, found.duplicated, found.answers_that_differ) == (0, 0, 0), found
    assert found.wrong == []


def test_of_sixteen_editors_one_wins_and_one_key_has_one_effect(
    world: World, proposal: str, folder: Path
) -> None:
    found = editors(world, proposal, folder, rounds=16)
    assert (found.rounds, found.won, found.refused) == (14, 14, 14 * 15), found
    assert (found.keyed_rounds, found.keyed_effects) == (2, 2)
    assert (found.odd, found.lost_updates) == (0, 0)


def test_damaged_files_are_answered_and_stay_in_their_room() -> None:
    found = fuzzed(12, seed=1, trace=True)
    assert found.files == 12
    assert (found.server_errors, found.hung) == (0, 0), found
    assert found.traced == 12 or found.not_traced_because
    assert (found.connections, found.reads_outside) == ([], []), found


def test_many_requests_are_answered_idle_and_busy() -> None:
    idle, busy = loaded(seconds=1, rate=100, buildings=150)
    assert idle.asked > 20
    assert busy.asked > 5
    assert (idle.bad, busy.bad) == (0, 0)
    assert busy.run["state"] in ("running", "done")
