"""lessons: which content was done and counts, what comes first, what was done inside a lesson."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "lms_0009"
down_revision = "lms_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.add_column("lms_evidence", sa.Column("content_id", sa.BigInteger(), nullable=True))
    op.add_column("lms_syllabus_entry", sa.Column("counts_from", sa.BigInteger(), nullable=True))
    op.add_column("lms_syllabus_entry", sa.Column("needs", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column(
        "lms_programme", sa.Column("prerequisites", sa.String(length=8), nullable=False, server_default="advice")
    )
    op.create_table(
        "lms_practised",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_practised_account_id")),
        sa.PrimaryKeyConstraint("account_id", "kind", "slug", name=op.f("pk_lms_practised")),
        sqlite_with_rowid=False,
    )
