"""The only way a view obtains a paper or a badge: fetched and allowed, or NotFound."""

from __future__ import annotations

from uuid import UUID

from certificates.api import CredentialRow, credential_by_uuid
from lms.api.people import Person
from lms.api.work import NotFound
from plugins.badges import queries
from plugins.badges.composing import Achieved
from plugins.badges.queries import BadgeRow


def paper_of_mine(person: Person, uuid: UUID) -> CredentialRow:
    """One's own paper."""
    row = credential_by_uuid(uuid)
    if row is None or row.account_id != person.id:
        raise NotFound
    return row


def public_badge(uuid: UUID) -> BadgeRow:
    """A badge that somebody was given the address of: it carries no name."""
    row = queries.badge_by_uuid(uuid)
    if row is None:
        raise NotFound
    return row


def public_achievement(key: str) -> Achieved:
    """What badges attest; for everybody."""
    found = queries.achieved(key)
    if found is None:
        raise NotFound
    return found
