"""Route x role x {own, other, none}: who may do what where, asked of the running service.

``rights.tsv`` is the table as it was looked at and committed; it is made anew by
``python -m tests.api.test_rights``. A route without a row, or a row without its route, fails.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.accounts import proofs
from api.accounts.rights import ACTS, ROLES
from api.layers import Role
from tests.api.world import (
    OTHER,
    OTHER_COMMITTEE,
    OWN,
    OWN_COMMITTEE,
    PASSWORD,
    World,
    made,
)

TABLE = Path(__file__).with_name("rights.tsv")
AREAS = ("own", "other", "none")
Row = tuple[str, str, str, str]
HEADER = ("method", "path", "act", "role", *AREAS)


def routes(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Method, path and act of every route there is."""
    for route in every_route(app):
        calls = [d.call for d in route.dependant.dependencies]
        acts = [str(getattr(call, "act")) for call in calls if hasattr(call, "act")]  # noqa: B009
        assert len(acts) == 1, f"{route.path}: exactly one act"
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, route.path, acts[0]


def every_route(app: FastAPI) -> Iterator[APIRoute]:
    """Those of the application; anything that is not one of ours is a hole."""
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop(0)
        inner = getattr(route, "original_router", None)  # an included router stays one
        if inner is not None:
            waiting[:0] = inner.routes
            continue
        assert isinstance(route, APIRoute), f"{route}: not made by api.routing.router"
        yield route


def a_token(world: World, role: Role) -> str:
    """A token of the account's own, to be revoked."""
    if role == "public":
        return "none"
    made_, _ = proofs.issue_token(
        world.service.store, world.accounts[role].id, "to go", ["read"], None
    )
    return made_.id


Given = Callable[[World, Role, str], str]
GIVEN: Mapping[str, Given] = {
    "code": lambda world, role, area: "internal",
    "name": lambda world, role, area: "none",
    "token": lambda world, role, area: a_token(world, role),
    "survey": lambda world, role, area: world.survey,
    "number": lambda world, role, area: "1",
    "run": lambda world, role, area: world.run,
    "profile": lambda world, role, area: "tengzhou-2007",
    "proposal": lambda world, role, area: world.proposal,
    "other": lambda world, role, area: world.other_proposal,
    "layer": lambda world, role, area: "committees",
    "collection": lambda world, role, area: f"{world.proposal}.committees",
    "feature:path": lambda world, role, area: "C1",
    "kind": lambda world, role, area: "csv",
    "z": lambda world, role, area: "0",
    "x": lambda world, role, area: "0",
    "y": lambda world, role, area: "0",
    "office": lambda world, role, area: {"own": OWN, "other": OTHER, "none": "S9"}[area],
    "committee": lambda world, role, area: {
        "own": OWN_COMMITTEE,
        "other": OTHER_COMMITTEE,
        "none": "C9",
    }[area],
    "area": lambda world, role, area: {
        "own": OWN_COMMITTEE,
        "other": OTHER_COMMITTEE,
        "none": "C9",
    }[area],
    "notice": lambda world, role, area: world.notice,
    "comment": lambda world, role, area: "none",
    "provider": lambda world, role, area: "none",
    "identity": lambda world, role, area: "none",
    "ruling": lambda world, role, area: "none",
    "file": lambda world, role, area: "none",
    "account": lambda world, role, area: world.accounts["committee"].id,
}
"""What stands in the path, so that a 404 means hidden and not absent."""

AREA_PARTS = ("office", "committee", "area")
"""Parts of an address that name an area."""

BODIES: Mapping[tuple[str, str], Any] = {
    ("POST", "/api/session"): {"login": "planner", "password": PASSWORD},
    ("POST", "/api/accounts/{account}/identities"): {"provider": "none", "subject": "x"},
    ("POST", "/api/tokens"): {"name": "t", "scopes": ["read"]},
    ("POST", "/api/accounts"): {"login": "planner", "name": "x", "role": "planner",
                                "password": PASSWORD},
    ("PATCH", "/api/accounts/{account}"): {},
    ("POST", "/api/proposals/{proposal}/edits"): {"type": "none"},
    ("POST", "/api/proposals/{proposal}/edits/preview"): {"type": "none"},
    ("POST", "/api/proposals/{proposal}/edits/suggest"): {"since": 0},
    ("POST", "/api/proposals/{proposal}/edits/divide"): {
        "area": {"layer": "committees", "id": "C1"}},
    ("POST", "/api/proposals/{proposal}/offices/{office}/review"): {"act": "comment"},
    ("POST", "/api/proposals/{proposal}/offices/{office}/comments/{comment}"): {"act": "show"},
    ("POST", "/api/proposals/{proposal}/committees/{committee}/comments"): {"text": "x"},
    ("POST", "/api/profiles"): {"extends": "none"},
    ("POST", "/api/runs"): {"survey": "s", "profile": "none"},
    ("POST", "/api/surveys/{survey}/versions/{number}/settings"): {"crs": 1},
}  # fmt: skip


def asked(world: World, method: str, path: str, role: Role, area: str) -> str:
    """``yes``, ``sign-in`` (401), ``no`` (403) or ``hidden`` (404)."""
    filled = path
    for name, give in GIVEN.items():
        if "{" + name + "}" in filled:
            filled = filled.replace("{" + name + "}", give(world, role, area))
    assert "{" not in filled, f"{path}: say in GIVEN what stands there"
    world.client.cookies.clear()
    body = BODIES.get((method, path))
    if path.endswith("/rulings/effect"):
        filled += f"?estate=B&other={world.other_proposal}"
    if path.endswith("/search"):
        filled += "?q=C1"
    if path.endswith("/place"):
        filled += "?lon=110&lat=0"
    answer = world.client.request(method, filled, json=body, headers=world.as_(role))
    assert answer.status_code < 500, answer.text
    return {401: "sign-in", 403: "no", 404: "hidden"}.get(answer.status_code, "yes")


def table(world: World) -> list[tuple[str, ...]]:
    """Every row, as the service answers now. An address without an area is asked for once."""
    rows: list[tuple[str, ...]] = []
    for method, path, act in routes(world.app):
        for role in ROLES:
            areas = AREAS if any("{" + name + "}" in path for name in AREA_PARTS) else AREAS[:1]
            said = [asked(world, method, path, role, area) for area in areas]
            rows.append((method, path, act, role, *(said * 3)[:3]))
    return rows


def test_rights_are_as_the_table_says(world: World) -> None:
    kept = [tuple(line.split("\t")) for line in TABLE.read_text("utf-8").splitlines()]
    assert kept[0] == HEADER
    assert table(world) == kept[1:]


def test_every_act_of_the_table_is_done_by_a_route(world: World) -> None:
    assert {act for _, _, act in routes(world.app)} == set(ACTS)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, made(Path(folder), None) as one:
        lines = ["\t".join(row) for row in (HEADER, *table(one))]
        TABLE.write_text("\n".join(lines) + "\n", "utf-8")
        sys.stdout.write(f"{len(lines) - 1} rows\n")
