"""Requests made up from /openapi.json: no 5xx, and no status that the document does not name.

A few per operation; ``REDISTRICT_FUZZ=200`` makes it a long run. Half of the ids in addresses are
of things that exist, so that more than 404 is met.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance

from api.layers import Role
from api.settings import Limits
from tests.api.test_rights import GIVEN
from tests.api.world import World, made

EXAMPLES = int(os.environ.get("REDISTRICT_FUZZ", "4"))


def sent(world: World, case: schemathesis.Case) -> int:
    """Send one request and look at the answer; its status."""
    role: Role = "administrator" if "/accounts" in case.path else "city_bureau"
    for name, value in dict(case.path_parameters or {}).items():
        if name in GIVEN and len(str(value)) % 2 == 0:
            case.path_parameters[name] = GIVEN[name](world, role, "own")
    answer = case.call(headers=dict(world.as_(role)), timeout=120)
    case.validate_response(answer, checks=[not_a_server_error, status_code_conformance])
    return answer.status_code


def test_no_request_surprises_the_service(tmp_path: Path) -> None:
    limits = Limits(account_rate=1e9, address_rate=1e9, runs=10**6, comments=10**6)
    with made(tmp_path, None, limits) as world:
        schema = schemathesis.openapi.from_asgi("/openapi.json", world.app)
        seen: Counter[int] = Counter()
        operations = [found.ok() for found in schema.get_all_operations()]
        for operation in operations:

            @settings(
                max_examples=EXAMPLES,
                derandomize=True,
                deadline=None,
                database=None,
                phases=(Phase.explicit, Phase.generate),
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy())
            def ask(case: schemathesis.Case) -> None:
                seen[sent(world, case)] += 1

            ask()
    assert len(operations) > 60
    assert {200, 201, 404, 422} <= set(seen), seen
