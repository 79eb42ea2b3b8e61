"""papers that are replaced, suspended, signed, and that end; their places in public lists."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "certificates_0003"
down_revision = "certificates_0002"
branch_labels = None
depends_on = None  # packages migrate in order, the core's first

_LIST = 131_072  # places of a public list
_CREDENTIAL = sa.table(
    "certificates_credential", sa.column("id", BigId), sa.column("number", sa.String),
    sa.column("attainment_id", BigId), sa.column("cause", sa.String), sa.column("status_list", sa.String),
    sa.column("status_index", sa.Integer),
)  # fmt: skip


def upgrade() -> None:
    """Moves the tables to this revision. Papers issued before have lists of their own: their places are drawn by lot."""
    for column in (
        sa.Column("cause", sa.String(length=80), nullable=True),
        sa.Column("signed_key", sa.String(length=64), nullable=True),
        sa.Column("signed_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("status_list", sa.String(length=40), nullable=True),
        sa.Column("status_index", sa.Integer(), nullable=True),
    ):
        op.add_column("certificates_credential", column)
    op.add_column(
        "certificates_status_change", sa.Column("code", sa.String(length=24), server_default="", nullable=False)
    )
    database, columns = op.get_bind(), _CREDENTIAL.c
    books: dict[str, list[tuple[int, int]]] = {}
    for row in database.execute(sa.select(columns.id, columns.number, columns.attainment_id).order_by(columns.id)):
        books.setdefault("-".join(row.number.split("-")[:3]), []).append((row.id, row.attainment_id))
    lot = secrets.SystemRandom()
    for book, papers in books.items():
        for start in range(0, len(papers), _LIST):
            part = papers[start : start + _LIST]
            places = lot.sample(range(_LIST), len(part))
            for (credential_id, attainment_id), place in zip(part, places, strict=True):
                values = {
                    "cause": f"attainment:{attainment_id}", "status_list": f"{book}-A{start // _LIST}",
                    "status_index": place,
                }  # fmt: skip
                database.execute(sa.update(_CREDENTIAL).where(columns.id == credential_id).values(values))
    with op.batch_alter_table("certificates_credential") as table:
        table.alter_column("cause", existing_type=sa.String(length=80), nullable=False)
        table.alter_column("status_list", existing_type=sa.String(length=40), nullable=False)
        table.alter_column("status_index", existing_type=sa.Integer(), nullable=False)
        table.alter_column("attainment_id", existing_type=BigId, nullable=True)
        table.drop_constraint(op.f("uq_certificates_credential_attainment_id"), type_="unique")
        table.create_unique_constraint(op.f("uq_certificates_credential_cause"), ["cause"])
        table.create_index(op.f("ix_certificates_credential_attainment_id"), ["attainment_id"])
        table.create_index("uq_certificates_credential_status", ["status_list", "status_index"], unique=True)
    op.create_index(
        "ix_certificates_credential_not_valid",
        "certificates_credential",
        ["status_list"],
        sqlite_where=sa.text("state <> 'valid'"),
        postgresql_where=sa.text("state <> 'valid'"),
    )
