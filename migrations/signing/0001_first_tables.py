"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "signing_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "signing_batch",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("signer", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("size", sa.SmallInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("handle", sa.String(length=500), nullable=False),
        sa.Column("why", Json, nullable=True),
        sa.Column("approved_by", BigId, nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["lms_account.id"], name=op.f("fk_signing_batch_approved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_batch")),
        sa.UniqueConstraint("uuid", name=op.f("uq_signing_batch_uuid")),
    )
    op.create_index("ix_signing_batch_state", "signing_batch", ["state", "next_at"])
    op.create_table(
        "signing_request",
        sa.Column("id", BigId, nullable=False),
        sa.Column("credential_id", BigId, nullable=False),
        sa.Column("number", sa.String(length=48), nullable=False),
        sa.Column("signer", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("batch_id", BigId, nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("why", Json, nullable=True),
        sa.Column("parked_key", sa.String(length=64), nullable=True),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("stop", sa.Integer(), nullable=True),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("attributes", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["signing_batch.id"], name=op.f("fk_signing_request_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_request")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_signing_request_credential_id")),
    )
    op.create_index("ix_signing_request_batch", "signing_request", ["batch_id"])
    op.create_index("ix_signing_request_state", "signing_request", ["state", "next_at"])
