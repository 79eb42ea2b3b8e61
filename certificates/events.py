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
class CredentialDrawn(Event):
    """A paper's file lies in the store; whoever signs may begin."""

    credential_id: int
    number: str


@dataclass(frozen=True)
class CredentialChanged(Event):
    """A paper is in another state: valid, suspended, revoked, replaced. `code` is the reason's."""

    credential_id: int
    number: str
    state: str
    code: str
    at: int


@dataclass(frozen=True)
class BatchPartDue(Event):
    """The next papers of a batch are to be issued. Of an earlier `turn` than the batch's own it means nothing."""

    batch_id: int
    turn: int
    done: int


@dataclass(frozen=True)
class BatchFileDue(Event):
    """A file of a batch is to be made."""

    file_id: int
