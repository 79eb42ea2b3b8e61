"""what comes back after days: what a person missed in practice, and who wants none of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "quizzes_0006"
down_revision = "quizzes_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "quizzes_due",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("pool", sa.String(length=8), nullable=False, server_default="practice"),
        sa.Column("wrong_day", sa.Integer(), nullable=True),
        sa.Column("right_days", Json, nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("due_day", sa.Integer(), nullable=True),
        sa.Column("left_day", sa.Integer(), nullable=True),
        sa.Column("asked_day", sa.Integer(), nullable=True),
        sa.CheckConstraint("pool = 'practice'", name=op.f("ck_quizzes_due_practice_only")),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_quizzes_due_account_id")),
        sa.ForeignKeyConstraint(
            ["item_id", "pool"], ["quizzes_item.id", "quizzes_item.pool"], name=op.f("fk_quizzes_due_item_id_pool")
        ),
        sa.PrimaryKeyConstraint("account_id", "topic", name=op.f("pk_quizzes_due")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_quizzes_due_item", "quizzes_due", ["item_id"])
    left = sa.text("left_day IS NOT NULL")
    op.create_index("ix_quizzes_due_left", "quizzes_due", ["left_day"], sqlite_where=left, postgresql_where=left)
    op.create_table(
        "quizzes_return_choice",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("is_off", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_quizzes_return_choice_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_quizzes_return_choice")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Moves them back."""
    op.drop_table("quizzes_return_choice")
    op.drop_table("quizzes_due")
