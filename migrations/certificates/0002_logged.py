"""papers in the transparency log."""

from __future__ import annotations

import hashlib
import json
import secrets

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId

revision = "certificates_0002"
down_revision = "certificates_0001"
branch_labels = None
depends_on = None  # packages migrate in order, the core's first

_CREDENTIAL = sa.table(
    "certificates_credential", sa.column("id", BigId), sa.column("number", sa.String), sa.column("digest", sa.String),
    sa.column("issued_at", sa.BigInteger), sa.column("salt", sa.LargeBinary), sa.column("adopted", sa.Boolean),
)  # fmt: skip
_CHANGE = sa.table(
    "certificates_status_change", sa.column("id", BigId), sa.column("credential_id", BigId),
    sa.column("state", sa.String), sa.column("at", sa.BigInteger),
)  # fmt: skip
_ENTRY = sa.table(
    "lms_log_entry", sa.column("kind", sa.String), sa.column("subject", sa.String), sa.column("body", sa.LargeBinary)
)


def _body(**facts: object) -> bytes:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def upgrade() -> None:
    """Moves the tables to this revision; what was issued before is logged as found, which is all that can be said."""
    op.add_column("certificates_credential", sa.Column("salt", sa.LargeBinary(length=16), nullable=True))
    op.add_column(
        "certificates_credential", sa.Column("adopted", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    database = op.get_bind()
    columns = _CREDENTIAL.c
    numbers = {}
    for row in database.execute(
        sa.select(columns.id, columns.number, columns.digest, columns.issued_at).order_by(columns.id)
    ).all():
        salt, numbers[row.id] = secrets.token_bytes(16), row.number
        database.execute(sa.update(_CREDENTIAL).where(columns.id == row.id).values(salt=salt, adopted=True))
        found = hashlib.sha256(salt + bytes.fromhex(row.digest)).hexdigest()
        body = _body(kind="adopted", number=row.number, at=row.issued_at, hash=found)
        database.execute(sa.insert(_ENTRY).values(kind="adopted", subject=row.number, body=body))
    for row in database.execute(sa.select(_CHANGE).order_by(_CHANGE.c.id)).all():
        number = numbers[row.credential_id]
        body = _body(kind="status", number=number, state=row.state, at=row.at)
        database.execute(sa.insert(_ENTRY).values(kind="status", subject=number, body=body))
    with op.batch_alter_table("certificates_credential") as table:
        table.alter_column("salt", existing_type=sa.LargeBinary(length=16), nullable=False)
