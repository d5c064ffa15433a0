"""What a provider says of itself and its keys, asked over the network, never for long, never much.

Discovery: OpenID Connect Discovery 1.0, 4. Keys are asked for again where an unknown one signed,
but not more often than once in `PAUSE`: a provider may change them at any time.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote_plus, urlencode

import urllib3
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.errors import Unavailable
from api.oidc.providers import Provider, safe

MOST = 512 * 1024
"""Bytes of an answer."""
KEPT = 3600.0
PAUSE = 60.0
_TIMEOUT = urllib3.Timeout(connect=5.0, read=10.0)


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where things are."""

    authorization: str
    token: str
    keys: str
    methods: tuple[str, ...]
    """How the client may show itself at the token endpoint."""
    says_issuer: bool
    """Whether answers to the browser name the issuer (RFC 9207)."""


class Remote:
    """One provider, asked. Safe to share between threads."""

    def __init__(self, provider: Provider, clock: Callable[[], float] = time.monotonic) -> None:
        self.provider = provider
        self._clock = clock
        self._lock = threading.Lock()
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def metadata(self) -> Metadata:
        """As discovered, kept for an hour. Raises Unavailable (oidc-unreachable)."""
        with self._lock:
            held = self._metadata
            if held is None or self._clock() - held[0] > KEPT:
                held = self._metadata = (self._clock(), self._discovered())
            return held[1]

    def keys(self, fresh: bool = False) -> KeySet:
        """The provider's keys; ``fresh``: newer ones, if the last are not brand-new."""
        address = self.metadata().keys
        with self._lock:
            held = self._keys
            age = 0.0 if held is None else self._clock() - held[0]
            if held is None or age > KEPT or (fresh and age > PAUSE):
                said = self._asked("GET", address)
                try:
                    found = KeySet.import_key_set(cast("Any", said))
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise self._unreachable("keys") from error
                held = self._keys = (self._clock(), found)
            return held[1]

    def exchange(self, code: str, verifier: str, redirect: str) -> Mapping[str, Any] | None:
        """The tokens for a code; None where the provider refuses it."""
        held, known = self.provider, self.metadata()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
        form["code_verifier"] = verifier
        headers: dict[str, str] = {}
        if held.secret is None:
            form["client_id"] = held.client_id
        elif "client_secret_basic" in known.methods:
            pair = f"{quote_plus(held.client_id)}:{quote_plus(held.secret)}"  # RFC 6749, 2.3.1
            headers = urllib3.make_headers(basic_auth=pair)
        else:
            form |= {"client_id": held.client_id, "client_secret": held.secret}
        return self._asked("POST", known.token, form, headers)

    def _discovered(self) -> Metadata:
        issuer = self.provider.issuer
        said = self._asked("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
        if said is None or said.get("issuer") != issuer:
            raise self._unreachable("issuer")
        found = [
            str(said.get(name, ""))
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        ]
        if not all(safe(address) for address in found):
            raise self._unreachable("endpoints")
        methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        says = said.get("authorization_response_iss_parameter_supported") is True
        return Metadata(found[0], found[1], found[2], tuple(map(str, methods)), says)

    def _asked(
        self,
        method: str,
        address: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any] | None:
        """The JSON object that is answered; None for a refusal (4xx)."""
        sent = {"accept": "application/json", **(headers or {})}
        body = None if form is None else urlencode(form)
        if form is not None:
            sent["content-type"] = "application/x-www-form-urlencoded"
        try:
            answer = self._pool.request(
                method, address, body=body, headers=sent, redirect=False, preload_content=False
            )
            try:
                content = answer.read(MOST + 1, decode_content=True)
            finally:
                answer.release_conn()
            if 400 <= answer.status < 500:
                return None
            if answer.status != 200 or len(content) > MOST:
                raise self._unreachable(str(answer.status))
            said = json.loads(content)
        except (urllib3.exceptions.HTTPError, ValueError, RecursionError) as error:
            raise self._unreachable(type(error).__name__) from error
        if not isinstance(said, dict):
            raise self._unreachable("json")
        return cast("dict[str, Any]", said)

    def _unreachable(self, reason: str) -> Unavailable:
        return Unavailable("oidc-unreachable", provider=self.provider.name, reason=reason)
