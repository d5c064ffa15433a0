"""Attachments and rulings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.types import UtcTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make what is new."""

    op.create_table(
        "attachments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("artifact", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["accounts.id"], name=op.f("fk_attachments_author")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_table(
        "rulings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("survey", sa.String(length=32), nullable=False),
        sa.Column("estate", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("street_office", sa.String(length=200), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("proposal", sa.String(length=32), nullable=False),
        sa.Column("supersedes", sa.String(length=32), nullable=True),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["accounts.id"], name=op.f("fk_rulings_author")),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.id"], name=op.f("fk_rulings_proposal")),
        sa.ForeignKeyConstraint(["supersedes"], ["rulings.id"], name=op.f("fk_rulings_supersedes")),
        sa.ForeignKeyConstraint(["survey"], ["surveys.id"], name=op.f("fk_rulings_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulings")),
        sa.UniqueConstraint("supersedes", name=op.f("uq_rulings_supersedes")),
        sa.UniqueConstraint("survey", "estate", "seq", name="uq_rulings_estate"),
    )
    op.create_index(op.f("ix_rulings_survey"), "rulings", ["survey"], unique=False)
    op.add_column("runs", sa.Column("rulings", sa.JSON(), server_default="[]", nullable=False))
