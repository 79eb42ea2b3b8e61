"""Who did what to what: append-only, each entry sealed by the one before."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import LargeBinary, String, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from lms import clock
from lms.db.base import Base, Id, Stamp
from lms.db.unit_of_work import connection, writing


class AuditEntry(Base):
    """One act. `seal` is SHA-256 over the seal before it and this entry's content, so a gap or an edit shows."""

    __tablename__ = "lms_audit"

    id: Mapped[Id]
    at: Mapped[Stamp]
    actor_id: Mapped[int | None]
    act: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]]
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))


def record(actor_id: int | None, act: str, subject: str, **detail: Any) -> None:
    """Appends an entry in the open unit of work. `detail` holds plain values and never a secret."""
    if not writing():
        raise RuntimeError("An act is recorded in the unit of work that does it.")
    table = AuditEntry.__table__
    database = connection()
    if database.dialect.name == "postgresql":
        database.exec_driver_sql("SELECT pg_advisory_xact_lock(758)")  # one seal at a time
    before = database.execute(select(table.c.seal).order_by(table.c.id.desc()).limit(1)).scalar() or b"\0" * 32
    at = clock.seconds()
    entry = {"at": at, "actor_id": actor_id, "act": act, "subject": subject, "detail": detail}
    database.execute(insert(table).values(**entry, seal=seal(bytes(before), entry)))


def seal(before: bytes, entry: dict[str, Any]) -> bytes:
    """The seal of an entry: SHA-256 over the seal before it and its canonical JSON."""
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(before + text.encode()).digest()


def first_broken() -> int | None:
    """The id of the first entry whose seal does not follow from the one before; None when the chain is whole."""
    before = b"\0" * 32
    table = AuditEntry.__table__
    for row in connection().execute(select(table).order_by(table.c.id)):
        entry = {k: row._mapping[k] for k in ("at", "actor_id", "act", "subject", "detail")}
        before = seal(before, entry)
        if bytes(row.seal) != before:
            return int(row.id)
    return None
