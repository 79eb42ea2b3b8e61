"""revisions: what changed, who reviewed, what was adapted from where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "courses_0002"
down_revision = "courses_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision. What was published before counts on: nobody loses what they have done."""
    op.add_column("courses_revision", sa.Column("change", sa.String(length=8), nullable=False, server_default="minor"))
    op.add_column("courses_revision", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.add_column("courses_revision", sa.Column("base_id", BigId, nullable=True))
    op.execute("UPDATE courses_revision SET change = 'first' WHERE number = 1")
    op.create_table(
        "courses_review_rule",
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("set_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_courses_review_rule_org_id")),
        sa.ForeignKeyConstraint(["set_by"], ["lms_account.id"], name=op.f("fk_courses_review_rule_set_by")),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_courses_review_rule")),
    )
    op.create_table(
        "courses_submission",
        sa.Column("id", BigId, nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
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
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_courses_submission_activity_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["lms_account.id"], name=op.f("fk_courses_submission_submitted_by")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["lms_account.id"], name=op.f("fk_courses_submission_reviewed_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["lms_account.id"], name=op.f("fk_courses_submission_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_submission")),
    )
    op.create_index(op.f("ix_courses_submission_activity_id"), "courses_submission", ["activity_id"], unique=False)
    waiting = sa.text("state IN ('submitted', 'reviewed')")
    op.create_index(
        "uq_courses_submission_open",
        "courses_submission",
        ["activity_id"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "courses_remark",
        sa.Column("id", BigId, nullable=False),
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("block", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["lms_account.id"], name=op.f("fk_courses_remark_by_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["courses_submission.id"], name=op.f("fk_courses_remark_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_remark")),
    )
    op.create_index(op.f("ix_courses_remark_submission_id"), "courses_remark", ["submission_id"], unique=False)
    op.create_table(
        "courses_fork",
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("origin_id", BigId, nullable=False),
        sa.Column("revision_id", BigId, nullable=False),
        sa.Column("forked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_courses_fork_activity_id")),
        sa.ForeignKeyConstraint(["origin_id"], ["lms_activity.id"], name=op.f("fk_courses_fork_origin_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["courses_revision.id"], name=op.f("fk_courses_fork_revision_id")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_courses_fork")),
    )
    op.create_index(op.f("ix_courses_fork_origin_id"), "courses_fork", ["origin_id"], unique=False)
