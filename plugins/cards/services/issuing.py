"""Giving cards, giving new ones for old ones, and taking them back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from uuid import uuid4

from msgspec import Struct
from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.people import Person, untouched, with_role
from lms.api.work import Invalid, Text, _, audit, clock, connection
from plugins.cards import pictures, queries
from plugins.cards.models import Card, Holder
from plugins.cards.numbering import DRAWN, SECRET_BYTES, card_number, secret_text

C, H = Card.__table__, Holder.__table__
MOST_AT_ONCE = 300  # cards in one PDF: thirty sheets
FIRST_DAYS = 30  # so long the first pictures may be chosen with nobody beside
NEW, LOST, FOUND, WRONG, SELF = "new", "lost", "found", "wrong", "self"
STAFF = _("Whoever has a role signs in with a password, not with a card: {names}.")


class Issued(Struct, frozen=True):
    """A card as it goes to the printer. The secret and the number are nowhere else."""

    account_id: int
    secret: str
    number: str


def issue(people: Sequence[Person], by_id: int) -> list[Issued]:
    """Makes a card for each of these people; the card that they had before holds no more. Pictures stay as they are.

    Raises Invalid where there are too many at once, or somebody has a role: four pictures are no lock for that.
    """
    if not 0 < len(people) <= MOST_AT_ONCE:
        text = _("Please choose between 1 and {most} people.", most=MOST_AT_ONCE)
        raise Invalid(text, person=text)
    roles = with_role([person.id for person in people])
    staff = [person.full_name for person in people if person.id in roles]
    if staff:
        raise Invalid(Text(STAFF.msgid, {"names": ", ".join(staff[:5])}))
    database, at = connection(), clock.seconds()
    ids = [person.id for person in people]
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    free = untouched(ids)
    rows = [
        {"account_id": i, "face": i % pictures.BADGES, "open_until": at + FIRST_DAYS * 86_400 if i in free else None}
        for i in ids
    ]
    database.execute(make(Holder).on_conflict_do_nothing(), rows)
    # Whoever prints for the same people in the same moment waits here, so that each has one card that holds.
    database.execute(select(H.c.account_id).where(H.c.account_id.in_(ids)).order_by(H.c.account_id).with_for_update())
    _revoke(ids, by_id, NEW, at)
    made = [
        Issued(i, secret_text(secrets.token_bytes(SECRET_BYTES)), card_number(secrets.randbelow(10**DRAWN)))
        for i in ids
    ]
    database.execute(
        insert(Card),
        [
            {
                "uuid": uuid4(),
                "account_id": card.account_id,
                "secret_hash": queries.keyed("secret", card.secret),
                "number_hash": queries.keyed("number", card.number),
                "issued_at": at,
                "issued_by": by_id,
            }
            for card in made
        ],
    )
    audit.record(by_id, "card.issued", f"accounts:{len(ids)}", accounts=ids)
    return made


def revoke(account_id: int, by_id: int, reason: str) -> bool:
    """Takes a person's card back; False where they have none. Who is signed in with it stays signed in."""
    if reason not in (LOST, FOUND, WRONG, SELF):
        text = _("Please choose one of the reasons.")
        raise Invalid(text, reason=text)
    if not _revoke([account_id], by_id, reason, clock.seconds()):
        return False
    audit.record(by_id, "card.revoked", f"account:{account_id}", reason=reason)
    return True


def _revoke(account_ids: Sequence[int], by_id: int, reason: str, at: int) -> bool:
    found = connection().execute(
        update(C)
        .where(C.c.account_id.in_(account_ids), C.c.revoked_at.is_(None))
        .values(revoked_at=at, revoked_by=by_id, reason=reason)
        .returning(C.c.id)
    )
    return found.first() is not None
