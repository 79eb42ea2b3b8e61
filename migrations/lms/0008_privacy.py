"""privacy: requests, guardians, what is sensitive, terms of keeping."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "lms_0008"
down_revision = "lms_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "lms_data_request",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("asked_by_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("answer_by", sa.BigInteger(), nullable=False),
        sa.Column("act_by", sa.BigInteger(), nullable=False),
        sa.Column("extended_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("handled_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_data_request_account_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["lms_account.id"], name=op.f("fk_lms_data_request_asked_by_id")),
        sa.ForeignKeyConstraint(["handled_by_id"], ["lms_account.id"], name=op.f("fk_lms_data_request_handled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_data_request")),
        sa.UniqueConstraint("uuid", name=op.f("uq_lms_data_request_uuid")),
    )
    op.create_index(op.f("ix_lms_data_request_account_id"), "lms_data_request", ["account_id"])
    op.create_index("ix_lms_data_request_state", "lms_data_request", ["state", "answer_by"])
    op.create_table(
        "lms_guardian",
        sa.Column("id", BigId, nullable=False),
        sa.Column("minor_id", BigId, nullable=False),
        sa.Column("guardian_id", BigId, nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("relation", sa.String(length=40), nullable=False),
        sa.Column("recorded_by_id", BigId, nullable=True),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["minor_id"], ["lms_account.id"], name=op.f("fk_lms_guardian_minor_id")),
        sa.ForeignKeyConstraint(["guardian_id"], ["lms_account.id"], name=op.f("fk_lms_guardian_guardian_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["lms_account.id"], name=op.f("fk_lms_guardian_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_guardian")),
    )
    op.create_index(op.f("ix_lms_guardian_minor_id"), "lms_guardian", ["minor_id"])
    op.create_index(op.f("ix_lms_guardian_guardian_id"), "lms_guardian", ["guardian_id"])
    op.create_table(
        "lms_guardian_code",
        sa.Column("minor_id", BigId, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["minor_id"], ["lms_account.id"], name=op.f("fk_lms_guardian_code_minor_id")),
        sa.PrimaryKeyConstraint("minor_id", name=op.f("pk_lms_guardian_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_lms_guardian_code_code_hash")),
    )
    op.create_table(
        "lms_sensitive",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("attribute", sa.String(length=24), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_sensitive_account_id")),
        sa.PrimaryKeyConstraint("account_id", "attribute", name=op.f("pk_lms_sensitive")),
    )
    op.create_table(
        "lms_retention_term",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", BigId, nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["lms_account.id"], name=op.f("fk_lms_retention_term_changed_by_id")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_lms_retention_term")),
    )
    op.create_table(
        "lms_asked_to_stay",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_asked_to_stay_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_lms_asked_to_stay")),
    )
