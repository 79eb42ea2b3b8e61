"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "openid_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "openid_once",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_openid_once")),
    )
    op.create_index(op.f("ix_openid_once_until"), "openid_once", ["until"], unique=False)
    op.create_table(
        "openid_session",
        sa.Column("session_id", BigId, autoincrement=False, nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("there", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["lms_session.id"], name=op.f("fk_openid_session_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_openid_session")),
    )
    op.create_index("ix_openid_session_there", "openid_session", ["provider", "there"], unique=False)
