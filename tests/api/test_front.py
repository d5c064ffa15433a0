"""The front door: headers, limits, health, metrics, the sentence of every problem."""

from __future__ import annotations

import ast
import asyncio
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.types import Message

import api
from api.accounts import proofs
from api.errors import told
from api.main import create_app
from api.observing import JsonLines
from api.settings import Limits, Settings
from redistrict.i18n import LANGS, Lang, catalogue
from redistrict.model.finding import Finding
from redistrict.publish.findings import finding_rows
from tests.api.world import World, made


def test_every_answer_carries_the_security_headers(world: World) -> None:
    for path in ("/healthz", "/nowhere", "/api/accounts"):
        headers = world.client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert len(headers["x-request-id"]) == 36


def test_state_and_metrics(world: World) -> None:
    assert world.client.get("/healthz").json()["status"] == "alive"
    assert world.client.get("/readyz").json()["status"] == "ready"
    world.client.get("/problems/internal?secret=1")
    text = world.client.get("/metrics", headers=world.as_("administrator")).text
    assert (
        'redistrict_requests_total{method="GET",route="/problems/{code}",status="200"} 1.0' in text
    )
    assert "secret" not in text


def test_metrics_are_not_for_everybody(world: World) -> None:
    assert world.client.get("/metrics").status_code == 401
    assert world.client.get("/metrics", headers=world.as_("planner")).status_code == 403
    account = world.accounts["administrator"].id
    for scopes, status in ((["metrics"], 200), (["read"], 403)):
        _, secret = proofs.issue_token(world.service.store, account, "scraper", scopes, None)
        headers = {"authorization": f"Bearer {secret}"}
        assert world.client.get("/metrics", headers=headers).status_code == status
        assert status == 403 or world.client.get("/api/audit", headers=headers).status_code == 403


def test_not_ready_without_a_place_to_write(tmp_path: Path) -> None:
    with made(tmp_path / "data", None) as world:
        folder = tmp_path / "data" / "artifacts" / "aside"
        folder.rmdir()
        answer = world.client.get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert world.client.get("/healthz").status_code == 200


def test_a_body_too_large_is_refused_stated_or_not(tmp_path: Path) -> None:
    with made(tmp_path / "data", None, Limits(body=1000)) as world:
        for content in (b"x" * 2000, _pieces()):
            answer = world.client.post("/api/session", content=content)
            assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def _pieces() -> Iterator[bytes]:
    for _ in range(20):
        yield b"x" * 100


def test_a_slow_body_is_refused(tmp_path: Path) -> None:
    """H09: the body never comes."""
    app = create_app(Settings(tmp_path, works=False, limits=Limits(body_seconds=0.05)))
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(30)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/api/session", "raw_path": b"/api/session",
        "query_string": b"", "headers": [(b"content-type", b"application/json")],
        "http_version": "1.1", "scheme": "http", "server": ("h", 80), "client": ("c", 1),
        "root_path": "",
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["code"] == "timeout"


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "9" * 30])
def test_a_length_that_is_none_is_refused(world: World, length: str) -> None:
    headers = {"content-length": length.encode(), "content-type": b"application/json"}
    answer = world.client.post("/api/session", content=b"{}", headers=headers)
    assert answer.status_code == 400


def test_log_lines_hold_what_is_allowed_only() -> None:
    record = logging.LogRecord("api", logging.INFO, "p", 1, "answered", None, None)
    record.route, record.household = "/api/x", "张三 3-2-101"
    said = json.loads(JsonLines().format(record))
    assert said["route"] == "/api/x"
    assert "张三" not in json.dumps(said, ensure_ascii=False)


def test_a_problem_type_can_be_looked_up(world: World) -> None:
    answer = world.client.get("/problems/csrf", headers={"accept-language": "en"})
    assert answer.json()["title"] == "The request lacks its proof against forgery"
    assert world.client.get("/problems/unsupported-format").status_code == 200
    assert world.client.get("/problems/no-such-thing").status_code == 404


def test_every_problem_that_is_raised_has_its_sentences() -> None:
    """The first argument of every refusal in api/, where it is a literal."""
    tree = ast.parse((Path(api.__file__).parent / "errors.py").read_text("utf-8"))
    classes = {n.name for n in tree.body if isinstance(n, ast.ClassDef)}
    codes: set[str] = set()
    for path in Path(api.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in classes and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    codes.add(first.value)
    assert len(codes) > 15
    for lang in LANGS:
        known = catalogue(lang)
        missing = {c for c in codes if f"problem.{c}" not in known and f"finding.{c}" not in known}
        assert missing == set()


@pytest.mark.parametrize("lang", LANGS)
def test_a_reason_is_told_in_words_wherever_a_finding_is(lang: Lang) -> None:
    params = {"households": 390, "reason": "search-limit"}
    found = Finding("service-grids-outside", "warning", "service_grids", "G1", params=params)
    said = told(found, lang)["message"]
    assert "search-limit" not in said
    assert said == finding_rows([found], None)[0]["message"][lang]


def test_the_api_can_be_read_without_anything_from_elsewhere(world: World) -> None:
    answer = world.client.get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script" not in answer.text
    assert not re.search(r"(src|href)=\"(?!/openapi\.json|#)", answer.text)
    paths = world.client.get("/openapi.json").json()["paths"]
    assert len(paths) > 30
    for path in paths:
        assert f"</b> {path}</summary>" in answer.text
    assert "RulingOut" in answer.text
