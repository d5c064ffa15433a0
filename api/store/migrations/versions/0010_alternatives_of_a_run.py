"""Alternatives: several proposals of one run, each by a step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make what is new."""
    op.add_column(
        "runs", sa.Column("alternatives", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("runs", sa.Column("beside", sa.JSON(), nullable=True))
    step = sa.Column("step", sa.String(length=32), server_default="as_asked", nullable=False)
    op.add_column("proposals", step)
    if op.get_bind().dialect.name == "sqlite":
        _made_anew()
    else:
        op.drop_constraint("uq_proposals_run", "proposals", type_="unique")
        op.create_unique_constraint("uq_proposals_run", "proposals", ["run", "step"])


def _made_anew() -> None:
    """SQLite cannot drop a constraint: the table goes and comes back, its rows under their ids.

    Within one transaction, at whose end every row that others refer to has to be there again.
    """
    op.execute("PRAGMA defer_foreign_keys=ON")
    op.execute("CREATE TEMPORARY TABLE proposals_aside AS SELECT * FROM proposals")
    op.drop_table("proposals")
    op.execute(
        """
        CREATE TABLE proposals (
            id VARCHAR(32) NOT NULL,
            run VARCHAR(32) NOT NULL,
            title VARCHAR(200) NOT NULL,
            content_hash VARCHAR(64) NOT NULL,
            files JSON NOT NULL,
            layers JSON NOT NULL,
            created DATETIME NOT NULL,
            step VARCHAR(32) DEFAULT 'as_asked' NOT NULL,
            CONSTRAINT pk_proposals PRIMARY KEY (id),
            CONSTRAINT fk_proposals_run FOREIGN KEY(run) REFERENCES runs (id),
            CONSTRAINT uq_proposals_run UNIQUE (run, step)
        )
        """
    )
    op.execute("INSERT INTO proposals SELECT * FROM proposals_aside")
    op.execute("DROP TABLE proposals_aside")
