"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "handover_0001"
down_revision = None
branch_labels = None
depends_on = None  # packages migrate in order, the core's first


def upgrade() -> None:
    """Moves the tables to this revision. What was issued before is prepared by the worker."""
    op.create_table(
        "handover_batch",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", BigId, nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_by", BigId, nullable=True),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_handover_batch_org_id")),
        sa.ForeignKeyConstraint(["made_by"], ["lms_account.id"], name=op.f("fk_handover_batch_made_by")),
        sa.ForeignKeyConstraint(["sent_by"], ["lms_account.id"], name=op.f("fk_handover_batch_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_batch")),
        sa.UniqueConstraint("uuid", name=op.f("uq_handover_batch_uuid")),
    )
    op.create_index("ix_handover_batch_made", "handover_batch", ["made_at"])
    op.create_table(
        "handover_record",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=48), nullable=False),
        sa.Column("credential_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=True),
        sa.Column("edition", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("batch_id", BigId, nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_handover_record_account_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["handover_batch.id"], name=op.f("fk_handover_record_batch_id")),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["certificates_credential.id"], name=op.f("fk_handover_record_credential_id")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_handover_record_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_record")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_handover_record_credential_id")),
        sa.UniqueConstraint("number", name=op.f("uq_handover_record_number")),
        sa.UniqueConstraint("uuid", name=op.f("uq_handover_record_uuid")),
    )
    op.create_index("ix_handover_record_state", "handover_record", ["state", "org_id"])
    op.create_index("ix_handover_record_batch", "handover_record", ["batch_id"])
    op.create_index("ix_handover_record_account", "handover_record", ["account_id"])
    op.create_table(
        "handover_answer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("record_id", BigId, nullable=False),
        sa.Column("edition", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["lms_account.id"], name=op.f("fk_handover_answer_by_id")),
        sa.ForeignKeyConstraint(["record_id"], ["handover_record.id"], name=op.f("fk_handover_answer_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_answer")),
    )
    op.create_index(op.f("ix_handover_answer_record_id"), "handover_answer", ["record_id"])
