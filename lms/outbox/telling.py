"""`tell(event)`: the event is stored in the transaction that made it true, or not at all."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert

from lms import clock
from lms.contract.points import Event
from lms.contract.registry import event_name, running
from lms.db.unit_of_work import connection, writing
from lms.outbox.models import PENDING, Delivery

_TELL = insert(Delivery.__table__)
told = 0  # deliveries told by this process so far


def tell(*events: Event) -> None:
    """Stores each event once per subscriber. Only inside a unit of work."""
    if not writing():
        raise RuntimeError("tell() belongs into the unit of work that makes the event true.")
    registry, at = running(), clock.seconds()
    rows = [
        {
            "event": name,
            "subscriber": subscription.name,
            "payload": msgspec.to_builtins(event),
            "told_at": at,
            "due_at": at,
            "state": PENDING,
            "attempts": 0,
        }
        for event in events
        for name in (event_name(type(event)),)
        for subscription in registry.subscriptions.get(name, ())
    ]
    global told
    if rows:
        told += len(rows)
        connection().execute(_TELL, rows)
