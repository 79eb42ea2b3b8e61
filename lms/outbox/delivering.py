"""Delivers what was told: lease, handle in a transaction of its own, mark done in that same transaction.

The handler's writes and the row's `done` commit together, so a worker that dies before the commit leaves both undone
and the next one repeats; one that dies after it leaves both done.
"""

from __future__ import annotations

import os
import socket
import traceback
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import structlog
from sqlalchemy import TextClause, text

from lms import clock
from lms.contract.registry import running
from lms.db.statement import Statement
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.outbox import telling
from lms.outbox.models import DEAD, DONE, PENDING

LEASE = 60  # seconds; longer than any handler may take
MOST_ATTEMPTS = 8  # then the delivery is dead and `lms doctor` says so
BATCH = 20
log = structlog.get_logger("lms.outbox")


class Taken(NamedTuple):
    """A delivery that is ours until its lease runs out."""

    id: int
    event: str
    subscriber: str
    payload: Any  # JSON as the database gives it: a text on SQLite
    attempts: int


def _take_by(lock: str) -> TextClause:
    return text(
        "UPDATE lms_delivery SET due_at = :until, leased_by = :me, attempts = attempts + 1 WHERE id IN ("  # noqa: S608
        f" SELECT id FROM lms_delivery WHERE state = 0 AND due_at <= :now ORDER BY due_at, id LIMIT :most {lock})"
        " RETURNING id, event, subscriber, payload, attempts"
    )


_TAKE = Statement({"sqlite": _take_by(""), "postgresql": _take_by("FOR UPDATE SKIP LOCKED")}, Taken)
_ANY_DUE: Statement[Any] = Statement(text("SELECT 1 FROM lms_delivery WHERE state = 0 AND due_at <= :now LIMIT 1"))
_DONE: Statement[Any] = Statement(
    text(
        "UPDATE lms_delivery SET state = :done, done_at = :at, error = NULL"
        " WHERE id = :id AND leased_by = :me AND state = :pending"
    )
)


def worker_name() -> str:
    """Who holds a lease: host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def deliver_due(most: int = BATCH) -> int:
    """Handles what is due, `most` at a time, until nothing is. Returns how many were taken."""
    now = clock.seconds()
    if _ANY_DUE.scalar(now=now) is None:
        let_go()
        return 0
    count = 0
    while taken := _take(most):
        before = telling.told
        for row in sorted(taken, key=lambda one: one.id):
            _handle(row)
        count += len(taken)
        if len(taken) < most and telling.told == before:
            break  # that was all, and handling it has told nothing more
    return count


def _take(most: int) -> list[Taken]:
    now = clock.seconds()
    with unit_of_work():
        return _TAKE.all(now=now, until=now + LEASE, me=worker_name(), most=most)


def _handle(row: Taken) -> None:
    try:
        registry = running()
        found = next((s for s in registry.subscriptions.get(row.event, ()) if s.name == row.subscriber), None)
        if found is None:
            raise LookupError(f"Nobody called {row.subscriber} hears {row.event} any more.")
        payload = msgspec.json.decode(row.payload) if isinstance(row.payload, str) else row.payload
        event = msgspec.convert(payload, registry.events[row.event])
        prepared = (found.prepare(event),) if found.prepare else ()
        with unit_of_work():
            if _DONE.run(done=DONE, at=clock.seconds(), id=row.id, me=worker_name(), pending=PENDING) != 1:
                return  # the lease ran out and somebody else has it
            found.handler(event, *prepared)
    except Exception as error:
        _failed(row, error)


def _failed(row: Taken, error: Exception) -> None:
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
