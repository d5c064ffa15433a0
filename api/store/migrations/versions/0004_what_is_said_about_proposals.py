"""What is said about proposals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.types import UtcTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make what is new."""
    op.create_table(
        "proposal_events",
        sa.Column("proposal", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("street_office", sa.String(length=200), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author"], ["accounts.id"], name=op.f("fk_proposal_events_author")
        ),
        sa.ForeignKeyConstraint(
            ["proposal"], ["proposals.id"], name=op.f("fk_proposal_events_proposal")
        ),
        sa.PrimaryKeyConstraint("proposal", "seq", name=op.f("pk_proposal_events")),
    )
