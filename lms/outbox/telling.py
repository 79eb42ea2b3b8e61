"""`tell(event)`: the event is stored in the transaction that made it true, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import TextClause, text

from lms import clock
from lms.contract.points import Event
from lms.contract.registry import event_name, running
from lms.db.statement import Statement
from lms.db.unit_of_work import after_commit, at_commit, writing
from lms.outbox.leasing import BATCH, LEASE, Taken, worker_name


def _storing(row: str, rows: str, back: str) -> TextClause:
    """One statement for however many: they go over as one JSON text, a list [event, subscriber, payload] for each."""
    return text(
        "INSERT INTO lms_delivery (event, subscriber, payload, told_at, due_at, state, attempts, leased_by)"  # noqa: S608
        f" SELECT {row}, CAST(:at AS BIGINT), CAST(:due AS BIGINT), 0, CAST(:attempts AS SMALLINT),"
        f" CAST(:me AS VARCHAR) FROM {rows}{back}"
    )


def _on_both(back: str = "") -> dict[str, TextClause]:
    return {
        "sqlite": _storing(
            "json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')",
            "json_each(:rows) ORDER BY key", back,
        ),
        "postgresql": _storing(
            "value ->> 0, value ->> 1, value -> 2",
            "jsonb_array_elements(CAST(:rows AS jsonb)) WITH ORDINALITY AS told (value, n) ORDER BY n", back,
        ),
    }  # fmt: skip


_STORE: Statement[Any] = Statement(_on_both())
_STORE_LEASED = Statement(_on_both(" RETURNING id, event, subscriber, payload, attempts"), Taken)
_here = threading.local()
told = 0  # deliveries that this process has told so far and that wait to be taken


def tell(*events: Event) -> None:
    """Stores each event once per subscriber that wants it. Only inside a unit of work, at whose end all that it told
    is written by one statement.
    """
    if not writing():
        raise RuntimeError("tell() belongs into the unit of work that makes the event true.")
    subscriptions = running().subscriptions
    for event in events:
        name = event_name(type(event))
        hearing = [s.name for s in subscriptions.get(name, ()) if s.wanted is None or s.wanted(event)]
        if hearing:
            payload = msgspec.to_builtins(event)
            at_commit(_store, [(name, subscriber, payload) for subscriber in hearing])


@contextmanager
def kept_here() -> Iterator[list[Taken]]:
    """What is told by this thread meanwhile is leased to this process at once, and in the list when it is committed.

    So a worker need not look for what it told itself. Of a transaction that tells much nothing is kept: it would keep
    others from being handled in their turn.
    """
    _here.kept = []
    try:
        yield _here.kept
    finally:
        _here.kept = None


def _store(rows: list[tuple[str, str, Any]]) -> None:
    global told
    at, content = clock.seconds(), msgspec.json.encode(rows).decode()
    kept: list[Taken] | None = getattr(_here, "kept", None)
    if kept is None or len(rows) > BATCH:
        _STORE.run(rows=content, at=at, due=at, attempts=0, me=None)
        told += len(rows)
        return
    leased = _STORE_LEASED.all(rows=content, at=at, due=at + LEASE, attempts=1, me=worker_name())
    after_commit(lambda: kept.extend(leased))
