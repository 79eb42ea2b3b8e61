"""people without username or telephone; what identity papers and lists say of them; the merged and the erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, UtcDateTime

revision = "lms_0002"
down_revision = "lms_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    with op.batch_alter_table("lms_account") as table:
        table.drop_constraint(op.f("ck_lms_account_reachable"), type_="check")
        table.add_column(sa.Column("birth_year", sa.SmallInteger(), nullable=True))
        table.add_column(sa.Column("identity_key", sa.LargeBinary(length=32), nullable=True))
        table.add_column(sa.Column("identity_tail", sa.String(length=4), nullable=True))
        table.add_column(sa.Column("made_by", BigId, nullable=True))
        table.add_column(sa.Column("made_at_org_id", BigId, nullable=True))
        table.add_column(sa.Column("merged_into_id", BigId, nullable=True))
        table.add_column(sa.Column("erased_at", UtcDateTime(), nullable=True))
        table.create_unique_constraint(op.f("uq_lms_account_identity_key"), ["identity_key"])
        table.create_foreign_key(op.f("fk_lms_account_made_by"), "lms_account", ["made_by"], ["id"])
        table.create_foreign_key(op.f("fk_lms_account_made_at_org_id"), "lms_org", ["made_at_org_id"], ["id"])
        table.create_foreign_key(op.f("fk_lms_account_merged_into_id"), "lms_account", ["merged_into_id"], ["id"])
    op.execute(
        "UPDATE lms_account SET birth_year = EXTRACT(YEAR FROM birth_date) WHERE birth_date IS NOT NULL"
        if op.get_bind().dialect.name == "postgresql"
        else "UPDATE lms_account SET birth_year = CAST(substr(birth_date, 1, 4) AS INTEGER) WHERE birth_date IS NOT NULL"
    )
