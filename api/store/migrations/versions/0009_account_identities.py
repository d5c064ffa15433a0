"""Accounts that are known elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.types import UtcTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make what is new."""
    op.create_table(
        "account_identities",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name=op.f("fk_account_identities_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_identities")),
        sa.UniqueConstraint("issuer", "subject", name="uq_account_identities_subject"),
    )
    op.create_index(op.f("ix_account_identities_account"), "account_identities", ["account"])
