"""The transparency log: an entry, places, a proof and its check; with few entries and with 10,000,000.

The many are simulated: their tiles are made and stored, the entries themselves are not, for nothing that is measured
reads them. CPU of this process and, on PostgreSQL, of its backend; `python -m bench --only transparency`.
"""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import delete, insert

from bench.assessing import Meter
from bench.counting import counter
from bench.inside import applications
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.transparency import entering, queries
from lms.transparency.merkle import HASH, WIDTH, leaf_hash, node_hash
from lms.transparency.models import LogCheckpoint, LogEntry, LogHead, LogTile
from lms.transparency.proofs import Proof, proves

FEW, MANY, QUICK = 1_000, 10_000_000, 100_000
AT_ONCE, MORE, TIMES = 1_000, 50, 31
GROWTH = 1.1


@dataclass
class Row:
    """What was done: CPU milliseconds (median) and statements, with few and with many; bytes where there are."""

    what: str
    few: float = 0
    many: float = 0
    statements: list[int] = field(default_factory=list)
    size: list[int] = field(default_factory=list)


def measure(which: str, many: int) -> dict[str, list[Row]]:
    """The figures of each database asked for ("sqlite", "postgresql", "both")."""
    return {kind: _figures(app, many) for kind, app in applications(which, "transparency")}


def _figures(app: Flask, many: int) -> list[Row]:
    rows = [
        Row("an entry, in the unit of work that makes it"),
        Row("a place given to one entry"),
        Row(f"places given to {AT_ONCE:,} entries, each"),
        Row("the proof of an entry made"),
        Row("a proof checked, by whoever has it"),
    ]
    with app.app_context():
        counter.install(connection().engine)
        for which, size in (("few", FEW), ("many", many)):
            _simulate(size)
            for row, (spent, sent, length) in zip(rows, _measured(app), strict=True):
                setattr(row, which, spent)
                row.statements.append(sent)
                row.size.append(length)
        let_go()
    return rows


def _simulate(size: int) -> None:
    """A log of so many entries, as it lies in the tables; without the entries."""
    with unit_of_work() as database:
        for table in (LogEntry, LogTile, LogCheckpoint, LogHead):
            database.execute(delete(table.__table__))
        level, hashes = 0, [leaf_hash(n.to_bytes(4, "big")) for n in range(size)]
        while hashes:
            tiles = [hashes[at : at + WIDTH] for at in range(0, len(hashes), WIDTH)]
            for at in range(0, len(tiles), 500):
                made = [
                    {"level": level, "number": at + n, "hashes": b"".join(tile)}
                    for n, tile in enumerate(tiles[at : at + 500])
                ]
                database.execute(insert(LogTile.__table__), made)
            hashes = [_top(tile) for tile in tiles if len(tile) == WIDTH]
            level += 1
        database.execute(insert(LogHead.__table__).values(id=1, origin="do.example.vn/log", size=size))
    let_go()


def _top(tile: list[bytes]) -> bytes:
    while len(tile) > 1:
        tile = [node_hash(tile[n], tile[n + 1]) for n in range(0, len(tile), 2)]
    return tile[0]


def _measured(app: Flask) -> list[tuple[float, int, int]]:
    """(CPU milliseconds, statements, bytes) of each step."""
    meter, made = Meter(app), iter(range(1_000_000))

    def enter(count: int) -> None:
        with unit_of_work():
            for n in (next(made) for _ in range(count)):
                fingerprint = hashlib.sha256(n.to_bytes(4, "big")).hexdigest()
                entering.enter("issued", f"DO-{n}", number=f"DO-{n}", at=1_790_000_000 + n, hash=fingerprint)

    def timed(do: Callable[[], object], before: Callable[[], object] = lambda: None) -> tuple[float, int]:
        spent, sent = [], 0
        for _ in range(TIMES + 2):
            before()
            at = counter.sent
            with meter.around() as took:
                do()
            spent.append(took[0])
            sent = counter.sent - at
        return statistics.median(spent[2:]), sent

    one, sent_one = timed(lambda: enter(1))
    more, sent_more = timed(lambda: enter(1 + MORE))
    entering.give_places()
    place, sent_place = timed(entering.give_places, lambda: enter(1))
    many, sent_many = timed(entering.give_places, lambda: enter(AT_ONCE))
    (entry,) = queries.logged("DO-1")
    proof, sent_proof = timed(lambda: queries.proof_of(entry))
    text, key = str(queries.proof_of(entry)), queries.log_key()
    assert key is not None
    check, _none = timed(lambda: proves(Proof.read(text), entry.body, key))
    return [
        ((more - one) / MORE, (sent_more - sent_one) // MORE, len(entry.body)), (place, sent_place, 0),
        (many / AT_ONCE, sent_many, HASH), (proof, sent_proof, len(text)), (check, 0, 0),
    ]  # fmt: skip


def markdown(found: dict[str, list[Row]], many: int) -> str:
    """The table."""
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    head = f"| the log with {FEW:,} entries; then {many:,} | database | CPU ms, few | CPU ms, many"
    lines = [f"{head} | growth | statements, few / many | bytes |", "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    for kind, rows in found.items():
        for row in rows:
            sent = " / ".join(str(n) for n in row.statements)
            growth = f"{row.many / row.few:.2f} ×" if row.few else "–"
            size = str(row.size[-1]) if row.size[-1] else ""
            lines.append(
                f"| {row.what} | {names[kind]} | {row.few:.3f} | {row.many:.3f} | {growth} | {sent} | {size} |"
            )
    return "\n".join(lines)
