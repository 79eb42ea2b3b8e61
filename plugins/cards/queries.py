"""Reads."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Select, func, select

from lms.api.people import Person, name_sort_key, people_by_id
from lms.api.work import clock, connection, settings
from plugins.cards.models import Card, Help, Holder, KnownDevice, Room, RoomDevice, RoomPerson, Turn

C, H, D, HELP = Card.__table__, Holder.__table__, KnownDevice.__table__, Help.__table__
R, P, RD, T = Room.__table__, RoomPerson.__table__, RoomDevice.__table__, Turn.__table__


def keyed(kind: str, text: str) -> bytes:
    """32 bytes that tell one secret from another; without this installation's key nobody finds the secret by trying."""
    key = settings().key_for(b"cards")
    return hashlib.blake2b(f"{kind}:{text}".encode(), key=key, digest_size=32).digest()


class CardRow(Struct, frozen=True):
    """A card."""

    id: int
    uuid: UUID
    account_id: int
    issued_at: int
    revoked_at: int | None
    reason: str | None


class HolderRow(Struct, frozen=True):
    """What is known of somebody's pictures. `has_secret`: they have chosen some."""

    account_id: int
    face: int
    has_secret: bool
    set_at: int | None
    open_until: int | None
    wrong_running: int
    wrong_since: int
    wait_until: int | None


class RoomRow(Struct, frozen=True):
    """A class."""

    id: int
    uuid: UUID
    title: str
    helper_id: int
    number_until: int | None
    idle: int
    opened_at: int
    ends_at: int
    closed_at: int | None

    @property
    def is_open(self) -> bool:
        """Whether people may sign in there now."""
        return self.closed_at is None and self.ends_at > clock.seconds()


class Seat(Struct, frozen=True):
    """Somebody on the list of a class."""

    person: Person
    face: int
    has_secret: bool


class DeviceRow(Struct, frozen=True):
    """A device in a class, and who has the turn on it."""

    id: int
    number: int
    joined_at: int
    account_id: int | None


class HelpRow(Struct, frozen=True):
    """That somebody was signed in by a helper."""

    helper: str
    present: str
    at: int


_CARD = select(C.c.id, C.c.uuid, C.c.account_id, C.c.issued_at, C.c.revoked_at, C.c.reason)
_HOLDER = select(
    H.c.account_id, H.c.face, H.c.secret_hash.is_not(None), H.c.set_at, H.c.open_until, H.c.wrong_running,
    H.c.wrong_since, H.c.wait_until,
)  # fmt: skip
_ROOM = select(
    R.c.id, R.c.uuid, R.c.title, R.c.helper_id, R.c.number_until, R.c.idle, R.c.opened_at, R.c.ends_at, R.c.closed_at
)


def card_by_secret(secret: str) -> CardRow | None:
    """The card whose QR code holds this secret, revoked ones too."""
    return _card(_CARD.where(C.c.secret_hash == keyed("secret", secret)))


def card_by_number(figures: str) -> CardRow | None:
    """The card with this number, revoked ones too."""
    return _card(_CARD.where(C.c.number_hash == keyed("number", figures)))


def card_by_id(card_id: int) -> CardRow | None:
    """A card."""
    return _card(_CARD.where(C.c.id == card_id))


def _card(statement: Select[Any]) -> CardRow | None:
    row = connection().execute(statement).first()
    return CardRow(*row) if row else None


def cards_of(account_id: int) -> list[CardRow]:
    """A person's cards, the newest first."""
    rows = connection().execute(_CARD.where(C.c.account_id == account_id).order_by(C.c.id.desc()))
    return [CardRow(*row) for row in rows]


def holders(account_ids: Collection[int]) -> dict[int, HolderRow]:
    """What is known of several people's pictures; who never had a card is left out."""
    rows = connection().execute(_HOLDER.where(H.c.account_id.in_(account_ids)))
    return {row.account_id: HolderRow(*row) for row in rows}


def holder(account_id: int) -> HolderRow | None:
    """What is known of somebody's pictures."""
    return holders([account_id]).get(account_id)


def with_card(account_ids: Collection[int]) -> set[int]:
    """Those of these people who have a card that holds."""
    rows = connection().execute(select(C.c.account_id).where(C.c.account_id.in_(account_ids), C.c.revoked_at.is_(None)))
    return set(rows.scalars())


def knows(account_id: int, device: bytes | None) -> bool:
    """Whether a person has proved who they are on this device before."""
    if device is None:
        return False
    found = select(D.c.used_at).where(D.c.account_id == account_id, D.c.device == device)
    return connection().execute(found).first() is not None


def how_many_secrets() -> int:
    """How many people have chosen pictures."""
    counted = select(func.count()).select_from(H).where(H.c.secret_hash.is_not(None))
    return int(connection().execute(counted).scalar_one())


