"""holders are told before a paper's term ends.

The terms of papers that end while this is being upgraded are told by the first round of the worker.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "certificates_0009"
down_revision = "certificates_0008"
branch_labels = None
depends_on = None  # packages migrate in order, the core's first


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.add_column("certificates_credential", sa.Column("told_ending_at", sa.BigInteger(), nullable=True))
    few = sa.text("expires_on IS NOT NULL AND told_ending_at IS NULL")
    op.create_index(
        "ix_certificates_credential_ending", "certificates_credential", ["expires_on"],
        sqlite_where=few, postgresql_where=few,
    )  # fmt: skip
