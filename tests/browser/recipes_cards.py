"""A card and a class, for the tests that open every address."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from lms.api.people import person_by_id
from lms.api.work import connection, unit_of_work
from lms.identity.models import Account
from plugins.cards import queries
from plugins.cards.services import issuing, teaching


@dataclass(frozen=True)
class Cards:
    """What addresses ask for: a card's secret, its holder, a class of the administrator, a device that is in it."""

    secret: str
    holder: UUID
    room: UUID
    device: str


def make(app: Flask) -> Cards:
    """The demo learner gets a card, and is on the list of a class that the demo administrator has opened."""
    a = Account.__table__
    with app.app_context():
        ids = dict(
            connection().execute(select(a.c.username, a.c.id).where(a.c.username.in_(["balanh", "quantri"]))).all()
        )
        learner = person_by_id(ids["balanh"])
        assert learner is not None
        lock = teaching.lock_hash("274936")
        with unit_of_work():
            [card] = issuing.issue([learner], ids["quantri"])
            name = teaching.open_room(ids["quantri"], "Sáng thứ bảy", lock, 6)
            room = queries.room_by_uuid(name)
            assert room is not None
            teaching.seat(room, [learner])
            teaching.renew_number(room)
            device = teaching.join(room)
    return Cards(card.secret, learner.uuid, name, device)
