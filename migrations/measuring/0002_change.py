"""placement and change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "measuring_0002"
down_revision = "measuring_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "measuring_placing",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("programme_id", BigId, nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("ability", sa.Float(precision=53), nullable=True),
        sa.Column("error", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_measuring_placing_account_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["lms_programme.id"], name=op.f("fk_measuring_placing_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measuring_placing")),
        sa.UniqueConstraint("uuid", name=op.f("uq_measuring_placing_uuid")),
    )
    op.create_index("ix_measuring_placing_who", "measuring_placing", ["account_id", "programme_id"], unique=False)
    op.create_index("ix_measuring_placing_started", "measuring_placing", ["started_at"], unique=False)
    op.create_table(
        "measuring_placing_answer",
        sa.Column("placing_id", BigId, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("answer", Json, nullable=True),
        sa.Column("parts", sa.SmallInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["placing_id"], ["measuring_placing.id"], name=op.f("fk_measuring_placing_answer_placing_id")
        ),
        sa.PrimaryKeyConstraint("placing_id", "position", name=op.f("pk_measuring_placing_answer")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "measuring_taken",
        sa.Column("attempt_id", BigId, autoincrement=False, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("measure", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("form", sa.String(length=1), nullable=False),
        sa.Column("share", sa.Float(precision=53), nullable=False),
        sa.Column("questions", sa.SmallInteger(), nullable=False),
        sa.Column("calibrated", sa.SmallInteger(), nullable=False),
        sa.Column("ability", sa.Float(precision=53), nullable=True),
        sa.Column("error", sa.Float(precision=53), nullable=True),
        sa.Column("helped", sa.SmallInteger(), nullable=True),
        sa.Column("target_group", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_measuring_taken_account_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_measuring_taken")),
    )
    op.create_index("ix_measuring_taken_measure", "measuring_taken", ["measure", "purpose", "account_id"], unique=False)
    op.create_index(op.f("ix_measuring_taken_account_id"), "measuring_taken", ["account_id"], unique=False)
    op.create_table(
        "measuring_invited",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("measure", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_measuring_invited_account_id")),
        sa.PrimaryKeyConstraint("account_id", "measure", name=op.f("pk_measuring_invited")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "measuring_scaled",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("calibration_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measuring_scaled")),
    )
    op.execute("INSERT INTO measuring_scaled (id) VALUES (1)")


def downgrade() -> None:
    """Moves the tables back."""
    op.drop_table("measuring_scaled")
    op.drop_table("measuring_invited")
    op.drop_index(op.f("ix_measuring_taken_account_id"), table_name="measuring_taken")
    op.drop_index("ix_measuring_taken_measure", table_name="measuring_taken")
    op.drop_table("measuring_taken")
    op.drop_table("measuring_placing_answer")
    op.drop_index("ix_measuring_placing_started", table_name="measuring_placing")
    op.drop_index("ix_measuring_placing_who", table_name="measuring_placing")
    op.drop_table("measuring_placing")
