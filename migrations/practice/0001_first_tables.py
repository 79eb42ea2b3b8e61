"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "practice_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "practice_document",
        sa.Column("activity_id", BigId, autoincrement=False, nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("draft", Json, nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_practice_document_activity_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["lms_account.id"], name=op.f("fk_practice_document_changed_by")),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_practice_document_org_id")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_practice_document")),
    )
    op.create_index(op.f("ix_practice_document_org_id"), "practice_document", ["org_id"], unique=False)
    op.create_table(
        "practice_revision",
        sa.Column("id", BigId, nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("published_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_practice_revision_activity_id")),
        sa.ForeignKeyConstraint(["published_by"], ["lms_account.id"], name=op.f("fk_practice_revision_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_revision")),
        sa.UniqueConstraint("activity_id", "number", name=op.f("uq_practice_revision_activity_id_number")),
    )
    op.create_table(
        "practice_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("revision_id", BigId, nullable=False),
        sa.Column("token", sa.LargeBinary(length=16), nullable=False),
        sa.Column("mode", sa.SmallInteger(), nullable=False),
        sa.Column("points", sa.SmallInteger(), nullable=False),
        sa.Column("most", sa.SmallInteger(), nullable=False),
        sa.Column("traps", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_practice_run_account_id")),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_practice_run_activity_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["practice_revision.id"], name=op.f("fk_practice_run_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_run")),
        sa.UniqueConstraint("token", name=op.f("uq_practice_run_token")),
    )
    op.create_index("ix_practice_run_at", "practice_run", ["at"], unique=False)
    op.create_index("ix_practice_run_who", "practice_run", ["account_id", "activity_id"], unique=False)
    op.create_table(
        "practice_step",
        sa.Column("run_id", BigId, autoincrement=False, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("tap", sa.String(length=32), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["practice_run.id"], name=op.f("fk_practice_step_run_id")),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_practice_step")),
        sqlite_with_rowid=False,
    )
