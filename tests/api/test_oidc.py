"""Signing in elsewhere: against a certified provider, and against one that lies."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from api.errors import Problem
from api.oidc import providers
from api.oidc.flow import SigningIn
from api.oidc.providers import Provider
from redistrict.model.errors import InputError
from tests.api.providers import CALLBACK, Liar, certified, lying, signed_in
from tests.api.world import PASSWORD, World, made

SUBJECT = "王小明"


@pytest.fixture(scope="module")
def real() -> Iterator[Provider]:
    with certified() as one:
        yield one


@pytest.fixture
def town(tmp_path: Path, database_url: str | None, real: Provider) -> Iterator[World]:
    with made(tmp_path / "data", database_url, providers=(real,)) as world:
        yield world


def begin(world: World, after: str = "/") -> str:
    world.client.cookies.clear()
    path = "/api/oidc/city/start"
    answer = world.client.get(path, params={"next": after}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    return answer.headers["location"]


def come_back(world: World, to: httpx.URL, **headers: str) -> httpx.Response:
    path = to.raw_path.decode()
    return world.client.get(path, headers=headers, follow_redirects=False)


def tie(world: World, subject: str, provider: str = "city") -> Any:
    account = world.accounts["planner"].id
    return world.client.post(
        f"/api/accounts/{account}/identities",
        json={"provider": provider, "subject": subject},
        headers=world.as_("administrator"),
    )


def test_somebody_known_elsewhere_comes_in(town: World) -> None:
    (listed,) = town.client.get("/api/oidc").json()
    assert listed == {"id": "city", "name": "市统一身份认证", "start": "/api/oidc/city/start"}
    back = signed_in(begin(town), SUBJECT)
    unknown = come_back(town, back)
    assert (unknown.status_code, unknown.json()["code"]) == (403, "identity-unknown")
    assert SUBJECT in unknown.json()["detail"]
    kept = tie(town, SUBJECT)
    assert kept.status_code == 201, kept.text
    assert tie(town, SUBJECT).json()["code"] == "identity-taken"
    assert tie(town, "x", "nowhere").json()["code"] == "provider-unknown"

    back = signed_in(begin(town, "/?proposal=1"), SUBJECT)
    page = come_back(town, back)
    assert (page.status_code, page.headers["location"]) == (303, "/?proposal=1")
    session = town.client.get("/api/session").json()
    assert session["account"]["login"] == "planner"
    again = come_back(town, back)  # the cookie that began it is spent, and so is the code
    assert (again.status_code, again.json()["code"]) == (403, "oidc-lost")

    account, admin = town.accounts["planner"].id, town.as_("administrator")
    path = f"/api/accounts/{account}/identities"
    assert [i["subject"] for i in town.client.get(path, headers=admin).json()] == [SUBJECT]
    gone = f"{path}/{kept.json()['id']}"
    cookies = dict(town.client.cookies)
    town.client.cookies.clear()
    assert town.client.delete(gone, headers=admin).status_code == 204
    assert town.client.delete(gone, headers=admin).status_code == 404
    town.client.cookies.update(cookies)
    assert town.client.get("/api/session").status_code == 401
    acts = town.client.get(f"/api/audit?subject={account}", headers=admin).json()
    assert [e["act"] for e in acts][1:] == ["identity.add", "session.open", "identity.remove"]


def test_a_code_serves_the_browser_that_began(town: World) -> None:
    assert tie(town, SUBJECT).status_code == 201
    back = signed_in(begin(town), SUBJECT)
    begin(town)  # another browser: its own cookie, its own state
    assert come_back(town, back).json()["code"] == "oidc-lost"
    told = come_back(town, back, accept="text/html", **{"accept-language": "en"})
    assert told.status_code == 403
    assert "Signing in was not finished" in told.text
    assert town.client.get("/api/session").status_code == 401


def test_a_disabled_account_stays_outside(town: World) -> None:
    tie(town, SUBJECT)
    path = f"/api/accounts/{town.accounts['planner'].id}"
    headers = town.as_("administrator")
    assert town.client.patch(path, json={"disabled": True}, headers=headers).status_code == 200
    answer = come_back(town, signed_in(begin(town), SUBJECT))
    assert (answer.status_code, answer.json()["code"]) == (403, "identity-unknown")


def test_an_account_without_a_password_has_no_other_way_in(town: World) -> None:
    said = {"login": "li", "name": "李", "role": "planner"}
    headers = town.as_("administrator")
    assert town.client.post("/api/accounts", json=said, headers=headers).status_code == 201
    for password in ("", PASSWORD):
        body = {"login": "li", "password": password}
        assert town.client.post("/api/session", json=body).status_code == 401


def test_nobody_is_sent_to_another_site(town: World) -> None:
    for after in ("//x.cn", "https://x.cn", "/\\x.cn", "x", "/\n/x.cn", "/网"):
        answer = town.client.get("/api/oidc/city/start", params={"next": after})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-value"), after


@pytest.fixture
def liar() -> Iterator[Liar]:
    with lying() as one:
        yield one


Claims = dict[str, Any]


def good(liar: Liar, nonce: str) -> Claims:
    moment = int(time.time())
    claims = {"iss": liar.issuer, "aud": "redistrict", "sub": "s", "nonce": nonce}
    return {**claims, "iat": moment, "exp": moment + 60}


def attempt(liar: Liar, sign: Callable[[Liar, str], str], **answer: str) -> Any:
    """Through the whole flow with the token that ``sign`` makes for the nonce."""
    way = SigningIn((Provider("city", "n", liar.issuer, "redistrict"),))
    begun = way.begin("city", CALLBACK, "/")
    asked = {k: v[0] for k, v in parse_qs(urlsplit(begun.address).query).items()}
    liar.token = sign(liar, asked["nonce"])
    arrived = way.finish("city", begun.cookie, {"code": "c", "state": asked["state"], **answer})
    assert liar.asked[-1]["client_id"] == ["redistrict"]
    assert len(liar.asked[-1]["code_verifier"][0]) >= 43
    return arrived


def signed(liar: Liar, claims: Claims, key: RSAKey | None = None) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key or liar.key)


def raw(alg: str, claims: Claims, secret: bytes | None) -> str:
    """A token as no honest library makes one."""
    parts = ({"alg": alg, "kid": "one"}, claims)
    said = ".".join(urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts)
    mac = b"" if secret is None else hmac.digest(secret, said.encode(), "sha256")
    return f"{said}.{urlsafe_b64encode(mac).decode().rstrip('=')}"


def confused(liar: Liar, nonce: str) -> str:
    """Signed by HMAC with the provider's public key, which anybody has."""
    return raw("HS256", good(liar, nonce), liar.key.as_pem(private=False))


