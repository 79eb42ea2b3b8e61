"""messages: on their way out, in the inbox, and how people wish to be reached."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "lms_0006"
down_revision = "lms_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "lms_outgoing",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("stop_url", sa.String(length=300), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_outgoing_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_outgoing")),
    )
    op.create_index(op.f("ix_lms_outgoing_account_id"), "lms_outgoing", ["account_id"])
    op.create_table(
        "lms_note",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_note_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_note")),
        sa.UniqueConstraint("uuid", name=op.f("uq_lms_note_uuid")),
    )
    op.create_index("ix_lms_note_account", "lms_note", ["account_id", "id"])
    op.create_table(
        "lms_note_choice",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("remind", sa.Boolean(), nullable=False),
        sa.Column("hour_from", sa.SmallInteger(), nullable=False),
        sa.Column("hour_to", sa.SmallInteger(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("by_phone", sa.Boolean(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("asked_email", sa.String(length=254), nullable=True),
        sa.Column("code_until", sa.BigInteger(), nullable=True),
        sa.Column("code_tries", sa.SmallInteger(), nullable=False),
        sa.Column("reminded_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "hour_from >= 5 AND hour_to <= 22 AND hour_from < hour_to", name=op.f("ck_lms_note_choice_hours")
        ),
        sa.CheckConstraint("NOT by_mail OR email IS NOT NULL", name=op.f("ck_lms_note_choice_mail")),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_note_choice_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_lms_note_choice")),
    )
