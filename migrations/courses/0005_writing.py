"""writing: drafts as they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "courses_0005"
down_revision = "courses_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "courses_set_aside",
        sa.Column("id", BigId, nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("seen", Json, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_courses_set_aside_account_id")),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_courses_set_aside_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_set_aside")),
    )
    op.create_index(op.f("ix_courses_set_aside_account_id"), "courses_set_aside", ["account_id"], unique=False)
    op.create_index(op.f("ix_courses_set_aside_activity_id"), "courses_set_aside", ["activity_id"], unique=False)
