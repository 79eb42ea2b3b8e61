"""Delivers what was told: lease, handle in a transaction of its own, mark done in that same transaction.

The handler's writes and the row's `done` commit together, so a worker that dies before the commit leaves both undone
and the next one repeats; one that dies after it leaves both done.
"""

from __future__ import annotations

import os
import socket
import traceback
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from sqlalchemy import text
from sqlalchemy.engine import Row

from lms import clock
from lms.contract.registry import running
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.outbox import telling
from lms.outbox.models import DEAD, DONE, PENDING

LEASE = 60  # seconds; longer than any handler may take
MOST_ATTEMPTS = 8  # then the delivery is dead and `lms doctor` says so
BATCH = 20
log = structlog.get_logger("lms.outbox")

_TAKE_SQLITE = text(
    "UPDATE lms_delivery SET due_at = :until, leased_by = :me, attempts = attempts + 1 WHERE id IN ("
    " SELECT id FROM lms_delivery WHERE state = 0 AND due_at <= :now ORDER BY due_at, id LIMIT :most)"
    " RETURNING id, event, subscriber, payload, attempts"
)
_TAKE_POSTGRES = text(
    "UPDATE lms_delivery SET due_at = :until, leased_by = :me, attempts = attempts + 1 WHERE id IN ("
    " SELECT id FROM lms_delivery WHERE state = 0 AND due_at <= :now ORDER BY due_at, id LIMIT :most"
    " FOR UPDATE SKIP LOCKED) RETURNING id, event, subscriber, payload, attempts"
)
_ANY_DUE = text("SELECT 1 FROM lms_delivery WHERE state = 0 AND due_at <= :now LIMIT 1")


def worker_name() -> str:
    """Who holds a lease: host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def deliver_due(most: int = BATCH) -> int:
    """Handles what is due, `most` at a time, until nothing is. Returns how many were taken."""
    now = clock.seconds()
    if connection().execute(_ANY_DUE, {"now": now}).first() is None:
        let_go()
        return 0
    sqlite = connection().dialect.name == "sqlite"
    count = 0
    while taken := _take(most, sqlite):
        before = telling.told
        for row in sorted(taken):
            _handle(row, sqlite)
        count += len(taken)
        if len(taken) < most and telling.told == before:
            break  # that was all, and handling it has told nothing more
    return count


def _take(most: int, sqlite: bool) -> Sequence[Row[Any]]:
    now = clock.seconds()
    with unit_of_work() as database:
        return database.execute(
            _TAKE_SQLITE if sqlite else _TAKE_POSTGRES,
            {"now": now, "until": now + LEASE, "me": worker_name(), "most": most},
        ).all()


def _handle(row: Row[tuple[int, str, str, object, int]], sqlite: bool) -> None:
    try:
        registry = running()
        found = next((s for s in registry.subscriptions.get(row.event, ()) if s.name == row.subscriber), None)
        if found is None:
            raise LookupError(f"Nobody called {row.subscriber} hears {row.event} any more.")
        payload = msgspec.json.decode(str(row.payload)) if sqlite else row.payload
        event = msgspec.convert(payload, registry.events[row.event])
        prepared = (found.prepare(event),) if found.prepare else ()
        with unit_of_work():
            mine = connection().execute(
                text(
                    "UPDATE lms_delivery SET state = :done, done_at = :at, error = NULL"
                    " WHERE id = :id AND leased_by = :me AND state = :pending"
                ),
                {"done": DONE, "at": clock.seconds(), "id": row.id, "me": worker_name(), "pending": PENDING},
            )
            if mine.rowcount != 1:
                return  # the lease ran out and somebody else has it
            found.handler(event, *prepared)
    except Exception as error:
        _failed(row, error)


def _failed(row: Row[tuple[int, str, str, object, int]], error: Exception) -> None:
    dead = row.attempts >= MOST_ATTEMPTS
    wait = min(2**row.attempts, 3600)
    log.error(
        "delivery failed", id=row.id, event_name=row.event, subscriber=row.subscriber, attempts=row.attempts, dead=dead,
        error=repr(error),
    )  # fmt: skip
    with unit_of_work():
        connection().execute(
            text("UPDATE lms_delivery SET state = :state, due_at = :due, error = :error WHERE id = :id AND state = 0"),
            {
                "state": DEAD if dead else PENDING,
                "due": clock.seconds() + wait,
                "error": "".join(traceback.format_exception(error))[-4000:],
                "id": row.id,
            },
        )


def revive_dead(ids: Sequence[int] | None = None) -> int:
    """Gives dead deliveries another full round of tries; all of them, or those named."""
    where = "" if ids is None else " AND id IN (" + ",".join(str(int(i)) for i in ids) + ")"
    with unit_of_work():
        result = connection().execute(
            text(f"UPDATE lms_delivery SET state = 0, attempts = 0, due_at = :now WHERE state = 2{where}"),  # noqa: S608
            {"now": clock.seconds()},
        )
    return result.rowcount
