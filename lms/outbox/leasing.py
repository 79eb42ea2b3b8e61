"""Whose a delivery is while it is handled, and for how long."""

from __future__ import annotations

import os
import socket
from typing import Any, NamedTuple

LEASE = 60  # seconds; longer than any handler may take
BATCH = 20  # deliveries that a worker takes at a time


class Taken(NamedTuple):
    """A delivery that is ours until its lease runs out."""

    id: int
    event: str
    subscriber: str
    payload: Any  # JSON as the database gives it: a text on SQLite
    attempts: int


def worker_name() -> str:
    """Who holds a lease: host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"
