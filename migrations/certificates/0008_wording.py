"""words that codes of papers name by fingerprints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "certificates_0008"
down_revision = "certificates_0007"
branch_labels = None
depends_on = None  # packages migrate in order, the core's first


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "certificates_wording",
        sa.Column("fingerprint", sa.LargeBinary(length=6), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_certificates_wording")),
    )
