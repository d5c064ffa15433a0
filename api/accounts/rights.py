"""What each role may do, and where. One table; every route names its act.

``all``: anywhere. ``own``: in the areas the account is responsible for. A role that is not named
may not. What the public may read is decided by what has been adopted, in `api.proposals`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from api.errors import Forbidden, Unauthenticated
from api.layers import Role, Viewer

Reach = Literal["all", "own"]
Scope = Literal["read", "survey", "run", "edit", "review", "metrics", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done. ``scope``: what an API token must carry to do it."""

    scope: Scope
    reach: Mapping[Role, Reach]


def _all(*roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, "all")


EVERYONE = _all(*ROLES)
SIGNED_IN = _all("city_bureau", "street_office", "committee", "planner", "administrator")
OFFICE = _all("city_bureau", "planner", "administrator")

ACTS: Mapping[str, Act] = {
    "service.read": Act("read", EVERYONE),
    "session.open": Act("read", EVERYONE),
    "session.own": Act("read", SIGNED_IN),
    "token.own": Act("admin", SIGNED_IN),
    "account.manage": Act("admin", _all("administrator")),
    "survey.read": Act("read", OFFICE),
    "survey.write": Act("survey", _all("city_bureau", "planner")),
    "run.read": Act("read", OFFICE),
    "run.start": Act("run", _all("city_bureau", "planner")),
    "proposal.read": Act("read", EVERYONE),
    "proposal.compare": Act("read", SIGNED_IN),
    "totals.read": Act("read", SIGNED_IN),
    "certificate.read": Act("read", SIGNED_IN),
    "proposal.edit": Act("edit", _all("city_bureau", "planner")),
    "revision.read": Act("read", OFFICE),
    "revision.suggest": Act("read", _all("city_bureau", "planner")),
    "review.read": Act("read", {**OFFICE, "street_office": "own"}),
    "review.say": Act("review", {**_all("city_bureau", "planner"), "street_office": "own"}),
    "committee.read": Act("read", {**OFFICE, "street_office": "own", "committee": "own"}),
    "committee.say": Act(
        "review",
        {**_all("city_bureau", "planner"), "street_office": "own", "committee": "own"},
    ),
    "notice.read": Act("read", EVERYONE),
    "notice.comment": Act("review", EVERYONE),
    "feedback.read": Act("read", {**OFFICE, "street_office": "own"}),
    "feedback.decide": Act("review", {"city_bureau": "all", "street_office": "own"}),
    "metrics.read": Act("metrics", _all("administrator")),
    "file.send": Act("review", SIGNED_IN),
    "ruling.read": Act("read", {**OFFICE, "street_office": "own"}),
    "ruling.record": Act("read", OFFICE),
    "ruling.decide": Act("review", _all("city_bureau")),
    "audit.read": Act("admin", _all("city_bureau", "administrator")),
}


def insist(viewer: Viewer, name: str, scopes: frozenset[str] | None = None) -> Reach:
    """How far ``viewer`` may do the act; ``scopes``: those of the token it came with, if any.

    Raises Unauthenticated where signing in may help, Forbidden where it would not.
    """
    act = ACTS[name]
    reach = act.reach.get(viewer.role)
    if reach is None:
        raise Unauthenticated if viewer.account is None else Forbidden(act=name)
    if scopes is not None and viewer.account is not None and act.scope not in scopes:
        raise Forbidden("scope-missing", scope=act.scope)
    return reach


def insist_area(viewer: Viewer, name: str, street_office: str) -> None:
    """Raise unless ``viewer`` may do the act in this street office."""
    if insist(viewer, name) != "all" and street_office not in viewer.street_offices:
        raise Forbidden(act=name)