def how_many_cards() -> int:
    """How many cards hold."""
    return int(connection().execute(select(func.count()).select_from(C).where(C.c.revoked_at.is_(None))).scalar_one())


def helps_of(account_id: int, most: int = 20) -> list[HelpRow]:
    """When a person was signed in by a helper, the newest first."""
    rows = (
        connection()
        .execute(
            select(HELP.c.helper_id, HELP.c.present, HELP.c.at)
            .where(HELP.c.account_id == account_id)
            .order_by(HELP.c.id.desc())
            .limit(most)
        )
        .all()
    )
    helpers = people_by_id({row.helper_id for row in rows})
    return [
        HelpRow(helpers[row.helper_id].full_name if row.helper_id in helpers else "", row.present, row.at)
        for row in rows
    ]


def room_by_uuid(uuid: UUID) -> RoomRow | None:
    """A class, open or not."""
    return _room(_ROOM.where(R.c.uuid == uuid))


def room_by_number(figures: str) -> RoomRow | None:
    """The class that devices join with this number now."""
    at = clock.seconds()
    return _room(_ROOM.where(R.c.number_hash == keyed("room", figures), R.c.number_until > at, R.c.closed_at.is_(None)))


def _room(statement: Select[Any]) -> RoomRow | None:
    row = connection().execute(statement).first()
    return RoomRow(*row) if row else None


def rooms_of(helper_id: int) -> list[RoomRow]:
    """The classes that a helper has open, the newest first."""
    at = clock.seconds()
    rows = connection().execute(
        _ROOM.where(R.c.helper_id == helper_id, R.c.closed_at.is_(None), R.c.ends_at > at).order_by(R.c.id.desc())
    )
    return [RoomRow(*row) for row in rows]


def rooms_over() -> Sequence[int]:
    """Classes whose time is over and that nobody has closed."""
    rows = connection().execute(select(R.c.id).where(R.c.closed_at.is_(None), R.c.ends_at <= clock.seconds()))
    return list(rows.scalars())


def seats(room_id: int) -> list[Seat]:
    """The people of a class, by given name; who has closed their account is left out."""
    rows = connection().execute(
        select(P.c.account_id, P.c.face, H.c.secret_hash.is_not(None).label("has_secret"))
        .outerjoin(H, H.c.account_id == P.c.account_id)
        .where(P.c.room_id == room_id)
    )
    by_id = {row.account_id: row for row in rows}
    people = sorted(people_by_id(by_id).values(), key=lambda person: (name_sort_key(person.full_name), person.id))
    return [Seat(person, by_id[person.id].face, bool(by_id[person.id].has_secret)) for person in people]


def device_by_token(token: str) -> tuple[int, RoomRow] | None:
    """The device that a cookie names, with its class, as long as it is in it and the class is open."""
    row = (
        connection()
        .execute(select(RD.c.id, RD.c.room_id).where(RD.c.token_hash == keyed("device", token), RD.c.left_at.is_(None)))
        .first()
    )
    if row is None:
        return None
    room = _room(_ROOM.where(R.c.id == row.room_id))
    return (row.id, room) if room is not None and room.is_open else None


def devices(room_id: int) -> list[DeviceRow]:
    """The devices of a class in the order in which they joined, with whoever has the turn."""
    rows = connection().execute(
        select(RD.c.id, RD.c.joined_at, func.max(T.c.account_id))
        .outerjoin(T, (T.c.device_id == RD.c.id) & T.c.ended_at.is_(None))
        .where(RD.c.room_id == room_id, RD.c.left_at.is_(None))
        .group_by(RD.c.id, RD.c.joined_at)
        .order_by(RD.c.id)
    )
    return [DeviceRow(row[0], n, row[1], row[2]) for n, row in enumerate(rows, 1)]


def turns_left(room_id: int, device_id: int | None = None) -> list[tuple[int, int]]:
    """(account, session) of the turns that are not over: of a class, or of one device."""
    found = select(T.c.account_id, T.c.session_id).where(T.c.room_id == room_id, T.c.ended_at.is_(None))
    rows = connection().execute(found if device_id is None else found.where(T.c.device_id == device_id))
    return [(row.account_id, row.session_id) for row in rows]


def lock_of(room_id: int) -> tuple[str, int]:
    """The hash of a class's lock, and how often it was tried wrongly."""
    row = connection().execute(select(R.c.lock_hash, R.c.lock_wrong).where(R.c.id == room_id)).one()
    return row.lock_hash, row.lock_wrong


def is_seated(room_id: int, account_id: int) -> bool:
    """Whether somebody is on the list of a class."""
    found = select(P.c.account_id).where(P.c.room_id == room_id, P.c.account_id == account_id)
    return connection().execute(found).first() is not None
