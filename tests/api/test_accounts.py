"""Ways in and out: sessions, tokens, accounts; what is wrong is refused the same way."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher, Type

from api.accounts import passwords, proofs
from api.accounts.book import first_administrator
from api.accounts.throttle import Throttle
from api.errors import TooManyRequests
from api.store.audit import faults
from api.store.tables import accounts, sessions, tokens
from tests.api.world import PASSWORD, World


def sign_in(world: World, login: str = "planner", password: str = PASSWORD) -> dict[str, str]:
    """The headers that changes by this session need."""
    answer = world.client.post("/api/session", json={"login": login, "password": password})
    assert answer.status_code == 201, answer.text
    return {"x-csrf-token": answer.json()["csrf"]}


def test_a_session_begins_is_known_and_ends(world: World) -> None:
    csrf = sign_in(world)
    assert world.client.get("/api/session").json()["account"]["login"] == "planner"
    cookie = world.client.cookies["redistrict_session"]
    assert world.client.delete("/api/session", headers=csrf).status_code == 204
    world.client.cookies.set("redistrict_session", cookie)
    assert world.client.get("/api/session").status_code == 401


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_from_elsewhere(world: World) -> None:
    answer = world.client.post("/api/session", json={"login": "planner", "password": PASSWORD})
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said


def test_a_change_by_cookie_needs_the_csrf_proof(world: World) -> None:
    csrf = sign_in(world)
    body = {"name": "t", "scopes": ["read"]}
    for headers in ({}, {"x-csrf-token": "wrong"}, {"x-csrf-token": "错"}):
        encoded = {k: v.encode() for k, v in headers.items()}
        refused = world.client.post("/api/tokens", json=body, headers=encoded)
        assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    assert world.client.post("/api/tokens", json=body, headers=csrf).status_code == 201


@pytest.mark.parametrize(
    ("login", "password"), [("planner", "wrong password"), ("nobody", PASSWORD), ("", "")]
)
def test_what_was_wrong_is_not_said(world: World, login: str, password: str) -> None:
    answer = world.client.post("/api/session", json={"login": login, "password": password})
    assert (answer.status_code, answer.json()["code"]) == (401, "login-refused")


def test_guessing_is_slowed(world: World) -> None:
    codes = [
        world.client.post("/api/session", json={"login": "planner", "password": "x"}).status_code
        for _ in range(12)
    ]
    assert codes == [401] * 10 + [429] * 2
    answer = world.client.post("/api/session", json={"login": "planner", "password": PASSWORD})
    assert int(answer.headers["retry-after"]) > 0


def test_the_throttle_forgets_in_time() -> None:
    moment = [0.0]
    throttle = Throttle(2, 10.0, lambda: moment[0])
    throttle.failed("a")
    throttle.failed("a")
    with pytest.raises(TooManyRequests):
        throttle.check("a")
    throttle.check("b")
    moment[0] = 10.1
    throttle.check("a")


def test_no_secret_is_kept(world: World) -> None:
    sign_in(world)
    secret = world.client.cookies["redistrict_session"]
    with world.service.store.read() as connection:
        kept = repr([connection.execute(sa.select(t)).all() for t in (accounts, sessions, tokens)])
    for one in (secret, PASSWORD, *world.secrets.values()):
        assert one not in kept
    assert "$argon2id$" in kept


def test_a_token_does_what_its_scopes_say(world: World) -> None:
    store, account = world.service.store, world.accounts["administrator"].id
    _, reader = proofs.issue_token(store, account, "reader", ["read"], None)
    headers = {"authorization": f"Bearer {reader}"}
    assert world.client.get("/api/session", headers=headers).status_code == 200
    refused = world.client.get("/api/accounts", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")


def test_a_token_makes_no_token_that_may_more(world: World) -> None:
    store, account = world.service.store, world.accounts["administrator"].id
    _, admin = proofs.issue_token(store, account, "admin", ["admin"], None)
    headers = {"authorization": f"Bearer {admin}"}
    for scopes, status in ((["admin"], 201), (["admin", "run"], 422)):
        body = {"name": "t", "scopes": scopes}
        assert world.client.post("/api/tokens", json=body, headers=headers).status_code == status


def test_a_revoked_or_unknown_token_is_refused_not_ignored(world: World) -> None:
    headers = world.as_("planner")
    for token in world.client.get("/api/tokens", headers=headers).json():
        assert "secret" not in token or token["secret"] is None
        world.client.delete(f"/api/tokens/{token['id']}", headers=headers)
    for one in (headers, {"authorization": "Bearer rd_unknown"}, {"authorization": "Bearer "}):
        answer = world.client.get("/healthz", headers=one)
        assert (answer.status_code, answer.json()["code"]) == (401, "token-refused")


def test_a_token_in_the_query_is_not_taken_by_the_api(world: World) -> None:
    secret = world.secrets["planner"]
    assert world.client.get("/api/session", params={"token": secret}).status_code == 401


def test_one_may_not_revoke_somebody_elses_token(world: World) -> None:
    theirs = world.client.get("/api/tokens", headers=world.as_("administrator")).json()[0]["id"]
    answer = world.client.delete(f"/api/tokens/{theirs}", headers=world.as_("planner"))
    assert answer.status_code == 404


def test_a_changed_account_is_signed_out(world: World) -> None:
    sign_in(world)
    number = world.accounts["planner"].id
    changed = world.client.patch(
        f"/api/accounts/{number}", json={"role": "committee"}, headers=world.as_("administrator")
    )
    assert (changed.status_code, changed.json()["role"]) == (200, "committee")
    assert world.client.get("/api/session").status_code == 401


def test_a_disabled_account_is_out_with_its_tokens(world: World) -> None:
    number = world.accounts["planner"].id
    admin = world.as_("administrator")
    answer = world.client.patch(f"/api/accounts/{number}", json={"disabled": True}, headers=admin)
    assert answer.status_code == 200
    assert world.client.get("/api/session", headers=world.as_("planner")).status_code == 401
    body = {"login": "planner", "password": PASSWORD}
    assert world.client.post("/api/session", json=body).status_code == 401


def test_the_last_administrator_stays(world: World) -> None:
    number = world.accounts["administrator"].id
    for change in ({"disabled": True}, {"role": "planner"}):
        answer = world.client.patch(
            f"/api/accounts/{number}", json=change, headers=world.as_("administrator")
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "last-administrator")
    assert world.client.get("/api/accounts", headers=world.as_("administrator")).is_success


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"password": "short"}, 422, "password-weak"),
        ({"password": "aaaaaaaaaaaaaaaaaaaa"}, 422, "password-weak"),
        ({"role": "public"}, 422, "invalid-value"),
        ({"role": "emperor"}, 422, "invalid-value"),
        ({"login": "planner"}, 409, "login-taken"),
        ({"login": ""}, 422, "invalid-value"),
    ],
)
def test_accounts_that_cannot_be(
    world: World, change: dict[str, str], status: int, code: str
) -> None:
    body = {"login": "new", "name": "新", "role": "planner", "password": PASSWORD} | change
    answer = world.client.post("/api/accounts", json=body, headers=world.as_("administrator"))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_every_act_is_on_record(world: World) -> None:
    admin = world.as_("administrator")
    body = {"login": "li", "name": "李", "role": "street_office", "password": PASSWORD}
    made = world.client.post("/api/accounts", json=body | {"street_offices": ["S9"]}, headers=admin)
    entries = world.client.get(f"/api/audit?subject={made.json()['id']}", headers=admin).json()
    assert [e["act"] for e in entries] == ["account.create"]
    assert entries[0]["account"] == world.accounts["administrator"].id
    assert entries[0]["body"]["street_offices"] == ["S9"]
    with world.service.store.read() as connection:
        assert list(faults(connection)) == []


def test_only_the_first_start_makes_an_administrator(world: World) -> None:
    assert first_administrator(world.service.store) is None


def test_made_up_passwords_are_good_ones() -> None:
    made = {passwords.made_up() for _ in range(50)}
    assert len(made) == 50
    assert all(passwords.LEAST <= len(one) <= passwords.MOST for one in made)


def test_passwords_are_hashed_as_is_advised() -> None:
    """At least the second choice of RFC 9106: 64 MiB, three passes."""
    real = PasswordHasher()
    assert real.type is Type.ID
    assert real.memory_cost >= 64 * 1024
    assert real.time_cost >= 3
