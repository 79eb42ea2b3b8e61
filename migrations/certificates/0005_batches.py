"""papers issued in batches, and their files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "certificates_0005"
down_revision = "certificates_0004"
branch_labels = None
depends_on = None  # packages migrate in order, the core's first


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "certificates_batch",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("programme_id", BigId, nullable=True),
        sa.Column("since", BigId, nullable=True),
        sa.Column("until", BigId, nullable=True),
        sa.Column("subtitle", sa.String(length=120), server_default="", nullable=False),
        sa.Column("statement", sa.String(length=200), server_default="", nullable=False),
        sa.Column("split", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("turn", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("left_out", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("made_by", BigId, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", BigId, nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["lms_account.id"], name=op.f("fk_certificates_batch_made_by")),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_certificates_batch_org_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["lms_programme.id"], name=op.f("fk_certificates_batch_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_batch")),
        sa.UniqueConstraint("uuid", name=op.f("uq_certificates_batch_uuid")),
    )
    op.create_index(op.f("ix_certificates_batch_org_id"), "certificates_batch", ["org_id"])
    op.create_table(
        "certificates_batch_row",
        sa.Column("id", BigId, nullable=False),
        sa.Column("batch_id", BigId, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("attainment_id", BigId, nullable=True),
        sa.Column("org_id", BigId, nullable=True),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("said", Json, nullable=False),
        sa.Column("problem", sa.String(length=12), server_default="", nullable=False),
        sa.Column("state", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("credential_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_certificates_batch_row_account_id")),
        sa.ForeignKeyConstraint(
            ["attainment_id"], ["lms_attainment.id"], name=op.f("fk_certificates_batch_row_attainment_id")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["certificates_batch.id"], name=op.f("fk_certificates_batch_row_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["certificates_credential.id"], name=op.f("fk_certificates_batch_row_credential_id")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_certificates_batch_row_org_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["lms_org.id"], name=op.f("fk_certificates_batch_row_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_batch_row")),
    )
    op.create_index("ix_certificates_batch_row_account", "certificates_batch_row", ["account_id"])
    op.create_index("ix_certificates_batch_row_batch", "certificates_batch_row", ["batch_id", "id"])
    op.create_index("ix_certificates_batch_row_credential", "certificates_batch_row", ["credential_id"])
    op.create_index(
        "ix_certificates_batch_row_open",
        "certificates_batch_row",
        ["batch_id", "id"],
        sqlite_where=sa.text("state = 0"),
        postgresql_where=sa.text("state = 0"),
    )
    op.create_table(
        "certificates_batch_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("batch_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("parts", sa.SmallInteger(), nullable=False),
        sa.Column("first_id", BigId, nullable=False),
        sa.Column("last_id", BigId, nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("size", BigId, nullable=True),
        sa.Column("made_at", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["certificates_batch.id"], name=op.f("fk_certificates_batch_file_batch_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["lms_org.id"], name=op.f("fk_certificates_batch_file_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_batch_file")),
    )
    op.create_index(op.f("ix_certificates_batch_file_batch_id"), "certificates_batch_file", ["batch_id"])
