"""The only way a view obtains a case: fetched and allowed, or NotFound."""

from __future__ import annotations

from uuid import UUID

from lms.api.people import May, Person, nation_id, require_anywhere, require_at
from lms.api.work import NotFound
from plugins.integrity import queries
from plugins.integrity.queries import CaseRow, PersonRow


def units_of(officer: Person) -> tuple[list[int], bool]:
    """The units whose cases this officer decides about, and whether those of people of no unit are among them."""
    units = require_anywhere(officer, May.CONFIRM)
    return units, nation_id() in units


def case_for(officer: Person, uuid: UUID, hold: bool = False) -> CaseRow:
    """A case of a unit where the officer may confirm, in which they are not concerned themselves."""
    case = queries.case_for_officer(uuid, officer.id, hold)
    if case is None:
        raise NotFound
    require_at(officer, May.CONFIRM, case.org_id)
    return case


def case_of_mine(person: Person, uuid: UUID, hold: bool = False) -> tuple[CaseRow, PersonRow]:
    """A case with a paper of this person's, and what they said to it."""
    found = queries.case_of(uuid, person.id, hold)
    if found is None:
        raise NotFound
    return found
