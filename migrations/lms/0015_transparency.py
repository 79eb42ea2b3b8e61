"""signing keys; the transparency log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "lms_0015"
down_revision = "lms_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "lms_signing_key",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kid", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("algorithm", sa.String(length=8), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_signing_key")),
        sa.UniqueConstraint("kid", name=op.f("uq_lms_signing_key_kid")),
    )
    op.create_index(
        "uq_lms_signing_key_in_use",
        "lms_signing_key",
        ["purpose"],
        unique=True,
        sqlite_where=sa.text("retired_at IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "lms_log_entry",
        sa.Column("id", BigId, nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_log_entry")),
        sa.UniqueConstraint("place", name=op.f("uq_lms_log_entry_place")),
    )
    op.create_index("ix_lms_log_entry_subject", "lms_log_entry", ["subject", "kind"])
    op.create_index(
        "ix_lms_log_entry_waits",
        "lms_log_entry",
        ["id"],
        sqlite_where=sa.text("place IS NULL"),
        postgresql_where=sa.text("place IS NULL"),
    )
    op.create_table(
        "lms_log_tile",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", BigId, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_lms_log_tile")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lms_log_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_log_head")),
    )
    op.create_table(
        "lms_log_checkpoint",
        sa.Column("size", BigId, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_lms_log_checkpoint")),
    )
    op.create_table(
        "lms_log_witness",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_log_witness")),
        sa.UniqueConstraint("name", name=op.f("uq_lms_log_witness_name")),
    )
    op.create_table(
        "lms_log_cosignature",
        sa.Column("size", BigId, autoincrement=False, nullable=False),
        sa.Column("witness_id", BigId, autoincrement=False, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["size"], ["lms_log_checkpoint.size"], name=op.f("fk_lms_log_cosignature_size")),
        sa.ForeignKeyConstraint(["witness_id"], ["lms_log_witness.id"], name=op.f("fk_lms_log_cosignature_witness_id")),
        sa.PrimaryKeyConstraint("size", "witness_id", name=op.f("pk_lms_log_cosignature")),
        sqlite_with_rowid=False,
    )
