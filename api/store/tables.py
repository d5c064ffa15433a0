"""The tables. Migrations make them (`api/store/migrations`); a test compares the two."""

from __future__ import annotations

import sqlalchemy as sa

from api.store.types import UtcTime

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
AS_ASKED = "as_asked"
"""The step of the proposal that a run is asked for; others are alternatives to it."""
METADATA = sa.MetaData(naming_convention=NAMES)

accounts = sa.Table(
    "accounts",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("login", sa.String(200), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("password_hash", sa.String(300)),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("created", UtcTime, nullable=False),
)

account_areas = sa.Table(
    "account_areas",
    METADATA,
    sa.Column("account", sa.String(32), sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("kind", sa.String(32), primary_key=True),
    sa.Column("area", sa.String(200), primary_key=True),
)
"""What an account is responsible for; ``kind``: ``street_office`` or ``committee``."""

account_identities = sa.Table(
    "account_identities",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("account", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("issuer", sa.String(500), nullable=False),
    sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.UniqueConstraint("issuer", "subject", name="uq_account_identities_subject"),
)
"""Who the holder of an account is at an OpenID Connect provider."""

sessions = sa.Table(
    "sessions",
    METADATA,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("account", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("expires", UtcTime, nullable=False),
)

tokens = sa.Table(
    "tokens",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("account", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("expires", UtcTime),
    sa.Column("revoked", UtcTime),
)

audit_head = sa.Table(
    "audit_head",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
"""One row: the end of the chain. Locking it makes acts one after the other."""

audit = sa.Table(
    "audit",
    METADATA,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("account", sa.String(32)),
    sa.Column("act", sa.String(64), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
)
"""``at`` and ``body`` are kept as the very text that was hashed."""

surveys = sa.Table(
    "surveys",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("created_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
)

survey_versions = sa.Table(
    "survey_versions",
    METADATA,
    sa.Column("survey", sa.String(32), sa.ForeignKey("surveys.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("files", sa.JSON, nullable=False),
    sa.Column("stated", sa.JSON, nullable=False),
    sa.Column("crs", sa.Text, nullable=False),
    sa.Column("basis", sa.String(32), nullable=False),
    sa.Column("rows", sa.JSON, nullable=False),
    sa.Column("mapping", sa.JSON, nullable=False),
    sa.Column("findings", sa.String(64), nullable=False),
    sa.Column("confirmed", sa.Boolean, nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("created_by", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
)
"""What was sent and how it was read; nothing but ``confirmed`` ever changes."""

runs = sa.Table(
    "runs",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("survey", sa.String(32), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("profile", sa.String(100), nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("effort", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("owner", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("cancel_asked", sa.Boolean, nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("ended", UtcTime),
    sa.Column("findings", sa.JSON, nullable=False),
    sa.Column("rulings", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("worker", sa.String(32)),
    sa.Column("alternatives", sa.Integer, nullable=False, server_default="0"),
    sa.Column("beside", sa.JSON(none_as_null=True)),
    sa.ForeignKeyConstraint(
        ["survey", "version"],
        ["survey_versions.survey", "survey_versions.number"],
        name="fk_runs_survey_version",
    ),
)
"""``alternatives``: how many were asked for; ``beside``: what came of it, as alternatives.json of
`redistrict run` says it."""

workers = sa.Table(
    "workers",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("place", sa.String(200), nullable=False),
    sa.Column("process", sa.String(64), nullable=False),
    sa.Column("beats", sa.BigInteger, nullable=False),
    info={"transient": True},
)
"""The processes that work on runs now (`api.runs.crew`); no part of a backup."""

run_events = sa.Table(
    "run_events",
    METADATA,
    sa.Column("run", sa.String(32), sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
)

proposals = sa.Table(
    "proposals",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("run", sa.String(32), sa.ForeignKey("runs.id"), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("files", sa.JSON, nullable=False),
    sa.Column("layers", sa.JSON, nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("step", sa.String(32), nullable=False, server_default=AS_ASKED),
    sa.UniqueConstraint("run", "step", name="uq_proposals_run"),
)
"""Frozen; ``files`` and ``layers``: name -> artifact. What is done to one is events."""

once = sa.Table(
    "once",
    METADATA,
    sa.Column("account", sa.String(32), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("answer", sa.JSON, nullable=False),
    sa.Column("created", UtcTime, nullable=False),
)
"""Answers by idempotency key."""

proposal_events = sa.Table(
    "proposal_events",
    METADATA,
    sa.Column("proposal", sa.String(32), sa.ForeignKey("proposals.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("street_office", sa.String(200), nullable=False),
    sa.Column("author", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
)
"""What is said about, and decided on, a street office's part; appended only."""

edits = sa.Table(
    "edits",
    METADATA,
    sa.Column("proposal", sa.String(32), sa.ForeignKey("proposals.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("author", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("event", sa.JSON, nullable=False),
)
"""Events of `redistrict.revision` over a frozen proposal; ``seq`` without gaps, appended only."""
