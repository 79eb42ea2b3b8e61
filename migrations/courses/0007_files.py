"""files: sentences that are being prepared, courses' pictures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "courses_0007"
down_revision = "courses_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "courses_spoken",
        sa.Column("id", BigId, nullable=False),
        sa.Column("media_id", BigId, nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("lang", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_courses_spoken_activity_id")),
        sa.ForeignKeyConstraint(["by_id"], ["lms_account.id"], name=op.f("fk_courses_spoken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_spoken")),
    )
    op.create_index(op.f("ix_courses_spoken_activity_id"), "courses_spoken", ["activity_id"], unique=False)
    op.create_index(op.f("ix_courses_spoken_by_id"), "courses_spoken", ["by_id"], unique=False)
    op.create_table(
        "courses_picture",
        sa.Column("print", sa.String(length=64), nullable=False),
        sa.Column("file_key", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("print", name=op.f("pk_courses_picture")),
        sqlite_with_rowid=False,
    )
