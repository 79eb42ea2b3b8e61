"""tracks: a lesson in other languages, and lessons read aloud."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "courses_0003"
down_revision = "courses_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "courses_track",
        sa.Column("id", BigId, nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("lang", sa.String(length=12), nullable=False),
        sa.Column("draft", Json, nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_courses_track_activity_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["lms_account.id"], name=op.f("fk_courses_track_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_track")),
        sa.UniqueConstraint("activity_id", "lang", name=op.f("uq_courses_track_activity_id_lang")),
    )
    op.create_table(
        "courses_track_revision",
        sa.Column("id", BigId, nullable=False),
        sa.Column("revision_id", BigId, nullable=False),
        sa.Column("lang", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("published_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["courses_revision.id"], name=op.f("fk_courses_track_revision_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["lms_account.id"], name=op.f("fk_courses_track_revision_published_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_track_revision")),
        sa.UniqueConstraint(
            "revision_id", "lang", "number", name=op.f("uq_courses_track_revision_revision_id_lang_number")
        ),
    )
    op.create_table(
        "courses_reading",
        sa.Column("id", BigId, nullable=False),
        sa.Column("revision_id", BigId, nullable=False),
        sa.Column("lang", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("voice", sa.String(length=32), nullable=False),
        sa.Column("spoken_id", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["courses_revision.id"], name=op.f("fk_courses_reading_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_reading")),
        sa.UniqueConstraint("revision_id", "lang", name=op.f("uq_courses_reading_revision_id_lang")),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_courses_reading_waiting", "courses_reading", ["id"], sqlite_where=waiting, postgresql_where=waiting
    )
