"""People entered by others: from a list, by a helper, by another system. Nothing is hashed, so thousands are cheap."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from msgspec import Struct
from sqlalchemy import Column, Table, UniqueConstraint, exists, select, update

from lms import clock
from lms.db.many import insert_many
from lms.db.unit_of_work import connection
from lms.identity.accounts import CONSENT_TEXT, check_name, default_address, name_columns
from lms.identity.models import Account, Consent, Identity
from lms.identity.numbers import identity_key, identity_tail
from lms.identity.personal import PERSONAL_DATA

NOBODY = "(đã xóa)"  # stands where the name was of somebody who is forgotten
SIGNS_OF_WHO: dict[str, Any] = {  # what an account says of a person, and what it says when it no longer may
    "full_name": NOBODY, "sort_key": "~", "folded": "",
    "username": None, "phone": None, "password_hash": None, "birth_date": None,
    "birth_year": None, "identity_key": None, "identity_tail": None, "target_group": None, "assurance_level": 0,
    "lesson_lang": None,
}  # fmt: skip


class NewPerson(Struct, frozen=True):
    """Somebody who is entered: only the name is needed. `phone` and `username` are in normal form already.

    `consent` says through whom their yes came: "self", "helper" or "guardian"; None where it is still to be asked for.
    """

    full_name: str
    target_group: str | None = None
    phone: str | None = None
    username: str | None = None
    password_hash: str | None = None
    birth_date: date | None = None
    birth_year: int | None = None
    identity_number: str | None = None
    identity_key: bytes | None = None  # with `identity_tail`, where the number itself was not kept
    identity_tail: str | None = None
    assurance_level: int = 0
    address_form: str | None = None
    locale: str = "vi"
    consent: str | None = None


def make_people(people: Sequence[NewPerson], made_by: int | None, at_org: int | None) -> list[int]:
    """Makes accounts in the order given and returns their ids; a statement for a thousand.

    Raises Invalid for a name that is none. Telephone and identity numbers that are in use are the caller's to look for
    before; the database refuses them.
    """
    at = clock.now()
    ids = insert_many(Account.__table__, [_row(person, made_by, at_org) | {"made_at": at} for person in people])
    yes = [
        {
            "account_id": account_id,
            "purpose": "learning-record",
            "text_version": CONSENT_TEXT,
            "channel": person.consent,
            "by_id": None if person.consent == "self" else made_by,
            "given_at": int(at.timestamp()),
        }
        for account_id, person in zip(ids, people, strict=True)
        if person.consent
    ]
    if yes:
        insert_many(Consent.__table__, yes)
    return ids


def _row(person: NewPerson, made_by: int | None, at_org: int | None) -> dict[str, object]:
    name, number = check_name(person.full_name), person.identity_number
    return {
        "uuid": uuid4(),
        **name_columns(name),
        "username": person.username,
        "phone": person.phone,
        "password_hash": person.password_hash,
        "birth_date": person.birth_date,
        "birth_year": person.birth_date.year if person.birth_date else person.birth_year,
        "identity_key": identity_key(number) if number else person.identity_key,
        "identity_tail": identity_tail(number) if number else person.identity_tail,
        "address_form": person.address_form or default_address(person.target_group),
        "target_group": person.target_group,
        "locale": person.locale,
        "assurance_level": person.assurance_level,
        "made_by": made_by,
        "made_at_org_id": at_org,
    }


def untouched(account_ids: Sequence[int]) -> set[int]:
    """Those whom others entered and who have no way in of their own yet: no password, no telephone, no identity."""
    a, i = Account.__table__, Identity.__table__
    rows = connection().execute(
        select(a.c.id).where(
            a.c.id.in_(list(account_ids)),
            a.c.made_by.is_not(None),
            a.c.password_hash.is_(None),
            a.c.phone.is_(None),
            ~exists().where(i.c.account_id == a.c.id),
        )
    )
    return set(rows.scalars())


def mentioned(account_ids: Collection[int], besides: Collection[Column[Any]]) -> set[int]:
    """Those of these people of whom any table keeps something, apart from the columns named: they have a history.

    Only columns by which rows are found (they lead an index) are looked at: the others say who acted, and whoever acted
    has signed in before, which a session's row says.
    """
    database, found, left = connection(), set[int](), set(account_ids)
    for entry in PERSONAL_DATA:
        column = entry.table.c[entry.person]
        if left and column not in besides and entry.table is not Account.__table__ and _leads_index(column):
            found |= set(database.execute(select(column).where(column.in_(left)).distinct()).scalars())
            left -= found
    return found


def _leads_index(column: Column[Any]) -> bool:
    table = column.table
    assert isinstance(table, Table), "personal data is declared of tables"
    keys: list[Any] = [table.primary_key, *table.indexes]
    keys += [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    return any(list(key.columns)[:1] == [column] for key in keys)


def unmake_people(account_ids: Collection[int]) -> None:
    """Takes back accounts that were entered by mistake and of whom nothing else is kept.

    The rows stay, closed and without anything that says who it was: to delete them the database would have to look
    through every table for what might refer to them.
    """
    now = clock.now()
    connection().execute(
        update(Account.__table__)
        .where(Account.__table__.c.id.in_(account_ids))
        .values(**SIGNS_OF_WHO, closed_at=now, erased_at=now)
    )
