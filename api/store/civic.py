"""The tables of what people say and decide: rulings, notices, comments, and their files.

Rows are appended, never changed; what becomes of one is another row.
"""

from __future__ import annotations

import sqlalchemy as sa

from api.store.tables import METADATA
from api.store.types import UtcTime

attachments = sa.Table(
    "attachments",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("artifact", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("purpose", sa.String(16), nullable=False),
    sa.Column("author", sa.String(32), sa.ForeignKey("accounts.id")),
    sa.Column("at", UtcTime, nullable=False),
)
"""Files that people send; ``kind``: the media type by content. ``author`` null: the public."""

rulings = sa.Table(
    "rulings",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("survey", sa.String(32), sa.ForeignKey("surveys.id"), nullable=False, index=True),
    sa.Column("estate", sa.String(200), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("street_office", sa.String(200)),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("date", sa.Date, nullable=False),
    sa.Column("decided_by", sa.String(200), nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("proposal", sa.String(32), sa.ForeignKey("proposals.id"), nullable=False),
    sa.Column("supersedes", sa.String(32), sa.ForeignKey("rulings.id"), unique=True),
    sa.Column("author", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.UniqueConstraint("survey", "estate", "seq", name="uq_rulings_estate"),
)
"""``seq`` counts the records on an estate; the last one tells what holds."""

public_comments = sa.Table(
    "public_comments",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("notice", sa.String(32), nullable=False, index=True),
    sa.Column("proposal", sa.String(32), sa.ForeignKey("proposals.id"), nullable=False, index=True),
    sa.Column("street_office", sa.String(200), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
)
"""What anybody said during a notice; ``body``: text, and what may come with it."""

public_comment_acts = sa.Table(
    "public_comment_acts",
    METADATA,
    sa.Column("comment", sa.String(32), sa.ForeignKey("public_comments.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("act", sa.String(16), nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("author", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)
"""``act``: ``show``, ``hide`` or ``answer``; the last ``show`` or ``hide`` tells who reads it."""
