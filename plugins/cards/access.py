"""The only way a view obtains somebody else, a card or a class: fetched and allowed, or NotFound."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from lms.api.people import May, Person, people_for, person_by_id, person_for, require_anywhere
from lms.api.work import NotFound
from plugins.cards import queries
from plugins.cards.queries import RoomRow


def helped_by(helper: Person, uuid: UUID) -> Person:
    """Somebody whom this helper may help: they belong to a unit where the helper holds May.HELP, or below it."""
    return person_for(helper, May.HELP, uuid)


def helped_by_id(helper_id: int, uuid: UUID) -> Person:
    """The same for a helper who is not signed in on this device: the one who opened the class that it is in."""
    helper = person_by_id(helper_id)
    if helper is None:
        raise NotFound
    return helped_by(helper, uuid)


def all_helped_by(helper: Person, uuids: Sequence[UUID]) -> list[Person]:
    """Several people; NotFound where one of them is not within reach."""
    return people_for(helper, May.HELP, uuids)


def room_for(helper: Person, uuid: UUID) -> RoomRow:
    """A class that this helper has opened, as long as they may help anywhere."""
    require_anywhere(helper, May.HELP)
    room = queries.room_by_uuid(uuid)
    if room is None or room.helper_id != helper.id:
        raise NotFound
    return room
