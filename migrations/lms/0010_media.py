"""media: uploads, and what was made of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "lms_0010"
down_revision = "lms_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "lms_media",
        sa.Column("id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("problem", Json, nullable=True),
        sa.Column("facts", Json, nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("original", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_lms_media_org_id")),
        sa.ForeignKeyConstraint(["by_id"], ["lms_account.id"], name=op.f("fk_lms_media_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_media")),
        sa.UniqueConstraint("org_id", "digest", "kind", name=op.f("uq_lms_media_org_id_digest_kind")),
    )
    op.create_index("ix_lms_media_state", "lms_media", ["state", "until"])
    op.create_index("ix_lms_media_digest", "lms_media", ["digest"])
    op.create_table(
        "lms_media_file",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_lms_media_file")),
        sqlite_with_rowid=False,
    )
