"""Who did what to what: append-only, each entry sealed by the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import LargeBinary, String, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from lms import clock
from lms.config import current
from lms.contract.points import ExtensionPoint
from lms.db.base import Base, Id, Stamp
from lms.db.unit_of_work import connection, writing
from lms.text import Text


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


class Act(Struct, frozen=True):
    """What a code of the journal means, for people. `code`: "bank.begun", or "*.begun" for whatever was begun.

    Whoever records an act declares it; the words may change, the stored code never does.
    """

    code: str
    words: Text


class Subject(Struct, frozen=True):
    """What acts are about: entries whose subject is "lesson:some-slug" are about a `kind` "lesson".

    `names(keys, units)` says what those with these keys (here "some-slug") are called, as far as somebody may know who
    is responsible for these units; a key that it leaves out is shown as it is.
    """

    kind: str
    title: Text
    names: Callable[[Collection[str], Collection[int]], Mapping[str, str]] = lambda _keys, _units: {}


ACTS: ExtensionPoint[Act] = ExtensionPoint("acts", "What the codes of the journal of acts mean.", lambda a: a.code)
SUBJECTS: ExtensionPoint[Subject] = ExtensionPoint(
    "subjects", "What acts in the journal are about, and what each is called.", lambda s: s.kind
)


def words_of(code: str) -> Text | None:
    """What an act is called; None where no plugin in use declares it."""
    found = ACTS.find(code) or ACTS.find("*." + code.partition(".")[2])
    return found.words if found else None


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


class Checked(Struct, frozen=True):
    """What a check of the chain found: how many entries there are, and the first that is not as it was written.

    `missing`: a head noted earlier outside the database is no longer there, so entries at the end were removed.
    """

    entries: int
    broken: int | None
    missing: int | None

    @property
    def whole(self) -> bool:
        return self.broken is None and self.missing is None


def check() -> Checked:
    """Walks the chain: a changed, removed or inserted entry breaks the seals after it; a cut end lacks a noted head."""
    before, entries, table = b"\0" * 32, 0, AuditEntry.__table__
    heads = _noted_heads()
    query = select(table).order_by(table.c.id).execution_options(yield_per=1000)
    with closing(connection().execute(query)) as rows:
        for row in rows:
            entry = {k: row._mapping[k] for k in ("at", "actor_id", "act", "subject", "detail")}
            before = seal(before, entry)
            if bytes(row.seal) != before:
                return Checked(entries, int(row.id), None)
            entries += 1
            if heads.get(int(row.id)) == before.hex():
                del heads[int(row.id)]
    return Checked(entries, None, min(heads, default=None))


def first_broken() -> int | None:
    """The id of the first entry whose seal does not follow from the one before; None when the chain is whole."""
    return check().broken


def _heads_file() -> Path:
    return current().data_dir / "audit-heads.txt"


def _noted_heads() -> dict[int, str]:
    """Heads of the chain noted beside the database: {entry's id: seal in hexadecimal}."""
    try:
        lines = _heads_file().read_text().splitlines()
    except FileNotFoundError:
        return {}
    return {int(parts[1]): parts[2] for line in lines if len(parts := line.split()) == 3 and parts[1].isdigit()}


def note_head() -> None:
    """Notes the newest seal in a file beside the database, so that cutting entries off the end shows; periodic."""
    table = AuditEntry.__table__
    row = connection().execute(select(table.c.id, table.c.seal).order_by(table.c.id.desc()).limit(1)).first()
    if row is None or row.id in _noted_heads():
        return
    with _heads_file().open("a") as file:
        file.write(f"{clock.seconds()} {row.id} {bytes(row.seal).hex()}\n")
