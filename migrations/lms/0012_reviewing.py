"""reviewing: the review chain for all that is written, whichever package it belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "lms_0012"
down_revision = "lms_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision. What courses kept until now it brings itself, in courses_0006."""
    op.create_table(
        "lms_review_rule",
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("set_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_lms_review_rule_org_id")),
        sa.ForeignKeyConstraint(["set_by"], ["lms_account.id"], name=op.f("fk_lms_review_rule_set_by")),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_lms_review_rule")),
    )
    op.create_table(
        "lms_submission",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("change", sa.String(length=8), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("submitted_by", BigId, nullable=False),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_by", BigId, nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", BigId, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submitted_by"], ["lms_account.id"], name=op.f("fk_lms_submission_submitted_by")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["lms_account.id"], name=op.f("fk_lms_submission_reviewed_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["lms_account.id"], name=op.f("fk_lms_submission_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_submission")),
    )
    op.create_index("ix_lms_submission_subject", "lms_submission", ["kind", "subject"], unique=False)
    waiting = sa.text("state IN ('submitted', 'reviewed')")
    op.create_index(
        "uq_lms_submission_open",
        "lms_submission",
        ["kind", "subject"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "lms_remark",
        sa.Column("id", BigId, nullable=False),
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("block", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["lms_account.id"], name=op.f("fk_lms_remark_by_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["lms_submission.id"], name=op.f("fk_lms_remark_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_remark")),
    )
    op.create_index(op.f("ix_lms_remark_submission_id"), "lms_remark", ["submission_id"], unique=False)
