"""Hostile request bodies (CASES.tsv H01-H06): each is answered with its code and type."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from api.main import create_app
from api.routing import router
from api.settings import Settings


class Said(BaseModel):
    """What the route below takes."""

    text: str = ""
    number: float = 0.0
    count: int = 0


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app: FastAPI = create_app(Settings(data=tmp_path, works=False))
    routes = router()

    @routes.post("/said")
    def said(body: Said) -> Said:  # pyright: ignore[reportUnusedFunction]
        return body

    @routes.get("/broken")
    def broken() -> None:  # pyright: ignore[reportUnusedFunction]
        raise RuntimeError("secret in /some/path")

    app.include_router(routes)
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


CASES = {
    "H01": (b'{"count": ' + b"9" * 5000 + b"}", 400, "malformed-json"),
    "H02 NaN": (b'{"number": NaN}', 422, "not-finite"),
    "H02 overflow": (b'{"number": 1e999}', 422, "not-finite"),
    "H03": (b'{"count": 9223372036854775808}', 422, "out-of-range"),
    "H04": (b'{"text": "\\ud800"}', 422, "text-not-allowed"),
    "H05": (b"[" * 100_000, 400, "malformed-json"),
    "H06 GBK": ('{"text": "户数"}'.encode("gbk"), 400, "malformed-json"),
    "H06 bytes": (b'{"text": "\xff\xfe"}', 400, "malformed-json"),
    "NUL": (b'{"text": "a\\u0000b"}', 422, "text-not-allowed"),
    "bidi": ('{"text": "a\u202eb"}'.encode(), 422, "text-not-allowed"),
    "not JSON": (b"{text: 1}", 400, "malformed-json"),
    "wrong type": (b'{"count": "many"}', 422, "invalid-value"),
}


@pytest.mark.parametrize("case", CASES)
def test_hostile_body_is_answered_with_its_code_and_type(client: TestClient, case: str) -> None:
    body, status, code = CASES[case]
    answer = client.post("/said", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"/problems/{code}"


def test_good_body_goes_through(client: TestClient) -> None:
    sent = {"text": '向阳 \U0001f3e0 \\ " [{', "number": 1.5, "count": 2**63 - 1}
    assert client.post("/said", json=sent).json() == sent


def test_nesting_within_a_string_is_not_nesting(client: TestClient) -> None:
    text = '["\\' * 500
    assert client.post("/said", json={"text": text}).json()["text"] == text


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("en-GB,en;q=0.9", "The body is not valid JSON"),
        ("zh-CN", "请求正文不是有效的 JSON"),
        ("fr", "请求正文不是有效的 JSON"),
        ("en;q=0.2, zh;q=0.8", "请求正文不是有效的 JSON"),
        ("en;q=nonsense", "请求正文不是有效的 JSON"),
    ],
)
def test_problem_speaks_the_language_asked_for(client: TestClient, header: str, title: str) -> None:
    headers = {"content-type": "application/json", "accept-language": header}
    assert client.post("/said", content=b"{", headers=headers).json()["title"] == title


def test_unknown_error_is_opaque(client: TestClient) -> None:
    answer = client.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text
    assert "Runtime" not in answer.text


def test_unknown_address_is_a_problem_too(client: TestClient) -> None:
    answer = client.get("/nowhere")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    answer = client.delete("/said")
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
