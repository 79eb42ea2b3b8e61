"""Classes on shared devices: opening one, who is on its list, which devices are in it, whose turn it is, closing it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, update

from lms.api.people import Person, check_strength, end_one, hash_password, password_matches, with_role
from lms.api.work import Invalid, Text, TooMany, _, audit, clock, connection, is_empty, take, unit_of_work
from plugins.cards import queries
from plugins.cards.models import Room, RoomDevice, RoomPerson, Turn
from plugins.cards.numbering import ROOM_FIGURES
from plugins.cards.pictures import spread
from plugins.cards.queries import RoomRow

R, P, D, T = Room.__table__, RoomPerson.__table__, RoomDevice.__table__, Turn.__table__
MOST_PEOPLE = 60
MOST_DEVICES = 40
LONGEST = 6 * 3600  # seconds that a class can last
IDLE = 300  # seconds until a device that is left lying locks itself
NUMBER_HOLDS = 30 * 60  # seconds in which devices can join
MOST_LOCK_TRIES = 5
MOST_JOINS, MOST_JOINS_OF_ALL = 20, 300  # wrong numbers in an hour
HOUR = 3600
STAFF = _("Whoever has a role signs in on a device of their own, not in a class: {names}.")
LOCK = _("A class's lock is six figures that nobody guesses: not 123456, not six times the same.")


def lock_hash(figures: str) -> str:
    """What is kept of a lock. Made before the transaction: it costs 18 ms. Raises Invalid."""
    if not (figures.isascii() and figures.isdigit() and len(figures) == 6):
        raise Invalid(LOCK, lock=LOCK)
    try:
        check_strength(figures)
    except Invalid as error:
        raise Invalid(LOCK, lock=LOCK) from error
    return hash_password(figures)


def open_room(helper_id: int, title: str, lock: str, hours: int) -> UUID:
    """Opens a class without anybody on its list yet. `lock` is a lock_hash. In a unit of work."""
    if not title:
        text = _("Please give the class a name.")
        raise Invalid(text, title=text)
    at, name = clock.seconds(), uuid4()
    seconds = min(max(hours, 1) * HOUR, LONGEST)
    room_id: int = (
        connection()
        .execute(
            insert(R)
            .values(
                uuid=name, title=title[:120], helper_id=helper_id, lock_hash=lock, lock_wrong=0, idle=IDLE,
                opened_at=at, ends_at=at + seconds,
            )
            .returning(R.c.id)
        )
        .scalar_one()
    )  # fmt: skip
    audit.record(helper_id, "class.opened", f"class:{room_id}")
    return name


def seat(room: RoomRow, people: Sequence[Person]) -> None:
    """Puts people on the list of a class, each with a face of their own. Raises Invalid where it would be too long."""
    held = {s.person.id: s.face for s in queries.seats(room.id)}
    new = [person for person in people if person.id not in held]
    if len(held) + len(new) > MOST_PEOPLE:
        text = _("A class has at most {most} people.", most=MOST_PEOPLE)
        raise Invalid(text, person=text)
    roles = with_role([person.id for person in new])
    staff = [person.full_name for person in new if person.id in roles]
    if staff:
        raise Invalid(Text(STAFF.msgid, {"names": ", ".join(staff)}))
    own = queries.holders([person.id for person in new])
    wanted = [*held.values(), *(own[p.id].face if p.id in own else p.id for p in new)]
    faces = spread(wanted)[len(held) :]
    if new:
        connection().execute(
            insert(P),
            [{"room_id": room.id, "account_id": p.id, "face": f} for p, f in zip(new, faces, strict=True)],
        )


def unseat(room: RoomRow, account_id: int) -> None:
    """Takes somebody off the list and ends their turns."""
    _end_turns(room.id, account_id=account_id)
    connection().execute(delete(P).where(P.c.room_id == room.id, P.c.account_id == account_id))


def renew_number(room: RoomRow) -> None:
    """Makes the class's number anew; the one before lets no device in any more. In a unit of work."""
    until = clock.seconds() + NUMBER_HOLDS
    while queries.room_by_number(number_of(room, until)) is not None:
        until += 1  # another class has it just now
    number_hash = queries.keyed("room", number_of(room, until))
    connection().execute(update(R).where(R.c.number_hash == number_hash).values(number_hash=None))
    connection().execute(update(R).where(R.c.id == room.id).values(number_hash=number_hash, number_until=until))


def number_of(room: RoomRow, until: int) -> str:
    """The figures by which devices join a class until a moment. Nobody finds them without this installation's key."""
    drawn = int.from_bytes(queries.keyed("room-number", f"{room.uuid}:{until}")[:8], "big")
    return f"{drawn % 10**ROOM_FIGURES:0{ROOM_FIGURES}d}"


