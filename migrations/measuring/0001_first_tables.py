"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "measuring_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "measuring_calibration",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("too_few", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("anchors", sa.Integer(), nullable=False),
        sa.Column("log_likelihood", sa.Float(precision=53), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("converged", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measuring_calibration")),
    )
    op.create_table(
        "measuring_due",
        sa.Column("attempt_id", BigId, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_measuring_due")),
    )
    op.create_table(
        "measuring_item",
        sa.Column("version_id", BigId, autoincrement=False, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("bank_id", BigId, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("sums", Json, nullable=False),
        sa.Column("flags", sa.String(length=120), nullable=False),
        sa.Column("attention", sa.SmallInteger(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("computed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_measuring_item")),
    )
    op.create_index("ix_measuring_item_attention", "measuring_item", ["bank_id", "attention"], unique=False)
    op.create_table(
        "measuring_paper",
        sa.Column("attempt_id", BigId, autoincrement=False, nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_measuring_paper")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "measuring_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("walked_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("filled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measuring_state")),
    )
    op.create_table(
        "measuring_difficulty",
        sa.Column("version_id", BigId, autoincrement=False, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("difficulty", sa.Float(precision=53), nullable=False),
        sa.Column("error", sa.Float(precision=53), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("infit", sa.Float(precision=53), nullable=False),
        sa.Column("outfit", sa.Float(precision=53), nullable=False),
        sa.Column("base", sa.Float(precision=53), nullable=False),
        sa.Column("base_error", sa.Float(precision=53), nullable=False),
        sa.Column("drifted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("calibration_id", BigId, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calibration_id"], ["measuring_calibration.id"], name=op.f("fk_measuring_difficulty_calibration_id")
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_measuring_difficulty")),
    )
    op.create_index(op.f("ix_measuring_difficulty_item_id"), "measuring_difficulty", ["item_id"], unique=False)
    op.execute("INSERT INTO measuring_state (id) VALUES (1)")


def downgrade() -> None:
    """Moves the tables back."""
    op.drop_index(op.f("ix_measuring_difficulty_item_id"), table_name="measuring_difficulty")
    op.drop_table("measuring_difficulty")
    op.drop_table("measuring_state")
    op.drop_table("measuring_paper")
    op.drop_index("ix_measuring_item_attention", table_name="measuring_item")
    op.drop_table("measuring_item")
    op.drop_table("measuring_due")
    op.drop_table("measuring_calibration")
