"""what is held back from figures until somebody looked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "lms_0014"
down_revision = "lms_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "lms_held",
        sa.Column("id", BigId, nullable=False),
        sa.Column("attainment_id", BigId, nullable=False),
        sa.Column("held_by", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["attainment_id"], ["lms_attainment.id"], name=op.f("fk_lms_held_attainment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_held")),
    )
    op.create_index("ix_lms_held_attainment", "lms_held", ["attainment_id"])
    still = sa.text("released_at IS NULL")
    op.create_index(
        "uq_lms_held_open",
        "lms_held",
        ["held_by", "attainment_id"],
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )
