"""Proving with pictures who somebody is. A try is paid for before it is looked at, so that many at once gain nothing.

Limits (the arithmetic is in docs/cards.md): for a person, for a device, for a network address, and for wrong tries of
all people together. Only who holds a card, or a device of a class, can try at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.people import hash_password, password_matches
from lms.api.work import Invalid, Text, TooMany, _, audit, clock, connection, is_empty, take, unit_of_work
from plugins.cards import queries
from plugins.cards.models import Holder, KnownDevice
from plugins.cards.pictures import BADGES, LENGTH, is_easy, written

H, D = Holder.__table__, KnownDevice.__table__
IN_A_ROW = 5  # wrong tries after which a wait begins
WAIT = 15 * 60  # seconds
MOST_IN_A_ROW = 10  # wrong tries after which only a helper opens it
MOST_SINCE = 30  # wrong tries altogether, between two helpers' looks at it
MOST_OF_DEVICE, MOST_OF_ADDRESS = 60, 120  # tries of all people in a quarter of an hour
QUARTER = 900
# Wrong tries of all people in an hour on devices that are new to them: so many, and one for every twenty people.
ALARM_LEAST, ALARM_SHARE = 100, 20
HOUR = 3600
AGAIN = 30 * 60  # seconds in which new pictures are chosen after a helper has opened it
MOST_NUMBERS, MOST_NUMBERS_OF_ALL = 30, 300  # numbers of cards that there are not, typed in an hour

WAITING = _("Five times it was not right. Please wait {minutes} minutes, then try again, or ask your helper.")
LOCKED = _("The pictures were wrong too often. Your helper can open your card for you in a moment.")
ALARM = _(
    "Many people are trying cards on devices that are new to them just now, so these wait for an hour."
    " Please use the phone that you always use, or let a helper sign you in."
)
EASY = _("Others would guess these pictures. Please take at least three different ones, and not in a straight line.")
FOUR = _("Please choose four pictures.")
NUMBERS = _("Too many numbers were typed that no card has. Please scan the card with the camera, or ask your helper.")


def try_pictures(
    account_id: int, secret: Sequence[int], device: bytes | None, address: str, trusted: bool = False
) -> int | TooMany | None:
    """Looks whether these are the person's pictures. None: they are. Else how many tries are left, or what comes now.

    `trusted`: on a device that a helper let into a class; the alarm does not stop people there.

    Opens units of work of its own. Raises TooMany where no try is allowed now; what to do stands in its words.
    """
    known = trusted or queries.knows(account_id, device)
    with unit_of_work():
        _pay(account_id, device, known, address)
        kept = connection().execute(select(H.c.secret_hash).where(H.c.account_id == account_id)).scalar()
    right = password_matches(kept, written(secret))  # 18 ms, outside any transaction
    with unit_of_work():
        if right:
            _was_right(account_id, None if trusted else device)  # a device that many use is nobody's own
            return None
        if not known:
            most = _alarm_at()
            if not is_empty("cards-wrong", "all", most, HOUR):
                take("cards-wrong", "all", most=most, seconds=HOUR)
            if is_empty("cards-wrong", "all", most, HOUR) and not is_empty("cards-alarm", "all", 1, HOUR):
                take("cards-alarm", "all", most=1, seconds=HOUR)
                audit.record(None, "cards.alarm", "cards", wrong_tries_an_hour=most)
    row = queries.holder(account_id)
    if row is None or is_waiting(row):
        return refusal(account_id)
    return (MOST_IN_A_ROW if row.wrong_running >= IN_A_ROW else IN_A_ROW) - row.wrong_running


def _alarm_at() -> int:
    return ALARM_LEAST + queries.how_many_secrets() // ALARM_SHARE


def _pay(account_id: int, device: bytes | None, known: bool, address: str) -> None:
    take("cards-address", address, most=MOST_OF_ADDRESS, seconds=QUARTER)
    if device is not None:
        take("cards-device", device.hex(), most=MOST_OF_DEVICE, seconds=QUARTER)
    if not known and is_empty("cards-wrong", "all", _alarm_at(), HOUR):
        raise TooMany(ALARM, retry_after=HOUR)
    at = clock.seconds()
    paid = connection().execute(
        update(H)
        .where(
            H.c.account_id == account_id,
            H.c.secret_hash.is_not(None),
            H.c.wrong_running < MOST_IN_A_ROW,
            H.c.wrong_since < MOST_SINCE,
            or_(H.c.wait_until.is_(None), H.c.wait_until <= at),
        )
        .values(
            wrong_running=H.c.wrong_running + 1,
            wrong_since=H.c.wrong_since + 1,
            wait_until=_wait(at),
        )
        .returning(H.c.wrong_running)
    )
    if paid.first() is None:
        raise refusal(account_id)


def _wait(at: int) -> ColumnElement[int | None]:
    """The try that is paid for now is the fifth: whoever comes after it waits, until it turns out to be right."""
    return case((H.c.wrong_running == IN_A_ROW - 1, at + WAIT), else_=None)


def refusal(account_id: int) -> TooMany:
    """Why no try is allowed now, and what to do."""
    row = queries.holder(account_id)
    if row is None or row.wrong_running >= MOST_IN_A_ROW or row.wrong_since >= MOST_SINCE:
        return TooMany(LOCKED, retry_after=86_400)
    left = max(60, (row.wait_until or 0) - clock.seconds())
    return TooMany(Text(WAITING.msgid, {"minutes": -(-left // 60)}), retry_after=left)


def is_locked(row: queries.HolderRow) -> bool:
    """Whether only a helper can open it."""
    return row.wrong_running >= MOST_IN_A_ROW or row.wrong_since >= MOST_SINCE


def is_waiting(row: queries.HolderRow) -> bool:
    """Whether no try is allowed now."""
    return is_locked(row) or (row.wait_until or 0) > clock.seconds()


def _was_right(account_id: int, device: bytes | None) -> None:
    database, at = connection(), clock.seconds()
    database.execute(
        update(H)
        .where(H.c.account_id == account_id)
        .values(wrong_running=0, wrong_since=H.c.wrong_since - 1, wait_until=None)
    )
    if device is not None:
        make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
        statement = make(KnownDevice).values(account_id=account_id, device=device, used_at=at)
        database.execute(statement.on_conflict_do_update(index_elements=["account_id", "device"], set_={"used_at": at}))


def checked(secret: Sequence[int]) -> None:
    """Raises Invalid for pictures that others would guess."""
    if len(secret) != LENGTH:
        raise Invalid(FOUR, picture=FOUR)
    if is_easy(secret):
        raise Invalid(EASY, picture=EASY)


def hashed(secret: Sequence[int]) -> str:
    """What is kept of pictures. Costs 18 ms, so it is made before the transaction. Raises Invalid."""
    checked(secret)
    return hash_password(written(secret))


def set_pictures(account_id: int, secret_hash: str, face: int | None = None) -> None:
    """Keeps the pictures that a person chose. In a unit of work; whether they may was asked before."""
    database, at = connection(), clock.seconds()
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    values = {
        "secret_hash": secret_hash, "set_at": at, "open_until": None, "wrong_running": 0, "wrong_since": 0,
        "wait_until": None,
    }  # fmt: skip
    statement = make(Holder).values(
        account_id=account_id, face=face if face is not None else account_id % BADGES, **values
    )
    database.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=values))
    audit.record(account_id, "card.pictures_set", f"account:{account_id}")


def unlock(account_id: int, by_id: int) -> None:
    """A helper who has the person beside them lets them try again. In a unit of work."""
    connection().execute(
        update(H).where(H.c.account_id == account_id).values(wrong_running=0, wrong_since=0, wait_until=None)
    )
    audit.record(by_id, "card.unlocked", f"account:{account_id}")


def forget_pictures(account_id: int, by_id: int) -> None:
    """A helper who has the person beside them lets them choose anew within half an hour. In a unit of work."""
    connection().execute(
        update(H)
        .where(H.c.account_id == account_id)
        .values(
            secret_hash=None, set_at=None, open_until=clock.seconds() + AGAIN, wrong_running=0, wrong_since=0,
            wait_until=None,
        )
    )  # fmt: skip
    audit.record(by_id, "card.pictures_reset", f"account:{account_id}")


def may_choose(row: queries.HolderRow | None) -> bool:
    """Whether whoever holds the card may choose its first pictures now."""
    return row is not None and not row.has_secret and (row.open_until or 0) > clock.seconds()


def count_number(address: str) -> None:
    """Raises TooMany where too many numbers were typed that no card has: here, or everywhere. In a unit of work."""
    if is_empty("cards-number", address, MOST_NUMBERS, HOUR) or is_empty(
        "cards-number", "all", MOST_NUMBERS_OF_ALL, HOUR
    ):
        raise TooMany(NUMBERS, retry_after=HOUR)


def number_was_wrong(address: str) -> None:
    """Counts a number that no card has. In a unit of work."""
    take("cards-number", address, most=MOST_NUMBERS, seconds=HOUR)
    take("cards-number", "all", most=MOST_NUMBERS_OF_ALL, seconds=HOUR)
