"""OpenID Connect providers on the loopback: a certified one, and one that lies as it is told."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from joserfc.jwk import KeySet, RSAKey

from api.oidc.providers import Provider

FOLDER = Path(__file__).parents[1] / "provider"
CALLBACK = "http://testserver/api/oidc/city/callback"
SECRET = "a secret of the tests, long enough"


@contextmanager
def certified() -> Generator[Provider]:
    """`oidc-provider` (tests/provider), which wants PKCE and signs whoever in as they say."""
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        pytest.fail("the OpenID Connect provider of the tests is missing: make setup-test (Node)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        ["node", "provider.mjs", str(port), CALLBACK],
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        issuer = f"http://127.0.0.1:{port}"
        yield Provider("city", "市统一身份认证", issuer, "redistrict", SECRET)
    finally:
        process.terminate()
        process.wait(10)


def signed_in(address: str, login: str) -> httpx.URL:
    """What a person's browser does at the certified provider; where it is sent in the end."""
    with httpx.Client(trust_env=False) as browser:
        answer = browser.get(address)
        for _ in range(8):
            while answer.next_request is not None:
                if not str(answer.next_request.url).startswith("http://127.0.0.1:"):
                    return answer.next_request.url
                answer = browser.send(answer.next_request)
            assert answer.status_code == 200, answer.text
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert form is not None, answer.text
            assert prompt is not None, answer.text
            said = {"prompt": prompt[1], "login": login, "password": "any"}
            answer = browser.post(answer.url.join(form[1]), data=said)
    raise AssertionError(answer.text)


class Liar:
    """A provider that answers every code with `token`, and shows `keys`."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.keys = [self.key]
        self.token = ""
        self.changes: dict[str, Any] = {}
        """What its metadata say otherwise."""
        self.asked: list[dict[str, list[str]]] = []
        self.issuer = ""

    def answer(self, path: str, body: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                **self.changes,
            }
        if path == "/keys":
            return KeySet(self.keys).as_dict(private=False)
        if path == "/token":
            self.asked.append(parse_qs(body))
            return {"id_token": self.token, "token_type": "Bearer", "access_token": "x"}
        return None


@contextmanager
def lying() -> Generator[Liar]:
    """A `Liar` that listens."""
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            said = liar.answer(self.path, self.rfile.read(length).decode())
            self.send_response(404 if said is None else 200)
            self.end_headers()
            self.wfile.write(said if isinstance(said, bytes) else json.dumps(said).encode())

        do_POST = do_GET  # noqa: N815 - the name is the standard library's

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    liar.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
