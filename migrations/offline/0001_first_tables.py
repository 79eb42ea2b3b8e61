"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "offline_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "offline_sent",
        sa.Column("account_id", BigId, autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("t", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_offline_sent_account_id")),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_offline_sent")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_offline_sent_at"), "offline_sent", ["at"], unique=False)


def downgrade() -> None:
    """Moves the tables back."""
    op.drop_index(op.f("ix_offline_sent_at"), table_name="offline_sent")
    op.drop_table("offline_sent")