def shown_number(room: RoomRow) -> str | None:
    """The class's number, while devices can join."""
    holds = room.is_open and room.number_until is not None and room.number_until > clock.seconds()
    return number_of(room, room.number_until or 0) if holds else None


def join(room: RoomRow) -> str:
    """Takes a device into a class; returns what its cookie holds. In a unit of work."""
    if len(queries.devices(room.id)) >= MOST_DEVICES:
        raise Invalid(_("This class has {most} devices already. The helper can send some away.", most=MOST_DEVICES))
    token = secrets.token_urlsafe(24)
    connection().execute(
        insert(D).values(room_id=room.id, token_hash=queries.keyed("device", token), joined_at=clock.seconds())
    )
    return token


def join_by_number(figures: str, address: str) -> str:
    """The same by the number that the helper shows. Opens a unit of work. Raises Invalid or TooMany."""
    with unit_of_work():
        for who, most in ((address, MOST_JOINS), ("all", MOST_JOINS_OF_ALL)):
            if is_empty("cards-join", who, most, HOUR):
                raise TooMany(retry_after=HOUR)
        room = queries.room_by_number(figures)
        if room is not None and room.is_open:
            return join(room)
        take("cards-join", address, most=MOST_JOINS, seconds=HOUR)
        take("cards-join", "all", most=MOST_JOINS_OF_ALL, seconds=HOUR)
    text = _("No class has this number now. Please look at it again, or ask the helper for a new one.")
    raise Invalid(text, number=text)


def leave(room: RoomRow, device_id: int) -> None:
    """Takes a device out of a class and ends the turn on it. In a unit of work."""
    end_turn(room.id, device_id)
    connection().execute(update(D).where(D.c.id == device_id, D.c.room_id == room.id).values(left_at=clock.seconds()))


def begin_turn(room_id: int, device_id: int, account_id: int, session_id: int) -> None:
    """Notes who has the turn on a device, and in which session. In a unit of work."""
    connection().execute(
        insert(T).values(
            room_id=room_id, device_id=device_id, account_id=account_id, session_id=session_id,
            began_at=clock.seconds(),
        )
    )  # fmt: skip


def end_turn(room_id: int, device_id: int) -> None:
    """Ends the turn on a device, and its session with it. In a unit of work."""
    _end_turns(room_id, device_id=device_id)


def _end_turns(room_id: int, device_id: int | None = None, account_id: int | None = None) -> None:
    wanted = [T.c.room_id == room_id, T.c.ended_at.is_(None)]
    wanted += [T.c.device_id == device_id] if device_id is not None else []
    wanted += [T.c.account_id == account_id] if account_id is not None else []
    ended = connection().execute(
        update(T).where(*wanted).values(ended_at=clock.seconds()).returning(T.c.account_id, T.c.session_id)
    )
    for row in ended.all():
        end_one(row.account_id, row.session_id)


def close(room_id: int, by_id: int | None) -> None:
    """Closes a class: every session begun in it ends, and no device is in it any more. In a unit of work."""
    at = clock.seconds()
    _end_turns(room_id)
    connection().execute(update(D).where(D.c.room_id == room_id, D.c.left_at.is_(None)).values(left_at=at))
    connection().execute(
        update(R).where(R.c.id == room_id, R.c.closed_at.is_(None)).values(closed_at=at, number_hash=None)
    )
    audit.record(by_id, "class.closed", f"class:{room_id}")


def close_those_over() -> None:
    """Closes the classes whose time is over; periodic."""
    for room_id in queries.rooms_over():
        with unit_of_work():
            close(room_id, None)


def try_lock(room_id: int, figures: str) -> None:
    """Lets the helper's lock be tried: five wrong tries and it opens nothing any more until the class is over.

    Opens units of work of its own. Raises Invalid or TooMany.
    """
    shut = _("The lock was wrong too often. Please sign in with your own password, in Classes.")
    with unit_of_work():
        paid = connection().execute(
            update(R)
            .where(R.c.id == room_id, R.c.lock_wrong < MOST_LOCK_TRIES)
            .values(lock_wrong=R.c.lock_wrong + 1)
            .returning(R.c.lock_hash)
        )
        kept = paid.scalar()
    if kept is None:
        raise TooMany(shut, retry_after=HOUR)
    if not password_matches(kept, figures):
        text = _("The lock is not right.")
        raise Invalid(text, lock=text)
    with unit_of_work():
        connection().execute(update(R).where(R.c.id == room_id).values(lock_wrong=0))
