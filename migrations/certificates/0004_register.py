"""hand-overs of papers, results that wait for a confirmer, papers of a unit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "certificates_0004"
down_revision = "certificates_0003"
branch_labels = None
depends_on = None  # packages migrate in order, the core's first


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_index("ix_certificates_credential_org", "certificates_credential", ["org_id", "id"])
    op.create_table(
        "certificates_confirmation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("attainment_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", BigId, nullable=True),
        sa.Column("decided_at", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["lms_account.id"], name=op.f("fk_certificates_confirmation_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["attainment_id"], ["lms_attainment.id"], name=op.f("fk_certificates_confirmation_attainment_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["lms_account.id"], name=op.f("fk_certificates_confirmation_decided_by")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_certificates_confirmation_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_confirmation")),
        sa.UniqueConstraint("attainment_id", name=op.f("uq_certificates_confirmation_attainment_id")),
    )
    op.create_index("ix_certificates_confirmation_account", "certificates_confirmation", ["account_id"])
    waits = sa.text("state <> 'confirmed'")
    op.create_index(
        "ix_certificates_confirmation_open", "certificates_confirmation", ["org_id", "id"], sqlite_where=waits,
        postgresql_where=waits,
    )  # fmt: skip
    op.create_table(
        "certificates_handover",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["lms_account.id"], name=op.f("fk_certificates_handover_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_handover")),
        sa.UniqueConstraint("uuid", name=op.f("uq_certificates_handover_uuid")),
    )
    op.create_table(
        "certificates_handed",
        sa.Column("id", BigId, nullable=False),
        sa.Column("handover_id", BigId, nullable=False),
        sa.Column("credential_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("relation", sa.String(length=12), nullable=False),
        sa.Column("receiver", sa.String(length=200), server_default="", nullable=False),
        sa.Column("struck_at", BigId, nullable=True),
        sa.Column("struck_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_certificates_handed_account_id")),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["certificates_credential.id"], name=op.f("fk_certificates_handed_credential_id")
        ),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["certificates_handover.id"], name=op.f("fk_certificates_handed_handover_id")
        ),
        sa.ForeignKeyConstraint(["struck_by"], ["lms_account.id"], name=op.f("fk_certificates_handed_struck_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_handed")),
    )
    op.create_index("ix_certificates_handed_account", "certificates_handed", ["account_id"])
    op.create_index("ix_certificates_handed_handover", "certificates_handed", ["handover_id"])
    stands = sa.text("struck_at IS NULL")
    op.create_index(
        "uq_certificates_handed_once", "certificates_handed", ["credential_id"], unique=True, sqlite_where=stands,
        postgresql_where=stands,
    )  # fmt: skip
