"""The only way a view obtains a credential: fetched and allowed, or NotFound."""

from __future__ import annotations

from uuid import UUID

from certificates.batches import DRAFT, BatchLine, batch_by_uuid
from certificates.queries import CredentialRow, credential_by_number, credential_by_uuid
from lms.api.people import May, Person, may_at, require_at
from lms.api.work import NotFound


def credential_for(person: Person, uuid: UUID) -> CredentialRow:
    """One's own paper."""
    row = credential_by_uuid(uuid)
    if row is None or row.account_id != person.id:
        raise NotFound
    return row


def credential_for_officer(person: Person, may: May, number: str) -> CredentialRow:
    """A paper of somebody in the units where an officer may look papers up, or withdraw them: below a grant of his."""
    row = credential_by_number(number)
    if row is None or not may_at(person, may, row.org_id):
        raise NotFound
    return row


def batch_for(person: Person, uuid: UUID) -> BatchLine:
    """A batch of a unit where one may issue papers. A list that was not begun is its sender's alone."""
    batch = batch_by_uuid(uuid)
    if batch is None or (batch.state == DRAFT and batch.made_by != person.id):
        raise NotFound
    require_at(person, May.ISSUE, batch.org_id)
    return batch
