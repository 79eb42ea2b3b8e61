"""The only way a view obtains a session: fetched and allowed, or NotFound.

Whoever enters people at the unit plans sessions, prints tickets and signs the minutes off; whoever helps people there
may supervise too. Who came in by PIN reaches their one session, until it ends.
"""

from __future__ import annotations

from uuid import UUID

from lms.api.people import May, Person, may_at, person_by_id, require_anywhere, require_at
from lms.api.work import NotFound
from plugins.supervision import queries
from plugins.supervision.queries import ProctorRow, SessionRow

PLANS, SUPERVISES = May.MAKE_PEOPLE, May.HELP


def session_for(officer: Person, uuid: UUID, hold: bool = False) -> SessionRow:
    """A session of a unit where this officer plans them."""
    found = queries.session_by_uuid(uuid, hold)
    if found is None:
        raise NotFound
    require_at(officer, PLANS, found.org_id)
    return found


def session_seen_by(officer: Person, uuid: UUID) -> SessionRow:
    """A session of a unit where this officer plans or supervises them."""
    found = queries.session_by_uuid(uuid)
    if found is None or not (may_at(officer, SUPERVISES, found.org_id) or may_at(officer, PLANS, found.org_id)):
        raise NotFound
    return found


def units_of(officer: Person) -> list[int]:
    """The units where this officer plans sessions; NotFound where there is none."""
    return require_anywhere(officer, PLANS)


def supervised_by(token: str) -> tuple[ProctorRow, SessionRow] | None:
    """Who supervises with this browser, and what; None where nobody does, or whose right to it has ended."""
    proctor = queries.proctor_by_token(token) if 0 < len(token) < 80 else None
    session = queries.session_by_id(proctor.session_id) if proctor else None
    if proctor is None or session is None:
        return None
    if proctor.account_id is not None:
        officer = person_by_id(proctor.account_id)
        if officer is None or not may_at(officer, SUPERVISES, session.org_id):
            return None
    return proctor, session
