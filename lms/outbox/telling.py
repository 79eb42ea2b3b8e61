"""`tell(event)`: the event is stored in the transaction that made it true, or not at all."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import insert

from lms import clock
from lms.contract.points import Event
from lms.contract.registry import event_name, running
from lms.db.many import insert_many
from lms.db.statement import Statement
from lms.db.unit_of_work import writing
from lms.outbox.models import PENDING, Delivery

_TELL: Statement[Any] = Statement(
    insert(Delivery.__table__), columns=("event", "subscriber", "payload", "told_at", "due_at", "state", "attempts")
)
MANY = 8  # deliveries from which on one statement for all costs less than one for each
told = 0  # deliveries told by this process so far


def tell(*events: Event) -> None:
    """Stores each event once per subscriber, many by one statement. Only inside a unit of work."""
    if not writing():
        raise RuntimeError("tell() belongs into the unit of work that makes the event true.")
    registry, at = running(), clock.seconds()
    rows: list[dict[str, Any]] = []
    for event in events:
        name = event_name(type(event))
        for subscription in registry.subscriptions.get(name, ()):
            rows.append(
                {
                    "event": name,
                    "subscriber": subscription.name,
                    "payload": msgspec.to_builtins(event),
                    "told_at": at,
                    "due_at": at,
                    "state": PENDING,
                    "attempts": 0,
                }
            )
    global told
    told += len(rows)
    if len(rows) < MANY:
        for row in rows:
            _TELL.run(**row)
    else:
        insert_many(Delivery.__table__, rows)
