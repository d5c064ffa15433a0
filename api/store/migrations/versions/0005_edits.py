"""Edits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.types import UtcTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make what is new."""
    op.create_table(
        "edits",
        sa.Column("proposal", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("event", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["accounts.id"], name=op.f("fk_edits_author")),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.id"], name=op.f("fk_edits_proposal")),
        sa.PrimaryKeyConstraint("proposal", "seq", name=op.f("pk_edits")),
    )
