"""papers and attempts: decks, a clock, breaks, answers that others took the place of, what makes a check fair."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "quizzes_0003"
down_revision = "quizzes_0002"
branch_labels = None
depends_on = None

# How many earlier answers to one question are kept: more than anybody gives, fewer than would fill a disk.
MOST_KEPT = 200

# Every change of a question is counted. On PostgreSQL at the end of the transaction: whoever takes in a long package
# holds the one row for that moment only.
_COUNT = "UPDATE quizzes_state SET changes = changes + 1 WHERE id = 1"
_KEEP = f"""INSERT INTO quizzes_response_history (attempt_id, position, answer, saved_at)
SELECT OLD.attempt_id, OLD.position, OLD.answer, OLD.saved_at WHERE (SELECT count(*) FROM quizzes_response_history h
WHERE h.attempt_id = OLD.attempt_id AND h.position = OLD.position) < {MOST_KEPT}"""  # noqa: S608  our own words
_TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER quizzes_item_added AFTER INSERT ON quizzes_item BEGIN {_COUNT}; END",
        f"CREATE TRIGGER quizzes_item_changed AFTER UPDATE ON quizzes_item BEGIN {_COUNT}; END",
        f"CREATE TRIGGER quizzes_item_gone AFTER DELETE ON quizzes_item BEGIN {_COUNT}; END",
        f"""CREATE TRIGGER quizzes_response_kept AFTER UPDATE ON quizzes_response
WHEN OLD.answer IS NOT NEW.answer BEGIN {_KEEP}; END""",
    ),
    "postgresql": (
        f"""CREATE FUNCTION quizzes_count_change() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN {_COUNT}; RETURN NULL; END $$""",
        """CREATE CONSTRAINT TRIGGER quizzes_item_changed AFTER INSERT OR UPDATE OR DELETE ON quizzes_item
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION quizzes_count_change()""",
        f"""CREATE FUNCTION quizzes_keep_answer() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN {_KEEP}; RETURN NULL; END $$""",
        """CREATE TRIGGER quizzes_response_kept AFTER UPDATE ON quizzes_response FOR EACH ROW
WHEN (OLD.answer IS DISTINCT FROM NEW.answer) EXECUTE FUNCTION quizzes_keep_answer()""",
    ),
}
_TAKE_AWAY = {
    "sqlite": tuple(
        f"DROP TRIGGER {name}"
        for name in ("quizzes_item_added", "quizzes_item_changed", "quizzes_item_gone", "quizzes_response_kept")
    ),
    "postgresql": (
        "DROP TRIGGER quizzes_response_kept ON quizzes_response",
        "DROP FUNCTION quizzes_keep_answer()",
        "DROP TRIGGER quizzes_item_changed ON quizzes_item",
        "DROP FUNCTION quizzes_count_change()",
    ),
}


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("deck_id", sa.BigInteger(), nullable=True),
        sa.Column("had", Json, nullable=True),
        sa.Column("passing", Json, nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("paused_at", sa.BigInteger(), nullable=True),
        sa.Column("pause_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("break_left", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("aloud", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("session", sa.String(length=64), nullable=True),
    )


def _run(statements: tuple[str, ...]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "quizzes_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("counted_to", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_state")),
    )
    # Papers from before are not counted: quizzes that heed it did not exist.
    _run(("INSERT INTO quizzes_state (id, counted_to) SELECT 1, coalesce(max(id), 0) FROM quizzes_attempt",))
    op.create_table(
        "quizzes_deck",
        sa.Column("id", BigId, nullable=False),
        sa.Column("revision_id", BigId, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["quizzes_revision.id"], name=op.f("fk_quizzes_deck_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_deck")),
        sa.UniqueConstraint("revision_id", "digest", name=op.f("uq_quizzes_deck_revision_id_digest")),
    )
    op.create_table(
        "quizzes_exposure",
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", BigId, autoincrement=False, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_quizzes_exposure_activity_id")),
        sa.PrimaryKeyConstraint("activity_id", "day", "item_id", name=op.f("pk_quizzes_exposure")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quizzes_resting",
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_quizzes_resting_activity_id")),
        sa.ForeignKeyConstraint(["item_id"], ["quizzes_item.id"], name=op.f("fk_quizzes_resting_item_id")),
        sa.PrimaryKeyConstraint("activity_id", "item_id", name=op.f("pk_quizzes_resting")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quizzes_accommodation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("extra", sa.SmallInteger(), nullable=False),
        sa.Column("no_limit", sa.Boolean(), nullable=False),
        sa.Column("read_aloud", sa.Boolean(), nullable=False),
        sa.Column("break_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=True),
        sa.Column("given_by", BigId, nullable=True),
        sa.Column("ended_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_quizzes_accommodation_account_id")),
        sa.ForeignKeyConstraint(["given_by"], ["lms_account.id"], name=op.f("fk_quizzes_accommodation_given_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["lms_account.id"], name=op.f("fk_quizzes_accommodation_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_accommodation")),
    )
    op.create_index(op.f("ix_quizzes_accommodation_account_id"), "quizzes_accommodation", ["account_id"], unique=False)
    op.create_table(
        "quizzes_response_history",
        sa.Column("id", BigId, nullable=False),
        sa.Column("attempt_id", BigId, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("answer", Json, nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["quizzes_attempt.id"], name=op.f("fk_quizzes_response_history_attempt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_response_history")),
    )
    op.create_index(
        "ix_quizzes_response_history_which", "quizzes_response_history", ["attempt_id", "position"], unique=False
    )
    for column in _columns():
        op.add_column("quizzes_attempt", column)
    op.create_index(
        "ix_quizzes_attempt_due",
        "quizzes_attempt",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 0"),
        postgresql_where=sa.text("state = 0"),
    )
    _run(_TRIGGERS[op.get_context().dialect.name])


def downgrade() -> None:
    """Moves the tables back."""
    _run(_TAKE_AWAY[op.get_context().dialect.name])
    op.drop_index("ix_quizzes_attempt_due", table_name="quizzes_attempt")
    for column in reversed(_columns()):
        op.drop_column("quizzes_attempt", column.name)
    for name in ("response_history", "accommodation", "resting", "exposure", "deck", "state"):
        op.drop_table(f"quizzes_{name}")
