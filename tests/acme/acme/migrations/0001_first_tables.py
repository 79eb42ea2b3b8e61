"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.api.data import BigId

revision = "acme_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "acme_broadcast",
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_acme_broadcast_activity_id")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_acme_broadcast")),
    )
    op.create_table(
        "acme_honor",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_acme_honor_account_id")),
        sa.ForeignKeyConstraint(["course_id"], ["lms_activity.id"], name=op.f("fk_acme_honor_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acme_honor")),
        sa.UniqueConstraint("account_id", "course_id", name=op.f("uq_acme_honor_account_id_course_id")),
    )


def downgrade() -> None:
    """Moves the tables back."""
    op.drop_table("acme_honor")
    op.drop_table("acme_broadcast")
