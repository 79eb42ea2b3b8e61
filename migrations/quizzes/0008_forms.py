"""forms with common questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "quizzes_0008"
down_revision = "quizzes_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "quizzes_measure_turn",
        sa.Column("measure", sa.String(length=64), nullable=False),
        sa.Column("org_id", BigId, autoincrement=False, nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("measure", "org_id", name=op.f("pk_quizzes_measure_turn")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quizzes_measured",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("measure", sa.String(length=64), nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("first", sa.SmallInteger(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("entry_at", sa.BigInteger(), nullable=True),
        sa.Column("exit_at", sa.BigInteger(), nullable=True),
        sa.Column("later_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_quizzes_measured_account_id")),
        sa.PrimaryKeyConstraint("account_id", "measure", name=op.f("pk_quizzes_measured")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_quizzes_measured_exit", "quizzes_measured", ["exit_at"], unique=False)
    op.create_table(
        "quizzes_helped",
        sa.Column("attempt_id", BigId, nullable=False),
        sa.Column("much", sa.SmallInteger(), nullable=False),
        sa.Column("said_by", BigId, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["quizzes_attempt.id"], name=op.f("fk_quizzes_helped_attempt_id")),
        sa.ForeignKeyConstraint(["said_by"], ["lms_account.id"], name=op.f("fk_quizzes_helped_said_by")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_quizzes_helped")),
        sqlite_with_rowid=False,
    )
    op.add_column("quizzes_attempt", sa.Column("form", sa.String(length=1), nullable=True))


def downgrade() -> None:
    """Moves the tables back."""
    op.drop_column("quizzes_attempt", "form")
    op.drop_table("quizzes_helped")
    op.drop_index("ix_quizzes_measured_exit", table_name="quizzes_measured")
    op.drop_table("quizzes_measured")
    op.drop_table("quizzes_measure_turn")
