"""Putting things into the log: one insert where it happens; the worker gives them their places and signs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Executable, bindparam, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from lms import clock
from lms.config import current
from lms.db.many import insert_many
from lms.db.statement import Statement
from lms.db.unit_of_work import connection, unit_of_work, writing
from lms.keyring import keeping
from lms.transparency import notes
from lms.transparency.merkle import HASH, HEIGHT, WIDTH, Tree, grow, leaf_hash
from lms.transparency.models import LogCheckpoint, LogEntry, LogHead, LogTile

E, T, H, C = LogEntry.__table__, LogTile.__table__, LogHead.__table__, LogCheckpoint.__table__
PURPOSE = "log"
MOST = 2_000  # entries that get their places at a time
LONGEST = 4_000  # bytes of an entry; the format holds 65,535
_ENTER: Statement[Any] = Statement(insert(E), columns=("kind", "subject", "body"))
_WAITING: Statement[Any] = Statement(select(E.c.id).where(E.c.place.is_(None)).limit(1))
_NEXT: Statement[Any] = Statement(
    select(E.c.id, E.c.body).where(E.c.place.is_(None)).order_by(E.c.id).limit(bindparam("most"))
)


# That they wait was asked with the head held, and is not asked again: SQLite would look for each among all that wait.
_PLACE: Statement[Any] = Statement(
    {
        "sqlite": text(
            "UPDATE lms_log_entry SET place = :size + given.key FROM json_each(:ids) AS given"
            " WHERE lms_log_entry.id = given.value"
        ),
        "postgresql": text(
            "UPDATE lms_log_entry SET place = :size + given.n - 1"
            " FROM jsonb_array_elements_text(CAST(:ids AS jsonb)) WITH ORDINALITY AS given(entry, n)"
            " WHERE lms_log_entry.id = CAST(given.entry AS BIGINT)"
        ),
    }
)


_HEAD: Statement[Any] = Statement(select(H.c.origin, H.c.size).with_for_update())
_SIGNED: Statement[Any] = Statement(insert(C), columns=("size", "root", "note", "made_at"))
_GROWN: Statement[Any] = Statement(update(H).values(size=bindparam("size")))
_UPSERTS: dict[str, Executable] = {
    kind: (made := make(T)).on_conflict_do_update(
        index_elements=["level", "number"], set_={"hashes": made.excluded.hashes}
    )
    for kind, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_KEEP: Statement[Any] = Statement(_UPSERTS, columns=("level", "number", "hashes"))


@cache
def _tiles(many: int) -> Statement[Any]:
    """So many tiles by level and number."""
    places = [(T.c.level == bindparam(f"level{i}")) & (T.c.number == bindparam(f"number{i}")) for i in range(many)]
    return Statement(select(T.c.level, T.c.hashes).where(or_(*places)))


def body_of(kind: str, **facts: Any) -> bytes:
    """An entry as it is hashed: JSON with sorted keys and no blanks, in UTF-8. Never a name: everybody may read it."""
    body = json.dumps({"kind": kind, **facts}, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    if len(body) > LONGEST:
        raise ValueError(f"An entry of the log has at most {LONGEST} bytes.")
    return body


def enter(kind: str, subject: str, **facts: Any) -> None:
    """Logs that something happened to a subject, in the unit of work in which it happens."""
    if not writing():
        raise RuntimeError("What is logged is logged in the unit of work that does it.")
    _ENTER.run(kind=kind, subject=subject, body=body_of(kind, **facts))


def enter_many(kind: str, entries: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Logs the same kind of thing of many subjects, (subject, facts) each, in their order; one statement a thousand."""
    if not writing():
        raise RuntimeError("What is logged is logged in the unit of work that does it.")
    insert_many(E, [{"kind": kind, "subject": s, "body": body_of(kind, **facts)} for s, facts in entries])


def give_places() -> None:
    """The worker's work: entries that wait get their places, and the log signs its new state."""
    if _WAITING.first() is None:
        return
    placed = MOST
    while placed == MOST:
        with unit_of_work():
            placed = sequence()


def sequence(most: int = MOST) -> int:
    """Gives at most so many waiting entries their places, in one transaction with tiles and checkpoint.

    Returns how many. The same number of statements however many they are.
    """
    head = _held_head()
    rows = _NEXT.all(most=most)
    if not rows:
        return 0
    _PLACE.run(size=head.size, ids=json.dumps([row.id for row in rows]))
    leaves = [leaf_hash(bytes(row.body)) for row in rows]
    edge = edge_of(head.size)
    changed = grow(edge, head.size, leaves)
    size = head.size + len(leaves)
    _keep(changed)
    tree = Tree(size, lambda level, number, width: _tile(changed, edge, head.size, level, number)[: width * HASH])
    root = tree.root()
    found = notes.Checkpoint(head.origin, size, root)
    key = keeping.in_use(PURPOSE, keeping.ED25519).private()
    assert isinstance(key, Ed25519PrivateKey)
    note = notes.sign(found.text, head.origin, key)
    _SIGNED.run(size=size, root=root, note=note, made_at=clock.seconds())
    _GROWN.run(size=size)
    return len(leaves)


def _held_head() -> Any:
    head = _HEAD.first()
    if head is None:
        database = connection()
        make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
        database.execute(make(H).values(id=1, origin=_new_origin(), size=0).on_conflict_do_nothing())
        head = _HEAD.one()
    return head


def _new_origin() -> str:
    """What the log is called for ever: the public address as it is when the first entry comes."""
    host = urlsplit(current().base_url).netloc
    return f"{host}/log" if notes.is_name(host) else f"hocvuso.invalid/{secrets.token_hex(6)}"


def edge_of(size: int) -> list[bytes]:
    """The last tile of each level of a tree of this size; empty where a level's last tile is full."""
    counts: list[int] = []
    while size >> (HEIGHT * len(counts)):
        counts.append(size >> (HEIGHT * len(counts)))
    wanted = {level: n // WIDTH for level, n in enumerate(counts) if n % WIDTH}
    if not wanted:
        return [b""] * len(counts)
    asked = {f"level{i}": level for i, level in enumerate(wanted)} | {
        f"number{i}": n for i, n in enumerate(wanted.values())
    }
    held = {row.level: bytes(row.hashes) for row in _tiles(len(wanted)).all(**asked)}
    return [held[level][: n % WIDTH * HASH] if n % WIDTH else b"" for level, n in enumerate(counts)]


def _tile(changed: dict[tuple[int, int], bytes], edge: list[bytes], before: int, level: int, number: int) -> bytes:
    """A tile of the right edge: one that just changed, or one that stays as it was."""
    found = changed.get((level, number))
    if found is not None:
        return found
    return edge[level] if level < len(edge) and number == (before >> (HEIGHT * level)) // WIDTH else b""


def _keep(changed: dict[tuple[int, int], bytes]) -> None:
    rows = [{"level": level, "number": number, "hashes": hashes} for (level, number), hashes in sorted(changed.items())]
    if len(rows) == 1:
        _KEEP.run(**rows[0])
    else:
        connection().execute(_UPSERTS[connection().dialect.name], rows)
