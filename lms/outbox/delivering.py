"""Delivers what was told: leases it, prepares it, handles it, and marks it done in the transaction that handled it.

The handlers' writes and the rows' `done` commit together, so a worker that dies before the commit leaves all of them
undone and the next one repeats; one that dies after it leaves all done. What was taken together shares transactions:
most handlers write a row or two, and a durable commit of its own would cost each more than its work. Where one fails,
all of that transaction are handled again one by one.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec
import structlog
from sqlalchemy import TextClause, text

from lms import clock
from lms.contract.points import Subscription
from lms.contract.registry import running
from lms.db.statement import Statement
from lms.db.unit_of_work import connection, let_go, lone_write, unit_of_work
from lms.outbox import telling
from lms.outbox.leasing import BATCH, LEASE, Taken, worker_name
from lms.outbox.models import DEAD, PENDING

MOST_ATTEMPTS = 8  # then the delivery is dead and `lms doctor` says so
SHARED = 0.05  # seconds after which a shared transaction takes no further handler: others wait for its locks
PATIENCE = 0.1  # seconds for which what is prepared waits for what is prepared after it
log = structlog.get_logger("lms.outbox")


class _Ready(NamedTuple):
    """A delivery that is prepared; `handle` is to be called inside a transaction."""

    row: Taken
    handle: Callable[[], None]


class _FailedError(Exception):
    """The handler of one of several failed; its own error is the cause."""

    def __init__(self, one: _Ready) -> None:
        super().__init__(one.row.subscriber)
        self.one = one


def _take_by(lock: str) -> TextClause:
    return text(
        "UPDATE lms_delivery SET due_at = :until, leased_by = :me, attempts = attempts + 1 WHERE id IN ("  # noqa: S608
        f" SELECT id FROM lms_delivery WHERE state = 0 AND due_at <= :now ORDER BY due_at, id LIMIT :most {lock})"
        " RETURNING id, event, subscriber, payload, attempts"
    )


def _mark_by(ids: str) -> TextClause:
    return text(
        "UPDATE lms_delivery SET state = 1, done_at = :at, error = NULL"  # noqa: S608
        f" WHERE id IN ({ids}) AND leased_by = :me AND state = 0 RETURNING id"
    )


def _give_back_by(ids: str) -> TextClause:
    return text(f"UPDATE lms_delivery SET state = 0, done_at = NULL WHERE id IN ({ids})")  # noqa: S608


_IDS = {
    "sqlite": "SELECT value FROM json_each(:ids)",
    "postgresql": "SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)) AS given (value)",
}
_TAKE = Statement({"sqlite": _take_by(""), "postgresql": _take_by("FOR UPDATE SKIP LOCKED")}, Taken)
_ANY_DUE: Statement[Any] = Statement(text("SELECT 1 FROM lms_delivery WHERE state = 0 AND due_at <= :now LIMIT 1"))
_MARK: Statement[int] = Statement({kind: _mark_by(ids) for kind, ids in _IDS.items()}, int)
_GIVE_BACK: Statement[Any] = Statement({kind: _give_back_by(ids) for kind, ids in _IDS.items()})


def deliver_due(most: int = BATCH) -> int:
    """Handles what is due, `most` at a time, until nothing is. Returns how many were taken."""
    now = clock.seconds()
    if _ANY_DUE.scalar(now=now) is None:
        let_go()
        return 0
    count = 0
    while taken := _take(most):
        before = telling.told
        with telling.kept_here() as kept:
            _deliver(taken)
        _deliver(kept)  # what these tell stands in the outbox, so that nobody waits behind a chain of them
        count += len(taken) + len(kept)
        if len(taken) < most and telling.told == before:
            break  # that was all, and handling it has told nothing more
    return count


def _take(most: int) -> list[Taken]:
    now = clock.seconds()
    with lone_write():
        return _TAKE.all(now=now, until=now + LEASE, me=worker_name(), most=most)


def _deliver(rows: Sequence[Taken]) -> None:
    """Prepares each and handles those together that may be, in the order in which they were told.

    What failed before, or ended a worker, is handled alone.
    """
    ready: list[_Ready] = []
    since = time.monotonic()
    for row in sorted(rows, key=lambda one: one.id):
        found = _subscription(row)
        alone = row.attempts > 1 or (found is not None and found.alone)
        if ready and (alone or time.monotonic() - since > PATIENCE):
            _handle(ready)
            ready = []
        if not ready:
            since = time.monotonic()
        try:
            ready.append(_prepared(row, found))
        except Exception as error:
            _failed(row, error)
            continue
        if alone:
            _handle(ready)
            ready = []
    _handle(ready)


def _prepared(row: Taken, found: Subscription | None) -> _Ready:
    if found is None:
        raise LookupError(f"Nobody called {row.subscriber} hears {row.event} any more.")
    payload = msgspec.json.decode(row.payload) if isinstance(row.payload, str) else row.payload
    event = msgspec.convert(payload, running().events[row.event])
    prepared = (found.prepare(event),) if found.prepare else ()
    return _Ready(row, partial(found.handler, event, *prepared))


def _subscription(row: Taken) -> Subscription | None:
    return next((s for s in running().subscriptions.get(row.event, ()) if s.name == row.subscriber), None)


def _handle(ready: Sequence[_Ready]) -> None:
    """All of them in as few transactions as may be. Where one fails, the others are handled one by one."""
    while ready:
        try:
            ready = _handle_some(ready)
        except Exception as error:
            bad, why = (error.one, error.__cause__ or error) if isinstance(error, _FailedError) else (None, error)
            if len(ready) == 1:
                bad = ready[0]
            if bad is not None:
                _failed(bad.row, why)
            else:
                log.warning("deliveries failed together, so each is handled by itself", error=repr(error))
            for one in ready:
                if one is not bad:
                    _handle([one])
            return


def _handle_some(ready: Sequence[_Ready]) -> Sequence[_Ready]:
    """Handles and marks what one transaction may hold; returns what is left. It is all done, or nothing is."""
    with unit_of_work():
        ids = json.dumps([one.row.id for one in ready])
        ours = set(_MARK.all(at=clock.seconds(), ids=ids, me=worker_name()))
        until, left = time.monotonic() + SHARED, list(ready)
        while left and (len(left) == len(ready) or time.monotonic() < until):
            one = left.pop(0)
            if one.row.id in ours:  # else its lease ran out and somebody else has it
                try:
                    one.handle()
                except Exception as error:
                    raise _FailedError(one) from error
        if left:
            _GIVE_BACK.run(ids=json.dumps([one.row.id for one in left if one.row.id in ours]))
    return left


def _failed(row: Taken, error: BaseException) -> None:
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
