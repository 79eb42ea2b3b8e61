"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "badges_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "badges_achievement",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_badges_achievement")),
    )
    op.create_table(
        "badges_badge",
        sa.Column("credential_id", BigId, autoincrement=False, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("achievement", sa.String(length=80), nullable=False),
        sa.Column("forms", sa.LargeBinary(), nullable=False),
        sa.Column("kid", sa.String(length=32), nullable=False),
        sa.Column("jwt_kid", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_badges_badge")),
        sa.UniqueConstraint("uuid", name=op.f("uq_badges_badge_uuid")),
    )
