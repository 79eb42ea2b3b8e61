"""A channel that keeps what it was given: what a test sends, nobody gets."""

from __future__ import annotations

from lms.messages.channels import Channel, Envelope
from lms.text import Text


class FakeChannel(Channel):
    """Stands for an SMS or Zalo gateway: `handed_over` holds what left; while `broken` it refuses."""

    handed_over: list[Envelope]
    broken: bool

    def __init__(self, name: str, *takes: str) -> None:
        super().__init__(name, Text(name), frozenset(takes), self._take)
        object.__setattr__(self, "handed_over", [])
        object.__setattr__(self, "broken", False)

    def _take(self, envelope: Envelope) -> None:
        if self.broken:
            raise ConnectionError(f"{self.name} does not answer")
        self.handed_over.append(envelope)
