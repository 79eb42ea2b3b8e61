"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "supervision_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "supervision_session",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("activity_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("revision_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column("walk_ins", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("pin_hash", sa.String(length=120), nullable=False),
        sa.Column("pin_wrong", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("paused_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("extended", sa.SmallInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", BigId, nullable=False),
        sa.Column("opened_by", BigId, nullable=True),
        sa.Column("minutes_body", Json, nullable=True),
        sa.Column("minutes_digest", sa.String(length=64), nullable=True),
        sa.Column("signed_at", sa.BigInteger(), nullable=True),
        sa.Column("signed_by", BigId, nullable=True),
        sa.CheckConstraint("mode IN ('server', 'station')", name=op.f("ck_supervision_session_mode")),
        sa.CheckConstraint(
            "state IN ('planned', 'open', 'closed', 'ended')", name=op.f("ck_supervision_session_state")
        ),
        sa.ForeignKeyConstraint(["activity_id"], ["lms_activity.id"], name=op.f("fk_supervision_session_activity_id")),
        sa.ForeignKeyConstraint(["course_id"], ["lms_activity.id"], name=op.f("fk_supervision_session_course_id")),
        sa.ForeignKeyConstraint(["made_by"], ["lms_account.id"], name=op.f("fk_supervision_session_made_by")),
        sa.ForeignKeyConstraint(["opened_by"], ["lms_account.id"], name=op.f("fk_supervision_session_opened_by")),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_supervision_session_org_id")),
        sa.ForeignKeyConstraint(["signed_by"], ["lms_account.id"], name=op.f("fk_supervision_session_signed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_session")),
        sa.UniqueConstraint("uuid", name=op.f("uq_supervision_session_uuid")),
    )
    op.create_index(
        "ix_supervision_session_code",
        "supervision_session",
        ["code"],
        unique=True,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index("ix_supervision_session_when", "supervision_session", ["org_id", "starts_at"], unique=False)
    op.create_table(
        "supervision_proctor",
        sa.Column("id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_supervision_proctor_account_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["supervision_session.id"], name=op.f("fk_supervision_proctor_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_proctor")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_supervision_proctor_token_hash")),
    )
    op.create_index(op.f("ix_supervision_proctor_session_id"), "supervision_proctor", ["session_id"], unique=False)
    op.create_table(
        "supervision_seat",
        sa.Column("id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("issue", sa.SmallInteger(), nullable=False),
        sa.Column("ticket_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("ticket_state", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("wrong", sa.SmallInteger(), nullable=False),
        sa.Column("present_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("attempt_uuid", sa.Uuid(), nullable=True),
        sa.Column("device", sa.LargeBinary(length=32), nullable=True),
        sa.Column("login_id", sa.BigInteger(), nullable=True),
        sa.Column("heard_at", sa.BigInteger(), nullable=True),
        sa.Column("handed_in_at", sa.BigInteger(), nullable=True),
        sa.Column("extra_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.CheckConstraint("state IN ('free', 'expected', 'sitting', 'done')", name=op.f("ck_supervision_seat_state")),
        sa.CheckConstraint(
            "ticket_state IN ('printed', 'used', 'void')", name=op.f("ck_supervision_seat_ticket_state")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_supervision_seat_account_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["supervision_session.id"], name=op.f("fk_supervision_seat_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_seat")),
        sa.UniqueConstraint("session_id", "account_id", name=op.f("uq_supervision_seat_session_id_account_id")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_supervision_seat_session_id_number")),
        sa.UniqueConstraint("session_id", "ticket_hash", name=op.f("uq_supervision_seat_session_id_ticket_hash")),
    )
    op.create_index("ix_supervision_seat_account_id", "supervision_seat", ["account_id"], unique=False)
    op.create_index("ix_supervision_seat_login_id", "supervision_seat", ["login_id"], unique=False)
    op.create_table(
        "supervision_incident",
        sa.Column("id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("seat_id", BigId, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["lms_account.id"], name=op.f("fk_supervision_incident_by_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["supervision_seat.id"], name=op.f("fk_supervision_incident_seat_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["supervision_session.id"], name=op.f("fk_supervision_incident_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_incident")),
    )
    op.create_index("ix_supervision_incident_session_id", "supervision_incident", ["session_id", "at"], unique=False)


def downgrade() -> None:
    """Moves the tables back."""
    op.drop_index("ix_supervision_incident_session_id", table_name="supervision_incident")
    op.drop_table("supervision_incident")
    op.drop_index("ix_supervision_seat_login_id", table_name="supervision_seat")
    op.drop_index("ix_supervision_seat_account_id", table_name="supervision_seat")
    op.drop_table("supervision_seat")
    op.drop_index(op.f("ix_supervision_proctor_session_id"), table_name="supervision_proctor")
    op.drop_table("supervision_proctor")
    op.drop_index("ix_supervision_session_when", table_name="supervision_session")
    op.drop_index(
        "ix_supervision_session_code",
        table_name="supervision_session",
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.drop_table("supervision_session")
