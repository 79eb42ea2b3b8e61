"""imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "quizzes_0004"
down_revision = "quizzes_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "quizzes_import",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("bank_id", BigId, nullable=False),
        sa.Column("pool", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("files", Json, nullable=False),
        sa.Column("choices", Json, nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("made", Json, nullable=False),
        sa.Column("taken_out", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("retired", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("made_by", BigId, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["quizzes_bank.id"], name=op.f("fk_quizzes_import_bank_id")),
        sa.ForeignKeyConstraint(["made_by"], ["lms_account.id"], name=op.f("fk_quizzes_import_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_import")),
        sa.UniqueConstraint("uuid", name=op.f("uq_quizzes_import_uuid")),
    )
    op.create_index(op.f("ix_quizzes_import_bank_id"), "quizzes_import", ["bank_id"])
