"""The only way a page obtains two people who may be one: both in the officer's units, or NotFound.

So a pair of two communes is nobody's there; it is the lowest common unit's, and theirs who are above it.
"""

from __future__ import annotations

from uuid import UUID

from lms.errors import NotFound
from lms.identity.people import Person
from lms.identity.roles import May
from lms.merging import queries
from lms.merging.queries import MergeRow, PairRow
from lms.orgs.scope import person_for, require_anywhere


def units_for(officer: Person) -> list[int]:
    """The units in which the officer may join accounts; NotFound where there is none."""
    return require_anywhere(officer, May.MERGE_PEOPLE)


def pair_for(officer: Person, pair_id: int) -> PairRow:
    """A pair of whom both belong to the officer's units."""
    row = queries.pair(pair_id, units_for(officer))
    if row is None:
        raise NotFound
    return row


def merge_for(officer: Person, uuid: UUID) -> MergeRow:
    """An act of joining within the officer's units."""
    row = queries.merge_by_uuid(uuid, units_for(officer), officer.id)
    if row is None:
        raise NotFound
    return row


def somebody_for(officer: Person, uuid: UUID) -> Person:
    """One of the people whom the officer may join to others."""
    return person_for(officer, May.MERGE_PEOPLE, uuid)
