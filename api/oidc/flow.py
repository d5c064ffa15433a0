"""From here to the provider and back: the authorization code flow with PKCE, state and nonce.

OpenID Connect Core 1.0, 3.1; PKCE: RFC 7636 (S256); mix-up: RFC 9207. What has to be remembered
meanwhile travels in a cookie of the browser that began, signed by a key that this process alone
knows; so nothing is stored, and nobody can finish what another browser began.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, OctKey

from api.errors import Forbidden, NotFound
from api.oidc.providers import Provider
from api.oidc.remote import Remote

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""How an identity token may be signed; never ``none``, never with a shared secret."""
MINUTES = 10
"""How long signing in may take."""
LEEWAY = 60
"""Seconds that clocks may differ."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what its cookie has to hold."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who came back, and where to go on to."""

    issuer: str
    subject: str
    next: str


class SigningIn:
    """The providers of a service and everybody who is on the way to one."""

    def __init__(self, providers: tuple[Provider, ...]) -> None:
        self._remotes = {p.id: Remote(p) for p in providers}
        self._key = OctKey.import_key(secrets.token_bytes(32))

    @property
    def providers(self) -> list[Provider]:
        """In the order of the file."""
        return [remote.provider for remote in self._remotes.values()]

    def provider(self, name: str) -> Provider:
        """Raises NotFound."""
        return self._remote(name).provider

    def begin(self, name: str, redirect: str, after: str) -> Begun:
        """Raises NotFound, Unavailable (oidc-unreachable)."""
        remote = self._remote(name)
        known = remote.metadata()
        verifier, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": remote.provider.client_id,
            "redirect_uri": redirect,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge.decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        held = {"provider": name, "redirect": redirect, "next": after, "state": state}
        held |= {"nonce": nonce, "verifier": verifier}
        expires = int(time.time()) + MINUTES * 60
        cookie = jwt.encode({"alg": "HS256"}, {**held, "exp": expires}, self._key)
        joint = "&" if "?" in known.authorization else "?"
        return Begun(f"{known.authorization}{joint}{urlencode(asked)}", cookie)

    def finish(self, name: str, cookie: str | None, answer: dict[str, str]) -> Arrived:
        """Who the provider says came back with ``answer``, the query of its redirect.

        Raises NotFound, Unavailable (oidc-unreachable), Forbidden (oidc-lost where the browser did
        not begin this, or too long ago; oidc-refused where the provider, or its proof, says no).
        """
        remote = self._remote(name)
        held = self._remembered(name, cookie, answer.get("state", ""))
        known = remote.metadata()
        stated = answer.get("iss", None if known.says_issuer else remote.provider.issuer)
        if stated != remote.provider.issuer:
            raise Forbidden("oidc-refused", reason="iss")
        code = answer.get("code")
        if not code:
            raise Forbidden("oidc-refused", reason=answer.get("error", "code")[:100])
        tokens = remote.exchange(code, held["verifier"], held["redirect"])
        token = None if tokens is None else tokens.get("id_token")
        if not isinstance(token, str):
            raise Forbidden("oidc-refused", reason="code")
        subject = _subject(remote, token, held["nonce"])
        return Arrived(remote.provider.issuer, subject, held["next"])

    def _remote(self, name: str) -> Remote:
        if name not in self._remotes:
            raise NotFound
        return self._remotes[name]

    def _remembered(self, name: str, cookie: str | None, state: str) -> dict[str, Any]:
        try:
            token = jwt.decode(cookie or "", self._key, algorithms=["HS256"])
            jwt.JWTClaimsRegistry(exp={"essential": True}).validate(token.claims)
        except (JoseError, ValueError) as error:
            raise Forbidden("oidc-lost") from error
        held = dict(token.claims)
        same = hmac.compare_digest(str(held["state"]).encode(), state.encode("utf-8", "replace"))
        if not same or held["provider"] != name:
            raise Forbidden("oidc-lost")
        return held


def _subject(remote: Remote, token: str, nonce: str) -> str:
    """The subject of an identity token that is good (Core, 3.1.3.7)."""
    try:
        try:
            claims = _claims(remote.keys(), token)
        except InvalidKeyIdError:
            claims = _claims(remote.keys(fresh=True), token)
        client = remote.provider.client_id
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": remote.provider.issuer},
            aud={"essential": True, "value": client},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        ).validate(claims)
    except (JoseError, ValueError) as error:
        raise Forbidden("oidc-refused", reason=type(error).__name__) from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client) != client:
        raise Forbidden("oidc-refused", reason="azp")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise Forbidden("oidc-refused", reason="sub")
    return claims["sub"]


def _claims(keys: KeySet, token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