def test_a_good_token_is_taken(liar: Liar) -> None:
    assert attempt(liar, lambda one, n: signed(one, good(one, n))).subject == "s"
    several = {"aud": ["redistrict", "other"], "azp": "redistrict"}
    assert attempt(liar, lambda one, n: signed(one, {**good(one, n), **several})).subject == "s"


@pytest.mark.parametrize(
    "sign",
    [
        lambda one, n: raw("none", good(one, n), None),
        confused,
        lambda one, n: signed(one, good(one, n), key=RSAKey.generate_key(2048)),
        lambda one, n: signed(one, good(one, n))[:-4] + "AAAA",
        lambda one, n: "not a token",
        lambda one, n: signed(one, good(one, "another")),
        lambda one, n: signed(one, {**good(one, n), "aud": "another"}),
        lambda one, n: signed(one, {**good(one, n), "aud": ["redistrict", "other"]}),
        lambda one, n: signed(one, {**good(one, n), "azp": "another"}),
        lambda one, n: signed(one, {**good(one, n), "iss": "https://another"}),
        lambda one, n: signed(one, {**good(one, n), "exp": 1}),
        lambda one, n: signed(one, {**good(one, n), "iat": time.time() + 3600}),
        lambda one, n: signed(one, {**good(one, n), "sub": 7}),
        lambda one, n: signed(one, {**good(one, n), "sub": ""}),
        lambda one, n: signed(one, {k: v for k, v in good(one, n).items() if k != "nonce"}),
        lambda one, n: signed(one, {k: v for k, v in good(one, n).items() if k != "exp"}),
    ],
)
def test_a_token_that_lies_is_refused(liar: Liar, sign: Callable[[Liar, str], str]) -> None:
    with pytest.raises(Problem) as refused:
        attempt(liar, sign)
    assert refused.value.code == "oidc-refused"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"state": "another"}, "oidc-lost"),
        ({"iss": "https://another"}, "oidc-refused"),
        ({"code": "", "error": "access_denied"}, "oidc-refused"),
    ],
)
def test_an_answer_that_is_not_ours_is_refused(
    liar: Liar, answer: dict[str, str], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        attempt(liar, lambda one, n: signed(one, good(one, n)), **answer)
    assert refused.value.code == code


def test_new_keys_are_asked_for(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.oidc.remote.PAUSE", 0.0)
    way = SigningIn((Provider("city", "n", liar.issuer, "redistrict"),))
    for kid in ("one", "two"):
        liar.key = RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})
        liar.keys = [liar.key]
        begun = way.begin("city", CALLBACK, "/")
        asked = {k: v[0] for k, v in parse_qs(urlsplit(begun.address).query).items()}
        claims = good(liar, asked["nonce"])
        liar.token = jwt.encode({"alg": "RS256", "kid": kid}, claims, liar.key)
        answer = {"code": "c", "state": asked["state"]}
        assert way.finish("city", begun.cookie, answer).subject == "s"


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://another"},
        {"token_endpoint": "http://another.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"more": "x" * 600_000},
    ],
)
def test_metadata_that_cannot_be_trusted(liar: Liar, changes: dict[str, str]) -> None:
    liar.changes = changes
    with pytest.raises(Problem) as refused:
        attempt(liar, lambda one, n: signed(one, good(one, n)))
    assert (refused.value.code, refused.value.status) == ("oidc-unreachable", 503)


GOOD = {"id": "city", "name": "n", "issuer": "https://x.cn", "client_id": "c"}


def written(folder: Path, row: dict[str, Any]) -> Path:
    (folder / "secret").write_text("s\n")
    path = folder / "oidc.toml"
    lines = [f"{key} = {json.dumps(value)}" for key, value in row.items()]
    path.write_text("[[provider]]\n" + "\n".join(lines))
    return path


def test_the_file_of_providers(tmp_path: Path) -> None:
    path = written(tmp_path, {**GOOD, "client_secret_file": "secret"})
    assert providers.read(path) == (Provider("city", "n", "https://x.cn", "c", "s"),)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../x"}, {"name": ""}, {"issuer": "http://x.cn"}, {"issuer": 1},
        {"client_secret": "in the open"}, {"client_secret_file": "missing"},
        {"public_url": "ftp://x"},
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(InputError) as refused:
        providers.read(written(tmp_path, {**GOOD, **change}))
    assert refused.value.findings[0].code == "oidc-file"
