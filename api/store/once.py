"""Idempotency keys: the same request sent again has the effect it had, not another.

The key's row is made in the transaction of the effect. A second request with the key waits for
that transaction, on either database, and then finds the answer there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from api.errors import Unprocessable
from api.store.engine import Store
from api.store.tables import once as rows
from api.store.types import now

Effect = Callable[[Connection], Mapping[str, Any]]


def fingerprint(*said: Any) -> str:
    """What tells one request from another under the same key."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def once(
    store: Store, account: str, key: str | None, print_: str, effect: Effect
) -> Mapping[str, Any]:
    """The answer of ``effect``, done now or, under this key, before.

    Raises Unprocessable (idempotency-key-reused) where the key came with another request.
    """
    with store.write() as connection:
        if key is None:
            return effect(connection)
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        values = {"account": account, "key": key, "fingerprint": print_, "answer": {}}
        made = connection.execute(
            insert(rows)
            .values(**values, created=now())
            .on_conflict_do_nothing()
            .returning(rows.c.key)  # a row count is not told by every driver
        ).first()
        at = (rows.c.account == account) & (rows.c.key == key)
        if made is not None:
            answer = effect(connection)
            connection.execute(rows.update().where(at).values(answer=dict(answer)))
            return answer
        kept = connection.execute(sa.select(rows).where(at)).one()
        if kept.fingerprint != print_:
            raise Unprocessable("idempotency-key-reused")
        return kept.answer
