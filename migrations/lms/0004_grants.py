"""grants that know who gave and ended them; people found by their name without marks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId
from lms.vietnamese import fold

revision = "lms_0004"
down_revision = "lms_0003"
branch_labels = None
depends_on = None
AT_ONCE = 5000


def upgrade() -> None:
    """Moves the tables to this revision."""
    with op.batch_alter_table("lms_grant") as table:
        table.alter_column("valid_to", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=True)
        table.add_column(sa.Column("given_at", sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(sa.Column("ended_by", BigId, nullable=True))
        table.add_column(sa.Column("ended_at", sa.BigInteger(), nullable=True))
        table.create_foreign_key(op.f("fk_lms_grant_ended_by"), "lms_account", ["ended_by"], ["id"])
    op.execute("UPDATE lms_grant SET given_at = valid_from")
    op.execute("UPDATE lms_grant SET valid_to = valid_from WHERE valid_to < valid_from")
    with op.batch_alter_table("lms_grant") as table:
        table.create_check_constraint(op.f("ck_lms_grant_times"), "valid_to IS NULL OR valid_to >= valid_from")
    op.create_index(op.f("ix_lms_grant_org_id"), "lms_grant", ["org_id"], unique=False)

    op.add_column("lms_account", sa.Column("folded", sa.String(length=200), nullable=False, server_default=""))
    database, last = op.get_bind(), 0
    rows = sa.text("SELECT id, full_name FROM lms_account WHERE id > :last ORDER BY id LIMIT :most")
    while found := database.execute(rows, {"last": last, "most": AT_ONCE}).all():
        last = found[-1].id
        database.execute(
            sa.text("UPDATE lms_account SET folded = :folded WHERE id = :id"),
            [{"id": row.id, "folded": fold(row.full_name)[:200]} for row in found],
        )
    op.create_index("ix_lms_account_folded", "lms_account", ["folded", "birth_year"], unique=False)
