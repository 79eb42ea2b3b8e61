"""questions: level, thinking and twins for the draw; marks in parts of a point; questions that wait for a mark."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "quizzes_0002"
down_revision = "quizzes_0001"
branch_labels = None
depends_on = None

HALF = 1260  # parts of half a point, in which marks were counted until now

# Null stays null: such a question could not be asked.
_TIMES = {
    "sqlite": "UPDATE quizzes_attempt SET marks = (SELECT json_group_array(m) FROM"
    " (SELECT value {change} AS m FROM json_each(quizzes_attempt.marks) ORDER BY key))"
    " WHERE json_type(marks) = 'array'",
    "postgresql": "UPDATE quizzes_attempt SET marks = (SELECT coalesce(jsonb_agg(CASE WHEN v = 'null'::jsonb THEN v"
    " ELSE to_jsonb((v #>> '{{}}')::int {change}) END ORDER BY n), '[]'::jsonb)"
    " FROM jsonb_array_elements(marks) WITH ORDINALITY AS each(v, n)) WHERE jsonb_typeof(marks) = 'array'",
}


def _change(change: str) -> None:
    op.get_bind().exec_driver_sql(_TIMES[op.get_context().dialect.name].format(change=change))


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.add_column("quizzes_item", sa.Column("twins", sa.String(length=64), nullable=True))
    op.create_index("ix_quizzes_item_twins", "quizzes_item", ["twins"], unique=False)
    op.add_column("quizzes_item_version", sa.Column("level", sa.SmallInteger(), nullable=True))
    op.add_column("quizzes_item_version", sa.Column("thinking", sa.String(length=10), nullable=True))
    op.add_column("quizzes_attempt", sa.Column("waits", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_index(
        "ix_quizzes_attempt_waits",
        "quizzes_attempt",
        ["account_id"],
        unique=False,
        sqlite_where=sa.text("waits > 0"),
        postgresql_where=sa.text("waits > 0"),
    )
    op.create_table(
        "quizzes_marking",
        sa.Column("attempt_id", BigId, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("levels", Json, nullable=False),
        sa.Column("parts", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("marked_by", BigId, nullable=False),
        sa.Column("marked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["quizzes_attempt.id"], name=op.f("fk_quizzes_marking_attempt_id")),
        sa.ForeignKeyConstraint(["marked_by"], ["lms_account.id"], name=op.f("fk_quizzes_marking_marked_by")),
        sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_quizzes_marking")),
        sqlite_with_rowid=False,
    )
    _change(f"* {HALF}")


def downgrade() -> None:
    """Moves the tables back. What is not a whole number of halves is rounded down."""
    _change(f"/ {HALF}")
    op.drop_table("quizzes_marking")
    op.drop_index("ix_quizzes_attempt_waits", table_name="quizzes_attempt")
    op.drop_column("quizzes_attempt", "waits")
    op.drop_column("quizzes_item_version", "thinking")
    op.drop_column("quizzes_item_version", "level")
    op.drop_index("ix_quizzes_item_twins", table_name="quizzes_item")
    op.drop_column("quizzes_item", "twins")
