"""How a message leaves the house: each channel is an adapter; which are in use is the operator's choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lms.contract.points import ExtensionPoint
from lms.text import Text


@dataclass(frozen=True)
class Channel:
    """`send(address, subject, body)` hands a message over or raises; it may take seconds and is never in a transaction.

    `takes` says what an address of this channel is: "phone", "email" or "zalo". `ready()` says whether the operator has
    set it up; a channel that is not ready is not offered to anybody.
    """

    name: str
    label: Text
    takes: str
    send: Callable[[str, str, str], None]
    ready: Callable[[], bool]
    order: int = 50


CHANNELS: ExtensionPoint[Channel] = ExtensionPoint(
    "channels", "How messages leave: SMTP, SMS, Zalo …", lambda c: c.name
)


def channel_for(takes: str) -> Channel | None:
    """The first channel that is ready for addresses of a kind ("phone", "email"); None where there is none."""
    ready = sorted((c for c in CHANNELS if c.takes == takes and c.ready()), key=lambda c: (c.order, c.name))
    return ready[0] if ready else None
