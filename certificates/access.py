"""The only way a view obtains a credential: fetched and allowed, or NotFound."""

from __future__ import annotations

from uuid import UUID

from certificates.queries import CredentialRow, credential_by_number, credential_by_uuid
from lms.api.people import ADMINISTRATOR, VERIFIER, Person, ancestors, grants_of, nation_id
from lms.api.work import NotFound


def credential_for(person: Person, uuid: UUID) -> CredentialRow:
    """One's own paper."""
    row = credential_by_uuid(uuid)
    if row is None or row.account_id != person.id:
        raise NotFound
    return row


def credential_for_officer(person: Person, number: str) -> CredentialRow:
    """A paper of somebody in the units that an officer is granted: the unit itself or one above it."""
    row = credential_by_number(number)
    if row is None or not may_change(person, row):
        raise NotFound
    return row


def may_change(person: Person, row: CredentialRow) -> bool:
    """Whether a person verifies or administers at the paper's unit or above it."""
    held = grants_of(person.id)
    at = {*held.get(VERIFIER, []), *held.get(ADMINISTRATOR, [])}
    place = row.org_id if row.org_id is not None else nation_id()
    return place is not None and bool(at & set(ancestors(place)))
