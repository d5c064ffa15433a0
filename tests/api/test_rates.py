"""Budgets of requests: they fill steadily, hold ten seconds' worth, and are one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.errors import TooManyRequests
from api.rates import Rates, cost
from api.settings import Limits
from tests.api.world import made


def test_a_budget_is_used_up_and_fills_again() -> None:
    moment = 0.0
    rates = Rates(lambda: moment)
    for _ in range(5):
        rates.spend("a", 20.0, 10.0)
    with pytest.raises(TooManyRequests) as refused:
        rates.spend("a", 20.0, 10.0)
    assert refused.value.headers == {"Retry-After": "2"}
    rates.spend("b", 20.0, 10.0)
    moment = 2.0
    rates.spend("a", 20.0, 10.0)
    with pytest.raises(TooManyRequests):
        rates.spend("a", 1.0, 10.0)
    moment = 1000.0
    for _ in range(5):  # never more than it holds
        rates.spend("a", 20.0, 10.0)
    with pytest.raises(TooManyRequests):
        rates.spend("a", 20.0, 10.0)


def test_changes_cost_more_than_reading_and_tiles_least() -> None:
    assert cost("POST", "/api/runs") > cost("GET", "/api/runs") > cost("GET", "/tiles/x/0/0/0.mvt")
    assert cost("GET", "/healthz") == 0


def test_the_service_says_when_to_come_back(tmp_path: Path) -> None:
    with made(tmp_path / "data", None, Limits(account_rate=4.0, address_rate=0.8)) as world:
        client = world.client
        assert [client.get("/api/proposals").status_code for _ in range(3)] == [200, 200, 429]
        refused = client.get("/api/proposals")
        assert refused.json()["code"] == "too-many-requests"
        assert 1 <= int(refused.headers["retry-after"]) <= 5
        assert "frame-ancestors 'none'" in refused.headers["content-security-policy"]
        assert client.get("/healthz").status_code == 200
        for role in ("planner", "committee"):  # each has a budget of its own
            said = [client.get("/api/proposals", headers=world.as_(role)) for _ in range(12)]
            codes = [answer.status_code for answer in said]
            assert codes[:10] == [200] * 10
            assert codes[-1] == 429
