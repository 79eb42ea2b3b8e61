"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "integrity_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "integrity_due",
        sa.Column("attempt_id", BigId, autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_integrity_due")),
    )
    op.create_index("ix_integrity_due_order", "integrity_due", ["day", "activity_id", "org_id", "attempt_id"])
    op.create_table(
        "integrity_looking",
        sa.Column("rules", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("listed_to", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rules", name=op.f("pk_integrity_looking")),
    )
    op.create_table(
        "integrity_stood",
        sa.Column("version_id", BigId, autoincrement=False, nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_integrity_stood")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "integrity_usual",
        sa.Column("activity_id", BigId, autoincrement=False, nullable=False),
        sa.Column("papers", sa.BigInteger(), nullable=False),
        sa.Column("passed", sa.BigInteger(), nullable=False),
        sa.Column("scores", sa.BigInteger(), nullable=False),
        sa.Column("squares", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_integrity_usual")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "integrity_wrong",
        sa.Column("version_id", BigId, autoincrement=False, nullable=False),
        sa.Column("answer", sa.String(length=60), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "answer", name=op.f("pk_integrity_wrong")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "integrity_case",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("rules", sa.SmallInteger(), nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("answer_by", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", BigId, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("second_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_integrity_case_activity_id")),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_integrity_case_org_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["lms_account.id"], name=op.f("fk_integrity_case_decided_by")),
        sa.ForeignKeyConstraint(["second_by"], ["lms_account.id"], name=op.f("fk_integrity_case_second_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_case")),
        sa.UniqueConstraint("uuid", name=op.f("uq_integrity_case_uuid")),
        sa.UniqueConstraint("key", name=op.f("uq_integrity_case_key")),
    )
    op.create_index("ix_integrity_case_org", "integrity_case", ["org_id"])
    op.create_index("ix_integrity_case_state", "integrity_case", ["state", "found_at"])
    op.create_table(
        "integrity_device",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("device", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_integrity_device_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_device")),
    )
    op.create_index(op.f("ix_integrity_device_at"), "integrity_device", ["at"])
    op.create_index("ix_integrity_device_who", "integrity_device", ["account_id", "at"])
    op.create_table(
        "integrity_hand",
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("account_id", BigId, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["integrity_case.id"], name=op.f("fk_integrity_hand_case_id")),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_integrity_hand_account_id")),
        sa.PrimaryKeyConstraint("case_id", "account_id", name=op.f("pk_integrity_hand")),
    )
    op.create_index(op.f("ix_integrity_hand_account_id"), "integrity_hand", ["account_id"])
    op.create_table(
        "integrity_paper",
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("attempt_id", BigId, autoincrement=False, nullable=False),
        sa.Column("attempt_uuid", sa.Uuid(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["integrity_case.id"], name=op.f("fk_integrity_paper_case_id")),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_integrity_paper_account_id")),
        sa.PrimaryKeyConstraint("case_id", "attempt_id", name=op.f("pk_integrity_paper")),
    )
    op.create_index(op.f("ix_integrity_paper_account_id"), "integrity_paper", ["account_id"])
    op.create_index(op.f("ix_integrity_paper_attempt_id"), "integrity_paper", ["attempt_id"])
    op.create_table(
        "integrity_person",
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("account_id", BigId, autoincrement=False, nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("wants_help", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["integrity_case.id"], name=op.f("fk_integrity_person_case_id")),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_integrity_person_account_id")),
        sa.PrimaryKeyConstraint("case_id", "account_id", name=op.f("pk_integrity_person")),
    )
    op.create_index(op.f("ix_integrity_person_account_id"), "integrity_person", ["account_id"])
    op.create_table(
        "integrity_sign",
        sa.Column("id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["integrity_case.id"], name=op.f("fk_integrity_sign_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_sign")),
    )
    op.create_index(op.f("ix_integrity_sign_case_id"), "integrity_sign", ["case_id"])
    op.create_table(
        "integrity_step",
        sa.Column("id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["integrity_case.id"], name=op.f("fk_integrity_step_case_id")),
        sa.ForeignKeyConstraint(["by_id"], ["lms_account.id"], name=op.f("fk_integrity_step_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_step")),
    )
    op.create_index(op.f("ix_integrity_step_case_id"), "integrity_step", ["case_id"])
