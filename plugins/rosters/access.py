"""The only way a view obtains a list: fetched and allowed, or NotFound."""

from __future__ import annotations

from uuid import UUID

from lms.api.people import May, Person, require_at
from lms.api.work import NotFound
from plugins.rosters import queries
from plugins.rosters.models import TAKEN
from plugins.rosters.queries import RosterLine


def roster_for(person: Person, uuid: UUID) -> RosterLine:
    """A list of a unit that one may enter people for. Until it is taken in it is its sender's alone."""
    line = queries.roster(uuid)
    if line is None or (line.state < TAKEN and line.made_by != person.id):
        raise NotFound
    require_at(person, May.MAKE_PEOPLE, line.org_id)
    return line


def draft_for(person: Person, uuid: UUID, *states: int) -> RosterLine:
    """A list that is in one of these states still."""
    line = roster_for(person, uuid)
    if line.state not in states:
        raise NotFound
    return line
