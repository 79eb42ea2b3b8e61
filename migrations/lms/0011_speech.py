"""speech: sentences that were spoken or recorded; the language in which somebody reads lessons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "lms_0011"
down_revision = "lms_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "lms_sentence",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("lang", sa.String(length=12), nullable=False),
        sa.Column("voice", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("file_key", sa.String(length=64), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("said_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["said_by"], ["lms_account.id"], name=op.f("fk_lms_sentence_said_by")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_lms_sentence")),
    )
    op.create_index(op.f("ix_lms_sentence_said_by"), "lms_sentence", ["said_by"])
    op.create_table(
        "lms_spoken",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("lang", sa.String(length=12), nullable=False),
        sa.Column("voice", sa.String(length=32), nullable=False),
        sa.Column("times", Json, nullable=False),
        sa.Column("ms", sa.BigInteger(), nullable=False),
        sa.Column("opus_key", sa.String(length=64), nullable=False),
        sa.Column("opus_bytes", sa.Integer(), nullable=False),
        sa.Column("mp3_key", sa.String(length=64), nullable=False),
        sa.Column("mp3_bytes", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_spoken")),
        sa.UniqueConstraint("key", name=op.f("uq_lms_spoken_key")),
    )
    op.add_column("lms_account", sa.Column("lesson_lang", sa.String(length=12), nullable=True))
