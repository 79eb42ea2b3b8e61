"""Reads of the log: what it signed last, its tiles and entries, and proofs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct
from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select

from lms.db.statement import Statement
from lms.db.unit_of_work import connection
from lms.errors import NotFound, TooEarly
from lms.keyring import keeping
from lms.text import _
from lms.transparency.entering import PURPOSE
from lms.transparency.merkle import HASH, WIDTH, Tree, tile_width
from lms.transparency.models import LogCheckpoint, LogCosignature, LogEntry, LogHead, LogTile, LogWitness
from lms.transparency.notes import Verifier
from lms.transparency.proofs import Proof

E, T, H, C, W, S = (
    LogEntry.__table__, LogTile.__table__, LogHead.__table__, LogCheckpoint.__table__, LogWitness.__table__,
    LogCosignature.__table__,
)  # fmt: skip


class CheckpointRow(Struct, frozen=True):
    """What the log signed of itself when it had so many entries."""

    size: int
    root: bytes
    note: str
    made_at: int


_NEWEST: Statement[CheckpointRow] = Statement(
    select(C.c.size, C.c.root, C.c.note, C.c.made_at).order_by(C.c.size.desc()).limit(1), CheckpointRow
)
_WITNESSED: Statement[CheckpointRow] = Statement(
    select(C.c.size, C.c.root, C.c.note, C.c.made_at)
    .where(C.c.size > bindparam("place"), exists().where(S.c.size == C.c.size))
    .order_by(C.c.size.desc())
    .limit(1),
    CheckpointRow,
)
_TILE: Statement[Any] = Statement(
    select(T.c.hashes).where(T.c.level == bindparam("level"), T.c.number == bindparam("number"))
)


def newest() -> CheckpointRow | None:
    """What the log signed last; None while it has no entry."""
    return _NEWEST.first()


def with_cosignatures(row: CheckpointRow) -> str:
    """A checkpoint with what witnesses put under it."""
    lines = connection().execute(select(S.c.line).where(S.c.size == row.size).order_by(S.c.witness_id)).scalars()
    return row.note + "".join(lines)


def log_key() -> Verifier | None:
    """The key by which this log is known now; None before its first entry."""
    found = log_keys()
    return found[-1] if found else None


def log_keys() -> list[Verifier]:
    """Every key with which this log signed, the newest last."""
    origin = connection().execute(select(H.c.origin)).scalar()
    found = []
    for key in keeping.history(PURPOSE) if origin else []:
        public = key.public
        assert isinstance(public, Ed25519PublicKey)
        found.append(Verifier(str(origin), public.public_bytes_raw()))
    return found


def tile(level: int, number: int, width: int) -> bytes:
    """The first hashes of a tile. NotFound where the tree has no such tile, or not so many in it."""
    row = newest()
    most = tile_width(row.size, level, number) if row is not None else 0
    held = _TILE.scalar(level=level, number=number) if 0 < width <= most else None
    if held is None:
        raise NotFound
    return bytes(held)[: width * HASH]


def entries(number: int, width: int) -> bytes:
    """The first entries of a bundle, each with its length before it in two bytes. NotFound as for tiles."""
    row = newest()
    most = tile_width(row.size, 0, number) if row is not None else 0
    if not 0 < width <= most:
        raise NotFound
    first = number * WIDTH
    found = connection().execute(
        select(E.c.body).where(E.c.place >= first, E.c.place < first + width).order_by(E.c.place)
    )
    bodies = [bytes(body) for body in found.scalars()]
    if len(bodies) != width:
        raise NotFound
    return b"".join(len(body).to_bytes(2, "big") + body for body in bodies)


def tree(size: int) -> Tree:
    """The tree of the log when it had so many entries, read tile by tile."""

    def read(level: int, number: int, width: int) -> bytes:
        return bytes(_TILE.scalar(level=level, number=number) or b"")[: width * HASH]

    return Tree(size, read)


class EntryRow(Struct, frozen=True):
    """Something that was logged; `place` is None until the worker gave it one."""

    place: int | None
    kind: str
    subject: str
    body: bytes


_ENTRY = (E.c.place, E.c.kind, E.c.subject, E.c.body)


def entry_of(place: int | None, kind: str, subject: str, body: bytes) -> EntryRow:
    """An entry from its four values."""
    return EntryRow(place, kind, subject, bytes(body))


def with_log(wanted: Select[Any], subject: ColumnElement[str]) -> Select[Any]:
    """A query with what was logged of its subject: a row for each entry, in the order in which they came.

    The four values of the entry stand last in the row; all are None where nothing was logged.
    """
    return wanted.add_columns(*_ENTRY).outerjoin(E, E.c.subject == subject).order_by(E.c.id)


_LOGGED: Statement[EntryRow] = Statement(
    select(*_ENTRY).where(E.c.subject == bindparam("subject")).order_by(E.c.id), entry_of
)


def logged(subject: str) -> list[EntryRow]:
    """All that was logged of a subject, in the order in which it came."""
    return _LOGGED.all(subject=subject)


def logged_all(subjects: Collection[str]) -> dict[str, list[EntryRow]]:
    """The same of many subjects, a thousand at most; one statement."""
    found: dict[str, list[EntryRow]] = {}
    wanted = select(E.c.place, E.c.kind, E.c.subject, E.c.body).where(E.c.subject.in_(subjects)).order_by(E.c.id)
    for row in connection().execute(wanted):
        found.setdefault(row.subject, []).append(EntryRow(row.place, row.kind, row.subject, bytes(row.body)))
    return found


def proof_of(entry: EntryRow) -> Proof:
    """The proof that an entry is in the log: by the newest state that witnesses signed too, else by the newest.

    TooEarly where it has no place yet.
    """
    row = _WITNESSED.first(place=-1 if entry.place is None else entry.place) or newest()
    if entry.place is None or row is None or entry.place >= row.size:
        raise TooEarly(_("This was put into the log just now. Its proof is ready in a few seconds."))
    hashes = tree(row.size).inclusion(entry.place)
    return Proof(entry.place, tuple(hashes), with_cosignatures(row), entry.body)


class WitnessRow(Struct, frozen=True):
    """A witness: their key, and the newest state of the log that they signed."""

    id: int
    name: str
    key: str
    added_at: int
    ended_at: int | None
    size: int | None = None
    seen_at: int | None = None


def witnesses() -> list[WitnessRow]:
    """Every witness, with what they saw last; two statements."""
    database = connection()
    seen = select(S.c.witness_id, func.max(S.c.size), func.max(S.c.seen_at)).group_by(S.c.witness_id)
    last = {row[0]: (row[1], row[2]) for row in database.execute(seen)}
    rows = database.execute(select(W.c.id, W.c.name, W.c.key, W.c.added_at, W.c.ended_at).order_by(W.c.id))
    return [WitnessRow(*row, *last.get(row.id, (None, None))) for row in rows]
