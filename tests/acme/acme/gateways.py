"""Message gateways that reach nobody: what a real SMS or Zalo adapter looks like."""

from __future__ import annotations

from lms.api.work import Channel, Envelope, Text

handed_over: list[tuple[str, Envelope]] = []


def _gateway(name: str, *takes: str) -> Channel:
    def send(envelope: Envelope) -> None:
        handed_over.append((name, envelope))

    return Channel(name, Text(name), frozenset(takes), send)


sms, zalo = _gateway("acme-sms", "phone"), _gateway("acme-zalo", "zalo", "phone")
