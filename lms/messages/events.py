"""Facts about messages."""

from __future__ import annotations

from lms.contract.points import Event


class MessageKept(Event, frozen=True):
    """A message waits to be handed to its channel."""

    message_id: int
