"""looks of papers, by issuer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "certificates_0006"
down_revision = "certificates_0005"
branch_labels = None
depends_on = None  # packages migrate in order, the core's first


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "certificates_look",
        sa.Column("id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("design", sa.String(length=40), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("made_by", BigId, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("published_by", BigId, nullable=True),
        sa.Column("published_at", BigId, nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["lms_account.id"], name=op.f("fk_certificates_look_made_by")),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_certificates_look_org_id")),
        sa.ForeignKeyConstraint(["published_by"], ["lms_account.id"], name=op.f("fk_certificates_look_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_look")),
    )
    op.create_index("uq_certificates_look_version", "certificates_look", ["org_id", "kind", "version"], unique=True)
    draft = sa.text("published_at IS NULL")
    op.create_index(
        "uq_certificates_look_draft", "certificates_look", ["org_id", "kind"], unique=True, sqlite_where=draft,
        postgresql_where=draft,
    )  # fmt: skip
