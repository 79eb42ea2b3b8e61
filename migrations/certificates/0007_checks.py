"""records of checks: who, where, what was shown, for what; papers found by their file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "certificates_0007"
down_revision = "certificates_0006"
branch_labels = None
depends_on = None  # packages migrate in order, the core's first


def upgrade() -> None:
    """Moves the tables to this revision. What was checked before has nobody beside it."""
    with op.batch_alter_table("certificates_check") as table:
        table.add_column(sa.Column("by_id", BigId, nullable=True))
        table.add_column(sa.Column("org_id", BigId, nullable=True))
        table.add_column(sa.Column("uuid", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("number", sa.String(length=48), nullable=True))
        table.add_column(sa.Column("form", sa.String(length=16), nullable=True))
        table.add_column(sa.Column("purpose", sa.String(length=200), nullable=True))
        table.create_foreign_key(op.f("fk_certificates_check_by_id_lms_account"), "lms_account", ["by_id"], ["id"])
        table.create_foreign_key(op.f("fk_certificates_check_org_id_lms_org"), "lms_org", ["org_id"], ["id"])
    for name, columns in (("by", ["by_id", "id"]), ("org", ["org_id", "id"]), ("uuid", ["uuid"])):
        op.create_index(
            f"ix_certificates_check_{name}",
            "certificates_check",
            columns,
            unique=name == "uuid",
            sqlite_where=sa.text("by_id IS NOT NULL"),
            postgresql_where=sa.text("by_id IS NOT NULL"),
        )
    for key in ("pdf_key", "signed_key"):
        op.create_index(
            f"ix_certificates_credential_{key}",
            "certificates_credential",
            [key],
            sqlite_where=sa.text(f"{key} IS NOT NULL"),
            postgresql_where=sa.text(f"{key} IS NOT NULL"),
        )
