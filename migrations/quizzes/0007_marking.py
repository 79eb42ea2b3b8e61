"""second markers, moderation, questions taken out of scores."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "quizzes_0007"
down_revision = "quizzes_0006"
branch_labels = None
depends_on = None

WAITS = -1  # how a mark that is not given yet was written when this was made
FIRST = 1


def _who(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [sa.ForeignKeyConstraint([c], ["lms_account.id"], name=op.f(f"fk_{table}_{c}")) for c in columns]


def _paper(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["attempt_id"], ["quizzes_attempt.id"], name=op.f(f"fk_{table}_attempt_id"))


def _note_waiting() -> None:
    """Every answer that waits now gets its row in the queue."""
    database = op.get_bind()
    to_mark = sa.table("quizzes_to_mark", *(sa.column(c) for c in ("attempt_id", "position", "since", "stage")))
    rows = database.execute(
        sa.text("SELECT id, marks, COALESCE(submitted_at, started_at) FROM quizzes_attempt WHERE waits > 0")
    ).all()
    found: list[dict[str, Any]] = []
    for attempt_id, marks, since in rows:
        known = json.loads(marks) if isinstance(marks, str) else marks or []
        found += [
            {"attempt_id": attempt_id, "position": n, "since": since, "stage": FIRST}
            for n, mark in enumerate(known)
            if mark == WAITS
        ]
    if found:
        database.execute(to_mark.insert(), found)


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.add_column("quizzes_attempt", sa.Column("acts", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_table(
        "quizzes_to_mark",
        sa.Column("attempt_id", BigId, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.SmallInteger(), nullable=False),
        sa.Column("claimed_by", BigId, nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        _paper("quizzes_to_mark"),
        *_who("quizzes_to_mark", "claimed_by"),
        sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_quizzes_to_mark")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_quizzes_to_mark_stage", "quizzes_to_mark", ["stage", "since"])
    op.create_table(
        "quizzes_reading",
        sa.Column("id", BigId, nullable=False),
        sa.Column("attempt_id", BigId, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("role", sa.SmallInteger(), nullable=False),
        sa.Column("levels", Json, nullable=False),
        sa.Column("parts", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _paper("quizzes_reading"),
        *_who("quizzes_reading", "by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_reading")),
    )
    op.create_index("ix_quizzes_reading_which", "quizzes_reading", ["attempt_id", "position"])
    op.create_table(
        "quizzes_correction",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=True),
        sa.Column("newest_id", sa.BigInteger(), nullable=False),
        sa.Column("quizzes", Json, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("also", Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("looked", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("made_by", BigId, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("applied_by", BigId, nullable=True),
        sa.Column("applied_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", BigId, nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["quizzes_item.id"], name=op.f("fk_quizzes_correction_item_id")),
        *_who("quizzes_correction", "made_by", "applied_by", "undone_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_correction")),
        sa.UniqueConstraint("uuid", name=op.f("uq_quizzes_correction_uuid")),
    )
    op.create_index("ix_quizzes_correction_item", "quizzes_correction", ["item_id", "state"])
    op.create_table(
        "quizzes_corrected",
        sa.Column("correction_id", BigId, nullable=False),
        sa.Column("attempt_id", BigId, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("was", sa.Integer(), nullable=True),
        sa.Column("now", sa.Integer(), nullable=True),
        sa.Column("passed_was", sa.Boolean(), nullable=True),
        sa.Column("passed_now", sa.Boolean(), nullable=True),
        sa.Column("lost", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("evidence_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["quizzes_correction.id"], name=op.f("fk_quizzes_corrected_correction_id")
        ),
        _paper("quizzes_corrected"),
        sa.PrimaryKeyConstraint("correction_id", "attempt_id", name=op.f("pk_quizzes_corrected")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_quizzes_corrected_attempt", "quizzes_corrected", ["attempt_id"])
    op.create_index("ix_quizzes_corrected_state", "quizzes_corrected", ["correction_id", "state", "attempt_id"])
    _note_waiting()
