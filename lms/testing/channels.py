"""A gateway that keeps what it was given: what a test sends, nobody gets."""

from __future__ import annotations

from lms.messages.channels import Channel, Envelope
from lms.text import Text


class FakeGateway:
    """Stands for an SMS or Zalo gateway: `handed_over` holds what left by its `channel`; while `broken` it refuses."""

    def __init__(self, name: str, *takes: str) -> None:
        self.handed_over: list[Envelope] = []
        self.broken = False
        self.channel = Channel(name, Text(name), frozenset(takes), self._take)

    def _take(self, envelope: Envelope) -> None:
        if self.broken:
            raise ConnectionError(f"{self.channel.name} does not answer")
        self.handed_over.append(envelope)
