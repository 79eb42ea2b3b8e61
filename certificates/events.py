"""Facts about credentials."""

from __future__ import annotations

from lms.api.plugins import Event


class CredentialIssued(Event, frozen=True):
    """A paper has its number; its drawing follows."""

    credential_id: int
    account_id: int
    number: str
    at: int


class CredentialDrawn(Event, frozen=True):
    """A paper's file lies in the store; whoever signs may begin."""

    credential_id: int
    number: str


class CredentialChanged(Event, frozen=True):
    """A paper is in another state: valid, suspended, revoked, replaced. `code` is the reason's."""

    credential_id: int
    number: str
    state: str
    code: str
    at: int


class BatchPartDue(Event, frozen=True):
    """The next papers of a batch are to be issued. Of an earlier `turn` than the batch's own it means nothing."""

    batch_id: int
    turn: int
    done: int


class BatchFileDue(Event, frozen=True):
    """A file of a batch is to be made."""

    file_id: int
