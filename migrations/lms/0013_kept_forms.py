"""kept forms: what was typed into forms whose session had ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "lms_0013"
down_revision = "lms_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "lms_kept_form",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("browser", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_kept_form_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_kept_form")),
    )
    op.create_index(op.f("ix_lms_kept_form_account_id"), "lms_kept_form", ["account_id"])
    op.create_index(op.f("ix_lms_kept_form_browser"), "lms_kept_form", ["browser"])
