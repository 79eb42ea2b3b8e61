"""ways in: sessions as rows, one-time codes, proofs of who somebody is, second factors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "lms_0005"
down_revision = "lms_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision. `lms_account.generation` stays for release 0.1, which reads it."""
    with op.batch_alter_table("lms_account") as table:
        table.add_column(sa.Column("password_once_until", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("second_factor_asked_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "lms_session",
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("strength", sa.SmallInteger(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("helper_id", BigId, nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_session_account_id")),
        sa.ForeignKeyConstraint(["helper_id"], ["lms_account.id"], name=op.f("fk_lms_session_helper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_session")),
    )
    op.create_index(op.f("ix_lms_session_account_id"), "lms_session", ["account_id"])
    op.create_index(op.f("ix_lms_session_seen_at"), "lms_session", ["seen_at"])
    op.create_table(
        "lms_code",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_code_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_code")),
        sa.UniqueConstraint("uuid", name=op.f("uq_lms_code_uuid")),
    )
    op.create_index("ix_lms_code_made_at", "lms_code", ["made_at"])
    op.create_index(op.f("ix_lms_code_account_id"), "lms_code", ["account_id"])
    op.create_table(
        "lms_proof",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("identity_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("identity_tail", sa.String(length=4), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_proof_account_id")),
        sa.ForeignKeyConstraint(["by_id"], ["lms_account.id"], name=op.f("fk_lms_proof_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_proof")),
    )
    op.create_index(op.f("ix_lms_proof_account_id"), "lms_proof", ["account_id"])
    op.create_index(op.f("ix_lms_proof_identity_key"), "lms_proof", ["identity_key"])
    op.create_table(
        "lms_required_level",
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("set_by", BigId, nullable=True),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["lms_account.id"], name=op.f("fk_lms_required_level_set_by")),
        sa.PrimaryKeyConstraint("action", name=op.f("pk_lms_required_level")),
    )
    op.create_table(
        "lms_second_factor",
        sa.Column("account_id", BigId, autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(length=80), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_second_factor_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_lms_second_factor")),
    )
    op.create_table(
        "lms_recovery_code",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_recovery_code")),
    )
    op.create_index(op.f("ix_lms_recovery_code_account_id"), "lms_recovery_code", ["account_id"])
    op.create_table(
        "lms_arriving",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("identity_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("identity_tail", sa.String(length=4), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_arriving")),
        sa.UniqueConstraint("uuid", name=op.f("uq_lms_arriving_uuid")),
    )
