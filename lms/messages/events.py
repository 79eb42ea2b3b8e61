"""Facts about messages."""

from __future__ import annotations

from dataclasses import dataclass

from lms.contract.points import Event


@dataclass(frozen=True)
class MessageKept(Event):
    """A message waits to be handed to its channel."""

    message_id: int
