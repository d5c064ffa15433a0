"""What the public says during a notice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.types import UtcTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make what is new."""
    op.create_table(
        "public_comments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("notice", sa.String(length=32), nullable=False),
        sa.Column("proposal", sa.String(length=32), nullable=False),
        sa.Column("street_office", sa.String(length=200), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal"], ["proposals.id"], name=op.f("fk_public_comments_proposal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_comments")),
    )
    for column in ("notice", "proposal"):
        op.create_index(op.f(f"ix_public_comments_{column}"), "public_comments", [column])
    op.create_table(
        "public_comment_acts",
        sa.Column("comment", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author"], ["accounts.id"], name=op.f("fk_public_comment_acts_author")
        ),
        sa.ForeignKeyConstraint(
            ["comment"], ["public_comments.id"], name=op.f("fk_public_comment_acts_comment")
        ),
        sa.PrimaryKeyConstraint("comment", "seq", name=op.f("pk_public_comment_acts")),
    )
