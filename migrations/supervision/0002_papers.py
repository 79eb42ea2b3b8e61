"""papers that leave the house."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "supervision_0002"
down_revision = "supervision_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.create_table(
        "supervision_paper",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("seat_id", BigId, nullable=True),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("revision_id", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("questions", Json, nullable=False),
        sa.Column("deck_id", sa.BigInteger(), nullable=True),
        sa.Column("had", Json, nullable=True),
        sa.Column("passing", Json, nullable=True),
        sa.Column("form", sa.String(length=1), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_supervision_paper_account_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["supervision_seat.id"], name=op.f("fk_supervision_paper_seat_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["supervision_session.id"], name=op.f("fk_supervision_paper_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_paper")),
        sa.UniqueConstraint("uuid", name=op.f("uq_supervision_paper_uuid")),
    )
    op.create_index("ix_supervision_paper_account_id", "supervision_paper", ["account_id"])
    op.create_index("ix_supervision_paper_session_id", "supervision_paper", ["session_id", "seat_id"])
    op.create_table(
        "supervision_bundle",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("session_id", BigId, nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("server_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("station_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("facts", Json, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", BigId, nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("watch_offset", sa.Integer(), nullable=True),
        sa.Column("watch_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["lms_account.id"], name=op.f("fk_supervision_bundle_made_by")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["supervision_session.id"], name=op.f("fk_supervision_bundle_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_bundle")),
        sa.UniqueConstraint("uuid", name=op.f("uq_supervision_bundle_uuid")),
    )
    op.create_index("ix_supervision_bundle_session_id", "supervision_bundle", ["session_id"])
    op.create_table(
        "supervision_receipt",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("bundle_id", BigId, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("clock", Json, nullable=False),
        sa.Column("papers", sa.SmallInteger(), nullable=False),
        sa.Column("still_open", sa.SmallInteger(), nullable=False),
        sa.Column("got_at", sa.BigInteger(), nullable=False),
        sa.Column("got_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["supervision_bundle.id"], name=op.f("fk_supervision_receipt_bundle_id")
        ),
        sa.ForeignKeyConstraint(["got_by"], ["lms_account.id"], name=op.f("fk_supervision_receipt_got_by")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["supervision_session.id"], name=op.f("fk_supervision_receipt_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_receipt")),
        sa.UniqueConstraint("session_id", "digest", name=op.f("uq_supervision_receipt_session_id_digest")),
        sa.UniqueConstraint("uuid", name=op.f("uq_supervision_receipt_uuid")),
    )
    op.create_table(
        "supervision_handed_in",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("receipt_id", BigId, nullable=False),
        sa.Column("paper_uuid", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seat", sa.SmallInteger(), nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("answered", Json, nullable=True),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("lasted", sa.Integer(), nullable=False),
        sa.Column("station_got", sa.Integer(), nullable=True),
        sa.Column("got", sa.Integer(), nullable=True),
        sa.Column("decided_by", BigId, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('taken', 'waiting', 'refused', 'dropped')",
            name=op.f("ck_supervision_handed_in_state"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_supervision_handed_in_account_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["lms_account.id"], name=op.f("fk_supervision_handed_in_decided_by")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["supervision_receipt.id"], name=op.f("fk_supervision_handed_in_receipt_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["supervision_session.id"], name=op.f("fk_supervision_handed_in_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_handed_in")),
        sa.UniqueConstraint(
            "session_id", "paper_uuid", "digest", name=op.f("uq_supervision_handed_in_session_id_paper_uuid_digest")
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_supervision_handed_in_uuid")),
    )
    op.create_index("ix_supervision_handed_in_account_id", "supervision_handed_in", ["account_id"])
    op.create_index("ix_supervision_handed_in_receipt_id", "supervision_handed_in", ["receipt_id"])
    op.create_table(
        "supervision_tick",
        sa.Column("id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("wall", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("boot", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["supervision_session.id"], name=op.f("fk_supervision_tick_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_tick")),
    )
    op.create_index("ix_supervision_tick_session_id", "supervision_tick", ["session_id"])


def downgrade() -> None:
    """Moves them back."""
    op.drop_table("supervision_tick")
    op.drop_table("supervision_handed_in")
    op.drop_table("supervision_receipt")
    op.drop_table("supervision_bundle")
    op.drop_table("supervision_paper")
