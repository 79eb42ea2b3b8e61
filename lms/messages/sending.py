"""Sending: kept in the transaction that gives the reason, handed over by the worker afterwards, at least once."""

from __future__ import annotations


def send(channel: str, address: str, body: str, *, subject: str = "", secret: bool = False) -> None:
    """Keeps a message for a channel in the open unit of work; the worker hands it over after the commit.

    `secret` (one-time codes): the text is wiped as soon as it has been handed over, and never logged.
    """
    raise NotImplementedError
