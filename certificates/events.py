"""Facts about credentials."""

from __future__ import annotations

from dataclasses import dataclass

from lms.api.plugins import Event


@dataclass(frozen=True)
class CredentialIssued(Event):
    """A paper has its number; its drawing follows."""

    credential_id: int
    account_id: int
    number: str
    at: int


@dataclass(frozen=True)
class CredentialRevoked(Event):
    """A paper is no longer valid."""

    credential_id: int
    number: str
    at: int
