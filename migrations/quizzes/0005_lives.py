"""from draft to retired: drafts of questions, who wrote them, who answers for a version that is in use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "quizzes_0005"
down_revision = "quizzes_0004"
branch_labels = None
depends_on = None

# No version is in use that nobody answers for: the database itself refuses it, whatever program asks.
_MISSING = """NOT EXISTS (SELECT 1 FROM quizzes_sign_off s JOIN quizzes_item_version v ON v.id = s.version_id
WHERE s.version_id = NEW.current_id AND s.pool = NEW.pool AND v.item_id = NEW.id)"""
_REFUSED = "a version in use has a sign-off"
_TRIGGERS = {
    "sqlite": (
        f"""CREATE TRIGGER quizzes_item_made_signed BEFORE INSERT ON quizzes_item
WHEN NEW.current_id IS NOT NULL AND {_MISSING} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
        f"""CREATE TRIGGER quizzes_item_signed BEFORE UPDATE OF current_id ON quizzes_item
WHEN NEW.current_id IS NOT NULL AND {_MISSING} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    ),
    "postgresql": (
        f"""CREATE FUNCTION quizzes_ask_sign_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.current_id IS NOT NULL AND {_MISSING} THEN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'check_violation'; END IF;
RETURN NEW; END $$""",
        """CREATE TRIGGER quizzes_item_signed BEFORE INSERT OR UPDATE OF current_id ON quizzes_item
FOR EACH ROW EXECUTE FUNCTION quizzes_ask_sign_off()""",
    ),
}
_TAKE_AWAY = {
    "sqlite": ("DROP TRIGGER quizzes_item_made_signed", "DROP TRIGGER quizzes_item_signed"),
    "postgresql": ("DROP TRIGGER quizzes_item_signed ON quizzes_item", "DROP FUNCTION quizzes_ask_sign_off()"),
}


def _run(statements: tuple[str, ...]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.add_column("quizzes_bank", sa.Column("handed", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "quizzes_sign_off",
        sa.Column("version_id", BigId, autoincrement=False, nullable=False),
        sa.Column("pool", sa.String(length=8), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("written_by", BigId, nullable=True),
        sa.Column("reviewed_by", BigId, nullable=True),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.Column("put_by", BigId, nullable=True),
        sa.Column("put_at", sa.BigInteger(), nullable=False),
        sa.Column("handed", sa.Integer(), nullable=True),
        sa.CheckConstraint("how IN ('review', 'author', 'server', 'before')", name=op.f("ck_quizzes_sign_off_how")),
        sa.CheckConstraint("pool = 'practice' OR how <> 'author'", name=op.f("ck_quizzes_sign_off_exam_is_reviewed")),
        sa.CheckConstraint(
            "how <> 'review' OR (reviewed_by IS NOT NULL AND reviewed_at IS NOT NULL AND put_by IS NOT NULL)",
            name=op.f("ck_quizzes_sign_off_review_has_names"),
        ),
        sa.CheckConstraint(
            "reviewed_by IS NULL OR written_by IS NULL OR reviewed_by <> written_by",
            name=op.f("ck_quizzes_sign_off_nobody_reviews_their_own"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["quizzes_item_version.id"], name=op.f("fk_quizzes_sign_off_version_id")
        ),
        sa.ForeignKeyConstraint(["written_by"], ["lms_account.id"], name=op.f("fk_quizzes_sign_off_written_by")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["lms_account.id"], name=op.f("fk_quizzes_sign_off_reviewed_by")),
        sa.ForeignKeyConstraint(["put_by"], ["lms_account.id"], name=op.f("fk_quizzes_sign_off_put_by")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_quizzes_sign_off")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quizzes_item_draft",
        sa.Column("item_id", BigId, autoincrement=False, nullable=False),
        sa.Column("pool", sa.String(length=8), nullable=False),
        sa.Column("bank_id", BigId, nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("problems", Json, nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("over", sa.Integer(), nullable=False),
        sa.Column("handed", sa.Integer(), nullable=True),
        sa.Column("import_id", BigId, nullable=True),
        sa.Column("made_by", BigId, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", BigId, nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id", "pool"], ["quizzes_item.id", "quizzes_item.pool"], name=op.f("fk_quizzes_item_draft_item_id")
        ),
        sa.ForeignKeyConstraint(["bank_id"], ["quizzes_bank.id"], name=op.f("fk_quizzes_item_draft_bank_id")),
        sa.ForeignKeyConstraint(["import_id"], ["quizzes_import.id"], name=op.f("fk_quizzes_item_draft_import_id")),
        sa.ForeignKeyConstraint(["made_by"], ["lms_account.id"], name=op.f("fk_quizzes_item_draft_made_by")),
        sa.ForeignKeyConstraint(["changed_by"], ["lms_account.id"], name=op.f("fk_quizzes_item_draft_changed_by")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_quizzes_item_draft")),
    )
    op.create_index("ix_quizzes_item_draft_bank", "quizzes_item_draft", ["bank_id", "handed"], unique=False)
    op.create_index("ix_quizzes_item_draft_import", "quizzes_item_draft", ["import_id"], unique=False)
    op.create_table(
        "quizzes_item_writer",
        sa.Column("item_id", BigId, autoincrement=False, nullable=False),
        sa.Column("account_id", BigId, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["quizzes_item.id"], name=op.f("fk_quizzes_item_writer_item_id")),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_quizzes_item_writer_account_id")),
        sa.PrimaryKeyConstraint("item_id", "account_id", name=op.f("pk_quizzes_item_writer")),
        sqlite_with_rowid=False,
    )
    # What was in use before counts as in use; that nobody wrote down who looked at it stays to be seen.
    _run(
        (
            (
                "INSERT INTO quizzes_sign_off (version_id, pool, how, written_by, put_at)"
                " SELECT id, pool, 'before', made_by, made_at FROM quizzes_item_version"
            ),
        )
    )
    _run(_TRIGGERS[op.get_context().dialect.name])


def downgrade() -> None:
    """Moves the tables back. Drafts are lost: there was no place for them."""
    _run(_TAKE_AWAY[op.get_context().dialect.name])
    op.drop_table("quizzes_item_writer")
    op.drop_table("quizzes_item_draft")
    op.drop_table("quizzes_sign_off")
    op.drop_column("quizzes_bank", "handed")
