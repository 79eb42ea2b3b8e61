"""The only way a view obtains something: fetched and allowed, or NotFound."""

from __future__ import annotations

from uuid import UUID

from lms.api.competency import ProgrammeRow, programme
from lms.api.people import May, Person, require_at
from lms.api.work import NotFound
from plugins.measuring.finding import PlacingRow, row_of
from quizzes.api import BankRow, Worded, bank_for, worded


def programme_for_anyone(slug: str) -> ProgrammeRow:
    """A programme, open to everybody."""
    found = programme(slug)
    if found is None:
        raise NotFound
    return found


def placing_for(person: Person | None, uuid: UUID, *, hold: bool = False) -> PlacingRow:
    """A test of one's own, or a guest's that nobody's account holds: whoever has its address may go on with it."""
    row = row_of(uuid, hold)
    if row is None or (row.account_id is not None and (person is None or row.account_id != person.id)):
        raise NotFound
    return row


def require_figures(person: Person, org_id: int) -> None:
    """NotFound unless the person may see the figures of this unit."""
    require_at(person, May.SEE_REPORTS, org_id)


def version_for(person: Person, bank: str, version_id: int) -> tuple[BankRow, Worded]:
    """A version of a question of a bank in which the person writes."""
    row = bank_for(person, bank)
    found = worded([version_id]).get(version_id)
    if found is None or found.bank_id != row.id:
        raise NotFound
    return row, found
