"""accounts that are one person: acts of joining, what each moved, pairs to look at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "lms_0007"
down_revision = "lms_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "lms_merge",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("kept_id", BigId, nullable=False),
        sa.Column("gone_id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by_id", BigId, nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_lms_merge_two")),
        sa.ForeignKeyConstraint(["kept_id"], ["lms_account.id"], name=op.f("fk_lms_merge_kept_id")),
        sa.ForeignKeyConstraint(["gone_id"], ["lms_account.id"], name=op.f("fk_lms_merge_gone_id")),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_lms_merge_org_id")),
        sa.ForeignKeyConstraint(["by_id"], ["lms_account.id"], name=op.f("fk_lms_merge_by_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["lms_account.id"], name=op.f("fk_lms_merge_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_merge")),
        sa.UniqueConstraint("uuid", name=op.f("uq_lms_merge_uuid")),
    )
    op.create_index(op.f("ix_lms_merge_kept_id"), "lms_merge", ["kept_id"])
    op.create_index(op.f("ix_lms_merge_gone_id"), "lms_merge", ["gone_id"])
    op.create_table(
        "lms_merge_row",
        sa.Column("id", BigId, nullable=False),
        sa.Column("merge_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["lms_merge.id"], name=op.f("fk_lms_merge_row_merge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_merge_row")),
    )
    op.create_index(op.f("ix_lms_merge_row_merge_id"), "lms_merge_row", ["merge_id"])
    op.create_table(
        "lms_duplicate",
        sa.Column("id", BigId, nullable=False),
        sa.Column("low_id", BigId, nullable=False),
        sa.Column("high_id", BigId, nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", BigId, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_lms_duplicate_order")),
        sa.ForeignKeyConstraint(["low_id"], ["lms_account.id"], name=op.f("fk_lms_duplicate_low_id")),
        sa.ForeignKeyConstraint(["high_id"], ["lms_account.id"], name=op.f("fk_lms_duplicate_high_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["lms_account.id"], name=op.f("fk_lms_duplicate_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_duplicate")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_lms_duplicate_low_id_high_id")),
    )
    op.create_index("ix_lms_duplicate_high", "lms_duplicate", ["high_id"])
    op.create_index("ix_lms_duplicate_state", "lms_duplicate", ["state", "id"])
    somewhere = sa.text("merged_into_id IS NOT NULL")
    op.create_index(
        "ix_lms_account_merged", "lms_account", ["merged_into_id"], sqlite_where=somewhere, postgresql_where=somewhere
    )
