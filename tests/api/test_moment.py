"""What was read holds as long as nothing has happened: few looks, and no stale right."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from api.accounts import book, proofs
from api.store import Store
from api.store.audit import end_of_chain, record
from api.store.moment import Since, one_moment
from tests.api.world import World


def statements(world: World, path: str, **headers: str) -> list[str]:
    """What the database is asked while the service answers."""
    said: list[str] = []

    def heard(*given: Any) -> None:
        said.append(given[2])

    sa.event.listen(world.service.store.engine, "before_cursor_execute", heard)
    try:
        answer = world.client.get(path, headers={**world.as_("planner"), **headers})
    finally:
        sa.event.remove(world.service.store.engine, "before_cursor_execute", heard)
    assert answer.status_code == 200, answer.text
    return said


def test_a_tile_that_is_at_hand_takes_one_look(world: World) -> None:
    path = f"/tiles/{world.proposal}/committees/12/0/0.mvt"
    first = statements(world, path)
    again = statements(world, path)
    again = [one for one in again if one != "BEGIN"]
    assert len(first) > len(again) == 1, again
    assert "audit_head" in again[0]


def test_what_another_process_withdraws_is_withdrawn_at_once(
    world: World, database_url: str | None
) -> None:
    path, headers = "/api/surveys", world.as_("planner")
    assert world.client.get(path, headers=headers).status_code == 200
    other = Store.open(world.service.settings.data, database_url)
    account, admin = world.accounts["planner"].id, world.accounts["administrator"].id
    book.change(other, admin, account, role="committee", committees=["C1"])
    assert world.client.get(path, headers=headers).status_code == 403
    book.change(other, admin, account, role="planner")
    assert world.client.get(path, headers=headers).status_code == 200
    token = proofs.tokens_of(other, account)[0]
    proofs.revoke_token(other, account, token.id)
    assert world.client.get(path, headers=headers).status_code == 401
    other.close()


def test_one_moment_for_who_reads_and_the_newest_for_who_writes(world: World) -> None:
    store = world.service.store
    since, read = Since(store), list[int]()

    def look() -> int:
        read.append(end_of_chain(store))
        return read[-1]

    def act() -> None:
        with store.write() as connection:
            record(connection, None, "test", "test")

    with one_moment():
        before = since.get("end", look)
        act()
        assert since.get("end", look) == before
    assert since.get("end", look) == before + 1
    act()
    assert since.get("end", look) == before + 2
    assert len(read) == 3
    with pytest.raises(ZeroDivisionError):
        since.get("none", lambda: 1 // 0)
    assert since.get("none", lambda: 1) == 1
