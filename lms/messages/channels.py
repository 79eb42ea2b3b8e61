"""How a message leaves the house: each channel is an adapter; which are in use is the operator's choice."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from lms.config import SettingsError, current
from lms.contract.points import ExtensionPoint
from lms.text import Text


class Envelope(Struct, frozen=True):
    """One message on its way. `stop_url` leads whoever gets it out of all such messages with one tap; may be empty."""

    address: str
    subject: str
    body: str
    stop_url: str = ""


class Channel(Struct, frozen=True):
    """`send(envelope)` hands a message over or raises; it may take seconds and is never called in a transaction.

    `takes` says which addresses it can reach: "phone", "email", "zalo". It is used where LMS_CHANNELS names it.
    """

    name: str
    label: Text
    takes: frozenset[str]
    send: Callable[[Envelope], None]


CHANNELS: ExtensionPoint[Channel] = ExtensionPoint(
    "channels", "How messages leave the house: by mail, SMS, Zalo; those that LMS_CHANNELS names.", lambda c: c.name
)


def in_use() -> list[str]:
    """The names in LMS_CHANNELS, in its order."""
    return [name for part in current().channels.split(",") if (name := part.strip())]


def channel_for(takes: str) -> Channel | None:
    """The first channel in use for a kind of address ("phone", "email", "zalo"); None where there is none."""
    for name in in_use():
        channel = CHANNELS.find(name)
        if channel is not None and takes in channel.takes:
            return channel
    return None


def check() -> None:
    """Raises SettingsError where LMS_CHANNELS names a channel that no plugin brings."""
    for name in in_use():
        if CHANNELS.find(name) is None:
            known = ", ".join(sorted(c.name for c in CHANNELS))
            raise SettingsError(f"LMS_CHANNELS names {name!r}, which no plugin in use brings. There are: {known}.")
