"""learning: notes, bookmarks, what was not understood, passages to search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, plain

revision = "courses_0004"
down_revision = "courses_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision. The passages of what is published already, `lms rebuild` makes."""
    op.create_table(
        "courses_read_to",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("content_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("block", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_courses_read_to_account_id")),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_courses_read_to_activity_id")),
        sa.PrimaryKeyConstraint("account_id", "activity_id", name=op.f("pk_courses_read_to")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "courses_note",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("block", sa.String(length=16), nullable=False),
        sa.Column("passage", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_courses_note_account_id")),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_courses_note_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_note")),
        sa.UniqueConstraint(
            "account_id", "activity_id", "block", name=op.f("uq_courses_note_account_id_activity_id_block")
        ),
    )
    op.create_index(op.f("ix_courses_note_activity_id"), "courses_note", ["activity_id"], unique=False)
    op.create_table(
        "courses_unclear",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("block", sa.String(length=16), nullable=False),
        sa.Column("print", sa.String(length=16), nullable=False),
        sa.Column("passage", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_courses_unclear_account_id")),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_courses_unclear_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_unclear")),
        sa.UniqueConstraint(
            "account_id", "activity_id", "block", "print",
            name=op.f("uq_courses_unclear_account_id_activity_id_block_print"),
        ),
    )  # fmt: skip
    op.create_index("ix_courses_unclear_open", "courses_unclear", ["activity_id", "closed_at", "block"], unique=False)
    op.create_table(
        "courses_passage",
        sa.Column("id", BigId, nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("block", sa.String(length=16), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_courses_passage_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_passage")),
    )
    op.create_index(op.f("ix_courses_passage_activity_id"), "courses_passage", ["activity_id"], unique=False)
    op.create_table(
        "courses_word",
        sa.Column("word", plain(40), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_courses_word")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "courses_word_part",
        sa.Column("part", plain(3), nullable=False),
        sa.Column("word", plain(40), nullable=False),
        sa.PrimaryKeyConstraint("part", "word", name=op.f("pk_courses_word_part")),
        sqlite_with_rowid=False,
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX courses_passage_fts ON courses_passage"
            " USING gin (to_tsvector('simple', heading || ' ' || folded))"
        )
    else:
        op.execute(
            "CREATE VIRTUAL TABLE courses_passage_fts USING fts5"
            "(heading, folded, content='courses_passage', content_rowid='id', tokenize='unicode61')"
        )
